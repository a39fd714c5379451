/**
 * A record batch's header (magic 2), read and stamped where it lies. Batches stand one behind the other in a segment,
 * in a produce request and in a fetch response; most are never opened.
 *
 *     0  base offset  int64       23  last offset delta  int32      53  base sequence  int32
 *     8  length       int32       27  base timestamp     int64      57  record count   int32
 *    12  leader epoch int32       35  max timestamp      int64      61  records, as one compressed stream
 *    16  magic = 2    int8        43  producer id        int64
 *    17  CRC-32C      uint32      51  producer epoch     int16
 *    21  attributes   int16
 *
 * The length counts the bytes behind itself. The checksum covers what comes behind it, so base offset and leader epoch
 * may be stamped on a batch without touching it. Attributes: bits 0–2 codec, 3 timestamp type, 4 transactional,
 * 5 control, 6 the base timestamp is a delete horizon.
 *
 * Everything here takes `(bytes, at)`, `at` being where the batch starts, and believes that a whole header is there:
 * `checkBatch` or `forEachBatch` has seen to it. 64-bit fields are exact up to 2^53.
 */
import { DataError } from '../../base/errors.ts'
import { crc32cOf } from './crc32c.ts'

export const BATCH_HEADER_BYTES = 61
/** Base offset and length: what has to be there to know how long a batch is. */
export const LOG_OVERHEAD = 12
export const MAGIC = 2

/** What batches written by nobody in particular have in place of a producer. */
export const NO_PRODUCER_ID = -1
export const NO_PRODUCER_EPOCH = -1
export const NO_SEQUENCE = -1
export const NO_LEADER_EPOCH = -1
export const NO_TIMESTAMP = -1

export const CODEC_MASK = 0b111
export const LOG_APPEND_TIME_BIT = 1 << 3
export const TRANSACTIONAL_BIT = 1 << 4
export const CONTROL_BIT = 1 << 5
export const DELETE_HORIZON_BIT = 1 << 6

const LENGTH = 8
const LEADER_EPOCH = 12
const MAGIC_AT = 16
const CRC = 17
const ATTRIBUTES = 21
const LAST_OFFSET_DELTA = 23
const BASE_TIMESTAMP = 27
const MAX_TIMESTAMP = 35
const PRODUCER_ID = 43
const PRODUCER_EPOCH = 51
const BASE_SEQUENCE = 53
const RECORD_COUNT = 57

/** The shortest record: length, attributes, two deltas, no key, no value, no headers. */
export const MIN_RECORD_BYTES = 7

// ── reading ─────────────────────────────────────────────────────────────────────────────────────────

export const baseOffsetAt = (bytes: Uint8Array, at: number): number => readInt64(bytes, at)
/** Bytes of the whole batch, header included. */
export const batchBytesAt = (bytes: Uint8Array, at: number): number => LOG_OVERHEAD + readInt32(bytes, at + LENGTH)
export const leaderEpochAt = (bytes: Uint8Array, at: number): number => readInt32(bytes, at + LEADER_EPOCH)
export const magicAt = (bytes: Uint8Array, at: number): number => bytes[at + MAGIC_AT]!
export const crcAt = (bytes: Uint8Array, at: number): number => readInt32(bytes, at + CRC) >>> 0
export const attributesAt = (bytes: Uint8Array, at: number): number => readInt16(bytes, at + ATTRIBUTES)
export const lastOffsetDeltaAt = (bytes: Uint8Array, at: number): number => readInt32(bytes, at + LAST_OFFSET_DELTA)
export const baseTimestampAt = (bytes: Uint8Array, at: number): number => readInt64(bytes, at + BASE_TIMESTAMP)
export const maxTimestampAt = (bytes: Uint8Array, at: number): number => readInt64(bytes, at + MAX_TIMESTAMP)
export const producerIdAt = (bytes: Uint8Array, at: number): number => readInt64(bytes, at + PRODUCER_ID)
export const producerEpochAt = (bytes: Uint8Array, at: number): number => readInt16(bytes, at + PRODUCER_EPOCH)
export const baseSequenceAt = (bytes: Uint8Array, at: number): number => readInt32(bytes, at + BASE_SEQUENCE)
export const recordCountAt = (bytes: Uint8Array, at: number): number => readInt32(bytes, at + RECORD_COUNT)

/** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd: `codecNames` of compression.ts. */
export const codecAt = (bytes: Uint8Array, at: number): number => bytes[at + ATTRIBUTES + 1]! & CODEC_MASK
export const timestampTypeAt = (bytes: Uint8Array, at: number): 'CreateTime' | 'LogAppendTime' =>
  hasLogAppendTime(bytes, at) ? 'LogAppendTime' : 'CreateTime'
export const hasLogAppendTime = (bytes: Uint8Array, at: number): boolean => attribute(bytes, at, LOG_APPEND_TIME_BIT)
export const isTransactional = (bytes: Uint8Array, at: number): boolean => attribute(bytes, at, TRANSACTIONAL_BIT)
export const isControl = (bytes: Uint8Array, at: number): boolean => attribute(bytes, at, CONTROL_BIT)
/** The base timestamp is the time from which on the batch's tombstones or marker may go. Records still count from it. */
export const hasDeleteHorizon = (bytes: Uint8Array, at: number): boolean => attribute(bytes, at, DELETE_HORIZON_BIT)

const attribute = (bytes: Uint8Array, at: number, bit: number): boolean => (bytes[at + ATTRIBUTES + 1]! & bit) !== 0

export const lastOffsetAt = (bytes: Uint8Array, at: number): number => baseOffsetAt(bytes, at) + lastOffsetDeltaAt(bytes, at)
/** Of an idempotent producer's batch; −1 where there is no sequence. */
export function lastSequenceAt(bytes: Uint8Array, at: number): number {
  const first = baseSequenceAt(bytes, at)
  return first === NO_SEQUENCE ? NO_SEQUENCE : addToSequence(first, lastOffsetDeltaAt(bytes, at))
}

// ── sequences: int32 without sign, after the greatest comes 0 ───────────────────────────────────────

const SEQUENCES = 2 ** 31

export const addToSequence = (sequence: number, count: number): number => (sequence + count) % SEQUENCES
export const nextSequence = (sequence: number): number => addToSequence(sequence, 1)
/** Of `count` records that start at `first`. */
export const lastSequence = (first: number, count: number): number => addToSequence(first, count - 1)

// ── stamping ────────────────────────────────────────────────────────────────────────────────────────

/** What the log gives a batch when it takes it in. The checksum does not cover it. */
export function stamp(bytes: Uint8Array, at: number, baseOffset: number, leaderEpoch: number): void {
  writeInt64(bytes, at, baseOffset)
  writeInt32(bytes, at + LEADER_EPOCH, leaderEpoch)
}

/** In a LogAppendTime topic the batch's max timestamp stands for the time of all its records. */
export function setLogAppendTime(bytes: Uint8Array, at: number, nowMs: number): void {
  bytes[at + ATTRIBUTES + 1]! |= LOG_APPEND_TIME_BIT
  writeInt64(bytes, at + MAX_TIMESTAMP, nowMs)
  sealBatch(bytes, at)
}

/** Makes a batch that another producer, or the same one, wrote be the one at `baseSequence` of this one. */
export function setProducer(bytes: Uint8Array, at: number, id: number, epoch: number, baseSequence: number): void {
  writeInt64(bytes, at + PRODUCER_ID, id)
  writeInt16(bytes, at + PRODUCER_EPOCH, epoch)
  writeInt32(bytes, at + BASE_SEQUENCE, baseSequence)
  sealBatch(bytes, at)
}

/** Computes the checksum anew, after what it covers was changed. */
export function sealBatch(bytes: Uint8Array, at: number): void {
  writeInt32(bytes, at + CRC, crc32cOf(bytes, at + ATTRIBUTES, at + batchBytesAt(bytes, at)))
}

/** Everything in a header that is not computed from the records' bytes. */
export interface BatchHeader {
  readonly baseOffset: number
  readonly leaderEpoch: number
  readonly attributes: number
  readonly lastOffsetDelta: number
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly producerId: number
  readonly producerEpoch: number
  readonly baseSequence: number
  readonly recordCount: number
}

/** Writes the header of a batch of `size` bytes whose records stand behind it already, and its checksum. */
export function writeBatchHeader(bytes: Uint8Array, at: number, size: number, header: BatchHeader): void {
  writeInt64(bytes, at, header.baseOffset)
  writeInt32(bytes, at + LENGTH, size - LOG_OVERHEAD)
  writeInt32(bytes, at + LEADER_EPOCH, header.leaderEpoch)
  bytes[at + MAGIC_AT] = MAGIC
  writeInt16(bytes, at + ATTRIBUTES, header.attributes)
  writeInt32(bytes, at + LAST_OFFSET_DELTA, header.lastOffsetDelta)
  writeInt64(bytes, at + BASE_TIMESTAMP, header.baseTimestamp)
  writeInt64(bytes, at + MAX_TIMESTAMP, header.maxTimestamp)
  writeInt64(bytes, at + PRODUCER_ID, header.producerId)
  writeInt16(bytes, at + PRODUCER_EPOCH, header.producerEpoch)
  writeInt32(bytes, at + BASE_SEQUENCE, header.baseSequence)
  writeInt32(bytes, at + RECORD_COUNT, header.recordCount)
  sealBatch(bytes, at)
}

/** The header as one value: for tools and messages, not for the hot path. */
export function readBatchHeader(bytes: Uint8Array, at: number): BatchHeader {
  return {
    baseOffset: baseOffsetAt(bytes, at),
    leaderEpoch: leaderEpochAt(bytes, at),
    attributes: attributesAt(bytes, at),
    lastOffsetDelta: lastOffsetDeltaAt(bytes, at),
    baseTimestamp: baseTimestampAt(bytes, at),
    maxTimestamp: maxTimestampAt(bytes, at),
    producerId: producerIdAt(bytes, at),
    producerEpoch: producerEpochAt(bytes, at),
    baseSequence: baseSequenceAt(bytes, at),
    recordCount: recordCountAt(bytes, at),
  }
}

// ── checking ────────────────────────────────────────────────────────────────────────────────────────

/**
 * What is wrong with a batch. 'truncated': the bytes end before it does, as behind a torn write. 'length': less than a
 * header. 'magic': the formats before Kafka 0.11. 'codec': none of the five. 'offset': negative, or beyond 2^53.
 * 'count': more records than offsets, or than the bytes can hold.
 */
export type BatchFault = 'truncated' | 'length' | 'magic' | 'crc' | 'codec' | 'offset' | 'count'

/**
 * Undefined where a whole and sound batch starts at `at` and ends no later than `end`. Records are not looked at: a
 * sound batch may still hold nonsense that its writer has put in. A compacted batch has fewer records than offsets, down to none.
 */
export function checkBatch(bytes: Uint8Array, at: number, end: number): BatchFault | undefined {
  if (end - at < LOG_OVERHEAD) return 'truncated'
  const size = batchBytesAt(bytes, at)
  if (size < BATCH_HEADER_BYTES) return 'length'
  if (size > end - at) return 'truncated'
  if (magicAt(bytes, at) !== MAGIC) return 'magic'
  if (crcAt(bytes, at) !== crc32cOf(bytes, at + ATTRIBUTES, at + size)) return 'crc'
  const codec = codecAt(bytes, at)
  if (codec > 4) return 'codec'
  const baseOffset = baseOffsetAt(bytes, at)
  const lastOffsetDelta = lastOffsetDeltaAt(bytes, at)
  if (baseOffset < 0 || lastOffsetDelta < 0 || baseOffset + lastOffsetDelta > Number.MAX_SAFE_INTEGER) return 'offset'
  const count = recordCountAt(bytes, at)
  if (count < 0 || count > lastOffsetDelta + 1) return 'count'
  if (codec === 0 && count * MIN_RECORD_BYTES > size - BATCH_HEADER_BYTES) return 'count'
  return undefined
}

/** One record at each offset: what a producer must send, and compaction leaves seldom. */
export function isDense(bytes: Uint8Array, at: number): boolean {
  return recordCountAt(bytes, at) === lastOffsetDeltaAt(bytes, at) + 1
}

/**
 * Visits the batches that stand one behind the other in `bytes[from, end)`, each from `at` to `batchEnd`; answers where
 * the last whole one ends. A batch that is cut off there is not visited, as in a fetch response filled to its limit.
 * `visit` may answer false to stop behind this batch. Checks no checksums.
 */
export function forEachBatch(
  bytes: Uint8Array,
  visit: (at: number, batchEnd: number) => boolean | void,
  from = 0,
  end: number = bytes.length,
): number {
  let at = from
  while (end - at >= LOG_OVERHEAD) {
    const size = batchBytesAt(bytes, at)
    if (size > end - at) return at
    if (size < BATCH_HEADER_BYTES || magicAt(bytes, at) !== MAGIC) {
      throw new DataError(
        'RECORD_BATCH_CORRUPT',
        `batch at byte ${at}`,
        size < BATCH_HEADER_BYTES ? 'is too short' : 'is not of magic 2',
      )
    }
    if (visit(at, at + size) === false) return at + size
    at += size
  }
  return at
}

/** How many records the batches of `bytes` say they hold. */
export function countRecords(bytes: Uint8Array, from = 0, end: number = bytes.length): number {
  let count = 0
  forEachBatch(bytes, at => void (count += recordCountAt(bytes, at)), from, end)
  return count
}

// ── big-endian integers ─────────────────────────────────────────────────────────────────────────────

function readInt16(bytes: Uint8Array, at: number): number {
  return (((bytes[at]! << 8) | bytes[at + 1]!) << 16) >> 16
}

function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
}

function readInt64(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) * 4294967296 + (readInt32(bytes, at + 4) >>> 0)
}

function writeInt16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 8
  bytes[at + 1] = value
}

function writeInt32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 24
  bytes[at + 1] = value >> 16
  bytes[at + 2] = value >> 8
  bytes[at + 3] = value
}

function writeInt64(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 4294967296)
  writeInt32(bytes, at, high)
  writeInt32(bytes, at + 4, value - high * 4294967296)
}
