/** Runs a query over random tables in memory: as a batch, and as a stream that is cut and crashes. */
import { MillraceError } from '#src/base/errors.ts'
import type { TableEntry } from '#src/catalog/table.ts'
import { printValue } from '#src/data/notation.ts'
import { BufferPool } from '#src/data/pool.ts'
import { type Schema, isApproximate } from '#src/data/type.ts'
import { Session } from '#src/engine/session.ts'
import { createTableText } from '#src/engine/show.ts'
import { runWithCrashes } from '#src/testing/crash.ts'
import { MemoryTables, type TestRow } from '#src/testing/memory-tables.ts'
import { type Cells, applied } from './compare.ts'
import { type RandomTable, consolidated, createTable, typedRows } from './tables.ts'

export type Answer =
  | TableAnswer
  | { readonly kind: 'error'; readonly text: string; readonly code: string; readonly internal: boolean }

export interface TableAnswer {
  readonly kind: 'table'
  readonly schema: Schema
  readonly rows: readonly Cells[]
  /** Taken back without ever having been there. */
  readonly missing: readonly Cells[]
}

export interface Run {
  readonly mode: 'batch' | 'streaming'
  readonly chunkRows: number
  readonly crashes: readonly number[]
}

/** Tables and a query over them. The rows of a history are what a stream reads; a batch reads what they leave. */
export interface Script {
  readonly tables: readonly {
    readonly name: string
    readonly ddl: (mode: Run['mode']) => string
    readonly rows: (mode: Run['mode']) => readonly TestRow[]
  }[]
  readonly query: string
}

/** The table that the query leaves, or how it failed. */
export const answer = (tables: readonly RandomTable[], query: string, run: Run): Promise<Answer> =>
  answerOver(scriptOf(tables, query), run)

const scriptOf = (tables: readonly RandomTable[], query: string): Script => ({
  query,
  tables: tables.map(table => ({
    name: table.name,
    ddl: mode => createTable(table, tableOptions(table, mode)),
    rows: mode => typedRows(table, mode === 'batch' ? consolidated(table.rows) : table.rows),
  })),
})

export async function answerOver(script: Script, run: Run): Promise<Answer> {
  try {
    return await ran(script, run)
  } catch (error) {
    if (error instanceof MillraceError)
      return { kind: 'error', text: `${error.code}: ${error.message}`, code: error.code, internal: error.kind === 'internal' }
    return {
      kind: 'error',
      text: error instanceof Error ? (error.stack ?? error.message) : String(error),
      code: 'CRASH',
      internal: true,
    }
  }
}

async function ran({ tables, query }: Script, run: Run): Promise<TableAnswer> {
  const memory = new MemoryTables({ chunkRows: run.chunkRows })
  for (const table of tables) memory.sources.set(table.name, table.rows(run.mode))
  const setup = tables.map(table => table.ddl(run.mode)).join(';\n')
  const entry = await sinkEntry(memory, setup, query, run.mode)
  await runWithCrashes({
    setup: `${setup};\n${createTableText(entry)}`,
    insert: `INSERT INTO sink ${query}`,
    tables: memory,
    crashes: run.crashes,
    config: { 'execution.runtime-mode': run.mode },
  })
  const { columns } = entry
  const cells = (memory.sinks.get('sink') ?? []).map(
    ([op, row]) => [op, row.map((value, i) => (value === null ? null : printValue(columns[i]!.type, value)))] as const,
  )
  return { kind: 'table', schema: columns, ...applied(cells) }
}

function tableOptions(table: RandomTable, mode: Run['mode']): string {
  const changes = table.retracts && mode === 'streaming' ? `, 'changelog-mode' = 'I,UB,UA,D'` : ''
  return `'connector' = 'values', 'data-id' = '${table.name}'${changes}`
}

/** A table with the columns of the query, so that any changelog can be written to it. */
async function sinkEntry(memory: MemoryTables, setup: string, query: string, mode: Run['mode']): Promise<TableEntry> {
  const session = new Session({
    connectors: [memory.connector],
    pool: new BufferPool({ poison: true }),
    config: [
      ['table.local-time-zone', 'UTC'],
      ['execution.runtime-mode', mode],
    ],
  })
  for await (const outcome of session.execute(`${setup};\nCREATE VIEW v AS ${query}`))
    if (outcome.kind !== 'done') throw new Error(`a definition answers ${outcome.kind}`)
  const view = session.catalogs.get(['v'])
  if (view.kind !== 'view') throw new Error('v is a view')
  return {
    kind: 'table',
    path: ['default_catalog', 'default_database', 'sink'],
    columns: view.schema.map((field, i) => ({ ...field, name: `c${i}`, kind: 'physical' as const })),
    primaryKey: [],
    watermark: undefined,
    partitionedBy: [],
    options: { connector: 'values' },
    comment: undefined,
    temporary: false,
  }
}

export const approximate = (schema: Schema): boolean[] => schema.map(field => isApproximate(field.type))
