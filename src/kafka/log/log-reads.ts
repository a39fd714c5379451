/** Where in the files of a partition what a reader asks for lies, as far as it may see. */
import { endOfBatches, findBatch } from './batch-scan.ts'
import type { IndexCache } from './index-cache.ts'
import { RecentEnds } from './recent-ends.ts'
import type { SegmentList } from './segment-list.ts'
import type { Segment } from './segment.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/** Bytes of a segment, to be read when there is room for them. Whoever holds it pins the segment, and unpins it. */
export interface LogRange {
  readonly segment: Segment
  readonly position: number
  readonly bytes: number
}

/** How far readers may see. */
export class ReadBounds {
  highWatermark: number
  lastStableOffset: number
  /** Where the last stable offset lies in its segment; −1 when that has to be looked up. */
  stablePosition = -1
  /** Where the high watermark lies in its segment. */
  durableSegment: Segment
  durablePosition: number
  readonly recent = new RecentEnds()

  constructor(endOffset: number, segment: Segment) {
    this.highWatermark = this.lastStableOffset = endOffset
    this.durableSegment = segment
    this.durablePosition = segment.bytes
  }

  /** All that is in the log may be seen, as at its start. */
  reset(endOffset: number, segment: Segment): void {
    this.highWatermark = endOffset
    this.durableSegment = segment
    this.durablePosition = segment.bytes
  }

  /** A round ended there. */
  rise(highWatermark: number, segment: Segment, position: number): void {
    this.highWatermark = highWatermark
    this.durableSegment = segment
    this.durablePosition = position
    this.recent.add(segment, highWatermark, position)
  }
}

export class LogReads {
  readonly #segments: SegmentList
  readonly #bounds: ReadBounds
  readonly #indexes: IndexCache

  constructor(segments: SegmentList, bounds: ReadBounds, indexes: IndexCache) {
    this.#segments = segments
    this.#bounds = bounds
    this.#indexes = indexes
  }

  /** As `PartitionLog.read`. */
  read(
    offset: number,
    maxBytes: number,
    atLeastOne: boolean,
    committed: boolean,
  ): Promise<LogRange | undefined> | LogRange | undefined {
    const { lastStableOffset, highWatermark, durableSegment, durablePosition, recent } = this.#bounds
    const bound = committed ? lastStableOffset : highWatermark
    if (offset >= bound || (maxBytes <= 0 && !atLeastOne)) return undefined
    const segment = this.#segments.holding(offset)
    const end = this.#endIn(segment, bound)
    // Who read to the end of the log goes on where a round began since.
    const start = end < 0 ? -1 : recent.positionOf(segment, offset)
    if (start >= 0 && end - start <= maxBytes) return { segment, position: start, bytes: end - start }
    // Where the log is durable now: by the time the files are open, rounds may have come and failed.
    const durable = { segment: durableSegment, position: durablePosition }
    return this.#readSlowly(segment, offset, maxBytes, atLeastOne, bound, durable)
  }

  async #readSlowly(
    first: Segment,
    offset: number,
    maxBytes: number,
    atLeastOne: boolean,
    bound: number,
    durable: { readonly segment: Segment; readonly position: number },
  ): Promise<LogRange | undefined> {
    for (let segment: Segment | undefined = first; segment !== undefined; segment = this.#segments.nextToRead(segment)) {
      if (segment.bytes === 0) continue
      segment.file.pin()
      try {
        await segment.file.get()
        const index = await this.#indexOf(segment)
        const readable = segment === durable.segment ? durable.position : segment.bytes
        const from = offset <= segment.baseOffset ? 0 : index.positionFor(offset - segment.baseOffset)
        const batch = await findBatch(segment.file, from, readable, offset)
        if (batch === undefined) continue
        if (batch.baseOffset >= bound) return undefined
        const end = await this.#positionOf(segment, bound, readable)
        const limit = batch.position + maxBytes
        const bytes = (end <= limit ? end : await this.#cut(segment, batch.position, limit, end, atLeastOne)) - batch.position
        if (bytes <= 0) return undefined
        return { segment, position: batch.position, bytes }
      } finally {
        segment.file.unpin()
      }
    }
    return undefined
  }

  #indexOf(segment: Segment) {
    return this.#indexes.offsets(segment, segment === this.#segments.active)
  }

  async #cut(segment: Segment, start: number, limit: number, end: number, atLeastOne: boolean): Promise<number> {
    const indexed = segment.index?.batchStartAtMost(limit) ?? 0
    return indexed > start ? indexed : endOfBatches(segment.file, start, limit, end, atLeastOne)
  }

  /** Where offset `bound` lies in a segment as far as that is known without reading: its end, or −1. */
  #endIn(segment: Segment, bound: number): number {
    const { highWatermark, lastStableOffset, stablePosition, durableSegment, durablePosition } = this.#bounds
    if (segment.endOffset <= bound && segment !== durableSegment) return segment.bytes
    if (bound === highWatermark && segment === durableSegment) return durablePosition
    if (bound === lastStableOffset && this.#segments.holding(bound) === segment) return stablePosition
    return segment === durableSegment && bound >= highWatermark ? durablePosition : -1
  }

  async #positionOf(segment: Segment, offset: number, readable: number): Promise<number> {
    if (offset >= segment.endOffset || offset >= this.#bounds.highWatermark) return readable
    const index = await this.#indexOf(segment)
    const batch = await findBatch(segment.file, index.positionFor(offset - segment.baseOffset), readable, offset)
    return batch?.position ?? readable
  }

  /** As `PartitionLog.abortedIn`. */
  async abortedIn(range: LogRange, offset: number): Promise<readonly AbortedTransaction[]> {
    const end = Math.min(await this.#boundOf(range), this.#bounds.lastStableOffset)
    const found: AbortedTransaction[] = []
    for (let segment: Segment | undefined = range.segment; segment !== undefined; segment = this.#segments.after(segment)) {
      // A transaction is listed in the segment of its marker, which may lie far behind its first record.
      for (const aborted of await segment.aborted()) {
        if (aborted.lastOffset >= offset && aborted.firstOffset < end) found.push(aborted)
        if (aborted.lastStableOffset >= end) return found
      }
    }
    return found
  }

  /** An offset that all batches of the range are below, as near as the index knows. */
  async #boundOf({ segment, position, bytes }: LogRange): Promise<number> {
    const index = await this.#indexOf(segment)
    const relative = index.lastOffsetFrom(position + bytes)
    return relative < 0 ? segment.endOffset : segment.baseOffset + relative
  }

  /** As `PartitionLog.abortedBefore`. */
  async abortedBefore(offset: number): Promise<AbortedTransaction[]> {
    const found: AbortedTransaction[] = []
    for (const segment of Array.from(this.#segments.all)) {
      for (const aborted of await segment.aborted()) {
        if (aborted.firstOffset < offset) found.push(aborted)
        if (aborted.lastStableOffset >= offset) return found
      }
    }
    return found
  }
}
