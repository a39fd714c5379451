/**
 * JSON as bytes: where a value ends. All functions answer the position behind what they read, or -1 where the bytes are
 * not JSON. They look no further than the first byte that can't belong to the value, if the caller does what
 * `textEnd` asks for.
 */
import { writeCodePoint } from '../../data/text.ts'
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DOT,
  MINUS,
  NINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  PLUS,
  QUOTE,
  ZERO,
  isBlank,
} from '../ascii.ts'

/** The words `true`, `null` and `fals` as a little-endian 32-bit number. */
export const WORD_TRUE = 0x65757274
export const WORD_NULL = 0x6c6c756e
export const WORD_FALS = 0x736c6166

/** Deeper values are refused, as Jackson does: reading them is recursive. */
const MAX_DEPTH = 1000

/**
 * The first quote or backslash at or behind `at`. The caller sees to it that there is one (a decoder puts a quote behind
 * the message while it reads it) and that three more bytes can be read. Looks at four bytes at a time: for bytes b,
 * `(b ^ c) - 1 & ~(b ^ c) & 0x80` is set where b = c, and the lowest such bit is right.
 */
export function textEnd(view: DataView, at: number): number {
  for (;;) {
    const word = view.getInt32(at, true)
    const quote = word ^ 0x22222222
    const slash = word ^ 0x5c5c5c5c
    const hit = (((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash)) & 0x80808080
    if (hit !== 0) return at + ((31 - Math.clz32(hit & -hit)) >> 3)
    at += 4
  }
}

/** The first byte at or behind `at` that is not blank. */
export function skipBlanks(bytes: Uint8Array, at: number): number {
  while (isBlank(bytes[at]!)) at++
  return at
}

/** Behind the text that opened in front of `at`: behind its closing quote, which lies before `end`. Escapes are checked. */
export function skipText(bytes: Uint8Array, view: DataView, at: number, end: number): number {
  for (;;) {
    at = textEnd(view, at)
    if (at >= end) return -1
    if (bytes[at] === QUOTE) return at + 1
    const length = escapeLength(bytes, at)
    if (length === 0 || at + length > end) return -1
    at += length
  }
}

/** How many bytes the escape takes that begins with the backslash at `at`; 0 when it is none. */
export function escapeLength(bytes: Uint8Array, at: number): number {
  switch (bytes[at + 1]) {
    case QUOTE:
    case BACKSLASH:
    case 0x2f:
    case 0x62:
    case 0x66:
    case 0x6e:
    case 0x72:
    case 0x74:
      return 2
    case 0x75:
      return hexValue(bytes, at + 2) < 0 ? 0 : 6
    default:
      return 0
  }
}

/** Four hex digits, or -1. */
export function hexValue(bytes: Uint8Array, at: number): number {
  let value = 0
  for (let i = at; i < at + 4; i++) {
    const byte = bytes[i]!
    const digit =
      byte >= ZERO && byte <= NINE ? byte - ZERO : (byte | 32) >= 0x61 && (byte | 32) <= 0x66 ? (byte | 32) - 0x57 : -1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}

/** Behind a number. */
export function skipNumber(bytes: Uint8Array, at: number): number {
  if (bytes[at] === MINUS) at++
  if (bytes[at] === ZERO) at++
  else {
    const first = at
    while (isDigit(bytes[at]!)) at++
    if (at === first) return -1
  }
  const byte = bytes[at]!
  if (isDigit(byte)) return -1
  return byte === DOT || (byte | 32) === 0x65 ? skipFraction(bytes, at) : at
}

/**
 * Reads a whole number of at most 15 digits as it stands in JSON into the two halves of a 64-bit one, in one pass. Behind
 * it, or -1 when it is anything else: then the slower way decides.
 */
export function readShortInteger(bytes: Uint8Array, at: number, halves: Int32Array, row: number): number {
  const negative = bytes[at] === MINUS
  if (negative) at++
  const first = at
  let value = bytes[at]! - ZERO
  if (value < 0 || value > 9) return -1
  at++
  if (value !== 0) {
    for (; ; at++) {
      const digit = bytes[at]! - ZERO
      if (digit < 0 || digit > 9) break
      value = value * 10 + digit
    }
  }
  const byte = bytes[at]!
  if (at - first > 15 || byte === DOT || (byte | 32) === 0x65 || isDigit(byte)) return -1
  if (negative) value = -value
  const high = Math.floor(value / 4294967296)
  halves[row * 2] = value - high * 4294967296
  halves[row * 2 + 1] = high
  return at
}

function skipFraction(bytes: Uint8Array, at: number): number {
  if (bytes[at] === DOT) {
    const first = ++at
    while (isDigit(bytes[at]!)) at++
    if (at === first) return -1
  }
  if ((bytes[at]! | 32) !== 0x65) return at
  at++
  if (bytes[at] === PLUS || bytes[at] === MINUS) at++
  const first = at
  while (isDigit(bytes[at]!)) at++
  return at === first ? -1 : at
}

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE

/** Behind any value. */
export function skipValue(bytes: Uint8Array, view: DataView, at: number, end: number, depth = 0): number {
  if (at >= end) return -1
  switch (bytes[at]) {
    case QUOTE:
      return skipText(bytes, view, at + 1, end)
    case OPEN_BRACE:
      return depth === MAX_DEPTH ? -1 : skipObject(bytes, view, at + 1, end, depth + 1)
    case OPEN_BRACKET:
      return depth === MAX_DEPTH ? -1 : skipArray(bytes, view, at + 1, end, depth + 1)
    case 0x74:
      return view.getInt32(at, true) === WORD_TRUE ? at + 4 : -1
    case 0x6e:
      return view.getInt32(at, true) === WORD_NULL ? at + 4 : -1
    case 0x66:
      return view.getInt32(at, true) === WORD_FALS && bytes[at + 4] === 0x65 ? at + 5 : -1
    default:
      return skipNumber(bytes, at)
  }
}

function skipObject(bytes: Uint8Array, view: DataView, at: number, end: number, depth: number): number {
  at = skipBlanks(bytes, at)
  if (bytes[at] === CLOSE_BRACE) return at + 1
  for (;;) {
    if (bytes[at] !== QUOTE || at >= end) return -1
    at = skipText(bytes, view, at + 1, end)
    if (at < 0) return -1
    at = skipBlanks(bytes, at)
    if (bytes[at] !== COLON) return -1
    at = skipValue(bytes, view, skipBlanks(bytes, at + 1), end, depth)
    if (at < 0) return -1
    at = skipBlanks(bytes, at)
    if (bytes[at] === CLOSE_BRACE) return at + 1
    if (bytes[at] !== COMMA) return -1
    at = skipBlanks(bytes, at + 1)
  }
}

function skipArray(bytes: Uint8Array, view: DataView, at: number, end: number, depth: number): number {
  at = skipBlanks(bytes, at)
  if (bytes[at] === CLOSE_BRACKET) return at + 1
  for (;;) {
    at = skipValue(bytes, view, at, end, depth)
    if (at < 0) return -1
    at = skipBlanks(bytes, at)
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    if (bytes[at] !== COMMA) return -1
    at = skipBlanks(bytes, at + 1)
  }
}

/** Where the closing quote is and where the text ends that `unescape` wrote. */
export interface Unescaped {
  quote: number
  end: number
}

/**
 * Resolves the escapes of a text in place, from its first backslash `at`; the text only gets shorter. The answer is
 * written to `into`; `quote` is -1 where the text does not end before `end` or an escape is none. Half of a surrogate
 * pair becomes '?', as in Java.
 */
export function unescape(bytes: Uint8Array, view: DataView, at: number, end: number, into: Unescaped): void {
  let to = at
  into.quote = -1
  while (at < end) {
    if (bytes[at] === QUOTE) {
      into.quote = at
      into.end = to
      return
    }
    if (bytes[at] === BACKSLASH) {
      const length = escapeLength(bytes, at)
      if (length === 0 || at + length > end) return
      if (length === 2) {
        bytes[to++] = plainEscape(bytes[at + 1]!)
        at += 2
      } else {
        let code = hexValue(bytes, at + 2)
        at += 6
        if (code >= 0xd800 && code <= 0xdbff && bytes[at] === BACKSLASH && bytes[at + 1] === 0x75 && at + 6 <= end) {
          const low = hexValue(bytes, at + 2)
          if (low >= 0xdc00 && low <= 0xdfff) {
            code = 0x10000 + ((code & 0x3ff) << 10) + (low & 0x3ff)
            at += 6
          }
        }
        to = writeCodePoint(bytes, to, code)
      }
    } else {
      const next = textEnd(view, at)
      bytes.copyWithin(to, at, next)
      to += next - at
      at = next
    }
  }
}

function plainEscape(byte: number): number {
  switch (byte) {
    case 0x62:
      return 8
    case 0x66:
      return 12
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
