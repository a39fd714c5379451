/** flink-functions.jsonl: one expression over a table of one row. */
import { javaText } from '#src/data/java-text.ts'
import { parseType } from '#src/data/notation.ts'
import { printType, sameType } from '#src/data/type.ts'
import { MemoryTables } from '#src/testing/memory-tables.ts'
import { type Case, type Verdict, collect, failed, mustFail, passed, run, sessionWith } from './case.ts'
import { type Json, matchesValue, valueFrom } from './values.ts'
import { isWithinTolerance } from './tolerance.ts'

interface FunctionCase {
  readonly id: string
  readonly kind: 'string' | 'typed'
  readonly expr: string
  readonly expected: Json
  readonly expectedType?: string | string[]
  readonly row?: Row
  readonly timeZone?: string
  readonly config?: Readonly<Record<string, string>>
  readonly error?: boolean
  readonly multi?: boolean
  readonly approx?: boolean
  readonly table?: string
}

type Row = Readonly<Record<string, { readonly type: string; readonly value: Json }>>

/** `tables` are the tables of one row that cases name. */
export const functionCase =
  (tables: Readonly<Record<string, Row>>) =>
  (listed: FunctionCase): Case => {
    // Cases that name columns as testTable.f0 do not list them.
    const named = listed.row === undefined && listed.expr.includes('testTable.') && listed.table !== undefined
    const row = named ? without(tables[listed.table!], 'STRUCTURED') : listed.row
    const given: FunctionCase = row === undefined ? listed : { ...listed, row }
    const sql = `SELECT ${selected(given)}${row === undefined ? '' : ' FROM testTable'}`
    return { id: given.id, sql, run: () => runCase(given, sql) }
  }

/** The text of a value is what CAST makes of it; of `row.*` Flink's test looks at the first field. */
function selected({ kind, error, expr }: FunctionCase): string {
  return kind === 'string' && error !== true && !expr.endsWith('.*') ? `CAST((${expr}) AS STRING)` : expr
}

const without = (row: Row | undefined, type: string): Row | undefined =>
  row && Object.fromEntries(Object.entries(row).filter(([, column]) => !column.type.includes(type)))

async function runCase(given: FunctionCase, sql: string): Promise<Verdict> {
  const evaluated = () => evaluate(given, sql)
  if (given.error === true) return mustFail(async () => JSON.stringify((await evaluated()).row, plain))
  const { schema, row } = await evaluated()
  if (given.kind === 'string') {
    const expected = given.expected as string | null
    const [first] = row
    const got = given.expr.endsWith('.*') ? javaText(schema[0]!.type, first!) : (first as string | null)
    if (given.approx === true && expected !== null && got !== null && isWithinTolerance(Number(got), Number(expected)))
      return passed
    return got === expected ? passed : failed(String(expected), String(got))
  }
  const multi = given.multi === true
  const expectedTypes = (multi ? (given.expectedType as string[]) : [given.expectedType as string]).map(parseType)
  const expected = multi ? (given.expected as Json[]) : [given.expected]
  const types = schema.map(field => printType(field.type)).join('; ')
  if (!schema.every((field, i) => sameType(field.type, expectedTypes[i]!))) {
    return failed(`type ${expectedTypes.map(printType).join('; ')}`, `type ${types}`)
  }
  const matches = row.every((value, i) => matchesValue(expectedTypes[i]!, value, expected[i]!, given.approx))
  return matches ? passed : failed(JSON.stringify(expected), JSON.stringify(row, plain))
}

async function evaluate(given: FunctionCase, sql: string) {
  const tables = new MemoryTables()
  const session = sessionWith(tables, {
    ...given.config,
    'execution.runtime-mode': 'batch',
    'table.local-time-zone': given.timeZone ?? 'UTC',
  })
  if (given.row !== undefined) {
    const columns = Object.entries(given.row).map(([name, { type, value }]) => ({ name, type: parseType(type), value }))
    tables.sources.set('t', [['+I', columns.map(column => valueFrom(column.type, column.value))]])
    const declared = columns.map(({ name, type }) => `\`${name}\` ${printType(type)}`).join(', ')
    await run(session, `CREATE TABLE testTable (${declared}) WITH ('connector' = 'values', 'data-id' = 't')`)
  }
  const { schema, changes } = await collect(session, sql)
  if (changes.length !== 1) throw new Error(`one row was expected, ${changes.length} came`)
  return { schema, row: changes[0]![1] }
}

export const plain = (_key: string, value: unknown): unknown =>
  typeof value === 'bigint' ? `${value}` : value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value
