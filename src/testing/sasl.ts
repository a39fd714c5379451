/**
 * The client's side of SASL, for tests: what it sends, and how it reads the answers.
 *
 *     await authenticate(client, 'PLAIN', plainToken('alice', 'secret'))
 *     await authenticateByScram(client, 'SCRAM-SHA-256', 'alice', 'secret')
 */
import { type KeyObject, constants, createHash, createHmac, pbkdf2Sync, sign } from 'node:crypto'
import type { TestClient } from './broker.ts'

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text)

export const plainToken = (user: string, password: string): Uint8Array => utf8(`\0${user}\0${password}`)

export const bearerToken = (token: string): Uint8Array => utf8(`n,,\u0001auth=Bearer ${token}\u0001\u0001`)

/** Handshake and one token; answers what the broker says of it. */
export async function authenticate(client: TestClient, mechanism: string, token: Uint8Array) {
  await client.ask('SaslHandshake', 1, { mechanism })
  return client.ask('SaslAuthenticate', 2, { authBytes: token })
}

/** The whole exchange; fails when the broker does not know the password, either. */
export async function authenticateByScram(
  client: TestClient,
  mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512',
  user: string,
  password: string,
) {
  const scram = scramClient(mechanism, user, password)
  const first = await authenticate(client, mechanism, utf8(scram.first))
  if (first.errorCode !== 0) return first
  const last = await client.ask('SaslAuthenticate', 2, { authBytes: utf8(scram.final(textOf(first.authBytes))) })
  if (last.errorCode === 0 && textOf(last.authBytes) !== scram.expected())
    throw new Error('the broker does not know the password')
  return last
}

export function scramClient(mechanism: 'SCRAM-SHA-256' | 'SCRAM-SHA-512', user: string, password: string) {
  const digest = mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512'
  const hmac = (key: Uint8Array, text: string) => createHmac(digest, key).update(text).digest()
  const bare = `n=${user},r=fyko+d2lbbFgONRv9qkxdawL`
  let signature = ''
  return {
    first: `n,,${bare}`,
    /** `said`: the nonce as it is repeated. */
    final(challenge: string, said = (nonce: string) => nonce): string {
      const [, nonce, salt, iterations] = /^r=(.*),s=(.*),i=(\d+)$/.exec(challenge)!
      const bytes = digest === 'sha256' ? 32 : 64
      const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(iterations), bytes, digest)
      const withoutProof = `c=biws,r=${said(nonce!)}`
      const message = `${bare},${challenge},${withoutProof}`
      const clientKey = hmac(salted, 'Client Key')
      const proof = hmac(createHash(digest).update(clientKey).digest(), message)
      for (const [i, byte] of clientKey.entries()) proof[i]! ^= byte
      signature = hmac(hmac(salted, 'Server Key'), message).toString('base64')
      return `${withoutProof},p=${proof.toString('base64')}`
    },
    expected: () => `v=${signature}`,
  }
}

/** A signed token; without a key an unsigned one. `header.alg` may say by which algorithm. */
export function jwt(claims: object, key?: KeyObject, header: Readonly<Record<string, unknown>> = {}): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const { alg = key === undefined ? 'none' : key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256' } = header as { alg?: string }
  const signed = `${part({ ...header, alg })}.${part(claims)}`
  if (key === undefined) return `${signed}.`
  const pss = alg.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : {}
  const hash = alg === 'EdDSA' ? null : `sha${alg.slice(2)}`
  const signature = sign(hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363', ...pss })
  return `${signed}.${signature.toString('base64url')}`
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
