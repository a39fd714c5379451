/**
 * What stands before every request and response. The client id is never compact, so that the header of a request can be
 * read before its version is known.
 */
import { type MessageOf, data, flexible, int16, int32, string } from '../schema.ts'

export const RequestHeader = data('RequestHeader', '1-2', flexible('2+'), {
  requestApiKey: int16(),
  requestApiVersion: int16(),
  correlationId: int32(),
  clientId: string().nullable().rigid(),
})
export type RequestHeader = MessageOf<typeof RequestHeader>

export const ResponseHeader = data('ResponseHeader', '0-1', flexible('1+'), { correlationId: int32() })
export type ResponseHeader = MessageOf<typeof ResponseHeader>
