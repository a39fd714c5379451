/** Groups, of the classic protocol and of KIP-848 alike: who is in them, what they read, how far they are. */
import { ErrorCode } from '../../protocol/errors.ts'
import { codecOf } from '../../protocol/codec.ts'
import { ConsumerProtocolAssignment } from '../../protocol/messages/consumer-protocol.ts'
import { Reader } from '../../protocol/reader.ts'
import type { KafkaClient } from '../client.ts'
import { isRefusal, partitionName, refused } from '../errors.ts'
import {
  type ByPartition,
  type CommittedOffset,
  type OffsetAt,
  type TopicPartition,
  byTopic,
  commitOffsets,
  committedOffsets,
  listOffsets,
} from '../offsets.ts'

export interface ListedGroup {
  readonly group: string
  /** `classic`, `consumer`, …; empty where the broker is too old to say. */
  readonly type: string
  readonly state: string
  readonly protocol: string
}

/** Each broker knows the groups that it coordinates. */
export function listGroups(client: KafkaClient): Promise<ListedGroup[]> {
  return client.retry(async () => {
    await client.refresh([])
    const answers = await Promise.all(
      [...client.metadata.brokers.keys()].map(async broker => {
        const link = client.linkTo(broker)
        const answer = await link.ask('ListGroups', {})
        if (answer.errorCode !== ErrorCode.NONE) throw refused(answer.errorCode, { broker: link.name, what: 'ListGroups' })
        return answer.groups
      }),
    )
    return answers
      .flat()
      .map(g => ({ group: g.groupId, type: g.groupType.toLowerCase(), state: g.groupState, protocol: g.protocolType }))
      .toSorted((a, b) => (a.group < b.group ? -1 : 1))
  })
}

export interface GroupMemberDescription {
  readonly memberId: string
  readonly instanceId: string | undefined
  readonly clientId: string
  readonly host: string
  readonly assigned: readonly TopicPartition[]
}

export interface GroupDescription {
  readonly group: string
  readonly type: 'classic' | 'consumer'
  readonly state: string
  readonly assignor: string
  readonly members: readonly GroupMemberDescription[]
}

/** Undefined where nobody has ever heard of the group. */
export async function describeGroup(client: KafkaClient, group: string): Promise<GroupDescription | undefined> {
  return client.withCoordinator('group', group, async link => {
    const connection = await link.connect()
    if (connection.versionOf('ConsumerGroupDescribe') !== undefined) {
      const answer = await connection.ask('ConsumerGroupDescribe', { groupIds: [group] })
      const found = answer.groups[0]!
      if (found.errorCode === ErrorCode.NONE) {
        return {
          group,
          type: 'consumer',
          state: found.groupState,
          assignor: found.assignorName,
          members: found.members.map(m => ({
            memberId: m.memberId,
            instanceId: m.instanceId ?? undefined,
            clientId: m.clientId,
            host: m.clientHost.replace(/^\//, ''),
            assigned: m.assignment.topicPartitions.flatMap(t =>
              t.partitions.map(partition => ({ topic: t.topicName, partition })),
            ),
          })),
        }
      }
      // Classic groups are asked for otherwise.
      if (found.errorCode !== ErrorCode.GROUP_ID_NOT_FOUND && found.errorCode !== ErrorCode.UNSUPPORTED_VERSION)
        throw refused(found.errorCode, {
          broker: link.name,
          what: 'ConsumerGroupDescribe',
          of: `group ${group}`,
          message: found.errorMessage,
        })
    }
    const answer = await connection.ask('DescribeGroups', { groups: [group] })
    const found = answer.groups[0]!
    if (found.errorCode === ErrorCode.GROUP_ID_NOT_FOUND || found.groupState === 'Dead') return undefined
    if (found.errorCode !== ErrorCode.NONE)
      throw refused(found.errorCode, {
        broker: link.name,
        what: 'DescribeGroups',
        of: `group ${group}`,
        message: found.errorMessage,
      })
    return {
      group,
      type: 'classic',
      state: found.groupState,
      assignor: found.protocolData,
      members: found.members.map(m => ({
        memberId: m.memberId,
        instanceId: m.groupInstanceId ?? undefined,
        clientId: m.clientId,
        host: m.clientHost.replace(/^\//, ''),
        assigned: found.protocolType === 'consumer' ? assignedBy(m.memberAssignment) : [],
      })),
    }
  })
}

/** Members tell each other their partitions in a message of their own. */
function assignedBy(assignment: Uint8Array): TopicPartition[] {
  if (assignment.length < 2) return []
  const reader = new Reader(assignment)
  const version = Math.min(reader.int16(), 3)
  const { assignedPartitions } = codecOf(ConsumerProtocolAssignment, version).decode(reader)
  return assignedPartitions.flatMap(({ topic, partitions }) => partitions.map(partition => ({ topic, partition })))
}

export async function deleteGroup(client: KafkaClient, group: string): Promise<void> {
  await client.withCoordinator('group', group, async link => {
    const answer = await link.ask('DeleteGroups', { groupsNames: [group] })
    for (const { errorCode } of answer.results)
      if (errorCode !== ErrorCode.NONE)
        throw refused(errorCode, { broker: link.name, what: 'DeleteGroups', of: `group ${group}` })
  })
}

/** The group forgets how far it has read these partitions. */
export async function deleteOffsets(client: KafkaClient, group: string, partitions: readonly TopicPartition[]): Promise<void> {
  await client.withCoordinator('group', group, async link => {
    const answer = await link.ask('OffsetDelete', {
      groupId: group,
      topics: byTopic(partitions).map(([name, wanted]) => ({
        name,
        partitions: wanted.map(p => ({ partitionIndex: p.partition })),
      })),
    })
    if (answer.errorCode !== ErrorCode.NONE)
      throw refused(answer.errorCode, { broker: link.name, what: 'OffsetDelete', of: `group ${group}` })
    for (const topic of answer.topics)
      for (const { partitionIndex, errorCode } of topic.partitions)
        if (errorCode !== ErrorCode.NONE)
          throw refused(errorCode, { broker: link.name, what: 'OffsetDelete', of: partitionName(topic.name, partitionIndex) })
  })
}

export interface GroupLag extends CommittedOffset {
  /** The next offset to be written; −1 where the partition is gone. */
  readonly latest: number
  readonly lag: number
}

/** How far a group is in each partition it has committed for. */
export async function groupLag(client: KafkaClient, group: string): Promise<GroupLag[]> {
  const committed = await committedOffsets(client, group, null)
  const latest = await latestOf(client, [...committed.values()])
  return [...committed.values()]
    .map(offset => {
      const end = latest.get(partitionName(offset.topic, offset.partition)) ?? -1
      return { ...offset, latest: end, lag: end < 0 ? 0 : Math.max(0, end - offset.offset) }
    })
    .toSorted((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
}

/** Partitions of topics that are gone are left out. */
async function latestOf(client: KafkaClient, partitions: readonly TopicPartition[]): Promise<ByPartition<number>> {
  const found: ByPartition<number> = new Map()
  await client.refresh([...new Set(partitions.map(p => p.topic))])
  const there = partitions.filter(p => client.metadata.leaderOf(p.topic, p.partition) !== undefined)
  for (const [name, { offset }] of await listOffsets(client, there, 'latest')) found.set(name, offset)
  return found
}

/** Moves a group without members to other offsets. Answers where it stands now. */
export async function resetOffsets(
  client: KafkaClient,
  group: string,
  partitions: readonly TopicPartition[],
  to: OffsetAt | { readonly offset: number } | { readonly by: number },
  { dryRun = false }: { readonly dryRun?: boolean } = {},
): Promise<CommittedOffset[]> {
  const [earliest, latest, committed] = await Promise.all([
    listOffsets(client, partitions, 'earliest'),
    listOffsets(client, partitions, 'latest'),
    typeof to === 'object' && 'by' in to ? committedOffsets(client, group, partitions) : new Map<string, CommittedOffset>(),
  ])
  const times = typeof to === 'number' ? await listOffsets(client, partitions, to) : undefined
  const offsets = partitions.map(({ topic, partition }): CommittedOffset => {
    const name = partitionName(topic, partition)
    const first = earliest.get(name)!.offset
    const next = latest.get(name)!.offset
    const wanted = (): number => {
      if (to === 'earliest') return first
      if (typeof to === 'string') return next
      if (typeof to === 'number') return times!.get(name)!.offset < 0 ? next : times!.get(name)!.offset
      return 'by' in to ? (committed.get(name)?.offset ?? first) + to.by : to.offset
    }
    return { topic, partition, offset: Math.min(next, Math.max(first, wanted())), leaderEpoch: -1, metadata: '' }
  })
  if (!dryRun) await commitOffsets(client, group, offsets)
  return offsets
}

export const isUnknownGroup = (error: unknown): boolean => isRefusal(error, ErrorCode.GROUP_ID_NOT_FOUND)
