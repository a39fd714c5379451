/** Each known difference is told to users, under the same name; answers of Flink are read as it prints them. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plainDecimal } from './flink.ts'
import { known } from './known.ts'

test('docs/differences.md has every known difference', () => {
  const text = readFileSync('docs/differences.md', 'utf8')
  expect(known.filter(one => !text.includes(`| ${one.name}`)).map(one => one.name)).toEqual([])
})

test.each([
  ['0E-13', '0.0000000000000'],
  ['1.5E+3', '1500'],
  ['-12E-3', '-0.012'],
  ['123.45E-1', '12.345'],
  ['7.50', '7.50'],
])('%s is %s without an exponent', (text, plain) => {
  expect(plainDecimal(text)).toBe(plain)
})
