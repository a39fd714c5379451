/**
 * Varints of records: zigzag first, so that small numbers of either sign are short, then seven bits a byte, lowest first.
 *
 *     0 → 00    −1 → 01    1 → 02    63 → 7e    −64 → 7f    64 → 80 01    300 → d8 04
 *
 * `write…` answers where the next byte goes, as room has been made by `…Bytes`. The reading side is `RecordReader`.
 */

/** A 32-bit integer takes at most so many, a 64-bit one … */
export const MAX_VARINT_BYTES = 5
export const MAX_VARLONG_BYTES = 10

export function varintBytes(value: number): number {
  const zigzag = (value << 1) ^ (value >> 31)
  return (((31 - Math.clz32(zigzag | 1)) / 7) | 0) + 1
}

export function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0
  while (rest > 127) {
    bytes[at++] = rest | 128
    rest >>>= 7
  }
  bytes[at++] = rest
  return at
}

/** Of a safe integer. */
export function varlongBytes(value: number): number {
  if (value === (value | 0)) return varintBytes(value)
  let rest = Math.floor((value < 0 ? -value - 1 : value) / 64)
  let count = 1
  for (; rest > 0; rest = Math.floor(rest / 128)) count++
  return count
}

/** Of a safe integer: twice its size may be none, so the sign joins the lowest six bits only. */
export function writeVarlong(bytes: Uint8Array, at: number, value: number): number {
  if (value === (value | 0)) return writeVarint(bytes, at, value)
  const sign = value < 0 ? 1 : 0
  const size = value < 0 ? -value - 1 : value
  let rest = Math.floor(size / 64)
  bytes[at++] = ((size % 64) << 1) | sign | 128
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) | 128
  bytes[at++] = rest
  return at
}
