/**
 * Properties as one listener sees them, and one mechanism of it: the nearest that was said.
 *
 *     listener.name.external.plain.sasl.jaas.config     PLAIN of listener EXTERNAL
 *     listener.name.external.ssl.client.auth            listener EXTERNAL
 *     ssl.client.auth                                   every listener that says nothing else
 */
import { securityConfigs } from './security-config.ts'

const PREFIX = 'listener.name.'
const MECHANISM = /^(plain|scram-sha-256|scram-sha-512|oauthbearer|gssapi)$/
/** Those that may be said for one listener. */
const scoped = new Set(securityConfigs.map(({ name }) => name).filter(name => /^(ssl|sasl|connections?|millrace)\./.test(name)))

/** The property that is meant by a name, whatever listener and mechanism it is for. */
export function unscoped(name: string): string {
  if (!name.startsWith(PREFIX)) return name
  const [listener, ...rest] = name.slice(PREFIX.length).split('.')
  if (listener === '') return name
  if (MECHANISM.test(rest[0] ?? '')) rest.shift()
  const plain = rest.join('.')
  return scoped.has(plain) ? plain : name
}

/** What a broker was told. */
export interface ToldProperties {
  readonly given: ReadonlyMap<string, string>
  /** With its default; empty where there is none. */
  valueOf(name: string): string
}

export class ListenerProperties {
  readonly #prefix: string
  readonly #told: ToldProperties

  constructor(listener: string, told: ToldProperties) {
    this.#prefix = `${PREFIX}${listener.toLowerCase()}.`
    this.#told = told
  }

  /** Undefined where it is empty: nobody says, and there is no default. */
  get(name: string, mechanism?: string): string | undefined {
    const { given } = this.#told
    const said =
      (mechanism === undefined ? undefined : given.get(this.nameOf(name, mechanism))) ??
      given.get(this.nameOf(name)) ??
      this.#told.valueOf(name)
    return said.trim() === '' ? undefined : said
  }

  number(name: string, mechanism?: string): number {
    return Number(this.get(name, mechanism))
  }

  flag(name: string, mechanism?: string): boolean {
    return this.get(name, mechanism)?.trim().toLowerCase() === 'true'
  }

  /** How the property is written for this listener alone. */
  nameOf(name: string, mechanism?: string): string {
    return `${this.#prefix}${mechanism === undefined ? '' : `${mechanism.toLowerCase()}.`}${name}`
  }
}
