/** Where the records of a leader epoch end. */
import { type MessageOf, api, array, int16, int32, int64, request, response, string } from '../schema.ts'

const OffsetForLeaderEpoch = api('OffsetForLeaderEpoch', { key: 23, versions: '2-4', flexible: '4+' })

export const OffsetForLeaderEpochRequest = request(OffsetForLeaderEpoch, {
  replicaId: int32('3+').default(-2).ignorable(),
  topics: array({
    topic: string(),
    partitions: array({
      partition: int32(),
      currentLeaderEpoch: int32().default(-1).ignorable(),
      leaderEpoch: int32(),
    }),
  }),
})
export type OffsetForLeaderEpochRequest = MessageOf<typeof OffsetForLeaderEpochRequest>

export const OffsetForLeaderEpochResponse = response(OffsetForLeaderEpoch, {
  throttleTimeMs: int32().ignorable(),
  topics: array({
    topic: string(),
    partitions: array({
      errorCode: int16(),
      partition: int32(),
      leaderEpoch: int32().default(-1).ignorable(),
      endOffset: int64().default(-1),
    }),
  }),
})
export type OffsetForLeaderEpochResponse = MessageOf<typeof OffsetForLeaderEpochResponse>
