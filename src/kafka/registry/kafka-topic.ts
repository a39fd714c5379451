/**
 * `_schemas` in a Kafka cluster, by our own client: any Kafka's, by its address, or that of a broker within this process.
 *
 *     const client = new KafkaClient({ properties: { ...schemaClientDefaults, 'bootstrap.servers': 'kafka-1:9092' }, … })
 *     const registry = new SchemaRegistry(new KafkaSchemaTopic(client))
 *     await registry.open()
 *
 * The topic is made if it is missing: one partition, compacted, on three brokers if there are as many. One that is otherwise
 * is refused: other partitions' records have no order, and without compaction schemas would expire.
 */
import { ConnectorError, MillraceError } from '../../base/errors.ts'
import { createTopic, existsAlready } from '../client/admin/topics.ts'
import { describeConfigs } from '../client/admin/configs.ts'
import type { KafkaClient } from '../client/client.ts'
import { Consumer } from '../client/consumer/consumer.ts'
import type { Rows } from '../client/consumer/fetched-records.ts'
import { keyOf, listOffsets } from '../client/offsets.ts'
import { Producer } from '../client/producer/producer.ts'
import { type Follower, RecordTooLargeError, SCHEMA_TOPIC, type SchemaTopic } from './topic.ts'

/** Client properties that differ from a client's usual ones: a schema waits for no other, and somebody for its answer. */
export const schemaClientDefaults: Readonly<Record<string, string>> = {
  'client.id': 'schema-registry',
  'linger.ms': '0',
  'acks': 'all',
  'delivery.timeout.ms': '30000',
  'default.api.timeout.ms': '30000',
  'request.timeout.ms': '15000',
  // Confluent's registry writes without transactions, and reads whatever was written.
  'isolation.level': 'read_uncommitted',
}

const MOST_REPLICAS = 3

export interface KafkaSchemaTopicOptions {
  /** `_schemas` unless told. */
  readonly name?: string
  /** Says what a person should know: a broker that is away. */
  warn?(message: string): void
}

interface Waiter {
  readonly end: number
  resolve(): void
  reject(error: unknown): void
}

export class KafkaSchemaTopic implements SchemaTopic {
  readonly #client: KafkaClient
  readonly #options: KafkaSchemaTopicOptions
  readonly #place: { readonly topic: string; readonly partition: 0 }
  #consumer: Consumer | undefined
  #producer: Promise<Producer> | undefined
  #waiters: Waiter[] = []
  /** Behind the last record that was told. */
  #told = 0
  /** Why nothing is told any more. */
  #ended: { readonly error: unknown } | undefined

  constructor(client: KafkaClient, options: KafkaSchemaTopicOptions = {}) {
    this.#client = client
    this.#options = options
    this.#place = { topic: options.name ?? SCHEMA_TOPIC, partition: 0 }
  }

  async follow(follower: Follower): Promise<void> {
    await this.#ensureTopic()
    const { offset } = (await listOffsets(this.#client, [this.#place], 'earliest')).get(keyOf(this.#place))!
    const { warn } = this.#options
    const consumer = new Consumer(this.#client, { reset: 'none', ...(warn === undefined ? {} : { warn }) })
    this.#consumer = consumer
    consumer.assign([{ ...this.#place, offset }])
    this.#tell(consumer, follower).catch((error: unknown) => {
      this.#end(error)
      follower.failed(error)
    })
    await this.caughtUp()
  }

  /** Tells records until the consumer is closed. */
  async #tell(consumer: Consumer, follower: Follower): Promise<void> {
    while (this.#ended === undefined) {
      const rows = consumer.next()
      if (rows !== undefined) tellRows(rows, follower)
      // Compaction and control records leave offsets without a record behind.
      this.#reach(consumer.partitions.get(keyOf(this.#place))!.position)
      if (rows === undefined) await consumer.ready()
    }
  }

  #reach(position: number): void {
    this.#told = position
    const reached = this.#waiters.filter(({ end }) => end <= position)
    if (reached.length === 0) return
    this.#waiters = this.#waiters.filter(({ end }) => end > position)
    for (const { resolve } of reached) resolve()
  }

  async caughtUp(): Promise<void> {
    const end = (await listOffsets(this.#client, [this.#place], 'latest')).get(keyOf(this.#place))!.offset
    if (this.#ended !== undefined) throw this.#ended.error
    if (this.#told >= end) return
    await new Promise<void>((resolve, reject) => this.#waiters.push({ end, resolve, reject }))
  }

  async append(key: string, value: string | null): Promise<number> {
    this.#producer ??= Producer.open(this.#client)
    const producer = this.#producer
    try {
      const { offset } = await (await producer).send(this.#place.topic, { key, value, partition: this.#place.partition })
      return offset
    } catch (error) {
      // What failed once goes on failing: the next record is another producer's.
      if (this.#producer === producer) this.#producer = undefined
      void producer.then(
        failed => failed.close(),
        () => undefined,
      )
      if (error instanceof ConnectorError && error.code === 'KAFKA_TOO_LARGE')
        throw new RecordTooLargeError(Buffer.byteLength(key) + Buffer.byteLength(value ?? ''), error)
      throw error
    }
  }

  async close(): Promise<void> {
    this.#end(new ConnectorError('KAFKA_CONNECTION', 'the topic of the schemas was closed'))
    this.#consumer?.close()
    await this.#producer?.then(
      producer => producer.close(),
      () => undefined,
    )
  }

  #end(error: unknown): void {
    this.#ended ??= { error }
    for (const { reject } of this.#waiters.splice(0)) reject(error)
  }

  // ── the topic itself ──────────────────────────────────────────────────────────────────────────────

  async #ensureTopic(): Promise<void> {
    const client = this.#client
    const { topic: name } = this.#place
    await client.retry(() => client.refresh([name]))
    if (!client.metadata.topics.has(name)) await this.#create()
    const { partitions } = await client.topic(name)
    if (partitions.length !== 1) throw unfit(`topic ${name} has ${partitions.length} partitions, where schemas need one`)
    const policy = await this.#cleanupPolicy()
    if (policy === undefined || policy === 'compact') return
    throw unfit(
      `topic ${name} has cleanup.policy ${policy}, where schemas need compact: they would be deleted by time`,
      `\`millrace topic alter ${name} --config cleanup.policy=compact\``,
    )
  }

  async #create(): Promise<void> {
    const { metadata } = this.#client
    const replicationFactor = Math.min(MOST_REPLICAS, Math.max(1, metadata.brokers.size))
    const configs = { 'cleanup.policy': 'compact' }
    await createTopic(this.#client, { name: this.#place.topic, partitions: 1, replicationFactor, configs }).catch(error => {
      // Another registry was faster.
      if (!existsAlready(error)) throw error
    })
  }

  /** Undefined where the cluster does not tell. */
  async #cleanupPolicy(): Promise<string | undefined> {
    try {
      const configs = await describeConfigs(this.#client, 'topic', this.#place.topic)
      return configs.find(({ name }) => name === 'cleanup.policy')?.value ?? undefined
    } catch (error) {
      const { code } = error as MillraceError
      // Not everybody who may write there may also look at its properties.
      if (code !== 'KAFKA_DENIED' && code !== 'KAFKA_VERSION') throw error
      this.#options.warn?.(`whether ${this.#place.topic} is compacted is not known: ${(error as Error).message}`)
      return undefined
    }
  }
}

function tellRows({ view, from, to }: Rows, follower: Follower): void {
  const text = (start: number, end: number): string | null =>
    start < 0 ? null : Buffer.from(view.bytes.buffer, view.bytes.byteOffset + start, end - start).toString('utf8')
  for (let row = from; row < to; row++) {
    follower.record({
      offset: view.offsets[row]!,
      timestampMs: view.timestamps[row]!,
      key: text(view.keyStarts[row]!, view.keyEnds[row]!),
      value: text(view.valueStarts[row]!, view.valueEnds[row]!),
    })
  }
}

const unfit = (message: string, hint?: string): MillraceError => new MillraceError('SCHEMA_TOPIC', 'user', message, { hint })
