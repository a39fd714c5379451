import { expect, test } from 'vitest'
import { type TestClient, batchOf, testBroker } from '../../../testing/broker.ts'
import { BATCH_HEADER_BYTES, sealBatch } from '../../records/batch.ts'

const NOW = 1_700_000_000_000

async function offsetAt(client: TestClient, timestamp: number) {
  const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, currentLeaderEpoch: -1, timestamp }] }]
  const { errorCode, offset, timestamp: found } = (await client.ask('ListOffsets', 7, { topics })).topics[0]!.partitions[0]!
  return errorCode === 0 ? `${offset} at ${found - NOW}` : `error ${errorCode}`
}

test('the first record from a time on, and the latest', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('orders')
  for (const time of [0, 10, 20]) await client.produce('orders', 0, ['a', 'b'], { timestamp: NOW + time })
  expect(await Promise.all([-1, 0, 5, 10, 20, 21].map(time => offsetAt(client, NOW + time)))).toEqual([
    '0 at 0',
    '0 at 0',
    '2 at 10',
    '2 at 10',
    '4 at 20',
    `-1 at ${-1 - NOW}`,
  ])
  expect(await offsetAt(client, -3)).toBe('4 at 20')
  await broker.stop()
})

test('a batch with nonsense inside is found by its header, and harms nobody who asks', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('orders')
  await client.produce('orders', 0, ['a', 'b'], { timestamp: NOW })
  // Its checksum is right: this is what its writer meant to send.
  const records = batchOf(['c', 'd'], NOW + 10, { codec: 'gzip' })
  records.fill(0xff, BATCH_HEADER_BYTES + 4)
  sealBatch(records, 0)
  const topicData = [{ name: 'orders', partitionData: [{ index: 0, records }] }]
  const { responses } = await client.ask('Produce', 9, { acks: -1, timeoutMs: 1000, topicData })
  expect(responses[0]!.partitionResponses[0]!.errorCode).toBe(0)
  await client.produce('orders', 0, ['e'], { timestamp: NOW + 20 })
  expect(await Promise.all([0, 5, 15, -3 - NOW].map(time => offsetAt(client, NOW + time)))).toEqual([
    '0 at 0',
    '2 at 10',
    '4 at 20',
    '4 at 20',
  ])
  await broker.stop()
})
