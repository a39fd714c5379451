/** The format json: one JSON object a message; files hold one a line, or top-level arrays of them. */
import type { Format } from '../format.ts'
import { JsonSplitter } from '../framing-json.ts'
import { JsonDecoder } from './decoder.ts'
import { JsonEncoder } from './encoder.ts'
import { jsonOptions, jsonReadOptions, jsonWriteOptions } from './options.ts'

export const json: Format = {
  name: 'json',
  options: jsonOptions,
  framing: 'lines',
  nestedProjection: true,
  decoder: (schema, all, options, context) => new JsonDecoder(schema, all, jsonReadOptions(options), context),
  encoder: (schema, options, { name }) => new JsonEncoder(name, schema, jsonWriteOptions(options)),
  splitter: (options, settings) => new JsonSplitter({ ...settings, lenient: jsonReadOptions(options).ignoreParseErrors }),
}
