/** `__consumer_offsets`: groups of the new protocol (KIP-848). */
import { type MessageOf, array, bytes, flexible, int32, int64, int8, record, string, struct, uuid } from '../../schema.ts'

const topicPartitions = {
  topicId: uuid(),
  partitions: array(int32()),
  assignmentEpochs: array(int32()).nullable().tagged(0),
}

export const ConsumerGroupCurrentMemberAssignmentKey = record(
  8,
  'ConsumerGroupCurrentMemberAssignmentKey',
  '0',
  flexible('none'),
  { groupId: string(), memberId: string() },
)
export type ConsumerGroupCurrentMemberAssignmentKey = MessageOf<typeof ConsumerGroupCurrentMemberAssignmentKey>

export const ConsumerGroupCurrentMemberAssignmentValue = record(
  8,
  'ConsumerGroupCurrentMemberAssignmentValue',
  '0',
  flexible('0+'),
  {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    assignedPartitions: array(topicPartitions),
    partitionsPendingRevocation: array(topicPartitions),
  },
)
export type ConsumerGroupCurrentMemberAssignmentValue = MessageOf<typeof ConsumerGroupCurrentMemberAssignmentValue>

export const ConsumerGroupMemberMetadataKey = record(5, 'ConsumerGroupMemberMetadataKey', '0', flexible('none'), {
  groupId: string(),
  memberId: string(),
})
export type ConsumerGroupMemberMetadataKey = MessageOf<typeof ConsumerGroupMemberMetadataKey>

export const ConsumerGroupMemberMetadataValue = record(5, 'ConsumerGroupMemberMetadataValue', '0', flexible('0+'), {
  instanceId: string().nullable(),
  rackId: string().nullable(),
  clientId: string(),
  clientHost: string(),
  subscribedTopicNames: array(string()),
  subscribedTopicRegex: string().nullable(),
  rebalanceTimeoutMs: int32().default(-1),
  serverAssignor: string().nullable(),
  classicMemberMetadata: struct({
    sessionTimeoutMs: int32(),
    supportedProtocols: array({ name: string(), metadata: bytes() }),
  })
    .nullable()
    .tagged(0),
})
export type ConsumerGroupMemberMetadataValue = MessageOf<typeof ConsumerGroupMemberMetadataValue>

export const ConsumerGroupMetadataKey = record(3, 'ConsumerGroupMetadataKey', '0', flexible('none'), { groupId: string() })
export type ConsumerGroupMetadataKey = MessageOf<typeof ConsumerGroupMetadataKey>

export const ConsumerGroupMetadataValue = record(3, 'ConsumerGroupMetadataValue', '0', flexible('0+'), {
  epoch: int32(),
  metadataHash: int64().tagged(0),
})
export type ConsumerGroupMetadataValue = MessageOf<typeof ConsumerGroupMetadataValue>

export const ConsumerGroupPartitionMetadataKey = record(4, 'ConsumerGroupPartitionMetadataKey', '0', flexible('none'), {
  groupId: string(),
})
export type ConsumerGroupPartitionMetadataKey = MessageOf<typeof ConsumerGroupPartitionMetadataKey>

export const ConsumerGroupPartitionMetadataValue = record(4, 'ConsumerGroupPartitionMetadataValue', '0', flexible('0+'), {
  topics: array({
    topicId: uuid(),
    topicName: string(),
    numPartitions: int32(),
    partitionMetadata: array({ partition: int32(), racks: array(string()) }),
  }),
})
export type ConsumerGroupPartitionMetadataValue = MessageOf<typeof ConsumerGroupPartitionMetadataValue>

export const ConsumerGroupRegularExpressionKey = record(16, 'ConsumerGroupRegularExpressionKey', '0', flexible('none'), {
  groupId: string(),
  regularExpression: string(),
})
export type ConsumerGroupRegularExpressionKey = MessageOf<typeof ConsumerGroupRegularExpressionKey>

export const ConsumerGroupRegularExpressionValue = record(16, 'ConsumerGroupRegularExpressionValue', '0', flexible('0+'), {
  topics: array(string()),
  version: int64(),
  timestamp: int64(),
})
export type ConsumerGroupRegularExpressionValue = MessageOf<typeof ConsumerGroupRegularExpressionValue>

export const ConsumerGroupTargetAssignmentMemberKey = record(7, 'ConsumerGroupTargetAssignmentMemberKey', '0', flexible('none'), {
  groupId: string(),
  memberId: string(),
})
export type ConsumerGroupTargetAssignmentMemberKey = MessageOf<typeof ConsumerGroupTargetAssignmentMemberKey>

export const ConsumerGroupTargetAssignmentMemberValue = record(
  7,
  'ConsumerGroupTargetAssignmentMemberValue',
  '0',
  flexible('0+'),
  { topicPartitions: array({ topicId: uuid(), partitions: array(int32()) }) },
)
export type ConsumerGroupTargetAssignmentMemberValue = MessageOf<typeof ConsumerGroupTargetAssignmentMemberValue>

export const ConsumerGroupTargetAssignmentMetadataKey = record(
  6,
  'ConsumerGroupTargetAssignmentMetadataKey',
  '0',
  flexible('none'),
  { groupId: string() },
)
export type ConsumerGroupTargetAssignmentMetadataKey = MessageOf<typeof ConsumerGroupTargetAssignmentMetadataKey>

export const ConsumerGroupTargetAssignmentMetadataValue = record(
  6,
  'ConsumerGroupTargetAssignmentMetadataValue',
  '0',
  flexible('0+'),
  { assignmentEpoch: int32(), assignmentTimestamp: int64().ignorable().tagged(0) },
)
export type ConsumerGroupTargetAssignmentMetadataValue = MessageOf<typeof ConsumerGroupTargetAssignmentMetadataValue>
