/**
 * What is kept of a password for SCRAM (RFC 5802): enough to check a proof of it, too little to prove it to somebody else.
 *
 *     SaltedPassword  PBKDF2(password, salt, iterations)        never kept
 *     StoredKey       H(HMAC(SaltedPassword, "Client Key"))
 *     ServerKey       HMAC(SaltedPassword, "Server Key")
 */
import { createHash, createHmac, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'

export type ScramName = 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

export interface ScramHash {
  /** Node's name for it. */
  readonly digest: 'sha256' | 'sha512'
  readonly bytes: number
  /** In Kafka's messages. */
  readonly code: number
}

export const scramHashes: { readonly [N in ScramName]: ScramHash } = {
  'SCRAM-SHA-256': { digest: 'sha256', bytes: 32, code: 1 },
  'SCRAM-SHA-512': { digest: 'sha512', bytes: 64, code: 2 },
}

export const scramOfCode = (code: number): ScramName | undefined =>
  code === 1 ? 'SCRAM-SHA-256' : code === 2 ? 'SCRAM-SHA-512' : undefined

export const MIN_ITERATIONS = 4096
export const MAX_ITERATIONS = 16_384

export interface ScramCredential {
  readonly salt: Uint8Array
  readonly iterations: number
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

export function credentialOf(
  mechanism: ScramName,
  saltedPassword: Uint8Array,
  salt: Uint8Array,
  iterations: number,
): ScramCredential {
  const { digest } = scramHashes[mechanism]
  const clientKey = hmac(mechanism, saltedPassword, 'Client Key')
  return {
    salt,
    iterations,
    storedKey: createHash(digest).update(clientKey).digest(),
    serverKey: hmac(mechanism, saltedPassword, 'Server Key'),
  }
}

/** `iterations` cost this thread nothing: they are counted in another one. */
export async function credentialFor(
  mechanism: ScramName,
  password: string,
  salt: Uint8Array,
  iterations: number = MIN_ITERATIONS,
): Promise<ScramCredential> {
  const { digest, bytes } = scramHashes[mechanism]
  const saltedPassword = await promisify(pbkdf2)(Buffer.from(password, 'utf8'), salt, iterations, bytes, digest)
  return credentialOf(mechanism, saltedPassword, salt, iterations)
}

export const hmac = (mechanism: ScramName, key: Uint8Array, text: string): Buffer =>
  createHmac(scramHashes[mechanism].digest, key).update(text).digest()
