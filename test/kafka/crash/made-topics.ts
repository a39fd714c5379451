/** An administrator who makes topics and changes their properties. What was acknowledged stays as it was, until it is changed. */
import type { Random } from '#src/base/random.ts'
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
  /** Of the property that changes: each value is greater than the one before. */
  asked: number
  acknowledged: number
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
      const names = [...this.#topics.keys()]
      await this.#change(client, names[Math.floor(this.#random.next() * names.length)]!)
    }
  }

  async #make(client: TestClient): Promise<void> {
    const name = `made-${++this.#count}`
    const maxMessageBytes = String(1000 + this.#count)
    const value = LEAST_RETENTION
    const { topics } = await client.ask('CreateTopics', 7, {
      topics: [
        {
          name,
          numPartitions: 1,
          replicationFactor: 1,
          configs: [
            { name: FIXED, value: maxMessageBytes },
            { name: PROPERTY, value: String(value) },
          ],
        },
      ],
    })
    const { errorCode, topicId } = topics[0]!
    if (errorCode !== 0) throw new Error(`topic ${name}: error ${errorCode}`)
    this.#topics.set(name, { id: topicId, maxMessageBytes, asked: value, acknowledged: value })
  }

  async #change(client: TestClient, name: string): Promise<void> {
    const topic = this.#topics.get(name)!
    const value = ++topic.asked
    const { responses } = await client.ask('IncrementalAlterConfigs', 1, {
      resources: [
        { resourceType: TOPIC, resourceName: name, configs: [{ name: PROPERTY, configOperation: SET, value: String(value) }] },
      ],
    })
    const { errorCode, errorMessage } = responses[0]!
    if (errorCode !== 0) throw new Error(`${PROPERTY} of ${name}: error ${errorCode} ${errorMessage}`)
    topic.acknowledged = value
  }

  async check(client: TestClient): Promise<void> {
    const { topics } = await client.ask('Metadata', 12, { topics: null })
    const ids = new Map(topics.map(topic => [topic.name, topic.topicId]))
    const { results } = await client.ask('DescribeConfigs', 4, {
      resources: Array.from(this.#topics.keys(), resourceName => ({
        resourceType: TOPIC,
        resourceName,
        configurationKeys: [FIXED, PROPERTY],
      })),
    })
    for (const { resourceName: name, errorCode, configs } of results) {
      const topic = this.#topics.get(name)!
      if (errorCode !== 0 || ids.get(name) !== topic.id)
        throw new Error(`topic ${name} was made with id ${topic.id}, and has ${ids.get(name)} (error ${errorCode})`)
      const values = new Map(configs.map(config => [config.name, config.value]))
      if (values.get(FIXED) !== topic.maxMessageBytes)
        throw new Error(`${FIXED} of ${name} was ${topic.maxMessageBytes}, and is ${values.get(FIXED)}`)
      const found = Number(values.get(PROPERTY))
      if (found < topic.acknowledged || found > topic.asked)
        throw new Error(`${PROPERTY} of ${name} is ${found}; ${topic.acknowledged} was acknowledged, ${topic.asked} asked for`)
      // What was told once holds.
      topic.acknowledged = topic.asked = found
    }
  }
}
