import { expect, test } from 'vitest'
import { testBroker } from '../../testing/broker.ts'

const STEP_MS = 600_000
const MINUTES_6 = 360_000

/** A topic of small segments, one batch in each but the last. */
async function orders(
  configs: Readonly<Record<string, string>>,
  batches = 4,
  brokerConfigs: Readonly<Record<string, string>> = {},
) {
  const properties = {
    'connections.max.idle.ms': String(1000 * STEP_MS),
    'log.cleaner.enable': 'false',
    'log.cleaner.backoff.ms': String(STEP_MS),
  }
  const broker = await testBroker({ properties: { ...properties, ...brokerConfigs } })
  const client = broker.connect()
  await client.createTopic('orders', 1, { 'segment.bytes': '1024', ...configs })
  for (let i = 0; i < batches; i++) {
    await client.produce('orders', 0, [`${i}${'x'.repeat(900)}`])
    await broker.time.pass(STEP_MS)
  }
  return { broker, client, log: () => broker.broker.topics.named('orders')!.partitions[0]! }
}

const basesOf = ({ segments }: { readonly segments: readonly { readonly baseOffset: number }[] }) =>
  segments.map(({ baseOffset }) => baseOffset)

test('segments whose latest record is too old go, and the log begins behind them', async () => {
  const { broker, client, log } = await orders({ 'retention.ms': String(2.5 * STEP_MS) })
  expect(log().startOffset).toBe(2)
  expect(basesOf(log())).toEqual([2, 3])
  expect((await client.fetch('orders', 0, 1)).errorCode).toBe(1)
  expect((await client.fetch('orders', 0, 2)).records.map(({ offset }) => offset)).toEqual([2])
  expect((await broker.files.list('/data/orders-0')).filter(name => name.endsWith('.log')).toSorted()).toEqual([
    '00000000000000000002.log',
    '00000000000000000003.log',
  ])
  await broker.stop()
})

test('when all of it is too old, the active segment goes, too, and offsets go on', async () => {
  const { broker, log } = await orders({ 'retention.ms': String(STEP_MS) })
  await broker.time.pass(2 * STEP_MS)
  expect([log().startOffset, log().endOffset]).toEqual([4, 4])
  const next = await broker.restart()
  const after = next.broker.topics.named('orders')!.partitions[0]!
  expect([after.startOffset, after.endOffset]).toEqual([4, 4])
  expect((await next.connect().produce('orders', 0, ['on'])).baseOffset).toBe(4)
  const last = await next.restart()
  expect((await last.connect().fetch('orders', 0, 4)).records.map(({ value }) => value)).toEqual(['on'])
  await last.stop()
})

test('the oldest go while there is too much without them', async () => {
  const { broker, log } = await orders({ 'retention.bytes': '2000' })
  await broker.time.pass(MINUTES_6)
  expect(basesOf(log())).toEqual([1, 2, 3])
  await broker.stop()
})

test('no limit, and no policy that deletes', async () => {
  for (const configs of [{ 'retention.ms': '-1' }, { 'cleanup.policy': 'compact' }]) {
    const { broker, log } = await orders(configs as Readonly<Record<string, string>>, 0, { 'log.retention.ms': '1' })
    const client = broker.connect()
    for (const value of ['a', 'b']) await client.produce('orders', 0, [`k=${value}${'x'.repeat(900)}`])
    await broker.time.pass(STEP_MS)
    expect(log().startOffset).toBe(0)
    await broker.stop()
  }
})

test('what is altered holds with the next look', async () => {
  const { broker, client, log } = await orders({})
  expect(log().startOffset).toBe(0)
  await client.ask('IncrementalAlterConfigs', 1, {
    resources: [
      { resourceType: 2, resourceName: 'orders', configs: [{ name: 'retention.bytes', configOperation: 0, value: '0' }] },
    ],
  })
  await broker.time.pass(MINUTES_6)
  expect([log().startOffset, log().endOffset]).toEqual([4, 4])
  await broker.stop()
})

test('DeleteRecords moves the start within a segment; whole segments before it go at once', async () => {
  const { broker, client, log } = await orders({})
  await client.ask('DeleteRecords', 2, {
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, offset: 2 }] }],
    timeoutMs: 1000,
  })
  expect(basesOf(log())).toEqual([2, 3])
  const next = await broker.restart()
  expect(next.broker.topics.named('orders')!.partitions[0]!.startOffset).toBe(2)
  await next.stop()
})

test('segment.jitter.ms spreads the ends of segments over partitions', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('a', 8, { 'segment.ms': '1000', 'segment.jitter.ms': '1000' })
  for (let partition = 0; partition < 8; partition++)
    await client.produce('a', partition, ['v'], { timestamp: 1_700_000_000_000 })
  for (let partition = 0; partition < 8; partition++)
    await client.produce('a', partition, ['v'], { timestamp: 1_700_000_000_500 })
  const counts = broker.broker.topics.named('a')!.partitions.map(({ segments }) => segments.length)
  expect(new Set(counts)).toEqual(new Set([1, 2]))
  await broker.stop()
})
