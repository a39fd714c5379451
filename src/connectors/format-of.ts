/** The format of a table, looked up by its `format` option, and that format's own options without their prefix. */
import { SqlError } from '../base/errors.ts'
import { didYouMean } from '../base/suggest.ts'
import { Options } from '../catalog/option.ts'
import { type TableEntry, printPath } from '../catalog/table.ts'
import type { BulkFormat, Format } from '../formats/format.ts'
import { bulkFormats, formats } from '../formats/index.ts'

export type TableFormat = { readonly messages: Format } | { readonly bulk: BulkFormat }

export function formatOf(table: TableEntry): { readonly format: TableFormat; readonly options: Options } {
  const name = table.options['format']
  const known = [...formats.keys(), ...bulkFormats.keys()]
  if (name === undefined) {
    throw new SqlError('OPTION_MISSING', `table ${printPath(table.path)} needs the option 'format'`, undefined, {
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
    key.startsWith(`${name}.`) ? [[key.slice(name.length + 1), value] as const] : [],
  )
  const options = new Options(`format '${name}' of table ${printPath(table.path)}`, found.options, Object.fromEntries(own))
  return { format: messages === undefined ? { bulk: bulk! } : { messages }, options }
}

/** The format for tables that are written message by message. */
export function encodingFormatOf(table: TableEntry): { readonly format: Format; readonly options: Options } {
  const { format, options } = formatOf(table)
  if ('bulk' in format || format.messages.encoder === undefined) {
    throw new SqlError(
      'FORMAT_WRITE',
      `format '${'bulk' in format ? format.bulk.name : format.messages.name}' can't be written yet (table ${printPath(table.path)})`,
    )
  }
  return { format: format.messages, options }
}
