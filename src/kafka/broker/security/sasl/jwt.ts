/**
 * A token in the form of a JSON Web Token (RFC 7519): is it signed by whom it should be, for us, and still good?
 *
 *     {"alg":"RS256","kid":"k1"} . {"iss":"https://id.example.org","aud":"kafka","sub":"alice","iat":…,"exp":…} . signature
 */
import { type KeyObject, constants, verify } from 'node:crypto'
import { SaslFailure } from './mechanism.ts'

/** A key that tokens are signed with. */
export interface VerificationKey {
  readonly id: string | undefined
  /** The one algorithm it is for, where it says so. */
  readonly algorithm: string | undefined
  readonly key: KeyObject
}

/** The keys that a token may be signed with, by the id it names. */
export type FindKeys = (id: string | undefined) => readonly VerificationKey[] | Promise<readonly VerificationKey[]>

export interface TokenExpectations {
  readonly issuer: string | undefined
  /** One of these; none: the token is for nobody in particular. */
  readonly audiences: readonly string[]
  readonly clockSkewMs: number
  readonly nameClaim: string
  readonly scopeClaim: string
  /** For development only. */
  readonly unsecuredAllowed: boolean
}

export interface VerifiedToken {
  readonly name: string
  readonly expiresAtMs: number
}

interface Algorithm {
  readonly type: string
  readonly curve?: string
  readonly hash: string | null
  readonly options?: { readonly padding?: number; readonly saltLength?: number; readonly dsaEncoding?: 'ieee-p1363' }
}

const rsa = (hash: string): Algorithm => ({ type: 'rsa', hash, options: { padding: constants.RSA_PKCS1_PADDING } })
const pss = (hash: string): Algorithm => ({
  type: 'rsa',
  hash,
  options: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST },
})
const ec = (curve: string, hash: string): Algorithm => ({ type: 'ec', curve, hash, options: { dsaEncoding: 'ieee-p1363' } })

/** Signatures by a private key. A shared secret (HS256) would let everybody who can check tokens make some. */
const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ['RS256', rsa('sha256')],
  ['RS384', rsa('sha384')],
  ['RS512', rsa('sha512')],
  ['PS256', pss('sha256')],
  ['PS384', pss('sha384')],
  ['PS512', pss('sha512')],
  ['ES256', ec('prime256v1', 'sha256')],
  ['ES384', ec('secp384r1', 'sha384')],
  ['ES512', ec('secp521r1', 'sha512')],
  ['EdDSA', { type: 'ed25519', hash: null }],
])
const MIN_RSA_BITS = 2048

/** Fails with the reason, which is for the log. */
export async function verifyToken(
  token: string,
  keys: FindKeys,
  expected: TokenExpectations,
  nowMs: number,
): Promise<VerifiedToken> {
  const [head, body, signature, ...more] = token.split('.')
  if (body === undefined || signature === undefined || more.length > 0) throw refused('it is no token of three parts')
  const header = objectOf(head!, 'header')
  if (header['crit'] !== undefined) throw refused('it asks for extensions that are not known')
  await checkSignature(header, `${head}.${body}`, signature, keys, expected)
  return checkClaims(objectOf(body, 'body'), expected, nowMs)
}

async function checkSignature(
  header: Readonly<Record<string, unknown>>,
  signed: string,
  signature: string,
  keys: FindKeys,
  { unsecuredAllowed }: TokenExpectations,
): Promise<void> {
  const { alg, kid } = header
  if (alg === 'none') {
    if (!unsecuredAllowed || signature !== '') throw refused('it is not signed')
    return
  }
  const algorithm = typeof alg === 'string' ? algorithms.get(alg) : undefined
  if (algorithm === undefined) throw refused(`signatures of ${String(alg)} are not taken`)
  const id = typeof kid === 'string' ? kid : undefined
  const bytes = Buffer.from(signature, 'base64url')
  const usable = (await keys(id)).filter(key => fits(key, alg as string, algorithm))
  if (usable.length === 0) throw refused(`there is no key ${id ?? ''} for ${alg as string}`)
  const { hash, options } = algorithm
  if (!usable.some(({ key }) => verify(hash, Buffer.from(signed), { key, ...options }, bytes)))
    throw refused('its signature is wrong')
}

function fits({ algorithm, key }: VerificationKey, name: string, { type, curve }: Algorithm): boolean {
  if (key.asymmetricKeyType !== type || (algorithm !== undefined && algorithm !== name)) return false
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {}
  return curve === undefined ? type !== 'rsa' || (modulusLength ?? 0) >= MIN_RSA_BITS : namedCurve === curve
}

function checkClaims(claims: Readonly<Record<string, unknown>>, expected: TokenExpectations, nowMs: number): VerifiedToken {
  const { iss, aud } = claims
  const { clockSkewMs } = expected
  const expiresAtMs = timeOf(claims, 'exp')
  if (nowMs - clockSkewMs >= expiresAtMs) throw refused('it has expired')
  if (timeOf(claims, 'iat') > nowMs + clockSkewMs) throw refused('it was issued in the future')
  if (claims['nbf'] !== undefined && timeOf(claims, 'nbf') > nowMs + clockSkewMs) throw refused('it is not good yet')
  if (expected.issuer !== undefined && iss !== expected.issuer) throw refused(`it was issued by ${JSON.stringify(iss)}`)
  // Who is not sure to be meant must not take it: it was given to the client for somebody else.
  const audiences = aud === undefined ? [] : Array.isArray(aud) ? aud : [aud]
  if ((audiences.length > 0 || expected.audiences.length > 0) && !audiences.some(one => expected.audiences.includes(one)))
    throw refused(`it is for ${JSON.stringify(aud)}`)
  const scope = claims[expected.scopeClaim]
  if (scope !== undefined && typeof scope !== 'string' && !isTexts(scope)) throw refused(`its ${expected.scopeClaim} is no text`)
  const name = claims[expected.nameClaim]
  if (typeof name !== 'string' || name.trim() === '') throw refused(`it has no ${expected.nameClaim}`)
  return { name, expiresAtMs }
}

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(item => typeof item === 'string')

/** Of a claim in seconds. */
function timeOf(claims: Readonly<Record<string, unknown>>, name: string): number {
  const seconds = claims[name]
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) throw refused(`it has no ${name}`)
  return seconds * 1000
}

function objectOf(part: string, what: string): Readonly<Record<string, unknown>> {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch {
    throw refused(`its ${what} is no JSON`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw refused(`its ${what} is no object`)
  return value as Readonly<Record<string, unknown>>
}

const refused = (reason: string): SaslFailure => new SaslFailure('invalid_token', reason)
