/**
 * A fetch session (KIP-227) from the client's side: the broker remembers what is asked for, so that each request says only
 * what is new. A broker that makes no session, or has forgotten it, is told everything.
 *
 *     session 0, epoch 0     orders-0 from 5, orders-1 from 7     the answer: session 42
 *     session 42, epoch 1    orders-1 from 9                      orders-0 stays as it was
 *     session 42, epoch 2    forgotten: orders-0
 */
import { hasId } from '../metadata.ts'

export interface FetchedAt {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly offset: number
  readonly maxBytes: number
  readonly leaderEpoch: number
}

export interface SessionRequest {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly asked: readonly FetchedAt[]
  readonly forgotten: readonly FetchedAt[]
}

const MAX_EPOCH = 2 ** 31 - 1

export class FetchSession {
  #id = 0
  #epoch = 0
  /** What the broker has in mind, by partition. */
  readonly #sent = new Map<string, FetchedAt>()

  /** What to say so that exactly these are read. */
  next(wanted: ReadonlyMap<string, FetchedAt>): SessionRequest {
    const asked: FetchedAt[] = []
    const forgotten: FetchedAt[] = []
    if (this.#id === 0) this.#sent.clear()
    for (const [name, sent] of this.#sent) {
      const now = wanted.get(name)
      if (now !== undefined && now.topicId === sent.topicId) continue
      forgotten.push(sent)
      this.#sent.delete(name)
    }
    for (const [name, now] of wanted) {
      const sent = this.#sent.get(name)
      if (sent !== undefined && same(sent, now)) continue
      asked.push(now)
      this.#sent.set(name, now)
    }
    return { sessionId: this.#id, sessionEpoch: this.#epoch, asked, forgotten }
  }

  answered(sessionId: number): void {
    this.#id = sessionId
    this.#epoch = sessionId === 0 ? 0 : this.#epoch === MAX_EPOCH ? 1 : this.#epoch + 1
  }

  /** The next request says everything. */
  reset(): void {
    this.#id = 0
    this.#epoch = 0
  }
}

const same = (a: FetchedAt, b: FetchedAt): boolean =>
  a.offset === b.offset && a.maxBytes === b.maxBytes && a.leaderEpoch === b.leaderEpoch

/** Ids only where all topics have one: a request is of one kind. */
export const allHaveIds = (wanted: ReadonlyMap<string, FetchedAt>): boolean => {
  for (const { topicId } of wanted.values()) if (!hasId(topicId)) return false
  return true
}
