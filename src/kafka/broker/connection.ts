/**
 * One client: frames in, answers out, in the order of the requests. Produce requests may overlap, since their order is that
 * of their appends; every other request waits until those before it are answered.
 *
 *     arrives   P1 P2 P3 F4 P5
 *     starts    P1 P2 P3        F4        P5
 *     answers            1 2 3      4        5
 */
import type { Duplex } from 'node:stream'
import { MillraceError } from '../../base/errors.ts'
import { API_VERSIONS, type ApiRow, apiOf, apis } from '../protocol/apis.ts'
import { codecOf } from '../protocol/codec.ts'
import { ErrorCode } from '../protocol/errors.ts'
import { Reader } from '../protocol/reader.ts'
import { ProtocolError } from '../protocol/protocol-error.ts'
import { decodeRequestHeader } from '../protocol/request-header.ts'
import { encodeResponseHeader } from '../protocol/response-header.ts'
import { Writer } from '../protocol/writer.ts'
import { RequestContext } from './api.ts'
import type { Broker } from './broker.ts'
import { type Frame, FrameAssembler } from './frame.ts'
import type { Listener } from './listener.ts'
import { LogRecords } from './log-records.ts'
import type { BytesReader } from './socket-reader.ts'
import { SendQueue } from './send-queue.ts'
import type { SaslListener } from './security/listener-security.ts'
import { Session } from './security/session.ts'

const PRODUCE = apis.Produce.key
/**
 * What waits for other clients, for as long as it likes, and has copied from its frame what it needs: it counts no more as a
 * request in flight, or those who wait would keep others from being heard.
 */
const waiting: ReadonlySet<number> = new Set([apis.Fetch.key, apis.JoinGroup.key, apis.SyncGroup.key])
/** A request that was given its place among the answers. */
interface Slot {
  readonly key: number
  readonly version: number
  readonly correlationId: number
  /** Undefined once it is let go of. */
  frame: Frame | undefined
  readonly startedMs: number
  done: boolean
  /** Undefined: the client expects no answer. */
  response: unknown
}

/** Requests that a client may have sent ahead; then its socket is left alone until some are answered. */
const MOST_QUEUED = 1024
const MOST_QUEUED_BYTES = 4 * 1024 * 1024
/** Of requests under way. More would only wait for the same commit, in memory that the processor's caches do not hold. */
const MOST_STARTED_BYTES = 2 * 1024 * 1024
/** Answers that a client has not taken yet. */
const MOST_UNSENT_BYTES = 8 * 1024 * 1024

/** What is known of a client as it comes. */
export interface Client {
  readonly remoteAddress: string
  /** As its certificate says, if it has one. */
  readonly principal: string
  /** How it has to say who it is; undefined: that is known. */
  readonly sasl: SaslListener | undefined
  /** What it sends is given to `received`; otherwise the stream is read here. */
  readonly readsElsewhere?: boolean
}

export class Connection implements BytesReader {
  readonly id: number
  readonly broker: Broker
  readonly listener: Listener
  readonly remoteAddress: string
  readonly session: Session
  clientSoftware = ''
  lastActiveMs: number
  readonly #stream: Duplex
  readonly #assembler: FrameAssembler
  readonly #send: SendQueue
  readonly #reader = new Reader()
  readonly #writer = new Writer()
  /** Frames whose turn has not come. */
  #queued: Frame[] = []
  #queuedBytes = 0
  /** Started and not yet answered, in order. */
  #slots: Slot[] = []
  #startedBytes = 0
  #paused = false
  #flushing = false
  #closed = false
  readonly #whenClosed = new Set<() => void>()
  readonly #resume = () => this.#resumeReading()

  constructor(id: number, stream: Duplex, client: Client, listener: Listener, broker: Broker) {
    this.id = id
    this.broker = broker
    this.listener = listener
    this.remoteAddress = client.remoteAddress
    this.session = new Session({
      clock: broker.clock,
      timers: broker.timers,
      ...client,
      log: (level, event, fields) => broker.log(level, event, { connection: id, listener: listener.name, ...fields }),
    })
    this.lastActiveMs = broker.clock.elapsedMs()
    this.#stream = stream
    this.#assembler = new FrameAssembler(
      () => this.session.maxRequestBytes ?? broker.settings.requestMaxBytes,
      broker.requestMemory,
      broker.frames,
    )
    this.#send = new SendQueue(stream, broker.pieces, error => this.#abort('response could not be read', error))
    if (client.readsElsewhere !== true) stream.on('data', (chunk: Uint8Array) => this.#take(chunk, false))
    stream.on('error', error => this.#abort('connection lost', error, 'debug'))
    stream.on('close', () => this.close())
  }

  /** Calls back when the connection is gone, so that nobody waits on its behalf. */
  whenClosed(callback: () => void): void {
    this.#whenClosed.add(callback)
  }

  forgetWhenClosed(callback: () => void): void {
    this.#whenClosed.delete(callback)
  }

  get closed(): boolean {
    return this.#closed
  }

  get idle(): boolean {
    return this.#slots.length === 0 && this.#queued.length === 0 && this.#send.queuedBytes === 0
  }

  /** Breaks it off, or tidies up behind it. */
  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.broker.requestMemory.forget(this.#resume)
    for (const frame of this.#queued.splice(0)) frame.release()
    this.#assembler.close()
    // Those under way let go of their frames when they are through.
    for (const slot of this.#slots.splice(0)) if (slot.done) this.#forget(slot)
    for (const callback of this.#whenClosed) callback()
    this.#send.close()
    this.#stream.destroy()
    this.broker.connectionClosed(this)
    this.listener.forget(this)
  }

  /** Closes once the answers given so far are sent. */
  closeAfterAnswers(): void {
    this.#closing = true
    if (this.#slots.length === 0) this.#end()
  }

  /** Closes once what is answered by now is sent, but waits no longer than so. */
  closeSoon(withinMs: number): void {
    if (this.#closed) return
    this.#closing = true
    this.#flush()
    this.#stream.end(() => this.close())
    this.broker.timers.after(withinMs, () => this.close())
  }

  #closing = false

  #end(): void {
    this.#flush()
    this.#stream.end()
  }

  // ── requests ──────────────────────────────────────────────────────────────────────────────────────

  received(bytes: Uint8Array): void {
    this.#take(bytes, true)
  }

  #take(chunk: Uint8Array, passing: boolean): void {
    if (this.#closed || this.#closing) return
    this.lastActiveMs = this.broker.clock.elapsedMs()
    this.broker.stats.bytesIn += chunk.length
    try {
      this.#assembler.push(
        chunk,
        frame => {
          this.#queued.push(frame)
          this.#queuedBytes += frame.bytes.length
        },
        passing,
      )
    } catch (error) {
      return this.#abort('request refused', error as Error)
    }
    this.#pump()
    this.#throttle()
  }

  #throttle(): void {
    if (this.#paused || this.#closed) return
    const { requestMemory } = this.broker
    const own =
      this.#queued.length + this.#slots.length > MOST_QUEUED ||
      this.#queuedBytes > MOST_QUEUED_BYTES ||
      this.#startedBytes > MOST_STARTED_BYTES ||
      this.#send.queuedBytes > MOST_UNSENT_BYTES
    if (!own && !requestMemory.exhausted) return
    this.#paused = true
    this.#stream.pause()
    if (requestMemory.exhausted) requestMemory.whenRoom(this.#resume)
  }

  #resumeReading(): void {
    if (!this.#paused || this.#closed) return
    if (this.#queued.length + this.#slots.length > MOST_QUEUED / 2 || this.#queuedBytes > MOST_QUEUED_BYTES / 2) return
    if (this.#startedBytes > MOST_STARTED_BYTES / 2 || this.#send.queuedBytes > MOST_UNSENT_BYTES) return
    if (this.broker.requestMemory.exhausted) return this.broker.requestMemory.whenRoom(this.#resume)
    this.#paused = false
    this.#stream.resume()
  }

  /** Starts what may start. */
  #pump(): void {
    while (this.#queued.length > 0 && !this.#closed && !this.#closing) {
      if (this.#slots.length > 0 && !this.#mayOverlap(this.#queued[0]!)) break
      const frame = this.#queued.shift()!
      this.#queuedBytes -= frame.bytes.length
      this.#start(frame)
    }
    this.#flush()
  }

  #mayOverlap(frame: Frame): boolean {
    const { bytes } = frame
    // Slots before it are of Produce then, too.
    return bytes.length > 1 && bytes[0] === PRODUCE >> 8 && bytes[1] === (PRODUCE & 0xff) && this.#slots[0]!.key === PRODUCE
  }

  #start(frame: Frame): void {
    let answered = true
    try {
      answered = this.session.expectsToken ? this.#token(frame) : this.#request(frame)
    } catch (error) {
      // From where it got a slot on, the frame is the slot's.
      answered = this.#slots.at(-1)?.frame !== frame
      this.#abort('request failed', error as Error)
    } finally {
      if (answered) frame.release()
    }
  }

  /** SASL before version 1 of its handshake: a frame is a token, without a header. */
  #token(frame: Frame): boolean {
    const slot: Slot = {
      key: -1,
      version: 0,
      correlationId: 0,
      frame,
      startedMs: 0,
      done: false,
      response: undefined,
    }
    this.#begin(slot, frame)
    this.session.token(frame.bytes).then(
      bytes => this.#settle(slot, bytes),
      error => this.#fail(slot, 'authentication failed', error),
    )
    return false
  }

  #writeToken(token: Uint8Array | undefined): void {
    if (token === undefined) return this.closeAfterAnswers()
    this.#writer.int32(token.length)
    this.#writer.raw(token)
  }

  /** True when it is answered, and the frame no longer needed here. */
  #request(frame: Frame): boolean {
    this.#reader.reset(frame.bytes)
    const header = decodeRequestHeader(this.#reader)
    const { apiKey: key, apiVersion: version, correlationId } = header
    const row = apiOf(key)
    const handler = this.broker.handlers[key]
    if (row === undefined || handler === undefined || version < row.accepted.min || version > row.accepted.max) {
      if (key === API_VERSIONS) return this.#olderApiVersions(correlationId)
      throw new MillraceError('REQUEST_VERSION', 'external', `version ${version} of ${row?.name ?? `API ${key}`} is not served`)
    }
    this.session.check(key)
    const { mostBytes = Number.POSITIVE_INFINITY } = handler
    if (frame.bytes.length > mostBytes)
      throw new ProtocolError(
        'MESSAGE_MALFORMED',
        `a request of ${frame.bytes.length} bytes; ${row.name} has at most ${mostBytes}`,
      )
    const request = codecOf(row.request, version).decode(this.#reader)
    this.broker.stats.requests[key] = (this.broker.stats.requests[key] ?? 0) + 1
    const context = new RequestContext(this, version, header.clientId ?? '', frame)
    const startedMs = this.broker.clock.elapsedMs()
    const response = handler.handle(request as never, context)
    const unseen = this.broker.durableBefore(key)
    if (!(response instanceof Promise) && unseen === undefined && this.#slots.length === 0) {
      if (response !== undefined) this.#write(row, version, correlationId, response)
      this.broker.stats.answered(key, this.broker.clock.elapsedMs() - startedMs)
      return true
    }
    const slot: Slot = { key, version, correlationId, frame, startedMs, done: false, response: undefined }
    this.#begin(slot, frame)
    if (response instanceof Promise) {
      response.then(
        value => {
          const later = this.broker.durableBefore(key)
          if (later === undefined) this.#settle(slot, value)
          else this.#settleAfter(later, slot, value)
        },
        error => this.#fail(slot, 'request failed', error),
      )
      if (waiting.has(key)) {
        context.letGoOfFrame()
        this.#letGo(slot)
      }
    } else if (unseen !== undefined) this.#settleAfter(unseen, slot, response)
    else this.#settle(slot, response)
    return false
  }

  #begin(slot: Slot, frame: Frame): void {
    this.#slots.push(slot)
    this.#startedBytes += frame.bytes.length
  }

  /** Nobody looks into the request any more. */
  #letGo(slot: Slot): void {
    const { frame } = slot
    if (frame === undefined) return
    slot.frame = undefined
    this.#startedBytes -= frame.bytes.length
    frame.release()
  }

  #settleAfter(durable: Promise<void>, slot: Slot, response: unknown): void {
    durable.then(
      () => this.#settle(slot, response),
      error => this.#fail(slot, 'what the answer says is not durable', error),
    )
  }

  /** A client that speaks a later version is told which ones there are, in the oldest form. */
  #olderApiVersions(correlationId: number): boolean {
    const { min, max } = apis.ApiVersions.advertised
    this.#write(apis.ApiVersions, 0, correlationId, {
      errorCode: ErrorCode.UNSUPPORTED_VERSION,
      apiKeys: [{ apiKey: API_VERSIONS, minVersion: min, maxVersion: max }],
    })
    return true
  }

  // ── answers ───────────────────────────────────────────────────────────────────────────────────────

  #settle(slot: Slot, response: unknown): void {
    slot.done = true
    slot.response = response
    if (this.#closed) return this.#forget(slot)
    if (this.#slots[0] !== slot) return
    let count = 0
    while (count < this.#slots.length && this.#slots[count]!.done) count++
    for (const ready of this.#slots.splice(0, count)) this.#answer(ready)
    if (!this.#flushing) {
      this.#flushing = true
      // Behind all other answers that the same round of commits brings.
      queueMicrotask(() => {
        this.#flushing = false
        if (this.#closed) return
        this.#pump()
        this.#resumeReading()
        if (this.#closing && this.#slots.length === 0) this.#end()
      })
    }
  }

  #answer(slot: Slot): void {
    const { key, version, correlationId, startedMs, response } = slot
    this.#letGo(slot)
    if (this.#closed) return release(response)
    try {
      if (key < 0) this.#writeToken(response as Uint8Array | undefined)
      else if (response !== undefined) this.#write(apiOf(key)!, version, correlationId, response)
    } catch (error) {
      return this.#abort('answer could not be written', error as Error)
    }
    if (key >= 0) this.broker.stats.answered(key, this.broker.clock.elapsedMs() - startedMs)
  }

  /** A slot that will not be answered. */
  #forget(slot: Slot): void {
    this.#letGo(slot)
    release(slot.response)
  }

  #fail(slot: Slot, event: string, error: Error): void {
    slot.done = true
    this.#abort(event, error)
    this.#forget(slot)
  }

  #write(row: ApiRow, version: number, correlationId: number, response: unknown): void {
    const writer = this.#writer
    const before = writer.splices.length
    const sizeAt = writer.gap32()
    encodeResponseHeader(row.key, version, correlationId, writer)
    codecOf(row.response, version).encode(response as never, writer)
    let size = writer.position - sizeAt - 4
    if (writer.splices.length > before) {
      for (let i = before; i < writer.splices.length; i++) size += writer.splices[i]!.source.byteLength
    }
    writer.fillInt32(sizeAt, size)
  }

  #flush(): void {
    const writer = this.#writer
    if (writer.position === 0) return
    this.broker.stats.bytesOut += writer.byteLength()
    if (writer.splices.length === 0) this.#send.push(writer.take())
    else {
      for (const piece of writer.pieces()) this.#send.push(piece as Uint8Array | LogRecords)
      writer.take()
    }
    this.#send.flush()
  }

  #abort(event: string, error: Error, level: 'warn' | 'debug' = 'warn'): void {
    if (this.#closed) return
    const bug = !(error instanceof MillraceError) && !('code' in error)
    this.broker.log(bug ? 'error' : level, event, {
      connection: this.id,
      remote: this.remoteAddress,
      error: bug ? (error.stack ?? error.message) : error.message,
    })
    this.close()
  }
}

/** Lets go of the files that an answer nobody will get was to be read from. */
function release(response: unknown): void {
  const responses = (response as { responses?: readonly { partitions?: readonly { records?: unknown }[] }[] } | undefined)
    ?.responses
  for (const topic of responses ?? [])
    for (const { records } of topic.partitions ?? []) if (records instanceof LogRecords) records.release()
}
