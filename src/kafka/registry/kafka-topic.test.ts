/** The registry over a topic of a broker: our client, pipes, real time. */
import { expect, onTestFinished, test } from 'vitest'
import { keepingTimers, systemClock } from '../../base/clock.ts'
import { seededRandom } from '../../base/random.ts'
import { type TestBroker, testBroker } from '../../testing/broker.ts'
import { dialTo } from '../../testing/kafka-client.ts'
import { KafkaClient } from '../client/client.ts'
import { KafkaSchemaTopic, schemaClientDefaults } from './kafka-topic.ts'
import type { SchemaRequest } from './reader.ts'
import { SchemaRegistry } from './registry.ts'

const avro = (text: string): SchemaRequest => ({ type: 'AVRO', text, references: [] })

async function started(): Promise<TestBroker> {
  const broker = await testBroker({ clock: systemClock, timers: keepingTimers })
  onTestFinished(() => broker.stop())
  return broker
}

function topicOf(broker: TestBroker, properties: Readonly<Record<string, string>> = {}): KafkaSchemaTopic {
  const client = new KafkaClient({
    properties: { ...schemaClientDefaults, 'bootstrap.servers': 'broker:9092', 'retry.backoff.ms': '5', ...properties },
    clock: systemClock,
    timers: keepingTimers,
    random: seededRandom(5),
    dial: dialTo(broker),
  })
  onTestFinished(() => client.close())
  return new KafkaSchemaTopic(client)
}

async function registryOver(broker: TestBroker, properties?: Readonly<Record<string, string>>): Promise<SchemaRegistry> {
  const registry = new SchemaRegistry(topicOf(broker, properties))
  onTestFinished(() => registry.close())
  await registry.open()
  return registry
}

test('the topic is made, compacted, and holds what was registered in Confluent’s form', async () => {
  const broker = await started()
  const registry = await registryOver(broker)
  await registry.register('orders-value', avro('"int"'))
  await registry.setConfig('orders-value', { compatibilityLevel: 'NONE' })
  await registry.deleteVersion('orders-value', 1, false)
  await registry.deleteVersion('orders-value', 1, true)
  const topic = broker.broker.topics.named('_schemas')!
  expect([topic.partitions.length, topic.configs.get('cleanup.policy')]).toEqual([1, 'compact'])
  expect((await broker.connect().fetch('_schemas', 0)).records.map(({ key, value }) => `${key} ${value}`)).toEqual([
    '{"keytype":"SCHEMA","subject":"orders-value","version":1,"magic":1} {"subject":"orders-value","version":1,"id":1,"schema":"\\"int\\"","deleted":false}',
    '{"keytype":"CONFIG","subject":"orders-value","magic":0} {"subject":"orders-value","compatibilityLevel":"NONE"}',
    '{"keytype":"SCHEMA","subject":"orders-value","version":1,"magic":1} {"subject":"orders-value","version":1,"id":1,"schema":"\\"int\\"","deleted":true}',
    '{"keytype":"SCHEMA","subject":"orders-value","version":1,"magic":1} null',
    '{"keytype":"CONFIG","subject":"orders-value","magic":0} null',
  ])
})

test('a registry that begins later knows what was there, from where the topic begins', async () => {
  const broker = await started()
  const client = broker.connect()
  expect(await client.createTopic('_schemas', 1, { 'cleanup.policy': 'compact' })).toBe(0)
  for (const id of [1, 2, 3]) {
    const key = `{"keytype":"SCHEMA","subject":"s${id}","version":1,"magic":1}`
    await client.produce('_schemas', 0, [
      `${key}={"subject":"s${id}","version":1,"id":${id},"schema":"\\"int\\"","deleted":false}`,
    ])
  }
  const registry = await registryOver(broker)
  expect(registry.store.subjects).toEqual(['s1', 's2', 's3'])
  expect(await registry.register('s4', avro('"long"'))).toMatchObject({ id: 4, version: 1 })
})

test('two registries on one topic follow each other', async () => {
  const broker = await started()
  const [one, other] = [await registryOver(broker), await registryOver(broker)]
  // In turns: each sees what the other was told before it writes.
  for (let i = 0; i < 20; i++) {
    const registry = i % 2 === 0 ? one : other
    expect(await registry.register(`s${i}`, avro(`{"type":"fixed","name":"f","size":${i + 1}}`))).toMatchObject({ id: i + 1 })
  }
  expect(await other.register('again', avro('{"type":"fixed","name":"f","size":1}'))).toMatchObject({ id: 1 })
  await expect.poll(() => one.store.subjects.length).toBe(21)
  expect(one.store.subjects).toEqual(other.store.subjects)
})

test('many at once are each told their own place', async () => {
  const registry = await registryOver(await started())
  const names = Array.from({ length: 50 }, (_, i) => `{"type":"fixed","name":"f","size":${(i % 25) + 1}}`)
  const values = await Promise.all(names.map(text => registry.register('one', avro(text), { force: true })))
  expect(new Set(values.map(({ id, version }) => `${id} ${version}`)).size).toBe(25)
  for (const [i, { id }] of values.entries()) expect(id).toBe(values[i % 25]!.id)
})

test('a schema larger than the topic takes is refused, and the next one is taken', async () => {
  const broker = await started()
  await broker.connect().createTopic('_schemas', 1, { 'cleanup.policy': 'compact', 'max.message.bytes': '2000' })
  const registry = await registryOver(broker)
  const long = avro(`{"type":"enum","name":"e","symbols":["${'x'.repeat(3000)}"]}`)
  await expect(registry.register('a', long)).rejects.toMatchObject({ errorCode: 42209 })
  expect(await registry.register('a', avro('"int"'))).toMatchObject({ id: 1 })
})

test('a topic that is otherwise is refused', async () => {
  const broker = await started()
  await broker.connect().createTopic('_schemas', 2, { 'cleanup.policy': 'compact' })
  await expect(registryOver(broker)).rejects.toMatchObject({
    code: 'SCHEMA_TOPIC',
    message: 'topic _schemas has 2 partitions, where schemas need one',
  })
})

test('a topic whose records expire is refused', async () => {
  const broker = await started()
  await broker.connect().createTopic('_schemas', 1)
  await expect(registryOver(broker)).rejects.toMatchObject({
    code: 'SCHEMA_TOPIC',
    message: 'topic _schemas has cleanup.policy delete, where schemas need compact: they would be deleted by time',
  })
})

test('a connection that breaks is made again; writes and following go on', async () => {
  const broker = await started()
  const registry = await registryOver(broker)
  await registry.register('a', avro('"int"'))
  for (const connection of broker.broker.listeners[0]!.connections) connection.close()
  expect(await registry.register('b', avro('"long"'))).toMatchObject({ id: 2 })
  for (const connection of broker.broker.listeners[0]!.connections) connection.close()
  expect(await registry.register('c', avro('"string"'))).toMatchObject({ id: 3 })
})

test('without a broker writes fail in time, reads go on', async () => {
  const broker = await started()
  const registry = await registryOver(broker, { 'delivery.timeout.ms': '100', 'default.api.timeout.ms': '100' })
  await registry.register('a', avro('"int"'))
  await broker.stop()
  await expect(registry.register('b', avro('"long"'))).rejects.toMatchObject({ errorCode: 50001 })
  registry.check()
  expect(registry.queries.byId(1, '')?.schema).toBe('"int"')
})

test('a topic that is deleted is a past that nobody is told any more', async () => {
  const broker = await started()
  const registry = await registryOver(broker, { 'default.api.timeout.ms': '100' })
  await registry.register('a', avro('"int"'))
  await broker.connect().ask('DeleteTopics', 5, { topicNames: ['_schemas'], timeoutMs: 1000 })
  await expect.poll(() => failureOf(registry), { timeout: 5000 }).toBe('The topic of the schemas can no longer be read')
})

function failureOf(registry: SchemaRegistry): string | undefined {
  try {
    registry.check()
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
