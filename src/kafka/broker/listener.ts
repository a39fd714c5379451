/** An address that clients connect to, and the one they are told to connect to. */
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { type Server as TlsServer, createServer as createTlsServer } from 'node:tls'
import { MillraceError } from '../../base/errors.ts'
import type { Broker } from './broker.ts'
import { type Client, Connection } from './connection.ts'
import { INSIDE } from './security/authorizer.ts'
import { type ListenerSecurity, noSecurity } from './security/listener-security.ts'
import type { SecurityProtocol } from './security/listeners.ts'
import { takeOver } from './socket-reader.ts'
import type { TlsListener } from './security/tls/tls-listener.ts'

export interface ListenerOptions {
  /** `PLAINTEXT`, or a name of its own. */
  readonly name: string
  /** `localhost`: every address that clients take it for. Empty: every address of the machine. */
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** What clients are told; the address itself where there is none. Port 0: the one that is listened on. */
  readonly advertised: { readonly host: string; readonly port: number } | undefined
  /** PLAINTEXT where nothing is said. */
  readonly protocol?: SecurityProtocol
}

export class Listener {
  readonly name: string
  readonly security: ListenerSecurity
  readonly #options: ListenerOptions
  readonly #broker: Broker
  #servers: readonly Server[] = []
  readonly #connections = new Set<Connection>()

  constructor(options: ListenerOptions, broker: Broker, security: ListenerSecurity = noSecurity) {
    this.name = options.name
    this.security = security
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
    return (this.#servers[0]?.address() as AddressInfo | null | undefined)?.port ?? this.#options.port
  }

  get advertisedHost(): string {
    return this.#options.advertised?.host ?? this.host
  }

  get advertisedPort(): number {
    return this.#options.advertised?.port || this.port
  }

  async open(): Promise<void> {
    const { host, port } = this.#options
    if (host !== 'localhost') {
      this.#servers = [await this.#listen(host, port)]
      return
    }
    // Some systems take `localhost` for the one first, some for the other.
    for (let tries = 1; ; tries++) {
      const first = await this.#listen('127.0.0.1', port)
      try {
        this.#servers = [first, await this.#listen('::1', (first.address() as AddressInfo).port)]
        return
      } catch (error) {
        const code = ((error as Error).cause as NodeJS.ErrnoException).code
        this.#servers = [first]
        if (code !== 'EADDRINUSE') return this.#withoutIPv6(error as Error)
        await stopped(first)
        // A free port of the one need not be free with the other.
        if (port !== 0 || tries === MOST_TRIES) throw error
      }
    }
  }

  #withoutIPv6(error: Error): void {
    this.#broker.log('info', 'no listener for IPv6', { listener: this.name, error: error.message })
  }

  async #listen(host: string, port: number): Promise<Server> {
    const { tls } = this.security
    const server =
      tls === undefined
        ? createServer({ noDelay: true, pauseOnConnect: true }, socket => this.#acceptPlain(socket))
        : this.#tlsServer(tls)
    await new Promise<void>((resolve, reject) => {
      server.once('error', error => reject(notBound(host, port, error)))
      // Without a host, Node listens on every address of both kinds.
      server.listen({ port, backlog: BACKLOG, ...(host === '' ? {} : { host }) }, resolve)
    })
    server.on('error', error => this.#broker.log('error', 'listener failed', { listener: this.name, error: error.message }))
    return server
  }

  #tlsServer(tls: TlsListener): TlsServer {
    const server = createTlsServer({ ...tls.options, noDelay: true }, socket => {
      const principal = tls.principalOf(socket)
      if (principal !== undefined) return this.#accept(socket, principal)
      this.#refuse(socket, socket.authorizationError?.toString() ?? 'its certificate is not of anybody here')
    })
    server.on('tlsClientError', (error, socket) =>
      this.#refuse(socket, (error as Error & { readonly reason?: string }).reason ?? error.message),
    )
    tls.whenRenewed(material => server.setSecureContext(material))
    return server
  }

  #refuse(socket: Socket, reason: string): void {
    this.#broker.log('warn', 'no TLS with a client', { listener: this.name, remote: addressOf(socket), reason })
    socket.destroy()
  }

  #acceptPlain(accepted: Socket): void {
    let connection: Connection | undefined
    const socket = takeOver(accepted, () => connection)
    if (socket === undefined) return this.#accept(accepted)
    if (!this.#hasRoomFor(socket)) return
    const client = { remoteAddress: addressOf(socket), principal: ANONYMOUS, sasl: this.security.sasl, readsElsewhere: true }
    connection = this.#connect(socket, client)
  }

  #accept(socket: Socket, principal?: string): void {
    if (!this.#hasRoomFor(socket)) return
    this.connect(socket, addressOf(socket), principal)
  }

  /** Closes a connection that is one too many: in all, or from its address. */
  #hasRoomFor(socket: Socket): boolean {
    const { maxConnections, maxConnectionsOf } = this.#broker.settings
    const remote = addressOf(socket)
    const ofAddress = maxConnectionsOf(remote)
    if (Math.min(maxConnections, ofAddress) >= NO_LIMIT) return true
    const all = this.#broker.listeners.flatMap(({ connections }) => [...connections])
    if (all.length < maxConnections && all.filter(({ remoteAddress }) => remoteAddress === remote).length < ofAddress) return true
    this.#broker.log('warn', 'too many connections', { listener: this.name, remote, maxConnections, ofAddress })
    socket.destroy()
    return false
  }

  /** A client by any stream: a socket, or a pipe within the process. */
  connect(stream: Duplex, remoteAddress: string, principal = ANONYMOUS): Connection {
    return this.#connect(stream, { remoteAddress, principal, sasl: this.security.sasl })
  }

  #connect(stream: Duplex, client: Client): Connection {
    const connection = new Connection(this.#broker.nextConnectionId(), stream, client, this, this.#broker)
    this.#connections.add(connection)
    return connection
  }

  /**
   * A client within this process: answers its end of a pipe. It is who it says, one of the process's own parts where it says
   * nothing. A stranger's pipe is for who is to be asked as if by the network.
   */
  pipe(principal: string = INSIDE): Duplex {
    const [ours, theirs] = joined()
    this.#connect(ours, { remoteAddress: '127.0.0.1', principal, sasl: undefined })
    return theirs
  }

  strangerPipe(): Duplex {
    const [ours, theirs] = joined()
    this.connect(ours, '127.0.0.1')
    return theirs
  }

  forget(connection: Connection): void {
    this.#connections.delete(connection)
  }

  /** Takes no new clients. */
  async stopAccepting(): Promise<void> {
    const servers = this.#servers
    this.#servers = []
    this.security.close()
    await Promise.all(servers.map(stopped))
  }

  /** Clients get the answers that are ready. */
  async closeConnections(withinMs: number): Promise<void> {
    const closed = Array.from(this.#connections, connection => {
      const gone = new Promise<void>(resolve => connection.whenClosed(resolve))
      connection.closeSoon(withinMs)
      return gone
    })
    await Promise.all(closed)
  }
}

const stopped = (server: Server): Promise<void> =>
  new Promise(resolve => {
    server.close(() => resolve())
    // Node waits for clients here, too; they are told to go by others.
    setImmediate(resolve)
  })

/** An IPv4 address is itself also where IPv6 listens for it. */
const addressOf = ({ remoteAddress = '' }: Socket): string => remoteAddress.replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, '')

const BACKLOG = 1024
/** What Kafka's properties say where nobody sets them. */
const NO_LIMIT = 2 ** 31 - 1
const ANONYMOUS = 'User:ANONYMOUS'

/** A socket tells when the other side is gone; a pair of streams does not by itself. */
function joined(): [Duplex, Duplex] {
  const [ours, theirs] = duplexPair()
  ours.on('close', () => theirs.destroy())
  theirs.on('close', () => ours.destroy())
  return [ours, theirs]
}
const MOST_TRIES = 20

function notBound(host: string, port: number, error: Error): MillraceError {
  const code = (error as NodeJS.ErrnoException).code
  const why = code === 'EADDRINUSE' ? 'the port is taken' : code === 'EACCES' ? 'the port needs more rights' : error.message
  return new MillraceError('LISTENER', 'external', `can not listen on ${host}:${port}: ${why}`, { cause: error })
}
