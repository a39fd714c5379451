/** How a connection says who it is: what SASL exchanges are made of, whatever the mechanism. */
import { MillraceError } from '../../../base/errors.ts'
import { type JaasEntry, parseJaas } from '../jaas.ts'
import type { ClientSettings } from '../settings.ts'
import { oauthBearer } from './oauth-bearer.ts'
import { plain } from './plain.ts'
import { scram } from './scram.ts'

/** One authentication of one connection. `next` answers the broker's token (undefined: none yet) until nothing is left to say. */
export interface Exchange {
  next(token: Uint8Array | undefined): Promise<Uint8Array | undefined>
}

export interface Mechanism {
  readonly name: string
  begin(): Exchange
}

/** Undefined where the protocol has no SASL. */
export function mechanismOf(settings: ClientSettings): Mechanism | undefined {
  if (!settings.string('security.protocol')!.startsWith('SASL_')) return undefined
  const jaas = settings.string('sasl.jaas.config')
  const name = settings.string('sasl.mechanism') ?? guessed(jaas)
  if (name === undefined) throw missing("'sasl.mechanism'", 'PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER')
  if (name === 'OAUTHBEARER') return oauthBearer(jaas === undefined ? new Map() : parseJaas(jaas).options, settings)
  if (jaas === undefined) throw missing("'sasl.jaas.config'", 'it names the user and the password')
  const entry = parseJaas(jaas)
  const user = optionOf(entry, 'username')
  const password = optionOf(entry, 'password')
  return name === 'PLAIN' ? plain(user, password) : scram(name === 'SCRAM-SHA-512' ? 'sha512' : 'sha256', user, password)
}

const guessed = (jaas: string | undefined): string | undefined =>
  jaas === undefined ? undefined : { PlainLoginModule: 'PLAIN', OAuthBearerLoginModule: 'OAUTHBEARER' }[parseJaas(jaas).module]

function optionOf({ module, options }: JaasEntry, name: string): string {
  const value = options.get(name)
  if (value === undefined) throw missing(`'${name}' in 'sasl.jaas.config'`, `${module} needs it`)
  return value
}

const missing = (what: string, hint: string): MillraceError =>
  new MillraceError('KAFKA_CONFIG', 'user', `'security.protocol' is SASL, and ${what} is missing`, { hint })
