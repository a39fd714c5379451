/**
 * The format of a table, looked up by its `format` option, and that format's own options without their prefix. Tables whose
 * records have a key have two: `key.format` with `key.json.…`, and `format` or `value.format` with `value.json.…`.
 */
import { SqlError } from '../base/errors.ts'
import { didYouMean } from '../base/suggest.ts'
import { Options } from '../catalog/option.ts'
import { type TableEntry, printPath } from '../catalog/table.ts'
import type { BulkFormat, Format } from '../formats/format.ts'
import { bulkFormats, formats } from '../formats/index.ts'

export type TableFormat = { readonly messages: Format } | { readonly bulk: BulkFormat }

/** Where a table may name a format. */
export type FormatPlace = '' | 'key.' | 'value.'

export function formatOf(
  table: TableEntry,
  place: FormatPlace = '',
): { readonly format: TableFormat; readonly options: Options } {
  const name = table.options[`${place}format`]
  const known = [...formats.keys(), ...bulkFormats.keys()]
  if (name === undefined) {
    throw new SqlError('OPTION_MISSING', `table ${printPath(table.path)} needs the option '${place}format'`, undefined, {
      hint: `the formats are: ${known.join(', ')}`,
    })
  }
  const messages = formats.get(name)
  const bulk = bulkFormats.get(name)
  const found = messages ?? bulk
  if (found === undefined) {
    throw new SqlError('FORMAT_UNKNOWN', `there is no format '${name}' (table ${printPath(table.path)})`, undefined, {
      hint: didYouMean(name, known) ?? `the formats are: ${known.join(', ')}`,
    })
  }
  const own = Object.entries(table.options).flatMap(([key, value]) =>
    key.startsWith(`${place}${name}.`) ? [[key.slice(place.length + name.length + 1), value] as const] : [],
  )
  const options = new Options(`format '${name}' of table ${printPath(table.path)}`, found.options, Object.fromEntries(own))
  return { format: messages === undefined ? { bulk: bulk! } : { messages }, options }
}

/** The format for tables that are written message by message. */
export function encodingFormatOf(
  table: TableEntry,
  place: FormatPlace = '',
): { readonly format: Format; readonly options: Options } {
  const { format, options } = formatOf(table, place)
  if ('bulk' in format || format.messages.encoder === undefined) {
    throw new SqlError(
      'FORMAT_WRITE',
      `format '${'bulk' in format ? format.bulk.name : format.messages.name}' can't be written yet (table ${printPath(table.path)})`,
    )
  }
  return { format: format.messages, options }
}
