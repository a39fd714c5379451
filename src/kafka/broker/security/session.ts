/**
 * Who a connection is, and what it may ask before it has said so.
 *
 *     a listener without SASL     known ─────────────────────────────────────────────────► anything
 *     a listener with SASL        unknown ── SaslHandshake ──► proving ── its tokens ──► known ──► anything
 *                                                                  ▲                       │
 *                                                                  └──── SaslHandshake ────┘  again, before its time is up
 */
import type { Clock, Timers } from '../../../base/clock.ts'
import { MillraceError } from '../../../base/errors.ts'
import { apiOf, apis } from '../../protocol/apis.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import type { SaslListener, SaslMethod } from './listener-security.ts'
import { type SaslExchange, type SaslIdentity, type SaslStep, NOTHING, SaslFailure } from './sasl/mechanism.ts'

export interface SessionContext {
  readonly clock: Clock
  readonly timers: Timers
  readonly remoteAddress: string
  /** As its certificate says; ANONYMOUS where a listener asks for no name. */
  readonly principal: string
  readonly sasl: SaslListener | undefined
  /** Tells who was let in, or who was not and why. */
  log(level: 'debug' | 'warn', event: string, fields: Readonly<Record<string, unknown>>): void
}

export interface HandshakeAnswer {
  readonly errorCode: number
  readonly mechanisms: readonly string[]
}

export interface AuthenticateAnswer {
  readonly errorCode: number
  readonly errorMessage: string
  readonly authBytes: Uint8Array
  readonly sessionLifetimeMs: number
}

/** An answer; the connection ends with it when the client was not let in. */
export interface SaslOutcome<A> {
  readonly answer: A
  readonly ends: boolean
}

/** An exchange under way. */
interface Proving {
  readonly method: SaslMethod
  readonly exchange: SaslExchange
}

const HANDSHAKE = apis.SaslHandshake.key
const AUTHENTICATE = apis.SaslAuthenticate.key
const API_VERSIONS = apis.ApiVersions.key
/** A client that proves who it is all the time keeps the broker busy. */
const MIN_RENEWAL_INTERVAL_MS = 1000
const FOREVER = Number.POSITIVE_INFINITY

export class Session {
  readonly remoteAddress: string
  /** `User:alice`. */
  principal: string
  /** The next frame is a token of SASL's first handshake, without a header. */
  expectsToken = false
  readonly #context: SessionContext
  #known: boolean
  #proving: Proving | undefined
  /** How it is known. */
  #method: SaslMethod | undefined
  /** By the clock that never goes back. */
  #expiresAtMs = FOREVER
  /** So long its client was told that it lasts. */
  #toldMs = FOREVER
  /** When it last began to say again who it is. */
  #lastRenewalMs = -FOREVER

  constructor(context: SessionContext) {
    this.#context = context
    this.remoteAddress = context.remoteAddress
    this.principal = context.principal
    this.#known = context.sasl === undefined
  }

  /** Strangers have to be brief. Undefined: as long as anybody's. */
  get maxRequestBytes(): number | undefined {
    return this.#known ? undefined : this.#context.sasl!.maxReceiveBytes
  }

  /** Fails when this API may not be called yet, or no longer. */
  check(key: number): void {
    if (this.#known && this.#proving === undefined) {
      if (this.#expiresAtMs === FOREVER || key === HANDSHAKE || this.#context.clock.elapsedMs() <= this.#expiresAtMs) return
      throw refused(`${nameOf(key)}: the session has expired, and its client has not said again who it is`)
    }
    if (key !== HANDSHAKE && key !== AUTHENTICATE && key !== API_VERSIONS)
      throw refused(`${nameOf(key)}: the client has not said who it is`)
  }

  // ── SASL ──────────────────────────────────────────────────────────────────────────────────────────

  /** The client says by which mechanism it will prove who it is. */
  async handshake(name: string, version: number): Promise<SaslOutcome<HandshakeAnswer>> {
    const { sasl, clock } = this.#context
    const outOfPlace = { errorCode: ErrorCode.ILLEGAL_SASL_STATE, mechanisms: [] }
    if (this.#proving !== undefined) return { answer: outOfPlace, ends: true }
    if (sasl === undefined || !this.#mayProve()) return { answer: outOfPlace, ends: false }
    const method = sasl.methods.get(name)
    const mechanisms = [...sasl.methods.keys()]
    if (method === undefined) {
      this.#context.log('warn', 'authentication failed', {
        remote: this.remoteAddress,
        reason: shortened(`no mechanism '${name}'`),
      })
      await this.#hesitate()
      return { answer: { errorCode: ErrorCode.UNSUPPORTED_SASL_MECHANISM, mechanisms }, ends: true }
    }
    if (this.#known) this.#lastRenewalMs = clock.elapsedMs()
    this.#proving = { method, exchange: this.#exchangeOf(method) }
    this.expectsToken = version === 0
    return { answer: { errorCode: 0, mechanisms }, ends: false }
  }

  async authenticate(token: Uint8Array): Promise<SaslOutcome<AuthenticateAnswer>> {
    if (this.#proving === undefined) {
      const errorMessage = this.#known
        ? 'SaslAuthenticate request received after successful authentication'
        : 'SaslAuthenticate request received before SaslHandshake'
      return { answer: refusal(ErrorCode.ILLEGAL_SASL_STATE, errorMessage), ends: !this.#known }
    }
    try {
      const step = await this.#next(token)
      if ('challenge' in step) return { answer: granted(step.challenge, 0), ends: false }
      return { answer: granted(step.answer, this.#toldMs === FOREVER ? 0 : Math.floor(this.#toldMs)), ends: false }
    } catch (error) {
      await this.#failed(error)
      return { answer: refusal(ErrorCode.SASL_AUTHENTICATION_FAILED, (error as SaslFailure).message), ends: true }
    }
  }

  /** The answer to a token; undefined: close the connection. */
  async token(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    try {
      const step = await this.#next(bytes)
      return 'challenge' in step ? step.challenge : step.answer
    } catch (error) {
      await this.#failed(error)
      return undefined
    }
  }

  #mayProve(): boolean {
    if (!this.#known) return true
    return this.#expiresAtMs !== FOREVER && this.#context.clock.elapsedMs() - this.#lastRenewalMs >= MIN_RENEWAL_INTERVAL_MS
  }

  #exchangeOf({ mechanism }: SaslMethod): SaslExchange {
    const before = this.#method?.mechanism.name
    if (before === undefined || before === mechanism.name) return mechanism.begin()
    return failing(
      `SASL mechanism '${mechanism.name}' requested by client is not supported for re-authentication of mechanism '${before}'`,
    )
  }

  async #next(token: Uint8Array): Promise<SaslStep> {
    const { method, exchange } = this.#proving!
    const step = await exchange.next(token)
    if ('identity' in step) this.#isKnown(method, step.identity)
    return step
  }

  #isKnown(method: SaslMethod, { name, expiresAtMs = FOREVER, graceMs = 0 }: SaslIdentity): void {
    const { clock, log } = this.#context
    const principal = `User:${name}`
    if (this.#method !== undefined && principal !== this.principal)
      throw new SaslFailure(`Cannot change principals during re-authentication from ${this.principal} to ${principal}`)
    const credentialMs = expiresAtMs - clock.nowMs()
    const mostMs = method.maxSessionMs > 0 ? method.maxSessionMs : FOREVER
    this.principal = principal
    this.#toldMs = Math.max(0, Math.min(credentialMs, mostMs))
    this.#expiresAtMs = clock.elapsedMs() + Math.min(credentialMs + graceMs, mostMs)
    this.#method = method
    this.#proving = undefined
    this.#known = true
    this.expectsToken = false
    log('debug', 'authenticated', { remote: this.remoteAddress, principal, mechanism: method.mechanism.name })
  }

  async #failed(error: unknown): Promise<void> {
    if (!(error instanceof SaslFailure)) throw error
    const mechanism = this.#proving!.method.mechanism.name
    this.#context.log('warn', 'authentication failed', { remote: this.remoteAddress, mechanism, reason: shortened(error.detail) })
    await this.#hesitate()
  }

  /** Who guesses has to wait. */
  #hesitate(): Promise<void> {
    const { timers, sasl } = this.#context
    return new Promise(resolve => void timers.after(sasl!.failureDelayMs, resolve))
  }
}

const granted = (authBytes: Uint8Array, sessionLifetimeMs: number): AuthenticateAnswer => ({
  errorCode: 0,
  errorMessage: '',
  authBytes,
  sessionLifetimeMs,
})

const refusal = (errorCode: number, errorMessage: string): AuthenticateAnswer => ({
  errorCode,
  errorMessage,
  authBytes: NOTHING,
  sessionLifetimeMs: 0,
})

const failing = (message: string): SaslExchange => ({
  next() {
    throw new SaslFailure(message)
  },
})

/** Strangers do not fill the log. */
const shortened = (text: string): string => (text.length > MOST_LOGGED ? `${text.slice(0, MOST_LOGGED)}…` : text)
const MOST_LOGGED = 300

const nameOf = (key: number): string => apiOf(key)?.name ?? `API ${key}`

const refused = (message: string): MillraceError => new MillraceError('NOT_AUTHENTICATED', 'external', message)
