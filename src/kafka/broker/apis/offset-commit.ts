/** OffsetCommit: a group has read so far. Topics by name up to version 9, by id from 10 on. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf } from '../../protocol/apis.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import type { CommittedOffset, TopicOffsets } from '../groups/offsets.ts'

type CommittedTopic = RequestOf<'OffsetCommit'>['topics'][number]

interface PartitionAnswer {
  readonly partitionIndex: number
  errorCode: number
}

const FIRST_VERSION_WITH_IDS = 10
/** Of a partition that waits to hear whether its group takes it. */
const UNDECIDED = ErrorCode.UNKNOWN_SERVER_ERROR

export const offsetCommit = (broker: Broker) =>
  handler('OffsetCommit', (request, context) => {
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch: generationId, retentionTimeMs } = request
    const now = broker.clock.nowMs()
    const expiresMs = retentionTimeMs < 0 ? -1 : now + retentionTimeMs
    const mayRead = context.may('READ', 'GROUP', groupId)
    const offsets: TopicOffsets[] = []
    const undecided: PartitionAnswer[] = []
    const tooLarge: PartitionAnswer[] = []
    const topics = request.topics.map(wanted => {
      const topic =
        context.version >= FIRST_VERSION_WITH_IDS ? broker.topics.withId(wanted.topicId) : broker.topics.named(wanted.name)
      const fault = mayRead ? faultOf(context, wanted, topic?.name) : ErrorCode.GROUP_AUTHORIZATION_FAILED
      const committed: CommittedOffset[] = []
      const partitions = wanted.partitions.map(({ partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata }) => {
        const answer: PartitionAnswer = { partitionIndex, errorCode: fault }
        if (fault !== 0) return answer
        if (topic?.partitions[partitionIndex] === undefined) {
          answer.errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
          return answer
        }
        answer.errorCode = UNDECIDED
        const metadata = committedMetadata ?? ''
        if (metadata.length > broker.settings.groups.offsetMetadataMaxBytes) tooLarge.push(answer)
        else {
          undecided.push(answer)
          committed.push({
            partition: partitionIndex,
            offset: committedOffset,
            leaderEpoch: committedLeaderEpoch,
            metadata,
            committedMs: now,
            expiresMs,
          })
        }
        return answer
      })
      if (committed.length > 0) offsets.push({ topicId: topic!.id, partitions: committed })
      return { name: wanted.name, topicId: wanted.topicId, partitions }
    })
    if (undecided.length + tooLarge.length > 0) {
      const committer = { groupId, memberId, groupInstanceId, generationId, version: context.version }
      const fault = broker.groups.commit(committer, offsets)
      for (const answer of undecided) answer.errorCode = fault
      for (const answer of tooLarge) answer.errorCode = fault === 0 ? ErrorCode.OFFSET_METADATA_TOO_LARGE : fault
    }
    return { topics }
  })

/** `name`: of the topic, if there is one. */
function faultOf(context: RequestContext, wanted: CommittedTopic, name: string | undefined): number {
  const byId = context.version >= FIRST_VERSION_WITH_IDS
  if (byId && name === undefined) return ErrorCode.UNKNOWN_TOPIC_ID
  if (!context.may('READ', 'TOPIC', name ?? wanted.name)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED
  return name === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : 0
}
