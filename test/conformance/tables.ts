/** The rows of a table as the cases list them: the physical columns, then metadata in the order the table offers it. */
import type { TableEntry } from '#src/catalog/table.ts'
import type { DataType } from '#src/data/type.ts'
import type { Value } from '#src/data/value.ts'
import type { Op, TestRow } from '#src/testing/memory-tables.ts'
import { type Json, valueFrom } from './values.ts'

export interface Rows {
  readonly kind: Op
  readonly values: Json[]
}

/** The columns that rows of a table hold, in the order of its declaration. */
export const stored = (table: TableEntry): readonly StoredColumn[] =>
  table.columns.filter((column): column is StoredColumn => column.kind !== 'computed')
type StoredColumn = Exclude<TableEntry['columns'][number], { readonly kind: 'computed' }>

/** Values of `rows` in the order of `stored(table)`. */
export function rowsOf(table: TableEntry, rows: readonly Rows[]): TestRow[] {
  const columns = stored(table)
  const places = placesOf(table, columns)
  return rows.map(({ kind, values }) => [kind, columns.map((column, i) => cell(column.type, values[places[i]!] ?? null, kind))])
}

function placesOf(table: TableEntry, columns: readonly StoredColumn[]): readonly number[] {
  const physical = columns.filter(column => column.kind === 'physical').map(column => column.name)
  const offered = (table.options['readable-metadata'] ?? '').split(',').map(entry => entry.split(':')[0]!.trim())
  return columns.map((column, i) => {
    if (column.kind === 'physical') return physical.indexOf(column.name)
    const place = offered.indexOf(column.key)
    return place < 0 ? i : physical.length + place
  })
}

function cell(type: DataType, json: Json, kind: Op): Value {
  // A deletion may carry its key alone: Flink's rows then hold something in the other columns, even in NOT NULL ones.
  if (json === null && !type.nullable && kind === '-D') return emptyOf(type)
  return valueFrom(type, json, { pads: false })
}

function emptyOf(type: DataType): Value {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return ''
    case 'BOOLEAN':
      return false
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'DATE':
    case 'TIME':
    case 'FLOAT':
    case 'DOUBLE':
      return 0
    case 'BIGINT':
    case 'DECIMAL':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return 0n
    default:
      throw new Error(`no empty value of ${type.kind}`)
  }
}
