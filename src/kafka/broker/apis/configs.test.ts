import { expect, test } from 'vitest'
import { AdminConversation } from '../../../testing/admin-script.ts'
import { testBroker } from '../../../testing/broker.ts'
import { BrokerPeer } from '../../../testing/transaction-script.ts'

/** Asks line by line, and answers what is told. */
async function asked(broker: Awaited<ReturnType<typeof testBroker>>, lines: readonly string[]): Promise<(string | undefined)[]> {
  const conversation = new AdminConversation(new BrokerPeer(broker))
  const answers: (string | undefined)[] = []
  for (const line of lines) answers.push(await conversation.step(line))
  return answers
}

test('what is set outlives the broker', async () => {
  const first = await testBroker()
  await asked(first, [
    'create a 1x1 retention.ms=1000',
    'set topic:a segment.ms=2000',
    'set broker: message.max.bytes=3000',
    'set broker:1 message.max.bytes=2000',
    'set group:g consumer.session.timeout.ms=50000',
    'set metrics:m interval.ms=500',
  ])
  const second = await first.restart()
  expect(
    await asked(second, [
      'configs topic:a retention.ms segment.ms',
      'configs broker: message.max.bytes',
      'configs topic:a max.message.bytes',
      'configs group:g consumer.session.timeout.ms',
      'resources metrics group',
    ]),
  ).toEqual([
    'retention.ms=1000/topic long [topic retention.ms=1000] | segment.ms=2000/topic long [topic segment.ms=2000]',
    'message.max.bytes=3000/all int [all message.max.bytes=3000]',
    'max.message.bytes=2000/broker int [broker message.max.bytes=2000, all message.max.bytes=3000, default message.max.bytes=1048588]',
    'consumer.session.timeout.ms=50000/group int [group consumer.session.timeout.ms=50000, default group.consumer.session.timeout.ms=45000]',
    'metrics:m group:g',
  ])
  await second.stop()
})

test('what no longer goes with the start is left out, and told', async () => {
  const first = await testBroker()
  await asked(first, ['set broker: group.consumer.assignment.interval.ms=10000'])
  await first.stop()
  const events: string[] = []
  const { files, time } = first
  const properties = { 'group.consumer.max.assignment.interval.ms': '5000' }
  const second = await testBroker({ files, time, properties, log: (_level, event) => void events.push(event) })
  expect(events).toContain('properties that were set at run time are left out')
  expect(await asked(second, ['set broker: group.consumer.assignment.interval.ms-', 'configs broker:'])).toEqual([
    '0',
    'min.insync.replicas=1/all int [all min.insync.replicas=1]',
  ])
  await second.stop()
})

test('a broker has no property that nobody knows, and none that is read at the start changes', async () => {
  const broker = await testBroker()
  expect(await asked(broker, ['set broker:1 nope=1', 'set broker:1 ssl.client.auth=required'])).toEqual(['42', '42'])
  await broker.stop()
})

test('what a password is is not told', async () => {
  const broker = await testBroker({ properties: { 'listener.name.plaintext.plain.sasl.jaas.config': 'secret' } })
  const told = await asked(broker, ['configs broker:1 listener.name.plaintext.plain.sasl.jaas.config'])
  expect(told).toEqual([
    'listener.name.plaintext.plain.sasl.jaas.config=null/start password read-only secret [start listener.name.plaintext.plain.sasl.jaas.config=null]',
  ])
  await broker.stop()
})

test('what is set of a topic holds at once', async () => {
  const broker = await testBroker()
  const value = 'x'.repeat(200)
  expect(
    await asked(broker, [
      'create a 1x1',
      `produce a0 ${value}`,
      'set topic:a max.message.bytes=100',
      `produce a0 ${value}`,
      'set topic:a max.message.bytes-',
      'set broker: message.max.bytes=100',
      `produce a0 ${value}`,
      'set broker: message.max.bytes-',
      `produce a0 ${value}`,
    ]),
  ).toEqual(['0 1x1', '0 @0', '0', '10', '0', '0', '10', '0', '0 @1'])
  await broker.stop()
})

test('a group of its own times', async () => {
  const broker = await testBroker()
  await asked(broker, ['set group:g consumer.heartbeat.interval.ms=7000'])
  const client = broker.connect()
  const heartbeat = (groupId: string) =>
    client.ask('ConsumerGroupHeartbeat', 1, {
      groupId,
      memberId: 'm',
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: 1000,
      subscribedTopicNames: ['a'],
      serverAssignor: null,
      topicPartitions: [],
    })
  expect((await heartbeat('g')).heartbeatIntervalMs).toBe(7000)
  expect((await heartbeat('h')).heartbeatIntervalMs).toBe(5000)
  await broker.stop()
})

test('who may see and alter', async () => {
  const broker = await testBroker({ properties: { 'authorizer.class.name': 'millrace' } })
  expect(
    await asked(broker, [
      'configs topic:a',
      'configs broker:1',
      'configs group:g',
      'configs logger:1',
      'set topic:a retention.ms=1',
      'set broker: message.max.bytes=1',
      'replace group:g',
      'set metrics:m interval.ms=500',
      'resources',
    ]),
  ).toEqual(['29', '31', '30', '31', '29', '31', '30', '31', '31'])
  await broker.stop()
})

test('to a property that nobody knows nothing is appended', async () => {
  const broker = await testBroker()
  const client = broker.connect()
  await client.createTopic('a')
  const [APPEND, TOPIC, BROKER] = [2, 2, 4]
  const configs = [{ name: 'nope', configOperation: APPEND, value: 'x' }]
  const resources = [
    { resourceType: TOPIC, resourceName: 'a', configs },
    { resourceType: BROKER, resourceName: '', configs },
  ]
  const { responses } = await client.ask('IncrementalAlterConfigs', 1, { resources, validateOnly: false })
  expect(responses.map(({ errorCode }) => errorCode)).toEqual([40, 42])
  await broker.stop()
})
