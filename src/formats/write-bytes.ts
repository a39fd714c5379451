/** Values to bytes of text formats. Writers are `(bytes, at, …) → where it ends`; the caller has made room. */
import { writeDecimal64 } from '../data/number-bytes.ts'
import { decimalText } from '../data/text-number.ts'
import { writeText } from '../data/text.ts'
import { BACKSLASH, DOT, QUOTE, ZERO } from './ascii.ts'

/** The most bytes a BINARY takes, per byte of it (rounded up to four at the end). */
export const base64Bytes = (length: number): number => Math.ceil(length / 3) * 4

const ALPHABET = Uint8Array.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', char => char.charCodeAt(0))

/** Base64 with padding. */
export function writeBase64(bytes: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  let i = start
  for (; i + 2 < end; i += 3) {
    const three = (from[i]! << 16) | (from[i + 1]! << 8) | from[i + 2]!
    bytes[at++] = ALPHABET[three >> 18]!
    bytes[at++] = ALPHABET[(three >> 12) & 63]!
    bytes[at++] = ALPHABET[(three >> 6) & 63]!
    bytes[at++] = ALPHABET[three & 63]!
  }
  if (i === end) return at
  const last = (from[i]! << 16) | (i + 1 < end ? from[i + 1]! << 8 : 0)
  bytes[at++] = ALPHABET[last >> 18]!
  bytes[at++] = ALPHABET[(last >> 12) & 63]!
  bytes[at++] = i + 1 < end ? ALPHABET[(last >> 6) & 63]! : 61
  bytes[at++] = 61
  return at
}

/** Copies short pieces. */
export function writeBytes(bytes: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  if (end - start > 64) bytes.set(from.subarray(start, end), at)
  else for (let i = start; i < end; i++) bytes[at + i - start] = from[i]!
  return at + end - start
}

/** Copies all of a constant. */
export function writePiece(bytes: Uint8Array, at: number, piece: Uint8Array): number {
  for (let i = 0; i < piece.length; i++) bytes[at + i] = piece[i]!
  return at + piece.length
}

const FOUR_ONES = 0x01010101
const FOUR_BLANKS = 0x20202020
const FOUR_QUOTES = 0x22222222
const FOUR_BACKSLASHES = 0x5c5c5c5c
const HIGH_BITS = 0x80808080 | 0

/** Shows the same bytes. */
export const viewOver = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** The most bytes `writeJsonText` takes per byte of text, without the quotes. */
export const JSON_ESCAPE_BYTES = 6

/** What was written to last, to be written to by words: it changes when a writer grows. */
let target: Uint8Array = new Uint8Array(0)
let targetView: DataView = new DataView(target.buffer)

/**
 * Text in quotes, escaped as Jackson does: quote, backslash and control characters. `view` shows the bytes of `from`: four of
 * them are looked at together, and copied together where none is one of those.
 */
export function writeJsonText(
  bytes: Uint8Array,
  at: number,
  from: Uint8Array,
  start: number,
  end: number,
  view: DataView,
): number {
  bytes[at++] = QUOTE
  let i = start
  if (end - start >= 8) {
    if (bytes !== target) {
      target = bytes
      targetView = viewOver(bytes)
    }
    for (; i + 4 <= end; i += 4, at += 4) {
      const word = view.getInt32(i, true)
      const quote = word ^ FOUR_QUOTES
      const backslash = word ^ FOUR_BACKSLASHES
      // A byte below 32, or one that became 0, borrows from its highest bit.
      const found = ((word - FOUR_BLANKS) & ~word) | ((quote - FOUR_ONES) & ~quote) | ((backslash - FOUR_ONES) & ~backslash)
      if ((found & HIGH_BITS) !== 0) break
      targetView.setInt32(at, word, true)
    }
  }
  for (; i < end; i++) {
    const byte = from[i]!
    if (byte >= 32 && byte !== QUOTE && byte !== BACKSLASH) bytes[at++] = byte
    else at = writeEscape(bytes, at, byte)
  }
  bytes[at++] = QUOTE
  return at
}

const HEX = Uint8Array.from('0123456789ABCDEF', char => char.charCodeAt(0))
const LETTERS: Readonly<Record<number, number>> = { 8: 0x62, 9: 0x74, 10: 0x6e, 12: 0x66, 13: 0x72, 34: 34, 92: 92 }

function writeEscape(bytes: Uint8Array, at: number, byte: number): number {
  const letter = LETTERS[byte]
  bytes[at++] = BACKSLASH
  if (letter !== undefined) {
    bytes[at++] = letter
    return at
  }
  bytes[at++] = 0x75
  bytes[at++] = ZERO
  bytes[at++] = ZERO
  bytes[at++] = HEX[byte >> 4]!
  bytes[at++] = HEX[byte & 15]!
  return at
}

/**
 * Java's `BigDecimal.stripTrailingZeros().toString()`: `12.50` is 12.5, `1000` is 1E+3, 0.0000001 is 1E-7.
 */
export function shortDecimalText(unscaled: bigint, scale: number): string {
  if (unscaled === 0n) return '0'
  let size = String(unscaled < 0n ? -unscaled : unscaled)
  const zeros = /0*$/.exec(size)![0].length
  size = size.slice(0, size.length - zeros)
  const rest = scale - zeros
  const exponent = size.length - 1 - rest
  const sign = unscaled < 0n ? '-' : ''
  if (rest >= 0 && exponent >= -6) return sign + decimalText(BigInt(size), rest)
  const mantissa = size.length === 1 ? size : `${size[0]}.${size.slice(1)}`
  return `${sign}${mantissa}E${exponent < 0 ? '' : '+'}${exponent}`
}

/** A 64-bit decimal the same way. Only a fraction that is not all zeros lets the digits stay as they are. */
export function writeShortDecimal64(bytes: Uint8Array, at: number, low: number, high: number, scale: number): number {
  let end = writeDecimal64(bytes, at, low, high, scale)
  if (scale > 0 && scale <= 6) {
    while (bytes[end - 1] === ZERO) end--
    if (bytes[end - 1] !== DOT) return end
  } else if (scale === 0 && bytes[end - 1] !== ZERO) return end
  return writeText(bytes, at, shortDecimalText((BigInt(high) << 32n) | BigInt(low >>> 0), scale))
}
