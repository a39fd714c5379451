/** A client as it is published, over HTTP, against a registry in memory. */
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { COMPATIBILITY, SchemaRegistry as Client, SchemaType } from '@kafkajs/confluent-schema-registry'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MemorySchemaTopic } from '../../../testing/schema-topic.ts'
import { SchemaRegistry } from '../registry.ts'
import { restHandler } from './handler.ts'
import { listener } from './node.ts'

let server: Server
let host: string

beforeAll(async () => {
  const registry = new SchemaRegistry(new MemorySchemaTopic())
  await registry.open()
  const handle = restHandler(registry, { clusterId: 'kafka', version: '0' })
  server = createServer(listener(handle, { maxBodyBytes: 100_000 }))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise(resolve => server.close(resolve)))

describe('@kafkajs/confluent-schema-registry', () => {
  const ORDER = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"id","type":"long"},{"name":"note","type":["null","string"],"default":null}]}`

  test('Avro: registered once, encoded, decoded, found again', async () => {
    const client = new Client({ host })
    const { id } = await client.register({ type: SchemaType.AVRO, schema: ORDER }, { subject: 'shop.Order' })
    expect(await client.register({ type: SchemaType.AVRO, schema: ORDER }, { subject: 'shop.Order' })).toEqual({ id })
    const bytes = await client.encode(id, { id: 7, note: 'fragile' })
    expect(bytes.subarray(0, 5)).toEqual(Buffer.from([0, 0, 0, 0, id]))
    expect(await new Client({ host }).decode(bytes)).toMatchObject({ id: 7, note: 'fragile' })
    expect(await client.getLatestSchemaId('shop.Order')).toBe(id)
    expect(await client.getRegistryId('shop.Order', 1)).toBe(id)
    expect(await client.getRegistryIdBySchema('shop.Order', { type: SchemaType.AVRO, schema: ORDER })).toBe(id)
  })

  test('Avro: a schema that can not follow is refused', async () => {
    const client = new Client({ host })
    const schema = `{"type":"record","name":"Order","namespace":"shop","fields":[{"name":"total","type":"long"}]}`
    await client.register({ type: SchemaType.AVRO, schema: ORDER }, { subject: 'strict', compatibility: COMPATIBILITY.FULL })
    await expect(
      client.register({ type: SchemaType.AVRO, schema }, { subject: 'strict', compatibility: COMPATIBILITY.FULL }),
    ).rejects.toThrow('incompatible')
    await expect(
      client.register({ type: SchemaType.AVRO, schema }, { subject: 'strict', compatibility: COMPATIBILITY.NONE }),
    ).rejects.toThrow('Compatibility does not match the configuration (NONE != FULL)')
  })

  test('Avro: references', async () => {
    const client = new Client({ host })
    await client.register(
      { type: SchemaType.AVRO, schema: '{"type":"enum","name":"geo.Unit","symbols":["KM"]}' },
      { subject: 'geo.Unit' },
    )
    const { id } = await client.register(
      {
        type: SchemaType.AVRO,
        schema: '{"type":"record","name":"Way","namespace":"geo","fields":[{"name":"unit","type":"Unit"}]}',
        references: [{ name: 'geo.Unit', subject: 'geo.Unit', version: 1 }],
      },
      { subject: 'geo.Way' },
    )
    expect(await client.decode(await client.encode(id, { unit: 'KM' }))).toMatchObject({ unit: 'KM' })
  })

  test('JSON Schema', async () => {
    const client = new Client({ host })
    const schema = '{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}'
    const { id } = await client.register({ type: SchemaType.JSON, schema }, { subject: 'json-value' })
    expect(await new Client({ host }).decode(await client.encode(id, { id: 7 }))).toEqual({ id: 7 })
    await expect(client.encode(id, { id: 'seven' })).rejects.toThrow()
  })

  test('Protobuf', async () => {
    const client = new Client({ host })
    const schema =
      'syntax = "proto3"; package shop; message Order { int32 id = 1; repeated string lines = 2; map<string, double> prices = 3; }'
    const { id } = await client.register({ type: SchemaType.PROTOBUF, schema }, { subject: 'proto-value' })
    const order = { id: 7, lines: ['a', 'b'], prices: { a: 1.5 } }
    expect(await new Client({ host }).decode(await client.encode(id, order))).toMatchObject(order)
  })

  test('what is not there', async () => {
    await expect(new Client({ host }).getSchema(999)).rejects.toThrow('Schema 999 not found')
  })
})

describe('over HTTP', () => {
  test('content types, percent-encoding, query', async () => {
    const body = JSON.stringify({ schema: '"int"' })
    const headers = { 'content-type': 'application/vnd.schemaregistry.v1+json' }
    const registered = await fetch(`${host}/subjects/a%2Fb/versions`, { method: 'POST', headers, body })
    expect(registered.headers.get('content-type')).toBe('application/vnd.schemaregistry.v1+json')
    const versions = await fetch(`${host}/subjects/a%2Fb/versions?deleted=true`, { headers: { accept: 'application/json' } })
    expect([versions.headers.get('content-type'), await versions.text()]).toEqual(['application/json', '[1]'])
  })

  test('a body beyond the limit is refused', async () => {
    const answer = await fetch(`${host}/subjects/big/versions`, { method: 'POST', body: 'x'.repeat(200_000) })
    expect(await answer.json()).toEqual({ error_code: 413, message: 'The body is larger than 100000 bytes' })
  })

  test('a bug is told, and answered with 500', async () => {
    const told: unknown[] = []
    const broken = createServer(listener(() => Promise.reject(new Error('bug')), { failed: error => told.push(error) }))
    await new Promise<void>(resolve => broken.listen(0, '127.0.0.1', resolve))
    const answer = await fetch(`http://127.0.0.1:${(broken.address() as AddressInfo).port}/`)
    expect([answer.status, await answer.json(), told]).toEqual([
      500,
      { error_code: 500, message: 'Internal Server Error' },
      [new Error('bug')],
    ])
    broken.close()
  })

  test('HEAD has no body', async () => {
    const answer = await fetch(`${host}/subjects`, { method: 'HEAD' })
    expect([answer.status, await answer.text()]).toEqual([200, ''])
  })
})
