/**
 * What compaction leaves of one batch: the batch as it is, one with fewer records, its header alone, or nothing.
 *
 *     0..3 4 records  ann=1 bob=1 ann=2 bob=NULL     the map says: ann 2, bob 9
 *     0..3 1 records              ann=2              offsets, base sequence and the offsets that the batch takes up stay
 *
 * A batch that holds a tombstone, or a marker with nothing left of its transaction, is given a delete horizon by the pass that
 * first sees it; a later pass drops them once that time has come (KIP-534). The last batch of a producer that is still known stays,
 * if need be without records, since its sequence is told by nothing else; so does the last one that a pass may touch.
 * Rules: Kafka's Cleaner and MemoryRecords.filterTo.
 */
import { BatchBuilder } from '../../records/batch-builder.ts'
import {
  BATCH_HEADER_BYTES,
  CONTROL_BIT,
  LOG_APPEND_TIME_BIT,
  NO_TIMESTAMP,
  TRANSACTIONAL_BIT,
  attributesAt,
  baseOffsetAt,
  baseSequenceAt,
  baseTimestampAt,
  batchBytesAt,
  codecAt,
  hasDeleteHorizon,
  hasLogAppendTime,
  isControl,
  isTransactional,
  lastOffsetAt,
  leaderEpochAt,
  maxTimestampAt,
  producerEpochAt,
  producerIdAt,
  readBatchHeader,
  recordCountAt,
  timestampTypeAt,
  writeBatchHeader,
} from '../../records/batch.ts'
import { codecs } from '../../records/compression.ts'
import { RecordReader, type RecordsView } from '../../records/record-reader.ts'
import type { CleanedTransactions } from './cleaned-transactions.ts'
import type { OffsetMap } from './offset-map.ts'

/** Where a producer that the log still knows was last: what must not be forgotten of it. */
export interface LastOfProducer {
  readonly epoch: number
  /** The last offset of its last batch of data, −1 when only a marker is known of it. */
  readonly lastOffset: number
}

export interface FilterOptions {
  readonly map: OffsetMap
  readonly transactions: CleanedTransactions
  readonly producers: ReadonlyMap<number, LastOfProducer>
  /** The offset behind the last batch that may be touched. */
  readonly endOffset: number
  readonly nowMs: number
  readonly deleteRetentionMs: number
  readonly reader: RecordReader
}

export class BatchFilter {
  readonly #options: FilterOptions
  readonly #builder = new BatchBuilder()
  /** One byte for each record of the batch: does it stay? */
  #stays = new Uint8Array(64)

  constructor(options: FilterOptions) {
    this.#options = options
  }

  /** The sound batch at `at`, in the order of the log: its own bytes, others, or undefined where nothing of it stays. */
  filter(bytes: Uint8Array, at: number): Uint8Array | undefined {
    const emptied = this.#options.transactions.mayDiscard(bytes, at)
    const due = hasDeleteHorizon(bytes, at) && baseTimestampAt(bytes, at) <= this.#options.nowMs
    const control = isControl(bytes, at)
    // A marker waits for its horizon even when it marks nothing any more.
    const discard = control ? emptied && due : emptied
    if (discard || recordCountAt(bytes, at) === 0) return this.#mustStay(bytes, at) ? emptyBatch(bytes, at) : undefined
    const view = this.#options.reader.read(bytes, at)
    const count = control ? this.#keepAll(view) : this.#markRecords(view, hasDeleteHorizon(bytes, at) && due)
    if (count === 0) return this.#mustStay(bytes, at) ? emptyBatch(bytes, at) : undefined
    const needsHorizon = !hasDeleteHorizon(bytes, at) && (control ? emptied : this.#keepsTombstone(view))
    if (count === view.count && !needsHorizon) return bytes.subarray(at, at + batchBytesAt(bytes, at))
    return this.#rebuild(bytes, at, view, needsHorizon)
  }

  #mustStay(bytes: Uint8Array, at: number): boolean {
    const { producers, endOffset } = this.#options
    if (lastOffsetAt(bytes, at) + 1 === endOffset) return true
    const last = producers.get(producerIdAt(bytes, at))
    if (last === undefined) return false
    if (last.lastOffset >= 0) return last.lastOffset === lastOffsetAt(bytes, at)
    return isControl(bytes, at) && producerEpochAt(bytes, at) === last.epoch
  }

  #keepAll(view: RecordsView): number {
    this.#room(view.count)
    this.#stays.fill(1, 0, view.count)
    return view.count
  }

  #markRecords(view: RecordsView, tombstonesGo: boolean): number {
    const { map } = this.#options
    const { bytes, offsets, keyStarts, keyEnds, valueStarts } = view
    this.#room(view.count)
    let count = 0
    for (let row = 0; row < view.count; row++) {
      const offset = offsets[row]!
      let stays = offset > map.latestOffset
      if (!stays && keyStarts[row]! >= 0)
        stays = offset >= map.get(bytes, keyStarts[row]!, keyEnds[row]!) && (valueStarts[row]! >= 0 || !tombstonesGo)
      this.#stays[row] = stays ? 1 : 0
      if (stays) count++
    }
    return count
  }

  #keepsTombstone(view: RecordsView): boolean {
    for (let row = 0; row < view.count; row++) if (this.#stays[row] === 1 && view.valueStarts[row]! < 0) return true
    return false
  }

  #rebuild(bytes: Uint8Array, at: number, view: RecordsView, newHorizon: boolean): Uint8Array {
    const { nowMs, deleteRetentionMs } = this.#options
    const deleteHorizon = newHorizon || hasDeleteHorizon(bytes, at)
    const horizon = newHorizon ? Math.min(nowMs + deleteRetentionMs, Number.MAX_SAFE_INTEGER) : baseTimestampAt(bytes, at)
    this.#builder.startAt(baseOffsetAt(bytes, at), deleteHorizon ? horizon : undefined)
    for (let row = 0; row < view.count; row++) if (this.#stays[row] === 1) this.#builder.copy(view, row)
    return this.#builder.finish({
      codec: codecs[codecAt(bytes, at)],
      leaderEpoch: leaderEpochAt(bytes, at),
      producerId: producerIdAt(bytes, at),
      producerEpoch: producerEpochAt(bytes, at),
      baseSequence: baseSequenceAt(bytes, at),
      transactional: isTransactional(bytes, at),
      control: isControl(bytes, at),
      timestampType: timestampTypeAt(bytes, at),
      maxTimestamp: hasLogAppendTime(bytes, at) ? maxTimestampAt(bytes, at) : undefined,
      deleteHorizon,
      lastOffset: lastOffsetAt(bytes, at),
    })
  }

  #room(rows: number): void {
    if (rows > this.#stays.length) this.#stays = new Uint8Array(2 * rows)
  }
}

/** The header of a batch, without records: offsets, sequence, producer and greatest timestamp stay. */
function emptyBatch(bytes: Uint8Array, at: number): Uint8Array {
  const empty = new Uint8Array(BATCH_HEADER_BYTES)
  writeBatchHeader(empty, 0, BATCH_HEADER_BYTES, {
    ...readBatchHeader(bytes, at),
    attributes: attributesAt(bytes, at) & (LOG_APPEND_TIME_BIT | TRANSACTIONAL_BIT | CONTROL_BIT),
    baseTimestamp: NO_TIMESTAMP,
    recordCount: 0,
  })
  return empty
}
