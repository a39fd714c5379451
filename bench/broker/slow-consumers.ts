/** Consumers that ask for a lot and read next to nothing of it: what they cost is memory. */
import { type Socket, connect } from 'node:net'
import { apis, requestHeaderVersion } from '#src/kafka/protocol/apis.ts'
import { codecOf } from '#src/kafka/protocol/codec.ts'
import { Writer } from '#src/kafka/protocol/writer.ts'

const VERSION = 11

export async function slowConsumers(address: string, topic: string, count: number): Promise<{ close(): void }> {
  const [host, port] = address.split(':') as [string, string]
  const sockets: Socket[] = []
  for (let i = 0; i < count; i++) {
    const socket = connect({ host, port: Number(port) })
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    socket.pause()
    for (let n = 0; n < 8; n++) socket.write(fetchRequest(topic))
    sockets.push(socket)
  }
  return {
    close() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function fetchRequest(topic: string): Uint8Array {
  const writer = new Writer()
  const size = writer.gap32()
  writer.int16(apis.Fetch.key)
  writer.int16(VERSION)
  writer.int32(1)
  writer.nullableString('slow')
  if (requestHeaderVersion(apis.Fetch.key, VERSION) === 2) writer.uvarint(0)
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 50_000_000 }]
  codecOf(apis.Fetch.request, VERSION).encode(
    { maxWaitMs: 500, minBytes: 1, maxBytes: 50_000_000, topics: [{ topic, partitions }] },
    writer,
  )
  writer.fillInt32(size, writer.position - 4)
  return writer.take()
}
