/**
 * The records of `__cluster_metadata`, by type.
 *
 *     01 02 00 …      uvarint frame 1, uvarint type 2, uvarint version 0, message of a TopicRecord
 *
 *     decodeMetadataRecord(bytes)      { name: 'TopicRecord', value: { name: 'orders', topicId: … } }
 *
 * Types that are not known here are those of a newer Kafka.
 */
import { codecOf } from './codec.ts'
import * as cluster from './messages/logs/metadata-cluster.ts'
import * as security from './messages/logs/metadata-security.ts'
import * as topics from './messages/logs/metadata-topics.ts'
import { ProtocolError } from './protocol-error.ts'
import { Reader } from './reader.ts'
import type { InputOf, Message, MessageOf } from './schema.ts'
import { Writer } from './writer.ts'

export const metadataLog = { ...topics, ...cluster, ...security } as const

export type MetadataRecord = {
  [N in keyof typeof metadataLog]: { readonly name: N; readonly value: MessageOf<(typeof metadataLog)[N]> }
}[keyof typeof metadataLog]

const FRAME = 1

/** Undefined where the type is not known. */
export function decodeMetadataRecord(bytes: Uint8Array): MetadataRecord | undefined {
  const reader = new Reader(bytes)
  const frame = reader.uvarint()
  if (frame !== FRAME) throw new ProtocolError('MESSAGE_VERSION', `a metadata record has frame ${FRAME}, not ${frame}`)
  const type = reader.uvarint()
  const version = reader.uvarint()
  const message = Object.values<Message>(metadataLog).find(({ key }) => key === type)
  if (message === undefined) return undefined
  return { name: message.name, value: codecOf(message, version).decode(reader) } as MetadataRecord
}

export function encodeMetadataRecord<M extends Message>(message: M, version: number, value: InputOf<M>): Uint8Array {
  const writer = new Writer()
  writer.uvarint(FRAME)
  writer.uvarint(message.key!)
  writer.uvarint(version)
  codecOf(message, version).encode(value, writer)
  return writer.take()
}
