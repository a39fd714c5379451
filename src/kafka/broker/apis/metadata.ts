/** Metadata: the broker, and topics with their partitions. A topic that is asked for by name may be made by asking. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { replicationFactorOf } from '../placement.ts'
import { authorizedOperations, clusterOperations } from '../security/authorized-operations.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'
import { KafkaRefusal, type Topic } from '../topics.ts'

type Request = RequestOf<'Metadata'>
type Wanted = NonNullable<Request['topics']>[number]
type TopicAnswer = NonNullable<ResponseOf<'Metadata'>['topics']>[number]

const FIRST_VERSION_WITHOUT_AUTO_CREATION = 4
/** Versions before that name topics, though they have a place for an id. */
const FIRST_VERSION_BY_ID = 12

export const metadata = (broker: Broker) =>
  handler('Metadata', async (request, context) => {
    const { version, connection } = context
    const all = request.topics === null || (version === 0 && request.topics.length === 0)
    const found = all ? everything(broker, context) : await asked(broker, request, context)
    const topics = request.includeTopicAuthorizedOperations ? found.map(topic => withOperations(topic, context)) : found
    return {
      brokers: [
        {
          nodeId: broker.nodeId,
          host: connection.listener.advertisedHost,
          port: connection.listener.advertisedPort,
          rack: broker.settings.rack,
        },
      ],
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      topics,
      ...(request.includeClusterAuthorizedOperations ? { clusterAuthorizedOperations: clusterOperations(context) } : {}),
    }
  })

/** Of others nothing is known, or nothing may be. */
const isTold = ({ errorCode = 0 }: TopicAnswer): boolean => errorCode === 0 || errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION

const withOperations = (topic: TopicAnswer, context: RequestContext): TopicAnswer =>
  isTold(topic) && topic.name
    ? { ...topic, topicAuthorizedOperations: authorizedOperations(context, 'TOPIC', topic.name) }
    : topic

const everything = (broker: Broker, context: RequestContext): TopicAnswer[] =>
  Array.from(broker.topics.all)
    .filter(({ name }) => context.may('DESCRIBE', 'TOPIC', name))
    .map(topic => describe(broker, topic))

async function asked(broker: Broker, request: Request, context: RequestContext): Promise<TopicAnswer[]> {
  const { version } = context
  const byId = version >= FIRST_VERSION_BY_ID
  const answers: TopicAnswer[] = []
  const names = new Set<string>()
  if (!byId && request.topics!.some(({ name, topicId }) => name === null || topicId !== ZERO_UUID))
    return request.topics!.map(({ name, topicId }) => ({ errorCode: ErrorCode.INVALID_REQUEST, name: name ?? '', topicId }))
  const mayCreate = request.allowAutoTopicCreation || version < FIRST_VERSION_WITHOUT_AUTO_CREATION
  for (const wanted of request.topics!) {
    if (byId && wanted.topicId !== ZERO_UUID) answers.push(named(broker, wanted, context))
    else if (wanted.name === null) answers.push({ errorCode: ErrorCode.INVALID_REQUEST, name: null })
    else if (!names.has(wanted.name)) {
      names.add(wanted.name)
      answers.push(await byName(broker, wanted.name, mayCreate, context))
    }
  }
  return answers
}

/** By id; a name beside it says nothing: Java's consumers leave it empty. */
function named(broker: Broker, { topicId }: Wanted, context: RequestContext): TopicAnswer {
  const topic = broker.topics.withId(topicId)
  if (topic === undefined) return { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId }
  if (context.may('DESCRIBE', 'TOPIC', topic.name)) return describe(broker, topic)
  return { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, name: null, topicId }
}

async function byName(broker: Broker, name: string, mayCreate: boolean, context: RequestContext): Promise<TopicAnswer> {
  if (!context.may('DESCRIBE', 'TOPIC', name)) return { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, name }
  const known = broker.topics.named(name)
  if (known !== undefined) return describe(broker, known)
  try {
    broker.topics.checkName(name)
    if (!mayCreate || !broker.settings.autoCreateTopics) return { errorCode: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, name }
    if (!context.may('CREATE', 'CLUSTER', CLUSTER_NAME) && !context.may('CREATE', 'TOPIC', name))
      return { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, name }
    replicationFactorOf(broker, -1)
    return describe(broker, await broker.topics.create(name, broker.settings.numPartitions, new Map()))
  } catch (error) {
    if (!(error instanceof KafkaRefusal)) throw error
    return { errorCode: error.errorCode, name }
  }
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
