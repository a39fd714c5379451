import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { type TestBroker, settled, testBroker } from '../../../testing/broker.ts'
import { clientOf, dialTo } from '../../../testing/kafka-client.ts'
import { seededRandom } from '../../../base/random.ts'
import { codecs } from '../../records/compression.ts'
import { murmur2 } from './murmur2.ts'
import { byKey, partitionOfKey } from './partitioner.ts'
import { Producer } from './producer.ts'
import type { TopicWriter } from './topic-writer.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const NOTHING = new Uint8Array(0)

async function started(properties: Record<string, string> = {}, partitions = 1, configs: Record<string, string> = {}) {
  const broker = await testBroker()
  onTestFinished(() => broker.stop())
  await broker.connect().createTopic('orders', partitions, configs)
  const producer = await producerOf(broker, properties)
  return { broker, producer, orders: await producer.topic('orders') }
}

async function producerOf(
  broker: TestBroker,
  properties: Record<string, string> = {},
  options: Parameters<typeof clientOf>[2] = {},
) {
  const client = clientOf(broker, properties, options)
  const producer = await Producer.open(client)
  onTestFinished(() => {
    producer.close()
    client.close()
  })
  return producer
}

const append = (topic: TopicWriter, value: string, key?: string, partition?: number) => {
  const keyBytes = key === undefined ? NOTHING : bytes(key)
  topic.append(
    5,
    keyBytes,
    key === undefined ? -1 : 0,
    keyBytes.length,
    bytes(value),
    0,
    bytes(value).length,
    undefined,
    partition,
  )
}

const written = async (broker: TestBroker, partition = 0) =>
  (await broker.connect().fetch('orders', partition)).records.map(
    ({ offset, key, value }) => `${offset} ${key ?? ''}=${value ?? '∅'}`,
  )

test.each(codecs)('what is appended is written, in order and in batches: %s', async codec => {
  const { broker, producer, orders } = await started({ 'compression.type': codec, 'batch.size': '200' })
  for (let i = 0; i < 50; i++) append(orders, `v${i}`, `k${i}`)
  await producer.flush()
  expect(await written(broker)).toEqual(Array.from({ length: 50 }, (_, i) => `${i} k${i}=v${i}`))
})

test('who sends one record hears where it lies', async () => {
  const { broker, producer } = await started()
  const places = await Promise.all(
    ['a', 'b', 'c'].map(value => producer.send('orders', { key: 'k', value, headers: [{ key: 'h', value: null }] })),
  )
  expect(places.map(place => place.offset)).toEqual([0, 1, 2])
  expect(await written(broker)).toEqual(['0 k=a', '1 k=b', '2 k=c'])
})

test('records wait for others as long as linger.ms says', async () => {
  const { broker, orders } = await started({ 'linger.ms': '20' })
  append(orders, 'a')
  await broker.time.pass(10)
  append(orders, 'b')
  await broker.time.pass(9)
  expect(await written(broker)).toEqual([])
  await broker.time.pass(1)
  expect(await written(broker)).toEqual(['0 =a', '1 =b'])
})

test('an answer that is lost does no harm: the broker knows the batch', async () => {
  const broker = await testBroker()
  onTestFinished(() => broker.stop())
  await broker.connect().createTopic('orders')
  let lose = false
  const producer = await producerOf(
    broker,
    { 'batch.size': '1' },
    {
      dial: () => {
        const stream = dialTo(broker)()
        const push = stream.push.bind(stream)
        // The request has been served; its answer breaks the connection.
        stream.push = (chunk: unknown) => {
          if (!lose || chunk === null) return push(chunk)
          lose = false
          setImmediate(() => stream.destroy(new Error('cut')))
          return true
        }
        return stream
      },
    },
  )
  const orders = await producer.topic('orders')
  append(orders, 'a')
  await producer.flush()
  lose = true
  for (const value of ['b', 'c', 'd', 'e', 'f', 'g', 'h']) append(orders, value)
  const flushed = producer.flush()
  await broker.time.pass(5000)
  await flushed
  expect(await written(broker)).toEqual(['0 =a', '1 =b', '2 =c', '3 =d', '4 =e', '5 =f', '6 =g', '7 =h'])
})

test('a broker that comes back gets what waited, once and in order', async () => {
  const broker = await testBroker()
  await broker.connect().createTopic('orders')
  let current = broker
  const producer = await producerOf(broker, { 'batch.size': '1' }, { dial: () => dialTo(current)() })
  const orders = await producer.topic('orders')
  append(orders, 'a')
  await producer.flush()
  current = await broker.restart()
  onTestFinished(() => current.stop())
  for (const value of ['b', 'c', 'd']) append(orders, value)
  const flushed = producer.flush()
  await broker.time.pass(5000)
  await flushed
  expect(await written(current)).toEqual(['0 =a', '1 =b', '2 =c', '3 =d'])
})

test('a batch that is too large for the topic goes in parts', async () => {
  const { broker, producer } = await started({}, 1, { 'max.message.bytes': '300' })
  const places = Array.from({ length: 40 }, (_, i) => producer.send('orders', { value: `value ${i}` }))
  expect((await Promise.all(places)).map(place => place.offset)).toEqual(Array.from({ length: 40 }, (_, i) => i))
  expect(await written(broker)).toEqual(Array.from({ length: 40 }, (_, i) => `${i} =value ${i}`))
})

test('a record that is too large is refused, and so is all behind it', async () => {
  const { producer, orders } = await started({}, 1, { 'max.message.bytes': '300' })
  append(orders, 'x'.repeat(1000))
  await expect(producer.flush()).rejects.toMatchObject({ code: 'KAFKA_TOO_LARGE', errorName: 'MESSAGE_TOO_LARGE' })
  expect(() => append(orders, 'y')).toThrow(/MESSAGE_TOO_LARGE/)
})

test('a record larger than a request never leaves', async () => {
  const { orders } = await started({ 'max.request.size': '1000' })
  expect(() => append(orders, 'x'.repeat(1000))).toThrow("a record of 1000 bytes for orders-0 is larger than 'max.request.size'")
})

test('there is room again when what waits was written', async () => {
  const { producer, orders } = await started({ 'buffer.memory': '1000', 'batch.size': '200' })
  while (!producer.crowded) append(orders, 'x'.repeat(50))
  await producer.room()
  expect(producer.crowded).toBe(false)
})

test('without idempotence, and without answers', async () => {
  const { broker, producer, orders } = await started({ acks: '0', 'enable.idempotence': 'false' })
  for (const value of ['a', 'b']) append(orders, value)
  await producer.flush()
  await settled()
  expect(await written(broker)).toEqual(['0 =a', '1 =b'])
})

test('acks that an idempotent producer can do without are refused', async () => {
  const broker = await testBroker()
  onTestFinished(() => broker.stop())
  await expect(producerOf(broker, { acks: '1', 'enable.idempotence': 'true' })).rejects.toMatchObject({ code: 'KAFKA_CONFIG' })
})

test('keys are hashed as Java hashes them', () => {
  // What Kafka's own Utils.murmur2 gives.
  const known: Record<string, number> = {
    '21': -973932308,
    'foobar': -790332482,
    'a-little-bit-long-string': -985981536,
    'a-little-bit-longer-string': -1486304829,
    'lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8': -58897971,
    'abc': 479470107,
  }
  for (const [key, hash] of Object.entries(known)) expect(murmur2(bytes(key))).toBe(hash)
})

test('a key has one partition; records without one go on to another when a batch is full', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1 }), fc.integer({ min: 1, max: 100 }), (key, partitions) => {
      const padded = Uint8Array.of(1, ...key, 2)
      const chosen = partitionOfKey(padded, 1, padded.length - 1, partitions)
      expect(chosen).toBe(partitionOfKey(key, 0, key.length, partitions))
      expect(chosen).toBeGreaterThanOrEqual(0)
      expect(chosen).toBeLessThan(partitions)
    }),
  )
  const partitioner = byKey(seededRandom(1))
  const next = () => partitioner.choose(NOTHING, -1, 0, 8)
  const first = next()
  expect([next(), next()]).toEqual([first, first])
  partitioner.full!(first)
  expect(new Set(Array.from({ length: 20 }, () => (partitioner.full!(next()), next()))).size).toBeGreaterThan(3)
})

test('a producer whose client was closed rejects what is not written', async () => {
  const { producer, orders } = await started({ 'linger.ms': '1000' })
  append(orders, 'v')
  producer.client.close()
  await expect(producer.flush()).rejects.toMatchObject({ code: 'KAFKA_CONNECTION' })
})
