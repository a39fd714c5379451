/**
 * A compacted topic on a disk that fails: one seed, one history. Few keys, small segments, producers that send again what was not
 * acknowledged, transactions, readers, and compaction beside them, which the power interrupts at any operation of the disk. The
 * latest record of each key is there after every crash, at its offset; nothing that was gone, or aborted, comes back.
 */
import type { Timers } from '#src/base/clock.ts'
import { type Random, seededRandom } from '#src/base/random.ts'
import { Broker } from '#src/kafka/broker/broker.ts'
import type { PartitionLog } from '#src/kafka/log/partition-log.ts'
import { forEachBatch, isControl, isTransactional, lastOffsetAt, producerIdAt } from '#src/kafka/records/batch.ts'
import { codecs } from '#src/kafka/records/compression.ts'
import { markerBatch } from '#src/kafka/records/control-record.ts'
import { TestClient, TestTime, batchOf, recordsOf } from '#src/testing/broker.ts'
import { SimulatedDisk } from '#src/testing/simulated-disk.ts'
import { type FoundRecord, KeyedHistory, type KeyedRecord } from './keyed-history.ts'

export interface CompactionOutcome {
  readonly crashes: number
  readonly records: number
  /** Rounds of compaction that were finished, and what they took. */
  readonly compactions: number
  readonly compacted: number
}

const TOPIC = 'users'
const ROUNDS = 10
const STEPS = 60
const DELETE_RETENTION_MS = 5000
const KEYS = 6

class Crashed extends Error {}

/** The disk takes nothing at the moment. */
const STORAGE = 56

/** A batch that a producer sends until it is acknowledged. */
interface Sending {
  readonly records: readonly KeyedRecord[]
  readonly baseSequence: number
}

class KeyedProducer {
  readonly id: number
  nextSequence = 0
  sending: Sending | undefined

  constructor(id: number) {
    this.id = id
  }
}

export class CompactionSimulation {
  readonly #seed: number
  readonly #random: Random
  readonly #disk: SimulatedDisk
  readonly #time = new TestTime()
  readonly #history = new KeyedHistory(DELETE_RETENTION_MS)
  readonly #kind: 'loses power' | 'fills up' | 'fails syncs'
  readonly #mapBytes: number
  readonly #producers = [new KeyedProducer(1000), new KeyedProducer(1001)]
  #broker: Broker | undefined
  #alive = { now: true }
  #crash: Promise<never> = new Promise(() => {})
  #crashNow: (error: Error) => void = () => {}
  #compacting: Promise<void> | undefined
  #values = 0
  #transactions = 2000
  #crashes = 0
  #starts = 0
  #compactions = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#random = seededRandom(seed)
    this.#disk = new SimulatedDisk(seed * 7919 + 1)
    this.#kind = seed % 5 === 3 ? 'fills up' : seed % 5 === 4 ? 'fails syncs' : 'loses power'
    // Often too small for all keys at once.
    this.#mapBytes = seed % 3 === 0 ? 24 * 4 : 1 << 20
  }

  async run(): Promise<CompactionOutcome> {
    for (let round = 0; round < ROUNDS; round++) {
      await this.#startBroker()
      try {
        await this.#orCrash(this.#check(true))
        this.#disk.crashAt = this.#disk.operations + 1 + this.#below(STEPS * 12)
        await this.#work()
        this.#disk.options.capacityBytes = Number.POSITIVE_INFINITY
        if (this.#broken) throw new Crashed('a sync failed')
        if (this.#chance(0.3)) await this.#orCrash(this.#stop())
        else throw new Crashed('between two operations')
      } catch (error) {
        if (!(error instanceof Crashed) && !this.#broken) throw error
        this.#crashes++
        this.#compactions += this.#broker!.cleaner.rounds
        this.#alive.now = false
        this.#disk.crash()
      }
    }
    await this.#startBroker()
    this.#disk.options.failingSyncs = 0
    for (const producer of this.#producers) if (producer.sending !== undefined) await this.#send(producer)
    this.#log.roll()
    await this.#broker!.cleaner.run()
    await this.#check(true)
    this.#compactions += this.#broker!.cleaner.rounds
    await this.#broker!.stop()
    const { size, gone } = this.#history
    return { crashes: this.#crashes, records: size, compactions: this.#compactions, compacted: gone }
  }

  get #log(): PartitionLog {
    return this.#broker!.topics.named(TOPIC)!.partitions[0]!
  }

  /** Nothing is certain any more, and only a restart helps. */
  get #broken(): boolean {
    return this.#broker?.directory.committer.failure !== undefined
  }

  // ── running ───────────────────────────────────────────────────────────────────────────────────────

  async #startBroker(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      this.#starts++
      const alive = (this.#alive = { now: true })
      this.#compacting = undefined
      this.#armCrash()
      this.#disk.options.failingSyncs = 0
      this.#disk.options.capacityBytes = Number.POSITIVE_INFINITY
      if (attempt < 4 && this.#chance(0.4)) this.#disk.crashAt = this.#disk.operations + 1 + this.#below(60)
      const timers: Timers = { after: (ms, ring) => this.#time.after(ms, () => alive.now && ring()) }
      try {
        this.#broker = await this.#orCrash(this.#newBroker(timers))
        await this.#orCrash(this.#makeTopic())
        this.#disk.crashAt = Number.POSITIVE_INFINITY
        if (this.#kind === 'fails syncs') this.#disk.options.failingSyncs = 150
        return
      } catch (error) {
        if (!(error instanceof Crashed)) throw error
        this.#crashes++
      }
    }
  }

  #newBroker(timers: Timers): Promise<Broker> {
    return Broker.start({
      files: this.#disk.mount(),
      path: '/data',
      clock: this.#time.clock,
      timers,
      random: seededRandom(this.#seed + this.#starts),
      durability: 'group',
      flushIntervalMs: 100,
      clusterId: undefined,
      properties: {
        'log.segment.bytes': String(1024 + this.#below(2048)),
        'log.index.interval.bytes': '150',
        'log.cleaner.dedupe.buffer.size': String(this.#mapBytes),
        'log.segment.delete.delay.ms': String(this.#below(3000)),
      },
      listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0, advertised: undefined }],
      log: (level, event, fields) => {
        if (level === 'error' && typeof fields['error'] === 'string' && !/EIO|ENOSPC/.test(fields['error']))
          this.#crashNow(new Error(`${event}: ${JSON.stringify(fields)}`))
      },
      listen: false,
    })
  }

  async #makeTopic(): Promise<void> {
    if (this.#broker!.topics.named(TOPIC) !== undefined) return
    const client = this.#client()
    const errorCode = await client.createTopic(TOPIC, 1, {
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': String(DELETE_RETENTION_MS),
    })
    if (errorCode !== 0) throw new Error(`the topic was refused: ${errorCode}`)
    client.close()
  }

  async #stop(): Promise<void> {
    this.#compactions += this.#broker!.cleaner.rounds
    const stopped = this.#broker!.stop()
    await Promise.race([stopped, this.#time.pass(5000).then(() => stopped)])
    if (this.#broken) throw new Crashed('a sync failed')
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

  #orCrash<T>(promise: Promise<T>): Promise<T> {
    promise.catch(() => {})
    return Promise.race([promise, this.#crash])
  }

  #client(): TestClient {
    return new TestClient(this.#broker!, 'simulation')
  }

  async #work(): Promise<void> {
    const transactions: Promise<void>[] = []
    for (let step = 0; step < STEPS && !this.#broken; step++) {
      const choice = this.#random.next()
      if (choice < 0.55) await this.#orCrash(this.#send(this.#producers[this.#below(this.#producers.length)]!))
      else if (choice < 0.65) transactions.push(this.#orCrash(this.#transact()))
      else if (choice < 0.72) this.#log.roll()
      else if (choice < 0.85) this.#compact()
      else if (choice < 0.9) await this.#orCrash(this.#broker!.directory.checkpoint())
      else if (choice < 0.92 && this.#kind === 'fills up') await this.#orCrash(this.#fillOrEmpty())
      else if (choice < 0.95) await this.#orCrash(this.#time.pass(this.#below(3000)))
      else await this.#orCrash(this.#check(false))
      for (const transaction of transactions) transaction.catch(() => {})
    }
    await Promise.all(transactions)
    if (this.#compacting !== undefined) await this.#orCrash(this.#compacting)
  }

  /** Another tenant of the disk takes the rest of it, or leaves; the broker looks for room every second. */
  async #fillOrEmpty(): Promise<void> {
    const { options } = this.#disk
    const full = options.capacityBytes !== Number.POSITIVE_INFINITY
    options.capacityBytes = full ? Number.POSITIVE_INFINITY : this.#disk.usedBytes + this.#below(5000)
    if (full) await this.#time.pass(1000)
  }

  /** Beside everything else. */
  #compact(): void {
    this.#log.roll()
    this.#compacting = this.#broker!.cleaner.run()
  }

  // ── writing ───────────────────────────────────────────────────────────────────────────────────────

  #record(tombstones: boolean): KeyedRecord {
    const key = `k${this.#below(KEYS)}`
    return { key, value: tombstones && this.#chance(0.2) ? null : `${this.#values++}` }
  }

  #records(tombstones: boolean): KeyedRecord[] {
    return Array.from({ length: 1 + this.#below(4) }, () => this.#record(tombstones))
  }

  #batch(records: readonly KeyedRecord[], producerId: number, baseSequence: number, transactional: boolean): Uint8Array {
    // Some are long, so that segments fill up.
    const words = records.map(({ key, value }) => `${key}=${value ?? ''}`)
    const codec = codecs[this.#below(codecs.length)]!
    return batchOf(words, this.#time.clock.nowMs(), { producerId, producerEpoch: 0, baseSequence, transactional, codec })
  }

  /** The next batch of an idempotent producer, or once more the one that was not answered. */
  async #send(producer: KeyedProducer): Promise<void> {
    const sending = (producer.sending ??= { records: this.#records(true), baseSequence: producer.nextSequence })
    this.#noteInFlight()
    const log = this.#log
    const batch = this.#batch(sending.records, producer.id, sending.baseSequence, false)
    const refusal = log.append(batch, 0)
    // For the moment: it is sent again.
    if (refusal === STORAGE) return
    if (refusal !== 0) throw new Error(`producer ${producer.id} was refused at sequence ${sending.baseSequence}: ${refusal}`)
    const baseOffset = log.lastBaseOffset
    if ((await durable(log, baseOffset + sending.records.length)) !== 0) return
    sending.records.forEach((record, i) => this.#history.note(baseOffset + i, record, 'committed', this.#time.clock.nowMs()))
    producer.sending = undefined
    producer.nextSequence += sending.records.length
    this.#noteInFlight()
  }

  #noteInFlight(): void {
    this.#history.inFlight = this.#producers.flatMap(producer => producer.sending?.records ?? [])
  }

  /** A transaction of a producer of its own, which is committed, aborted, or left for the coordinator to abort. */
  async #transact(): Promise<void> {
    const producerId = this.#transactions++
    const log = this.#log
    const written: [number, KeyedRecord][] = []
    for (let sequence = 0, batches = 1 + this.#below(3); batches > 0; batches--) {
      const records = this.#records(false)
      if (log.append(this.#batch(records, producerId, sequence, true), 0) !== 0) return
      const baseOffset = log.lastBaseOffset
      records.forEach((record, i) => written.push([baseOffset + i, record]))
      sequence += records.length
      // What a crash takes before it was acknowledged leaves its offset to others.
      if ((await durable(log, baseOffset + records.length)) !== 0) return
      for (const [offset, record] of written) this.#history.note(offset, record, 'unknown', this.#time.clock.nowMs())
    }
    const type = this.#chance(0.6) ? 'COMMIT' : 'ABORT'
    const marker = markerBatch({
      type,
      coordinatorEpoch: 0,
      producerId,
      producerEpoch: 0,
      timestamp: this.#time.clock.nowMs(),
    })
    // The coordinator may have been quicker.
    if (!log.producers.isOpen(producerId, 0) || log.append(marker, 0) !== 0) return
    if ((await durable(log, log.endOffset)) !== 0) return
    const fate = type === 'COMMIT' ? 'committed' : 'aborted'
    for (const [offset, record] of written) this.#history.note(offset, record, fate, this.#time.clock.nowMs())
  }

  // ── looking ───────────────────────────────────────────────────────────────────────────────────────

  async #check(quiet: boolean): Promise<void> {
    if (quiet) await this.#time.pass(11_000)
    const log = this.#log
    const end = log.lastStableOffset
    if (quiet && end !== log.endOffset) throw new Error(`stable up to ${end} of ${log.endOffset}`)
    if (log.endOffset < this.#history.endOffset)
      throw new Error(`the log ends at ${log.endOffset}, and ${this.#history.endOffset} was acknowledged`)
    if (log.startOffset !== 0) throw new Error(`the log starts at ${log.startOffset}`)
    this.#history.check(await this.#readAll(end), end, this.#time.clock.nowMs(), quiet)
  }

  async #readAll(end: number): Promise<FoundRecord[]> {
    const client = this.#client()
    const found: FoundRecord[] = []
    let offset = 0
    while (offset < end) {
      const { next, records } = await this.#readSome(client, offset)
      found.push(...records.filter(record => record.offset < end))
      offset = next
    }
    client.close()
    return found
  }

  /** As a consumer of committed records does. */
  async #readSome(client: TestClient, from: number): Promise<{ readonly next: number; readonly records: FoundRecord[] }> {
    const { responses } = await client.ask('Fetch', 12, {
      minBytes: 0,
      isolationLevel: 1,
      topics: [{ topic: TOPIC, partitions: [{ partition: 0, fetchOffset: from, partitionMaxBytes: 100 + this.#below(3000) }] }],
    })
    const { errorCode, records, abortedTransactions } = responses[0]!.partitions[0]!
    if (errorCode !== 0) throw new Error(`reading at ${from}: error ${errorCode}`)
    if (records === null || records.length === 0) throw new Error(`reading at ${from}: nothing`)
    const aborted = [...(abortedTransactions ?? [])].toSorted((a, b) => a.firstOffset - b.firstOffset)
    const dropping = new Set<number>()
    const found: FoundRecord[] = []
    let next = from
    forEachBatch(records, (at, end) => {
      next = lastOffsetAt(records, at) + 1
      while (aborted.length > 0 && aborted[0]!.firstOffset < next) dropping.add(aborted.shift()!.producerId)
      const producerId = producerIdAt(records, at)
      if (isControl(records, at)) dropping.delete(producerId)
      else if (!isTransactional(records, at) || !dropping.has(producerId)) {
        for (const { offset, key, value } of recordsOf(records.subarray(at, end)))
          if (offset >= from) found.push({ offset, key: key!, value })
      }
    })
    return { next, records: found }
  }

  #below(n: number): number {
    return Math.floor(this.#random.next() * n)
  }

  #chance(p: number): boolean {
    return this.#random.next() < p
  }
}

const durable = (log: PartitionLog, offset: number): Promise<number> =>
  new Promise(resolve => log.whenDurable(offset, { settled: resolve }))
