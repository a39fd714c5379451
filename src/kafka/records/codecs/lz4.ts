/**
 * LZ4 frames. Written as Java's Kafka client writes them: independent blocks of 64 KiB, no sizes, no checksums (the
 * batch has one); frames with any of these, and blocks that reach back into those before them, are read.
 *
 *     04 22 4d 18 | flags, block size, header checksum | { length, block } … | 00 00 00 00      little-endian
 *     block:  { literals and match length, literals, distance back } …
 *     a length with its highest bit set: the block is stored as it is
 *
 * Throws RangeError where the bytes are no such frame.
 */
import { matchFinder, MIN_MATCH } from './match-finder.ts'
import { copyBack, copyLiterals, firstOutput, growOutput, uninitialized } from './output.ts'

const FRAME_MAGIC = 0x184d2204
/** 16 magics from here on: data for others, to be passed over. */
const SKIPPABLE_MAGIC = 0x184d2a50
const VERSION_1 = 0b01_000000
const INDEPENDENT = 0b00_100000
const BLOCK_CHECKSUM = 0b00_010000
const CONTENT_SIZE = 0b00_001000
const CONTENT_CHECKSUM = 0b00_000100
const DICTIONARY = 0b00_000001
const STORED = 0x80000000

/** Version 1, independent blocks, of 64 KiB at most, and the checksum (XXH32) of these two bytes. */
const FRAME_HEADER = [0x04, 0x22, 0x4d, 0x18, VERSION_1 | INDEPENDENT, 0x40, 0x82]
const BLOCK_BYTES = 64 << 10

// ── unpacking ───────────────────────────────────────────────────────────────────────────────────────

export function unpackLz4(packed: Uint8Array, maxBytes: number): Uint8Array {
  const unpacker = new FrameUnpacker(packed, maxBytes)
  do unpacker.frame()
  while (unpacker.at < packed.length)
  return unpacker.out.subarray(0, unpacker.used)
}

class FrameUnpacker {
  out: Uint8Array
  used = 0
  at = 0
  readonly #packed: Uint8Array
  readonly #maxBytes: number

  constructor(packed: Uint8Array, maxBytes: number) {
    this.out = firstOutput(packed.length, maxBytes)
    this.#packed = packed
    this.#maxBytes = maxBytes
  }

  frame(): void {
    const magic = this.#uint32()
    if (magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16) {
      this.#skip(this.#uint32())
      return
    }
    if (magic !== FRAME_MAGIC) throw new RangeError('no frame starts here')
    const flags = this.#packed[this.at] ?? 0
    if ((flags & 0b11_000000) !== VERSION_1) throw new RangeError('the frame is of an unknown version')
    if ((flags & DICTIONARY) !== 0) throw new RangeError('the frame needs a dictionary')
    this.#skip(3 + ((flags & CONTENT_SIZE) === 0 ? 0 : 8))
    const frameStart = this.used
    for (;;) {
      const length = this.#uint32()
      if (length === 0) break
      this.#block(length, (flags & INDEPENDENT) === 0 ? frameStart : this.used)
      if ((flags & BLOCK_CHECKSUM) !== 0) this.#skip(4)
    }
    if ((flags & CONTENT_CHECKSUM) !== 0) this.#skip(4)
  }

  /** `reach` is the earliest byte that a match of the block may go back to. */
  #block(length: number, reach: number): void {
    const start = this.at
    if ((length & STORED) === 0) {
      this.#skip(length)
      this.#unpack(start, this.at, reach)
      return
    }
    const count = length & ~STORED
    this.#skip(count)
    if (count > this.out.length - this.used) this.out = growOutput(this.out, this.used, count, this.#maxBytes)
    this.out.set(this.#packed.subarray(start, start + count), this.used)
    this.used += count
  }

  #unpack(at: number, end: number, reach: number): void {
    const packed = this.#packed
    const maxBytes = this.#maxBytes
    let out = this.out
    let used = this.used
    for (;;) {
      if (at >= end) throw new RangeError('a block ends too early')
      const token = packed[at++]!
      let count = token >> 4
      if (count === 15) {
        let more: number
        do {
          if (at >= end) throw new RangeError('a block ends too early')
          more = packed[at++]!
          count += more
        } while (more === 255)
      }
      if (count > end - at) throw new RangeError('a literal is too long')
      if (count > out.length - used) out = growOutput(out, used, count, maxBytes)
      copyLiterals(packed, at, out, used, count)
      at += count
      used += count
      // The last sequence is literals alone.
      if (at === end) break
      if (at + 2 > end) throw new RangeError('a block ends too early')
      const back = packed[at]! | (packed[at + 1]! << 8)
      at += 2
      count = token & 15
      if (count === 15) {
        let more: number
        do {
          if (at >= end) throw new RangeError('a block ends too early')
          more = packed[at++]!
          count += more
        } while (more === 255)
      }
      count += MIN_MATCH
      if (back === 0 || back > used - reach) throw new RangeError('a match reaches before the data')
      if (count > out.length - used) out = growOutput(out, used, count, maxBytes)
      copyBack(out, used, back, count)
      used += count
    }
    this.out = out
    this.used = used
  }

  #uint32(): number {
    const at = this.at
    this.#skip(4)
    const packed = this.#packed
    return (packed[at]! | (packed[at + 1]! << 8) | (packed[at + 2]! << 16) | (packed[at + 3]! << 24)) >>> 0
  }

  #skip(count: number): void {
    if (count > this.#packed.length - this.at) throw new RangeError('the frame ends too early')
    this.at += count
  }
}

// ── packing ─────────────────────────────────────────────────────────────────────────────────────────

export function packLz4(bytes: Uint8Array): Uint8Array {
  const blocks = Math.ceil(bytes.length / BLOCK_BYTES)
  const out = uninitialized(FRAME_HEADER.length + 4 + blocks * 32 + bytes.length + Math.ceil(bytes.length / 128))
  out.set(FRAME_HEADER)
  let used = FRAME_HEADER.length
  for (let at = 0; at < bytes.length; at += BLOCK_BYTES) {
    const blockEnd = Math.min(bytes.length, at + BLOCK_BYTES)
    const count = blockEnd - at
    let length = packBlock(bytes, at, blockEnd, out, used + 4) - used - 4
    if (length >= count) {
      out.set(bytes.subarray(at, blockEnd), used + 4)
      length = count
      writeUint32(out, used, (count | STORED) >>> 0)
    } else {
      writeUint32(out, used, length)
    }
    used += 4 + length
  }
  writeUint32(out, used, 0)
  return out.slice(0, used + 4)
}

/** Packs `bytes[start, end)` to `out` from `used`; answers where it ends. Room for 1/255 more and a little is there. */
function packBlock(bytes: Uint8Array, start: number, end: number, out: Uint8Array, used: number): number {
  const { literals, lengths, distances } = matchFinder
  const found = matchFinder.find(bytes, start, end)
  let at = start
  for (let i = 0; i < found; i++) {
    const count = literals[i]!
    const length = lengths[i]! - MIN_MATCH
    out[used++] = (Math.min(count, 15) << 4) | Math.min(length, 15)
    if (count >= 15) used = writeRest(count - 15, out, used)
    copyLiterals(bytes, at, out, used, count)
    used += count
    out[used++] = distances[i]!
    out[used++] = distances[i]! >> 8
    if (length >= 15) used = writeRest(length - 15, out, used)
    at += count + lengths[i]!
  }
  const count = end - at
  out[used++] = Math.min(count, 15) << 4
  if (count >= 15) used = writeRest(count - 15, out, used)
  copyLiterals(bytes, at, out, used, count)
  return used + count
}

function writeRest(rest: number, out: Uint8Array, used: number): number {
  for (; rest >= 255; rest -= 255) out[used++] = 255
  out[used++] = rest
  return used
}

function writeUint32(out: Uint8Array, at: number, value: number): void {
  out[at] = value
  out[at + 1] = value >>> 8
  out[at + 2] = value >>> 16
  out[at + 3] = value >>> 24
}
