/** CreatePartitions: more of them for topics that are there. */
import { groupBy } from '../../../base/group-by.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/apis.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { checkReplicas } from '../placement.ts'
import { KafkaRefusal, MAX_NEW_PARTITIONS } from '../topics.ts'

type Wanted = RequestOf<'CreatePartitions'>['topics'][number]

export const createPartitions = (broker: Broker) =>
  handler('CreatePartitions', async ({ topics, validateOnly }, context) => {
    const results = []
    for (const [name, [wanted, another]] of groupBy(topics, topic => topic.name)) {
      try {
        if (another !== undefined) throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'the request names this topic twice')
        await grow(broker, wanted!, validateOnly, context)
        results.push({ name, errorCode: 0, errorMessage: null })
      } catch (error) {
        if (!(error instanceof KafkaRefusal)) throw error
        results.push({ name, errorCode: error.errorCode, errorMessage: error.message })
      }
    }
    return { results }
  })

async function grow(broker: Broker, { name, count, assignments }: Wanted, validateOnly: boolean, context: RequestContext) {
  if (!context.may('ALTER', 'TOPIC', name))
    throw new KafkaRefusal(ErrorCode.TOPIC_AUTHORIZATION_FAILED, 'not authorized to alter it')
  const topic = broker.topics.named(name)
  if (topic === undefined) throw new KafkaRefusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'there is no such topic')
  const more = count - topic.partitions.length
  if (more <= 0)
    throw new KafkaRefusal(
      ErrorCode.INVALID_PARTITIONS,
      `topic ${name} has ${topic.partitions.length} partitions already: ${count} would not be more`,
    )
  if (more > MAX_NEW_PARTITIONS)
    throw new KafkaRefusal(ErrorCode.POLICY_VIOLATION, `a request makes at most ${MAX_NEW_PARTITIONS} partitions`)
  if (assignments !== null && assignments.length !== more)
    throw new KafkaRefusal(
      ErrorCode.INVALID_REPLICA_ASSIGNMENT,
      `${more} more partitions, and ${assignments.length} are said where to lie`,
    )
  for (const { brokerIds } of assignments ?? []) checkReplicas(broker, brokerIds)
  if (!validateOnly) await broker.topics.growTo(topic, count)
}
