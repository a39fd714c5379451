/**
 * Which topics there are: names, ids, partitions, properties. A section of the journal; an entry says what a topic is now, or that
 * it is gone. Ids are never used again: who knows a topic by id notices that another one has taken its name.
 */
import { MillraceError } from '../../base/errors.ts'
import { type Random, randomUuid } from '../../base/random.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import type { JournalSection, StateJournal } from '../log/state-journal.ts'
import { ErrorCode } from '../protocol/errors.ts'
import { type TopicSettings, topicConfigs, topicSettings } from './config/topic-config.ts'

export interface Topic {
  readonly name: string
  readonly id: string
  /** By number. */
  readonly partitions: PartitionLog[]
  /** Properties that are set for this topic. */
  readonly configs: ReadonlyMap<string, string>
  readonly settings: TopicSettings
  /** One of the broker's own. */
  readonly internal: boolean
}

/** Kafka says no: its error code, and a sentence. */
export class KafkaRefusal extends MillraceError {
  readonly errorCode: number

  constructor(errorCode: number, message: string) {
    super('REQUEST_REFUSED', 'user', message)
    this.errorCode = errorCode
  }
}

const NAME = /^[a-zA-Z0-9._-]+$/
const MAX_NAME = 249
/** So many partitions one request may make: what a client claims is not what there is room for. */
export const MAX_NEW_PARTITIONS = 10_000
const internalNames: ReadonlySet<string> = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state'])

/** Fails where no topic can have this name. */
export function checkTopicName(name: string): void {
  if (name === '') throw new KafkaRefusal(ErrorCode.INVALID_TOPIC_EXCEPTION, 'a topic needs a name')
  if (name === '.' || name === '..')
    throw new KafkaRefusal(ErrorCode.INVALID_TOPIC_EXCEPTION, `a topic can not be named '${name}'`)
  if (name.length > MAX_NAME) {
    throw new KafkaRefusal(
      ErrorCode.INVALID_TOPIC_EXCEPTION,
      `the name of a topic has at most ${MAX_NAME} characters, not ${name.length}`,
    )
  }
  if (!NAME.test(name)) {
    throw new KafkaRefusal(
      ErrorCode.INVALID_TOPIC_EXCEPTION,
      `the name of a topic is of letters, digits, '.', '_' and '-', not '${name}'`,
    )
  }
}

interface TopicEntry {
  readonly topic: string
  readonly id: string
  readonly partitions: number
  readonly configs: Readonly<Record<string, string>>
}
interface DeletedEntry {
  readonly deleted: string
}
interface StartEntry {
  readonly start: readonly [id: string, partition: number, offset: number]
}

export class Topics implements JournalSection {
  readonly id = 1
  readonly name = 'topics'
  readonly #byName = new Map<string, Topic>()
  readonly #byId = new Map<string, Topic>()
  /** What the journal says, before there are logs. */
  #replayed: Map<string, TopicEntry> | undefined = new Map()
  readonly #startOffsets = new Map<string, number[]>()
  readonly #directory: LogDirectory
  readonly #random: Random
  /** A property of the broker, for topics that do not say. */
  readonly #brokerValue: (name: string) => string
  #journal: StateJournal | undefined
  /** By id: what is being made of a topic, one after the other. */
  readonly #turns = new Map<string, Promise<void>>()
  /** By name: topics that are deleted, and whose files are not gone yet. */
  readonly #leaving = new Map<string, Promise<void>>()
  /** Grows with every change that a client's metadata would show. */
  version = 0
  readonly #listeners = new Set<(topic: Topic, what: 'created' | 'changed' | 'deleted') => void>()

  constructor(directory: LogDirectory, random: Random, brokerValue: (name: string) => string) {
    this.#directory = directory
    this.#random = random
    this.#brokerValue = brokerValue
  }

  // ── the journal ───────────────────────────────────────────────────────────────────────────────────

  replay(entry: Uint8Array): void {
    const said = JSON.parse(new TextDecoder().decode(entry)) as TopicEntry | DeletedEntry | StartEntry
    if ('topic' in said) this.#replayed!.set(said.id, said)
    else if ('deleted' in said) {
      this.#replayed!.delete(said.deleted)
      this.#startOffsets.delete(said.deleted)
    } else this.#noteStart(...said.start)
  }

  *snapshot(): Iterable<Uint8Array> {
    for (const topic of this.#byId.values()) yield encoded(entryOf(topic))
    for (const [id, offsets] of this.#startOffsets)
      for (const [partition, offset] of offsets.entries()) if (offset > 0) yield encoded({ start: [id, partition, offset] })
  }

  /** Opens the logs of all topics that the journal told of. */
  async open(journal: StateJournal): Promise<void> {
    this.#journal = journal
    const entries = [...this.#replayed!.values()]
    this.#replayed = undefined
    const described = entries.map(entry => ({ entry, settings: this.#settingsOf(new Map(Object.entries(entry.configs))) }))
    await this.#directory.openPartitions(
      described.flatMap(({ entry, settings }) =>
        Array.from({ length: entry.partitions }, (_, partition) => ({
          topic: entry.topic,
          topicId: entry.id,
          partition,
          settings,
          startOffset: this.#startOf(entry.id, partition),
        })),
      ),
    )
    for (const { entry, settings } of described) {
      const partitions = Array.from({ length: entry.partitions }, (_, i) => this.#directory.log(entry.id, i)!)
      this.#put({
        name: entry.topic,
        id: entry.id,
        partitions,
        configs: new Map(Object.entries(entry.configs)),
        settings,
        internal: internalNames.has(entry.topic),
      })
    }
  }

  // ── looking up ────────────────────────────────────────────────────────────────────────────────────

  named(name: string): Topic | undefined {
    return this.#byName.get(name)
  }

  withId(id: string): Topic | undefined {
    return this.#byId.get(id)
  }

  get all(): Iterable<Topic> {
    return this.#byName.values()
  }

  get count(): number {
    return this.#byName.size
  }

  listen(listener: (topic: Topic, what: 'created' | 'changed' | 'deleted') => void): void {
    this.#listeners.add(listener)
  }

  // ── changing ──────────────────────────────────────────────────────────────────────────────────────

  /** Why there can't be a new topic of this name, if so. */
  checkName(name: string): void {
    checkTopicName(name)
    if (this.#byName.has(name)) throw new KafkaRefusal(ErrorCode.TOPIC_ALREADY_EXISTS, `topic '${name}' is there already`)
    // Metrics write '.' as '_': names that would be one there are one here.
    if (!/[._]/.test(name)) return
    const collision = [...this.#byName.keys()].find(other => other.replaceAll('.', '_') === name.replaceAll('.', '_'))
    if (collision !== undefined)
      throw new KafkaRefusal(ErrorCode.INVALID_TOPIC_EXCEPTION, `topic '${name}' collides with topic '${collision}'`)
  }

  /** A new topic, after `checkName`. It is durable once the journal is. */
  async create(name: string, partitions: number, configs: ReadonlyMap<string, string>): Promise<Topic> {
    const id = this.#freshId()
    const topic: Topic = {
      name,
      id,
      partitions: [],
      configs,
      settings: this.#settingsOf(configs),
      internal: internalNames.has(name),
    }
    // Its place is taken at once: two requests for one name must not both find it free.
    this.#put(topic)
    // Its directories have the names of those of a topic that was deleted just now.
    const before = this.#leaving.get(name)
    await this.#inTurn(id, async () => {
      await before
      await this.#addPartitions(topic, partitions)
      this.#say(entryOf(this.#still(id)))
    })
    const made = this.#still(id)
    this.#tell(made, 'created')
    return made
  }

  /** More partitions, until there are `count`. Of two that want more at once the second sees what the first has made. */
  growTo({ id }: Topic, count: number): Promise<void> {
    return this.#inTurn(id, async () => {
      const topic = this.#still(id)
      const more = count - topic.partitions.length
      if (more <= 0) {
        const text = `topic ${topic.name} has ${topic.partitions.length} partitions already: ${count} would not be more`
        throw new KafkaRefusal(ErrorCode.INVALID_PARTITIONS, text)
      }
      await this.#addPartitions(topic, more)
      const grown = this.#still(id)
      this.#say(entryOf(grown))
      this.#tell(grown, 'changed')
    })
  }

  /** As it is now; it may have been altered or deleted while something took its time. */
  #still(id: string): Topic {
    const topic = this.#byId.get(id)
    if (topic === undefined) throw new KafkaRefusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'the topic was deleted meanwhile')
    return topic
  }

  #inTurn(id: string, act: () => Promise<void>): Promise<void> {
    const done = (this.#turns.get(id) ?? Promise.resolve()).then(act)
    const ended = done.catch(() => {})
    this.#turns.set(id, ended)
    void ended.then(() => {
      if (this.#turns.get(id) === ended) this.#turns.delete(id)
    })
    return done
  }

  configure(topic: Topic, configs: ReadonlyMap<string, string>): Topic {
    const settings = this.#settingsOf(configs)
    const changed = { ...topic, configs, settings }
    this.#put(changed)
    for (const log of changed.partitions) log.settings = settings
    this.#say(entryOf(changed))
    this.#tell(changed, 'changed')
    return changed
  }

  /** The broker's own properties changed: what topics take from them is computed anew. */
  refreshSettings(): void {
    for (const topic of Array.from(this.#byName.values())) {
      const settings = this.#settingsOf(topic.configs)
      this.#put({ ...topic, settings })
      for (const log of topic.partitions) log.settings = settings
    }
  }

  async delete(topic: Topic): Promise<void> {
    this.#byName.delete(topic.name)
    this.#byId.delete(topic.id)
    this.#startOffsets.delete(topic.id)
    this.#say({ deleted: topic.id })
    this.#tell(topic, 'deleted')
    const gone = this.#removeFiles(topic)
    this.#leaving.set(topic.name, gone)
    await gone
    if (this.#leaving.get(topic.name) === gone) this.#leaving.delete(topic.name)
  }

  async #removeFiles(topic: Topic): Promise<void> {
    await this.#turns.get(topic.id)
    // Only what is durably gone loses its files.
    await this.#journal!.durable()
    for (const log of topic.partitions) await this.#directory.remove(log, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
  }

  /** Notes in the journal from where on a partition is read. */
  startAt(log: PartitionLog, offset: number): void {
    const { topicId, partition } = log.id
    this.#noteStart(topicId, partition, offset)
    this.#say({ start: [topicId, partition, offset] })
    log.startAt(offset)
  }

  async #addPartitions(topic: Topic, count: number): Promise<void> {
    const from = topic.partitions.length
    const logs = await Promise.all(
      Array.from({ length: count }, (_, i) =>
        this.#directory.create({
          topic: topic.name,
          topicId: topic.id,
          partition: from + i,
          settings: topic.settings,
          startOffset: 0,
        }),
      ),
    )
    topic.partitions.push(...logs)
    const { settings } = this.#byId.get(topic.id) ?? topic
    for (const log of logs) log.settings = settings
  }

  #settingsOf(configs: ReadonlyMap<string, string>): TopicSettings {
    return topicSettings(name => configs.get(name) ?? this.valueFor(name))
  }

  /** What a property of a topic is when the topic does not say. */
  valueFor(name: string): string {
    const { brokerName, default: value } = topicConfigs.get(name)!
    return brokerName === undefined ? (value ?? '') : this.#brokerValue(brokerName)
  }

  #put(topic: Topic): void {
    this.#byName.set(topic.name, topic)
    this.#byId.set(topic.id, topic)
    this.version++
  }

  #say(entry: TopicEntry | DeletedEntry | StartEntry): void {
    this.#journal!.append(this.id, encoded(entry))
  }

  #tell(topic: Topic, what: 'created' | 'changed' | 'deleted'): void {
    this.version++
    for (const listener of this.#listeners) listener(topic, what)
  }

  #freshId(): string {
    for (;;) {
      const id = randomUuid(this.#random)
      // Kafka's tools take an id for an option when it begins like one.
      if (!id.startsWith('-') && !this.#byId.has(id)) return id
    }
  }

  #noteStart(id: string, partition: number, offset: number): void {
    let offsets = this.#startOffsets.get(id)
    if (offsets === undefined) this.#startOffsets.set(id, (offsets = []))
    while (offsets.length <= partition) offsets.push(0)
    offsets[partition] = Math.max(offsets[partition]!, offset)
  }

  #startOf(id: string, partition: number): number {
    return this.#startOffsets.get(id)?.[partition] ?? 0
  }
}

const entryOf = (topic: Topic): TopicEntry => ({
  topic: topic.name,
  id: topic.id,
  partitions: topic.partitions.length,
  configs: Object.fromEntries(topic.configs),
})

const encoded = (entry: object): Uint8Array => new TextEncoder().encode(JSON.stringify(entry))
