/** MurmurHash3 (x86, 128 bits) of a slice of bytes: spreads well, and needs neither a copy nor an object for a key. */

const C1 = 0x239b961b
const C2 = 0xab0e9789
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93

/** Writes four words into `into`. */
export function hash128(bytes: Uint8Array, start: number, end: number, into: Uint32Array): void {
  const length = end - start
  let h1 = 0
  let h2 = 0
  let h3 = 0
  let h4 = 0
  let at = start
  for (const blocks = end - (length & 15); at < blocks; at += 16) {
    h1 ^= mixed(word(bytes, at), C1, 15, C2)
    h1 = (Math.imul(rotated(h1, 19) + h2, 5) + 0x561ccd1b) | 0
    h2 ^= mixed(word(bytes, at + 4), C2, 16, C3)
    h2 = (Math.imul(rotated(h2, 17) + h3, 5) + 0x0bcaa747) | 0
    h3 ^= mixed(word(bytes, at + 8), C3, 17, C4)
    h3 = (Math.imul(rotated(h3, 15) + h4, 5) + 0x96cd1c35) | 0
    h4 ^= mixed(word(bytes, at + 12), C4, 18, C1)
    h4 = (Math.imul(rotated(h4, 13) + h1, 5) + 0x32ac3b17) | 0
  }
  h4 ^= mixed(tail(bytes, at + 12, end), C4, 18, C1) ^ length
  h3 ^= mixed(tail(bytes, at + 8, end), C3, 17, C4) ^ length
  h2 ^= mixed(tail(bytes, at + 4, end), C2, 16, C3) ^ length
  h1 ^= mixed(tail(bytes, at, end), C1, 15, C2) ^ length
  h1 = (h1 + h2 + h3 + h4) | 0
  h2 = (h2 + h1) | 0
  h3 = (h3 + h1) | 0
  h4 = (h4 + h1) | 0
  h1 = finished(h1)
  h2 = finished(h2)
  h3 = finished(h3)
  h4 = finished(h4)
  h1 = (h1 + h2 + h3 + h4) | 0
  into[0] = h1
  into[1] = h2 + h1
  into[2] = h3 + h1
  into[3] = h4 + h1
}

const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

const mixed = (value: number, before: number, by: number, after: number): number =>
  Math.imul(rotated(Math.imul(value, before), by), after)

/** Little-endian. */
const word = (bytes: Uint8Array, at: number): number =>
  bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)

/** The word at `at` as far as the bytes go. */
function tail(bytes: Uint8Array, at: number, end: number): number {
  let value = 0
  for (let i = 0; i < 4 && at + i < end; i++) value |= bytes[at + i]! << (8 * i)
  return value
}

function finished(value: number): number {
  let h = value
  h ^= h >>> 16
  h = Math.imul(h, 0x85ebca6b)
  h ^= h >>> 13
  h = Math.imul(h, 0xc2b2ae35)
  return h ^ (h >>> 16)
}
