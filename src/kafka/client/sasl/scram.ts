/**
 * SCRAM (RFC 5802): each side proves that it knows the password, and neither tells it.
 *
 *     client  n,,n=ann,r=fyko
 *     server  r=fyko3rfc,s=QSXC…,i=4096
 *     client  c=biws,r=fyko3rfc,p=v0X8…
 *     server  v=rmF9…                       the proof that the server is who it should be
 */
import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { MillraceError } from '../../../base/errors.ts'
import type { Exchange, Mechanism } from './mechanism.ts'

type Hash = 'sha256' | 'sha512'

const BYTES: Readonly<Record<Hash, number>> = { sha256: 32, sha512: 64 }
/** Fewer make guessing cheap, more keep us busy at the server's will. */
const MIN_ITERATIONS = 4096
const MAX_ITERATIONS = 1_000_000

const stretch = promisify(pbkdf2)

/** `nonce` is told for tests only: it must not be guessed. */
export function scram(
  hash: Hash,
  user: string,
  password: string,
  nonce = () => randomBytes(24).toString('base64url'),
): Mechanism {
  return {
    name: hash === 'sha512' ? 'SCRAM-SHA-512' : 'SCRAM-SHA-256',
    begin: () => new ScramExchange(hash, user, password, nonce()),
  }
}

class ScramExchange implements Exchange {
  readonly #hash: Hash
  readonly #password: string
  readonly #nonce: string
  readonly #firstBare: string
  #serverSignature: Uint8Array | undefined

  constructor(hash: Hash, user: string, password: string, nonce: string) {
    this.#hash = hash
    this.#password = password
    this.#nonce = nonce
    this.#firstBare = `n=${user.replaceAll('=', '=3D').replaceAll(',', '=2C')},r=${nonce}`
  }

  async next(token: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    if (token === undefined) return Buffer.from(`n,,${this.#firstBare}`)
    const fields = fieldsOf(Buffer.from(token).toString('utf8'))
    if (this.#serverSignature === undefined) return this.#prove(Buffer.from(token).toString('utf8'), fields)
    const error = fields.get('e')
    if (error !== undefined) throw wrong(`the broker says ${error}`)
    const signature = Buffer.from(fields.get('v') ?? '', 'base64')
    if (signature.length !== this.#serverSignature.length || !timingSafeEqual(signature, this.#serverSignature))
      throw wrong('the broker does not know the password itself')
    return undefined
  }

  async #prove(serverFirst: string, fields: ReadonlyMap<string, string>): Promise<Uint8Array> {
    const error = fields.get('e')
    if (error !== undefined) throw wrong(`the broker says ${error}`)
    const nonce = fields.get('r') ?? ''
    const salt = Buffer.from(fields.get('s') ?? '', 'base64')
    const iterations = Number(fields.get('i'))
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce) throw wrong('the broker answered with a nonce of its own')
    if (!(iterations >= MIN_ITERATIONS && iterations <= MAX_ITERATIONS))
      throw wrong(`the broker asks for ${fields.get('i')} iterations`)
    const salted = await stretch(this.#password.normalize('NFKC'), salt, iterations, BYTES[this.#hash], this.#hash)
    const clientKey = this.#hmac(salted, 'Client Key')
    const storedKey = createHash(this.#hash).update(clientKey).digest()
    const withoutProof = `c=biws,r=${nonce}`
    const message = `${this.#firstBare},${serverFirst},${withoutProof}`
    const signature = this.#hmac(storedKey, message)
    const proof = clientKey.map((byte, i) => byte ^ signature[i]!)
    this.#serverSignature = this.#hmac(this.#hmac(salted, 'Server Key'), message)
    return Buffer.from(`${withoutProof},p=${Buffer.from(proof).toString('base64')}`)
  }

  #hmac(key: Uint8Array, text: string): Buffer {
    return createHmac(this.#hash, key).update(text).digest()
  }
}

const fieldsOf = (message: string): ReadonlyMap<string, string> =>
  new Map(message.split(',').map(field => [field.slice(0, 1), field.slice(2)]))

const wrong = (why: string): MillraceError => new MillraceError('KAFKA_AUTHENTICATION', 'external', `SCRAM failed: ${why}`)
