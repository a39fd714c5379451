/**
 * The delta encodings: whole pages of integers, lengths or texts.
 *
 *     DELTA_BINARY_PACKED        block size, miniblocks a block, count, first value; then blocks of (least delta, a width
 *                                per miniblock, deltas above the least one, packed)
 *     DELTA_LENGTH_BYTE_ARRAY    lengths as above, then all bytes
 *     DELTA_BYTE_ARRAY           how much is shared with the value before, as above; then the rests, as above
 *
 * Sums wrap as the file's integer type does. Throws RangeError where the bytes are no such page.
 */
import { bitsAt } from './hybrid.ts'

export interface DeltaValues {
  /** One 32-bit integer a value, or two halves (low first) of 64-bit ones. */
  readonly values: Int32Array
  readonly count: number
  /** Where the bytes behind them start. */
  readonly end: number
}

export function readDeltas(bytes: Uint8Array, start: number, end: number, wide: boolean): DeltaValues {
  const reader = new DeltaReader(bytes, start, end)
  const blockSize = reader.varint()
  const miniblocks = reader.varint()
  const count = reader.varint()
  const size = blockSize / miniblocks
  if (!Number.isInteger(size) || size === 0 || size % 8 !== 0) throw new RangeError(`miniblocks of ${size} values`)
  // Packed in no bits at all, a block still takes a few bytes.
  if (count > (end - start) * blockSize) throw new RangeError(`${count} values in ${end - start} bytes`)
  reader.zigzag64()
  let { low, high } = reader
  const values = new Int32Array(wide ? count * 2 : count)
  const put = (i: number): void => {
    if (wide) {
      values[2 * i] = low
      values[2 * i + 1] = high
    } else values[i] = low
  }
  if (count > 0) put(0)
  for (let done = 1; done < count;) {
    reader.zigzag64()
    const leastLow = reader.low
    const leastHigh = reader.high
    const widths = reader.take(miniblocks)
    for (let m = 0; m < miniblocks && done < count; m++) {
      const width = bytes[widths + m]!
      if (width > 64) throw new RangeError(`a width of ${width} bits`)
      const from = reader.take((size / 8) * width, Math.ceil((Math.min(size, count - done) * width) / 8))
      for (let i = 0; i < size && done < count; i++, done++) {
        const bit = i * width
        const deltaLow = bitsAt(bytes, from, bit, Math.min(width, 32))
        const deltaHigh = width > 32 ? bitsAt(bytes, from, bit + 32, width - 32) : 0
        const sum = (low >>> 0) + (leastLow >>> 0) + (deltaLow >>> 0)
        low = sum | 0
        high = (high + leastHigh + deltaHigh + Math.floor(sum / 4294967296)) | 0
        put(done)
      }
    }
  }
  return { values, count, end: reader.at }
}

class DeltaReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  at: number
  /** What `zigzag64` read. */
  low = 0
  high = 0

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes
    this.at = start
    this.#end = end
  }

  /** Passes `length` bytes, of which the last block of a page may lack those behind `least`. Answers where they start. */
  take(length: number, least = length): number {
    const from = this.at
    if (from + least > this.#end) throw new RangeError('the page ends before its values')
    this.at = Math.min(from + length, this.#end)
    return from
  }

  varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.take(1)]!
      value += (byte & 127) * scale
      if (byte < 128) return value
      if (scale > 2 ** 35) throw new RangeError('a number is too long')
    }
  }

  zigzag64(): void {
    let low = 0
    let high = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.#bytes[this.take(1)]!
      const bits = byte & 127
      if (shift < 32) low |= bits << shift
      if (shift > 25 && shift < 32) high |= bits >>> (32 - shift)
      if (shift >= 32) high |= bits << (shift - 32)
      if (byte < 128) break
      if (shift > 63) throw new RangeError('a number is too long')
    }
    const sign = -(low & 1)
    this.low = ((low >>> 1) | (high << 31)) ^ sign
    this.high = (high >>> 1) ^ sign
  }
}

/** Views: value i is `bytes[starts[i], ends[i])`. */
export interface Views {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly count: number
}

export function readDeltaLengths(bytes: Uint8Array, start: number, end: number): Views {
  const lengths = readDeltas(bytes, start, end, false)
  const starts = new Int32Array(lengths.count)
  const ends = new Int32Array(lengths.count)
  let at = lengths.end
  for (let i = 0; i < lengths.count; i++) {
    const length = lengths.values[i]!
    if (length < 0 || length > end - at) throw new RangeError('a value reaches out of its page')
    starts[i] = at
    ends[i] = at += length
  }
  return { bytes, starts, ends, count: lengths.count }
}

export function readDeltaTexts(bytes: Uint8Array, start: number, end: number): Views {
  const prefixes = readDeltas(bytes, start, end, false)
  const rests = readDeltaLengths(bytes, prefixes.end, end)
  const { count } = rests
  if (prefixes.count !== count) throw new RangeError(`${prefixes.count} prefixes and ${count} rests`)
  let size = 0
  let length = 0
  for (let i = 0; i < count; i++) {
    const prefix = prefixes.values[i]!
    if (prefix < 0 || prefix > length) throw new RangeError('a value shares more than there is')
    size += length = prefix + rests.ends[i]! - rests.starts[i]!
  }
  if (size > 2 ** 31 - 1) throw new RangeError('the page unpacks to more than 2 GB')
  const out = new Uint8Array(size)
  const { starts, ends } = rests
  let used = 0
  let before = 0
  for (let i = 0; i < count; i++) {
    const prefix = prefixes.values[i]!
    const from = starts[i]!
    const to = ends[i]!
    starts[i] = used
    out.copyWithin(used, before, before + prefix)
    out.set(bytes.subarray(from, to), used + prefix)
    before = used
    ends[i] = used += prefix + to - from
  }
  return { bytes: out, starts, ends, count }
}
