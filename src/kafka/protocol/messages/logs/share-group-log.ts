/** `__consumer_offsets`: share groups (KIP-932). Read to be passed over. */
import { type MessageOf, array, flexible, int32, int64, int8, record, string, uuid } from '../../schema.ts'

const topicPartitionsInfo = { topicId: uuid(), topicName: string(), partitions: array(int32()) }

export const ShareGroupCurrentMemberAssignmentKey = record(14, 'ShareGroupCurrentMemberAssignmentKey', '0', flexible('none'), {
  groupId: string(),
  memberId: string(),
})
export type ShareGroupCurrentMemberAssignmentKey = MessageOf<typeof ShareGroupCurrentMemberAssignmentKey>

export const ShareGroupCurrentMemberAssignmentValue = record(14, 'ShareGroupCurrentMemberAssignmentValue', '0', flexible('0+'), {
  memberEpoch: int32(),
  previousMemberEpoch: int32(),
  state: int8(),
  assignedPartitions: array({ topicId: uuid(), partitions: array(int32()) }),
})
export type ShareGroupCurrentMemberAssignmentValue = MessageOf<typeof ShareGroupCurrentMemberAssignmentValue>

export const ShareGroupMemberMetadataKey = record(10, 'ShareGroupMemberMetadataKey', '0', flexible('none'), {
  groupId: string(),
  memberId: string(),
})
export type ShareGroupMemberMetadataKey = MessageOf<typeof ShareGroupMemberMetadataKey>

export const ShareGroupMemberMetadataValue = record(10, 'ShareGroupMemberMetadataValue', '0', flexible('0+'), {
  rackId: string().nullable(),
  clientId: string(),
  clientHost: string(),
  subscribedTopicNames: array(string()),
})
export type ShareGroupMemberMetadataValue = MessageOf<typeof ShareGroupMemberMetadataValue>

export const ShareGroupMetadataKey = record(11, 'ShareGroupMetadataKey', '0', flexible('none'), { groupId: string() })
export type ShareGroupMetadataKey = MessageOf<typeof ShareGroupMetadataKey>

export const ShareGroupMetadataValue = record(11, 'ShareGroupMetadataValue', '0', flexible('0+'), {
  epoch: int32(),
  metadataHash: int64(),
})
export type ShareGroupMetadataValue = MessageOf<typeof ShareGroupMetadataValue>

export const ShareGroupStatePartitionMetadataKey = record(15, 'ShareGroupStatePartitionMetadataKey', '0', flexible('none'), {
  groupId: string(),
})
export type ShareGroupStatePartitionMetadataKey = MessageOf<typeof ShareGroupStatePartitionMetadataKey>

export const ShareGroupStatePartitionMetadataValue = record(15, 'ShareGroupStatePartitionMetadataValue', '0', flexible('0+'), {
  initializingTopics: array(topicPartitionsInfo),
  initializedTopics: array(topicPartitionsInfo),
  deletingTopics: array({ topicId: uuid(), topicName: string() }),
})
export type ShareGroupStatePartitionMetadataValue = MessageOf<typeof ShareGroupStatePartitionMetadataValue>

export const ShareGroupTargetAssignmentMemberKey = record(13, 'ShareGroupTargetAssignmentMemberKey', '0', flexible('none'), {
  groupId: string(),
  memberId: string(),
})
export type ShareGroupTargetAssignmentMemberKey = MessageOf<typeof ShareGroupTargetAssignmentMemberKey>

export const ShareGroupTargetAssignmentMemberValue = record(13, 'ShareGroupTargetAssignmentMemberValue', '0', flexible('0+'), {
  topicPartitions: array({ topicId: uuid(), partitions: array(int32()) }),
})
export type ShareGroupTargetAssignmentMemberValue = MessageOf<typeof ShareGroupTargetAssignmentMemberValue>

export const ShareGroupTargetAssignmentMetadataKey = record(12, 'ShareGroupTargetAssignmentMetadataKey', '0', flexible('none'), {
  groupId: string(),
})
export type ShareGroupTargetAssignmentMetadataKey = MessageOf<typeof ShareGroupTargetAssignmentMetadataKey>

export const ShareGroupTargetAssignmentMetadataValue = record(
  12,
  'ShareGroupTargetAssignmentMetadataValue',
  '0',
  flexible('0+'),
  { assignmentEpoch: int32(), assignmentTimestamp: int64().ignorable().tagged(0) },
)
export type ShareGroupTargetAssignmentMetadataValue = MessageOf<typeof ShareGroupTargetAssignmentMetadataValue>
