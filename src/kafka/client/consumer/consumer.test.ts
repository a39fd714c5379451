import { expect, onTestFinished, test } from 'vitest'
import { type TestBroker, settled, testBroker } from '../../../testing/broker.ts'
import { clientOf, dialTo, readAll, textsOf } from '../../../testing/kafka-client.ts'
import { codecs } from '../../records/compression.ts'
import type { KafkaClient } from '../client.ts'
import { Consumer, type ConsumerOptions } from './consumer.ts'

async function started(topics: Readonly<Record<string, number>> = { orders: 1 }) {
  const broker = await testBroker()
  onTestFinished(() => broker.stop())
  const writer = broker.connect()
  for (const [name, partitions] of Object.entries(topics)) await writer.createTopic(name, partitions)
  return { broker, writer }
}

function consumerOf(broker: TestBroker, options: ConsumerOptions & { properties?: Record<string, string> } = {}) {
  const client = clientOf(broker, options.properties)
  const consumer = new Consumer(client, options)
  onTestFinished(() => {
    consumer.close()
    client.close()
  })
  return consumer
}

const assign = async (consumer: Consumer, client: KafkaClient, partitions: Parameters<Consumer['assign']>[0]) => {
  await Promise.all([...new Set(partitions.map(p => p.topic))].map(topic => client.topic(topic)))
  consumer.assign(partitions)
}

test('records of every codec, from the offset asked for, in order', async () => {
  const { broker, writer } = await started()
  for (const codec of codecs) await writer.produce('orders', 0, [`${codec}1`, `k=${codec}2`, 'gone='], { codec })
  const consumer = consumerOf(broker)
  await assign(consumer, consumer.client, [{ topic: 'orders', partition: 0, offset: 1 }])
  expect(await readAll(consumer)).toEqual([
    'orders-0@1 k=none2',
    'orders-0@2 gone=∅',
    'orders-0@3 gzip1',
    'orders-0@4 k=gzip2',
    'orders-0@5 gone=∅',
    'orders-0@6 snappy1',
    'orders-0@7 k=snappy2',
    'orders-0@8 gone=∅',
    'orders-0@9 lz41',
    'orders-0@10 k=lz42',
    'orders-0@11 gone=∅',
    'orders-0@12 zstd1',
    'orders-0@13 k=zstd2',
    'orders-0@14 gone=∅',
  ])
  expect(consumer.partitions.get('orders-0')!.position).toBe(15)
})

test('it waits for what comes later, of all its partitions', async () => {
  const { broker, writer } = await started({ orders: 2, bills: 1 })
  const consumer = consumerOf(broker)
  await assign(consumer, consumer.client, [
    { topic: 'orders', partition: 0, offset: 0 },
    { topic: 'orders', partition: 1, offset: 0 },
    { topic: 'bills', partition: 0, offset: 0 },
  ])
  expect(await readAll(consumer)).toEqual([])
  const ready = consumer.ready()
  await writer.produce('orders', 1, ['a'])
  await ready
  expect(textsOf(consumer.next()!)).toEqual(['orders-1@0 a'])
  await writer.produce('bills', 0, ['b'])
  await writer.produce('orders', 0, ['c'])
  expect((await readAll(consumer)).toSorted()).toEqual(['bills-0@0 b', 'orders-0@0 c'])
})

test('a partition stops where it was told to, in the midst of a batch too', async () => {
  const { broker, writer } = await started()
  await writer.produce('orders', 0, ['a', 'b', 'c', 'd'])
  const consumer = consumerOf(broker)
  await assign(consumer, consumer.client, [{ topic: 'orders', partition: 0, offset: 1, stopAt: 3 }])
  expect(consumer.ended).toBe(false)
  expect(await readAll(consumer)).toEqual(['orders-0@1 b', 'orders-0@2 c'])
  expect(consumer.ended).toBe(true)
})

test('views have the size that was asked for; the position stands behind each', async () => {
  const { broker, writer } = await started()
  await writer.produce('orders', 0, ['a', 'b', 'c', 'd', 'e'], { codec: 'lz4' })
  const consumer = consumerOf(broker, { capacity: 2 })
  await assign(consumer, consumer.client, [{ topic: 'orders', partition: 0, offset: 0 }])
  await consumer.ready()
  const seen: [string[], number][] = []
  for (let rows = consumer.next(); rows !== undefined; rows = consumer.next()) seen.push([textsOf(rows), rows.partition.position])
  expect(seen).toEqual([
    [['orders-0@0 a', 'orders-0@1 b'], 2],
    [['orders-0@2 c', 'orders-0@3 d'], 4],
    [['orders-0@4 e'], 5],
  ])
})

test('no more is fetched ahead than allowed, and all of it comes', async () => {
  const { broker, writer } = await started()
  const value = 'x'.repeat(1000)
  for (let i = 0; i < 50; i++) await writer.produce('orders', 0, [value])
  const consumer = consumerOf(broker, { prefetchBytes: 4000, properties: { 'max.partition.fetch.bytes': '2000' } })
  await assign(consumer, consumer.client, [{ topic: 'orders', partition: 0, offset: 0 }])
  await settled()
  expect(consumer.bufferedBytes).toBeGreaterThan(2000)
  expect(consumer.bufferedBytes).toBeLessThanOrEqual(6000)
  expect(await readAll(consumer)).toHaveLength(50)
})

test('an offset that is not there is what the policy says', async () => {
  const { broker, writer } = await started({ orders: 1 })
  await writer.produce('orders', 0, ['a', 'b'])
  const warnings: string[] = []
  const earliest = consumerOf(broker, { reset: 'earliest', warn: message => void warnings.push(message) })
  await assign(earliest, earliest.client, [{ topic: 'orders', partition: 0, offset: 77 }])
  expect(await readAll(earliest)).toEqual(['orders-0@0 a', 'orders-0@1 b'])
  expect(warnings).toEqual(['orders-0@77 is not there any more; reading goes on from the earliest offset, 0'])

  const none = consumerOf(broker)
  await assign(none, none.client, [{ topic: 'orders', partition: 0, offset: 77 }])
  await none.ready()
  expect(() => none.next()).toThrow(/OFFSET_OUT_OF_RANGE to Fetch of orders-0@77/)
})

test('a broker that comes back is read on from where it was', async () => {
  const { broker, writer } = await started()
  await writer.produce('orders', 0, ['a'])
  let current = broker
  const consumer = new Consumer(clientOf(broker, {}, { dial: () => dialTo(current)() }))
  onTestFinished(() => {
    consumer.close()
    consumer.client.close()
  })
  await assign(consumer, consumer.client, [{ topic: 'orders', partition: 0, offset: 0 }])
  expect(await readAll(consumer)).toEqual(['orders-0@0 a'])
  current = await broker.restart()
  onTestFinished(() => current.stop())
  await current.connect().produce('orders', 0, ['b'])
  await broker.time.pass(5000)
  expect(await readAll(consumer)).toEqual(['orders-0@1 b'])
})

test('partitions come and go while it reads', async () => {
  const { broker, writer } = await started({ orders: 2 })
  const consumer = consumerOf(broker)
  await assign(consumer, consumer.client, [{ topic: 'orders', partition: 0, offset: 0 }])
  expect(await readAll(consumer)).toEqual([])
  consumer.assign([{ topic: 'orders', partition: 1, offset: 0 }])
  consumer.unassign([{ topic: 'orders', partition: 0 }])
  await writer.produce('orders', 0, ['a'])
  await writer.produce('orders', 1, ['b'])
  await broker.time.pass(1000)
  expect(await readAll(consumer)).toEqual(['orders-1@0 b'])
})
