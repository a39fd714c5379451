/**
 * What snappy and lz4 have in common when packing: where does a block repeat itself? The nearest earlier place that a
 * hash of four bytes remembers is taken at once (greedy); where nothing repeats, steps get longer.
 *
 *     abcdeabcdeabcdexxxxxxxxxxxx     literals 5, length 10, distance 5; the rest is literals
 */

export const MIN_MATCH = 4
/** LZ4 wants the last bytes of a block to be literals, and no match to start near its end. Snappy does not mind. */
const LAST_LITERALS = 5
const NO_MATCH_IN_LAST = 12

const MAX_BLOCK_BYTES = 64 << 10
const HASH_BITS = 14

export class MatchFinder {
  /** Sequence i: so many literals, then `lengths[i]` bytes as they are `distances[i]` bytes before. */
  readonly literals: Int32Array = new Int32Array(MAX_BLOCK_BYTES / MIN_MATCH)
  readonly lengths: Int32Array = new Int32Array(MAX_BLOCK_BYTES / MIN_MATCH)
  readonly distances: Int32Array = new Int32Array(MAX_BLOCK_BYTES / MIN_MATCH)

  /** By hash: a place + #base. What is less than #base is of an earlier block: so the table is never emptied between. */
  readonly #places: Int32Array = new Int32Array(1 << HASH_BITS)
  #base = 1

  /** The sequences of `bytes[start, end)`, at most 64 KiB; answers how many. What is behind the last is literals. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const { literals, lengths, distances } = this
    const places = this.#places
    if (this.#base + (end - start) > 0x7fffffff) {
      places.fill(0)
      this.#base = 1
    }
    const oldest = this.#base
    const base = oldest - start
    this.#base += end - start
    const lastStart = end - NO_MATCH_IN_LAST
    const lastByte = end - LAST_LITERALS
    let found = 0
    let anchor = start
    let at = start
    let tries = 1 << 5
    while (at <= lastStart) {
      const first = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
      const hash = Math.imul(first, 0x9e3779b1) >>> (32 - HASH_BITS)
      const place = places[hash]!
      places[hash] = at + base
      let from = place - base
      if (
        place < oldest ||
        first !== (bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16) | (bytes[from + 3]! << 24))
      ) {
        at += tries++ >> 5
        continue
      }
      let matchEnd = at + MIN_MATCH
      let fromEnd = from + MIN_MATCH
      while (matchEnd < lastByte && bytes[matchEnd] === bytes[fromEnd]) {
        matchEnd++
        fromEnd++
      }
      while (at > anchor && from > start && bytes[at - 1] === bytes[from - 1]) {
        at--
        from--
      }
      literals[found] = at - anchor
      lengths[found] = matchEnd - at
      distances[found] = at - from
      found++
      anchor = matchEnd
      at = matchEnd
      tries = 1 << 5
    }
    return found
  }
}

/** Packing is synchronous, so one is enough. */
export const matchFinder: MatchFinder = new MatchFinder()
