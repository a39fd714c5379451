/** Bytes of an entry in the file. */
export const OFFSET_ENTRY_BYTES = 8

/**
 * Where batches lie in a segment: sparse, one entry about every `index.interval.bytes`. An entry is the last offset of a
 * batch (relative to the segment) and the position that batch starts at, as in Kafka's `.index` files:
 *
 *     batches   0–9 @0   10–19 @4200   20–29 @8400
 *     entries            19 → 4200     29 → 8400
 *
 * The batch that holds offset o starts at or behind the position of the greatest entry that is not above o.
 */
export class OffsetIndex {
  /** relative last offset, position; pairs. */
  #entries = new Int32Array(32)
  #count = 0

  get count(): number {
    return this.#count
  }

  append(relativeLastOffset: number, position: number): void {
    if (this.#count * 2 === this.#entries.length) this.#entries = grown(this.#entries)
    this.#entries[this.#count * 2] = relativeLastOffset
    this.#entries[this.#count * 2 + 1] = position
    this.#count++
  }

  /** Where to start looking for a relative offset. */
  positionFor(relativeOffset: number): number {
    const at = this.#last(0, relativeOffset)
    return at < 0 ? 0 : this.#entries[at * 2 + 1]!
  }

  /** The start of the last indexed batch that starts at or before `position`; 0 when none does. */
  batchStartAtMost(position: number): number {
    const at = this.#last(1, position)
    return at < 0 ? 0 : this.#entries[at * 2 + 1]!
  }

  /** The last offset of the first indexed batch that starts at or behind `position`; −1 when none does. */
  lastOffsetFrom(position: number): number {
    const at = this.#last(1, position - 1) + 1
    return at < this.#count ? this.#entries[at * 2]! : -1
  }

  /** Forgets batches that start at or behind `position`. */
  truncate(position: number): void {
    this.#count = this.#last(1, position - 1) + 1
  }

  /** Entries from `first` on, as the file has them. */
  encode(first = 0): Uint8Array {
    const view = new DataView(new ArrayBuffer((this.#count - first) * OFFSET_ENTRY_BYTES))
    for (let i = first * 2; i < this.#count * 2; i++) view.setInt32((i - first * 2) * 4, this.#entries[i]!)
    return new Uint8Array(view.buffer)
  }

  /** Reads a file's entries. Kafka fills the file of its active segment with zeros: they end it, as do entries that do not grow. */
  static decode(bytes: Uint8Array): OffsetIndex {
    const index = new OffsetIndex()
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    let offset = -1
    let position = -1
    for (let at = 0; at + OFFSET_ENTRY_BYTES <= bytes.length; at += OFFSET_ENTRY_BYTES) {
      const nextOffset = view.getInt32(at)
      const nextPosition = view.getInt32(at + 4)
      if (nextOffset <= offset || nextPosition <= position || (at > 0 && nextPosition === 0)) break
      index.append(nextOffset, nextPosition)
      offset = nextOffset
      position = nextPosition
    }
    return index
  }

  /** The last entry whose number `column` is at most `value`, or −1. */
  #last(column: 0 | 1, value: number): number {
    let low = 0
    let high = this.#count - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      if (this.#entries[middle * 2 + column]! <= value) low = middle + 1
      else high = middle - 1
    }
    return high
  }
}

function grown(entries: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(entries.length * 2)
  larger.set(entries)
  return larger
}
