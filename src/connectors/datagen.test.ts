import { expect, test } from 'vitest'
import { failureOf, rowsOf, runScript } from '../testing/script.ts'

const table = (columns: string, options: Readonly<Record<string, string>>) => {
  const all = { 'connector': 'datagen', 'rows-per-second': '100000000', ...options }
  return `CREATE TABLE g (${columns}) WITH (${Object.entries(all)
    .map(([key, value]) => `'${key}' = '${value}'`)
    .join(', ')})`
}

test('a sequence counts from its start to its end, itself included, and makes the table bounded', async () => {
  const sequence = { 'fields.n.kind': 'sequence', 'fields.n.start': '8', 'fields.n.end': '11' }
  expect(await rowsOf(`${table('n BIGINT', sequence)}; SELECT n FROM g`, { mode: 'automatic' })).toEqual([
    '+I 8',
    '+I 9',
    '+I 10',
    '+I 11',
  ])
  const texts = `${table('n STRING, d DECIMAL(5, 2)', { ...sequence, 'number-of-rows': '2' })}; SELECT n FROM g`
  expect(await rowsOf(texts)).toEqual(['+I 8', '+I 9'])
})

test('a seed gives the same rows on every run, and the same value whatever else is read', async () => {
  const seeded = table('a BIGINT, b STRING', { 'seed': '7', 'number-of-rows': '5' })
  const both = await rowsOf(`${seeded}; SELECT a, b FROM g`)
  expect(await rowsOf(`${seeded}; SELECT a, b FROM g`)).toEqual(both)
  expect(new Set(both).size).toBe(5)
  const alone = await rowsOf(`${seeded}; SELECT b FROM g`)
  expect(both.map(row => row.replace(/ -?\d+ /, ' '))).toEqual(alone)
})

test('bounds, lengths and NULLs', async () => {
  const columns = 'i INT, big BIGINT, d DECIMAL(4, 1), s STRING, v STRING, n INT, ts TIMESTAMP(3), a ARRAY<INT>'
  const options = {
    'number-of-rows': '2000',
    'fields.i.min': '-3',
    'fields.i.max': '3',
    'fields.big.min': '9223372036854775800',
    'fields.d.min': '1',
    'fields.d.max': '2',
    'fields.s.length': '5',
    'fields.v.length': '4',
    'fields.v.var-len': 'true',
    'fields.n.null-rate': '0.5',
  }
  const facts = `SELECT MIN(i), MAX(i), MIN(big) >= 9223372036854775800, MIN(d) >= 1 AND MAX(d) <= 2, MIN(CHAR_LENGTH(s)), MAX(CHAR_LENGTH(s)),
    MIN(CHAR_LENGTH(v)), MAX(CHAR_LENGTH(v)), COUNT(n) BETWEEN 800 AND 1200, MIN(CARDINALITY(a)) FROM g`
  expect(await rowsOf(`${table(columns, options)}; ${facts}`)).toEqual(['+I -3 3 TRUE TRUE 5 5 1 4 TRUE 3'])
})

test('rows come at their rate', async () => {
  const { progress } = await runScript(`${table('a INT', { 'rows-per-second': '200', 'number-of-rows': '30' })}; SELECT a FROM g`)
  expect(progress!.elapsedMs).toBeGreaterThan(100)
  expect(progress!.rowsIn).toBe(30)
})

test.each([
  [
    'a sequence without an end',
    'a INT',
    { 'fields.a.kind': 'sequence', 'fields.a.start': '1' },
    /^OPTION_VALUE: .*'fields\.a\.end'/,
  ],
  [
    'a kind that is not there',
    'a INT',
    { 'fields.a.kind': 'rnadom', 'number-of-rows': '1' },
    /^OPTION_VALUE: .*random or sequence/,
  ],
  ['a column that is not there', 'a INT', { 'fields.b.kind': 'random', 'number-of-rows': '1' }, /^OPTION_UNKNOWN: .*fields\.b/],
  ['a bound that is no number', 'a INT', { 'fields.a.min': 'low', 'number-of-rows': '1' }, /^OPTION_VALUE: .*fields\.a\.min/],
  ['a type it can not make', 'a MAP<INT, INT>', { 'number-of-rows': '1' }, /^NOT_SUPPORTED: /],
])('%s', async (_what, columns, options, expected) => {
  expect(await failureOf(`${table(columns, options)}; SELECT a FROM g`)).toMatch(expected)
})
