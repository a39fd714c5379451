/**
 * Reads what one broker leads, one long poll after the other. While records wait to be taken there is always a request on
 * its way, as long as what waits stays within its bounds.
 */
import { ErrorCode } from '../../protocol/errors.ts'
import { leaderEpochAt } from '../../records/batch.ts'
import type { KafkaClient } from '../client.ts'
import type { Answer, Ask } from '../connection.ts'
import { refused } from '../errors.ts'
import type { FrameMemory } from '../frames.ts'
import type { Link } from '../link.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { byTopic, keyOf } from '../offsets.ts'
import { Backoff, sleep } from '../retry.ts'
import type { AssignedPartition } from './assigned-partition.ts'
import { FetchSession, type FetchedAt, type SessionRequest, allHaveIds } from './fetch-session.ts'
import { FetchedRecords } from './fetched-records.ts'

export interface FetchSettings {
  readonly committed: boolean
  readonly checksCrc: boolean
  readonly maxWaitMs: number
  readonly minBytes: number
  readonly maxBytes: number
  readonly rack: string
}

/** What a fetcher tells its consumer. */
export interface FetchOwner {
  readonly client: KafkaClient
  /** Bytes that may be fetched now; 0: what was fetched has to be taken first. */
  room(): number
  /** Resolves once something was taken, or partitions came or went, or after so long. */
  changed(withinMs: number): Promise<void>
  fetched(records: FetchedRecords): void
  /** The partition's broker has an error for it. */
  failed(partition: AssignedPartition, errorCode: number, broker: string): void
  /** The broker can't be reached. */
  lost(fetcher: BrokerFetcher, error: unknown): void
  answered(): void
}

/** What was asked, of whom, and where the answer lies. */
interface Asked {
  readonly wanted: ReadonlyMap<string, FetchedAt>
  /** Topics go by their ids. */
  readonly ids: boolean
  readonly link: Link
  readonly memory: FrameMemory | undefined
}

const SESSIONS_FROM = 7
const IDS_FROM = 13
/** Answers this much later than the longest poll are late. */
const POLL_SLACK_MS = 30_000
const IDLE_MS = 60_000

export class BrokerFetcher {
  readonly broker: number
  readonly #owner: FetchOwner
  readonly #settings: FetchSettings
  readonly #session = new FetchSession()
  readonly #backoff: Backoff
  readonly #partitions = new Map<string, AssignedPartition>()
  #running = false
  #closed = false

  constructor(broker: number, owner: FetchOwner, settings: FetchSettings) {
    this.broker = broker
    this.#owner = owner
    this.#settings = settings
    this.#backoff = owner.client.newBackoff()
  }

  add(partition: AssignedPartition): void {
    this.#partitions.set(partition.name, partition)
    if (this.#running) return
    this.#running = true
    // Behind all others that are added in the same breath: they go into one request.
    queueMicrotask(() => void this.#run())
  }

  remove(partition: AssignedPartition): void {
    this.#partitions.delete(partition.name)
  }

  get partitions(): Iterable<AssignedPartition> {
    return this.#partitions.values()
  }

  close(): void {
    this.#closed = true
  }

  async #run(): Promise<void> {
    const { client } = this.#owner
    while (!this.#closed && this.#partitions.size > 0) {
      if (this.#owner.room() <= 0) {
        await this.#owner.changed(IDLE_MS)
        continue
      }
      try {
        const link = client.linkTo(this.broker, 'fetch')
        await this.#poll(link)
        this.#backoff.reset()
        this.#owner.answered()
      } catch (error) {
        this.#session.reset()
        if (this.#closed) break
        this.#owner.lost(this, error)
        await sleep(client.timers, this.#backoff.next())
      }
    }
    this.#running = false
  }

  async #poll(link: Link): Promise<void> {
    const { client } = this.#owner
    const wanted = this.#wanted()
    // All is fetched, or has to wait before it is tried again.
    if (wanted.size === 0) return this.#owner.changed(this.#pauseMs())
    const connection = await link.connect()
    const ids = allHaveIds(wanted) && (connection.versionOf('Fetch') ?? 0) >= IDS_FROM
    const request = this.#session.next(wanted)
    let memory: FrameMemory | undefined
    const answer = await connection.ask('Fetch', version => this.#request(request, version), {
      maxVersion: ids ? undefined : IDS_FROM - 1,
      timeoutMs: this.#settings.maxWaitMs + POLL_SLACK_MS,
      memory: client.memory && { pool: client.memory, hold: held => (memory = held) },
    })
    try {
      await this.#answered(answer, { wanted, ids, link, memory })
    } finally {
      memory?.release()
    }
  }

  async #answered(answer: Answer<'Fetch'>, { wanted, ids, link, memory }: Asked): Promise<void> {
    const { client } = this.#owner
    if (this.#closed) return
    switch (answer.errorCode) {
      case ErrorCode.NONE:
        break
      case ErrorCode.FETCH_SESSION_ID_NOT_FOUND:
      case ErrorCode.INVALID_FETCH_SESSION_EPOCH:
        return this.#session.reset()
      case ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR:
      case ErrorCode.INCONSISTENT_TOPIC_ID:
      case ErrorCode.UNKNOWN_TOPIC_ID:
        this.#session.reset()
        await client.refresh([...new Set([...this.#partitions.values()].map(p => p.topic))])
        return
      default:
        throw refused(answer.errorCode, { broker: link.name, what: 'Fetch' })
    }
    this.#session.answered(answer.sessionId)
    for (const topic of answer.responses) {
      const name = ids ? client.metadata.nameOf(topic.topicId) : topic.topic
      if (name === undefined) continue
      for (const partition of topic.partitions) {
        const key = keyOf({ topic: name, partition: partition.partitionIndex })
        this.#take(this.#partitions.get(key), wanted.get(key), partition, link.name, memory)
      }
    }
  }

  #wanted(): Map<string, FetchedAt> {
    const { metadata, clock } = this.#owner.client
    const wanted = new Map<string, FetchedAt>()
    const nowMs = clock.elapsedMs()
    for (const p of this.#partitions.values()) {
      if (p.fetched || p.notBeforeMs > nowMs) continue
      const { topic, partition, fetchOffset: offset, maxBytes, leaderEpoch, name } = p
      wanted.set(name, { topic, topicId: metadata.topics.get(topic)?.id ?? ZERO_UUID, partition, offset, maxBytes, leaderEpoch })
    }
    return wanted
  }

  #pauseMs(): number {
    const nowMs = this.#owner.client.clock.elapsedMs()
    let pauseMs = IDLE_MS
    for (const p of this.#partitions.values()) if (!p.fetched) pauseMs = Math.min(pauseMs, Math.max(1, p.notBeforeMs - nowMs))
    return pauseMs
  }

  #request({ sessionId, sessionEpoch, asked, forgotten }: SessionRequest, version: number): Ask<'Fetch'> {
    const { committed, maxWaitMs, minBytes, maxBytes, rack } = this.#settings
    const topicOf = (topic: string, topicId: string) => (version >= IDS_FROM ? { topicId } : { topic })
    return {
      maxWaitMs,
      minBytes,
      maxBytes: Math.min(maxBytes, Math.max(1, this.#owner.room())),
      isolationLevel: committed ? 1 : 0,
      ...(version >= SESSIONS_FROM ? { sessionId, sessionEpoch } : {}),
      topics: byTopic(asked).map(([topic, partitions]) => ({
        ...topicOf(topic, partitions[0]!.topicId),
        partitions: partitions.map(p => ({
          partition: p.partition,
          currentLeaderEpoch: p.leaderEpoch,
          fetchOffset: p.offset,
          partitionMaxBytes: p.maxBytes,
        })),
      })),
      ...(version >= SESSIONS_FROM
        ? {
            forgottenTopicsData: byTopic(forgotten).map(([topic, partitions]) => ({
              ...topicOf(topic, partitions[0]!.topicId),
              partitions: partitions.map(p => p.partition),
            })),
          }
        : {}),
      rackId: rack,
    }
  }

  #take(
    partition: AssignedPartition | undefined,
    asked: FetchedAt | undefined,
    answer: Answer<'Fetch'>['responses'][number]['partitions'][number],
    broker: string,
    memory: FrameMemory | undefined,
  ): void {
    // It was taken away, or set to another place, while the answer was on its way.
    if (partition === undefined || asked === undefined || asked.offset !== partition.fetchOffset) return
    if (answer.errorCode !== ErrorCode.NONE) {
      const { leaderId, leaderEpoch } = answer.currentLeader
      if (leaderId >= 0)
        this.#owner.client.metadata.learnLeader(partition.topic, partition.partition, { leader: leaderId, epoch: leaderEpoch })
      return this.#owner.failed(partition, answer.errorCode, broker)
    }
    partition.failingSinceMs = undefined
    partition.highWatermark = answer.highWatermark
    partition.lastStableOffset = answer.lastStableOffset
    partition.logStartOffset = answer.logStartOffset
    const { records } = answer
    if (records === null || records.length === 0) return
    const { committed, checksCrc } = this.#settings
    const aborted = committed ? (answer.abortedTransactions ?? []) : undefined
    const fetched = new FetchedRecords(partition, records, partition.fetchOffset, aborted, { checksCrc, memory })
    const last = fetched.lastBatch()
    // A batch that is longer than what was allowed: old brokers cut it off.
    if (last === undefined) {
      partition.maxBytes *= 2
      return
    }
    partition.fetchOffset = last.nextOffset
    partition.offsetEpoch = leaderEpochAt(fetched.bytes, last.at)
    // Whoever gave records is asked last next time.
    this.#partitions.delete(partition.name)
    this.#partitions.set(partition.name, partition)
    memory?.retain()
    this.#owner.fetched(fetched)
  }
}
