/** The ends of transactions in their partitions; over the wire only for an administrator who aborts one. */
import { type MessageOf, api, array, bool, int16, int32, int64, int8, request, response, string } from '../schema.ts'

const WriteTxnMarkers = api('WriteTxnMarkers', { key: 27, versions: '1-2', flexible: '1+' })

export const WriteTxnMarkersRequest = request(WriteTxnMarkers, {
  markers: array({
    producerId: int64(),
    producerEpoch: int16(),
    transactionResult: bool(),
    topics: array({ name: string(), partitionIndexes: array(int32()) }),
    coordinatorEpoch: int32(),
    transactionVersion: int8('2+').ignorable(),
  }),
})
export type WriteTxnMarkersRequest = MessageOf<typeof WriteTxnMarkersRequest>

export const WriteTxnMarkersResponse = response(WriteTxnMarkers, {
  markers: array({
    producerId: int64(),
    topics: array({ name: string(), partitions: array({ partitionIndex: int32(), errorCode: int16() }) }),
  }),
})
export type WriteTxnMarkersResponse = MessageOf<typeof WriteTxnMarkersResponse>
