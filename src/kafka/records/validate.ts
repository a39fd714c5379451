/**
 * Looks into the batches that a producer sent, for topics that demand it: compaction needs keys, and what is stored
 * under a `compression.type` of its own is packed anew. Other topics take batches unopened.
 */
import { MillraceError } from '../../base/errors.ts'
import { baseOffsetAt } from './batch.ts'
import type { RecordReader } from './record-reader.ts'

export interface RecordRules {
  /** Of a compacted topic. */
  readonly requireKeys?: boolean | undefined
  /** Timestamps from and to, both included. */
  readonly minTimestamp?: number | undefined
  readonly maxTimestamp?: number | undefined
}

/** The first record that may not be stored, `index` in its batch. Plain data: it crosses threads. */
export interface RecordFault {
  readonly index: number
  /** 'corrupt' and 'too-large' are of the batch as a whole; then the index is −1. */
  readonly reason: 'corrupt' | 'too-large' | 'offset' | 'key' | 'timestamp'
  readonly message: string
}

/** Undefined where each record of the batch at `at` keeps the rules, and offsets count up from the base without a gap. */
export function validateRecords(
  reader: RecordReader,
  bytes: Uint8Array,
  at: number,
  rules: RecordRules,
): RecordFault | undefined {
  reader.reset()
  try {
    reader.open(bytes, at)
    for (let index = 0, done = false; !done; index += reader.view.count, reader.clear()) {
      done = reader.fill()
      const fault = faultOf(reader, index, baseOffsetAt(bytes, at), rules)
      if (fault !== undefined) return fault
    }
    return undefined
  } catch (error) {
    if (!(error instanceof MillraceError) || error.kind !== 'external') throw error
    const reason = error.code === 'RECORD_BATCH_TOO_LARGE' ? 'too-large' : 'corrupt'
    return { index: -1, reason, message: error.message }
  } finally {
    reader.reset()
  }
}

function faultOf({ view }: RecordReader, first: number, baseOffset: number, rules: RecordRules): RecordFault | undefined {
  const { requireKeys = false, minTimestamp = -Infinity, maxTimestamp = Infinity } = rules
  for (let row = 0; row < view.count; row++) {
    const index = first + row
    if (view.offsets[row] !== baseOffset + index) {
      return { index, reason: 'offset', message: `the offsets of a batch count up from its first one, record ${index} does not` }
    }
    if (requireKeys && view.keyStarts[row]! < 0) {
      return { index, reason: 'key', message: 'a compacted topic takes no record without a key' }
    }
    const timestamp = view.timestamps[row]!
    if (timestamp < minTimestamp || timestamp > maxTimestamp) {
      return { index, reason: 'timestamp', message: `timestamp ${timestamp} is not within ${minTimestamp} to ${maxTimestamp}` }
    }
  }
  return undefined
}
