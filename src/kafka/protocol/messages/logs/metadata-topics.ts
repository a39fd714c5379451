/** `__cluster_metadata`: topics, their partitions and configs. */
import { type MessageOf, array, flexible, int32, int8, record, string, uuid } from '../../schema.ts'

export const TopicRecord = record(2, 'TopicRecord', '0', flexible('0+'), { name: string(), topicId: uuid() })
export type TopicRecord = MessageOf<typeof TopicRecord>

export const PartitionRecord = record(3, 'PartitionRecord', '0-2', flexible('0+'), {
  partitionId: int32().default(-1),
  topicId: uuid(),
  replicas: array(int32()),
  isr: array(int32()),
  removingReplicas: array(int32()),
  addingReplicas: array(int32()),
  leader: int32().default(-1),
  leaderRecoveryState: int8().tagged(0),
  leaderEpoch: int32().default(-1),
  partitionEpoch: int32().default(-1),
  directories: array('1+', uuid()),
  eligibleLeaderReplicas: array('2+', int32()).orNull().tagged(1),
  lastKnownElr: array('2+', int32()).orNull().tagged(2),
})
export type PartitionRecord = MessageOf<typeof PartitionRecord>

export const PartitionChangeRecord = record(5, 'PartitionChangeRecord', '0-2', flexible('0+'), {
  partitionId: int32().default(-1),
  topicId: uuid(),
  isr: array(int32()).orNull().tagged(0),
  leader: int32().default(-2).tagged(1),
  replicas: array(int32()).orNull().tagged(2),
  removingReplicas: array(int32()).orNull().tagged(3),
  addingReplicas: array(int32()).orNull().tagged(4),
  leaderRecoveryState: int8().default(-1).tagged(5),
  directories: array('1+', uuid()).orNull().tagged(8),
  eligibleLeaderReplicas: array('2+', int32()).orNull().tagged(6),
  lastKnownElr: array('2+', int32()).orNull().tagged(7),
})
export type PartitionChangeRecord = MessageOf<typeof PartitionChangeRecord>

export const RemoveTopicRecord = record(9, 'RemoveTopicRecord', '0', flexible('0+'), { topicId: uuid() })
export type RemoveTopicRecord = MessageOf<typeof RemoveTopicRecord>

export const ClearElrRecord = record(28, 'ClearElrRecord', '0', flexible('0+'), { topicName: string() })
export type ClearElrRecord = MessageOf<typeof ClearElrRecord>

export const ConfigRecord = record(4, 'ConfigRecord', '0', flexible('0+'), {
  resourceType: int8(),
  resourceName: string(),
  name: string(),
  value: string().nullable(),
})
export type ConfigRecord = MessageOf<typeof ConfigRecord>
