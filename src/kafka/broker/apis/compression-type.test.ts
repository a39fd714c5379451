import { expect, test } from 'vitest'
import { testBroker } from '../../../testing/broker.ts'
import { codecAt } from '../../records/batch.ts'
import { codecs } from '../../records/compression.ts'
import { type Repacked, type RepackJob, repack } from '../../records/repack-job.ts'

/** The codec of what is stored at the beginning of a partition. */
async function storedCodec(client: ReturnType<Awaited<ReturnType<typeof testBroker>>['connect']>, topic: string) {
  const { responses } = await client.ask('Fetch', 12, {
    maxWaitMs: 0,
    minBytes: 1,
    isolationLevel: 0,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }] }],
  })
  return codecs[codecAt(responses[0]!.partitions[0]!.records as Uint8Array, 0)]
}

test.each([
  ['producer', 'gzip', 'gzip'],
  ['uncompressed', 'gzip', 'none'],
  ['gzip', 'none', 'gzip'],
  ['snappy', 'none', 'snappy'],
  ['lz4', 'snappy', 'lz4'],
  ['zstd', 'lz4', 'zstd'],
  ['zstd', 'zstd', 'zstd'],
] as const)('compression.type %s stores what came as %s as %s', async (type, came, stored) => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('a', 1, { 'compression.type': type })
  expect((await client.produce('a', 0, ['k=v', 'w'], { codec: came })).errorCode).toBe(0)
  expect((await client.produce('a', 0, ['x'], { codec: came })).baseOffset).toBe(2)
  expect(await storedCodec(client, 'a')).toBe(stored)
  const { records } = await client.fetch('a', 0)
  expect(records.map(({ key, value }) => [key, value])).toEqual([
    ['k', 'v'],
    [null, 'w'],
    [null, 'x'],
  ])
  await broker.stop()
})

test('what is altered holds with the next batch', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('a')
  await client.ask('IncrementalAlterConfigs', 1, {
    resources: [
      { resourceType: 2, resourceName: 'a', configs: [{ name: 'compression.type', configOperation: 0, value: 'lz4' }] },
    ],
  })
  await client.produce('a', 0, ['v'])
  expect(await storedCodec(client, 'a')).toBe('lz4')
  await broker.stop()
})

/** Takes its time: answers when it is let. */
function slowRepacker() {
  const waiting: (() => void)[] = []
  return {
    release: () => waiting.shift()?.(),
    waiting,
    repack: (job: RepackJob) => new Promise<Repacked>(resolve => waiting.push(() => resolve(repack(job)))),
    close() {},
  }
}

test('batches that take long are stored in the order in which they came, and others wait for nothing', async () => {
  const repacker = slowRepacker()
  const broker = await testBroker({ repacker })
  const client = broker.connect()
  await client.createTopic('a', 2, { 'compression.type': 'gzip' })
  const large = 'x'.repeat(100_000)
  const first = client.produce('a', 0, [large])
  const second = client.produce('a', 0, ['small'], { codec: 'gzip' })
  const third = client.produce('a', 0, ['last'])
  const elsewhere = await broker.connect().produce('a', 1, ['elsewhere'])
  expect(elsewhere.baseOffset).toBe(0)
  await expect.poll(() => repacker.waiting.length).toBe(1)
  const letting = setInterval(repacker.release, 1)
  expect([(await first).baseOffset, (await second).baseOffset, (await third).baseOffset]).toEqual([0, 1, 2])
  clearInterval(letting)
  const { records } = await client.fetch('a', 0, 1)
  expect(records.map(({ value }) => value)).toEqual(['small', 'last'])
  await broker.stop()
})

test('an idempotent producer goes on behind a batch that takes long', async () => {
  const repacker = slowRepacker()
  const broker = await testBroker({ repacker })
  const client = broker.connect()
  await client.createTopic('a', 1, { 'compression.type': 'gzip' })
  const { producerId, producerEpoch } = await client.ask('InitProducerId', 4, {
    transactionalId: null,
    transactionTimeoutMs: 1000,
    producerId: -1,
    producerEpoch: -1,
  })
  const producer = (baseSequence: number) => ({ producerId, producerEpoch, baseSequence })
  const first = client.produce('a', 0, ['x'.repeat(100_000)], producer(0))
  const second = client.produce('a', 0, ['y'], producer(1))
  const letting = setInterval(repacker.release, 1)
  expect([(await first).errorCode, (await second).errorCode]).toEqual([0, 0])
  clearInterval(letting)
  await broker.stop()
})

test('a batch that is larger as it is stored than the topic takes is refused', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('a', 1, { 'compression.type': 'uncompressed', 'max.message.bytes': '1000' })
  expect((await client.produce('a', 0, ['x'.repeat(5000)], { codec: 'gzip' })).errorCode).toBe(10)
  await broker.stop()
})

test('a record without a key in a compacted topic that packs anew', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('a', 1, { 'compression.type': 'gzip', 'cleanup.policy': 'compact' })
  expect((await client.produce('a', 0, ['k=v', 'w'])).errorCode).toBe(87)
  await broker.stop()
})

test('times of appending go with a batch that is packed anew', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('a', 1, { 'compression.type': 'gzip', 'message.timestamp.type': 'LogAppendTime' })
  const now = broker.time.clock.nowMs()
  expect((await client.produce('a', 0, ['v'], { timestamp: 5 })).logAppendTimeMs).toBe(now)
  expect(await storedCodec(client, 'a')).toBe('gzip')
  await broker.stop()
})
