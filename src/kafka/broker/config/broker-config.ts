/** The properties of a broker that mean something here, by Kafka's names, with Kafka's defaults. */
import { cleanerConfigs } from './cleaner-config.ts'
import { type ConfigDefinition, ConfigTable } from './definition.ts'
import { groupProperties } from './group-properties.ts'
import { securityConfigs } from './security-config.ts'
import { topicConfigs } from './topic-config.ts'
import { transactionConfigs } from './transaction-config.ts'

/** What a topic's properties fall back to has the same type and limits. */
const topicDefaults: ConfigDefinition[] = [...topicConfigs.values()].flatMap(topic =>
  topic.brokerName === undefined
    ? []
    : [{ ...topic, name: topic.brokerName, dynamic: true, description: `the default of ${topic.name}: ${topic.description}` }],
)

export const brokerConfigs: ConfigTable = new ConfigTable([
  ...topicDefaults,
  ...groupProperties,
  ...securityConfigs,
  ...cleanerConfigs,
  { name: 'auto.create.topics.enable', type: 'boolean', default: 'true', description: 'a topic that is asked for is made' },
  { name: 'broker.id', type: 'int', default: '1', min: 0, description: 'the number of this broker' },
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
    dynamic: true,
    description: 'so long a producer that writes nothing is known',
  },
  {
    name: 'producer.id.expiration.check.interval.ms',
    type: 'int',
    default: '600000',
    min: 1,
    description: 'so often producers that write nothing are looked for',
  },
  { name: 'socket.request.max.bytes', type: 'int', default: String(100 * 1024 ** 2), min: 1, description: 'the longest request' },
  ...transactionConfigs,
] satisfies ConfigDefinition[])
