import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decimalOf, parseJson, plain, print, quote, sameJson, sorted } from './json.ts'
import { javaDecimal, javaDouble } from '../../../base/java-number.ts'

describe('JSON keeps what was written', () => {
  test.each(['{"b":1.50,"1":true}', '[9007199254740993,-0,1e400]', '"\\u001F\\n\\"é"', '{"":[]}', 'null'])('%s', text => {
    expect(print(parseJson(text))).toBe(text)
  })

  test('it reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), text => {
        expect(plain(parseJson(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test.each(['', '{', '[1,]', '{"a":1,}', '01', '"a', "{'a':1}", '1 2', 'nul', '"\u0001"'])('%j is no JSON', text => {
    expect(() => parseJson(text)).toThrow(/^expected .* and found /)
  })

  test('a failure names its place', () => {
    expect(() => parseJson('{\n  "a": ?}')).toThrow("expected a value and found '?' at line 2, column 8")
    expect(() => parseJson('['.repeat(100_000))).toThrow('deeper')
  })
})

test('sorted, and the same in any order', () => {
  expect(print(sorted(parseJson('{"b":{"d":1,"c":2},"a":[{"z":1,"y":2}]}')))).toBe('{"a":[{"y":2,"z":1}],"b":{"c":2,"d":1}}')
  expect(sameJson(parseJson('{"a":1.0,"b":[null]}'), parseJson('{"b":[null],"a":1}'))).toBe(true)
  expect(sameJson(parseJson('[1,2]'), parseJson('[2,1]'))).toBe(false)
})

test('quotes as Jackson does', () => {
  expect(quote('\u001f/é\u2028')).toBe('"\\u001F/é\u2028"')
})

test.each([
  ['1.50', '15e-1'],
  ['100', '1e2'],
  ['-0.0', '0'],
  ['1E3', '1e3'],
])('%s is the decimal %s', (text, decimal) => {
  expect(decimalOf(text)).toBe(decimal)
})

test.each([
  [100, '100.0'],
  [1e10, '1.0E10'],
  [0.001, '0.001'],
  [1.5e-5, '1.5E-5'],
  [-0, '-0.0'],
])('Double.toString(%d) is %s', (value, text) => {
  expect(javaDouble(value)).toBe(text)
})

test.each([
  ['1e3', '1E+3'],
  ['1.50', '1.50'],
  ['0.0000001', '1E-7'],
  ['0.000001', '0.000001'],
  ['12e-1', '1.2'],
  ['-0', '0'],
])('new BigDecimal("%s") is printed %s', (text, printed) => {
  expect(javaDecimal(text)).toBe(printed)
})
