/** OffsetDelete: a group forgets how far it has read, in topics that it does not subscribe to. */
import { ErrorCode } from '../../protocol/errors.ts'
import { handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import type { TopicPartitionList } from '../groups/offsets.ts'

export const offsetDelete = (broker: Broker) =>
  handler('OffsetDelete', ({ groupId, topics }, context) => {
    if (!context.may('DELETE', 'GROUP', groupId)) return { errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED }
    if (groupId === '') return { errorCode: ErrorCode.INVALID_GROUP_ID }
    const fault = broker.groups.deleteOffsetsFault(groupId)
    if (fault !== 0) return { errorCode: fault }
    const group = broker.groups.get(groupId)!
    const deleted: TopicPartitionList[] = []
    const answers = topics.map(({ name, partitions }) => {
      const topic = broker.topics.named(name)
      const mayRead = context.may('READ', 'TOPIC', name)
      const subscribed = group.subscribesTo(name)
      const codes = partitions.map(({ partitionIndex }) => {
        if (!mayRead) return ErrorCode.TOPIC_AUTHORIZATION_FAILED
        if (topic?.partitions[partitionIndex] === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        return subscribed ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : 0
      })
      const gone = partitions.flatMap(({ partitionIndex }, i) => (codes[i] === 0 ? [partitionIndex] : []))
      if (gone.length > 0) deleted.push({ topicId: topic!.id, partitions: gone })
      return { name, partitions: partitions.map(({ partitionIndex }, i) => ({ partitionIndex, errorCode: codes[i]! })) }
    })
    if (deleted.length > 0) broker.groups.offsets.delete(groupId, deleted)
    return { topics: answers }
  })
