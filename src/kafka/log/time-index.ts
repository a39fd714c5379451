/** Bytes of an entry in the file. */
export const TIME_ENTRY_BYTES = 12

/**
 * When records of a segment were: sparse pairs of the greatest timestamp so far and the offset of the batch that has it,
 * as in Kafka's `.timeindex` files. No record before that offset's batch is later than the timestamp.
 *
 *     batches   0–9 t=100   10–19 t=90   20–29 t=120
 *     entries   100 → 9                  120 → 29
 */
export class TimeIndex {
  #timestamps = new Float64Array(16)
  #offsets = new Int32Array(16)
  #count = 0

  get count(): number {
    return this.#count
  }

  get lastTimestamp(): number {
    return this.#count === 0 ? -1 : this.#timestamps[this.#count - 1]!
  }

  /** Only what is later than the last entry is news. */
  append(timestamp: number, relativeOffset: number): void {
    if (this.#count > 0 && (timestamp <= this.lastTimestamp || relativeOffset <= this.#offsets[this.#count - 1]!)) return
    if (this.#count === this.#offsets.length) {
      const timestamps = new Float64Array(this.#count * 2)
      timestamps.set(this.#timestamps)
      this.#timestamps = timestamps
      const offsets = new Int32Array(this.#count * 2)
      offsets.set(this.#offsets)
      this.#offsets = offsets
    }
    this.#timestamps[this.#count] = timestamp
    this.#offsets[this.#count++] = relativeOffset
  }

  /** All records at or before this relative offset are earlier than `timestamp`: look behind it. −1 when nothing is known. */
  offsetBefore(timestamp: number): number {
    let low = 0
    let high = this.#count - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      if (this.#timestamps[middle]! < timestamp) low = middle + 1
      else high = middle - 1
    }
    return high < 0 ? -1 : this.#offsets[high]!
  }

  /** Forgets entries of offsets from `relativeOffset` on. */
  truncate(relativeOffset: number): void {
    while (this.#count > 0 && this.#offsets[this.#count - 1]! >= relativeOffset) this.#count--
  }

  /** The relative offset of the last entry, −1 when there is none. */
  get lastRelativeOffset(): number {
    return this.#count === 0 ? -1 : this.#offsets[this.#count - 1]!
  }

  encode(first = 0): Uint8Array {
    const view = new DataView(new ArrayBuffer((this.#count - first) * TIME_ENTRY_BYTES))
    for (let i = first; i < this.#count; i++) {
      view.setBigInt64((i - first) * TIME_ENTRY_BYTES, BigInt(this.#timestamps[i]!))
      view.setInt32((i - first) * TIME_ENTRY_BYTES + 8, this.#offsets[i]!)
    }
    return new Uint8Array(view.buffer)
  }

  /** Reads a file's entries; zeros at the end of it, or entries that do not grow, end them. */
  static decode(bytes: Uint8Array): TimeIndex {
    const index = new TimeIndex()
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    for (let at = 0; at + TIME_ENTRY_BYTES <= bytes.length; at += TIME_ENTRY_BYTES) {
      const timestamp = Number(view.getBigInt64(at))
      const offset = view.getInt32(at + 8)
      if (at > 0 && (timestamp <= index.lastTimestamp || offset <= index.lastRelativeOffset)) break
      if (timestamp === 0 && offset === 0) break
      index.append(timestamp, offset)
    }
    return index
  }
}
