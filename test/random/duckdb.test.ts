/**
 * DuckDB as a second opinion on batch results: the same random queries over the same rows.
 *
 * Left out is what DuckDB means otherwise, as the templates without `duck` in `functions.ts` say: integer arithmetic and
 * SUM (an overflow is an error there, and wraps here), division (integers give DOUBLE there), casts between numbers and
 * to text (rounding, formats), patterns of Java, windows, ROLLUP over one key twice. Of the types: FLOAT (its sums are
 * DOUBLE there), DECIMAL(38, 10) (a sum that does not fit is an error there, NULL here), TIMESTAMP(6) (there is only one
 * TIMESTAMP there), TIMESTAMP_LTZ, and times before 1970, whose fields Flink rounds towards it. CHAR is VARCHAR there. NULL is the smallest value here, so each ORDER BY says where it goes.
 */
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, test } from 'vitest'
import { javaText } from '#src/data/java-text.ts'
import { parseValue } from '#src/data/notation.ts'
import { type DataType, isText } from '#src/data/type.ts'
import { Choice } from './choice.ts'
import { type Cells, difference, show } from './compare.ts'
import { randomQuery } from './generate.ts'
import { renderQuery } from './queries.ts'
import { answer, approximate } from './run.ts'
import type { RandomTable } from './tables.ts'
import { randomWorld } from './world.ts'

const except = ['FLOAT', 'DECIMAL(38, 10)', 'TIMESTAMP(6)', 'TIMESTAMP_LTZ(3)']

test.each([1, 2, 3, 4])(
  'DuckDB finds the same rows: seed %i',
  async seed => {
    const tables = randomWorld(seed + 400, { except, before1970: false, rows: 40 })
    const duck = await duckWith(tables)
    let compared = 0
    for (let i = 0; i < 60; i++) {
      const query = randomQuery(new Choice(seed * 50_021 + i), { tables, duck: true, values: true })
      const theirs = await duck(renderQuery(query, 'duck'))
      const ours = await answer(tables, renderQuery(query), { mode: 'batch', chunkRows: 1024, crashes: [] })
      // Where DuckDB finds a number too large it has no opinion.
      if (theirs === undefined && ours.kind === 'table') continue
      if (ours.kind === 'error' || theirs === undefined) return expect.fail(`${renderQuery(query)}\n${JSON.stringify(ours)}`)
      const { schema } = ours
      const rows = ours.rows.map(cells => cells.map((cell, at) => duckText(schema[at]!.type, cell)))
      const same = theirs.map(cells => cells.map((cell, at) => normal(schema[at]!.type, cell)))
      const { left, right } = difference(same, rows, approximate(schema))
      if (left.length + right.length > 0) {
        expect.fail(`${renderQuery(query)}\nDuckDB only: ${show(left)}\nhere only: ${show(right)}`)
      }
      compared += 1
    }
    expect(compared).toBeGreaterThan(50)
  },
  20_000,
)

/** Asks a DuckDB that has the tables; values as DuckDB casts them to text. Undefined where a number overflows. */
async function duckWith(tables: readonly RandomTable[]): Promise<(sql: string) => Promise<Cells[] | undefined>> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  for (const table of tables) {
    const columns = table.columns.map(column => `${column.name} ${duckType(column.typeText)}`)
    await connection.run(`CREATE TABLE ${table.name} (${columns.join(', ')})`)
    const rows = table.rows.map(([, values]) => `(${values.map(literal).join(', ')})`)
    if (rows.length > 0) await connection.run(`INSERT INTO ${table.name} VALUES ${rows.join(', ')}`)
  }
  return async sql => {
    try {
      const reader = await connection.runAndReadAll(`SELECT COLUMNS(*)::VARCHAR FROM (${sql})`)
      return reader.getRows() as (string | null)[][]
    } catch (error) {
      const text = String(error)
      if (/Out of Range|Conversion Error|Overflow/i.test(text)) return undefined
      throw new Error(`${sql}\n${text}`, { cause: error })
    }
  }
}

const literal = (value: unknown): string => (value === null ? 'NULL' : `'${String(value)}'`)

const duckType = (text: string): string => text.replace(/TIMESTAMP\(\d\)/, 'TIMESTAMP').replace('TIME(0)', 'TIME')

/** A value as DuckDB casts it to text. */
function duckText(type: DataType, cell: string | null): string | null {
  if (cell === null) return null
  const value = parseValue(type, cell)
  return normal(type, isText(type) ? (value as string) : javaText(type, value))
}

/** One way to write each value: no zeros at the end of fractions, seconds always. */
function normal(type: DataType, text: string | null): string | null {
  if (text === null) return null
  switch (type.kind) {
    case 'DECIMAL':
      return text
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
        .replace(/^-0$/, '0')
    case 'TIME':
    case 'TIMESTAMP':
      return text
        .replace('T', ' ')
        .replace(/(^| )(\d\d:\d\d)$/, '$1$2:00')
        .replace(/(\.\d*?)0+$/, '$1')
        .replace(/\.$/, '')
    default:
      return text
  }
}
