/**
 * The records of the coordinators' logs, by type.
 *
 *     key    00 01 …      int16 type, key message
 *     value  00 03 …      int16 version, value message
 *
 *     decodeCoordinatorRecord(groupLog, key, value)
 *         { name: 'OffsetCommit', key: { group: 'g', topic: 'orders', partition: 0 }, value: { offset: 42, … } }
 *
 * A record without a value says that what its key names is gone. Types that are not known here are those of a newer Kafka.
 */
import { codecOf } from './codec.ts'
import * as consumer from './messages/logs/consumer-group-log.ts'
import * as group from './messages/logs/group-log.ts'
import * as share from './messages/logs/share-group-log.ts'
import * as streams from './messages/logs/streams-group-log.ts'
import * as transaction from './messages/logs/transaction-log.ts'
import { Reader } from './reader.ts'
import type { InputOf, Message, MessageOf } from './schema.ts'
import { Writer } from './writer.ts'

/** The type is that of both; a key has one version only. */
export interface RecordPair<K extends Message = Message, V extends Message = Message> {
  readonly key: K
  readonly value: V
}

const pair = <K extends Message, V extends Message>(key: K, value: V): RecordPair<K, V> => ({ key, value })

/** `__consumer_offsets` */
export const groupLog = {
  LegacyOffsetCommit: pair(group.LegacyOffsetCommitKey, group.LegacyOffsetCommitValue),
  OffsetCommit: pair(group.OffsetCommitKey, group.OffsetCommitValue),
  GroupMetadata: pair(group.GroupMetadataKey, group.GroupMetadataValue),
  ConsumerGroupMetadata: pair(consumer.ConsumerGroupMetadataKey, consumer.ConsumerGroupMetadataValue),
  ConsumerGroupPartitionMetadata: pair(consumer.ConsumerGroupPartitionMetadataKey, consumer.ConsumerGroupPartitionMetadataValue),
  ConsumerGroupMemberMetadata: pair(consumer.ConsumerGroupMemberMetadataKey, consumer.ConsumerGroupMemberMetadataValue),
  ConsumerGroupTargetAssignmentMetadata: pair(
    consumer.ConsumerGroupTargetAssignmentMetadataKey,
    consumer.ConsumerGroupTargetAssignmentMetadataValue,
  ),
  ConsumerGroupTargetAssignmentMember: pair(
    consumer.ConsumerGroupTargetAssignmentMemberKey,
    consumer.ConsumerGroupTargetAssignmentMemberValue,
  ),
  ConsumerGroupCurrentMemberAssignment: pair(
    consumer.ConsumerGroupCurrentMemberAssignmentKey,
    consumer.ConsumerGroupCurrentMemberAssignmentValue,
  ),
  ShareGroupMemberMetadata: pair(share.ShareGroupMemberMetadataKey, share.ShareGroupMemberMetadataValue),
  ShareGroupMetadata: pair(share.ShareGroupMetadataKey, share.ShareGroupMetadataValue),
  ShareGroupTargetAssignmentMetadata: pair(
    share.ShareGroupTargetAssignmentMetadataKey,
    share.ShareGroupTargetAssignmentMetadataValue,
  ),
  ShareGroupTargetAssignmentMember: pair(share.ShareGroupTargetAssignmentMemberKey, share.ShareGroupTargetAssignmentMemberValue),
  ShareGroupCurrentMemberAssignment: pair(
    share.ShareGroupCurrentMemberAssignmentKey,
    share.ShareGroupCurrentMemberAssignmentValue,
  ),
  ShareGroupStatePartitionMetadata: pair(share.ShareGroupStatePartitionMetadataKey, share.ShareGroupStatePartitionMetadataValue),
  ConsumerGroupRegularExpression: pair(consumer.ConsumerGroupRegularExpressionKey, consumer.ConsumerGroupRegularExpressionValue),
  StreamsGroupMetadata: pair(streams.StreamsGroupMetadataKey, streams.StreamsGroupMetadataValue),
  StreamsGroupMemberMetadata: pair(streams.StreamsGroupMemberMetadataKey, streams.StreamsGroupMemberMetadataValue),
  StreamsGroupTargetAssignmentMetadata: pair(
    streams.StreamsGroupTargetAssignmentMetadataKey,
    streams.StreamsGroupTargetAssignmentMetadataValue,
  ),
  StreamsGroupTargetAssignmentMember: pair(
    streams.StreamsGroupTargetAssignmentMemberKey,
    streams.StreamsGroupTargetAssignmentMemberValue,
  ),
  StreamsGroupCurrentMemberAssignment: pair(
    streams.StreamsGroupCurrentMemberAssignmentKey,
    streams.StreamsGroupCurrentMemberAssignmentValue,
  ),
  StreamsGroupTopology: pair(streams.StreamsGroupTopologyKey, streams.StreamsGroupTopologyValue),
} as const satisfies Log

/** `__transaction_state` */
export const transactionLog = {
  TransactionLog: pair(transaction.TransactionLogKey, transaction.TransactionLogValue),
} as const satisfies Log

export type Log = Readonly<Record<string, RecordPair>>

/** One of the records of a log. */
export type CoordinatorRecord<L extends Log> = {
  [N in keyof L]: { readonly name: N; readonly key: MessageOf<L[N]['key']>; readonly value: MessageOf<L[N]['value']> | null }
}[keyof L]

const KEY_VERSION = 0

/** Undefined where the type is not known. */
export function decodeCoordinatorRecord<L extends Log>(
  log: L,
  key: Uint8Array,
  value: Uint8Array | null,
): CoordinatorRecord<L> | undefined {
  const reader = new Reader(key)
  const type = reader.int16()
  const found = Object.entries(log).find(([, of]) => of.key.key === type)
  if (found === undefined) return undefined
  const [name, of] = found
  const decodedKey = codecOf(of.key, KEY_VERSION).decode(reader)
  if (value === null) return { name, key: decodedKey, value: null } as CoordinatorRecord<L>
  reader.reset(value)
  const decodedValue = codecOf(of.value, reader.int16()).decode(reader)
  return { name, key: decodedKey, value: decodedValue } as CoordinatorRecord<L>
}

/** `version` is that of the value. */
export function encodeCoordinatorRecord<K extends Message, V extends Message>(
  of: RecordPair<K, V>,
  version: number,
  key: InputOf<K>,
  value: InputOf<V> | null,
): { readonly key: Uint8Array; readonly value: Uint8Array | null } {
  const writer = new Writer()
  writer.int16(of.key.key!)
  codecOf(of.key, KEY_VERSION).encode(key, writer)
  const keyBytes = writer.take()
  if (value === null) return { key: keyBytes, value: null }
  writer.int16(version)
  codecOf(of.value, version).encode(value, writer)
  return { key: keyBytes, value: writer.take() }
}
