/**
 * Datetimes between text bytes and columns, without a string or an object per value: what decoders and encoders call.
 * The shapes are those of `number-bytes.ts`: readers store at `row` and answer whether they could, writers answer where
 * they end. Readers are strict: `2020-01-01`, `00:00:05[.123]`, both with one byte in between.
 *
 *     readTimestamp(bytes, start, end, SPACE, false, halves, undefined, row)   // '2020-01-01 00:00:05.123' → epoch ms
 *     writeTimestamp(bytes, at, ms, nanos, 3, 3, SPACE, false)                 // always three digits of the second
 *     writeTimestamp(bytes, at, ms, nanos, 0, 9, LETTER_T, true)               // as many as there are, with a Z
 */
import { MS_PER_DAY, civilDay, civilMonth, civilOf, civilYear, daysOf, isCivil } from './calendar.ts'
import { writeInt32, writePadded } from './number-bytes.ts'

/** What stands between date and time: SQL's way and ISO-8601's. */
export const SPACE = 32
export const LETTER_T = 84
const LETTER_Z = 90
const DASH = 45
const COLON = 58
const POINT = 46

/** The most bytes that writing such a value takes. */
export const DATE_BYTES = 14
export const TIME_BYTES = 18
export const TIMESTAMP_BYTES = 34

/** Two digits, or -1. */
function readTwo(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 48
  const ones = bytes[at + 1]! - 48
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1
}

const NO_DATE = -2147483648

/** Days of `yyyy-MM-dd` in the ten bytes at `at`, or NO_DATE. */
function readDays(bytes: Uint8Array, at: number): number {
  const century = readTwo(bytes, at)
  const year = readTwo(bytes, at + 2)
  const month = readTwo(bytes, at + 5)
  const day = readTwo(bytes, at + 8)
  if (century < 0 || year < 0 || bytes[at + 4] !== DASH || bytes[at + 7] !== DASH) return NO_DATE
  // Neighbours mostly have the same date: the last answer is kept.
  const digits = ((century * 100 + year) * 128 + month) * 128 + day
  if (digits !== lastDigits) {
    lastDays = isCivil(century * 100 + year, month, day) ? daysOf(century * 100 + year, month, day) : NO_DATE
    lastDigits = digits
  }
  return lastDays
}
let lastDigits = Number.NaN
let lastDays = NO_DATE

/** `yyyy-MM-dd` as days since the epoch. */
export function readDate(bytes: Uint8Array, start: number, end: number, into: Int32Array, row: number): boolean {
  const days = end - start === 10 ? readDays(bytes, start) : NO_DATE
  into[row] = days
  return days !== NO_DATE
}

/** Seconds of the day of `HH:mm:ss` in the eight bytes at `at`, or -1. */
function readSeconds(bytes: Uint8Array, at: number): number {
  const hour = readTwo(bytes, at)
  const minute = readTwo(bytes, at + 3)
  const second = readTwo(bytes, at + 6)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return -1
  return bytes[at + 2] === COLON && bytes[at + 5] === COLON ? (hour * 60 + minute) * 60 + second : -1
}

/** Nanoseconds of `.f` with up to nine digits in `bytes[start, end)`; 0 for nothing at all, -1 for anything else. */
function readFraction(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return 0
  if (bytes[start] !== POINT || end - start > 10) return -1
  let nanos = 0
  let at = start + 1
  for (; at < end; at++) {
    const digit = bytes[at]! - 48
    if (digit < 0 || digit > 9) return -1
    nanos = nanos * 10 + digit
  }
  for (; at < start + 10; at++) nanos *= 10
  return nanos
}

/** `HH:mm:ss[.f]` as milliseconds of the day; finer digits are cut off. */
export function readTime(bytes: Uint8Array, start: number, end: number, into: Int32Array, row: number): boolean {
  if (end - start < 8) return false
  const seconds = readSeconds(bytes, start)
  const nanos = readFraction(bytes, start + 8, end)
  if (seconds < 0 || nanos < 0) return false
  into[row] = seconds * 1000 + ((nanos / 1e6) | 0)
  return true
}

/**
 * `yyyy-MM-dd` `separator` `HH:mm:ss[.f]`, with a Z behind it when `zulu`, as epoch milliseconds in two halves, and
 * nanoseconds of the millisecond in `nanos` where the column has them. Digits that the column's precision does not keep
 * are the caller's to cut (`cutMs`, `cutNanos`).
 */
export function readTimestamp(
  bytes: Uint8Array,
  start: number,
  end: number,
  separator: number,
  zulu: boolean,
  halves: Int32Array,
  nanos: Int32Array | undefined,
  row: number,
): boolean {
  if (zulu && bytes[--end] !== LETTER_Z) return false
  if (end - start < 19 || bytes[start + 10] !== separator) return false
  const days = readDays(bytes, start)
  const seconds = readSeconds(bytes, start + 11)
  const fraction = readFraction(bytes, start + 19, end)
  if (days === NO_DATE || seconds < 0 || fraction < 0) return false
  const millis = (fraction / 1e6) | 0
  storeMs(days * MS_PER_DAY + seconds * 1000 + millis, halves, row)
  if (nanos !== undefined) nanos[row] = fraction - millis * 1e6
  return true
}

/** A safe integer as the two halves of a 64-bit one. */
export function storeMs(ms: number, halves: Int32Array, row: number): void {
  const high = Math.floor(ms / 4294967296)
  halves[row * 2] = ms - high * 4294967296
  halves[row * 2 + 1] = high
}

/** The safe integer in two halves. */
export const loadMs = (halves: Int32Array, row: number): number => halves[row * 2 + 1]! * 4294967296 + (halves[row * 2]! >>> 0)

const UNITS = [1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1]

/** Milliseconds without the digits that TIMESTAMP(precision) does not keep. */
export const cutMs = (ms: number, precision: number): number =>
  precision >= 3 ? ms : Math.floor(ms / UNITS[precision + 6]!) * UNITS[precision + 6]!
/** Nanoseconds of a millisecond without the digits that TIMESTAMP(precision) does not keep. */
export const cutNanos = (nanos: number, precision: number): number =>
  precision >= 9 ? nanos : precision <= 3 ? 0 : nanos - (nanos % UNITS[precision]!)

/** The day that was written last, as rows of one time mostly follow each other. */
let writtenDays = Number.NaN
const writtenDate = new Uint8Array(10)

/** `yyyy-MM-dd`; a year beyond 0 to 9999 gets a sign. */
export function writeDate(bytes: Uint8Array, at: number, days: number): number {
  if (days === writtenDays) {
    for (let i = 0; i < 10; i++) bytes[at + i] = writtenDate[i]!
    return at + 10
  }
  const end = writeNewDate(bytes, at, days)
  if (end === at + 10) {
    for (let i = 0; i < 10; i++) writtenDate[i] = bytes[at + i]!
    writtenDays = days
  }
  return end
}

function writeNewDate(bytes: Uint8Array, at: number, days: number): number {
  const civil = civilOf(days)
  const year = civilYear(civil)
  let end: number
  if (year >= 0 && year <= 9999) end = writePadded(bytes, at, year, 4)
  else {
    const size = Math.abs(year)
    bytes[at] = year < 0 ? DASH : 43
    end = size <= 9999 ? writePadded(bytes, at + 1, size, 4) : writeInt32(bytes, at + 1, size)
  }
  bytes[end] = DASH
  end = writePadded(bytes, end + 1, civilMonth(civil), 2)
  bytes[end] = DASH
  return writePadded(bytes, end + 1, civilDay(civil), 2)
}

/**
 * `HH:mm:ss[.f]` from milliseconds of the day and nanoseconds of the millisecond, with `least` to `most` digits behind
 * the point: zeros at the end go, and the point with the last of them.
 */
export function writeTime(bytes: Uint8Array, at: number, ms: number, nanos: number, least: number, most: number): number {
  const seconds = (ms / 1000) | 0
  const hours = (seconds / 3600) | 0
  const minutes = ((seconds / 60) | 0) - hours * 60
  writePadded(bytes, at, hours, 2)
  bytes[at + 2] = COLON
  writePadded(bytes, at + 3, minutes, 2)
  bytes[at + 5] = COLON
  writePadded(bytes, at + 6, seconds - hours * 3600 - minutes * 60, 2)
  if (most === 0) return at + 8
  bytes[at + 8] = POINT
  let end: number
  if (nanos === 0 && most >= 3 && least <= 3) end = writePadded(bytes, at + 9, ms - seconds * 1000, 3)
  else {
    writePadded(bytes, at + 9, (ms - seconds * 1000) * 1e6 + nanos, 9)
    end = at + 9 + most
  }
  while (end > at + 9 + least && bytes[end - 1] === 48) end--
  return end === at + 9 ? at + 8 : end
}

/** Date, `separator`, time, and a Z when `zulu`. */
export function writeTimestamp(
  bytes: Uint8Array,
  at: number,
  ms: number,
  nanos: number,
  least: number,
  most: number,
  separator: number,
  zulu: boolean,
): number {
  const days = Math.floor(ms / MS_PER_DAY)
  let end = writeDate(bytes, at, days)
  bytes[end] = separator
  end = writeTime(bytes, end + 1, ms - days * MS_PER_DAY, nanos, least, most)
  if (zulu) bytes[end++] = LETTER_Z
  return end
}
