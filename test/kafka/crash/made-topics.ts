/** An administrator who makes topics, changes their properties, grows and deletes them. What was acknowledged stays as it was, until it is changed. */
import type { Random } from '#src/base/random.ts'
import { ZERO_UUID } from '#src/kafka/protocol/schema.ts'
import type { TestClient } from '#src/testing/broker.ts'

const PROPERTY = 'retention.ms'
const FIXED = 'max.message.bytes'
const TOPIC = 2
const SET = 0
const PAUSE_MS = 60
const LEAST_RETENTION = 1_000_000_000

interface MadeTopic {
  readonly id: string
  readonly maxMessageBytes: string
  /** The property that changes; each value is greater than the one before. */
  readonly retention: Growing
  readonly partitions: Growing
  fate: 'there' | 'being deleted' | 'gone'
}

/** A number that only grows: what was asked for last, and what was acknowledged. */
class Growing {
  #asked: number
  #acknowledged: number

  constructor(value: number) {
    this.#asked = this.#acknowledged = value
  }

  next(): number {
    return ++this.#asked
  }

  acknowledge(): void {
    this.#acknowledged = this.#asked
  }

  check(what: string, found: number): void {
    if (found < this.#acknowledged || found > this.#asked)
      throw new Error(`${what} is ${found}; ${this.#acknowledged} was acknowledged, ${this.#asked} asked for`)
    // What was told once holds.
    this.#acknowledged = this.#asked = found
  }
}

export class MadeTopics {
  readonly #random: Random
  readonly #topics = new Map<string, MadeTopic>()
  #count = 0

  constructor(random: Random) {
    this.#random = random
  }

  async run(client: TestClient, alive: { readonly now: boolean }): Promise<void> {
    await this.#make(client)
    while (alive.now) {
      await new Promise(resolve => setTimeout(resolve, this.#random.next() * PAUSE_MS))
      const there = Array.from(this.#topics).filter(([, { fate }]) => fate === 'there')
      const [name, topic] = there[Math.floor(this.#random.next() * there.length)]!
      const choice = this.#random.next()
      if (choice < 0.7) await this.#change(client, name, topic)
      else if (choice < 0.9) await this.#grow(client, name, topic)
      else if (there.length > 2) await this.#delete(client, name, topic)
    }
  }

  async #make(client: TestClient): Promise<void> {
    const name = `made-${++this.#count}`
    const maxMessageBytes = String(1000 + this.#count)
    const { topics } = await client.ask('CreateTopics', 7, {
      topics: [
        {
          name,
          numPartitions: 1,
          replicationFactor: 1,
          configs: [
            { name: FIXED, value: maxMessageBytes },
            { name: PROPERTY, value: String(LEAST_RETENTION) },
          ],
        },
      ],
    })
    const { errorCode, topicId } = topics[0]!
    if (errorCode !== 0) throw new Error(`topic ${name}: error ${errorCode}`)
    this.#topics.set(name, {
      id: topicId,
      maxMessageBytes,
      retention: new Growing(LEAST_RETENTION),
      partitions: new Growing(1),
      fate: 'there',
    })
    // So that it has a directory.
    const produced = await client.produce(name, 0, ['x'])
    if (produced.errorCode !== 0) throw new Error(`a record for ${name}: error ${produced.errorCode}`)
  }

  async #change(client: TestClient, name: string, { retention }: MadeTopic): Promise<void> {
    const value = retention.next()
    const { responses } = await client.ask('IncrementalAlterConfigs', 1, {
      resources: [
        { resourceType: TOPIC, resourceName: name, configs: [{ name: PROPERTY, configOperation: SET, value: String(value) }] },
      ],
    })
    const { errorCode, errorMessage } = responses[0]!
    if (errorCode !== 0) throw new Error(`${PROPERTY} of ${name}: error ${errorCode} ${errorMessage}`)
    retention.acknowledge()
  }

  async #grow(client: TestClient, name: string, { partitions }: MadeTopic): Promise<void> {
    const { results } = await client.ask('CreatePartitions', 3, {
      topics: [{ name, count: partitions.next(), assignments: null }],
    })
    const { errorCode, errorMessage } = results[0]!
    if (errorCode !== 0) throw new Error(`more partitions for ${name}: error ${errorCode} ${errorMessage}`)
    partitions.acknowledge()
  }

  async #delete(client: TestClient, name: string, topic: MadeTopic): Promise<void> {
    topic.fate = 'being deleted'
    const { responses } = await client.ask('DeleteTopics', 6, { topics: [{ name, topicId: ZERO_UUID }] })
    if (responses[0]!.errorCode !== 0) throw new Error(`deleting ${name}: error ${responses[0]!.errorCode}`)
    topic.fate = 'gone'
  }

  async check(client: TestClient): Promise<void> {
    const { topics } = await client.ask('Metadata', 12, { topics: null })
    const found = new Map(topics.map(topic => [topic.name!, topic]))
    for (const [name, topic] of this.#topics) {
      const { id, partitions } = topic
      const there = found.get(name)
      if (topic.fate === 'being deleted') topic.fate = there === undefined ? 'gone' : 'there'
      if (topic.fate === 'gone' && there !== undefined) throw new Error(`topic ${name} was deleted, and is there again`)
      if (topic.fate === 'gone') continue
      if (there?.topicId !== id) throw new Error(`topic ${name} was made with id ${id}, and has ${there?.topicId}`)
      partitions.check(`the number of partitions of ${name}`, there.partitions.length)
    }
    await this.#checkConfigs(client)
  }

  async #checkConfigs(client: TestClient): Promise<void> {
    const { results } = await client.ask('DescribeConfigs', 4, {
      resources: Array.from(this.#topics)
        .filter(([, { fate }]) => fate === 'there')
        .map(([resourceName]) => ({ resourceType: TOPIC, resourceName, configurationKeys: [FIXED, PROPERTY] })),
    })
    for (const { resourceName: name, errorCode, configs } of results) {
      if (errorCode !== 0) throw new Error(`properties of ${name}: error ${errorCode}`)
      const { maxMessageBytes, retention } = this.#topics.get(name)!
      const values = new Map(configs.map(config => [config.name, config.value]))
      if (values.get(FIXED) !== maxMessageBytes)
        throw new Error(`${FIXED} of ${name} was ${maxMessageBytes}, and is ${values.get(FIXED)}`)
      retention.check(`${PROPERTY} of ${name}`, Number(values.get(PROPERTY)))
    }
  }
}
