/** `topic`, `produce`, `consume` and `group` as processes, against a broker in this one. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { BrokerServer } from '#src/server/broker-server.ts'
import { Folder, until } from '#src/testing/script.ts'
import { built, command, start } from './command.ts'

let broker: BrokerServer
beforeAll(async () => {
  await built()
  broker = await BrokerServer.start({ properties: { 'auto.create.topics.enable': 'false' } })
}, 120_000)
afterAll(() => broker.stop())

const kafka = (args: readonly string[], input = '') => command([...args, '--bootstrap', broker.bootstrap], { input })
const lines = async (args: readonly string[]) => (await kafka(args)).stdout.trimEnd().split('\n')

test('topics are made, listed, described and deleted', async () => {
  expect(await kafka(['topic', 'create', 'orders', '--partitions', '2', '--config', 'retention.ms=1000000'])).toMatchObject({
    code: 0,
    stdout: '',
  })
  expect(await kafka(['topic', 'create', 'orders'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('TOPIC_ALREADY_EXISTS'),
  })
  expect(await kafka(['topic', 'create', 'orders', '--if-not-exists'])).toMatchObject({ code: 0, stderr: '' })
  expect(await lines(['topic', 'list'])).toEqual([
    '+--------+------------+----------+',
    '| topic  | partitions | replicas |',
    '+--------+------------+----------+',
    '| orders |          2 |        1 |',
    '+--------+------------+----------+',
  ])
  expect(JSON.parse((await lines(['topic', 'list', '-o', 'json']))[0]!)).toMatchObject({
    topic: 'orders',
    partitions: 2,
    replicas: 1,
  })
  expect(await kafka(['topic', 'delete', 'orders'])).toMatchObject({ code: 0 })
  expect(await kafka(['topic', 'delete', 'orders'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('there is no topic orders'),
  })
  expect(await kafka(['topic', 'delete', 'orders', '--if-exists'])).toMatchObject({ code: 0 })
})

test('lines go in and come out', async () => {
  await kafka(['topic', 'create', 'lines'])
  expect(await kafka(['produce', 'lines'], 'one\ntwo\r\n\nlast')).toMatchObject({ code: 0, stdout: '', stderr: '' })
  expect(await lines(['consume', 'lines', '--from', 'earliest', '--until-end'])).toEqual(['one', 'two', '', 'last'])
  expect(await lines(['consume', 'lines', '--from', '-2', '-e'])).toEqual(['', 'last'])
  expect(await lines(['consume', 'lines', '--from', '1', '--max', '1'])).toEqual(['two'])
  expect(await lines(['consume', 'lines', '-f', 'earliest', '-n', '1', '--encoding', 'hex'])).toEqual(['6f6e65'])
})

test('keys, headers, tombstones and codecs; what JSON prints can be written again', async () => {
  for (const topic of ['keyed', 'copied']) await kafka(['topic', 'create', topic])
  const args = ['produce', 'keyed', '--key-separator', '\\t', '--null', 'NULL', '--header', 'from=test', '--compression', 'zstd']
  await kafka(args, 'a\t1\nb\t2\na\tNULL\n')
  expect(await lines(['consume', 'keyed', '--from-beginning', '-e', '-k', '='])).toEqual(['a=1', 'b=2', 'a=null'])
  const { stdout } = await kafka(['consume', 'keyed', '--from-beginning', '-e', '-o', 'json'])
  const records = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as object)
  expect(records[2]).toEqual({
    topic: 'keyed',
    partition: 0,
    offset: 2,
    timestamp: expect.any(Number),
    key: 'a',
    value: null,
    headers: [['from', 'test']],
  })
  await kafka(['produce', 'copied', '--input', 'json'], stdout)
  const copied = (await kafka(['consume', 'copied', '--from-beginning', '-e', '-o', 'json'])).stdout
  expect(copied).toBe(stdout.replaceAll('"keyed"', '"copied"'))
})

test('input that is not what it should be names its line', async () => {
  await kafka(['topic', 'create', 'checked'])
  expect(await kafka(['produce', 'checked', '-k', ':'], 'a:1\nb\n')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("line 2 has no key: 'b'"),
  })
  expect(await kafka(['produce', 'checked', '-i', 'json'], '{"value":"x"}\n[]\n')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('line 2 is no JSON object'),
  })
})

test('it waits for what comes, until a signal ends it', async () => {
  await kafka(['topic', 'create', 'live'])
  const consumer = start(['consume', 'live', '--from', 'earliest', '--bootstrap', broker.bootstrap])
  await kafka(['produce', 'live'], 'one\n')
  await until('the record', () => consumer.stdout() === 'one\n')
  await kafka(['produce', 'live'], 'two\n')
  await until('the other record', () => consumer.stdout() === 'one\ntwo\n')
  consumer.process.kill('SIGINT')
  expect(await consumer.ended).toMatchObject({ code: 130, stderr: '' })
})

test('groups are moved, described, listed and forgotten', async () => {
  await kafka(['topic', 'create', 'read', '-p', '2'])
  await kafka(['produce', 'read', '-p', '0'], 'a\nb\nc\n')
  await kafka(['group', 'reset', 'billing', '--to', 'latest', '--topic', 'read'])
  expect(await lines(['group', 'reset', 'billing', '--to', '-2', '--topic', 'read:0'])).toEqual([
    '+-------+-----------+--------+-------+',
    '| topic | partition | before | after |',
    '+-------+-----------+--------+-------+',
    '| read  |         0 |      3 |     1 |',
    '+-------+-----------+--------+-------+',
  ])
  expect((await kafka(['group', 'reset', 'billing', '--to', 'earliest', '--dry-run'])).stderr).toBe('nothing was changed\n')
  const [described] = await lines(['group', 'describe', 'billing', '-o', 'json'])
  expect(JSON.parse(described!)).toMatchObject({
    group: 'billing',
    state: 'Empty',
    members: [],
    offsets: [
      { topic: 'read', partition: 0, offset: 1, latest: 3, lag: 2 },
      { topic: 'read', partition: 1, offset: 0, latest: 0, lag: 0 },
    ],
  })
  expect((await lines(['group', 'describe', 'billing']))[0]).toBe('group billing: classic, Empty, 0 members')
  expect((await lines(['group', 'list', '-o', 'json'])).map(line => JSON.parse(line).group)).toEqual(['billing'])
  await kafka(['group', 'delete', 'billing'])
  expect(await kafka(['group', 'describe', 'billing'])).toMatchObject({
    code: 1,
    stderr: 'millrace: there is no group billing\n',
  })
})

test('what is wrong is told, with the exit code that says whose fault it is', async () => {
  expect(await kafka(['topic', 'describe', 'nowhere'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('error [KAFKA_TOPIC_UNKNOWN]: there is no topic nowhere'),
  })
  expect(await command(['topic', 'list', '-b', '127.0.0.1:1'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nobody listens there'),
  })
  expect(await kafka(['topic', 'list', '--set', 'linger.sm=1'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("did you mean 'linger.ms'?"),
  })
  expect(await kafka(['topic', 'lst'])).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean 'list'?") })
})

test('properties come from a file', async () => {
  await using folder = await Folder.create()
  const file = await folder.write(
    'client.properties',
    `# where\nbootstrap.servers = ${broker.bootstrap}\nclient.id: from-file\nlinger.sm=1\n`,
  )
  expect(await command(['topic', 'list', '--client-config', file, '-o', 'json'])).toMatchObject({
    code: 0,
    stderr: "warning: Kafka clients have no property 'linger.sm'; did you mean 'linger.ms'?\n",
  })
  expect(await command(['topic', 'list', '--client-config', `${file}.none`])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no file'),
  })
})
