/**
 * A stretch of a partition's log: batches one behind the other in a `.log` file, with sparse indexes by offset and by time.
 *
 *     00000000000000000100.log        batches 100–119 @0, 120–139 @5100, …
 *     00000000000000000100.index      119 → 0, 139 → 5100
 *     00000000000000000100.timeindex  greatest timestamp so far, and the offset that has it
 */
import { CachedFile, type OpenFiles } from './open-files.ts'
import { type SegmentFileKind, segmentFile } from './names.ts'
import { OffsetIndex } from './offset-index.ts'
import { TimeIndex } from './time-index.ts'
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
  readonly #suffix: string
  /** It has another place than its name says, or none: its indexes stay in memory. */
  #held = false
  /** Another one stands in its place; whoever still reads this one reads it to its end. */
  replaced = false
  /** So many entries stand in the index files already. */
  #persisted = 0
  #persistedTimes = 0
  #persistedAborted = 0

  /** `suffix`: behind the names of its files, while they are not yet part of the log. */
  constructor(directory: string, baseOffset: number, open: OpenFiles, created: boolean, suffix = '') {
    this.directory = directory
    this.baseOffset = baseOffset
    this.endOffset = baseOffset
    this.#open = open
    this.created = created
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
    const [index, times] = [await this.offsets(), await this.times()]
    index.truncate(position)
    times.truncate(endOffset - this.baseOffset)
    this.#aborted = decodeAborted(await this.#readAll('txnindex'), endOffset)
    this.bytes = position
    this.endOffset = endOffset
    this.#persisted = 0
    this.#persistedTimes = 0
    this.#persistedAborted = 0
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

  /**
   * Adds to the index files what they lack, durably. `closing`: the time index gets a last entry, so that it knows the
   * greatest timestamp of all.
   */
  async persistIndexes(closing: boolean): Promise<void> {
    const index = await this.offsets()
    const times = await this.times()
    const aborted = await this.aborted()
    if (closing && this.maxTimestamp >= 0) times.append(this.maxTimestamp, this.maxTimestampOffset - this.baseOffset)
    const before = [this.#persisted, this.#persistedTimes, this.#persistedAborted] as const
    const now = [index.count, times.count, aborted.length] as const
    await this.#put('index', index.encode(before[0]), before[0] * 8)
    await this.#put('timeindex', times.encode(before[1]), before[1] * 12)
    if (aborted.length > before[2] || before[2] > 0)
      await this.#put('txnindex', encodeAborted(aborted.slice(before[2])), before[2] * ABORTED_ENTRY_BYTES)
    this.#persisted = now[0]
    this.#persistedTimes = now[1]
    this.#persistedAborted = now[2]
  }

  #path(kind: SegmentFileKind): string {
    return segmentFile(this.directory, this.baseOffset, kind) + this.#suffix
  }

  async #put(kind: 'index' | 'timeindex' | 'txnindex', bytes: Uint8Array, position: number): Promise<void> {
    const file = await this.#open.files.open(this.#path(kind), 'create')
    try {
      if (bytes.length > 0) await file.write([bytes], position)
      if ((await file.bytes()) > position + bytes.length) await file.truncate(position + bytes.length)
      await this.#open.files.sync([file], 'upkeep')
    } finally {
      file.close()
    }
  }

  async #readAll(kind: 'index' | 'timeindex' | 'txnindex'): Promise<Uint8Array> {
    try {
      return await this.#open.files.read(this.#path(kind))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Uint8Array()
      throw error
    }
  }
}
