import { pbkdf2Sync } from 'node:crypto'
import { expect, test } from 'vitest'
import { testBroker } from '../../../testing/broker.ts'
import { authenticateByScram } from '../../../testing/sasl.ts'

const listeners = [
  { name: 'ADMIN', host: '127.0.0.1', port: 0, advertised: undefined },
  { name: 'SASL_PLAINTEXT', host: '127.0.0.1', port: 0, advertised: undefined, protocol: 'SASL_PLAINTEXT' } as const,
]

const upsertion = (name: string, password: string, more: object = {}) => ({
  name,
  mechanism: 1,
  iterations: 4096,
  salt: Buffer.from('salt'),
  saltedPassword: pbkdf2Sync(password, 'salt', 4096, 32, 'sha256'),
  ...more,
})

test('a user is made, let in, there after a restart, and gone', async () => {
  const first = await testBroker({ listeners })
  const admin = first.connect()
  const { results } = await admin.ask('AlterUserScramCredentials', 0, {
    deletions: [],
    upsertions: [upsertion('alice', 'secret')],
  })
  expect(results).toEqual([{ user: 'alice', errorCode: 0, errorMessage: null }])
  const second = await first.restart()
  const login = () => authenticateByScram(second.connect('test', 'SASL_PLAINTEXT'), 'SCRAM-SHA-256', 'alice', 'secret')
  expect((await login()).errorCode).toBe(0)
  const again = second.connect()
  expect((await again.ask('DescribeUserScramCredentials', 0, { users: null })).results).toMatchObject([
    { user: 'alice', errorCode: 0, credentialInfos: [{ mechanism: 1, iterations: 4096 }] },
  ])
  await again.ask('AlterUserScramCredentials', 0, { deletions: [{ name: 'alice', mechanism: 1 }], upsertions: [] })
  const refused = login()
  await second.time.pass(100)
  expect((await refused).errorCode).toBe(58)
  await second.stop()
})

test('what is refused, as Kafka refuses it', async () => {
  const { connect, stop } = await testBroker({ listeners })
  const admin = connect()
  const codes = async (deletions: readonly { name: string; mechanism: number }[], ...upsertions: readonly object[]) => {
    const { results } = await admin.ask('AlterUserScramCredentials', 0, { deletions, upsertions })
    return results.map(({ user, errorCode }) => `${user} ${errorCode}`)
  }
  expect(await codes([], upsertion('a', 'x', { iterations: 4095 }))).toEqual(['a 93'])
  expect(await codes([], upsertion('a', 'x', { iterations: 16_385 }))).toEqual(['a 93'])
  expect(await codes([], upsertion('', 'x'), upsertion('b', 'x', { mechanism: 3 }))).toEqual([' 93', 'b 33'])
  expect(await codes([{ name: 'a', mechanism: 1 }])).toEqual(['a 91'])
  expect(await codes([], upsertion('a', 'x'), upsertion('a', 'y'), upsertion('b', 'x'))).toEqual(['a 92', 'b 0'])
  const users = ['b', 'c', 'd', 'd'].map(name => ({ name }))
  const { results } = await admin.ask('DescribeUserScramCredentials', 0, { users })
  expect(results.map(({ user, errorCode }) => `${user} ${errorCode}`)).toEqual(['b 0', 'c 91', 'd 92'])
  await stop()
})

test('a password that was given since comes before the one that a property names', async () => {
  const properties = { 'millrace.users': 'alice:first' }
  const { connect, stop } = await testBroker({ listeners, properties })
  const login = (password: string) => authenticateByScram(connect('test', 'SASL_PLAINTEXT'), 'SCRAM-SHA-256', 'alice', password)
  expect((await login('first')).errorCode).toBe(0)
  await connect().ask('AlterUserScramCredentials', 0, { deletions: [], upsertions: [upsertion('alice', 'second')] })
  expect((await login('second')).errorCode).toBe(0)
  await stop()
})
