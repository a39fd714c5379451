/**
 * Topics as a source. Every partition is a split: it has a place of its own in the position, and event time of its own.
 *
 *     position   [{ topic: 'orders', partition: 0, offset: 120, stopAt: null }, …]      split i is partition i of it
 *
 * Partitions are found at the start and, unless the table is bounded, again and again. What was there at the start is
 * backlog.
 */
import type { Timer } from '../../base/clock.ts'
import { CHUNK_ROWS, type Chunk } from '../../data/chunk.ts'
import type { DecodeCounts } from '../../formats/format.ts'
import {
  type AssignedPartition,
  Consumer,
  KafkaClient,
  type ResetPolicy,
  type TopicPartition,
  commitOffsets,
  listOffsets,
  partitionName,
} from '../../kafka/client/index.ts'
import type { Position, SourceProgress, SourceReader } from '../../runtime/dataflow/source.ts'
import type { ConnectorContext, ScanRequest } from '../connector.ts'
import type { Parts } from './fields.ts'
import { endsOf, startOffsets, stopOffsets } from './offsets.ts'
import type { KafkaTable } from './options.ts'
import { RecordDecoder } from './record-decoder.ts'
import { openClient } from './open-client.ts'

export interface KafkaSourceSpec extends KafkaTable {
  readonly parts: Parts
  readonly request: ScanRequest
  readonly context: ConnectorContext
}

/** One partition, and where it is to be read on. */
interface Place extends TopicPartition {
  readonly offset: number
  readonly stopAt: number | null
}

export async function openReader(spec: KafkaSourceSpec, from: Position | undefined): Promise<SourceReader> {
  const client = await openClient(spec, spec.context)
  try {
    return await KafkaReader.open(spec, client, from as readonly Place[] | undefined)
  } catch (error) {
    client.close()
    throw error
  }
}

/** A last commit of offsets is waited for so long. */
const CLOSING_MS = 5000

class KafkaReader implements SourceReader {
  readonly #spec: KafkaSourceSpec
  readonly #client: KafkaClient
  readonly #consumer: Consumer
  readonly #decoder: RecordDecoder
  readonly #counts: DecodeCounts = { skippedRecords: 0, nulledFields: 0 }
  /** By split. */
  readonly #partitions: AssignedPartition[] = []
  readonly #splitOf = new Map<string, number>()
  splits: readonly number[] = []
  /** Where partitions ended at the start, until they are read so far. */
  readonly #backlog = new Map<AssignedPartition, number>()
  #toldBacklog = true
  #fetchedBytes = 0
  #discovery: Timer | undefined
  #failure: unknown
  #wake: (() => void) | undefined
  #committing: Promise<void> | undefined
  #toCommit: readonly Place[] | undefined
  #committedMs: number
  #closed = false

  private constructor(spec: KafkaSourceSpec, client: KafkaClient) {
    const { context } = spec
    this.#spec = spec
    this.#client = client
    this.#decoder = new RecordDecoder(spec.request, spec.parts, context, this.#counts)
    this.#committedMs = context.clock.elapsedMs()
    this.#consumer = new Consumer(client, {
      capacity: CHUNK_ROWS,
      reset: resetOf(spec, client),
      giveUpAfterMs: spec.bounded === undefined ? undefined : client.settings.integer('default.api.timeout.ms'),
      warn: message => context.warn(message),
    })
  }

  static async open(spec: KafkaSourceSpec, client: KafkaClient, from: readonly Place[] | undefined): Promise<KafkaReader> {
    const reader = new KafkaReader(spec, client)
    const found = await reader.#find()
    if (from === undefined) await reader.#begin(found)
    else await reader.#goOn(from, found)
    reader.#discoverLater()
    return reader
  }

  get backlog(): boolean {
    return this.#backlog.size > 0
  }

  next(): Chunk | 'end' | 'idle' | Promise<Chunk | 'end' | 'idle'> {
    if (this.#failure !== undefined) throw this.#failure
    this.#commitByTime()
    return this.#chunk() ?? this.#wait()
  }

  /** What is there without waiting. */
  #chunk(): Chunk | 'end' | 'idle' | undefined {
    for (;;) {
      const rows = this.#consumer.next()
      if (rows === undefined) break
      const split = this.#splitOf.get(rows.partition.name)!
      const chunk = this.#decoder.decode(rows, split)
      this.#passed(rows.partition)
      if (chunk.length > 0) return chunk
      chunk.release()
    }
    // Markers and tombstones at the end are passed, too.
    for (const partition of this.#backlog.keys()) this.#passed(partition)
    this.#dropEnded()
    if (this.#spec.bounded !== undefined && this.#consumer.ended) return 'end'
    if (!this.#toldBacklog || this.backlog) return undefined
    // Told at once: results that were held back do not wait for the next record.
    this.#toldBacklog = false
    return 'idle'
  }

  async #wait(): Promise<Chunk | 'end' | 'idle'> {
    for (;;) {
      await Promise.race([this.#consumer.ready(), new Promise<void>(resolve => (this.#wake = resolve))])
      if (this.#closed) return 'end'
      if (this.#failure !== undefined) throw this.#failure
      const chunk = this.#chunk()
      if (chunk !== undefined) return chunk
    }
  }

  position(): Position {
    return this.#partitions.map(({ topic, partition, position: offset, stopAt }): { readonly [key: string]: Position } => ({
      topic,
      partition,
      offset,
      stopAt: stopAt === Infinity ? null : stopAt,
    }))
  }

  checkpointed(position: Position): void {
    if (!this.#client.settings.boolean('commit.offsets.on.checkpoint')) return
    this.#commit(position as unknown as readonly Place[])
  }

  progress(): SourceProgress {
    return { doneBytes: this.#fetchedBytes, ...this.#counts }
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#discovery?.cancel()
    this.#consumer.close()
    this.#wake?.()
    const { timers } = this.#spec.context
    if (this.#committing !== undefined) {
      let timer: Timer | undefined
      const late = new Promise<void>(resolve => (timer = timers.after(CLOSING_MS, resolve)))
      await Promise.race([this.#committing, late])
      timer?.cancel()
    }
    this.#client.close()
  }

  // ── partitions ────────────────────────────────────────────────────────────────────────────────────

  /** The partitions that there are now. */
  async #find(): Promise<TopicPartition[]> {
    const { topics } = this.#spec
    const found =
      'names' in topics
        ? await Promise.all(topics.names.map(name => this.#client.topic(name, { mayCreate: false })))
        : (await this.#client.allTopics()).filter(topic => !topic.internal && topics.pattern.test(topic.name))
    return found.flatMap(topic => topic.partitions.map((_, partition) => ({ topic: topic.name, partition })))
  }

  async #begin(found: readonly TopicPartition[]): Promise<void> {
    const { bounded } = this.#spec
    const ends = await endsOf(this.#client, found, this.#consumer.committed)
    const starts = await startOffsets(this.#client, this.#spec, found, ends)
    const stops = bounded === undefined ? undefined : await stopOffsets(this.#client, this.#spec, bounded, found, ends)
    const places = found.map(({ topic, partition }): Place => {
      const name = partitionName(topic, partition)
      return { topic, partition, offset: starts.get(name)!, stopAt: stops?.get(name) ?? null }
    })
    this.#assign(places)
    this.#markBacklog(ends.latest)
  }

  /** Partitions that have come since the position was taken are read from their beginning. */
  async #goOn(from: readonly Place[], found: readonly TopicPartition[]): Promise<void> {
    this.#assign(from)
    if (this.#spec.bounded === undefined) await this.#take(found)
    const latest = await listOffsets(this.#client, from, 'latest', { committed: this.#consumer.committed })
    this.#markBacklog(latest)
  }

  #assign(places: readonly Place[]): void {
    for (const place of places) this.#splitOf.set(partitionName(place.topic, place.partition), this.#splitOf.size)
    this.#consumer.assign(places.map(({ stopAt, ...place }) => ({ ...place, ...(stopAt === null ? {} : { stopAt }) })))
    for (const { topic, partition } of places)
      this.#partitions.push(this.#consumer.partitions.get(partitionName(topic, partition))!)
    this.splits = this.#partitions.flatMap((partition, split) => (partition.ended ? [] : [split]))
  }

  /** Takes in what is not read yet. */
  async #take(found: readonly TopicPartition[]): Promise<void> {
    const fresh = found.filter(p => !this.#splitOf.has(partitionName(p.topic, p.partition)))
    if (fresh.length === 0) return
    const earliest = await listOffsets(this.#client, fresh, 'earliest')
    if (this.#closed) return
    this.#assign(fresh.map(p => ({ ...p, offset: earliest.get(partitionName(p.topic, p.partition))!.offset, stopAt: null })))
  }

  #discoverLater(): void {
    const { discoveryMs, context } = this.#spec
    if (discoveryMs <= 0 || this.#closed) return
    this.#discovery = context.timers.after(discoveryMs, () => void this.#discover().finally(() => this.#discoverLater()))
  }

  async #discover(): Promise<void> {
    const { topics, context } = this.#spec
    try {
      if ('names' in topics) await this.#client.refresh(topics.names)
      await this.#take(await this.#find())
    } catch (error) {
      if (!this.#closed) context.warn(`no look for new partitions: ${(error as Error).message}`)
    }
  }

  // ── backlog ───────────────────────────────────────────────────────────────────────────────────────

  #markBacklog(latest: ReadonlyMap<string, { readonly offset: number }>): void {
    for (const partition of this.#partitions) {
      const end = latest.get(partition.name)?.offset
      if (end !== undefined && partition.position < end) this.#backlog.set(partition, end)
    }
  }

  #passed(partition: AssignedPartition): void {
    const end = this.#backlog.get(partition)
    if (end !== undefined && partition.position >= end) this.#backlog.delete(partition)
  }

  /** Partitions that were read to their end hold back no event time. */
  #dropEnded(): void {
    if (this.#spec.bounded === undefined) return
    const left = this.splits.filter(split => !this.#partitions[split]!.ended)
    if (left.length < this.splits.length) this.splits = left
  }

  // ── offsets of the group ──────────────────────────────────────────────────────────────────────────

  /** Where a client is told to commit by itself (`enable.auto.commit`), as without checkpoints nobody else does. */
  #commitByTime(): void {
    const { settings } = this.#client
    if (this.#spec.group === undefined || !settings.boolean('enable.auto.commit')) return
    const nowMs = this.#spec.context.clock.elapsedMs()
    if (nowMs - this.#committedMs < settings.integer('auto.commit.interval.ms')) return
    this.#committedMs = nowMs
    this.#commit(this.position() as unknown as readonly Place[])
  }

  /** One at a time; of those that come meanwhile the last counts. A commit that fails loses nothing: positions are our own. */
  #commit(places: readonly Place[]): void {
    const { group, context } = this.#spec
    if (group === undefined || this.#closed) return
    this.#toCommit = places
    this.#committing ??= (async () => {
      while (this.#toCommit !== undefined) {
        const offsets = this.#toCommit
        this.#toCommit = undefined
        await commitOffsets(this.#client, group, offsets)
      }
    })()
      .catch((error: unknown) => context.warn(`offsets of group ${group} were not committed: ${(error as Error).message}`))
      .finally(() => (this.#committing = undefined))
  }
}

/** Where an offset is not there any more: what Flink does in each mode, unless the client's property says otherwise. */
function resetOf({ startup }: KafkaTable, client: KafkaClient): ResetPolicy {
  const own = client.settings.string('auto.offset.reset') as ResetPolicy | undefined
  switch (startup.mode) {
    case 'earliest-offset':
    case 'specific-offsets':
      return own ?? 'earliest'
    case 'latest-offset':
    case 'timestamp':
      return own ?? 'latest'
    case 'group-offsets':
      return own ?? 'none'
  }
}
