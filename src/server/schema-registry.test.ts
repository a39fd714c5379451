/** The registry beside its broker: published clients of both, end to end. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SchemaRegistry as Client, SchemaType } from '@kafkajs/confluent-schema-registry'
import { Kafka, logLevel } from 'kafkajs'
import { expect, onTestFinished, test } from 'vitest'
import { BrokerServer, type BrokerServerOptions } from './broker-server.ts'

const loopback = { host: '127.0.0.1', port: 0 }

async function started(options: BrokerServerOptions = {}) {
  const server = await BrokerServer.start({
    schemaRegistry: loopback,
    properties: { 'group.initial.rebalance.delay.ms': '0' },
    ...options,
  })
  onTestFinished(() => server.stop())
  return { server, host: `http://127.0.0.1:${server.schemaRegistryPort}` }
}

const kafkaOf = (server: BrokerServer) => new Kafka({ brokers: [server.bootstrap], logLevel: logLevel.NOTHING })

/** What is in a topic, as the registry's client reads it with a cache of its own. */
async function decoded(server: BrokerServer, host: string, topic: string, count: number): Promise<unknown[]> {
  const client = new Client({ host })
  const consumer = kafkaOf(server).consumer({ groupId: `readers of ${topic}` })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  const found: unknown[] = []
  await new Promise<void>((resolve, reject) => {
    consumer
      .run({
        eachMessage: async ({ message }) => {
          found.push(await client.decode(message.value!))
          if (found.length === count) resolve()
        },
      })
      .catch(reject)
  })
  await consumer.disconnect()
  return found
}

const kinds = {
  avro: {
    type: SchemaType.AVRO,
    schema:
      '{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"long"},{"name":"note","type":"string"}]}',
  },
  json: {
    type: SchemaType.JSON,
    schema: '{"type":"object","properties":{"id":{"type":"integer"},"note":{"type":"string"}},"required":["id"]}',
  },
  protobuf: {
    type: SchemaType.PROTOBUF,
    schema: 'syntax = "proto3"; package shop; message Order { int32 id = 1; string note = 2; }',
  },
} as const

test.each(Object.keys(kinds) as (keyof typeof kinds)[])('kafkajs with %s, from producer to consumer', async kind => {
  const { server, host } = await started()
  const client = new Client({ host })
  const { id } = await client.register(kinds[kind], { subject: 'orders-value' })
  const producer = kafkaOf(server).producer()
  await producer.connect()
  const orders = [1, 2, 3].map(order => ({ id: order, note: `the ${order}.` }))
  const messages = await Promise.all(orders.map(async order => ({ value: await client.encode(id, order) })))
  await producer.send({ topic: 'orders', messages })
  await producer.disconnect()
  expect((await decoded(server, host, 'orders', 3)).map(order => ({ ...(order as object) }))).toEqual(orders)
})

test('ids and records are there after a restart, and go on', async () => {
  const data = mkdtempSync(join(tmpdir(), 'millrace-registry-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  const listen = ['127.0.0.1:0']
  const first = await started({ data, listen })
  const before = new Client({ host: first.host })
  const avro = await before.register(kinds.avro, { subject: 'orders-value' })
  const json = await before.register(kinds.json, { subject: 'users-value' })
  expect([avro.id, json.id]).toEqual([1, 2])
  await first.server.stop()
  const { host } = await started({ data, listen })
  const after = new Client({ host })
  expect(await after.getLatestSchemaId('orders-value')).toBe(1)
  expect(await after.register(kinds.json, { subject: 'users-value' })).toEqual({ id: 2 })
  expect(await after.register(kinds.protobuf, { subject: 'bills-value' })).toEqual({ id: 3 })
})

test('metrics and readiness tell of it', async () => {
  const { server, host } = await started({ http: loopback })
  const client = new Client({ host })
  await client.register(kinds.avro, { subject: 'orders-value' })
  await expect(client.getSchema(99)).rejects.toThrow()
  const get = (path: string) => fetch(`http://127.0.0.1:${server.httpPort}${path}`)
  expect(await (await get('/health/ready')).text()).toBe('ready\n')
  const text = await (await get('/metrics')).text()
  expect(text).toContain('millrace_schema_registry_requests_total{status="404"}')
  expect(text).toContain('millrace_schema_registry_subjects 1\n')
  expect(text).toContain('millrace_schema_registry_versions 1\n')
  expect(text).toContain('millrace_schema_registry_failed 0\n')
})

test('it is answered who the cluster is', async () => {
  const { server, host } = await started()
  expect(await (await fetch(`${host}/v1/metadata/id`)).json()).toMatchObject({
    scope: { clusters: { 'kafka-cluster': server.broker.clusterId, 'schema-registry-cluster': 'schema-registry' } },
  })
})

test('a port that is taken ends the start, and leaves nothing behind', async () => {
  const { server } = await started()
  const taken = { host: '127.0.0.1', port: server.schemaRegistryPort! }
  const data = mkdtempSync(join(tmpdir(), 'millrace-registry-'))
  onTestFinished(() => rmSync(data, { recursive: true }))
  const other = BrokerServer.start({ data, listen: ['127.0.0.1:0'], schemaRegistry: taken })
  await expect(other).rejects.toMatchObject({ code: 'LISTENER' })
  // The directory is free again.
  await (await BrokerServer.start({ data, listen: ['127.0.0.1:0'] })).stop()
})

test('where somebody else may not write, the registry of the process may', async () => {
  const { host } = await started({
    properties: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:admin',
    },
  })
  expect(await new Client({ host }).register(kinds.avro, { subject: 'a' })).toEqual({ id: 1 })
})
