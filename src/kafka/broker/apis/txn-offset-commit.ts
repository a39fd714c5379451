/** TxnOffsetCommit: offsets of a group that are committed with a transaction. The group keeps them aside until it ends. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/apis.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { toldToProducer } from '../transactions/admission.ts'
import type { StagedOffset } from '../transactions/transactional-offsets.ts'

/** Clients before it do not know TRANSACTION_ABORTABLE. */
const FIRST_VERSION_OF_ABORTABLE = 4
/** From here on the group becomes part of the transaction by this request. */
const FIRST_VERSION_OF_VERSION_2 = 5

export const txnOffsetCommit = (broker: Broker) =>
  handler('TxnOffsetCommit', (request, context) => {
    const codes = commit(broker, request, context)
    return {
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: codes.get(keyOf(name, partitionIndex)) ?? 0,
        })),
      })),
    }
  })

/** Error codes by partition. */
function commit(broker: Broker, request: RequestOf<'TxnOffsetCommit'>, context: RequestContext): ReadonlyMap<string, number> {
  const { transactionalId, groupId } = request
  const codes = new Map<string, number>()
  const offsets: StagedOffset[] = []
  for (const { name, partitions } of request.topics) {
    const topic = broker.topics.named(name)
    const allowed = context.may('READ', 'TOPIC', name)
    for (const { partitionIndex: partition, committedOffset, committedLeaderEpoch, committedMetadata } of partitions) {
      if (!allowed) codes.set(keyOf(name, partition), ErrorCode.TOPIC_AUTHORIZATION_FAILED)
      else if (topic?.partitions[partition] === undefined) codes.set(keyOf(name, partition), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      else
        offsets.push({
          topic: name,
          partition,
          offset: committedOffset,
          leaderEpoch: committedLeaderEpoch,
          metadata: committedMetadata,
        })
    }
  }
  const all = (code: number, of: readonly { readonly topic: string; readonly partition: number }[]) => {
    for (const { topic, partition } of of) codes.set(keyOf(topic, partition), code)
    return codes
  }
  const everything = request.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex }) => ({ topic: name, partition: partitionIndex })),
  )
  if (!context.may('WRITE', 'TRANSACTIONAL_ID', transactionalId))
    return all(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, everything)
  if (!context.may('READ', 'GROUP', groupId)) return all(ErrorCode.GROUP_AUTHORIZATION_FAILED, everything)
  if (offsets.length === 0) return codes
  if (groupId === '') return all(ErrorCode.INVALID_GROUP_ID, offsets)

  const refusal = refusalOf(broker, request, context.version)
  if (refusal !== ErrorCode.NONE) return all(refusal, offsets)
  const { producerId, producerEpoch, memberId, generationId, groupInstanceId } = request
  const staged = broker.transactions.offsets.stageOffsets({
    groupId,
    producerId,
    producerEpoch,
    memberId,
    generationId,
    groupInstanceId,
    offsets,
  })
  for (const [i, { topic, partition }] of offsets.entries()) codes.set(keyOf(topic, partition), staged[i]!)
  return codes
}

/** Is the group part of the producer's open transaction, or may it become so? */
function refusalOf(broker: Broker, request: RequestOf<'TxnOffsetCommit'>, version: number): number {
  const { transactionalId, producerId, producerEpoch: epoch, groupId } = request
  const { transactions } = broker
  const producer = { producerId, epoch }
  if (version >= FIRST_VERSION_OF_VERSION_2) return toldToProducer(transactions.add(transactionalId, producer, [], [groupId], 2))
  const refusal = toldToProducer(transactions.verifyGroup(transactionalId, producer, groupId))
  return refusal === ErrorCode.TRANSACTION_ABORTABLE && version < FIRST_VERSION_OF_ABORTABLE
    ? ErrorCode.INVALID_TXN_STATE
    : refusal
}

const keyOf = (topic: string, partition: number): string => `${topic}-${partition}`
