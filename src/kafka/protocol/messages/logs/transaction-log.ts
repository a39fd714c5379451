/**
 * `__transaction_state`
 *
 *     states     0 Empty, 1 Ongoing, 2 PrepareCommit, 3 PrepareAbort, 4 CompleteCommit, 5 CompleteAbort, 6 Dead, 7 PrepareEpochFence
 */
import { type MessageOf, array, flexible, int16, int32, int64, int8, record, string } from '../../schema.ts'

export const TransactionLogKey = record(0, 'TransactionLogKey', '0', flexible('none'), { transactionalId: string() })
export type TransactionLogKey = MessageOf<typeof TransactionLogKey>

export const TransactionLogValue = record(0, 'TransactionLogValue', '0-1', flexible('1+'), {
  producerId: int64(),
  previousProducerId: int64('1+').default(-1).tagged(0),
  nextProducerId: int64('1+').default(-1).tagged(1),
  producerEpoch: int16(),
  nextProducerEpoch: int16('1+').default(-1).tagged(3),
  transactionTimeoutMs: int32(),
  transactionStatus: int8(),
  transactionPartitions: array({ topic: string(), partitionIds: array(int32()) }).nullable(),
  transactionLastUpdateTimestampMs: int64(),
  transactionStartTimestampMs: int64(),
  clientTransactionVersion: int16('1+').tagged(2),
})
export type TransactionLogValue = MessageOf<typeof TransactionLogValue>
