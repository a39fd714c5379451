/**
 * A client that does no harm, beside those who do: writes numbered records and reads them back, each once and in order, and
 * measures how long each takes.
 */
import { keepingTimers, systemClock } from '#src/base/clock.ts'
import { systemRandom } from '#src/base/random.ts'
import { createTopic } from '#src/kafka/client/admin/topics.ts'
import { Consumer, KafkaClient, Producer } from '#src/kafka/client/index.ts'
import { type BrokerProcess, people } from './broker-process.ts'

export const GOOD_TOPIC = 'good'
const PARTITIONS = 3
const EVERY_MS = 5

export function goodClient(broker: BrokerProcess): KafkaClient {
  return new KafkaClient({
    properties: {
      'bootstrap.servers': `${broker.host}:${broker.sasl}`,
      'client.id': 'good',
      'security.protocol': 'SASL_PLAINTEXT',
      'sasl.mechanism': 'PLAIN',
      'sasl.jaas.config': `org.apache.kafka.common.security.plain.PlainLoginModule required username="good" password="${people.good}";`,
      'linger.ms': '0',
      'auto.offset.reset': 'none',
    },
    clock: systemClock,
    timers: keepingTimers,
    random: systemRandom,
  })
}

export class Bystander {
  readonly #client: KafkaClient
  /** Milliseconds until a record was acknowledged, and until it was read. */
  readonly acknowledgedMs: number[] = []
  readonly readMs: number[] = []
  /** By partition: how many were acknowledged, and how many read. */
  readonly acknowledged: number[] = Array.from({ length: PARTITIONS }, () => 0)
  readonly #read: number[] = Array.from({ length: PARTITIONS }, () => 0)
  failure: unknown
  #stopping = false
  #running: Promise<void> | undefined

  constructor(client: KafkaClient) {
    this.#client = client
  }

  async start(): Promise<void> {
    await createTopic(this.#client, { name: GOOD_TOPIC, partitions: PARTITIONS })
    const failed = (error: unknown): void => void (this.failure ??= error)
    this.#running = Promise.all([this.#write().catch(failed), this.#readAll().catch(failed)]).then(() => undefined)
  }

  async #write(): Promise<void> {
    const producer = await Producer.open(this.#client)
    const underWay = new Set<Promise<void>>()
    for (let i = 0; !this.#stopping && this.failure === undefined; i++) {
      const partition = i % PARTITIONS
      const number = Math.floor(i / PARTITIONS)
      const startedMs = performance.now()
      const sent = producer
        .send(GOOD_TOPIC, { key: `${partition}`, value: `${number} ${startedMs}`, partition })
        .then(({ offset }) => {
          if (offset !== number) throw new Error(`record ${number} of partition ${partition} has offset ${offset}`)
          this.acknowledged[partition] = number + 1
          this.acknowledgedMs.push(performance.now() - startedMs)
        })
        .catch((error: unknown) => void (this.failure ??= error))
      underWay.add(sent)
      void sent.finally(() => underWay.delete(sent))
      await new Promise(resolve => setTimeout(resolve, EVERY_MS))
    }
    await Promise.all(underWay)
    producer.close()
  }

  async #readAll(): Promise<void> {
    const consumer = new Consumer(this.#client)
    consumer.assign(this.#read.map((_, partition) => ({ topic: GOOD_TOPIC, partition, offset: 0 })))
    while (this.failure === undefined && !(this.#stopping && this.#complete)) {
      const rows = consumer.next()
      if (rows === undefined) {
        await Promise.race([consumer.ready(), new Promise(resolve => setTimeout(resolve, 50))])
        continue
      }
      const { view, from, to, partition } = rows
      for (let row = from; row < to; row++) {
        const value = Buffer.from(view.bytes.subarray(view.valueStarts[row]!, view.valueEnds[row]!)).toString()
        const [number, startedMs] = value.split(' ').map(Number)
        const expected = this.#read[partition.partition]!++
        if (number !== expected) throw new Error(`partition ${partition.partition} has ${value} where ${expected} is due`)
        this.readMs.push(performance.now() - startedMs!)
      }
    }
    consumer.close()
  }

  get #complete(): boolean {
    return this.#read.every((count, partition) => count >= this.acknowledged[partition]!)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    await this.#running
  }
}
