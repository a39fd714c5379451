/**
 * The segment that a group of old ones becomes: batches are gathered and written in large pieces, indexes grow with them. Its files
 * end in `.cleaned` until they take the place of the old ones; when `finish` resolves, all of them are durable, and so are their names.
 */
import type { DataFile } from '../../../base/files.ts'
import { batchBytesAt, isControl, lastOffsetAt, maxTimestampAt, recordCountAt } from '../../records/batch.ts'
import type { OpenFiles } from '../open-files.ts'
import { Segment } from '../segment.ts'
import { writeCheckpoint } from '../checkpoint-file.ts'
import type { AbortedTransaction } from '../transaction-index.ts'
import type { SourceSegment } from './segment-groups.ts'
import { CLEANED, rangeFile } from './swap.ts'

/** What is told of a segment that was written, and of those it stands for. Plain data: it crosses threads. */
export interface CleanedSegment {
  readonly baseOffset: number
  /** Where the segment behind those that it stands for begins. */
  readonly endOffset: number
  readonly bytes: number
  readonly maxTimestamp: number
  readonly maxTimestampOffset: number
  readonly firstTimestamp: number
  /** Entries of its transaction index. */
  readonly aborted: number
  readonly records: number
}

const PIECE_BYTES = 1024 * 1024

export class CleanedSegmentWriter {
  readonly #open: OpenFiles
  readonly #segment: Segment
  readonly #sources: readonly SourceSegment[]
  readonly #indexIntervalBytes: number
  readonly #file: DataFile
  readonly #piece = new Uint8Array(PIECE_BYTES)
  #used = 0
  #written = 0
  #aborted = 0
  #records = 0

  private constructor(
    open: OpenFiles,
    segment: Segment,
    file: DataFile,
    sources: readonly SourceSegment[],
    indexIntervalBytes: number,
  ) {
    this.#open = open
    this.#segment = segment
    this.#file = file
    this.#sources = sources
    this.#indexIntervalBytes = indexIntervalBytes
  }

  static async create(
    open: OpenFiles,
    directory: string,
    sources: readonly SourceSegment[],
    indexIntervalBytes: number,
  ): Promise<CleanedSegmentWriter> {
    const segment = new Segment(directory, sources[0]!.baseOffset, open, false, CLEANED)
    const file = await segment.file.get('create')
    segment.file.pin()
    // An earlier attempt may have left something.
    await file.truncate(0)
    return new CleanedSegmentWriter(open, segment, file, sources, indexIntervalBytes)
  }

  /** Takes one batch. It may wait for the disk; the bytes are the caller's again when it resolves. */
  add(bytes: Uint8Array, at: number): Promise<void> | undefined {
    const size = batchBytesAt(bytes, at)
    this.#segment.add(
      { lastOffset: lastOffsetAt(bytes, at), bytes: size, maxTimestamp: maxTimestampAt(bytes, at) },
      this.#indexIntervalBytes,
    )
    if (!isControl(bytes, at)) this.#records += recordCountAt(bytes, at)
    if (this.#used + size > PIECE_BYTES) return this.#addSlowly(bytes.subarray(at, at + size))
    this.#piece.set(at === 0 && size === bytes.length ? bytes : bytes.subarray(at, at + size), this.#used)
    this.#used += size
    return undefined
  }

  addAborted(aborted: AbortedTransaction): void {
    this.#segment.addAborted(aborted)
    this.#aborted++
  }

  async #addSlowly(batch: Uint8Array): Promise<void> {
    await this.#flush()
    if (batch.length > PIECE_BYTES) {
      await this.#file.write([batch], this.#written)
      this.#written += batch.length
      return
    }
    this.#piece.set(batch)
    this.#used = batch.length
  }

  async #flush(): Promise<void> {
    if (this.#used === 0) return
    await this.#file.write([this.#piece.subarray(0, this.#used)], this.#written)
    this.#written += this.#used
    this.#used = 0
  }

  async finish(): Promise<CleanedSegment> {
    const { files } = this.#open
    const segment = this.#segment
    await this.#flush()
    const endOffset = this.#sources.at(-1)!.endOffset
    await segment.persistIndexes(true)
    await files.sync([this.#file], 'upkeep')
    await writeCheckpoint(files, rangeFile(segment.directory, segment.baseOffset, CLEANED), [[endOffset, this.#aborted]])
    // The names of the files beside it are durable with that, too.
    this.close()
    const { baseOffset, bytes, maxTimestamp, maxTimestampOffset, firstTimestamp } = segment
    return {
      baseOffset,
      endOffset,
      bytes,
      maxTimestamp,
      maxTimestampOffset,
      firstTimestamp,
      aborted: this.#aborted,
      records: this.#records,
    }
  }

  close(): void {
    this.#segment.file.unpin()
    this.#segment.file.close()
  }
}
