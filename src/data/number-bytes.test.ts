import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  DecimalOutcome,
  parseDecimal,
  readDecimal64,
  readDouble,
  readInt32,
  readInt64,
  writeDecimal64,
  writeDouble,
  writeInt32,
  writeInt64,
} from './number-bytes.ts'
import { decimalText, doubleText, floatText } from './text-number.ts'
import { textBytes } from './text.ts'

const MAX = 2n ** 63n - 1n
const int64s = fc.oneof(
  fc.bigInt({ min: -MAX - 1n, max: MAX }),
  fc.bigInt({ min: -(10n ** 16n), max: 10n ** 16n }),
  fc.integer().map(BigInt),
)
const longs = new BigInt64Array(2)
const halves = new Int32Array(longs.buffer)
const doubles = new Float64Array(1)

const readLong = (text: string) => (readInt64(textBytes(text), 0, textBytes(text).length, halves, 1) ? longs[1] : undefined)
const readReal = (text: string) => (readDouble(textBytes(text), 0, textBytes(text).length, doubles, 0) ? doubles[0] : undefined)
const written = (write: (bytes: Uint8Array) => number) => {
  const bytes = new Uint8Array(64)
  return Buffer.from(bytes.subarray(3, write(bytes))).toString()
}
const writeLong = (value: bigint) => {
  longs[0] = value
  return written(bytes => writeInt64(bytes, 3, halves[0]!, halves[1]!))
}

test('64-bit integers are read and written exactly', () => {
  fc.assert(
    fc.property(int64s, value => {
      expect(readLong(String(value))).toBe(value)
      expect(writeLong(value)).toBe(String(value))
    }),
    { numRuns: 2000 },
  )
  for (const edge of [0n, MAX, -MAX - 1n, 2n ** 53n, -(2n ** 53n), 2n ** 32n, -(2n ** 32n), 10n ** 18n]) {
    expect([readLong(String(edge)), writeLong(edge)]).toEqual([edge, String(edge)])
  }
})

test.each(['', '-', '+', '1.5', '1e3', ' 1', 'x', '9223372036854775808', '-9223372036854775809', '99999999999999999999'])(
  '%j is no 64-bit integer',
  text => expect(readLong(text)).toBeUndefined(),
)
test('zeros and a plus in front mean nothing', () =>
  expect([readLong('+007'), readLong('-0'), readLong(`${'0'.repeat(30)}5`)]).toEqual([7n, 0n, 5n]))

test('32-bit integers are read and written exactly', () => {
  const into = new Int32Array(1)
  fc.assert(
    fc.property(fc.integer(), value => {
      const text = written(bytes => writeInt32(bytes, 3, value))
      expect(text).toBe(String(value))
      expect(readInt32(textBytes(text), 0, text.length, into, 0) && into[0]).toBe(value)
    }),
  )
  for (const text of ['2147483648', '-2147483649', '', '-', '1.0'])
    expect(readInt32(textBytes(text), 0, text.length, into, 0)).toBe(false)
})

test('doubles are read as JavaScript reads them', () => {
  const texts = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(x => (Object.is(x, -0) ? '-0' : String(x))),
    fc.tuple(int64s, fc.integer({ min: -30, max: 30 })).map(([m, e]) => `${m}e${e}`),
    fc.tuple(fc.nat(), fc.nat()).map(([a, b]) => `${a}.${b}`),
  )
  fc.assert(
    fc.property(texts, text => void expect(readReal(text)).toBe(Number(text))),
    { numRuns: 2000 },
  )
  for (const text of ['', '-', '.', 'e5', '1e', '1e+', 'NaN', 'Infinity', '1.2.3', '1 ', '0x10'])
    expect(readReal(text)).toBeUndefined()
})

test.each([
  ['12.5', 10, 2, 1250n],
  ['12.345', 10, 2, 1235n],
  ['-12.345', 10, 2, -1235n],
  ['0.004', 10, 2, 0n],
  ['1e3', 10, 2, 100000n],
  ['99.95', 3, 1, null],
  ['1E-2', 10, 2, 1n],
  ['5e-3', 10, 2, 1n],
  ['100', 2, 0, null],
  ['.5', 2, 1, 5n],
  ['5.', 2, 1, 50n],
  ['00012', 2, 0, 12n],
  ['1e400', 5, 2, null],
  ['123456789012345678', 18, 0, 123456789012345678n],
  ['-1.99999999999999999', 18, 17, -199999999999999999n],
  ['', 5, 2, undefined],
  ['.', 5, 2, undefined],
  ['1.2.3', 5, 2, undefined],
  ['abc', 5, 2, undefined],
  ['1e', 5, 2, undefined],
])('%s as DECIMAL(%i, %i) is %s', (text, precision, scale, value) => {
  expect(parseDecimal(text, precision, scale)).toBe(value)
  const outcome = readDecimal64(textBytes(text), 0, text.length, precision, scale, halves, 0)
  expect(outcome).toBe(
    value === undefined ? DecimalOutcome.malformed : value === null ? DecimalOutcome.tooLarge : DecimalOutcome.stored,
  )
  if (typeof value === 'bigint') expect(longs[0]).toBe(value)
})

test('the quick and the exact reader of decimals agree', () => {
  const numbers = fc
    .tuple(fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }), fc.integer({ min: 0, max: 20 }))
    .map(([n, s]) => decimalText(n, s))
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 18 }), fc.integer({ min: 0, max: 18 }), (text, precision, wish) => {
      const scale = Math.min(wish, precision)
      const exact = parseDecimal(text, precision, scale)
      const outcome = readDecimal64(textBytes(text), 0, text.length, precision, scale, halves, 0)
      expect(outcome === DecimalOutcome.stored ? longs[0] : null).toBe(exact)
    }),
    { numRuns: 2000 },
  )
})

test('decimals are written with all their digits', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 18n) + 1n, max: 10n ** 18n - 1n }), fc.integer({ min: 0, max: 18 }), (value, scale) => {
      longs[0] = value
      expect(written(bytes => writeDecimal64(bytes, 3, halves[0]!, halves[1]!, scale))).toBe(decimalText(value, scale))
    }),
  )
})

test.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [1, '1.0'],
  [1e7, '1.0E7'],
  [123456789, '1.23456789E8'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [4.9e-324, '4.9E-324'],
  [1.7976931348623157e308, '1.7976931348623157E308'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
  [9999999.5, '9999999.5'],
  [-3.14, '-3.14'],
])('the double %d is %s', (value, text) => {
  expect(doubleText(value)).toBe(text)
  expect(written(bytes => writeDouble(bytes, 3, value))).toBe(text)
})

test.each([
  [0.1, '0.1'],
  [3.4028234663852886e38, '3.4028235E38'],
  [1.401298464324817e-45, '1.4E-45'],
  [16777216, '1.6777216E7'],
  [123.456, '123.456'],
  [1e10, '1.0E10'],
  [0.0001, '1.0E-4'],
  [-1.5, '-1.5'],
  [1.1754943508222875e-38, '1.1754944E-38'],
  [9999999, '9999999.0'],
  [0.3333333333, '0.33333334'],
])('the float %d is %s', (value, text) => expect(floatText(Math.fround(value))).toBe(text))

test('floats and doubles read back as themselves', () => {
  fc.assert(
    fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), x => void expect(Math.fround(Number(floatText(x)))).toBe(x)),
  )
  fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), x => void expect(Number(doubleText(x))).toBe(x)))
})
