/**
 * Offsets by time. Times below zero are names:
 *
 *     -1 latest, -2 earliest, -3 that of the largest timestamp, -4 earliest local, -5 latest tiered, -6 earliest to be uploaded
 */
import { type MessageOf, api, array, int16, int32, int64, int8, request, response, string } from '../schema.ts'

const ListOffsets = api('ListOffsets', { key: 2, versions: '1-11', flexible: '6+' })

export const ListOffsetsRequest = request(ListOffsets, {
  replicaId: int32(),
  isolationLevel: int8('2+'),
  topics: array({
    name: string(),
    partitions: array({
      partitionIndex: int32(),
      currentLeaderEpoch: int32('4+').default(-1).ignorable(),
      timestamp: int64(),
    }),
  }),
  timeoutMs: int32('10+').ignorable(),
})
export type ListOffsetsRequest = MessageOf<typeof ListOffsetsRequest>

export const ListOffsetsResponse = response(ListOffsets, {
  throttleTimeMs: int32('2+').ignorable(),
  topics: array({
    name: string(),
    partitions: array({
      partitionIndex: int32(),
      errorCode: int16(),
      timestamp: int64().default(-1),
      offset: int64().default(-1),
      leaderEpoch: int32('4+').default(-1),
    }),
  }),
})
export type ListOffsetsResponse = MessageOf<typeof ListOffsetsResponse>
