/**
 * The same history of a compacted topic for any broker, by its seed: batches of all codecs, idempotent producers, tombstones,
 * transactions that are committed or aborted. Sizes are such that segments of a mebibyte roll at the same offsets.
 */
import { type Random, seededRandom } from '#src/base/random.ts'
import { codecs } from '#src/kafka/records/compression.ts'
import { batchOf } from '#src/testing/broker.ts'
import type { RealPeer } from '../transactions/real-peer.ts'

export const TOPIC = 'users'
const KEYS = 30
/** Times of records: long ago, so that no segment rolls because of them. */
const BASE_MS = Date.now() - 60_000

/** Small enough that every step takes the last one's values out. */
export interface WorkloadOptions {
  readonly seed: number
  readonly steps: number
}

interface ProducerOf {
  readonly producerId: number
  readonly producerEpoch: number
  sequence: number
}

export class Workload {
  readonly #peer: RealPeer
  readonly #random: Random
  #plain: ProducerOf | undefined
  #values = 0
  #transactions = 0

  constructor(peer: RealPeer, seed: number) {
    this.#peer = peer
    this.#random = seededRandom(seed)
  }

  async createTopic(configs: Readonly<Record<string, string>>): Promise<void> {
    const { topics } = await this.#peer.ask('CreateTopics', 7, {
      topics: [
        {
          name: TOPIC,
          numPartitions: 1,
          replicationFactor: 1,
          configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
        },
      ],
      timeoutMs: 10_000,
    })
    if (topics[0]!.errorCode !== 0) throw new Error(`the topic was refused: ${topics[0]!.errorMessage}`)
    await this.#peer.settle()
  }

  /** Whether the topic is compacted: not while the history goes on, so that all are compacted at the same point of it. */
  async compact(on: boolean): Promise<void> {
    const configs = [{ name: 'cleanup.policy', configOperation: 0, value: on ? 'compact' : 'delete' }]
    const { responses } = await this.#peer.ask('IncrementalAlterConfigs', 1, {
      resources: [{ resourceType: 2, resourceName: TOPIC, configs }],
      validateOnly: false,
    })
    if (responses[0]!.errorCode !== 0) throw new Error(`cleanup.policy was refused: ${responses[0]!.errorMessage}`)
    await this.#peer.settle()
  }

  async run(steps: number): Promise<void> {
    this.#plain ??= await this.#newProducer(null)
    for (let step = 0; step < steps; step++) {
      const choice = this.#random.next()
      if (choice < 0.1) await this.#transact()
      else if (choice < 0.5) await this.#produce(this.#plain, null)
      else await this.#produce(undefined, null)
    }
  }

  /** As many records as it takes to leave everything before them in closed segments. */
  async fill(): Promise<void> {
    for (let i = 0; i < 3; i++) await this.#send(batchOf([`filler${i}=${this.#text(700_000)}`], BASE_MS), null)
  }

  async #transact(): Promise<void> {
    const transactionalId = `t${this.#transactions++}`
    const producer = await this.#newProducer(transactionalId)
    const { producerId, producerEpoch } = producer
    await this.#peer.ask('AddPartitionsToTxn', 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: TOPIC, partitions: [0] }],
    })
    for (let batches = 1 + this.#below(3); batches > 0; batches--) await this.#produce(producer, transactionalId)
    const committed = this.#random.next() < 0.5
    const { errorCode } = await this.#peer.ask('EndTxn', 3, { transactionalId, producerId, producerEpoch, committed })
    if (errorCode !== 0) throw new Error(`EndTxn: ${errorCode}`)
    // The marker is written behind the answer, and has to stand where it does elsewhere.
    while ((await this.#end(1)) !== (await this.#end(0))) await this.#peer.wait(20)
  }

  /** Where the partition ends, for readers of committed records (1) or of all (0). */
  async #end(isolationLevel: number): Promise<number> {
    const { topics } = await this.#peer.ask('ListOffsets', 6, {
      replicaId: -1,
      isolationLevel,
      topics: [{ name: TOPIC, partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp: -1 }] }],
    })
    return topics[0]!.partitions[0]!.offset
  }

  async #newProducer(transactionalId: string | null): Promise<ProducerOf> {
    for (;;) {
      const { errorCode, producerId, producerEpoch } = await this.#peer.ask('InitProducerId', 4, {
        transactionalId,
        transactionTimeoutMs: 60_000,
        producerId: -1,
        producerEpoch: -1,
      })
      if (errorCode === 0) return { producerId, producerEpoch, sequence: 0 }
      await this.#peer.wait(100)
    }
  }

  async #produce(producer: ProducerOf | undefined, transactionalId: string | null): Promise<void> {
    const words = Array.from({ length: 1 + this.#below(6) }, () => {
      const key = `k${this.#below(KEYS)}`
      // What was aborted must not be told by its absence alone.
      return this.#random.next() < 0.15 ? `${key}=` : `${key}=${this.#values++} ${this.#text(this.#below(20_000))}`
    })
    const codec = codecs[this.#below(codecs.length)]!
    const options =
      producer === undefined
        ? { codec }
        : {
            codec,
            producerId: producer.producerId,
            producerEpoch: producer.producerEpoch,
            baseSequence: producer.sequence,
            transactional: transactionalId !== null,
          }
    await this.#send(batchOf(words, BASE_MS + this.#values, options), transactionalId)
    if (producer !== undefined) producer.sequence += words.length
  }

  async #send(records: Uint8Array, transactionalId: string | null): Promise<void> {
    for (let tries = 0; ; tries++) {
      const { responses } = await this.#peer.ask('Produce', 11, {
        transactionalId,
        acks: -1,
        timeoutMs: 10_000,
        topicData: [{ name: TOPIC, partitionData: [{ index: 0, records: records.slice() }] }],
      })
      const { errorCode, errorMessage } = responses[0]!.partitionResponses[0]!
      if (errorCode === 0) return
      // The topic may be too new.
      if (tries > 20) throw new Error(`Produce: ${errorCode} ${errorMessage}`)
      await this.#peer.wait(100)
    }
  }

  /** Letters that no codec makes much shorter. */
  #text(length: number): string {
    return Array.from({ length }, () => String.fromCodePoint(97 + this.#below(26))).join('')
  }

  #below(n: number): number {
    return Math.floor(this.#random.next() * n)
  }
}
