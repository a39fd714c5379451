/**
 * All groups of the broker, and their offsets. Groups of both protocols live side by side; an empty one becomes one of the other
 * protocol when a member of that comes, and keeps its offsets.
 *
 *     const groups = new GroupCoordinator({ …, topics })
 *     const journal = await directory.openJournal([…, ...groups.sections])
 *     groups.open(journal)
 *     groups.join(request, client, reply)       parked until the group has met
 *     groups.commit({ … }, offsets)
 */
import type { Clock, Timer, Timers } from '../../../base/clock.ts'
import { type Random, randomUuid } from '../../../base/random.ts'
import type { JournalSection, StateJournal } from '../../log/state-journal.ts'
import type { RequestOf } from '../../protocol/apis.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import { KafkaRefusal, type Topic, type Topics } from '../topics.ts'
import { ClassicGroup, type LeavingMember } from './classic-group.ts'
import type { JoinAnswer, JoinRequest, Reply, SyncAnswer } from './classic-member.ts'
import {
  ConsumerGroup,
  type ConsumerGroupContext,
  type ConsumerGroupTimes,
  type HeartbeatAnswer,
  type HeartbeatRequest,
  LEAVES,
  LEAVES_FOR_NOW,
} from './consumer-group.ts'
import type { GroupClient } from './group-context.ts'
import { GroupJournal } from './group-journal.ts'
import type { GroupSettings } from './group-settings.ts'
import { checkHeartbeat } from './heartbeat-check.ts'
import { type CommittedOffset, Offsets, type TopicOffsets, type TopicPartitionList } from './offsets.ts'
import type { OffsetsToStage, TransactionalOffsets } from '../transactions/transactional-offsets.ts'

export type Group = ClassicGroup | ConsumerGroup

export interface GroupCoordinatorOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly topics: Topics
  readonly settings: () => GroupSettings
  readonly warn: (event: string, fields: Readonly<Record<string, unknown>>) => void
}

/** Who commits, and for whom. Generation −1, no member: by hand. */
export interface Committer {
  readonly groupId: string
  readonly memberId: string
  readonly groupInstanceId: string | null
  /** Or member epoch. */
  readonly generationId: number
  /** Of OffsetCommit. */
  readonly version: number
}

/** From here on who commits is told that there is no such group. */
const FIRST_COMMIT_VERSION_WITH_GROUP_NOT_FOUND = 9
/** Offsets that are looked at for their age before others get their turn. */
const SLICE_OFFSETS = 10_000

export class GroupCoordinator implements TransactionalOffsets {
  readonly offsets = new Offsets()
  /** What may be set for a consumer group by itself. */
  times: (groupId: string) => ConsumerGroupTimes
  readonly #options: GroupCoordinatorOptions
  readonly #groups = new Map<string, Group>()
  readonly #journal: GroupJournal
  readonly #context: ConsumerGroupContext
  #expiry: Timer | undefined

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options
    this.#journal = new GroupJournal(() => this.#groups.values())
    this.#context = { ...options, journal: this.#journal, times: groupId => this.times(groupId) }
    this.times = () => {
      const { consumerSessionTimeoutMs, consumerHeartbeatIntervalMs, consumerAssignmentIntervalMs } = options.settings()
      return {
        sessionTimeoutMs: consumerSessionTimeoutMs,
        heartbeatIntervalMs: consumerHeartbeatIntervalMs,
        assignmentIntervalMs: consumerAssignmentIntervalMs,
      }
    }
    options.topics.listen((topic, what) => this.#topicChanged(topic, what))
  }

  get sections(): readonly JournalSection[] {
    return [this.#journal, this.offsets]
  }

  /** Once the journal is read and topics are there. */
  open(journal: StateJournal): void {
    for (const [groupId, image] of this.#journal.open(journal)) {
      const group =
        image.kind === 'classic' ? ClassicGroup.restored(image, this.#context) : ConsumerGroup.restored(image, this.#context)
      this.#groups.set(groupId, group)
    }
    this.offsets.open(journal, topicId => this.#options.topics.withId(topicId) !== undefined)
    for (const groupId of this.offsets.groupIds()) if (!this.#groups.has(groupId)) this.#simpleGroup(groupId)
    this.#expireLater()
  }

  stop(): void {
    this.#expiry?.cancel()
    for (const group of this.#groups.values()) group.close()
  }

  // ── looking up ────────────────────────────────────────────────────────────────────────────────────

  get(groupId: string): Group | undefined {
    return this.#groups.get(groupId)
  }

  get all(): Iterable<Group> {
    return this.#groups.values()
  }

  // ── the classic protocol ──────────────────────────────────────────────────────────────────────────

  join(request: JoinRequest, client: GroupClient, reply: Reply<JoinAnswer>): void {
    const { groupId, memberId, sessionTimeoutMs } = request
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#options.settings()
    const refuse = (errorCode: number, told = memberId) => reply({ memberId: told, errorCode, protocolName: null })
    if (groupId === '') return refuse(ErrorCode.INVALID_GROUP_ID)
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs)
      return refuse(ErrorCode.INVALID_SESSION_TIMEOUT)
    const known = this.#groups.get(groupId)
    if (known?.kind === 'consumer' && !known.isEmpty) return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, '')
    if (known?.kind === 'classic') return known.join(request, client, reply)
    if (memberId !== '') return refuse(ErrorCode.UNKNOWN_MEMBER_ID)
    this.#classicGroup(groupId, known).join(request, client, reply)
  }

  sync(request: RequestOf<'SyncGroup'>, reply: Reply<SyncAnswer>): void {
    if (request.groupId === '') return reply({ errorCode: ErrorCode.INVALID_GROUP_ID })
    const group = this.#groups.get(request.groupId)
    if (group?.kind !== 'classic') return reply({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID })
    group.sync(request, reply)
  }

  heartbeat({ groupId, memberId, groupInstanceId, generationId }: RequestOf<'Heartbeat'>): number {
    if (groupId === '') return ErrorCode.INVALID_GROUP_ID
    const group = this.#groups.get(groupId)
    return group?.kind === 'classic' ? group.heartbeat(memberId, groupInstanceId, generationId) : ErrorCode.UNKNOWN_MEMBER_ID
  }

  /** Answers an error code for each member. */
  leave(groupId: string, members: readonly LeavingMember[]): readonly number[] {
    const group = this.#groups.get(groupId)
    if (group === undefined) return members.map(() => ErrorCode.UNKNOWN_MEMBER_ID)
    return group.kind === 'classic' ? group.leave(members) : group.sendAway(members)
  }

  /** In the place of an empty group of the other protocol, if there is one. Its generations go on from there. */
  #classicGroup(groupId: string, before: ConsumerGroup | undefined): ClassicGroup {
    const group = new ClassicGroup(groupId, this.#context)
    this.#groups.set(groupId, group)
    if (before === undefined) return group
    before.end()
    group.generation = before.epoch
    this.#journal.append(group.snapshot())
    return group
  }

  // ── KIP-848 ───────────────────────────────────────────────────────────────────────────────────────

  /** Fails with a KafkaRefusal. `mayDescribe`: which topics the client may know of. */
  consumerHeartbeat(
    asked: HeartbeatRequest,
    client: GroupClient,
    mayDescribe: (topic: string) => boolean = () => true,
  ): HeartbeatAnswer {
    checkHeartbeat(asked, client.version, this.#options.settings().consumerAssignors)
    const { groupId, memberEpoch } = asked
    const group = this.#groups.get(groupId)
    if (memberEpoch === LEAVES || memberEpoch === LEAVES_FOR_NOW) {
      if (group === undefined) throw new KafkaRefusal(ErrorCode.GROUP_ID_NOT_FOUND, `Group ${groupId} not found.`)
      return this.#consumerGroup(group).leave(asked)
    }
    const request = asked.memberId === '' ? { ...asked, memberId: randomUuid(this.#options.random) } : asked
    if (group?.kind === 'consumer') return group.heartbeat(request, client, mayDescribe)
    if (memberEpoch !== 0) {
      if (group === undefined) throw new KafkaRefusal(ErrorCode.GROUP_ID_NOT_FOUND, `Consumer group ${groupId} not found.`)
      return this.#consumerGroup(group).heartbeat(request, client, mayDescribe)
    }
    if (group !== undefined && !group.isEmpty) {
      throw new KafkaRefusal(
        ErrorCode.GROUP_ID_NOT_FOUND,
        `Cannot upgrade classic group ${groupId} to consumer group because online upgrade is disabled.`,
      )
    }
    // Only once the member is in it does the group take its place.
    const made = new ConsumerGroup(groupId, this.#context)
    made.epoch = Math.max(1, group?.generation ?? 0)
    const answer = made.heartbeat(request, client, mayDescribe)
    group?.end()
    this.#groups.set(groupId, made)
    return answer
  }

  #consumerGroup(group: Group): ConsumerGroup {
    if (group.kind === 'consumer') return group
    throw new KafkaRefusal(ErrorCode.GROUP_ID_NOT_FOUND, `Group ${group.id} is not a consumer group.`)
  }

  // ── offsets ───────────────────────────────────────────────────────────────────────────────────────

  /** Commits all of them, or none: answers why not, or 0. */
  commit(committer: Committer, topics: readonly TopicOffsets[]): number {
    const { groupId, memberId } = committer
    const fault = this.#commitFault(committer, topics, false)
    if (fault !== 0) return fault
    const group = this.#groups.get(groupId) ?? this.#simpleGroup(groupId)
    if (group.kind === 'classic') group.committed(memberId)
    if (topics.length > 0) this.offsets.commit(groupId, topics)
    return 0
  }

  #commitFault(committer: Committer, topics: readonly TopicOffsets[], transactional: boolean): number {
    const { groupId, memberId, groupInstanceId, generationId, version } = committer
    const group = this.#groups.get(groupId)
    if (group === undefined) {
      if (generationId < 0) return 0
      return version >= FIRST_COMMIT_VERSION_WITH_GROUP_NOT_FOUND && !transactional
        ? ErrorCode.GROUP_ID_NOT_FOUND
        : ErrorCode.ILLEGAL_GENERATION
    }
    if (group.kind === 'classic') return group.commitFault(memberId, groupInstanceId, generationId, transactional)
    return group.commitFault(memberId, generationId, { transactional, version, partitions: () => partitionsIn(topics) })
  }

  /** A group that has offsets and never had members. */
  #simpleGroup(groupId: string): ClassicGroup {
    const group = new ClassicGroup(groupId, this.#context)
    this.#groups.set(groupId, group)
    return group
  }

  /** Why the group's offsets are not for this member, or 0. Whoever does not say who it is may know them. */
  fetchFault(groupId: string, memberId: string | null, memberEpoch: number): number {
    const group = this.#groups.get(groupId)
    return group?.kind === 'consumer' ? group.fetchFault(memberId, memberEpoch) : 0
  }

  /** Why no offset of this group may be deleted, or 0. */
  deleteOffsetsFault(groupId: string): number {
    const group = this.#groups.get(groupId)
    if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND
    return group.kind === 'classic' ? group.deleteOffsetsFault : 0
  }

  /** Deletes an empty group and its offsets: answers why not, or 0. */
  delete(groupId: string): number {
    const group = this.#groups.get(groupId)
    if (group === undefined) return ErrorCode.GROUP_ID_NOT_FOUND
    if (!group.isEmpty) return ErrorCode.NON_EMPTY_GROUP
    this.#forget(group)
    return 0
  }

  #forget(group: Group): void {
    group.end()
    this.#groups.delete(group.id)
    this.#journal.deleted(group.id)
    this.offsets.deleteGroup(group.id)
  }

  // ── transactions ──────────────────────────────────────────────────────────────────────────────────

  /** Keeps offsets aside until the producer's transaction ends. Answers Kafka's error code for each. */
  stageOffsets({ groupId, producerId, memberId, generationId, groupInstanceId, offsets }: OffsetsToStage): readonly number[] {
    const { offsetMetadataMaxBytes } = this.#options.settings()
    const committedMs = this.#options.clock.nowMs()
    const topics = new Map<string, { readonly topicId: string; readonly partitions: CommittedOffset[] }>()
    const codes = offsets.map(({ topic: name, partition, offset, leaderEpoch, metadata }) => {
      const topic = this.#options.topics.named(name)
      if (topic?.partitions[partition] === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
      if (metadata !== null && metadata.length > offsetMetadataMaxBytes) return ErrorCode.OFFSET_METADATA_TOO_LARGE
      let known = topics.get(topic.id)
      if (known === undefined) topics.set(topic.id, (known = { topicId: topic.id, partitions: [] }))
      known.partitions.push({ partition, offset, leaderEpoch, metadata: metadata ?? '', committedMs, expiresMs: -1 })
      return 0
    })
    const staged = [...topics.values()]
    const committer = { groupId, memberId, groupInstanceId, generationId, version: 0 }
    const fault = this.#commitFault(committer, staged, true)
    if (fault !== 0) return codes.map(code => (code === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION ? code : fault))
    if (!this.#groups.has(groupId)) this.#simpleGroup(groupId)
    if (staged.length > 0) this.offsets.stage(groupId, producerId, staged)
    return codes
  }

  /** Commits what the producer has put aside in these groups, or drops it. Once more does no harm. */
  completeTransaction(producerId: number, groupIds: readonly string[], outcome: 'commit' | 'abort'): void {
    this.offsets.complete(producerId, groupIds, outcome)
  }

  // ── topics and time ───────────────────────────────────────────────────────────────────────────────

  #topicChanged(topic: Topic, what: 'created' | 'changed' | 'deleted'): void {
    if (what === 'deleted') this.offsets.forgetTopic(topic.id)
    for (const group of this.#groups.values()) if (group.kind === 'consumer') group.topicsChanged()
  }

  #expireLater(): void {
    this.#expiry = this.#options.timers.after(this.#options.settings().offsetsRetentionCheckMs, () =>
      this.#expire(this.#groups.values()),
    )
  }

  /** Offsets that are too old go, and groups that have nothing left; so many at a time, then the rest. */
  #expire(groups: Iterator<Group>): void {
    let looked = 0
    for (let next = groups.next(); next.done !== true; next = groups.next()) {
      looked += this.#expireGroup(next.value)
      if (looked < SLICE_OFFSETS) continue
      this.#expiry = this.#options.timers.after(1, () => this.#expire(groups))
      return
    }
    this.#expireLater()
  }

  /** Answers how many offsets it has looked at. */
  #expireGroup(group: Group): number {
    const expired: TopicPartitionList[] = []
    let looked = 1
    let left = 0
    for (const [topicId, partitions] of this.offsets.of(group.id) ?? []) {
      looked += partitions.size
      const old = group.subscribesTo(this.#options.topics.withId(topicId)?.name ?? '')
        ? []
        : this.#expired(group, topicId, partitions)
      if (old.length > 0) expired.push({ topicId, partitions: old })
      left += partitions.size - old.length
    }
    if (left === 0 && group.isEmpty && !this.offsets.hasTransactions(group.id)) this.#forget(group)
    else if (expired.length > 0) this.offsets.delete(group.id, expired)
    return looked
  }

  #expired(group: Group, topicId: string, partitions: ReadonlyMap<number, CommittedOffset>): number[] {
    const now = this.#options.clock.nowMs()
    const { offsetsRetentionMs } = this.#options.settings()
    const old: number[] = []
    for (const [partition, { committedMs, expiresMs }] of partitions) {
      const since = group.keptSince(committedMs)
      if (since === undefined) return []
      const isOld = expiresMs >= 0 ? now >= expiresMs : now - since >= offsetsRetentionMs
      if (isOld && !this.offsets.isPending(group.id, topicId, partition)) old.push(partition)
    }
    return old
  }
}

function* partitionsIn(topics: readonly TopicOffsets[]): Iterable<readonly [string, number]> {
  for (const { topicId, partitions } of topics) for (const { partition } of partitions) yield [topicId, partition]
}
