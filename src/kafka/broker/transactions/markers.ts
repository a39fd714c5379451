/**
 * Puts the end of a transaction into its partitions. The decision is durable before the first marker is appended; a partition that can't
 * take its marker now is asked again until it can.
 *
 *     a-0 ← COMMIT   durable
 *     a-1 ← COMMIT   the disk takes nothing: again in a second …
 *     b-0            its topic was deleted: nothing is left to end
 */
import type { Clock, Timers } from '../../../base/clock.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import { Refusal } from '../../log/refusal.ts'
import { markerBatch } from '../../records/control-record.ts'
import type { Outcome, Transaction } from './transaction.ts'

export interface MarkerContext {
  readonly clock: Clock
  readonly timers: Timers
  /** Of markers; grows with each start that may have lost something. */
  readonly coordinatorEpoch: number
  /** Is this still what readers see? False once its topic is deleted. */
  isThere(log: PartitionLog): boolean
  /** False once the broker stops: the next start goes on. */
  readonly running: boolean
}

const RETRY_MS = 1000
/** Version of transactions from which on a marker has a later epoch than the records before it. */
const STRICT_VERSION = 2
/** Producers go one less far. */
const LAST_MARKER_EPOCH = 32767

export interface MarkerFields {
  readonly producerId: number
  readonly epoch: number
  readonly outcome: Outcome
}

/** Appends a marker; answers 0 or why not. The partition may know a later coordinator epoch, which an administrator made up: there is no other coordinator. */
export function appendMarker(
  log: PartitionLog,
  { producerId, epoch, outcome }: MarkerFields,
  strict: boolean,
  context: Pick<MarkerContext, 'clock' | 'coordinatorEpoch'>,
): number {
  const known = log.producers.get(producerId)?.coordinatorEpoch ?? -1
  const batch = markerBatch({
    type: outcome === 'commit' ? 'COMMIT' : 'ABORT',
    coordinatorEpoch: Math.max(context.coordinatorEpoch, known),
    producerId,
    producerEpoch: epoch,
    timestamp: context.clock.nowMs(),
  })
  return log.append(batch, 0, strict)
}

/**
 * Aborts what a producer has open here and was never told of. Its epoch is over with that: the batch that it sends again would pass for one that is
 * there already, and be missing from the transaction that it believes it goes on with. Refused, it aborts and begins anew.
 */
export function abortUnacknowledged(
  log: PartitionLog,
  producerId: number,
  epoch: number,
  context: Pick<MarkerContext, 'clock' | 'coordinatorEpoch'>,
): number {
  return appendMarker(log, { producerId, epoch: Math.min(epoch + 1, LAST_MARKER_EPOCH), outcome: 'abort' }, false, context)
}

/** Ends a prepared transaction in all its partitions, then calls `done`. */
export function writeMarkers(transaction: Transaction, context: MarkerContext, done: () => void): void {
  const { producerId, epoch, outcome, version } = transaction
  const left = new Set(transaction.partitions.keys())
  const ended = (log: PartitionLog): void => {
    if (left.delete(log) && left.size === 0) done()
  }
  const again = (log: PartitionLog): void => void context.timers.after(RETRY_MS, () => context.running && write(log))
  const write = (log: PartitionLog): void => {
    if (!context.isThere(log)) return ended(log)
    let refusal = appendMarker(log, { producerId, epoch, outcome }, version >= STRICT_VERSION, context)
    if (refusal === Refusal.InvalidProducerEpoch) {
      // The transaction was ended here before a crash. What has begun since was not acknowledged, or the decision would not be the last thing known.
      const known = log.producers.get(producerId)!
      if (known.transactionFirstOffset < 0) return ended(log)
      refusal = abortUnacknowledged(log, producerId, known.epoch, context)
    }
    if (refusal !== Refusal.None) return again(log)
    log.whenDurable(log.lastBaseOffset + 1, {
      settled: lost => (lost === Refusal.None || !context.isThere(log) ? ended(log) : again(log)),
    })
  }
  if (left.size === 0) done()
  for (const log of Array.from(left)) write(log)
}
