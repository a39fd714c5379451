/** CreateTopics: new topics, each made or refused by itself. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { InvalidConfigError } from '../config/definition.ts'
import { topicConfigs } from '../config/topic-config.ts'
import { KafkaRefusal } from '../topics.ts'

type Wanted = RequestOf<'CreateTopics'>['topics'][number]
type Answer = NonNullable<ResponseOf<'CreateTopics'>['topics']>[number]

export const createTopics = (broker: Broker) =>
  handler('CreateTopics', async ({ topics, validateOnly }) => {
    const answers: Answer[] = []
    for (const wanted of topics) {
      const twice = topics.filter(other => other.name === wanted.name).length > 1
      if (twice && answers.some(answer => answer.name === wanted.name)) continue
      answers.push(
        twice
          ? refused(wanted, ErrorCode.INVALID_REQUEST, 'the request names this topic twice')
          : await create(broker, wanted, validateOnly),
      )
    }
    return { topics: answers }
  })

async function create(broker: Broker, wanted: Wanted, validateOnly: boolean): Promise<Answer> {
  try {
    broker.topics.checkName(wanted.name)
    const partitions = partitionsOf(broker, wanted)
    const configs = new Map<string, string>()
    for (const { name, value } of wanted.configs) {
      if (value === null) throw new KafkaRefusal(ErrorCode.INVALID_CONFIG, `property ${name} of topic ${wanted.name} is null`)
      topicConfigs.check(name, value)
      configs.set(name, value)
    }
    const topicId = validateOnly ? undefined : (await broker.topics.create(wanted.name, partitions, configs)).id
    return { name: wanted.name, topicId, numPartitions: partitions, replicationFactor: 1, configs: [], errorMessage: null }
  } catch (error) {
    if (error instanceof KafkaRefusal) return refused(wanted, error.errorCode, error.message)
    if (error instanceof InvalidConfigError) return refused(wanted, ErrorCode.INVALID_CONFIG, error.describe())
    throw error
  }
}

function partitionsOf(broker: Broker, { name, numPartitions, replicationFactor, assignments }: Wanted): number {
  if (assignments.length > 0) {
    if (numPartitions !== -1 || replicationFactor !== -1)
      throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'partitions and replicas are given by number or by assignment, not both')
    const numbers = assignments.map(assignment => assignment.partitionIndex).toSorted((a, b) => a - b)
    if (numbers.some((number, i) => number !== i))
      throw new KafkaRefusal(ErrorCode.INVALID_REPLICA_ASSIGNMENT, `the partitions of topic ${name} count from 0 without a gap`)
    for (const { partitionIndex, brokerIds } of assignments) {
      if (brokerIds.length === 1 && brokerIds[0] === broker.nodeId) continue
      throw new KafkaRefusal(
        ErrorCode.INVALID_REPLICA_ASSIGNMENT,
        `partition ${partitionIndex} of topic ${name} can only be on broker ${broker.nodeId}`,
      )
    }
    return assignments.length
  }
  if (numPartitions === 0 || numPartitions < -1)
    throw new KafkaRefusal(ErrorCode.INVALID_PARTITIONS, `a topic has at least one partition, not ${numPartitions}`)
  if (replicationFactor === 0 || replicationFactor < -1)
    throw new KafkaRefusal(ErrorCode.INVALID_REPLICATION_FACTOR, `a partition has at least one replica, not ${replicationFactor}`)
  if (replicationFactor > 1)
    throw new KafkaRefusal(ErrorCode.INVALID_REPLICATION_FACTOR, `there is one broker, so no ${replicationFactor} replicas`)
  return numPartitions === -1 ? broker.settings.numPartitions : numPartitions
}

const refused = ({ name }: Wanted, errorCode: number, errorMessage: string): Answer => ({
  name,
  errorCode,
  errorMessage,
  configs: [],
})
