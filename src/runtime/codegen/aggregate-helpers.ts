/**
 * What generated aggregate code calls. 64-bit and wider integers lie in 32-bit words, low word first, so that no sum makes
 * a bigint; only a division of a value beyond 2^53 does.
 */
export const wordsOf = (values: BigInt64Array | Float64Array): Int32Array =>
  new Int32Array(values.buffer, values.byteOffset, values.length * 2)

const WORD = 4294967296

/** Adds the 128-bit `v3 v2 v1 v0` to slot `at`. Answers the carry out of the top: 0 or 1. */
export function add128(low: Int32Array, high: Int32Array, at: number, v0: number, v1: number, v2: number, v3: number): number {
  const i = 2 * at
  let sum = (low[i]! >>> 0) + (v0 >>> 0)
  low[i] = sum
  sum = (low[i + 1]! >>> 0) + (v1 >>> 0) + (sum >= WORD ? 1 : 0)
  low[i + 1] = sum
  sum = (high[i]! >>> 0) + (v2 >>> 0) + (sum >= WORD ? 1 : 0)
  high[i] = sum
  sum = (high[i + 1]! >>> 0) + (v3 >>> 0) + (sum >= WORD ? 1 : 0)
  high[i + 1] = sum
  return sum >= WORD ? 1 : 0
}

/** Takes the 128-bit `v3 v2 v1 v0` from slot `at`. Answers the borrow from beyond the top: 0 or 1. */
export function subtract128(
  low: Int32Array,
  high: Int32Array,
  at: number,
  v0: number,
  v1: number,
  v2: number,
  v3: number,
): number {
  const i = 2 * at
  let rest = (low[i]! >>> 0) - (v0 >>> 0)
  low[i] = rest
  rest = (low[i + 1]! >>> 0) - (v1 >>> 0) - (rest < 0 ? 1 : 0)
  low[i + 1] = rest
  rest = (high[i]! >>> 0) - (v2 >>> 0) - (rest < 0 ? 1 : 0)
  high[i] = rest
  rest = (high[i + 1]! >>> 0) - (v3 >>> 0) - (rest < 0 ? 1 : 0)
  high[i + 1] = rest
  return rest < 0 ? 1 : 0
}

export function less128(
  low: Int32Array,
  high: Int32Array,
  at: number,
  otherLow: Int32Array,
  otherHigh: Int32Array,
  other: number,
): boolean {
  const [i, j] = [2 * at, 2 * other]
  if (high[i + 1] !== otherHigh[j + 1]) return high[i + 1]! < otherHigh[j + 1]!
  if (high[i] !== otherHigh[j]) return high[i]! >>> 0 < otherHigh[j]! >>> 0
  if (low[i + 1] !== otherLow[j + 1]) return low[i + 1]! >>> 0 < otherLow[j + 1]! >>> 0
  return low[i]! >>> 0 < otherLow[j]! >>> 0
}

/** The order of two stretches of bytes, which for UTF-8 is the order of the texts. */
export function compareViews(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart)
  for (let i = 0; i < length; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!
    if (difference !== 0) return difference
  }
  return aEnd - aStart - (bEnd - bStart)
}

const longAt = (words: Int32Array, at: number): bigint => (BigInt(words[2 * at + 1]!) << 32n) | BigInt(words[2 * at]! >>> 0)

/** The value of slot `at` with `over` as the word beyond 128 bits. */
const wideAt = (low: Int32Array, high: Int32Array, over: number, at: number): bigint =>
  (BigInt(over) << 128n) | (BigInt.asUintN(64, longAt(high, at)) << 64n) | BigInt.asUintN(64, longAt(low, at))

const MAX_DECIMAL = 10n ** 38n
/** The top 32 bits of 10^38. */
const MAX_TOP = 0x4b3b4ca8

/** Does a sum of decimals fit 38 digits? `over` is what went out of 128 bits. */
export function fitsDecimal(low: Int32Array, high: Int32Array, over: number, at: number): boolean {
  const top = high[2 * at + 1]!
  if (over !== top >> 31) return false
  if (top < MAX_TOP && top > -MAX_TOP) return true
  const value = wideAt(low, high, over, at)
  return value < MAX_DECIMAL && value > -MAX_DECIMAL
}

/** The 64-bit integer of slot `at` as the nearest double. */
export const longToDouble = (words: Int32Array, at: number): number => words[2 * at + 1]! * WORD + (words[2 * at]! >>> 0)

/** The 128-bit integer of a row as the nearest double. */
export const wideToDouble = (low: Int32Array, high: Int32Array, at: number): number =>
  Number(wideAt(low, high, high[2 * at + 1]! >> 31, at))

/** Writes a whole number below 2^63 in size into row `at`. */
export function setWholeNumber(words: Int32Array, at: number, value: number): void {
  words[2 * at] = value
  words[2 * at + 1] = Math.floor(value / WORD)
}

/** `words[from] / count`, cut towards zero, into row `at`. */
export function averageLong(words: Int32Array, from: number, count: number, to: Int32Array, at: number): void {
  const sum = longToDouble(words, from)
  if (Number.isSafeInteger(sum)) return setWholeNumber(to, at, Math.trunc(sum / count))
  const average = longAt(words, from) / BigInt(count)
  to[2 * at] = Number(BigInt.asIntN(32, average))
  to[2 * at + 1] = Number(BigInt.asIntN(32, average >> 32n))
}

/** The 64-bit sum of 32-bit integers by their count, cut towards zero. */
export function averageInt(words: Int32Array, from: number, count: number): number {
  const sum = longToDouble(words, from)
  // Without its remainder the sum divides without rounding.
  return Number.isSafeInteger(sum) ? (sum - (sum % count)) / count : Number(longAt(words, from) / BigInt(count))
}

/** `sum * factor / count`, rounded half up, into row `at`. Answers whether it fits 38 digits. */
export function averageDecimal(
  low: Int32Array,
  high: Int32Array,
  over: number,
  from: number,
  count: number,
  factor: bigint,
  to: Int32Array,
  toHigh: Int32Array,
  at: number,
): boolean {
  if (!fitsDecimal(low, high, over, from)) return false
  const sum = wideAt(low, high, over, from) * factor
  const divisor = BigInt(count)
  const doubled = (sum < 0n ? -sum : sum) * 2n + divisor
  const size = doubled / (divisor * 2n)
  if (size >= MAX_DECIMAL) return false
  setWide(to, toHigh, at, sum < 0n ? -size : size)
  return true
}

function setWide(low: Int32Array, high: Int32Array, at: number, value: bigint): void {
  low[2 * at] = Number(BigInt.asIntN(32, value))
  low[2 * at + 1] = Number(BigInt.asIntN(32, value >> 32n))
  high[2 * at] = Number(BigInt.asIntN(32, value >> 64n))
  high[2 * at + 1] = Number(BigInt.asIntN(32, value >> 96n))
}

/** A double as an unscaled decimal, rounded half up. */
export const doubleToDecimal = (value: number, scale: number): bigint => BigInt(value.toFixed(scale).replace('.', ''))

/** A double as an integer: cut towards zero, the nearest one where it is out of range. NaN is 0. */
export function doubleToInteger(value: number, bits: 32 | 64): number | bigint {
  if (Number.isNaN(value)) return bits === 64 ? 0n : 0
  if (bits === 32) return Math.max(-2147483648, Math.min(2147483647, Math.trunc(value)))
  if (value >= 2 ** 63) return 2n ** 63n - 1n
  return value <= -(2 ** 63) ? -(2n ** 63n) : BigInt(Math.trunc(value))
}
