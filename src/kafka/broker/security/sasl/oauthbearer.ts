/**
 * OAUTHBEARER (RFC 7628): a token that somebody trusted has issued says who the client is.
 *
 *     → n,,␁auth=Bearer TOKEN␁␁
 *     ← nothing, or {"status":"invalid_token"}, which the client acknowledges before it is refused: ␁
 */
import { type SaslExchange, type SaslMechanism, type SaslStep, NOTHING, SaslFailure, wrongCredentials } from './mechanism.ts'
import type { VerifiedToken } from './jwt.ts'

/** `verify` fails with a `SaslFailure`. */
export const oauthBearer = (verify: (token: string) => Promise<VerifiedToken>, clockSkewMs: number): SaslMechanism => ({
  name: 'OAUTHBEARER',
  begin: () => new OAuthExchange(verify, clockSkewMs),
})

const SEPARATOR = '\u0001'
const HEADER = /^n,(?:a=([^,]*))?,$/
const ACKNOWLEDGED = 1

class OAuthExchange implements SaslExchange {
  readonly #verify: (token: string) => Promise<VerifiedToken>
  readonly #clockSkewMs: number
  /** What the client was told, and the reason for the log. */
  #refused: SaslFailure | undefined

  constructor(verify: (token: string) => Promise<VerifiedToken>, clockSkewMs: number) {
    this.#verify = verify
    this.#clockSkewMs = clockSkewMs
  }

  async next(message: Uint8Array): Promise<SaslStep> {
    if (this.#refused !== undefined) {
      if (message.length === 1 && message[0] === ACKNOWLEDGED) throw this.#refused
      throw wrongCredentials('OAUTHBEARER', 'the client answers to a refusal with something else')
    }
    const [header = '', ...pairs] = new TextDecoder().decode(message).split(SEPARATOR)
    const [whole, authorizationId = ''] = HEADER.exec(header) ?? []
    const ended = pairs.length > 2 && pairs.at(-1) === '' && pairs.at(-2) === ''
    const token = pairs.map(pair => /^auth=bearer +(\S+)\s*$/i.exec(pair)?.[1]).find(found => found !== undefined)
    if (whole === undefined || !ended || token === undefined)
      throw wrongCredentials('OAUTHBEARER', "the client's first message is malformed")
    let verified: VerifiedToken
    try {
      verified = await this.#verify(token)
    } catch (error) {
      if (!(error instanceof SaslFailure)) throw error
      const answer = '{"status":"invalid_token"}'
      this.#refused = new SaslFailure(answer, `the token is refused: ${error.detail}`)
      return { challenge: Buffer.from(answer) }
    }
    const { name, expiresAtMs } = verified
    if (authorizationId !== '' && authorizationId !== name) {
      throw new SaslFailure(
        `Authentication failed: Client requested an authorization id (${authorizationId}) that is different from the token's principal name (${name})`,
      )
    }
    return { identity: { name, expiresAtMs, graceMs: this.#clockSkewMs }, answer: NOTHING }
  }
}
