/**
 * Datetimes from text the way a CAST reads them: more than the strict ISO forms of `text-time.ts`.
 *
 *     laxDate('2021-9-7')                   days      also '2021-9', '2021', and with anything behind a blank
 *     laxTime('1:2:3.4')                    ms        also '1:2', '1'
 *     laxTimestamp('2021-9-7 1:2:3')        local ms and nanoseconds; also a date alone, '… 24:00:00', '2021-02-30' (the 28th)
 *
 * The rules are those of Flink's DateTimeUtils: dates and times are taken apart at their signs, timestamps go through a
 * DateTimeFormatter, which is why the two disagree on '2021-02-30'.
 */
import { MS_PER_DAY, daysInMonth, daysOf, isCivil } from './calendar.ts'

/** Days of a date in the years 0 to 9999; undefined for anything else. */
export function laxDate(text: string): number | undefined {
  const blank = text.indexOf(' ')
  const [year, month = '1', day = '1', ...more] = splitDate(blank > 0 ? text.slice(0, blank) : text)
  const [y, m, d] = [integer(year!), integer(month), integer(day)]
  if (y === undefined || m === undefined || d === undefined || more.length > 0) return undefined
  return y >= 0 && y <= 9999 && isCivil(y, m, d) ? daysOf(y, m, d) : undefined
}

/** At the first two dashes; what comes behind is no digits then. */
const splitDate = (text: string): string[] => {
  const parts = text.split('-')
  return parts.length <= 3 ? parts : [parts[0]!, parts[1]!, parts.slice(2).join('-')]
}

const integer = (text: string): number | undefined => {
  const trimmed = text.trim()
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined
}

const ZONE = /^([^+-]*)([+-])(.*)$/

/** Milliseconds of the day of `H[:m[:s[.f]]]`, with an optional offset that is added; undefined for anything else. */
export function laxTime(text: string): number | undefined {
  const [, clock = text, sign, zone] = ZONE.exec(text) ?? []
  const [hour, minute = '0', second = '0', ...more] = clock.split(':')
  if (more.length > 0) return undefined
  const point = second.indexOf('.')
  const parts = [hour!, minute, point < 0 ? second : second.slice(0, point)].map(integer)
  const millis = point < 0 ? 0 : fractionMillis(second.slice(point + 1).trim())
  const [zoneHour, zoneMinute] = zone === undefined ? [0, 0] : zoneParts(zone)
  if (parts.includes(undefined) || millis === undefined || zoneHour === undefined || zoneMinute === undefined) return undefined
  const direction = sign === '-' ? -1 : 1
  const [h, m, s] = [parts[0]! + direction * zoneHour, parts[1]! + direction * zoneMinute, parts[2]!]
  if (h < 0 || h > 23 || m < 0 || m > 59 || s > 59) return undefined
  return ((h * 60 + m) * 60 + s) * 1000 + millis
}

function zoneParts(text: string): readonly (number | undefined)[] {
  const [hour, minute = '0'] = text.split(':')
  return [integer(hour!), integer(minute)]
}

const fractionMillis = (digits: string): number | undefined =>
  /^\d*$/.test(digits) ? Number(digits.slice(0, 3).padEnd(3, '0')) : undefined

const TIMESTAMP = /^(\d{4}|\+\d{5,10})-(\d\d?)-(\d\d?)(?: (\d\d?):(\d\d?):(\d\d?)(?:\.(\d{0,9}))?)?$/

/** A wall-clock time: milliseconds as if it were UTC, and nanoseconds of that millisecond. */
export interface LocalTime {
  readonly ms: number
  readonly nanos: number
}

/** `yyyy-M-d[ H:m:s[.f]]`; a day that its month does not have is the month's last one. Undefined for anything else. */
export function laxTimestamp(text: string): LocalTime | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = ''] = TIMESTAMP.exec(text) ?? []
  if (year === undefined) return undefined
  const [y, mo, d, h, mi, s] = [year, month, day, hour, minute, second].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  if (y < 1 || y > 4_000_000 || mo < 1 || mo > 12 || d < 1 || d > 31 || mi > 59 || s > 59) return undefined
  const nanos = Number(fraction.padEnd(9, '0'))
  if (h > 23 && !(h === 24 && mi === 0 && s === 0 && nanos === 0)) return undefined
  const days = daysOf(y, mo, Math.min(d, daysInMonth(y, mo)))
  return { ms: days * MS_PER_DAY + ((h * 60 + mi) * 60 + s) * 1000 + Math.floor(nanos / 1e6), nanos: nanos % 1e6 }
}
