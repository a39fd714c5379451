/**
 * One round of compaction over a partition's closed segments, oldest first:
 *
 *     1   dirty segments are read, and the latest offset of each key is noted, as many as the map takes
 *     2   all segments up to there are read again and written anew, group by group, without what the map says is outdated
 *
 * It knows segments by what the job says of them and touches nothing but their files; whoever gave it the job lets each new
 * segment take the place of its group before the next group is begun. Rules: Kafka's Cleaner.
 */
import type { Files } from '../../../base/files.ts'
import { isControl, lastOffsetAt } from '../../records/batch.ts'
import { RecordReader } from '../../records/record-reader.ts'
import { segmentFile } from '../names.ts'
import { OffsetIndex } from '../offset-index.ts'
import { OpenFiles } from '../open-files.ts'
import type { AbortedTransaction } from '../transaction-index.ts'
import { BatchFilter, type LastOfProducer } from './batch-filter.ts'
import { BatchStream, type Pace } from './batch-stream.ts'
import { type CleanedSegment, CleanedSegmentWriter } from './cleaned-segment.ts'
import { CleanedTransactions } from './cleaned-transactions.ts'
import { OffsetMap } from './offset-map.ts'
import { type SourceSegment, segmentGroups } from './segment-groups.ts'
import { dropCleaned } from './swap.ts'

/** Plain data: it crosses threads. */
export interface CleaningJob {
  /** `orders-3`, for messages. */
  readonly name: string
  readonly directory: string
  /** All closed segments from the start of the log to `endOffset`. */
  readonly segments: readonly SourceSegment[]
  /** Everything below was compacted before. */
  readonly firstDirtyOffset: number
  /** Nothing from here on is touched. */
  readonly endOffset: number
  readonly aborted: readonly AbortedTransaction[]
  readonly producers: ReadonlyMap<number, LastOfProducer>
  readonly nowMs: number
  readonly deleteRetentionMs: number
  readonly segmentBytes: number
  readonly segmentIndexBytes: number
  readonly indexIntervalBytes: number
  /** What the map of keys may take, and how full it may get. */
  readonly mapBytes: number
  readonly mapLoadFactor: number
}

export interface CleaningStats {
  bytesRead: number
  bytesWritten: number
  /** Keys in the map. */
  keys: number
  /** The log is clean up to here: less than the job asked for when the map was full. */
  cleanedTo: number
}

/** Answers a new segment for each group that changed, in order. */
export async function* clean(
  files: Files,
  job: CleaningJob,
  pace: Pace,
  stats: CleaningStats,
): AsyncGenerator<CleanedSegment, void, void> {
  const round = new Round(files, job, pace, stats)
  const map = await round.mapKeys()
  stats.keys = map.size
  stats.cleanedTo = map.latestOffset + 1
  yield* round.rewrite(map)
}

class Round {
  readonly #files: Files
  readonly #job: CleaningJob
  readonly #pace: Pace
  readonly #stats: CleaningStats
  readonly #stream = new BatchStream()
  readonly #reader: RecordReader
  /** The map took no more keys. */
  #full = false

  constructor(files: Files, job: CleaningJob, pace: Pace, stats: CleaningStats) {
    this.#files = files
    this.#job = job
    this.#pace = pace
    this.#stats = stats
    this.#reader = new RecordReader({ name: job.name })
  }

  async mapKeys(): Promise<OffsetMap> {
    const { segments, firstDirtyOffset, endOffset, aborted, mapBytes, mapLoadFactor } = this.#job
    const map = new OffsetMap(mapBytes, mapLoadFactor, Math.max(1, endOffset - firstDirtyOffset))
    map.latestOffset = firstDirtyOffset - 1
    const transactions = new CleanedTransactions(aborted)
    const visit = (bytes: Uint8Array, at: number): boolean => {
      const aborts = transactions.mayDiscard(bytes, at)
      if (!isControl(bytes, at) && !aborts && !this.#noteKeys(map, bytes, at)) return false
      map.latestOffset = Math.max(map.latestOffset, lastOffsetAt(bytes, at))
      return true
    }
    for (const segment of segments) {
      if (segment.endOffset <= firstDirtyOffset) continue
      await this.#read(segment, await this.#startIn(segment), visit)
      if (this.#full) return map
      // Offsets that nothing stands at any more are accounted for, too.
      map.latestOffset = segment.endOffset - 1
    }
    return map
  }

  /** False when the map took only some of them. */
  #noteKeys(map: OffsetMap, bytes: Uint8Array, at: number): boolean {
    const { firstDirtyOffset } = this.#job
    const { count, bytes: area, offsets, keyStarts, keyEnds } = this.#reader.read(bytes, at)
    for (let row = 0; row < count; row++) {
      const offset = offsets[row]!
      if (keyStarts[row]! < 0 || offset < firstDirtyOffset) continue
      if (map.full) {
        map.latestOffset = offset - 1
        this.#full = true
        return false
      }
      map.put(area, keyStarts[row]!, keyEnds[row]!, offset)
    }
    return true
  }

  async *rewrite(map: OffsetMap): AsyncGenerator<CleanedSegment, void, void> {
    const { segments, aborted, producers, endOffset, nowMs, deleteRetentionMs, segmentBytes, segmentIndexBytes } = this.#job
    let writer: CleanedSegmentWriter | undefined
    const transactions = new CleanedTransactions(aborted, transaction => writer!.addAborted(transaction))
    const reader = this.#reader
    const filter = new BatchFilter({ map, transactions, producers, endOffset, nowMs, deleteRetentionMs, reader })
    const concerned = segments.filter(({ baseOffset }) => baseOffset <= map.latestOffset)
    for (const group of segmentGroups(concerned, segmentBytes, segmentIndexBytes)) {
      writer = await this.#begin(group)
      let cleaned: CleanedSegment | undefined
      try {
        cleaned = await this.#rewriteGroup(group, writer, filter)
      } catch (error) {
        writer.close()
        throw error
      }
      this.#stats.bytesWritten += cleaned?.bytes ?? 0
      if (cleaned !== undefined) yield cleaned
    }
  }

  async #begin(group: readonly SourceSegment[]): Promise<CleanedSegmentWriter> {
    const { directory, indexIntervalBytes } = this.#job
    await dropCleaned(this.#files, directory, group[0]!.baseOffset)
    return CleanedSegmentWriter.create(new OpenFiles(this.#files, 4), directory, group, indexIntervalBytes)
  }

  /** Undefined when a segment stays just as it is. */
  async #rewriteGroup(
    group: readonly SourceSegment[],
    writer: CleanedSegmentWriter,
    filter: BatchFilter,
  ): Promise<CleanedSegment | undefined> {
    let changed = group.length > 1
    const visit = (bytes: Uint8Array, at: number): boolean | Promise<boolean> => {
      const kept = filter.filter(bytes, at)
      if (kept === undefined || kept.buffer !== bytes.buffer) changed = true
      const written = kept === undefined ? undefined : writer.add(kept, 0)
      return written === undefined ? true : written.then(() => true)
    }
    for (const segment of group) await this.#read(segment, 0, visit)
    if (changed) return writer.finish()
    writer.close()
    await dropCleaned(this.#files, this.#job.directory, group[0]!.baseOffset)
    return undefined
  }

  async #read(
    segment: SourceSegment,
    position: number,
    visit: (bytes: Uint8Array, at: number) => boolean | Promise<boolean>,
  ): Promise<void> {
    if (segment.bytes === 0) return
    const file = await this.#files.open(segmentFile(this.#job.directory, segment.baseOffset, 'log'), 'read')
    try {
      this.#stats.bytesRead += await this.#stream.forEach(file, position, segment.bytes, this.#pace, visit)
    } finally {
      file.close()
    }
  }

  /** Where the first dirty offset is to be looked for. */
  async #startIn({ baseOffset }: SourceSegment): Promise<number> {
    const { directory, firstDirtyOffset } = this.#job
    if (firstDirtyOffset <= baseOffset) return 0
    const index = OffsetIndex.decode(await this.#files.read(segmentFile(directory, baseOffset, 'index')))
    return index.positionFor(firstDirtyOffset - baseOffset)
  }
}
