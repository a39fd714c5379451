/** A group remembers how far it has read. Topics by id from version 10 on. */
import { type MessageOf, api, array, int16, int32, int64, request, response, string, uuid } from '../schema.ts'

const OffsetCommit = api('OffsetCommit', { key: 8, versions: '2-10', flexible: '8+' })

export const OffsetCommitRequest = request(OffsetCommit, {
  groupId: string(),
  generationIdOrMemberEpoch: int32().default(-1).ignorable(),
  memberId: string().ignorable(),
  groupInstanceId: string('7+').orNull(),
  retentionTimeMs: int64('2-4').default(-1).ignorable(),
  topics: array({
    name: string('2-9').ignorable(),
    topicId: uuid('10+').ignorable(),
    partitions: array({
      partitionIndex: int32(),
      committedOffset: int64(),
      committedLeaderEpoch: int32('6+').default(-1).ignorable(),
      committedMetadata: string().nullable(),
    }),
  }),
})
export type OffsetCommitRequest = MessageOf<typeof OffsetCommitRequest>

export const OffsetCommitResponse = response(OffsetCommit, {
  throttleTimeMs: int32('3+').ignorable(),
  topics: array({
    name: string('2-9').ignorable(),
    topicId: uuid('10+').ignorable(),
    partitions: array({ partitionIndex: int32(), errorCode: int16() }),
  }),
})
export type OffsetCommitResponse = MessageOf<typeof OffsetCommitResponse>
