/** A group forgets how far it has read. */
import { type MessageOf, api, array, int16, int32, request, response, string } from '../schema.ts'

const OffsetDelete = api('OffsetDelete', { key: 47, versions: '0', flexible: 'none' })

export const OffsetDeleteRequest = request(OffsetDelete, {
  groupId: string(),
  topics: array({ name: string(), partitions: array({ partitionIndex: int32() }) }),
})
export type OffsetDeleteRequest = MessageOf<typeof OffsetDeleteRequest>

export const OffsetDeleteResponse = response(OffsetDelete, {
  errorCode: int16(),
  throttleTimeMs: int32().ignorable(),
  topics: array({ name: string(), partitions: array({ partitionIndex: int32(), errorCode: int16() }) }),
})
export type OffsetDeleteResponse = MessageOf<typeof OffsetDeleteResponse>
