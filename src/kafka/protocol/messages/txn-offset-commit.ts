/** Offsets of a group that are committed with a transaction. */
import { type MessageOf, api, array, int16, int32, int64, request, response, string } from '../schema.ts'

const TxnOffsetCommit = api('TxnOffsetCommit', { key: 28, versions: '0-5', flexible: '3+' })

export const TxnOffsetCommitRequest = request(TxnOffsetCommit, {
  transactionalId: string(),
  groupId: string(),
  producerId: int64(),
  producerEpoch: int16(),
  generationId: int32('3+').default(-1),
  memberId: string('3+'),
  groupInstanceId: string('3+').orNull(),
  topics: array({
    name: string(),
    partitions: array({
      partitionIndex: int32(),
      committedOffset: int64(),
      committedLeaderEpoch: int32('2+').default(-1).ignorable(),
      committedMetadata: string().nullable(),
    }),
  }),
})
export type TxnOffsetCommitRequest = MessageOf<typeof TxnOffsetCommitRequest>

export const TxnOffsetCommitResponse = response(TxnOffsetCommit, {
  throttleTimeMs: int32(),
  topics: array({ name: string(), partitions: array({ partitionIndex: int32(), errorCode: int16() }) }),
})
export type TxnOffsetCommitResponse = MessageOf<typeof TxnOffsetCommitResponse>
