import { describe, expect, test } from 'vitest'
import { TestClient, settled, testBroker } from '../../../testing/broker.ts'
import { authenticate, authenticateByScram, plainToken, scramClient } from '../../../testing/sasl.ts'

const listener = {
  name: 'SASL_PLAINTEXT',
  host: '127.0.0.1',
  port: 0,
  advertised: undefined,
  protocol: 'SASL_PLAINTEXT',
} as const
const properties = {
  'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
  'millrace.users': 'alice:secret,bob:1234',
}
const saslBroker = (more: Readonly<Record<string, string>> = {}) =>
  testBroker({ listeners: [listener], properties: { ...properties, ...more } })

const utf8 = (text: string) => new TextEncoder().encode(text)
const PRINCIPAL = 'User:alice'

describe('before it is known', () => {
  test('a client may ask for versions, and nothing else', async () => {
    const { connect, stop } = await saslBroker()
    const client = connect()
    const versions = await client.ask('ApiVersions', 3, { clientSoftwareName: 'test', clientSoftwareVersion: '1' })
    expect(versions.errorCode).toBe(0)
    await expect(client.ask('Metadata', 12, { topics: null })).rejects.toThrow('closed')
    await stop()
  })

  test('a client that chose a mechanism still may not', async () => {
    const { connect, stop } = await saslBroker()
    const client = connect()
    await client.ask('SaslHandshake', 1, { mechanism: 'PLAIN' })
    await expect(client.ask('Metadata', 12, { topics: null })).rejects.toThrow('closed')
    await stop()
  })

  test('a mechanism that is not there: the client is told which are, and the connection ends', async () => {
    const { connect, time, stop } = await saslBroker()
    const client = connect()
    const answer = client.ask('SaslHandshake', 1, { mechanism: 'GSSAPI' })
    await time.pass(100)
    expect(await answer).toEqual({ errorCode: 33, mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] })
    await settled()
    expect(client.closed).toBe(true)
    await stop()
  })

  test('a token before the handshake, or a second handshake: 34, and the connection ends', async () => {
    const { connect, stop } = await saslBroker()
    const [one, other] = [connect(), connect()]
    expect((await one.ask('SaslAuthenticate', 2, { authBytes: plainToken('alice', 'secret') })).errorCode).toBe(34)
    await other.ask('SaslHandshake', 1, { mechanism: 'PLAIN' })
    expect((await other.ask('SaslHandshake', 1, { mechanism: 'PLAIN' })).errorCode).toBe(34)
    await settled()
    expect([one.closed, other.closed]).toEqual([true, true])
    await stop()
  })

  test('requests are short', async () => {
    const { connect, stop } = await saslBroker({ 'sasl.server.max.receive.size': '1000' })
    const client = connect()
    client.raw(Buffer.from('000003e9', 'hex'))
    await settled()
    expect(client.closed).toBe(true)
    await stop()
  })
})

describe('PLAIN', () => {
  test('the right password', async () => {
    const { broker, connect, stop } = await saslBroker()
    const client = connect()
    expect(await authenticate(client, 'PLAIN', plainToken('alice', 'secret'))).toEqual({
      errorCode: 0,
      errorMessage: '',
      authBytes: new Uint8Array(),
      sessionLifetimeMs: 0,
    })
    expect([...broker.listeners[0]!.connections][0]!.session.principal).toBe(PRINCIPAL)
    expect(await client.createTopic('orders')).toBe(0)
    await stop()
  })

  test.each([
    ['a wrong password', plainToken('alice', 'wrong'), 'Authentication failed: Invalid username or password'],
    ['nobody of this name', plainToken('eve', 'secret'), 'Authentication failed: Invalid username or password'],
    ['no password', plainToken('alice', ''), 'Authentication failed: password not specified'],
    ['no name', plainToken('', 'secret'), 'Authentication failed: username not specified'],
    ['too few parts', utf8('alice\0secret'), 'Invalid SASL/PLAIN response: expected 3 tokens, got 2'],
    [
      'for somebody else',
      utf8('bob\0alice\0secret'),
      'Authentication failed: Client requested an authorization id that is different from username',
    ],
  ])('%s: told after a while, then the connection ends', async (_, token, errorMessage) => {
    const { connect, time, stop } = await saslBroker()
    const client = connect()
    let answered = false
    const answer = authenticate(client, 'PLAIN', token).finally(() => (answered = true))
    await time.pass(99)
    expect(answered).toBe(false)
    await time.pass(1)
    expect(await answer).toMatchObject({ errorCode: 58, errorMessage })
    await settled()
    expect(client.closed).toBe(true)
    await stop()
  })

  test('users of one listener, in the form of JAAS', async () => {
    const jaas = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_carol="a, \\"b\\"";'
    const { connect, stop } = await saslBroker({ 'listener.name.sasl_plaintext.plain.sasl.jaas.config': jaas })
    expect((await authenticate(connect(), 'PLAIN', plainToken('carol', 'a, "b"'))).errorCode).toBe(0)
    await stop()
  })

  test('tokens without headers, after version 0 of the handshake', async () => {
    const { connect, time, stop } = await saslBroker()
    const [known, unknown] = [connect(), connect()]
    await known.ask('SaslHandshake', 0, { mechanism: 'PLAIN' })
    expect(await known.token(plainToken('alice', 'secret'))).toHaveLength(0)
    expect(await known.createTopic('orders')).toBe(0)
    await unknown.ask('SaslHandshake', 0, { mechanism: 'PLAIN' })
    const answer = expect(unknown.token(plainToken('alice', 'wrong'))).rejects.toThrow('closed')
    await time.pass(100)
    await answer
    await stop()
  })
})

describe('SCRAM', () => {
  test.each(['SCRAM-SHA-256', 'SCRAM-SHA-512'] as const)('%s: of a user that a property names', async mechanism => {
    const { connect, time, stop } = await saslBroker()
    expect((await authenticateByScram(connect(), mechanism, 'alice', 'secret')).errorCode).toBe(0)
    const wrong = authenticateByScram(connect(), mechanism, 'alice', 'wrong')
    await time.pass(100)
    expect(await wrong).toMatchObject({
      errorCode: 58,
      errorMessage: `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`,
    })
    await stop()
  })

  test('tokens without headers', async () => {
    const { connect, stop } = await saslBroker()
    const client = connect()
    const scram = scramClient('SCRAM-SHA-512', 'bob', '1234')
    await client.ask('SaslHandshake', 0, { mechanism: 'SCRAM-SHA-512' })
    const challenge = Buffer.from(await client.token(utf8(scram.first))).toString()
    expect(Buffer.from(await client.token(utf8(scram.final(challenge)))).toString()).toBe(scram.expected())
    expect(await client.createTopic('orders')).toBe(0)
    await stop()
  })

  test('somebody unknown is always asked alike, also after a restart', async () => {
    const challenge = async (connect: Awaited<ReturnType<typeof saslBroker>>['connect'], user: string) => {
      const client = connect()
      const { authBytes } = await authenticate(client, 'SCRAM-SHA-256', utf8(`n,,n=${user},r=abc`))
      return /s=.*/.exec(Buffer.from(authBytes).toString())![0]
    }
    const first = await saslBroker()
    const asked = await challenge(first.connect, 'eve')
    expect(await challenge(first.connect, 'eve')).toBe(asked)
    expect(await challenge(first.connect, 'mallory')).not.toBe(asked)
    const second = await first.restart()
    expect(await challenge(second.connect, 'eve')).toBe(asked)
    await second.stop()
  })
})

describe('a session that ends', () => {
  const lasting = { 'connections.max.reauth.ms': '60000' }

  test('is told how long it is; after that only a new proof is taken', async () => {
    const { connect, time, stop } = await saslBroker(lasting)
    const [prolonged, forgotten] = [connect(), connect()]
    const token = plainToken('alice', 'secret')
    expect((await authenticate(prolonged, 'PLAIN', token)).sessionLifetimeMs).toBe(60_000)
    await authenticate(forgotten, 'PLAIN', token)
    await time.pass(60_001)
    expect((await authenticate(prolonged, 'PLAIN', token)).errorCode).toBe(0)
    expect(await prolonged.createTopic('orders')).toBe(0)
    await expect(forgotten.createTopic('others')).rejects.toThrow('closed')
    await stop()
  })

  test('nobody becomes somebody else, nor changes the mechanism', async () => {
    const { connect, time, stop } = await saslBroker(lasting)
    const [other, changed] = [connect(), connect()]
    for (const client of [other, changed]) await authenticate(client, 'PLAIN', plainToken('alice', 'secret'))
    await time.pass(1000)
    const answers = Promise.all([
      authenticate(other, 'PLAIN', plainToken('bob', '1234')),
      authenticateByScram(changed, 'SCRAM-SHA-256', 'alice', 'secret'),
    ])
    await time.pass(100)
    expect((await answers).map(answer => answer.errorMessage)).toEqual([
      'Cannot change principals during re-authentication from User:alice to User:bob',
      "SASL mechanism 'SCRAM-SHA-256' requested by client is not supported for re-authentication of mechanism 'PLAIN'",
    ])
    await stop()
  })

  test('a new proof is taken at once, and then at most once a second', async () => {
    const { connect, time, stop } = await saslBroker(lasting)
    const client = connect()
    const token = plainToken('alice', 'secret')
    const again = async () => (await client.ask('SaslHandshake', 1, { mechanism: 'PLAIN' })).errorCode
    await authenticate(client, 'PLAIN', token)
    expect((await authenticate(client, 'PLAIN', token)).errorCode).toBe(0)
    expect(await again()).toBe(34)
    expect(await client.createTopic('orders')).toBe(0)
    await time.pass(1000)
    expect(await again()).toBe(0)
    await stop()
  })
})

test('somebody within the process is who it says, whatever the listener asks of others', async () => {
  const { broker, stop } = await saslBroker({ 'authorizer.class.name': 'millrace' })
  const inside = (principal?: string) => new TestClient(broker, 'test', broker.listeners[0]!.pipe(principal))
  expect(await inside().createTopic('orders')).toBe(0)
  expect((await inside().produce('orders', 0, ['a'])).errorCode).toBe(0)
  expect((await inside('User:guest').produce('orders', 0, ['a'])).errorCode).toBe(29)
  await stop()
})

test('a listener without SASL refuses its requests, and goes on', async () => {
  const { connect, stop } = await testBroker()
  const client = connect()
  expect((await client.ask('SaslHandshake', 1, { mechanism: 'PLAIN' })).errorCode).toBe(34)
  expect((await client.ask('SaslAuthenticate', 1, { authBytes: new Uint8Array() })).errorCode).toBe(34)
  expect(await client.createTopic('orders')).toBe(0)
  await stop()
})

test.each([
  [{ 'sasl.enabled.mechanisms': '' }, 'listener SASL_PLAINTEXT lets nobody in'],
  [{ 'sasl.enabled.mechanisms': 'PLAIN', 'millrace.users': '' }, 'PLAIN has no users'],
  [{ 'millrace.users': 'alice' }, 'millrace.users has an entry that is no name:password'],
  [{ 'sasl.enabled.mechanisms': 'OAUTHBEARER' }, 'OAUTHBEARER needs the keys that tokens are signed with'],
  [{ 'sasl.enabled.mechanisms': 'GSSAPI' }, "there is no mechanism 'GSSAPI'"],
  [{ 'listener.name.sasl_plaintext.plain.sasl.jaas.confg': 'x' }, 'there is no property'],
] as [Record<string, string>, string][])('%j: a broker does not start', async (more, message) => {
  await expect(saslBroker(more)).rejects.toThrow(message)
})
