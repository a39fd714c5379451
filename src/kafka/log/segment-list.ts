/** The segments of one partition by their offsets. Records are appended to the last one. */
import type { Segment } from './segment.ts'

export class SegmentList {
  #segments: Segment[]
  /** What followed a segment that was replaced. */
  readonly #successors = new WeakMap<Segment, Segment>()

  constructor(segments: Segment[]) {
    this.#segments = segments
  }

  get all(): readonly Segment[] {
    return this.#segments
  }

  get active(): Segment {
    return this.#segments[this.#segments.length - 1]!
  }

  add(segment: Segment): void {
    this.#segments.push(segment)
  }

  /** These instead of all there were. */
  reset(segments: Segment[]): void {
    this.#segments = segments
  }

  /** Takes out the first ones. */
  drop(count: number): readonly Segment[] {
    return this.#segments.splice(0, count)
  }

  /** They are there, one behind the other. */
  has(segments: readonly Segment[]): boolean {
    const first = this.#segments.indexOf(segments[0]!)
    return first >= 0 && segments.every((segment, i) => this.#segments[first + i] === segment)
  }

  /** `segment` takes the place of those it was made of. */
  replace(old: readonly Segment[], segment: Segment): void {
    this.#segments = this.#segments.flatMap(one => (one === old[0] ? [segment] : old.includes(one) ? [] : [one]))
    old.forEach((replaced, i) => {
      replaced.replaced = true
      this.#successors.set(replaced, old[i + 1] ?? this.after(segment)!)
    })
  }

  /** The one that `offset` is in, or would be. */
  holding(offset: number): Segment {
    let low = 0
    let high = this.#segments.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#segments[middle]!.baseOffset <= offset) low = middle
      else high = middle - 1
    }
    return this.#segments[low]!
  }

  /** Behind one that was replaced comes the one that did when it was: together they hold what a reader of it may meet. */
  after(segment: Segment): Segment | undefined {
    return this.#successors.get(segment) ?? this.#segments.find(({ baseOffset }) => baseOffset > segment.baseOffset)
  }

  /** Where to read on behind a segment: what followed one that was replaced may be in the one that took its place. */
  nextToRead(segment: Segment): Segment | undefined {
    return segment.replaced ? this.holding(segment.endOffset) : this.after(segment)
  }
}
