import { describe, expect, it } from 'vitest'
import { type DataType, printType, types } from '../data/type.ts'
import { commonArgumentType, commonType, decimalResult, implicitlyCasts } from './coercion.ts'

const common = (...all: DataType[]): string => {
  const type = commonType(all)
  return type === undefined ? 'none' : printType(type)
}

describe('common type', () => {
  it('of text and binary is as long as the longest, and varies when lengths differ', () => {
    expect(common(types.char(3), types.char(3))).toBe('CHAR(3)')
    expect(common(types.char(3, false), types.char(5, false))).toBe('VARCHAR(5) NOT NULL')
    expect(common(types.char(3), types.string())).toBe('STRING')
    expect(common(types.binary(3), types.binary(5))).toBe('VARBINARY(5)')
  })

  it('of numbers', () => {
    expect(common(types.tinyint(), types.bigint())).toBe('BIGINT')
    expect(common(types.int(), types.decimal(5, 2))).toBe('DECIMAL(12, 2)')
    expect(common(types.decimal(38, 0), types.decimal(38, 10))).toBe('DECIMAL(38, 0)')
    expect(common(types.bigint(), types.float())).toBe('FLOAT')
    expect(common(types.decimal(5, 2), types.float())).toBe('DOUBLE')
  })

  it('is nullable if any is, and NULL takes the type of the others', () => {
    expect(common(types.int(false), types.int(false))).toBe('INT NOT NULL')
    expect(common(types.int(false), types.null())).toBe('INT')
    expect(common(types.null(), types.null())).toBe('NULL')
  })

  it('of datetimes, intervals and nested types', () => {
    expect(common(types.timestamp(3), types.timestamp(6))).toBe('TIMESTAMP(6)')
    expect(common(types.timestampLtz(3), types.timestamp(6))).toBe('TIMESTAMP_LTZ(6)')
    expect(common(types.date(), types.timestamp(3))).toBe('none')
    expect(common(types.yearMonth('YEAR'), types.yearMonth('MONTH'))).toBe('INTERVAL MONTH')
    expect(common(types.array(types.int(false)), types.array(types.bigint()))).toBe('ARRAY<BIGINT>')
    expect(common(types.map(types.string(), types.int()), types.map(types.string(), types.bigint()))).toBe('MAP<STRING, BIGINT>')
    expect(common(types.int(), types.string())).toBe('none')
    expect(common(types.boolean(), types.int())).toBe('none')
  })
})

it('of arguments goes by implicit casts where there is no other', () => {
  expect(commonArgumentType([types.date(), types.timestamp(3)])).toEqual(types.date())
  expect(commonArgumentType([types.float(false), types.double(false)])).toEqual(types.double(false))
  expect(commonArgumentType([types.int(), types.string()])).toBeUndefined()
})

it('arithmetic on decimals keeps whole digits and at least six of the fraction', () => {
  const result = (...args: Parameters<typeof decimalResult>) => printType(decimalResult(...args))
  const decimal = types.decimal
  expect(result('+', decimal(5, 2), decimal(10, 4))).toBe('DECIMAL(11, 4)')
  expect(result('*', types.bigint(false), decimal(3, 3, false))).toBe('DECIMAL(23, 3) NOT NULL')
  expect(result('/', decimal(2, 1), decimal(2, 1))).toBe('DECIMAL(8, 6)')
  expect(result('/', decimal(30, 0), decimal(30, 0))).toBe('DECIMAL(38, 8)')
  expect(result('%', decimal(5, 2), types.int())).toBe('DECIMAL(5, 2)')
  expect(result('*', decimal(38, 10), decimal(38, 10))).toBe('DECIMAL(38, 6)')
})

it('implicit casts widen, and never drop NOT NULL', () => {
  expect(implicitlyCasts(types.int(), types.bigint())).toBe(true)
  expect(implicitlyCasts(types.bigint(), types.int())).toBe(false)
  expect(implicitlyCasts(types.char(3), types.varchar(1))).toBe(true)
  expect(implicitlyCasts(types.int(), types.bigint(false))).toBe(false)
  expect(implicitlyCasts(types.null(), types.date())).toBe(true)
  expect(implicitlyCasts(types.string(), types.int())).toBe(false)
  expect(implicitlyCasts(types.array(types.int()), types.array(types.bigint()))).toBe(true)
})
