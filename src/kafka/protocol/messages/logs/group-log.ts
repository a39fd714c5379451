/** `__consumer_offsets`: offsets and classic groups. */
import { type MessageOf, array, bytes, flexible, int32, int64, record, string, uuid } from '../../schema.ts'

export const LegacyOffsetCommitKey = record(0, 'LegacyOffsetCommitKey', '0', flexible('none'), {
  group: string(),
  topic: string(),
  partition: int32(),
})
export type LegacyOffsetCommitKey = MessageOf<typeof LegacyOffsetCommitKey>

export const LegacyOffsetCommitValue = record(0, 'LegacyOffsetCommitValue', '0', flexible('none'), {
  offset: int64(),
  metadata: string(),
  commitTimestamp: int64(),
})
export type LegacyOffsetCommitValue = MessageOf<typeof LegacyOffsetCommitValue>

export const OffsetCommitKey = record(1, 'OffsetCommitKey', '0', flexible('none'), {
  group: string(),
  topic: string(),
  partition: int32(),
})
export type OffsetCommitKey = MessageOf<typeof OffsetCommitKey>

export const OffsetCommitValue = record(1, 'OffsetCommitValue', '0-4', flexible('4+'), {
  offset: int64(),
  leaderEpoch: int32('3+').default(-1).ignorable(),
  metadata: string(),
  commitTimestamp: int64(),
  expireTimestamp: int64('1').default(-1).ignorable(),
  topicId: uuid('4+').ignorable().tagged(0),
})
export type OffsetCommitValue = MessageOf<typeof OffsetCommitValue>

export const GroupMetadataKey = record(2, 'GroupMetadataKey', '0', flexible('none'), { group: string() })
export type GroupMetadataKey = MessageOf<typeof GroupMetadataKey>

export const GroupMetadataValue = record(2, 'GroupMetadataValue', '0-4', flexible('4+'), {
  protocolType: string(),
  generation: int32(),
  protocol: string().nullable(),
  leader: string().nullable(),
  currentStateTimestamp: int64('2+').default(-1).ignorable(),
  members: array({
    memberId: string(),
    groupInstanceId: string('3+').orNull().ignorable(),
    clientId: string(),
    clientHost: string(),
    rebalanceTimeout: int32('1+').default(-1).ignorable(),
    sessionTimeout: int32(),
    subscription: bytes(),
    assignment: bytes(),
  }),
})
export type GroupMetadataValue = MessageOf<typeof GroupMetadataValue>
