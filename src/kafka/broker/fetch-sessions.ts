/**
 * Fetch sessions (KIP-227): a consumer of many partitions says once which ones, then only what changed, and is answered only
 * what changed.
 *
 *     session 0, epoch 0     all partitions        → a new session 4711
 *     session 4711, epoch 1  nothing to say        → partitions with news
 *     session 4711, epoch 2  a-3 from 900          → partitions with news
 */
import type { Clock } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'

/** A partition as a consumer asks for it, and what it was last told of it. */
export interface FetchedPartition {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  fetchOffset: number
  maxBytes: number
  currentLeaderEpoch: number
  lastFetchedEpoch: number
  toldHighWatermark: number
  toldStartOffset: number
}

export class FetchSession {
  readonly id: number
  readonly usesIds: boolean
  epoch = 1
  lastUsedMs = 0
  /** In the order they are served; whoever gave records goes to the end. */
  readonly partitions = new Map<string, FetchedPartition>()

  constructor(id: number, usesIds: boolean) {
    this.id = id
    this.usesIds = usesIds
  }
}

const IDLE_MS = 120_000
const MAX_EPOCH = 2 ** 31 - 1

export class FetchSessions {
  readonly #sessions = new Map<number, FetchSession>()
  readonly #random: Random
  readonly #clock: Clock
  readonly #slots: () => number

  constructor(random: Random, clock: Clock, slots: () => number) {
    this.#random = random
    this.#clock = clock
    this.#slots = slots
  }

  get count(): number {
    return this.#sessions.size
  }

  get(id: number): FetchSession | undefined {
    return this.#sessions.get(id)
  }

  /** A session for these partitions, or none where all places are taken by sessions in use. */
  create(usesIds: boolean): FetchSession | undefined {
    if (this.#sessions.size >= this.#slots() && !this.#evict()) return undefined
    let id: number
    do id = 1 + Math.floor(this.#random.next() * (MAX_EPOCH - 1))
    while (this.#sessions.has(id))
    const session = new FetchSession(id, usesIds)
    this.#sessions.set(id, session)
    this.touch(session)
    return session
  }

  touch(session: FetchSession): void {
    session.lastUsedMs = this.#clock.elapsedMs()
    this.#sessions.delete(session.id)
    this.#sessions.set(session.id, session)
  }

  advance(session: FetchSession): void {
    session.epoch = session.epoch === MAX_EPOCH ? 1 : session.epoch + 1
  }

  close(id: number): void {
    this.#sessions.delete(id)
  }

  /** The session that was not used for the longest time, if that is long enough. */
  #evict(): boolean {
    for (const session of this.#sessions.values()) {
      if (this.#clock.elapsedMs() - session.lastUsedMs < IDLE_MS) return false
      this.#sessions.delete(session.id)
      return true
    }
    return false
  }
}
