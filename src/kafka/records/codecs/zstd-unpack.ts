/**
 * Zstandard frames (RFC 8878), unpacked, for where Node can't: no dictionaries, checksums passed over (the batch has one).
 *
 *     28 b5 2f fd | descriptor, window, dictionary, content size | { block } … | checksum
 *     block     last, type, size in 3 bytes | stored · one byte repeated · literals and sequences
 *     sequence  so many literals, then so many bytes as they are so far back
 *
 * A block unpacks to 128 KiB at most and a sequence makes at least three bytes, so work is bounded by what comes out and by
 * what goes in. Throws RangeError where the bytes are no such frames.
 */
import { copyBack, copyLiterals, firstOutput, growOutput, uninitialized } from './output.ts'
import {
  type CodeKind,
  LITERAL_BASES,
  LITERAL_BITS,
  MATCH_BASES,
  MATCH_BITS,
  literalLengths,
  matchLengths,
  offsets,
} from './zstd-codes.ts'
import { bitsAt, decodeStream, decodeStreams } from './zstd-streams.ts'
import { type FseTable, type HuffmanTable, fseOfOne, highBit, readFseTable, readHuffmanTable } from './zstd-tables.ts'

const FRAME_MAGIC = 0xfd2fb528
/** 16 magics from here on: data for others, to be passed over. */
const SKIPPABLE_MAGIC = 0x184d2a50
const MAX_BLOCK_BYTES = 128 << 10
/** Bits are read in four bytes, of which the last may lie behind the data. */
const PADDING = 8

export function unpackZstdFrames(packed: Uint8Array, maxBytes: number): Uint8Array {
  const unpacker = new FrameUnpacker(packed, maxBytes)
  do unpacker.frame()
  while (unpacker.at < packed.length)
  return unpacker.out.subarray(0, unpacker.used)
}

class FrameUnpacker {
  out: Uint8Array
  used = 0
  at = 0
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #maxBytes: number

  // What a block may take over from the one before it in its frame.
  #frameStart = 0
  #huffman: HuffmanTable | undefined
  #literalLengths: FseTable | undefined
  #offsets: FseTable | undefined
  #matchLengths: FseTable | undefined
  #repeat1 = 1
  #repeat2 = 4
  #repeat3 = 8

  /** A block's literals are #literals[#literalsAt, #literalsEnd): its own bytes, or #decoded. */
  #literals: Uint8Array
  #literalsAt = 0
  #literalsEnd = 0
  #decoded: Uint8Array | undefined

  constructor(packed: Uint8Array, maxBytes: number) {
    this.out = firstOutput(packed.length, maxBytes)
    this.#bytes = uninitialized(packed.length + PADDING)
    this.#bytes.set(packed)
    this.#bytes.fill(0, packed.length)
    this.#literals = this.#bytes
    this.#end = packed.length
    this.#maxBytes = maxBytes
  }

  frame(): void {
    const magic = this.#number(4)
    if (magic >= SKIPPABLE_MAGIC && magic < SKIPPABLE_MAGIC + 16) {
      this.#skip(this.#number(4))
      return
    }
    if (magic !== FRAME_MAGIC) throw new RangeError('no frame starts here')
    const descriptor = this.#number(1)
    const singleSegment = (descriptor >> 5) & 1
    if ((descriptor & 8) !== 0) throw new RangeError('the frame is of an unknown version')
    if (singleSegment === 0) this.#skip(1)
    if (this.#number([0, 1, 2, 4][descriptor & 3]!) !== 0) throw new RangeError('the frame needs a dictionary')
    // How much it says it holds is not asked.
    this.#skip(descriptor >> 6 === 0 ? singleSegment : 1 << (descriptor >> 6))
    this.#frameStart = this.used
    this.#huffman = this.#literalLengths = this.#offsets = this.#matchLengths = undefined
    this.#repeat1 = 1
    this.#repeat2 = 4
    this.#repeat3 = 8
    while (!this.#block());
    if ((descriptor & 4) !== 0) this.#skip(4)
  }

  /** Answers whether it was the frame's last. */
  #block(): boolean {
    const header = this.#number(3)
    const size = header >> 3
    if (size > MAX_BLOCK_BYTES) throw new RangeError('a block is too large')
    const at = this.at
    switch ((header >> 1) & 3) {
      case 0:
        this.#skip(size)
        this.#makeRoom(size)
        copyLiterals(this.#bytes, at, this.out, this.used, size)
        this.used += size
        break
      case 1:
        this.#skip(1)
        this.#makeRoom(size)
        this.out.fill(this.#bytes[at]!, this.used, this.used + size)
        this.used += size
        break
      case 2:
        this.#skip(size)
        this.#sequences(this.#readLiterals(at, at + size), at + size)
        break
      default:
        throw new RangeError('a block is of an unknown type')
    }
    return (header & 1) === 1
  }

  // ── literals ──────────────────────────────────────────────────────────────────────────────────────

  /** Reads the literals of the block `[at, end)`; answers where its sequences start. */
  #readLiterals(at: number, end: number): number {
    if (end - at < 2) throw new RangeError('a block ends too early')
    const bytes = this.#bytes
    const head = bytes[at]!
    const type = head & 3
    const format = (head >> 2) & 3
    if (type < 2) {
      let size: number
      if ((format & 1) === 0) {
        size = head >> 3
        at += 1
      } else if (format === 1) {
        size = (head >> 4) | (bytes[at + 1]! << 4)
        at += 2
      } else {
        size = (head >> 4) | (bytes[at + 1]! << 4) | (bytes[at + 2]! << 12)
        at += 3
      }
      if (size > MAX_BLOCK_BYTES) throw new RangeError('a block has too many literals')
      const taken = type === 0 ? size : 1
      if (taken > end - at) throw new RangeError('a block ends too early')
      if (type === 0) this.#setLiterals(bytes, at, size)
      else this.#setLiterals(this.#decodeInto().fill(bytes[at]!, 0, size), 0, size)
      return at + taken
    }
    const streams = format === 0 ? 1 : 4
    const width = format < 2 ? 10 : format === 2 ? 14 : 18
    // Two sizes of `width` bits behind the four bits that are read.
    const whole =
      (bytes[at]! >> 4) + bytes[at + 1]! * 2 ** 4 + bytes[at + 2]! * 2 ** 12 + bytes[at + 3]! * 2 ** 20 + bytes[at + 4]! * 2 ** 28
    const size = whole % 2 ** width
    const packedSize = Math.floor(whole / 2 ** width) % 2 ** width
    at += (4 + 2 * width) >> 3
    const literalsEnd = at + packedSize
    if (literalsEnd > end) throw new RangeError('a block ends too early')
    if (size > MAX_BLOCK_BYTES) throw new RangeError('a block has too many literals')
    if (type === 2) {
      const read = readHuffmanTable(bytes, at, literalsEnd)
      this.#huffman = read.table
      at = read.at
    }
    if (this.#huffman === undefined) throw new RangeError('a block takes over a table that is not there')
    const into = this.#decodeInto()
    if (streams === 1) decodeStream(bytes, at, literalsEnd, this.#huffman, into, 0, size)
    else decodeStreams(bytes, at, literalsEnd, this.#huffman, into, size)
    this.#setLiterals(into, 0, size)
    return literalsEnd
  }

  #setLiterals(bytes: Uint8Array, at: number, size: number): void {
    this.#literals = bytes
    this.#literalsAt = at
    this.#literalsEnd = at + size
  }

  #decodeInto(): Uint8Array {
    return (this.#decoded ??= uninitialized(MAX_BLOCK_BYTES))
  }

  // ── sequences ─────────────────────────────────────────────────────────────────────────────────────

  /** Reads the sequences in `[at, end)` and carries them out. */
  #sequences(at: number, end: number): void {
    const bytes = this.#bytes
    if (at >= end) throw new RangeError('a block ends too early')
    let count = bytes[at++]!
    if (count === 255) {
      count = 0x7f00 + bytes[at]! + (bytes[at + 1]! << 8)
      at += 2
    } else if (count > 127) {
      count = ((count - 128) << 8) | bytes[at++]!
    }
    if (count > 0) {
      if (at >= end) throw new RangeError('a block ends too early')
      const modes = bytes[at++]!
      if ((modes & 3) !== 0) throw new RangeError('a block has unknown modes')
      let read = this.#readTable(modes >> 6, literalLengths, this.#literalLengths, at, end)
      this.#literalLengths = read.table
      read = this.#readTable((modes >> 4) & 3, offsets, this.#offsets, read.at, end)
      this.#offsets = read.table
      read = this.#readTable((modes >> 2) & 3, matchLengths, this.#matchLengths, read.at, end)
      this.#matchLengths = read.table
      this.#carryOut(count, read.at, end, this.#literalLengths, this.#offsets, this.#matchLengths)
    } else if (at !== end) {
      throw new RangeError('a block goes on behind its end')
    }
    // What the sequences have left of the literals comes last.
    const rest = this.#literalsEnd - this.#literalsAt
    this.#makeRoom(rest)
    copyLiterals(this.#literals, this.#literalsAt, this.out, this.used, rest)
    this.used += rest
  }

  #readTable(
    mode: number,
    kind: CodeKind,
    before: FseTable | undefined,
    at: number,
    end: number,
  ): { readonly table: FseTable; readonly at: number } {
    if (mode === 0) return { table: kind.predefined, at }
    if (mode === 2) return readFseTable(this.#bytes, at, end, kind.maxLog, kind.maxSymbol)
    if (mode === 1) {
      const symbol = this.#bytes[at]!
      if (at >= end || symbol > kind.maxSymbol) throw new RangeError('a table has a symbol that is not there')
      return { table: fseOfOne(symbol), at: at + 1 }
    }
    if (before === undefined) throw new RangeError('a block takes over a table that is not there')
    return { table: before, at }
  }

  #carryOut(
    count: number,
    start: number,
    end: number,
    literalTable: FseTable,
    offsetTable: FseTable,
    matchTable: FseTable,
  ): void {
    const bytes = this.#bytes
    const maxBytes = this.#maxBytes
    const literals = this.#literals
    const literalsEnd = this.#literalsEnd
    const frameStart = this.#frameStart
    const literalEntries = literalTable.entries
    const offsetEntries = offsetTable.entries
    const matchEntries = matchTable.entries
    let literalsAt = this.#literalsAt
    let { out, used } = this
    const blockStart = used
    let [repeat1, repeat2, repeat3] = [this.#repeat1, this.#repeat2, this.#repeat3]

    // The stream is read from its end, which the highest bit of its last byte marks, to its start. `left` bits are unread.
    if (start >= end || bytes[end - 1] === 0) throw new RangeError('the sequences of a block are missing')
    let left = (end - start - 1) * 8 + highBit(bytes[end - 1]!)
    left -= literalTable.log
    let literalState = literalEntries[bitsAt(bytes, start, left, literalTable.log)]!
    left -= offsetTable.log
    let offsetState = offsetEntries[bitsAt(bytes, start, left, offsetTable.log)]!
    left -= matchTable.log
    let matchState = matchEntries[bitsAt(bytes, start, left, matchTable.log)]!
    if (left < 0) throw new RangeError('the sequences of a block end too early')

    for (let i = 0; i < count; i++) {
      const offsetCode = offsetState >> 24
      const matchCode = matchState >> 24
      const literalCode = literalState >> 24

      let offset: number
      if (offsetCode <= 24) {
        left -= offsetCode
        offset = (1 << offsetCode) + bitsAt(bytes, start, left, offsetCode)
      } else {
        left -= offsetCode - 16
        offset = 2 ** offsetCode + bitsAt(bytes, start, left, offsetCode - 16) * 65536
        left -= 16
        offset += bitsAt(bytes, start, left, 16)
      }
      left -= MATCH_BITS[matchCode]!
      const length = MATCH_BASES[matchCode]! + bitsAt(bytes, start, left, MATCH_BITS[matchCode]!)
      left -= LITERAL_BITS[literalCode]!
      const fresh = LITERAL_BASES[literalCode]! + bitsAt(bytes, start, left, LITERAL_BITS[literalCode]!)

      // Offsets 1 to 3 stand for the last three; without literals in between for the second, the third, and one less than the first.
      if (offset > 3) {
        offset -= 3
        repeat3 = repeat2
        repeat2 = repeat1
        repeat1 = offset
      } else {
        const which = fresh === 0 ? offset + 1 : offset
        if (which === 1) {
          offset = repeat1
        } else {
          offset = which === 2 ? repeat2 : which === 3 ? repeat3 : repeat1 - 1
          if (which > 2) repeat3 = repeat2
          repeat2 = repeat1
          repeat1 = offset
        }
      }

      if (i < count - 1) {
        let bits = (literalState >> 16) & 255
        left -= bits
        literalState = literalEntries[(literalState & 0xffff) + bitsAt(bytes, start, left, bits)]!
        bits = (matchState >> 16) & 255
        left -= bits
        matchState = matchEntries[(matchState & 0xffff) + bitsAt(bytes, start, left, bits)]!
        bits = (offsetState >> 16) & 255
        left -= bits
        offsetState = offsetEntries[(offsetState & 0xffff) + bitsAt(bytes, start, left, bits)]!
      }
      if (left < 0) throw new RangeError('the sequences of a block end too early')

      if (fresh > literalsEnd - literalsAt) throw new RangeError('a block has too few literals')
      if (used + fresh + length - blockStart > MAX_BLOCK_BYTES) throw new RangeError('a block is too large')
      if (offset <= 0 || offset > used + fresh - frameStart) throw new RangeError('a match reaches before the data')
      if (fresh + length > out.length - used) out = growOutput(out, used, fresh + length, maxBytes)
      copyLiterals(literals, literalsAt, out, used, fresh)
      literalsAt += fresh
      used += fresh
      copyBack(out, used, offset, length)
      used += length
    }
    if (left !== 0) throw new RangeError('the sequences of a block are not read to their end')
    if (used - blockStart + literalsEnd - literalsAt > MAX_BLOCK_BYTES) throw new RangeError('a block is too large')
    this.out = out
    this.used = used
    this.#literalsAt = literalsAt
    this.#repeat1 = repeat1
    this.#repeat2 = repeat2
    this.#repeat3 = repeat3
  }

  // ── bytes ─────────────────────────────────────────────────────────────────────────────────────────

  #makeRoom(count: number): void {
    if (count > this.out.length - this.used) this.out = growOutput(this.out, this.used, count, this.#maxBytes)
  }

  /** Little-endian, of up to four bytes. */
  #number(width: number): number {
    const at = this.at
    this.#skip(width)
    let value = 0
    for (let i = 0; i < width; i++) value += this.#bytes[at + i]! * 2 ** (8 * i)
    return value
  }

  #skip(count: number): void {
    if (count > this.#end - this.at) throw new RangeError('the frame ends too early')
    this.at += count
  }
}
