/** TLS and SASL against our own broker, over sockets. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepingTimers, systemClock } from '../../base/clock.ts'
import { MillraceError } from '../../base/errors.ts'
import { systemRandom } from '../../base/random.ts'
import { BrokerServer } from '../../server/broker-server.ts'
import { authority } from '../../testing/certificates.ts'
import { Folder } from '../../testing/script.ts'
import { KafkaClient } from './client.ts'
import { createTopic } from './admin/topics.ts'
import { Producer } from './producer/producer.ts'

const ca = authority('CN=Test CA')
const server = ca.issue('CN=localhost', { hosts: ['localhost', '127.0.0.1'] })
let broker: BrokerServer

beforeAll(async () => {
  broker = await BrokerServer.start({
    listen: ['PLAINTEXT://127.0.0.1:0', 'SSL://127.0.0.1:0', 'SASL_PLAINTEXT://127.0.0.1:0', 'SASL_SSL://127.0.0.1:0'],
    properties: {
      'ssl.keystore.key': server.key,
      'ssl.keystore.certificate.chain': server.certificate,
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
      'millrace.users': 'ann:secret',
      'millrace.sasl.oauthbearer.allow.unsecured.tokens': 'true',
      'connection.failed.authentication.delay.ms': '0',
    },
  })
})
afterAll(() => broker.stop())

const login = (module: string, options: string) => `org.apache.kafka.common.security.${module} required ${options};`
const plain = (password = 'secret') => login('plain.PlainLoginModule', `username="ann" password="${password}"`)
const scram = (password = 'secret') => login('scram.ScramLoginModule', `username="ann" password="${password}"`)
const unsecured = login('oauthbearer.OAuthBearerLoginModule', 'unsecuredLoginStringClaim_sub="ann"')
const trusting = { 'ssl.truststore.certificates': ca.certificate }

/** `ok`, or how it fails. */
async function tried(protocol: string, properties: Record<string, string>): Promise<string> {
  const listener = broker.broker.listeners.find(l => l.name === protocol)!
  const client = new KafkaClient({
    properties: { 'bootstrap.servers': `127.0.0.1:${listener.port}`, 'security.protocol': protocol, ...properties },
    clock: systemClock,
    timers: keepingTimers,
    random: systemRandom,
  })
  try {
    await client.refresh([])
    return 'ok'
  } catch (error) {
    return error instanceof MillraceError ? `${error.code}: ${error.describe()}` : String(error)
  } finally {
    client.close()
  }
}

test.each([
  ['PLAINTEXT', {}],
  ['SSL', trusting],
  ['SASL_PLAINTEXT', { 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': plain() }],
  ['SASL_PLAINTEXT', { 'sasl.mechanism': 'SCRAM-SHA-256', 'sasl.jaas.config': scram() }],
  ['SASL_SSL', { ...trusting, 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.jaas.config': scram() }],
  ['SASL_PLAINTEXT', { 'sasl.mechanism': 'OAUTHBEARER', 'sasl.jaas.config': unsecured }],
] as [string, Record<string, string>][])('%s', async (protocol, properties) =>
  expect(await tried(protocol, properties)).toBe('ok'),
)

test.each([
  [
    'SASL_PLAINTEXT',
    { 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': plain('wrong') },
    /^KAFKA_AUTHENTICATION: .*SASL_AUTHENTICATION_FAILED/,
  ],
  ['SASL_PLAINTEXT', { 'sasl.mechanism': 'SCRAM-SHA-512', 'sasl.jaas.config': scram('wrong') }, /^KAFKA_AUTHENTICATION: /],
  ['SSL', {}, /^KAFKA_AUTHENTICATION: .*TLS failed: .*\n {2}'ssl.truststore.location' names the certificates to trust/],
  ['SASL_PLAINTEXT', {}, /^KAFKA_CONFIG: 'security.protocol' is SASL, and 'sasl.mechanism' is missing/],
] as [string, Record<string, string>, RegExp][])('%s %j is told why not', async (protocol, properties, why) => {
  expect(await tried(protocol, properties).catch((error: MillraceError) => `${error.code}: ${error.describe()}`)).toMatch(why)
})

test('the wrong protocol is guessed at', async () => {
  const port = broker.broker.listeners.find(l => l.name === 'SSL')!.port
  expect(await tried('PLAINTEXT', { 'bootstrap.servers': `127.0.0.1:${port}` })).toMatch(
    /^KAFKA_CONNECTION: .*\n {2}is PLAINTEXT what that listener speaks\?/,
  )
})

test('certificates from a file, and a name that is not in them', async () => {
  await using folder = await Folder.create()
  const other = ca.issue('CN=elsewhere', { hosts: ['elsewhere'] })
  const path = await folder.write('ca.pem', ca.certificate)
  expect(await tried('SSL', { 'ssl.truststore.location': path, 'ssl.truststore.type': 'PEM' })).toBe('ok')
  expect(await tried('SSL', { 'ssl.truststore.location': `${path}.none` })).toMatch(
    /^KAFKA_CONFIG: the file of 'ssl.truststore.location'/,
  )
  expect(await tried('SSL', { 'ssl.truststore.location': 'store.jks' })).toMatch(
    /^KAFKA_CONFIG: 'ssl.truststore' is PEM here, not JKS/,
  )
  expect(await tried('SSL', { 'ssl.truststore.certificates': other.certificate })).toMatch(/^KAFKA_AUTHENTICATION: /)
})

test('records over TLS and SCRAM', async () => {
  const port = broker.broker.listeners.find(l => l.name === 'SASL_SSL')!.port
  const client = new KafkaClient({
    properties: {
      'bootstrap.servers': `127.0.0.1:${port}`,
      'security.protocol': 'SASL_SSL',
      'sasl.mechanism': 'SCRAM-SHA-256',
      'sasl.jaas.config': scram(),
      ...trusting,
    },
    clock: systemClock,
    timers: keepingTimers,
    random: systemRandom,
  })
  await createTopic(client, { name: 'secret' })
  const producer = await Producer.open(client)
  expect(await producer.send('secret', { value: 'x'.repeat(500_000) })).toMatchObject({ offset: 0 })
  producer.close()
  client.close()
})
