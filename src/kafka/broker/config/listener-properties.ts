/**
 * Properties as one listener sees them, and one mechanism of it: the nearest that was said.
 *
 *     listener.name.external.plain.sasl.jaas.config     PLAIN of listener EXTERNAL
 *     listener.name.external.ssl.client.auth            listener EXTERNAL
 *     ssl.client.auth                                   every listener that says nothing else
 */
import { MECHANISMS, type MechanismName, securityConfigs } from './security-config.ts'

const PREFIX = 'listener.name.'
const definitions = new Map(securityConfigs.map(config => [config.name, config]))
/** Those that may be said for one listener. */
const scoped = new Set([...definitions.keys()].filter(name => /^(ssl|sasl|connections?|millrace)\./.test(name)))

/** The property that is meant by a name, whatever listener and mechanism it is for. */
export function unscoped(name: string): string {
  if (!name.startsWith(PREFIX)) return name
  const [listener, ...rest] = name.slice(PREFIX.length).split('.')
  if (listener === '') return name
  if (MECHANISMS.some(mechanism => mechanism.toLowerCase() === rest[0])) rest.shift()
  const plain = rest.join('.')
  return scoped.has(plain) ? plain : name
}

export class ListenerProperties {
  readonly #prefix: string
  readonly #given: ReadonlyMap<string, string>

  constructor(listener: string, given: ReadonlyMap<string, string>) {
    this.#prefix = `${PREFIX}${listener.toLowerCase()}.`
    this.#given = given
  }

  /** Undefined where it is empty: nobody says, and there is no default. */
  get(name: string, mechanism?: MechanismName): string | undefined {
    const said =
      (mechanism === undefined ? undefined : this.#given.get(this.nameOf(name, mechanism))) ??
      this.#given.get(this.nameOf(name)) ??
      this.#given.get(name) ??
      definitions.get(name)!.default
    return said === null || said.trim() === '' ? undefined : said
  }

  number(name: string, mechanism?: MechanismName): number {
    return Number(this.get(name, mechanism))
  }

  /** How the property is written for this listener alone. */
  nameOf(name: string, mechanism?: MechanismName): string {
    return `${this.#prefix}${mechanism === undefined ? '' : `${mechanism.toLowerCase()}.`}${name}`
  }
}
