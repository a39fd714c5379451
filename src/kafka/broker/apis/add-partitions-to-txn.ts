/**
 * AddPartitionsToTxn: partitions become part of a transaction. Versions 4 and 5 are meant for brokers, speak of many transactions at once, and
 * may just ask; there are clients that use them as well.
 */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

type Added = RequestOf<'AddPartitionsToTxn'>['transactions'][number]
type TopicResults = NonNullable<NonNullable<ResponseOf<'AddPartitionsToTxn'>['resultsByTransaction']>[number]['topicResults']>
type CodeOf = (topic: string, partition: number) => number

const FIRST_BATCHED_VERSION = 4
/** Clients before it do not know PRODUCER_FENCED here. */
const FIRST_VERSION_OF_FENCED = 2

export const addPartitionsToTxn = (broker: Broker) =>
  handler('AddPartitionsToTxn', (request, context) => {
    if (context.version < FIRST_BATCHED_VERSION) {
      const asked = {
        transactionalId: request.v3AndBelowTransactionalId,
        producerId: request.v3AndBelowProducerId,
        producerEpoch: request.v3AndBelowProducerEpoch,
        verifyOnly: false,
        topics: request.v3AndBelowTopics,
      }
      return { resultsByTopicV3AndBelow: addAll(broker, context, asked, false) }
    }
    const isBroker = context.may('CLUSTER_ACTION', 'CLUSTER', CLUSTER_NAME)
    return {
      resultsByTransaction: request.transactions.map(asked => ({
        transactionalId: asked.transactionalId,
        topicResults: addAll(broker, context, asked, isBroker),
      })),
    }
  })

/** All partitions of one transaction, or none. */
function addAll(broker: Broker, context: RequestContext, asked: Added, mayAll: boolean): TopicResults {
  const { transactionalId, producerId, producerEpoch: epoch, verifyOnly, topics } = asked
  const results = (codeOf: CodeOf): TopicResults =>
    topics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map(partitionIndex => ({
        partitionIndex,
        partitionErrorCode: codeOf(name, partitionIndex),
      })),
    }))
  if (!mayAll && !context.may('WRITE', 'TRANSACTIONAL_ID', transactionalId))
    return results(() => ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED)

  const logs: PartitionLog[] = []
  const refusals = new Map<string, number>()
  for (const { name, partitions } of topics) {
    const topic = broker.topics.named(name)
    // The broker's own topics are for brokers.
    const allowed = mayAll || (topic?.internal !== true && context.may('WRITE', 'TOPIC', name))
    for (const partition of partitions) {
      const log = topic?.partitions[partition]
      if (!allowed) refusals.set(`${name}-${partition}`, ErrorCode.TOPIC_AUTHORIZATION_FAILED)
      else if (log === undefined) refusals.set(`${name}-${partition}`, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      else logs.push(log)
    }
  }
  if (refusals.size > 0)
    return results((topic, partition) => refusals.get(`${topic}-${partition}`) ?? ErrorCode.OPERATION_NOT_ATTEMPTED)

  const told = (code: number): number =>
    code === ErrorCode.PRODUCER_FENCED && context.version < FIRST_VERSION_OF_FENCED ? ErrorCode.INVALID_PRODUCER_EPOCH : code
  const producer = { producerId, epoch }
  if (verifyOnly) {
    const logOf = (topic: string, partition: number) => broker.topics.named(topic)!.partitions[partition]!
    return results((topic, partition) => told(broker.transactions.verify(transactionalId, producer, logOf(topic, partition))))
  }
  const code = told(broker.transactions.add(transactionalId, producer, logs, [], 0))
  return results(() => code)
}
