/** Metadata: the broker, and topics with their partitions. A topic that is asked for by name may be made by asking. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/apis.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { KafkaRefusal, type Topic } from '../topics.ts'

type TopicAnswer = NonNullable<ResponseOf<'Metadata'>['topics']>[number]

export const metadata = (broker: Broker) =>
  handler('Metadata', async (request, { version, connection }) => {
    const all = request.topics === null || (version === 0 && request.topics.length === 0)
    const topics: TopicAnswer[] = []
    if (all) for (const topic of broker.topics.all) topics.push(describe(broker, topic))
    else {
      for (const { name, topicId } of request.topics!) {
        if (name === null || topicId !== ZERO_UUID) topics.push(byId(broker, topicId))
        else topics.push(await byName(broker, name, request.allowAutoTopicCreation || version < 4))
      }
    }
    return {
      brokers: [{ nodeId: broker.nodeId, host: connection.listener.advertisedHost, port: connection.listener.advertisedPort }],
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      topics,
    }
  })

async function byName(broker: Broker, name: string, mayCreate: boolean): Promise<TopicAnswer> {
  const known = broker.topics.named(name)
  if (known !== undefined) return describe(broker, known)
  try {
    broker.topics.checkName(name)
    if (!mayCreate || !broker.settings.autoCreateTopics) return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name }
    return describe(broker, await broker.topics.create(name, broker.settings.numPartitions, new Map()))
  } catch (error) {
    if (!(error instanceof KafkaRefusal)) throw error
    return { errorCode: error.errorCode, name }
  }
}

function byId(broker: Broker, topicId: string): TopicAnswer {
  const topic = broker.topics.withId(topicId)
  if (topic !== undefined) return describe(broker, topic)
  return { errorCode: topicId === ZERO_UUID ? ErrorCode.INVALID_REQUEST : ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId }
}

function describe(broker: Broker, topic: Topic): TopicAnswer {
  const replicas = [broker.nodeId]
  return {
    name: topic.name,
    topicId: topic.id,
    isInternal: topic.internal,
    partitions: topic.partitions.map((_, partitionIndex) => ({
      partitionIndex,
      leaderId: broker.nodeId,
      leaderEpoch: broker.directory.leaderEpoch,
      replicaNodes: replicas,
      isrNodes: replicas,
    })),
  }
}
