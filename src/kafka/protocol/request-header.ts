/**
 * What stands before every request. Its first four fields are the same in all versions, so that they can be read before anything
 * is known of the rest; the tagged fields behind them are there where the API is flexible.
 *
 *     00 01  00 0c  00 00 00 07  00 03 f o o  00      Fetch 12, correlation 7, client foo, no tags
 */
import { isFlexible } from './apis.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

export interface RequestHead {
  readonly apiKey: number
  readonly apiVersion: number
  readonly correlationId: number
  readonly clientId: string | null
}

/** Leaves the reader at the first byte of the message; of an API that is not known, behind the client id. */
export function decodeRequestHeader(reader: Reader): RequestHead {
  const apiKey = reader.int16()
  const apiVersion = reader.int16()
  const correlationId = reader.int32()
  const clientId = reader.nullableString()
  if (isFlexible(apiKey, apiVersion)) reader.skipTags()
  return { apiKey, apiVersion, correlationId, clientId }
}

export function encodeRequestHeader({ apiKey, apiVersion, correlationId, clientId }: RequestHead, writer: Writer): void {
  writer.int16(apiKey)
  writer.int16(apiVersion)
  writer.int32(correlationId)
  writer.nullableString(clientId)
  if (isFlexible(apiKey, apiVersion)) writer.uvarint(0)
}
