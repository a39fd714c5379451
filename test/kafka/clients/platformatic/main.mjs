/** @platformatic/kafka: 1.35 on Node 20, 2.x on Node 24. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  None,
  empties,
  eventually,
  holds,
  inOrderByKey,
  keyOf,
  nulls,
  program,
  range,
  refused,
  same,
  sleep,
} from '../program.mjs'

/** The package, which is a module; loaded by the first feature. */
let kafka
const loaded = async ({ home }) => (kafka ??= await import(join(home, 'node_modules/@platformatic/kafka/dist/index.js')))

const silent = () => {}

/** Only consumers can be told not to wait for their streams. */
const closed = client => (client instanceof kafka.Consumer ? client.close(true) : client.close())

/** What is opened for a feature is closed with it. */
const feature =
  act =>
  async (request, connection = {}) => {
    const { Admin, Producer, Consumer } = await loaded(request)
    const base = { clientId: request.prefix, bootstrapBrokers: [request.bootstrap], retries: 5, retryDelay: 50, ...connection }
    const open = []
    const opened = client => {
      client.on('error', silent)
      open.push(client)
      return client
    }
    const clients = {
      request,
      name: text => `${request.prefix}${text}`,
      admin: opened(new Admin(base)),
      producer: (options = {}) => opened(new Producer({ ...base, ...options })),
      consumer: (groupId, options = {}) => {
        // Of the newer protocol the broker says how often a member is heard.
        const times =
          options.groupProtocol === 'consumer' ? {} : { sessionTimeout: 6000, rebalanceTimeout: 6000, heartbeatInterval: 200 }
        return opened(new Consumer({ ...base, groupId, maxWaitTime: 200, ...times, ...options }))
      },
    }
    try {
      return await act(clients)
    } finally {
      for (const client of open.toReversed()) await closed(client).catch(silent)
    }
  }

function createTopic({ admin }, topic, partitions = 1, configs = {}) {
  const entries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  return admin.createTopics({ topics: [topic], partitions, replicas: 1, configs: entries })
}

/** A member that reads all along. `joins` has what each rebalance gave it. */
async function member({ consumer }, group, topics, { options = {}, stream = {} } = {}) {
  const client = consumer(group, options)
  const state = { client, joins: [], messages: [] }
  client.on('consumer:group:join', ({ assignments }) => state.joins.push(assignments))
  const opened = await client.consume({ topics, mode: 'committed', fallbackMode: 'earliest', autocommit: true, ...stream })
  opened.on('error', silent)
  opened.on('data', message => state.messages.push(message))
  state.stream = opened
  return state
}

const partitionsOf = ({ client }) => (client.assignments ?? []).reduce((sum, { partitions }) => sum + partitions.length, 0)

/** Reads until so many came. */
async function read(clients, topic, count, { group = `${topic}-readers`, ...options } = {}) {
  const { messages, stream } = await member(clients, group, [topic].flat(), options)
  await eventually(`${count} records of ${topic}`, () => messages.length >= count)
  await stream.close().catch(silent)
  return messages
}

const bytes = text => (text === null || text === undefined ? text : Buffer.from(text))
const messagesOf = (topic, values, more = () => ({})) =>
  values.map((value, at) => ({ topic, value: bytes(`${value}`), ...more(at) }))
const texts = messages => messages.map(({ value }) => value.toString())

const codec = compression =>
  feature(async clients => {
    if (compression === 'zstd' && process.versions.node.startsWith('20.'))
      throw new None('zstd needs the one of Node, which Node 20 does not have')
    const topic = clients.name(`codec-${compression}`)
    await createTopic(clients, topic)
    const values = range(100).map(at => `record ${at} ${'x'.repeat(100)}`)
    await clients.producer({ compression }).send({ messages: messagesOf(topic, values) })
    same(texts(await read(clients, topic, 100)), values, 'values')
  })

const codecs = {
  'uncompressed': codec('none'),
  'gzip': codec('gzip'),
  'snappy': codec('snappy'),
  'lz4': codec('lz4'),
  'zstd': codec('zstd'),
}

async function comeBack(clients, name, records) {
  const topic = clients.name(name)
  await createTopic(clients, topic)
  await clients.producer().send({ messages: records.map(([key, value]) => ({ topic, key: bytes(key), value: bytes(value) })) })
  const text = buffer => buffer?.toString() ?? null
  same(
    (await read(clients, topic, records.length)).map(({ key, value }) => [text(key), text(value)]),
    records,
    'records',
  )
}

async function headersComeBack(clients, name, headers) {
  const topic = clients.name(name)
  await createTopic(clients, topic)
  // Names are buffers, so that one may be there twice.
  const asked = new Map(headers.map(([name, value]) => [bytes(name), value]))
  await clients.producer().send({ messages: [{ topic, value: bytes('v'), headers: asked }] })
  const [message] = await read(clients, topic, 1)
  same(
    [...message.headers].map(([name, value]) => [name.toString(), value]),
    headers,
    'headers',
  )
}

const records = {
  'keys': feature(async clients => {
    const topic = clients.name('keys')
    await createTopic(clients, topic, 4)
    await clients.producer().send({ messages: messagesOf(topic, range(200), at => ({ key: bytes(keyOf(at)) })) })
    inOrderByKey(await read(clients, topic, 200))
  }),

  'null keys and values': feature(clients => comeBack(clients, 'null', nulls)),
  'empty keys and values': feature(clients => comeBack(clients, 'empty', empties)),

  'headers': feature(clients =>
    headersComeBack(clients, 'headers', [
      ['trace', bytes('abc')],
      ['twice', bytes('one')],
      ['twice', bytes('two')],
      ['last', bytes('')],
    ]),
  ),
  'headers of bytes': feature(clients => headersComeBack(clients, 'binary-headers', [['bytes', Buffer.from([0, 255, 128])]])),

  'timestamps': feature(async clients => {
    const topic = clients.name('create-time')
    await createTopic(clients, topic)
    const timestamps = [1_700_000_000_000n, 1_699_999_990_000n, 1_700_000_000_001n]
    await clients.producer().send({ messages: messagesOf(topic, range(3), at => ({ timestamp: timestamps[at] })) })
    same(
      (await read(clients, topic, 3)).map(message => `${message.timestamp}`),
      timestamps.map(String),
      'timestamps',
    )
  }),

  'timestamps of the broker': feature(async clients => {
    const topic = clients.name('append-time')
    await createTopic(clients, topic, 1, { 'message.timestamp.type': 'LogAppendTime' })
    const before = Date.now()
    await clients.producer().send({ messages: messagesOf(topic, ['v'], () => ({ timestamp: 1_700_000_000_000n })) })
    const [{ timestamp }] = await read(clients, topic, 1)
    holds(Number(timestamp) >= before && Number(timestamp) <= Date.now(), `${timestamp} is not when the record was appended`)
  }),

  'offsets by time': feature(async clients => {
    const topic = clients.name('by-time')
    await createTopic(clients, topic)
    const producer = clients.producer()
    for (const at of range(10))
      await producer.send({ messages: messagesOf(topic, [at], () => ({ timestamp: BigInt(1_700_000_000_000 + at * 1000) })) })
    const consumer = clients.consumer(clients.name('by-time'))
    const at = async ms => Number((await consumer.listOffsets({ topics: [topic], timestamp: BigInt(ms) })).get(topic)[0])
    same(await at(1_700_000_003_000), 3, 'at the fourth record')
    same(await at(1_700_000_003_001), 4, 'after the fourth record')
    same(await at(1_800_000_000_000), -1, 'after the last record')
  }),

  'acks 0, 1, all': feature(async clients => {
    const topic = clients.name('acks')
    await createTopic(clients, topic)
    const producer = clients.producer()
    for (const acks of [0, 1, -1]) await producer.send({ acks, messages: messagesOf(topic, [`acks ${acks}`]) })
    same(texts(await read(clients, topic, 3)), ['acks 0', 'acks 1', 'acks -1'], 'values')
  }),

  'large records': feature(async clients => {
    const [large, small] = [clients.name('large'), clients.name('small')]
    await createTopic(clients, large, 1, { 'max.message.bytes': '10000000' })
    await createTopic(clients, small)
    const producer = clients.producer()
    const value = Buffer.alloc(5_000_000, 'abcdefghij')
    await producer.send({ messages: [{ topic: large, value }] })
    const [message] = await read(clients, large, 1)
    holds(message.value.equals(value), 'another value came back')
    const error = await refused(producer.send({ messages: [{ topic: small, value }] }), 'a record that is too large')
    holds(idsOf(error).includes('MESSAGE_TOO_LARGE'), `the error: ${idsOf(error)}`)
  }),

  'many partitions': feature(async clients => {
    const topic = clients.name('many')
    await createTopic(clients, topic, 200)
    await clients.producer().send({ messages: messagesOf(topic, range(200), partition => ({ partition })) })
    const got = await read(clients, topic, 200)
    for (const { partition, value } of got) same(value.toString(), `${partition}`, 'value')
    same(new Set(got.map(message => message.partition)).size, 200, 'partitions')
  }),
}

/** The broker's codes in an error and in what caused it. */
function idsOf(error) {
  const causes = [error.cause, ...(error.errors ?? [])].filter(cause => cause !== undefined && cause !== error)
  return [error.apiId, ...causes.flatMap(idsOf)].filter(id => id !== undefined && id !== null)
}

async function rebalances(clients, options = {}) {
  const topic = clients.name(`shared-${options.groupProtocol ?? 'classic'}`)
  await createTopic(clients, topic, 4)
  const producer = clients.producer()
  let sent = 0
  const send = async () => {
    await producer.send({
      messages: messagesOf(
        topic,
        range(40).map(at => sent + at),
        at => ({ partition: at % 4 }),
      ),
    })
    sent += 40
  }
  const first = await member(clients, topic, [topic], { options })
  await eventually('a lone member has all', () => partitionsOf(first) === 4)
  await send()
  const second = await member(clients, topic, [topic], { options })
  await eventually('two members share', () => partitionsOf(first) === 2 && partitionsOf(second) === 2)
  await send()
  const everything = () => new Set(texts([...first.messages, ...second.messages])).size
  await eventually('all records of two members', () => everything() === sent)
  await second.client.close(true)
  await eventually('the one that stays has all', () => partitionsOf(first) === 4)
  await send()
  await eventually('all records of all', () => everything() === sent)
}

const groups = {
  'rebalances': feature(clients => rebalances(clients)),

  'static members': feature(async clients => {
    const topic = clients.name('static')
    const group = clients.name('static')
    await createTopic(clients, topic, 4)
    const named = groupInstanceId => member(clients, group, [topic], { options: { groupInstanceId } })
    const [a, b] = [await named('a'), await named('b')]
    await eventually('two members share', () => partitionsOf(a) === 2 && partitionsOf(b) === 2)
    const rebalanced = b.joins.length
    const before = JSON.stringify(a.client.assignments)
    // The client leaves when it is closed, so another one takes its name while it is there.
    const again = await named('a')
    await eventually('the member is back', () => partitionsOf(again) === 2)
    same(JSON.stringify(again.client.assignments), before, 'its partitions')
    await sleep(700)
    same(b.joins.length, rebalanced, 'rebalances of the other member')
  }),

  'cooperative rebalances': async () => {
    throw new None('@platformatic/kafka gives up all partitions in a rebalance of the classic protocol')
  },

  'KIP-848 groups': feature(clients => rebalances(clients, { groupProtocol: 'consumer' })),

  'committed offsets': feature(async clients => {
    const topic = clients.name('commits')
    const group = clients.name('commits')
    await createTopic(clients, topic)
    await clients.producer().send({ messages: messagesOf(topic, range(10)) })
    const first = await member(clients, group, [topic], { stream: { autocommit: false } })
    await eventually('ten records', () => first.messages.length === 10)
    await first.client.commit({ offsets: [{ topic, partition: 0, offset: 6n, leaderEpoch: 0 }] })
    const committed = await first.client.listCommittedOffsets({ topics: [{ topic, partitions: [0] }] })
    same(Number(committed.get(topic)[0]), 6, 'committed')
    await first.client.close(true)
    const second = await member(clients, group, [topic])
    await eventually('the rest', () => second.messages.length === 4)
    same(texts(second.messages), ['6', '7', '8', '9'], 'the rest')
  }),

  'offset reset': feature(async clients => {
    const topic = clients.name('reset')
    await createTopic(clients, topic)
    const producer = clients.producer()
    await producer.send({ messages: messagesOf(topic, range(5)) })
    const earliest = await member(clients, clients.name('reset-earliest'), [topic], { stream: { mode: 'earliest' } })
    await eventually('all records', () => earliest.messages.length === 5)
    const latest = await member(clients, clients.name('reset-latest'), [topic], { stream: { mode: 'latest' } })
    await sleep(500)
    await producer.send({ messages: messagesOf(topic, [5]) })
    await eventually('the new record', () => latest.messages.length > 0)
    same(texts(latest.messages), ['5'], 'what came after the start')
    const stream = { mode: 'manual', offsets: [{ topic, partition: 0, offset: 3n }] }
    const manual = await member(clients, clients.name('reset-manual'), [topic], { stream })
    await eventually('from three on', () => manual.messages.length === 3)
    same(texts(manual.messages), ['3', '4', '5'], 'from three on')
  }),

  'topics by pattern': async () => {
    throw new None('@platformatic/kafka takes names only')
  },
}

const committedOnly = { isolationLevel: 1 }

const transactional = (clients, id) => clients.producer({ idempotent: true, transactionalId: clients.name(id), retries: 3 })

const transactions = {
  'idempotent producer': feature(async clients => {
    const topic = clients.name('idempotent')
    await createTopic(clients, topic)
    const producer = clients.producer({ idempotent: true })
    for (const batch of range(20))
      await producer.send({
        messages: messagesOf(
          topic,
          range(50).map(at => batch * 50 + at),
        ),
      })
    same(texts(await read(clients, topic, 1000)), range(1000).map(String), 'values')
  }),

  'transactions': feature(async clients => {
    const topic = clients.name('committed')
    await createTopic(clients, topic, 2)
    const transaction = await transactional(clients, 'committed').beginTransaction()
    await transaction.send({ messages: messagesOf(topic, range(10), at => ({ partition: at % 2 })) })
    const reader = await member(clients, clients.name('committed'), [topic], { stream: committedOnly })
    await sleep(500)
    same(reader.messages.length, 0, 'records before the commit')
    await transaction.commit()
    await eventually('records after the commit', () => reader.messages.length === 10)
  }),

  'aborted transactions': feature(async clients => {
    const topic = clients.name('aborted')
    await createTopic(clients, topic)
    const producer = transactional(clients, 'aborted')
    for (const [value, end] of [
      ['one', 'commit'],
      ['two', 'abort'],
      ['three', 'commit'],
    ]) {
      const transaction = await producer.beginTransaction()
      await transaction.send({ messages: messagesOf(topic, [value]) })
      await transaction[end]()
    }
    const all = { group: clients.name('uncommitted'), stream: { isolationLevel: 0 } }
    same(texts(await read(clients, topic, 3, all)), ['one', 'two', 'three'], 'all records')
    same(texts(await read(clients, topic, 2, { stream: committedOnly })), ['one', 'three'], 'committed records')
  }),

  'offsets in transactions': feature(async clients => {
    const topic = clients.name('offsets')
    const group = clients.name('offsets')
    await createTopic(clients, topic)
    await clients.producer().send({ messages: messagesOf(topic, range(10)) })
    const { client, messages } = await member(clients, group, [topic], { stream: { autocommit: false } })
    await eventually('ten records', () => messages.length === 10)
    const producer = transactional(clients, 'offsets')
    const committed = async () =>
      Number((await client.listCommittedOffsets({ topics: [{ topic, partitions: [0] }] })).get(topic)[0])
    for (const [at, end, expected] of [
      [5, 'commit', 5],
      [8, 'abort', 5],
    ]) {
      const transaction = await producer.beginTransaction()
      await transaction.addConsumer(client)
      await transaction.addOffset(messages[at])
      await transaction[end]()
      // The client commits the offset of the record, or of the one after it, by its version.
      await eventually(`the offset after ${end}`, async () => [expected, expected + 1].includes(await committed()))
    }
  }),

  'fencing': feature(async clients => {
    const topic = clients.name('fencing')
    await createTopic(clients, topic)
    const transaction = await transactional(clients, 'fencing').beginTransaction()
    await transaction.send({ messages: messagesOf(topic, ['of the first']) })
    // Unless told otherwise the client says that it is producer 0 already, and is refused itself. While the broker ends the first one's
    // transaction it says to try again, which version 1 does not do.
    const begin = () => transactional(clients, 'fencing').beginTransaction({ producerId: -1n, producerEpoch: -1 })
    const other = await eventually('the second producer begins', () => begin().catch(() => undefined))
    await refused(transaction.send({ messages: messagesOf(topic, ['too late']) }), 'the first producer')
    await other.send({ messages: messagesOf(topic, ['of the second']) })
    await other.commit()
    same(texts(await read(clients, topic, 1, { stream: committedOnly })), ['of the second'], 'committed records')
  }),
}

const admin = {
  'create topics': feature(async clients => {
    const topic = clients.name('created')
    const [created] = await createTopic(clients, topic, 3, { 'retention.ms': '123456' })
    same([created.name, created.partitions, created.replicas], [topic, 3, 1], 'the topic')
    same(created.configuration['retention.ms'], '123456', 'retention.ms')
    const error = await refused(createTopic(clients, topic), 'a topic that exists')
    holds(idsOf(error).includes('TOPIC_ALREADY_EXISTS'), `the error: ${idsOf(error)}`)
    await refused(createTopic(clients, 'no/name'), 'a name with a slash')
  }),

  'list and describe topics': feature(async clients => {
    const topic = clients.name('listed')
    await createTopic(clients, topic, 2)
    holds((await clients.admin.listTopics()).includes(topic), 'the topic is not listed')
    const { topics, brokers } = await clients.admin.metadata({ topics: [topic] })
    const { partitions } = topics.get(topic)
    same(
      partitions.map(({ replicas, isr }) => [replicas.length, isr.length]),
      [
        [1, 1],
        [1, 1],
      ],
      'partitions',
    )
    holds(
      partitions.every(({ leader }) => brokers.has(leader)),
      'the leader is no broker',
    )
  }),

  'delete topics': feature(async clients => {
    const topic = clients.name('deleted')
    await createTopic(clients, topic)
    await clients.admin.deleteTopics({ topics: [topic] })
    holds(!(await clients.admin.listTopics()).includes(topic), 'the topic is still listed')
    const error = await refused(clients.admin.deleteTopics({ topics: [topic] }), 'to delete it again')
    holds(idsOf(error).includes('UNKNOWN_TOPIC_OR_PARTITION'), `the error: ${idsOf(error)}`)
  }),

  'add partitions': feature(async clients => {
    const topic = clients.name('grown')
    await createTopic(clients, topic)
    const grow = count => clients.admin.createPartitions({ topics: [{ name: topic, count, assignments: null }] })
    await grow(3)
    const { topics } = await clients.admin.metadata({ topics: [topic], forceUpdate: true })
    same(topics.get(topic).partitionsCount, 3, 'partitions')
    const error = await refused(grow(2), 'fewer partitions')
    holds(idsOf(error).includes('INVALID_PARTITIONS'), `the error: ${idsOf(error)}`)
  }),

  'describe configs': feature(async clients => {
    const { ConfigResourceTypes } = kafka
    const topic = clients.name('described')
    await createTopic(clients, topic, 1, { 'retention.ms': '123456' })
    const entries = async (resourceType, resourceName) => {
      const resources = [{ resourceType, resourceName, configurationKeys: null }]
      const [{ configs }] = await clients.admin.describeConfigs({ resources, includeSynonyms: true, includeDocumentation: true })
      return new Map(configs.map(entry => [entry.name, entry]))
    }
    const ofTopic = await entries(ConfigResourceTypes.TOPIC, topic)
    same(ofTopic.get('retention.ms')?.value, '123456', 'retention.ms')
    same(ofTopic.get('cleanup.policy')?.value, 'delete', 'cleanup.policy')
    holds(ofTopic.size > 20, `${ofTopic.size} properties of a topic`)
    const { brokers } = await clients.admin.metadata({ topics: [] })
    const ofBroker = await entries(ConfigResourceTypes.BROKER, `${[...brokers.keys()][0]}`)
    holds(ofBroker.has('log.retention.hours') && ofBroker.has('num.partitions'), 'properties of the broker are missing')
  }),

  'alter configs': feature(async clients => {
    const { ConfigResourceTypes, IncrementalAlterConfigOperationTypes: operations } = kafka
    const topic = clients.name('altered')
    await createTopic(clients, topic)
    const resource = { resourceType: ConfigResourceTypes.TOPIC, resourceName: topic }
    const alter = value => {
      const configs = [{ name: 'retention.ms', configOperation: operations?.SET ?? 0, value }]
      return clients.admin.incrementalAlterConfigs({ resources: [{ ...resource, configs }] })
    }
    const altered = async () => {
      const resources = [{ ...resource, configurationKeys: ['retention.ms'] }]
      const [{ configs }] = await clients.admin.describeConfigs({ resources })
      return configs[0].value
    }
    await alter('654321')
    same(await altered(), '654321', 'retention.ms')
    await refused(alter('a while'), 'a value that is no number')
    await clients.admin.alterConfigs({ resources: [{ ...resource, configs: [{ name: 'retention.ms', value: '111' }] }] })
    same(await altered(), '111', 'retention.ms, by the older request')
  }),

  'delete records': feature(async clients => {
    const topic = clients.name('truncated')
    await createTopic(clients, topic)
    await clients.producer().send({ messages: messagesOf(topic, range(10)) })
    const topics = [{ name: topic, partitions: [{ partition: 0, offset: 4n }] }]
    const [{ partitions }] = await clients.admin.deleteRecords({ topics })
    same(Number(partitions[0].lowWatermark), 4, 'the first offset')
    same(texts(await read(clients, topic, 6)), ['4', '5', '6', '7', '8', '9'], 'values')
  }),

  'list offsets': feature(async clients => {
    const topic = clients.name('offsets')
    await createTopic(clients, topic)
    await clients.producer().send({ messages: messagesOf(topic, range(7)) })
    const at = async timestamp => {
      const topics = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp }] }]
      const [{ partitions }] = await clients.admin.listOffsets({ topics })
      return Number(partitions[0].offset)
    }
    same([await at(-2n), await at(-1n)], [0, 7], 'earliest and latest')
  }),

  'list and describe groups': feature(async clients => {
    const topic = clients.name('group')
    const group = clients.name('listed')
    await createTopic(clients, topic)
    const reader = await member(clients, group, [topic])
    await eventually('the member has its partition', () => partitionsOf(reader) === 1)
    const listed = (await clients.admin.listGroups()).get(group)
    same([stateOf(listed), listed?.protocolType], ['Stable', 'consumer'], 'listed')
    const described = (await clients.admin.describeGroups({ groups: [group] })).get(group)
    same([stateOf(described), described.members.size], ['Stable', 1], 'described')
    const [one] = described.members.values()
    same(one.clientId, clients.request.prefix, 'client id')
    same(one.assignments.get(topic).partitions, [0], 'assignment')
  }),

  'delete groups': feature(async clients => {
    const topic = clients.name('group-to-delete')
    const group = clients.name('deleted')
    await createTopic(clients, topic)
    const { client } = await member(clients, group, [topic])
    const error = await refused(clients.admin.deleteGroups({ groups: [group] }), 'to delete a group with members')
    holds(idsOf(error).includes('NON_EMPTY_GROUP'), `the error: ${idsOf(error)}`)
    await client.close(true)
    await clients.admin.deleteGroups({ groups: [group] })
    holds(!(await clients.admin.listGroups()).has(group), 'the group is still listed')
  }),

  'alter offsets of groups': feature(async clients => {
    const topic = clients.name('rewound')
    const group = clients.name('rewound')
    await createTopic(clients, topic)
    await clients.producer().send({ messages: messagesOf(topic, range(10)) })
    const topics = [{ name: topic, partitionOffsets: [{ partition: 0, offset: 7n }] }]
    await clients.admin.alterConsumerGroupOffsets({ groupId: group, topics })
    const [{ topics: listed }] = await clients.admin.listConsumerGroupOffsets({ groups: [group] })
    same(Number(listed[0].partitions[0].committedOffset), 7, 'the offset')
    same(texts(await read(clients, topic, 3, { group })), ['7', '8', '9'], 'values')
  }),

  'describe cluster': feature(async clients => {
    const { id, brokers, controllerId } = await clients.admin.metadata({ topics: [] })
    same(brokers.size, 1, 'brokers')
    const [[node, { host, port }]] = brokers
    same([controllerId, `${host}:${port}`], [node, clients.request.bootstrap], 'controller and address')
    holds(/^[\w-]{16,}$/.test(id), `cluster id ${id}`)
  }),

  'ACLs': feature(async clients => {
    const { AclOperations, AclPermissionTypes, ResourcePatternTypes, ResourceTypes } = kafka
    const acl = {
      resourceType: ResourceTypes.TOPIC,
      resourceName: clients.name('acls'),
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:bob',
      host: '*',
      operation: AclOperations.READ,
      permissionType: AclPermissionTypes.ALLOW,
    }
    await clients.admin.createAcls({ creations: [acl] })
    const described = await clients.admin.describeAcls({ filter: acl })
    same(
      described.map(({ resourceName, acls }) => [resourceName, acls.length]),
      [[acl.resourceName, 1]],
      'ACLs',
    )
    same((await clients.admin.deleteAcls({ filters: [acl] })).length, 1, 'deleted')
    same((await clients.admin.describeAcls({ filter: acl })).length, 0, 'left')
  }),
}

/** Version 1 writes states in capital letters. */
const stateOf = group => (group?.state === 'STABLE' ? 'Stable' : group?.state)

/** Comes in by a listener: a record goes there and back. */
const roundTrip = feature(async clients => {
  const topic = clients.name(`secure-${process.hrtime.bigint()}`)
  await createTopic(clients, topic)
  await clients.producer().send({ messages: messagesOf(topic, ['v']) })
  same(texts(await read(clients, topic, 1)), ['v'], 'values')
})

const comeIn = (request, listener, options) =>
  roundTrip(request, { bootstrapBrokers: [request.security.listeners[listener]], ...options })

const byPassword = mechanism => request => {
  const { username, password } = request.security
  return comeIn(request, 'SASL_PLAINTEXT', { sasl: { mechanism, username, password } })
}

const part = value => Buffer.from(JSON.stringify(value)).toString('base64url')
const authorityOf = ({ security }) => [readFileSync(security.ca)]

const security = {
  'PLAIN': byPassword('PLAIN'),
  'SCRAM-SHA-256': byPassword('SCRAM-SHA-256'),
  'SCRAM-SHA-512': byPassword('SCRAM-SHA-512'),
  'OAUTHBEARER': request => {
    const now = Math.floor(Date.now() / 1000)
    const token = `${part({ alg: 'none' })}.${part({ sub: request.security.username, iat: now, exp: now + 600 })}.`
    return comeIn(request, 'SASL_PLAINTEXT', { sasl: { mechanism: 'OAUTHBEARER', token } })
  },
  'wrong passwords': async request => {
    const { username } = request.security
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      const options = { retries: 0, sasl: { mechanism, username, password: 'a guess' } }
      const error = await refused(comeIn(request, 'SASL_PLAINTEXT', options), `a wrong password by ${mechanism}`)
      holds(/authentication/i.test(describe(error)), describe(error))
    }
  },
  'TLS': async request => {
    await comeIn(request, 'SSL', { tls: { ca: authorityOf(request) } })
    await refused(comeIn(request, 'SSL', { tls: {}, retries: 0 }), 'a broker of an unknown authority')
  },
  'TLS client certificates': async request => {
    const { certificate, key } = request.security
    const tls = { ca: authorityOf(request), cert: readFileSync(certificate), key: readFileSync(key) }
    await comeIn(request, 'CERTIFICATE', { tls })
    await refused(comeIn(request, 'CERTIFICATE', { tls: { ca: tls.ca }, retries: 0 }), 'a client without a certificate')
  },
  'SASL over TLS': request => {
    const { username, password } = request.security
    const sasl = { mechanism: 'SCRAM-SHA-512', username, password }
    return comeIn(request, 'SASL_SSL', { tls: { ca: authorityOf(request) }, sasl })
  },
}

const describe = error =>
  [error.message, ...(error.errors ?? []).map(describe), error.cause ? describe(error.cause) : ''].join(' ')

await program({ ...codecs, ...records, ...groups, ...transactions, ...admin, ...security })
