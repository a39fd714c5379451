/**
 * Random tables: every type that executes, NULLs, keys from small domains, a rowtime column whose disorder stays
 * within the watermark's delay, so that no row is late however the input is cut.
 *
 *     t0 (k INT, n STRING, ts TIMESTAMP(3), c0 DECIMAL(18, 4), c1 DOUBLE NOT NULL, …, WATERMARK FOR ts AS ts - INTERVAL '5' SECOND)
 */
import { parseType } from '#src/data/notation.ts'
import type { Op } from '#src/testing/memory-tables.ts'
import type { DataType } from '#src/data/type.ts'
import type { Value } from '#src/data/value.ts'
import { type Json, valueFrom } from '../conformance/values.ts'
import type { Choice } from './choice.ts'

/** Types that take part in the same functions. */
export type Family = 'bool' | 'int' | 'decimal' | 'approx' | 'text' | 'date' | 'time' | 'timestamp' | 'ltz'

export interface TableColumn {
  readonly name: string
  readonly type: DataType
  readonly typeText: string
  readonly family: Family
}

/** A row as JSON has it: numbers, texts and NULL, by column. */
export type JsonRow = readonly [op: Op, values: readonly Json[]]

export interface RandomTable {
  readonly name: string
  readonly columns: readonly TableColumn[]
  readonly rows: readonly JsonRow[]
  /** It has the column `ts` with a watermark. */
  readonly rowtime: boolean
  /** Its rows take others back. */
  readonly retracts: boolean
}

const columnTypes: readonly (readonly [text: string, family: Family])[] = [
  ['BOOLEAN', 'bool'],
  ['TINYINT', 'int'],
  ['SMALLINT', 'int'],
  ['INT', 'int'],
  ['BIGINT', 'int'],
  ['FLOAT', 'approx'],
  ['DOUBLE', 'approx'],
  ['DECIMAL(5, 2)', 'decimal'],
  ['DECIMAL(10, 0)', 'decimal'],
  ['DECIMAL(18, 4)', 'decimal'],
  ['DECIMAL(20, 3)', 'decimal'],
  ['DECIMAL(38, 10)', 'decimal'],
  ['STRING', 'text'],
  ['VARCHAR(12)', 'text'],
  ['CHAR(3)', 'text'],
  ['DATE', 'date'],
  ['TIME(0)', 'time'],
  ['TIMESTAMP(0)', 'timestamp'],
  ['TIMESTAMP(3)', 'timestamp'],
  ['TIMESTAMP(6)', 'timestamp'],
  ['TIMESTAMP_LTZ(3)', 'ltz'],
]

export interface TableOptions {
  readonly rows: number
  readonly retracts?: boolean
  /** Types that are left out. */
  readonly except?: readonly string[]
  /** Without: no point in time before 1970. */
  readonly before1970?: boolean
}

export function randomTable(choice: Choice, name: string, options: TableOptions): RandomTable {
  const rowtime = options.retracts !== true
  const types = columnTypes.filter(([text]) => options.except?.includes(text) !== true)
  const columns = [
    columnOf('k', 'INT', 'int'),
    columnOf('n', 'STRING', 'text'),
    ...(rowtime ? [columnOf('ts', 'TIMESTAMP(3)', 'timestamp')] : []),
    ...choice.many(4, 9, i => {
      const [text, family] = choice.one(types)
      return columnOf(`c${i}`, choice.chance(0.15) ? `${text} NOT NULL` : text, family)
    }),
  ]
  let ms = Date.UTC(2024, 1, 28, 23, 59, 30)
  const inserts = choice.many(choice.chance(0.1) ? 0 : 8, options.rows, (): Json[] => {
    ms += choice.one([0, 1, 500, 1000, 2500, 7000, 30_000])
    return columns.map(column => {
      if (column.name === 'ts') return timestampText(ms - choice.below(4000), 3)
      if (column.name === 'k' || column.name === 'n')
        return choice.chance(0.08) ? null : column.name === 'k' ? choice.below(4) : choice.one(['a', 'b', 'cc', ''])
      return column.type.nullable && choice.chance(0.15) ? null : randomValue(choice, column.type, options.before1970 ?? true)
    })
  })
  const rows = options.retracts === true ? history(choice, columns, inserts) : inserts.map((row): JsonRow => ['+I', row])
  return { name, columns, rows, rowtime, retracts: options.retracts === true }
}

const columnOf = (name: string, typeText: string, family: Family): TableColumn => ({
  name,
  typeText,
  family,
  type: parseType(typeText),
})

/** Rows that come, change and go: each retraction takes back what is there. */
function history(choice: Choice, columns: readonly TableColumn[], inserts: readonly Json[][]): JsonRow[] {
  const there: (readonly Json[])[] = []
  const rows: JsonRow[] = []
  for (const row of inserts) {
    rows.push(['+I', row])
    there.push(row)
    if (choice.chance(0.4)) {
      const at = choice.below(there.length)
      const column = choice.below(columns.length)
      const changed = there[at]!.with(column, choice.one(inserts)[column]!)
      rows.push(['-U', there[at]!], ['+U', changed])
      there[at] = changed
    }
    if (choice.chance(0.25)) rows.push(['-D', there.splice(choice.below(there.length), 1)[0]!])
  }
  return rows
}

/** What a history leaves. */
export const consolidated = (rows: readonly JsonRow[]): JsonRow[] => remaining(rows, values => JSON.stringify(values))

export function remaining<V>(rows: readonly (readonly [Op, V])[], keyOf: (values: V) => string): (readonly [Op, V])[] {
  const left: { readonly key: string; readonly values: V }[] = []
  for (const [op, values] of rows) {
    const key = keyOf(values)
    if (op === '+I' || op === '+U') left.push({ key, values })
    else
      left.splice(
        left.findIndex(other => other.key === key),
        1,
      )
  }
  return left.map(({ values }) => ['+I', values])
}

function randomValue(choice: Choice, type: DataType, before1970: boolean): Json {
  switch (type.kind) {
    case 'BOOLEAN':
      return choice.chance(0.5)
    case 'TINYINT':
      return choice.one([0, 1, 2, 3, -1, 7, 127, -128])
    case 'SMALLINT':
      return choice.one([0, 1, 2, -3, 10, 365, 32767, -32768])
    case 'INT':
      return choice.one([0, 1, 2, 3, -1, 12, 1000, 2147483647, -2147483648])
    case 'BIGINT':
      return String(choice.one([0n, 1n, 2n, -5n, 99n, 86400000n, 4294967296n, 9223372036854775807n, -9223372036854775808n]))
    case 'FLOAT':
      return choice.one([0, 1, 0.5, -2.25, 100.75, 1234.5])
    case 'DOUBLE':
      return choice.one([0, 1, 0.25, -1.5, 3.125, 1e6, -250.5])
    case 'DECIMAL':
      return decimalText(choice, type.precision, type.scale)
    case 'VARCHAR':
      return choice.one(['', 'a', 'Abc', 'foo bar', 'zoë', '12', '-3.5', ' x ', 'A_b%', '2024-02-29'])
    case 'CHAR':
      return choice.one(['abc', 'xyz', '  a', '123', 'B c'])
    case 'DATE':
      return choice.one(['2024-02-29', '1970-01-01', '1969-12-31', '2023-12-31', '2000-03-01'])
    case 'TIME':
      return choice.one(['00:00:00', '12:34:56', '23:59:59', '07:00:00'])
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const text = timestampText(
        choice.one([
          Date.UTC(2024, 1, 29, 23, 59, 59, 999),
          Date.UTC(2020, 0, 1),
          0,
          before1970 ? -1 : 1,
          Date.UTC(1999, 11, 31, 12, 30),
        ]),
        type.precision,
      )
      return type.kind === 'TIMESTAMP' ? text : `${text}Z`
    }
    default:
      throw new Error(`no random value of ${type.kind}`)
  }
}

function decimalText(choice: Choice, precision: number, scale: number): string {
  const whole = choice.one(['0', '1', '7', '12', '-3', '-0', '9'.repeat(precision - scale)])
  const fraction =
    scale === 0
      ? ''
      : `.${choice
          .one(['0', '5', '25', '01', '9'.repeat(scale)])
          .padEnd(scale, '0')
          .slice(0, scale)}`
  return whole + fraction
}

function timestampText(ms: number, precision: number): string {
  const text = new Date(ms).toISOString().replace('T', ' ').slice(0, -5)
  const fraction = new Date(ms).toISOString().slice(-4, -1)
  if (precision === 0) return text
  return `${text}.${precision === 3 ? fraction : `${fraction}${ms % 2 === 0 ? '000' : '001'}`}`
}

/** CREATE TABLE with these options. */
export function createTable(table: RandomTable, options: string): string {
  const columns = table.columns.map(column => `${column.name} ${column.typeText}`)
  if (table.rowtime) columns.push(`WATERMARK FOR ts AS ts - INTERVAL '5' SECOND`)
  return `CREATE TEMPORARY TABLE ${table.name} (${columns.join(', ')}) WITH (${options})`
}

/** The rows as values of the engine. */
export const typedRows = (table: RandomTable, rows = table.rows): [Op, Value[]][] =>
  rows.map(([op, values]) => [op, values.map((value, i) => valueFrom(table.columns[i]!.type, value))])

/** The rows as JSON lines. Numbers whose digits count are written as they are. */
export const jsonLines = (table: RandomTable): string =>
  table.rows
    .map(([, values]) => {
      const fields = values.flatMap((value, i) => {
        const { name, family } = table.columns[i]!
        if (value === null) return []
        const bare = family === 'int' || family === 'decimal' || family === 'approx' || family === 'bool'
        return [`${JSON.stringify(name)}:${bare ? String(value) : JSON.stringify(value)}`]
      })
      return `{${fields.join(',')}}\n`
    })
    .join('')
