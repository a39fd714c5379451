/**
 * Text to values by the rules of the Java functions that Flink's text formats call. Undefined where Java throws.
 */
import { MS_PER_DAY, daysInMonth, daysOf } from '../data/calendar.ts'
import { joinTimestamp } from '../data/text-time.ts'

/** A field that is well formed and not what its column wants. */
export class Misfit extends Error {}

export type TimestampStandard = 'SQL' | 'ISO-8601'

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
export function cut(text: string, bits: number): number | undefined {
  const value = Number(text)
  return value >= -(2 ** bits) && value < 2 ** bits ? Math.trunc(value) + 0 : undefined
}

export function cutLong(text: string): bigint | undefined {
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

/** `HH:mm:ss[.f]` as milliseconds of the day; 24:00 is midnight. */
export function parseTime(text: string): number | undefined {
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

/** `LocalTime.parse`: `HH:mm[:ss[.f]]` as milliseconds of the day. */
export function parseLocalTime(text: string): number | undefined {
  const clock = clockOf(text, true)
  return clock === undefined || clock.ms >= MS_PER_DAY ? undefined : clock.ms
}

/** `java.sql.Date.valueOf`: `yyyy-[m]m-[d]d` as days; a day that its month does not have counts on into the next. */
export function parseSqlDate(text: string): number | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? []
  if (year === undefined || Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > 31) return undefined
  return daysOf(Number(year), Number(month), Number(day))
}
