/**
 * Fetch: whole batches from where a consumer stands, out of the files as the socket takes them. With nothing to give it waits
 * until there is enough, or for as long as it was told.
 */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestOf, ResponseOf } from '../../protocol/apis.ts'
import type { LogRange } from '../../log/log-reads.ts'
import type { LogListener, PartitionLog } from '../../log/partition-log.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import { type RequestContext, handler } from '../api.ts'
import type { Broker } from '../broker.ts'
import type { FetchSession, FetchedPartition } from '../fetch-sessions.ts'
import { LogRecords } from '../log-records.ts'
import type { Topic } from '../topics.ts'

type FetchAnswer = ResponseOf<'Fetch'>
type PartitionAnswer = NonNullable<NonNullable<FetchAnswer['responses']>[number]['partitions']>[number]

const FIRST_VERSION_WITH_IDS = 13
const FIRST_VERSION_WITH_SESSIONS = 7
const FIRST_VERSION_WITH_LEADERS = 16
const READ_COMMITTED = 1
const NOTHING = new Uint8Array()

export const fetch = (broker: Broker) =>
  handler('Fetch', (request, context) => {
    const wanted = wantedOf(broker, request, context.version)
    if (typeof wanted === 'number') return { errorCode: wanted, sessionId: 0, responses: [] }
    return new FetchOperation(broker, request, context, wanted).run()
  })

/** What is to be read: the partitions of the request, or those of its session. */
interface Wanted {
  readonly partitions: readonly FetchedPartition[]
  readonly session: FetchSession | undefined
  /** Only news are told. */
  readonly incremental: boolean
}

function wantedOf(broker: Broker, request: RequestOf<'Fetch'>, version: number): Wanted | number {
  const { sessionId, sessionEpoch } = request
  const usesIds = version >= FIRST_VERSION_WITH_IDS
  const sessions = broker.fetchSessions
  if (version < FIRST_VERSION_WITH_SESSIONS || sessionEpoch === -1 || sessionEpoch === 0) {
    if (sessionId !== 0) sessions.close(sessionId)
    const partitions = new Map<string, FetchedPartition>()
    takeIn(broker, request, usesIds, partitions)
    if (version < FIRST_VERSION_WITH_SESSIONS || sessionEpoch === -1 || partitions.size === 0)
      return { partitions: [...partitions.values()], session: undefined, incremental: false }
    const session = sessions.create(usesIds)
    if (session !== undefined) for (const [key, partition] of partitions) session.partitions.set(key, partition)
    return { partitions: [...partitions.values()], session, incremental: false }
  }
  const session = sessions.get(sessionId)
  if (session === undefined) return ErrorCode.FETCH_SESSION_ID_NOT_FOUND
  if (session.epoch !== sessionEpoch) return ErrorCode.INVALID_FETCH_SESSION_EPOCH
  if (session.usesIds !== usesIds) return ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR
  sessions.touch(session)
  for (const { topic, topicId, partitions } of request.forgottenTopicsData)
    for (const partition of partitions) session.partitions.delete(keyOf(usesIds ? topicId : topic, partition))
  takeIn(broker, request, usesIds, session.partitions)
  sessions.advance(session)
  return { partitions: [...session.partitions.values()], session, incremental: true }
}

function takeIn(broker: Broker, request: RequestOf<'Fetch'>, usesIds: boolean, into: Map<string, FetchedPartition>): void {
  for (const { topic, topicId, partitions } of request.topics) {
    const name = usesIds ? (broker.topics.withId(topicId)?.name ?? '') : topic
    for (const { partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch } of partitions) {
      const key = keyOf(usesIds ? topicId : topic, partition)
      const known = into.get(key)
      if (known === undefined) {
        into.set(key, {
          topic: name,
          topicId,
          partition,
          fetchOffset,
          maxBytes: partitionMaxBytes,
          currentLeaderEpoch,
          lastFetchedEpoch,
          toldHighWatermark: -1,
          toldStartOffset: -1,
        })
        continue
      }
      known.fetchOffset = fetchOffset
      known.maxBytes = partitionMaxBytes
      known.currentLeaderEpoch = currentLeaderEpoch
      known.lastFetchedEpoch = lastFetchedEpoch
    }
  }
}

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`

class FetchOperation implements LogListener {
  readonly #broker: Broker
  readonly #request: RequestOf<'Fetch'>
  readonly #context: RequestContext
  readonly #wanted: Wanted
  readonly #committed: boolean
  readonly #usesIds: boolean
  readonly #maxBytes: number
  #answer: ((answer: FetchAnswer | undefined) => void) | undefined
  #fail: ((error: Error) => void) | undefined
  #logs: PartitionLog[] = []
  #timer: { cancel(): void } | undefined
  #trying = false
  #again = false
  readonly #cancel = () => this.#finish(undefined)

  constructor(broker: Broker, request: RequestOf<'Fetch'>, context: RequestContext, wanted: Wanted) {
    this.#broker = broker
    this.#request = request
    this.#context = context
    this.#wanted = wanted
    this.#committed = request.isolationLevel === READ_COMMITTED
    this.#usesIds = context.version >= FIRST_VERSION_WITH_IDS
    this.#maxBytes = Math.min(request.maxBytes, broker.settings.fetchMaxBytes)
  }

  async run(): Promise<FetchAnswer | undefined> {
    const first = await this.#read()
    if (this.#enough(first)) return this.#answerOf(first)
    first.release()
    return new Promise((resolve, reject) => {
      this.#answer = resolve
      this.#fail = reject
      this.#wait()
    })
  }

  // ── waiting ───────────────────────────────────────────────────────────────────────────────────────

  #wait(): void {
    const { connection } = this.#context
    if (connection.closed) return this.#finish(undefined)
    connection.whenClosed(this.#cancel)
    for (const { topicId, topic, partition } of this.#wanted.partitions) {
      const log = this.#topicOf(topic, topicId)?.partitions[partition]
      if (log === undefined) continue
      log.listen(this)
      this.#logs.push(log)
    }
    this.#timer = this.#broker.timers.after(this.#request.maxWaitMs, () => this.#try(true))
  }

  logChanged(): void {
    this.#try(false)
  }

  #try(timeIsUp: boolean): void {
    if (this.#answer === undefined) return
    if (this.#trying) {
      this.#again = true
      if (timeIsUp) this.#timeIsUp = true
      return
    }
    if (timeIsUp) this.#timeIsUp = true
    this.#trying = true
    this.#again = false
    this.#read().then(
      read => {
        this.#trying = false
        if (this.#answer === undefined) return read.release()
        if (this.#timeIsUp || this.#enough(read)) return this.#finish(this.#answerOf(read))
        read.release()
        if (this.#again) this.#try(false)
      },
      error => {
        this.#fail?.(error)
        this.#finish(undefined)
      },
    )
  }

  #timeIsUp = false

  #finish(answer: FetchAnswer | undefined): void {
    this.#timer?.cancel()
    this.#context.connection.forgetWhenClosed(this.#cancel)
    for (const log of this.#logs) log.unlisten(this)
    this.#logs = []
    const resolve = this.#answer
    this.#answer = undefined
    resolve?.(answer)
  }

  // ── reading ───────────────────────────────────────────────────────────────────────────────────────

  #enough(read: FetchedData): boolean {
    return (
      read.failed || read.bytes >= this.#request.minBytes || this.#request.maxWaitMs <= 0 || this.#wanted.partitions.length === 0
    )
  }

  async #read(): Promise<FetchedData> {
    const data = new FetchedData()
    for (const wanted of this.#wanted.partitions) {
      const topic = this.#topicOf(wanted.topic, wanted.topicId)
      const answer = this.#check(topic, wanted)
      if (typeof answer === 'number') {
        data.refuse(wanted, answer, this.#leaderOf(answer))
        continue
      }
      const left = Math.max(0, this.#maxBytes - data.bytes)
      const atLeastOne = data.bytes === 0
      const found = answer.read(wanted.fetchOffset, Math.min(wanted.maxBytes, left), atLeastOne, this.#committed)
      const range = found instanceof Promise ? await found : found
      const aborted =
        this.#committed && range !== undefined && answer.hasAborted ? await answer.abortedIn(range, wanted.fetchOffset) : []
      data.add(wanted, answer, range, aborted, this.#committed)
    }
    return data
  }

  /** The partition's log, or why it can't be read. */
  #check(topic: Topic | undefined, wanted: FetchedPartition): PartitionLog | number {
    if (topic === undefined && this.#usesIds && wanted.topicId !== ZERO_UUID) return ErrorCode.UNKNOWN_TOPIC_ID
    if (!this.#context.may('READ', 'TOPIC', topic?.name ?? wanted.topic)) return ErrorCode.TOPIC_AUTHORIZATION_FAILED
    if (topic === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    const log = topic.partitions[wanted.partition]
    if (log === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    const { leaderEpoch } = this.#broker.directory
    if (wanted.currentLeaderEpoch >= 0 && wanted.currentLeaderEpoch < leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH
    if (wanted.currentLeaderEpoch > leaderEpoch) return ErrorCode.UNKNOWN_LEADER_EPOCH
    if (wanted.fetchOffset < log.startOffset || wanted.fetchOffset > log.highWatermark) return ErrorCode.OFFSET_OUT_OF_RANGE
    return log
  }

  #leaderOf(errorCode: number): { leaderId: number; leaderEpoch: number } | undefined {
    if (this.#context.version < FIRST_VERSION_WITH_LEADERS || errorCode !== ErrorCode.FENCED_LEADER_EPOCH) return undefined
    return { leaderId: this.#broker.nodeId, leaderEpoch: this.#broker.directory.leaderEpoch }
  }

  #topicOf(name: string, id: string): Topic | undefined {
    return this.#usesIds ? this.#broker.topics.withId(id) : this.#broker.topics.named(name)
  }

  // ── answering ─────────────────────────────────────────────────────────────────────────────────────

  #answerOf(data: FetchedData): FetchAnswer {
    const { session, incremental } = this.#wanted
    const responses: { topic: string; topicId: string; partitions: PartitionAnswer[] }[] = []
    for (const [wanted, answer] of data.answers) {
      if (incremental && !isNews(wanted, answer)) continue
      wanted.toldHighWatermark = answer.highWatermark ?? -1
      wanted.toldStartOffset = answer.logStartOffset ?? -1
      if (session !== undefined && answer.records instanceof LogRecords) {
        // Whoever gave records is asked last next time, so that all get their turn.
        const key = keyOf(this.#usesIds ? wanted.topicId : wanted.topic, wanted.partition)
        if (session.partitions.delete(key)) session.partitions.set(key, wanted)
      }
      const last = responses.at(-1)
      if (last !== undefined && last.topic === wanted.topic && last.topicId === wanted.topicId) last.partitions.push(answer)
      else responses.push({ topic: wanted.topic, topicId: wanted.topicId, partitions: [answer] })
    }
    this.#broker.stats.recordBytesOut += data.bytes
    return { sessionId: session?.id ?? 0, responses, nodeEndpoints: data.toldLeader ? this.#endpoints() : [] }
  }

  #endpoints() {
    const { listener } = this.#context.connection
    return [{ nodeId: this.#broker.nodeId, host: listener.advertisedHost, port: listener.advertisedPort }]
  }
}

const isNews = (wanted: FetchedPartition, answer: PartitionAnswer): boolean =>
  answer.errorCode !== 0 ||
  answer.records instanceof LogRecords ||
  answer.highWatermark !== wanted.toldHighWatermark ||
  answer.logStartOffset !== wanted.toldStartOffset

/** What one pass over the partitions found. Its records are pinned until they are sent or released. */
class FetchedData {
  readonly answers: [FetchedPartition, PartitionAnswer][] = []
  readonly #records: LogRecords[] = []
  bytes = 0
  failed = false
  /** Some partition's answer names its leader, which clients have to be able to find. */
  toldLeader = false

  add(
    wanted: FetchedPartition,
    log: PartitionLog,
    range: LogRange | undefined,
    aborted: readonly { readonly producerId: number; readonly firstOffset: number }[],
    committed: boolean,
  ): void {
    let records: LogRecords | Uint8Array = NOTHING
    if (range !== undefined) {
      records = new LogRecords(range)
      this.#records.push(records)
      this.bytes += range.bytes
    }
    this.answers.push([
      wanted,
      {
        partitionIndex: wanted.partition,
        errorCode: 0,
        highWatermark: log.highWatermark,
        lastStableOffset: log.lastStableOffset,
        logStartOffset: log.startOffset,
        abortedTransactions: committed ? aborted : null,
        records,
      },
    ])
  }

  refuse(
    wanted: FetchedPartition,
    errorCode: number,
    currentLeader: { leaderId: number; leaderEpoch: number } | undefined,
  ): void {
    this.failed = true
    if (currentLeader !== undefined) this.toldLeader = true
    this.answers.push([
      wanted,
      {
        partitionIndex: wanted.partition,
        errorCode,
        highWatermark: -1,
        lastStableOffset: -1,
        logStartOffset: -1,
        abortedTransactions: null,
        records: NOTHING,
        ...(currentLeader === undefined ? {} : { currentLeader }),
      },
    ])
  }

  release(): void {
    for (const records of this.#records) records.release()
  }
}
