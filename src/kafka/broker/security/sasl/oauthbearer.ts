/**
 * OAUTHBEARER (RFC 7628): a token that somebody trusted has issued says who the client is.
 *
 *     → n,,␁auth=Bearer TOKEN␁␁
 *     ← nothing, or {"status":"invalid_token"}, which the client acknowledges before it is refused: ␁
 */
import { type SaslExchange, type SaslMechanism, type SaslStep, NOTHING, SaslFailure } from './mechanism.ts'
import type { VerifiedToken } from './jwt.ts'

/** `verify` fails with a `SaslFailure`. */
export const oauthBearer = (verify: (token: string) => Promise<VerifiedToken>): SaslMechanism => ({
  name: 'OAUTHBEARER',
  begin: () => new OAuthExchange(verify),
})

// oxlint-disable-next-line no-control-regex -- the separator of RFC 7628
const FIRST = /^n,(?:a=([^,]*))?,\x01((?:[A-Za-z]+=[\x20-\x7e\r\n\t]*\x01)*)\x01$/
const ACKNOWLEDGED = 1

class OAuthExchange implements SaslExchange {
  readonly #verify: (token: string) => Promise<VerifiedToken>
  /** What the client was told, and the reason for the log. */
  #refused: SaslFailure | undefined

  constructor(verify: (token: string) => Promise<VerifiedToken>) {
    this.#verify = verify
  }

  async next(message: Uint8Array): Promise<SaslStep> {
    if (this.#refused !== undefined) {
      if (message.length === 1 && message[0] === ACKNOWLEDGED) throw this.#refused
      throw new SaslFailure('Invalid OAUTHBEARER response', 'the client answers to a refusal with something else')
    }
    const [whole, authorizationId, pairs] = FIRST.exec(new TextDecoder().decode(message)) ?? []
    const token = whole === undefined ? undefined : /(?:^|\x01)auth=bearer +([^\x01]+)\x01/i.exec(pairs!)?.[1]
    if (token === undefined) throw new SaslFailure('Invalid OAUTHBEARER client first message')
    let verified: VerifiedToken
    try {
      verified = await this.#verify(token.trim())
    } catch (error) {
      if (!(error instanceof SaslFailure)) throw error
      const answer = '{"status":"invalid_token"}'
      this.#refused = new SaslFailure(answer, `the token is refused: ${error.detail}`)
      return { challenge: Buffer.from(answer) }
    }
    const { name, expiresAtMs } = verified
    if (authorizationId !== undefined && authorizationId !== '' && authorizationId !== name) {
      throw new SaslFailure(
        `Authentication failed: Client requested an authorization id (${authorizationId}) that is different from the token's principal name (${name})`,
      )
    }
    return { identity: { name, expiresAtMs }, answer: NOTHING }
  }
}
