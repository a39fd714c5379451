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
import { dirname, join } from 'node:path'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { publishFile } from '../../base/disk.ts'
import type { DataFile } from '../../base/files.ts'
import {
  baseOffsetAt,
  baseSequenceAt,
  batchBytesAt,
  checkBatch,
  forEachBatch,
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
import { findBatch, endOfBatches } from './batch-scan.ts'
import type { BatchEntries, Committer, Durability, JournalledWrite, Participant } from './commit.ts'
import type { CleanedSegment } from './compaction/cleaned-segment.ts'
import { DELETED, completeSwap, decideSwap, dropCleaned } from './compaction/swap.ts'
import { EpochHistory } from './epoch-history.ts'
import type { IndexCache } from './index-cache.ts'
import type { IndexMark } from './index-mark.ts'
import { segmentFile } from './names.ts'
import type { OpenFiles } from './open-files.ts'
import { encodeProducers } from './producer-snapshot.ts'
import { ProducerStates } from './producer-states.ts'
import { type RecoveredLog, recoverLog } from './recovery.ts'
import { DUPLICATE, Refusal } from './refusal.ts'
import { Segment } from './segment.ts'
import type { LogSettings } from './settings.ts'
import type { Stage } from './stage.ts'
import type { AbortedTransaction } from './transaction-index.ts'

/** What all logs of a directory share. */
export interface LogContext {
  readonly open: OpenFiles
  readonly committer: Committer
  readonly stage: Stage
  readonly durability: Durability
  readonly clock: Clock
  readonly timers: Timers
  readonly indexes: IndexCache
  /** Stamped on each batch; grows with each start that could not tell whether something was lost. */
  readonly leaderEpoch: number
  /** The disk took nothing more; appends wait until there is room again. */
  full: boolean
  /** Since the start, by all logs. */
  appendedBytes: number
  /** Called when a write found no room. */
  foundFull(): void
  /** Something that a person should see. */
  warn(event: string, fields: Readonly<Record<string, unknown>>): void
}

export interface LogIdentity {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
}

/** Bytes of a segment, to be read when there is room for them. Whoever holds it pins the segment, and unpins it. */
export interface LogRange {
  readonly segment: Segment
  readonly position: number
  readonly bytes: number
}

/** Told when what it waits for is durable, or lost: 0 or Kafka's error code. */
export interface Acknowledgement {
  settled(refusal: number): void
}

/** Told when there may be more to read: the high watermark or the last stable offset moved, or the log went away. */
export interface LogListener {
  logChanged(log: PartitionLog): void
}

/** Bytes that somebody lends until they are written. */
export interface Lender {
  retain(): void
  release(): void
}

interface PendingWrite {
  readonly segment: Segment
  readonly position: number
  readonly parts: Uint8Array[]
  /** Of the parts that were not copied. */
  readonly lenders: Lender[]
  bytes: number
}

/** Batches below this are copied, so that the frame they came in is free at once; larger ones are written from where they lie. */
const COPIED_BYTES = 8 * 1024
/** Up to so many bytes of a round are written on the spot. */
const WRITE_NOW_BYTES = 256 * 1024

export class PartitionLog implements Participant, JournalledWrite {
  readonly id: LogIdentity
  readonly directory: string
  settings: LogSettings
  readonly #context: LogContext
  #segments: Segment[]
  producers: ProducerStates
  epochs: EpochHistory
  #startOffset: number
  #endOffset: number
  #highWatermark: number
  #stableOffset: number
  /** Where the last stable offset lies in its segment; −1 when that has to be looked up. */
  #stablePosition = -1
  /** Where the high watermark lies in its segment. */
  #durableSegment: Segment
  #durablePosition: number
  /** The last append's place. */
  lastBaseOffset = -1
  lastAppendWasDuplicate = false

  #pending: PendingWrite[] = []
  #writing: readonly PendingWrite[] = []
  #writingEnd = 0
  #enlisted = false
  readonly #unsynced = new Set<Segment>()
  /** Those of them that a sync is under way for. */
  readonly #beingSynced: Segment[] = []
  /** Segments with bytes that are durable in the batch journal, and not where they lie. */
  readonly #inJournal = new Set<Segment>()
  readonly #recent = new RecentEnds()
  #newDirectory = false
  #hasAborted: boolean
  /** So many files were created that the directory may not durably know of. */
  #newFiles = 0
  #newFilesBeingSynced = 0
  #abandoned = false
  readonly #waiting: Acknowledgement[] = []
  readonly #waitingFor: number[] = []
  readonly #listeners = new Set<LogListener>()
  #refusing: 'reloading' | 'failed' | 'closed' | undefined
  #recoveryPoint: number
  #savedRecoveryPoint: number
  #snapshotOffset: number
  #indexMark: IndexMark | undefined
  /** What changes segments and their files goes one after the other. */
  #upkeep: Promise<unknown> = Promise.resolve()
  /** What followed a segment that was replaced. */
  readonly #successors = new WeakMap<Segment, Segment>()
  /** Names of segments that were replaced. */
  readonly #aside = new Set<string>()
  /** Deletions of files that readers may still be opening. */
  readonly #deletions = new Set<Timer>()

  constructor(context: LogContext, id: LogIdentity, directory: string, settings: LogSettings, recovered: RecoveredLog) {
    this.#context = context
    this.id = id
    this.directory = directory
    this.settings = settings
    this.#segments = recovered.segments
    this.producers = recovered.producers
    this.epochs = recovered.epochs
    this.#startOffset = recovered.startOffset
    this.#endOffset = this.#active.endOffset
    this.#highWatermark = this.#endOffset
    this.#durableSegment = this.#active
    this.#durablePosition = this.#active.bytes
    this.#recoveryPoint = recovered.recoveryPoint
    this.#savedRecoveryPoint = recovered.recoveryPoint
    this.#snapshotOffset = recovered.snapshotOffset
    this.#indexMark = recovered.indexMark
    this.#newDirectory = recovered.fresh
    this.#hasAborted = recovered.hasAborted
    this.#stableOffset = this.#highWatermark
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
    return this.#highWatermark
  }

  get lastStableOffset(): number {
    return this.#stableOffset
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  get #active(): Segment {
    return this.#segments[this.#segments.length - 1]!
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0)
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
    forEachBatch(batches, (at, batchEnd) => {
      const baseOffset = baseOffsetAt(batches, at)
      if (baseOffset < this.#endOffset) return true
      // A hole: what stood there was never acknowledged, and neither was this.
      if (baseOffset > this.#endOffset) return false
      if (checkBatch(batches, at, batchEnd) !== undefined) return false
      if (this.#mustRoll(batches, at, batchEnd - at)) this.#roll()
      this.epochs.append(leaderEpochAt(batches, at), baseOffset)
      this.#place(batches, at, batchEnd - at, baseOffset, undefined)
      missing += batchEnd - at
      return true
    })
    return missing
  }

  /** A log that ends before the first offset that may be read goes on from there: what it lacks was deleted. */
  reachStart(): void {
    if (this.#endOffset >= this.#startOffset) return
    for (const segment of this.#segments) this.#forget(segment)
    const segment = new Segment(this.directory, this.#startOffset, this.#context.open, false)
    this.#segments = [segment]
    this.#endOffset = this.#highWatermark = this.#recoveryPoint = this.#startOffset
    this.#indexMark = undefined
    this.#durableSegment = segment
    this.#durablePosition = 0
    this.#updateStable()
  }

  /** Calls back once everything below `offset` is durable, or lost. At once if it is. */
  whenDurable(offset: number, acknowledgement: Acknowledgement): void {
    if (offset <= this.#highWatermark) acknowledgement.settled(0)
    else if (this.#refusing !== undefined) acknowledgement.settled(Refusal.Storage)
    else {
      this.#waiting.push(acknowledgement)
      this.#waitingFor.push(offset)
    }
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
    this.#queue(segment, position, bytes, at, size, lender)
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

  #queue(segment: Segment, position: number, bytes: Uint8Array, at: number, size: number, lender: Lender | undefined): void {
    let write = this.#pending.at(-1)
    if (write === undefined || write.segment !== segment) {
      write = { segment, position, parts: [], lenders: [], bytes: 0 }
      this.#pending.push(write)
    }
    write.bytes += size
    if (size > COPIED_BYTES && lender !== undefined) {
      lender.retain()
      write.lenders.push(lender)
      write.parts.push(bytes.subarray(at, at + size))
      return
    }
    const copy = this.#context.stage.copy(bytes, at, size)
    const last = write.parts.at(-1)
    if (last !== undefined && last.buffer === copy.buffer && last.byteOffset + last.length === copy.byteOffset)
      write.parts[write.parts.length - 1] = new Uint8Array(copy.buffer, last.byteOffset, last.length + size)
    else write.parts.push(copy)
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
    this.#segments.push(segment)
  }

  // ── the commit round ──────────────────────────────────────────────────────────────────────────────

  write(): Promise<void> | undefined {
    this.#enlisted = false
    const writes = this.#pending
    if (writes.length === 0) return undefined
    this.#writing = writes
    this.#writingEnd = this.#endOffset
    this.#pending = []
    // What is staged now belongs to this round; the next one begins behind it.
    const only = writes.length === 1 ? writes[0]! : undefined
    const file = only?.segment.created && only.bytes <= WRITE_NOW_BYTES ? only.segment.file.now() : undefined
    if (file === undefined) return this.#writeSlowly(writes)
    file.writeNow(only!.parts, only!.position)
    this.#wrote(only!.segment)
    return undefined
  }

  async #writeSlowly(writes: readonly PendingWrite[]): Promise<void> {
    for (const { segment, position, parts, bytes } of writes) {
      const file = segment.created ? await segment.file.get() : await this.#create(segment)
      // Pinned while it is used: other partitions of this round open files, too.
      segment.file.pin()
      try {
        if (bytes <= WRITE_NOW_BYTES) file.writeNow(parts, position)
        else await file.write(parts, position)
      } finally {
        segment.file.unpin()
      }
      this.#wrote(segment)
    }
  }

  async #create(segment: Segment): Promise<DataFile> {
    const { files } = this.#context.open
    if (this.#newDirectory) {
      await files.makeDirectory(this.directory)
      await files.writeDurably(
        join(this.directory, 'partition.metadata'),
        new TextEncoder().encode(`version: 0\ntopic_id: ${this.id.topicId}\n`),
      )
      this.#newDirectory = false
    }
    const file = await segment.file.get('create')
    segment.created = true
    this.#newFiles++
    return file
  }

  #wrote(segment: Segment): void {
    segment.written = true
    if (this.#context.durability === 'none' || this.#unsynced.has(segment)) return
    segment.file.pin()
    this.#unsynced.add(segment)
  }

  toSync(files: DataFile[], directories: Set<string>): Promise<void> | undefined {
    if (this.#abandoned) return this.#syncNothing()
    if (this.#newFiles > 0) {
      directories.add(this.directory)
      directories.add(dirname(this.directory))
    }
    this.#newFilesBeingSynced = this.#newFiles
    for (const segment of this.#unsynced) {
      files.push(segment.file.now()!)
      this.#beingSynced.push(segment)
      this.#inJournal.delete(segment)
    }
    this.#unsynced.clear()
    // A segment that only the journal holds must not be missing before one that is synced where it lies.
    return this.#inJournal.size === 0 ? undefined : this.#openJournalled(files)
  }

  /** Its files are going away, and nobody waits for them. */
  #syncNothing(): undefined {
    for (const segment of this.#unsynced) segment.file.unpin()
    this.#unsynced.clear()
  }

  async #openJournalled(files: DataFile[]): Promise<void> {
    for (const segment of this.#inJournal) {
      this.#inJournal.delete(segment)
      segment.file.pin()
      this.#beingSynced.push(segment)
      files.push(await segment.file.get())
    }
  }

  synced(inJournal: boolean): void {
    if (inJournal) {
      // The journal makes up for a file that is not there after a crash, until the next checkpoint.
      for (const segment of this.#unsynced) {
        segment.file.unpin()
        this.#inJournal.add(segment)
      }
      this.#unsynced.clear()
      return
    }
    // Where syncs follow at leisure, more was written meanwhile.
    for (const segment of this.#beingSynced.splice(0)) segment.file.unpin()
    if (this.#newFiles === this.#newFilesBeingSynced) this.#newFiles = 0
  }

  get journalled(): JournalledWrite {
    return this
  }

  journal(entries: BatchEntries): void {
    for (const { parts, bytes } of this.#writing) entries.add(this.id.topicId, this.id.partition, parts, bytes)
  }

  settle(): void {
    releaseLenders(this.#writing)
    const last = this.#writing.at(-1)
    this.#writing = []
    if (last === undefined) return
    this.#highWatermark = this.#writingEnd
    this.#durableSegment = last.segment
    this.#durablePosition = last.position + last.bytes
    this.#recent.add(last.segment, this.#highWatermark, this.#durablePosition)
    this.#updateStable()
    this.#acknowledge(this.#highWatermark, 0)
    for (const listener of this.#listeners) listener.logChanged(this)
  }

  fail(error: Error): void {
    releaseLenders(this.#writing)
    releaseLenders(this.#pending)
    for (const segment of this.#unsynced) segment.file.unpin()
    this.#unsynced.clear()
    if (this.#context.committer.failure !== undefined) for (const segment of this.#beingSynced.splice(0)) segment.file.unpin()
    this.#writing = []
    this.#pending = []
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') this.#context.foundFull()
    const storage = this.#context.committer.failure === undefined ? 'reloading' : 'failed'
    this.#refusing = storage
    this.#acknowledge(Number.POSITIVE_INFINITY, Refusal.Storage)
    this.#context.warn('append failed', { partition: `${this.id.topic}-${this.id.partition}`, error: error.message })
    if (storage === 'reloading') void this.#alone(() => this.#reload())
  }

  /** The disk took only part of what was appended: what it has counts, and producers are asked to send the rest again. */
  async #reload(): Promise<void> {
    try {
      const { open } = this.#context
      for (const segment of this.#segments) segment.file.close()
      const recovered = await recoverLog(open, this.directory, {
        startOffset: this.#startOffset,
        recoveryPoint: this.#recoveryPoint,
        snapshotOffset: this.#snapshotOffset,
        indexMark: this.#indexMark,
        clean: false,
        running: true,
        cut: this.#highWatermark,
        indexIntervalBytes: this.settings.indexIntervalBytes,
      })
      this.#segments = recovered.segments
      this.producers = recovered.producers
      this.epochs = recovered.epochs
      this.#endOffset = this.#active.endOffset
      // Those of segments that began behind it know of records that are lost.
      this.#rolled = this.#rolled.filter(({ offset }) => offset <= this.#endOffset)
      this.#highWatermark = this.#endOffset
      this.#durableSegment = this.#active
      this.#durablePosition = this.#active.bytes
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

  #acknowledge(durable: number, refusal: number): void {
    let count = 0
    while (count < this.#waiting.length && this.#waitingFor[count]! <= durable) count++
    if (count === 0) return
    this.#waitingFor.splice(0, count)
    for (const acknowledgement of this.#waiting.splice(0, count)) acknowledgement.settled(refusal)
  }

  #updateStable(): void {
    const unstable = this.producers.firstUnstable(this.#highWatermark)
    if (unstable === undefined || unstable.offset >= this.#highWatermark) {
      this.#stableOffset = this.#highWatermark
      this.#stablePosition = this.#durablePosition
    } else if (unstable.offset < this.#startOffset) {
      // The first records of the transaction are gone; the rest of it waits none the less.
      this.#stableOffset = this.#startOffset
      this.#stablePosition = -1
    } else {
      this.#stableOffset = unstable.offset
      this.#stablePosition = unstable.position
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
    const bound = committed ? this.#stableOffset : this.#highWatermark
    if (offset >= bound || (maxBytes <= 0 && !atLeastOne)) return undefined
    const segment = this.#segmentOf(offset)
    const end = this.#endIn(segment, bound)
    // Who read to the end of the log goes on where a round began since.
    const start = end < 0 ? -1 : this.#recent.positionOf(segment, offset)
    if (start >= 0 && end - start <= maxBytes) return { segment, position: start, bytes: end - start }
    // Where the log is durable now: by the time the files are open, rounds may have come and failed.
    const durable = { segment: this.#durableSegment, position: this.#durablePosition }
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
    for (let segment: Segment | undefined = first; segment !== undefined; segment = this.#nextToRead(segment)) {
      if (segment.bytes === 0) continue
      segment.file.pin()
      try {
        const file = await segment.file.get()
        const index = await this.#context.indexes.offsets(segment, segment === this.#active)
        const readable = segment === durable.segment ? durable.position : segment.bytes
        const from = offset <= segment.baseOffset ? 0 : index.positionFor(offset - segment.baseOffset)
        const batch = await findBatch(file, from, readable, offset)
        if (batch === undefined) continue
        if (batch.baseOffset >= bound) return undefined
        const end = await this.#positionOf(segment, bound, readable)
        const limit = batch.position + maxBytes
        const bytes =
          (end <= limit ? end : await this.#cut(segment, file, batch.position, limit, end, atLeastOne)) - batch.position
        if (bytes <= 0) return undefined
        return { segment, position: batch.position, bytes }
      } finally {
        segment.file.unpin()
      }
    }
    return undefined
  }

  async #cut(segment: Segment, file: DataFile, start: number, limit: number, end: number, atLeastOne: boolean): Promise<number> {
    const indexed = segment.index?.batchStartAtMost(limit) ?? 0
    return indexed > start ? indexed : endOfBatches(file, start, limit, end, atLeastOne)
  }

  /** Where offset `bound` lies in a segment as far as that is known without reading: its end, or −1. */
  #endIn(segment: Segment, bound: number): number {
    if (segment.endOffset <= bound && segment !== this.#durableSegment) return segment.bytes
    if (bound === this.#highWatermark && segment === this.#durableSegment) return this.#durablePosition
    if (bound === this.#stableOffset && this.#segmentOf(bound) === segment) return this.#stablePosition
    return segment === this.#durableSegment && bound >= this.#highWatermark ? this.#durablePosition : -1
  }

  async #positionOf(segment: Segment, offset: number, readable: number): Promise<number> {
    if (offset >= segment.endOffset || offset >= this.#highWatermark) return readable
    const index = await this.#context.indexes.offsets(segment, segment === this.#active)
    const batch = await findBatch(await segment.file.get(), index.positionFor(offset - segment.baseOffset), readable, offset)
    return batch?.position ?? readable
  }

  #segmentOf(offset: number): Segment {
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
  #after(segment: Segment): Segment | undefined {
    return this.#successors.get(segment) ?? this.#segments.find(({ baseOffset }) => baseOffset > segment.baseOffset)
  }

  /** Where to read on behind a segment: what followed one that was replaced may be in the one that took its place. */
  #nextToRead(segment: Segment): Segment | undefined {
    return segment.replaced ? this.#segmentOf(segment.endOffset) : this.#after(segment)
  }

  /** A transaction was aborted here, as far as the indexes in memory and the files beside them say. */
  get hasAborted(): boolean {
    return this.#hasAborted
  }

  /** Aborted transactions of which a reader of committed records, who was given `range`, meets something from `offset` on. */
  async abortedIn(range: LogRange, offset: number): Promise<readonly AbortedTransaction[]> {
    const end = Math.min(await this.#boundOf(range), this.#stableOffset)
    const found: AbortedTransaction[] = []
    for (let segment: Segment | undefined = range.segment; segment !== undefined; segment = this.#after(segment)) {
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
    const index = await this.#context.indexes.offsets(segment, segment === this.#active)
    const relative = index.lastOffsetFrom(position + bytes)
    return relative < 0 ? segment.endOffset : segment.baseOffset + relative
  }

  // ── backups ───────────────────────────────────────────────────────────────────────────────────────

  /** Its segments up to the high watermark, each with so many bytes as a crash would leave at the least. */
  get durableSegments(): readonly { readonly segment: Segment; readonly bytes: number }[] {
    const last = this.#segments.indexOf(this.#durableSegment)
    return this.#segments
      .slice(0, last + 1)
      .filter(segment => segment.created)
      .map(segment => ({ segment, bytes: segment === this.#durableSegment ? this.#durablePosition : segment.bytes }))
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
    while (count < this.#segments.length - 1) {
      const [segment, next] = [this.#segments[count]!, this.#segments[count + 1]!]
      if (next.baseOffset > this.#highWatermark || !drop(segment, next)) break
      count++
    }
    for (const segment of this.#segments.splice(0, count)) this.#forget(segment)
    this.startAt(this.#segments[0]!.baseOffset)
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
    return this.#segments.some(segment => segment !== active && segment.created && !segment.sealed)
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

  /** Aborted transactions with something below `offset`. */
  async abortedBefore(offset: number): Promise<AbortedTransaction[]> {
    const found: AbortedTransaction[] = []
    for (const segment of Array.from(this.#segments)) {
      for (const aborted of await segment.aborted()) {
        if (aborted.firstOffset < offset) found.push(aborted)
        if (aborted.lastStableOffset >= offset) return found
      }
    }
    return found
  }

  /**
   * Lets a segment that compaction wrote take the place of those it was made of. False, with what it wrote thrown away, when the
   * log does not have them any more. Readers that hold on to the old ones read them to their end.
   */
  replaceSegments(old: readonly Segment[], cleaned: CleanedSegment): Promise<boolean> {
    return this.#alone(async () => {
      const first = this.#segments.indexOf(old[0]!)
      const there = first >= 0 && old.every((segment, i) => this.#segments[first + i] === segment)
      const { files } = this.#context.open
      if (!there || this.#refusing !== undefined || this.isActive(old.at(-1)!)) {
        await dropCleaned(files, this.directory, cleaned.baseOffset)
        return false
      }
      for (const segment of old) await segment.holdIndexes()
      await decideSwap(files, this.directory, cleaned)
      for (const { file } of old) await file.rename(this.#nameAside(file.path))
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
    this.#segments = this.#segments.flatMap(one => (one === old[0] ? [segment] : old.includes(one) ? [] : [one]))
    if (old.includes(this.#durableSegment)) {
      this.#durableSegment = segment
      this.#durablePosition = bytes
    }
    old.forEach((replaced, i) => {
      replaced.replaced = true
      this.#inJournal.delete(replaced)
      this.#context.indexes.forget(replaced)
      this.#successors.set(replaced, old[i + 1] ?? this.#after(segment)!)
      replaced.file.retire(() => this.#deleteLater(replaced.file.path))
    })
    this.#updateStable()
  }

  /** `….log.deleted`, or with a number where an earlier one of that name is still there. */
  #nameAside(path: string): string {
    let name = path + DELETED
    for (let i = 1; this.#aside.has(name); i++) name = `${path}.${i}${DELETED}`
    this.#aside.add(name)
    return name
  }

  /** A reader may have been told of the file, and not have opened it yet. */
  #deleteLater(path: string): void {
    const { timers, warn, open } = this.#context
    if (this.#refusing === 'closed') return
    const timer = timers.after(this.settings.fileDeleteDelayMs, () => {
      this.#deletions.delete(timer)
      open.files.remove(path).then(
        () => this.#aside.delete(path),
        error => warn('segment not deleted', { segment: path, error: error.message }),
      )
    })
    this.#deletions.add(timer)
  }

  /**
   * Moves the recovery point to the end of the log, so that a start after a crash looks at nothing before it. What belongs
   * together is taken at once; the answered function, called when the log is durable up to there, writes it. The point counts
   * once the directory has saved it, with the mark of the active segment's indexes. `closing`: nothing follows.
   */
  beginCheckpoint(closing: boolean): { readonly durable: Promise<number>; finish(): Promise<void> } {
    const end = this.#endOffset
    const touched = this.#segments.filter(segment => !segment.sealed)
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
          if (before >= 0 && before !== end && !this.#segments.some(segment => segment.baseOffset === before))
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
        this.#inJournal.delete(segment)
      } finally {
        segment.file.unpin()
      }
    }
    const created = this.#newFiles
    // Index files that nobody looks after any more must have their names, too.
    if (created > 0 || named) await files.syncDirectory(this.directory)
    if (created > 0) {
      await files.syncDirectory(dirname(this.directory))
      if (this.#newFiles === created) this.#newFiles = 0
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
    this.#forgetDeletions()
  }

  /** What waits for its deletion goes at the next start, or with the directory. */
  #forgetDeletions(): void {
    for (const timer of this.#deletions) timer.cancel()
    this.#deletions.clear()
  }

  /** Takes the log away from its readers and writers: its topic is deleted. */
  abandon(refusal: number): void {
    this.#refusing = 'closed'
    this.#abandoned = true
    this.#forgetDeletions()
    this.#acknowledge(Number.POSITIVE_INFINITY, refusal)
    for (const listener of this.#listeners) listener.logChanged(this)
    for (const segment of this.#segments) {
      this.#context.indexes.forget(segment)
      segment.file.retire(() => {})
    }
  }
}

function releaseLenders(writes: readonly PendingWrite[]): void {
  for (const { lenders } of writes) for (const lender of lenders) lender.release()
}

interface RolledSnapshot {
  readonly offset: number
  readonly snapshot: Uint8Array
}

/** Of indexes: they hold offsets as 32 bits. */
const MAX_RELATIVE_OFFSET = 2 ** 31 - 1

/** Where the last rounds ended: an offset, and its position in its segment. */
class RecentEnds {
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
