import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { type TestBroker, type TestTime, settled, testBroker } from '../../../../testing/broker.ts'
import { authenticate, bearerToken, jwt } from '../../../../testing/sasl.ts'
import { type SecurityHost, systemHost } from '../host.ts'

const keyPair = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const first = keyPair()
const second = keyPair()
const jwks = (...pairs: readonly (readonly [string, ReturnType<typeof keyPair>])[]) =>
  JSON.stringify({ keys: pairs.map(([kid, { publicKey }]) => ({ ...publicKey.export({ format: 'jwk' }), kid })) })

/** A web site that is sometimes down. */
function site(content: string) {
  const state = { content, reads: 0, down: false }
  const host: SecurityHost = {
    ...systemHost,
    async fetch() {
      state.reads++
      if (state.down) throw new Error('it is down')
      return Buffer.from(state.content)
    },
    readFile: async () => Buffer.from(state.content),
  }
  return { state, host }
}

const listener = {
  name: 'SASL_PLAINTEXT',
  host: '127.0.0.1',
  port: 0,
  advertised: undefined,
  protocol: 'SASL_PLAINTEXT',
} as const
const url = { 'sasl.oauthbearer.jwks.endpoint.url': 'https://id.example.org/jwks.json' }

const oauthBroker = (host: SecurityHost, properties: Readonly<Record<string, string>> = url): Promise<TestBroker> =>
  testBroker({
    listeners: [listener],
    properties: { 'sasl.enabled.mechanisms': 'OAUTHBEARER', ...properties },
    securityHost: host,
  })

const secondsOf = (time: TestTime) => time.clock.nowMs() / 1000
const tokenFor = (sub: string, time: TestTime, kid = 'k1', { privateKey } = first) =>
  jwt({ sub, iat: secondsOf(time), exp: secondsOf(time) + 300 }, privateKey, { kid })

const login = (broker: TestBroker, token: string) => authenticate(broker.connect(), 'OAUTHBEARER', bearerToken(token))
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

test('a token that was signed by a published key', async () => {
  const broker = await oauthBroker(site(jwks(['k1', first])).host)
  const client = broker.connect()
  const answer = await authenticate(client, 'OAUTHBEARER', bearerToken(tokenFor('alice', broker.time)))
  expect(answer).toMatchObject({ errorCode: 0, authBytes: new Uint8Array(), sessionLifetimeMs: 300_000 })
  expect(await client.createTopic('orders')).toBe(0)
  await broker.time.pass(330_001)
  await expect(client.createTopic('others')).rejects.toThrow('closed')
  await broker.stop()
})

test('a token that is refused: the client is told, acknowledges, and the connection ends', async () => {
  const broker = await oauthBroker(site(jwks(['k1', first])).host)
  const client = broker.connect()
  const answer = await authenticate(client, 'OAUTHBEARER', bearerToken(tokenFor('alice', broker.time, 'k1', second)))
  expect([answer.errorCode, text(answer.authBytes)]).toEqual([0, '{"status":"invalid_token"}'])
  const refused = client.ask('SaslAuthenticate', 2, { authBytes: new Uint8Array([1]) })
  await broker.time.pass(100)
  expect(await refused).toMatchObject({ errorCode: 58, errorMessage: '{"status":"invalid_token"}' })
  await settled()
  expect(client.closed).toBe(true)
  await broker.stop()
})

const MALFORMED = 'Authentication failed during authentication due to invalid credentials with SASL mechanism OAUTHBEARER'

test.each([
  ['hello', MALFORMED],
  ['n,,\u0001auth=Basic YTpi\u0001\u0001', MALFORMED],
  ['n,,\u0001auth=Bearer x', MALFORMED],
  [
    'n,a=bob,\u0001auth=Bearer TOKEN\u0001\u0001',
    "Authentication failed: Client requested an authorization id (bob) that is different from the token's principal name (alice)",
  ],
])('refused at once: %j', async (message, errorMessage) => {
  const broker = await oauthBroker(site(jwks(['k1', first])).host)
  const token = Buffer.from(message.replace('TOKEN', tokenFor('alice', broker.time)))
  const answer = authenticate(broker.connect(), 'OAUTHBEARER', token)
  await broker.time.pass(100)
  expect(await answer).toMatchObject({ errorCode: 58, errorMessage })
  await broker.stop()
})

test('an empty authorization id and extensions', async () => {
  const broker = await oauthBroker(site(jwks(['k1', first])).host)
  const message = `n,a=,\u0001auth=Bearer ${tokenFor('alice', broker.time)}\u0001traceId=7\u0001\u0001`
  expect((await authenticate(broker.connect(), 'OAUTHBEARER', Buffer.from(message))).errorCode).toBe(0)
  await broker.stop()
})

describe('keys', () => {
  test('a new one is looked for when a token names it, and not more often than every ten seconds', async () => {
    const { state, host } = site(jwks(['k1', first]))
    const broker = await oauthBroker(host)
    expect(text((await login(broker, tokenFor('alice', broker.time, 'k2', second))).authBytes)).toContain('invalid_token')
    expect(state.reads).toBe(1)
    state.content = jwks(['k1', first], ['k2', second])
    await broker.time.pass(10_000)
    expect(text((await login(broker, tokenFor('alice', broker.time, 'k2', second))).authBytes)).toBe('')
    expect(state.reads).toBe(2)
    await broker.stop()
  })

  test('are read again from time to time, and as before where that fails', async () => {
    const { state, host } = site(jwks(['k1', first]))
    const broker = await oauthBroker(host)
    state.down = true
    await broker.time.pass(3_600_000)
    expect(text((await login(broker, tokenFor('alice', broker.time))).authBytes)).toBe('')
    state.down = false
    state.content = jwks(['k2', second])
    await broker.time.pass(10_000)
    expect(text((await login(broker, tokenFor('alice', broker.time, 'k2', second))).authBytes)).toBe('')
    expect(text((await login(broker, tokenFor('alice', broker.time))).authBytes)).toContain('invalid_token')
    await broker.stop()
  })

  test('a site may be down at the start; a file has to be there', async () => {
    const { state, host } = site(jwks(['k1', first]))
    state.down = true
    const broker = await oauthBroker(host)
    state.down = false
    await broker.time.pass(100)
    expect(text((await login(broker, tokenFor('alice', broker.time))).authBytes)).toBe('')
    await broker.stop()
    state.content = '{}'
    const file = { 'sasl.oauthbearer.jwks.endpoint.url': 'file:///jwks.json' }
    await expect(oauthBroker(host, file)).rejects.toThrow('no keys in file:///jwks.json')
  })
})

test('unsigned tokens, where development asks for it', async () => {
  const properties = { 'millrace.sasl.oauthbearer.allow.unsecured.tokens': 'true' }
  const broker = await oauthBroker(systemHost, properties)
  const token = jwt({ sub: 'alice', iat: secondsOf(broker.time), exp: secondsOf(broker.time) + 300 })
  expect(text((await login(broker, token)).authBytes)).toBe('')
  await broker.stop()
})
