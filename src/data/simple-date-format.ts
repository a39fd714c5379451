/**
 * Patterns of Java's older `SimpleDateFormat`, which UNIX_TIMESTAMP, FROM_UNIXTIME, CONVERT_TZ, TO_DATE with a format and
 * DATE_FORMAT of text go by. Its letters differ (S is a number of milliseconds, u the day of the week), and it reads
 * leniently: 31 February is 3 March, hour 25 is tomorrow, what stands behind the pattern is overlooked.
 *
 *     const format = simpleDateFormat('yyyy-MM-dd HH:mm:ss')
 *     format.format(0, UTC)                              // 1970-01-01 00:00:00
 *     format.parse('2018-2-31 1:00:00 x', UTC, nowMs)    // epoch ms, or undefined
 *
 * Dates before 15 October 1582 are Gregorian here; Java takes them for Julian ones.
 */
import { MS_PER_DAY, civilDay, civilMonth, civilOf, civilYear, dayOfYear, daysOf, isoDayOfWeek } from './calendar.ts'
import {
  type PatternPart,
  dayNames,
  invalidPattern,
  monthNames,
  padded,
  splitPattern,
  weekOfMonth,
  weekOfYear,
} from './datetime-letters.ts'
import { type Zone, findZone } from './zone.ts'

export class SimpleDateFormat {
  readonly #parts: readonly PatternPart[]

  /** Throws `EvaluationError` INVALID_PATTERN. */
  constructor(pattern: string) {
    this.#parts = splitPattern(pattern, false)
    for (const part of this.#parts) {
      if (part.kind === 'field' && !'GyYMLwWDdFEuaHkKhmsSzZX'.includes(part.letter)) {
        throw invalidPattern(pattern, `Illegal pattern character '${part.letter}'`)
      }
    }
  }

  format(instantMs: number, zone: Zone): string {
    const local = zone.toLocal(instantMs)
    return this.#parts
      .map(part =>
        part.kind === 'field' ? written(part.letter, part.count, local, instantMs, zone) : part.kind === 'text' ? part.text : '',
      )
      .join('')
  }

  /** Years of two digits lie within 80 years before and 20 years after `nowMs`. */
  parse(text: string, zone: Zone, nowMs: number): number | undefined {
    const found: Found = {}
    let at = 0
    for (const [i, part] of this.#parts.entries()) {
      if (part.kind === 'text') at = text.startsWith(part.text, at) ? at + part.text.length : -1
      else if (part.kind === 'field')
        at = read(part.letter, part.count, touches(part, this.#parts[i + 1]), text, at, found, nowMs)
      if (at < 0) return undefined
    }
    return instantOf(found, zone)
  }
}

const made = new Map<string, SimpleDateFormat>()

/** The format of this pattern, made once while few are in use. Throws `EvaluationError` INVALID_PATTERN. */
export function simpleDateFormat(pattern: string): SimpleDateFormat {
  const known = made.get(pattern)
  if (known !== undefined) return known
  if (made.size > 100) made.clear()
  const format = new SimpleDateFormat(pattern)
  made.set(pattern, format)
  return format
}

// ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────

function written(letter: string, count: number, local: number, instant: number, zone: Zone): string {
  const days = Math.floor(local / MS_PER_DAY)
  const ms = local - days * MS_PER_DAY
  const civil = civilOf(days)
  const hour = Math.floor(ms / 3_600_000)
  const year = civilYear(civil)
  switch (letter) {
    case 'G':
      return year > 0 ? 'AD' : 'BC'
    case 'y':
      return yearText(year > 0 ? year : 1 - year, count)
    case 'Y':
      return yearText(weekOfYear(days).year, count)
    case 'M':
    case 'L':
      return nameOr(civilMonth(civil), count, monthNames)
    case 'w':
      return padded(weekOfYear(days).week, count)
    case 'W':
      return padded(weekOfMonth(days), count)
    case 'D':
      return padded(dayOfYear(days), count)
    case 'd':
      return padded(civilDay(civil), count)
    case 'F':
      return padded(Math.floor((civilDay(civil) - 1) / 7) + 1, count)
    case 'E':
      return nameOr(isoDayOfWeek(days), Math.max(count, 3), dayNames)
    case 'u':
      return padded(isoDayOfWeek(days), count)
    case 'a':
      return hour < 12 ? 'AM' : 'PM'
    case 'H':
      return padded(hour, count)
    case 'k':
      return padded(((hour + 23) % 24) + 1, count)
    case 'K':
      return padded(hour % 12, count)
    case 'h':
      return padded(((hour + 11) % 12) + 1, count)
    case 'm':
      return padded(Math.floor(ms / 60_000) % 60, count)
    case 's':
      return padded(Math.floor(ms / 1000) % 60, count)
    case 'S':
      return padded(ms % 1000, count)
    default:
      return zoneText(letter, count, instant, zone)
  }
}

const yearText = (year: number, count: number): string => (count === 2 ? padded(year % 100, 2) : padded(year, count))
const nameOr = (value: number, count: number, names: readonly string[]): string =>
  count < 3 ? padded(value, count) : count === 3 ? names[value - 1]!.slice(0, 3) : names[value - 1]!

function zoneText(letter: string, count: number, instant: number, zone: Zone): string {
  const offset = zone.offsetAt(instant)
  if (letter === 'z') return zoneName(zone, instant, count)
  if (letter === 'X' && offset === 0) return 'Z'
  const minutes = Math.floor(Math.abs(offset) / 60_000)
  const [hh, mm] = [padded(Math.floor(minutes / 60), 2), padded(minutes % 60, 2)]
  const sign = offset < 0 ? '-' : '+'
  if (letter === 'Z' || count === 2) return `${sign}${hh}${mm}`
  return count === 1 ? `${sign}${hh}` : `${sign}${hh}:${mm}`
}

function zoneName(zone: Zone, instant: number, count: number): string {
  if (/^(UTC|GMT|Z)?$/.test(zone.id)) return count < 4 ? 'UTC' : 'Coordinated Universal Time'
  if (/\d/.test(zone.id)) return zone.id
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone.id, timeZoneName: count < 4 ? 'short' : 'long' })
  return format.formatToParts(instant).find(part => part.type === 'timeZoneName')!.value
}

// ── reading ────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Found {
  era?: number
  year?: number
  month?: number
  day?: number
  dayOfYear?: number
  half?: number
  hour?: number
  hour12?: number
  minute?: number
  second?: number
  ms?: number
  offset?: number
}

const isNumber = (letter: string, count: number): boolean =>
  'yYwWDdFuHkKhmsS'.includes(letter) || ('ML'.includes(letter) && count < 3)

/** How many digits a number may have when another one follows at once. */
const touches = (part: PatternPart & { kind: 'field' }, next: PatternPart | undefined): number =>
  next?.kind === 'field' && isNumber(next.letter, next.count) && isNumber(part.letter, part.count)
    ? part.count
    : Number.POSITIVE_INFINITY

const places: Readonly<Record<string, keyof Found>> = {
  M: 'month',
  L: 'month',
  D: 'dayOfYear',
  d: 'day',
  H: 'hour',
  k: 'hour',
  K: 'hour12',
  h: 'hour12',
  m: 'minute',
  s: 'second',
  S: 'ms',
}

function read(letter: string, count: number, most: number, text: string, start: number, found: Found, nowMs: number): number {
  let at = start
  while (text[at] === ' ' || text[at] === '\t') at++
  if (!isNumber(letter, count)) return readWord(letter, text, at, found)
  const [digits] = /^-?\d*/.exec(text.slice(at, at + Math.min(most, 18)))!
  if (digits === '' || digits === '-') return -1
  const value = Number(digits)
  if (letter === 'y' || letter === 'Y') found.year = count <= 2 && /^\d\d$/.test(digits) ? nearYear(value, nowMs) : value
  const place = places[letter]
  if (place !== undefined) found[place] = (letter === 'k' && value === 24) || (letter === 'h' && value === 12) ? 0 : value
  return at + digits.length
}

function nearYear(value: number, nowMs: number): number {
  const first = civilYear(civilOf(Math.floor(nowMs / MS_PER_DAY))) - 80
  const year = first - (first % 100) + value
  return year < first ? year + 100 : year
}

function readWord(letter: string, text: string, at: number, found: Found): number {
  switch (letter) {
    case 'M':
    case 'L':
      return readName(text, at, monthNames, i => (found.month = i + 1))
    case 'E':
      return readName(text, at, dayNames, () => 0)
    case 'a':
      return readName(text, at, ['AM', 'PM'], i => (found.half = i))
    case 'G':
      return readName(text, at, ['BC', 'AD'], i => (found.era = i))
    default:
      return readZone(text, at, found)
  }
}

/** The name, or its first three letters, in any case. */
function readName(text: string, at: number, names: readonly string[], take: (index: number) => void): number {
  const rest = text.slice(at).toLowerCase()
  for (const length of [Number.POSITIVE_INFINITY, 3]) {
    const index = names.findIndex(name => rest.startsWith(name.slice(0, length).toLowerCase()))
    if (index < 0) continue
    take(index)
    return at + Math.min(names[index]!.length, length)
  }
  return -1
}

function readZone(text: string, at: number, found: Found): number {
  const [whole, sign, hours, minutes = '0'] = /^(?:GMT|UTC)?([+-])(\d\d?):?(\d\d)?/.exec(text.slice(at)) ?? []
  if (whole !== undefined) {
    found.offset = (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
    return at + whole.length
  }
  const [name] = /^[A-Za-z]+(\/\w+)*/.exec(text.slice(at)) ?? []
  const zone = name === undefined ? undefined : findZone(name)
  if (zone === undefined) return -1
  found.offset = zone.offsetAt(0)
  return at + name!.length
}

/** Every field may lie outside its range: it counts on from there. */
function instantOf(found: Found, zone: Zone): number {
  const { month = 1, day = 1, minute = 0, second = 0, ms = 0 } = found
  const year = found.era === 0 ? 1 - (found.year ?? 1970) : (found.year ?? 1970)
  const turn = Math.floor((month - 1) / 12)
  const days = found.dayOfYear === undefined ? daysOf(year + turn, month - turn * 12, day) : daysOf(year, 1, found.dayOfYear)
  const hour = found.hour ?? (found.hour12 ?? 0) + (found.half ?? 0) * 12
  const local = days * MS_PER_DAY + ((hour * 60 + minute) * 60 + second) * 1000 + ms
  return found.offset === undefined ? zone.toInstant(local) : local - found.offset
}
