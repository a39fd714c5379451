/**
 * Transactions on a disk that fails: one seed, one history. Readers of committed records find every committed transaction whole, across
 * partitions and a group's offsets, and nothing of any other, whatever crashed between its first record and the last note that it is over.
 */
import { type Random, seededRandom } from '#src/base/random.ts'
import type { Timers } from '#src/base/clock.ts'
import { Broker } from '#src/kafka/broker/broker.ts'
import { TestClient, TestTime, settled } from '#src/testing/broker.ts'
import { SimulatedDisk } from '#src/testing/simulated-disk.ts'
import { checkWhole, committedOffsets, readCommitted } from './committed.ts'
import { GROUP, PARTITIONS, TOPIC, TransactionalProducer } from './transactional-producer.ts'

export interface TransactionsOutcome {
  readonly crashes: number
  readonly committed: number
  readonly aborted: number
  /** That were written, whatever became of them. */
  readonly records: number
}

const ROUNDS = 9
const TRANSACTIONS = 4
const MOST_TURNS = 50
/** Longer than any transaction may take, and the scan that ends it. */
const ALL_OVER_MS = 60_000

class Crashed extends Error {}

export class TransactionSimulation {
  readonly #seed: number
  readonly #random: Random
  readonly #disk: SimulatedDisk
  readonly #time = new TestTime()
  readonly #producers: TransactionalProducer[]
  #broker: Broker | undefined
  #alive = { now: true }
  #crash: Promise<never> = new Promise(() => {})
  #crashNow: (error: Error) => void = () => {}
  #crashes = 0
  #starts = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#random = seededRandom(seed)
    this.#disk = new SimulatedDisk(seed * 7919 + 1)
    // Half of them speak of transactions in the new way, half outlive the broker.
    this.#producers = ([2, 0, 2, 0] as const).map(
      (version, i) => new TransactionalProducer(`p${i}`, { version, persists: i >= 2 }, this.#random),
    )
  }

  async run(): Promise<TransactionsOutcome> {
    for (let round = 0; round < ROUNDS; round++) {
      await this.#startBroker()
      await this.#work(round)
    }
    await this.#startBroker()
    const client = new TestClient(this.#broker!, 'simulation')
    if (this.#chance(0.5)) for (const producer of this.#producers) await producer.connect(client, this.#alive)
    else await this.#time.pass(ALL_OVER_MS)
    await this.#untilStable()
    await this.#check(true)
    await this.#broker!.stop()
    const transactions = this.#producers.flatMap(producer => producer.transactions)
    const count = (fate: string) => transactions.filter(transaction => transaction.fate === fate).length
    const records = transactions.reduce((sum, { values }) => sum + [...values.values()].flat().length, 0)
    return { crashes: this.#crashes, committed: count('committed'), aborted: count('aborted'), records }
  }

  // ── running ───────────────────────────────────────────────────────────────────────────────────────

  async #startBroker(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      this.#starts++
      const alive = (this.#alive = { now: true })
      this.#armCrash()
      if (attempt < 3 && this.#chance(0.3)) this.#disk.crashAt = this.#disk.operations + 1 + this.#below(80)
      const timers: Timers = { after: (ms, ring) => this.#time.after(ms, () => alive.now && ring()) }
      try {
        this.#broker = await this.#orCrash(
          Broker.start({
            files: this.#disk.mount(),
            path: '/data',
            clock: this.#time.clock,
            timers,
            random: seededRandom(this.#seed + this.#starts),
            durability: 'group',
            flushIntervalMs: 100,
            clusterId: undefined,
            journalSnapshotBytes: 500 + this.#below(4000),
            properties: { 'log.segment.bytes': String(1024 + this.#below(4096)), 'log.index.interval.bytes': '200' },
            listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0, advertised: undefined }],
            log: (level, event, fields) => {
              if (level === 'error') this.#crashNow(new Error(`${event}: ${JSON.stringify(fields)}`))
            },
            listen: false,
          }),
        )
        this.#disk.crashAt = Number.POSITIVE_INFINITY
        return
      } catch (error) {
        this.#died(error)
      }
    }
  }

  #armCrash(): void {
    this.#crash = new Promise((_, reject) => {
      this.#crashNow = reject
    })
    this.#crash.catch(() => {})
    this.#disk.onCrash = () => {
      this.#alive.now = false
      this.#crashNow(new Crashed('the power failed'))
    }
  }

  #died(error: unknown): void {
    if (!(error instanceof Crashed)) throw error
    this.#crashes++
  }

  #orCrash<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {})
    return Promise.race([promise, this.#crash])
  }

  async #work(round: number): Promise<void> {
    const client = new TestClient(this.#broker!, 'simulation')
    this.#disk.crashAt = this.#disk.operations + 1 + this.#below(160)
    try {
      if (round === 0 || this.#broker!.topics.named(TOPIC) === undefined)
        await this.#orCrash(client.createTopic(TOPIC, PARTITIONS))
      await this.#orCrash(Promise.all(this.#producers.map(producer => this.#produce(producer))))
      await this.#check(true)
      // A clean stop now and then.
      await this.#orCrash(this.#broker!.stop())
    } catch (error) {
      this.#died(error)
    }
  }

  async #produce(producer: TransactionalProducer): Promise<void> {
    const alive = this.#alive
    // Whoever slept while the broker died does not wake up.
    const pause = async (current: { readonly now: boolean }) => {
      await this.#pause()
      if (!current.now) throw new Crashed('closed before the pause was over')
    }
    await producer.connect(new TestClient(this.#broker!, producer.name), alive)
    // Once it is dead another round takes over.
    for (let i = 0; i < TRANSACTIONS && alive.now; i++) {
      await producer.transact(pause)
      if (this.#chance(0.1)) await this.#check(false)
      if (this.#chance(0.1) && alive.now) await producer.restart(new TestClient(this.#broker!, producer.name))
    }
  }

  async #pause(): Promise<void> {
    const choice = this.#random.next()
    if (choice < 0.1) await this.#time.pass(this.#below(15_000))
    else if (choice < 0.2) await this.#broker!.directory.checkpoint()
    else await new Promise(resolve => setImmediate(resolve))
  }

  // ── looking ───────────────────────────────────────────────────────────────────────────────────────

  /** Nothing holds readers up for ever: the disk has its last markers soon. */
  async #untilStable(): Promise<void> {
    for (const log of this.#broker!.topics.named(TOPIC)!.partitions) {
      for (let i = 0; i < MOST_TURNS && log.lastStableOffset !== log.endOffset; i++) await settled()
      if (log.lastStableOffset !== log.endOffset)
        throw new Error(`partition ${log.id.partition} is stable up to ${log.lastStableOffset} of ${log.endOffset}`)
    }
  }

  /** `quiet`: no producer is at work, so what is unknown can be told. */
  async #check(quiet: boolean): Promise<void> {
    if (quiet && this.#chance(0.5)) await settled()
    const found = new Map<number, readonly string[]>()
    for (let partition = 0; partition < PARTITIONS; partition++)
      found.set(partition, await this.#orCrash(this.#readCommitted(partition)))
    const moved = await this.#orCrash(this.#groupOffsets())
    for (const producer of this.#producers) {
      const own = new Map(
        Array.from(found, ([partition, values]) => [partition, values.filter(value => value.startsWith(`${producer.name}:`))]),
      )
      if (quiet) checkWhole(producer, own, moved.get(producer.offsetPartition))
      else this.#checkNothingElse(producer, own)
    }
  }

  #checkNothingElse(producer: TransactionalProducer, own: ReadonlyMap<number, readonly string[]>): void {
    for (const value of [...own.values()].flat()) {
      const { fate } = producer.transactions[Number(value.split(':')[1])]!
      if (fate === 'open' || fate === 'aborted') throw new Error(`${value} is there, and its transaction is ${fate}`)
    }
  }

  async #groupOffsets(): Promise<ReadonlyMap<number, number>> {
    const client = new TestClient(this.#broker!, 'reader')
    const moved = await committedOffsets(client, GROUP, TOPIC)
    client.close()
    return moved
  }

  async #readCommitted(partition: number): Promise<readonly string[]> {
    const client = new TestClient(this.#broker!, 'reader')
    const found = await readCommitted(client, TOPIC, partition, () => 100 + this.#below(10_000))
    client.close()
    return found
  }

  #below(n: number): number {
    return Math.floor(this.#random.next() * n)
  }

  #chance(p: number): boolean {
    return this.#random.next() < p
  }
}
