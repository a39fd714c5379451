import { expect, test } from 'vitest'
import { ClientSettings } from '../settings.ts'
import type { Mechanism } from './mechanism.ts'
import { mechanismOf } from './mechanism.ts'
import { scram } from './scram.ts'

const text = (token: Uint8Array | undefined) => (token === undefined ? undefined : Buffer.from(token).toString())
const mechanism = (properties: Record<string, string>): Mechanism =>
  mechanismOf(new ClientSettings({ 'security.protocol': 'SASL_PLAINTEXT', ...properties }))!

test('PLAIN says user and password', async () => {
  const plain = mechanism({ 'sasl.jaas.config': 'PlainLoginModule required username="ann" password="secret";' })
  expect(plain.name).toBe('PLAIN')
  const exchange = plain.begin()
  expect(text(await exchange.next(undefined))).toBe('\0ann\0secret')
  expect(await exchange.next(new Uint8Array())).toBeUndefined()
})

/** The exchange of RFC 7677. */
const rfc = () => scram('sha256', 'user', 'pencil', () => 'rOprNGfwEbeRWgbNEkqO').begin()
const SERVER_FIRST = Buffer.from('r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096')

test('SCRAM proves the password, and wants proof', async () => {
  const exchange = rfc()
  expect(text(await exchange.next(undefined))).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
  expect(text(await exchange.next(SERVER_FIRST))).toBe(
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
  )
  expect(await exchange.next(Buffer.from('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4='))).toBeUndefined()
})

test.each([
  ['v=AAAATRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=', 'the broker does not know the password itself'],
  ['e=invalid-proof', 'the broker says invalid-proof'],
])('SCRAM ends with %s', async (last, why) => {
  const exchange = rfc()
  await exchange.next(undefined)
  await exchange.next(SERVER_FIRST)
  await expect(exchange.next(Buffer.from(last))).rejects.toThrow(why)
})

test.each([
  ['r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096', 'a nonce of its own'],
  ['r=rOprNGfwEbeRWgbNEkqOx,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=1', 'asks for 1 iterations'],
  ['e=unknown-user', 'the broker says unknown-user'],
])('SCRAM does not answer %s', async (first, why) => {
  const exchange = rfc()
  await exchange.next(undefined)
  await expect(exchange.next(Buffer.from(first))).rejects.toThrow(why)
})

test('names with commas and equals signs', async () => {
  const first = await scram('sha512', 'a=b,c', 'x', () => 'n')
    .begin()
    .next(undefined)
  expect(text(first)).toBe('n,,n=a=3Db=2Cc,r=n')
})

test('OAUTHBEARER shows its token, and acknowledges a refusal', async () => {
  const bearer = mechanism({
    'sasl.mechanism': 'OAUTHBEARER',
    'sasl.jaas.config': 'OAuthBearerLoginModule required token="abc" extension_x="y";',
  })
  const exchange = bearer.begin()
  expect(text(await exchange.next(undefined))).toBe('n,,\x01auth=Bearer abc\x01x=y\x01\x01')
  expect(await exchange.next(Buffer.from('{"status":"invalid_token"}'))).toEqual(Uint8Array.of(1))
  expect(await exchange.next(new Uint8Array())).toBeUndefined()
})

test('an unsigned token for development', async () => {
  const jaas = 'OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="ann" unsecuredLoginListClaim_scope=",a,b";'
  const token = text(await mechanism({ 'sasl.jaas.config': jaas }).begin().next(undefined))!.slice('n,,\x01auth=Bearer '.length)
  const [head, claims, signature] = token.split('.')
  expect(JSON.parse(Buffer.from(head!, 'base64url').toString())).toEqual({ alg: 'none' })
  expect(JSON.parse(Buffer.from(claims!, 'base64url').toString())).toMatchObject({ sub: 'ann', scope: ['a', 'b'] })
  expect(signature).toBe('\x01\x01')
})

test.each([
  [{}, "'sasl.mechanism' is missing"],
  [{ 'sasl.mechanism': 'PLAIN' }, "'sasl.jaas.config' is missing"],
  [
    { 'sasl.mechanism': 'PLAIN', 'sasl.jaas.config': 'a.PlainLoginModule required username="x";' },
    "'password' in 'sasl.jaas.config' is missing",
  ],
])('%j: %s', (properties, why) => expect(() => mechanism(properties as Record<string, string>)).toThrow(why))
