/**
 * Offsets of partitions: the first, the next one to be written, the first at a time, and those that a group has read to.
 *
 *     await listOffsets(client, ['orders-0 …'], 'latest')         orders-0 → 120
 *     await committedOffsets(client, 'billing', partitions)       orders-0 → 80, or nothing
 */
import { ErrorCode } from '../protocol/errors.ts'
import type { KafkaClient } from './client.ts'
import { partitionName, refused } from './errors.ts'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A time in epoch milliseconds, or a name. */
export type OffsetAt = number | 'earliest' | 'latest' | 'max-timestamp'

export interface FoundOffset {
  /** −1: no record is that late. */
  readonly offset: number
  readonly timestamp: number
  readonly leaderEpoch: number
}

/** By `orders-3`. */
export type ByPartition<T> = Map<string, T>

const names: Readonly<Record<Exclude<OffsetAt, number>, number>> = { 'latest': -1, 'earliest': -2, 'max-timestamp': -3 }

export interface ListOffsetsOptions {
  /** `latest` is then the first offset that an open transaction may still undo. */
  readonly committed?: boolean
}

export const keyOf = ({ topic, partition }: TopicPartition): string => partitionName(topic, partition)

export function listOffsets(
  client: KafkaClient,
  partitions: readonly TopicPartition[],
  at: OffsetAt | ((partition: TopicPartition) => OffsetAt),
  { committed = false }: ListOffsetsOptions = {},
): Promise<ByPartition<FoundOffset>> {
  const found: ByPartition<FoundOffset> = new Map()
  const attempt = async (): Promise<ByPartition<FoundOffset>> => {
    const byLeader = new Map<number, TopicPartition[]>()
    for (const wanted of partitions) {
      if (found.has(keyOf(wanted))) continue
      const leader = await client.leaderOf(wanted.topic, wanted.partition)
      const led = byLeader.get(leader)
      if (led === undefined) byLeader.set(leader, [wanted])
      else led.push(wanted)
    }
    await Promise.all([...byLeader].map(([leader, led]) => askLeader(client, leader, led, at, committed, found)))
    return found
  }
  return client.retry(attempt, () => void client.refresh(topicsOf(partitions)).catch(() => undefined))
}

export const topicsOf = (partitions: readonly TopicPartition[]): string[] => [...new Set(partitions.map(p => p.topic))]

/** Groups by topic, as requests want it. */
export function byTopic<T extends TopicPartition>(partitions: readonly T[]): [string, T[]][] {
  const topics = new Map<string, T[]>()
  for (const partition of partitions) {
    const others = topics.get(partition.topic)
    if (others === undefined) topics.set(partition.topic, [partition])
    else others.push(partition)
  }
  return [...topics]
}

async function askLeader(
  client: KafkaClient,
  leader: number,
  partitions: readonly TopicPartition[],
  at: OffsetAt | ((partition: TopicPartition) => OffsetAt),
  committed: boolean,
  found: ByPartition<FoundOffset>,
): Promise<void> {
  const link = client.linkTo(leader)
  const times = (wanted: TopicPartition): number => {
    const time = typeof at === 'function' ? at(wanted) : at
    return typeof time === 'number' ? time : names[time]
  }
  const answer = await link.ask('ListOffsets', version => ({
    replicaId: -1,
    ...(version >= 2 ? { isolationLevel: committed ? 1 : 0 } : {}),
    topics: byTopic(partitions).map(([name, wanted]) => ({
      name,
      partitions: wanted.map(p => ({
        partitionIndex: p.partition,
        currentLeaderEpoch: client.metadata.leaderOf(p.topic, p.partition)?.epoch ?? -1,
        timestamp: times(p),
      })),
    })),
  }))
  let failure: unknown
  for (const topic of answer.topics) {
    for (const { partitionIndex, errorCode, offset, timestamp, leaderEpoch } of topic.partitions) {
      const name = partitionName(topic.name, partitionIndex)
      if (errorCode === ErrorCode.NONE) found.set(name, { offset, timestamp, leaderEpoch })
      else {
        // Whoever leads now is asked next time.
        client.metadata.forget(topic.name)
        failure ??= refused(errorCode, { broker: link.name, what: 'ListOffsets', of: name })
      }
    }
  }
  if (failure !== undefined) throw failure
}

// ── groups ──────────────────────────────────────────────────────────────────────────────────────────

export interface CommittedOffset {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string
}

/** What a group has committed, of these partitions or of all (`null`). Partitions without a commit are not among it. */
export function committedOffsets(
  client: KafkaClient,
  group: string,
  partitions: readonly TopicPartition[] | null,
): Promise<ByPartition<CommittedOffset>> {
  const topics = partitions === null ? null : byTopic(partitions)
  return client.withCoordinator('group', group, async link => {
    // Ids come with version 10 and would have to be known; names do as well.
    const answer = await link.ask(
      'OffsetFetch',
      version => {
        const named = topics?.map(([name, wanted]) => ({ name, partitionIndexes: wanted.map(p => p.partition) })) ?? null
        if (version >= 8) return { groups: [{ groupId: group, topics: named }], requireStable: true }
        return { groupId: group, topics: named, ...(version >= 7 ? { requireStable: true } : {}) }
      },
      { maxVersion: 9 },
    )
    const found = answer.groups[0] ?? answer
    const refuse = (errorCode: number, of: string): Error => refused(errorCode, { broker: link.name, what: 'OffsetFetch', of })
    if (found.errorCode !== ErrorCode.NONE) throw refuse(found.errorCode, `group ${group}`)
    const offsets: ByPartition<CommittedOffset> = new Map()
    for (const { name: topic, partitions: answers } of found.topics) {
      for (const p of answers) {
        const name = partitionName(topic, p.partitionIndex)
        if (p.errorCode !== ErrorCode.NONE) throw refuse(p.errorCode, `group ${group} at ${name}`)
        if (p.committedOffset < 0) continue
        const { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: leaderEpoch } = p
        offsets.set(name, { topic, partition, offset, leaderEpoch, metadata: p.metadata ?? '' })
      }
    }
    return offsets
  })
}

export interface OffsetToCommit extends TopicPartition {
  readonly offset: number
  readonly leaderEpoch?: number | undefined
  readonly metadata?: string | undefined
}

/** Commits for a group without being its member, as sources and tools do. */
export async function commitOffsets(client: KafkaClient, group: string, offsets: readonly OffsetToCommit[]): Promise<void> {
  if (offsets.length === 0) return
  await client.withCoordinator('group', group, async link => {
    const answer = await link.ask(
      'OffsetCommit',
      {
        groupId: group,
        topics: byTopic(offsets).map(([name, wanted]) => ({
          name,
          partitions: wanted.map(p => ({
            partitionIndex: p.partition,
            committedOffset: p.offset,
            committedLeaderEpoch: p.leaderEpoch ?? -1,
            committedMetadata: p.metadata ?? '',
          })),
        })),
      },
      { maxVersion: 9 },
    )
    for (const { name, partitions } of answer.topics) {
      for (const { partitionIndex, errorCode } of partitions) {
        if (errorCode === ErrorCode.NONE) continue
        const of = `group ${group} at ${partitionName(name, partitionIndex)}`
        throw refused(errorCode, { broker: link.name, what: 'OffsetCommit', of })
      }
    }
  })
}
