/** TLS of one listener: its key and certificates, read again when their files change, and what a client is called after its own. */
import type { Timer, Timers } from '../../../../base/clock.ts'
import type { SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls'
import type { ListenerProperties } from '../../config/listener-properties.ts'
import type { SecurityHost } from '../host.ts'
import { subjectOf } from './distinguished-name.ts'
import { type PrincipalMapping, principalMapping } from './principal-mapping.ts'
import { tlsMaterial } from './tls-material.ts'

export interface TlsContext {
  readonly host: SecurityHost
  readonly timers: Timers
  log(level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>): void
}

/** So often it is looked whether a certificate was renewed. */
const LOOK_MS = 30_000
const HANDSHAKE_TIMEOUT_MS = 30_000

export class TlsListener {
  readonly #name: string
  readonly #properties: ListenerProperties
  readonly #context: TlsContext
  readonly #mapping: PrincipalMapping
  #material: SecureContextOptions
  readonly #uses: ((material: SecureContextOptions) => void)[] = []
  #timer: Timer | undefined
  #closed = false

  private constructor(name: string, properties: ListenerProperties, context: TlsContext, material: SecureContextOptions) {
    this.#name = name
    this.#properties = properties
    this.#context = context
    this.#material = material
    this.#mapping = principalMapping(properties.get('ssl.principal.mapping.rules')!)
    const files = ['ssl.keystore.location', 'ssl.truststore.location']
    if (files.some(file => properties.get(file) !== undefined)) this.#lookLater()
  }

  static async open(name: string, properties: ListenerProperties, context: TlsContext): Promise<TlsListener> {
    return new TlsListener(name, properties, context, await tlsMaterial(properties, context.host))
  }

  get options(): TlsOptions {
    const auth = this.#properties.get('ssl.client.auth')
    return {
      ...this.#material,
      requestCert: auth !== 'none',
      rejectUnauthorized: auth === 'required',
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    }
  }

  /** `User:CN=alice,O=example`; undefined for one whose certificate is not good, or not of anybody here. */
  principalOf(socket: TLSSocket): string | undefined {
    const certificate = socket.getPeerX509Certificate()
    if (certificate === undefined) return 'User:ANONYMOUS'
    if (!socket.authorized) return undefined
    const name = this.#mapping(subjectOf(certificate.raw))
    return name === undefined ? undefined : `User:${name}`
  }

  /** Tells of new key and certificates; clients that are connected keep the old ones. */
  whenRenewed(use: (material: SecureContextOptions) => void): void {
    this.#uses.push(use)
  }

  close(): void {
    this.#closed = true
    this.#timer?.cancel()
  }

  #lookLater(): void {
    if (!this.#closed) this.#timer = this.#context.timers.after(LOOK_MS, () => void this.#look())
  }

  async #look(): Promise<void> {
    try {
      const material = await tlsMaterial(this.#properties, this.#context.host)
      if (!this.#closed && textOf(material) !== textOf(this.#material)) {
        this.#material = material
        for (const use of this.#uses) use(material)
        this.#context.log('info', 'certificates renewed', { listener: this.#name })
      }
    } catch (error) {
      // They may be half written: those at hand are good until the new ones are whole.
      this.#context.log('warn', 'certificates can not be read again', { listener: this.#name, error: (error as Error).message })
    }
    this.#lookLater()
  }
}

const textOf = (material: SecureContextOptions): string => JSON.stringify(material)
