/**
 * Snappy as records use it: blocks of literals and copies in the frame of Java's xerial library, or one bare block
 * (librdkafka and some Go clients).
 *
 *     82 S N A P P Y 00 | version 1 | compatible 1 | { length, block } …          int32, big-endian
 *     05 10 61 62 63 64 65     a block: 5 bytes, a literal of 5: 'abcde'
 *
 * Throws RangeError where the bytes are no Snappy data.
 */
import { matchFinder } from './match-finder.ts'
import { copyBack, copyLiterals, firstOutput, growOutput, TooLargeError, uninitialized } from './output.ts'

const FRAME_MAGIC = [0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]
const FRAME_HEADER_BYTES = 16
const BLOCK_BYTES = 32 << 10

// ── unpacking ───────────────────────────────────────────────────────────────────────────────────────

export function unpackSnappy(packed: Uint8Array, maxBytes: number): Uint8Array {
  const unpacker = new BlockUnpacker(firstOutput(packed.length, maxBytes), maxBytes)
  if (!isFramed(packed)) {
    unpacker.unpack(packed, 0, packed.length)
    return unpacker.out.subarray(0, unpacker.used)
  }
  for (let at = FRAME_HEADER_BYTES; at < packed.length;) {
    // A writer that appends to a file starts another frame in the middle.
    if (startsFrame(packed, at)) {
      at += FRAME_HEADER_BYTES
      continue
    }
    if (at + 4 > packed.length) throw new RangeError('the frame ends too early')
    const length = (packed[at]! << 24) | (packed[at + 1]! << 16) | (packed[at + 2]! << 8) | packed[at + 3]!
    at += 4
    if (length < 0 || length > packed.length - at) throw new RangeError('a block reaches out of the frame')
    unpacker.unpack(packed, at, at + length)
    at += length
  }
  return unpacker.out.subarray(0, unpacker.used)
}

const isFramed = (packed: Uint8Array): boolean => startsFrame(packed, 0)

function startsFrame(packed: Uint8Array, at: number): boolean {
  return packed.length - at >= FRAME_HEADER_BYTES && FRAME_MAGIC.every((byte, i) => packed[at + i] === byte)
}

class BlockUnpacker {
  out: Uint8Array
  used = 0
  readonly #maxBytes: number

  constructor(out: Uint8Array, maxBytes: number) {
    this.out = out
    this.#maxBytes = maxBytes
  }

  /** Appends what the block `packed[at, end)` unpacks to. Its copies stay within itself. */
  unpack(packed: Uint8Array, at: number, end: number): void {
    const maxBytes = this.#maxBytes
    let length = 0
    for (let shift = 0; ; shift += 7) {
      if (at >= end || shift > 28) throw new RangeError('the length is damaged')
      const byte = packed[at++]!
      length += (byte & 127) * 2 ** shift
      if (byte < 128) break
    }
    let out = this.out
    const start = this.used
    let used = start
    if (length > maxBytes - start) throw new TooLargeError(maxBytes)
    const last = start + length
    while (at < end) {
      const tag = packed[at++]!
      if ((tag & 3) === 0) {
        let count = tag >> 2
        if (count >= 60) {
          const extra = count - 59
          if (at + extra > end) throw new RangeError('the data ends too early')
          count = 0
          for (let i = 0; i < extra; i++) count += packed[at++]! * 2 ** (8 * i)
        }
        count += 1
        if (count > end - at || count > last - used) throw new RangeError('a literal is too long')
        if (count > out.length - used) out = growOutput(out, used, count, maxBytes)
        copyLiterals(packed, at, out, used, count)
        at += count
        used += count
        continue
      }
      let count = (tag >> 2) + 1
      let back: number
      if ((tag & 3) === 1) {
        if (at >= end) throw new RangeError('the data ends too early')
        count = ((tag >> 2) & 7) + 4
        back = ((tag >> 5) << 8) | packed[at++]!
      } else if ((tag & 3) === 2) {
        if (at + 2 > end) throw new RangeError('the data ends too early')
        back = packed[at]! | (packed[at + 1]! << 8)
        at += 2
      } else {
        if (at + 4 > end) throw new RangeError('the data ends too early')
        back = (packed[at]! | (packed[at + 1]! << 8) | (packed[at + 2]! << 16) | (packed[at + 3]! << 24)) >>> 0
        at += 4
      }
      if (back === 0 || back > used - start) throw new RangeError('a copy reaches before the data')
      if (count > last - used) throw new RangeError('a copy is too long')
      if (count > out.length - used) out = growOutput(out, used, count, maxBytes)
      copyBack(out, used, back, count)
      used += count
    }
    if (used !== last) throw new RangeError('it is shorter than it says')
    this.out = out
    this.used = used
  }
}

// ── packing ─────────────────────────────────────────────────────────────────────────────────────────

/** Framed, in blocks of 32 KiB as Java writes them. */
export function packSnappy(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES)
  const out = uninitialized(FRAME_HEADER_BYTES + blocks * 16 + bytes.length + Math.ceil(bytes.length / 6))
  out.set(FRAME_MAGIC)
  out.set([0, 0, 0, 1, 0, 0, 0, 1], 8)
  let used = FRAME_HEADER_BYTES
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const end = packBlock(bytes, at, Math.min(bytes.length, at + BLOCK_BYTES), out, used + 4)
    const length = end - used - 4
    out[used] = length >> 24
    out[used + 1] = length >> 16
    out[used + 2] = length >> 8
    out[used + 3] = length
    used = end
  }
  return out.slice(0, used)
}

/** Packs `bytes[start, end)` to `out` from `used`; answers where it ends. Room for 1/6 more and a little is there. */
function packBlock(bytes: Uint8Array, start: number, end: number, out: Uint8Array, used: number): number {
  let length = end - start
  for (; length > 127; length >>>= 7) out[used++] = length | 128
  out[used++] = length
  const { literals, lengths, distances } = matchFinder
  const found = matchFinder.find(bytes, start, end)
  let at = start
  for (let i = 0; i < found; i++) {
    used = writeLiteral(bytes, at, literals[i]!, out, used)
    used = writeCopies(lengths[i]!, distances[i]!, out, used)
    at += literals[i]! + lengths[i]!
  }
  return writeLiteral(bytes, at, end - at, out, used)
}

function writeLiteral(bytes: Uint8Array, at: number, count: number, out: Uint8Array, used: number): number {
  if (count === 0) return used
  const told = count - 1
  if (told < 60) {
    out[used++] = told << 2
  } else if (told < 256) {
    out[used++] = 60 << 2
    out[used++] = told
  } else {
    out[used++] = 61 << 2
    out[used++] = told
    out[used++] = told >> 8
  }
  copyLiterals(bytes, at, out, used, count)
  return used + count
}

/** A copy takes 64 bytes at most, and 4 to 11 from nearby are told in two bytes. */
function writeCopies(length: number, distance: number, out: Uint8Array, used: number): number {
  // Never leaves less than 4, which the short form could not tell.
  while (length >= 68) {
    used = writeCopy(64, distance, out, used)
    length -= 64
  }
  if (length > 64) {
    used = writeCopy(60, distance, out, used)
    length -= 60
  }
  if (length > 11 || distance > 2047) return writeCopy(length, distance, out, used)
  out[used++] = 1 | ((length - 4) << 2) | ((distance >> 8) << 5)
  out[used++] = distance
  return used
}

function writeCopy(length: number, distance: number, out: Uint8Array, used: number): number {
  out[used++] = 2 | ((length - 1) << 2)
  out[used++] = distance
  out[used++] = distance >> 8
  return used
}
