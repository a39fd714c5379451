/**
 * Dates, times, timestamps and intervals as text: what CAST, the text formats and the notation read and print.
 * The byte-level ones that decoders and encoders use are in `time-bytes.ts`.
 *
 *     dateText(18262)                     2020-01-01
 *     timestampText(5123n, 3)             1970-01-01 00:00:05.123
 *     yearMonthText(14)                   +1-02
 *     dayTimeText(123456789n)             +1 10:17:36.789
 */
import { MS_PER_DAY, civilDay, civilMonth, civilOf, civilYear, daysOf, isCivil } from './calendar.ts'

const two = (n: number): string => (n < 10 ? `0${n}` : String(n))
const digits = (n: number, width: number): string => String(n).padStart(width, '0')

/** Four digits; a sign in front where they do not do. */
const yearText = (year: number): string =>
  year >= 0 && year <= 9999 ? digits(year, 4) : `${year < 0 ? '-' : '+'}${digits(Math.abs(year), 4)}`

/** `2020-01-01`. */
export function dateText(days: number): string {
  const civil = civilOf(days)
  return `${yearText(civilYear(civil))}-${two(civilMonth(civil))}-${two(civilDay(civil))}`
}

/** `00:00:05.123` from milliseconds of the day, with `precision` (0 to 9) digits behind the point. */
export const timeText = (ms: number, precision: number): string => clockText(ms, 0, precision)

function clockText(ms: number, nanos: number, precision: number): string {
  const seconds = Math.floor(ms / 1000)
  const clock = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
  if (precision === 0) return clock
  return `${clock}.${(digits(ms % 1000, 3) + digits(nanos, 6)).slice(0, precision)}`
}

/** `1970-01-01 00:00:05.123`: always `precision` digits of the second. The value is that of a TIMESTAMP(precision). */
export function timestampText(value: bigint, precision: number): string {
  const [ms, nanos] = splitTimestamp(value, precision)
  const days = Math.floor(ms / MS_PER_DAY)
  return `${dateText(days)} ${clockText(ms - days * MS_PER_DAY, nanos, precision)}`
}

/** Epoch milliseconds (floored) and nanoseconds of that millisecond. */
export function splitTimestamp(value: bigint, precision: number): readonly [ms: number, nanos: number] {
  if (precision <= 3) return [Number(value), 0]
  const nanos = ((value % 1_000_000n) + 1_000_000n) % 1_000_000n
  return [Number((value - nanos) / 1_000_000n), Number(nanos)]
}

/** The value of a TIMESTAMP(precision); digits that it does not keep are cut off. */
export function joinTimestamp(ms: number, nanos: number, precision: number): bigint {
  if (precision > 3) return BigInt(ms) * 1_000_000n + BigInt(nanos - (nanos % 10 ** (9 - precision)))
  const unit = 10 ** (3 - precision)
  return BigInt(Math.floor(ms / unit) * unit)
}

/** `+1-02`: years and months. */
export function yearMonthText(months: number): string {
  const size = Math.abs(months)
  return `${months < 0 ? '-' : '+'}${Math.floor(size / 12)}-${two(size % 12)}`
}

/** `+1 10:17:36.789`: days and time, always with milliseconds. */
export function dayTimeText(ms: bigint): string {
  const size = ms < 0n ? -ms : ms
  const day = BigInt(MS_PER_DAY)
  return `${ms < 0n ? '-' : '+'}${size / day} ${clockText(Number(size % day), 0, 3)}`
}

const DATE = /^([+-]?\d{4,})-(\d\d)-(\d\d)$/
const CLOCK = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{0,9}))?$/

/** Days of `2020-01-01`, strictly; undefined for anything else. */
export function parseDateText(text: string): number | undefined {
  const [, year, month, day] = DATE.exec(text) ?? []
  if (year === undefined || Number(year) > 4_000_000 || Number(year) < -4_000_000) return undefined
  return isCivil(Number(year), Number(month), Number(day)) ? daysOf(Number(year), Number(month), Number(day)) : undefined
}

/** Milliseconds of the day of `00:00:05.123`, strictly; finer digits are cut off. */
export const parseTimeText = (text: string): number | undefined => parseClock(text)?.[0]

function parseClock(text: string): readonly [ms: number, nanos: number] | undefined {
  const [, hour, minute, second, fraction = ''] = CLOCK.exec(text) ?? []
  if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  const nanos = Number(fraction.padEnd(9, '0'))
  return [((Number(hour) * 60 + Number(minute)) * 60 + Number(second)) * 1000 + Math.floor(nanos / 1e6), nanos % 1e6]
}

/** The TIMESTAMP(precision) of `2020-01-01 00:00:05.123` or `2020-01-01T00:00:05.123`, strictly. */
export function parseTimestampText(text: string, precision: number): bigint | undefined {
  const split = text.search(/[ T]/)
  const days = split < 0 ? undefined : parseDateText(text.slice(0, split))
  const clock = split < 0 ? undefined : parseClock(text.slice(split + 1))
  return days === undefined || clock === undefined ? undefined : joinTimestamp(days * MS_PER_DAY + clock[0], clock[1], precision)
}

/** Months of `+1-02` or `1-2`. */
export function parseYearMonth(text: string): number | undefined {
  const [, sign, years, months] = /^([+-]?)(\d{1,9})-(\d{1,2})$/.exec(text) ?? []
  if (years === undefined || Number(months) > 11) return undefined
  return (sign === '-' ? -1 : 1) * (Number(years) * 12 + Number(months)) || 0
}

/** Milliseconds of `+1 10:17:36.789`. */
export function parseDayTime(text: string): bigint | undefined {
  const [, sign, days, clock] = /^([+-]?)(\d{1,12}) (.*)$/.exec(text) ?? []
  const time = clock === undefined ? undefined : parseClock(clock)
  if (time === undefined) return undefined
  const size = BigInt(days!) * BigInt(MS_PER_DAY) + BigInt(time[0])
  return sign === '-' ? -size : size
}

export * from './time-bytes.ts'
