import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { brokerConfigs } from './broker-config.ts'
import { BrokerConfig } from './broker-settings.ts'
import { clientMetricsConfigs } from './client-metrics-config.ts'
import { type ConfigDefinition, ConfigTable, shownValue } from './definition.ts'
import { groupConfigs } from './group-config.ts'
import { readBrokerProperties } from './read-properties.ts'
import { topicConfigs } from './topic-config.ts'

const tables = { 'broker': brokerConfigs, 'topic': topicConfigs, 'group': groupConfigs, 'client-metrics': clientMetricsConfigs }

/** Where we differ, and why stands in docs/differences-kafka.md. */
const ours: Readonly<Record<string, string>> = {
  'broker broker.id': 'broker.id int 1 0.. start shown',
  'broker node.id': 'node.id int 1 0.. start shown',
  'broker controller.listener.names': "controller.listener.names list '' - start shown",
  'broker group.consumer.migration.policy': 'group.consumer.migration.policy string disabled - start shown',
  'broker listeners': 'listeners list PLAINTEXT://localhost:9092 - start shown',
  'broker listener.security.protocol.map':
    'listener.security.protocol.map string PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL - start shown',
  'broker sasl.enabled.mechanisms': 'sasl.enabled.mechanisms list SCRAM-SHA-256,SCRAM-SHA-512 - start shown',
  'broker ssl.keystore.type': 'ssl.keystore.type string PEM - start shown',
  'broker ssl.truststore.type': 'ssl.truststore.type string PEM - start shown',
  'broker log.segment.bytes': 'log.segment.bytes int 1073741824 1024.. cluster shown',
  'topic segment.bytes': 'segment.bytes int 1073741824 1024.. - shown',
}

const golden = readFileSync(new URL('../../../../test/kafka/admin/kafka-4.3-properties.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '' && !line.startsWith('#') && !line.startsWith('topic internal.segment.bytes'))

const rangeOf = ({ min, max }: ConfigDefinition): string =>
  min === undefined && max === undefined ? '-' : `${min ?? ''}..${max ?? ''}`

const lineOf = (resource: string, definition: ConfigDefinition): string =>
  [
    definition.name,
    definition.type,
    definition.default === null ? '-' : definition.default === '' ? "''" : definition.default,
    rangeOf(definition),
    resource === 'broker' ? (definition.dynamic ?? 'start') : '-',
    definition.hidden === true ? 'hidden' : 'shown',
  ].join(' ')

test('every property that a Kafka 4.3 has, as it has it', () => {
  const differences: string[] = []
  for (const line of golden) {
    const [resource, name, type, initial, range, mode, shown] = line.split(' ') as [keyof typeof tables, ...string[]]
    const definition = tables[resource].get(name!)
    // Where Kafka limits a value by code instead of a range, so may we; what it can change for security at run time is read here at the start.
    const limits = range === '-' && definition !== undefined ? rangeOf(definition) : range
    const update = mode === 'broker' && /^(ssl|sasl|listener)/.test(name!) && definition?.dynamic === undefined ? 'start' : mode
    const wanted = ours[`${resource} ${name}`] ?? [name, type, initial, limits, update, shown].join(' ')
    const found = definition === undefined ? `no ${name}` : lineOf(resource, definition)
    if (found !== wanted) differences.push(`${resource}: ${found} ≠ ${wanted}`)
  }
  expect(differences).toEqual([])
})

test('what Kafka does not have is ours by name, or of its authorizer', () => {
  const kafkas = new Set(golden.map(line => line.split(' ').slice(0, 2).join(' ')))
  const more = Object.entries(tables).flatMap(([resource, table]) =>
    table.names.filter(name => !kafkas.has(`${resource} ${name}`)),
  )
  expect(more.filter(name => !name.startsWith('millrace.'))).toEqual([
    'super.users',
    'allow.everyone.if.no.acl.found',
    'follower.replication.throttled.rate',
    'leader.replication.throttled.rate',
    'replica.alter.log.dirs.io.max.bytes.per.second',
  ])
})

test.each(
  Object.values(tables)
    .flatMap(table => [...table.values()])
    .filter(({ default: value }) => value !== null),
)('$name may be set to its default', definition => {
  expect(() => new ConfigTable([definition]).check(definition.name, definition.default)).not.toThrow()
  expect(shownValue(definition, definition.default!)).toBe(definition.default)
})

test.each([
  ['retention.ms', '-2', 'at least -1'],
  ['retention.ms', 'x', 'a whole number'],
  ['retention.ms', '9223372036854775808', 'a number of 64 bits'],
  ['max.message.bytes', '2147483648', 'a number of 32 bits'],
  ['compression.gzip.level', '0', 'not 0'],
  ['compression.type', 'brotli', 'one of uncompressed'],
  ['cleanup.policy', 'shred', 'a list of compact, delete'],
  ['preallocate', 'yes', 'true or false'],
  ['remote.storage.enable', 'true', 'false'],
  ['min.cleanable.dirty.ratio', '1.5', 'at most 1'],
  ['min.cleanable.dirty.ratio', '0x1', 'a number'],
  ['leader.replication.throttled.replicas', 'a', '*, or a list of partition:broker'],
])('%s is not %s', (name, value, problem) => {
  expect(() => topicConfigs.check(name, value)).toThrow(`${name} is ${problem}`)
})

test('what a password should be is said without it', () => {
  const table = new ConfigTable([{ name: 'p', type: 'password', default: null, description: '', values: ['a'] }])
  expect(() => table.check('p', 'secret')).toThrow("p is one of a, not '…'")
})

test('values as Kafka shows them', () => {
  const shown = (name: string, text: string) => shownValue(topicConfigs.get(name)!, text)
  expect(shown('retention.ms', ' +007 ')).toBe('7')
  expect(shown('preallocate', 'TRUE')).toBe('true')
  expect(shown('cleanup.policy', 'compact , delete')).toBe('compact,delete')
  expect(shown('min.cleanable.dirty.ratio', '1')).toBe('1.0')
})

test('retention and rolling in other units', () => {
  const retention = (given: Readonly<Record<string, string>>) => new BrokerConfig(given).valueOf('log.retention.ms')
  expect(retention({})).toBe('604800000')
  expect(retention({ 'log.retention.hours': '1' })).toBe('3600000')
  expect(retention({ 'log.retention.hours': '1', 'log.retention.minutes': '2' })).toBe('120000')
  expect(retention({ 'log.retention.hours': '1', 'log.retention.ms': '3' })).toBe('3')
  expect(retention({ 'log.retention.hours': '-1' })).toBe('-1')
  expect(new BrokerConfig({ 'log.roll.jitter.hours': '2' }).valueOf('log.roll.jitter.ms')).toBe('7200000')
})

test('what is set later wins, for one broker above all', () => {
  const config = new BrokerConfig({ 'message.max.bytes': '1' })
  config.setDynamic(new Map(), new Map([['message.max.bytes', '2']]))
  expect(config.valueOf('message.max.bytes')).toBe('2')
  config.setDynamic(new Map([['message.max.bytes', '3']]), new Map([['message.max.bytes', '2']]))
  expect(config.valueOf('message.max.bytes')).toBe('3')
})

test('node.id and broker.id are one', () => {
  expect(new BrokerConfig({ 'broker.id': '7' }).current.nodeId).toBe(7)
  expect(() => new BrokerConfig({ 'broker.id': '7', 'node.id': '8' })).toThrow('they are one')
})

test('a file, above it the environment, above it --set', () => {
  const read = readBrokerProperties({
    fileText:
      '# ours\nnum.partitions : 1\nlog.retention.hours=2\nlisteners=PLAINTEXT://localhost:9092,\\\n  SSL://localhost:9093\n',
    environment: {
      KAFKA_NUM_PARTITIONS: '3',
      KAFKA_LISTENER_NAME_IN___SIDE_SSL_CLIENT_AUTH: 'required',
      KAFKA_LISTENER_NAME_OUT__SIDE_SSL_CLIENT_AUTH: 'none',
      KAFKA_HEAP_OPTS: '-Xmx1g',
      KAFKA_OPTS: '',
      KAFKA_PORT_9092_TCP_ADDR: '10.0.0.1',
      KAFKA_SERVICE_HOST: '10.0.0.1',
      PATH: '/bin',
    },
    settings: ['num.partitions=4', 'super.users=User:a=b'],
  })
  expect(read).toEqual({
    'num.partitions': '4',
    'log.retention.hours': '2',
    'listeners': 'PLAINTEXT://localhost:9092,SSL://localhost:9093',
    'listener.name.in-side.ssl.client.auth': 'required',
    'listener.name.out_side.ssl.client.auth': 'none',
    'super.users': 'User:a=b',
  })
})

test.each([
  [{ fileText: 'num.partition=3' }, "there is no property 'num.partition'"],
  [{ environment: { KAFKA_NUM_PARTITION: '3' } }, "there is no property 'KAFKA_NUM_PARTITION (num.partition)'"],
  [{ settings: ['num.partitions'] }, '--set takes key=value'],
  [{ settings: ['num.partitions=0'] }, 'num.partitions is at least 1'],
])('%j', (sources, message) => {
  expect(() => readBrokerProperties(sources)).toThrow(message)
})
