/**
 * Reads partitions that it is told to read, from offsets that it is told; there is no group behind it. What comes is fetched
 * ahead within bounds, and taken without waiting while there is some.
 *
 *     consumer.assign([{ topic: 'orders', partition: 0, offset: 120 }])
 *     for (;;) {
 *       const rows = consumer.next()
 *       if (rows !== undefined) take(rows.view, rows.from, rows.to)      good until the next call
 *       else await consumer.ready()
 *     }
 *
 * `position` of a partition stands behind what `next` answered. An offset that is not there any more is what `reset` says;
 * a partition that can't be read for good fails `next`.
 */
import { MillraceError } from '../../../base/errors.ts'
import { ErrorCode, isRetriable } from '../../protocol/errors.ts'
import { RecordReader } from '../../records/record-reader.ts'
import type { KafkaClient } from '../client.ts'
import { mayPass, refused } from '../errors.ts'
import { type OffsetAt, type TopicPartition, keyOf, listOffsets } from '../offsets.ts'
import { Backoff } from '../retry.ts'
import { AssignedPartition, type Assignment } from './assigned-partition.ts'
import { BrokerFetcher, type FetchOwner, type FetchSettings } from './broker-fetcher.ts'
import type { FetchedRecords, Rows } from './fetched-records.ts'
import { truncatedTo } from './truncation.ts'

export type ResetPolicy = 'earliest' | 'latest' | 'none'

export interface ConsumerOptions {
  /** Where to go on from where an offset is not there; `auto.offset.reset` unless told. */
  readonly reset?: ResetPolicy | undefined
  /** Most records in one view. */
  readonly capacity?: number | undefined
  /** Bytes fetched ahead. */
  readonly prefetchBytes?: number | undefined
  /** Fails when a partition could not be read for so long; without it goes on trying for ever. */
  readonly giveUpAfterMs?: number | undefined
  /** Says what a person should know: records that were skipped, a broker that is away. */
  warn?(message: string): void
}

const PREFETCH_BYTES = 16 << 20

export class Consumer implements FetchOwner {
  readonly client: KafkaClient
  readonly committed: boolean
  readonly #options: ConsumerOptions
  readonly #settings: FetchSettings
  readonly #reset: ResetPolicy
  readonly #reader: RecordReader
  readonly #partitions = new Map<string, AssignedPartition>()
  readonly #fetchers = new Map<number, BrokerFetcher>()
  /** In the order they came. The first one is being read. */
  readonly #fetched: FetchedRecords[] = []
  #buffered = 0
  readonly #backoff: Backoff
  #releading = false
  readonly #leaderless = new Set<AssignedPartition>()
  #lostSinceMs: number | undefined
  #warnedMs = -Infinity
  #failure: unknown
  #closed = false
  #ready: (() => void) | undefined
  #changed: (() => void)[] = []

  constructor(client: KafkaClient, options: ConsumerOptions = {}) {
    const { settings } = client
    this.client = client
    this.#options = options
    this.committed = settings.string('isolation.level') === 'read_committed'
    this.#settings = {
      committed: this.committed,
      checksCrc: settings.boolean('check.crcs'),
      maxWaitMs: settings.integer('fetch.max.wait.ms'),
      minBytes: settings.integer('fetch.min.bytes'),
      maxBytes: settings.integer('fetch.max.bytes'),
      rack: settings.string('client.rack')!,
    }
    this.#reset = options.reset ?? (settings.string('auto.offset.reset') as ResetPolicy | undefined) ?? 'none'
    this.#reader = new RecordReader({ capacity: options.capacity })
    this.#backoff = client.newBackoff()
  }

  /** Starts to read these, besides those that are read already. */
  assign(assignments: readonly Assignment[]): void {
    const maxBytes = this.client.settings.integer('max.partition.fetch.bytes')
    for (const assignment of assignments) {
      const partition = new AssignedPartition(assignment, maxBytes)
      this.#partitions.set(partition.name, partition)
      if (!partition.ended) this.#leaderless.add(partition)
    }
    this.#findLeaders()
  }

  unassign(partitions: readonly TopicPartition[]): void {
    for (const { topic, partition } of partitions) {
      const known = this.#partitions.get(keyOf({ topic, partition }))
      if (known === undefined) continue
      this.#partitions.delete(known.name)
      this.#leaderless.delete(known)
      this.#fetchers.get(known.leader)?.remove(known)
    }
    this.#tellChange()
  }

  get partitions(): ReadonlyMap<string, AssignedPartition> {
    return this.#partitions
  }

  /** Every partition was read to where it stops. */
  get ended(): boolean {
    for (const partition of this.#partitions.values()) if (!partition.ended) return false
    return true
  }

  get bufferedBytes(): number {
    return this.#buffered
  }

  /** Records that are there by now, of one partition. */
  next(): Rows | undefined {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure
      const first = this.#fetched[0]
      if (first === undefined) return undefined
      const { partition } = first
      const rows = this.#partitions.get(partition.name) === partition ? first.read(this.#reader) : undefined
      if (rows !== undefined) return rows
      this.#reader.reset()
      this.#fetched.shift()
      first.release()
      this.#buffered -= first.byteLength
      partition.buffered--
      if (partition.ended) this.#fetchers.get(partition.leader)?.remove(partition)
      this.#tellChange()
    }
  }

  /** Resolves when `next` may have something, or fail; also when the consumer is closed. */
  ready(): Promise<void> {
    if (this.#fetched.length > 0 || this.#failure !== undefined || this.#closed) return Promise.resolve()
    return new Promise(resolve => (this.#ready = resolve))
  }

  close(): void {
    this.#closed = true
    for (const fetcher of this.#fetchers.values()) fetcher.close()
    this.#fetched.length = 0
    this.#tellReady()
    this.#tellChange()
  }

  // ── for fetchers ──────────────────────────────────────────────────────────────────────────────────

  room(): number {
    return (this.#options.prefetchBytes ?? PREFETCH_BYTES) - this.#buffered
  }

  changed(withinMs: number): Promise<void> {
    return new Promise(resolve => {
      const timer = this.client.timers.after(withinMs, resolve)
      this.#changed.push(() => {
        timer.cancel()
        resolve()
      })
    })
  }

  fetched(records: FetchedRecords): void {
    this.#fetched.push(records)
    this.#buffered += records.byteLength
    records.partition.buffered++
    this.#tellReady()
  }

  failed(partition: AssignedPartition, errorCode: number, broker: string): void {
    const { client } = this
    const at = `${partition.name}@${partition.fetchOffset}`
    const error = refused(errorCode, { broker, what: 'Fetch', of: at })
    if (errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) {
      if (this.#reset === 'none') return this.#fail(error)
      this.#take(partition)
      void this.#goOn(partition, this.#reset)
      return
    }
    // Nobody may know a topic for a moment while its broker starts.
    if (!isRetriable(errorCode)) return this.#fail(error)
    partition.failingSinceMs ??= client.clock.elapsedMs()
    const patience = errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION || errorCode === ErrorCode.UNKNOWN_TOPIC_ID
    const limitMs = patience ? client.settings.integer('default.api.timeout.ms') : (this.#options.giveUpAfterMs ?? Infinity)
    if (client.clock.elapsedMs() - partition.failingSinceMs > limitMs) return this.#fail(error)
    this.#take(partition)
    this.#leaderless.add(partition)
    this.#findLeaders(this.#backoff.next())
  }

  lost(fetcher: BrokerFetcher, error: unknown): void {
    const { clock } = this.client
    if (!mayPass(error)) return this.#fail(error)
    const nowMs = clock.elapsedMs()
    this.#lostSinceMs ??= nowMs
    if (nowMs - this.#lostSinceMs > (this.#options.giveUpAfterMs ?? Infinity)) return this.#fail(error)
    this.#warnNowAndThen((error as Error).message)
    for (const partition of fetcher.partitions) {
      this.#take(partition)
      this.#leaderless.add(partition)
    }
    this.#findLeaders()
  }

  answered(): void {
    this.#lostSinceMs = undefined
    this.#backoff.reset()
  }

  // ── leaders ───────────────────────────────────────────────────────────────────────────────────────

  /** Takes a partition from its fetcher. */
  #take(partition: AssignedPartition): void {
    this.#fetchers.get(partition.leader)?.remove(partition)
    partition.leader = -1
    partition.stale = true
  }

  /** One look at the cluster for all that need a leader. */
  #findLeaders(afterMs = 0): void {
    if (this.#closed || this.#releading || this.#leaderless.size === 0) return
    this.#releading = true
    void this.#relead(afterMs).finally(() => {
      this.#releading = false
      if (this.#failure === undefined) this.#findLeaders(this.#backoff.next())
    })
  }

  async #relead(afterMs: number): Promise<void> {
    const { client } = this
    if (afterMs > 0) await this.changed(afterMs)
    if (this.#closed) return
    try {
      const wanted = [...this.#leaderless]
      const known = (p: AssignedPartition) => !p.stale && (client.metadata.leaderOf(p.topic, p.partition)?.leader ?? -1) >= 0
      if (!wanted.every(known)) await client.refresh([...new Set(wanted.map(p => p.topic))])
      await Promise.all(wanted.map(partition => this.#lead(partition)))
    } catch (error) {
      this.#lostSinceMs ??= client.clock.elapsedMs()
      const lostMs = client.clock.elapsedMs() - this.#lostSinceMs
      if (!mayPass(error) || lostMs > (this.#options.giveUpAfterMs ?? Infinity)) return this.#fail(error)
      this.#warnNowAndThen((error as Error).message)
    }
  }

  async #lead(partition: AssignedPartition): Promise<void> {
    const { client } = this
    const found = client.metadata.leaderOf(partition.topic, partition.partition)
    if (found === undefined) {
      return this.failed(partition, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, 'the cluster')
    }
    if (found.leader < 0 || !client.metadata.brokers.has(found.leader)) return
    const { offsetEpoch, leaderEpoch } = partition
    if (offsetEpoch >= 0 && found.epoch > leaderEpoch && leaderEpoch >= 0) {
      const end = await truncatedTo(client, partition, found)
      if (end !== undefined && end < partition.fetchOffset && !this.#passTruncation(partition, end)) return
    }
    if (this.#closed || !this.#leaderless.delete(partition)) return
    partition.stale = false
    partition.leader = found.leader
    partition.leaderEpoch = found.epoch
    this.#fetcherOf(found.leader).add(partition)
    this.#tellChange()
  }

  #fetcherOf(broker: number): BrokerFetcher {
    const known = this.#fetchers.get(broker)
    if (known !== undefined) return known
    const fetcher = new BrokerFetcher(broker, this, this.#settings)
    this.#fetchers.set(broker, fetcher)
    return fetcher
  }

  /** A new leader has not all of what was read from the old one. */
  #passTruncation(partition: AssignedPartition, end: number): boolean {
    const lost = `${partition.name} ends at ${end} now: records up to ${partition.fetchOffset} that were read are lost there`
    if (this.#reset === 'none') {
      const details = { broker: 'the new leader', what: 'OffsetForLeaderEpoch', of: partition.name, message: lost }
      this.#fail(refused(ErrorCode.OFFSET_OUT_OF_RANGE, details))
      return false
    }
    this.#options.warn?.(lost)
    partition.fetchOffset = end
    if (partition.buffered === 0) partition.position = end
    return true
  }

  /** Where to read on from, when the offset is not there. */
  async #goOn(partition: AssignedPartition, at: Exclude<ResetPolicy, 'none'>): Promise<void> {
    const from = partition.fetchOffset
    try {
      const offsets = await listOffsets(this.client, [partition], at satisfies OffsetAt, { committed: this.committed })
      if (this.#closed || this.#partitions.get(partition.name) !== partition) return
      const { offset } = offsets.get(partition.name)!
      this.#options.warn?.(`${partition.name}@${from} is not there any more; reading goes on from the ${at} offset, ${offset}`)
      partition.fetchOffset = offset
      if (partition.buffered === 0) partition.position = offset
      if (partition.ended) return this.#tellReady()
      this.#leaderless.add(partition)
      this.#findLeaders()
    } catch (error) {
      this.#fail(error)
    }
  }

  // ── telling ───────────────────────────────────────────────────────────────────────────────────────

  #fail(error: unknown): void {
    if (this.#closed) return
    this.#failure ??= error ?? new MillraceError('INTERNAL', 'internal', 'a fetch failed without saying why')
    this.#tellReady()
  }

  #tellReady(): void {
    const ready = this.#ready
    this.#ready = undefined
    ready?.()
  }

  #tellChange(): void {
    for (const tell of this.#changed.splice(0)) tell()
  }

  #warnNowAndThen(message: string): void {
    const nowMs = this.client.clock.elapsedMs()
    if (nowMs - this.#warnedMs < WARN_EVERY_MS) return
    this.#warnedMs = nowMs
    this.#options.warn?.(`${message}; trying again`)
  }
}

const WARN_EVERY_MS = 30_000
