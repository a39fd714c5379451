import type { Segment } from './segment.ts'

/** Where the last rounds ended: an offset, and its position in its segment. Who reads as fast as it is written goes on there. */
export class RecentEnds {
  static readonly #KEPT = 16
  readonly #segments: (Segment | undefined)[] = []
  readonly #offsets: number[] = []
  readonly #positions: number[] = []
  #next = 0

  add(segment: Segment, offset: number, position: number): void {
    this.#segments[this.#next] = segment
    this.#offsets[this.#next] = offset
    this.#positions[this.#next] = position
    this.#next = (this.#next + 1) % RecentEnds.#KEPT
  }

  /** −1 when no round ended there lately. */
  positionOf(segment: Segment, offset: number): number {
    const at = this.#offsets.indexOf(offset)
    return at >= 0 && this.#segments[at] === segment ? this.#positions[at]! : -1
  }
}
