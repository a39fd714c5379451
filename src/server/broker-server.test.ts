import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { TestClient, settled } from '../testing/broker.ts'
import { BrokerServer } from './broker-server.ts'

async function clientOf(server: BrokerServer): Promise<TestClient> {
  const socket = connect({ host: '127.0.0.1', port: server.broker.listeners[0]!.port })
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  return new TestClient(server.broker, 'test', socket)
}

test('without options it is in memory, on any free port of this machine', async () => {
  const server = await BrokerServer.start()
  expect(server.bootstrap).toMatch(/^localhost:\d+$/)
  const client = await clientOf(server)
  expect(await client.createTopic('orders')).toBe(0)
  expect(await client.produce('orders', 0, ['a'])).toMatchObject({ errorCode: 0, baseOffset: 0 })
  expect((await client.fetch('orders', 0)).records).toEqual([{ offset: 0, key: null, value: 'a' }])
  await server.stop()
  await settled()
  expect(client.closed).toBe(true)
})

test('producers are refused when the memory is used up, readers are not', async () => {
  const server = await BrokerServer.start({ maxMemoryBytes: 9 * 1024 * 1024 })
  const client = await clientOf(server)
  await client.createTopic('orders')
  const large = 'x'.repeat(300_000)
  let answer = await client.produce('orders', 0, [large])
  for (let i = 0; i < 20 && answer.errorCode === 0; i++) answer = await client.produce('orders', 0, [large])
  expect(answer.errorCode).toBe(56)
  expect((await client.fetch('orders', 0)).records.length).toBeGreaterThan(0)
  await server.stop()
})

test('metrics and health are served by HTTP', async () => {
  const server = await BrokerServer.start({ http: { host: '127.0.0.1', port: 0 } })
  const client = await clientOf(server)
  await client.createTopic('orders', 2)
  await client.produce('orders', 1, ['a', 'b'])
  await client.ask('OffsetCommit', 8, {
    groupId: 'g',
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 1, committedOffset: 1 }] }],
  })
  const get = (path: string) => fetch(`http://127.0.0.1:${server.httpPort}${path}`)
  const text = await (await get('/metrics')).text()
  expect(text).toContain('millrace_records_in_total 2\n')
  expect(text).toContain('millrace_high_watermark{topic="orders",partition="1"} 2\n')
  expect(text).toContain('millrace_group_lag{group="g",topic="orders",partition="1"} 1\n')
  expect(text).toMatch(/millrace_request_seconds_bucket\{api="Produce",le="\+Inf"\} 1\n/)
  expect((await get('/health/live')).status).toBe(200)
  expect((await get('/health/ready')).status).toBe(200)
  expect((await get('/else')).status).toBe(404)
  await server.stop()
})

test('every metric has its name, help and type once', async () => {
  const server = await BrokerServer.start({ http: { host: '127.0.0.1', port: 0 } })
  const lines = (await (await fetch(`http://127.0.0.1:${server.httpPort}/metrics`)).text()).trim().split('\n')
  const declared = lines.filter(line => line.startsWith('# TYPE')).map(line => line.split(' ')[2]!)
  expect(new Set(declared).size).toBe(declared.length)
  const known = (name: string) => declared.some(of => name === of || (name.startsWith(of) && /_(bucket|sum|count)$/.test(name)))
  expect(lines.filter(line => !line.startsWith('#') && !known(/^[a-z_]+/.exec(line)![0]))).toEqual([])
  await server.stop()
})

test('connections beyond the limits are closed, in all and of one address', async () => {
  for (const name of ['max.connections', 'max.connections.per.ip']) {
    const server = await BrokerServer.start({ properties: { [name]: '1' } })
    const first = await clientOf(server)
    expect(await first.createTopic('a')).toBe(0)
    const second = await clientOf(server)
    await expect.poll(() => second.closed).toBe(true)
    await first.ask('IncrementalAlterConfigs', 1, {
      resources: [{ resourceType: 4, resourceName: '1', configs: [{ name, configOperation: 0, value: '2' }] }],
    })
    expect(await (await clientOf(server)).createTopic('b')).toBe(0)
    await server.stop()
  }
})
