/** ConsumerGroupDescribe: groups of KIP-848 with their members, what each has and is meant to have. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { ResponseOf } from '../../protocol/apis.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import type { Assignment } from '../groups/assignment.ts'
import type { ConsumerGroup } from '../groups/consumer-group.ts'
import type { Held } from '../groups/reconciliation.ts'
import { authorizedOperations } from '../security/authorized-operations.ts'

type Answer = NonNullable<ResponseOf<'ConsumerGroupDescribe'>['groups']>[number]
type Member = NonNullable<Answer['members']>[number]
type DescribedTopic = NonNullable<NonNullable<Member['assignment']>['topicPartitions']>[number]

/** Of this protocol; 0 would be the classic one's. */
const CONSUMER = 1

export const consumerGroupDescribe = (broker: Broker) =>
  handler('ConsumerGroupDescribe', ({ groupIds, includeAuthorizedOperations }, context) => ({
    groups: groupIds.map(groupId => {
      const answer = describe(broker, context, groupId)
      if (!includeAuthorizedOperations || (answer.errorCode ?? 0) !== 0) return answer
      return { ...answer, authorizedOperations: authorizedOperations(context, 'GROUP', groupId) }
    }),
  }))

function describe(broker: Broker, context: RequestContext, groupId: string): Answer {
  if (!context.may('DESCRIBE', 'GROUP', groupId)) return { groupId, errorCode: ErrorCode.GROUP_AUTHORIZATION_FAILED }
  if (groupId === '') return { groupId, errorCode: ErrorCode.INVALID_GROUP_ID }
  const group = broker.groups.get(groupId)
  if (group?.kind !== 'consumer') {
    const why = group === undefined ? 'not found' : 'is not a consumer group'
    return { groupId, errorCode: ErrorCode.GROUP_ID_NOT_FOUND, errorMessage: `Group ${groupId} ${why}.` }
  }
  const members = membersOf(broker, group)
  if (members.every(member => topicsOf(member).every(topic => context.may('DESCRIBE', 'TOPIC', topic)))) {
    const { stateName: groupState, epoch: groupEpoch, assignmentEpoch, assignorName } = group
    return { groupId, groupState, groupEpoch, assignmentEpoch, assignorName, members }
  }
  return {
    groupId,
    errorCode: ErrorCode.TOPIC_AUTHORIZATION_FAILED,
    errorMessage: 'The group has described topic(s) that the client is not authorized to describe.',
  }
}

const membersOf = (broker: Broker, group: ConsumerGroup): Member[] =>
  Array.from(group.members.values(), ({ id, description, subscription, position, target }) => ({
    memberId: id,
    instanceId: description.instanceId,
    rackId: description.rackId,
    memberEpoch: position.epoch,
    clientId: description.clientId,
    clientHost: description.clientHost,
    subscribedTopicNames: [...subscription.names],
    subscribedTopicRegex: subscription.pattern,
    // What it is asked to give up it has, until it has given it up.
    assignment: { topicPartitions: described(broker, merged(position.held, position.revoking)) },
    targetAssignment: { topicPartitions: described(broker, target) },
    memberType: CONSUMER,
  }))

function described(broker: Broker, assignment: Assignment): DescribedTopic[] {
  const topics: DescribedTopic[] = []
  for (const [topicId, partitions] of assignment) {
    const topicName = broker.topics.withId(topicId)?.name
    // A topic that is gone has no name any more.
    if (topicName !== undefined) topics.push({ topicId, topicName, partitions })
  }
  return topics
}

function merged(...parts: readonly Held[]): Assignment {
  const all = new Map<string, number[]>()
  for (const held of parts)
    for (const [topicId, partitions] of held) all.set(topicId, [...(all.get(topicId) ?? []), ...partitions.keys()])
  for (const partitions of all.values()) partitions.sort((a, b) => a - b)
  return all
}

const topicsOf = ({ assignment, targetAssignment }: Member): string[] =>
  [assignment, targetAssignment].flatMap(part => (part?.topicPartitions ?? []).map(({ topicName }) => topicName ?? ''))
