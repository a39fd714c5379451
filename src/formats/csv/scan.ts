/** CSV as bytes: where a field ends. A delimiter stands behind the record while it is read, so every search ends. */
import { CR, LF } from '../ascii.ts'
import type { CsvDialect } from './dialect.ts'

/**
 * The first `delimiter` at or behind `at`, four bytes at a time (see `textEnd` of the format json). `pattern` is the
 * delimiter in each byte of a word.
 */
export function fieldEnd(view: DataView, at: number, pattern: number): number {
  for (;;) {
    const word = view.getInt32(at, true) ^ pattern
    const hit = (word - 0x01010101) & ~word & 0x80808080
    if (hit !== 0) return at + ((31 - Math.clz32(hit & -hit)) >> 3)
    at += 4
  }
}

/** The first quote or LF at or behind `at`. `quotes` is the quote in each byte of a word. */
export function quoteOrLf(view: DataView, at: number, quotes: number): number {
  for (;;) {
    const word = view.getInt32(at, true)
    const quote = word ^ quotes
    const lf = word ^ 0x0a0a0a0a
    const hit = (((quote - 0x01010101) & ~quote) | ((lf - 0x01010101) & ~lf)) & 0x80808080
    if (hit !== 0) return at + ((31 - Math.clz32(hit & -hit)) >> 3)
    at += 4
  }
}

/** The same for fields of a few bytes. */
export function shortFieldEnd(bytes: Uint8Array, at: number, delimiter: number): number {
  while (bytes[at] !== delimiter) at++
  return at
}

/**
 * The first quote in `[at, end)`, or `end`. `quotes` is the quote in each byte of a word. There is no sentinel to end this
 * search: words as long as they lie in the record, then single bytes.
 */
function quoteWithin(bytes: Uint8Array, view: DataView, at: number, end: number, quotes: number): number {
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true) ^ quotes
    const hit = (word - 0x01010101) & ~word & 0x80808080
    if (hit !== 0) return at + ((31 - Math.clz32(hit & -hit)) >> 3)
  }
  const quote = quotes & 127
  while (at < end && bytes[at] !== quote) at++
  return at
}

/** The delimiter behind a field in quotes whose text begins at `at` and holds no quote, or -1 for any other. */
export function quotedEnd(bytes: Uint8Array, view: DataView, at: number, end: number, delimiter: number, quotes: number): number {
  const quote = quoteWithin(bytes, view, at, end, quotes)
  return quote < end && bytes[quote + 1] === delimiter ? quote + 1 : -1
}

/** The field that `unquote` or `unescapePlain` found: its text now lies in `[from, to)`, its delimiter at `stop`. */
export interface Field {
  from: number
  to: number
  /** -1 when the field is broken. */
  stop: number
}

/**
 * The field whose opening quote is at `at`. Doubled quotes and escapes are resolved in place; blanks may follow the
 * closing quote.
 */
export function unquote(bytes: Uint8Array, view: DataView, at: number, end: number, dialect: CsvDialect, into: Field): void {
  const { quote, escape, delimiter } = dialect
  const quotes = Math.imul(quote!, 0x01010101)
  let from = at + 1
  let to = from
  into.stop = -1
  into.from = from
  for (;;) {
    const next = quoteWithin(bytes, view, from, end, quotes)
    if (escape !== undefined && escape !== quote) {
      const escapes = quoteWithin(bytes, view, from, next, Math.imul(escape, 0x01010101))
      if (escapes < next) {
        if (escapes + 1 >= end) return
        to = moveBytes(bytes, from, escapes, to)
        bytes[to++] = escaped(bytes[escapes + 1]!)
        from = escapes + 2
        continue
      }
    }
    if (next >= end) return
    to = moveBytes(bytes, from, next, to)
    from = next + 1
    if (from >= end || bytes[from] !== quote) break
    bytes[to++] = quote
    from++
  }
  into.to = to
  while (from < end && bytes[from]! <= 32 && bytes[from] !== delimiter && bytes[from] !== LF && bytes[from] !== CR) from++
  if (from >= end || bytes[from] === delimiter) into.stop = Math.min(from, end)
}

/** Moves `[from, stop)` down to `to`; answers its end there. */
function moveBytes(bytes: Uint8Array, from: number, stop: number, to: number): number {
  if (from !== to) for (let at = from; at < stop; at++) bytes[to + at - from] = bytes[at]!
  return to + stop - from
}

/** The field at `at` without quotes, in which an escape character may stand before any other. */
export function unescapePlain(bytes: Uint8Array, at: number, end: number, { escape, delimiter }: CsvDialect, into: Field): void {
  let from = at
  let to = at
  into.from = at
  into.stop = -1
  while (from < end && bytes[from] !== delimiter) {
    if (bytes[from] === escape) {
      if (from + 1 >= end) return
      bytes[to++] = escaped(bytes[from + 1]!)
      from += 2
    } else bytes[to++] = bytes[from++]!
  }
  into.to = to
  into.stop = from
}

/** What stands for an escaped character: line ends, tab and zero by letter, any other for itself. */
function escaped(byte: number): number {
  switch (byte) {
    case 0x30:
      return 0
    case 0x6e:
      return 10
    case 0x72:
      return 13
    case 0x74:
      return 9
    default:
      return byte
  }
}

/** True when the field's bytes are these. */
export function sameBytes(bytes: Uint8Array, from: number, to: number, literal: Uint8Array): boolean {
  if (to - from !== literal.length) return false
  for (let i = 0; i < literal.length; i++) if (bytes[from + i] !== literal[i]) return false
  return true
}
