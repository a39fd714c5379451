/** DeleteTopics: by name, or from version 6 on by id. */
import { ErrorCode } from '../../protocol/errors.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'

export const deleteTopics = (broker: Broker) =>
  handler('DeleteTopics', async (request, { version }) => {
    const wanted = version >= 6 ? request.topics : request.topicNames.map(name => ({ name, topicId: ZERO_UUID }))
    const responses = []
    for (const { name, topicId } of wanted) {
      const topic = name === null ? broker.topics.withId(topicId) : broker.topics.named(name)
      if (topic === undefined) {
        const errorCode = name === null ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        responses.push({ name, topicId, errorCode, errorMessage: 'there is no such topic' })
        continue
      }
      await broker.topics.delete(topic)
      responses.push({ name: topic.name, topicId: topic.id })
    }
    return { responses }
  })
