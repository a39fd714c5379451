/**
 * A stretch of a partition's log: batches one behind the other in a `.log` file, with sparse indexes by offset and by time.
 *
 *     00000000000000000100.log        batches 100–119 @0, 120–139 @5100, …
 *     00000000000000000100.index      119 → 0, 139 → 5100
 *     00000000000000000100.timeindex  greatest timestamp so far, and the offset that has it
 */
import { CachedFile, type OpenFiles } from './open-files.ts'
import { type SegmentFileKind, segmentFile } from './names.ts'
import { crc32c } from '../records/crc32c.ts'
import { type FileMark, type IndexMark, NO_ENTRIES, type SegmentTimestamps } from './index-mark.ts'
import { OFFSET_ENTRY_BYTES, OffsetIndex } from './offset-index.ts'
import { TIME_ENTRY_BYTES, TimeIndex } from './time-index.ts'
import { ABORTED_ENTRY_BYTES, type AbortedTransaction, decodeAborted, encodeAborted } from './transaction-index.ts'

/** What a segment needs to know of a batch that is put at its end. */
export interface BatchPlace {
  readonly lastOffset: number
  readonly bytes: number
  readonly maxTimestamp: number
}

export class Segment {
  readonly directory: string
  readonly baseOffset: number
  readonly file: CachedFile
  readonly #open: OpenFiles
  /** Bytes of its batches, also of those still to be written. */
  bytes = 0
  /** The offset behind its last batch. */
  endOffset: number
  /** The greatest timestamp of its batches and the last offset of the batch that has it; −1 without batches. */
  maxTimestamp = -1
  maxTimestampOffset = -1
  /** When its first batch was put in, by that batch: what `segment.ms` counts from. */
  firstTimestamp = -1
  /** It has a file, and the directory knows of it. */
  created: boolean
  /** This process wrote to it: its end is in the page cache. */
  written = false
  #index: OffsetIndex | undefined
  #timeIndex: TimeIndex | undefined
  #aborted: AbortedTransaction[] | undefined
  #bytesSinceEntry = 0
  /** What stands in the index files already. */
  #persisted: IndexFiles
  /** The index files may have more than that, which does not count: somebody before us may have left them. */
  #staleTails = true
  /** A crash may take back what was last added to the index files. */
  unsyncedIndexes = false
  /** Its index files are whole and durable: nothing comes to them any more. */
  sealed: boolean
  readonly #suffix: string
  /** It has another place than its name says, or none: its indexes stay in memory. */
  #held = false
  /** Another one stands in its place; whoever still reads this one reads it to its end. */
  replaced = false

  /** `suffix`: behind the names of its files, while they are not yet part of the log. */
  constructor(directory: string, baseOffset: number, open: OpenFiles, created: boolean, suffix = '') {
    this.directory = directory
    this.baseOffset = baseOffset
    this.endOffset = baseOffset
    this.#open = open
    this.created = created
    this.sealed = created
    this.#persisted = { offsets: NO_ENTRIES, times: NO_ENTRIES, aborted: NO_ENTRIES }
    this.#suffix = suffix
    this.file = new CachedFile(this.#path('log'), open)
    if (!created) {
      this.#index = new OffsetIndex()
      this.#timeIndex = new TimeIndex()
      this.#aborted = []
    }
  }

  /** Notes a batch at the end; answers its position. */
  add(batch: BatchPlace, indexIntervalBytes: number): number {
    const position = this.bytes
    if (this.firstTimestamp < 0) this.firstTimestamp = batch.maxTimestamp
    if (batch.maxTimestamp > this.maxTimestamp) {
      this.maxTimestamp = batch.maxTimestamp
      this.maxTimestampOffset = batch.lastOffset
    }
    if (this.#bytesSinceEntry > indexIntervalBytes) {
      this.#index!.append(batch.lastOffset - this.baseOffset, position)
      this.#timeIndex!.append(this.maxTimestamp, this.maxTimestampOffset - this.baseOffset)
      this.#bytesSinceEntry = 0
    }
    this.#bytesSinceEntry += batch.bytes
    this.bytes += batch.bytes
    this.endOffset = batch.lastOffset + 1
    return position
  }

  addAborted(aborted: AbortedTransaction): void {
    this.#aborted!.push(aborted)
  }

  /** The index if it is in memory. */
  get index(): OffsetIndex | undefined {
    return this.#index
  }

  async offsets(): Promise<OffsetIndex> {
    return (this.#index ??= OffsetIndex.decode(await this.#readAll('index')))
  }

  async times(): Promise<TimeIndex> {
    return (this.#timeIndex ??= TimeIndex.decode(await this.#readAll('timeindex')))
  }

  async aborted(): Promise<readonly AbortedTransaction[]> {
    return (this.#aborted ??= decodeAborted(await this.#readAll('txnindex')))
  }

  /** Reads all indexes and keeps them: their files are about to be others'. */
  async holdIndexes(): Promise<void> {
    this.#held = true
    await this.offsets()
    await this.times()
    await this.aborted()
  }

  get indexesHeld(): boolean {
    return this.#held
  }

  /** Lets go of indexes that can be read again. */
  forgetIndexes(): void {
    if (this.#held) return
    this.#index = undefined
    this.#timeIndex = undefined
    this.#aborted = undefined
  }

  get indexBytes(): number {
    return (this.#index?.count ?? 0) * 8 + (this.#timeIndex?.count ?? 0) * 12
  }

  /** The indexes as the files have them, up to a position, as a recovery begins. */
  async resume(position: number, endOffset: number): Promise<void> {
    if (position === 0) {
      this.#index = new OffsetIndex()
      this.#timeIndex = new TimeIndex()
      this.#aborted = []
    }
    const [index, times] = [await this.offsets(), await this.times()]
    index.truncate(position)
    times.truncate(endOffset - this.baseOffset)
    this.#aborted = (await this.aborted()).filter(({ lastOffset }) => lastOffset < endOffset)
    this.bytes = position
    this.endOffset = endOffset
    this.#persisted = { offsets: NO_ENTRIES, times: NO_ENTRIES, aborted: NO_ENTRIES }
    this.#staleTails = true
    this.sealed = false
    this.#bytesSinceEntry = 0
    this.maxTimestamp = times.lastTimestamp
    this.maxTimestampOffset = times.lastRelativeOffset < 0 ? -1 : times.lastRelativeOffset + this.baseOffset
  }

  /** Trusts what the files say: a segment that nothing is appended to any more, or one that was closed in order. */
  adopt(bytes: number, endOffset: number): void {
    this.bytes = bytes
    this.endOffset = endOffset
  }

  /** The greatest timestamp, looked up if need be. */
  async latestTimestamp(): Promise<number> {
    return this.maxTimestamp >= 0 ? this.maxTimestamp : (await this.times()).lastTimestamp
  }

  get timestamps(): SegmentTimestamps {
    return { first: this.firstTimestamp, greatest: this.maxTimestamp, greatestOffset: this.maxTimestampOffset }
  }

  set timestamps({ first, greatest, greatestOffset }: SegmentTimestamps) {
    this.firstTimestamp = first
    this.maxTimestamp = greatest
    this.maxTimestampOffset = greatestOffset
  }

  /** What the index files have after the last `persistIndexes`, with `timestamps` of the recovery point. */
  markAt(timestamps: SegmentTimestamps): IndexMark {
    return { baseOffset: this.baseOffset, timestamps, ...this.#persisted }
  }

  /** Do the index files begin with what the mark says? Without memory of them they are read anew, up to there. */
  async holds({ offsets, times, aborted }: IndexFiles): Promise<boolean> {
    const files = await Promise.all([this.#readAll('index'), this.#readAll('timeindex'), this.#readAll('txnindex')])
    const [index, timeIndex, txnIndex] = [
      [files[0], offsets, OFFSET_ENTRY_BYTES] as const,
      [files[1], times, TIME_ENTRY_BYTES] as const,
      [files[2], aborted, ABORTED_ENTRY_BYTES] as const,
    ].map(([bytes, { entries, checksum }, entryBytes]) => {
      const known = bytes.subarray(0, entries * entryBytes)
      return known.length === entries * entryBytes && crc32c(known) === checksum ? known : undefined
    })
    if (index === undefined || timeIndex === undefined || txnIndex === undefined) return false
    this.#index = OffsetIndex.decode(index)
    this.#timeIndex = TimeIndex.decode(timeIndex)
    this.#aborted = decodeAborted(txnIndex)
    return true
  }

  /**
   * Adds to the index files what they lack. `closing`: nothing more is appended, for now or ever. The time index gets a last
   * entry, so that it knows the greatest timestamp of all, and the files are synced.
   */
  async persistIndexes(closing: boolean): Promise<void> {
    const index = await this.offsets()
    const times = await this.times()
    const aborted = await this.aborted()
    if (closing && this.maxTimestamp >= 0) times.append(this.maxTimestamp, this.maxTimestampOffset - this.baseOffset)
    const before = this.#persisted
    const offsetBytes = index.encode(before.offsets.entries)
    const timeBytes = times.encode(before.times.entries)
    const abortedBytes = encodeAborted(aborted.slice(before.aborted.entries))
    await this.#put('index', offsetBytes, before.offsets.entries * OFFSET_ENTRY_BYTES, closing)
    await this.#put('timeindex', timeBytes, before.times.entries * TIME_ENTRY_BYTES, closing)
    // Only segments with aborted transactions have this file.
    if (abortedBytes.length > 0 || before.aborted.entries > 0 || (this.#staleTails && (await this.#has('txnindex'))))
      await this.#put('txnindex', abortedBytes, before.aborted.entries * ABORTED_ENTRY_BYTES, closing)
    this.#persisted = {
      offsets: extended(before.offsets, offsetBytes, OFFSET_ENTRY_BYTES),
      times: extended(before.times, timeBytes, TIME_ENTRY_BYTES),
      aborted: extended(before.aborted, abortedBytes, ABORTED_ENTRY_BYTES),
    }
    this.#staleTails = false
    this.unsyncedIndexes = !closing
  }

  #path(kind: SegmentFileKind): string {
    return segmentFile(this.directory, this.baseOffset, kind) + this.#suffix
  }

  async #put(kind: IndexKind, bytes: Uint8Array, position: number, durably: boolean): Promise<void> {
    if (bytes.length === 0 && !this.#staleTails && !durably) return
    const file = await this.#open.files.open(this.#path(kind), 'create')
    try {
      if (bytes.length > 0) await file.write([bytes], position)
      if (this.#staleTails && (await file.bytes()) > position + bytes.length) await file.truncate(position + bytes.length)
      if (durably) await this.#open.files.sync([file], 'upkeep')
    } finally {
      file.close()
    }
  }

  async #has(kind: IndexKind): Promise<boolean> {
    return (await this.#open.files.status(this.#path(kind))) !== undefined
  }

  async #readAll(kind: IndexKind): Promise<Uint8Array> {
    try {
      return await this.#open.files.read(this.#path(kind))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Uint8Array()
      throw error
    }
  }
}

type IndexFiles = Pick<IndexMark, 'offsets' | 'times' | 'aborted'>

type IndexKind = 'index' | 'timeindex' | 'txnindex'

const extended = ({ entries, checksum }: FileMark, bytes: Uint8Array, entryBytes: number): FileMark => ({
  entries: entries + bytes.length / entryBytes,
  checksum: crc32c(bytes, checksum),
})
