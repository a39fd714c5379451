import { expect, test } from 'vitest'
import { batchOf, settled, testBroker } from '../../testing/broker.ts'
import { SimulatedDisk } from '../../testing/simulated-disk.ts'

test('what is produced can be fetched', async () => {
  const { connect, stop } = await testBroker()
  const client = connect()
  expect(await client.createTopic('orders', 2)).toBe(0)
  expect(await client.produce('orders', 1, ['a', 'b'])).toMatchObject({ errorCode: 0, baseOffset: 0 })
  expect(await client.produce('orders', 1, ['k=c'])).toMatchObject({ errorCode: 0, baseOffset: 2 })
  const { records, highWatermark } = await client.fetch('orders', 1, 0)
  expect(highWatermark).toBe(3)
  expect(records).toEqual([
    { offset: 0, key: null, value: 'a' },
    { offset: 1, key: null, value: 'b' },
    { offset: 2, key: 'k', value: 'c' },
  ])
  await stop()
})

test('records, topics and their ids are there after a restart', async () => {
  const first = await testBroker()
  const client = first.connect()
  await client.createTopic('orders')
  await client.produce('orders', 0, ['a', 'b'])
  const { topics } = await client.ask('Metadata', 12, { topics: null })
  const second = await first.restart()
  const again = second.connect()
  expect((await again.ask('Metadata', 12, { topics: null })).topics).toEqual(topics)
  await again.produce('orders', 0, ['c'])
  expect((await again.fetch('orders', 0, 1)).records.map(record => record.value)).toEqual(['a', 'b', 'c'])
  await second.stop()
})

test('a clean stop is one, although nothing was written since a crash', async () => {
  const disk = new SimulatedDisk(1)
  const first = await testBroker({ files: disk.mount() })
  const client = first.connect()
  await client.createTopic('orders')
  await client.produce('orders', 0, ['a'])
  disk.crash()
  const second = await testBroker({ files: disk.mount() })
  expect(second.broker.directory.clean).toBe(false)
  await second.stop()
  const third = await testBroker({ files: disk.mount() })
  expect(third.broker.directory.clean).toBe(true)
  expect((await third.connect().fetch('orders', 0)).records).toHaveLength(1)
  await third.stop()
})

test('a sync of upkeep that fails is believed as little as one of a round', async () => {
  const disk = new SimulatedDisk(1)
  const { broker, connect } = await testBroker({ files: disk.mount(), log: () => {} })
  const client = connect()
  await client.createTopic('orders')
  await client.produce('orders', 0, ['a'])
  disk.options.failingSyncs = 1
  await broker.directory.checkpoint()
  disk.options.failingSyncs = 0
  expect(await client.produce('orders', 0, ['b'])).toMatchObject({ errorCode: 56 })
  expect((await client.fetch('orders', 0)).records.map(record => record.value)).toEqual(['a'])
  await broker.stop()
  const { broker: next, stop } = await testBroker({ files: disk.mount() })
  expect(next.directory.clean).toBe(false)
  await stop()
})

test('a topic that is deleted before its records are synced fails nothing', async () => {
  const { broker, connect, time, stop } = await testBroker({
    files: new SimulatedDisk(1).mount(),
    durability: 'interval',
    flushIntervalMs: 100,
  })
  const client = connect()
  await client.createTopic('orders')
  await client.createTopic('others')
  await client.produce('orders', 0, ['a'])
  const { responses } = await client.ask('DeleteTopics', 5, { topicNames: ['orders'] })
  expect(responses[0]!.errorCode).toBe(0)
  await time.pass(200)
  expect(broker.directory.committer.failure).toBeUndefined()
  expect(await client.produce('others', 0, ['b'])).toMatchObject({ errorCode: 0 })
  await stop()
})

test('a fetch waits for records', async () => {
  const { connect, stop } = await testBroker()
  const [producer, consumer] = [connect(), connect()]
  await producer.createTopic('orders')
  const fetched = consumer.fetch('orders', 0, 0, { maxWaitMs: 60_000 })
  await settled()
  await producer.produce('orders', 0, ['a'])
  expect((await fetched).records).toEqual([{ offset: 0, key: null, value: 'a' }])
  await stop()
})

test('a fetch gives up waiting when its time is up', async () => {
  const { connect, time, stop } = await testBroker()
  const client = connect()
  await client.createTopic('orders')
  const fetched = client.fetch('orders', 0, 0, { maxWaitMs: 500 })
  await time.pass(500)
  expect((await fetched).records).toEqual([])
  await stop()
})

test('requests are answered in order, whatever each of them waits for', async () => {
  const { connect, stop } = await testBroker()
  const client = connect()
  await client.createTopic('orders')
  await Promise.all([
    client.produce('orders', 0, ['a']),
    client.produce('orders', 0, ['b']),
    client.fetch('orders', 0, 0),
    client.ask('Metadata', 12, { topics: [] }),
    client.produce('orders', 0, ['c']),
  ])
  expect(client.answered).toEqual([1, 2, 3, 4, 5, 6])
  await stop()
})

test('an idempotent producer that repeats itself is told where its records are', async () => {
  const { connect, stop } = await testBroker()
  const client = connect()
  await client.createTopic('orders')
  const { producerId } = await client.ask('InitProducerId', 4, { transactionalId: null, transactionTimeoutMs: 1000 })
  const batch = { producerId, producerEpoch: 0 }
  expect(await client.produce('orders', 0, ['a', 'b'], { ...batch, baseSequence: 0 })).toMatchObject({ baseOffset: 0 })
  expect(await client.produce('orders', 0, ['c'], { ...batch, baseSequence: 2 })).toMatchObject({ baseOffset: 2 })
  expect(await client.produce('orders', 0, ['a', 'b'], { ...batch, baseSequence: 0 })).toMatchObject({
    errorCode: 0,
    baseOffset: 0,
  })
  expect(await client.produce('orders', 0, ['e'], { ...batch, baseSequence: 9 })).toMatchObject({ errorCode: 45 })
  expect((await client.fetch('orders', 0)).records.map(record => record.value)).toEqual(['a', 'b', 'c'])
  await stop()
})

test('a version that is not served closes the connection; ApiVersions tells which are', async () => {
  const { connect, stop } = await testBroker()
  const client = connect()
  expect((await client.ask('ApiVersions', 4, { clientSoftwareName: 'test', clientSoftwareVersion: '1' })).errorCode).toBe(0)
  client.raw(Buffer.from('0000000a00030063000000010000', 'hex'))
  await settled()
  expect(client.closed).toBe(true)
  await stop()
})

test('a batch that was damaged on its way is refused', async () => {
  const { connect, stop } = await testBroker()
  const client = connect()
  await client.createTopic('orders')
  const records = batchOf(['a'])
  records[records.length - 1]! ^= 1
  const { responses } = await client.ask('Produce', 9, {
    acks: -1,
    topicData: [{ name: 'orders', partitionData: [{ index: 0, records }] }],
  })
  expect(responses[0]!.partitionResponses[0]).toMatchObject({ errorCode: 2, errorMessage: 'the batch is not whole: crc' })
  await stop()
})

test('requests that wait for other clients are not counted as in flight', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('orders')
  const members = Array.from({ length: 3 }, (_, i) => broker.connect(`member ${i}`))
  for (const member of members) {
    const protocols = [{ name: 'range', metadata: new Uint8Array(100_000) }]
    const waits = { sessionTimeoutMs: 10_000, rebalanceTimeoutMs: 2 ** 31 - 1 }
    member.send('JoinGroup', 3, { groupId: 'g', memberId: '', protocolType: 'consumer', protocols, ...waits })
  }
  const partitions = [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }]
  client.send('Fetch', 12, { maxWaitMs: 2 ** 31 - 1, minBytes: 1, topics: [{ topic: 'orders', partitions }] })
  await settled()
  expect(broker.broker.requestMemory.usedBytes).toBe(0)
  // They are answered nevertheless, and nothing is given back twice.
  const other = broker.connect()
  await other.produce('orders', 0, ['a'])
  await broker.time.pass(10_000)
  expect([...members, client].map(({ answered }) => answered.length)).toEqual([1, 1, 1, 2])
  expect(broker.broker.requestMemory.usedBytes).toBe(0)
  await broker.stop()
})
