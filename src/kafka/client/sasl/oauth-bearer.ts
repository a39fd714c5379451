/**
 * OAUTHBEARER (RFC 7628): a token that someone else issued. It comes from `sasl.jaas.config` (`token="eyJ…"`), from a file
 * that somebody keeps fresh (`sasl.oauthbearer.token.endpoint.url=file:///run/token`), or is made up unsigned for
 * development (`unsecuredLoginStringClaim_sub="ann"`).
 */
import { readFile } from 'node:fs/promises'
import { MillraceError } from '../../../base/errors.ts'
import type { ClientSettings } from '../settings.ts'
import type { Exchange, Mechanism } from './mechanism.ts'

const UNSECURED = /^unsecuredLogin(String|Number|List)Claim_(.+)$/

export function oauthBearer(options: ReadonlyMap<string, string>, settings: ClientSettings): Mechanism {
  const extensions = [...options].flatMap(([key, value]) =>
    key.startsWith('extension_') || key.startsWith('unsecuredLoginExtension_')
      ? [`\x01${key.slice(key.indexOf('_') + 1)}=${value}`]
      : [],
  )
  return { name: 'OAUTHBEARER', begin: () => new BearerExchange(() => tokenOf(options, settings), extensions.join('')) }
}

class BearerExchange implements Exchange {
  readonly #token: () => Promise<string>
  readonly #extensions: string
  #refused = false

  constructor(token: () => Promise<string>, extensions: string) {
    this.#token = token
    this.#extensions = extensions
  }

  async next(token: Uint8Array | undefined): Promise<Uint8Array | undefined> {
    if (token === undefined) return Buffer.from(`n,,\x01auth=Bearer ${await this.#token()}${this.#extensions}\x01\x01`)
    // A refusal is a text of JSON that has to be acknowledged before the broker says no.
    if (token.length === 0 || this.#refused) return undefined
    this.#refused = true
    return Uint8Array.of(1)
  }
}

async function tokenOf(options: ReadonlyMap<string, string>, settings: ClientSettings): Promise<string> {
  const token = options.get('token')
  if (token !== undefined) return token
  const url = settings.string('sasl.oauthbearer.token.endpoint.url')
  if (url?.startsWith('file:')) {
    try {
      return (await readFile(new URL(url), 'utf8')).trim()
    } catch (cause) {
      throw new MillraceError('KAFKA_CONFIG', 'user', `the token file ${url} can't be read: ${(cause as Error).message}`, {
        cause,
      })
    }
  }
  const claims = [...options].flatMap(([key, value]) => {
    const found = UNSECURED.exec(key)
    if (found === null) return []
    return [[found[2]!, found[1] === 'Number' ? Number(value) : found[1] === 'List' ? value.split(value[0]!).slice(1) : value]]
  })
  if (claims.length > 0) return unsigned(Object.fromEntries(claims) as Record<string, unknown>)
  throw new MillraceError('KAFKA_CONFIG', 'user', 'OAUTHBEARER needs a token', {
    hint: `'sasl.jaas.config' with token="…", or 'sasl.oauthbearer.token.endpoint.url' with file:///…`,
  })
}

/** A token that nobody signed: brokers take it under a development option only. Good for ever, since nobody checks it. */
function unsigned(claims: Readonly<Record<string, unknown>>): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none' })}.${part({ iat: 0, exp: 4_102_444_800, ...claims })}.`
}
