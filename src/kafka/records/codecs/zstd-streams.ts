/**
 * Streams of bits in Zstandard are read from their end: the highest bit of the last byte marks it. Bits are looked at in
 * four bytes, of which some may lie behind the stream; the caller has made sure that they are there.
 */
import { type HuffmanTable, highBit } from './zstd-tables.ts'

/** `count` bits, 25 at most, of the stream that starts at byte `start`, from bit `at` on. */
export function bitsAt(bytes: Uint8Array, start: number, at: number, count: number): number {
  const i = start + (at >> 3)
  return ((bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)) >>> (at & 7)) & ((1 << count) - 1)
}

/** Four streams behind the sizes of the first three. */
export function decodeStreams(
  bytes: Uint8Array,
  at: number,
  end: number,
  table: HuffmanTable,
  into: Uint8Array,
  size: number,
): void {
  if (end - at < 10) throw new RangeError('the literals of a block end too early')
  const sizeAt = (i: number): number => bytes[at + 2 * i]! | (bytes[at + 2 * i + 1]! << 8)
  const end1 = at + 6 + sizeAt(0)
  const end2 = end1 + sizeAt(1)
  const end3 = end2 + sizeAt(2)
  if (end3 >= end) throw new RangeError('the literals of a block end too early')
  const quarter = (size + 3) >> 2
  if (3 * quarter > size) throw new RangeError('a block has too few literals for four streams')
  decodeStream(bytes, at + 6, end1, table, into, 0, quarter)
  decodeStream(bytes, end1, end2, table, into, quarter, 2 * quarter)
  decodeStream(bytes, end2, end3, table, into, 2 * quarter, 3 * quarter)
  decodeStream(bytes, end3, end, table, into, 3 * quarter, size)
}

/** Fills `into[from, to)` with what the Huffman-coded stream `bytes[start, end)` holds, which is read from its end. */
export function decodeStream(
  bytes: Uint8Array,
  start: number,
  end: number,
  table: HuffmanTable,
  into: Uint8Array,
  from: number,
  to: number,
): void {
  if (start >= end || bytes[end - 1] === 0) throw new RangeError('the literals of a block are missing')
  const { log, entries } = table
  const mask = (1 << log) - 1
  let left = (end - start - 1) * 8 + highBit(bytes[end - 1]!)
  let at = from
  // Two symbols from one look at the bytes: 22 bits at most.
  while (left >= 2 * log && at + 1 < to) {
    const low = left - 2 * log
    const i = start + (low >> 3)
    const bits = (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)) >>> (low & 7)
    const first = entries[(bits >>> log) & mask]!
    const second = entries[(bits >>> (log - (first >> 8))) & mask]!
    into[at] = first
    into[at + 1] = second
    left -= (first >> 8) + (second >> 8)
    at += 2
  }
  for (; at < to; at++) {
    // Behind the stream's start there are zeros.
    const bits = left >= log ? bitsAt(bytes, start, left - log, log) : (bitsAt(bytes, start, 0, left) << (log - left)) & mask
    const entry = entries[bits]!
    into[at] = entry
    left -= entry >> 8
    if (left < 0) throw new RangeError('the literals of a block end too early')
  }
  if (left !== 0) throw new RangeError('the literals of a block are not read to their end')
}
