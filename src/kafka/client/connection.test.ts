import { duplexPair } from 'node:stream'
import { expect, onTestFinished, test } from 'vitest'
import { TestTime, settled, testBroker } from '../../testing/broker.ts'
import { clientOf } from '../../testing/kafka-client.ts'
import { apis, type ApiRow } from '../protocol/apis.ts'
import { codecOf } from '../protocol/codec.ts'
import { Reader } from '../protocol/reader.ts'
import { decodeRequestHeader } from '../protocol/request-header.ts'
import { Writer } from '../protocol/writer.ts'
import { ownBytes } from './stream.ts'
import { Connection } from './connection.ts'
import { agreeOnVersions } from './handshake.ts'

/** A connection to a broker that answers with whole frames made by the test. */
function connected(answer: (key: number, version: number, correlationId: number, writer: Writer) => void) {
  const [ours, theirs] = duplexPair()
  theirs.on('data', (chunk: Buffer) => {
    const { apiKey, apiVersion, correlationId } = decodeRequestHeader(new Reader(chunk, 4))
    const writer = new Writer()
    const size = writer.gap32()
    answer(apiKey, apiVersion, correlationId, writer)
    if (writer.position === 4) return
    writer.fillInt32(size, writer.position - 4)
    theirs.write(writer.take())
  })
  const time = new TestTime()
  const connection = new Connection(ownBytes(ours), {
    name: 'kafka-1:9092',
    clientId: 'test',
    clock: time.clock,
    timers: time,
    timeoutMs: 1000,
  })
  onTestFinished(() => connection.close())
  return { connection, time, theirs }
}

test('an older broker is spoken to in what it has', async () => {
  const asked: number[] = []
  const { connection } = connected((_, version, correlationId, writer) => {
    asked.push(version)
    writer.int32(correlationId)
    const apiKeys = [
      { apiKey: apis.ApiVersions.key, minVersion: 0, maxVersion: 2 },
      { apiKey: apis.Metadata.key, minVersion: 0, maxVersion: 5 },
      { apiKey: apis.Fetch.key, minVersion: 0, maxVersion: 3 },
    ]
    const known = version <= 2
    codecOf((apis.ApiVersions as ApiRow).response, known ? version : 0).encode(
      { errorCode: known ? 0 : 35, apiKeys } as never,
      writer,
    )
  })
  await agreeOnVersions(connection, '1.0')
  expect(asked).toEqual([4, 2])
  expect(connection.versionOf('Metadata')).toBe(5)
  await expect(connection.ask('Fetch', {})).rejects.toThrow('kafka-1:9092 speaks Fetch in versions 0 to 3, we 4 to 18')
  await expect(connection.ask('Produce', {})).rejects.toThrow('kafka-1:9092 has no Produce')
})

test('a request that is not answered in time breaks the connection, and all that wait', async () => {
  const { connection, time } = connected(() => {})
  const first = connection.askIn(0, 'ApiVersions', {})
  const second = connection.askIn(0, 'ApiVersions', {}, { timeoutMs: 9000 })
  first.catch(() => undefined)
  second.catch(() => undefined)
  await time.pass(1000)
  await expect(first).rejects.toMatchObject({ code: 'KAFKA_TIMEOUT', retry: 'backoff' })
  await expect(second).rejects.toThrow('kafka-1:9092 did not answer ApiVersions within 1000 ms')
  await expect(connection.askIn(0, 'ApiVersions', {})).rejects.toMatchObject({ code: 'KAFKA_TIMEOUT' })
})

test('an answer to something else, or of nonsense, breaks it', async () => {
  const wrong = connected((_, __, correlationId, writer) => writer.int32(correlationId + 1))
  await expect(wrong.connection.askIn(0, 'ApiVersions', {})).rejects.toMatchObject({ code: 'KAFKA_CONNECTION' })
  const short = connected((_, __, correlationId, writer) => writer.int32(correlationId))
  await expect(short.connection.askIn(0, 'ApiVersions', {})).rejects.toThrow("answered ApiVersions with what can't be read")
  expect(short.connection.closed).toBe(true)
})

test('a broker that goes away is told, and found again', async () => {
  const broker = await testBroker()
  onTestFinished(() => broker.stop())
  const client = clientOf(broker)
  onTestFinished(() => client.close())
  await client.refresh(null)
  broker.broker.listeners[0]!.closeConnections(0)
  await settled()
  await client.refresh(null)
  expect(client.metadata.brokers.size).toBe(1)
})

test('a topic that is not there is told at once; one that may be made is', async () => {
  const broker = await testBroker()
  onTestFinished(() => broker.stop())
  const client = clientOf(broker)
  onTestFinished(() => client.close())
  await expect(client.topic('orders')).rejects.toMatchObject({ code: 'KAFKA_TOPIC_UNKNOWN', message: 'there is no topic orders' })
  expect((await client.topic('orders', { mayCreate: true })).partitions).toHaveLength(1)
})
