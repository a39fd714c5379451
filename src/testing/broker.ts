/**
 * A broker in memory and a client that says just what a test wants said, in the version it wants, over a pipe.
 *
 *     const broker = await testBroker()
 *     const client = broker.connect()
 *     await client.ask('CreateTopics', 7, { topics: [{ name: 'orders', numPartitions: 2, replicationFactor: 1 }] })
 *     await client.produce('orders', 0, ['a', 'b'])
 */
import type { Duplex } from 'node:stream'
import { type Timer, type Timers, systemClock } from '../base/clock.ts'
import type { Files } from '../base/files.ts'
import { memoryFiles } from '../base/memory-files.ts'
import { seededRandom } from '../base/random.ts'
import { Broker, type BrokerOptions } from '../kafka/broker/broker.ts'
import { type ApiName, apis, requestHeaderVersion, responseHeaderVersion } from '../kafka/protocol/apis.ts'
import { codecOf } from '../kafka/protocol/codec.ts'
import { Reader } from '../kafka/protocol/reader.ts'
import type { InputOf, MessageOf } from '../kafka/protocol/schema.ts'
import { Writer } from '../kafka/protocol/writer.ts'
import { BatchBuilder, type BatchOptions } from '../kafka/records/batch-builder.ts'
import { forEachBatch } from '../kafka/records/batch.ts'
import { RecordReader } from '../kafka/records/record-reader.ts'

/** Time that stands still until it is told to go on. Timers ring in order as it passes them. */
export class TestTime implements Timers {
  #now = 1_700_000_000_000
  readonly #timers = new Set<{ readonly at: number; readonly ring: () => void }>()

  readonly clock = { nowMs: (): number => this.#now, elapsedMs: (): number => this.#now }

  after(ms: number, ring: () => void): Timer {
    const timer = { at: this.#now + ms, ring }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  /** Lets so much time pass; what rings sets off is done before the next rings. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms
    for (;;) {
      await settled()
      let next: { readonly at: number; readonly ring: () => void } | undefined
      for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer
      if (next === undefined) break
      this.#timers.delete(next)
      this.#now = Math.max(this.#now, next.at)
      next.ring()
    }
    this.#now = end
    await settled()
  }
}

/** Everything that needs no more time has happened. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise(resolve => setImmediate(resolve))
}

export interface TestBroker {
  readonly broker: Broker
  readonly files: Files
  readonly time: TestTime
  /** `listener`: its name; the first one where there is none. */
  connect(clientId?: string, listener?: string): TestClient
  /** Stops it, and starts another one on the same files. */
  restart(): Promise<TestBroker>
  stop(): Promise<void>
}

/** Time is the test's, files are in memory; anything may be given otherwise. */
export async function testBroker(options: Partial<BrokerOptions> & { readonly time?: TestTime } = {}): Promise<TestBroker> {
  const { time = new TestTime(), files = memoryFiles(), ...others } = options
  const broker = await Broker.start({
    files,
    path: '/data',
    clock: time.clock,
    timers: time,
    random: seededRandom(1),
    durability: 'group',
    flushIntervalMs: 1000,
    clusterId: 'Y2x1c3RlcmZvcnRlc3Rz',
    listen: false,
    properties: {},
    listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0, advertised: undefined }],
    log: (level, event, fields) => {
      if (level === 'error') throw new Error(`${event} ${JSON.stringify(fields)}`)
    },
    ...others,
  })
  return {
    broker,
    files,
    time,
    connect: (clientId = 'test', listener) => new TestClient(broker, clientId, pipeTo(broker, listener)),
    async restart() {
      await broker.stop()
      return testBroker({ ...options, time, files })
    },
    stop: () => broker.stop(),
  }
}

export interface TestRecord {
  readonly offset: number
  readonly key: string | null
  readonly value: string | null
}

export class TestClient {
  readonly #stream: Duplex
  readonly #clientId: string
  readonly #broker: Broker
  readonly #waiting = new Map<number, (frame: Uint8Array) => void>()
  #waitingForToken: ((token: Uint8Array) => void) | undefined
  #received = Buffer.alloc(0)
  #correlationId = 0
  closed = false
  /** Numbers of answers in the order they came. */
  readonly answered: number[] = []

  /** `stream`: a pipe to the broker, or a socket. */
  constructor(broker: Broker, clientId: string, stream: Duplex = pipeTo(broker)) {
    stream.setMaxListeners(0)
    this.#stream = stream
    this.#clientId = clientId
    this.#broker = broker
    stream.on('data', chunk => this.#take(chunk))
    stream.on('close', () => (this.closed = true))
    stream.on('end', () => (this.closed = true))
  }

  /** Sends a request and waits for its answer. */
  ask<N extends ApiName>(
    api: N,
    version: number,
    request: InputOf<(typeof apis)[N]['request']>,
  ): Promise<MessageOf<(typeof apis)[N]['response']>> {
    return new Promise((resolve, reject) => {
      const onClose = () => reject(new Error(`closed before ${api} was answered`))
      if (this.#stream.destroyed) return onClose()
      this.#stream.once('close', onClose)
      // The answer may be there before `send` returns.
      this.#waiting.set(this.#correlationId + 1, frame => {
        this.#stream.off('close', onClose)
        const reader = new Reader(frame, 4)
        if (responseHeaderVersion(apis[api].key, version) === 1) reader.skipTags()
        const answer = codecOf(apis[api].response, version).decode(reader)
        reader.expectEnd()
        resolve(answer as MessageOf<(typeof apis)[N]['response']>)
      })
      this.send(api, version, request)
    })
  }

  /** Sends a request; answers its number. */
  send<N extends ApiName>(api: N, version: number, request: InputOf<(typeof apis)[N]['request']>): number {
    const { key } = apis[api]
    const writer = new Writer()
    const size = writer.gap32()
    writer.int16(key)
    writer.int16(version)
    writer.int32(++this.#correlationId)
    writer.nullableString(this.#clientId)
    if (requestHeaderVersion(key, version) === 2) writer.uvarint(0)
    codecOf(apis[api].request, version).encode(request as never, writer)
    writer.fillInt32(size, writer.position - 4)
    this.raw(writer.take())
    return this.#correlationId
  }

  /** Sends a frame without a header, and answers the next one that comes: SASL before version 1 of its handshake. */
  token(bytes: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#stream.once('end', () => reject(new Error('closed before a token was answered')))
      this.#waitingForToken = resolve
      const size = Buffer.alloc(4)
      size.writeInt32BE(bytes.length)
      this.raw(Buffer.concat([size, bytes]))
    })
  }

  raw(bytes: Uint8Array): void {
    this.#stream.write(bytes)
  }

  async createTopic(name: string, numPartitions = 1, configs: Readonly<Record<string, string>> = {}): Promise<number> {
    const { topics } = await this.ask('CreateTopics', 7, {
      topics: [
        {
          name,
          numPartitions,
          replicationFactor: 1,
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
      timeoutMs: 1000,
    })
    return topics[0]!.errorCode
  }

  /** Appends values, or `key=value` pairs; answers what the broker says of the partition. */
  async produce(
    topic: string,
    partition: number,
    values: readonly string[],
    options: BatchOptions & {
      readonly acks?: number
      readonly version?: number
      readonly transactionalId?: string
      readonly timestamp?: number
    } = {},
  ) {
    const { acks = -1, version = 11, transactionalId = null, timestamp = this.#broker.clock.nowMs(), ...batch } = options
    const records = batchOf(values, timestamp, batch)
    const { responses } = await this.ask('Produce', version, {
      transactionalId,
      acks,
      timeoutMs: 1000,
      topicData: [{ name: topic, partitionData: [{ index: partition, records }] }],
    })
    return responses[0]!.partitionResponses[0]!
  }

  /** What can be read of a partition at once. */
  async fetch(
    topic: string,
    partition: number,
    offset = 0,
    options: { readonly committed?: boolean; readonly maxBytes?: number; readonly maxWaitMs?: number } = {},
  ) {
    const { responses } = await this.ask('Fetch', 12, {
      maxWaitMs: options.maxWaitMs ?? 0,
      minBytes: 1,
      isolationLevel: options.committed ? 1 : 0,
      topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: options.maxBytes ?? 1 << 20 }] }],
    })
    const answer = responses[0]!.partitions[0]!
    return { ...answer, records: recordsOf(answer.records ?? new Uint8Array()) }
  }

  close(): void {
    this.#stream.destroy()
  }

  #take(chunk: Uint8Array): void {
    this.#received = Buffer.concat([this.#received, chunk])
    while (this.#received.length >= 4 && this.#received.length >= 4 + this.#received.readInt32BE(0)) {
      const frame = this.#received.subarray(4, 4 + this.#received.readInt32BE(0))
      this.#received = this.#received.subarray(4 + frame.length)
      if (this.#waitingForToken !== undefined) {
        this.#waitingForToken(frame)
        this.#waitingForToken = undefined
        continue
      }
      const correlationId = frame.readInt32BE(0)
      this.answered.push(correlationId)
      const waiting = this.#waiting.get(correlationId)
      this.#waiting.delete(correlationId)
      waiting?.(frame)
    }
  }
}

/** `['a', 'k=v']` as one batch: a without a key, v under the key k; `k=` is a tombstone. */
export function batchOf(
  values: readonly string[],
  timestamp: number = systemClock.nowMs(),
  options: BatchOptions = {},
): Uint8Array {
  const builder = new BatchBuilder()
  const utf8 = (text: string) => new TextEncoder().encode(text)
  for (const value of values) {
    const at = value.indexOf('=')
    if (at < 0) builder.append(timestamp, null, utf8(value))
    else builder.append(timestamp, utf8(value.slice(0, at)), at + 1 === value.length ? null : utf8(value.slice(at + 1)))
  }
  return builder.finish(options).slice()
}

/** The records of all batches; control records as `COMMIT`s and such are left out. */
export function recordsOf(bytes: Uint8Array): TestRecord[] {
  const reader = new RecordReader()
  const found: TestRecord[] = []
  forEachBatch(bytes, at => {
    const { count, offsets, keyStarts, keyEnds, valueStarts, valueEnds, bytes: area } = reader.read(bytes, at)
    if ((bytes[at + 22]! & 0x20) !== 0) return
    const text = (start: number, end: number) => (start < 0 ? null : new TextDecoder().decode(area.subarray(start, end)))
    for (let i = 0; i < count; i++)
      found.push({ offset: offsets[i]!, key: text(keyStarts[i]!, keyEnds[i]!), value: text(valueStarts[i]!, valueEnds[i]!) })
  })
  return found
}

/** The client's end of a pipe to a listener. */
const pipeTo = (broker: Broker, listener?: string): Duplex =>
  broker.listeners.find(({ name }) => listener === undefined || name === listener)!.strangerPipe()
