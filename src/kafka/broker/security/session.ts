/** Who a connection is, and what it may ask before it has said so. */
import type { Listener } from '../listener.ts'

export class Session {
  readonly remoteAddress: string
  readonly listener: Listener
  /** `User:alice`; everybody is ANONYMOUS where a listener asks for no name. */
  principal = 'User:ANONYMOUS'
  /** The next frame is a token of SASL's first handshake, without a header. */
  expectsToken = false

  constructor(listener: Listener, remoteAddress: string) {
    this.listener = listener
    this.remoteAddress = remoteAddress
  }

  /** Fails when this API may not be called yet. */
  check(_key: number): void {}

  /** The answer to a token; undefined: close the connection. */
  token(_bytes: Uint8Array): Uint8Array | undefined | Promise<Uint8Array | undefined> {
    return undefined
  }
}
