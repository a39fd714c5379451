/**
 * An idempotent producer to a compacted topic: versions of a few keys, some of them tombstones, one batch after the other. What a
 * reader finds of a key is its latest version, or whatever of the earlier ones is not cleaned away yet.
 *
 *     a=0 b=0 a=1 … a=6 is a tombstone     found a=5, a=6: fine; a=6: fine; nothing of a: fine; a=5 alone: a=6 is lost
 */
import type { Random } from '#src/base/random.ts'
import type { TestClient, TestRecord } from '#src/testing/broker.ts'

const KEYS = 12
/** Every so many versions of a key one is a tombstone. */
const TOMBSTONES = 7
const PAUSE_MS = 4

interface Version {
  readonly key: string
  readonly number: number
}

const isTombstone = ({ number }: Version): boolean => number % TOMBSTONES === TOMBSTONES - 1

export class CrashKeyedProducer {
  readonly topic: string
  readonly #random: Random
  #producerId = -1
  #sequence = 0
  /** Sent and not heard of: it is sent again. */
  #unanswered: readonly Version[] | undefined
  /** The last versions of each key. */
  readonly #sent = new Map<string, number>()
  readonly #acknowledged = new Map<string, number>()

  constructor(topic: string, random: Random) {
    this.topic = topic
    this.#random = random
  }

  async run(client: TestClient, alive: { readonly now: boolean }): Promise<void> {
    if (this.#producerId < 0) {
      const { producerId } = await client.ask('InitProducerId', 4, { transactionalId: null, transactionTimeoutMs: 1000 })
      this.#producerId = producerId
    }
    while (alive.now) {
      await this.#send(client, (this.#unanswered ??= this.#next()))
      await new Promise(resolve => setTimeout(resolve, this.#random.next() * PAUSE_MS))
    }
  }

  #next(): readonly Version[] {
    return Array.from({ length: 1 + Math.floor(this.#random.next() * 6) }, () => {
      const key = `k${Math.floor(this.#random.next() * KEYS)}`
      const number = (this.#sent.get(key) ?? -1) + 1
      this.#sent.set(key, number)
      return { key, number }
    })
  }

  async #send(client: TestClient, versions: readonly Version[]): Promise<void> {
    const texts = versions.map(version => `${version.key}=${isTombstone(version) ? '' : `${version.number}:${'x'.repeat(200)}`}`)
    const producer = { producerId: this.#producerId, producerEpoch: 0, baseSequence: this.#sequence }
    const { errorCode, errorMessage } = await client.produce(this.topic, 0, texts, producer)
    if (errorCode !== 0) throw new Error(`${this.topic}: sequence ${this.#sequence} was refused: ${errorCode} ${errorMessage}`)
    this.#unanswered = undefined
    this.#sequence += versions.length
    for (const { key, number } of versions) this.#acknowledged.set(key, number)
  }

  /** `records`: all there are, in order. */
  check(records: readonly TestRecord[]): void {
    // Of a tombstone the first it can be.
    const last = new Map<string, { readonly number: number; readonly gone: boolean }>()
    for (const { offset, key, value } of records) {
      const before = last.get(key!)?.number ?? -1
      const number = value === null ? nextTombstone(before + 1) : Number(value.split(':')[0])
      if (number <= before) throw new Error(`${this.topic}@${offset}: version ${number} of ${key} follows ${before}`)
      last.set(key!, { number, gone: value === null })
    }
    for (const [key, { number }] of last) {
      const sent = this.#sent.get(key) ?? -1
      if (number > sent) throw new Error(`${this.topic}: version ${number} of ${key}, and ${sent} is the last that was sent`)
    }
    for (const [key, acknowledged] of this.#acknowledged) {
      const { number, gone } = last.get(key) ?? { number: -1, gone: true }
      const least = Math.max(number, acknowledged)
      if (gone ? nextTombstone(least) > this.#sent.get(key)! : number < acknowledged)
        throw new Error(`${this.topic}: version ${acknowledged} of ${key} was acknowledged, the last there is is ${number}`)
    }
  }
}

/** The first version from here on that is one. */
const nextTombstone = (from: number): number => from + (TOMBSTONES - 1 - (from % TOMBSTONES))
