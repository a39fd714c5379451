/** node-rdkafka 3.6.1: librdkafka 2.12 in Node. */
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
  saslUser,
  sleep,
} from '../program.mjs'

const timeoutMs = 10_000
const codes = { assign: -175, revoke: -174, noOffset: -168 }

/** The answer of a function that takes a callback. */
const answer = act => new Promise((resolve, reject) => act((error, value) => (error ? reject(error) : resolve(value))))

/** Settings of topics go by themselves: among the others they are not heard. */
function ofTopics({ acks, 'auto.offset.reset': reset, ...others }) {
  const topics = { acks, 'auto.offset.reset': reset }
  return [others, Object.fromEntries(Object.entries(topics).filter(([, value]) => value !== undefined))]
}

/** What is opened for a feature is closed with it. */
const feature =
  act =>
  async (request, common = {}) => {
    const rdkafka = load(request, 'node-rdkafka')
    const base = { 'bootstrap.servers': request.bootstrap, 'client.id': request.prefix, 'log_level': 0, ...common }
    const open = []
    const connected = async client => {
      client.on('event.error', () => {})
      await answer(done => client.connect({ timeout: timeoutMs }, done))
      open.push(() => answer(done => client.disconnect(done)))
      return client
    }
    const clients = {
      request,
      rdkafka,
      base,
      name: text => `${request.prefix}${text}`,
      admin: () => {
        const admin = rdkafka.AdminClient.create(base)
        open.push(() => admin.disconnect())
        return admin
      },
      producer: (options = {}) => producerOf(rdkafka, { ...base, 'linger.ms': 5, ...options }, connected),
      consumer: (group, options = {}) => {
        const others = { 'group.id': group, 'session.timeout.ms': 6000, 'heartbeat.interval.ms': 200, 'fetch.wait.max.ms': 100 }
        const conf = { ...base, ...others, 'auto.offset.reset': 'earliest', ...options }
        // With the newer protocol the broker says how often a member is heard.
        if (conf['group.protocol'] === 'consumer')
          for (const name of ['session.timeout.ms', 'heartbeat.interval.ms']) delete conf[name]
        return connected(new rdkafka.KafkaConsumer(...ofTopics(conf)))
      },
    }
    try {
      return await act(clients)
    } finally {
      for (const close of open.toReversed()) await close()
    }
  }

/** `send` resolves once every record is acknowledged, and is rejected with the first error. */
async function producerOf(rdkafka, conf, connected) {
  const client = await connected(new rdkafka.Producer(...ofTopics({ ...conf, dr_cb: true })))
  client.setPollInterval(10)
  let waiting = 0
  let settled = { resolve() {}, reject() {} }
  client.on('delivery-report', (error, report) => {
    waiting--
    if (error) settled.reject(error)
    else if (waiting === 0) settled.resolve(report)
  })
  const send = (topic, records) =>
    new Promise((resolve, reject) => {
      settled = { resolve, reject }
      waiting = records.length
      for (const { value, key = null, partition = -1, timestamp = null, headers } of records)
        client.produce(topic, partition, value, key, timestamp, null, headers)
    })
  return { client, send }
}

/** Topics are there once the client has been told of them. */
async function createTopic(clients, topic, partitions = 1, config = {}) {
  const admin = clients.admin()
  await answer(done => admin.createTopic({ topic, num_partitions: partitions, replication_factor: 1, config }, timeoutMs, done))
}

/** A member that reads all along. `rebalances` counts what it was given and what was taken from it. */
async function member(clients, group, topics, options = {}) {
  const state = { messages: [], rebalances: [], closed: false }
  const client = await clients.consumer(group, {
    rebalance_cb(error, partitions) {
      const incremental = this.rebalanceProtocol() === 'COOPERATIVE'
      const assigned = error.code === codes.assign
      state.rebalances.push({ assigned, partitions: partitions.length })
      if (assigned) this[incremental ? 'incrementalAssign' : 'assign'](partitions)
      else if (incremental) this.incrementalUnassign(partitions)
      else this.unassign()
    },
    ...options,
  })
  client.setDefaultConsumeTimeout(50)
  client.subscribe(topics)
  state.client = client
  const poll = () => {
    if (!client.isConnected()) return
    client.consume(200, (error, messages) => {
      if (!error) state.messages.push(...messages)
      setTimeout(poll, 5)
    })
  }
  poll()
  return state
}

const partitionsOf = ({ client }) => client.assignments().length

/** Reads until so many came. */
async function read(clients, topic, count, { group = `${topic}-readers`, options = {} } = {}) {
  const { messages } = await member(clients, group, [topic].flat(), options)
  await eventually(`${count} records of ${topic}`, () => messages.length >= count)
  return messages
}

const bytes = text => (text === null ? null : Buffer.from(`${text}`))
const recordsOf = (values, more = () => ({})) => values.map((value, at) => ({ value: bytes(value), ...more(at) }))
const texts = messages => messages.map(({ value }) => value.toString())

const codec = compression =>
  feature(async clients => {
    const topic = clients.name(`codec-${compression}`)
    await createTopic(clients, topic)
    const values = range(100).map(at => `record ${at} ${'x'.repeat(100)}`)
    await (await clients.producer({ 'compression.codec': compression })).send(topic, recordsOf(values))
    same(texts(await read(clients, topic, 100)), values, 'values')
  })

const codecs = {
  'uncompressed': codec('none'),
  'gzip': codec('gzip'),
  'snappy': codec('snappy'),
  'lz4': codec('lz4'),
  'zstd': request => {
    // librdkafka is compiled on this machine, with what it has.
    if (!load(request, 'node-rdkafka').features.includes('zstd')) throw new None('librdkafka was compiled without libzstd')
    return codec('zstd')(request)
  },
}

async function comeBack(clients, name, records) {
  const topic = clients.name(name)
  await createTopic(clients, topic)
  await (
    await clients.producer()
  ).send(
    topic,
    records.map(([key, value]) => ({ key, value: bytes(value) })),
  )
  const text = value => value?.toString() ?? null
  same(
    (await read(clients, topic, records.length)).map(({ key, value }) => [text(key), text(value)]),
    records,
    'records',
  )
}

async function headersComeBack(clients, name, headers) {
  const topic = clients.name(name)
  await createTopic(clients, topic)
  await (await clients.producer()).send(topic, [{ value: bytes('v'), headers }])
  const [message] = await read(clients, topic, 1)
  const expected = headers.map(header => Object.entries(header)[0]).map(([name, value]) => ({ [name]: Buffer.from(value) }))
  same(message.headers, expected, 'headers')
}

const records = {
  'keys': feature(async clients => {
    const topic = clients.name('keys')
    await createTopic(clients, topic, 4)
    await (
      await clients.producer()
    ).send(
      topic,
      recordsOf(range(200), at => ({ key: keyOf(at) })),
    )
    inOrderByKey(await read(clients, topic, 200))
  }),

  'null keys and values': feature(clients => comeBack(clients, 'null', nulls)),
  'empty keys and values': feature(clients => comeBack(clients, 'empty', empties)),

  'headers': feature(clients =>
    headersComeBack(clients, 'headers', [{ trace: 'abc' }, { twice: 'one' }, { twice: 'two' }, { last: '' }]),
  ),
  'headers of bytes': feature(clients => headersComeBack(clients, 'binary-headers', [{ bytes: Buffer.from([0, 255, 128]) }])),

  'timestamps': feature(async clients => {
    const topic = clients.name('create-time')
    await createTopic(clients, topic)
    const timestamps = [1_700_000_000_000, 1_699_999_990_000, 1_700_000_000_001]
    await (
      await clients.producer()
    ).send(
      topic,
      recordsOf(range(3), at => ({ timestamp: timestamps[at] })),
    )
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
    await (
      await clients.producer()
    ).send(
      topic,
      recordsOf(['v'], () => ({ timestamp: 1_700_000_000_000 })),
    )
    const [{ timestamp }] = await read(clients, topic, 1)
    holds(timestamp >= before && timestamp <= Date.now(), `${timestamp} is not when the record was appended`)
  }),

  'offsets by time': feature(async clients => {
    const topic = clients.name('by-time')
    await createTopic(clients, topic)
    const { send } = await clients.producer()
    const client = await clients.consumer(clients.name('by-time'))
    for (const at of range(10))
      await send(
        topic,
        recordsOf([at], () => ({ timestamp: 1_700_000_000_000 + at * 1000 })),
      )
    const at = async offset => {
      const [found] = await answer(done => client.offsetsForTimes([{ topic, partition: 0, offset }], timeoutMs, done))
      return found.offset
    }
    same(await at(1_700_000_003_000), 3, 'at the fourth record')
    same(await at(1_700_000_003_001), 4, 'after the fourth record')
    // librdkafka's number for the end.
    holds([-1, undefined].includes(await at(1_800_000_000_000)), 'there is one after the last record')
  }),

  'acks 0, 1, all': feature(async clients => {
    const topic = clients.name('acks')
    await createTopic(clients, topic)
    for (const acks of [0, 1, -1]) {
      const { send } = await clients.producer({ acks })
      await send(topic, recordsOf([`acks ${acks}`]))
    }
    same(texts(await read(clients, topic, 3)), ['acks 0', 'acks 1', 'acks -1'], 'values')
  }),

  'large records': feature(async clients => {
    const [large, small] = [clients.name('large'), clients.name('small')]
    await createTopic(clients, large, 1, { 'max.message.bytes': '10000000' })
    await createTopic(clients, small)
    const { send } = await clients.producer({ 'message.max.bytes': 10_000_000 })
    const value = Buffer.alloc(5_000_000, 'abcdefghij')
    await send(large, [{ value }])
    const [message] = await read(clients, large, 1)
    holds(message.value.equals(value), 'another value came back')
    const error = await refused(send(small, [{ value }]), 'a record that is too large')
    holds(/message size too large/i.test(error.message), error.message)
  }),

  'many partitions': feature(async clients => {
    const topic = clients.name('many')
    await createTopic(clients, topic, 200)
    await (
      await clients.producer()
    ).send(
      topic,
      recordsOf(range(200), partition => ({ partition })),
    )
    const got = await read(clients, topic, 200)
    for (const { partition, value } of got) same(value.toString(), `${partition}`, 'value')
    same(new Set(got.map(message => message.partition)).size, 200, 'partitions')
  }),
}

async function rebalances(clients, topic, options = {}) {
  await createTopic(clients, topic, 4)
  const { send } = await clients.producer()
  let sent = 0
  const more = async () => {
    await send(
      topic,
      recordsOf(
        range(40).map(at => sent + at),
        at => ({ partition: at % 4 }),
      ),
    )
    sent += 40
  }
  const first = await member(clients, topic, [topic], options)
  await eventually('a lone member has all', () => partitionsOf(first) === 4)
  await more()
  const second = await member(clients, topic, [topic], options)
  await eventually('two members share', () => partitionsOf(first) === 2 && partitionsOf(second) === 2)
  await more()
  const everything = () => new Set(texts([...first.messages, ...second.messages])).size
  await eventually('all records of two members', () => everything() === sent)
  const shared = first.rebalances.slice()
  second.client.unsubscribe()
  await eventually('the one that stays has all', () => partitionsOf(first) === 4)
  await more()
  await eventually('all records of all', () => everything() === sent)
  return shared
}

const groups = {
  'rebalances': feature(async clients => {
    await rebalances(clients, clients.name('shared'))
  }),

  'static members': feature(async clients => {
    const topic = clients.name('static')
    const group = clients.name('static')
    await createTopic(clients, topic, 4)
    const named = name => member(clients, group, [topic], { 'group.instance.id': name })
    const [a, b] = [await named('a'), await named('b')]
    await eventually('two members share', () => partitionsOf(a) === 2 && partitionsOf(b) === 2)
    const rebalanced = b.rebalances.length
    const before = JSON.stringify(a.client.assignments())
    await answer(done => a.client.disconnect(done))
    const again = await named('a')
    await eventually('the member is back', () => partitionsOf(again) === 2)
    same(JSON.stringify(again.client.assignments()), before, 'its partitions')
    await sleep(500)
    same(b.rebalances.length, rebalanced, 'rebalances of the other member')
  }),

  'cooperative rebalances': feature(async clients => {
    const options = { 'partition.assignment.strategy': 'cooperative-sticky' }
    const seen = await rebalances(clients, clients.name('cooperative'), options)
    const taken = seen.filter(({ assigned }) => !assigned).reduce((sum, { partitions }) => sum + partitions, 0)
    same(taken, 2, 'partitions taken from the first member')
  }),

  'KIP-848 groups': feature(async clients => {
    await rebalances(clients, clients.name('kip-848'), { 'group.protocol': 'consumer' })
  }),

  'committed offsets': feature(async clients => {
    const topic = clients.name('commits')
    const group = clients.name('commits')
    await createTopic(clients, topic)
    await (await clients.producer()).send(topic, recordsOf(range(10)))
    const first = await member(clients, group, [topic], { 'enable.auto.commit': false })
    await eventually('ten records', () => first.messages.length === 10)
    first.client.commitSync({ topic, partition: 0, offset: 6 })
    const [{ offset }] = await answer(done => first.client.committed([{ topic, partition: 0 }], timeoutMs, done))
    same(offset, 6, 'committed')
    await answer(done => first.client.disconnect(done))
    same(texts(await read(clients, topic, 4, { group })), ['6', '7', '8', '9'], 'the rest')
  }),

  'offset reset': feature(async clients => {
    const topic = clients.name('reset')
    await createTopic(clients, topic)
    const { send } = await clients.producer()
    await send(topic, recordsOf(range(5)))
    const earliest = await member(clients, clients.name('reset-earliest'), [topic])
    await eventually('all records', () => earliest.messages.length === 5)
    const latest = await member(clients, clients.name('reset-latest'), [topic], { 'auto.offset.reset': 'latest' })
    await eventually('the partition', () => partitionsOf(latest) === 1)
    await sleep(500)
    await send(topic, recordsOf([5]))
    await eventually('the new record', () => latest.messages.length > 0)
    same(texts(latest.messages), ['5'], 'what came after the start')
    await answer(done => earliest.client.seek({ topic, partition: 0, offset: 3 }, timeoutMs, done))
    await eventually('three again', () => texts(earliest.messages).filter(value => value === '3').length === 2)
  }),

  'topics by pattern': feature(async clients => {
    const [one, later] = [clients.name('pattern-a'), clients.name('pattern-b')]
    await createTopic(clients, one)
    const options = { 'topic.metadata.refresh.interval.ms': 300, 'metadata.max.age.ms': 300 }
    const reader = await member(clients, clients.name('pattern'), [new RegExp(`^${clients.name('pattern')}-.*`)], options)
    const { send } = await clients.producer()
    await send(one, recordsOf(['of the first']))
    await eventually('a record of the first topic', () => reader.messages.length === 1)
    await createTopic(clients, later)
    await send(later, recordsOf(['of the later one']))
    await eventually('a record of the later topic', () => reader.messages.length === 2)
  }),
}

async function transactional(clients, id, { initialize = true } = {}) {
  const producer = await clients.producer({ 'transactional.id': clients.name(id) })
  if (initialize) await answer(done => producer.client.initTransactions(timeoutMs, done))
  return {
    ...producer,
    begin: () => answer(done => producer.client.beginTransaction(done)),
    commit: () => answer(done => producer.client.commitTransaction(timeoutMs, done)),
    abort: () => answer(done => producer.client.abortTransaction(timeoutMs, done)),
  }
}

const transactions = {
  'idempotent producer': feature(async clients => {
    const topic = clients.name('idempotent')
    await createTopic(clients, topic)
    const { send } = await clients.producer({ 'enable.idempotence': true })
    for (const batch of range(20)) await send(topic, recordsOf(range(50).map(at => batch * 50 + at)))
    same(texts(await read(clients, topic, 1000)), range(1000).map(String), 'values')
  }),

  'transactions': feature(async clients => {
    const topic = clients.name('committed')
    await createTopic(clients, topic, 2)
    const producer = await transactional(clients, 'committed')
    await producer.begin()
    await producer.send(
      topic,
      recordsOf(range(10), at => ({ partition: at % 2 })),
    )
    const reader = await member(clients, clients.name('committed'), [topic])
    await eventually('the partitions', () => partitionsOf(reader) === 2)
    await sleep(500)
    same(reader.messages.length, 0, 'records before the commit')
    await producer.commit()
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
      await producer.begin()
      await producer.send(topic, recordsOf([value]))
      await producer[end]()
    }
    const all = { group: clients.name('uncommitted'), options: { 'isolation.level': 'read_uncommitted' } }
    same(texts(await read(clients, topic, 3, all)), ['one', 'two', 'three'], 'all records')
    same(texts(await read(clients, topic, 2)), ['one', 'three'], 'committed records')
  }),

  'offsets in transactions': feature(async clients => {
    const topic = clients.name('offsets')
    const group = clients.name('offsets')
    await createTopic(clients, topic)
    const producer = await transactional(clients, 'offsets')
    const consumer = await member(clients, group, [topic], { 'enable.auto.commit': false })
    await eventually('the partition', () => partitionsOf(consumer) === 1)
    const committed = async () => {
      const [{ offset }] = await answer(done => consumer.client.committed([{ topic, partition: 0 }], timeoutMs, done))
      return offset
    }
    for (const [offset, end, expected] of [
      [5, 'commit', 5],
      [8, 'abort', 5],
    ]) {
      await producer.begin()
      await producer.send(topic, recordsOf([offset]))
      const offsets = [{ topic, partition: 0, offset }]
      await answer(done => producer.client.sendOffsetsToTransaction(offsets, consumer.client, timeoutMs, done))
      await producer[end]()
      await eventually(`the offset after ${end}`, async () => (await committed()) === expected)
    }
  }),

  'fencing': feature(async clients => {
    const topic = clients.name('fencing')
    await createTopic(clients, topic)
    const first = await transactional(clients, 'fencing')
    await first.begin()
    await first.send(topic, recordsOf(['of the first']))
    const second = await transactional(clients, 'fencing')
    await second.begin()
    await refused(
      first.send(topic, recordsOf(['too late'])).then(() => first.commit()),
      'the first producer',
    )
    await second.send(topic, recordsOf(['of the second']))
    await second.commit()
    same(texts(await read(clients, topic, 1)), ['of the second'], 'committed records')
  }),
}

const lacks = what => async () => {
  throw new None(`node-rdkafka does not give access to ${what}`)
}

const metadataOf = async (clients, topic) => {
  const { client } = await clients.producer()
  return answer(done => client.getMetadata({ timeout: timeoutMs, ...(topic === undefined ? {} : { topic }) }, done))
}

const admin = {
  'create topics': feature(async clients => {
    const topic = clients.name('created')
    await createTopic(clients, topic, 3, { 'retention.ms': '123456' })
    const error = await refused(createTopic(clients, topic), 'a topic that exists')
    same(error.code, 36, 'the code')
    const { topics } = await metadataOf(clients, topic)
    same(topics.find(({ name }) => name === topic).partitions.length, 3, 'partitions')
    await refused(createTopic(clients, 'no/name'), 'a name with a slash')
  }),

  'list and describe topics': feature(async clients => {
    const topic = clients.name('listed')
    await createTopic(clients, topic, 2)
    const { topics, brokers } = await metadataOf(clients)
    const listed = topics.find(({ name }) => name === topic)
    holds(listed !== undefined, 'the topic is not listed')
    const [broker] = brokers
    same(
      listed.partitions.map(({ id, leader, replicas, isrs }) => ({ id, leader, replicas, isrs })),
      [0, 1].map(id => ({ id, leader: broker.id, replicas: [broker.id], isrs: [broker.id] })),
      'partitions',
    )
  }),

  'delete topics': feature(async clients => {
    const topic = clients.name('deleted')
    await createTopic(clients, topic)
    const remove = () => answer(done => clients.admin().deleteTopic(topic, timeoutMs, done))
    await remove()
    const { topics } = await metadataOf(clients)
    holds(!topics.some(({ name }) => name === topic), 'the topic is still listed')
    same((await refused(remove(), 'to delete it again')).code, 3, 'the code')
  }),

  'add partitions': feature(async clients => {
    const topic = clients.name('grown')
    await createTopic(clients, topic)
    const grow = count => answer(done => clients.admin().createPartitions(topic, count, timeoutMs, done))
    await grow(3)
    const { topics } = await metadataOf(clients, topic)
    same(topics.find(({ name }) => name === topic).partitions.length, 3, 'partitions')
    same((await refused(grow(2), 'fewer partitions')).code, 37, 'the code')
  }),

  'describe configs': lacks('properties'),
  'alter configs': lacks('properties'),
  'delete records': lacks('DeleteRecords'),

  'list offsets': feature(async clients => {
    const topic = clients.name('offsets')
    await createTopic(clients, topic)
    const { client, send } = await clients.producer()
    await send(topic, recordsOf(range(7)))
    const { lowOffset, highOffset } = await answer(done => client.queryWatermarkOffsets(topic, 0, timeoutMs, done))
    same([lowOffset, highOffset], [0, 7], 'earliest and latest')
  }),

  'list and describe groups': lacks('groups but its own'),
  'delete groups': lacks('groups but its own'),
  'alter offsets of groups': feature(async clients => {
    const topic = clients.name('rewound')
    const group = clients.name('rewound')
    await createTopic(clients, topic)
    await (await clients.producer()).send(topic, recordsOf(range(10)))
    // Without members, a consumer commits for its group.
    const consumer = await clients.consumer(group)
    consumer.commitSync({ topic, partition: 0, offset: 7 })
    same(texts(await read(clients, topic, 3, { group })), ['7', '8', '9'], 'values')
  }),

  'describe cluster': feature(async clients => {
    const { brokers } = await metadataOf(clients)
    same(
      brokers.map(({ host, port }) => `${host}:${port}`),
      [clients.request.bootstrap],
      'brokers',
    )
  }),

  'ACLs': lacks('ACLs'),
}

/** Comes in by a listener: a record goes there and back. */
const roundTrip = feature(async clients => {
  const topic = clients.name(`secure-${process.hrtime.bigint()}`)
  await createTopic(clients, topic)
  await (await clients.producer()).send(topic, recordsOf(['v']))
  same(texts(await read(clients, topic, 1)), ['v'], 'values')
})

const comeIn = (request, listener, protocol, options = {}) =>
  roundTrip(request, { 'bootstrap.servers': request.security.listeners[listener], 'security.protocol': protocol, ...options })

/** Whether the broker lets it in: it is told of topics. */
const letIn = (request, listener, protocol, options) =>
  feature(clients => metadataOf(clients))(request, {
    'bootstrap.servers': request.security.listeners[listener],
    'security.protocol': protocol,
    ...options,
  })

const withPassword = mechanism => request =>
  comeIn(request, 'SASL_PLAINTEXT', 'sasl_plaintext', saslUser(mechanism, request.security))

const security = {
  'PLAIN': withPassword('PLAIN'),
  'SCRAM-SHA-256': withPassword('SCRAM-SHA-256'),
  'SCRAM-SHA-512': withPassword('SCRAM-SHA-512'),
  'OAUTHBEARER': request =>
    comeIn(request, 'SASL_PLAINTEXT', 'sasl_plaintext', {
      'sasl.mechanisms': 'OAUTHBEARER',
      'enable.sasl.oauthbearer.unsecure.jwt': true,
      'sasl.oauthbearer.config': `principal=${request.security.username}`,
    }),
  'wrong passwords': async request => {
    for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']) {
      const options = saslUser(mechanism, { ...request.security, password: 'a guess' })
      await refused(quickly(letIn(request, 'SASL_PLAINTEXT', 'sasl_plaintext', options)), `a wrong password by ${mechanism}`)
    }
  },
  'TLS': async request => {
    await comeIn(request, 'SSL', 'ssl', { 'ssl.ca.location': request.security.ca })
    await refused(quickly(letIn(request, 'SSL', 'ssl', {})), 'a broker of an unknown authority')
  },
  'TLS client certificates': async request => {
    const { ca, certificate, key } = request.security
    const trust = { 'ssl.ca.location': ca }
    await comeIn(request, 'CERTIFICATE', 'ssl', { ...trust, 'ssl.certificate.location': certificate, 'ssl.key.location': key })
    await refused(quickly(letIn(request, 'CERTIFICATE', 'ssl', trust)), 'a client without a certificate')
  },
  'SASL over TLS': request => {
    const options = { 'ssl.ca.location': request.security.ca, ...saslUser('SCRAM-SHA-512', request.security) }
    return comeIn(request, 'SASL_SSL', 'sasl_ssl', options)
  },
}

/** librdkafka goes on trying; who is not let in within a second and a half is not let in. */
const quickly = promise => Promise.race([promise, sleep(1500).then(() => Promise.reject(new Error('not let in')))])

await program({ ...codecs, ...records, ...groups, ...transactions, ...admin, ...security })
