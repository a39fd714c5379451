/** Groups of the new protocol (KIP-848): one heartbeat joins, reports, learns and leaves. */
import {
  type MessageOf,
  api,
  array,
  bool,
  int16,
  int32,
  INT32_MIN,
  int8,
  request,
  response,
  string,
  struct,
  uuid,
} from '../schema.ts'

const ConsumerGroupHeartbeat = api('ConsumerGroupHeartbeat', { key: 68, versions: '0-1', flexible: '0+' })
const ConsumerGroupDescribe = api('ConsumerGroupDescribe', { key: 69, versions: '0-1', flexible: '0+' })

const assignment = {
  topicPartitions: array({ topicId: uuid(), topicName: string(), partitions: array(int32()) }),
}

export const ConsumerGroupHeartbeatRequest = request(ConsumerGroupHeartbeat, {
  groupId: string(),
  memberId: string(),
  memberEpoch: int32(),
  instanceId: string().orNull(),
  rackId: string().orNull(),
  rebalanceTimeoutMs: int32().default(-1),
  subscribedTopicNames: array(string()).orNull(),
  subscribedTopicRegex: string('1+').orNull(),
  serverAssignor: string().orNull(),
  topicPartitions: array({ topicId: uuid(), partitions: array(int32()) }).orNull(),
})
export type ConsumerGroupHeartbeatRequest = MessageOf<typeof ConsumerGroupHeartbeatRequest>

export const ConsumerGroupHeartbeatResponse = response(ConsumerGroupHeartbeat, {
  throttleTimeMs: int32(),
  errorCode: int16(),
  errorMessage: string().orNull(),
  memberId: string().orNull(),
  memberEpoch: int32(),
  heartbeatIntervalMs: int32(),
  assignment: struct({ topicPartitions: array({ topicId: uuid(), partitions: array(int32()) }) }).orNull(),
})
export type ConsumerGroupHeartbeatResponse = MessageOf<typeof ConsumerGroupHeartbeatResponse>

export const ConsumerGroupDescribeRequest = request(ConsumerGroupDescribe, {
  groupIds: array(string()),
  includeAuthorizedOperations: bool(),
})
export type ConsumerGroupDescribeRequest = MessageOf<typeof ConsumerGroupDescribeRequest>

export const ConsumerGroupDescribeResponse = response(ConsumerGroupDescribe, {
  throttleTimeMs: int32(),
  groups: array({
    errorCode: int16(),
    errorMessage: string().orNull(),
    groupId: string(),
    groupState: string(),
    groupEpoch: int32(),
    assignmentEpoch: int32(),
    assignorName: string(),
    members: array({
      memberId: string(),
      instanceId: string().orNull(),
      rackId: string().orNull(),
      memberEpoch: int32(),
      clientId: string(),
      clientHost: string(),
      subscribedTopicNames: array(string()),
      subscribedTopicRegex: string().orNull(),
      assignment: struct(assignment),
      targetAssignment: struct(assignment),
      memberType: int8('1+').default(-1).ignorable(),
    }),
    authorizedOperations: int32().default(INT32_MIN),
  }),
})
export type ConsumerGroupDescribeResponse = MessageOf<typeof ConsumerGroupDescribeResponse>
