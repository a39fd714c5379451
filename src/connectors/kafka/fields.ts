/**
 * Which columns of a table are in the key of its records and which in the value.
 *
 *     k_id INT, name STRING      key.fields = k_id, key.fields-prefix = k_, value.fields-include = EXCEPT_KEY
 *     key  id                    value  name
 */
import { SqlError } from '../../base/errors.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { Options } from '../../catalog/option.ts'
import { type TableEntry, printPath } from '../../catalog/table.ts'
import type { Field, Schema } from '../../data/type.ts'
import type { BulkFormat, Format } from '../../formats/format.ts'
import { type FormatPlace, formatOf } from '../format-of.ts'
import { wrong } from './options.ts'

export interface Part {
  readonly format: Format
  readonly options: Options
  /** As the format sees them: without the prefix. */
  readonly schema: Schema
  /** As the table has them. */
  readonly columns: readonly string[]
}

export interface Parts {
  readonly key: Part | undefined
  readonly value: Part
}

export function partsOf(table: TableEntry): Parts {
  const { options } = table
  const physical: Field[] = table.columns.flatMap(c => (c.kind === 'physical' ? [{ name: c.name, type: c.type }] : []))
  const names = (options['key.fields'] ?? '')
    .split(';')
    .map(name => name.trim())
    .filter(name => name !== '')
  if (options['key.format'] !== undefined && names.length === 0)
    throw wrong("'key.format' says how keys are written, and 'key.fields' not which columns are in them", 'OPTION_MISSING')
  if (options['key.format'] === undefined && names.length > 0)
    throw wrong("'key.fields' says which columns are in the key, and 'key.format' not how it is written", 'OPTION_MISSING')
  const prefix = options['key.fields-prefix'] ?? ''
  const exceptKey = (options['value.fields-include'] ?? 'ALL').toUpperCase() === 'EXCEPT_KEY'
  if (prefix !== '' && !exceptKey)
    throw wrong("'key.fields-prefix' needs 'value.fields-include' to be EXCEPT_KEY: a column is in the key or in the value then")
  const keyFields = names.map(name => keyField(name, physical, prefix, table))
  const value: FormatPlace = options['value.format'] === undefined ? '' : 'value.'
  return {
    key:
      names.length === 0
        ? undefined
        : {
            ...messageFormat(table, 'key.'),
            schema: keyFields.map(field => ({ ...field, name: field.name.slice(prefix.length) })),
            columns: names,
          },
    value: partOfValue(table, value, exceptKey ? physical.filter(field => !names.includes(field.name)) : physical),
  }
}

const partOfValue = (table: TableEntry, place: FormatPlace, schema: Schema): Part => ({
  ...messageFormat(table, place),
  schema,
  columns: schema.map(field => field.name),
})

function keyField(name: string, physical: readonly Field[], prefix: string, table: TableEntry): Field {
  const field = physical.find(c => c.name === name)
  if (field === undefined) {
    const known = physical.map(c => c.name)
    throw new SqlError(
      'COLUMN_UNKNOWN',
      `'key.fields' names '${name}', which is no physical column of ${printPath(table.path)}`,
      undefined,
      {
        hint: didYouMean(name, known) ?? `there are ${known.join(', ')}`,
      },
    )
  }
  if (!name.startsWith(prefix))
    throw wrong(`all of 'key.fields' begin with 'key.fields-prefix', which is '${prefix}'; '${name}' does not`)
  return field
}

function messageFormat(table: TableEntry, place: FormatPlace): { readonly format: Format; readonly options: Options } {
  const { format, options } = formatOf(table, place)
  if ('bulk' in format) throw fileFormat(format.bulk, table)
  return { format: format.messages, options }
}

const fileFormat = ({ name }: BulkFormat, table: TableEntry): SqlError =>
  new SqlError('FORMAT_STREAM', `format '${name}' is one of files, not of messages (table ${printPath(table.path)})`)
