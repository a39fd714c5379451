/**
 * A failure as a script of its own, and back: what stands in `test/programs/found`.
 *
 *     -- What was wrong.
 *     CREATE TEMPORARY TABLE t0 (k INT, n STRING) WITH ('connector' = 'values', 'data-id' = 't0')
 *     +I 1 a
 *     -D 1 a
 *
 *     SELECT k, COUNT(*) FROM t0 GROUP BY k
 *     = 1 2
 */
import { parseSchema, printRow } from '#src/data/notation.ts'
import { Chunk, rowAt } from '#src/data/chunk.ts'
import { parseRows } from '#src/data/notation.ts'
import { type RowKind, rowKindText } from '#src/data/row-kind.ts'
import type { Schema } from '#src/data/type.ts'
import type { TestRow } from '#src/testing/memory-tables.ts'
import { type RandomTable, createTable, typedRows } from './tables.ts'

export function printScript(tables: readonly RandomTable[], query: string, comment: string): string {
  const blocks = tables.map(table => {
    const schema: Schema = table.columns
    const rows = typedRows(table).map(([op, values]) => `${op} ${printRow(schema, values)}`)
    return [createTable(table, `'connector' = 'values', 'data-id' = '${table.name}'`), ...rows].join('\n')
  })
  return [comment.replaceAll(/^/gm, '-- '), ...blocks, query].join('\n\n')
}

export interface FoundScript {
  readonly tables: readonly { readonly name: string; readonly ddl: string; readonly rows: readonly TestRow[] }[]
  readonly query: string
  /** Rows that the query leaves, in the notation. */
  readonly expected: readonly string[]
}

export function parseScript(text: string): FoundScript {
  const blocks = text
    .split(/\n\s*\n/)
    .map(block => block.split('\n').filter(line => line.trim() !== '' && !line.startsWith('--')))
    .filter(lines => lines.length > 0)
  const tables = blocks.slice(0, -1).map(([ddl, ...rows]) => {
    const [, name, columns] = /TABLE (\w+) \((.*)\) WITH/.exec(ddl!)!
    const schema = parseSchema(columns!.replace(/, WATERMARK .*$/, ''))
    return { name: name!, ddl: ddl!, rows: rowsOf(parseRows(schema, rows.join('\n'))) }
  })
  const last = blocks.at(-1)!
  return {
    tables,
    query: last.filter(line => !line.startsWith('= ')).join('\n'),
    expected: last.filter(line => line.startsWith('= ')).map(line => line.slice(2)),
  }
}

const rowsOf = (chunk: Chunk): TestRow[] =>
  Array.from({ length: chunk.length }, (_, i) => [rowKindText[(chunk.kinds?.[i] ?? 0) as RowKind]!, rowAt(chunk, i)])
