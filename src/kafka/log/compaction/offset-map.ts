/**
 * The latest offset of each key, in memory of a size that is set beforehand: a key takes 24 bytes however long it is, since
 * only a hash of 128 bits is kept of it. Open addressing; keys are never taken out.
 *
 *     ann → 3, bob → 4, ann → 7        hashes [ …ann… | 0 | …bob… ]    offsets [ 7 | −1 | 4 ]
 *
 * Two keys of one hash would be taken for one, and the earlier lost: among 2^32 keys that happens once in 2^65 logs. Whoever
 * could look for such keys on purpose may write to the topic, and so may write the other key itself.
 */
import { hash128 } from './key-hash.ts'

/** Four words of hash and an offset. */
const BYTES_PER_KEY = 24
const WORDS = 4

export class OffsetMap {
  readonly #slots: number
  /** It takes no more keys than this: a full table finds nothing quickly. */
  readonly capacity: number
  readonly #hashes: Uint32Array
  /** −1: the slot is free. */
  readonly #offsets: Float64Array
  readonly #hash = new Uint32Array(WORDS)
  #size = 0
  /** The greatest offset that is accounted for: later records were not looked at. */
  latestOffset = -1

  /** `bytes`: what it may take (`log.cleaner.dedupe.buffer.size`). `atMost`: there can't be more keys than this. */
  constructor(bytes: number, loadFactor: number, atMost: number = Number.POSITIVE_INFINITY) {
    this.#slots = Math.max(2, Math.min(Math.floor(bytes / BYTES_PER_KEY), Math.ceil(atMost / loadFactor) + 1))
    this.capacity = Math.max(1, Math.min(Math.floor(this.#slots * loadFactor), this.#slots - 1))
    this.#hashes = new Uint32Array(this.#slots * WORDS)
    this.#offsets = new Float64Array(this.#slots).fill(-1)
  }

  get size(): number {
    return this.#size
  }

  get full(): boolean {
    return this.#size >= this.capacity
  }

  /** The key stands at `offset`, which is behind all offsets it was put with before. Only while the map is not full. */
  put(bytes: Uint8Array, start: number, end: number, offset: number): void {
    const slot = this.#slotOf(bytes, start, end)
    if (this.#offsets[slot]! < 0) {
      this.#hashes.set(this.#hash, slot * WORDS)
      this.#size++
    }
    this.#offsets[slot] = offset
  }

  /** −1 when the map does not know the key. */
  get(bytes: Uint8Array, start: number, end: number): number {
    return this.#offsets[this.#slotOf(bytes, start, end)]!
  }

  /** The key's slot, or the free one where it belongs. */
  #slotOf(bytes: Uint8Array, start: number, end: number): number {
    const hash = this.#hash
    hash128(bytes, start, end, hash)
    const hashes = this.#hashes
    let slot = hash[0]! % this.#slots
    for (;;) {
      const at = slot * WORDS
      if (this.#offsets[slot]! < 0) return slot
      if (hashes[at] === hash[0] && hashes[at + 1] === hash[1] && hashes[at + 2] === hash[2] && hashes[at + 3] === hash[3])
        return slot
      slot = slot + 1 === this.#slots ? 0 : slot + 1
    }
  }
}
