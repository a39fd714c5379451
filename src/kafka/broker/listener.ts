/** An address that clients connect to, and the one they are told to connect to. */
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { MillraceError } from '../../base/errors.ts'
import type { Broker } from './broker.ts'
import { Connection } from './connection.ts'

export interface ListenerOptions {
  /** `PLAINTEXT`, or a name of its own. */
  readonly name: string
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** What clients are told; the address itself where there is none. */
  readonly advertised: { readonly host: string; readonly port: number } | undefined
}

export class Listener {
  readonly name: string
  readonly #options: ListenerOptions
  readonly #broker: Broker
  #server: Server | undefined
  readonly #connections = new Set<Connection>()

  constructor(options: ListenerOptions, broker: Broker) {
    this.name = options.name
    this.#options = options
    this.#broker = broker
  }

  get connections(): ReadonlySet<Connection> {
    return this.#connections
  }

  get host(): string {
    return this.#options.host
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo | null)?.port ?? this.#options.port
  }

  get advertisedHost(): string {
    return this.#options.advertised?.host ?? this.host
  }

  get advertisedPort(): number {
    return this.#options.advertised?.port ?? this.port
  }

  async open(): Promise<void> {
    const server = createServer({ noDelay: true }, socket => this.#accept(socket))
    this.#server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', error => reject(notBound(this.#options, error)))
      server.listen(this.#options.port, this.#options.host, BACKLOG, resolve)
    })
    server.on('error', error => this.#broker.log('error', 'listener failed', { listener: this.name, error: error.message }))
  }

  #accept(socket: Socket): void {
    this.connect(socket, socket.remoteAddress ?? '')
  }

  /** A client by any stream: a socket, or a pipe within the process. */
  connect(stream: Duplex, remoteAddress: string): Connection {
    const connection = new Connection(this.#broker.nextConnectionId(), stream, remoteAddress, this, this.#broker)
    this.#connections.add(connection)
    return connection
  }

  /** A client within this process: answers its end of a pipe. */
  pipe(): Duplex {
    const [ours, theirs] = duplexPair()
    // A socket tells when the other side is gone; a pair of streams does not.
    ours.on('close', () => theirs.destroy())
    theirs.on('close', () => ours.destroy())
    this.connect(ours, 'in-process')
    return theirs
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection)
  }

  /** Takes no new clients. */
  async stopAccepting(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    await new Promise<void>(resolve => {
      server.close(() => resolve())
      // Node waits for clients here, too; they are told to go by others.
      setImmediate(resolve)
    })
  }

  closeConnections(): void {
    for (const connection of Array.from(this.#connections)) connection.close()
  }
}

const BACKLOG = 1024

function notBound({ host, port }: ListenerOptions, error: Error): MillraceError {
  const code = (error as NodeJS.ErrnoException).code
  const why = code === 'EADDRINUSE' ? 'the port is taken' : code === 'EACCES' ? 'the port needs more rights' : error.message
  return new MillraceError('LISTENER', 'external', `can not listen on ${host}:${port}: ${why}`, { cause: error })
}
