/** Directories as a real Kafka and released versions of ours left them: they open, whole, with everything that was in them. */
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { importKafka } from '#src/kafka/tools/import/import.ts'
import { dump } from '#src/kafka/tools/dump.ts'
import { type Verification, verify } from '#src/kafka/tools/verify.ts'
import { BrokerServer } from '#src/server/broker-server.ts'
import { RealPeer } from '../transactions/real-peer.ts'
import { contentsOf, properties } from './contents.ts'
import { unpack } from './packed.ts'

const fixtures = 'test/kafka/log-tools/fixtures'
const root = mkdtempSync(join(tmpdir(), 'millrace-fixtures-'))
const kafka = join(root, 'kafka')
beforeAll(() => unpack(join(fixtures, 'kafka-4.3.pack'), kafka))
afterAll(() => rmSync(root, { recursive: true }))

const expected = (name: string): unknown => JSON.parse(readFileSync(join(fixtures, `${name}.json`), 'utf8'))

async function readBy(data: string): Promise<unknown> {
  const broker = await BrokerServer.start({ data, listen: ['127.0.0.1:0'], properties })
  const peer = await RealPeer.connect(broker.bootstrap)
  try {
    return JSON.parse(JSON.stringify(await contentsOf(peer)))
  } finally {
    peer.close()
    await broker.stop()
  }
}

const problems = ({ problems: general, partitions }: Verification) => [...general, ...partitions.flatMap(each => each.problems)]

test('a directory of a real Kafka is whole, and its own records are decoded', async () => {
  const result = await verify(kafka, { deep: true })
  expect(problems(result)).toEqual([])
  expect(result).toMatchObject({ clean: true, place: { kind: 'kafka' } })
  const found: string[] = []
  for (const topic of ['__consumer_offsets', '__transaction_state', '__cluster_metadata'])
    for await (const { kind, text } of dump(kafka, { topic, records: true })) if (kind === 'record') found.push(text)
  expect(found).toContainEqual(
    expect.stringMatching(/OffsetCommit \{"group":"simple","topic":"orders","partition":0\} = \{"offset":3/),
  )
  expect(found).toContainEqual(expect.stringMatching(/TransactionLog \{"transactionalId":"t-abort"\} = /))
  expect(found).toContainEqual(expect.stringMatching(/UserScramCredentialRecord = \{"name":"alice",.*"storedKey":"\(secret\)"/))
})

test('it is imported: clients read what they read of the Kafka', async () => {
  const to = join(root, 'imported')
  const { plan, linkedBytes } = await importKafka(kafka, to, { links: true })
  expect(plan.notes).toEqual([])
  expect(linkedBytes).toBeGreaterThan(0)
  expect(existsSync(`${to}.partial`)).toBe(false)
  expect(problems(await verify(to, { deep: true }))).toEqual([])
  expect(await readBy(to)).toEqual(expected('kafka-4.3'))
})

test('of one that was killed, half a batch at the end is left behind', async () => {
  const from = join(root, 'killed')
  unpack(join(fixtures, 'kafka-4.3.pack'), from)
  rmSync(join(from, '.kafka_cleanshutdown'))
  writeFileSync(join(from, 'recovery-point-offset-checkpoint'), '0\n0\n')
  const directory = join(from, 'events-0')
  const last = join(
    directory,
    readdirSync(directory).findLast(name => name.endsWith('.log'))!,
  )
  const bytes = readFileSync(last)
  writeFileSync(last, Buffer.concat([bytes, bytes.subarray(0, 70)]))
  // A Kafka keeps the indexes of its last segment at full length while it runs.
  for (const kind of ['index', 'timeindex'])
    writeFileSync(last.replace(/log$/, kind), Buffer.concat([readFileSync(last.replace(/log$/, kind)), Buffer.alloc(1200)]))
  const to = join(root, 'killed-imported')
  const { plan } = await importKafka(from, to, { links: false })
  expect(plan.notes).toEqual([expect.stringMatching(/events-0\S+\.log, byte \d+ .*left behind are 70 bytes$/)])
  expect(await readBy(to)).toEqual(expected('kafka-4.3'))
})

test('a dry run writes nothing', async () => {
  const { plan } = await importKafka(kafka, join(root, 'dry'), { links: true, dryRun: true })
  expect(plan.topics.map(({ topic }) => topic.name).toSorted()).toEqual(['empty', 'events', 'gone', 'orders', 'payments'])
  expect(readdirSync(root)).not.toContain('dry')
})

const segment = (partition: string) =>
  join(
    partition,
    readdirSync(partition)
      .filter(name => name.endsWith('.log'))
      .toSorted()[0]!,
  )

test.each<[why: string, spoil: (directory: string) => void, message: RegExp]>([
  [
    'is damaged',
    directory => {
      const path = segment(join(directory, 'orders-0'))
      const bytes = readFileSync(path)
      bytes[90]! ^= 1
      writeFileSync(path, bytes)
    },
    /partition orders-0 is damaged: .*\.log, byte 0 \(offset 0\): the checksum of a batch does not fit its bytes/,
  ],
  [
    'lies in several directories',
    directory => {
      const path = join(directory, 'meta.properties')
      writeFileSync(path, readFileSync(path, 'utf8').replace(/directory\.id=.*/, 'directory.id=another'))
      rmSync(join(directory, 'events-0'), { recursive: true })
    },
    /partition events-0 lies in another one of the log\.dirs/,
  ],
  [
    'is of a cluster of several nodes',
    directory => {
      const path = join(directory, 'meta.properties')
      writeFileSync(path, readFileSync(path, 'utf8').replace(/node\.id=.*/, 'node.id=2'))
    },
    /partition \S+ is on node 1: only a cluster of one node, here 2, is taken over/,
  ],
  [
    'has no metadata',
    directory => rmSync(join(directory, '__cluster_metadata-0'), { recursive: true }),
    /no __cluster_metadata-0/,
  ],
])('what %s is refused before anything is written', async (why, spoil, message) => {
  const from = join(root, `from ${why}`)
  unpack(join(fixtures, 'kafka-4.3.pack'), from)
  spoil(from)
  await expect(importKafka(from, join(root, 'refused'), { links: true })).rejects.toMatchObject({
    code: 'IMPORT_REFUSED',
    message: expect.stringMatching(message),
  })
  expect(readdirSync(root).filter(name => name.startsWith('refused'))).toEqual([])
})

const released = readdirSync(fixtures).filter(name => name.startsWith('millrace-') && name.endsWith('.pack'))

test.each(released.map(name => name.replace('.pack', '')))('a directory of %s opens with all that was in it', async name => {
  const data = join(root, name)
  unpack(join(fixtures, `${name}.pack`), data)
  expect(problems(await verify(data, { deep: true }))).toEqual([])
  expect(await readBy(data)).toEqual(expected(name))
  await expect(importKafka(data, join(root, 'again'), { links: true })).rejects.toMatchObject({ code: 'IMPORT_NOT_KAFKA' })
})

test('a newer format is refused', async () => {
  const data = join(root, 'newer')
  unpack(join(fixtures, released[0]!), data)
  const path = join(data, 'meta.properties')
  writeFileSync(path, readFileSync(path, 'utf8').replace(/millrace\.format=.*/, 'millrace.format=99'))
  await expect(BrokerServer.start({ data, listen: ['127.0.0.1:0'] })).rejects.toMatchObject({ code: 'DATA_DIRECTORY_NEWER' })
  await expect(BrokerServer.start({ data: kafka, listen: ['127.0.0.1:0'] })).rejects.toMatchObject({
    code: 'DATA_DIRECTORY_FOREIGN',
  })
})
