/** DeleteTopics: by name, or from version 6 on by id. */
import { ErrorCode } from '../../protocol/errors.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

const NOT_AUTHORIZED = 'not authorized to delete it'

const mayDelete = (context: RequestContext, name: string): boolean =>
  context.may('DELETE', 'CLUSTER', CLUSTER_NAME) || context.may('DELETE', 'TOPIC', name)

export const deleteTopics = (broker: Broker) =>
  handler('DeleteTopics', async (request, context) => {
    const { version } = context
    const wanted = version >= 6 ? request.topics : request.topicNames.map(name => ({ name, topicId: ZERO_UUID }))
    const responses = []
    for (const { name, topicId } of wanted) {
      const topic = name === null ? broker.topics.withId(topicId) : broker.topics.named(name)
      if (topic === undefined && name !== null && !mayDelete(context, name)) {
        responses.push({ name, topicId, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, errorMessage: NOT_AUTHORIZED })
        continue
      }
      if (topic === undefined) {
        const errorCode = name === null ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        responses.push({ name, topicId, errorCode, errorMessage: 'there is no such topic' })
        continue
      }
      if (!mayDelete(context, topic.name)) {
        // Who gave an id is told the name only if that is no secret.
        const told = name !== null || context.may('DESCRIBE', 'TOPIC', topic.name) ? topic.name : null
        responses.push({ name: told, topicId, errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED, errorMessage: NOT_AUTHORIZED })
        continue
      }
      await broker.topics.delete(topic)
      responses.push({ name: topic.name, topicId: topic.id })
    }
    return { responses }
  })
