/**
 * Members of groups, of the classic protocol and of KIP-848's, which outlive the broker: they go on with the ids, generations and
 * epochs they had. Those never go back, and a broker that comes back knows whom it had in a group.
 */
import type { Random } from '#src/base/random.ts'
import { randomUuid } from '#src/base/random.ts'
import type { TestClient } from '#src/testing/broker.ts'
import { subscription } from '#src/testing/group-script.ts'
import type { OffsetLedger } from './offset-ledger.ts'

const NONE = 0
const ILLEGAL_GENERATION = 22
const UNKNOWN_MEMBER_ID = 25
const REBALANCE_IN_PROGRESS = 27
const MEMBER_ID_REQUIRED = 79
const FENCED_MEMBER_EPOCH = 110
const STALE_MEMBER_EPOCH = 113

/** Much longer than a broker is away. */
const SESSION_MS = 120_000
const REBALANCE_MS = 60_000
const PAUSE_MS = 15

/** What members of one group have in common. */
export interface MemberGroup {
  readonly id: string
  readonly topic: string
  readonly topicId: string
  readonly partitions: number
  readonly offsets: OffsetLedger
  /** The highest generation or epoch that anybody was told. */
  generation: number
}

export interface Member {
  /** Lives until its connection is gone, or `alive` says that it is enough. Rejects when the broker breaks its word. */
  run(client: TestClient, alive: { readonly now: boolean }): Promise<void>
}

const pause = () => new Promise(resolve => setTimeout(resolve, PAUSE_MS))

abstract class AnyMember implements Member {
  protected readonly name: string
  protected readonly group: MemberGroup
  protected readonly random: Random
  protected assigned: readonly number[] = []

  constructor(name: string, group: MemberGroup, random: Random) {
    this.name = name
    this.group = group
    this.random = random
  }

  protected abstract turn(client: TestClient): Promise<void>
  protected abstract readonly memberId: string
  protected abstract readonly epoch: number

  async run(client: TestClient, alive: { readonly now: boolean }): Promise<void> {
    while (alive.now) {
      await this.turn(client)
      if (this.assigned.length > 0 && this.random.next() < 0.7) await this.#commit(client)
      await pause()
    }
  }

  async #commit(client: TestClient): Promise<void> {
    const { id, topic, offsets } = this.group
    const committed = this.assigned.map(partitionIndex => ({ partitionIndex, committedOffset: offsets.next(partitionIndex) }))
    const { topics } = await client.ask('OffsetCommit', 9, {
      groupId: id,
      generationIdOrMemberEpoch: this.epoch,
      memberId: this.memberId,
      topics: [{ name: topic, partitions: committed.map(one => ({ ...one, committedMetadata: this.name })) }],
    })
    for (const [i, { errorCode }] of topics[0]!.partitions.entries()) {
      if (errorCode === NONE) offsets.acknowledged(committed[i]!.partitionIndex, committed[i]!.committedOffset)
      else if (errorCode !== REBALANCE_IN_PROGRESS && errorCode !== ILLEGAL_GENERATION && errorCode !== STALE_MEMBER_EPOCH)
        throw this.wrong(`a commit was refused: error ${errorCode}`)
    }
  }

  /** Nobody is told of a generation before one that somebody was told of. */
  protected told(generation: number, least: number): void {
    if (generation < least) throw this.wrong(`generation ${generation} came behind ${least}`)
    this.group.generation = Math.max(this.group.generation, generation)
  }

  protected wrong(what: string): Error {
    return new Error(`member ${this.name} of ${this.group.id}: ${what}`)
  }
}

export class CrashClassicMember extends AnyMember {
  protected memberId = ''
  protected epoch = -1
  /** The group has seen its sync: a restart must not lose it. */
  #settled = false

  protected async turn(client: TestClient): Promise<void> {
    if (this.epoch >= 0 && this.random.next() < 0.03) return this.#leave(client)
    if (this.epoch < 0) return this.#join(client)
    const { id: groupId } = this.group
    const request = { groupId, generationId: this.epoch, memberId: this.memberId }
    const { errorCode } = await client.ask('Heartbeat', 4, request)
    if (errorCode === NONE) return
    if (errorCode === REBALANCE_IN_PROGRESS || (errorCode === ILLEGAL_GENERATION && this.epoch < this.group.generation)) {
      this.#drop()
      return
    }
    if (this.#settled || errorCode !== UNKNOWN_MEMBER_ID)
      throw this.wrong(`a heartbeat of generation ${this.epoch}: error ${errorCode}`)
    this.#drop()
    this.memberId = ''
  }

  #drop(): void {
    this.epoch = -1
    this.assigned = []
  }

  async #leave(client: TestClient): Promise<void> {
    // Whether the broker hears of it or not: this member is another one from now on.
    const { memberId } = this
    this.#drop()
    this.#settled = false
    this.memberId = ''
    await client.ask('LeaveGroup', 5, { groupId: this.group.id, members: [{ memberId }] })
  }

  async #join(client: TestClient): Promise<void> {
    const { id: groupId, topic } = this.group
    const least = this.group.generation
    const answer = await client.ask('JoinGroup', 9, {
      groupId,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: REBALANCE_MS,
      memberId: this.memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: subscription(topic) }],
    })
    if (answer.errorCode === MEMBER_ID_REQUIRED) {
      this.memberId = answer.memberId
      return
    }
    if (answer.errorCode === UNKNOWN_MEMBER_ID && !this.#settled) {
      this.memberId = ''
      return
    }
    if (answer.errorCode !== NONE) throw this.wrong(`joining: error ${answer.errorCode}`)
    this.told(answer.generationId, least)
    const mine = await this.#sync(client, answer)
    if (mine === undefined) return
    this.epoch = answer.generationId
    this.assigned = mine
    this.#settled = true
  }

  /** Undefined when the group meets anew. */
  async #sync(
    client: TestClient,
    joined: {
      readonly generationId: number
      readonly leader: string
      readonly members: readonly { readonly memberId: string }[]
    },
  ): Promise<readonly number[] | undefined> {
    const everyone = joined.members.map(({ memberId }) => memberId).toSorted()
    const { partitions } = this.group
    const shareOf = (i: number) =>
      Array.from({ length: partitions }, (_, partition) => partition).filter(one => one % everyone.length === i)
    const { errorCode, assignment } = await client.ask('SyncGroup', 5, {
      groupId: this.group.id,
      generationId: joined.generationId,
      memberId: this.memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments: everyone.map((memberId, i) => ({ memberId, assignment: Buffer.from(shareOf(i).join()) })),
    })
    if (errorCode === REBALANCE_IN_PROGRESS) return undefined
    if (errorCode === UNKNOWN_MEMBER_ID && !this.#settled) {
      this.memberId = ''
      return undefined
    }
    if (errorCode !== NONE) throw this.wrong(`syncing generation ${joined.generationId}: error ${errorCode}`)
    const text = Buffer.from(assignment).toString()
    return text === '' ? [] : text.split(',').map(Number)
  }
}

export class CrashConsumerMember extends AnyMember {
  protected memberId: string
  protected epoch = 0

  constructor(name: string, group: MemberGroup, random: Random) {
    super(name, group, random)
    this.memberId = randomUuid(random)
  }

  protected async turn(client: TestClient): Promise<void> {
    if (this.epoch > 0 && this.random.next() < 0.03) return this.#leave(client)
    const { id: groupId, topic, topicId } = this.group
    const joins = this.epoch === 0
    const { errorCode, errorMessage, memberEpoch, assignment } = await client.ask('ConsumerGroupHeartbeat', 1, {
      groupId,
      memberId: this.memberId,
      memberEpoch: this.epoch,
      rebalanceTimeoutMs: joins ? REBALANCE_MS : -1,
      subscribedTopicNames: joins ? [topic] : null,
      subscribedTopicRegex: null,
      topicPartitions: joins ? [] : this.assigned.length === 0 ? [] : [{ topicId, partitions: this.assigned }],
    })
    if (errorCode === FENCED_MEMBER_EPOCH) throw this.wrong(`epoch ${this.epoch} is fenced, and no other has it: ${errorMessage}`)
    if (errorCode !== NONE) throw this.wrong(`a heartbeat of epoch ${this.epoch}: error ${errorCode} ${errorMessage}`)
    this.told(memberEpoch, this.epoch)
    this.epoch = memberEpoch
    if (assignment !== null) this.assigned = assignment.topicPartitions.flatMap(({ partitions }) => partitions)
  }

  async #leave(client: TestClient): Promise<void> {
    const { memberId } = this
    this.memberId = randomUuid(this.random)
    this.epoch = 0
    this.assigned = []
    await client.ask('ConsumerGroupHeartbeat', 1, { groupId: this.group.id, memberId, memberEpoch: -1, topicPartitions: [] })
  }
}
