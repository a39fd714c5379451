/** CreateTopics: new topics, each made or refused by itself, and what they come to. */
import { groupBy } from '../../../base/group-by.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { checkTopicConfigs, topicEntries } from '../config/config-resources.ts'
import { checkReplicas, replicationFactorOf } from '../placement.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'
import { KafkaRefusal, MAX_NEW_PARTITIONS } from '../topics.ts'

type Request = RequestOf<'CreateTopics'>
type Wanted = Request['topics'][number]
type Answer = NonNullable<ResponseOf<'CreateTopics'>['topics']>[number]

/** Kafka's own, which is no topic. */
const METADATA_LOG = '__cluster_metadata'

export const createTopics = (broker: Broker) =>
  handler('CreateTopics', async (request, context) => {
    const topics: Answer[] = []
    const byName = groupBy(request.topics, ({ name }) => name)
    const excessive = partitionsInAll(broker, request) > MAX_NEW_PARTITIONS
    for (const [name, [wanted, another]] of byName) {
      if (!mayCreate(context, name)) topics.push(refused(name, ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'not authorized to make it'))
      else if (another !== undefined) topics.push(refused(name, ErrorCode.INVALID_REQUEST, 'the request names this topic twice'))
      else if (excessive)
        topics.push(refused(name, ErrorCode.POLICY_VIOLATION, `a request makes at most ${MAX_NEW_PARTITIONS} partitions`))
      else topics.push(await create(broker, wanted!, request.validateOnly, context))
    }
    return { topics }
  })

const mayCreate = (context: RequestContext, name: string): boolean =>
  context.may('CREATE', 'CLUSTER', CLUSTER_NAME) || context.may('CREATE', 'TOPIC', name)

const partitionsInAll = ({ settings }: Broker, { topics }: Request): number =>
  topics.reduce((sum, topic) => sum + (topic.numPartitions < 0 ? settings.numPartitions : topic.numPartitions), 0)

async function create(broker: Broker, wanted: Wanted, validateOnly: boolean, context: RequestContext): Promise<Answer> {
  const { name } = wanted
  try {
    if (name === METADATA_LOG) throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, `${METADATA_LOG} is no topic`)
    broker.topics.checkName(name)
    const configs = configsOf(wanted)
    checkTopicConfigs(broker, configs)
    const partitions = partitionsOf(broker, wanted)
    const topicId = validateOnly ? undefined : (await broker.topics.create(name, partitions, configs)).id
    return { name, topicId, errorMessage: null, ...describedTo(broker, name, partitions, configs, context) }
  } catch (error) {
    if (!(error instanceof KafkaRefusal)) throw error
    return refused(name, error.errorCode, error.message)
  }
}

/** The last of those that are given twice. */
function configsOf({ name, configs }: Wanted): ReadonlyMap<string, string> {
  const set = new Map<string, string>()
  for (const { name: property, value } of configs) {
    if (value === null) throw new KafkaRefusal(ErrorCode.INVALID_CONFIG, `property ${property} of topic ${name} is null`)
    set.set(property, value)
  }
  return set
}

/** Who may not see properties is told so beside the topic. */
function describedTo(
  broker: Broker,
  name: string,
  numPartitions: number,
  configs: ReadonlyMap<string, string>,
  context: RequestContext,
) {
  if (!context.may('DESCRIBE_CONFIGS', 'TOPIC', name))
    return { topicConfigErrorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, configs: [] }
  return { numPartitions, replicationFactor: 1, configs: [...topicEntries(broker, configs)] }
}

function partitionsOf(broker: Broker, { name, numPartitions, replicationFactor, assignments }: Wanted): number {
  if (assignments.length > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1)
      throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'partitions and replicas are given by number or by assignment, not both')
    const numbers = assignments.map(assignment => assignment.partitionIndex).toSorted((a, b) => a - b)
    if (numbers.some((number, i) => number !== i))
      throw new KafkaRefusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, `the partitions of topic ${name} count from 0 without a gap`)
    for (const { brokerIds } of assignments) checkReplicas(broker, brokerIds)
    return assignments.length
  }
  if (numPartitions === 0 || numPartitions < -1)
    throw new KafkaRefusal(ErrorCode.INVALID_PARTITIONS, `a topic has at least one partition, not ${numPartitions}`)
  replicationFactorOf(broker, replicationFactor)
  return numPartitions === -1 ? broker.settings.numPartitions : numPartitions
}

const refused = (name: string, errorCode: number, errorMessage: string): Answer => ({
  name,
  errorCode,
  errorMessage,
  configs: [],
})
