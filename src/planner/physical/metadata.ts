/** Metadata columns: read in the connector's type, then cast to the declared one; written the other way round. */
import { SqlError } from '../../base/errors.ts'
import { didYouMean } from '../../base/suggest.ts'
import { type TableColumn, type TableEntry, printPath } from '../../catalog/table.ts'
import { type Schema, printType } from '../../data/type.ts'
import { castability } from '../../expr/cast.ts'
import type { Columns, LogicalOf } from '../logical/plan.ts'

/** The columns of a scan as the connector gives them. Fails for a key it does not have, or a type that is none of its. */
export function metadataTypes(plan: LogicalOf<'Scan'>, offered: Schema): Columns {
  return plan.schema.map(column => {
    const declared = plan.table.columns.find(c => c.name === column.name)
    if (declared?.kind !== 'metadata') return column
    const found = offered.find(m => m.name === declared.key)
    if (found === undefined) {
      const keys = offered.map(m => m.name)
      const hint = didYouMean(declared.key, keys) ?? (keys.length === 0 ? 'it has none' : `it has ${keys.join(', ')}`)
      const message = `Invalid metadata key '${declared.key}' in column '${column.name}' of table '${printPath(plan.table.path)}'`
      throw new SqlError('METADATA_UNKNOWN', message, undefined, { hint })
    }
    if (castability(found.type, column.type) !== 'never') return { ...column, type: found.type }
    const message =
      `Invalid data type for metadata column '${column.name}' of table '${printPath(plan.table.path)}': ` +
      `${printType(found.type)} is not castable to ${printType(column.type)}`
    throw new SqlError('METADATA_TYPE', message)
  })
}

/** The columns that a table is written with, as its connector takes them. */
export function writtenTypes(table: TableEntry, written: readonly TableColumn[], taken: Schema): Schema {
  return written.map(column => {
    if (column.kind !== 'metadata') return column
    const found = taken.find(m => m.name === column.key)
    if (found === undefined) {
      const keys = taken.map(m => m.name)
      const hint = didYouMean(column.key, keys) ?? 'declare it VIRTUAL if it shall not be written'
      const those = keys.length === 0 ? 'no metadata can be written there' : `${keys.join(', ')} can be written there`
      const message = `Invalid metadata key '${column.key}' in column '${column.name}' of table '${printPath(table.path)}': ${those}`
      throw new SqlError('METADATA_UNKNOWN', message, undefined, { hint })
    }
    if (castability(column.type, found.type) !== 'never') return { name: column.name, type: found.type }
    const message =
      `Invalid data type for metadata column '${column.name}' of table '${printPath(table.path)}': ` +
      `${printType(column.type)} is not castable to ${printType(found.type)}`
    throw new SqlError('METADATA_TYPE', message)
  })
}
