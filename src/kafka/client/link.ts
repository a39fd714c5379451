/**
 * The way to one broker: a connection that is made when it is needed, again after it was lost, and anew before the broker
 * wants to know once more who we are. Long polls have a link of their own, so that nothing waits behind them.
 */
import type { Clock, Timers } from '../../base/clock.ts'
import type { ConnectionOptions as TlsOptions } from 'node:tls'
import type { ApiName } from '../protocol/apis.ts'
import { type Address, printAddress } from './address.ts'
import { type Answer, type AskIn, type AskOptions, Connection } from './connection.ts'
import { connectionLost } from './errors.ts'
import { type BrokerFeatures, agreeOnVersions, authenticate, brokenOff } from './handshake.ts'
import { type Backoff, sleep } from './retry.ts'
import type { Mechanism } from './sasl/mechanism.ts'
import { type Dial, openStream } from './stream.ts'

export interface LinkOptions {
  readonly clientId: string
  readonly softwareVersion: string
  readonly clock: Clock
  readonly timers: Timers
  readonly requestTimeoutMs: number
  readonly setupTimeoutMs: number
  readonly maxIdleMs: number
  readonly protocol: string
  readonly dial: Dial | undefined
  tls(): Promise<TlsOptions | undefined>
  readonly mechanism: Mechanism | undefined
}

export class Link {
  readonly address: Address
  readonly name: string
  readonly #options: LinkOptions
  readonly #backoff: Backoff
  #connection: Connection | undefined
  readonly #retired = new Set<Connection>()
  #opening: Promise<Connection> | undefined
  #notBeforeMs = 0
  #closed = false
  features: BrokerFeatures | undefined

  constructor(address: Address, options: LinkOptions, backoff: Backoff) {
    this.address = address
    this.name = printAddress(address)
    this.#options = options
    this.#backoff = backoff
  }

  async ask<N extends ApiName>(api: N, request: AskIn<N>, options?: AskOptions): Promise<Answer<N>> {
    return (await this.connect()).ask(api, request, options)
  }

  /** The connection, if there is one by now. */
  get current(): Connection | undefined {
    return this.#usable() ? this.#connection : undefined
  }

  connect(): Promise<Connection> {
    if (this.#usable()) return Promise.resolve(this.#connection!)
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined))
    return this.#opening
  }

  close(): void {
    this.#closed = true
    this.#connection?.close()
    for (const connection of this.#retired) connection.close()
  }

  #usable(): boolean {
    const connection = this.#connection
    if (connection === undefined || connection.closed) return false
    const { clock, maxIdleMs } = this.#options
    const nowMs = clock.elapsedMs()
    // The broker breaks off what was idle for long; better here than with a request on its way.
    const stale = nowMs >= connection.expiresMs || (maxIdleMs >= 0 && nowMs - connection.lastUsedMs >= maxIdleMs)
    if (!stale) return true
    // What is on its way is waited for.
    connection.closeWhenIdle()
    this.#retired.add(connection)
    this.#connection = undefined
    return false
  }

  async #open(): Promise<Connection> {
    const { clock, timers, clientId, requestTimeoutMs, setupTimeoutMs, dial, protocol, mechanism } = this.#options
    const waitMs = this.#notBeforeMs - clock.elapsedMs()
    if (waitMs > 0) await sleep(timers, waitMs)
    if (this.#closed) throw connectionLost(this.name, 'is not made: the client was closed')
    let connection: Connection | undefined
    try {
      const stream = await openStream(this.address, { dial, tls: await this.#options.tls(), timeoutMs: setupTimeoutMs })
      connection = new Connection(stream, { name: this.name, clientId, clock, timers, timeoutMs: requestTimeoutMs })
      try {
        this.features = await agreeOnVersions(connection, this.#options.softwareVersion)
        if (mechanism !== undefined) await authenticate(connection, mechanism, clock)
      } catch (error) {
        throw brokenOff(connection, protocol, error)
      }
      if (this.#closed) throw connectionLost(this.name, 'is not made: the client was closed')
      this.#backoff.reset()
      for (const old of this.#retired) if (old.closed) this.#retired.delete(old)
      this.#connection = connection
      return connection
    } catch (error) {
      connection?.close()
      this.#notBeforeMs = clock.elapsedMs() + this.#backoff.next()
      throw error
    }
  }
}
