/**
 * What the journal's section of groups holds. An entry says what a group is now, or of a large one the part that changed: who of its
 * members is another one, and who is gone. Each begins with its kind.
 */
import {
  array,
  bool,
  bytes,
  data,
  flexible,
  int32,
  int64,
  int8,
  string,
  type InputOf,
  type MessageOf,
  uuid,
} from '../../protocol/schema.ts'

export const EntryKind = { Classic: 1, Consumer: 2, Deleted: 3 } as const

export const ClassicGroupEntry = data('ClassicGroupEntry', '0', flexible('0+'), {
  groupId: string(),
  state: string(),
  generation: int32(),
  protocolType: string().nullable(),
  protocolName: string().nullable(),
  leader: string().nullable(),
  /** Since when it has no members. */
  emptySinceMs: int64(),
  /** `members` are all there are; otherwise those that have changed. */
  whole: bool(),
  gone: array(string()),
  members: array({
    memberId: string(),
    instanceId: string().nullable(),
    clientId: string(),
    clientHost: string(),
    rebalanceTimeoutMs: int32(),
    sessionTimeoutMs: int32(),
    protocols: array({ name: string(), metadata: bytes() }),
    assignment: bytes(),
  }),
})
export type ClassicGroupEntry = MessageOf<typeof ClassicGroupEntry>
export type ClassicGroupChange = InputOf<typeof ClassicGroupEntry>
export type ClassicMemberEntry = ClassicGroupEntry['members'][number]

const topicPartitions = { topicId: uuid(), partitions: array(int32()) }
/** With the epochs in which the member got them. */
const heldPartitions = { topicId: uuid(), partitions: array(int32()), epochs: array(int32()) }

export const ConsumerGroupEntry = data('ConsumerGroupEntry', '0', flexible('0+'), {
  groupId: string(),
  epoch: int32(),
  assignmentEpoch: int32(),
  /** Of the topics that `epoch` was made for, and their partitions. */
  topicsHash: int32(),
  emptySinceMs: int64(),
  gone: array(string()),
  members: array({
    memberId: string(),
    instanceId: string().nullable(),
    rackId: string().nullable(),
    clientId: string(),
    clientHost: string(),
    rebalanceTimeoutMs: int32(),
    topics: array(string()),
    pattern: string(),
    assignor: string().nullable(),
  }),
  targets: array({ memberId: string(), assignment: array(topicPartitions) }),
  current: array({
    memberId: string(),
    epoch: int32(),
    previousEpoch: int32(),
    state: int8(),
    held: array(heldPartitions),
    revoking: array(heldPartitions),
  }),
  /** Which topics patterns meant when they were last looked at. */
  patterns: array({ pattern: string(), topics: array(string()) }),
})
export type ConsumerGroupEntry = MessageOf<typeof ConsumerGroupEntry>
export type ConsumerGroupChange = InputOf<typeof ConsumerGroupEntry>

export const DeletedGroupEntry = data('DeletedGroupEntry', '0', flexible('0+'), { groupId: string() })
