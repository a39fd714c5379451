/** The options of the format json, by Flink's names. */
import { SqlError } from '../../base/errors.ts'
import type { OptionSet, Options } from '../../catalog/option.ts'
import type { TimestampStandard } from '../java-parse.ts'

export const jsonOptions: OptionSet = {
  required: [],
  optional: [
    {
      name: 'fail-on-missing-field',
      type: 'boolean',
      default: 'false',
      description: 'fail where a field is missing instead of reading NULL',
    },
    {
      name: 'ignore-parse-errors',
      type: 'boolean',
      default: 'false',
      description: 'a field that does not fit its column is NULL, a broken record is skipped; both are counted',
    },
    {
      name: 'timestamp-format.standard',
      type: 'enum',
      values: ['SQL', 'ISO-8601'],
      default: 'SQL',
      description: "'2020-01-01 00:00:05.123' or '2020-01-01T00:00:05.123'; TIMESTAMP_LTZ with a Z behind it",
    },
    {
      name: 'map-null-key.mode',
      type: 'enum',
      values: ['FAIL', 'DROP', 'LITERAL'],
      default: 'FAIL',
      description: 'what is written for a NULL key of a MAP',
    },
    {
      name: 'map-null-key.literal',
      type: 'string',
      default: 'null',
      description: "the key written for a NULL key in the mode 'LITERAL'",
    },
    {
      name: 'encode.decimal-as-plain-number',
      type: 'boolean',
      default: 'false',
      description: 'write DECIMAL with all its digits, never as 1E+3',
    },
    { name: 'encode.ignore-null-fields', type: 'boolean', default: 'false', description: 'leave out fields that are NULL' },
    {
      name: 'decode.json-parser.enabled',
      type: 'boolean',
      default: 'true',
      description: "accepted for Flink's sake; Millrace has one decoder",
    },
  ],
}

export interface JsonReadOptions {
  readonly failOnMissingField: boolean
  readonly ignoreParseErrors: boolean
  readonly standard: TimestampStandard
}

export function jsonReadOptions(options: Options): JsonReadOptions {
  const failOnMissingField = options.boolean('fail-on-missing-field')
  const ignoreParseErrors = options.boolean('ignore-parse-errors')
  if (failOnMissingField && ignoreParseErrors) {
    throw new SqlError('OPTION_VALUE', "'fail-on-missing-field' and 'ignore-parse-errors' can't both be true")
  }
  return { failOnMissingField, ignoreParseErrors, standard: standardOf(options) }
}

export const standardOf = (options: Options): TimestampStandard =>
  options.string('timestamp-format.standard')!.toUpperCase() as TimestampStandard

export interface JsonWriteOptions {
  readonly standard: TimestampStandard
  readonly nullKeys: 'FAIL' | 'DROP' | 'LITERAL'
  readonly nullKeyLiteral: string
  readonly plainDecimals: boolean
  readonly ignoreNullFields: boolean
}

export const jsonWriteOptions = (options: Options): JsonWriteOptions => ({
  standard: standardOf(options),
  nullKeys: options.string('map-null-key.mode')!.toUpperCase() as JsonWriteOptions['nullKeys'],
  nullKeyLiteral: options.string('map-null-key.literal')!,
  plainDecimals: options.boolean('encode.decimal-as-plain-number'),
  ignoreNullFields: options.boolean('encode.ignore-null-fields'),
})
