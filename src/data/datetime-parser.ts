/**
 * Reading by a `DateTimeFormatter` pattern, as Java does with strict parsing and smart resolving. Numbers that touch
 * share their digits: in `yyyyMMdd` the year takes all but the last four.
 */
import { MS_PER_DAY, civilMonth, civilOf, dayOfYear, daysInMonth, daysOf, isCivil, isLeapYear, isoDayOfWeek } from './calendar.ts'
import { type PatternPart, checkLetters, dayNames, firstSunday, invalidPattern, isZone, monthNames } from './datetime-letters.ts'
import type { LocalTime } from './lax-time.ts'

/** What was read, by field. A field read twice must be the same. */
type Fields = Map<Field, number>
type Field =
  | 'era'
  | 'year'
  | 'yearOfEra'
  | 'weekYear'
  | 'week'
  | 'month'
  | 'quarter'
  | 'day'
  | 'dayOfYear'
  | 'dayOfWeek'
  | 'localDay'
  | 'other'
  | 'hour'
  | 'hour24'
  | 'hour12'
  | 'hour11'
  | 'half'
  | 'minute'
  | 'second'
  | 'nano'
  | 'milliOfDay'
  | 'nanoOfDay'

/** Reads at a position; answers the next one, or -1. */
type Reader = (text: string, at: number, fields: Fields) => number

interface NumberReader {
  readonly field: Field
  readonly least: number
  readonly most: number
  /** `+` and `-` are taken: a plus says that there are more than `least` digits. */
  readonly signed: boolean
  readonly range: readonly [number, number]
  readonly reduced?: boolean
  readonly fraction?: boolean
  /** Digits that later numbers which touch this one need. */
  after: number
}

export class PatternParser {
  readonly #read: Reader

  constructor(parts: readonly PatternPart[], pattern: string) {
    this.#read = sequence(parts, pattern)
  }

  parse(text: string): LocalTime | undefined {
    const fields: Fields = new Map()
    return this.#read(text, 0, fields) === text.length ? resolve(fields) : undefined
  }
}

function sequence(parts: readonly PatternPart[], pattern: string): Reader {
  const readers: Reader[] = []
  let first: NumberReader | undefined
  for (const part of parts) {
    const number = part.kind === 'field' ? numberReader(part.letter, part.count, pattern) : undefined
    if (number === undefined) {
      first = undefined
      readers.push(otherReader(part, pattern))
      continue
    }
    const fixed = number.least === number.most && !number.signed
    if (first !== undefined && fixed) first.after += number.most
    else first = number
    readers.push((text, at, fields) => readNumber(number, text, at, fields))
  }
  return (text, at, fields) => {
    for (const read of readers) if (at >= 0) at = read(text, at, fields)
    return at
  }
}

const plainNumbers: Readonly<Record<string, readonly [Field, number, number]>> = {
  d: ['day', 1, 31],
  D: ['dayOfYear', 1, 366],
  F: ['other', 1, 7],
  e: ['localDay', 1, 7],
  w: ['week', 1, 54],
  W: ['other', 0, 6],
  h: ['hour12', 1, 12],
  H: ['hour', 0, 24],
  k: ['hour24', 1, 24],
  K: ['hour11', 0, 11],
  m: ['minute', 0, 59],
  s: ['second', 0, 59],
  M: ['month', 1, 12],
  L: ['month', 1, 12],
  Q: ['quarter', 1, 4],
  q: ['quarter', 1, 4],
  A: ['milliOfDay', 0, 86_399_999],
  n: ['nano', 0, 999_999_999],
  N: ['nanoOfDay', 0, 86_399_999_999_999],
}
const years: Readonly<Record<string, readonly [Field, number]>> = {
  u: ['year', -999_999_999],
  y: ['yearOfEra', 1],
  Y: ['weekYear', -999_999_999],
}

function numberReader(letter: string, count: number, pattern: string): NumberReader | undefined {
  checkLetters(letter, count, pattern)
  if (letter === 'S')
    return { field: 'nano', least: count, most: count, signed: false, range: [0, 999_999_999], fraction: true, after: 0 }
  const year = years[letter]
  if (year !== undefined) {
    const range = [year[1], 999_999_999] as const
    if (count === 2) return { field: year[0], least: 2, most: 2, signed: false, range, reduced: true, after: 0 }
    return { field: year[0], least: count, most: 19, signed: true, range, after: 0 }
  }
  const number = plainNumbers[letter]
  if (number === undefined || ('MLQqe'.includes(letter) && count > 2)) return undefined
  const wide = 'AnN'.includes(letter)
  const most = count === 1 || wide ? 19 : letter === 'D' ? 3 : count
  return { field: number[0], least: count, most, signed: count === 1, range: [number[1], number[2]], after: 0 }
}

function readNumber(reader: NumberReader, text: string, start: number, fields: Fields): number {
  const sign = reader.signed && /[+-]/.test(text[start] ?? '') ? text[start] : undefined
  const from = sign === undefined ? start : start + 1
  let end = from
  while (end < text.length && end - from < reader.most + reader.after && text[end]! >= '0' && text[end]! <= '9') end++
  if (reader.after > 0) end = from + Math.min(Math.max(reader.least, end - from - reader.after), end - from)
  const length = end - from
  if (length < reader.least || length > 18) return -1
  if (reader.signed && reader.least >= 4 && sign !== '-' && (sign === '+') !== length > reader.least) return -1
  if (sign === '+' && reader.least < 4) return -1
  const digits = text.slice(from, end)
  const size = reader.fraction === true ? Number(digits.padEnd(9, '0')) : Number(digits) + (reader.reduced === true ? 2000 : 0)
  return put(fields, reader.field, sign === '-' ? -size : size, reader.range) ? end : -1
}

function put(fields: Fields, field: Field, value: number, [least, most]: readonly [number, number]): boolean {
  if (value < least || value > most) return false
  if (field === 'other') return true
  if (fields.has(field)) return fields.get(field) === value
  fields.set(field, value)
  return true
}

function otherReader(part: PatternPart, pattern: string): Reader {
  if (part.kind === 'text') return (text, at) => (text.startsWith(part.text, at) ? at + part.text.length : -1)
  if (part.kind === 'optional') {
    const read = sequence(part.parts, pattern)
    return (text, at, fields) => {
      const tried = new Map(fields)
      const end = read(text, at, tried)
      if (end < 0) return at
      for (const [field, value] of tried) fields.set(field, value)
      return end
    }
  }
  const { letter, count } = part
  if (isZone(letter)) return zoneReader(letter)
  switch (letter) {
    case 'M':
    case 'L':
      return nameReader('month', shortened(monthNames, count))
    case 'E':
    case 'e':
    case 'c':
      return nameReader('dayOfWeek', shortened(dayNames, count))
    case 'a':
      return nameReader('half', ['AM', 'PM'], 0)
    case 'G':
      return nameReader('era', count === 4 ? ['Before Christ', 'Anno Domini'] : ['BC', 'AD'], 0)
    case 'Q':
    case 'q':
      return nameReader(
        'quarter',
        count === 3 ? ['Q1', 'Q2', 'Q3', 'Q4'] : ['1st quarter', '2nd quarter', '3rd quarter', '4th quarter'],
      )
    default:
      throw invalidPattern(pattern, `Nothing is read by '${letter}'`)
  }
}

const shortened = (names: readonly string[], count: number): readonly string[] =>
  count === 4 ? names : names.map(name => name.slice(0, count === 5 ? 1 : 3))

/** The names stand for `first`, `first + 1` …; of several that fit, the longest. */
function nameReader(field: Field, names: readonly string[], first = 1): Reader {
  const byLength = names.map((name, i) => ({ name, value: i + first })).toSorted((a, b) => b.name.length - a.name.length)
  return (text, at, fields) => {
    const found = byLength.find(({ name }) => text.startsWith(name, at))
    return found !== undefined && put(fields, field, found.value, [0, 12]) ? at + found.name.length : -1
  }
}

/** A zone is read over: what comes out is the wall-clock time. */
function zoneReader(letter: string): Reader {
  const patterns: Readonly<Record<string, RegExp>> = {
    X: /Z|[+-]\d\d(:?\d\d(:?\d\d)?)?/y,
    x: /[+-]\d\d(:?\d\d(:?\d\d)?)?/y,
    Z: /Z|GMT|[+-]\d\d(:?\d\d(:?\d\d)?)?/y,
    O: /GMT([+-]\d\d?(:\d\d)?)?/y,
  }
  const pattern = patterns[letter] ?? /[+-]\d\d(:\d\d)?|[A-Za-z][\w/+-]*(:\d\d)?/y
  return (text, at) => {
    pattern.lastIndex = at
    return pattern.test(text) ? pattern.lastIndex : -1
  }
}

// ── what the fields mean ───────────────────────────────────────────────────────────────────────────────────────────

function resolve(fields: Fields): LocalTime | undefined {
  const time = timeOf(fields)
  const date = time && dateOf(fields)
  if (time === undefined || date === undefined) return undefined
  return {
    ms: (date.days + (date.complete ? time.extraDays : 0)) * MS_PER_DAY + time.seconds * 1000 + Math.floor(time.nanos / 1e6),
    nanos: time.nanos % 1e6,
  }
}

/** Fields that are missing are 1970, 1 or 0, one by one. */
function dateOf(fields: Fields): { readonly days: number; readonly complete: boolean } | undefined {
  const year = yearFrom(fields)
  const [month, day, inYear] = [fields.get('month'), fields.get('day'), fields.get('dayOfYear')]
  const days = wholeDate(fields, year)
  if (days === 'none') return undefined
  if (days !== undefined) return agrees(fields, days) ? { days, complete: true } : undefined
  if (inYear !== undefined && year !== undefined && inYear > (isLeapYear(year) ? 366 : 365)) return undefined
  const [y, m, d] = [year ?? 1970, month ?? 1, day ?? 1]
  return isCivil(y, m, d) ? { days: daysOf(y, m, d), complete: false } : undefined
}

function yearFrom(fields: Fields): number | undefined {
  const ofEra = fields.get('yearOfEra')
  if (ofEra === undefined) return fields.get('year')
  return fields.get('era') === 0 ? 1 - ofEra : ofEra
}

/** From year, month and day, from year and day of the year, or from the week; 'none' for a day that its year does not have. */
function wholeDate(fields: Fields, year: number | undefined): number | undefined | 'none' {
  const [month, day, inYear] = [fields.get('month'), fields.get('day'), fields.get('dayOfYear')]
  if (year !== undefined && month !== undefined && day !== undefined)
    return daysOf(year, month, Math.min(day, daysInMonth(year, month)))
  if (year !== undefined && inYear !== undefined)
    return inYear <= (isLeapYear(year) ? 366 : 365) ? daysOf(year, 1, inYear) : 'none'
  const [weekYear, week] = [fields.get('weekYear'), fields.get('week')]
  const weekday = fields.get('localDay') ?? (fields.has('dayOfWeek') ? (fields.get('dayOfWeek')! % 7) + 1 : undefined)
  if (weekYear === undefined || week === undefined || weekday === undefined) return undefined
  return firstSunday(weekYear) + (week - 1) * 7 + weekday - 1
}

/** Fields that say the same in another way must be right. */
function agrees(fields: Fields, days: number): boolean {
  const same = (field: Field, value: number) => !fields.has(field) || fields.get(field) === value
  const month = civilMonth(civilOf(days))
  return (
    same('dayOfWeek', isoDayOfWeek(days)) &&
    same('quarter', Math.ceil(month / 3)) &&
    same('dayOfYear', dayOfYear(days)) &&
    same('month', month)
  )
}

function timeOf(fields: Fields): { readonly seconds: number; readonly nanos: number; readonly extraDays: number } | undefined {
  const ofDay = fields.get('nanoOfDay') ?? (fields.has('milliOfDay') ? fields.get('milliOfDay')! * 1e6 : undefined)
  if (ofDay !== undefined) return { seconds: Math.floor(ofDay / 1e9), nanos: ofDay % 1e9, extraDays: 0 }
  const hour = hourFrom(fields)
  const [minute, second, nanos] = [fields.get('minute') ?? 0, fields.get('second') ?? 0, fields.get('nano') ?? 0]
  if (hour === 24 && (minute > 0 || second > 0 || nanos > 0)) return undefined
  return { seconds: ((hour % 24) * 60 + minute) * 60 + second, nanos, extraDays: hour === 24 ? 1 : 0 }
}

/** An hour of half a day counts only beside AM or PM. */
function hourFrom(fields: Fields): number {
  const half = fields.get('half')
  const clock = fields.get('hour11') ?? (fields.has('hour12') ? fields.get('hour12')! % 12 : undefined)
  const hour24 = fields.get('hour24')
  return (
    fields.get('hour') ??
    (hour24 === undefined ? undefined : hour24 % 24) ??
    (half !== undefined && clock !== undefined ? half * 12 + clock : 0)
  )
}
