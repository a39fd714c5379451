/**
 * One connection to one broker. Requests go out as they come and are answered in order; each is encoded in the highest
 * version that both sides speak.
 *
 *     const connection = await Connection.open(address, options)      versions are agreed on, SASL is done
 *     const answer = await connection.ask('Metadata', { topics: null })
 *     await connection.ask('Fetch', version => ({ …, topics: version >= 13 ? byId : byName }))
 *
 * A request that is not answered in time breaks the connection, since all answers behind it wait with it.
 */
import type { Duplex } from 'node:stream'
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import { ConnectorError } from '../../base/errors.ts'
import { type ApiName, type ApiRow, apis } from '../protocol/apis.ts'
import { codecOf } from '../protocol/codec.ts'
import { ProtocolError } from '../protocol/protocol-error.ts'
import { Reader } from '../protocol/reader.ts'
import { encodeRequestHeader } from '../protocol/request-header.ts'
import { decodeResponseHeader } from '../protocol/response-header.ts'
import type { InputOf, MessageOf, RecordsSource } from '../protocol/schema.ts'
import { rangeOf } from '../protocol/versions.ts'
import { Writer } from '../protocol/writer.ts'
import { connectionLost, timedOut } from './errors.ts'
import { type FrameMemory, type MemoryPool, ResponseFrames } from './frames.ts'
import type { BrokerStream } from './stream.ts'

export type Ask<N extends ApiName> = InputOf<(typeof apis)[N]['request']>
export type Answer<N extends ApiName> = MessageOf<(typeof apis)[N]['response']>
/** What is asked, where it depends on the version it is asked in. */
export type AskIn<N extends ApiName> = Ask<N> | ((version: number) => Ask<N>)

/** Versions of an API that a broker speaks, by API key. */
export type BrokerVersions = ReadonlyMap<number, { readonly min: number; readonly max: number }>

export interface AskOptions {
  readonly timeoutMs?: number | undefined
  /** No newer version, even where both sides have one. */
  readonly maxVersion?: number | undefined
  /** Where a long answer's memory comes from, and who holds it from then on: the answer's bytes are good until it lets go. */
  readonly memory?: AnswerMemory | undefined
}

export interface AnswerMemory {
  readonly pool: MemoryPool
  hold(memory: FrameMemory): void
}

/** Records that go into the stream as they lie, without a copy. They stay as they are until they are answered. */
export class BatchBytes implements RecordsSource {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get byteLength(): number {
    return this.bytes.length
  }
}

interface Pending {
  readonly api: ApiName
  readonly version: number
  readonly correlationId: number
  readonly timer: Timer | undefined
  readonly memory: AnswerMemory | undefined
  resolve(answer: unknown): void
  reject(error: Error): void
}

export interface ConnectionOptions {
  /** The broker, as errors name it. */
  readonly name: string
  readonly clientId: string
  readonly clock: Clock
  readonly timers: Timers
  readonly timeoutMs: number
}

export class Connection {
  readonly name: string
  readonly #stream: Duplex
  readonly #options: ConnectionOptions
  readonly #frames: ResponseFrames
  readonly #reader = new Reader()
  readonly #writer = new Writer()
  /** In the order of their requests. */
  readonly #pending: Pending[] = []
  #correlationId = 0
  #versions: BrokerVersions = new Map()
  #failure: Error | undefined
  #closing = false
  lastUsedMs: number
  /** When the broker wants to know anew who we are; from then on nothing is asked here. */
  expiresMs = Infinity

  constructor({ stream, passing, receive }: BrokerStream, options: ConnectionOptions) {
    this.name = options.name
    this.#stream = stream
    this.#frames = new ResponseFrames(() => this.#pending[0]?.memory?.pool)
    this.#options = options
    this.lastUsedMs = options.clock.elapsedMs()
    receive(bytes => this.#received(bytes, passing))
    stream.on('error', error => this.#fail(connectionLost(this.name, `was lost: ${error.message}`, error)))
    stream.on('close', () => this.#fail(connectionLost(this.name, 'was closed by the broker')))
    stream.on('end', () => this.#fail(connectionLost(this.name, 'was closed by the broker')))
  }

  get closed(): boolean {
    return this.#failure !== undefined
  }

  get idle(): boolean {
    return this.#pending.length === 0
  }

  set versions(versions: BrokerVersions) {
    this.#versions = versions
  }

  /** The highest version that both sides have; undefined where there is none. */
  versionOf(api: ApiName, maxVersion = Infinity): number | undefined {
    const row: ApiRow = apis[api]
    const theirs = this.#versions.get(row.key)
    if (theirs === undefined) return undefined
    const ours = rangeOf(row.request.versions)
    const version = Math.min(ours.max, theirs.max, maxVersion)
    return version >= ours.min && version >= theirs.min ? version : undefined
  }

  ask<N extends ApiName>(api: N, request: AskIn<N>, options: AskOptions = {}): Promise<Answer<N>> {
    const version = this.versionOf(api, options.maxVersion)
    if (version === undefined) return Promise.reject(notSpoken(this.name, api, this.#versions.get(apis[api].key)))
    return this.askIn(version, api, request, options)
  }

  /** In a version that was not agreed on: what agrees on versions. */
  askIn<N extends ApiName>(
    version: number,
    api: N,
    request: AskIn<N>,
    { timeoutMs = this.#options.timeoutMs, memory }: AskOptions = {},
  ): Promise<Answer<N>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure)
      const correlationId = this.#nextId()
      let frame: readonly Uint8Array[]
      try {
        frame = this.#encode(version, api, correlationId, request)
      } catch (error) {
        return reject(error)
      }
      const timer = this.#options.timers.after(timeoutMs, () => this.#fail(timedOut(this.name, api, timeoutMs)))
      // Through a pipe the answer may be there before `send` returns.
      this.#pending.push({ api, version, correlationId, timer, memory, resolve: resolve as (answer: unknown) => void, reject })
      this.#send(frame)
    })
  }

  /** Sends what is not answered: Produce with `acks=0`. */
  tell<N extends ApiName>(api: N, request: AskIn<N>): void {
    const version = this.versionOf(api)
    if (version === undefined) throw notSpoken(this.name, api, this.#versions.get(apis[api].key))
    if (this.#failure !== undefined) throw this.#failure
    this.#send(this.#encode(version, api, this.#nextId(), request))
  }

  /** Resolves when what was sent is on its way: the stream takes more. */
  drained(): Promise<void> {
    if (!this.#stream.writableNeedDrain || this.closed) return Promise.resolve()
    return new Promise(resolve => {
      this.#stream.once('drain', resolve)
      this.#stream.once('close', resolve)
    })
  }

  closeWhenIdle(): void {
    this.#closing = true
    if (this.idle) this.close()
  }

  close(): void {
    this.#fail(connectionLost(this.name, 'was closed'))
  }

  #nextId(): number {
    return (this.#correlationId = (this.#correlationId + 1) & 0x7fff_ffff)
  }

  #encode<N extends ApiName>(version: number, api: N, correlationId: number, request: AskIn<N>): readonly Uint8Array[] {
    const { key, request: message } = apis[api] as ApiRow
    const writer = this.#writer
    try {
      const size = writer.gap32()
      encodeRequestHeader({ apiKey: key, apiVersion: version, correlationId, clientId: this.#options.clientId }, writer)
      codecOf(message, version).encode(typeof request === 'function' ? request(version) : (request as never), writer)
      writer.fillInt32(size, writer.byteLength() - 4)
    } catch (error) {
      writer.reset()
      throw error
    }
    const pieces = writer.pieces().map(piece => (piece instanceof Uint8Array ? piece : (piece as BatchBytes).bytes))
    writer.take()
    return pieces
  }

  #send(frame: readonly Uint8Array[]): void {
    this.lastUsedMs = this.#options.clock.elapsedMs()
    if (frame.length > 1) this.#stream.cork()
    for (const piece of frame) this.#stream.write(piece)
    if (frame.length > 1) this.#stream.uncork()
  }

  #received(chunk: Uint8Array, passing: boolean): void {
    if (this.#failure !== undefined) return
    try {
      this.#frames.push(chunk, (frame, memory) => this.#answer(frame, memory), passing)
    } catch (error) {
      const why =
        error instanceof ProtocolError ? `answered what is no Kafka: ${error.message}` : `failed: ${(error as Error).message}`
      this.#fail(connectionLost(this.name, why, error))
    }
  }

  #answer(frame: Uint8Array, memory: FrameMemory | undefined): void {
    const pending = this.#pending.shift()
    if (pending === undefined) throw new ProtocolError('MESSAGE_MALFORMED', 'an answer to nothing that was asked')
    pending.timer?.cancel()
    try {
      const { key, response } = apis[pending.api] as ApiRow
      this.#reader.reset(frame)
      const correlationId = decodeResponseHeader(key, pending.version, this.#reader)
      if (correlationId !== pending.correlationId)
        throw new ProtocolError('MESSAGE_MALFORMED', `answer ${correlationId} where ${pending.correlationId} is due`)
      if (memory !== undefined) pending.memory?.hold(memory)
      pending.resolve(codecOf(response, answeredIn(pending, frame)).decode(this.#reader))
      if (this.#closing && this.idle) this.close()
    } catch (error) {
      pending.reject(connectionLost(this.name, `answered ${pending.api} with what can't be read`, error))
      throw error
    }
  }

  #fail(error: Error): void {
    if (this.#failure !== undefined) return
    this.#failure = error
    this.#stream.destroy()
    for (const { timer, reject } of this.#pending.splice(0)) {
      timer?.cancel()
      reject(error)
    }
  }
}

const UNSUPPORTED_VERSION = 35

/** A broker that does not know our version of ApiVersions says so in version 0. */
const answeredIn = ({ api, version }: Pending, frame: Uint8Array): number =>
  api === 'ApiVersions' && version > 0 && frame[4] === 0 && frame[5] === UNSUPPORTED_VERSION ? 0 : version

function notSpoken(
  broker: string,
  api: ApiName,
  theirs: { readonly min: number; readonly max: number } | undefined,
): ConnectorError {
  const ours = rangeOf((apis[api] as ApiRow).request.versions)
  const what =
    theirs === undefined
      ? `has no ${api}`
      : `speaks ${api} in versions ${theirs.min} to ${theirs.max}, we ${ours.min} to ${ours.max}`
  return new ConnectorError('KAFKA_VERSION', `${broker} ${what}`, {
    hint: theirs === undefined ? undefined : 'brokers from Kafka 2.1 on are spoken to',
  })
}
