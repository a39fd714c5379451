/**
 * A group of KIP-848: its members tell what they want and what they own with each heartbeat, the broker decides who reads what.
 *
 *     group epoch        goes up with every change of members, subscriptions or topics
 *     assignment epoch   the group epoch that the target assignment was made for
 *     member epoch       the assignment epoch that the member has reached
 *
 *     Empty: no members · Assigning: the target is of an older epoch · Reconciling: some member is · Stable
 *
 * All that one heartbeat changes is one entry of the journal.
 */
import { ErrorCode } from '../../protocol/errors.ts'
import { KafkaRefusal, type Topics } from '../topics.ts'
import { Alarm } from './alarm.ts'
import { type Assignment, NO_PARTITIONS, assignmentOf, sameAssignment } from './assignment.ts'
import { type Assignor, assignors } from './assignors/assignors.ts'
import { ConsumerMember, type MemberDescription, positionOf, targetOf } from './consumer-member.ts'
import { type GroupClient, type GroupContext, NEVER } from './group-context.ts'
import { GroupChange } from './group-change.ts'
import type { ConsumerGroupChange } from './group-entries.ts'
import type { ConsumerGroupImage } from './group-journal.ts'
import { Ownership } from './ownership.ts'
import { PatternError } from './pattern/syntax.ts'
import { type Position, reconcile, sameHeld, samePosition } from './reconciliation.ts'
import { type Subscription, Subscriptions } from './subscriptions.ts'
import type { RequestOf } from '../../protocol/apis.ts'

export type HeartbeatRequest = RequestOf<'ConsumerGroupHeartbeat'>

export const LEAVES = -1
/** A static member goes for a while. */
export const LEAVES_FOR_NOW = -2

/** What may be set for a group by itself. */
export interface ConsumerGroupTimes {
  readonly sessionTimeoutMs: number
  readonly heartbeatIntervalMs: number
  /** The target is not made anew more often. */
  readonly assignmentIntervalMs: number
}

export interface ConsumerGroupContext extends GroupContext {
  readonly topics: Topics
  readonly times: (groupId: string) => ConsumerGroupTimes
  readonly warn: (event: string, fields: Readonly<Record<string, unknown>>) => void
}

export interface HeartbeatAnswer {
  readonly memberId: string
  readonly memberEpoch: number
  readonly heartbeatIntervalMs: number
  /** Null where the member knows. */
  readonly assignment: Assignment | null
}

export class ConsumerGroup {
  readonly kind = 'consumer'
  readonly id: string
  epoch = 1
  assignmentEpoch = 0
  emptySinceMs: number
  readonly members = new Map<string, ConsumerMember>()
  /** Member ids of static members, by instance. */
  readonly #instances = new Map<string, string>()
  readonly #ownership = new Ownership()
  readonly #subscriptions: Subscriptions
  #topicsHash = 0
  /** Topics have come, gone or grown since the subscriptions were looked at. */
  #topicsChanged = false
  #assignedAtMs = Number.NEGATIVE_INFINITY
  readonly #context: ConsumerGroupContext
  readonly #alarm: Alarm

  constructor(id: string, context: ConsumerGroupContext) {
    this.id = id
    this.#context = context
    this.#alarm = new Alarm(context.clock, context.timers, () => this.#ring())
    this.#subscriptions = new Subscriptions(context.topics)
    this.emptySinceMs = context.clock.nowMs()
  }

  /** As the journal has it. Members go on in their epochs; each is given the time of a session to be heard of. */
  static restored({ entry, members, patterns }: ConsumerGroupImage, context: ConsumerGroupContext): ConsumerGroup {
    const group = new ConsumerGroup(entry.groupId, context)
    group.epoch = entry.epoch
    group.assignmentEpoch = entry.assignmentEpoch
    group.emptySinceMs = entry.emptySinceMs
    for (const [pattern, topics] of patterns) group.#subscriptions.remember(pattern, topics)
    for (const { member: described, target, current } of members.values()) {
      if (described === undefined) continue
      const { memberId, topics, pattern, ...description } = described
      const member = new ConsumerMember(memberId, description, group.#subscriptions.of(topics, pattern))
      if (target !== undefined) member.target = targetOf(target)
      group.#insert(member)
      if (current !== undefined) group.#move(member, positionOf(current))
      group.#expect(member)
      if (member.position.state === 'unrevoked') group.#expectRevocation(member)
    }
    group.#topicsHash = entry.topicsHash
    group.topicsChanged()
    return group
  }

  get isEmpty(): boolean {
    return this.members.size === 0
  }

  get stateName(): 'Empty' | 'Assigning' | 'Reconciling' | 'Stable' {
    if (this.isEmpty) return 'Empty'
    if (this.epoch > this.assignmentEpoch) return 'Assigning'
    for (const { position } of this.members.values()) if (!this.#isReconciled(position)) return 'Reconciling'
    return 'Stable'
  }

  /** Its members' choice, or the broker's. */
  get assignorName(): string {
    const votes = new Map<string, number>()
    for (const { description } of this.members.values())
      if (description.assignor !== null) votes.set(description.assignor, (votes.get(description.assignor) ?? 0) + 1)
    let winner: string | undefined
    for (const [name, count] of votes) if (winner === undefined || count > votes.get(winner)!) winner = name
    return winner ?? this.#context.settings().consumerAssignors[0]!
  }

  /** Topics have come, gone or grown: the next heartbeat looks whether that matters here. */
  topicsChanged(): void {
    this.#topicsChanged = true
    this.#subscriptions.topicsChanged()
  }

  // ── heartbeats ────────────────────────────────────────────────────────────────────────────────────

  /** The request is one that joins, or goes on. `mayDescribe`: which topics the client may know of. */
  heartbeat(request: HeartbeatRequest, client: GroupClient, mayDescribe: (topic: string) => boolean): HeartbeatAnswer {
    const { memberEpoch, topicPartitions } = request
    const owned = topicPartitions === null ? undefined : assignmentOf(topicPartitions)
    const known = this.#memberFor(request, owned)
    const subscription = this.#subscriptionFor(request, known)
    const matched = this.#matchPattern(subscription.pattern, known === undefined, mayDescribe)
    // From here on nothing is refused any more.
    const change = new GroupChange()
    const member = this.#enter(request, client, known, subscription, change)
    const before = member.position
    if (matched) change.patterns = true
    this.#updateEpoch(change)
    if (this.epoch > this.assignmentEpoch) this.#assignUnlessJustDone(change)
    this.#reconcile(member, owned, change)
    this.#expect(member)
    this.#save(change)
    const full =
      memberEpoch === 0 ||
      (request.rebalanceTimeoutMs !== -1 &&
        (request.subscribedTopicNames !== null || request.subscribedTopicRegex !== null) &&
        topicPartitions !== null)
    return {
      memberId: member.id,
      memberEpoch: member.position.epoch,
      heartbeatIntervalMs: this.#context.times(this.id).heartbeatIntervalMs,
      assignment: full || !sameHeld(before.held, member.position.held) ? heldAssignment(member.position) : null,
    }
  }

  /** The member that a heartbeat speaks for; undefined for one that is new. */
  #memberFor(request: HeartbeatRequest, owned: Assignment | undefined): ConsumerMember | undefined {
    const { memberId, memberEpoch, instanceId } = request
    const joins = memberEpoch === 0
    if (this.members.size >= this.#context.settings().consumerMaxSize && !this.members.has(memberId)) {
      throw new KafkaRefusal(
        ErrorCode.GROUP_MAX_SIZE_REACHED,
        `The consumer group has reached its maximum capacity of ${this.#context.settings().consumerMaxSize} members.`,
      )
    }
    if (instanceId !== null) {
      const holder = this.members.get(this.#instances.get(instanceId) ?? '')
      if (joins && holder !== undefined && holder.position.epoch !== LEAVES_FOR_NOW) {
        throw new KafkaRefusal(
          ErrorCode.UNRELEASED_INSTANCE_ID,
          `Static member ${memberId} with instance id ${instanceId} cannot join the group because the instance id is owned by ${holder.id} member.`,
        )
      }
      if (joins) return holder
      return this.#current(this.#staticMember(memberId, instanceId), memberEpoch, owned)
    }
    const member = this.members.get(memberId)
    if (member === undefined && !joins) throw this.#unknownMember(memberId)
    return member === undefined || joins ? member : this.#current(member, memberEpoch, owned)
  }

  #staticMember(memberId: string, instanceId: string): ConsumerMember {
    const holder = this.members.get(this.#instances.get(instanceId) ?? '')
    if (holder === undefined) throw new KafkaRefusal(ErrorCode.UNKNOWN_MEMBER_ID, `Instance id ${instanceId} is unknown.`)
    if (holder.id !== memberId) {
      throw new KafkaRefusal(
        ErrorCode.FENCED_INSTANCE_ID,
        `Static member ${memberId} with instance id ${instanceId} was fenced by member ${holder.id}.`,
      )
    }
    return holder
  }

  /** Fails unless the member is in its epoch, or in the one before because the answer that told of the new one was lost. */
  #current(member: ConsumerMember, memberEpoch: number, owned: Assignment | undefined): ConsumerMember {
    const { epoch, previousEpoch, held } = member.position
    if (memberEpoch === epoch) return member
    const lost = memberEpoch < epoch && memberEpoch === previousEpoch && owned !== undefined
    if (lost && Array.from(owned).every(([topicId, partitions]) => partitions.every(p => held.get(topicId)?.has(p))))
      return member
    throw new KafkaRefusal(
      ErrorCode.FENCED_MEMBER_EPOCH,
      `The consumer group member has a ${memberEpoch > epoch ? 'greater' : 'smaller'} member epoch (${memberEpoch}) than the one known by the group coordinator (${epoch}). The member must abandon all its partitions and rejoin.`,
    )
  }

  #unknownMember(memberId: string): KafkaRefusal {
    return new KafkaRefusal(ErrorCode.UNKNOWN_MEMBER_ID, `Member ${memberId} is not a member of group ${this.id}.`)
  }

  #subscriptionFor(
    { subscribedTopicNames, subscribedTopicRegex }: HeartbeatRequest,
    known: ConsumerMember | undefined,
  ): Subscription {
    const before = known?.subscription
    if (before !== undefined && subscribedTopicNames === null && subscribedTopicRegex === null) return before
    return this.#subscriptions.of(subscribedTopicNames ?? before?.names ?? [], subscribedTopicRegex ?? before?.pattern ?? '')
  }

  /** A new pattern is looked at, or one that topics have come to or gone from. True when it means other topics now. */
  #matchPattern(pattern: string, joins: boolean, mayDescribe: (topic: string) => boolean): boolean {
    if (pattern === '') return false
    const known = this.#subscriptions.knows(pattern)
    if (known && !this.#subscriptions.isStale(pattern)) return false
    try {
      return this.#subscriptions.match(pattern, mayDescribe)
    } catch (error) {
      if (!(error instanceof PatternError)) throw error
      if (!known || joins) {
        throw new KafkaRefusal(
          ErrorCode.INVALID_REGULAR_EXPRESSION,
          `SubscribedTopicRegex \`${pattern}\` is not a valid regular expression: ${error.message}.`,
        )
      }
      this.#context.warn('pattern of a consumer group is too much for the topics there are', { group: this.id, pattern })
      return false
    }
  }

  /** Makes the member what it says it is. */
  #enter(
    request: HeartbeatRequest,
    client: GroupClient,
    known: ConsumerMember | undefined,
    subscription: Subscription,
    change: GroupChange,
  ): ConsumerMember {
    const description: MemberDescription = {
      instanceId: request.instanceId ?? known?.description.instanceId ?? null,
      rackId: request.rackId ?? known?.description.rackId ?? null,
      clientId: client.clientId,
      clientHost: client.host,
      rebalanceTimeoutMs:
        request.rebalanceTimeoutMs === -1 ? (known?.description.rebalanceTimeoutMs ?? -1) : request.rebalanceTimeoutMs,
      assignor: request.serverAssignor ?? known?.description.assignor ?? null,
    }
    if (known?.id === request.memberId) {
      const subscribesAnew = subscription !== known.subscription
      if (subscribesAnew || !sameDescription(description, known.description)) change.described.add(known)
      known.description = description
      if (subscribesAnew) {
        this.#subscriptions.enter(subscription)
        this.#subscriptions.leave(known.subscription)
        known.subscription = subscription
        change.subscriptions = true
      }
      return known
    }
    const member = new ConsumerMember(request.memberId, description, subscription)
    this.#insert(member)
    change.described.add(member)
    change.subscriptions ||=
      subscription !== known?.subscription && (known !== undefined || subscription.names.size > 0 || subscription.pattern !== '')
    if (known !== undefined) this.#replace(known, member, change)
    return member
  }

  /** A static member comes back under another id: it has what it had. */
  #replace(before: ConsumerMember, member: ConsumerMember, change: GroupChange): void {
    this.#remove(before, change)
    member.target = before.target
    this.#move(member, { ...before.position, epoch: 0, previousEpoch: 0, state: 'stable' })
    change.targets.add(member)
    change.moved.add(member)
  }

  #updateEpoch(change: GroupChange): void {
    if (!change.subscriptions && !change.patterns && !this.#topicsChanged) return
    this.#subscriptions.resolve()
    this.#topicsChanged = false
    const hash = this.#subscriptions.hash()
    if (!change.subscriptions && hash === this.#topicsHash) return
    this.#topicsHash = hash
    this.epoch++
    change.epoch = true
  }

  // ── assigning ─────────────────────────────────────────────────────────────────────────────────────

  /** Many members that come at once are assigned once. A first member waits for nobody. */
  #assignUnlessJustDone(change: GroupChange): void {
    const now = this.#context.clock.elapsedMs()
    if (this.members.size > 1 && now - this.#assignedAtMs < this.#context.times(this.id).assignmentIntervalMs) return
    this.#assignedAtMs = now
    const members = Array.from(this.members.values(), ({ id, description, subscription, target }) => ({
      id,
      instanceId: description.instanceId,
      topics: subscription.topicIds,
      before: target,
    }))
    const assign: Assignor = assignors[this.assignorName]!
    const targets = assign(members, topicId => this.#subscriptions.partitionCount(topicId))
    for (const member of this.members.values()) {
      const target = targets.get(member.id) ?? NO_PARTITIONS
      if (sameAssignment(member.target, target)) continue
      member.target = target
      change.targets.add(member)
    }
    this.assignmentEpoch = this.epoch
    change.epoch = true
  }

  #reconcile(member: ConsumerMember, owned: Assignment | undefined, change: GroupChange): void {
    const { position } = member
    const target = this.#targetFor(member)
    if (this.#isReconciled(position) && target === member.target) return
    const next = reconcile(position, {
      target,
      epoch: this.assignmentEpoch,
      isFree: (topicId, partition) => this.#ownership.isFreeFor(member.id, topicId, partition),
      owned,
    })
    if (samePosition(position, next)) return
    this.#move(member, next)
    change.moved.add(member)
    if (next.state === 'unrevoked') this.#expectRevocation(member)
    else member.revocationDeadlineMs = NEVER
  }

  /** While the target is of an older epoch, what the member no longer subscribes to is none of it. */
  #targetFor({ target, subscription }: ConsumerMember): Assignment {
    if (this.epoch === this.assignmentEpoch || Array.from(target.keys()).every(id => subscription.topicIds.has(id))) return target
    return new Map(Array.from(target).filter(([topicId]) => subscription.topicIds.has(topicId)))
  }

  #isReconciled({ state, epoch }: Position): boolean {
    return state === 'stable' && epoch === this.assignmentEpoch
  }

  // ── leaving ───────────────────────────────────────────────────────────────────────────────────────

  /** By heartbeat, for good or for now. */
  leave({ memberId, memberEpoch, instanceId }: HeartbeatRequest): HeartbeatAnswer {
    const member = instanceId === null ? this.members.get(memberId) : this.#staticMember(memberId, instanceId)
    if (member === undefined) throw this.#unknownMember(memberId)
    const change = new GroupChange()
    if (memberEpoch === LEAVES_FOR_NOW) {
      this.#move(member, { ...member.position, epoch: LEAVES_FOR_NOW, state: 'stable', revoking: new Map() })
      member.revocationDeadlineMs = NEVER
      change.moved.add(member)
    } else this.#fence([member], change)
    this.#save(change)
    return { memberId, memberEpoch, heartbeatIntervalMs: 0, assignment: null }
  }

  /** An administrator sends members away, or a member goes by the older request. Answers an error code for each. */
  sendAway(leaving: readonly { readonly memberId: string; readonly groupInstanceId: string | null }[]): number[] {
    const change = new GroupChange()
    const answers = leaving.map(({ memberId, groupInstanceId }) => {
      const holder = groupInstanceId === null ? memberId : this.#instances.get(groupInstanceId)
      if (holder === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
      if (memberId !== '' && memberId !== holder) return ErrorCode.FENCED_INSTANCE_ID
      const member = this.members.get(holder)
      if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
      this.#fence([member], change)
      return 0
    })
    this.#save(change)
    return answers
  }

  #fence(members: readonly ConsumerMember[], change: GroupChange): void {
    for (const member of members) this.#remove(member, change)
    this.#topicsHash = this.#subscriptions.hash()
    this.epoch++
    change.epoch = true
    if (this.isEmpty) this.emptySinceMs = this.#context.clock.nowMs()
  }

  #ring(): number {
    const now = this.#context.clock.elapsedMs()
    const silent = Array.from(this.members.values()).filter(
      ({ sessionDeadlineMs, revocationDeadlineMs }) => Math.min(sessionDeadlineMs, revocationDeadlineMs) <= now,
    )
    if (silent.length > 0) {
      const change = new GroupChange()
      this.#fence(silent, change)
      this.#save(change)
    }
    let next = NEVER
    for (const { sessionDeadlineMs, revocationDeadlineMs } of this.members.values())
      next = Math.min(next, sessionDeadlineMs, revocationDeadlineMs)
    return next
  }

  /** The group is deleted, or becomes one of the other protocol. */
  end(): void {
    this.close()
  }

  /** Nothing happens by itself any more. */
  close(): void {
    this.#alarm.cancel()
  }

  // ── offsets ───────────────────────────────────────────────────────────────────────────────────────

  /**
   * Why this member may not commit, or 0. One that is behind by an epoch may, for partitions that it has had since then: its commit has met
   * the answer that told it of the new epoch.
   */
  commitFault(
    memberId: string,
    memberEpoch: number,
    commit: { readonly transactional: boolean; readonly version: number; partitions(): Iterable<readonly [string, number]> },
  ): number {
    if (memberEpoch < 0 && this.isEmpty) return 0
    const member = this.members.get(memberId)
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
    if (!commit.transactional && commit.version < FIRST_COMMIT_VERSION) return ErrorCode.UNSUPPORTED_VERSION
    const { epoch, held, revoking } = member.position
    if (memberEpoch === epoch) return 0
    const stale = commit.transactional ? ErrorCode.ILLEGAL_GENERATION : ErrorCode.STALE_MEMBER_EPOCH
    if (memberEpoch > epoch || memberEpoch < 0) return stale
    for (const [topicId, partition] of commit.partitions()) {
      const since = held.get(topicId)?.get(partition) ?? revoking.get(topicId)?.get(partition)
      if (since === undefined || since > memberEpoch) return stale
    }
    return 0
  }

  /** Why the group's offsets are not for this member, or 0. Those who say nothing of themselves may know them. */
  fetchFault(memberId: string | null, memberEpoch: number): number {
    if (memberId === null && memberEpoch < 0) return 0
    const member = memberId === null ? undefined : this.members.get(memberId)
    if (member === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
    return member.position.epoch === memberEpoch ? 0 : ErrorCode.STALE_MEMBER_EPOCH
  }

  subscribesTo(topic: string): boolean {
    return this.#subscriptions.has(topic)
  }

  /** From when on the time counts for which an offset is kept. */
  keptSince(committedMs: number): number {
    return this.isEmpty ? Math.max(committedMs, this.emptySinceMs) : committedMs
  }

  // ── members ───────────────────────────────────────────────────────────────────────────────────────

  #insert(member: ConsumerMember): void {
    this.members.set(member.id, member)
    if (member.description.instanceId !== null) this.#instances.set(member.description.instanceId, member.id)
    this.#subscriptions.enter(member.subscription)
  }

  #remove(member: ConsumerMember, change: GroupChange): void {
    this.members.delete(member.id)
    const { instanceId } = member.description
    if (instanceId !== null && this.#instances.get(instanceId) === member.id) this.#instances.delete(instanceId)
    this.#subscriptions.leave(member.subscription)
    this.#ownership.release(member.position)
    change.forget(member)
  }

  #move(member: ConsumerMember, position: Position): void {
    this.#ownership.release(member.position)
    member.position = position
    this.#ownership.take(member.id, position)
  }

  #expect(member: ConsumerMember): void {
    member.sessionDeadlineMs = this.#context.clock.elapsedMs() + this.#context.times(this.id).sessionTimeoutMs
    this.#alarm.by(member.sessionDeadlineMs)
  }

  #expectRevocation(member: ConsumerMember): void {
    member.revocationDeadlineMs = this.#context.clock.elapsedMs() + member.description.rebalanceTimeoutMs
    this.#alarm.by(member.revocationDeadlineMs)
  }

  // ── the journal ───────────────────────────────────────────────────────────────────────────────────

  snapshot(): Uint8Array {
    const members = [...this.members.values()]
    return this.#entry({
      members: members.map(member => member.descriptionEntry()),
      targets: members.map(member => member.targetEntry()),
      current: members.map(member => member.positionEntry()),
      patterns: this.#subscriptions.entries(),
    })
  }

  #save(change: GroupChange): void {
    if (change.isEmpty) return
    this.#context.journal.append(
      this.#entry({
        gone: [...change.gone],
        members: Array.from(change.described, member => member.descriptionEntry()),
        targets: Array.from(change.targets, member => member.targetEntry()),
        current: Array.from(change.moved, member => member.positionEntry()),
        patterns: change.patterns ? this.#subscriptions.entries() : [],
      }),
    )
  }

  #entry(change: ConsumerGroupChange): Uint8Array {
    return this.#context.journal.consumerEntry({
      groupId: this.id,
      epoch: this.epoch,
      assignmentEpoch: this.assignmentEpoch,
      topicsHash: this.#topicsHash,
      emptySinceMs: this.emptySinceMs,
      ...change,
    })
  }
}

/** Members of this protocol commit by this version or a later one. */
const FIRST_COMMIT_VERSION = 9

export const heldAssignment = ({ held }: Position): Assignment =>
  new Map(Array.from(held, ([topicId, partitions]) => [topicId, Array.from(partitions.keys()).toSorted((a, b) => a - b)]))

const sameDescription = (one: MemberDescription, other: MemberDescription): boolean =>
  one.instanceId === other.instanceId &&
  one.rackId === other.rackId &&
  one.clientId === other.clientId &&
  one.clientHost === other.clientHost &&
  one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
  one.assignor === other.assignor
