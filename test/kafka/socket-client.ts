/** The client of tests over a socket to a broker in another process. */
import { connect } from 'node:net'
import { systemClock } from '#src/base/clock.ts'
import type { Broker } from '#src/kafka/broker/broker.ts'
import { TestClient } from '#src/testing/broker.ts'

export interface SocketClient {
  readonly client: TestClient
  readonly localPort: number
}

export async function socketClient(port: number, clientId: string): Promise<SocketClient> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  // What breaks a connection closes it, and that is told to whoever waits for an answer.
  socket.on('error', error => socket.destroy(error))
  // It asks its broker for the time and nothing else.
  const client = new TestClient({ clock: systemClock } as unknown as Broker, clientId, socket)
  return { client, localPort: socket.localPort! }
}
