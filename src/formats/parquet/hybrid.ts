/**
 * Parquet's hybrid of runs and bit packing: dictionary codes, levels, booleans.
 *
 *     run := (count << 1) value          value in as many bytes as the width takes
 *          | (groups << 1 | 1) packed    groups of 8 values of `width` bits each, least significant bit first
 *
 * Throws RangeError where the bytes end before the values.
 */
export class HybridDecoder {
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #width: number
  #at: number
  /** Values left of the current run. */
  #left = 0
  #packed = false
  /** Of a run of equal values. */
  #value = 0
  /** Of a packed run: where its next value starts, in bits behind `#at`. */
  #bit = 0

  constructor(bytes: Uint8Array, start: number, end: number, width: number) {
    if (width > 32) throw new RangeError(`a width of ${width} bits`)
    this.#bytes = bytes
    this.#at = start
    this.#end = end
    this.#width = width
  }

  read(count: number, into: Int32Array | Uint8Array, at: number): void {
    while (count > 0) {
      if (this.#left === 0) this.#nextRun()
      const n = Math.min(count, this.#left)
      if (this.#packed) {
        unpackBits(this.#bytes, this.#at, this.#bit, this.#end, this.#width, into, at, n)
        this.#bit += n * this.#width
      } else into.fill(this.#value, at, at + n)
      this.#left -= n
      count -= n
      at += n
    }
  }

  skip(count: number): void {
    while (count > 0) {
      if (this.#left === 0) this.#nextRun()
      const n = Math.min(count, this.#left)
      if (this.#packed) this.#bit += n * this.#width
      this.#left -= n
      count -= n
    }
  }

  /** Does the current run hold at least `count` more of `value`? */
  startsWith(count: number, value: number): boolean {
    if (this.#left === 0) this.#nextRun()
    return !this.#packed && this.#value === value && this.#left >= count
  }

  #nextRun(): void {
    // The run before was packed: its whole groups are passed, also where the values ended within the last one.
    if (this.#packed) this.#at += this.#groupBytes
    const header = this.#varint()
    this.#packed = (header & 1) === 1
    if (this.#packed) {
      const groups = Math.floor(header / 2)
      this.#groupBytes = groups * this.#width
      this.#bit = 0
      this.#left = groups * 8
      if (groups === 0) throw new RangeError('a run is empty')
      return
    }
    this.#left = Math.floor(header / 2)
    if (this.#left === 0) throw new RangeError('a run is empty')
    let value = 0
    for (let i = 0; i * 8 < this.#width; i++) value |= this.#byte() << (8 * i)
    this.#value = value
  }
  #groupBytes = 0

  #varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
      if (scale > 2 ** 32) throw new RangeError('a run is too long')
    }
  }

  #byte(): number {
    if (this.#at >= this.#end) throw new RangeError('the page ends before its values')
    return this.#bytes[this.#at++]!
  }
}

/** Unpacks `count` values of `width` bits, the first one `bit` bits behind byte `start`. */
function unpackBits(
  bytes: Uint8Array,
  start: number,
  bit: number,
  end: number,
  width: number,
  into: Int32Array | Uint8Array,
  at: number,
  count: number,
): void {
  if (width === 0) {
    into.fill(0, at, at + count)
    return
  }
  if (start + Math.ceil((bit + count * width) / 8) > end) throw new RangeError('the page ends before its values')
  let done = 0
  if (width <= 25) {
    // Four bytes hold any value, whatever bit it starts at. The last values have no four bytes behind them.
    const safe = Math.floor(((Math.min(end, bytes.length) - 4 - start) * 8 - bit) / width) + 1
    done = Math.max(0, Math.min(count, safe))
    unpackNarrow(bytes, start, bit, width, into, at, done)
  }
  for (; done < count; done++) into[at + done] = bitsAt(bytes, start, bit + done * width, width)
}

function unpackNarrow(
  bytes: Uint8Array,
  start: number,
  bit: number,
  width: number,
  into: Int32Array | Uint8Array,
  at: number,
  count: number,
): void {
  const mask = (1 << width) - 1
  for (let i = 0; i < count; i++) {
    const byte = start + (bit >>> 3)
    const word = bytes[byte]! | (bytes[byte + 1]! << 8) | (bytes[byte + 2]! << 16) | (bytes[byte + 3]! << 24)
    into[at + i] = (word >>> (bit & 7)) & mask
    bit += width
  }
}

/** `width` (at most 32) bits from bit `bit` behind byte `start` on; those behind the end of `bytes` are 0. */
export function bitsAt(bytes: Uint8Array, start: number, bit: number, width: number): number {
  const byte = start + Math.floor(bit / 8)
  const shift = bit % 8
  const at = (i: number): number => bytes[byte + i] ?? 0
  let word = (at(0) | (at(1) << 8) | (at(2) << 16) | (at(3) << 24)) >>> shift
  if (shift + width > 32) word |= at(4) << (32 - shift)
  return width === 32 ? word | 0 : word & (2 ** width - 1)
}

/** Bits that hold every level up to `max`. */
export const widthOf = (max: number): number => 32 - Math.clz32(max)
