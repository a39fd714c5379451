import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { jwt } from '../../../../testing/sasl.ts'
import { keysOf } from './jwks.ts'
import { type TokenExpectations, verifyToken } from './jwt.ts'
import type { SaslFailure } from './mechanism.ts'

const NOW = 1_700_000_000
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const shortRsa = generateKeyPairSync('rsa', { modulusLength: 1024 })
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })

const keys = keysOf({
  keys: [
    { ...ec.publicKey.export({ format: 'jwk' }), kid: 'e1', use: 'sig' },
    { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'r1', alg: 'RS256' },
    { ...shortRsa.publicKey.export({ format: 'jwk' }), kid: 'short' },
    { ...stranger.publicKey.export({ format: 'jwk' }), kid: 'enc', use: 'enc' },
    { kty: 'oct', kid: 'shared', k: 'c2VjcmV0' },
    { kty: 'EC', crv: 'P-000', x: 'AA', y: 'AA' },
  ],
})

const expected: TokenExpectations = {
  issuer: 'https://id.example.org',
  audiences: ['kafka', 'millrace'],
  clockSkewMs: 30_000,
  nameClaim: 'sub',
  scopeClaim: 'scope',
  unsecuredAllowed: false,
}
const claims = { iss: 'https://id.example.org', aud: 'kafka', sub: 'alice', iat: NOW - 10, exp: NOW + 300, scope: 'read write' }
const signed = (more: object, header: Readonly<Record<string, unknown>> = { kid: 'e1' }, key = ec.privateKey) =>
  jwt({ ...claims, ...more }, key, header)

const find = (id: string | undefined) => keys.filter(key => id === undefined || key.id === id)

async function verdict(token: string, more: Partial<TokenExpectations> = {}): Promise<string> {
  try {
    const { name, expiresAtMs } = await verifyToken(token, find, { ...expected, ...more }, NOW * 1000)
    return `${name} until ${expiresAtMs / 1000 - NOW}`
  } catch (error) {
    return (error as SaslFailure).detail
  }
}

describe('taken', () => {
  test.each([
    ['ES256', signed({})],
    ['RS256', signed({}, { kid: 'r1' }, rsa.privateKey)],
    ['no key named', signed({}, {})],
    ['one of several audiences', signed({ aud: ['x', 'millrace'] })],
    ['expired, by less than clocks differ', signed({ exp: NOW - 29 })],
    ['scopes in a list', signed({ scope: ['read'] })],
  ])('%s', async (_, token) => {
    expect(await verdict(token)).toMatch(/^alice until/)
  })

  test('until it expires', async () => {
    expect(await verdict(signed({}))).toBe('alice until 300')
  })

  test("the name is in a claim of the operator's choice", async () => {
    expect(await verdict(signed({ client_id: 'shop' }), { nameClaim: 'client_id' })).toBe('shop until 300')
  })
})

test.each([
  ['RS384', rsa],
  ['RS512', rsa],
  ['PS256', rsa],
  ['PS384', rsa],
  ['PS512', rsa],
  ['ES256', ec],
  ['ES384', generateKeyPairSync('ec', { namedCurve: 'P-384' })],
  ['ES512', generateKeyPairSync('ec', { namedCurve: 'P-521' })],
  ['EdDSA', generateKeyPairSync('ed25519')],
])('signed by %s', async (alg, { publicKey, privateKey }) => {
  const one = keysOf({ keys: [publicKey.export({ format: 'jwk' })] })
  expect((await verifyToken(jwt(claims, privateKey, { alg }), () => one, expected, NOW * 1000)).name).toBe('alice')
})

describe('refused', () => {
  test.each([
    ['nothing', '', 'it is no token of three parts'],
    ['no JSON', 'eA.eA.eA', 'its header is no JSON'],
    ['a list', 'W10.e30.', 'its header is no object'],
    ['unsigned', jwt(claims), 'it is not signed'],
    ['of a shared secret', signed({}, { alg: 'HS256', kid: 'shared' }), 'signatures of HS256 are not taken'],
    [
      'another algorithm than the key is for',
      signed({}, { alg: 'RS512', kid: 'r1' }, rsa.privateKey),
      'there is no key r1 for RS512',
    ],
    ['a key of another kind', signed({}, { alg: 'ES256', kid: 'r1' }), 'there is no key r1 for ES256'],
    ['a key that is too short', signed({}, { kid: 'short' }, shortRsa.privateKey), 'there is no key short for RS256'],
    ['a key for something else', signed({}, { kid: 'enc' }, stranger.privateKey), 'there is no key enc for ES256'],
    ['signed by somebody else', signed({}, { kid: 'e1' }, stranger.privateKey), 'its signature is wrong'],
    ['changed', signed({}).replace(/\.(.*)\./, `.${Buffer.from('{}').toString('base64url')}.`), 'its signature is wrong'],
    ['with an extension', signed({}, { kid: 'e1', crit: ['b64'] }), 'it asks for extensions that are not known'],
    ['expired', signed({ exp: NOW - 30 }), 'it has expired'],
    ['without an end', signed({ exp: undefined }), 'it has no exp'],
    ['without a beginning', signed({ iat: undefined }), 'it has no iat'],
    ['of the future', signed({ iat: NOW + 31 }), 'it was issued in the future'],
    ['too early', signed({ nbf: NOW + 31 }), 'it is not good yet'],
    ['by another issuer', signed({ iss: 'https://evil.example.org' }), 'it was issued by "https://evil.example.org"'],
    ['for somebody else', signed({ aud: ['other'] }), 'it is for ["other"]'],
    ['for nobody', signed({ aud: undefined }), 'it is for undefined'],
    ['of nobody', signed({ sub: ' ' }), 'it has no sub'],
    ['a scope that is no text', signed({ scope: 7 }), 'its scope is no text'],
  ])('%s', async (_, token, reason) => {
    expect(await verdict(token)).toBe(reason)
  })

  test('for somebody, where nobody says who we are', async () => {
    expect(await verdict(signed({}), { audiences: [] })).toBe('it is for "kafka"')
  })
})

test('for development, unsigned tokens may be taken; what is signed is still checked', async () => {
  expect(await verdict(jwt(claims), { unsecuredAllowed: true })).toBe('alice until 300')
  expect(await verdict(`${jwt(claims)}x`, { unsecuredAllowed: true })).toBe('it is not signed')
  expect(await verdict(signed({}, { kid: 'e1' }, stranger.privateKey), { unsecuredAllowed: true })).toBe('its signature is wrong')
})
