/** What a ConsumerGroupHeartbeat has to say, whatever the group is like. The sentences are Kafka's: tests of clients look for them. */
import { ErrorCode } from '../../protocol/errors.ts'
import { KafkaRefusal } from '../topics.ts'
import { type HeartbeatRequest, LEAVES, LEAVES_FOR_NOW } from './consumer-group.ts'

/** From here on members make their ids themselves. */
const FIRST_VERSION_WITH_OWN_IDS = 1

/** Fails with a KafkaRefusal. */
export function checkHeartbeat(request: HeartbeatRequest, version: number, assignors: readonly string[]): void {
  const { groupId, memberId, memberEpoch, instanceId, rackId, serverAssignor } = request
  if (groupId === '') throw invalid("GroupId can't be empty.")
  if (memberId === '' && (version >= FIRST_VERSION_WITH_OWN_IDS || memberEpoch !== 0)) throw invalid("MemberId can't be empty.")
  if (instanceId === '') throw invalid("InstanceId can't be empty.")
  if (rackId === '') throw invalid("RackId can't be empty.")
  if (memberEpoch === 0) checkJoin(request)
  else if (memberEpoch === LEAVES_FOR_NOW) {
    if (instanceId === null) throw invalid("InstanceId can't be null.")
  } else if (memberEpoch < LEAVES) throw invalid('MemberEpoch is invalid.')
  if (serverAssignor !== null && !assignors.includes(serverAssignor)) {
    throw new KafkaRefusal(
      ErrorCode.UNSUPPORTED_ASSIGNOR,
      `ServerAssignor ${serverAssignor} is not supported. Supported assignors: ${assignors.join(', ')}.`,
    )
  }
}

function checkJoin({ rebalanceTimeoutMs, topicPartitions, subscribedTopicNames, subscribedTopicRegex }: HeartbeatRequest): void {
  if (rebalanceTimeoutMs === -1) throw invalid('RebalanceTimeoutMs must be provided in first request.')
  if (topicPartitions === null || topicPartitions.length > 0) throw invalid('TopicPartitions must be empty when (re-)joining.')
  if (subscribedTopicNames === null && subscribedTopicRegex === null)
    throw invalid('Either SubscribedTopicNames or SubscribedTopicRegex must be non-null when (re-)joining.')
}

const invalid = (message: string): KafkaRefusal => new KafkaRefusal(ErrorCode.INVALID_REQUEST, message)
