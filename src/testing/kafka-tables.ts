/**
 * SQL over topics of a broker in memory, reached by a pipe, in real time.
 *
 *     const topics = await KafkaTopics.create({ orders: 2 })
 *     await topics.write('orders', 0, ['a', 'k=b', 'gone='])
 *     await topics.rows(`${topics.table('orders', 'v STRING', { format: 'raw' })}; SELECT * FROM orders`)
 */
import { keepingTimers, systemClock } from '../base/clock.ts'
import { seededRandom } from '../base/random.ts'
import { KafkaClient } from '../kafka/client/client.ts'
import { Consumer } from '../kafka/client/consumer/consumer.ts'
import { listOffsets } from '../kafka/client/offsets.ts'
import { headersOf } from '../kafka/records/headers.ts'
import { type TestBroker, type TestClient, testBroker } from './broker.ts'
import { dialTo } from './kafka-client.ts'
import { type ScriptOptions, type ScriptRun, failureOf, runScript } from './script.ts'

export interface WrittenRecord {
  readonly partition: number
  readonly key: string | null
  readonly value: string | null
  readonly timestamp: number
  readonly headers: Readonly<Record<string, string | null>>
}

export class KafkaTopics implements AsyncDisposable {
  readonly broker: TestBroker
  readonly writer: TestClient
  readonly warnings: string[] = []

  private constructor(broker: TestBroker) {
    this.broker = broker
    this.writer = broker.connect()
  }

  static async create(topics: Readonly<Record<string, number>>): Promise<KafkaTopics> {
    const broker = await testBroker({ clock: systemClock, timers: keepingTimers })
    const created = new KafkaTopics(broker)
    for (const [name, partitions] of Object.entries(topics)) await created.writer.createTopic(name, partitions)
    return created
  }

  /** Values, or `key=value` pairs, as one batch. */
  write(topic: string, partition: number, values: readonly string[], options: Parameters<TestClient['produce']>[3] = {}) {
    return this.writer.produce(topic, partition, values, options)
  }

  /** The CREATE TABLE of a topic, from its beginning to its end unless options say otherwise. */
  table(
    topic: string,
    columns: string,
    options: Readonly<Record<string, string>> = {},
    name = topic.replace(/\W/g, '_'),
  ): string {
    const all = {
      'connector': 'kafka',
      ...('topic-pattern' in options ? {} : { topic }),
      'properties.bootstrap.servers': 'broker:9092',
      'properties.linger.ms': '0',
      'scan.startup.mode': 'earliest-offset',
      'scan.bounded.mode': 'latest-offset',
      ...options,
    }
    const given = Object.entries(all).map(([key, value]) => `'${key}' = '${value.replaceAll("'", "''")}'`)
    return `CREATE TABLE ${name} (${columns}) WITH (${given.join(', ')})`
  }

  run(sql: string, options: ScriptOptions = {}): Promise<ScriptRun> {
    return runScript(sql, this.#hosted(options))
  }

  async rows(sql: string, options: ScriptOptions = {}): Promise<readonly string[]> {
    return (await this.run(sql, options)).rows
  }

  failure(sql: string, options: ScriptOptions = {}): Promise<string> {
    return failureOf(sql, this.#hosted(options))
  }

  #hosted(options: ScriptOptions): ScriptOptions {
    const warn = (message: string): void => void this.warnings.push(message)
    return { ...options, host: { dial: dialTo(this.broker), warn, ...options.host } }
  }

  client(properties: Readonly<Record<string, string>> = {}): KafkaClient {
    return new KafkaClient({
      properties: { 'bootstrap.servers': 'broker:9092', ...properties },
      clock: systemClock,
      timers: keepingTimers,
      random: seededRandom(3),
      dial: dialTo(this.broker),
    })
  }

  /** Everything in a topic, in order within each partition. */
  async read(topic: string): Promise<WrittenRecord[]> {
    const client = this.client()
    const consumer = new Consumer(client)
    try {
      const { partitions } = await client.topic(topic)
      const all = partitions.map((_, partition) => ({ topic, partition }))
      const ends = await listOffsets(client, all, 'latest')
      consumer.assign(all.map(p => ({ ...p, offset: 0, stopAt: ends.get(`${topic}-${p.partition}`)!.offset })))
      const found: WrittenRecord[] = []
      while (!consumer.ended) {
        const rows = consumer.next()
        if (rows === undefined) {
          await consumer.ready()
          continue
        }
        const { view, partition } = rows
        const text = (start: number, end: number): string | null =>
          start < 0 ? null : Buffer.from(view.bytes.subarray(start, end)).toString()
        for (let row = rows.from; row < rows.to; row++) {
          found.push({
            partition: partition.partition,
            key: text(view.keyStarts[row]!, view.keyEnds[row]!),
            value: text(view.valueStarts[row]!, view.valueEnds[row]!),
            timestamp: view.timestamps[row]!,
            headers: Object.fromEntries(
              headersOf(view, row).map(({ key, value }) => [key, value === null ? null : Buffer.from(value).toString()]),
            ),
          })
        }
      }
      return found.toSorted((a, b) => a.partition - b.partition)
    } finally {
      consumer.close()
      client.close()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.broker.stop()
  }
}
