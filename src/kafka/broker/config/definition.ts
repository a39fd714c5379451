/** A configuration property: its name is Kafka's, its text is checked against what Kafka takes. */
import { MillraceError } from '../../../base/errors.ts'
import { didYouMean } from '../../../base/suggest.ts'

export type ConfigType = 'boolean' | 'int' | 'long' | 'double' | 'string' | 'list' | 'password'

export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  /** As text; null where there is none. */
  readonly default: string | null
  readonly description: string
  readonly min?: number
  readonly max?: number
  /** What it may be, or for a list what it may hold. */
  readonly values?: readonly string[]
  /** Of a topic's property: the broker's property that gives its default. */
  readonly brokerName?: string
  /** Of a broker's property: it can be changed while the broker runs. */
  readonly dynamic?: boolean
  /** It is taken and shown for the sake of tools, and does nothing here: why. */
  readonly inert?: string
}

/** Definitions by name. */
export class ConfigTable {
  readonly #byName: ReadonlyMap<string, ConfigDefinition>

  constructor(definitions: readonly ConfigDefinition[]) {
    this.#byName = new Map(definitions.map(definition => [definition.name, definition]))
  }

  get names(): readonly string[] {
    return [...this.#byName.keys()]
  }

  get(name: string): ConfigDefinition | undefined {
    return this.#byName.get(name)
  }

  values(): Iterable<ConfigDefinition> {
    return this.#byName.values()
  }

  /** The definition of a property that is set to this; fails where there is none, or it can't be that. */
  check(name: string, value: string | null): ConfigDefinition {
    const definition = this.#byName.get(name)
    if (definition === undefined) throw invalid(`there is no property '${name}'`, didYouMean(name, this.names))
    const problem = value === null ? undefined : problemOf(definition, value)
    if (problem !== undefined) throw invalid(`${name} is ${problem}, not '${value}'`)
    return definition
  }
}

/** A property that is not there, or a value that it can't have. */
export class InvalidConfigError extends MillraceError {}

const invalid = (message: string, hint?: string): InvalidConfigError =>
  new InvalidConfigError('CONFIG_INVALID', 'user', message, { hint })

function problemOf({ type, min, max, values }: ConfigDefinition, text: string): string | undefined {
  switch (type) {
    case 'boolean':
      return /^(true|false)$/i.test(text.trim()) ? undefined : 'true or false'
    case 'int':
    case 'long': {
      const number = Number(text.trim())
      if (!/^[+-]?\d+$/.test(text.trim())) return 'a whole number'
      if (type === 'int' && (number > 2 ** 31 - 1 || number < -(2 ** 31))) return 'a number of 32 bits'
      return outside(number, min, max)
    }
    case 'double': {
      const number = Number(text.trim())
      return text.trim() === '' || Number.isNaN(number) ? 'a number' : outside(number, min, max)
    }
    case 'list': {
      const strange = values === undefined ? undefined : listOf(text).find(item => !values.includes(item))
      return strange === undefined ? undefined : `a list of ${values!.join(', ')}`
    }
    case 'string':
    case 'password':
      return values === undefined || values.includes(text) ? undefined : `one of ${values.join(', ')}`
  }
}

function outside(number: number, min: number | undefined, max: number | undefined): string | undefined {
  if (min !== undefined && number < min) return `at least ${min}`
  return max !== undefined && number > max ? `at most ${max}` : undefined
}

/** `a, b` → a and b. */
export const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
