import { once } from 'node:events'
import { type ConnectionOptions, type TLSSocket, connect } from 'node:tls'
import { expect, test } from 'vitest'
import { authority } from '../../../../testing/certificates.ts'
import { TestClient, type TestBroker, settled, testBroker } from '../../../../testing/broker.ts'
import { authenticate, plainToken } from '../../../../testing/sasl.ts'
import type { SecurityHost } from '../host.ts'
import { systemHost } from '../host.ts'
import type { SecurityProtocol } from '../listeners.ts'

const ca = authority('CN=Test CA')
const server = ca.issue('CN=localhost', { hosts: ['localhost', '127.0.0.1', '::1'] })
const alice = ca.issue('C=DE,OU=Sales,CN=alice')
const stranger = authority('CN=Another CA').issue('CN=alice')

const identity = { 'ssl.keystore.certificate.chain': server.certificate, 'ssl.keystore.key': server.key }
const trust = { 'ssl.truststore.certificates': ca.certificate }

function tlsBroker(
  properties: Readonly<Record<string, string>>,
  protocol: SecurityProtocol = 'SSL',
  securityHost: SecurityHost = systemHost,
): Promise<TestBroker> {
  const listeners = [{ name: protocol, host: '127.0.0.1', port: 0, advertised: undefined, protocol }]
  return testBroker({ listeners, properties, securityHost, listen: true, log() {} })
}

async function dial({ broker }: TestBroker, options: ConnectionOptions = {}): Promise<{ socket: TLSSocket; client: TestClient }> {
  const socket = connect({ port: broker.listeners[0]!.port, host: '127.0.0.1', ca: ca.certificate, ...options })
  await once(socket, 'secureConnect')
  return { socket, client: new TestClient(broker, 'test', socket) }
}

const principals = ({ broker }: TestBroker) =>
  Array.from(broker.listeners[0]!.connections, connection => connection.session.principal)

/** A refusal after the handshake shows when the first answer is awaited. */
async function isLetIn(broker: TestBroker, options: ConnectionOptions = {}): Promise<boolean> {
  try {
    const { client, socket } = await dial(broker, options)
    socket.on('error', () => {})
    await client.ask('ApiVersions', 0, {})
    return true
  } catch {
    return false
  }
}

const certificateOf = ({ certificate, key }: typeof alice): ConnectionOptions => ({ cert: certificate, key })

test('a client that trusts the certificate', async () => {
  const broker = await tlsBroker(identity)
  const { client } = await dial(broker)
  expect(await client.createTopic('orders')).toBe(0)
  expect(principals(broker)).toEqual(['User:ANONYMOUS'])
  await broker.stop()
})

test('clients show certificates: required', async () => {
  const broker = await tlsBroker({ ...identity, ...trust, 'ssl.client.auth': 'required' })
  expect(await isLetIn(broker)).toBe(false)
  expect(await isLetIn(broker, certificateOf(stranger))).toBe(false)
  expect(await isLetIn(broker, certificateOf(alice))).toBe(true)
  expect(principals(broker)).toEqual(['User:CN=alice,OU=Sales,C=DE'])
  await broker.stop()
})

test('clients may show certificates: requested', async () => {
  const rules = 'RULE:^CN=(.*?),OU=Sales.*$/$1/,DEFAULT'
  const broker = await tlsBroker({ ...identity, ...trust, 'ssl.client.auth': 'requested', 'ssl.principal.mapping.rules': rules })
  expect(await isLetIn(broker)).toBe(true)
  expect(await isLetIn(broker, certificateOf(stranger))).toBe(false)
  expect(await isLetIn(broker, certificateOf(alice))).toBe(true)
  expect(principals(broker)).toEqual(['User:ANONYMOUS', 'User:alice'])
  await broker.stop()
})

test('a certificate that no rule has a name for', async () => {
  const rules = 'RULE:^CN=(.*?),OU=Board.*$/$1/'
  const broker = await tlsBroker({ ...identity, ...trust, 'ssl.client.auth': 'required', 'ssl.principal.mapping.rules': rules })
  expect(await isLetIn(broker, certificateOf(alice))).toBe(false)
  await broker.stop()
})

test('SASL within TLS says who it is', async () => {
  const broker = await tlsBroker({ ...identity, 'sasl.enabled.mechanisms': 'PLAIN', 'millrace.users': 'bob:1234' }, 'SASL_SSL')
  const { client } = await dial(broker)
  expect((await authenticate(client, 'PLAIN', plainToken('bob', '1234'))).errorCode).toBe(0)
  expect(principals(broker)).toEqual(['User:bob'])
  await broker.stop()
})

test('one version of TLS, one cipher', async () => {
  const only = { 'ssl.enabled.protocols': 'TLSv1.2', 'ssl.cipher.suites': 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256' }
  const broker = await tlsBroker({ ...identity, ...only })
  const { socket } = await dial(broker)
  expect([socket.getProtocol(), socket.getCipher().name]).toEqual(['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256'])
  expect(await isLetIn(broker, { minVersion: 'TLSv1.3' })).toBe(false)
  await broker.stop()
})

test('a renewed certificate is taken from its file; one that is half written is not', async () => {
  const files = new Map([['server.pem', server.certificate + server.key]])
  const host: SecurityHost = {
    ...systemHost,
    readFile: async path => Buffer.from(files.get(path) ?? ''),
  }
  const broker = await tlsBroker({ 'ssl.keystore.location': 'server.pem' }, 'SSL', host)
  const shown = async () => (await dial(broker)).socket.getPeerX509Certificate()!.serialNumber
  const before = await shown()
  const renewed = ca.issue('CN=localhost', { hosts: ['127.0.0.1'] })
  files.set('server.pem', renewed.certificate)
  await broker.time.pass(30_000)
  expect(await shown()).toBe(before)
  files.set('server.pem', renewed.certificate + renewed.key)
  await broker.time.pass(30_000)
  expect(await shown()).not.toBe(before)
  await broker.stop()
})

test('who speaks no TLS is not listened to', async () => {
  const broker = await tlsBroker(identity)
  const { connect: dialPlain } = await import('node:net')
  const socket = dialPlain(broker.broker.listeners[0]!.port, '127.0.0.1')
  socket.write(Buffer.from('00000010001200000000000100047465737400', 'hex'))
  await once(socket.resume(), 'close')
  await settled()
  expect(principals(broker)).toEqual([])
  await broker.stop()
})

const jks = Buffer.from('feedfeed0000', 'hex')

test.each([
  [{}, 'TLS needs a private key and a certificate'],
  [{ 'ssl.keystore.key': server.key }, 'ssl.keystore.key and ssl.keystore.certificate.chain are said together'],
  [{ ...identity, 'ssl.keystore.key': alice.key }, 'TLS takes no such key and certificates'],
  [{ ...identity, 'ssl.client.auth': 'required' }, 'certificates of clients are checked against others that are trusted'],
  [{ 'ssl.keystore.location': 'server.jks' }, 'server.jks is a Java keystore, which only Java reads'],
  [{ ...identity, 'ssl.cipher.suites': 'TLS_ROT13' }, "there is no cipher 'TLS_ROT13'"],
  [{ ...identity, 'ssl.truststore.certificates': 'none' }, 'there is no certificate in ssl.truststore.certificates'],
  [{ ...identity, 'ssl.enabled.protocols': 'TLSv1' }, "there is no version 'TLSv1' of TLS here"],
])('a broker does not start: %#', async (properties, message) => {
  await expect(tlsBroker(properties, 'SSL', { ...systemHost, readFile: async () => jks })).rejects.toThrow(message)
})

test('PEM on one line of a properties file', async () => {
  const line = (text: string) => text.replaceAll('\n', ' ')
  const properties = {
    'ssl.keystore.certificate.chain': line(server.certificate),
    'ssl.keystore.key': server.key.replaceAll('\n', '\\n'),
  }
  const broker = await tlsBroker(properties)
  expect(await isLetIn(broker)).toBe(true)
  await broker.stop()
})
