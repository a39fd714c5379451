/**
 * What stands before every response: the correlation id of its request, and tagged fields where the API is flexible. The
 * response to ApiVersions never has them, since it is read by clients that don't know yet what the broker speaks.
 *
 *     00 00 00 07  00      correlation 7, no tags
 */
import { responseHeaderVersion } from './apis.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

/** The correlation id; leaves the reader at the first byte of the message. API and version are those of the request. */
export function decodeResponseHeader(apiKey: number, apiVersion: number, reader: Reader): number {
  const correlationId = reader.int32()
  if (responseHeaderVersion(apiKey, apiVersion) === 1) reader.skipTags()
  return correlationId
}

export function encodeResponseHeader(apiKey: number, apiVersion: number, correlationId: number, writer: Writer): void {
  writer.int32(correlationId)
  if (responseHeaderVersion(apiKey, apiVersion) === 1) writer.uvarint(0)
}
