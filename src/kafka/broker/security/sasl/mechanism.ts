/**
 * A way for clients to say who they are. An exchange is a few messages of the client, each answered, until one side gives up.
 *
 * The session promises: one message at a time, none after the end.
 * The exchange promises: no answer tells whether a name or a password was wrong, nor does the time it takes.
 */
import { MillraceError } from '../../../../base/errors.ts'

export const MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512', 'OAUTHBEARER'] as const
export type MechanismName = (typeof MECHANISMS)[number]

export type SaslStep =
  /** To be continued by the client. */
  | { readonly challenge: Uint8Array }
  | {
      readonly identity: SaslIdentity
      /** The last that the client is told. */
      readonly answer: Uint8Array
    }

export interface SaslIdentity {
  /** Without its type: `alice`. */
  readonly name: string
  /** What the client has shown is good until then … */
  readonly expiresAtMs?: number | undefined
  /** … or for so much longer, since clocks differ. The client is not told. */
  readonly graceMs?: number
}

export interface SaslExchange {
  /** Takes the client's next message; fails with a `SaslFailure`. */
  next(message: Uint8Array): SaslStep | Promise<SaslStep>
}

export interface SaslMechanism {
  readonly name: MechanismName
  begin(): SaslExchange
}

/** The client is not let in. It is told `message`; `detail` is for the broker's log. */
export class SaslFailure extends MillraceError {
  readonly detail: string

  constructor(message: string, detail: string = message) {
    super('SASL_FAILED', 'external', message)
    this.detail = detail
  }
}

/** What a client with wrong credentials is told. */
export const wrongCredentials = (mechanism: MechanismName, detail: string): SaslFailure =>
  new SaslFailure(
    `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`,
    detail,
  )

export const NOTHING = new Uint8Array()
