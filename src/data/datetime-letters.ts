/** What the readers and writers of date and time patterns share: parts of a pattern, names, weeks of the United States. */
import { EvaluationError } from '../base/errors.ts'
import { civilDay, civilOf, civilYear, daysOf, isoDayOfWeek } from './calendar.ts'

/** A pattern's parts: a letter so many times, text as it stands, or a part in brackets that may be missing. */
export type PatternPart =
  | { readonly kind: 'field'; readonly letter: string; readonly count: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'optional'; readonly parts: readonly PatternPart[] }

export const invalidPattern = (pattern: string, why: string): EvaluationError =>
  new EvaluationError('INVALID_PATTERN', `${why} in the date and time pattern '${pattern}'`)

/** Letters in runs, quoted text, `[` and `]` where the dialect knows them. */
export function splitPattern(pattern: string, brackets: boolean): readonly PatternPart[] {
  const levels: PatternPart[][] = [[]]
  for (let at = 0; at < pattern.length;) {
    const char = pattern[at]!
    const start = at
    if (/[A-Za-z]/.test(char)) {
      while (pattern[at] === char) at++
      levels.at(-1)!.push({ kind: 'field', letter: char, count: at - start })
    } else if (char === "'") {
      const quoted = /'((?:[^']|'')*)'/y
      quoted.lastIndex = at
      const found = quoted.exec(pattern)
      if (found === null) throw invalidPattern(pattern, 'A quote is not closed')
      at = quoted.lastIndex
      levels.at(-1)!.push({ kind: 'text', text: found[1] === '' ? "'" : found[1]!.replaceAll("''", "'") })
    } else {
      at++
      if (brackets && /[{}#]/.test(char)) throw invalidPattern(pattern, `'${char}' is reserved`)
      if (brackets && char === '[') levels.push([])
      else if (brackets && char === ']') {
        if (levels.length === 1) throw invalidPattern(pattern, "']' closes nothing")
        const parts = levels.pop()!
        levels.at(-1)!.push({ kind: 'optional', parts })
      } else levels.at(-1)!.push({ kind: 'text', text: char })
    }
  }
  while (levels.length > 1) {
    const parts = levels.pop()!
    levels.at(-1)!.push({ kind: 'optional', parts })
  }
  return levels[0]!
}

export const monthNames: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
]
/** Monday first. */
export const dayNames: readonly string[] = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']

export const isZone = (letter: string): boolean => 'VzOXxZ'.includes(letter)

/** How often a letter may stand at most. */
export const mostLetters: Readonly<Record<string, number>> = {
  G: 5,
  u: 19,
  y: 19,
  Y: 19,
  D: 3,
  M: 5,
  L: 5,
  d: 2,
  Q: 5,
  q: 5,
  w: 2,
  W: 1,
  E: 5,
  e: 5,
  c: 5,
  F: 1,
  a: 1,
  h: 2,
  K: 2,
  k: 2,
  H: 2,
  m: 2,
  s: 2,
  S: 9,
  A: 19,
  n: 19,
  N: 19,
  V: 2,
  z: 4,
  O: 4,
  X: 5,
  x: 5,
  Z: 5,
}

export function checkLetters(letter: string, count: number, pattern: string): void {
  const most = mostLetters[letter]
  if (most === undefined) throw invalidPattern(pattern, `Unknown pattern letter: ${letter}`)
  if (count > most) throw invalidPattern(pattern, `Too many pattern letters: ${letter}`)
}

export const padded = (value: number, width: number): string =>
  value < 0 ? `-${String(-value).padStart(width, '0')}` : String(value).padStart(width, '0')

/** 1 and 2 letters a number, 3 a short name, 4 the name, 5 its first letter. */
export const nameOrNumber = (value: number, count: number, names: readonly string[]): string =>
  count <= 2
    ? padded(value, count)
    : count === 3
      ? names[value - 1]!.slice(0, 3)
      : count === 4
        ? names[value - 1]!
        : names[value - 1]![0]!

// ── weeks of the United States ─────────────────────────────────────────────────────────────────────────────────────

/** 0 for Sunday. */
export const sundayIndex = (days: number): number => isoDayOfWeek(days) % 7

/** The week that holds 1 January is the first of its year. */
export function weekOfYear(days: number): { readonly year: number; readonly week: number } {
  const sunday = days - sundayIndex(days)
  const year = civilYear(civilOf(sunday + 6))
  return { year, week: (sunday - firstSunday(year)) / 7 + 1 }
}

/** The Sunday on or before 1 January. */
export function firstSunday(year: number): number {
  const january = daysOf(year, 1, 1)
  return january - sundayIndex(january)
}

export function weekOfMonth(days: number): number {
  const day = civilDay(civilOf(days))
  return Math.floor((day - 1 + sundayIndex(days - day + 1)) / 7) + 1
}
