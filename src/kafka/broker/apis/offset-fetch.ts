/**
 * OffsetFetch: how far groups have read; one group up to version 7, several from 8 on. Where nothing was committed the offset is −1,
 * which is no error, and neither is a group that is not there.
 */
import { ErrorCode } from '../../protocol/errors.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import type { CommittedOffset } from '../groups/offsets.ts'

const FIRST_VERSION_WITH_GROUP_ERRORS = 2
const FIRST_VERSION_WITH_GROUPS = 8
const FIRST_VERSION_WITH_IDS = 10

interface WantedGroup {
  readonly groupId: string
  readonly memberId: string | null
  readonly memberEpoch: number
  /** Null for all that have offsets. */
  readonly topics: readonly WantedTopic[] | null
}

interface WantedTopic {
  readonly name: string
  readonly topicId?: string
  readonly partitionIndexes: readonly number[]
}

interface PartitionAnswer {
  readonly partitionIndex: number
  readonly committedOffset: number
  readonly committedLeaderEpoch: number
  readonly metadata: string
  readonly errorCode: number
}

interface TopicAnswer {
  readonly name: string
  readonly topicId: string | undefined
  readonly partitions: readonly PartitionAnswer[]
}

interface GroupAnswer {
  readonly groupId: string
  readonly errorCode: number
  readonly topics: readonly TopicAnswer[]
}

export const offsetFetch = (broker: Broker) =>
  handler('OffsetFetch', (request, context) => {
    const { version } = context
    const fetch = new OffsetFetch(broker, context, request.requireStable)
    if (version >= FIRST_VERSION_WITH_GROUPS) return { groups: request.groups.map(group => fetch.group(group)) }
    const { groupId, topics } = request
    const { errorCode, topics: found } = fetch.group({ groupId, memberId: null, memberEpoch: -1, topics })
    if (version >= FIRST_VERSION_WITH_GROUP_ERRORS || errorCode === 0) return { errorCode, topics: found }
    // Before, an error of the group was one of each partition.
    return {
      topics: (topics ?? []).map(({ name, partitionIndexes }) => ({
        name,
        partitions: partitionIndexes.map(partition => without(partition, errorCode)),
      })),
    }
  })

class OffsetFetch {
  readonly #broker: Broker
  readonly #context: RequestContext
  /** A consumer that must not see what a transaction may change yet. */
  readonly #stable: boolean

  constructor(broker: Broker, context: RequestContext, stable: boolean) {
    this.#broker = broker
    this.#context = context
    this.#stable = stable
  }

  group({ groupId, memberId, memberEpoch, topics }: WantedGroup): GroupAnswer {
    const errorCode = this.#context.may('DESCRIBE', 'GROUP', groupId)
      ? this.#broker.groups.fetchFault(groupId, memberId, memberEpoch)
      : ErrorCode.GROUP_AUTHORIZATION_FAILED
    if (errorCode !== 0) return { groupId, errorCode, topics: [] }
    return {
      groupId,
      errorCode,
      topics: topics === null ? this.#all(groupId) : topics.map(topic => this.#wanted(groupId, topic)),
    }
  }

  #all(groupId: string): TopicAnswer[] {
    const answers: TopicAnswer[] = []
    for (const [topicId, partitions] of this.#broker.groups.offsets.of(groupId) ?? []) {
      const name = this.#broker.topics.withId(topicId)?.name
      if (name === undefined || !this.#context.may('DESCRIBE', 'TOPIC', name)) continue
      answers.push({
        name,
        topicId,
        partitions: Array.from(partitions.values(), offset => this.#partition(groupId, topicId, offset.partition, offset)),
      })
    }
    return answers
  }

  #wanted(groupId: string, { name: wanted, topicId, partitionIndexes }: WantedTopic): TopicAnswer {
    const { topics, groups } = this.#broker
    const byId = this.#context.version >= FIRST_VERSION_WITH_IDS
    const topic = byId ? topics.withId(topicId!) : topics.named(wanted)
    const name = topic?.name ?? wanted
    const answer = (partitions: readonly PartitionAnswer[]): TopicAnswer => ({ name, topicId, partitions })
    if (byId && topic === undefined)
      return answer(partitionIndexes.map(partition => without(partition, ErrorCode.UNKNOWN_TOPIC_ID)))
    if (!this.#context.may('DESCRIBE', 'TOPIC', name))
      return answer(partitionIndexes.map(partition => without(partition, ErrorCode.TOPIC_AUTHORIZATION_FAILED)))
    const committed = topic === undefined ? undefined : groups.offsets.of(groupId)?.get(topic.id)
    return answer(
      partitionIndexes.map(partition => this.#partition(groupId, topic?.id ?? '', partition, committed?.get(partition))),
    )
  }

  #partition(groupId: string, topicId: string, partition: number, committed: CommittedOffset | undefined): PartitionAnswer {
    if (this.#stable && this.#broker.groups.offsets.isPending(groupId, topicId, partition))
      return without(partition, ErrorCode.UNSTABLE_OFFSET_COMMIT)
    if (committed === undefined) return without(partition, 0)
    const { offset, leaderEpoch, metadata } = committed
    return { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: leaderEpoch, metadata, errorCode: 0 }
  }
}

const without = (partitionIndex: number, errorCode: number): PartitionAnswer => ({
  partitionIndex,
  committedOffset: -1,
  committedLeaderEpoch: -1,
  metadata: '',
  errorCode,
})
