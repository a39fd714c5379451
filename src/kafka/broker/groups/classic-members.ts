/** The members of a classic group: by id, by instance, by what they can assign with, and how many of them wait for others to join. */
import { ErrorCode } from '../../protocol/errors.ts'
import { type ClassicMember, type JoinAnswer, type JoinRequest, type Reply, subscribedTopics } from './classic-member.ts'

export class ClassicMembers {
  readonly #byId = new Map<string, ClassicMember>()
  /** Member ids of static members, by instance. */
  readonly #instances = new Map<string, string>()
  /** How many members know a way to assign. */
  readonly #supporters = new Map<string, number>()
  #parked = 0

  get size(): number {
    return this.#byId.size
  }

  values(): Iterable<ClassicMember> {
    return this.#byId.values()
  }

  get(memberId: string): ClassicMember | undefined {
    return this.#byId.get(memberId)
  }

  /** The member id of a static member. */
  holderOf(instanceId: string): string | undefined {
    return this.#instances.get(instanceId)
  }

  /** Why there is no such member, or 0. */
  faultOf(memberId: string, instanceId: string | null): number {
    if (instanceId !== null) {
      const holder = this.#instances.get(instanceId)
      if (holder === undefined) return ErrorCode.UNKNOWN_MEMBER_ID
      if (holder !== memberId) return ErrorCode.FENCED_INSTANCE_ID
    }
    return this.#byId.has(memberId) ? 0 : ErrorCode.UNKNOWN_MEMBER_ID
  }

  insert(member: ClassicMember): void {
    this.#byId.set(member.id, member)
    if (member.instanceId !== null) this.#instances.set(member.instanceId, member.id)
    this.#count(member, 1)
  }

  drop(member: ClassicMember): void {
    this.#byId.delete(member.id)
    if (member.instanceId !== null) this.#instances.delete(member.instanceId)
    this.#count(member, -1)
  }

  update(member: ClassicMember, request: JoinRequest): void {
    this.#count(member, -1)
    member.update(request)
    this.#count(member, 1)
  }

  #count({ protocols }: ClassicMember, by: 1 | -1): void {
    for (const { name } of protocols) this.#supporters.set(name, (this.#supporters.get(name) ?? 0) + by)
  }

  // ── those who wait ────────────────────────────────────────────────────────────────────────────────

  get parked(): number {
    return this.#parked
  }

  /** Another join of the same member takes the place of the one that waits. */
  park(member: ClassicMember, reply: Reply<JoinAnswer>): void {
    this.answer(member, { memberId: member.id, errorCode: ErrorCode.REBALANCE_IN_PROGRESS, protocolName: null })
    member.joining = reply
    this.#parked++
  }

  answer(member: ClassicMember, answer: JoinAnswer): void {
    const reply = member.joining
    if (reply === undefined) return
    member.joining = undefined
    this.#parked--
    reply(answer)
  }

  // ── what they have in common ──────────────────────────────────────────────────────────────────────

  /** Do all know one of these ways to assign? */
  know(protocols: readonly { readonly name: string }[]): boolean {
    return protocols.some(({ name }) => this.#supporters.get(name) === this.size)
  }

  /** Of the ways to assign that all know, the one that most like best. */
  vote(): string | null {
    const votes = new Map<string, number>()
    for (const { protocols } of this.#byId.values()) {
      const favourite = protocols.find(({ name }) => this.#supporters.get(name) === this.size)
      if (favourite !== undefined) votes.set(favourite.name, (votes.get(favourite.name) ?? 0) + 1)
    }
    let winner: string | null = null
    for (const [name, count] of votes) if (winner === null || count > votes.get(winner)!) winner = name
    return winner
  }

  /** What consumers subscribe to, together; undefined where one says it in a way that is not known here. */
  topics(protocol: string | null): ReadonlySet<string> | undefined {
    const topics = new Set<string>()
    for (const member of this.#byId.values()) {
      const theirs = subscribedTopics(member.metadataFor(protocol))
      if (theirs === undefined) return undefined
      for (const topic of theirs) topics.add(topic)
    }
    return topics
  }

  get rebalanceTimeoutMs(): number {
    let longest = 0
    for (const { rebalanceTimeoutMs } of this.#byId.values()) longest = Math.max(longest, rebalanceTimeoutMs)
    return longest
  }
}
