/** DescribeTransactions: what is known of transactional ids. Offsets of groups show as Kafka keeps them, in partitions of a topic. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/apis.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { stateNames } from '../transactions/states.ts'
import type { Transaction } from '../transactions/transaction.ts'

type State = NonNullable<ResponseOf<'DescribeTransactions'>['transactionStates']>[number]

const OFFSETS_TOPIC = '__consumer_offsets'
const OFFSETS_PARTITIONS = 50

export const describeTransactions = (broker: Broker) =>
  handler('DescribeTransactions', ({ transactionalIds }, context) => ({
    transactionStates: transactionalIds.map(transactionalId => {
      const failed = (errorCode: number): State => ({ errorCode, transactionalId, transactionState: '', topics: [] })
      if (!context.may('DESCRIBE', 'TRANSACTIONAL_ID', transactionalId))
        return failed(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)
      if (transactionalId === '') return failed(ErrorCode.INVALID_REQUEST)
      const transaction = broker.transactions.get(transactionalId)
      return transaction === undefined ? failed(ErrorCode.TRANSACTIONAL_ID_NOT_FOUND) : describe(transaction, context)
    }),
  }))

function describe(transaction: Transaction, context: RequestContext): State {
  const topics = new Map<string, Set<number>>()
  const note = (topic: string, partition: number): void => {
    if (!topics.has(topic)) topics.set(topic, new Set())
    topics.get(topic)!.add(partition)
  }
  for (const { id } of transaction.partitions.keys()) note(id.topic, id.partition)
  for (const group of transaction.groups) note(OFFSETS_TOPIC, (hashOf(group) & 0x7fffffff) % OFFSETS_PARTITIONS)
  return {
    errorCode: ErrorCode.NONE,
    transactionalId: transaction.transactionalId,
    transactionState: stateNames[transaction.state],
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStartTimeMs: transaction.startedMs,
    producerId: transaction.producerId,
    producerEpoch: transaction.epoch,
    topics: Array.from(topics)
      .filter(([topic]) => context.may('DESCRIBE', 'TOPIC', topic))
      .map(([topic, partitions]) => ({ topic, partitions: [...partitions] })),
  }
}

/** Java's hash of a text. */
function hashOf(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}
