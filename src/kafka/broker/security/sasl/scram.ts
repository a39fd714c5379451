/**
 * SCRAM-SHA-256 and -512 (RFC 5802, RFC 7677): both sides show that they know the password, and neither says it.
 *
 *     → n,,n=alice,r=CLIENT
 *     ← r=CLIENTSERVER,s=salt,i=4096
 *     → c=biws,r=CLIENTSERVER,p=proof
 *     ← v=signature
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import { type SaslExchange, type SaslMechanism, type SaslStep, SaslFailure, wrongCredentials } from './mechanism.ts'
import { type ScramCredential, type ScramName, hmac, scramHashes } from './scram-credential.ts'

/** Who has which credential. */
export interface ScramUsers {
  find(mechanism: ScramName, user: string): ScramCredential | undefined
  /** For somebody who is not there: made up, always the same, and as anybody's would be. */
  pretend(mechanism: ScramName, user: string): ScramCredential
}

/** `nonce`: text that nobody can guess, of printable characters without commas. */
export const scram = (name: ScramName, users: ScramUsers, nonce: () => string): SaslMechanism => ({
  name,
  begin: () => new ScramExchange(name, users, nonce()),
})

const FIRST = /^((?:n|y),(?:a=([^,]*))?,)(n=([^,]+),r=([^,]+)(?:,.*)?)$/s
const FINAL = /^(c=([A-Za-z0-9+/=]+),r=([^,]+)(?:,.*)?),p=([A-Za-z0-9+/=]+)$/s
/** Of the header that clients send who bind to no channel. */
const NO_CHANNEL = 'biws'

class ScramExchange implements SaslExchange {
  readonly #mechanism: ScramName
  readonly #users: ScramUsers
  readonly #serverNonce: string
  #asked: { readonly header: string; readonly text: string; readonly user: string } | undefined
  #credential: ScramCredential | undefined
  #known = false

  constructor(mechanism: ScramName, users: ScramUsers, serverNonce: string) {
    this.#mechanism = mechanism
    this.#users = users
    this.#serverNonce = serverNonce
  }

  next(message: Uint8Array): SaslStep {
    const text = new TextDecoder().decode(message)
    return this.#asked === undefined ? this.#first(text) : this.#final(text)
  }

  #first(message: string): SaslStep {
    const [whole, header, authorizationId, bare, saslName, clientNonce] = FIRST.exec(message) ?? []
    if (whole === undefined) throw wrongCredentials(this.#mechanism, "the client's first message is malformed")
    const user = decoded(saslName!)
    if (user === undefined) throw wrongCredentials(this.#mechanism, "the client's name is malformed")
    if (authorizationId !== undefined && authorizationId !== '' && decoded(authorizationId) !== user)
      throw new SaslFailure('Authentication failed: Client requested an authorization id that is different from username')
    // One is made up for everybody, and checked against whom it may be: the time tells nothing.
    const pretended = this.#users.pretend(this.#mechanism, user)
    const found = this.#users.find(this.#mechanism, user)
    this.#known = found !== undefined
    this.#credential = found ?? pretended
    const { salt, iterations } = this.#credential
    const nonce = clientNonce! + this.#serverNonce
    const answer = `r=${nonce},s=${Buffer.from(salt).toString('base64')},i=${iterations}`
    this.#asked = { header: header!, text: `${bare!},${answer}`, user }
    return { challenge: Buffer.from(answer) }
  }

  #final(message: string): SaslStep {
    const { header, text, user } = this.#asked!
    const [whole, withoutProof, channel, repeated, proof] = FINAL.exec(message) ?? []
    if (whole === undefined) throw wrongCredentials(this.#mechanism, "the client's final message is malformed")
    if (channel !== NO_CHANNEL && channel !== Buffer.from(header).toString('base64'))
      throw wrongCredentials(this.#mechanism, 'the client is bound to another channel')
    // older librdkafkas say their own part twice; Kafka takes that, and ours is what makes it fresh.
    if (!repeated!.endsWith(this.#serverNonce))
      throw wrongCredentials(this.#mechanism, 'the nonce is not the one of this exchange')
    const credential = this.#credential!
    const authMessage = `${text},${withoutProof!}`
    const proven = this.#proves(credential, authMessage, Buffer.from(proof!, 'base64'))
    const signature = hmac(this.#mechanism, credential.serverKey, authMessage)
    if (!proven || !this.#known) throw wrongCredentials(this.#mechanism, `wrong name or password of '${user}'`)
    return { identity: { name: user }, answer: Buffer.from(`v=${signature.toString('base64')}`) }
  }

  #proves({ storedKey }: ScramCredential, authMessage: string, proof: Uint8Array): boolean {
    const clientKey = hmac(this.#mechanism, storedKey, authMessage)
    if (proof.length !== clientKey.length) return false
    for (const [i, byte] of proof.entries()) clientKey[i]! ^= byte
    return timingSafeEqual(createHash(scramHashes[this.#mechanism].digest).update(clientKey).digest(), storedKey)
  }
}

/** A name in which `,` and `=` are written `=2C` and `=3D`. */
function decoded(saslName: string): string | undefined {
  if (/=(?!2C|3D)/.test(saslName)) return undefined
  return saslName.replaceAll('=2C', ',').replaceAll('=3D', '=')
}
