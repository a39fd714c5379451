/**
 * What type a column may have, judged from values: guesses are taken one value at a time and merged.
 *
 *     12, 13.5, (nothing)                     DOUBLE
 *     12, x                                   STRING
 *     2024-01-05 10:00:00, … 10:00:00.5       TIMESTAMP(3)
 *     {"a": 1}, {"a": 2.5, "b": [true]}       ROW<a DOUBLE, b ARRAY<BOOLEAN>>
 *
 * A sample can't prove much, so guesses err to the side where later values fit: whole numbers are BIGINT, fractions
 * DOUBLE, and every column may be NULL. What is not written the way a format reads it (`2001/01/14 21:55`) stays STRING.
 */
import { parseDateText, parseTimestampText } from '../../data/text-time.ts'
import { type DataType, types } from '../../data/type.ts'

export type Guess =
  | { readonly kind: 'null' | 'boolean' | 'integer' | 'double' | 'date' | 'string' }
  /** A whole number beyond 64 bits. */
  | { readonly kind: 'wide' }
  /** `digits` of the second's fraction; `zulu`: with a Z behind it; `iso`: with a T in it. */
  | { readonly kind: 'timestamp'; readonly digits: number; readonly zulu: boolean; readonly iso: boolean }
  | { readonly kind: 'array'; readonly element: Guess }
  | { readonly kind: 'row'; readonly fields: ReadonlyMap<string, Guess> }

export const NULL: Guess = { kind: 'null' }
export const STRING: Guess = { kind: 'string' }

/** The guess that covers both. */
export function merge(a: Guess, b: Guess): Guess {
  if (a.kind === 'null') return b
  if (b.kind === 'null') return a
  if (a.kind === 'row' && b.kind === 'row') return { kind: 'row', fields: mergeFields(a.fields, b.fields) }
  if (a.kind === 'array' && b.kind === 'array') return { kind: 'array', element: merge(a.element, b.element) }
  if (a.kind === 'timestamp' && b.kind === 'timestamp') {
    return a.zulu === b.zulu && a.iso === b.iso ? (a.digits < b.digits ? b : a) : STRING
  }
  if (a.kind === b.kind) return a
  const [least, most] = [Math.min(rank(a), rank(b)), Math.max(rank(a), rank(b))]
  return least < 0 ? STRING : { kind: numbers[most]! }
}

const numbers = ['integer', 'wide', 'double'] as const
const rank = (guess: Guess): number => (numbers as readonly string[]).indexOf(guess.kind)

function mergeFields(a: ReadonlyMap<string, Guess>, b: ReadonlyMap<string, Guess>): ReadonlyMap<string, Guess> {
  let merged: Map<string, Guess> | undefined
  for (const [name, guess] of b) {
    const before = a.get(name)
    const after = before === undefined ? guess : merge(before, guess)
    if (after !== before) (merged ??= new Map(a)).set(name, after)
  }
  return merged ?? a
}

/** A number as JSON and CSV write it. */
export function guessNumber(text: string): Guess | undefined {
  if (/^[+-]?\d+$/.test(text)) {
    if (text.length <= 18) return { kind: 'integer' }
    const value = BigInt(text.startsWith('+') ? text.slice(1) : text)
    if (BigInt.asIntN(64, value) === value) return { kind: 'integer' }
    return text.replace(/^[+-]?0*/, '').length <= 38 ? { kind: 'wide' } : { kind: 'double' }
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? { kind: 'double' } : undefined
}

/** A date or a timestamp in the forms that formats read; anything else is text. */
export function guessText(text: string): Guess {
  if (text.length < 10 || text.length > 30 || text[4] !== '-') return STRING
  if (text.length === 10) return parseDateText(text) === undefined ? STRING : { kind: 'date' }
  const zulu = text.endsWith('Z')
  const bare = zulu ? text.slice(0, -1) : text
  const fraction = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.(\d{1,9}))?$/.exec(bare)
  if (fraction === null || parseTimestampText(bare, 9) === undefined) return STRING
  return { kind: 'timestamp', digits: fraction[1]?.length ?? 0, zulu, iso: bare[10] === 'T' }
}

/** A field of a text file. `0815` is no number. */
export function guessField(text: string): Guess {
  if (text === '') return NULL
  const trimmed = text.trim()
  if (/^(true|false)$/i.test(trimmed)) return { kind: 'boolean' }
  if (/^[+-]?0\d/.test(trimmed)) return STRING
  return guessNumber(trimmed) ?? guessText(text)
}

/**
 * The type. Timestamps are TIMESTAMP(3), which can carry a watermark, unless they have finer digits; those that are not
 * written as the file's others are (`iso`) are text.
 */
export function typeOfGuess(guess: Guess, iso: boolean): DataType {
  switch (guess.kind) {
    case 'boolean':
      return types.boolean()
    case 'integer':
      return types.bigint()
    case 'wide':
      return types.decimal(38, 0)
    case 'double':
      return types.double()
    case 'date':
      return types.date()
    case 'timestamp': {
      if (guess.iso !== iso) return types.string()
      const precision = guess.digits <= 3 ? 3 : guess.digits <= 6 ? 6 : 9
      return guess.zulu ? types.timestampLtz(precision) : types.timestamp(precision)
    }
    case 'array':
      return types.array(typeOfGuess(guess.element, iso))
    case 'row':
      // An object that never had a field has no ROW type.
      if (guess.fields.size === 0) return types.map(types.string(false), types.string())
      return types.row(Array.from(guess.fields, ([name, field]) => ({ name, type: typeOfGuess(field, iso) })))
    default:
      return types.string()
  }
}

/** Whether timestamps have a T in them: as the first one found has. */
export function findIso(guess: Guess): boolean | undefined {
  switch (guess.kind) {
    case 'timestamp':
      return guess.iso
    case 'array':
      return findIso(guess.element)
    case 'row':
      for (const field of guess.fields.values()) {
        const iso = findIso(field)
        if (iso !== undefined) return iso
      }
      return undefined
    default:
      return undefined
  }
}
