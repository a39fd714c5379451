/**
 * Writes records: each partition gathers its own to batches, batches of one broker go together, up to five requests are on
 * their way, and whatever happens on the way, a partition has each record once and in the order they were appended
 * (unless `enable.idempotence` is false).
 *
 *     const producer = await Producer.open(client)
 *     const orders = await producer.topic('orders')
 *     orders.append(nowMs, key, 0, key.length, value, 0, value.length)      no promise, no object for a record
 *     if (producer.crowded) await producer.room()
 *     await producer.flush()                                                everything so far is written, or it rejects
 *
 *     const { offset } = await producer.send('orders', { key, value })      for who wants to know
 */
import type { Timer } from '../../../base/clock.ts'
import { ConnectorError, MillraceError } from '../../../base/errors.ts'
import type { RecordHeader } from '../../records/headers.ts'
import { ErrorCode, isRetriable } from '../../protocol/errors.ts'
import type { Codec } from '../../records/compression.ts'
import { MAX_RECORD_OVERHEAD } from '../../records/batch-builder.ts'
import type { KafkaClient } from '../client.ts'
import { BatchBytes, type Connection } from '../connection.ts'
import { connectionLost, isRefusal, mayPass, partitionName, refused } from '../errors.ts'
import { hasId } from '../metadata.ts'
import { byTopic } from '../offsets.ts'
import type { Backoff } from '../retry.ts'
import { type Batch, type BatchSettings, PartitionQueue, type ProducerIdentity, type Written } from './partition-queue.ts'
import { type Partitioner, byKey } from './partitioner.ts'
import { NOTHING, TopicWriter } from './topic-writer.ts'
import { Transactions } from './transactions.ts'

export interface OutgoingRecord {
  readonly key?: Uint8Array | string | null
  readonly value: Uint8Array | string | null
  readonly headers?: readonly RecordHeader[]
  readonly timestamp?: number
  readonly partition?: number
}

const IDS_FROM = 13
/** The last version in which partitions have to be added to a transaction beforehand. */
const ADDED_BEFOREHAND_TO = 11
const utf8 = new TextEncoder()

/** One broker as the producer sees it. */
interface Sender {
  inFlight: number
  connection: Connection | undefined
  opening: boolean
}

export class Producer {
  readonly client: KafkaClient
  readonly #acks: number
  readonly #idempotent: boolean
  readonly #batchBytes: number
  readonly #requestBytes: number
  readonly #lingerMs: number
  readonly #mostBuffered: number
  readonly #mostInFlight: number
  readonly #deliveryMs: number
  readonly #batches: BatchSettings
  readonly #backoff: Backoff
  readonly transactions: Transactions | undefined
  #identity: ProducerIdentity | undefined
  readonly #topics = new Map<string, TopicWriter>()
  readonly #queues = new Set<PartitionQueue>()
  /** Queues that have something to send. */
  readonly #ready = new Set<PartitionQueue>()
  readonly #senders = new Map<number, Sender>()
  #buffered = 0
  /** Batches sealed and not written, and queues that gather. */
  #unwritten = 0
  #lingerTimer: Timer | undefined
  #drainTimer: Timer | undefined
  #draining = false
  #renewing = false
  #refreshing = false
  #refreshedMs: number
  #failure: unknown
  #closed = false
  #waiters: (() => void)[] = []

  private constructor(client: KafkaClient) {
    const { settings } = client
    const acks = settings.string('acks')!
    const transactionalId = settings.string('transactional.id')
    this.client = client
    this.#acks = acks === 'all' ? -1 : Number(acks)
    const wish = settings.string('enable.idempotence')
    this.#idempotent = transactionalId !== undefined || (wish === undefined ? this.#acks === -1 : wish === 'true')
    if (this.#idempotent && this.#acks !== -1)
      throw new MillraceError('KAFKA_CONFIG', 'user', `'acks' is ${acks}, and 'enable.idempotence' needs all`)
    this.#batchBytes = Math.max(settings.integer('batch.size'), 1)
    this.#requestBytes = settings.integer('max.request.size')
    this.#lingerMs = settings.integer('linger.ms')
    this.#mostBuffered = settings.integer('buffer.memory')
    // Five is what brokers remember of an idempotent producer.
    this.#mostInFlight = Math.min(settings.integer('max.in.flight.requests.per.connection'), this.#idempotent ? 5 : Infinity)
    this.#deliveryMs = settings.integer('delivery.timeout.ms')
    const codec = settings.string('compression.type') as Codec
    this.#batches = { codec, level: levelOf(client, codec), transactional: transactionalId !== undefined }
    this.#backoff = client.newBackoff()
    this.#refreshedMs = client.clock.elapsedMs()
    this.transactions = transactionalId === undefined ? undefined : new Transactions(client, transactionalId, this)
  }

  static async open(client: KafkaClient): Promise<Producer> {
    const producer = new Producer(client)
    if (producer.transactions !== undefined) producer.#identity = await producer.transactions.init()
    else if (producer.#idempotent) producer.#identity = await producer.#newIdentity()
    return producer
  }

  /** What topics are written to. The partitioner counts for the topic from its first use on. */
  async topic(name: string, partitioner: Partitioner = byKey(this.client.random)): Promise<TopicWriter> {
    const known = this.#topics.get(name)
    if (known !== undefined) return known
    const { partitions } = await this.client.topic(name, { mayCreate: this.client.settings.boolean('allow.auto.create.topics') })
    const again = this.#topics.get(name)
    if (again !== undefined) return again
    const topic = new TopicWriter(name, partitioner, this)
    this.#topics.set(name, topic)
    this.#grow(topic, partitions.length)
    return topic
  }

  #grow(topic: TopicWriter, partitions: number): void {
    for (let partition = topic.queues.length; partition < partitions; partition++) {
      const queue = new PartitionQueue(topic.name, partition)
      topic.queues.push(queue)
      this.#queues.add(queue)
    }
  }

  /** One record; resolves with its place once it is written. */
  async send(topic: string, record: OutgoingRecord): Promise<Written> {
    const writer = await this.topic(topic)
    const { key = null, value, headers, timestamp = this.client.clock.nowMs(), partition } = record
    const keyBytes = bytesOf(key)
    const queue = writer.queueOf(keyBytes ?? NOTHING, keyBytes === null ? -1 : 0, keyBytes?.length ?? 0, partition)
    const valueBytes = bytesOf(value)
    this.#begin(queue, (keyBytes?.length ?? 0) + (valueBytes?.length ?? 0) + sizeOf(headers))
    queue.builder.append(timestamp, keyBytes, valueBytes, headers)
    const written = new Promise<Written>((resolve, reject) =>
      queue.notify((place, error) => (place === undefined ? reject(error) : resolve(place))),
    )
    this.#appended(queue)
    return written
  }

  /** More waits than `buffer.memory`: `room` should be waited for. */
  get crowded(): boolean {
    return this.#buffered + this.#gathered() > this.#mostBuffered
  }

  async room(): Promise<void> {
    while (this.crowded && this.#failure === undefined && !this.#closed) await this.#change()
    this.#throwFailure()
  }

  /** Everything that was appended so far is written when it resolves. */
  async flush(): Promise<void> {
    this.#throwFailure()
    for (const queue of this.#queues) if (queue.builder.count > 0) this.#makeDue(queue)
    this.#drain()
    while (this.#isBusy() && this.#failure === undefined && !this.#closed) await this.#change()
    this.#throwFailure()
  }

  /** Lets go of everything; what was not flushed may be lost. */
  close(): void {
    this.#closed = true
    this.#lingerTimer?.cancel()
    this.#drainTimer?.cancel()
    this.#tell()
  }

  // ── appending ─────────────────────────────────────────────────────────────────────────────────────

  /** Before a record of so many bytes is appended: room in its batch. */
  #begin(queue: PartitionQueue, bytes: number): void {
    this.#throwFailure()
    const { builder } = queue
    const size = bytes + MAX_RECORD_OVERHEAD
    if (size > this.#requestBytes) {
      throw new ConnectorError(
        'KAFKA_TOO_LARGE',
        `a record of ${bytes} bytes for ${queue.name} is larger than 'max.request.size'`,
        {
          hint: `raise 'max.request.size' (${this.#requestBytes}) and the topic's max.message.bytes`,
        },
      )
    }
    if (builder.count > 0 && builder.bytes + size > this.#batchBytes) this.#seal(queue)
    if (builder.count > 0) return
    this.transactions?.touch(queue)
    queue.firstMs = this.client.clock.elapsedMs()
    if (this.#lingerMs === 0) this.#makeDue(queue)
    else this.#lingerTimer ??= this.client.timers.after(this.#lingerMs, () => this.#lingered())
  }

  #appended(queue: PartitionQueue): void {
    if (queue.builder.bytes >= this.#batchBytes) this.#seal(queue)
  }

  /** For TopicWriter: a record as slices of buffers. A start of −1 is a null. */
  appendSlices(
    queue: PartitionQueue,
    timestamp: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
    headers: readonly RecordHeader[] | undefined,
  ): void {
    const keyBytes = keyStart < 0 ? 0 : keyEnd - keyStart
    this.#begin(queue, keyBytes + (valueStart < 0 ? 0 : valueEnd - valueStart) + sizeOf(headers))
    if (headers === undefined || headers.length === 0)
      queue.builder.appendSlices(timestamp, key, keyStart, keyEnd, value, valueStart, valueEnd)
    else {
      const ownKey = keyStart < 0 ? null : key.subarray(keyStart, keyEnd)
      queue.builder.append(timestamp, ownKey, valueStart < 0 ? null : value.subarray(valueStart, valueEnd), headers)
    }
    this.#appended(queue)
  }

  /** For TopicWriter: values without keys and headers, as `BatchBuilder.appendValues` takes them. Answers the row it stopped at. */
  appendValues(
    queue: PartitionQueue,
    timestamp: number,
    values: Uint8Array,
    start: number,
    ends: Int32Array,
    row: number,
    rows: number,
  ): number {
    this.#begin(queue, ends[row]! - start)
    const next = queue.builder.appendValues(timestamp, values, start, ends, row, rows, this.#batchBytes)
    this.#appended(queue)
    return next
  }

  #seal(queue: PartitionQueue): void {
    const batch = queue.seal(this.#batches, this.#identity)
    this.#buffered += batch.bytes.length
    this.#unwritten++
    this.#topics.get(queue.topic)?.full(queue.partition)
    this.#ready.add(queue)
    this.#drainSoon()
    // Topics grow.
    if (this.client.clock.elapsedMs() - this.#refreshedMs > this.client.settings.integer('metadata.max.age.ms'))
      this.#refreshLeaders()
  }

  #makeDue(queue: PartitionQueue): void {
    queue.due = true
    this.#ready.add(queue)
    this.#drainSoon()
  }

  /** What has waited for `linger.ms` goes, full or not. */
  #lingered(): void {
    this.#lingerTimer = undefined
    const nowMs = this.client.clock.elapsedMs()
    let nextMs = Infinity
    for (const queue of this.#queues) {
      if (queue.builder.count === 0 || queue.due) continue
      const dueMs = queue.firstMs + this.#lingerMs
      if (dueMs <= nowMs) this.#makeDue(queue)
      else nextMs = Math.min(nextMs, dueMs)
    }
    if (nextMs < Infinity) this.#lingerTimer = this.client.timers.after(nextMs - nowMs, () => this.#lingered())
  }

  #gathered(): number {
    let bytes = 0
    for (const queue of this.#queues) bytes += queue.gatheredBytes
    return bytes
  }

  #isBusy(): boolean {
    if (this.#unwritten > 0) return true
    for (const queue of this.#queues) if (queue.builder.count > 0) return true
    return false
  }

  // ── sending ───────────────────────────────────────────────────────────────────────────────────────

  /** Behind everything that is appended in the same breath. */
  #drainSoon(): void {
    if (this.#draining) return
    this.#draining = true
    queueMicrotask(() => {
      this.#draining = false
      this.#drain()
    })
  }

  #drainAfter(ms: number): void {
    this.#drainTimer ??= this.client.timers.after(ms, () => {
      this.#drainTimer = undefined
      this.#drain()
    })
  }

  /** Sends what can be sent: of each broker one request, of each partition one batch in it, and again while there is room. */
  #drain(): void {
    if (this.#renewing) return this.#renewWhenQuiet()
    while (this.#failure === undefined && !this.#closed) {
      const requests = new Map<number, PartitionQueue[]>()
      const nowMs = this.client.clock.elapsedMs()
      for (const queue of this.#ready) {
        if (queue.sealed.length === 0 && !queue.due) {
          this.#ready.delete(queue)
          continue
        }
        if (queue.recovering || queue.inFlight.length >= this.#mostInFlight) continue
        if (queue.notBeforeMs > nowMs) {
          this.#drainAfter(queue.notBeforeMs - nowMs)
          continue
        }
        if (this.transactions?.mayWrite(queue) === false) continue
        const leader = this.client.metadata.leaderOf(queue.topic, queue.partition)?.leader ?? -1
        if (leader < 0 || !this.client.metadata.brokers.has(leader)) {
          this.#refreshLeaders()
          continue
        }
        if (this.#senderOf(leader).inFlight >= this.#mostInFlight) continue
        const queues = requests.get(leader)
        if (queues === undefined) requests.set(leader, [queue])
        else queues.push(queue)
      }
      let sent = false
      for (const [leader, queues] of requests) if (this.#send(leader, queues)) sent = true
      if (!sent) return
    }
  }

  #senderOf(leader: number): Sender {
    const known = this.#senders.get(leader)
    if (known !== undefined) return known
    const sender = { inFlight: 0, connection: undefined, opening: false }
    this.#senders.set(leader, sender)
    return sender
  }

  #send(leader: number, queues: readonly PartitionQueue[]): boolean {
    const sender = this.#senderOf(leader)
    if (this.client.closed) {
      this.fail(connectionLost('the cluster', 'is gone: the client was closed'))
      return false
    }
    const link = this.client.linkTo(leader)
    const connection = link.current
    if (connection === undefined) {
      if (sender.opening) return false
      sender.opening = true
      link.connect().then(
        () => {
          sender.opening = false
          this.#drain()
        },
        error => {
          sender.opening = false
          this.#notConnected(queues, error)
        },
      )
      return false
    }
    const taken: [PartitionQueue, Batch][] = []
    let bytes = 0
    for (const queue of queues) {
      if (queue.sealed.length === 0) this.#seal(queue)
      const batch = queue.sealed[0]!
      if (taken.length > 0 && bytes + batch.bytes.length > this.#requestBytes) continue
      bytes += batch.bytes.length
      queue.sealed.shift()
      queue.inFlight.push(batch)
      batch.state = 'sent'
      taken.push([queue, batch])
    }
    sender.inFlight++
    void this.#ask(connection, taken).finally(() => {
      sender.inFlight--
      this.#tell()
      this.#drain()
    })
    return true
  }

  async #ask(connection: Connection, taken: readonly [PartitionQueue, Batch][]): Promise<void> {
    const { metadata, settings } = this.client
    const maxVersion = this.transactions?.addsBeforehand === true ? ADDED_BEFOREHAND_TO : Infinity
    const topics = byTopic(taken.map(([queue, batch]) => ({ topic: queue.topic, partition: queue.partition, batch })))
    const ids = topics.every(([topic]) => hasId(metadata.topics.get(topic)?.id ?? '') && metadata.topics.has(topic))
    const request = (version: number) => ({
      transactionalId: this.transactions?.id ?? null,
      acks: this.#acks,
      timeoutMs: settings.integer('request.timeout.ms'),
      topicData: topics.map(([topic, partitions]) => ({
        ...(version >= IDS_FROM ? { topicId: metadata.topics.get(topic)!.id } : { name: topic }),
        partitionData: partitions.map(({ partition, batch }) => ({
          index: partition,
          records: new BatchBytes(batch.bytes) as never,
        })),
      })),
    })
    try {
      if (this.#acks === 0) {
        connection.tell('Produce', request)
        await connection.drained()
        for (const [queue, batch] of taken) this.#written(queue, batch, -1)
        return
      }
      const answer = await connection.ask('Produce', request, {
        maxVersion: ids ? maxVersion : Math.min(maxVersion, IDS_FROM - 1),
      })
      const answers = new Map<string, (typeof answer.responses)[number]['partitionResponses'][number]>()
      for (const topic of answer.responses) {
        const name = topic.name === '' ? (metadata.nameOf(topic.topicId) ?? '') : topic.name
        for (const partition of topic.partitionResponses) answers.set(partitionName(name, partition.index), partition)
      }
      for (const [queue, batch] of taken) {
        const own = answers.get(queue.name)
        if (own === undefined)
          this.#failed(queue, batch, ErrorCode.UNKNOWN_SERVER_ERROR, connection.name, 'the answer does not tell')
        else if (own.errorCode === ErrorCode.NONE || own.errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER)
          this.#written(queue, batch, own.baseOffset)
        else {
          const { leaderId, leaderEpoch } = own.currentLeader
          if (leaderId >= 0) metadata.learnLeader(queue.topic, queue.partition, { leader: leaderId, epoch: leaderEpoch })
          this.#failed(queue, batch, own.errorCode, connection.name, recordError(own))
        }
      }
    } catch (error) {
      for (const [queue, batch] of taken) this.#again(queue, batch, error)
      if (mayPass(error)) this.#refreshLeaders()
      else this.fail(error)
    }
  }

  // ── answers ───────────────────────────────────────────────────────────────────────────────────────

  #written(queue: PartitionQueue, batch: Batch, baseOffset: number): void {
    if (batch.state !== 'sent') return
    batch.state = 'done'
    this.#unwritten--
    this.#buffered -= batch.bytes.length
    batch.written(queue.topic, queue.partition, baseOffset)
    if (queue.recovering) this.#recover(queue)
    else while (queue.inFlight[0]?.state === 'done') queue.inFlight.shift()
    if (!queue.recovering) this.#backoff.reset()
  }

  #failed(queue: PartitionQueue, batch: Batch, errorCode: number, broker: string, message: string | null): void {
    const error = refused(errorCode, { broker, what: 'Produce', of: queue.name, message })
    switch (errorCode) {
      case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
      case ErrorCode.UNKNOWN_PRODUCER_ID:
      case ErrorCode.INVALID_PRODUCER_EPOCH:
        // It came behind one that failed, and goes again with it.
        if (queue.recovering && queue.inFlight[0] !== batch) return this.#again(queue, batch, error)
        if (this.transactions !== undefined || !this.#idempotent) break
        // The broker has forgotten us: as somebody else we begin anew.
        this.#renewing = true
        return this.#again(queue, batch, error)
      case ErrorCode.MESSAGE_TOO_LARGE:
        if (batch.count < 2) break
        this.#again(queue, batch, error, { split: true })
        return
    }
    if (isRetriable(errorCode) && this.client.settings.integer('retries') > 0) {
      this.#again(queue, batch, error)
      this.#refreshLeaders()
      return
    }
    batch.state = 'failed'
    this.fail(error)
  }

  readonly #toSplit = new Set<Batch>()

  /** The batch goes again, once all that is on its way of its partition was answered. */
  #again(queue: PartitionQueue, batch: Batch, error: unknown, { split = false } = {}): void {
    if (batch.state !== 'sent') return
    batch.state = 'failed'
    if (split) this.#toSplit.add(batch)
    const { clock } = this.client
    if (clock.elapsedMs() - batch.createdMs > this.#deliveryMs)
      return this.fail(notDelivered(queue.name, this.#deliveryMs, error))
    queue.recovering = true
    if (!split) queue.notBeforeMs = clock.elapsedMs() + this.#backoff.next()
    this.#recover(queue)
  }

  #recover(queue: PartitionQueue): void {
    if (!queue.recovered()) return
    for (const batch of Array.from(queue.sealed)) {
      if (!this.#toSplit.delete(batch)) continue
      if (queue.split(batch, this.#batches, this.#identity)) this.#unwritten++
    }
    this.#recount()
    this.#ready.add(queue)
  }

  /** Splitting changes how many bytes wait. */
  #recount(): void {
    this.#buffered = 0
    for (const { sealed, inFlight } of this.#queues) {
      for (const batch of sealed) this.#buffered += batch.bytes.length
      for (const batch of inFlight) if (batch.state !== 'done') this.#buffered += batch.bytes.length
    }
  }

  #notConnected(queues: readonly PartitionQueue[], error: unknown): void {
    if (!mayPass(error)) return this.fail(error)
    const nowMs = this.client.clock.elapsedMs()
    for (const queue of queues) {
      const oldestMs = queue.sealed[0]?.createdMs ?? queue.firstMs
      if (nowMs - oldestMs > this.#deliveryMs) return this.fail(notDelivered(queue.name, this.#deliveryMs, error))
      queue.notBeforeMs = nowMs + this.#backoff.next()
    }
    this.#refreshLeaders()
  }

  /** Asks the cluster who leads what, then goes on. */
  #refreshLeaders(): void {
    if (this.#refreshing || this.#closed) return
    this.#refreshing = true
    const startedMs = this.client.clock.elapsedMs()
    this.client
      .retry(
        async () => {
          const errors = await this.client.refresh([...this.#topics.keys()])
          for (const [topic, code] of errors) throw refused(code, { broker: 'the cluster', what: 'Metadata', of: topic })
        },
        undefined,
        this.#deliveryMs,
      )
      .then(
        () => {
          this.#refreshing = false
          this.#refreshedMs = this.client.clock.elapsedMs()
          for (const topic of this.#topics.values())
            this.#grow(topic, this.client.metadata.topics.get(topic.name)?.partitions.length ?? 0)
          const elapsedMs = this.client.clock.elapsedMs() - startedMs
          // A partition without a leader is not asked for all the time.
          this.#drainAfter(Math.max(0, this.client.settings.integer('retry.backoff.ms') - elapsedMs))
        },
        error => {
          this.#refreshing = false
          this.fail(error)
        },
      )
  }

  // ── who we are ────────────────────────────────────────────────────────────────────────────────────

  #newIdentity(): Promise<ProducerIdentity> {
    return this.client.retry(async () => {
      const answer = await this.client.askAny('InitProducerId', { transactionalId: null, transactionTimeoutMs: 2 ** 31 - 1 })
      if (answer.errorCode !== ErrorCode.NONE) throw refused(answer.errorCode, { broker: 'the cluster', what: 'InitProducerId' })
      return { id: answer.producerId, epoch: answer.producerEpoch }
    })
  }

  /** With nothing on its way we become another producer; what waits goes under the new name. */
  #renewWhenQuiet(): void {
    for (const { inFlight } of this.#queues) if (inFlight.some(batch => batch.state === 'sent')) return
    if (this.#refreshing || this.#failure !== undefined || this.#closed) return
    this.#refreshing = true
    this.#newIdentity().then(
      identity => {
        this.#refreshing = false
        this.become(identity)
        this.#renewing = false
        this.#drain()
      },
      error => this.fail(error),
    )
  }

  /** For transactions too, whose epoch changes with each. */
  become(identity: ProducerIdentity): void {
    this.#identity = identity
    for (const queue of this.#queues) queue.restamp(identity)
  }

  get identity(): ProducerIdentity {
    if (this.#identity === undefined) throw new MillraceError('INTERNAL', 'internal', 'a producer without idempotence has no id')
    return this.#identity
  }

  // ── for transactions ──────────────────────────────────────────────────────────────────────────────

  get queues(): ReadonlySet<PartitionQueue> {
    return this.#queues
  }

  /** Something that was waited for has come. */
  proceed(): void {
    this.#drain()
    this.#tell()
  }

  /** Forgets what was not sent, and waits for what is on its way. */
  async discard(error: unknown): Promise<void> {
    for (const queue of this.#queues) {
      this.#unwritten -= queue.sealed.length
      queue.discard(error)
    }
    this.#recount()
    while (this.#isOnTheWay() && !this.#closed) await this.#change()
    for (const queue of this.#queues) {
      this.#unwritten -= queue.inFlight.filter(batch => batch.state !== 'done').length + queue.sealed.length
      for (const batch of queue.inFlight.splice(0)) if (batch.state !== 'done') batch.lost(error)
      queue.discard(error)
      queue.recovering = false
    }
    this.#recount()
    this.#failure = undefined
  }

  #isOnTheWay(): boolean {
    for (const { inFlight } of this.#queues) if (inFlight.some(batch => batch.state === 'sent')) return true
    return false
  }

  // ── telling ───────────────────────────────────────────────────────────────────────────────────────

  /** Nothing goes on: who waits, and who comes, gets the error. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    for (const queue of this.#queues) {
      for (const batch of [...queue.inFlight, ...queue.sealed]) if (batch.state !== 'done') batch.lost(error)
    }
    this.#tell()
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }

  #change(): Promise<void> {
    return new Promise(resolve => this.#waiters.push(resolve))
  }

  #tell(): void {
    for (const tell of this.#waiters.splice(0)) tell()
  }
}

const bytesOf = (value: Uint8Array | string | null): Uint8Array | null => (typeof value === 'string' ? utf8.encode(value) : value)

const sizeOf = (headers: readonly RecordHeader[] | undefined): number =>
  headers === undefined ? 0 : headers.reduce((sum, { key, value }) => sum + 3 * key.length + (value?.length ?? 0) + 10, 0)

function levelOf(client: KafkaClient, codec: Codec): number | undefined {
  if (codec === 'zstd') return client.settings.integer('compression.zstd.level')
  const level = codec === 'gzip' ? client.settings.integer('compression.gzip.level') : -1
  return level < 0 ? undefined : level
}

/** What the broker has against a record, in its words. */
function recordError(answer: {
  readonly errorMessage: string | null
  readonly recordErrors: readonly { readonly batchIndexErrorMessage: string | null }[]
}): string | null {
  return answer.recordErrors.find(e => e.batchIndexErrorMessage !== null)?.batchIndexErrorMessage ?? answer.errorMessage
}

function notDelivered(partition: string, ms: number, cause: unknown): ConnectorError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new ConnectorError('KAFKA_TIMEOUT', `records for ${partition} could not be written within ${ms} ms${why}`, {
    cause,
    hint: isRefusal(cause) ? cause.hint : "'delivery.timeout.ms' sets how long to try",
  })
}
