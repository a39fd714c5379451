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
 * The delimiter behind a field in quotes that begins at `at` and holds no quote, or -1 for any other. `pattern` is the
 * quote in each byte of a word.
 */
export function quotedEnd(
  bytes: Uint8Array,
  view: DataView,
  at: number,
  end: number,
  delimiter: number,
  pattern: number,
): number {
  // Without a sentinel for quotes the search could leave the record: words up to its end, then what is left by byte.
  for (; at + 4 <= end; at += 4) {
    const word = view.getInt32(at, true) ^ pattern
    const hit = (word - 0x01010101) & ~word & 0x80808080
    if (hit === 0) continue
    at += (31 - Math.clz32(hit & -hit)) >> 3
    return bytes[at + 1] === delimiter ? at + 1 : -1
  }
  const quote = pattern & 127
  while (at < end && bytes[at] !== quote) at++
  return at < end && bytes[at + 1] === delimiter ? at + 1 : -1
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
export function unquote(bytes: Uint8Array, at: number, end: number, { quote, escape, delimiter }: CsvDialect, into: Field): void {
  let from = at + 1
  let to = from
  into.stop = -1
  into.from = from
  for (;;) {
    const byte = bytes[from]!
    if (from >= end) return
    if (byte === escape && byte !== quote) {
      if (from + 1 >= end) return
      bytes[to++] = escaped(bytes[from + 1]!)
      from += 2
    } else if (byte !== quote) {
      if (to !== from) bytes[to] = byte
      to++
      from++
    } else if (from + 1 < end && bytes[from + 1] === quote) {
      bytes[to++] = byte
      from += 2
    } else break
  }
  into.to = to
  from++
  while (from < end && bytes[from]! <= 32 && bytes[from] !== delimiter && bytes[from] !== LF && bytes[from] !== CR) from++
  if (from >= end || bytes[from] === delimiter) into.stop = Math.min(from, end)
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
