/** kcat, as Debian has it: a command, run and read. Topics are made by our own command, since kcat makes none. */
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { None, eventually, holds, program, range, refused, same, saslUser, sleep } from '../program.mjs'

/** A process, its output as it comes, and its end: `code`. What still runs after the feature is ended. */
function start(command, args, running) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const state = { child, output: '', errors: '', code: undefined }
  child.stdout.setEncoding('utf8').on('data', text => (state.output += text))
  child.stderr.setEncoding('utf8').on('data', text => (state.errors += text))
  // A process that ends before it has read all is seen by its code.
  child.stdin.on('error', () => {})
  state.ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve((state.code = code ?? signal)))
  })
  running.push(state)
  return state
}

const feature =
  act =>
  async (request, common = []) => {
    const running = []
    const base = ['-b', request.bootstrap, ...common]
    const kcat = (args, input) => {
      const process = start('kcat', [...base, ...args], running)
      if (input !== undefined) process.child.stdin.end(input)
      return process
    }
    const clients = {
      request,
      running,
      name: text => `${request.prefix}${text}`,
      kcat,
      /** Runs it to its end; answers what it printed. */
      async run(args, input = '') {
        const process = kcat(args, input)
        const code = await process.ended
        if (code !== 0) throw new Error(`kcat ${args.join(' ')} ended with ${code}: ${process.errors.trim()}`)
        return process.output
      },
    }
    try {
      return await act(clients)
    } finally {
      for (const { child, code } of running) if (code === undefined) child.kill('SIGKILL')
    }
  }

async function createTopic({ request, running }, topic, partitions = 1, configs = {}) {
  const properties = Object.entries(configs).flatMap(([name, value]) => ['--config', `${name}=${value}`])
  const args = ['dist/bin/millrace.js', 'topic', 'create', topic, '-b', request.bootstrap, '-p', `${partitions}`, ...properties]
  const made = start(process.execPath, args, running)
  if ((await made.ended) !== 0) throw new Error(`the topic ${topic} could not be made: ${made.errors}`)
}

const setting = (name, value) => ['-X', `${name}=${value}`]
const settings = object => Object.entries(object).flatMap(([name, value]) => setting(name, value))
const often = settings({ 'fetch.wait.max.ms': 100 })

const linesOf = output => output.split('\n').filter(line => line !== '')

/** Reads so many records of a topic, each as `format` prints it. */
const read = async (clients, topic, count, { format = '%s', more = [] } = {}) =>
  linesOf(
    await clients.run(['-C', '-t', topic, '-q', '-o', 'beginning', '-c', `${count}`, '-f', `${format}\n`, ...often, ...more]),
  )

const produce = (clients, topic, values, more = []) => clients.run(['-P', '-t', topic, ...more], values.join('\n'))

const codec = (name, args) =>
  feature(async clients => {
    const topic = clients.name(`codec-${name}`)
    await createTopic(clients, topic)
    const values = range(100).map(at => `record ${at} ${'x'.repeat(100)}`)
    await produce(clients, topic, values, args)
    same(await read(clients, topic, 100), values, 'values')
  })

const codecs = {
  'uncompressed': codec('none', []),
  ...Object.fromEntries(['gzip', 'snappy', 'lz4', 'zstd'].map(name => [name, codec(name, ['-z', name])])),
}

const lacks = what => async () => {
  throw new None(what)
}

async function comeBack(clients, name, lines, more, expected) {
  const topic = clients.name(name)
  await createTopic(clients, topic)
  await produce(clients, topic, lines, ['-K', ':', ...more])
  // Lengths; -1 stands for null.
  same(await read(clients, topic, lines.length, { format: '%K %S' }), expected, 'lengths of keys and values')
}

const records = {
  'keys': feature(async clients => {
    const topic = clients.name('keys')
    await createTopic(clients, topic, 4)
    await produce(
      clients,
      topic,
      range(200).map(at => `key ${at % 20}:${at}`),
      ['-K', ':'],
    )
    const places = new Map()
    for (const line of await read(clients, topic, 200, { format: '%k|%p|%s' })) {
      const [key, partition, value] = line.split('|')
      const place = places.get(key) ?? { partition, values: [] }
      same(partition, place.partition, `partition of ${key}`)
      place.values.push(Number(value))
      places.set(key, place)
    }
    same(places.size, 20, 'keys')
    for (const [key, { values }] of places)
      same(
        values,
        range(10).map(at => at * 20 + Number(key.slice(4))),
        `values of ${key}`,
      )
    holds(new Set([...places.values()].map(place => place.partition)).size > 1, 'all keys are in one partition')
  }),

  'null keys and values': feature(clients => comeBack(clients, 'null', ['k:', ':v'], ['-Z'], ['1 -1', '-1 1'])),
  'empty keys and values': feature(clients => comeBack(clients, 'empty', ['k:', ':v'], [], ['1 0', '0 1'])),

  'headers': feature(async clients => {
    const topic = clients.name('headers')
    await createTopic(clients, topic)
    const headers = ['trace=abc', 'twice=one', 'twice=two', 'last=']
    await produce(
      clients,
      topic,
      ['v'],
      headers.flatMap(header => ['-H', header]),
    )
    same(await read(clients, topic, 1, { format: '%h' }), [headers.join(',')], 'headers')
  }),
  'headers of bytes': lacks('kcat takes headers from the command line'),

  'timestamps': lacks('kcat writes the time of day'),
  'timestamps of the broker': feature(async clients => {
    const topic = clients.name('append-time')
    await createTopic(clients, topic, 1, { 'message.timestamp.type': 'LogAppendTime' })
    const before = Date.now()
    await produce(clients, topic, ['v'])
    const [timestamp] = await read(clients, topic, 1, { format: '%T' })
    holds(Number(timestamp) >= before && Number(timestamp) <= Date.now(), `${timestamp} is not when the record was appended`)
  }),

  'offsets by time': feature(async clients => {
    const topic = clients.name('by-time')
    await createTopic(clients, topic)
    await produce(clients, topic, ['before'])
    await sleep(20)
    const between = Date.now()
    await sleep(20)
    await produce(clients, topic, ['after'])
    const at = async timestamp => (await clients.run(['-Q', '-t', `${topic}:0:${timestamp}`])).trim()
    same(await at(0), `${topic} [0] offset 0`, 'at the beginning')
    same(await at(between), `${topic} [0] offset 1`, 'between both')
    same(await at(between + 3_600_000), `${topic} [0] offset -1`, 'after the last record')
  }),

  'acks 0, 1, all': feature(async clients => {
    const topic = clients.name('acks')
    await createTopic(clients, topic)
    for (const acks of ['0', '1', 'all']) await produce(clients, topic, [`acks ${acks}`], setting('topic.acks', acks))
    same(await read(clients, topic, 3), ['acks 0', 'acks 1', 'acks all'], 'values')
  }),

  'large records': feature(async clients => {
    const [large, small] = [clients.name('large'), clients.name('small')]
    await createTopic(clients, large, 1, { 'max.message.bytes': '10000000' })
    await createTopic(clients, small)
    const folder = mkdtempSync(join(tmpdir(), 'millrace-kcat-'))
    try {
      const file = join(folder, 'value')
      const value = 'abcdefghij'.repeat(500_000)
      writeFileSync(file, value)
      const send = topic => clients.run(['-P', '-t', topic, ...setting('message.max.bytes', 10_000_000), file])
      await send(large)
      const [back] = await read(clients, large, 1)
      holds(back === value, 'another value came back')
      const error = await refused(send(small), 'a record that is too large')
      holds(/Message size too large/.test(error.message), error.message)
    } finally {
      rmSync(folder, { recursive: true })
    }
  }),

  'many partitions': feature(async clients => {
    const topic = clients.name('many')
    await createTopic(clients, topic, 200)
    await produce(
      clients,
      topic,
      range(4000).map(at => `key ${at}:${at}`),
      ['-K', ':'],
    )
    const lines = await read(clients, topic, 4000, { format: '%p %s' })
    same(new Set(lines.map(line => line.split(' ')[1])).size, 4000, 'values')
    same(new Set(lines.map(line => line.split(' ')[0])).size, 200, 'partitions')
  }),
}

/** A member of a group that reads all along. Assignments are what it says on standard error. */
function member(clients, group, topics, options = {}) {
  const times = { 'session.timeout.ms': 6000, 'heartbeat.interval.ms': 200, 'auto.offset.reset': 'earliest' }
  const args = ['-G', group, '-u', '-f', '%s\n', ...often, ...settings({ ...times, ...options }), ...topics]
  const process = clients.kcat(args)
  return {
    ...process,
    records: () => linesOf(process.output),
    rebalances: () => linesOf(process.errors).filter(line => /assigned|revoked|incremental/.test(line)),
    async leave() {
      process.child.kill('SIGTERM')
      await process.ended
    },
  }
}

/**
 * How many partitions it has, by what it said: `% Group g rebalanced (…): assigned: t [0], t [1]`, or
 * `% Group g rebalanced: incremental assignment of 2 partition(s) …`.
 */
function partitionsOf({ rebalances }) {
  let count = 0
  for (const line of rebalances()) {
    const incremental = /incremental (assignment|revoke) of (\d+)/.exec(line)
    if (incremental !== null) count += incremental[1] === 'revoke' ? -incremental[2] : +incremental[2]
    else count = /revoked/.test(line) ? 0 : [...line.matchAll(/\[\d+\]/g)].length
  }
  return count
}

const groups = {
  'rebalances': feature(async clients => {
    const topic = clients.name('shared')
    await createTopic(clients, topic, 4)
    let sent = 0
    const send = async () => {
      await produce(
        clients,
        topic,
        range(40).map(at => `key ${at}:${sent + at}`),
        ['-K', ':'],
      )
      sent += 40
    }
    const first = member(clients, topic, [topic])
    await eventually('a lone member has all', () => partitionsOf(first) === 4)
    await send()
    const second = member(clients, topic, [topic])
    await eventually('two members share', () => partitionsOf(first) === 2 && partitionsOf(second) === 2)
    await send()
    const everything = () => new Set([...first.records(), ...second.records()]).size
    await eventually('all records of two members', () => everything() === sent)
    await second.leave()
    await eventually('the one that stays has all', () => partitionsOf(first) === 4)
    await send()
    await eventually('all records of all', () => everything() === sent)
  }),

  'static members': feature(async clients => {
    const topic = clients.name('static')
    const group = clients.name('static')
    await createTopic(clients, topic, 4)
    const named = name => member(clients, group, [topic], { 'group.instance.id': name })
    const [a, b] = [named('a'), named('b')]
    await eventually('two members share', () => partitionsOf(a) === 2 && partitionsOf(b) === 2)
    const before = b.rebalances()
    await a.leave()
    const again = named('a')
    await eventually('the member is back', () => partitionsOf(again) === 2)
    await sleep(500)
    same(b.rebalances(), before, 'rebalances of the other member')
  }),

  'cooperative rebalances': feature(async clients => {
    const topic = clients.name('cooperative')
    await createTopic(clients, topic, 4)
    const join = () => member(clients, topic, [topic], { 'partition.assignment.strategy': 'cooperative-sticky' })
    const first = join()
    await eventually('a lone member has all', () => partitionsOf(first) === 4)
    const second = join()
    await eventually('the other one has its share', () => partitionsOf(second) === 2)
    const revoked = first.rebalances().filter(line => /revoke/.test(line))
    same(
      revoked.map(line => /revoke of \d+/.exec(line)?.[0]),
      ['revoke of 2'],
      'what was taken from the first member',
    )
  }),

  'KIP-848 groups': lacks('librdkafka has it from 2.4 on'),

  'committed offsets': feature(async clients => {
    const topic = clients.name('commits')
    const group = clients.name('commits')
    await createTopic(clients, topic)
    await produce(clients, topic, range(10))
    const take = count => clients.run(['-G', group, '-q', '-c', `${count}`, ...setting('auto.offset.reset', 'earliest'), topic])
    same(linesOf(await take(6)), range(6).map(String), 'the first six')
    same(linesOf(await take(4)), ['6', '7', '8', '9'], 'the rest')
  }),

  'offset reset': feature(async clients => {
    const topic = clients.name('reset')
    await createTopic(clients, topic)
    await produce(clients, topic, range(5))
    const earliest = member(clients, clients.name('reset-earliest'), [topic])
    await eventually('all records', () => earliest.records().length === 5)
    const latest = member(clients, clients.name('reset-latest'), [topic], { 'auto.offset.reset': 'latest' })
    await eventually('the partition', () => partitionsOf(latest) === 1)
    await sleep(500)
    await produce(clients, topic, [5])
    await eventually('the new record', () => latest.records().length > 0)
    same(latest.records(), ['5'], 'what came after the start')
    same(linesOf(await clients.run(['-C', '-t', topic, '-q', '-o', '3', '-c', '3'])), ['3', '4', '5'], 'from three on')
  }),

  'topics by pattern': feature(async clients => {
    const [one, later] = [clients.name('pattern-a'), clients.name('pattern-b')]
    await createTopic(clients, one)
    const refresh = { 'topic.metadata.refresh.interval.ms': 300, 'metadata.max.age.ms': 300 }
    const reader = member(clients, clients.name('pattern'), [`^${clients.name('pattern')}-.*`], refresh)
    await produce(clients, one, ['of the first'])
    await eventually('a record of the first topic', () => reader.records().length === 1)
    await createTopic(clients, later)
    await produce(clients, later, ['of the later one'])
    await eventually('a record of the later topic', () => reader.records().length === 2)
  }),
}

/** kcat takes its input in pieces of 1,024 bytes, so a line of that length is sent at once. */
const line = text => `${text.padEnd(1023, '.')}\n`
const withoutDots = lines => lines.map(text => text.replace(/\.+$/, ''))

const inTransaction = (clients, id) => setting('transactional.id', clients.name(id))

/** Waits for the records to be in the log, whoever may see them. */
const appended = (clients, topic, count) => read(clients, topic, count, { more: setting('isolation.level', 'read_uncommitted') })

const transactions = {
  'idempotent producer': feature(async clients => {
    const topic = clients.name('idempotent')
    await createTopic(clients, topic)
    const values = range(1000).map(String)
    await produce(clients, topic, values, setting('enable.idempotence', true))
    same(await read(clients, topic, 1000), values, 'values')
  }),

  'transactions': feature(async clients => {
    const topic = clients.name('committed')
    await createTopic(clients, topic, 2)
    const producer = clients.kcat(['-P', '-t', topic, '-K', ':', ...inTransaction(clients, 'committed')])
    producer.child.stdin.write(
      range(10)
        .map(at => line(`key ${at}:${at}`))
        .join(''),
    )
    await appended(clients, topic, 10)
    const reader = member(clients, clients.name('committed'), [topic])
    await eventually('the partitions', () => partitionsOf(reader) === 2)
    await sleep(500)
    same(reader.records(), [], 'records before the commit')
    producer.child.stdin.end()
    same(await producer.ended, 0, `the end of the producer: ${producer.errors}`)
    await eventually('records after the commit', () => reader.records().length === 10)
  }),

  'aborted transactions': feature(async clients => {
    const topic = clients.name('aborted')
    await createTopic(clients, topic)
    await produce(clients, topic, ['one'], inTransaction(clients, 'aborted'))
    const aborted = clients.kcat(['-P', '-t', topic, ...inTransaction(clients, 'aborted')])
    aborted.child.stdin.write(line('two'))
    await appended(clients, topic, 2)
    // It looks for the signal at the end of its input.
    aborted.child.kill('SIGINT')
    await sleep(100)
    aborted.child.stdin.end()
    await aborted.ended
    holds(/abort/i.test(aborted.errors), `the transaction was not aborted: ${aborted.errors}`)
    await produce(clients, topic, ['three'], inTransaction(clients, 'aborted'))
    const all = withoutDots(await appended(clients, topic, 3))
    same([all[0], all[1], all.length], ['one', 'two', 3], 'all records')
    same(await read(clients, topic, 2), ['one', 'three'], 'committed records')
  }),

  'offsets in transactions': lacks('kcat commits none'),

  'fencing': feature(async clients => {
    const topic = clients.name('fencing')
    await createTopic(clients, topic)
    const first = clients.kcat(['-P', '-t', topic, ...inTransaction(clients, 'fencing')])
    first.child.stdin.write(line('of the first'))
    await appended(clients, topic, 1)
    await produce(clients, topic, ['of the second'], inTransaction(clients, 'fencing'))
    first.child.stdin.end('too late\n')
    holds((await first.ended) !== 0, 'the first producer was not refused')
    same(await read(clients, topic, 1), ['of the second'], 'committed records')
  }),
}

const metadataOf = async (clients, more = []) => JSON.parse(await clients.run(['-L', '-J', ...more]))
const noAdmin = lacks('kcat administers nothing')

const admin = {
  'create topics': noAdmin,
  'list and describe topics': feature(async clients => {
    const topic = clients.name('listed')
    await createTopic(clients, topic, 2)
    const { topics, brokers } = await metadataOf(clients)
    const listed = topics.find(one => one.topic === topic)
    holds(listed !== undefined, 'the topic is not listed')
    const [{ id }] = brokers
    const expected = [0, 1].map(partition => ({ partition, leader: id, replicas: [{ id }], isrs: [{ id }] }))
    same(listed.partitions, expected, 'partitions')
  }),
  'delete topics': noAdmin,
  'add partitions': noAdmin,
  'describe configs': noAdmin,
  'alter configs': noAdmin,
  'delete records': noAdmin,
  'list offsets': feature(async clients => {
    const topic = clients.name('offsets')
    await createTopic(clients, topic)
    await produce(clients, topic, range(7))
    const at = async timestamp => (await clients.run(['-Q', '-t', `${topic}:0:${timestamp}`])).trim()
    same([await at(-2), await at(-1)], [`${topic} [0] offset 0`, `${topic} [0] offset 7`], 'earliest and latest')
  }),
  'list and describe groups': noAdmin,
  'delete groups': noAdmin,
  'alter offsets of groups': noAdmin,
  'describe cluster': feature(async clients => {
    const { brokers, controllerid } = await metadataOf(clients)
    same(
      brokers.map(({ name }) => name),
      [clients.request.bootstrap],
      'brokers',
    )
    same(controllerid, brokers[0].id, 'the controller')
  }),
  'ACLs': noAdmin,
}

const roundTrip = feature(async clients => {
  const topic = clients.name(`secure-${process.hrtime.bigint()}`)
  await createTopic(clients, topic)
  // By the first of two addresses topics are made, by the second one kcat comes in.
  const secured = args => clients.run(['-b', clients.request.secured, ...clients.request.options, ...args], 'v')
  await secured(['-P', '-t', topic])
  same(linesOf(await secured(['-C', '-t', topic, '-q', '-o', 'beginning', '-c', '1', ...often])), ['v'], 'values')
})

const comeIn = (request, listener, protocol, options) =>
  roundTrip({
    ...request,
    secured: request.security.listeners[listener],
    options: settings({ 'security.protocol': protocol, ...options }),
  })

/** Whether the broker lets it in: it is told of topics. */
const letIn = (request, listener, protocol, options) =>
  feature(clients =>
    clients.run([
      '-b',
      request.security.listeners[listener],
      '-L',
      '-m',
      '2',
      ...settings({ 'security.protocol': protocol, ...options }),
    ]),
  )(request)

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
      await refused(letIn(request, 'SASL_PLAINTEXT', 'sasl_plaintext', options), `a wrong password by ${mechanism}`)
    }
  },
  'TLS': async request => {
    await comeIn(request, 'SSL', 'ssl', { 'ssl.ca.location': request.security.ca })
    await refused(letIn(request, 'SSL', 'ssl', {}), 'a broker of an unknown authority')
  },
  'TLS client certificates': async request => {
    const { ca, certificate, key } = request.security
    const trust = { 'ssl.ca.location': ca }
    await comeIn(request, 'CERTIFICATE', 'ssl', { ...trust, 'ssl.certificate.location': certificate, 'ssl.key.location': key })
    await refused(letIn(request, 'CERTIFICATE', 'ssl', trust), 'a client without a certificate')
  },
  'SASL over TLS': request => {
    const options = { 'ssl.ca.location': request.security.ca, ...saslUser('SCRAM-SHA-512', request.security) }
    return comeIn(request, 'SASL_SSL', 'sasl_ssl', options)
  },
}

await program({ ...codecs, ...records, ...groups, ...transactions, ...admin, ...security })
