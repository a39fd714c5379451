/** What has properties: topics, brokers, groups, subscriptions to metrics, the log. How each is described, and altered. */
import { ErrorCode } from '../../protocol/errors.ts'
import type { RequestContext } from '../api.ts'
import type { Broker, LogLevel } from '../broker.ts'
import { type AclOperation, CLUSTER_NAME } from '../security/authorizer.ts'
import { KafkaRefusal, type Topic, checkTopicName } from '../topics.ts'
import { brokerConfigs } from './broker-config.ts'
import { MIN_INSYNC_REPLICAS } from './broker-settings.ts'
import { clientMetricsConfigs } from './client-metrics-config.ts'
import { type ConfigChange, changed } from './config-change.ts'
import { type ConfigEntry, allBrokersEntries, brokerEntries, resourceEntries } from './config-entries.ts'
import { ConfigOperation, ConfigResourceType, ConfigSource } from './config-numbers.ts'
import { InvalidConfigError } from './definition.ts'
import { checkGroupConfigs, groupConfigs } from './group-config.ts'
import { unscoped } from './listener-properties.ts'
import { checkTopicSettings, topicConfigs } from './topic-config.ts'

/** Refusals are thrown, as `KafkaRefusal`. */
export interface ConfigResource {
  /** Of which something can be said. */
  names(): readonly string[]
  describe(name: string): Iterable<ConfigEntry>
  alter(name: string, change: ConfigChange, validateOnly: boolean): void
  may(operation: AclOperation, name: string, context: RequestContext): boolean
  /** What is answered to who may not. */
  readonly unauthorized: number
}

export type ConfigResources = ReadonlyMap<number, ConfigResource>

export const configResources = (broker: Broker): ConfigResources =>
  new Map<number, ConfigResource>([
    [ConfigResourceType.CLIENT_METRICS, clientMetricsResource(broker)],
    [ConfigResourceType.BROKER_LOGGER, loggerResource(broker)],
    [ConfigResourceType.BROKER, brokerResource(broker)],
    [ConfigResourceType.TOPIC, topicResource(broker)],
    [ConfigResourceType.GROUP, groupResource(broker)],
  ])

const ofCluster = (operation: AclOperation, _name: string, context: RequestContext) =>
  context.may(operation, 'CLUSTER', CLUSTER_NAME)

// ── topics ──────────────────────────────────────────────────────────────────────────────────────────

/** Fails where a topic can't have these properties. */
export function checkTopicConfigs(broker: Broker, configs: ReadonlyMap<string, string>): void {
  refusing(ErrorCode.INVALID_CONFIG, () => {
    for (const [name, value] of configs) topicConfigs.check(name, value)
    checkTopicSettings(name => configs.get(name) ?? broker.topics.valueFor(name))
  })
}

export const topicEntries = ({ config, topics }: Broker, configs: ReadonlyMap<string, string>): Iterable<ConfigEntry> =>
  resourceEntries(topicConfigs, configs, ConfigSource.TOPIC, config, name => topics.valueFor(name))

const topicResource = (broker: Broker): ConfigResource => ({
  names: () => Array.from(broker.topics.all, ({ name }) => name),
  describe: name => topicEntries(broker, topicNamed(broker, name).configs),
  alter(name, change, validateOnly) {
    if (name === '') throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'topics have no properties in common')
    const topic = topicNamed(broker, name)
    const after = refusing(ErrorCode.INVALID_CONFIG, () =>
      changed(topicConfigs, topic.configs, change, property => broker.topics.valueFor(property)),
    )
    checkTopicConfigs(broker, after)
    if (!validateOnly) broker.topics.configure(topic, after)
  },
  may: (operation, name, context) => context.may(operation, 'TOPIC', name),
  unauthorized: ErrorCode.TOPIC_AUTHORIZATION_FAILED,
})

function topicNamed(broker: Broker, name: string): Topic {
  checkTopicName(name)
  const topic = broker.topics.named(name)
  if (topic === undefined) throw new KafkaRefusal(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `there is no topic '${name}'`)
  return topic
}

// ── brokers ─────────────────────────────────────────────────────────────────────────────────────────

const brokerResource = (broker: Broker): ConfigResource => ({
  names: () => [String(broker.nodeId)],
  describe(name) {
    if (name === '') return allBrokersEntries(broker.config)
    checkNode(broker, name)
    return brokerEntries(broker.config)
  },
  alter(name, change, validateOnly) {
    if (name !== '') checkNode(broker, name)
    if (name !== '' && change.configs.some(({ name: of }) => of === MIN_INSYNC_REPLICAS))
      throw new KafkaRefusal(ErrorCode.INVALID_CONFIG, `${MIN_INSYNC_REPLICAS} is the same for all brokers`)
    const { config } = broker
    refusing(ErrorCode.INVALID_REQUEST, () => {
      const after = changed(brokerConfigs, name === '' ? config.forAll : config.forBroker, change, property =>
        config.valueOf(property),
      )
      if (name === '' && !after.has(MIN_INSYNC_REPLICAS))
        throw new KafkaRefusal(ErrorCode.INVALID_CONFIG, `${MIN_INSYNC_REPLICAS} of all brokers can be changed, not removed`)
      for (const [property, value] of after) checkDynamic(property, value, name === '')
      const [forBroker, forAll] = name === '' ? [config.forBroker, after] : [after, config.forAll]
      config.checkDynamic(forBroker, forAll)
      if (validateOnly) return
      broker.configStore.set(ConfigResourceType.BROKER, name, after)
      config.setDynamic(forBroker, forAll)
      broker.topics.refreshSettings()
    })
  },
  may: ofCluster,
  unauthorized: ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
})

function checkNode({ nodeId }: Broker, name: string): void {
  if (!/^-?\d+$/.test(name)) throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, `a broker has a number, not '${name}'`)
  if (Number(name) !== nodeId) throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, `this is broker ${nodeId}, not ${name}`)
}

function checkDynamic(name: string, value: string, forAll: boolean): void {
  const definition = brokerConfigs.get(unscoped(name))
  if (definition !== undefined && definition.dynamic === undefined)
    throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, `${name} can not be changed while the broker runs`)
  brokerConfigs.check(unscoped(name), value)
  if (forAll && definition?.dynamic === 'broker')
    throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, `${name} can only be changed for one broker at a time`)
}

// ── groups ──────────────────────────────────────────────────────────────────────────────────────────

const groupResource = (broker: Broker): ConfigResource => {
  const { config, configStore } = broker
  const inherited = (name: string) => {
    const { brokerName, default: value } = groupConfigs.get(name)!
    return brokerName === undefined || brokerConfigs.get(brokerName) === undefined ? (value ?? '') : config.valueOf(brokerName)
  }
  return {
    names: () => configStore.names(ConfigResourceType.GROUP),
    describe(name) {
      if (name === '') throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'a group has a name')
      return resourceEntries(groupConfigs, configStore.of(ConfigResourceType.GROUP, name), ConfigSource.GROUP, config, inherited)
    },
    alter(name, change, validateOnly) {
      if (name === '') throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'groups have no properties in common')
      const before = configStore.of(ConfigResourceType.GROUP, name)
      const after = refusing(ErrorCode.INVALID_CONFIG, () => {
        const configs = changed(groupConfigs, before, change, inherited)
        for (const [property, value] of configs) groupConfigs.check(property, value)
        checkGroupConfigs(
          property => configs.get(property) ?? inherited(property),
          property => config.valueOf(property),
        )
        return configs
      })
      if (!validateOnly) configStore.set(ConfigResourceType.GROUP, name, after)
    },
    may: (operation, name, context) => context.may(operation, 'GROUP', name),
    unauthorized: ErrorCode.GROUP_AUTHORIZATION_FAILED,
  }
}

// ── subscriptions to metrics ────────────────────────────────────────────────────────────────────────

const clientMetricsResource = ({ config, configStore }: Broker): ConfigResource => {
  const initial = (name: string) => clientMetricsConfigs.get(name)?.default ?? ''
  return {
    names: () => configStore.names(ConfigResourceType.CLIENT_METRICS),
    describe(name) {
      checkSubscription(name)
      const set = configStore.of(ConfigResourceType.CLIENT_METRICS, name)
      return resourceEntries(clientMetricsConfigs, set, ConfigSource.CLIENT_METRICS, config, initial)
    },
    alter(name, change, validateOnly) {
      checkSubscription(name)
      const before = configStore.of(ConfigResourceType.CLIENT_METRICS, name)
      const after = refusing(ErrorCode.INVALID_REQUEST, () => changed(clientMetricsConfigs, before, change, initial))
      for (const [property, value] of after) {
        const code = property === 'match' ? ErrorCode.INVALID_CONFIG : ErrorCode.INVALID_REQUEST
        refusing(code, () => clientMetricsConfigs.check(property, value))
      }
      if (!validateOnly) configStore.set(ConfigResourceType.CLIENT_METRICS, name, after)
    },
    may: ofCluster,
    unauthorized: ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
  }
}

function checkSubscription(name: string): void {
  if (name === '') throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'a subscription has a name')
}

// ── the log ─────────────────────────────────────────────────────────────────────────────────────────

/** There is one logger. Its level holds until the broker stops. */
const ROOT = 'root'

const levels: Readonly<Record<string, LogLevel>> = {
  TRACE: 'debug',
  DEBUG: 'debug',
  INFO: 'info',
  WARN: 'warn',
  ERROR: 'error',
  FATAL: 'error',
}

const loggerResource = (broker: Broker): ConfigResource => ({
  names: () => [String(broker.nodeId)],
  describe(name) {
    checkNode(broker, name)
    return [
      {
        name: ROOT,
        value: broker.logThreshold.level.toUpperCase(),
        readOnly: false,
        configSource: ConfigSource.BROKER_LOGGER,
        isSensitive: false,
        synonyms: [],
        configType: 0,
        documentation: '',
      },
    ]
  },
  alter(name, change, validateOnly) {
    if (change.kind === 'replace') throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'levels are changed one by one')
    checkNode(broker, name)
    for (const edit of change.configs) {
      const level = levelOf(edit.name, edit.configOperation, edit.value ?? '')
      if (!validateOnly) broker.logThreshold.level = level
    }
  },
  may: ofCluster,
  unauthorized: ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
})

function levelOf(name: string, operation: number, value: string): LogLevel {
  if (operation === ConfigOperation.APPEND || operation === ConfigOperation.SUBTRACT)
    throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, 'a level is no list')
  if (name !== ROOT) throw new KafkaRefusal(ErrorCode.INVALID_CONFIG, `there is no logger '${name}', only ${ROOT}`)
  if (operation === ConfigOperation.DELETE) throw new KafkaRefusal(ErrorCode.INVALID_REQUEST, `logger ${ROOT} has a level`)
  const level = levels[value]
  if (level === undefined) {
    const known = Object.keys(levels).join(', ')
    throw new KafkaRefusal(ErrorCode.INVALID_CONFIG, `there is no level '${value}': it is one of ${known}`)
  }
  return level
}

/** A table's complaint, under this error code. */
function refusing<T>(errorCode: number, act: () => T): T {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof InvalidConfigError)) throw error
    throw new KafkaRefusal(errorCode, error.describe())
  }
}
