/**
 * One partition: batches in the order they were appended, each with the offsets it got. Appending gives a place at once;
 * the acknowledgement comes when the round that covers it is durable, and only then readers see it.
 *
 *     append 3 records     offsets 0–2, end offset 3, high watermark 0
 *     … the round is synced                          high watermark 3, the producer and waiting readers are told
 *
 * The log start offset is the first that can still be read, the last stable offset the first that may belong to a
 * transaction that is not decided. Rules: Kafka's UnifiedLog.
 */
import { dirname } from 'node:path'
import { publishFile } from '../../base/disk.ts'
import type { DataFile } from '../../base/files.ts'
import {
  baseOffsetAt,
  baseSequenceAt,
  BATCH_HEADER_BYTES,
  batchBytesAt,
  checkBatch,
  isControl,
  isTransactional,
  lastOffsetDeltaAt,
  leaderEpochAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  stamp,
} from '../records/batch.ts'
import { type TransactionMarker, readMarker } from '../records/control-record.ts'
import { type Acknowledgement, Acknowledgements } from './acknowledgements.ts'
import type { BatchEntries, JournalledWrite, Participant } from './commit.ts'
import type { CleanedSegment } from './compaction/cleaned-segment.ts'
import { completeSwap, decideSwap, dropCleaned } from './compaction/swap.ts'
import { EpochHistory } from './epoch-history.ts'
import type { IndexMark } from './index-mark.ts'
import type { LogContext, LogIdentity } from './log-context.ts'
import { type LogRange, LogReads, ReadBounds } from './log-reads.ts'
import { segmentFile } from './names.ts'
import { encodeProducers } from './producer-snapshot.ts'
import { ProducerStates } from './producer-states.ts'
import { type RecoveredLog, recoverLog } from './recovery.ts'
import { DUPLICATE, Refusal } from './refusal.ts'
import { ReplacedFiles } from './replaced-files.ts'
import { SegmentList } from './segment-list.ts'
import { type Lender, SegmentWrites } from './segment-writes.ts'
import { Segment } from './segment.ts'
import type { LogSettings } from './settings.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/** Told when there may be more to read: the high watermark or the last stable offset moved, or the log went away. */
export interface LogListener {
  logChanged(log: PartitionLog): void
}

export class PartitionLog implements Participant, JournalledWrite {
  readonly id: LogIdentity
  readonly directory: string
  settings: LogSettings
  readonly #context: LogContext
  readonly #segments: SegmentList
  readonly #bounds: ReadBounds
  readonly #reads: LogReads
  readonly #writes: SegmentWrites
  readonly #replaced: ReplacedFiles
  producers: ProducerStates
  epochs: EpochHistory
  #startOffset: number
  #endOffset: number
  /** The last append's place. */
  lastBaseOffset = -1
  lastAppendWasDuplicate = false

  #enlisted = false
  /** Where the round under way ends. */
  #writingEnd = 0
  #hasAborted: boolean
  readonly #acknowledgements = new Acknowledgements()
  readonly #listeners = new Set<LogListener>()
  #refusing: 'reloading' | 'failed' | 'closed' | undefined
  #recoveryPoint: number
  #savedRecoveryPoint: number
  #snapshotOffset: number
  #indexMark: IndexMark | undefined
  /** What changes segments and their files goes one after the other. */
  #upkeep: Promise<unknown> = Promise.resolve()

  constructor(context: LogContext, id: LogIdentity, directory: string, settings: LogSettings, recovered: RecoveredLog) {
    this.#context = context
    this.id = id
    this.directory = directory
    this.settings = settings
    this.#segments = new SegmentList(recovered.segments)
    this.producers = recovered.producers
    this.epochs = recovered.epochs
    this.#startOffset = recovered.startOffset
    this.#endOffset = this.#active.endOffset
    this.#bounds = new ReadBounds(this.#endOffset, this.#active)
    this.#reads = new LogReads(this.#segments, this.#bounds, context.indexes)
    this.#writes = new SegmentWrites(context, id, directory, recovered.fresh)
    this.#replaced = new ReplacedFiles(context)
    this.#recoveryPoint = recovered.recoveryPoint
    this.#savedRecoveryPoint = recovered.recoveryPoint
    this.#snapshotOffset = recovered.snapshotOffset
    this.#indexMark = recovered.indexMark
    this.#hasAborted = recovered.hasAborted
    this.#updateStable()
  }

  get startOffset(): number {
    return this.#startOffset
  }

  /** The offset the next record gets. */
  get endOffset(): number {
    return this.#endOffset
  }

  get highWatermark(): number {
    return this.#bounds.highWatermark
  }

  get lastStableOffset(): number {
    return this.#bounds.lastStableOffset
  }

  get segments(): readonly Segment[] {
    return this.#segments.all
  }

  get #active(): Segment {
    return this.#segments.active
  }

  get bytes(): number {
    return this.#segments.all.reduce((sum, segment) => sum + segment.bytes, 0)
  }

  get recoveryPoint(): number {
    return this.#recoveryPoint
  }

  /** The recovery point that a crash would start from. */
  get savedRecoveryPoint(): number {
    return this.#savedRecoveryPoint
  }

  /** The offset of the producer snapshot that goes with the recovery point; −1 when there is nothing to know of producers. */
  get snapshotOffset(): number {
    return this.#snapshotOffset
  }

  /** How far the index files of the segment at the recovery point are known to be whole. */
  get indexMark(): IndexMark | undefined {
    return this.#indexMark
  }

  /** Appends are refused: the disk failed, or the log is being read anew. */
  get refusing(): boolean {
    return this.#refusing !== undefined
  }

  // ── appending ─────────────────────────────────────────────────────────────────────────────────────

  /**
   * Takes one whole, checked batch: `bytes[at, at + batchBytes)`. Answers 0 and sets `lastBaseOffset`, or a refusal. Offsets
   * and epoch are stamped where the batch lies. `lender`: keeps large batches alive until they are written.
   * `strictProducers`: rules of transactions of version 2.
   */
  append(bytes: Uint8Array, at: number, strictProducers = false, lender?: Lender): number {
    if (this.#refusing !== undefined || this.#context.full) return Refusal.Storage
    const size = batchBytesAt(bytes, at)
    const producerId = producerIdAt(bytes, at)
    const control = isControl(bytes, at)
    const marker = control ? readMarker(bytes, at) : undefined
    this.lastAppendWasDuplicate = false
    if (marker !== undefined) {
      const refusal = this.producers.checkMarker(producerId, producerEpochAt(bytes, at), marker.coordinatorEpoch, strictProducers)
      if (refusal !== Refusal.None) return refusal
    } else if (producerId >= 0) {
      const refusal = this.producers.check(this.#produced(bytes, at, producerId), strictProducers)
      if (refusal === DUPLICATE) {
        this.lastBaseOffset = this.producers.duplicateOffset
        this.lastAppendWasDuplicate = true
        return Refusal.None
      }
      if (refusal !== Refusal.None) return refusal
    }
    if (this.#mustRoll(bytes, at, size)) this.#roll()
    const baseOffset = this.#endOffset
    stamp(bytes, at, baseOffset, this.#context.leaderEpoch)
    this.epochs.append(this.#context.leaderEpoch, baseOffset)
    this.#place(bytes, at, size, baseOffset, lender)
    return Refusal.None
  }

  /**
   * Takes back batches that stand in the batch journal, offsets and all. What the segments have already is passed over.
   * Answers how many bytes were missing.
   */
  restore(batches: Uint8Array): number {
    let missing = 0
    for (let at = 0; at + BATCH_HEADER_BYTES <= batches.length;) {
      const size = batchBytesAt(batches, at)
      const baseOffset = baseOffsetAt(batches, at)
      // A crash may leave an entry's header, and not its batches: nobody was told of them.
      if (size < BATCH_HEADER_BYTES || size > batches.length - at) break
      if (baseOffset >= this.#endOffset) {
        // A hole: what stood there was never acknowledged, and neither was this.
        if (baseOffset > this.#endOffset || checkBatch(batches, at, at + size) !== undefined) break
        if (this.#mustRoll(batches, at, size)) this.#roll()
        this.epochs.append(leaderEpochAt(batches, at), baseOffset)
        this.#place(batches, at, size, baseOffset, undefined)
        missing += size
      }
      at += size
    }
    return missing
  }

  /** A log that ends before the first offset that may be read goes on from there: what it lacks was deleted. */
  reachStart(): void {
    if (this.#endOffset >= this.#startOffset) return
    for (const segment of this.#segments.all) this.#forget(segment)
    const segment = new Segment(this.directory, this.#startOffset, this.#context.open, false)
    this.#segments.reset([segment])
    this.#endOffset = this.#recoveryPoint = this.#startOffset
    this.#indexMark = undefined
    this.#bounds.reset(this.#endOffset, segment)
    this.#updateStable()
  }

  /** Calls back once everything below `offset` is durable, or lost. At once if it is. */
  whenDurable(offset: number, acknowledgement: Acknowledgement): void {
    if (offset <= this.#bounds.highWatermark) acknowledgement.settled(0)
    else if (this.#refusing !== undefined) acknowledgement.settled(Refusal.Storage)
    else this.#acknowledgements.add(offset, acknowledgement)
  }

  /** Notes a batch that has its offsets, and queues its bytes. */
  #place(bytes: Uint8Array, at: number, size: number, baseOffset: number, lender: Lender | undefined): void {
    const lastOffset = baseOffset + lastOffsetDeltaAt(bytes, at)
    const timestamp = maxTimestampAt(bytes, at)
    const segment = this.#active
    const position = segment.add({ lastOffset, bytes: size, maxTimestamp: timestamp }, this.settings.indexIntervalBytes)
    const producerId = producerIdAt(bytes, at)
    if (isControl(bytes, at)) {
      const marker = readMarker(bytes, at)
      if (marker !== undefined) this.#appendMarker(bytes, at, marker, baseOffset, timestamp)
    } else if (producerId >= 0) this.producers.append(this.#produced(bytes, at, producerId), baseOffset, position)
    this.#endOffset = lastOffset + 1
    this.#context.appendedBytes += size
    this.lastBaseOffset = baseOffset
    this.#writes.queue(segment, position, bytes, at, size, lender)
    if (this.#enlisted) return
    this.#enlisted = true
    this.#context.committer.enlist(this)
  }

  #produced(bytes: Uint8Array, at: number, producerId: number) {
    return {
      producerId,
      epoch: producerEpochAt(bytes, at),
      baseSequence: baseSequenceAt(bytes, at),
      lastOffsetDelta: lastOffsetDeltaAt(bytes, at),
      timestamp: maxTimestampAt(bytes, at),
      transactional: isTransactional(bytes, at),
    }
  }

  #appendMarker(bytes: Uint8Array, at: number, marker: TransactionMarker, offset: number, timestamp: number): void {
    const producerId = producerIdAt(bytes, at)
    const firstOffset = this.producers.appendMarker(
      producerId,
      producerEpochAt(bytes, at),
      marker.coordinatorEpoch,
      offset,
      timestamp,
    )
    if (firstOffset < 0 || marker.type === 'COMMIT') return
    const open = this.producers.firstOpenBut(producerId)
    this.#hasAborted = true
    this.#active.addAborted({
      producerId,
      firstOffset,
      lastOffset: offset,
      lastStableOffset: open < 0 ? offset + 1 : open,
    })
  }

  #mustRoll(batch: Uint8Array, at: number, size: number): boolean {
    const segment = this.#active
    if (segment.bytes === 0) return false
    const timestamp = maxTimestampAt(batch, at)
    const lastOffset = this.#endOffset + lastOffsetDeltaAt(batch, at)
    const { segmentBytes, segmentMs, segmentIndexBytes } = this.settings
    return (
      segment.bytes + size > segmentBytes ||
      timestamp - segment.firstTimestamp > segmentMs - this.#jitterMs(segment) ||
      segment.index!.count * 8 >= segmentIndexBytes - 8 ||
      lastOffset - segment.baseOffset > MAX_RELATIVE_OFFSET
    )
  }

  /** The same for a segment whenever it is asked, and another one for each partition. */
  #jitterMs({ baseOffset }: Segment): number {
    const { segmentJitterMs } = this.settings
    if (segmentJitterMs === 0) return 0
    const spread = (Math.imul(baseOffset % 2 ** 31, 0x9e37_79b1) ^ Math.imul(this.id.partition + 1, 0x85eb_ca6b)) >>> 0
    return Math.floor((spread / 2 ** 32) * segmentJitterMs)
  }

  /** Starts a new segment at the end of the log; its file comes with the first write. */
  #roll(): void {
    this.#rolled.push({ offset: this.#endOffset, snapshot: encodeProducers(this.producers) })
    const segment = new Segment(this.directory, this.#endOffset, this.#context.open, false)
    this.#segments.add(segment)
  }

  // ── the commit round ──────────────────────────────────────────────────────────────────────────────

  write(): Promise<void> | undefined {
    this.#enlisted = false
    if (!this.#writes.anyPending) return undefined
    this.#writingEnd = this.#endOffset
    return this.#writes.write()
  }

  toSync(files: DataFile[], directories: Set<string>): Promise<void> | undefined {
    return this.#writes.toSync(files, directories)
  }

  synced(inJournal: boolean): void {
    this.#writes.synced(inJournal)
  }

  get journalled(): JournalledWrite {
    return this
  }

  journal(entries: BatchEntries): void {
    this.#writes.journal(entries)
  }

  settle(): void {
    const end = this.#writes.settled()
    if (end === undefined) return
    this.#bounds.rise(this.#writingEnd, end.segment, end.position)
    this.#updateStable()
    this.#acknowledgements.settle(this.#writingEnd, 0)
    for (const listener of this.#listeners) listener.logChanged(this)
  }

  fail(error: Error): void {
    this.#writes.lost(this.#context.committer.failure !== undefined)
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') this.#context.foundFull()
    const storage = this.#context.committer.failure === undefined ? 'reloading' : 'failed'
    this.#refusing = storage
    this.#acknowledgements.settle(Number.POSITIVE_INFINITY, Refusal.Storage)
    this.#context.warn('append failed', { partition: `${this.id.topic}-${this.id.partition}`, error: error.message })
    if (storage === 'reloading') void this.#alone(() => this.#reload())
  }

  /** The disk took only part of what was appended: what it has counts, and producers are asked to send the rest again. */
  async #reload(): Promise<void> {
    try {
      const { open } = this.#context
      for (const segment of this.#segments.all) segment.file.close()
      const recovered = await recoverLog(open, this.directory, {
        startOffset: this.#startOffset,
        recoveryPoint: this.#recoveryPoint,
        snapshotOffset: this.#snapshotOffset,
        indexMark: this.#indexMark,
        clean: false,
        running: true,
        cut: this.#bounds.highWatermark,
        indexIntervalBytes: this.settings.indexIntervalBytes,
      })
      this.#segments.reset(recovered.segments)
      this.producers = recovered.producers
      this.epochs = recovered.epochs
      this.#endOffset = this.#active.endOffset
      // Those of segments that began behind it know of records that are lost.
      this.#rolled = this.#rolled.filter(({ offset }) => offset <= this.#endOffset)
      this.#bounds.reset(this.#endOffset, this.#active)
      this.#updateStable()
      this.#refusing = undefined
    } catch (error) {
      this.#refusing = 'failed'
      this.#context.warn('partition can not be read again', {
        partition: `${this.id.topic}-${this.id.partition}`,
        error: (error as Error).message,
      })
    }
  }

  #updateStable(): void {
    const bounds = this.#bounds
    const unstable = this.producers.firstUnstable(bounds.highWatermark)
    if (unstable === undefined || unstable.offset >= bounds.highWatermark) {
      bounds.lastStableOffset = bounds.highWatermark
      bounds.stablePosition = bounds.durablePosition
    } else if (unstable.offset < this.#startOffset) {
      // The first records of the transaction are gone; the rest of it waits none the less.
      bounds.lastStableOffset = this.#startOffset
      bounds.stablePosition = -1
    } else {
      bounds.lastStableOffset = unstable.offset
      bounds.stablePosition = unstable.position
    }
  }

  // ── reading ───────────────────────────────────────────────────────────────────────────────────────

  listen(listener: LogListener): void {
    this.#listeners.add(listener)
  }

  unlisten(listener: LogListener): void {
    this.#listeners.delete(listener)
  }

  /**
   * Whole batches from the one that holds `offset` on, at most `maxBytes` of them (the first one whatever its size where
   * `atLeastOne`), none at or behind the high watermark, or with `committed` the last stable offset. Undefined when there are none.
   * The caller has seen that `startOffset <= offset <= highWatermark`.
   */
  read(
    offset: number,
    maxBytes: number,
    atLeastOne: boolean,
    committed: boolean,
  ): Promise<LogRange | undefined> | LogRange | undefined {
    return this.#reads.read(offset, maxBytes, atLeastOne, committed)
  }

  /** A transaction was aborted here, as far as the indexes in memory and the files beside them say. */
  get hasAborted(): boolean {
    return this.#hasAborted
  }

  /** Aborted transactions of which a reader of committed records, who was given `range`, meets something from `offset` on. */
  abortedIn(range: LogRange, offset: number): Promise<readonly AbortedTransaction[]> {
    return this.#reads.abortedIn(range, offset)
  }

  /** Aborted transactions with something below `offset`. */
  abortedBefore(offset: number): Promise<AbortedTransaction[]> {
    return this.#reads.abortedBefore(offset)
  }

  // ── backups ───────────────────────────────────────────────────────────────────────────────────────

  /** Its segments up to the high watermark, each with so many bytes as a crash would leave at the least. */
  get durableSegments(): readonly { readonly segment: Segment; readonly bytes: number }[] {
    const { durableSegment, durablePosition } = this.#bounds
    const last = this.segments.indexOf(durableSegment)
    return this.segments
      .slice(0, last + 1)
      .filter(segment => segment.created)
      .map(segment => ({ segment, bytes: segment === durableSegment ? durablePosition : segment.bytes }))
  }

  // ── upkeep ────────────────────────────────────────────────────────────────────────────────────────

  /** Nothing below `offset` is read any more. The caller has made that durable. */
  startAt(offset: number): void {
    this.#startOffset = Math.max(this.#startOffset, offset)
    this.#updateStable()
  }

  /** Starts a new segment, so that the one before can be deleted or compacted. */
  roll(): void {
    if (this.#active.bytes > 0) this.#roll()
  }

  /**
   * Takes segments out of the log that nothing is read from any more, and their files away once the last reader is gone.
   * Answers how many.
   */
  dropSegments(drop: (segment: Segment, next: Segment) => boolean): Promise<number> {
    return this.#alone(async () => this.#dropSegments(drop))
  }

  #dropSegments(drop: (segment: Segment, next: Segment) => boolean): number {
    let count = 0
    const { all } = this.#segments
    while (count < all.length - 1) {
      const [segment, next] = [all[count]!, all[count + 1]!]
      if (next.baseOffset > this.#bounds.highWatermark || !drop(segment, next)) break
      count++
    }
    for (const segment of this.#segments.drop(count)) this.#forget(segment)
    this.startAt(this.#segments.all[0]!.baseOffset)
    return count
  }

  #forget(segment: Segment): void {
    const { files } = this.#context.open
    this.#context.indexes.forget(segment)
    segment.file.retire(() => {
      const remove = async () => {
        for (const kind of ['log', 'index', 'timeindex', 'txnindex', 'snapshot'] as const)
          await files.remove(segmentFile(segment.directory, segment.baseOffset, kind))
      }
      remove().catch(error => this.#context.warn('segment not deleted', { segment: segment.file.path, error: error.message }))
    })
  }

  /** There is something that the recovery point is not behind. */
  get unsaved(): boolean {
    const active = this.#active
    if (this.#endOffset !== this.#recoveryPoint) return true
    return this.segments.some(segment => segment !== active && segment.created && !segment.sealed)
  }

  /** The index files have more than a clean stop may leave to the system. */
  get unsyncedIndexes(): boolean {
    return this.#active.unsyncedIndexes
  }

  /** Does what changes segments, once nothing else does. */
  #alone<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#upkeep.then(act)
    this.#upkeep = done.catch(() => {})
    return done
  }

  /** Keeps its segments and their names as they are, appends aside, until the answered function is called. */
  hold(): Promise<() => void> {
    return new Promise(held => void this.#alone(() => new Promise<void>(release => held(release))))
  }

  isActive(segment: Segment): boolean {
    return segment === this.#active
  }

  /**
   * Lets a segment that compaction wrote take the place of those it was made of. False, with what it wrote thrown away, when the
   * log does not have them any more. Readers that hold on to the old ones read them to their end.
   */
  replaceSegments(old: readonly Segment[], cleaned: CleanedSegment): Promise<boolean> {
    return this.#alone(async () => {
      const there = this.#segments.has(old)
      const { files } = this.#context.open
      if (!there || this.#refusing !== undefined || this.isActive(old.at(-1)!)) {
        await dropCleaned(files, this.directory, cleaned.baseOffset)
        return false
      }
      for (const segment of old) await segment.holdIndexes()
      await decideSwap(files, this.directory, cleaned)
      for (const { file } of old) await file.rename(this.#replaced.nameFor(file.path))
      await completeSwap(files, this.directory, cleaned)
      this.#putInPlace(old, cleaned)
      return true
    })
  }

  #putInPlace(old: readonly Segment[], { baseOffset, endOffset, bytes, ...times }: CleanedSegment): void {
    const segment = new Segment(this.directory, baseOffset, this.#context.open, true)
    segment.adopt(bytes, endOffset)
    segment.maxTimestamp = times.maxTimestamp
    segment.maxTimestampOffset = times.maxTimestampOffset
    segment.firstTimestamp = times.firstTimestamp
    this.#segments.replace(old, segment)
    if (old.includes(this.#bounds.durableSegment)) {
      this.#bounds.durableSegment = segment
      this.#bounds.durablePosition = bytes
    }
    for (const replaced of old) {
      this.#writes.forget(replaced)
      this.#context.indexes.forget(replaced)
      replaced.file.retire(() => {
        if (this.#refusing !== 'closed') this.#replaced.deleteAfter(replaced.file.path, this.settings.fileDeleteDelayMs)
      })
    }
    this.#updateStable()
  }

  /**
   * Moves the recovery point to the end of the log, so that a start after a crash looks at nothing before it. What belongs
   * together is taken at once; the answered function, called when the log is durable up to there, writes it. The point counts
   * once the directory has saved it, with the mark of the active segment's indexes. `closing`: nothing follows.
   */
  beginCheckpoint(closing: boolean): { readonly durable: Promise<number>; finish(): Promise<void> } {
    const end = this.#endOffset
    const touched = this.segments.filter(segment => !segment.sealed)
    const active = this.#active
    const { timestamps } = active
    const rolled = this.#rolled.splice(0)
    const snapshot = this.producers.size === 0 ? undefined : encodeProducers(this.producers)
    return {
      durable: this.#durable(end),
      finish: () =>
        this.#alone(async () => {
          // A segment that was rolled has its snapshot from then.
          const known = snapshot === undefined || (active.baseOffset === end && end > 0)
          await this.#persist(end, touched, rolled, closing)
          if (!known) await this.#writeSnapshot(end, snapshot, closing)
          const before = this.#snapshotOffset
          this.#recoveryPoint = end
          this.#snapshotOffset = snapshot === undefined ? -1 : end
          this.#indexMark = active.sealed ? undefined : active.markAt(timestamps)
          // Snapshots at the start of a segment stay as long as it does: Kafka and a compacted log begin there.
          if (before >= 0 && before !== end && !this.segments.some(segment => segment.baseOffset === before))
            this.#obsolete.push(segmentFile(this.directory, before, 'snapshot'))
        }),
    }
  }

  async #persist(end: number, segments: readonly Segment[], rolled: readonly RolledSnapshot[], closing: boolean): Promise<void> {
    const { files } = this.#context.open
    for (const { offset, snapshot } of rolled)
      await publishFile(files, this.directory, segmentFile('', offset, 'snapshot'), snapshot)
    let named = false
    for (const segment of segments) {
      // An active segment that nothing was written to has no file yet.
      if (!segment.created || segment.replaced) continue
      segment.file.pin()
      try {
        const file = await segment.file.get()
        const closed = segment !== this.#active
        await segment.persistIndexes(closed || closing)
        await files.sync([file], 'upkeep')
        // Bytes behind the recovery point may wait for their round still.
        if (!closed || segment.endOffset > end) continue
        segment.sealed = true
        named = true
        this.#writes.forget(segment)
      } finally {
        segment.file.unpin()
      }
    }
    const created = this.#writes.newFiles
    // Index files that nobody looks after any more must have their names, too.
    if (created > 0 || named) await files.syncDirectory(this.directory)
    if (created > 0) {
      await files.syncDirectory(dirname(this.directory))
      this.#writes.named(created)
    }
    if (this.epochs.unsaved) await this.epochs.save(files, this.directory)
  }

  /** A snapshot has a checksum: one that a power failure spoiled is passed over, and what follows the one before is read again. */
  async #writeSnapshot(offset: number, snapshot: Uint8Array, durably: boolean): Promise<void> {
    const { files } = this.#context.open
    const path = segmentFile(this.directory, offset, 'snapshot')
    if (durably) return publishFile(files, this.directory, segmentFile('', offset, 'snapshot'), snapshot)
    const file = await files.open(path, 'create')
    try {
      await file.write([snapshot], 0)
      await file.truncate(snapshot.length)
    } finally {
      file.close()
    }
  }

  /** Producers as they were where a segment starts, still to be written. */
  #rolled: RolledSnapshot[] = []

  /** Snapshots to be removed once the recovery points that replaced them are saved. */
  #obsolete: string[] = []

  async recoveryPointSaved(): Promise<void> {
    this.#savedRecoveryPoint = this.#recoveryPoint
    for (const path of this.#obsolete.splice(0)) await this.#context.open.files.remove(path)
  }

  #durable(offset: number): Promise<number> {
    return new Promise(resolve => this.whenDurable(offset, { settled: resolve }))
  }

  /** Refuses appends from now on; what was appended is still committed. */
  close(): void {
    this.#refusing ??= 'closed'
    this.#replaced.forget()
  }

  /** Takes the log away from its readers and writers: its topic is deleted. */
  abandon(refusal: number): void {
    this.#refusing = 'closed'
    this.#writes.abandon()
    this.#replaced.forget()
    this.#acknowledgements.settle(Number.POSITIVE_INFINITY, refusal)
    for (const listener of this.#listeners) listener.logChanged(this)
    for (const segment of this.#segments.all) {
      this.#context.indexes.forget(segment)
      segment.file.retire(() => {})
    }
  }
}

interface RolledSnapshot {
  readonly offset: number
  readonly snapshot: Uint8Array
}

/** Of indexes: they hold offsets as 32 bits. */
const MAX_RELATIVE_OFFSET = 2 ** 31 - 1
