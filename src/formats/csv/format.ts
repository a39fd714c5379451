/** The format csv: one record a message; quotes may hold line ends. */
import type { Format } from '../format.ts'
import { CsvSplitter } from '../framing-csv.ts'
import { CsvDecoder } from './decoder.ts'
import { CsvEncoder } from './encoder.ts'
import { csvDialect, csvOptions } from './dialect.ts'

export const csv: Format = {
  name: 'csv',
  options: csvOptions,
  framing: 'csv',
  splitter: (options, settings) => new CsvSplitter(settings, csvDialect(options), { header: options.boolean('header') }),
  encoder: (schema, options, { name }) =>
    new CsvEncoder(name, schema, csvDialect(options), options.boolean('write-bigdecimal-in-scientific-notation')),
  decoder: (schema, all, options, context) =>
    new CsvDecoder(
      schema,
      all,
      { dialect: csvDialect(options), ignoreParseErrors: options.boolean('ignore-parse-errors') },
      context,
    ),
}
