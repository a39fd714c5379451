/**
 * DescribeTopicPartitions: topics in the order of their names, page by page. A page ends after so many partitions, and says where the
 * next one begins.
 */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { authorizedOperations } from '../security/authorized-operations.ts'
import { KafkaRefusal, checkTopicName } from '../topics.ts'

type Request = RequestOf<'DescribeTopicPartitions'>
type TopicAnswer = NonNullable<ResponseOf<'DescribeTopicPartitions'>['topics']>[number]

export const describeTopicPartitions = (broker: Broker) =>
  handler('DescribeTopicPartitions', (request, context) => {
    const { cursor } = request
    if (cursor !== null && !goesWith(cursor, request)) {
      const names = new Set(request.topics.map(({ name }) => name))
      return { topics: Array.from(names, name => refused(name, ErrorCode.INVALID_REQUEST)), nextCursor: null }
    }
    let room = Math.max(1, Math.min(broker.settings.requestMaxPartitions, request.responsePartitionLimit))
    const topics: TopicAnswer[] = []
    for (const name of namesOf(broker, request, context)) {
      if (cursor !== null && name < cursor.topicName) continue
      const from = cursor?.topicName === name ? cursor.partitionIndex : 0
      if (room === 0) return { topics, nextCursor: { topicName: name, partitionIndex: from } }
      const answer = describe(broker, name, from, room, context)
      topics.push(answer)
      const given = answer.partitions?.length ?? 0
      room -= given
      const count = broker.topics.named(name)?.partitions.length ?? 0
      if (given > 0 && from + given < count) return { topics, nextCursor: { topicName: name, partitionIndex: from + given } }
    }
    return { topics, nextCursor: null }
  })

/** A page goes on within what the request asks for. */
const goesWith = ({ topicName, partitionIndex }: NonNullable<Request['cursor']>, { topics }: Request): boolean =>
  partitionIndex >= 0 && (topics.length === 0 || topics.some(({ name }) => name === topicName))

function namesOf(broker: Broker, { topics }: Request, context: RequestContext): readonly string[] {
  const names =
    topics.length > 0
      ? new Set(topics.map(({ name }) => name))
      : Array.from(broker.topics.all, ({ name }) => name).filter(name => context.may('DESCRIBE', 'TOPIC', name))
  return [...names].toSorted((a, b) => (a < b ? -1 : 1))
}

function describe(broker: Broker, name: string, from: number, room: number, context: RequestContext): TopicAnswer {
  if (!context.may('DESCRIBE', 'TOPIC', name)) return refused(name, ErrorCode.TOPIC_AUTHORIZATION_FAILED)
  const topicAuthorizedOperations = authorizedOperations(context, 'TOPIC', name)
  try {
    checkTopicName(name)
  } catch (error) {
    if (!(error instanceof KafkaRefusal)) throw error
    return refused(name, error.errorCode)
  }
  const topic = broker.topics.named(name)
  if (topic === undefined) return { ...refused(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION), topicAuthorizedOperations }
  const partitions = partitionsOf(broker, from, Math.min(from + room, topic.partitions.length))
  return { name, topicId: topic.id, isInternal: topic.internal, partitions, topicAuthorizedOperations }
}

function partitionsOf(broker: Broker, from: number, to: number) {
  const replicas = [broker.nodeId]
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => ({
    partitionIndex: from + i,
    leaderId: broker.nodeId,
    leaderEpoch: broker.directory.leaderEpoch,
    replicaNodes: replicas,
    isrNodes: replicas,
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
  }))
}

const refused = (name: string, errorCode: number): TopicAnswer => ({ errorCode, name, partitions: [] })
