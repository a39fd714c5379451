/**
 * Looks into the batches that a producer sent, for topics that demand it: compaction needs keys, and what is stored
 * under a `compression.type` of its own is packed anew. Other topics take batches unopened.
 */
import { MillraceError } from '../../base/errors.ts'
import { baseOffsetAt, maxTimestampAt } from './batch.ts'
import type { RecordReader } from './record-reader.ts'

export interface RecordRules {
  /** Of a compacted topic. */
  readonly requireKeys?: boolean | undefined
  /** Timestamps from and to, both included; a record without one has −1, and passes. */
  readonly minTimestamp?: number | undefined
  readonly maxTimestamp?: number | undefined
}

/** Why a batch may not be stored. Plain data: it crosses threads. */
export interface BatchFault {
  /** 'corrupt' and 'too-large' are of the batch as a whole, 'records' of those that are listed. */
  readonly reason: 'corrupt' | 'too-large' | 'records'
  readonly message: string
  /** By their places, and no more than `MOST_FAULTS`. */
  readonly records: readonly RecordFault[]
}

/** A record that may not be stored, `index` in its batch. */
export interface RecordFault {
  readonly index: number
  readonly reason: 'offset' | 'key' | 'timestamp'
  readonly message: string
}

/** A batch of a megabyte holds more than 100,000 records, and one that is compressed a thousand times as many: the answer has an end. */
export const MOST_FAULTS = 10_000

/** Undefined where each record of the batch at `at` keeps the rules, and offsets count up from the base without a gap. */
export function validateRecords(reader: RecordReader, bytes: Uint8Array, at: number, rules: RecordRules): BatchFault | undefined {
  const records: RecordFault[] = []
  reader.reset()
  try {
    reader.open(bytes, at)
    for (let index = 0, done = false; !done; index += reader.view.count, reader.clear()) {
      done = reader.fill()
      addFaults(reader, index, baseOffsetAt(bytes, at), rules, records)
    }
    if (records.length === 0 && rules.maxTimestamp !== undefined && maxTimestampAt(bytes, at) > rules.maxTimestamp)
      return { reason: 'corrupt', message: 'its header tells of a later record than there is', records }
  } catch (error) {
    if (!(error instanceof MillraceError) || error.kind !== 'external') throw error
    return { reason: error.code === 'RECORD_BATCH_TOO_LARGE' ? 'too-large' : 'corrupt', message: error.message, records: [] }
  } finally {
    reader.reset()
  }
  return records.length === 0 ? undefined : { reason: 'records', message: messageOf(records), records }
}

function messageOf(records: readonly RecordFault[]): string {
  const { index, message } = records[0]!
  if (records.length === 1) return `record ${index}: ${message}`
  return `${records.length === MOST_FAULTS ? 'at least ' : ''}${records.length} records, the first of them record ${index}: ${message}`
}

function addFaults({ view }: RecordReader, first: number, baseOffset: number, rules: RecordRules, faults: RecordFault[]): void {
  const { requireKeys = false, minTimestamp = -Infinity, maxTimestamp = Infinity } = rules
  for (let row = 0; row < view.count && faults.length < MOST_FAULTS; row++) {
    const index = first + row
    const timestamp = view.timestamps[row]!
    if (view.offsets[row] !== baseOffset + index)
      faults.push({ index, reason: 'offset', message: 'the offsets of a batch count up from its first one, this one does not' })
    else if (requireKeys && view.keyStarts[row]! < 0)
      faults.push({ index, reason: 'key', message: 'a compacted topic takes no record without a key' })
    else if (timestamp !== -1 && (timestamp < minTimestamp || timestamp > maxTimestamp))
      faults.push({
        index,
        reason: 'timestamp',
        message: `timestamp ${timestamp} is not within [${minTimestamp}, ${maxTimestamp}]`,
      })
  }
}
