/**
 * One connection of an attacker: what it sends and how, all of it by its number. It may send ahead, in pieces of any size, with
 * pauses; read its answers or not; say who it is first, badly or well; end in the middle, or stay.
 */
import { type Socket, connect } from 'node:net'
import { apis } from '#src/kafka/protocol/apis.ts'
import { codecOf } from '#src/kafka/protocol/codec.ts'
import { encodeRequestHeader } from '#src/kafka/protocol/request-header.ts'
import { Writer } from '#src/kafka/protocol/writer.ts'
import { Chance } from './chance.ts'
import { framed, rightFrame, spoiltFrame } from './frames.ts'
import { type RequestKind, type Surroundings, kindName, requestKinds } from './messages.ts'
import { mutated } from './mutations.ts'

export interface Target {
  readonly host: string
  /** Without SASL, and with. */
  readonly open: number
  readonly sasl: number
  readonly user: string
  readonly password: string
}

/** What a connection has sent: enough to send it again. */
export interface Transcript {
  readonly index: number
  readonly port: number
  readonly what: string[]
  readonly frames: Uint8Array[]
  bytes: number
}

const KEPT_BYTES = 4 << 20
const LONGEST_MS = 4000

export class Attack {
  readonly transcript: Transcript
  readonly #chance: Chance
  readonly #target: Target
  readonly #surroundings: Surroundings
  readonly #served: readonly RequestKind[]
  #socket: Socket | undefined
  #ended = false
  /** How many of its frames are spoilt: the first ends a connection, as a rule. */
  readonly #spoils: number
  #answers = 0
  #wake: (() => void) | undefined

  constructor(seed: number, index: number, target: Target, surroundings: Surroundings) {
    this.#chance = Chance.of(seed, index)
    this.#target = target
    this.#surroundings = surroundings
    this.#served = requestKinds.filter(({ api }) => surroundings.served.has(api))
    this.#spoils = this.#chance.of([0, 0, 0.05, 0.3])
    const port = this.#chance.is(0.25) ? target.sasl : target.open
    this.transcript = { index, port, what: [], frames: [], bytes: 0 }
  }

  /** Bytes that were answered. */
  get answers(): number {
    return this.#answers
  }

  async run(): Promise<void> {
    const chance = this.#chance
    const { port } = this.transcript
    const giveUp = setTimeout(() => this.#end(), LONGEST_MS)
    try {
      if (!(await this.#connected(port))) return
      if (port === this.#target.sasl) await this.#sayWho()
      const style = chance.next()
      if (style < 0.08) await this.#claim()
      else if (style < 0.14) await this.#slowly()
      else await this.#volleys()
      await this.#leave()
    } finally {
      clearTimeout(giveUp)
      this.#end()
    }
  }

  // ── what is sent ──────────────────────────────────────────────────────────────────────────────────

  /** Requests of this and that, several at once; with each it becomes more likely that one is spoilt. */
  async #volleys(): Promise<void> {
    const chance = this.#chance
    const listens = chance.is(0.85)
    if (!listens) this.#socket!.pause()
    for (let volley = chance.int(1, 4); volley > 0 && !this.#ended; volley--) {
      const frames = Array.from({ length: chance.of([1, 1, 3, 10, 30]) }, (_, i) => this.#frame(i))
      await this.#send(Buffer.concat(frames), chance.of(['whole', 'whole', 'pieces'] as const))
      if (listens) await this.#quiet(chance.int(5, 150))
    }
  }

  #frame(i: number): Uint8Array {
    const chance = this.#chance
    const kind = this.#kind()
    const spoilt = chance.is(this.#spoils)
    const frame = (spoilt ? spoiltFrame : rightFrame)(kind, i, chance, this.#surroundings)
    this.#note(`${spoilt ? 'spoilt ' : ''}${kindName(kind)}`, frame)
    return frame
  }

  /** Mostly what is served: a request for what is not ends the connection. */
  #kind(): RequestKind {
    const chance = this.#chance
    if (chance.is(0.2)) return chance.of(records)
    const kinds = chance.is(0.02) ? requestKinds : this.#served
    return chance.of(kinds)
  }

  /** A length, and then hardly anything. */
  async #claim(): Promise<void> {
    const chance = this.#chance
    const frame = Buffer.alloc(4 + chance.int(0, 40))
    frame.writeInt32BE(chance.of([50_000_000, 99_000_000, 1_000_000, 70_000]))
    this.#note('a claim', frame)
    await this.#send(frame, 'whole')
    await this.#pause(chance.int(0, 1500))
  }

  async #slowly(): Promise<void> {
    const frame = this.#frame(0).subarray(0, 400)
    for (const byte of frame) {
      if (this.#ended) return
      this.#socket!.write(Uint8Array.of(byte))
      await this.#pause(this.#chance.int(0, 6))
    }
    await this.#quiet(100)
  }

  async #sayWho(): Promise<void> {
    const chance = this.#chance
    const kind = chance.next()
    // Somebody nobody has asked.
    if (kind < 0.2) return
    const mechanism = chance.of(['PLAIN', 'PLAIN', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'NONE'])
    await this.#sayOne(request('SaslHandshake', chance.int(0, 1), { mechanism }), kind < 0.3)
    const { user, password } = this.#target
    const said = mechanism.startsWith('SCRAM') ? `n,,n=${user},r=0123456789` : `\0${user}\0${password}`
    const token = kind < 0.6 ? Buffer.from(said) : mutated(Buffer.from(said), chance)
    await this.#sayOne(request('SaslAuthenticate', chance.int(0, 2), { authBytes: token }), kind > 0.9)
  }

  async #sayOne(bytes: Uint8Array, spoil: boolean): Promise<void> {
    const frame = framed(spoil ? mutated(bytes, this.#chance) : bytes)
    this.#note('SASL', frame)
    await this.#send(frame, 'whole')
    await this.#quiet(30)
  }

  // ── how ───────────────────────────────────────────────────────────────────────────────────────────

  #note(what: string, frame: Uint8Array): void {
    const { transcript } = this
    transcript.what.push(what)
    if (transcript.bytes < KEPT_BYTES) transcript.frames.push(frame.slice())
    transcript.bytes += frame.length
  }

  async #send(bytes: Uint8Array, how: 'whole' | 'pieces'): Promise<void> {
    if (how === 'whole') return void this.#socket?.write(bytes)
    for (let at = 0; at < bytes.length && !this.#ended;) {
      const to = Math.min(bytes.length, at + this.#chance.of([1, 3, 4, 5, 100, 9000, 70_000]))
      this.#socket?.write(bytes.subarray(at, to))
      at = to
      if (this.#chance.is(0.3)) await this.#pause(0)
    }
  }

  async #leave(): Promise<void> {
    // Until nothing comes any more, unless it is in a hurry.
    if (this.#chance.is(0.7))
      for (let before = -1; before < this.#answers && !this.#ended;) await this.#quiet(100, (before = this.#answers))
    if (this.#ended) return
    const how = this.#chance.next()
    if (how < 0.4) this.#socket!.destroy()
    else if (how < 0.5) this.#socket!.resetAndDestroy()
    else if (how < 0.8) {
      this.#socket!.end()
      await this.#quiet(200)
    } else await this.#pause(this.#chance.int(0, 1500))
  }

  async #connected(port: number): Promise<boolean> {
    const socket = connect({ host: this.#target.host, port, allowHalfOpen: true })
    this.#socket = socket
    socket.on('data', (bytes: Uint8Array) => {
      this.#answers += bytes.length
      this.#wake?.()
    })
    // What the broker does with a connection is its own affair, as long as it lives.
    socket.on('error', () => this.#end())
    socket.on('close', () => this.#end())
    return new Promise(resolve => {
      socket.once('connect', () => resolve(true))
      socket.once('close', () => resolve(false))
    })
  }

  /** Until an answer came, but no longer than so. */
  #quiet(ms: number, seen: number = this.#answers): Promise<void> {
    if (this.#answers > seen) return Promise.resolve()
    return new Promise(resolve => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (this.#ended) this.#wake()
    })
  }

  #pause(ms: number): Promise<void> {
    return this.#ended ? Promise.resolve() : new Promise(resolve => setTimeout(resolve, ms))
  }

  #end(): void {
    this.#ended = true
    this.#socket?.destroy()
    this.#wake?.()
  }
}

const records = requestKinds.filter(({ api }) => api === 'Produce' || api === 'Fetch')

function request(api: 'SaslHandshake' | 'SaslAuthenticate', version: number, value: object): Uint8Array {
  const writer = new Writer()
  encodeRequestHeader({ apiKey: apis[api].key, apiVersion: version, correlationId: 1, clientId: 'fuzz' }, writer)
  codecOf(apis[api].request, version).encode(value as never, writer)
  return writer.take().slice()
}
