/** What a producer is told of records that may not be stored: as a Kafka 4.3 told it of the same batches. */
import { afterAll, expect, test } from 'vitest'
import { testBroker } from '../../../testing/broker.ts'
import { BatchBuilder } from '../../records/batch-builder.ts'

const broker = await testBroker()
const client = broker.connect()
afterAll(() => broker.stop())

const policy = { 'cleanup.policy': 'compact' }
await client.createTopic('compacted', 1, policy)
await client.createTopic('deleted')
await client.createTopic('limited', 1, { 'message.timestamp.before.max.ms': '7200000' })
await client.createTopic('both', 1, { ...policy, 'message.timestamp.before.max.ms': '7200000' })
await client.createTopic('packed', 1, { ...policy, 'compression.type': 'lz4' })
await client.createTopic('appended', 1, { ...policy, 'message.timestamp.type': 'LogAppendTime' })

/** Records `key@hours`, from now on and back; a `-` for no key. */
async function produced(topic: string, text: string, codec: 'none' | 'gzip'): Promise<string> {
  const builder = new BatchBuilder()
  for (const record of text.split(' ')) {
    const [key, hours] = record.split('@') as [string, string]
    builder.append(
      broker.time.clock.nowMs() + Number(hours) * 3_600_000,
      key === '-' ? null : Buffer.from(key),
      Buffer.from('value'),
    )
  }
  const { responses } = await client.ask('Produce', 9, {
    acks: -1,
    topicData: [{ name: topic, partitionData: [{ index: 0, records: builder.finish({ codec }) }] }],
  })
  const { errorCode, recordErrors, logStartOffset } = responses[0]!.partitionResponses[0]!
  expect(logStartOffset).toBe(0)
  return [errorCode, ...recordErrors.map(({ batchIndex }) => batchIndex)].join(' ')
}

test.each(['none', 'gzip'] as const)('every record that is refused is named, in batches of %s', async codec => {
  expect(await produced('compacted', 'a@0 b@0', codec)).toBe('0')
  expect(await produced('compacted', 'a@0 -@0 b@0 -@0', codec)).toBe('87 1 3')
  expect(await produced('compacted', 'a@0 -@0 b@3 -@0', codec)).toBe('32 1 2 3')
  expect(await produced('compacted', '-@0 -@0 -@0', codec)).toBe('87 0 1 2')
  expect(await produced('deleted', 'a@0 -@0 b@3 -@3', codec)).toBe('32 2 3')
  expect(await produced('both', 'a@0 -@-5 b@-5 -@-1 c@3', codec)).toBe('32 1 2 3 4')
  expect(await produced('packed', 'a@0 -@0 b@3 -@0', codec)).toBe('32 1 2 3')
  expect(await produced('appended', 'a@0 -@0 b@3 -@0', codec)).toBe('87 1 3')
})

test('a record that is too early is refused behind a later one, too', async () => {
  expect(await produced('limited', 'a@-3 b@0', 'none')).toBe('32 0')
  expect(await produced('limited', 'a@0 b@-3 c@-5', 'gzip')).toBe('32 1 2')
  expect(await produced('limited', 'a@-1 b@0', 'none')).toBe('0')
})
