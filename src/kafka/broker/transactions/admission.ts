/**
 * Whether the first batch of a transaction in a partition may be appended: only if the coordinator knows of the transaction, so that it
 * will be ended there. Batches behind it need no question while the partition has it open.
 *
 *     Produce up to 10    a partition that was not added     48 INVALID_TXN_STATE
 *     Produce 11                                             120 TRANSACTION_ABORTABLE
 *     Produce 12 and on                                      is added by its batch
 */
import type { PartitionLog } from '../../log/partition-log.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import { producerEpochAt, producerIdAt } from '../../records/batch.ts'
import type { TransactionCoordinator } from './coordinator.ts'

const FIRST_PRODUCE_OF_ABORTABLE = 11
/** From here on a transactional batch adds its partition to the transaction by itself. */
export const FIRST_PRODUCE_OF_VERSION_2 = 12

/** Is the transaction open in the partition? Then it is known. */
export const isKnown = (log: PartitionLog, batch: Uint8Array): boolean =>
  log.producers.isOpen(producerIdAt(batch, 0), producerEpochAt(batch, 0))

/** 0, or why Produce may not append the batch. */
export function refusalOfBatch(
  transactions: TransactionCoordinator,
  transactionalId: string,
  log: PartitionLog,
  batch: Uint8Array,
  produceVersion: number,
): number {
  const producer = { producerId: producerIdAt(batch, 0), epoch: producerEpochAt(batch, 0) }
  if (produceVersion >= FIRST_PRODUCE_OF_VERSION_2)
    return toldToProducer(transactions.add(transactionalId, producer, [log], [], 2))
  const refusal = toldToProducer(transactions.verify(transactionalId, producer, log))
  switch (refusal) {
    case ErrorCode.TRANSACTION_ABORTABLE:
      return produceVersion < FIRST_PRODUCE_OF_ABORTABLE ? ErrorCode.INVALID_TXN_STATE : refusal
    // Producers of these versions retry Produce for this code only.
    case ErrorCode.CONCURRENT_TRANSACTIONS:
      return ErrorCode.NOT_ENOUGH_REPLICAS
    default:
      return refusal
  }
}

/** Who writes is told of a stale epoch by the code that partitions have for it, and may abort and go on. */
export const toldToProducer = (errorCode: number): number =>
  errorCode === ErrorCode.PRODUCER_FENCED ? ErrorCode.INVALID_PRODUCER_EPOCH : errorCode
