/**
 * What a JSON scalar becomes as a value of an SQL type, by the rules of Flink's json format (2.3, checked against it):
 * numbers and booleans may stand in quotes, whole columns take numbers with a fraction (cut off), DECIMAL rounds half up
 * and becomes NULL where it does not fit, BYTES are base64.
 */
import { parseDecimal } from '../../data/number-bytes.ts'
import { parseDateText } from '../../data/text-time.ts'
import { type DataType, printType } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { UnsupportedError } from '../../base/errors.ts'
import {
  Misfit,
  type TimestampStandard,
  cut,
  cutLong,
  javaTrim,
  long,
  parseBase64,
  parseDouble,
  parseTime,
  parseTimestamp,
  smallInteger,
} from '../java-parse.ts'

/** What the scalar was. `integer` has neither fraction nor exponent. */
export type Token = 'text' | 'integer' | 'number' | 'true' | 'false'

/** The value, or NULL for a number that does not fit a DECIMAL. Throws `Misfit`. */
export type Convert = (token: Token, text: string) => Value

export function converterOf(type: DataType, standard: TimestampStandard): Convert {
  const misfit = (text: string): never => {
    throw new Misfit(
      `expected ${printType({ ...type, nullable: true })}, not '${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`,
    )
  }
  const orMisfit = (text: string, value: Value | undefined): Value => (value === undefined ? misfit(text) : value)
  switch (type.kind) {
    case 'BOOLEAN':
      return (token, text) => token === 'true' || (token === 'text' && javaTrim(text).toLowerCase() === 'true')
    case 'TINYINT':
      return (_, text) => orMisfit(text, smallInteger(text, 7))
    case 'SMALLINT':
      return (_, text) => orMisfit(text, smallInteger(text, 15))
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
      return (token, text) => orMisfit(text, token === 'number' ? cut(text, 31) : smallInteger(text, 31))
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return (token, text) => orMisfit(text, token === 'number' ? cutLong(text) : long(text))
    case 'DOUBLE':
      return (token, text) => orMisfit(text, token === 'true' || token === 'false' ? undefined : parseDouble(text))
    case 'FLOAT':
      return (_, text) => Math.fround(orMisfit(text, parseDouble(text)) as number)
    case 'DECIMAL':
      return (token, text) => orMisfit(text, parseDecimal(token === 'text' ? javaTrim(text) : text, type.precision, type.scale))
    case 'CHAR':
    case 'VARCHAR':
      return (_, text) => text
    case 'BINARY':
    case 'VARBINARY':
      return (token, text) => orMisfit(text, token === 'text' ? parseBase64(text) : undefined)
    case 'DATE':
      return (token, text) => orMisfit(text, token === 'text' ? parseDateText(text) : undefined)
    case 'TIME':
      return (token, text) => orMisfit(text, token === 'text' ? parseTime(text) : undefined)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const form = { standard, zulu: type.kind === 'TIMESTAMP_LTZ' }
      return (token, text) => orMisfit(text, token === 'text' ? parseTimestamp(text, form, type.precision) : undefined)
    }
    case 'NULL':
      return () => null
    default:
      throw new UnsupportedError(`the type ${printType(type)} in the format json`)
  }
}
