import { expect, test } from 'vitest'
import { testBroker } from '../../../testing/broker.ts'

test('quotas are shown in the order that Kafka shows them, whatever order they were set in', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  const entity = [
    { entityType: 'user', entityName: 'ann' },
    { entityType: 'client-id', entityName: 'reports' },
  ]
  const ops = ['producer_byte_rate', 'request_percentage', 'consumer_byte_rate'].map(key => ({ key, value: 10, remove: false }))
  await client.ask('AlterClientQuotas', 1, { entries: [{ entity, ops }], validateOnly: false })
  const components = [{ entityType: 'user', matchType: 0, match: 'ann' }]
  const { entries } = await client.ask('DescribeClientQuotas', 1, { components, strict: false })
  expect(entries?.map(({ values }) => values.map(({ key }) => key))).toEqual([
    ['consumer_byte_rate', 'request_percentage', 'producer_byte_rate'],
  ])
  await broker.stop()
})
