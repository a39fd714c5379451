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
import { type Chunk, rowAt } from '#src/data/chunk.ts'
import { parseRows, parseSchema, printRow } from '#src/data/notation.ts'
import { type RowKind, rowKindText } from '#src/data/row-kind.ts'
import type { Schema } from '#src/data/type.ts'
import type { TestRow } from '#src/testing/memory-tables.ts'
import type { Script } from './run.ts'
import { type RandomTable, createTable, remaining, typedRows } from './tables.ts'

export function printScript(tables: readonly RandomTable[], query: string, comment: string): string {
  const blocks = tables.map(table => {
    const schema: Schema = table.columns
    const rows = typedRows(table).map(([op, values]) => `${op} ${printRow(schema, values)}`)
    return [createTable(table, `'connector' = 'values', 'data-id' = '${table.name}'`), ...rows].join('\n')
  })
  return [comment.replaceAll(/^/gm, '-- '), ...blocks, query].join('\n\n')
}

export interface FoundScript extends Script {
  /** Rows that the query leaves, in the notation. */
  readonly expected: readonly string[]
}

export function parseScript(text: string): FoundScript {
  const blocks = text
    .split(/\n\s*\n/)
    .map(block => block.split('\n').filter(line => line.trim() !== '' && !line.startsWith('--')))
    .filter(lines => lines.length > 0)
  const last = blocks.at(-1)!
  return {
    tables: blocks.slice(0, -1).map(tableOf),
    query: last.filter(line => !line.startsWith('= ')).join('\n'),
    expected: last.filter(line => line.startsWith('= ')).map(line => line.slice(2)),
  }
}

function tableOf([ddl, ...lines]: readonly string[]): Script['tables'][number] {
  const [, name, columns] = /TABLE (\w+) \((.*)\) WITH \(/.exec(ddl!)!
  const schema = parseSchema(columns!.replace(/, WATERMARK .*$/, ''))
  const rows = rowsOf(parseRows(schema, lines.join('\n')))
  if (rows.every(([op]) => op === '+I')) return { name: name!, ddl: () => ddl!, rows: () => rows }
  const left = remaining(rows, values => printRow(schema, values))
  const changelog = ddl!.replace(/\)$/, `, 'changelog-mode' = 'I,UB,UA,D')`)
  return { name: name!, ddl: mode => (mode === 'batch' ? ddl! : changelog), rows: mode => (mode === 'batch' ? left : rows) }
}

const rowsOf = (chunk: Chunk): TestRow[] =>
  Array.from({ length: chunk.length }, (_, i) => [rowKindText[(chunk.kinds?.[i] ?? 0) as RowKind]!, rowAt(chunk, i)])
