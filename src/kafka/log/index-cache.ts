/** Indexes of closed segments, read when a reader comes by and let go when others were used since. */
import type { OffsetIndex } from './offset-index.ts'
import type { Segment } from './segment.ts'

export class IndexCache {
  readonly #maxBytes: number
  /** Least recently used first, with the bytes counted for it. */
  readonly #held = new Map<Segment, number>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** An active segment's indexes are always there, and not counted. */
  async offsets(segment: Segment, active: boolean): Promise<OffsetIndex> {
    const index = segment.index ?? (await segment.offsets())
    if (!active && !segment.indexesHeld) this.#use(segment)
    return index
  }

  forget(segment: Segment): void {
    this.#bytes -= this.#held.get(segment) ?? 0
    this.#held.delete(segment)
  }

  #use(segment: Segment): void {
    this.forget(segment)
    const bytes = segment.indexBytes
    this.#held.set(segment, bytes)
    this.#bytes += bytes
    for (const oldest of this.#held.keys()) {
      if (this.#bytes <= this.#maxBytes || oldest === segment) return
      this.forget(oldest)
      oldest.forgetIndexes()
    }
  }
}
