/**
 * A producer whose transactions write to several partitions and move a group's offset, and end as chance will have it. It knows of each of them
 * what a reader of committed records has to find.
 */
import type { Random } from '#src/base/random.ts'
import type { TestClient } from '#src/testing/broker.ts'
import type { InputOf } from '#src/kafka/protocol/schema.ts'
import type { apis } from '#src/kafka/protocol/apis.ts'

export const TOPIC = 'out'
export const PARTITIONS = 4
export const GROUP = 'g'

/** 'unknown': it was to be committed, and no answer came. */
export type Fate = 'open' | 'unknown' | 'committed' | 'aborted'

export interface SimulatedTransaction {
  readonly number: number
  /** By partition, in order; without those that were refused. */
  readonly values: Map<number, string[]>
  /** It moves the group's offset to its own number. */
  movesOffset: boolean
  fate: Fate
}

const NONE = 0
const NOT_ENOUGH_REPLICAS = 19
const CONCURRENT_TRANSACTIONS = 51
/** Somebody else has the transactional id, or the transaction took too long. */
const LOST: readonly number[] = [47, 48, 49, 90, 120]

const aWhile = () => new Promise(resolve => setImmediate(resolve))

/** The transaction is somebody else's now: it was aborted. */
class Lost extends Error {}

/** The broker died, or a connection to it. */
export const isCutOff = (error: Error): boolean => error.message.startsWith('closed before')

/** A way to a broker, until the next one. */
class Way {
  readonly client: TestClient
  /** False once the broker is dead: what is still heard of it then was never heard. */
  readonly alive: { readonly now: boolean }
  readonly replaced: Promise<typeof REPLACED>
  replace: () => void = () => {}

  constructor(client: TestClient, alive: { readonly now: boolean }) {
    this.client = client
    this.alive = alive
    this.replaced = new Promise(resolve => (this.replace = () => resolve(REPLACED)))
  }
}

const REPLACED = Symbol('replaced')

export class TransactionalProducer {
  readonly name: string
  /** Partitions added by requests, or by what is written. */
  readonly #version: 0 | 2
  /** It outlives a broker: what was not answered is asked again of the next one. Others begin anew, as another instance. */
  readonly #persists: boolean
  readonly #random: Random
  readonly transactions: SimulatedTransaction[] = []
  #producerId = -1
  #epoch = -1
  readonly #sequences = new Map<number, number>()
  #way: Way | undefined
  /** What is under way: a transaction, or another instance. */
  #underWay: Promise<void> | undefined

  constructor(name: string, { version, persists }: { readonly version: 0 | 2; readonly persists: boolean }, random: Random) {
    this.name = name
    this.#version = version
    this.#persists = persists
    this.#random = random
  }

  /** From now on it speaks to this broker. Resolves once nothing is open of what was under way with the one before. */
  async connect(client: TestClient, alive: { readonly now: boolean }): Promise<void> {
    const before = this.#way
    this.#way = new Way(client, alive)
    before?.replace()
    if (this.#persists && this.#underWay !== undefined) await this.#underWay
    else await this.#during(this.#initialize())
  }

  /** Another instance: the one before is fenced. */
  async restart(client: TestClient): Promise<void> {
    this.#way = new Way(client, this.#way!.alive)
    await this.#during(this.#initialize())
  }

  #during(underWay: Promise<void>): Promise<void> {
    this.#underWay = underWay
    const over = () => {
      if (this.#underWay === underWay) this.#underWay = undefined
    }
    // Who fails without another try is told by the promise itself.
    underWay.then(over, over)
    return underWay
  }

  /** A new instance: what was open is aborted, what was being committed is over either way. */
  async #initialize(): Promise<void> {
    const { producerId, producerEpoch } = await this.#retried('InitProducerId', this.#version === 2 ? 5 : 3, {
      transactionalId: this.name,
      transactionTimeoutMs: 1000 + this.#below(30_000),
    })
    this.#become(producerId, producerEpoch)
    for (const transaction of this.transactions) if (transaction.fate === 'open') transaction.fate = 'aborted'
  }

  /** One transaction from begin to end, unless it is lost. */
  transact(pause: (alive: { readonly now: boolean }) => Promise<void>): Promise<void> {
    return this.#during(this.#transact(() => this.#stubbornly((_, alive) => pause(alive))))
  }

  async #transact(pause: () => Promise<void>): Promise<void> {
    const transaction: SimulatedTransaction = {
      number: this.transactions.length,
      values: new Map(),
      movesOffset: false,
      fate: 'open',
    }
    this.transactions.push(transaction)
    try {
      const writes = this.#below(5)
      for (let i = 0; i < writes; i++) {
        await this.#write(transaction)
        if (this.#chance(0.3)) await pause()
      }
      if (this.#chance(0.5)) await this.#moveOffset(transaction)
      if (this.#chance(0.2)) await pause()
      if (transaction.values.size === 0 && !transaction.movesOffset) transaction.fate = 'aborted'
      else await this.#end(transaction, this.#chance(0.6))
    } catch (error) {
      if (!(error instanceof Lost)) throw error
      if (transaction.fate === 'open') transaction.fate = 'aborted'
      await this.#initialize()
    }
  }

  async #write(transaction: SimulatedTransaction): Promise<void> {
    const partition = this.#below(PARTITIONS)
    const { values } = transaction
    if (this.#version === 0 && !values.has(partition)) {
      const answer = await this.#retried('AddPartitionsToTxn', 3, {
        v3AndBelowTransactionalId: this.name,
        v3AndBelowProducerId: this.#producerId,
        v3AndBelowProducerEpoch: this.#epoch,
        v3AndBelowTopics: [{ name: TOPIC, partitions: [partition] }],
      })
      this.#expect(answer.resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode)
    }
    const earlier = [...values.values()].reduce((sum, list) => sum + list.length, 0)
    const texts = Array.from({ length: 1 + this.#below(3) }, (_, i) => `${this.name}:${transaction.number}:${earlier + i}`)
    const sequence = this.#sequences.get(partition) ?? 0
    for (;;) {
      const options = { version: this.#version === 2 ? 12 : 11, transactionalId: this.name, transactional: true }
      const producer = { producerId: this.#producerId, producerEpoch: this.#epoch, baseSequence: sequence }
      const { errorCode } = await this.#stubbornly(client => client.produce(TOPIC, partition, texts, { ...options, ...producer }))
      if (errorCode !== CONCURRENT_TRANSACTIONS && errorCode !== NOT_ENOUGH_REPLICAS) {
        this.#expect(errorCode)
        break
      }
      await aWhile()
    }
    this.#sequences.set(partition, sequence + texts.length)
    values.set(partition, [...(values.get(partition) ?? []), ...texts])
  }

  async #moveOffset(transaction: SimulatedTransaction): Promise<void> {
    const producer = { transactionalId: this.name, producerId: this.#producerId, producerEpoch: this.#epoch }
    if (this.#version === 0) {
      const { errorCode } = await this.#retried('AddOffsetsToTxn', 3, { ...producer, groupId: GROUP })
      this.#expect(errorCode)
    }
    const { topics } = await this.#retried('TxnOffsetCommit', this.#version === 2 ? 5 : 3, {
      ...producer,
      groupId: GROUP,
      generationId: -1,
      topics: [{ name: TOPIC, partitions: [{ partitionIndex: this.offsetPartition, committedOffset: transaction.number }] }],
    })
    this.#expect(topics[0]!.partitions[0]!.errorCode)
    transaction.movesOffset = true
  }

  async #end(transaction: SimulatedTransaction, commits: boolean): Promise<void> {
    transaction.fate = commits ? 'unknown' : 'aborted'
    const answer = await this.#retried('EndTxn', this.#version === 2 ? 5 : 3, {
      transactionalId: this.name,
      producerId: this.#producerId,
      producerEpoch: this.#epoch,
      committed: commits,
    })
    if (LOST.includes(answer.errorCode)) transaction.fate = 'aborted'
    this.#expect(answer.errorCode)
    if (commits) transaction.fate = 'committed'
    if (this.#version === 2) this.#become(answer.producerId, answer.producerEpoch)
  }

  /** Each producer has an offset of its own. */
  get offsetPartition(): number {
    return Number(this.name.slice(1)) % PARTITIONS
  }

  #become(producerId: number, epoch: number): void {
    this.#producerId = producerId
    this.#epoch = epoch
    this.#sequences.clear()
  }

  async #retried<N extends 'InitProducerId' | 'AddPartitionsToTxn' | 'AddOffsetsToTxn' | 'TxnOffsetCommit' | 'EndTxn'>(
    api: N,
    version: number,
    request: InputOf<(typeof apis)[N]['request']>,
  ) {
    for (;;) {
      const answer = await this.#stubbornly(client => client.ask(api, version, request))
      if (!JSON.stringify(answer).includes(`rrorCode":${CONCURRENT_TRANSACTIONS}`)) return answer
      await aWhile()
    }
  }

  /** Does it, with one broker after the other until one answers. */
  async #stubbornly<T>(act: (client: TestClient, alive: { readonly now: boolean }) => Promise<T>): Promise<T> {
    for (;;) {
      const way = this.#way!
      try {
        const answer = await Promise.race([act(way.client, way.alive), way.replaced])
        if (answer !== REPLACED && way.alive.now) return answer
        if (!this.#persists) throw new Error('closed before it was answered: the broker is dead')
      } catch (error) {
        if (!this.#persists || !isCutOff(error as Error)) throw error
      }
      await way.replaced
    }
  }

  #expect(errorCode: number): void {
    if (errorCode === NONE) return
    if (LOST.includes(errorCode)) throw new Lost(`error ${errorCode}`)
    throw new Error(`${this.name}: error ${errorCode}`)
  }

  #below(n: number): number {
    return Math.floor(this.#random.next() * n)
  }

  #chance(p: number): boolean {
    return this.#random.next() < p
  }
}
