/**
 * What one answer brought of one partition: batches, handed out as views of bounded size. Control batches, aborted records
 * and those outside of what was asked for are left out; positions pass over them.
 */
import { DataError } from '../../../base/errors.ts'
import {
  BATCH_HEADER_BYTES,
  type BatchFault,
  MAGIC,
  batchBytesAt,
  baseOffsetAt,
  checkBatch,
  lastOffsetAt,
  leaderEpochAt,
  magicAt,
  timestampTypeAt,
} from '../../records/batch.ts'
import type { RecordReader, RecordsView } from '../../records/record-reader.ts'
import { type FrameMemory, SLACK } from '../frames.ts'
import { AbortedFilter, type AbortedTransaction } from './aborted.ts'
import type { AssignedPartition } from './assigned-partition.ts'

/** Records `from` to `to` of a view, which are good until the next are asked for. */
export interface Rows {
  readonly partition: AssignedPartition
  readonly view: RecordsView
  readonly from: number
  readonly to: number
  /** The batches that the view's records are of: the row each begins at, and what its header says. */
  readonly batches: readonly BatchFacts[]
  /** Who looks at the view's bytes for longer holds this until then; undefined: they are nobody else's. */
  readonly memory: FrameMemory | undefined
}

export interface BatchFacts {
  readonly row: number
  readonly leaderEpoch: number
  readonly timestampType: 'CreateTime' | 'LogAppendTime'
}

export class FetchedRecords {
  readonly partition: AssignedPartition
  /** As the broker sent it. */
  readonly byteLength: number
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #from: number
  readonly #checks: boolean
  readonly #memory: FrameMemory | undefined
  readonly #aborted: AbortedFilter
  #at = 0
  /** The batch that is being read. Its header is not looked at again: whoever takes the records may write over it. */
  #open:
    | { readonly lastOffset: number; readonly leaderEpoch: number; readonly timestampType: BatchFacts['timestampType'] }
    | undefined
  /** Behind what was handed out. */
  #next: number
  #batches: BatchFacts[] = []

  constructor(
    partition: AssignedPartition,
    records: Uint8Array,
    /** What was asked for: the first batch may begin before it. */
    from: number,
    aborted: readonly AbortedTransaction[] | undefined,
    options: { readonly checksCrc: boolean; readonly memory?: FrameMemory | undefined },
  ) {
    this.partition = partition
    this.byteLength = records.length
    this.#bytes = withSlack(records)
    this.#end = records.length
    this.#from = this.#next = from
    this.#aborted = new AbortedFilter(aborted)
    this.#checks = options.checksCrc
    this.#memory = options.memory
  }

  /** Behind the last whole batch: the offset to ask for next, and that batch's place. Undefined where none is whole. */
  lastBatch(): { readonly at: number; readonly nextOffset: number } | undefined {
    let last: number | undefined
    for (let at = 0; this.#isWhole(at); at += batchBytesAt(this.#bytes, at)) last = at
    return last === undefined ? undefined : { at: last, nextOffset: lastOffsetAt(this.#bytes, last) + 1 }
  }

  get bytes(): Uint8Array {
    return this.#bytes
  }

  /** Nothing is read any more. */
  release(): void {
    this.#memory?.release()
  }

  /** The next records, as many as the reader's view takes. Undefined behind the last ones. Moves the partition's position. */
  read(reader: RecordReader): Rows | undefined {
    const { partition } = this
    reader.name = partition.name
    for (;;) {
      this.#fill(reader)
      const { view } = reader
      const from = firstAtOrAfter(view, this.#from)
      const to = firstAtOrAfter(view, partition.stopAt)
      partition.position = Math.min(this.#next, Math.max(partition.stopAt, partition.position))
      if (from < to) return { partition, view, from, to, batches: this.#batches, memory: this.#memory }
      if (view.count === 0 || partition.ended) return undefined
    }
  }

  #fill(reader: RecordReader): void {
    reader.clear()
    this.#batches = []
    const { view } = reader
    const bytes = this.#bytes
    for (;;) {
      if (this.#open !== undefined) {
        const { lastOffset, leaderEpoch, timestampType } = this.#open
        this.#batches.push({ row: view.count, leaderEpoch, timestampType })
        if (!reader.fill()) {
          this.#next = view.offsets[view.count - 1]! + 1
          return
        }
        this.#next = lastOffset + 1
        this.#open = undefined
      }
      const at = this.#at
      if (!this.#isWhole(at)) return
      if (this.#checks) this.#check(at)
      const lastOffset = lastOffsetAt(bytes, at)
      if (this.#aborted.skips(bytes, at) || lastOffset < this.#from) this.#next = lastOffset + 1
      else if (reader.open(bytes, at))
        this.#open = { lastOffset, leaderEpoch: leaderEpochAt(bytes, at), timestampType: timestampTypeAt(bytes, at) }
      // It can't stand in one view with those before it: they go first.
      else return
      this.#at = at + batchBytesAt(bytes, at)
    }
  }

  /** A broker may cut off the last batch at a limit of bytes. */
  #isWhole(at: number): boolean {
    const left = this.#end - at
    if (left < BATCH_HEADER_BYTES) return false
    const size = batchBytesAt(this.#bytes, at)
    if (size < BATCH_HEADER_BYTES || magicAt(this.#bytes, at) !== MAGIC)
      throw this.#damaged(at, size < BATCH_HEADER_BYTES ? 'length' : 'magic')
    return size <= left
  }

  #check(at: number): void {
    const fault = checkBatch(this.#bytes, at, this.#end)
    if (fault !== undefined) throw this.#damaged(at, fault)
  }

  #damaged(at: number, fault: BatchFault): DataError {
    const place = `${this.partition.name}@${baseOffsetAt(this.#bytes, at)}`
    return new DataError('RECORD_BATCH_CORRUPT', place, `the batch is damaged (${fault})`)
  }
}

/** Rows are in the order of their offsets. */
function firstAtOrAfter({ offsets, count }: RecordsView, offset: number): number {
  if (count === 0 || offsets[0]! >= offset) return 0
  if (offsets[count - 1]! < offset) return count
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (offsets[middle]! < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** The same bytes with some more behind them, where their memory has so many: decoders read by words. */
export function withSlack(bytes: Uint8Array): Uint8Array {
  const room = bytes.buffer.byteLength - bytes.byteOffset - bytes.length
  return room < SLACK ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length + SLACK)
}
