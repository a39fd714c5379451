/** Moves the start of partitions up to an offset; -1 is the high watermark. */
import { type MessageOf, api, array, int16, int32, int64, request, response, string } from '../schema.ts'

const DeleteRecords = api('DeleteRecords', { key: 21, versions: '0-2', flexible: '2+' })

export const DeleteRecordsRequest = request(DeleteRecords, {
  topics: array({ name: string(), partitions: array({ partitionIndex: int32(), offset: int64() }) }),
  timeoutMs: int32(),
})
export type DeleteRecordsRequest = MessageOf<typeof DeleteRecordsRequest>

export const DeleteRecordsResponse = response(DeleteRecords, {
  throttleTimeMs: int32(),
  topics: array({
    name: string(),
    partitions: array({ partitionIndex: int32(), lowWatermark: int64(), errorCode: int16() }),
  }),
})
export type DeleteRecordsResponse = MessageOf<typeof DeleteRecordsResponse>
