import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeFiles } from '../../base/node-files.ts'
import { testBroker } from '../../testing/broker.ts'
import { dump } from './dump.ts'
import { findingText } from './finding.ts'
import { type Verification, verify } from './verify.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-verify-'))
const original = join(root, 'original')
const files = nodeFiles()
afterAll(async () => {
  await files.close()
  rmSync(root, { recursive: true })
})

/** Two partitions in several segments, one aborted transaction, a group's offsets. */
beforeAll(async () => {
  const broker = await testBroker({ files, path: original })
  const client = broker.connect()
  await client.createTopic('orders', 2, { 'segment.bytes': '2048', 'index.interval.bytes': '100' })
  for (let i = 0; i < 60; i++) await client.produce('orders', 0, [`k${i}=${'v'.repeat(100)}`, `k${i}=w`])
  await client.produce('orders', 1, ['plain'])
  const { producerId, producerEpoch } = await client.ask('InitProducerId', 4, {
    transactionalId: 't',
    transactionTimeoutMs: 60_000,
  })
  const partitions = [{ name: 'orders', partitions: [1] }]
  await client.ask('AddPartitionsToTxn', 3, {
    v3AndBelowTransactionalId: 't',
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: partitions,
  })
  const sent = { producerId, producerEpoch, baseSequence: 0, transactional: true, transactionalId: 't' }
  await client.produce('orders', 1, ['undone'], sent)
  await client.ask('EndTxn', 3, { transactionalId: 't', producerId, producerEpoch, committed: false })
  await client.ask('OffsetCommit', 8, {
    groupId: 'g',
    topics: [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 7 }] }],
  })
  client.close()
  await broker.stop()
})

/** A copy to spoil. */
function copy(name: string): string {
  const path = join(root, name)
  cpSync(original, path, { recursive: true })
  return path
}

const told = (result: Verification): string[] =>
  [...result.problems, ...result.partitions.flatMap(partition => partition.problems)].map(finding =>
    findingText(finding).replace(`${result.place.path}/`, ''),
  )

const notes = (result: Verification): string[] =>
  [...result.notes, ...result.partitions.flatMap(partition => partition.notes)].map(finding =>
    findingText(finding).replace(`${result.place.path}/`, ''),
  )

const segmentsOf = (path: string): string[] =>
  readdirSync(join(path, 'orders-0'))
    .filter(name => name.endsWith('.log'))
    .toSorted()

function flip(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at]! ^= 1
  writeFileSync(path, bytes)
}

test('a whole directory', async () => {
  const result = await verify(original, { deep: true })
  expect(told(result)).toEqual([])
  expect(notes(result)).toEqual([])
  expect(result.clean).toBe(true)
  expect(result.partitions.map(({ name, records, endOffset }) => ({ name, records, endOffset }))).toEqual([
    { name: 'orders-0', records: 120, endOffset: 120 },
    { name: 'orders-1', records: 3, endOffset: 3 },
  ])
  expect(result.partitions[0]!.segments).toBeGreaterThan(3)
})

test('a flipped bit is found with its place', async () => {
  const path = copy('flipped')
  flip(join(path, 'orders-0', segmentsOf(path)[1]!), 100)
  const result = await verify(path)
  expect(told(result)[0]).toMatch(
    /^orders-0\/0{18}\d\d\.log, byte 0 \(offset \d+\): the checksum of a batch does not fit its bytes$/,
  )
  expect(result.partitions[1]!.problems).toEqual([])
})

test('a clean stop leaves no torn end; after a crash it is cut off by the next start', async () => {
  const path = copy('torn')
  const last = join(path, 'orders-0', segmentsOf(path).at(-1)!)
  truncateSync(last, readFileSync(last).length - 5)
  expect(told(await verify(path))[0]).toMatch(/a batch of \d+ bytes where \d+ are left/)
  rmSync(join(path, '.kafka_cleanshutdown'))
  // Below the recovery point it is damage still.
  expect(told(await verify(path))[0]).toMatch(/a batch of \d+ bytes where \d+ are left/)
  writeFileSync(join(path, 'recovery-points'), '0\n0\n')
  const result = await verify(path)
  expect(told(result)).toEqual([])
  expect(notes(result)[0]).toMatch(/the next start cuts off \d+ bytes/)
})

test.each([
  ['index', 7, /\.index, byte 0 .*: no batch starts at byte \d+/],
  ['timeindex', 7, /\.timeindex, byte 0 \(offset \d+\): no record up to it is as late as 1700000000001/],
  ['snapshot', 20, /\.snapshot \(offset \d+\): the snapshot of producers is not whole/],
] as const)('a spoiled %s', async (kind, at, message) => {
  const path = copy(`spoiled-${kind}`)
  const partition = kind === 'snapshot' ? 'orders-1' : 'orders-0'
  const name = readdirSync(join(path, partition))
    .toSorted()
    .find(file => file.endsWith(`.${kind}`))!
  flip(join(path, partition, name), at)
  expect(told(await verify(path))[0]).toMatch(message)
})

test('an aborted transaction that the index does not list', async () => {
  const path = copy('aborted')
  const name = readdirSync(join(path, 'orders-1')).find(file => file.endsWith('.txnindex'))!
  writeFileSync(join(path, 'orders-1', name), '')
  expect(told(await verify(path))).toEqual([
    'orders-1/00000000000000000000.txnindex (offset 2): a transaction of producer 0 was aborted here, and is not listed',
  ])
})

test('a journal that ends in the middle of an entry', async () => {
  const path = copy('journal')
  const journal = join(path, 'journal', '00000001.journal')
  truncateSync(journal, readFileSync(journal).length - 3)
  expect(told(await verify(path))).toEqual([
    expect.stringMatching(/^journal\/00000001\.journal, byte \d+: an entry is not whole$/),
  ])
  rmSync(join(path, '.kafka_cleanshutdown'))
  expect(notes(await verify(path))[0]).toMatch(/the next start cuts off/)
})

test('a partition that is gone', async () => {
  const path = copy('gone')
  rmSync(join(path, 'orders-0'), { recursive: true })
  expect(told(await verify(path))).toEqual(['orders-0: the directory is missing; it had offsets up to 120'])
})

test('a directory in use is looked at, and says so', async () => {
  const path = copy('used')
  const broker = await testBroker({ files, path })
  const client = broker.connect()
  await client.produce('orders', 0, ['more'])
  const result = await verify(path)
  expect(told(result)).toEqual([])
  expect(result.place.user).toBe(`process ${process.pid}`)
  expect(result.partitions[0]!.endOffset).toBe(121)
  await broker.stop()
  expect(existsSync(join(path, '.kafka_cleanshutdown'))).toBe(true)
})

test('a newer format, and what is no directory of a broker', async () => {
  const path = copy('newer')
  writeFileSync(join(path, 'meta.properties'), 'version=1\ncluster.id=x\nnode.id=1\nmillrace.format=99\n')
  await expect(verify(path)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_NEWER' })
  await expect(verify(root)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNKNOWN' })
  await expect(verify(join(root, 'nowhere'))).rejects.toMatchObject({ code: 'DATA_DIRECTORY_MISSING' })
})

async function lines(path: string, request: Parameters<typeof dump>[1] = {}): Promise<string[]> {
  const found: string[] = []
  for await (const { file, kind, text } of dump(path, request)) found.push(`${file} ${kind} ${text}`)
  return found
}

test('what lies in a partition, as text', async () => {
  const found = await lines(original, { topic: 'orders', partition: 1, records: true })
  expect(found.filter(line => /batch|record|aborted/.test(line)).map(line => line.replace(/^\S+ /, ''))).toEqual([
    'batch 0..0 1 records none CreateTime 1700000000000..1700000000000 epoch 0 @0',
    'record 0 1700000000000 NULL=plain',
    'batch 1..1 1 records none CreateTime 1700000000000..1700000000000 producer 0:0 sequence 0..0 epoch 0 transactional @73',
    'record 1 1700000000000 NULL=undone',
    expect.stringMatching(/^batch 2\.\.2 1 records .* transactional control @147 ABORT coordinator \d+$/),
    expect.stringMatching(/^record 2 /),
    'aborted producer 0 1..2 stable 3',
  ])
})

test('a range of offsets', async () => {
  const found = await lines(original, { topic: 'orders', partition: 0, from: 50, to: 52, records: true })
  expect(found.filter(line => line.includes(' record ')).map(line => line.replace(/v+$/, 'v').split(' record ')[1])).toEqual([
    '50 1700000000000 k25=v',
    '51 1700000000000 k25=w',
    '52 1700000000000 k26=v',
  ])
  await expect(lines(original, { topic: 'nothing' })).rejects.toMatchObject({ code: 'PARTITION_UNKNOWN' })
})

test('the journal, entry by entry', async () => {
  const found = (await lines(join(original, 'journal', '00000001.journal'))).map(line => line.replace(/^\S+ entry @\d+ /, ''))
  expect(found[0]).toMatch(/^topics \{"topic":"orders","id":"\S+","partitions":2/)
  expect(found).toContainEqual(expect.stringMatching(/^transactions whole \{"transactionalId":"t".*"state":"CompleteAbort"\}$/))
  expect(found).toContainEqual(
    expect.stringMatching(
      /^offsets committed \{"groupId":"g","topics":\[\{"topicId":"\S+","partitions":\[\{"partition":0,"offset":7/,
    ),
  )
})

test('a file that is damaged ends in a fault', async () => {
  const path = copy('faulty')
  const segment = join(path, 'orders-0', segmentsOf(path)[0]!)
  flip(segment, 80)
  expect((await lines(segment)).at(-1)).toMatch(
    /fault byte 0: the checksum of a batch does not fit its bytes; \d+ bytes to the end/,
  )
})
