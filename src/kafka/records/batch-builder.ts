/**
 * Builds record batches: records are appended to one growing buffer, `finish` puts a header before them and compresses.
 *
 *     builder.append(now, key, value, [{ key: 'trace', value }])
 *     const batch = builder.finish({ codec: 'lz4', producerId, producerEpoch, baseSequence })
 *
 * The first record's timestamp is the base that the others count from. A builder is empty again after `finish`.
 */
import { assert } from '../../base/assert.ts'
import {
  BATCH_HEADER_BYTES,
  CONTROL_BIT,
  DELETE_HORIZON_BIT,
  LOG_APPEND_TIME_BIT,
  NO_LEADER_EPOCH,
  NO_PRODUCER_EPOCH,
  NO_PRODUCER_ID,
  NO_SEQUENCE,
  NO_TIMESTAMP,
  TRANSACTIONAL_BIT,
  writeBatchHeader,
} from './batch.ts'
import { type Codec, codecs, compress } from './compression.ts'
import type { RecordHeader } from './headers.ts'
import { uninitialized } from './codecs/output.ts'
import type { RecordsView } from './record-reader.ts'
import { MAX_VARINT_BYTES, varintBytes, varlongBytes, writeVarint, writeVarlong } from './varint.ts'

export interface BatchOptions {
  readonly codec?: Codec | undefined
  readonly level?: number | undefined
  readonly leaderEpoch?: number | undefined
  readonly producerId?: number | undefined
  readonly producerEpoch?: number | undefined
  readonly baseSequence?: number | undefined
  readonly transactional?: boolean | undefined
  readonly control?: boolean | undefined
  /** 'LogAppendTime': `maxTimestamp` stands for the time of all records. */
  readonly timestampType?: 'CreateTime' | 'LogAppendTime' | undefined
  /** The greatest of the records' unless told. */
  readonly maxTimestamp?: number | undefined
  /** The base timestamp that `startAt` was told is a delete horizon. */
  readonly deleteHorizon?: boolean | undefined
  /** The last record's unless told: compaction keeps the offsets that a batch takes up. */
  readonly lastOffset?: number | undefined
}

/** Most of what a record takes besides key, value and headers: its length, attributes, deltas, lengths, header count. */
export const MAX_RECORD_OVERHEAD: number = 5 * MAX_VARINT_BYTES + 1 + 10

const NOTHING = new Uint8Array(0)
const utf8 = new TextEncoder()

export class BatchBuilder {
  #bytes: Uint8Array
  #view: DataView
  readonly #keySource = new CopySource()
  readonly #valueSource = new CopySource()
  #used = BATCH_HEADER_BYTES
  #count = 0
  #baseOffset = 0
  #lastOffsetDelta = -1
  /** Undefined until the first record. */
  #baseTimestamp: number | undefined
  #maxTimestamp = NO_TIMESTAMP

  constructor(initialBytes = 16 << 10) {
    this.#bytes = uninitialized(Math.max(initialBytes, 2 * BATCH_HEADER_BYTES))
    this.#view = viewOf(this.#bytes)
  }

  get count(): number {
    return this.#count
  }

  /** Of the batch as it is, uncompressed. */
  get bytes(): number {
    return this.#used
  }

  /** The greatest timestamp, −1 while there is no record. */
  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  /** No more than this is added by a record of so many bytes. */
  static boundOf(keyBytes: number, valueBytes: number, headerBytes = 0): number {
    return MAX_RECORD_OVERHEAD + keyBytes + valueBytes + headerBytes
  }

  /** Sets the batch's first offset, and a base timestamp other than the first record's. Before the first record. */
  startAt(baseOffset: number, baseTimestamp?: number): void {
    assert(this.#count === 0, 'a batch begins before its first record')
    this.#baseOffset = baseOffset
    this.#lastOffsetDelta = -1
    this.#baseTimestamp = baseTimestamp
  }

  /** The next record. */
  append(timestamp: number, key: Uint8Array | null, value: Uint8Array | null, headers: readonly RecordHeader[] = []): void {
    const packed = headers.length === 0 ? NOTHING : packHeaders(headers)
    this.#append(
      this.#lastOffsetDelta + 1,
      timestamp,
      key ?? NOTHING,
      key === null ? -1 : 0,
      key === null ? -1 : key.length,
      value ?? NOTHING,
      value === null ? -1 : 0,
      value === null ? -1 : value.length,
      headers.length,
      packed,
      0,
      packed.length,
    )
  }

  /** The next record, of slices of buffers. A start of −1 is a null. */
  appendSlices(
    timestamp: number,
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    const delta = this.#lastOffsetDelta + 1
    this.#append(delta, timestamp, keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd, 0, NOTHING, 0, 0)
  }

  /**
   * Records without key and headers, whose values lie one behind the other: value `row` is `bytes[start, ends[row])`, the next
   * one begins there. Stops before `rows`, before an end below 0, and where the batch would be longer than `mostBytes`; the
   * first record is appended however long it is. Answers the row it stopped at.
   */
  appendValues(
    timestamp: number,
    bytes: Uint8Array,
    start: number,
    ends: Int32Array,
    row: number,
    rows: number,
    mostBytes: number,
  ): number {
    const timestampDelta = timestamp - (this.#baseTimestamp ??= timestamp)
    const source = this.#valueSource.of(bytes)
    const rest = 4 + varlongBytes(timestampDelta)
    const first = row
    for (; row < rows; row++) {
      const end = ends[row]!
      if (end < 0) break
      const size = end - start
      if (row > first && this.#used + size + MAX_RECORD_OVERHEAD > mostBytes) break
      const offsetDelta = this.#lastOffsetDelta + 1
      // Attributes, no key, no headers: a byte each.
      const length = rest - 1 + varintBytes(offsetDelta) + varintBytes(size) + size
      const into = this.#room(length + MAX_VARINT_BYTES)
      let at = writeVarint(into, this.#used, length)
      into[at++] = 0
      at = writeVarlong(into, at, timestampDelta)
      at = writeVarint(into, at, offsetDelta)
      into[at++] = NO_KEY
      at = writeVarint(into, at, size)
      if (size > 0) at = put(source, bytes, start, end, into, this.#view, at)
      into[at++] = 0
      this.#used = at
      this.#count++
      this.#lastOffsetDelta = offsetDelta
      start = end
    }
    if (row > first && timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
    return row
  }

  /** Record `row` of a view with its offset, timestamp and headers. Offsets must rise. */
  copy(view: RecordsView, row: number): void {
    const delta = view.offsets[row]! - this.#baseOffset
    assert(delta > this.#lastOffsetDelta, 'offsets of a batch rise')
    const { bytes } = view
    this.#append(
      delta,
      view.timestamps[row]!,
      bytes,
      view.keyStarts[row]!,
      view.keyEnds[row]!,
      bytes,
      view.valueStarts[row]!,
      view.valueEnds[row]!,
      view.headerCounts[row]!,
      bytes,
      view.headerStarts[row]!,
      view.ends[row]!,
    )
  }

  #append(
    offsetDelta: number,
    timestamp: number,
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
    headerCount: number,
    headerBytes: Uint8Array,
    headerStart: number,
    headerEnd: number,
  ): void {
    const timestampDelta = timestamp - (this.#baseTimestamp ??= timestamp)
    const keyLength = keyStart < 0 ? -1 : keyEnd - keyStart
    const valueLength = valueStart < 0 ? -1 : valueEnd - valueStart
    const length =
      1 +
      varlongBytes(timestampDelta) +
      varintBytes(offsetDelta) +
      varintBytes(keyLength) +
      (keyLength < 0 ? 0 : keyLength) +
      varintBytes(valueLength) +
      (valueLength < 0 ? 0 : valueLength) +
      varintBytes(headerCount) +
      (headerEnd - headerStart)
    const bytes = this.#room(length + MAX_VARINT_BYTES)
    let at = writeVarint(bytes, this.#used, length)
    bytes[at++] = 0
    at = writeVarlong(bytes, at, timestampDelta)
    at = writeVarint(bytes, at, offsetDelta)
    at = writeVarint(bytes, at, keyLength)
    if (keyLength > 0) at = put(this.#keySource.of(keyBytes), keyBytes, keyStart, keyEnd, bytes, this.#view, at)
    at = writeVarint(bytes, at, valueLength)
    if (valueLength > 0) at = put(this.#valueSource.of(valueBytes), valueBytes, valueStart, valueEnd, bytes, this.#view, at)
    at = writeVarint(bytes, at, headerCount)
    if (headerCount > 0) at = put(undefined, headerBytes, headerStart, headerEnd, bytes, this.#view, at)
    this.#used = at
    this.#count++
    this.#lastOffsetDelta = offsetDelta
    if (timestamp > this.#maxTimestamp) this.#maxTimestamp = timestamp
  }

  #room(more: number): Uint8Array {
    const bytes = this.#bytes
    if (more <= bytes.length - this.#used) return bytes
    const greater = uninitialized(Math.max(2 * bytes.length, this.#used + more))
    greater.set(bytes.subarray(0, this.#used))
    this.#bytes = greater
    this.#view = viewOf(greater)
    return greater
  }

  /** The batch, in a buffer of its own. Without records it needs `lastOffset`: every batch takes up an offset at least. */
  finish(options: BatchOptions = {}): Uint8Array {
    // Nothing is not compressed: a reader of an empty batch would have to unpack it for nothing.
    const codec = this.#count === 0 ? 'none' : (options.codec ?? 'none')
    const batch = codec === 'none' ? this.#bytes.slice(0, this.#used) : this.#compressed(codec, options.level)
    const lastOffsetDelta = options.lastOffset === undefined ? this.#lastOffsetDelta : options.lastOffset - this.#baseOffset
    assert(lastOffsetDelta >= Math.max(this.#lastOffsetDelta, 0), 'a batch takes up at least the offsets of its records')
    const maxTimestamp = options.maxTimestamp ?? this.#maxTimestamp
    writeBatchHeader(batch, 0, batch.length, {
      baseOffset: this.#baseOffset,
      leaderEpoch: options.leaderEpoch ?? NO_LEADER_EPOCH,
      attributes: attributesOf(codec, options),
      lastOffsetDelta,
      baseTimestamp: this.#baseTimestamp ?? maxTimestamp,
      maxTimestamp,
      producerId: options.producerId ?? NO_PRODUCER_ID,
      producerEpoch: options.producerEpoch ?? NO_PRODUCER_EPOCH,
      baseSequence: options.baseSequence ?? NO_SEQUENCE,
      recordCount: this.#count,
    })
    this.reset()
    return batch
  }

  /** Forgets what was appended. The buffer stays. */
  reset(): void {
    this.#used = BATCH_HEADER_BYTES
    this.#count = 0
    this.#maxTimestamp = NO_TIMESTAMP
    this.startAt(0)
  }

  #compressed(codec: Codec, level: number | undefined): Uint8Array {
    const packed = compress(codec, this.#bytes.subarray(BATCH_HEADER_BYTES, this.#used), level)
    const batch = uninitialized(BATCH_HEADER_BYTES + packed.length)
    batch.set(packed, BATCH_HEADER_BYTES)
    return batch
  }
}

function attributesOf(codec: Codec, options: BatchOptions): number {
  let attributes = codecs.indexOf(codec)
  if (options.timestampType === 'LogAppendTime') attributes |= LOG_APPEND_TIME_BIT
  if (options.transactional === true) attributes |= TRANSACTIONAL_BIT
  if (options.control === true) attributes |= CONTROL_BIT
  if (options.deleteHorizon === true) attributes |= DELETE_HORIZON_BIT
  return attributes
}

/** A null key, as a varint. */
const NO_KEY = 1

/** Where slices are copied from, seen as words. A view costs as much as many slices: it is made for what is given twice. */
class CopySource {
  #bytes: Uint8Array | undefined
  #view: DataView | undefined

  of(bytes: Uint8Array): DataView | undefined {
    if (bytes === this.#bytes) return (this.#view ??= viewOf(bytes))
    this.#bytes = bytes
    this.#view = undefined
    return undefined
  }
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * Copies `from[start, end)`. Setting a whole array costs as much as 20 bytes one by one, a view of a part as much as 40, and
 * garbage besides; by words 200 bytes cost no more than that.
 */
function put(
  source: DataView | undefined,
  from: Uint8Array,
  start: number,
  end: number,
  bytes: Uint8Array,
  into: DataView,
  at: number,
): number {
  const count = end - start
  if (source !== undefined && count >= 4 && count <= 200) putWords(source, start, count, into, at)
  else if (count === from.length && count > 20) bytes.set(from, at)
  else if (count > 40) bytes.set(from.subarray(start, end), at)
  else for (let i = 0; i < count; i++) bytes[at + i] = from[start + i]!
  return at + count
}

/** At least four bytes. The last word may overlap the one before it. */
function putWords(from: DataView, start: number, count: number, into: DataView, at: number): void {
  const last = count - 4
  for (let i = 0; i < last; i += 4) into.setInt32(at + i, from.getInt32(start + i, true), true)
  into.setInt32(at + last, from.getInt32(start + last, true), true)
}

/** As they stand in a record, behind their count. */
function packHeaders(headers: readonly RecordHeader[]): Uint8Array {
  const keys = headers.map(header => utf8.encode(header.key))
  const size = headers.reduce((sum, { value }, i) => sum + 2 * MAX_VARINT_BYTES + keys[i]!.length + (value?.length ?? 0), 0)
  const bytes = uninitialized(size)
  let at = 0
  headers.forEach(({ value }, i) => {
    const key = keys[i]!
    at = writeVarint(bytes, at, key.length)
    bytes.set(key, at)
    at += key.length
    at = writeVarint(bytes, at, value === null ? -1 : value.length)
    if (value === null) return
    bytes.set(value, at)
    at += value.length
  })
  return bytes.subarray(0, at)
}
