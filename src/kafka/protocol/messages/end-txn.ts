/** A transaction is committed or aborted; from version 5 on the producer gets a new epoch with it. */
import { type MessageOf, api, bool, int16, int32, int64, request, response, string } from '../schema.ts'

const EndTxn = api('EndTxn', { key: 26, versions: '0-5', flexible: '3+' })

export const EndTxnRequest = request(EndTxn, {
  transactionalId: string(),
  producerId: int64(),
  producerEpoch: int16(),
  committed: bool(),
})
export type EndTxnRequest = MessageOf<typeof EndTxnRequest>

export const EndTxnResponse = response(EndTxn, {
  throttleTimeMs: int32(),
  errorCode: int16(),
  producerId: int64('5+').default(-1).ignorable(),
  producerEpoch: int16('5+').default(-1).ignorable(),
})
export type EndTxnResponse = MessageOf<typeof EndTxnResponse>
