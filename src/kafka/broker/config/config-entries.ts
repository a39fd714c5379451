/**
 * Properties as DescribeConfigs shows them: a value, where it is from, and what it would be without that, the nearest first.
 *
 *     max.message.bytes = 2000     topic max.message.bytes=2000, broker message.max.bytes=3000, default message.max.bytes=1048588
 */
import { brokerConfigs } from './broker-config.ts'
import type { BrokerConfig } from './broker-settings.ts'
import { ConfigSource, configTypes } from './config-numbers.ts'
import { type ConfigDefinition, type ConfigTable, shownValue } from './definition.ts'
import { unscoped } from './listener-properties.ts'

export interface ConfigSynonym {
  readonly name: string
  /** Null for what is secret. */
  readonly value: string | null
  readonly source: number
}

export interface ConfigEntry {
  readonly name: string
  readonly value: string | null
  readonly readOnly: boolean
  readonly configSource: number
  readonly isSensitive: boolean
  readonly synonyms: readonly ConfigSynonym[]
  readonly configType: number
  readonly documentation: string
}

type Texts = ReadonlyMap<string, string>

/** A topic's, a group's: what is set of it, and otherwise its broker's. `valueFor`: what holds where nothing is set. */
export function* resourceEntries(
  table: ConfigTable,
  set: Texts,
  source: number,
  config: BrokerConfig,
  valueFor: (name: string) => string,
): Generator<ConfigEntry> {
  for (const definition of table.values()) {
    const { name, brokerName } = definition
    const own = set.get(name)
    const value = shownValue(definition, own ?? valueFor(name))
    const inherited = brokerName === undefined ? ownDefault(definition, source) : synonymsOf(config, brokerName)
    yield entryOf(definition, value, own === undefined ? inherited : [{ name, value, source }, ...inherited], false)
  }
}

/** Kafka shows a group's own default where its broker has none for it, and a topic's not. */
const ownDefault = ({ name, default: value }: ConfigDefinition, source: number): readonly ConfigSynonym[] =>
  source === ConfigSource.GROUP ? [{ name, value, source: ConfigSource.DEFAULT }] : []

/** All of a broker's. */
export function* brokerEntries(config: BrokerConfig): Generator<ConfigEntry> {
  for (const definition of brokerConfigs.values()) {
    const { name, hidden } = definition
    if (hidden === true && !config.forBroker.has(name) && !config.forAll.has(name)) continue
    yield brokerEntry(config, definition, name)
  }
  // Those that are said for one listener.
  for (const name of config.given.keys()) {
    const definition = brokerConfigs.get(unscoped(name))
    if (definition !== undefined && definition.name !== name) yield brokerEntry(config, { ...definition, name }, name)
  }
}

/** What is set for all brokers while they run. */
export function* allBrokersEntries(config: BrokerConfig): Generator<ConfigEntry> {
  for (const [name, text] of config.forAll) {
    const definition = brokerConfigs.get(name)
    if (definition === undefined) continue
    const value = secretly(definition, shownValue(definition, text))
    yield entryOf(definition, value, [{ name, value, source: ConfigSource.ALL_BROKERS }], false)
  }
}

function brokerEntry(config: BrokerConfig, definition: ConfigDefinition, name: string): ConfigEntry {
  const synonyms = synonymsOf(config, name, definition)
  const [nearest] = synonyms
  return entryOf(definition, nearest?.name === name ? nearest.value : null, synonyms, definition.dynamic === undefined)
}

/** Who says something of a broker's property, by its name or in other units, and what. */
function synonymsOf(config: BrokerConfig, name: string, definition = brokerConfigs.get(name)!): readonly ConfigSynonym[] {
  const found: ConfigSynonym[] = []
  const names = [name, ...(definition.otherwise ?? []).map(([other]) => other)]
  const layers: readonly (readonly [number, (name: string) => string | null | undefined])[] = [
    [ConfigSource.BROKER, of => config.forBroker.get(of)],
    [ConfigSource.ALL_BROKERS, of => config.forAll.get(of)],
    [ConfigSource.START, of => config.given.get(of)],
    [ConfigSource.DEFAULT, of => brokerConfigs.get(of)?.default],
  ]
  for (const [source, valueOf] of layers) {
    for (const of of names) {
      const text = valueOf(of)
      const its = brokerConfigs.get(of) ?? definition
      if (text !== null && text !== undefined) found.push({ name: of, value: secretly(its, shownValue(its, text)), source })
    }
  }
  // As Kafka does: what stands before the property's own name is not shown.
  const own = found.findIndex(synonym => synonym.name === name)
  return own < 0 ? [] : found.slice(own)
}

const secretly = ({ type }: ConfigDefinition, value: string): string | null => (type === 'password' ? null : value)

const entryOf = (
  definition: ConfigDefinition,
  value: string | null,
  synonyms: readonly ConfigSynonym[],
  readOnly: boolean,
): ConfigEntry => ({
  name: definition.name,
  value,
  readOnly,
  configSource: synonyms[0]?.source ?? ConfigSource.DEFAULT,
  isSensitive: definition.type === 'password',
  synonyms,
  configType: configTypes[definition.type],
  documentation: documentationOf(definition),
})

function documentationOf({ description, inert }: ConfigDefinition): string {
  if (inert === undefined) return description
  return `${description}${description === '' ? '' : '. '}Without effect here: ${inert}`
}
