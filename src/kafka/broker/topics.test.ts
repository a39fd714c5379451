import { expect, test } from 'vitest'
import { testBroker } from '../../testing/broker.ts'

const one = (name: string, numPartitions = 1) => ({
  topics: [{ name, numPartitions, replicationFactor: 1, assignments: [], configs: [] }],
  timeoutMs: 1000,
})
const grow = (name: string, count: number) => ({
  topics: [{ name, count, assignments: null }],
  timeoutMs: 1000,
  validateOnly: false,
})
const set = (name: string, key: string, value: string) => ({
  resources: [{ resourceType: 2, resourceName: name, configs: [{ name: key, configOperation: 0, value }] }],
})

test('two clients that want more partitions at once: the second sees what the first has made', async () => {
  const broker = await testBroker()
  await broker.connect().createTopic('a', 1)
  const asked = [3, 2, 4].map(count => broker.connect().ask('CreatePartitions', 3, grow('a', count)))
  const answers = await Promise.all(asked)
  expect(answers.map(({ results }) => results[0]!.errorCode)).toEqual([0, 37, 0])
  const { partitions } = broker.broker.topics.named('a')!
  expect(partitions.map(({ id }) => id.partition)).toEqual([0, 1, 2, 3])
  await broker.stop()
})

test('what is altered while partitions are made is kept', async () => {
  const broker = await testBroker()
  await broker.connect().createTopic('a', 1)
  await Promise.all([
    broker.connect().ask('CreatePartitions', 3, grow('a', 3)),
    broker.connect().ask('IncrementalAlterConfigs', 1, set('a', 'retention.ms', '7')),
  ])
  expect(broker.broker.topics.named('a')!.partitions.map(log => log.settings.retentionMs)).toEqual([7, 7, 7])
  const next = await broker.restart()
  const topic = next.broker.topics.named('a')!
  expect([topic.partitions.length, topic.configs.get('retention.ms')]).toEqual([3, '7'])
  await next.stop()
})

test('a topic that is made while another one of its name is deleted begins without records', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('a', 1)
  await client.produce('a', 0, ['old'])
  const { id } = broker.broker.topics.named('a')!
  const [, made] = await Promise.all([
    client.ask('DeleteTopics', 6, { topics: [{ name: 'a', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }], timeoutMs: 1000 }),
    broker.connect().ask('CreateTopics', 7, one('a')),
  ])
  expect(made.topics[0]!.errorCode).toBe(0)
  expect(made.topics[0]!.topicId).not.toBe(id)
  expect((await client.produce('a', 0, ['new'])).baseOffset).toBe(0)
  const next = await broker.restart()
  expect((await next.connect().fetch('a', 0)).records.map(({ value }) => value)).toEqual(['new'])
  await next.stop()
})

test('a topic that is deleted while it is made is gone', async () => {
  const broker = await testBroker()
  const making = broker.connect().ask('CreateTopics', 7, one('a', 20))
  const deleting = broker.connect().ask('DeleteTopics', 6, {
    topics: [{ name: 'a', topicId: 'AAAAAAAAAAAAAAAAAAAAAA' }],
    timeoutMs: 1000,
  })
  await Promise.all([making, deleting])
  const next = await broker.restart()
  expect(next.broker.topics.count).toBe(broker.broker.topics.count)
  expect(Array.from(next.broker.directory.logs).length).toBe(Array.from(next.broker.topics.all).flatMap(t => t.partitions).length)
  await next.stop()
})

test('no more partitions than there is room for', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  const codes = await Promise.all(
    [10_001, 2 ** 31 - 1].map(async count => (await client.ask('CreateTopics', 7, one('a', count))).topics[0]!.errorCode),
  )
  expect(codes).toEqual([44, 44])
  await client.createTopic('a', 1)
  expect((await client.ask('CreatePartitions', 3, grow('a', 2 ** 31 - 1))).results[0]!.errorCode).toBe(44)
  await broker.stop()
})

test('a topic of more replicas is made with one where the broker is told so', async () => {
  const broker = await testBroker({
    properties: { 'millrace.clamp.replication.factor': 'true', 'default.replication.factor': '3' },
  })
  const client = broker.connect()
  const asked = { name: 'a', numPartitions: 1, assignments: [], configs: [] }
  const { topics } = await client.ask('CreateTopics', 7, { topics: [{ ...asked, replicationFactor: 3 }], timeoutMs: 1000 })
  expect([topics[0]!.errorCode, topics[0]!.replicationFactor]).toEqual([0, 1])
  const { topics: told } = await client.ask('Metadata', 12, { topics: [{ name: 'b' }], allowAutoTopicCreation: true })
  expect(told[0]!.errorCode).toBe(0)
  await broker.stop()
})

test('what strangers are told, and may do', async () => {
  const broker = await testBroker({
    properties: { 'authorizer.class.name': 'millrace', 'super.users': 'User:ann' },
    listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0, advertised: undefined }],
  })
  await broker.broker.topics.create('a', 1, new Map())
  const client = broker.connect()
  expect(await client.createTopic('b')).toBe(29)
  const named = await client.ask('Metadata', 12, { topics: [{ name: 'a' }, { name: 'b' }], allowAutoTopicCreation: true })
  expect(named.topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
    ['a', 29],
    ['b', 29],
  ])
  expect((await client.ask('Metadata', 12, { topics: null })).topics).toEqual([])
  const { id: topicId } = broker.broker.topics.named('a')!
  const byId = await client.ask('Metadata', 12, { topics: [{ name: '', topicId }] })
  expect(byId.topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([[null, 29]])
  expect((await client.ask('CreatePartitions', 3, grow('a', 2))).results[0]!.errorCode).toBe(29)
  const page = await client.ask('DescribeTopicPartitions', 0, { topics: [{ name: 'a' }], cursor: null })
  expect(page.topics.map(({ errorCode }) => errorCode)).toEqual([29])
  expect((await client.ask('DescribeLogDirs', 4, { topics: null })).errorCode).toBe(31)
  expect((await client.ask('ElectLeaders', 2, { electionType: 0, topicPartitions: [] })).errorCode).toBe(31)
  expect((await client.ask('AlterPartitionReassignments', 1, { topics: [] })).errorCode).toBe(31)
  expect((await client.ask('DescribeClientQuotas', 1, { components: [], strict: false })).errorCode).toBe(31)
  const records = { topics: [{ name: 'a', partitions: [{ partitionIndex: 0, offset: 0 }] }], timeoutMs: 1000 }
  expect((await client.ask('DeleteRecords', 2, records)).topics[0]!.partitions[0]!.errorCode).toBe(29)
  await broker.stop()
})
