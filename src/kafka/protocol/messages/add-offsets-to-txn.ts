/** The offsets of a group join a transaction. */
import { type MessageOf, api, int16, int32, int64, request, response, string } from '../schema.ts'

const AddOffsetsToTxn = api('AddOffsetsToTxn', { key: 25, versions: '0-4', flexible: '3+' })

export const AddOffsetsToTxnRequest = request(AddOffsetsToTxn, {
  transactionalId: string(),
  producerId: int64(),
  producerEpoch: int16(),
  groupId: string(),
})
export type AddOffsetsToTxnRequest = MessageOf<typeof AddOffsetsToTxnRequest>

export const AddOffsetsToTxnResponse = response(AddOffsetsToTxn, { throttleTimeMs: int32(), errorCode: int16() })
export type AddOffsetsToTxnResponse = MessageOf<typeof AddOffsetsToTxnResponse>
