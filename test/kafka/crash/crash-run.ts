/**
 * Rounds on one directory: clients of all kinds work until the broker dies, it comes back, and what it told them must hold.
 *
 *     round  7   killed before the 3rd time a segment rolls      212 records, 9 transactions, 31 commits   back after 38 ms
 */
import { type Random, seededRandom } from '#src/base/random.ts'
import type { Durability } from '#src/kafka/log/commit.ts'
import type { TestClient } from '#src/testing/broker.ts'
import { checkWhole, committedOffsets, readCommitted } from '../../simulation/committed.ts'
import { SimulatedProducer } from '../../simulation/producer.ts'
import { GROUP, PARTITIONS, TOPIC, TransactionalProducer, isCutOff } from '../../simulation/transactional-producer.ts'
import { socketClient } from '../socket-client.ts'
import { BrokerProcess } from './broker-process.ts'
import type { CrashPoint } from './crash-point.ts'
import { CrashKeyedProducer } from './keyed-producer.ts'
import { KafkaJsTransactions } from './kafkajs-transactions.ts'
import { MadeTopics } from './made-topics.ts'
import { CrashClassicMember, CrashConsumerMember, type Member, type MemberGroup } from './members.ts'
import { OffsetLedger } from './offset-ledger.ts'
import type { Ending, PlannedRound } from './plan.ts'
import { SeenPartition, endsOf, readRecords } from './readers.ts'

export interface CrashRunOptions {
  readonly seed: number
  readonly port: number
  readonly data: string
  /** What a process that dies leaves behind is the same with each: the system has it. */
  readonly durability: Durability
  /** Done to the directory between a death and the next start, to see whether it is noticed. */
  readonly sabotage?: (data: string) => void
}

export interface RoundOutcome {
  readonly ending: string
  /** Where it was told to die while it recovered, and did. */
  readonly recoveryKilled: boolean
  readonly records: number
  readonly transactions: number
  readonly commits: number
  /** Of the start that began the round. */
  readonly recoveredMs: number
}

/** Partitions by topic of the idempotent producers; a burst over the wide one goes through the batch journal. */
const plain: ReadonlyMap<string, number> = new Map([
  ['narrow', 2],
  ['wide', 16],
])
/** It is compacted all the time. */
const COMPACTED = 'compacted'
const compacting = {
  'cleanup.policy': 'compact',
  'segment.bytes': '8192',
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': '1000',
  'file.delete.delay.ms': '40',
}
/** Its first records are deleted now and then. */
const SHORTENED = 'narrow'
const READ = 'read'
const READ_PARTITIONS = 4
/** A named place that is not met in this time is given up. */
const MOST_WORK_MS = 2500
const MOST_CHECK_MS = 30_000
const STABLE_MS = 5000
const MOST_PENDING = 60
const ALREADY_THERE = 36

export class CrashRun {
  readonly #options: CrashRunOptions
  readonly #random: Random
  readonly #producers: readonly SimulatedProducer[]
  readonly #transactional: readonly TransactionalProducer[]
  readonly #kafkajs = new KafkaJsTransactions()
  readonly #keyed: CrashKeyedProducer
  readonly #seen = new Map<string, SeenPartition>()
  readonly #made: MadeTopics
  #groups: readonly { readonly group: MemberGroup; readonly members: readonly Member[] }[] = []
  #broker: BrokerProcess | undefined
  #stoppedCleanly = false
  #round = 0
  /** Named places that the broker has died at. */
  readonly met = new Set<CrashPoint>()
  #failure: Error | undefined
  /** What is looked at just now. */
  #looking = ''

  constructor(options: CrashRunOptions) {
    this.#options = options
    this.#random = seededRandom(options.seed)
    this.#producers = [0, 1, 2].map(number => new SimulatedProducer(number, this.#random))
    this.#made = new MadeTopics(this.#random)
    this.#keyed = new CrashKeyedProducer(COMPACTED, this.#random)
    // Half of them speak of transactions in the new way, half outlive the broker.
    this.#transactional = ([2, 0, 2, 0] as const).map(
      (version, i) => new TransactionalProducer(`t${i}`, { version, persists: i >= 2 }, this.#random),
    )
  }

  // ── rounds ────────────────────────────────────────────────────────────────────────────────────────

  async round({ recovery, ending }: PlannedRound): Promise<RoundOutcome> {
    this.#round++
    const recoveryKilled = recovery !== undefined && (await this.#dieRecovering(recovery))
    const broker = await this.#start()
    await this.#check()
    const before = this.#counts()
    const told = await this.#work(broker, ending)
    const after = this.#counts()
    if (!this.#stoppedCleanly) this.#options.sabotage?.(this.#options.data)
    return {
      ending: told,
      recoveryKilled,
      records: after.records - before.records,
      transactions: after.transactions - before.transactions,
      commits: after.commits - before.commits,
      recoveredMs: broker.recoveredMs,
    }
  }

  /** A last start, after which everything still open is finished; then a clean stop, and a start that need not look at anything. */
  async finish(): Promise<void> {
    await this.#start()
    await this.#check()
    await this.#withClient(async client => {
      for (const producer of this.#producers) await producer.finish(client)
    })
    await this.#stop()
    await this.#start()
    await this.#check()
    await this.#stop()
  }

  /** Ends the broker, if there is one. */
  async abandon(): Promise<void> {
    this.#broker?.signal('SIGKILL')
    await this.#broker?.ended
  }

  get instances(): number {
    return this.#kafkajs.instances
  }

  #counts() {
    const transactions = [...this.#transactional, this.#kafkajs].flatMap(producer => producer.transactions)
    return {
      records: this.#producers.reduce((sum, producer) => sum + producer.acknowledged, 0),
      transactions: transactions.filter(({ fate }) => fate === 'committed').length,
      commits: this.#groups.reduce((sum, { group }) => sum + group.offsets.commits, 0),
    }
  }

  // ── the broker ────────────────────────────────────────────────────────────────────────────────────

  async #start(): Promise<BrokerProcess> {
    const { port, data, durability } = this.#options
    const broker = await BrokerProcess.start({ port, data, durability })
    if (broker === undefined) throw new Error('the broker died without being told to')
    this.#broker = broker
    const first = this.#round <= 1 && this.#seen.size === 0
    if (this.#stoppedCleanly && !broker.clean) throw new Error('it was stopped cleanly, and recovers all the same')
    if (!this.#stoppedCleanly && broker.clean && !first) throw new Error('it was killed, and takes that for a clean stop')
    this.#stoppedCleanly = false
    return broker
  }

  /** True when it died before it had recovered. */
  async #dieRecovering({ progress, when }: NonNullable<PlannedRound['recovery']>): Promise<boolean> {
    const { port, data, durability } = this.#options
    const time = 1 + Math.floor(progress * this.#broker!.recoveryOperations)
    const crashAt = { point: 'anything happens to a file', time, when } as const
    const broker = await BrokerProcess.start({ port, data, durability, crashAt })
    if (broker === undefined) {
      // Whether the mark of a clean stop was taken away by then, nobody knows.
      if (this.#stoppedCleanly) this.#stoppedCleanly = false
      return true
    }
    broker.signal('SIGKILL')
    await broker.ended
    this.#stoppedCleanly = false
    return false
  }

  async #stop(): Promise<void> {
    const broker = this.#broker!
    broker.signal('SIGTERM')
    const end = await broker.ended
    if (end !== '0') throw new Error(`it was asked to stop, and ended with ${end}: ${broker.complaints}`)
    this.#stoppedCleanly = true
  }

  async #withClient<T>(act: (client: TestClient) => Promise<T>): Promise<T> {
    const { client } = await socketClient(this.#options.port, 'crash')
    try {
      return await act(client)
    } finally {
      client.close()
    }
  }

  // ── work ──────────────────────────────────────────────────────────────────────────────────────────

  /** Until the round's end; answers how it ended. */
  async #work(broker: BrokerProcess, ending: Ending): Promise<string> {
    const alive = { now: true }
    const clients: TestClient[] = []
    const client = async () => {
      const { client: one } = await socketClient(this.#options.port, 'crash')
      clients.push(one)
      return one
    }
    const admin = await client()
    // Some of those who do transactions wait for the next broker.
    const gone = broker.ended.then(() => {
      throw new Error('closed before a transaction was over')
    })
    gone.catch(() => {})
    const workers = [
      this.#produce(await client(), alive),
      this.#made.run(admin, alive),
      this.#keyed.run(await client(), alive),
      this.#deleteRecords(await client(), alive),
    ]
    for (const producer of this.#transactional)
      workers.push(Promise.race([this.#transact(producer, await client(), alive), gone]))
    for (const { members } of this.#groups) for (const member of members) workers.push(member.run(await client(), alive))
    if (this.#round % 4 === 1)
      workers.push(this.#kafkajs.run(this.#options.port, alive).catch(error => this.#realClientFailed(error)))
    const failed = new Promise<void>(resolve => {
      for (const worker of workers)
        worker.catch(async (error: Error) => {
          // A connection that breaks before the broker does is news.
          if (isCutOff(error)) await Promise.race([broker.ended, sleep(2000)])
          if (isCutOff(error) && (broker.dead || !alive.now)) return
          this.#failure ??= error
          resolve()
        })
    })
    if (ending.kind === 'killed at') broker.arm(ending.at)
    await Promise.race([broker.ended, failed, sleep(ending.kind === 'killed at' ? MOST_WORK_MS : ending.afterMs)])
    const told = await this.#end(broker, ending, alive)
    for (const one of clients) one.close()
    await Promise.allSettled(workers)
    if (this.#failure !== undefined) {
      if (broker.complaints !== '') this.#failure.message += `\n${broker.complaints}`
      throw this.#failure
    }
    return told
  }

  async #end(broker: BrokerProcess, ending: Ending, alive: { now: boolean }): Promise<string> {
    if (ending.kind === 'stopped' && !broker.dead) {
      // With all clients at work.
      await this.#stop()
      alive.now = false
      return 'stopped by SIGTERM'
    }
    const itself = broker.dead
    alive.now = false
    broker.signal('SIGKILL')
    const end = await broker.ended
    if (end !== 'SIGKILL') throw new Error(`the broker ended with ${end}: ${broker.complaints}`)
    if (ending.kind === 'killed') return `killed after ${ending.afterMs} ms`
    if (ending.kind === 'stopped') throw new Error('the broker died before it was asked to stop')
    const { point, time, when } = ending.at
    if (!itself) return `killed; ${time} times did not come: ${point}`
    this.met.add(point)
    return `killed ${when}, time ${time}: ${point}`
  }

  /** Topics that everybody uses. */
  async #prepare(client: TestClient): Promise<void> {
    const topics = new Map([
      ...plain,
      [TOPIC, PARTITIONS],
      [this.#kafkajs.topic, this.#kafkajs.partitions],
      [READ, READ_PARTITIONS],
    ])
    for (const [name, partitions] of topics) {
      const errorCode = await client.createTopic(name, partitions)
      if (errorCode !== 0 && errorCode !== ALREADY_THERE) throw new Error(`topic ${name}: error ${errorCode}`)
    }
    const errorCode = await client.createTopic(COMPACTED, 1, compacting)
    if (errorCode !== 0 && errorCode !== ALREADY_THERE) throw new Error(`topic ${COMPACTED}: error ${errorCode}`)
    const { topics: described } = await client.ask('Metadata', 12, { topics: [{ name: READ }], allowAutoTopicCreation: false })
    const group = (id: string): MemberGroup => ({
      id,
      topic: READ,
      topicId: described[0]!.topicId,
      partitions: READ_PARTITIONS,
      offsets: new OffsetLedger(),
      generation: 0,
    })
    const classic = group('classic')
    const consumer = group('consumer')
    const names = ['ann', 'bob', 'cat']
    this.#groups = [
      { group: classic, members: names.map(name => new CrashClassicMember(name, classic, this.#random)) },
      { group: consumer, members: names.map(name => new CrashConsumerMember(name, consumer, this.#random)) },
    ]
  }

  async #produce(client: TestClient, alive: { readonly now: boolean }): Promise<void> {
    for (const producer of this.#producers) await producer.connect(client)
    while (alive.now && !client.closed) {
      const producer = this.#producers[this.#below(this.#producers.length)]!
      if (producer.pending < MOST_PENDING) {
        // Now and then so many partitions at once that they go through the batch journal.
        if (this.#random.next() < 0.25)
          for (let i = 0; i < 16; i++) producer.send(client, 'wide', this.#below(plain.get('wide')!))
        else producer.send(client, 'narrow', this.#below(plain.get('narrow')!))
      }
      await sleep(this.#below(12))
    }
  }

  async #deleteRecords(client: TestClient, alive: { readonly now: boolean }): Promise<void> {
    const partition = this.#below(plain.get(SHORTENED)!)
    while (alive.now) {
      await sleep(this.#below(500))
      const { start, highWatermark } = await endsOf(client, SHORTENED, partition)
      const offset = start + this.#below((highWatermark - start) / 2)
      const { topics } = await client.ask('DeleteRecords', 2, {
        topics: [{ name: SHORTENED, partitions: [{ partitionIndex: partition, offset }] }],
      })
      const { errorCode, lowWatermark } = topics[0]!.partitions[0]!
      if (errorCode !== 0) throw new Error(`deleting records of ${SHORTENED}-${partition} up to ${offset}: error ${errorCode}`)
      this.#seen.get(`${SHORTENED}-${partition}`)!.deletedTo(lowWatermark)
    }
  }

  async #transact(producer: TransactionalProducer, client: TestClient, alive: { readonly now: boolean }): Promise<void> {
    const pause = async (current: { readonly now: boolean }) => {
      await sleep(this.#random.next() < 0.02 ? 1500 : this.#below(8))
      if (!current.now) throw new Error('closed before a transaction was over')
    }
    await producer.connect(client, alive)
    while (alive.now) {
      await producer.transact(pause)
      await sleep(this.#below(10))
    }
  }

  /** kafkajs gives up when the broker is gone, and a new instance takes its place; what it says of that is its own affair. */
  #realClientFailed(error: Error): void {
    if (error.name === 'TypeError' || error.name === 'ReferenceError') throw error
  }

  // ── looking ───────────────────────────────────────────────────────────────────────────────────────

  async #check(): Promise<void> {
    const stuck = sleep(MOST_CHECK_MS, false).then(() => {
      throw new Error(`the broker is back, and this is not answered: ${this.#looking}; ${this.#broker!.complaints}`)
    })
    stuck.catch(() => {})
    await Promise.race([this.#withClient(client => this.#checkAll(client)), stuck])
  }

  async #checkAll(client: TestClient): Promise<void> {
    if (this.#groups.length === 0) await this.#prepare(client)
    this.#looking = 'topics'
    await this.#made.check(client)
    for (const [topic, partitions] of plain)
      for (let partition = 0; partition < partitions; partition++) await this.#checkPartition(client, topic, partition)
    await this.#checkCompacted(client)
    await this.#checkTransactions(client)
    await this.#checkKafkajs(client)
    for (const { group } of this.#groups) await this.#checkGroup(client, group)
  }

  async #checkPartition(client: TestClient, topic: string, partition: number): Promise<void> {
    this.#looking = `${topic}-${partition}`
    const ends = await endsOf(client, topic, partition)
    const records = await readRecords(client, topic, partition, ends)
    const key = `${topic}-${partition}`
    let seen = this.#seen.get(key)
    if (seen === undefined) this.#seen.set(key, (seen = new SeenPartition(topic, partition)))
    seen.see(ends, records)
    const values = records.map(({ value }) => value!)
    for (const producer of this.#producers) producer.check(topic, partition, values, ends.start > 0)
  }

  async #checkCompacted(client: TestClient): Promise<void> {
    this.#looking = COMPACTED
    const records = await readRecords(client, COMPACTED, 0, await endsOf(client, COMPACTED, 0))
    this.#keyed.check(records)
  }

  async #checkTransactions(client: TestClient): Promise<void> {
    const alive = { now: true }
    for (const producer of this.#transactional) {
      this.#looking = `transactions of ${producer.name}`
      await producer.connect(client, alive)
    }
    const found = await this.#readStable(client, TOPIC, PARTITIONS)
    const moved = await committedOffsets(client, GROUP, TOPIC)
    for (const producer of this.#transactional)
      checkWhole(producer, valuesOf(producer.name, found), moved.get(producer.offsetPartition))
  }

  async #checkKafkajs(client: TestClient): Promise<void> {
    const kafkajs = this.#kafkajs
    this.#looking = 'transactions of kafkajs'
    await kafkajs.fence(client)
    const found = await this.#readStable(client, kafkajs.topic, kafkajs.partitions)
    const moved = await committedOffsets(client, kafkajs.groupId, kafkajs.topic)
    checkWhole(kafkajs, valuesOf(kafkajs.name, found), moved.get(0))
  }

  /** What readers of committed records get, once nothing is open any more: soon. */
  async #readStable(client: TestClient, topic: string, partitions: number): Promise<ReadonlyMap<number, readonly string[]>> {
    const found = new Map<number, readonly string[]>()
    for (let partition = 0; partition < partitions; partition++) {
      for (let waited = 0; ; waited += 10) {
        const { lastStable, highWatermark } = await endsOf(client, topic, partition)
        if (lastStable === highWatermark) break
        if (waited > STABLE_MS)
          throw new Error(`${topic}-${partition} is stable up to ${lastStable} of ${highWatermark}, and stays there`)
        await sleep(10)
      }
      found.set(partition, await readCommitted(client, topic, partition, () => 1 << 20))
    }
    return found
  }

  async #checkGroup(client: TestClient, group: MemberGroup): Promise<void> {
    this.#looking = `group ${group.id}`
    group.offsets.check(group.id, await committedOffsets(client, group.id, group.topic))
    if (group.id !== 'consumer' || group.generation === 0) return
    const { groups } = await client.ask('ConsumerGroupDescribe', 1, { groupIds: [group.id] })
    const { groupEpoch } = groups[0]!
    if (groupEpoch < group.generation)
      throw new Error(`group ${group.id} was at epoch ${group.generation}, and is at ${groupEpoch}`)
  }

  #below(n: number): number {
    return Math.floor(this.#random.next() * n)
  }
}

const valuesOf = (name: string, found: ReadonlyMap<number, readonly string[]>): ReadonlyMap<number, readonly string[]> =>
  new Map(Array.from(found, ([partition, values]) => [partition, values.filter(value => value.startsWith(`${name}:`))]))

/** `holds`: the process does not end before. */
const sleep = (ms: number, holds = true): Promise<void> =>
  new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    if (!holds) timer.unref()
  })
