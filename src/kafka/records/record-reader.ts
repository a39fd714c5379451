/**
 * The records of a batch as columns of places in its bytes: no object, string or view for a record.
 *
 *     bytes       … k e y 1 v a l u e …
 *     keyStarts   [ 4 ]     keyEnds     [ 8 ]     −1 starts a null
 *     valueStarts [ 8 ]     valueEnds   [ 13 ]
 *     offsets     [ 120 ]   timestamps  [ 1700000000000 ]
 *
 * A record: length | attributes int8 | timestamp delta | offset delta | key length, key | value length, value |
 * header count, { key length, key, value length, value } …      all lengths, deltas and the count are varints
 *
 * Two ways to use it. `read` gives a whole batch. `open` and `fill` give batches in views of bounded size, one after
 * the other, and small batches together, for those who go on to columns:
 *
 *     forEachBatch(bytes, at => {
 *       if (!reader.open(bytes, at)) { take(reader.view); reader.clear(); reader.open(bytes, at) }
 *       while (!reader.fill()) { take(reader.view); reader.clear() }
 *     })
 *     take(reader.view)
 *
 * Control batches and aborted records look like any other here: see to them before.
 */
import { assert } from '../../base/assert.ts'
import { DataError } from '../../base/errors.ts'
import {
  BATCH_HEADER_BYTES,
  MIN_RECORD_BYTES,
  baseOffsetAt,
  baseTimestampAt,
  batchBytesAt,
  codecAt,
  hasLogAppendTime,
  maxTimestampAt,
  recordCountAt,
} from './batch.ts'
import { type Codec, codecs, decompress } from './compression.ts'
import { uninitialized } from './codecs/output.ts'
import { RecordColumns, type RecordsView } from './records-view.ts'

export type { RecordsView } from './records-view.ts'

export interface RecordReaderOptions {
  /** Names the source in errors, as `orders-3` in `orders-3@120`. */
  readonly name?: string | undefined
  /** Records in a view filled by `fill`. */
  readonly capacity?: number | undefined
  /** A compressed batch that unpacks to more is refused. */
  readonly maxBatchBytes?: number | undefined
}

/** Unpacked batches that are put together in one view stay within this, unless one alone is greater. */
const GATHER_BYTES = 1 << 20
const NOTHING: Uint8Array = new Uint8Array(0)

export class RecordReader {
  readonly view: RecordsView
  readonly #view: RecordColumns
  /** Names the source in errors; may be another one for the next batch. */
  name: string
  readonly #capacity: number
  readonly #maxBatchBytes: number

  // The open batch. Its unread records are #view.bytes[#at, #end).
  #at = 0
  #end = 0
  #left = 0
  #count = 0
  #baseOffset = 0
  #baseTimestamp = 0
  /** Stands for the time of all records, where the batch has such a time. */
  #appendTime: number | undefined

  /** The view's bytes are our own, [0, #used) of them in use. Otherwise they are those of the batch. */
  #gathering = false
  #used = 0

  /** Where the varint that was read last ends. */
  #next = 0

  constructor({ name = 'batch', capacity = 4096, maxBatchBytes = 64 << 20 }: RecordReaderOptions = {}) {
    this.name = name
    this.#capacity = capacity
    this.#maxBatchBytes = maxBatchBytes
    this.#view = new RecordColumns()
    this.view = this.#view
  }

  /** All records of the sound batch at `at`, in place of what the view held. */
  read(bytes: Uint8Array, at = 0): RecordsView {
    this.reset()
    this.open(bytes, at)
    this.#decode(this.#left)
    return this.view
  }

  /**
   * Opens the sound batch at `at`, behind one that was read to its end. False when its records can't stand in one view
   * with those that are there: take them and `clear` first.
   */
  open(bytes: Uint8Array, at = 0): boolean {
    assert(this.#left === 0, 'a batch is opened when the one before it was read to its end')
    this.#baseOffset = baseOffsetAt(bytes, at)
    this.#count = recordCountAt(bytes, at)
    const start = at + BATCH_HEADER_BYTES
    const end = at + batchBytesAt(bytes, at)
    // What compaction leaves of a batch without records: nothing, or nothing compressed.
    if (this.#count === 0) return true
    if (!this.#expose(bytes, start, end, codecAt(bytes, at))) return false
    const count = this.#count
    if (count < 0 || count * MIN_RECORD_BYTES > this.#end - this.#at) throw this.#corrupt(`can't hold ${count} records`)
    this.#baseTimestamp = baseTimestampAt(bytes, at)
    this.#appendTime = hasLogAppendTime(bytes, at) ? maxTimestampAt(bytes, at) : undefined
    this.#left = count
    return true
  }

  /** Adds records to the view until it is full (false) or the open batch has ended (true: there may be room for more). */
  fill(): boolean {
    const count = Math.min(this.#left, this.#capacity - this.#view.count)
    if (count > 0) this.#decode(count)
    return this.#left === 0
  }

  /** Empties the view. The open batch stays open. */
  clear(): void {
    this.#view.count = 0
    if (this.#left === 0) this.#view.bytes = NOTHING
  }

  /** Empties the view and leaves the open batch, as after an error. */
  reset(): void {
    this.#left = 0
    this.clear()
  }

  /** Puts the records area of a batch into the view's bytes, at [#at, #end). */
  #expose(bytes: Uint8Array, start: number, end: number, codecNumber: number): boolean {
    const view = this.#view
    const codec = codecs[codecNumber]
    if (codec === undefined) throw this.#corrupt(`is of the unknown codec ${codecNumber}`)
    const fresh = view.count === 0
    if (codec === 'none' && (fresh || (!this.#gathering && view.bytes === bytes))) {
      view.bytes = bytes
      this.#gathering = false
      this.#at = start
      this.#end = end
      return true
    }
    if (!fresh && (!this.#gathering || this.#used > GATHER_BYTES)) return false
    const area = bytes.subarray(start, end)
    const unpacked = codec === 'none' ? area : this.#decompress(codec, area)
    if (fresh) {
      view.bytes = unpacked
      this.#gathering = true
      this.#at = 0
    } else {
      this.#at = this.#used
      this.#gather(unpacked)
    }
    this.#used = this.#end = this.#at + unpacked.length
    return true
  }

  #gather(more: Uint8Array): void {
    const view = this.#view
    const needed = this.#used + more.length
    if (needed > view.bytes.length) {
      const greater = uninitialized(Math.max(needed, 2 * view.bytes.length))
      greater.set(view.bytes.subarray(0, this.#used))
      view.bytes = greater
    }
    view.bytes.set(more, this.#used)
  }

  #decompress(codec: Codec, area: Uint8Array): Uint8Array {
    try {
      return decompress(codec, area, this.#maxBatchBytes)
    } catch (cause) {
      if (!(cause instanceof DataError)) throw cause
      throw new DataError(cause.code, `${this.name}@${this.#baseOffset}`, cause.message, { cause })
    }
  }

  /** Reads the next `count` records to the end of the view, all or none. The last of a batch must end where it does. */
  #decode(count: number): void {
    const view = this.#view
    view.reserve(view.count + count)
    const { bytes, offsets, timestamps, keyStarts, keyEnds, valueStarts, valueEnds, headerCounts, headerStarts, ends } = view
    const baseOffset = this.#baseOffset
    const baseTimestamp = this.#baseTimestamp
    const end = this.#end
    let at = this.#at
    const last = view.count + count
    for (let row = view.count; row < last; row++) {
      // A varint of one byte is read here, a longer one or one that is not there by #varint, which looks at the end.
      let byte = bytes[at]!
      let length: number
      if (byte < 128) {
        length = (byte >>> 1) ^ -(byte & 1)
        at++
      } else {
        length = this.#varint(bytes, at)
        at = this.#next
      }
      const recordEnd = at + length
      if (length < 0 || recordEnd > end) throw this.#corruptRecord(row, 'reaches out of the batch')
      // No attributes are in use.
      at++

      byte = bytes[at]!
      if (byte < 128) {
        timestamps[row] = baseTimestamp + ((byte >>> 1) ^ -(byte & 1))
        at++
      } else {
        timestamps[row] = baseTimestamp + this.#varlong(bytes, at)
        at = this.#next
      }

      byte = bytes[at]!
      if (byte < 128) {
        offsets[row] = baseOffset + ((byte >>> 1) ^ -(byte & 1))
        at++
      } else {
        offsets[row] = baseOffset + this.#varint(bytes, at)
        at = this.#next
      }

      byte = bytes[at]!
      if (byte < 128) {
        length = (byte >>> 1) ^ -(byte & 1)
        at++
      } else {
        length = this.#varint(bytes, at)
        at = this.#next
      }
      if (length < 0) {
        keyStarts[row] = -1
        keyEnds[row] = -1
      } else {
        keyStarts[row] = at
        at += length
        if (at > recordEnd) throw this.#corruptRecord(row, 'has a key that is too long')
        keyEnds[row] = at
      }

      byte = bytes[at]!
      if (byte < 128) {
        length = (byte >>> 1) ^ -(byte & 1)
        at++
      } else {
        length = this.#varint(bytes, at)
        at = this.#next
      }
      if (length < 0) {
        valueStarts[row] = -1
        valueEnds[row] = -1
      } else {
        valueStarts[row] = at
        at += length
        if (at > recordEnd) throw this.#corruptRecord(row, 'has a value that is too long')
        valueEnds[row] = at
      }

      byte = bytes[at]!
      if (byte === 0) {
        headerCounts[row] = 0
        headerStarts[row] = ++at
      } else {
        const headers = this.#varint(bytes, at)
        at = this.#next
        headerCounts[row] = headers
        headerStarts[row] = at
        at = this.#passHeaders(bytes, at, recordEnd, headers, row)
      }
      if (at !== recordEnd) throw this.#corruptRecord(row, 'is not as long as it says')
      ends[row] = recordEnd
    }
    if (this.#appendTime !== undefined) timestamps.fill(this.#appendTime, view.count, last)
    if (this.#left === count && at !== end) throw this.#corrupt('goes on behind its last record')
    this.#at = at
    this.#left -= count
    view.count = last
  }

  #passHeaders(bytes: Uint8Array, at: number, recordEnd: number, count: number, row: number): number {
    if (count < 0) throw this.#corruptRecord(row, 'has less than no headers')
    for (let i = 0; i < count; i++) {
      const keyLength = this.#varint(bytes, at)
      at = this.#next + keyLength
      if (keyLength < 0 || at > recordEnd) throw this.#corruptRecord(row, 'has a header with a bad key')
      const valueLength = this.#varint(bytes, at)
      at = this.#next + Math.max(valueLength, 0)
      if (at > recordEnd) throw this.#corruptRecord(row, 'has a header that is too long')
    }
    return at
  }

  #varint(bytes: Uint8Array, at: number): number {
    const end = this.#end
    let zigzag = 0
    for (let shift = 0; shift < 35; shift += 7) {
      if (at >= end) throw this.#corrupt('ends within a record')
      const byte = bytes[at++]!
      zigzag |= (byte & 127) << shift
      if (byte < 128) {
        this.#next = at
        return (zigzag >>> 1) ^ -(zigzag & 1)
      }
    }
    throw this.#corrupt('holds a number of more than 32 bits')
  }

  /** Of 64 bits, read as 28 + 28 + 8. Exact while it is a safe integer. */
  #varlong(bytes: Uint8Array, at: number): number {
    const end = this.#end
    let low = 0
    let middle = 0
    let high = 0
    for (let i = 0; i < 10; i++) {
      if (at >= end) throw this.#corrupt('ends within a record')
      const byte = bytes[at++]!
      if (i < 4) low |= (byte & 127) << (7 * i)
      else if (i < 8) middle |= (byte & 127) << (7 * i - 28)
      else high |= (byte & 127) << (7 * i - 56)
      if (byte < 128) {
        this.#next = at
        const size = (low >>> 1) + middle * 2 ** 27 + (high & 255) * 2 ** 55
        return (low & 1) === 0 ? size : -size - 1
      }
    }
    throw this.#corrupt('holds a number of more than 64 bits')
  }

  #corruptRecord(row: number, what: string): DataError {
    return this.#corrupt(`record ${this.#count - this.#left + row - this.#view.count} ${what}`)
  }

  #corrupt(what: string): DataError {
    return new DataError('RECORD_BATCH_CORRUPT', `${this.name}@${this.#baseOffset}`, `the batch ${what}`)
  }
}
