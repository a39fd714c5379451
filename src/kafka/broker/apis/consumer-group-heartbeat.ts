/** ConsumerGroupHeartbeat: all that a member of a consumer group says and is told (KIP-848). */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { topicPartitionsOf } from '../groups/assignment.ts'
import { clientOf } from '../groups/client.ts'
import { KafkaRefusal } from '../topics.ts'

export const consumerGroupHeartbeat = (broker: Broker) =>
  handler('ConsumerGroupHeartbeat', (request, context) => {
    if (!context.may('READ', 'GROUP', request.groupId)) return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED }
    const mayDescribe = (topic: string) => context.may('DESCRIBE', 'TOPIC', topic)
    if (!(request.subscribedTopicNames ?? []).every(mayDescribe)) return { errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED }
    try {
      const { assignment, ...answer } = broker.groups.consumerHeartbeat(request, clientOf(context), mayDescribe)
      return { ...answer, assignment: assignment === null ? null : { topicPartitions: topicPartitionsOf(assignment) } }
    } catch (error) {
      if (error instanceof KafkaRefusal) return { errorCode: error.errorCode, errorMessage: error.message }
      throw error
    }
  })
