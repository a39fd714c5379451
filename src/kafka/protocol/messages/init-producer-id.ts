/**
 * A producer gets its id and epoch; an older one of the same transactional id is fenced. Version 6, which Kafka keeps
 * unstable, is left out.
 */
import { type MessageOf, api, int16, int32, int64, request, response, string } from '../schema.ts'

const InitProducerId = api('InitProducerId', { key: 22, versions: '0-5', flexible: '2+' })

export const InitProducerIdRequest = request(InitProducerId, {
  transactionalId: string().nullable(),
  transactionTimeoutMs: int32(),
  producerId: int64('3+').default(-1),
  producerEpoch: int16('3+').default(-1),
})
export type InitProducerIdRequest = MessageOf<typeof InitProducerIdRequest>

export const InitProducerIdResponse = response(InitProducerId, {
  throttleTimeMs: int32().ignorable(),
  errorCode: int16(),
  producerId: int64().default(-1),
  producerEpoch: int16(),
})
export type InitProducerIdResponse = MessageOf<typeof InitProducerIdResponse>
