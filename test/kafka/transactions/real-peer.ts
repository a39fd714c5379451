/** A broker behind a socket, asked one request at a time. */
import { type Socket, connect } from 'node:net'
import { type ApiName, apis, requestHeaderVersion, responseHeaderVersion } from '#src/kafka/protocol/apis.ts'
import { codecOf } from '#src/kafka/protocol/codec.ts'
import { Reader } from '#src/kafka/protocol/reader.ts'
import { Writer } from '#src/kafka/protocol/writer.ts'
import type { Peer } from '#src/testing/transaction-script.ts'

const FIND_TRIES = 100
/** Markers of a transaction are written behind the answer, and new topics known to all that ask. */
const SETTLE_MS = 150

export class RealPeer implements Peer {
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #take: (() => void) | undefined

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', chunk => {
      this.#received = Buffer.concat([this.#received, chunk])
      this.#take?.()
    })
  }

  /** Connects, and has the coordinators' topics made. */
  static async connect(address: string): Promise<RealPeer> {
    const [host, port] = address.split(':')
    const socket = connect(Number(port), host)
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    const peer = new RealPeer(socket)
    for (const keyType of [0, 1]) {
      for (let tries = 0; tries < FIND_TRIES; tries++) {
        const { coordinators } = await peer.ask('FindCoordinator', 4, { keyType, coordinatorKeys: ['any'] })
        if (coordinators[0]!.errorCode === 0) break
        await peer.wait(100)
      }
    }
    return peer
  }

  ask: Peer['ask'] = (async (api: ApiName, version: number, request: object): Promise<unknown> => {
    const { key } = apis[api]
    const writer = new Writer()
    const size = writer.gap32()
    writer.int16(key)
    writer.int16(version)
    writer.int32(0)
    writer.nullableString('script')
    if (requestHeaderVersion(key, version) === 2) writer.uvarint(0)
    codecOf(apis[api].request, version).encode(request as never, writer)
    writer.fillInt32(size, writer.position - 4)
    this.#socket.write(writer.take())
    const frame = await this.#frame()
    const reader = new Reader(frame, 4)
    if (responseHeaderVersion(key, version) === 1) reader.skipTags()
    return codecOf(apis[api].response, version).decode(reader)
  }) as never

  #frame(): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const lost = () => reject(new Error('the broker closed the connection'))
      this.#socket.once('close', lost)
      this.#take = () => {
        if (this.#received.length < 4 || this.#received.length < 4 + this.#received.readInt32BE(0)) return
        const frame = this.#received.subarray(4, 4 + this.#received.readInt32BE(0))
        this.#received = this.#received.subarray(4 + frame.length)
        this.#take = undefined
        this.#socket.off('close', lost)
        resolve(frame)
      }
      this.#take()
    })
  }

  nowMs(): number {
    return Date.now()
  }

  wait(ms: number): Promise<void> {
    return new Promise(resolve => setTimeout(resolve, ms))
  }

  settle(): Promise<void> {
    return this.wait(SETTLE_MS)
  }

  close(): void {
    this.#socket.destroy()
  }
}
