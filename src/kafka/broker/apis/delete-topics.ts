/** DeleteTopics: by name, or from version 6 on by id. */
import { groupBy } from '../../../base/group-by.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import { CLUSTER_NAME } from '../security/authorizer.ts'

interface Wanted {
  readonly name: string | null
  readonly topicId: string
}

const FIRST_VERSION_WITH_IDS = 6
const FIRST_VERSION_WITH_DISABLED = 3

const mayDelete = (context: RequestContext, name: string): boolean =>
  context.may('DELETE', 'CLUSTER', CLUSTER_NAME) || context.may('DELETE', 'TOPIC', name)

export const deleteTopics = (broker: Broker) =>
  handler('DeleteTopics', async (request, context) => {
    const byId = context.version >= FIRST_VERSION_WITH_IDS
    const wanted = byId ? request.topics : request.topicNames.map(name => ({ name, topicId: ZERO_UUID }))
    const responses = []
    for (const same of groupBy(wanted, ({ name, topicId }) => name ?? topicId).values()) {
      const refusal = same.length > 1 ? refuse(same[0]!, ErrorCode.INVALID_REQUEST, 'the request names it twice') : undefined
      responses.push(refusal ?? (await remove(broker, same[0]!, context)))
    }
    return { responses }
  })

async function remove(broker: Broker, wanted: Wanted, context: RequestContext) {
  const { name, topicId } = wanted
  if ((name === null) === (topicId === ZERO_UUID))
    return refuse(wanted, ErrorCode.INVALID_REQUEST, 'a topic is named by its name, or by its id')
  const topic = name === null ? broker.topics.withId(topicId) : broker.topics.named(name)
  if (topic === undefined && name !== null && !mayDelete(context, name))
    return refuse(wanted, ErrorCode.TOPIC_AUTHORIZATION_FAILED, NOT_AUTHORIZED)
  if (topic === undefined) {
    const errorCode = name === null ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    return refuse(wanted, errorCode, 'there is no such topic')
  }
  if (!mayDelete(context, topic.name)) {
    // Who gave an id is told the name only if that is no secret.
    const told = name !== null || context.may('DESCRIBE', 'TOPIC', topic.name) ? topic.name : null
    return refuse({ name: told, topicId }, ErrorCode.TOPIC_AUTHORIZATION_FAILED, NOT_AUTHORIZED)
  }
  if (!broker.settings.deleteTopics) {
    const known = context.version >= FIRST_VERSION_WITH_DISABLED
    const errorCode = known ? ErrorCode.TOPIC_DELETION_DISABLED : ErrorCode.INVALID_REQUEST
    return refuse({ name: topic.name, topicId: topic.id }, errorCode, 'delete.topic.enable is false')
  }
  await broker.topics.delete(topic)
  return { name: topic.name, topicId: topic.id }
}

const NOT_AUTHORIZED = 'not authorized to delete it'

const refuse = ({ name, topicId }: Wanted, errorCode: number, errorMessage: string) => ({
  name,
  topicId,
  errorCode,
  errorMessage,
})
