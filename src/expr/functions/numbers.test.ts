/** Arithmetic, comparison and mathematics: values and types as Flink answers them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DataType } from '../../data/type.ts'
import { callFunction, session, typed } from '../../testing/call-function.ts'
import type { CallSite } from '../function.ts'
import { digits, divideDecimal, divideHalfUp, rescale } from '../decimal.ts'
import { findFunction } from './index.ts'

const answer = (name: string, ...args: Parameters<typeof callFunction> extends [string, ...infer A] ? A : never): string => {
  const { value, type } = callFunction(name, ...args)
  return `${String(value)} ${type}`
}
const decimal = (unscaled: bigint | null, precision: number, scale: number) =>
  typed(`DECIMAL(${precision}, ${scale})${unscaled === null ? '' : ' NOT NULL'}`, unscaled)
const months = (n: number) => typed('INTERVAL MONTH NOT NULL', n)
const ms = (n: bigint) => typed('INTERVAL SECOND(3) NOT NULL', n)
const divide = (type: DataType) => findFunction('/')!.implement({ args: [{ type }, { type }], returns: type, session })
/** Where a function is called with these INT literals. */
const siteOf = (...literals: number[]): CallSite => ({
  args: literals.map(literal => ({ type: typed('INT NOT NULL', 0).type, literal })),
  returns: double(0).type,
  session,
})
const size = (x: bigint): bigint => (x < 0n ? -x : x)
const double = (value: number) => typed('DOUBLE NOT NULL', value)

describe('arithmetic', () => {
  it('wraps integers', () => {
    expect(answer('+', 2147483647, 1)).toBe('-2147483648 INT NOT NULL')
    expect(answer('*', typed('TINYINT NOT NULL', 100), typed('TINYINT NOT NULL', 3))).toBe('44 TINYINT NOT NULL')
    expect(answer('-', -(2n ** 63n), 1)).toBe('9223372036854775807 BIGINT NOT NULL')
    expect(answer('NEGATE', -2147483648)).toBe('-2147483648 INT NOT NULL')
    expect(answer('/', typed('INT', -2147483648), typed('INT', -1))).toBe('-2147483648 INT')
  })

  it('divides towards zero, and takes the sign of the dividend', () => {
    expect(answer('/', -7, 2)).toBe('-3 INT NOT NULL')
    expect(answer('%', -26, 5)).toBe('-1 INT NOT NULL')
    expect(answer('MOD', 10n, typed('INT NOT NULL', 4))).toBe('2 INT NOT NULL')
    expect(answer('MOD', typed('INT NOT NULL', 10), 4n)).toBe('2 BIGINT NOT NULL')
    expect(answer('%', decimal(50000n, 10, 4), decimal(300n, 10, 2))).toBe('20000 DECIMAL(10, 4) NOT NULL')
  })

  it('rounds decimals half up, and answers NULL where they do not fit', () => {
    expect(answer('/', decimal(20n, 2, 1), decimal(30n, 2, 1))).toBe('666667 DECIMAL(8, 6) NOT NULL')
    expect(answer('*', decimal(908n, 4, 3), typed('BIGINT', 100n))).toBe('90800 DECIMAL(24, 3)')
    const half = typed('DECIMAL(38, 0)', 5n * 10n ** 37n)
    expect(answer('+', half, half)).toBe('null DECIMAL(38, 0)')
    expect(answer('+', 12, decimal(123n, 3, 1))).toBe('243 DECIMAL(12, 1) NOT NULL')
  })

  it('knows FLOAT from DOUBLE', () => {
    expect(answer('+', typed('FLOAT NOT NULL', Math.fround(0.1)), 1)).toBe(`${Math.fround(Math.fround(0.1) + 1)} FLOAT NOT NULL`)
  })

  it('divides by zero in FLOAT and DOUBLE only, and by the literal 0 nowhere', () => {
    expect(divide(double(1).type)(1, 0)).toBe(Infinity)
    expect(() => divide(typed('INT', 0).type)(1, 0)).toThrow(expect.objectContaining({ code: 'DIVISION_BY_ZERO' }))
    expect(() => callFunction('/', double(1), double(0))).toThrow('Division by zero')
  })

  it('takes no bare NULL, and no remainder of DOUBLE', () => {
    expect(() => callFunction('+', 1, typed('NULL', null))).toThrow("Illegal use of 'NULL'")
    expect(findFunction('%')!.resolve([{ type: double(1).type }, { type: double(1).type }], session)).toBeUndefined()
  })

  it('moves datetimes by intervals', () => {
    expect(answer('+', typed('DATE NOT NULL', 18292), months(1))).toBe('18321 DATE NOT NULL') // 2020-01-31 → 2020-02-29
    expect(answer('-', typed('DATE NOT NULL', 18322), ms(3_600_000n))).toBe('18322 DATE NOT NULL')
    expect(answer('-', typed('TIME(0) NOT NULL', 3_600_000), ms(7_200_000n))).toBe('82800000 TIME(0) NOT NULL')
    expect(answer('+', ms(1n), typed('TIMESTAMP(6) NOT NULL', 5n))).toBe('1000005 TIMESTAMP(6) NOT NULL')
    expect(answer('*', ms(2000n), 3)).toBe('6000 INTERVAL SECOND(3) NOT NULL')
  })
})

describe('comparison', () => {
  it('of numbers is exact across types', () => {
    expect(answer('=', decimal(100n, 8, 2), 1)).toBe('true BOOLEAN NOT NULL')
    expect(answer('<', decimal(-1n, 38, 10), 0n)).toBe('true BOOLEAN NOT NULL')
    expect(answer('=', double(Number.NaN), double(Number.NaN))).toBe('false BOOLEAN NOT NULL')
    expect(answer('=', double(0), double(-0))).toBe('true BOOLEAN NOT NULL')
  })

  it('of text goes by bytes', () => {
    expect(answer('<', '\uffff', '😀')).toBe('true BOOLEAN NOT NULL')
    expect(answer('=', 'a', 'a ')).toBe('false BOOLEAN NOT NULL')
  })

  it('casts text beside a time, and does not beside a number', () => {
    expect(answer('=', typed('DATE', 0), typed('STRING', '1970-01-01'))).toBe('true BOOLEAN')
    expect(() => callFunction('=', 1, '1')).toThrow('implicit type conversion between INTEGER and CHAR is not supported now')
    expect(answer('<', 1, typed('STRING NOT NULL', '2'))).toBe('true BOOLEAN NOT NULL')
  })

  it('with NULL as a value', () => {
    expect(answer('IS DISTINCT FROM', typed('INT', null), 1)).toBe('true BOOLEAN NOT NULL')
    expect(answer('IS NOT DISTINCT FROM', typed('INT', null), typed('INT', null))).toBe('true BOOLEAN NOT NULL')
    expect(answer('IN', 3, 1, typed('INT', null))).toBe('null BOOLEAN')
    expect(answer('IN', 1, 1, typed('INT', null))).toBe('true BOOLEAN')
    expect(answer('GREATEST', 1, typed('INT', null))).toBe('null INT')
    expect(answer('LEAST', 'b', 'abc')).toBe('abc VARCHAR(3) NOT NULL')
  })
})

describe('mathematics', () => {
  it('rounds half away from zero in the digits that are printed', () => {
    expect(answer('ROUND', decimal(-12345n, 5, 3), 2)).toBe('-1235 DECIMAL(5, 2) NOT NULL')
    expect(answer('ROUND', decimal(646646n, 10, 3), -2)).toBe('600 DECIMAL(8, 0) NOT NULL')
    expect(answer('ROUND', double(-12.55), 1)).toBe('-12.6 DOUBLE NOT NULL')
    expect(answer('ROUND', 44n, -1)).toBe('40 BIGINT NOT NULL')
    expect(answer('TRUNCATE', double(-12.55), 1)).toBe('-12.5 DOUBLE NOT NULL')
    expect(answer('CEIL', decimal(999n, 3, 1))).toBe('100 DECIMAL(3, 0) NOT NULL')
    expect(answer('FLOOR', decimal(-25n, 3, 1))).toBe('-3 DECIMAL(3, 0) NOT NULL')
  })

  it('keeps the type', () => {
    expect(answer('ABS', typed('TINYINT NOT NULL', -128))).toBe('-128 TINYINT NOT NULL')
    expect(answer('SIGN', decimal(-11n, 2, 1))).toBe('-10 DECIMAL(2, 1) NOT NULL')
  })

  it('writes and reads digits', () => {
    expect(answer('BIN', -1)).toBe(`${'1'.repeat(64)} STRING NOT NULL`)
    expect(answer('HEX', -44)).toBe('FFFFFFFFFFFFFFD4 STRING NOT NULL')
    expect(answer('HEX', 'é')).toBe('C3A9 STRING NOT NULL')
    expect(callFunction('UNHEX', '146').value).toEqual(new Uint8Array([0x00, 0x46]))
    expect(callFunction('UNHEX', 'zz').value).toBeNull()
  })

  it('repeats java.util.Random', () => {
    const rand = findFunction('RAND')!.implement(siteOf(5))
    expect([rand(5), rand(5)]).toEqual([0.730519863614471, 0.08825840967622589])
    const integer = findFunction('RAND_INTEGER')!.implement(siteOf(7, 64))
    expect([integer(7, 64), integer(7, 64)]).toEqual([46, 40])
  })

  it('says what reads as a number as Java does', () => {
    const accepted = ['+1', '-1.5', '1e5', '.5', '5.', ' 1 ', 'NaN', '1f']
    const rejected = ['', '-', '1L', '0x10', '1_0', 'é']
    expect([...accepted, ...rejected].filter(text => callFunction('IS_DECIMAL', text).value === true)).toEqual(accepted)
  })
})

describe('decimals', () => {
  const value = fc.bigInt({ min: -(10n ** 38n), max: 10n ** 38n })

  it('half up is the nearest, and away from zero between two', () => {
    fc.assert(
      fc.property(
        value,
        value.filter(d => d !== 0n),
        (n, d) => {
          const error = (n - divideHalfUp(n, d) * d) * 2n
          expect(size(error) < size(d) || (size(error) === size(d) && size(divideHalfUp(n, d) * d) > size(n))).toBe(true)
        },
      ),
    )
  })

  it('counts digits, and scales there and back', () => {
    fc.assert(
      fc.property(value, fc.integer({ min: 0, max: 30 }), (n, more) => {
        expect(digits(n)).toBe(String(n).replace('-', '').length)
        expect(rescale(rescale(n, 3, 3 + more), 3 + more, 3)).toBe(n)
      }),
    )
  })

  it('divides with 38 significant digits', () => {
    expect(divideDecimal(1n, 0, 3n, 0, 6)).toBe(333333n)
    expect(divideDecimal(2n, 0, 3n, 0, 40)).toBe(BigInt(`${'6'.repeat(37)}700`))
    expect(divideDecimal(-79n, 1, 2n, 0, 12)).toBe(-3_950_000_000_000n)
    fc.assert(
      fc.property(
        value,
        value.filter(d => d !== 0n),
        fc.integer({ min: 0, max: 20 }),
        (n, d, scale) => {
          const exact = divideHalfUp(n * 10n ** BigInt(scale), d)
          if (digits(exact) < 37) expect(divideDecimal(n, 0, d, 0, scale) - exact).toBeOneOf([0n, 1n, -1n])
        },
      ),
    )
  })
})
