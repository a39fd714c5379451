/**
 * The public keys of who issues tokens (RFC 7517), from a file or from the web. They are read at the start, from time to time, and when
 * a token names a key that is not among them: then its issuer may have begun to use a new one.
 */
import { type JsonWebKey, createPublicKey } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import type { Clock, Timer, Timers } from '../../../../base/clock.ts'
import { MillraceError } from '../../../../base/errors.ts'
import type { SecurityHost } from '../host.ts'
import type { VerificationKey } from './jwt.ts'

export interface JwksOptions {
  /** `https:`, `http:` or `file:`. */
  readonly url: string
  readonly refreshMs: number
  readonly retryMs: number
  readonly retryMaxMs: number
}

export interface JwksContext {
  readonly host: SecurityHost
  readonly clock: Clock
  readonly timers: Timers
  log(level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>): void
}

const MAX_BYTES = 1024 * 1024
/** A stranger who makes up names of keys must not make us read them all the time. */
const UNKNOWN_KEY_PAUSE_MS = 10_000

export class JwksKeys {
  readonly #options: JwksOptions
  readonly #context: JwksContext
  #keys: readonly VerificationKey[] = []
  #reading: Promise<void> | undefined
  #readAtMs = Number.NEGATIVE_INFINITY
  #failures = 0
  #timer: Timer | undefined
  #closed = false

  constructor(options: JwksOptions, context: JwksContext) {
    this.#options = options
    this.#context = context
  }

  /** A file has to be there; nobody waits for a web site before there is a token. */
  async open(): Promise<void> {
    if (!/^(https?|file):/.test(this.#options.url)) throw invalid(`'${this.#options.url}' is no https:, http: or file: URL`)
    const read = this.#read()
    if (!this.#options.url.startsWith('file:')) return
    await read
    if (this.#failures > 0) throw invalid(`no keys in ${this.#options.url}`)
  }

  /** Those that a token with this key id may be signed with; all where it names none. */
  find(id: string | undefined): readonly VerificationKey[] | Promise<readonly VerificationKey[]> {
    const known = this.#withId(id)
    if (known.length > 0) return known
    if (this.#context.clock.elapsedMs() - this.#readAtMs < UNKNOWN_KEY_PAUSE_MS && this.#reading === undefined) return known
    return this.#read().then(() => this.#withId(id))
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
  }

  #withId(id: string | undefined): readonly VerificationKey[] {
    return id === undefined ? this.#keys : this.#keys.filter(key => key.id === id)
  }

  #read(): Promise<void> {
    return (this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined
    }))
  }

  async #readOnce(): Promise<void> {
    const { url, refreshMs, retryMs, retryMaxMs } = this.#options
    const { host, clock, log } = this.#context
    this.#readAtMs = clock.elapsedMs()
    this.#timer?.cancel()
    try {
      const bytes = url.startsWith('file:') ? await host.readFile(fileURLToPath(url)) : await host.fetch(url, MAX_BYTES)
      this.#keys = keysOf(JSON.parse(new TextDecoder().decode(bytes)))
      this.#failures = 0
      log('info', 'keys for tokens read', { url, keys: this.#keys.length })
    } catch (error) {
      this.#failures++
      log('warn', 'keys for tokens can not be read', { url, error: (error as Error).message })
    }
    if (this.#closed) return
    const waitMs = this.#failures === 0 ? refreshMs : Math.min(retryMaxMs, retryMs * 2 ** (this.#failures - 1))
    this.#timer = this.#context.timers.after(waitMs, () => void this.#read())
  }
}

type Jwk = JsonWebKey & { readonly kid?: unknown; readonly use?: unknown; readonly alg?: unknown }

/** The keys for signatures in `{"keys": […]}`; those of a kind that is not known are left out. */
export function keysOf(set: unknown): VerificationKey[] {
  const list = (set as { readonly keys?: unknown } | null)?.keys
  if (!Array.isArray(list)) throw invalid('it is no set of keys: {"keys": […]}')
  const keys = (list as readonly unknown[]).flatMap(item => keyOf(item as Jwk | null) ?? [])
  if (keys.length === 0) throw invalid('none of its keys is for signatures')
  return keys
}

function keyOf(jwk: Jwk | null): VerificationKey | undefined {
  if (jwk === null || !['RSA', 'EC', 'OKP'].includes(jwk.kty ?? '') || (jwk.use !== undefined && jwk.use !== 'sig'))
    return undefined
  try {
    return { id: textOf(jwk.kid), algorithm: textOf(jwk.alg), key: createPublicKey({ key: jwk, format: 'jwk' }) }
  } catch {
    // On a curve that Node lacks.
    return undefined
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

const invalid = (message: string): MillraceError =>
  new MillraceError('SASL_INVALID', 'user', `sasl.oauthbearer.jwks.endpoint.url: ${message}`)
