import { connect } from 'node:net'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { testBroker } from '../../../testing/broker.ts'
import { type ListenerArguments, parseListeners } from './listeners.ts'

/** `NAME://host:port → advertised (protocol)` */
const listenersOf = (given: ListenerArguments) =>
  parseListeners(given).map(({ name, host, port, advertised, protocol }) => {
    const told = advertised === undefined ? '' : ` → ${advertised.host}:${advertised.port}`
    return `${name}://${host}:${port}${told} (${protocol})`
  })

describe('addresses', () => {
  test.each<[ListenerArguments, string[]]>([
    [{}, ['PLAINTEXT://localhost:9092 (PLAINTEXT)']],
    [{ listen: ['127.0.0.1:0'] }, ['PLAINTEXT://127.0.0.1:0 (PLAINTEXT)']],
    [{ listen: ['ssl://[::1]:9093'] }, ['SSL://::1:9093 (SSL)']],
    [
      { listen: ['0.0.0.0:9092'], advertise: ['kafka.example.org:9092'] },
      ['PLAINTEXT://0.0.0.0:9092 → kafka.example.org:9092 (PLAINTEXT)'],
    ],
    [{ listen: [':9092'], advertise: ['[2001:db8::1]:9092'] }, ['PLAINTEXT://:9092 → 2001:db8::1:9092 (PLAINTEXT)']],
    [
      {
        listen: ['INTERNAL://localhost:9092', 'EXTERNAL://[::]:9093'],
        advertise: ['EXTERNAL://kafka.example.org:443'],
        properties: { 'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,EXTERNAL:SASL_SSL' },
      },
      ['INTERNAL://localhost:9092 (PLAINTEXT)', 'EXTERNAL://:::9093 → kafka.example.org:443 (SASL_SSL)'],
    ],
    [
      {
        properties: {
          'listeners': 'PLAINTEXT://localhost:9092, SASL_SSL://:9093',
          'advertised.listeners': 'SASL_SSL://kafka:9093',
        },
      },
      ['PLAINTEXT://localhost:9092 (PLAINTEXT)', 'SASL_SSL://:9093 → kafka:9093 (SASL_SSL)'],
    ],
    [{ listen: ['localhost:1'], properties: { listeners: 'SSL://localhost:9092' } }, ['PLAINTEXT://localhost:1 (PLAINTEXT)']],
  ])('%j', (given, listeners) => {
    expect(listenersOf(given)).toEqual(listeners)
  })

  test.each<[ListenerArguments, string]>([
    [{ listen: ['0.0.0.0:9092'] }, 'listener PLAINTEXT is open on every address, so clients have to be told one of them'],
    [{ listen: ['[::]:9092'] }, 'listener PLAINTEXT is open on every address'],
    [{ listen: [':9092'] }, 'listener PLAINTEXT is open on every address'],
    [{ advertise: ['0.0.0.0:9092'] }, 'listener PLAINTEXT tells clients to connect to every address'],
    [{ listen: ['localhost'] }, "'localhost' is no address"],
    [{ listen: ['localhost:99999'] }, "'localhost:99999' is no address"],
    [{ listen: ['[localhost]:9092'] }, "'localhost' in '[localhost]:9092' is no IPv6 address"],
    [{ listen: ['::1:9092'] }, "'::1:9092' is no address"],
    [{ listen: ['localhost:1', 'localhost:2'] }, 'two listeners are named PLAINTEXT'],
    [{ listen: ['localhost:1', 'SSL://localhost:1'] }, 'two listeners are on localhost:1'],
    [{ listen: ['localhost:1', 'SSL://localhost:2'], advertise: ['kafka:1'] }, 'which listener is at kafka:1?'],
    [{ advertise: ['SSL://kafka:1'] }, 'SSL://kafka:1 is advertised, and there is no listener SSL'],
    [{ advertise: ['kafka:1', 'kafka:2'] }, 'listener PLAINTEXT is advertised twice'],
    [{ listen: ['EXTERNAL://localhost:1'] }, 'which protocol does listener EXTERNAL speak?'],
    [{ properties: { 'listener.security.protocol.map': 'X:TLS' } }, "listener.security.protocol.map has no pair 'X:TLS'"],
    [{ properties: { listeners: '' } }, 'a broker listens somewhere'],
  ])('refused: %j', (given, message) => {
    expect(() => parseListeners(given)).toThrow(message)
  })
})

async function answers(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host)
  try {
    await once(socket, 'connect')
    return true
  } finally {
    socket.destroy()
  }
}

test('localhost is there by all its addresses', async () => {
  const { broker, stop } = await testBroker({ listeners: parseListeners({ listen: ['localhost:0'] }), listen: true, log() {} })
  const { port, advertisedHost, advertisedPort } = broker.listeners[0]!
  expect([advertisedHost, advertisedPort]).toEqual(['localhost', port])
  expect(await answers('127.0.0.1', port)).toBe(true)
  expect(await answers('localhost', port)).toBe(true)
  await stop()
})

test('clients are told the address of the listener by which they came', async () => {
  const listen = ['127.0.0.1:0', 'EXTERNAL://0.0.0.0:0']
  const properties = { 'listener.security.protocol.map': 'EXTERNAL:PLAINTEXT' }
  const listeners = parseListeners({ listen, advertise: ['EXTERNAL://kafka.example.org:443'], properties })
  const { broker, connect: connectTo, stop } = await testBroker({ listeners, properties, listen: true })
  const brokersFor = async (name: string) => (await connectTo('test', name).ask('Metadata', 12, { topics: [] })).brokers
  expect(await brokersFor('PLAINTEXT')).toMatchObject([{ host: '127.0.0.1', port: broker.listeners[0]!.port }])
  expect(await brokersFor('EXTERNAL')).toMatchObject([{ host: 'kafka.example.org', port: 443 }])
  await stop()
})

test('a broker that is open on every address and says none does not start', async () => {
  const listeners = [{ name: 'PLAINTEXT', host: '0.0.0.0', port: 0, advertised: undefined }]
  await expect(testBroker({ listeners })).rejects.toThrow('listener PLAINTEXT is open on every address')
})

test('a port that is taken: nothing is left open', async () => {
  const { broker, stop } = await testBroker({ listen: true })
  const taken = broker.listeners[0]!.port
  const listeners = parseListeners({
    listen: ['OTHER://127.0.0.1:0', `127.0.0.1:${taken}`],
    properties: { 'listener.security.protocol.map': 'OTHER:PLAINTEXT' },
  })
  await expect(testBroker({ listeners, listen: true })).rejects.toThrow(`can not listen on 127.0.0.1:${taken}: the port is taken`)
  await stop()
})
