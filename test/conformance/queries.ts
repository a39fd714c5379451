/** flink-queries-*.jsonl and flink-aggregates.jsonl: a query over small tables, its rows as texts or typed values. */
import type { CatalogEntry } from '#src/catalog/table.ts'
import { javaText } from '#src/data/java-text.ts'
import { parseType } from '#src/data/notation.ts'
import { type DataType, type Schema, isApproximate, printType } from '#src/data/type.ts'
import type { Value } from '#src/data/value.ts'
import { MemoryTables, type Op, type TestRow } from '#src/testing/memory-tables.ts'
import {
  type Case,
  type CollectedRows,
  type Verdict,
  bagOf,
  collect,
  failed,
  mustFail,
  passed,
  run,
  sameBag,
  sessionWith,
} from './case.ts'
import { plain } from './functions.ts'
import { rowsOf } from './tables.ts'
import { type Json, matchesValue, valueFrom } from './values.ts'

interface QueryCase {
  readonly id: string
  readonly sql: string
  readonly mode: 'batch' | 'streaming'
  readonly tables: Readonly<
    Record<
      string,
      { readonly columns: readonly { name: string; type?: string; computed?: string }[]; readonly rows: readonly Json[][] }
    >
  >
  readonly ddl?: readonly string[]
  readonly valuesData?: Readonly<Record<string, readonly { kind: Op; values: Json[] }[]>>
  readonly config?: Readonly<Record<string, string>>
  readonly expectedRows?: readonly (readonly (string | null)[])[]
  readonly expected?: readonly string[]
  readonly result?: 'append' | 'retract' | 'raw' | 'upsert' | 'values-result' | 'values-raw'
  readonly ordered?: boolean
  readonly sinkTable?: string
}

export const queryCase = (given: QueryCase): Case => ({ id: given.id, sql: given.sql, run: () => runQuery(given) })

async function runQuery(given: QueryCase): Promise<Verdict> {
  const tables = new MemoryTables()
  const session = sessionWith(tables, { ...given.config, 'execution.runtime-mode': given.mode })
  for (const [name, table] of Object.entries(given.tables)) {
    const stored = table.columns.filter(column => column.computed === undefined).map(column => parseType(column.type!))
    tables.sources.set(
      name,
      table.rows.map((row): TestRow => ['+I', row.map((value, i) => valueFrom(stored[i]!, value))]),
    )
    const columns = table.columns.map(
      c => `\`${c.name}\` ${c.computed === undefined ? printType(parseType(c.type!)) : `AS ${c.computed}`}`,
    )
    await run(session, `CREATE TABLE \`${name}\` (${columns.join(', ')}) WITH ('connector' = 'values', 'data-id' = '${name}')`)
  }
  for (const sql of given.ddl ?? []) {
    await run(session, sql)
    fillDeclared(session.catalogs.list(session.catalogs.currentCatalog, session.catalogs.currentDatabase!), given, tables)
  }
  if (given.result?.startsWith('values') !== true) return judgeRows(given, await collect(session, given.sql))
  const sink = session.catalogs
    .list(session.catalogs.currentCatalog, session.catalogs.currentDatabase!)
    .find(entry => entry.path[2] === given.sinkTable)
  if (sink?.kind === 'table') {
    await run(session, given.sql)
    return judgeChanges(
      given,
      sink.columns.filter(column => column.kind !== 'computed'),
      tables.sinks.get(given.sinkTable!) ?? [],
    )
  }
  // A sink that the test made in Java: the query alone, whose rows it would hold.
  const query = await collect(session, given.sql.replace(/^\s*INSERT\s+INTO\s+\w+/i, ''))
  return judgeChanges(given, query.schema, query.changes)
}

/** The rows of tables declared by DDL become values once their types are known. */
function fillDeclared(entries: readonly CatalogEntry[], given: QueryCase, tables: MemoryTables): void {
  for (const entry of entries) {
    if (entry.kind !== 'table') continue
    const id = entry.options['data-id']
    const rows = id === undefined ? undefined : given.valuesData?.[id]
    if (id !== undefined && rows !== undefined && !tables.sources.has(id)) tables.sources.set(id, rowsOf(entry, rows))
  }
}

function judgeRows(given: QueryCase, { schema, changes }: CollectedRows): Verdict {
  if (given.expectedRows !== undefined) {
    // Flink compares the texts of rows, in which NULL is null.
    const cells = (row: readonly Value[]) =>
      JSON.stringify(row.map((value, i) => (value === null ? 'null' : javaText(schema[i]!.type, value))))
    const expected = given.expectedRows.map(row => JSON.stringify(row.map((text, i) => expectedText(schema[i]?.type, text))))
    const got = given.ordered === true ? changes.map(([, row]) => cells(row)) : bagOf(changes, cells)
    const same =
      given.ordered === true
        ? got.length === expected.length && got.every((row, i) => row === expected[i])
        : sameBag(got, expected)
    return same ? passed : failed(expected.join(' '), got.join(' '))
  }
  const text = (row: readonly Value[]) => row.map((value, i) => javaText(schema[i]!.type, value)).join(',')
  const expected = given.expected!
  const got =
    given.result === 'raw' ? changes.map(([op, row]) => `(${op === '+I' || op === '+U'},${text(row)})`) : bagOf(changes, text)
  return sameBag(got, expected) ? passed : failed(expected.toSorted().join(' | '), got.toSorted().join(' | '))
}

/** A whole number may stand for a DOUBLE. */
const expectedText = (type: DataType | undefined, text: string | null): string =>
  text !== null && type !== undefined && isApproximate(type) && /^-?\d+$/.test(text) ? `${text}.0` : String(text)

/** What a sink was told: each change, or the rows that are left. */
function judgeChanges(given: QueryCase, schema: Schema, changes: CollectedRows['changes']): Verdict {
  const text = (row: readonly Value[]) => row.map((value, i) => javaText(schema[i]!.type, value)).join(', ')
  const got =
    given.result === 'values-raw'
      ? changes.map(([op, row]) => `${op}[${text(row)}]`)
      : bagOf(changes, text).map(row => `+I[${row}]`)
  const expected = given.expected!
  return sameBag(got, expected) ? passed : failed(expected.toSorted().join(' | '), got.toSorted().join(' | '))
}

interface AggregateCase {
  readonly id: string
  readonly sql: string
  readonly columns: readonly { name: string; type: string }[]
  readonly rows: readonly { kind: Op; values: Json[] }[]
  readonly expectedTypes?: readonly string[]
  readonly expectedRows?: readonly Json[][]
  readonly error?: boolean
}

export const aggregateCase = (given: AggregateCase): Case => ({ id: given.id, sql: given.sql, run: () => runAggregate(given) })

async function runAggregate(given: AggregateCase): Promise<Verdict> {
  const tables = new MemoryTables()
  const session = sessionWith(tables, { 'execution.runtime-mode': 'streaming' })
  const schema: Schema = given.columns.map(({ name, type }) => ({ name, type: parseType(type) }))
  tables.sources.set(
    'source_t',
    given.rows.map(({ kind, values }): TestRow => [kind, values.map((value, i) => valueFrom(schema[i]!.type, value))]),
  )
  const evaluated = async () => {
    const columns = schema.map(({ name, type }) => `\`${name}\` ${printType(type)}`).join(', ')
    await run(session, `CREATE TABLE source_t (${columns}) WITH ('connector' = 'values', 'changelog-mode' = 'I,UA,UB,D')`)
    return collect(session, given.sql)
  }
  if (given.error === true) return mustFail(async () => JSON.stringify((await evaluated()).changes, plain))
  const { schema: result, changes } = await evaluated()
  const left = materialized(result, changes)
  const expectedTypes = given.expectedTypes!.map(parseType)
  const expected = [...given.expectedRows!]
  for (const row of left) {
    const at = expected.findIndex(wanted => row.every((value, i) => matchesValue(expectedTypes[i]!, value, wanted[i]!)))
    if (at < 0) return failed(JSON.stringify(given.expectedRows), JSON.stringify(left, plain))
    expected.splice(at, 1)
  }
  return expected.length === 0 ? passed : failed(JSON.stringify(given.expectedRows), JSON.stringify(left, plain))
}

function materialized(schema: Schema, changes: CollectedRows['changes']): (readonly Value[])[] {
  const rows: { readonly key: string; readonly row: readonly Value[] }[] = []
  for (const [op, row] of changes) {
    const key = row.map((value, i) => javaText(schema[i]!.type, value)).join(',')
    if (op === '+I' || op === '+U') rows.push({ key, row })
    else
      rows.splice(
        rows.findIndex(r => r.key === key),
        1,
      )
  }
  return rows.map(({ row }) => row)
}
