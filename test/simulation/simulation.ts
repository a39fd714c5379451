/**
 * A broker on a disk that fails, with producers that do not give up: one seed, one history. What was acknowledged, and what a
 * reader has seen, must be there after every crash, once and in order.
 *
 *     seed 17: 3 topics, 4 producers, 9 crashes (2 of them while recovering), 1,204 records
 */
import { type Random, seededRandom } from '#src/base/random.ts'
import { Broker } from '#src/kafka/broker/broker.ts'
import type { Durability } from '#src/kafka/log/commit.ts'
import { TestClient, TestTime, settled } from '#src/testing/broker.ts'
import { SimulatedDisk } from '#src/testing/simulated-disk.ts'
import { SimulatedProducer } from './producer.ts'

export interface Outcome {
  readonly crashes: number
  readonly records: number
  readonly starts: number
}

const ROUNDS = 5
const STEPS = 30

/** What happened to a run of the broker: it was asked to stop, or the power failed. */
class Crashed extends Error {}

export class Simulation {
  readonly #seed: number
  readonly #random: Random
  readonly #disk: SimulatedDisk
  readonly #time = new TestTime()
  readonly #kind: 'loses power' | 'fills up' | 'fails syncs'
  readonly #durability: Durability = 'group'
  #broker: Broker | undefined
  #client: TestClient | undefined
  #crash: Promise<never> = new Promise(() => {})
  #crashNow: (error: Error) => void = () => {}
  /** Partitions by topic, as acknowledged. */
  readonly #topics = new Map<string, { readonly id: string; readonly partitions: number }>()
  readonly #producers: SimulatedProducer[] = []
  /** `topic/partition` → values by offset, as somebody has read them. */
  readonly #seen = new Map<string, string[]>()
  /** The first offset that is left: as acknowledged, and as asked for, which may have come true without a word. */
  readonly #start = new Map<string, number>()
  readonly #asked = new Map<string, number>()
  #crashes = 0
  #starts = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#random = seededRandom(seed)
    this.#disk = new SimulatedDisk(seed * 7919 + 1)
    // Most disks only lose power; some fill up now and then, some fail a sync.
    this.#kind = seed % 5 === 3 ? 'fills up' : seed % 5 === 4 ? 'fails syncs' : 'loses power'
  }

  async run(): Promise<Outcome> {
    for (let round = 0; round < ROUNDS; round++) {
      await this.#startBroker()
      await this.#check()
      this.#crashSoon(STEPS * 12)
      try {
        await this.#work()
        this.#disk.options.capacityBytes = Number.POSITIVE_INFINITY
        const failed = this.#broker!.directory.committer.failure !== undefined
        if (!failed && this.#chance(0.3)) await this.#orCrash(this.#stop())
        else throw new Crashed('between two operations')
      } catch (error) {
        // After a failed sync nothing is certain any more: clients are cut off, and only a restart helps, with the power on or not.
        const failed = this.#broker?.directory.committer.failure !== undefined
        if (!(error instanceof Crashed) && !failed) throw error
        if (failed && this.#chance(0.5) && (await this.#stopsAlone())) continue
        this.#disk.crash()
        this.#crashes++
      }
    }
    await this.#startBroker()
    this.#disk.options.failingSyncs = 0
    for (const producer of this.#producers) await producer.finish(this.#client!)
    await this.#check()
    await this.#broker!.stop()
    const records = this.#producers.reduce((sum, producer) => sum + producer.written, 0)
    return { crashes: this.#crashes, records, starts: this.#starts }
  }

  // ── running ───────────────────────────────────────────────────────────────────────────────────────

  /** Starts a broker, however often the power fails while it recovers. */
  async #startBroker(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      this.#starts++
      this.#armCrash()
      // A start is given a disk that works; one that does not is another machine's affair.
      this.#disk.options.failingSyncs = 0
      this.#disk.options.capacityBytes = Number.POSITIVE_INFINITY
      if (attempt < 3 && this.#chance(0.3)) this.#crashSoon(60)
      try {
        this.#broker = await this.#orCrash(
          Broker.start({
            files: this.#disk.mount(),
            path: '/data',
            clock: this.#time.clock,
            timers: this.#time,
            random: seededRandom(this.#seed + this.#starts),
            durability: this.#durability,
            flushIntervalMs: 100,
            clusterId: undefined,
            // What a full disk keeps back for the journal is as much.
            journalSnapshotBytes: this.#kind === 'fills up' ? 100_000 : 500 + this.#below(4000),
            properties: {
              'log.segment.bytes': String(1024 + this.#below(4096)),
              'log.index.interval.bytes': '200',
              'log.retention.ms': '-1',
            },
            listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0, advertised: undefined }],
            log: (level, event, fields) => {
              if (level === 'error' && typeof fields['error'] === 'string' && !/EIO|ENOSPC/.test(fields['error']))
                this.#crashNow(new Error(`${event}: ${fields['error']}`))
            },
            listen: false,
          }),
        )
        this.#client = new TestClient(this.#broker, 'simulation')
        this.#disk.crashAt = Number.POSITIVE_INFINITY
        if (this.#kind === 'fails syncs') this.#disk.options.failingSyncs = 40
        return
      } catch (error) {
        if (!(error instanceof Crashed)) throw error
        this.#crashes++
      }
    }
  }

  async #stop(): Promise<void> {
    // What the journal could not write for want of room, it tries again.
    const stopped = this.#broker!.stop()
    await Promise.race([stopped, this.#time.pass(5000).then(() => stopped)])
  }

  /** Whether a broker whose disk failed stops, before the power fails. */
  async #stopsAlone(): Promise<boolean> {
    try {
      await this.#orCrash(this.#stop())
      return true
    } catch (error) {
      if (error instanceof Crashed) return false
      throw error
    }
  }

  #armCrash(): void {
    this.#crash = new Promise((_, reject) => {
      this.#crashNow = reject
    })
    this.#crash.catch(() => {})
    this.#disk.onCrash = () => this.#crashNow(new Crashed('the power failed'))
  }

  #crashSoon(operations: number): void {
    this.#disk.crashAt = this.#disk.operations + 1 + this.#below(operations)
  }

  #orCrash<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {})
    return Promise.race([promise, this.#crash])
  }

  async #work(): Promise<void> {
    while (this.#topics.size < 1 || (this.#topics.size < 3 && this.#chance(0.3))) await this.#createTopic()
    while (this.#producers.length < 1 + this.#below(4))
      this.#producers.push(new SimulatedProducer(this.#producers.length, this.#random))
    for (const producer of this.#producers) await this.#orCrash(producer.connect(this.#client!))
    for (let step = 0; step < STEPS; step++) {
      const choice = this.#random.next()
      if (choice < 0.7) this.#produceSome()
      else if (choice < 0.78) await this.#read()
      else if (choice < 0.84) await this.#orCrash(this.#broker!.directory.checkpoint())
      else if (choice < 0.88) await this.#deleteSome()
      else if (choice < 0.9) await this.#retainLittle()
      else if (choice < 0.94 && this.#kind === 'fills up') await this.#fillOrEmpty()
      else await this.#orCrash(settled())
      if (this.#chance(0.3)) await this.#orCrash(new Promise(resolve => setImmediate(resolve)))
    }
  }

  #produceSome(): void {
    const producer = this.#producers[this.#below(this.#producers.length)]!
    const count = this.#chance(0.2) ? 12 : 1
    for (let i = 0; i < count; i++) {
      const [topic, { partitions }] = [...this.#topics][this.#below(this.#topics.size)]!
      producer.send(this.#client!, topic, this.#below(partitions))
    }
  }

  async #createTopic(): Promise<void> {
    const name = `t${this.#topics.size}`
    const partitions = this.#chance(0.3) ? 12 : 1 + this.#below(3)
    const asked = this.#client!.ask('CreateTopics', 7, { topics: [{ name, numPartitions: partitions, replicationFactor: 1 }] })
    const { topics } = await this.#orCrash(asked)
    const { errorCode, topicId } = topics[0]!
    // It may have been made before a crash that swallowed the answer.
    if (errorCode === 36) {
      const { topics: known } = await this.#orCrash(
        this.#client!.ask('Metadata', 12, { topics: [{ name }], allowAutoTopicCreation: false }),
      )
      this.#topics.set(name, { id: known[0]!.topicId, partitions: known[0]!.partitions.length })
      return
    }
    if (errorCode !== 0) throw new Error(`topic ${name} was refused: ${errorCode}`)
    this.#topics.set(name, { id: topicId, partitions })
  }

  /** Another tenant of the disk takes the rest of it, or leaves. */
  async #fillOrEmpty(): Promise<void> {
    const { options } = this.#disk
    const full = options.capacityBytes !== Number.POSITIVE_INFINITY
    options.capacityBytes = full ? Number.POSITIVE_INFINITY : this.#disk.usedBytes + this.#below(20_000)
    // The broker looks for room every second.
    if (full) await this.#orCrash(this.#time.pass(1000))
  }

  async #deleteSome(): Promise<void> {
    const [topic] = [...this.#topics.keys()]
    const log = this.#broker!.topics.named(topic!)!.partitions[0]!
    const offset = Math.floor(this.#random.next() * (log.highWatermark + 1))
    this.#asked.set(`${topic}/0`, Math.max(this.#asked.get(`${topic}/0`) ?? 0, offset))
    this.#broker!.topics.startAt(log, offset)
    await this.#orCrash(this.#broker!.journal.durable() ?? Promise.resolve())
    const key = `${topic}/0`
    this.#start.set(key, Math.max(this.#start.get(key) ?? 0, offset))
    await this.#orCrash(this.#broker!.retention.drop(log))
  }

  /** Retention lets go of whole segments, of all that is durable at most. */
  async #retainLittle(): Promise<void> {
    const { topics, retention, journal } = this.#broker!
    const [name] = [...this.#topics.keys()]
    const { partitions } = topics.named(name!)!
    const keys = partitions.map(({ id }) => `${name}/${id.partition}`)
    topics.configure(topics.named(name!)!, new Map([['retention.bytes', String(this.#below(4000))]]))
    try {
      await this.#orCrash(retention.run())
    } finally {
      for (const [i, log] of partitions.entries())
        this.#asked.set(keys[i]!, Math.max(this.#asked.get(keys[i]!) ?? 0, log.startOffset))
    }
    topics.configure(topics.named(name!)!, new Map())
    await this.#orCrash(journal.durable() ?? Promise.resolve())
    for (const [i, log] of partitions.entries())
      this.#start.set(keys[i]!, Math.max(this.#start.get(keys[i]!) ?? 0, log.startOffset))
  }

  // ── looking ───────────────────────────────────────────────────────────────────────────────────────

  async #read(): Promise<void> {
    for (const [topic, { partitions }] of this.#topics)
      for (let partition = 0; partition < partitions; partition++)
        this.#see(topic, partition, await this.#orCrash(this.#fetchAll(topic, partition)))
  }

  /** What a reader saw once, every reader sees. */
  #see(topic: string, partition: number, found: Map<number, string>): void {
    const key = `${topic}/${partition}`
    const seen = this.#seen.get(key) ?? []
    const { startOffset } = this.#broker!.topics.named(topic)!.partitions[partition]!
    const start = Math.max(this.#start.get(key) ?? 0, Math.min(this.#asked.get(key) ?? 0, startOffset))
    for (const [offset, value] of seen.entries()) {
      if (offset < start || value === undefined) continue
      if (found.get(offset) !== value)
        throw new Error(`${key}@${offset} was ${value.slice(0, 40)} and is ${found.get(offset)?.slice(0, 40)}`)
    }
    for (const [offset, value] of found) seen[offset] = value
    this.#seen.set(key, seen)
  }

  async #fetchAll(topic: string, partition: number): Promise<Map<number, string>> {
    const found = new Map<number, string>()
    const log = this.#broker!.topics.named(topic)?.partitions[partition]
    if (log === undefined) throw new Error(`topic ${topic} is gone`)
    let offset = log.startOffset
    while (offset < log.highWatermark) {
      const { errorCode, records } = await this.#client!.fetch(topic, partition, offset, { maxBytes: 200 + this.#below(5000) })
      if (errorCode !== 0) throw new Error(`${topic}-${partition}@${offset}: error ${errorCode}`)
      if (records.length === 0)
        throw new Error(`${topic}-${partition}@${offset}: nothing, with a high watermark of ${log.highWatermark}`)
      for (const record of records) if (record.offset >= offset) found.set(record.offset, record.value!)
      offset = records.at(-1)!.offset + 1
    }
    return found
  }

  async #check(): Promise<void> {
    const { topics } = await this.#client!.ask('Metadata', 12, { topics: null })
    for (const [name, { id, partitions }] of this.#topics) {
      const found = topics.find(topic => topic.name === name)
      if (found?.topicId !== id || found.partitions.length !== partitions)
        throw new Error(`topic ${name} is not what it was: ${id} with ${partitions} partitions, now ${JSON.stringify(found)}`)
      for (let partition = 0; partition < partitions; partition++) await this.#checkPartition(name, partition)
    }
  }

  async #checkPartition(topic: string, partition: number): Promise<void> {
    const values = await this.#fetchAll(topic, partition)
    this.#see(topic, partition, values)
    const key = `${topic}/${partition}`
    const log = this.#broker!.topics.named(topic)!.partitions[partition]!
    const start = this.#start.get(key) ?? 0
    if (log.startOffset < start)
      throw new Error(`${key} starts at ${log.startOffset}, although records up to ${start} were deleted`)
    const offsets = [...values.keys()]
    for (const [i, offset] of offsets.entries())
      if (offset !== log.startOffset + i) throw new Error(`${key}: offset ${log.startOffset + i} is missing`)
    for (const producer of this.#producers) producer.check(topic, partition, [...values.values()], log.startOffset > 0)
  }

  #below(n: number): number {
    return Math.floor(this.#random.next() * n)
  }

  #chance(p: number): boolean {
    return this.#random.next() < p
  }
}
