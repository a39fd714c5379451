/** `__consumer_offsets`: streams groups (KIP-1071). Read to be passed over. */
import { type MessageOf, array, flexible, int16, int32, int64, int8, record, string, struct, uint16 } from '../../schema.ts'

const taskIds = {
  subtopologyId: string(),
  partitions: array(int32()),
  assignmentEpochs: array(int32()).nullable().tagged(0),
}

const streamsGroupTargetAssignmentMemberTaskIds = { subtopologyId: string(), partitions: array(int32()) }

const topicInfo = {
  name: string(),
  partitions: int32(),
  replicationFactor: int16(),
  topicConfigs: array({ key: string(), value: string() }),
}

export const StreamsGroupCurrentMemberAssignmentKey = record(
  22,
  'StreamsGroupCurrentMemberAssignmentKey',
  '0',
  flexible('none'),
  { groupId: string(), memberId: string() },
)
export type StreamsGroupCurrentMemberAssignmentKey = MessageOf<typeof StreamsGroupCurrentMemberAssignmentKey>

export const StreamsGroupCurrentMemberAssignmentValue = record(
  22,
  'StreamsGroupCurrentMemberAssignmentValue',
  '0',
  flexible('0+'),
  {
    memberEpoch: int32(),
    previousMemberEpoch: int32(),
    state: int8(),
    activeTasks: array(taskIds),
    standbyTasks: array(taskIds),
    warmupTasks: array(taskIds),
    activeTasksPendingRevocation: array(taskIds),
    standbyTasksPendingRevocation: array(taskIds),
    warmupTasksPendingRevocation: array(taskIds),
  },
)
export type StreamsGroupCurrentMemberAssignmentValue = MessageOf<typeof StreamsGroupCurrentMemberAssignmentValue>

export const StreamsGroupMemberMetadataKey = record(19, 'StreamsGroupMemberMetadataKey', '0', flexible('none'), {
  groupId: string(),
  memberId: string(),
})
export type StreamsGroupMemberMetadataKey = MessageOf<typeof StreamsGroupMemberMetadataKey>

export const StreamsGroupMemberMetadataValue = record(19, 'StreamsGroupMemberMetadataValue', '0', flexible('0+'), {
  instanceId: string().nullable(),
  rackId: string().nullable(),
  clientId: string(),
  clientHost: string(),
  rebalanceTimeoutMs: int32().default(-1),
  topologyEpoch: int32(),
  processId: string(),
  userEndpoint: struct({ host: string(), port: uint16() }).orNull(),
  clientTags: array({ key: string(), value: string() }),
})
export type StreamsGroupMemberMetadataValue = MessageOf<typeof StreamsGroupMemberMetadataValue>

export const StreamsGroupMetadataKey = record(17, 'StreamsGroupMetadataKey', '0', flexible('none'), { groupId: string() })
export type StreamsGroupMetadataKey = MessageOf<typeof StreamsGroupMetadataKey>

export const StreamsGroupMetadataValue = record(17, 'StreamsGroupMetadataValue', '0', flexible('0+'), {
  epoch: int32(),
  metadataHash: int64(),
  validatedTopologyEpoch: int32().default(-1).tagged(0),
  lastAssignmentConfigs: array({ key: string(), value: string() }).nullable().tagged(1),
})
export type StreamsGroupMetadataValue = MessageOf<typeof StreamsGroupMetadataValue>

export const StreamsGroupTargetAssignmentMemberKey = record(21, 'StreamsGroupTargetAssignmentMemberKey', '0', flexible('none'), {
  groupId: string(),
  memberId: string(),
})
export type StreamsGroupTargetAssignmentMemberKey = MessageOf<typeof StreamsGroupTargetAssignmentMemberKey>

export const StreamsGroupTargetAssignmentMemberValue = record(
  21,
  'StreamsGroupTargetAssignmentMemberValue',
  '0',
  flexible('0+'),
  {
    activeTasks: array(streamsGroupTargetAssignmentMemberTaskIds),
    standbyTasks: array(streamsGroupTargetAssignmentMemberTaskIds),
    warmupTasks: array(streamsGroupTargetAssignmentMemberTaskIds),
  },
)
export type StreamsGroupTargetAssignmentMemberValue = MessageOf<typeof StreamsGroupTargetAssignmentMemberValue>

export const StreamsGroupTargetAssignmentMetadataKey = record(
  20,
  'StreamsGroupTargetAssignmentMetadataKey',
  '0',
  flexible('none'),
  { groupId: string() },
)
export type StreamsGroupTargetAssignmentMetadataKey = MessageOf<typeof StreamsGroupTargetAssignmentMetadataKey>

export const StreamsGroupTargetAssignmentMetadataValue = record(
  20,
  'StreamsGroupTargetAssignmentMetadataValue',
  '0',
  flexible('0+'),
  { assignmentEpoch: int32(), assignmentTimestamp: int64().ignorable().tagged(0) },
)
export type StreamsGroupTargetAssignmentMetadataValue = MessageOf<typeof StreamsGroupTargetAssignmentMetadataValue>

export const StreamsGroupTopologyKey = record(23, 'StreamsGroupTopologyKey', '0', flexible('none'), { groupId: string() })
export type StreamsGroupTopologyKey = MessageOf<typeof StreamsGroupTopologyKey>

export const StreamsGroupTopologyValue = record(23, 'StreamsGroupTopologyValue', '0', flexible('0+'), {
  epoch: int32(),
  subtopologies: array({
    subtopologyId: string(),
    sourceTopics: array(string()),
    sourceTopicRegex: array(string()),
    stateChangelogTopics: array(topicInfo),
    repartitionSinkTopics: array(string()),
    repartitionSourceTopics: array(topicInfo),
    copartitionGroups: array({
      sourceTopics: array(int16()),
      sourceTopicRegex: array(int16()),
      repartitionSourceTopics: array(int16()),
    }),
  }),
})
export type StreamsGroupTopologyValue = MessageOf<typeof StreamsGroupTopologyValue>
