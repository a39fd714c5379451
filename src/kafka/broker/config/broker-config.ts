/** The properties of a broker that mean something here, by Kafka's names, with Kafka's defaults. */
import { cleanerConfigs } from './cleaner-config.ts'
import { type ConfigDefinition, ConfigTable, listOf } from './definition.ts'
import { groupProperties } from './group-properties.ts'
import { inertProperties } from './inert-properties.ts'
import { securityConfigs } from './security-config.ts'
import { topicConfigs } from './topic-config.ts'
import { transactionConfigs } from './transaction-config.ts'

const addressLimits = (text: string): string | undefined =>
  listOf(text).every(pair => /^.+:\d+$/.test(pair)) ? undefined : 'a list of address:number'

const hours = (name: string, initial: string | null, of: string, min?: number): ConfigDefinition => ({
  name,
  type: 'int',
  default: initial,
  description: `${of} in ${name.endsWith('hours') ? 'hours' : 'minutes'}, where that is not set`,
  ...(min === undefined ? {} : { min }),
})

const unitsOfTime: readonly ConfigDefinition[] = [
  hours('log.retention.minutes', null, 'log.retention.ms'),
  hours('log.retention.hours', '168', 'log.retention.ms'),
  hours('log.roll.hours', '168', 'log.roll.ms', 1),
  hours('log.roll.jitter.hours', '0', 'log.roll.jitter.ms', 0),
  {
    name: 'log.flush.scheduler.interval.ms',
    type: 'long',
    default: '9223372036854775807',
    description: 'log.flush.interval.ms, where that is not set',
    inert: 'syncs follow --durability',
  },
]

/** What a topic's properties fall back to has the same type and limits. */
const topicDefaults: ConfigDefinition[] = [...topicConfigs.values()].flatMap(topic =>
  topic.brokerName === undefined
    ? []
    : [
        {
          ...topic,
          name: topic.brokerName,
          default: topic.otherwise === undefined ? topic.default : null,
          dynamic: 'cluster',
          description: `the default of ${topic.name}: ${topic.description}`,
        },
      ],
)

export const brokerConfigs: ConfigTable = new ConfigTable([
  ...topicDefaults,
  ...unitsOfTime,
  ...groupProperties,
  ...securityConfigs,
  ...cleanerConfigs,
  { name: 'auto.create.topics.enable', type: 'boolean', default: 'true', description: 'a topic that is asked for is made' },
  { name: 'node.id', type: 'int', default: '1', min: 0, description: 'the number of this broker' },
  { name: 'broker.id', type: 'int', default: '1', min: 0, description: 'node.id by its old name' },
  { name: 'broker.rack', type: 'string', default: null, description: 'where this broker stands, as clients are told' },
  {
    name: 'connections.max.idle.ms',
    type: 'long',
    default: '600000',
    description: 'a connection without requests is closed after so long',
  },
  { name: 'default.replication.factor', type: 'int', default: '1', min: 1, description: 'replicas of a topic that does not say' },
  { name: 'delete.topic.enable', type: 'boolean', default: 'true', description: 'may topics be deleted' },
  {
    name: 'fetch.max.bytes',
    type: 'int',
    default: String(55 * 1024 ** 2),
    min: 1024,
    description: 'the most that one fetch is given',
  },
  {
    name: 'log.retention.check.interval.ms',
    type: 'long',
    default: '300000',
    min: 1,
    description: 'so often old segments are looked for',
  },
  {
    name: 'max.incremental.fetch.session.cache.slots',
    type: 'int',
    default: '1000',
    min: 0,
    description: 'fetch sessions that are kept',
  },
  { name: 'num.partitions', type: 'int', default: '1', min: 1, description: 'partitions of a topic that does not say' },
  {
    name: 'offset.metadata.max.bytes',
    type: 'int',
    default: '4096',
    description: 'the longest text that goes with a committed offset',
  },
  {
    name: 'producer.id.expiration.ms',
    type: 'int',
    default: '86400000',
    min: 1,
    dynamic: 'cluster',
    description: 'so long a producer that writes nothing is known',
  },
  {
    name: 'producer.id.expiration.check.interval.ms',
    type: 'int',
    default: '600000',
    min: 1,
    hidden: true,
    description: 'so often producers that write nothing are looked for',
  },
  { name: 'socket.request.max.bytes', type: 'int', default: String(100 * 1024 ** 2), min: 1, description: 'the longest request' },
  {
    name: 'millrace.clamp.replication.factor',
    type: 'boolean',
    default: 'false',
    description: 'a topic that asks for more than one replica is made with one, instead of refused',
  },
  {
    name: 'max.request.partition.size.limit',
    type: 'int',
    default: '2000',
    min: 1,
    description: 'the most partitions in one answer to DescribeTopicPartitions',
  },
  {
    name: 'max.connections',
    type: 'int',
    default: '2147483647',
    min: 0,
    dynamic: 'cluster',
    description: 'connections at once; more are closed',
  },
  {
    name: 'max.connections.per.ip',
    type: 'int',
    default: '2147483647',
    min: 0,
    dynamic: 'cluster',
    description: 'connections of one address at once; more are closed',
  },
  {
    name: 'max.connections.per.ip.overrides',
    type: 'string',
    default: '',
    dynamic: 'cluster',
    description: 'max.connections.per.ip of some addresses, as address:number',
    check: addressLimits,
  },
  ...transactionConfigs,
  ...inertProperties,
] satisfies ConfigDefinition[])
