/**
 * A group of the classic protocol. Members meet by joining; one of them, the leader, assigns; the rest take what it gave by
 * syncing. All of that is a generation; whoever joins or leaves ends it.
 *
 *     Empty ── join ──▶ PreparingRebalance ── all have joined, or time is up ──▶ CompletingRebalance ── the leader syncs ──▶ Stable
 *       ▲                    │      ▲ ▲                                                │                                      │
 *       └── nobody is left ──┘      │ └──────── someone joins anew, or is gone ────────┘                                      │
 *                                   └──────────────────── someone joins anew, leaves, or is silent for too long ──────────────┘
 *
 * A reply that has to wait is parked with its member. The journal has each generation before anyone is told of it.
 */
import type { RequestOf } from '../../protocol/apis.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import { Alarm } from './alarm.ts'
import {
  ClassicMember,
  type JoinAnswer,
  type JoinRequest,
  NO_BYTES,
  type Reply,
  type SyncAnswer,
  copied,
  rebalanceTimeoutOf,
} from './classic-member.ts'
import { ClassicMembers } from './classic-members.ts'
import { type GroupClient, type GroupContext, NEVER, uuidText } from './group-context.ts'
import type { ClassicGroupChange } from './group-entries.ts'
import type { ClassicGroupImage } from './group-journal.ts'

export type ClassicState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead'

/** A member that joins for the first time knows no id to send heartbeats with: so long its join may be parked. */
const NEW_MEMBER_MS = 5 * 60_000
/** From here on a member gets its id first, and joins with it. */
const FIRST_VERSION_WITH_REQUIRED_IDS = 4
/** From here on a leader is told that the assignment stands already. */
const FIRST_VERSION_WITH_SKIPPING = 9

const CONSUMERS = 'consumer'

export interface LeavingMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export class ClassicGroup {
  readonly kind = 'classic'
  readonly id: string
  state: ClassicState = 'Empty'
  generation = 0
  /** What the members have come together for: `consumer`. Null for a group that only has offsets. */
  protocolType: string | null = null
  protocolName: string | null = null
  leader: string | null = null
  readonly members = new ClassicMembers()
  emptySinceMs: number
  /** Ids that were given and not joined with yet, and when they are given up. */
  readonly #pending = new Map<string, number>()
  /** Who has been told of the generation and has not synced. */
  readonly #unsynced = new Set<string>()
  /** Undefined where members do not say it in a way that is known here. */
  #topics: ReadonlySet<string> | undefined
  #joinDeadlineMs = NEVER
  #syncDeadlineMs = NEVER
  /** Of a group that fills: how long the wait for more members may still go on, and whether there were some. */
  #filling: { readonly delayMs: number; readonly leftMs: number } | undefined
  #newcomer = false
  readonly #context: GroupContext
  readonly #alarm: Alarm

  constructor(id: string, context: GroupContext) {
    this.id = id
    this.#context = context
    this.#alarm = new Alarm(context.clock, context.timers, () => this.#ring())
    this.emptySinceMs = context.clock.nowMs()
  }

  /** As the journal has it. Members go on in their generation; each is given the time of a session to be heard of. */
  static restored(image: ClassicGroupImage, context: GroupContext): ClassicGroup {
    const { entry } = image
    const group = new ClassicGroup(entry.groupId, context)
    group.state = entry.state as ClassicState
    group.generation = entry.generation
    group.protocolType = entry.protocolType
    group.protocolName = entry.protocolName
    group.leader = entry.leader
    group.emptySinceMs = entry.emptySinceMs
    for (const memberEntry of image.members.values()) {
      const member = ClassicMember.restored(memberEntry)
      group.members.insert(member)
      group.#expect(member)
    }
    group.#topics = group.#subscribedTopics()
    if (group.state === 'PreparingRebalance') group.#joinBy(group.members.rebalanceTimeoutMs)
    if (group.state === 'CompletingRebalance') {
      for (const { id } of group.members.values()) group.#unsynced.add(id)
      group.#syncBy(group.members.rebalanceTimeoutMs)
    }
    return group
  }

  get isEmpty(): boolean {
    return this.state === 'Empty'
  }

  get stateName(): string {
    return this.state
  }

  // ── joining ───────────────────────────────────────────────────────────────────────────────────────

  join(request: JoinRequest, client: GroupClient, reply: Reply<JoinAnswer>): void {
    const { memberId, groupInstanceId } = request
    if (!this.#hasRoomFor(memberId)) {
      this.#remove(memberId)
      return reply({ memberId: '', errorCode: ErrorCode.GROUP_MAX_SIZE_REACHED, protocolName: null })
    }
    const refuse = (errorCode: number) => reply({ memberId, errorCode, protocolName: null })
    if (!this.#canAssignWith(request)) return refuse(ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
    if (memberId === '') return this.#joinNew(request, client, reply)
    if (groupInstanceId === null && this.#pending.has(memberId)) return this.#add(memberId, request, client, reply)
    const fault = this.members.faultOf(memberId, groupInstanceId)
    if (fault !== 0) return refuse(fault)
    const member = this.members.get(memberId)!
    if (this.state === 'Empty') return refuse(ErrorCode.UNKNOWN_MEMBER_ID)
    if (this.state !== 'PreparingRebalance' && member.saysTheSame(request.protocols)) {
      // It has not got the answer perhaps. A leader that joins a stable group again wants to assign anew.
      if (this.state === 'CompletingRebalance' || this.leader !== memberId) return reply(this.#generationFor(member))
    }
    this.#update(member, request, reply)
    this.#rebalanceOrComplete()
  }

  #joinNew(request: JoinRequest, client: GroupClient, reply: Reply<JoinAnswer>): void {
    const { groupInstanceId } = request
    const memberId = `${groupInstanceId ?? client.clientId}-${uuidText(this.#context.random)}`
    if (groupInstanceId !== null) {
      const replaced = this.members.holderOf(groupInstanceId)
      if (replaced === undefined) return this.#add(memberId, request, client, reply)
      return this.#replace(this.members.get(replaced)!, memberId, request, client, reply)
    }
    if (client.version < FIRST_VERSION_WITH_REQUIRED_IDS) return this.#add(memberId, request, client, reply)
    const deadlineMs = this.#now + request.sessionTimeoutMs
    this.#pending.set(memberId, deadlineMs)
    this.#alarm.by(deadlineMs)
    reply({ memberId, errorCode: ErrorCode.MEMBER_ID_REQUIRED, protocolName: null })
  }

  #add(memberId: string, request: JoinRequest, client: GroupClient, reply: Reply<JoinAnswer>): void {
    const member = new ClassicMember(memberId, request.groupInstanceId, client, {
      rebalanceTimeoutMs: rebalanceTimeoutOf(request),
      sessionTimeoutMs: request.sessionTimeoutMs,
      protocols: copied(request.protocols),
    })
    member.isNew = true
    if (this.#filling !== undefined) this.#newcomer = true
    if (this.members.size === 0) this.protocolType = request.protocolType
    this.#pending.delete(memberId)
    this.members.insert(member)
    this.leader ??= memberId
    this.members.park(member, reply)
    this.#expect(member, NEW_MEMBER_MS)
    this.#rebalanceOrComplete()
  }

  /** A static member comes back under another id: it takes the place it had. */
  #replace(before: ClassicMember, memberId: string, request: JoinRequest, client: GroupClient, reply: Reply<JoinAnswer>): void {
    const leaderBefore = this.leader
    this.members.answer(before, { memberId: before.id, errorCode: ErrorCode.FENCED_INSTANCE_ID, protocolName: null })
    this.#answerSync(before, { errorCode: ErrorCode.FENCED_INSTANCE_ID })
    const waitsForSync = this.#unsynced.has(before.id)
    this.#drop(before)
    const member = new ClassicMember(memberId, before.instanceId, { clientId: before.clientId, host: before.clientHost }, before)
    member.assignment = before.assignment
    this.members.insert(member)
    if (leaderBefore === before.id) this.leader = memberId
    this.#update(member, request, reply)
    this.#expect(member)
    switch (this.state) {
      case 'Stable':
        if (this.members.vote() !== this.protocolName) return this.#prepare()
        if (waitsForSync) this.#unsynced.add(memberId)
        this.#save({ gone: [before.id], members: [member.entry()] })
        this.members.answer(member, this.#standingFor(member, client.version, leaderBefore))
        return
      case 'CompletingRebalance':
        // The leader may have been told of the id that is gone.
        return this.#prepare()
      default:
        this.#completeIfAllJoined()
    }
  }

  /** The generation goes on. A leader that can't be told to skip assigning is told that it is none. */
  #standingFor(member: ClassicMember, version: number, leaderBefore: string | null): JoinAnswer {
    const leads = this.leader === member.id
    if (version < FIRST_VERSION_WITH_SKIPPING) return { ...this.#generationFor(member), members: [], leader: leaderBefore ?? '' }
    return { ...this.#generationFor(member), skipAssignment: leads }
  }

  #generationFor(member: ClassicMember): JoinAnswer {
    const { generation, protocolType, protocolName, leader } = this
    return {
      memberId: member.id,
      generationId: generation,
      protocolType,
      protocolName,
      leader: leader ?? '',
      members: leader === member.id ? this.#memberList() : [],
    }
  }

  #memberList() {
    return Array.from(this.members.values(), member => ({
      memberId: member.id,
      groupInstanceId: member.instanceId,
      metadata: member.metadataFor(this.protocolName),
    }))
  }

  /** Members that are known are let in, new ones up to the largest size, counted by those that have come. */
  #hasRoomFor(memberId: string): boolean {
    const { maxSize } = this.#context.settings()
    const member = this.members.get(memberId)
    if (this.state === 'PreparingRebalance') return member?.joining !== undefined || this.members.parked < maxSize
    return this.state === 'Empty' || member !== undefined || this.members.size < maxSize
  }

  #canAssignWith({ protocolType, protocols }: JoinRequest): boolean {
    if (this.state === 'Empty') return protocolType !== '' && protocols.length > 0
    return protocolType === this.protocolType && this.members.know(protocols)
  }

  // ── the rebalance ─────────────────────────────────────────────────────────────────────────────────

  #rebalanceOrComplete(): void {
    if (this.state === 'PreparingRebalance') this.#completeIfAllJoined()
    else this.#prepare()
  }

  /** Ends the generation: all are to join again. A group that fills waits for more of them. */
  #prepare(): void {
    if (this.state === 'CompletingRebalance') {
      for (const member of this.members.values()) {
        member.assignment = NO_BYTES
        if (this.#answerSync(member, { errorCode: ErrorCode.REBALANCE_IN_PROGRESS })) this.#expect(member)
      }
    }
    this.#unsynced.clear()
    this.#syncDeadlineMs = NEVER
    const fills = this.state === 'Empty'
    this.state = 'PreparingRebalance'
    if (fills) {
      const delayMs = this.#context.settings().initialRebalanceDelayMs
      this.#filling = { delayMs, leftMs: Math.max(this.members.rebalanceTimeoutMs - delayMs, 0) }
      this.#joinBy(delayMs)
    } else if (this.#allJoined) this.#complete()
    else this.#joinBy(this.members.rebalanceTimeoutMs)
  }

  get #allJoined(): boolean {
    return this.members.parked === this.members.size && this.#pending.size === 0
  }

  #completeIfAllJoined(): void {
    if (this.state === 'PreparingRebalance' && this.#filling === undefined && this.#allJoined) this.#complete()
  }

  /** The time for joining is up. While a group fills it goes on as long as more members come, up to the rebalance timeout. */
  #joinTimeIsUp(): void {
    this.#joinDeadlineMs = NEVER
    const filling = this.#filling
    if (filling !== undefined && this.#newcomer && filling.leftMs > 0) {
      this.#newcomer = false
      const delayMs = Math.min(this.#context.settings().initialRebalanceDelayMs, filling.leftMs)
      this.#filling = { delayMs, leftMs: Math.max(filling.leftMs - filling.delayMs, 0) }
      this.#joinBy(delayMs)
    } else this.#complete()
  }

  /** Whoever has not joined is out, but for static members: those may come back. The rest are a new generation. */
  #complete(): void {
    const gone = Array.from(this.members.values()).filter(
      ({ joining, instanceId }) => joining === undefined && instanceId === null,
    )
    for (const member of gone) this.#drop(member)
    this.#joinDeadlineMs = NEVER
    if (!this.#electLeader() && this.members.size > 0) return this.#joinBy(this.members.rebalanceTimeoutMs)
    this.#filling = undefined
    this.#newcomer = false
    this.generation++
    this.#unsynced.clear()
    if (this.members.size === 0) return this.#becomeEmpty()
    this.protocolName = this.members.vote()
    this.#topics = this.#subscribedTopics()
    this.state = 'CompletingRebalance'
    this.#save('all members')
    for (const member of this.members.values()) {
      this.members.answer(member, this.#generationFor(member))
      this.#expect(member)
      member.isNew = false
      this.#unsynced.add(member.id)
    }
    this.#syncBy(this.members.rebalanceTimeoutMs)
  }

  #becomeEmpty(): void {
    this.state = 'Empty'
    this.protocolName = null
    this.leader = null
    this.#topics = this.#subscribedTopics()
    this.emptySinceMs = this.#context.clock.nowMs()
    this.#save('all members')
  }

  /** The leader stays, unless it has not joined and another one has. */
  #electLeader(): boolean {
    if (this.leader !== null && this.members.get(this.leader)?.joining !== undefined) return true
    for (const { id, joining } of this.members.values()) {
      if (joining === undefined) continue
      this.leader = id
      return true
    }
    return false
  }

  // ── syncing ───────────────────────────────────────────────────────────────────────────────────────

  sync(request: RequestOf<'SyncGroup'>, reply: Reply<SyncAnswer>): void {
    const { memberId, groupInstanceId, generationId } = request
    const fault = this.members.faultOf(memberId, groupInstanceId)
    if (fault !== 0) return reply({ errorCode: fault })
    if (generationId !== this.generation) return reply({ errorCode: ErrorCode.ILLEGAL_GENERATION })
    if (differs(request.protocolType, this.protocolType) || differs(request.protocolName, this.protocolName))
      return reply({ errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL })
    const member = this.members.get(memberId)!
    switch (this.state) {
      case 'PreparingRebalance':
        return reply({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS })
      case 'CompletingRebalance':
        this.#answerSync(member, { errorCode: ErrorCode.REBALANCE_IN_PROGRESS })
        member.syncing = reply
        this.#hasSynced(memberId)
        if (this.leader === memberId) this.#assign(request.assignments)
        return
      default:
        this.#hasSynced(memberId)
        return reply(this.#assignmentOf(member))
    }
  }

  #assign(assignments: RequestOf<'SyncGroup'>['assignments']): void {
    const given = new Map(assignments.map(({ memberId, assignment }) => [memberId, assignment]))
    for (const member of this.members.values()) member.assignment = given.get(member.id)?.slice() ?? NO_BYTES
    this.state = 'Stable'
    this.#save('all members')
    for (const member of this.members.values()) if (this.#answerSync(member, this.#assignmentOf(member))) this.#expect(member)
  }

  #assignmentOf({ assignment }: ClassicMember): SyncAnswer {
    return { protocolType: this.protocolType, protocolName: this.protocolName, assignment }
  }

  #hasSynced(memberId: string): void {
    this.#unsynced.delete(memberId)
    if (this.#unsynced.size === 0) this.#syncDeadlineMs = NEVER
  }

  /** Whoever was told of the generation and never came for its assignment is out. */
  #syncTimeIsUp(): void {
    this.#syncDeadlineMs = NEVER
    const gone = [...this.#unsynced]
    for (const memberId of gone) this.#drop(this.members.get(memberId)!)
    this.#unsynced.clear()
    if (gone.length > 0) this.#goOnWithout(gone)
  }

  // ── being alive, and leaving ──────────────────────────────────────────────────────────────────────

  heartbeat(memberId: string, instanceId: string | null, generation: number): number {
    const fault = this.members.faultOf(memberId, instanceId)
    if (fault !== 0) return fault
    if (generation !== this.generation) return ErrorCode.ILLEGAL_GENERATION
    this.#expect(this.members.get(memberId)!)
    return this.state === 'PreparingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : 0
  }

  /** Answers an error code for each. A static member may be sent away by its instance alone. */
  leave(leaving: readonly LeavingMember[]): number[] {
    const gone: string[] = []
    const answers = leaving.map(({ memberId, groupInstanceId }) => {
      const id = memberId === '' && groupInstanceId !== null ? (this.members.holderOf(groupInstanceId) ?? '') : memberId
      if (this.#pending.delete(id)) return 0
      const fault = this.members.faultOf(id, groupInstanceId)
      if (fault !== 0) return fault
      this.#remove(id)
      gone.push(id)
      return 0
    })
    if (gone.length > 0) this.#goOnWithout(gone)
    else this.#completeIfAllJoined()
    return answers
  }

  /** After members were removed. */
  #goOnWithout(gone: readonly string[]): void {
    if (this.state === 'Stable' || this.state === 'CompletingRebalance') {
      const { generation } = this
      this.#prepare()
      // A new generation has its own entry.
      if (this.generation !== generation) return
    } else this.#completeIfAllJoined()
    if (this.state === 'PreparingRebalance') this.#save({ gone })
  }

  #ring(): number {
    const now = this.#now
    for (const [memberId, deadlineMs] of this.#pending) if (deadlineMs <= now) this.#pending.delete(memberId)
    const gone: string[] = []
    for (const member of Array.from(this.members.values())) {
      if (member.deadlineMs > now) continue
      member.deadlineMs = NEVER
      if (member.waits) continue
      this.#remove(member.id)
      gone.push(member.id)
    }
    if (gone.length > 0) this.#goOnWithout(gone)
    else this.#completeIfAllJoined()
    if (this.#joinDeadlineMs <= now) this.#joinTimeIsUp()
    if (this.#syncDeadlineMs <= now) this.#syncTimeIsUp()
    let next = Math.min(this.#joinDeadlineMs, this.#syncDeadlineMs)
    for (const deadlineMs of this.#pending.values()) next = Math.min(next, deadlineMs)
    for (const { deadlineMs } of this.members.values()) next = Math.min(next, deadlineMs)
    return next
  }

  /** The group is deleted, or becomes one of the other protocol. */
  end(): void {
    this.state = 'Dead'
    this.close()
  }

  /** Nothing happens by itself any more. */
  close(): void {
    this.#alarm.cancel()
  }

  // ── offsets ───────────────────────────────────────────────────────────────────────────────────────

  /** Why this member may not commit, or 0. In a transaction the state of the group does not matter. */
  commitFault(memberId: string, instanceId: string | null, generation: number, transactional: boolean): number {
    if (generation < 0 && this.state === 'Empty') return 0
    if (generation >= 0 || memberId !== '' || instanceId !== null) {
      const fault = this.members.faultOf(memberId, instanceId)
      if (fault !== 0) return fault
      if (generation !== this.generation) return ErrorCode.ILLEGAL_GENERATION
    } else if (!transactional && this.state !== 'Empty') return ErrorCode.UNKNOWN_MEMBER_ID
    return !transactional && this.state === 'CompletingRebalance' ? ErrorCode.REBALANCE_IN_PROGRESS : 0
  }

  /** Who commits is alive. */
  committed(memberId: string): void {
    const member = this.members.get(memberId)
    if (member !== undefined && this.state !== 'CompletingRebalance') this.#expect(member)
  }

  /** Why offsets may not be deleted, or 0. */
  get deleteOffsetsFault(): number {
    return this.state === 'Empty' || this.protocolType === CONSUMERS ? 0 : ErrorCode.NON_EMPTY_GROUP
  }

  subscribesTo(topic: string): boolean {
    return this.#topics?.has(topic) ?? this.protocolType === CONSUMERS
  }

  /** From when on the time counts for which an offset is kept; undefined: it is kept. */
  keptSince(committedMs: number): number | undefined {
    if (this.protocolType === null) return committedMs
    if (this.state === 'Empty') return this.emptySinceMs
    return this.state === 'Stable' && this.protocolType === CONSUMERS && this.#topics !== undefined ? committedMs : undefined
  }

  // ── members ───────────────────────────────────────────────────────────────────────────────────────

  #update(member: ClassicMember, request: JoinRequest, reply: Reply<JoinAnswer>): void {
    this.members.update(member, request)
    this.members.park(member, reply)
  }

  #answerSync(member: ClassicMember, answer: SyncAnswer): boolean {
    const reply = member.syncing
    member.syncing = undefined
    reply?.(answer)
    return reply !== undefined
  }

  /** Tells a member that is still waiting that it is out. */
  #remove(memberId: string): void {
    this.#pending.delete(memberId)
    const member = this.members.get(memberId)
    if (member !== undefined) this.#drop(member)
  }

  #drop(member: ClassicMember): void {
    this.members.answer(member, { memberId: '', errorCode: ErrorCode.UNKNOWN_MEMBER_ID, protocolName: null })
    this.#answerSync(member, { errorCode: ErrorCode.UNKNOWN_MEMBER_ID })
    this.members.drop(member)
    this.#unsynced.delete(member.id)
    if (this.leader === member.id) this.leader = firstOf(this.members.values())?.id ?? null
  }

  #subscribedTopics(): ReadonlySet<string> | undefined {
    return this.protocolType === CONSUMERS ? this.members.topics(this.protocolName) : undefined
  }

  // ── time, and the journal ─────────────────────────────────────────────────────────────────────────

  get #now(): number {
    return this.#context.clock.elapsedMs()
  }

  /** The member has to be heard of within this time. */
  #expect(member: ClassicMember, withinMs = member.sessionTimeoutMs): void {
    member.deadlineMs = this.#now + withinMs
    this.#alarm.by(member.deadlineMs)
  }

  #joinBy(withinMs: number): void {
    this.#joinDeadlineMs = this.#now + withinMs
    this.#alarm.by(this.#joinDeadlineMs)
  }

  #syncBy(withinMs: number): void {
    this.#syncDeadlineMs = this.#now + withinMs
    this.#alarm.by(this.#syncDeadlineMs)
  }

  snapshot(): Uint8Array {
    return this.#entry({ whole: true, members: Array.from(this.members.values(), member => member.entry()) })
  }

  #save(change: 'all members' | Pick<ClassicGroupChange, 'gone' | 'members'>): void {
    this.#context.journal.append(change === 'all members' ? this.snapshot() : this.#entry(change))
  }

  #entry(change: ClassicGroupChange): Uint8Array {
    const { id, state, generation, protocolType, protocolName, leader, emptySinceMs } = this
    return this.#context.journal.classicEntry({
      groupId: id,
      state,
      generation,
      protocolType,
      protocolName,
      leader,
      emptySinceMs,
      ...change,
    })
  }
}

const differs = (said: string | null, known: string | null): boolean => said !== null && known !== null && said !== known

function firstOf<T>(items: Iterable<T>): T | undefined {
  for (const item of items) return item
  return undefined
}
