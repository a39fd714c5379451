/**
 * What a JSON scalar becomes as a value of an SQL type, by the rules of Flink's json format (2.3, checked against it):
 * numbers and booleans may stand in quotes, whole columns take numbers with a fraction (cut off), DECIMAL rounds half up
 * and becomes NULL where it does not fit, BYTES are base64.
 */
import { MS_PER_DAY, daysInMonth, daysOf } from '../../data/calendar.ts'
import { parseDecimal } from '../../data/number-bytes.ts'
import { joinTimestamp, parseDateText } from '../../data/text-time.ts'
import { type DataType, printType } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { UnsupportedError } from '../../base/errors.ts'

/** What the scalar was. `integer` has neither fraction nor exponent. */
export type Token = 'text' | 'integer' | 'number' | 'true' | 'false'
export type TimestampStandard = 'SQL' | 'ISO-8601'

/** A field that is well formed and not what its column wants. */
export class Misfit extends Error {}

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
      return (token, text) => orMisfit(text, token === 'text' ? timeOf(text) : undefined)
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

/** Java's `trim`: everything up to the blank goes, at both ends. */
// oxlint-disable-next-line no-control-regex
export const javaTrim = (text: string): string => text.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, '')

/** `Integer.parseInt` and its smaller sisters. */
export function smallInteger(text: string, bits: number): number | undefined {
  const trimmed = javaTrim(text)
  if (!/^[+-]?\d+$/.test(trimmed)) return undefined
  const value = Number(trimmed)
  return value >= -(2 ** bits) && value < 2 ** bits ? value + 0 : undefined
}

/** `Long.parseLong`. */
export function long(text: string): bigint | undefined {
  const trimmed = javaTrim(text)
  if (!/^[+-]?\d+$/.test(trimmed)) return undefined
  const value = BigInt(trimmed.replace('+', ''))
  return BigInt.asIntN(64, value) === value ? value : undefined
}

/** A number with a fraction or exponent as a whole one: the nearest double, cut off. */
function cut(text: string, bits: number): number | undefined {
  const value = Number(text)
  return value >= -(2 ** bits) && value < 2 ** bits ? Math.trunc(value) + 0 : undefined
}

function cutLong(text: string): bigint | undefined {
  const value = Number(text)
  if (!(value >= -(2 ** 63) && value <= 2 ** 63)) return undefined
  return value === 2 ** 63 ? 2n ** 63n - 1n : BigInt(Math.trunc(value))
}

/** `Double.parseDouble`, without hexadecimal numbers. */
export function parseDouble(text: string): number | undefined {
  const trimmed = javaTrim(text)
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(trimmed)) return Number(trimmed.replace(/[dDfF]$/, ''))
  const [, sign, word] = /^([+-]?)(NaN|Infinity)$/.exec(trimmed) ?? []
  return word === undefined ? undefined : sign === '-' ? -Number(word) : Number(word)
}

/** Base64 with its padding; blanks in between do not matter. */
export function parseBase64(padded: string): Uint8Array | undefined {
  // oxlint-disable-next-line no-control-regex
  const text = padded.replace(/[\u0000-\u0020]/g, '')
  return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)
    ? new Uint8Array(Buffer.from(text, 'base64'))
    : undefined
}

const CLOCK = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{0,9}))?)?$/

/** `HH:mm:ss[.f]`; 24:00 is midnight. Milliseconds of the day. */
function timeOf(text: string): number | undefined {
  const clock = clockOf(text, false)
  return clock === undefined ? undefined : clock.ms % MS_PER_DAY
}

function clockOf(text: string, secondsOptional: boolean): { readonly ms: number; readonly nanos: number } | undefined {
  const [, hour, minute, second, fraction = ''] = CLOCK.exec(text) ?? []
  if (hour === undefined || (second === undefined && !secondsOptional)) return undefined
  const nanos = Number(fraction.padEnd(9, '0'))
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second ?? 0)
  if (Number(minute) > 59 || Number(second ?? 0) > 59 || seconds > 86400 || (seconds === 86400 && nanos > 0)) return undefined
  return { ms: seconds * 1000 + Math.floor(nanos / 1e6), nanos: nanos % 1e6 }
}

export interface TimestampForm {
  readonly standard: TimestampStandard
  /** Ends in Z: TIMESTAMP_LTZ. */
  readonly zulu: boolean
}

/**
 * A timestamp as Java's formatters read it. All but ISO-8601 without a zone are lenient in two ways: a day that its month
 * does not have (up to 31) is the month's last, and 24:00:00 is the next day's midnight. ISO-8601 may leave out seconds.
 */
export function parseTimestamp(text: string, { standard, zulu }: TimestampForm, precision: number): bigint | undefined {
  const iso = standard === 'ISO-8601'
  const strict = iso && !zulu
  const [, year, month, day, separator, rest] = /^([+-]?\d{4,9})-(\d\d)-(\d\d)([ Tt])(.*)$/.exec(text) ?? []
  if (year === undefined || (iso ? separator === ' ' || (separator === 't' && zulu) : separator !== ' ')) return undefined
  if (zulu && !rest!.endsWith('Z')) return undefined
  const clock = clockOf(zulu ? rest!.slice(0, -1) : rest!, iso)
  const [y, m, d] = [Number(year), Number(month), Number(day)] as const
  if (clock === undefined || m < 1 || m > 12 || d < 1 || d > 31) return undefined
  const last = daysInMonth(y, m)
  if (strict && (d > last || clock.ms >= MS_PER_DAY)) return undefined
  // Digits beyond the precision stay as far as the column's storage has room, as in Flink.
  return joinTimestamp(daysOf(y, m, Math.min(d, last)) * MS_PER_DAY + clock.ms, clock.nanos, precision <= 3 ? 3 : 9)
}
