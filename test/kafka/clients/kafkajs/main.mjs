/** kafkajs 2.2.4. */
import { readFileSync } from 'node:fs'
import {
  None,
  empties,
  eventually,
  holds,
  inOrderByKey,
  keyOf,
  load,
  nulls,
  program,
  range,
  refused,
  same,
  sleep,
} from '../program.mjs'

function kafkaOf(request, options = {}) {
  const { Kafka, logLevel } = load(request, 'kafkajs')
  return new Kafka({
    clientId: request.prefix,
    brokers: [request.bootstrap],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, retries: 5 },
    ...options,
  })
}

/** An admin client, a producer, consumers: opened as they are asked for, and closed with the feature. */
async function using(kafka, act) {
  const open = []
  const opened = async client => {
    open.push(client)
    await client.connect()
    return client
  }
  try {
    return await act({
      kafka,
      admin: () => opened(kafka.admin()),
      producer: (options = {}) => opened(kafka.producer({ allowAutoTopicCreation: false, ...options })),
      consumer: (groupId, options = {}) =>
        opened(
          kafka.consumer({
            groupId,
            sessionTimeout: 6000,
            rebalanceTimeout: 6000,
            heartbeatInterval: 200,
            maxWaitTimeInMs: 200,
            ...options,
          }),
        ),
    })
  } finally {
    for (const client of open.toReversed()) await client.disconnect()
  }
}

const feature =
  act =>
  (request, options = {}) =>
    using(kafkaOf(request, options), clients => act({ ...clients, request, name: text => `${request.prefix}${text}` }))

async function createTopic({ admin }, topic, numPartitions = 1, configs = {}) {
  const client = await admin()
  const configEntries = Object.entries(configs).map(([name, value]) => ({ name, value }))
  await client.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1, configEntries }] })
}

/** Reads until so many came. */
async function read({ consumer }, topic, count, { group = `${topic}-readers`, options = {} } = {}) {
  const reader = await consumer(group, options)
  await reader.subscribe({ topics: [topic].flat(), fromBeginning: true })
  const messages = []
  await reader.run({ eachMessage: async ({ topic, partition, message }) => void messages.push({ topic, partition, ...message }) })
  await eventually(`${count} records of ${topic}`, () => messages.length >= count)
  return messages
}

const texts = messages => messages.map(({ value }) => value.toString())

const codec = install =>
  feature(async clients => {
    const { name, request } = clients
    const compression = install(load(request, 'kafkajs'), module => load(request, module))
    const topic = name(`codec-${compression}`)
    await createTopic(clients, topic)
    const values = range(100).map(at => `record ${at} ${'x'.repeat(100)}`)
    await (await clients.producer()).send({ topic, compression, messages: values.map(value => ({ value })) })
    same(texts(await read(clients, topic, 100)), values, 'values')
  })

const codecs = {
  'uncompressed': codec(({ CompressionTypes }) => CompressionTypes.None),
  'gzip': codec(({ CompressionTypes }) => CompressionTypes.GZIP),
  'snappy': codec(({ CompressionTypes, CompressionCodecs }, load) => {
    CompressionCodecs[CompressionTypes.Snappy] = load('kafkajs-snappy')
    return CompressionTypes.Snappy
  }),
  'lz4': codec(({ CompressionTypes, CompressionCodecs }, load) => {
    const { compress, decompress } = load('lz4js')
    CompressionCodecs[CompressionTypes.LZ4] = () => ({
      compress: async ({ buffer }) => Buffer.from(compress(buffer)),
      decompress: async buffer => Buffer.from(decompress(buffer)),
    })
    return CompressionTypes.LZ4
  }),
  'zstd': codec(({ CompressionTypes, CompressionCodecs }, load) => {
    const { Encoder, Decoder } = load('@toondepauw/node-zstd')
    CompressionCodecs[CompressionTypes.ZSTD] = () => ({
      compress: ({ buffer }) => new Encoder(3).encode(buffer),
      decompress: buffer => new Decoder().decode(buffer),
    })
    return CompressionTypes.ZSTD
  }),
}

async function comeBack(clients, name, records) {
  const topic = clients.name(name)
  await createTopic(clients, topic)
  await (await clients.producer()).send({ topic, messages: records.map(([key, value]) => ({ key, value })) })
  const text = bytes => bytes?.toString() ?? null
  same(
    (await read(clients, topic, records.length)).map(({ key, value }) => [text(key), text(value)]),
    records,
    'records',
  )
}

const records = {
  'keys': feature(async clients => {
    const topic = clients.name('keys')
    await createTopic(clients, topic, 4)
    const messages = range(200).map(at => ({ key: keyOf(at), value: `${at}` }))
    await (await clients.producer()).send({ topic, messages })
    inOrderByKey(await read(clients, topic, 200))
  }),

  'null keys and values': feature(clients => comeBack(clients, 'null', nulls)),
  'empty keys and values': feature(clients => comeBack(clients, 'empty', empties)),

  'headers': feature(async clients => {
    const topic = clients.name('headers')
    await createTopic(clients, topic)
    const headers = { trace: 'abc', twice: ['one', 'two'], last: '' }
    await (await clients.producer()).send({ topic, messages: [{ value: 'v', headers }] })
    const [message] = await read(clients, topic, 1)
    same(
      message.headers,
      { trace: Buffer.from('abc'), twice: [Buffer.from('one'), Buffer.from('two')], last: Buffer.from('') },
      'headers',
    )
    same(Object.keys(message.headers), Object.keys(headers), 'their order')
  }),

  'headers of bytes': feature(async clients => {
    const topic = clients.name('binary-headers')
    await createTopic(clients, topic)
    const headers = { bytes: Buffer.from([0, 255, 128]) }
    await (await clients.producer()).send({ topic, messages: [{ value: 'v', headers }] })
    same((await read(clients, topic, 1))[0].headers, headers, 'headers')
  }),

  'timestamps': feature(async clients => {
    const topic = clients.name('create-time')
    await createTopic(clients, topic)
    const timestamps = ['1700000000000', '1699999990000', '1700000000001']
    await (await clients.producer()).send({ topic, messages: timestamps.map(timestamp => ({ value: 'v', timestamp })) })
    same(
      (await read(clients, topic, 3)).map(message => message.timestamp),
      timestamps,
      'timestamps',
    )
  }),

  'timestamps of the broker': feature(async clients => {
    const topic = clients.name('append-time')
    await createTopic(clients, topic, 1, { 'message.timestamp.type': 'LogAppendTime' })
    const before = Date.now()
    await (await clients.producer()).send({ topic, messages: [{ value: 'v', timestamp: '1700000000000' }] })
    const [{ timestamp }] = await read(clients, topic, 1)
    holds(Number(timestamp) >= before && Number(timestamp) <= Date.now(), `${timestamp} is not when the record was appended`)
  }),

  'offsets by time': feature(async clients => {
    const topic = clients.name('by-time')
    await createTopic(clients, topic)
    const producer = await clients.producer()
    for (const at of range(10))
      await producer.send({ topic, messages: [{ value: `${at}`, timestamp: `${1_700_000_000_000 + at * 1000}` }] })
    const admin = await clients.admin()
    const at = async ms => Number((await admin.fetchTopicOffsetsByTimestamp(topic, ms))[0].offset)
    same(await at(1_700_000_003_000), 3, 'at the fourth record')
    same(await at(1_700_000_003_001), 4, 'after the fourth record')
    // Past the last record there is none; the client answers the end in its place.
    same(await at(1_800_000_000_000), 10, 'after the last record')
  }),

  'acks 0, 1, all': feature(async clients => {
    const topic = clients.name('acks')
    await createTopic(clients, topic)
    const producer = await clients.producer()
    for (const acks of [0, 1, -1]) await producer.send({ topic, acks, messages: [{ value: `acks ${acks}` }] })
    same(texts(await read(clients, topic, 3)), ['acks 0', 'acks 1', 'acks -1'], 'values')
  }),

  'large records': feature(async clients => {
    const [large, small] = [clients.name('large'), clients.name('small')]
    await createTopic(clients, large, 1, { 'max.message.bytes': '10000000' })
    await createTopic(clients, small)
    const producer = await clients.producer()
    const value = Buffer.alloc(5_000_000, 'abcdefghij')
    await producer.send({ topic: large, messages: [{ value }] })
    const [message] = await read(clients, large, 1)
    holds(message.value.equals(value), 'another value came back')
    const error = await refused(producer.send({ topic: small, messages: [{ value }] }), 'a record that is too large')
    same(error.type, 'MESSAGE_TOO_LARGE', 'the error')
  }),

  'many partitions': feature(async clients => {
    const topic = clients.name('many')
    await createTopic(clients, topic, 200)
    await (
      await clients.producer()
    ).send({ topic, messages: range(200).map(partition => ({ value: `${partition}`, partition })) })
    const got = await read(clients, topic, 200)
    for (const { partition, value } of got) same(value.toString(), `${partition}`, 'value')
    same(new Set(got.map(message => message.partition)).size, 200, 'partitions')
  }),
}

/** A member that reads all along. `assignments` has what each rebalance gave it. */
async function member({ consumer }, group, topics, { fromBeginning = true, options = {}, run = {} } = {}) {
  const client = await consumer(group, options)
  const state = { client, assignments: [], messages: [] }
  client.on(client.events.GROUP_JOIN, ({ payload }) => state.assignments.push(payload.memberAssignment))
  await client.subscribe({ topics, fromBeginning })
  await client.run({
    eachMessage: async ({ topic, partition, message }) => void state.messages.push({ topic, partition, ...message }),
    ...run,
  })
  await eventually(`a member of ${group} has joined`, () => state.assignments.length > 0)
  return state
}

const groups = {
  'rebalances': feature(async clients => {
    const topic = clients.name('shared')
    await createTopic(clients, topic, 4)
    const group = clients.name('rebalances')
    const producer = await clients.producer()
    let sent = 0
    const send = async () => {
      await producer.send({ topic, messages: range(40).map(at => ({ value: `${sent + at}`, partition: at % 4 })) })
      sent += 40
    }
    const partitions = ({ assignments }) => assignments.at(-1)?.[topic]?.length ?? 0
    const first = await member(clients, group, [topic])
    same(partitions(first), 4, 'partitions of a lone member')
    await send()
    const joined = await member(clients, group, [topic])
    await eventually('two members share', () => partitions(first) === 2 && partitions(joined) === 2)
    await send()
    const everything = () => new Set([...first.messages, ...joined.messages].map(message => message.value.toString())).size
    await eventually('all records of two members', () => everything() === sent)
    await joined.client.disconnect()
    await eventually('the one that stays has all', () => partitions(first) === 4)
    await send()
    await eventually('all records of all', () => everything() === sent)
  }),

  'static members': async () => {
    throw new None('kafkajs knows no `group.instance.id`')
  },
  'cooperative rebalances': async () => {
    throw new None('kafkajs rebalances eagerly')
  },
  'KIP-848 groups': async () => {
    throw new None('kafkajs speaks the classic protocol of groups')
  },

  'committed offsets': feature(async clients => {
    const topic = clients.name('commits')
    const group = clients.name('commits')
    await createTopic(clients, topic)
    await (await clients.producer()).send({ topic, messages: range(10).map(at => ({ value: `${at}` })) })
    const first = await member(clients, group, [topic], { run: { autoCommit: false } })
    await eventually('ten records', () => first.messages.length === 10)
    await first.client.commitOffsets([{ topic, partition: 0, offset: '6', metadata: 'as far as six' }])
    const [{ partitions }] = await (await clients.admin()).fetchOffsets({ groupId: group, topics: [topic] })
    same(
      partitions.map(({ offset, metadata }) => ({ offset, metadata })),
      [{ offset: '6', metadata: 'as far as six' }],
      'committed',
    )
    await first.client.disconnect()
    const second = await member(clients, group, [topic])
    await eventually('the rest', () => second.messages.length === 4)
    same(texts(second.messages), ['6', '7', '8', '9'], 'the rest')
  }),

  'offset reset': feature(async clients => {
    const topic = clients.name('reset')
    await createTopic(clients, topic)
    const producer = await clients.producer()
    await producer.send({ topic, messages: range(5).map(at => ({ value: `${at}` })) })
    const earliest = await member(clients, clients.name('reset-earliest'), [topic])
    await eventually('all records', () => earliest.messages.length === 5)
    const latest = await member(clients, clients.name('reset-latest'), [topic], { fromBeginning: false })
    await sleep(500)
    await producer.send({ topic, messages: [{ value: '5' }] })
    await eventually('the new record', () => latest.messages.length > 0)
    same(texts(latest.messages), ['5'], 'what came after the start')
    earliest.client.seek({ topic, partition: 0, offset: '3' })
    await eventually('three again', () => texts(earliest.messages).filter(value => value === '3').length === 2)
  }),

  'topics by pattern': feature(async clients => {
    const topics = [clients.name('pattern-a'), clients.name('pattern-b')]
    for (const topic of topics) await createTopic(clients, topic)
    const producer = await clients.producer()
    for (const topic of topics) await producer.send({ topic, messages: [{ value: topic }] })
    const reader = await member(clients, clients.name('pattern'), [new RegExp(`${clients.name('pattern')}-.*`)])
    await eventually('a record of each', () => reader.messages.length === 2)
    throw new None('kafkajs looks for topics when it subscribes, and not again')
  }),
}

const transactional = (clients, id, options = {}) =>
  clients.producer({ transactionalId: clients.name(id), maxInFlightRequests: 1, idempotent: true, ...options })

const transactions = {
  'idempotent producer': feature(async clients => {
    const topic = clients.name('idempotent')
    await createTopic(clients, topic)
    const producer = await clients.producer({ idempotent: true, maxInFlightRequests: 5 })
    for (const batch of range(20))
      await producer.send({ topic, messages: range(50).map(at => ({ value: `${batch * 50 + at}` })) })
    same(texts(await read(clients, topic, 1000)), range(1000).map(String), 'values')
  }),

  'transactions': feature(async clients => {
    const topic = clients.name('committed')
    await createTopic(clients, topic, 2)
    const producer = await transactional(clients, 'committed')
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: range(10).map(at => ({ value: `${at}`, partition: at % 2 })) })
    const reader = await member(clients, clients.name('committed'), [topic])
    await sleep(500)
    same(reader.messages.length, 0, 'records before the commit')
    await transaction.commit()
    await eventually('records after the commit', () => reader.messages.length === 10)
  }),

  'aborted transactions': feature(async clients => {
    const topic = clients.name('aborted')
    await createTopic(clients, topic)
    const producer = await transactional(clients, 'aborted')
    for (const [value, end] of [
      ['one', 'commit'],
      ['two', 'abort'],
      ['three', 'commit'],
    ]) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value }] })
      await transaction[end]()
    }
    same(texts(await read(clients, topic, 2)), ['one', 'three'], 'committed records')
    const all = { group: clients.name('uncommitted'), options: { readUncommitted: true } }
    same(texts(await read(clients, topic, 3, all)), ['one', 'two', 'three'], 'all records')
  }),

  'offsets in transactions': feature(async clients => {
    const topic = clients.name('offsets')
    const group = clients.name('offsets')
    await createTopic(clients, topic)
    const producer = await transactional(clients, 'offsets')
    const admin = await clients.admin()
    const committed = async () => Number((await admin.fetchOffsets({ groupId: group, topics: [topic] }))[0].partitions[0].offset)
    for (const [offset, end, expected] of [
      ['5', 'commit', 5],
      ['8', 'abort', 5],
    ]) {
      const transaction = await producer.transaction()
      await transaction.send({ topic, messages: [{ value: offset }] })
      await transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [{ partition: 0, offset }] }] })
      await transaction[end]()
      await eventually(`the offset after ${end}`, async () => (await committed()) === expected)
    }
  }),

  'fencing': feature(async clients => {
    const topic = clients.name('fencing')
    await createTopic(clients, topic)
    const first = await transactional(clients, 'fencing', { retry: { retries: 1 } })
    const transaction = await first.transaction()
    await transaction.send({ topic, messages: [{ value: 'of the first' }] })
    const second = await transactional(clients, 'fencing')
    const other = await second.transaction()
    await refused(transaction.send({ topic, messages: [{ value: 'too late' }] }), 'the first producer')
    await other.send({ topic, messages: [{ value: 'of the second' }] })
    await other.commit()
    same(texts(await read(clients, topic, 1)), ['of the second'], 'committed records')
  }),
}

const admin = {
  'create topics': feature(async clients => {
    const topic = clients.name('created')
    const admin = await clients.admin()
    const configEntries = [{ name: 'retention.ms', value: '123456' }]
    const made = { topics: [{ topic, numPartitions: 3, replicationFactor: 1, configEntries }] }
    same(await admin.createTopics(made), true, 'created')
    same(await admin.createTopics(made), false, 'created again')
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    same(topics[0].partitions.length, 3, 'partitions')
    await refused(admin.createTopics({ topics: [{ topic: 'no/name', replicationFactor: 1 }] }), 'a name with a slash')
  }),

  'list and describe topics': feature(async clients => {
    const topic = clients.name('listed')
    await createTopic(clients, topic, 2)
    const admin = await clients.admin()
    holds((await admin.listTopics()).includes(topic), 'the topic is not listed')
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    const partitions = topics[0].partitions.toSorted((a, b) => a.partitionId - b.partitionId)
    same(
      partitions.map(({ partitionId, replicas, isr }) => ({ partitionId, replicas: replicas.length, isr: isr.length })),
      [
        { partitionId: 0, replicas: 1, isr: 1 },
        { partitionId: 1, replicas: 1, isr: 1 },
      ],
      'partitions',
    )
  }),

  'delete topics': feature(async clients => {
    const topic = clients.name('deleted')
    await createTopic(clients, topic)
    const admin = await clients.admin()
    await admin.deleteTopics({ topics: [topic] })
    holds(!(await admin.listTopics()).includes(topic), 'the topic is still listed')
    // The client tries again, since a broker may not know of the topic yet.
    const error = await refused(admin.deleteTopics({ topics: [topic] }), 'to delete it again')
    same(error.cause?.type, 'UNKNOWN_TOPIC_OR_PARTITION', 'the error')
  }),

  'add partitions': feature(async clients => {
    const topic = clients.name('grown')
    await createTopic(clients, topic)
    const admin = await clients.admin()
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] })
    same((await admin.fetchTopicMetadata({ topics: [topic] })).topics[0].partitions.length, 3, 'partitions')
    const error = await refused(admin.createPartitions({ topicPartitions: [{ topic, count: 2 }] }), 'fewer partitions')
    same(error.type, 'INVALID_PARTITIONS', 'the error')
  }),

  'describe configs': feature(async clients => {
    const { ConfigResourceTypes } = load(clients.request, 'kafkajs')
    const topic = clients.name('described')
    await createTopic(clients, topic, 1, { 'retention.ms': '123456' })
    const admin = await clients.admin()
    const entries = async (type, name) => {
      const { resources } = await admin.describeConfigs({ includeSynonyms: true, resources: [{ type, name }] })
      return new Map(resources[0].configEntries.map(entry => [entry.configName, entry]))
    }
    const ofTopic = await entries(ConfigResourceTypes.TOPIC, topic)
    same(ofTopic.get('retention.ms')?.configValue, '123456', 'retention.ms')
    same(ofTopic.get('cleanup.policy')?.configValue, 'delete', 'cleanup.policy')
    holds(ofTopic.size > 20, `${ofTopic.size} properties of a topic`)
    const { brokers } = await admin.describeCluster()
    const ofBroker = await entries(ConfigResourceTypes.BROKER, `${brokers[0].nodeId}`)
    holds(ofBroker.has('log.retention.hours') && ofBroker.has('num.partitions'), 'properties of the broker are missing')
  }),

  'alter configs': feature(async clients => {
    const { ConfigResourceTypes } = load(clients.request, 'kafkajs')
    const topic = clients.name('altered')
    await createTopic(clients, topic)
    const admin = await clients.admin()
    const resource = { type: ConfigResourceTypes.TOPIC, name: topic }
    const alter = (name, value) => admin.alterConfigs({ resources: [{ ...resource, configEntries: [{ name, value }] }] })
    await alter('retention.ms', '654321')
    const { resources } = await admin.describeConfigs({ resources: [{ ...resource, configNames: ['retention.ms'] }] })
    same(resources[0].configEntries[0].configValue, '654321', 'retention.ms')
    await refused(alter('retention.ms', 'a while'), 'a value that is no number')
  }),

  'delete records': feature(async clients => {
    const topic = clients.name('truncated')
    await createTopic(clients, topic)
    await (await clients.producer()).send({ topic, messages: range(10).map(at => ({ value: `${at}` })) })
    const admin = await clients.admin()
    same((await admin.fetchTopicOffsets(topic))[0].low, '0', 'the first offset before')
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '4' }] })
    same((await admin.fetchTopicOffsets(topic))[0].low, '4', 'the first offset')
    same(texts(await read(clients, topic, 6)), ['4', '5', '6', '7', '8', '9'], 'values')
  }),

  'list offsets': feature(async clients => {
    const topic = clients.name('offsets')
    await createTopic(clients, topic)
    await (await clients.producer()).send({ topic, messages: range(7).map(at => ({ value: `${at}` })) })
    const [{ partition, low, high }] = await (await clients.admin()).fetchTopicOffsets(topic)
    same({ partition, low, high }, { partition: 0, low: '0', high: '7' }, 'offsets')
  }),

  'list and describe groups': feature(async clients => {
    const topic = clients.name('group')
    const group = clients.name('listed')
    await createTopic(clients, topic)
    await member(clients, group, [topic])
    const admin = await clients.admin()
    const listed = (await admin.listGroups()).groups.find(({ groupId }) => groupId === group)
    same(listed?.protocolType, 'consumer', 'protocol type')
    const { groups } = await admin.describeGroups([group])
    const { state, protocol, members } = groups[0]
    same(
      { state, protocol, members: members.length },
      { state: 'Stable', protocol: 'RoundRobinAssigner', members: 1 },
      'the group',
    )
    same(members[0].clientId, clients.request.prefix, 'client id')
    const { AssignerProtocol } = load(clients.request, 'kafkajs')
    same(AssignerProtocol.MemberAssignment.decode(members[0].memberAssignment).assignment, { [topic]: [0] }, 'assignment')
  }),

  'delete groups': feature(async clients => {
    const topic = clients.name('group')
    const group = clients.name('deleted')
    await createTopic(clients, topic)
    const { client } = await member(clients, group, [topic])
    const admin = await clients.admin()
    const error = await refused(admin.deleteGroups([group]), 'to delete a group with members')
    same(error.groups?.[0].error.type, 'NON_EMPTY_GROUP', 'the error')
    await client.disconnect()
    await admin.deleteGroups([group])
    holds(!(await admin.listGroups()).groups.some(({ groupId }) => groupId === group), 'the group is still listed')
  }),

  'alter offsets of groups': feature(async clients => {
    const topic = clients.name('rewound')
    const group = clients.name('rewound')
    await createTopic(clients, topic)
    await (await clients.producer()).send({ topic, messages: range(10).map(at => ({ value: `${at}` })) })
    const admin = await clients.admin()
    await admin.setOffsets({ groupId: group, topic, partitions: [{ partition: 0, offset: '7' }] })
    same(texts(await read(clients, topic, 3, { group })), ['7', '8', '9'], 'values')
  }),

  'describe cluster': feature(async clients => {
    const { brokers, controller, clusterId } = await (await clients.admin()).describeCluster()
    same(brokers.length, 1, 'brokers')
    same(controller, brokers[0].nodeId, 'controller')
    same(`${brokers[0].host}:${brokers[0].port}`, clients.request.bootstrap, 'address')
    holds(/^[\w-]{16,}$/.test(clusterId), `cluster id ${clusterId}`)
  }),

  'ACLs': feature(async clients => {
    const { AclResourceTypes, AclOperationTypes, AclPermissionTypes, ResourcePatternTypes } = load(clients.request, 'kafkajs')
    const topic = clients.name('acls')
    const admin = await clients.admin()
    const acl = {
      resourceType: AclResourceTypes.TOPIC,
      resourceName: topic,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      principal: 'User:bob',
      host: '*',
      operation: AclOperationTypes.READ,
      permissionType: AclPermissionTypes.ALLOW,
    }
    await admin.createAcls({ acl: [acl] })
    const { resources } = await admin.describeAcls(acl)
    same(
      resources.map(({ resourceName, acls }) => [resourceName, acls.length, acls[0].principal]),
      [[topic, 1, 'User:bob']],
      'ACLs',
    )
    const { filterResponses } = await admin.deleteAcls({ filters: [acl] })
    same(filterResponses[0].matchingAcls.length, 1, 'deleted')
    same((await admin.describeAcls(acl)).resources.length, 0, 'left')
  }),
}

/** Comes in by a listener: a record goes there and back. */
const roundTrip = feature(async clients => {
  const topic = clients.name(`secure-${clients.request.listener.toLowerCase()}-${process.hrtime.bigint()}`)
  await createTopic(clients, topic)
  await (await clients.producer()).send({ topic, messages: [{ value: 'v' }] })
  same(texts(await read(clients, topic, 1)), ['v'], 'values')
})

function comeIn(request, listener, options) {
  return roundTrip({ ...request, listener }, { brokers: [request.security.listeners[listener]], ...options })
}

const scram = mechanism => async request => {
  const { username, password } = request.security
  await comeIn(request, 'SASL_PLAINTEXT', { sasl: { mechanism, username, password } })
}

const part = value => Buffer.from(JSON.stringify(value)).toString('base64url')

const authorityOf = ({ security }) => [readFileSync(security.ca)]

const security = {
  'PLAIN': scram('plain'),
  'SCRAM-SHA-256': scram('scram-sha-256'),
  'SCRAM-SHA-512': scram('scram-sha-512'),
  'OAUTHBEARER': request => {
    const now = Math.floor(Date.now() / 1000)
    const value = `${part({ alg: 'none' })}.${part({ sub: request.security.username, iat: now, exp: now + 600 })}.`
    return comeIn(request, 'SASL_PLAINTEXT', { sasl: { mechanism: 'oauthbearer', oauthBearerProvider: async () => ({ value }) } })
  },
  'wrong passwords': async request => {
    const { username } = request.security
    for (const mechanism of ['plain', 'scram-sha-256', 'scram-sha-512']) {
      const options = { retry: { retries: 0 }, sasl: { mechanism, username, password: 'a guess' } }
      const error = await refused(comeIn(request, 'SASL_PLAINTEXT', options), `a wrong password by ${mechanism}`)
      same(error.name, 'KafkaJSSASLAuthenticationError', 'the error')
    }
  },
  'TLS': async request => {
    await comeIn(request, 'SSL', { ssl: { ca: authorityOf(request) } })
    await refused(comeIn(request, 'SSL', { ssl: true, retry: { retries: 0 } }), 'a broker of an unknown authority')
  },
  'TLS client certificates': async request => {
    const { certificate, key } = request.security
    const ssl = { ca: authorityOf(request), cert: readFileSync(certificate), key: readFileSync(key) }
    await comeIn(request, 'CERTIFICATE', { ssl })
    const without = comeIn(request, 'CERTIFICATE', { ssl: { ca: ssl.ca }, retry: { retries: 0 } })
    await refused(without, 'a client without a certificate')
  },
  'SASL over TLS': async request => {
    const { username, password } = request.security
    const sasl = { mechanism: 'scram-sha-512', username, password }
    await comeIn(request, 'SASL_SSL', { ssl: { ca: authorityOf(request) }, sasl })
  },
}

await program({ ...codecs, ...records, ...groups, ...transactions, ...admin, ...security })
