/**
 * Patterns of Java's `DateTimeFormatter`: made ready once, then used row by row.
 *
 *     const format = new DateTimePattern("yyyy-MM-dd'T'HH:mm:ss.SSS")
 *     format.format(0, 0)                       // 1970-01-01T00:00:00.000
 *     format.parse('2020-01-01T00:00:05.123')   // { ms, nanos }, or undefined
 *
 * Texts are English, weeks those of the United States (from Sunday, the first one holds 1 January), as in Java's default
 * locale. Values are wall-clock times: letters of a zone (V z O X x Z) are read and set aside, and can't be written.
 */
import { EvaluationError } from '../base/errors.ts'
import { MS_PER_DAY, civilDay, civilMonth, civilOf, civilYear, dayOfYear, isoDayOfWeek } from './calendar.ts'
import {
  type PatternPart,
  checkLetters,
  dayNames,
  isZone,
  monthNames,
  nameOrNumber,
  padded,
  splitPattern,
  sundayIndex,
  weekOfMonth,
  weekOfYear,
} from './datetime-letters.ts'
import { PatternParser } from './datetime-parser.ts'
import type { LocalTime } from './lax-time.ts'

/** A wall-clock time in pieces. */
export interface Moment {
  readonly days: number
  readonly msOfDay: number
  /** Of the second: 0 to 999,999,999. */
  readonly nanos: number
}

export class DateTimePattern {
  readonly #writers: readonly Writer[]
  readonly #parser: PatternParser

  /** Throws `EvaluationError` INVALID_PATTERN. */
  constructor(pattern: string) {
    const parts = splitPattern(pattern, true)
    this.#writers = parts.map(part => writerOf(part, pattern))
    this.#parser = new PatternParser(parts, pattern)
  }

  /** `nanos` is that of the millisecond. */
  format(ms: number, nanos: number): string {
    const days = Math.floor(ms / MS_PER_DAY)
    const msOfDay = ms - days * MS_PER_DAY
    const moment = { days, msOfDay, nanos: (msOfDay % 1000) * 1e6 + nanos }
    let text = ''
    for (const write of this.#writers) text += write(moment)
    return text
  }

  /** Strict in form, smart in what it means: 31 February is the last day of February. */
  parse(text: string): LocalTime | undefined {
    return this.#parser.parse(text)
  }
}

// ── writing ────────────────────────────────────────────────────────────────────────────────────────────────────────

type Writer = (moment: Moment) => string

function writerOf(part: PatternPart, pattern: string): Writer {
  if (part.kind === 'text') return () => part.text
  if (part.kind === 'field') return fieldWriter(part.letter, part.count, pattern)
  if (part.parts.some(p => p.kind === 'field' && isZone(p.letter))) return () => ''
  const writers = part.parts.map(p => writerOf(p, pattern))
  return moment => writers.map(write => write(moment)).join('')
}

/** Numbers by letter; `1 to 2` digits but for those that `widths` names. */
const numbers: Readonly<Record<string, (moment: Moment) => number>> = {
  d: ({ days }) => civilDay(civilOf(days)),
  D: ({ days }) => dayOfYear(days),
  F: ({ days }) => ((civilDay(civilOf(days)) - 1) % 7) + 1,
  e: ({ days }) => sundayIndex(days) + 1,
  w: ({ days }) => weekOfYear(days).week,
  W: ({ days }) => weekOfMonth(days),
  h: m => ((hourOf(m) + 11) % 12) + 1,
  H: m => hourOf(m),
  k: m => ((hourOf(m) + 23) % 24) + 1,
  K: m => hourOf(m) % 12,
  m: ({ msOfDay }) => Math.floor(msOfDay / 60_000) % 60,
  s: ({ msOfDay }) => Math.floor(msOfDay / 1000) % 60,
  A: ({ msOfDay }) => msOfDay,
  n: ({ nanos }) => nanos,
  N: ({ msOfDay, nanos }) => Math.floor(msOfDay / 1000) * 1e9 + nanos,
}
const hourOf = ({ msOfDay }: Moment): number => Math.floor(msOfDay / 3_600_000)

function fieldWriter(letter: string, count: number, pattern: string): Writer {
  checkLetters(letter, count, pattern)
  switch (letter) {
    case 'G':
      return ({ days }) => eraText(civilYear(civilOf(days)) > 0, count)
    case 'u':
      return ({ days }) => yearText(civilYear(civilOf(days)), count)
    case 'y':
      return ({ days }) => yearText(ofEra(civilYear(civilOf(days))), count)
    case 'Y':
      return ({ days }) => yearText(weekOfYear(days).year, count)
    case 'M':
    case 'L':
      return ({ days }) => nameOrNumber(civilMonth(civilOf(days)), count, monthNames)
    case 'Q':
    case 'q':
      return ({ days }) => quarterText(Math.ceil(civilMonth(civilOf(days)) / 3), count)
    case 'E':
      return ({ days }) => nameOrNumber(isoDayOfWeek(days), Math.max(count, 3), dayNames)
    case 'e':
    case 'c':
      return count < 3
        ? moment => padded(numbers['e']!(moment), count)
        : ({ days }) => nameOrNumber(isoDayOfWeek(days), count, dayNames)
    case 'a':
      return moment => (hourOf(moment) < 12 ? 'AM' : 'PM')
    case 'S':
      return ({ nanos }) => padded(nanos, 9).slice(0, count)
    default: {
      const number = numbers[letter]
      if (number !== undefined) return moment => padded(number(moment), count)
      return () => {
        throw new EvaluationError(
          'INVALID_PATTERN',
          `A value without a time zone can't be written with '${letter}' of the pattern '${pattern}'`,
        )
      }
    }
  }
}

const ofEra = (year: number): number => (year > 0 ? year : 1 - year)
const eraText = (common: boolean, count: number): string =>
  count <= 3 ? (common ? 'AD' : 'BC') : count === 4 ? (common ? 'Anno Domini' : 'Before Christ') : common ? 'A' : 'B'

function yearText(year: number, count: number): string {
  if (count === 2) return padded(Math.abs(year) % 100, 2)
  const text = padded(year, count)
  return count >= 4 && text.length > count && year >= 0 ? `+${text}` : text
}

const quarterText = (quarter: number, count: number): string =>
  count <= 2
    ? padded(quarter, count)
    : count === 3
      ? `Q${quarter}`
      : count === 4
        ? `${['1st', '2nd', '3rd', '4th'][quarter - 1]} quarter`
        : String(quarter)
