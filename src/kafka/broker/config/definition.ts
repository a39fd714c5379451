/** A configuration property: its name is Kafka's, its text is checked against what Kafka takes. */
import { assert } from '../../../base/assert.ts'
import { MillraceError } from '../../../base/errors.ts'
import { javaDouble } from '../../../base/java-number.ts'
import { didYouMean } from '../../../base/suggest.ts'

export type ConfigType = 'boolean' | 'short' | 'int' | 'long' | 'double' | 'string' | 'list' | 'class' | 'password'

export interface ConfigDefinition {
  readonly name: string
  readonly type: ConfigType
  /** As text; null where there is none. */
  readonly default: string | null
  readonly description: string
  readonly min?: number
  readonly max?: number
  /** Within the limits, and none of these. */
  readonly not?: readonly number[]
  /** What it may be, or for a list what it may hold. */
  readonly values?: readonly string[]
  /** `values` may be written in capitals or not. */
  readonly anyCase?: boolean
  /** What it must look like, besides its type: the problem where it does not. */
  readonly check?: (text: string) => string | undefined
  /** Of a topic's property: the broker's property that gives its default. */
  readonly brokerName?: string
  /** Of a broker's property without a value: those that say the same in other units, and how many of its own one of theirs is. */
  readonly otherwise?: readonly (readonly [name: string, units: number])[]
  /** Of a broker's property: it can be changed while the broker runs, for all brokers (and for one), or for one at a time only. */
  readonly dynamic?: 'cluster' | 'broker'
  /** It is taken, and not shown. */
  readonly hidden?: boolean
  /** It is taken and shown for the sake of tools, and does nothing here: why. */
  readonly inert?: string
}

/** Definitions by name. */
export class ConfigTable {
  readonly #byName: ReadonlyMap<string, ConfigDefinition>

  constructor(definitions: readonly ConfigDefinition[]) {
    const byName = new Map<string, ConfigDefinition>()
    for (const definition of definitions) {
      assert(!byName.has(definition.name), `${definition.name} is defined twice`)
      byName.set(definition.name, definition)
    }
    this.#byName = byName
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
    if (problem !== undefined) throw invalid(`${name} is ${problem}, not '${definition.type === 'password' ? '…' : value}'`)
    return definition
  }
}

/** A property that is not there, or a value that it can't have. */
export class InvalidConfigError extends MillraceError {}

const invalid = (message: string, hint?: string): InvalidConfigError =>
  new InvalidConfigError('CONFIG_INVALID', 'user', message, { hint })

const problemOf = (definition: ConfigDefinition, text: string): string | undefined =>
  problemOfType(definition, text) ?? definition.check?.(text)

function problemOfType(definition: ConfigDefinition, text: string): string | undefined {
  const { type, values, anyCase = false } = definition
  switch (type) {
    case 'boolean':
      return /^(true|false)$/i.test(text.trim()) ? undefined : 'true or false'
    case 'short':
    case 'int':
    case 'long':
      if (!/^[+-]?\d+$/.test(text.trim())) return 'a whole number'
      return withinBits(text.trim(), BITS[type]) ? outside(definition, text) : `a number of ${BITS[type]} bits`
    case 'double':
      return DOUBLE.test(text.trim()) ? outside(definition, text) : 'a number'
    case 'list': {
      const strange = values === undefined ? undefined : listOf(text).find(item => !values.includes(item))
      return strange === undefined ? undefined : `a list of ${values!.join(', ')}`
    }
    case 'string':
    case 'class':
    case 'password': {
      const said = anyCase ? text.toLowerCase() : text
      return values === undefined || values.some(value => said === (anyCase ? value.toLowerCase() : value))
        ? undefined
        : `one of ${values.join(', ')}`
    }
  }
}

const BITS = { short: 16, int: 32, long: 64 } as const
const DOUBLE = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function withinBits(text: string, bits: number): boolean {
  const number = BigInt(text.replace(/^\+/, ''))
  return BigInt.asIntN(bits, number) === number
}

function outside({ min, max, not }: ConfigDefinition, text: string): string | undefined {
  const number = Number(text.trim())
  if (min !== undefined && number < min) return `at least ${min}`
  if (max !== undefined && number > max) return `at most ${max}`
  return not?.includes(number) === true ? `not ${number}` : undefined
}

/** A value as it is shown: without what its type makes nothing of. */
export function shownValue({ type }: ConfigDefinition, text: string): string {
  switch (type) {
    case 'boolean':
      return text.trim().toLowerCase()
    case 'short':
    case 'int':
    case 'long':
      return BigInt(text.trim().replace(/^\+/, '')).toString()
    case 'double':
      return javaDouble(Number(text.trim()))
    case 'list':
      return listOf(text).join(',')
    default:
      return text
  }
}

/** `a, b` → a and b. */
export const listOf = (text: string): readonly string[] =>
  text
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
