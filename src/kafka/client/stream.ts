/**
 * How a broker is reached: a socket, with TLS or without, or a pipe where it runs in this very process.
 *
 *     dial: ({ port }) => (port === broker.port ? broker.pipe() : undefined)
 */
import { type Socket, connect as connectSocket, isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { ConnectorError } from '../../base/errors.ts'
import { type Address, printAddress } from './address.ts'
import { connectionLost, notAuthenticated } from './errors.ts'

/** A stream to a broker at that address within this process; undefined for an address of the outside. */
export type Dial = (address: Address) => Duplex | undefined

/** A stream, and how to get what it brings. */
export interface BrokerStream {
  readonly stream: Duplex
  /** What the receiver is given is good until it returns, where `passing` says so; its own otherwise. */
  readonly passing: boolean
  receive(receiver: (bytes: Uint8Array) => void): void
}

/** Whatever comes is the receiver's own. */
export const ownBytes = (stream: Duplex): BrokerStream => ({
  stream,
  passing: false,
  receive: receiver => void stream.on('data', receiver),
})

const READ_BYTES = 256 * 1024
/** All plain sockets read into it: memory of its own for each read is most of a fast reader's garbage. */
let shared: Uint8Array | undefined

/** A plain socket. What comes before there is a receiver is nothing: brokers speak when they are asked. */
function plainSocket({ host, port }: Address): BrokerStream {
  let received: ((bytes: Uint8Array) => void) | undefined
  const buffer = (shared ??= new Uint8Array(READ_BYTES))
  const callback = (count: number): boolean => {
    received?.(buffer.subarray(0, count))
    return true
  }
  const stream = connectSocket({ host, port, noDelay: true, onread: { buffer, callback } })
  return { stream, passing: true, receive: receiver => void (received = receiver) }
}

export interface StreamOptions {
  readonly dial: Dial | undefined
  readonly tls: ConnectionOptions | undefined
  readonly timeoutMs: number
}

/** Connected, and past the TLS handshake. A pipe needs neither. */
export async function openStream(address: Address, { dial, tls, timeoutMs }: StreamOptions): Promise<BrokerStream> {
  const pipe = dial?.(address)
  if (pipe !== undefined) return ownBytes(pipe)
  const { host, port } = address
  const name = printAddress(address)
  // The name goes along in the TLS handshake, but no number may.
  const servername = isIP(host) === 0 ? { servername: host } : {}
  const opened = tls === undefined ? plainSocket(address) : ownBytes(connectTls({ ...tls, host, port, ...servername }))
  const socket = opened.stream as Socket
  if (tls !== undefined) socket.setNoDelay(true)
  socket.setTimeout(timeoutMs)
  await new Promise<void>((resolve, reject) => {
    const fail = (error: ConnectorError): void => {
      socket.destroy()
      reject(error)
    }
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      socket.removeAllListeners('error')
      socket.removeAllListeners('close')
      socket.removeAllListeners('timeout')
      socket.setTimeout(0)
      resolve()
    })
    socket.once('timeout', () => fail(connectionLost(name, `was not made within ${timeoutMs} ms`)))
    socket.once('error', error => fail(notOpened(name, error, tls !== undefined)))
    socket.once('close', () => fail(connectionLost(name, 'was closed by the broker before it was made', undefined)))
  })
  return opened
}

function notOpened(name: string, error: NodeJS.ErrnoException, secure: boolean): ConnectorError {
  switch (error.code) {
    case 'ECONNREFUSED':
      return connectionLost(name, 'was refused: nobody listens there', error)
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return connectionLost(name, 'was not made: the host has no address', error)
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return connectionLost(name, `was not made: ${error.message}`, error)
    case 'ECONNRESET':
      return connectionLost(
        name,
        secure ? 'was broken off within the TLS handshake: does that listener speak TLS?' : 'was broken off',
        error,
      )
    default:
      return secure
        ? notAuthenticated(
            name,
            `TLS failed: ${error.message}`,
            "'ssl.truststore.location' names the certificates to trust, as PEM",
            error,
          )
        : connectionLost(name, `was not made: ${error.message}`, error)
  }
}
