/**
 * Control batches end a transaction in a partition: one record, by the producer whose transaction it is, that takes up
 * an offset and that consumers never see.
 *
 *     key    version int16 = 0, type int16: 0 ABORT, 1 COMMIT (others are of KRaft's own log)
 *     value  version int16 = 0, coordinator epoch int32
 */
import { DataError } from '../../base/errors.ts'
import { baseOffsetAt } from './batch.ts'
import { BatchBuilder } from './batch-builder.ts'
import { RecordReader } from './record-reader.ts'

export interface TransactionMarker {
  readonly type: 'ABORT' | 'COMMIT'
  readonly coordinatorEpoch: number
}

export interface MarkerOptions extends TransactionMarker {
  readonly producerId: number
  readonly producerEpoch: number
  readonly timestamp: number
  readonly baseOffset?: number | undefined
  readonly leaderEpoch?: number | undefined
}

/** A batch of 78 bytes, as Kafka writes it. */
export function markerBatch(marker: MarkerOptions): Uint8Array {
  const { type, coordinatorEpoch, producerId, producerEpoch, timestamp, baseOffset = 0, leaderEpoch } = marker
  const key = Uint8Array.of(0, 0, 0, type === 'COMMIT' ? 1 : 0)
  const value = Uint8Array.of(0, 0, coordinatorEpoch >> 24, coordinatorEpoch >> 16, coordinatorEpoch >> 8, coordinatorEpoch)
  const builder = new BatchBuilder(128)
  builder.startAt(baseOffset)
  builder.append(timestamp, key, value)
  return builder.finish({ transactional: true, control: true, producerId, producerEpoch, leaderEpoch })
}

const reader = new RecordReader({ maxBatchBytes: 1 << 20 })

/** What the control batch at `at` says; undefined where it is no transaction's marker. */
export function readMarker(bytes: Uint8Array, at = 0): TransactionMarker | undefined {
  const view = reader.read(bytes, at)
  const corrupt = (what: string) =>
    new DataError('RECORD_BATCH_CORRUPT', `batch@${baseOffsetAt(bytes, at)}`, `the marker ${what}`)
  if (view.count === 0) throw corrupt('is missing')
  const keyAt = view.keyStarts[0]!
  if (view.keyEnds[0]! - keyAt < 4) throw corrupt('has no type')
  const record = new DataView(view.bytes.buffer, view.bytes.byteOffset, view.bytes.length)
  const type = record.getInt16(keyAt + 2)
  if (type !== 0 && type !== 1) return undefined
  const valueAt = view.valueStarts[0]!
  if (view.valueEnds[0]! - valueAt < 6) throw corrupt('has no coordinator epoch')
  return { type: type === 1 ? 'COMMIT' : 'ABORT', coordinatorEpoch: record.getInt32(valueAt + 2) }
}
