/**
 * Numbers between text bytes and columns, without a string or an object per value: what decoders and encoders call.
 *
 * Readers are of one shape, `(bytes, start, end, …, into, row) → outcome`: they read all of `bytes[start, end)` and store
 * at `row`. 64-bit integers go through an Int32Array over the column's buffer, two halves a row, low half first:
 *
 *     const halves = new Int32Array(column.values.buffer, column.values.byteOffset)
 *     if (!readInt64(bytes, start, end, halves, row)) throw malformed()
 *
 * They store instead of answering, because a double that a function answers is allocated unless the call is inlined.
 * Writers are `(bytes, at, …) → where it ends`; the caller has made room (`INT64_BYTES` and so on).
 */
import { readText, writeText } from './text.ts'
import { doubleText, floatText } from './text-number.ts'

/** The most bytes that writing such a value takes. */
export const INT32_BYTES = 11
export const INT64_BYTES = 20
/** DECIMAL(p <= 18): sign, point and a leading zero. */
export const DECIMAL_BYTES = 22
export const DOUBLE_BYTES = 26

const MINUS = 45
const PLUS = 43
const POINT = 46
const TWO_32 = 4294967296

/** `-?[0-9]+` with an optional plus that fits 32 bits. False for anything else. */
export function readInt32(bytes: Uint8Array, start: number, end: number, into: Int32Array, row: number): boolean {
  const sign = bytes[start]
  let at = sign === MINUS || sign === PLUS ? start + 1 : start
  if (at >= end) return false
  let value = 0
  for (; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return false
    value = value * 10 + digit
    if (value > 2147483648) return false
  }
  if (sign === MINUS) value = -value
  if (value === 2147483648) return false
  into[row] = value
  return true
}

/** `-?[0-9]+` with an optional plus that fits 64 bits. False for anything else. */
export function readInt64(bytes: Uint8Array, start: number, end: number, halves: Int32Array, row: number): boolean {
  const sign = bytes[start]
  let at = sign === MINUS || sign === PLUS ? start + 1 : start
  if (at >= end) return false
  while (at < end - 1 && bytes[at] === 48) at++
  if (end - at > 19) return false
  const middle = end - at <= 9 ? end : end - 9
  let head = 0
  let tail = 0
  for (; at < middle; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return false
    head = head * 10 + digit
  }
  if (middle === end) return storeInt64(head, 0, 0, sign === MINUS, halves, row)
  for (; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return false
    tail = tail * 10 + digit
  }
  return storeInt64(head, 1e9, tail, sign === MINUS, halves, row)
}

/**
 * Stores ±(head × factor + tail), or ±head where `factor` is 0, as two halves; false when it exceeds 64 bits.
 * head < 2^34, factor <= 10^9, tail < 10^9: every product below is an exact double.
 */
function storeInt64(head: number, factor: number, tail: number, negative: boolean, halves: Int32Array, row: number): boolean {
  const value = factor === 0 ? head : head * factor + tail
  let high: number
  let low: number
  if (value < 9007199254740992) {
    high = Math.floor(value / TWO_32)
    low = value - high * TWO_32
  } else {
    const upper = Math.floor(head / 65536) * factor
    const rest = (upper % 65536) * 65536 + (head % 65536) * factor + tail
    const carry = Math.floor(rest / TWO_32)
    high = Math.floor(upper / 65536) + carry
    low = rest - carry * TWO_32
    if (high > 2147483647 && !(negative && high === 2147483648 && low === 0)) return false
  }
  if (negative) {
    low = -low
    high = low === 0 ? -high : -high - 1
  }
  halves[row * 2] = low
  halves[row * 2 + 1] = high
  return true
}

const POWERS = Array.from({ length: 23 }, (_, n) => 10 ** n)

/**
 * A decimal number with optional fraction and exponent, as JSON and Java write it, correctly rounded. False for anything
 * else, `NaN` and `Infinity` included: formats have their own opinion of those.
 */
export function readDouble(bytes: Uint8Array, start: number, end: number, into: Float64Array, row: number): boolean {
  const sign = bytes[start]
  let at = sign === MINUS || sign === PLUS ? start + 1 : start
  let mantissa = 0
  let digits = 0
  let fraction = 0
  let seen = 0
  let afterPoint = false
  for (; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit >= 0 && digit <= 9) {
      seen++
      if (digits > 0 || digit > 0) digits++
      mantissa = mantissa * 10 + digit
      if (afterPoint) fraction++
    } else if (bytes[at] === POINT && !afterPoint) afterPoint = true
    else break
  }
  if (seen === 0) return false
  let exponent = 0
  if (at < end) {
    if ((bytes[at]! | 32) !== 101) return false
    exponent = smallExponent(bytes, at + 1, end)
    if (exponent === NOT_AN_EXPONENT) return false
  }
  const scale = exponent - fraction
  // Fifteen digits and powers up to 10^22 are exact doubles: one operation, one rounding.
  if (digits <= 15 && scale >= -22 && scale <= 22) {
    const value = scale < 0 ? mantissa / POWERS[-scale]! : mantissa * POWERS[scale]!
    into[row] = sign === MINUS ? -value : value
    return true
  }
  into[row] = Number(readText(bytes, start, end))
  return true
}

const NOT_AN_EXPONENT = 0x7fffffff

/** `[+-]?[0-9]+`; sizes beyond a hundred thousand are all the same. */
function smallExponent(bytes: Uint8Array, start: number, end: number): number {
  const sign = bytes[start]
  let at = sign === MINUS || sign === PLUS ? start + 1 : start
  if (at >= end) return NOT_AN_EXPONENT
  let value = 0
  for (; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return NOT_AN_EXPONENT
    if (value < 100_000) value = value * 10 + digit
  }
  return sign === MINUS ? -value : value
}

/** What reading a DECIMAL found: no number at all, a number, or one too large for the type (which Flink makes NULL). */
export const DecimalOutcome = { malformed: 0, stored: 1, tooLarge: 2 } as const
export type DecimalOutcome = (typeof DecimalOutcome)[keyof typeof DecimalOutcome]

/**
 * A decimal number, rounded half up to `scale` digits, as the unscaled 64-bit integer of DECIMAL(precision <= 18, scale).
 * Exponents are understood.
 */
export function readDecimal64(
  bytes: Uint8Array,
  start: number,
  end: number,
  precision: number,
  scale: number,
  halves: Int32Array,
  row: number,
): DecimalOutcome {
  const sign = bytes[start]
  let at = sign === MINUS || sign === PLUS ? start + 1 : start
  let value = 0
  let digits = 0
  let fraction = -1
  let seen = 0
  for (; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit >= 0 && digit <= 9) {
      seen++
      if (fraction >= 0) fraction++
      if (fraction > scale) continue
      if (digits > 0 || digit > 0) digits++
      value = value * 10 + digit
    } else if (bytes[at] === POINT && fraction < 0) fraction = 0
    else break
  }
  const kept = fraction < 0 ? 0 : fraction
  if (seen === 0) return DecimalOutcome.malformed
  if (at < end || kept > scale || digits + scale - kept > 15) return readSlowly(bytes, start, end, precision, scale, halves, row)
  value *= POWERS[scale - kept]!
  if (value >= POWERS[precision]!) return DecimalOutcome.tooLarge
  storeInt64(value, 0, 0, sign === MINUS, halves, row)
  return DecimalOutcome.stored
}

function readSlowly(
  bytes: Uint8Array,
  start: number,
  end: number,
  precision: number,
  scale: number,
  halves: Int32Array,
  row: number,
): DecimalOutcome {
  const value = parseDecimal(readText(bytes, start, end), precision, scale)
  if (value === undefined) return DecimalOutcome.malformed
  if (value === null) return DecimalOutcome.tooLarge
  halves[row * 2] = Number(BigInt.asIntN(32, value))
  halves[row * 2 + 1] = Number(value >> 32n)
  return DecimalOutcome.stored
}

/** The unscaled value of a number's text as DECIMAL(precision, scale), rounded half up; null if too large, undefined if no number. */
export function parseDecimal(text: string, precision: number, scale: number): bigint | null | undefined {
  const [, sign, whole = '', fraction = '', exponent = '0'] = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  if (whole === '' && fraction === '') return undefined
  const digits = (whole + fraction).replace(/^0+/, '')
  if (digits === '') return 0n
  const shift = scale - fraction.length + Number(exponent)
  if (digits.length + shift > precision) return null
  const size = shift >= 0 ? BigInt(digits + '0'.repeat(shift)) : halfUp(digits, -shift)
  if (size >= 10n ** BigInt(precision)) return null
  return sign === '-' ? -size : size
}

/** The digits without the last `dropped`, rounded half up. */
function halfUp(digits: string, dropped: number): bigint {
  if (dropped > digits.length) return 0n
  const kept = digits.slice(0, digits.length - dropped)
  return BigInt(kept === '' ? '0' : kept) + (digits[digits.length - dropped]! >= '5' ? 1n : 0n)
}

/** `00` to `99`, one behind the other. */
const PAIRS = Uint8Array.from({ length: 200 }, (_, i) => 48 + (i % 2 === 0 ? Math.floor(i / 20) : (i >> 1) % 10))

/** Writes a safe integer that is not negative. */
function writeDigits(bytes: Uint8Array, at: number, value: number): number {
  if (value < 1e9) {
    const small = value | 0
    return writePadded(bytes, at, small, small < 10 ? 1 : small < 100 ? 2 : small < 1000 ? 3 : digitsOf(small))
  }
  const high = Math.floor(value / 1e9)
  return writePadded(bytes, writeDigits(bytes, at, high), value - high * 1e9, 9)
}

/** Of a number from 1,000 up to 10^9. */
const digitsOf = (value: number): number =>
  value < 100_000 ? (value < 10_000 ? 4 : 5) : value < 10_000_000 ? (value < 1_000_000 ? 6 : 7) : value < 100_000_000 ? 8 : 9

/** Exactly `width` digits of a number below 2^31, zeros in front. */
export function writePadded(bytes: Uint8Array, at: number, value: number, width: number): number {
  let left = value | 0
  let to = at + width
  while (to - at >= 2) {
    const rest = (left / 100) | 0
    const pair = (left - rest * 100) << 1
    to -= 2
    bytes[to] = PAIRS[pair]!
    bytes[to + 1] = PAIRS[pair + 1]!
    left = rest
  }
  if (to > at) bytes[at] = 48 + left
  return at + width
}

export function writeInt32(bytes: Uint8Array, at: number, value: number): number {
  if (value >= 0) return writeDigits(bytes, at, value)
  bytes[at] = MINUS
  return writeDigits(bytes, at + 1, -value)
}

/** Writes the 64-bit integer whose halves these are (`low` with any sign). */
export function writeInt64(bytes: Uint8Array, at: number, low: number, high: number): number {
  low >>>= 0
  if (high < 0) {
    bytes[at++] = MINUS
    low = low === 0 ? 0 : TWO_32 - low
    high = low === 0 ? -high : -high - 1
  }
  if (high < 2097152) return writeDigits(bytes, at, high * TWO_32 + low)
  // Long division by 10^9 in steps of 16 bits: at most eleven digits and nine digits.
  const first = Math.floor(high / 1e9)
  const second = (high - first * 1e9) * 65536 + (low >>> 16)
  const middle = Math.floor(second / 1e9)
  const third = (second - middle * 1e9) * 65536 + (low & 65535)
  const last = Math.floor(third / 1e9)
  return writePadded(bytes, writeDigits(bytes, at, first * TWO_32 + middle * 65536 + last), third - last * 1e9, 9)
}

/** Writes the unscaled 64-bit integer with `scale` digits behind a point: `12.50`. */
export function writeDecimal64(bytes: Uint8Array, at: number, low: number, high: number, scale: number): number {
  const end = writeInt64(bytes, at, low, high)
  return scale === 0 ? end : insertPoint(bytes, high < 0 ? at + 1 : at, end, scale)
}

/** Puts a point in front of the last `scale` of the digits in `bytes[start, end)`, zeros before it where there are too few. */
function insertPoint(bytes: Uint8Array, start: number, end: number, scale: number): number {
  const missing = Math.max(0, scale + 1 - (end - start))
  bytes.copyWithin(start + missing, start, end)
  bytes.fill(48, start, start + missing)
  const stop = end + missing
  bytes.copyWithin(stop - scale + 1, stop - scale, stop)
  bytes[stop - scale] = POINT
  return stop + 1
}

/** Java's `Double.toString`. */
export function writeDouble(bytes: Uint8Array, at: number, value: number): number {
  if (Math.abs(value) < 1e7 && Math.floor(value) === value && !Object.is(value, -0)) {
    const end = writeInt32(bytes, at, value)
    bytes[end] = POINT
    bytes[end + 1] = 48
    return end + 2
  }
  return writeText(bytes, at, doubleText(value))
}

/** Java's `Float.toString`, for a number that is a 32-bit float. */
export const writeFloat = (bytes: Uint8Array, at: number, value: number): number => writeText(bytes, at, floatText(value))
