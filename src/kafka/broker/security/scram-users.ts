/** Users of one mechanism of SCRAM: those that were administered, those that properties name, and, for the others, what answers are made up from. */
import { createHmac } from 'node:crypto'
import type { ScramUsers } from './sasl/scram.ts'
import { type ScramCredential, type ScramName, MIN_ITERATIONS, credentialFor, scramHashes } from './sasl/scram-credential.ts'
import type { SecurityState } from './security-state.ts'

export class KnownScramUsers implements ScramUsers {
  readonly #state: SecurityState
  readonly #secret: Uint8Array
  /** By name. */
  readonly #configured: ReadonlyMap<string, ScramCredential>

  private constructor(state: SecurityState, secret: Uint8Array, configured: ReadonlyMap<string, ScramCredential>) {
    this.#state = state
    this.#secret = secret
    this.#configured = configured
  }

  /** `passwords`: by name, of users that properties name. */
  static async open(
    state: SecurityState,
    secret: Uint8Array,
    mechanism: ScramName,
    passwords: ReadonlyMap<string, string>,
  ): Promise<KnownScramUsers> {
    const configured = new Map<string, ScramCredential>()
    for (const [user, password] of passwords)
      configured.set(user, await credentialFor(mechanism, password, saltFor(secret, mechanism, user)))
    return new KnownScramUsers(state, secret, configured)
  }

  /** Who was given a password since has that one. */
  find(mechanism: ScramName, user: string): ScramCredential | undefined {
    return this.#state.scramOf(user)?.get(mechanism) ?? this.#configured.get(user)
  }

  pretend(mechanism: ScramName, user: string): ScramCredential {
    const key = createHmac('sha512', this.#secret)
      .update(`key ${keyOf(mechanism, user)}`)
      .digest()
    const made = key.subarray(0, scramHashes[mechanism].bytes)
    return { salt: saltFor(this.#secret, mechanism, user), iterations: MIN_ITERATIONS, storedKey: made, serverKey: made }
  }
}

const keyOf = (mechanism: ScramName, user: string): string => `${mechanism} ${user}`

/** 130 bits in letters and digits: the form in which Kafka's tools make them, so that a made-up one is like the others. */
function saltFor(secret: Uint8Array, mechanism: ScramName, user: string): Uint8Array {
  const bits = createHmac('sha256', secret)
    .update(`salt ${keyOf(mechanism, user)}`)
    .digest('hex')
  return Buffer.from((BigInt(`0x${bits}`) >> 126n).toString(36))
}
