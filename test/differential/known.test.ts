/** Each known difference is told to users, under the same name; answers of Flink are read as it prints them. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type StatementAnswer, plainDecimal } from './flink.ts'
import { type Case, known } from './known.ts'

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

const rows = (...cells: readonly string[]): StatementAnswer => ({
  kind: 'rows',
  types: ['INT'],
  changes: cells.map(cell => ['+I', [cell]]),
})
const failed = (text: string): StatementAnswer => ({ kind: 'error', text, running: true })

/** The difference that explains it. */
async function explanation(given: Partial<Case>): Promise<string | undefined> {
  const silent = async () => failed('nobody asked')
  const base = {
    sql: 'SELECT 1',
    mode: 'streaming',
    flink: rows(),
    millrace: rows(),
    what: 'rows differ',
    ask: silent,
    askFlink: silent,
  }
  for (const one of known) if (await one.explains({ ...base, ...given } as Case)) return one.name
  return undefined
}

describe('a difference is explained only as far as its reason goes', () => {
  const outer = { sql: 'SELECT MIN(a.x) FROM a LEFT JOIN b ON a.k = b.k', flink: rows('1'), millrace: rows('2') }

  test('a stream of Flink differs, and its batch agrees with us', async () => {
    expect(await explanation({ ...outer, askFlink: async () => rows('2') })).toBe('MIN and MAX over what a join takes back')
    expect(await explanation({ ...outer, askFlink: async () => rows('1') })).toBeUndefined()
    expect(await explanation({ ...outer, mode: 'batch', askFlink: async () => rows('2') })).toBeUndefined()
  })

  test('a query said the way Flink takes it gives what Flink gives', async () => {
    const given = {
      sql: 'SELECT x FROM t WHERE CAST(x AS DECIMAL(5, 2)) IS DISTINCT FROM y',
      flink: rows('1'),
      millrace: rows('1', '2'),
    }
    const ask = async (sql: string) => (sql.includes('<>') ? rows('1') : rows('1', '2'))
    expect(await explanation({ ...given, ask })).toBe('Overflows that a type says can not be')
    expect(await explanation({ ...given, flink: rows('3'), ask })).toBeUndefined()
  })

  test('an operand of COALESCE that fails where it is computed', async () => {
    const given = {
      sql: 'SELECT COALESCE(a, b / c) FROM t',
      flink: failed('Job execution failed: / by zero'),
      millrace: rows('1'),
    }
    const ask = async (sql: string) => (sql.startsWith('SELECT CASE') ? failed('DIVISION_BY_ZERO') : rows('1'))
    expect(await explanation({ ...given, ask })).toBe('COALESCE and IFNULL')
    expect(await explanation({ ...given, ask: async () => rows('1') })).toBeUndefined()
  })

  test('dates differ before the Gregorian calendar only', async () => {
    const given = { sql: 'SELECT CEIL(d TO YEAR) FROM t', millrace: rows('0012-01-01', '2024-01-01') }
    expect(await explanation({ ...given, flink: rows('0013-01-01', '2024-01-01') })).toBe(
      'FLOOR and CEIL of dates before 1582-10-15',
    )
    expect(await explanation({ ...given, flink: rows('0013-01-01', '2025-01-01') })).toBeUndefined()
  })
})
