import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { askHolder } from '../../base/directory-lock.ts'
import { nodeFiles } from '../../base/node-files.ts'
import { type TestClient, testBroker } from '../../testing/broker.ts'
import { backup } from './backup.ts'
import { verify } from './verify.ts'

const root = mkdtempSync(join(tmpdir(), 'millrace-backup-'))
const files = nodeFiles()
afterAll(async () => {
  await files.close()
  rmSync(root, { recursive: true })
})

const links = { links: true }
const SMALL = { 'segment.bytes': '4096' }

async function valuesOf(client: TestClient, topic: string, partition: number): Promise<(string | null)[]> {
  const values: (string | null)[] = []
  for (let offset = 0, end = 1; offset < end;) {
    const { records, highWatermark } = await client.fetch(topic, partition, offset)
    for (const record of records) if (record.offset >= offset) values.push(record.value)
    offset = (records.at(-1)?.offset ?? end) + 1
    end = highWatermark
  }
  return values
}

async function committed(client: TestClient, groupId: string): Promise<number> {
  const { groups } = await client.ask('OffsetFetch', 8, { groups: [{ groupId, topics: null }] })
  return groups[0]!.topics[0]!.partitions[0]!.committedOffset
}

test(
  'while producers go on: what was acknowledged before is there, offsets never ahead of records',
  { timeout: 30_000 },
  async () => {
    const path = join(root, 'busy')
    const broker = await testBroker({ files, path })
    const client = broker.connect()
    await client.createTopic('wide', 12, SMALL)
    await client.createTopic('gone', 1)
    await client.produce('gone', 0, ['x'])
    const acknowledged = Array.from({ length: 12 }, () => 0)
    const going = new AbortController()
    /** Each value says how many came before it. A group's offset follows what was acknowledged. */
    const producers = acknowledged.map(async (_, partition) => {
      const mine = broker.connect()
      while (!going.signal.aborted) {
        const { errorCode } = await mine.produce('wide', partition, [`${acknowledged[partition]} ${'x'.repeat(100)}`])
        if (errorCode !== 0) throw new Error(`refused: ${errorCode}`)
        acknowledged[partition]!++
        await mine.ask('OffsetCommit', 8, {
          groupId: `g${partition}`,
          topics: [{ name: 'wide', partitions: [{ partitionIndex: partition, committedOffset: acknowledged[partition]! }] }],
        })
      }
      mine.close()
    })
    for (let round = 0; round < 2; round++) {
      await new Promise(resolve => setTimeout(resolve, 150))
      if (round === 1) await client.ask('DeleteTopics', 6, { topics: [{ name: 'gone' }], timeoutMs: 1000 })
      const before = [...acknowledged]
      const to = join(root, `busy-copy-${round}`)
      const done = await backup(path, to, links)
      expect(done.live).toBe(true)
      expect(existsSync(`${to}.partial`)).toBe(false)
      const restored = await testBroker({ files, path: to })
      const reader = restored.connect()
      for (const [partition, least] of before.entries()) {
        const values = await valuesOf(reader, 'wide', partition)
        expect(values.length).toBeGreaterThanOrEqual(least)
        expect(values).toEqual(values.map((_, i) => `${i} ${'x'.repeat(100)}`))
        const offset = await committed(reader, `g${partition}`)
        expect(offset).toBeGreaterThanOrEqual(least - 1)
        expect(offset).toBeLessThanOrEqual(values.length)
        // It goes on from there.
        expect(await reader.produce('wide', partition, ['more'])).toMatchObject({ errorCode: 0, baseOffset: values.length })
      }
      reader.close()
      await restored.stop()
      expect((await verify(to, { deep: true })).partitions.flatMap(report => report.problems)).toEqual([])
    }
    going.abort()
    await Promise.all(producers)
    expect(existsSync(join(path, '.backup'))).toBe(false)
    await broker.stop()
    expect((await verify(path, { deep: true })).partitions.flatMap(report => report.problems)).toEqual([])
  },
)

test('transactions are in the copy whole or not at all, over partitions and offsets', { timeout: 30_000 }, async () => {
  const path = join(root, 'transactions')
  const broker = await testBroker({ files, path })
  const client = broker.connect()
  await client.createTopic('tx', 2)
  const { producerId, producerEpoch } = await client.ask('InitProducerId', 4, {
    transactionalId: 't',
    transactionTimeoutMs: 60_000,
  })
  const identity = { transactionalId: 't', producerId, producerEpoch }
  const going = new AbortController()
  const ended: number[] = []
  const producer = async () => {
    for (let i = 0; !going.signal.aborted; i++) {
      await client.ask('AddPartitionsToTxn', 3, {
        v3AndBelowTransactionalId: 't',
        v3AndBelowProducerId: producerId,
        v3AndBelowProducerEpoch: producerEpoch,
        v3AndBelowTopics: [{ name: 'tx', partitions: [0, 1] }],
      })
      for (const partition of [0, 1]) {
        const sent = { producerId, producerEpoch, baseSequence: i, transactional: true, transactionalId: 't' }
        expect((await client.produce('tx', partition, [`${i}`], sent)).errorCode).toBe(0)
      }
      await client.ask('AddOffsetsToTxn', 3, { ...identity, groupId: 'g' })
      const topics = [{ name: 'tx', partitions: [{ partitionIndex: 0, committedOffset: i + 1, committedMetadata: '' }] }]
      await client.ask('TxnOffsetCommit', 3, { ...identity, groupId: 'g', topics })
      for (let code = -1; code !== 0;) ({ errorCode: code } = await client.ask('EndTxn', 3, { ...identity, committed: true }))
      ended.push(i)
    }
  }
  const running = producer()
  for (let round = 0; round < 3; round++) {
    const least = ended.length + 1
    while (ended.length < least) await new Promise(resolve => setTimeout(resolve, 7))
    const before = ended.length
    const to = join(root, `transactions-copy-${round}`)
    await backup(path, to, links)
    const restored = await testBroker({ files, path: to })
    const reader = restored.connect()
    // What was decided is carried out; what was not is taken back, once its time is over.
    await restored.time.pass(120_000)
    const isOver = async () => {
      const both = await Promise.all([0, 1].map(partition => reader.fetch('tx', partition, 0)))
      return both.every(({ lastStableOffset, highWatermark }) => lastStableOffset === highWatermark)
    }
    for (let tries = 0; tries < 200 && !(await isOver()); tries++) await new Promise(resolve => setTimeout(resolve, 10))
    const values = await Promise.all(
      [0, 1].map(async partition => {
        const { abortedTransactions, lastStableOffset, highWatermark } = await reader.fetch('tx', partition, 0, {
          committed: true,
        })
        expect(lastStableOffset).toBe(highWatermark)
        const aborted = abortedTransactions?.map(({ firstOffset }) => firstOffset) ?? []
        const { records } = await reader.fetch('tx', partition, 0, { committed: true })
        return records.filter(({ offset }) => !aborted.some(first => offset >= first)).map(({ value }) => value)
      }),
    )
    expect(values[0]!.length).toBeGreaterThanOrEqual(before)
    expect(values[1]).toEqual(values[0])
    expect(await committed(reader, 'g')).toBe(values[0]!.length)
    reader.close()
    await restored.stop()
  }
  going.abort()
  await running
  client.close()
  await broker.stop()
})

/** A stopped directory with a partition in several segments. */
async function stopped(name: string): Promise<string> {
  const path = join(root, name)
  const broker = await testBroker({ files, path, durability: 'none' })
  const client = broker.connect()
  await client.createTopic('orders', 1, SMALL)
  for (let i = 0; i < 100; i++) await client.produce('orders', 0, [`${i} ${'x'.repeat(100)}`])
  await broker.stop()
  return path
}

const segments = (path: string) =>
  readdirSync(join(path, 'orders-0'))
    .filter(name => name.endsWith('.log'))
    .toSorted()

test('of a stopped broker: closed segments are shared, the last one is not; both go on apart', async () => {
  const path = await stopped('stopped')
  const to = join(root, 'stopped-copy')
  expect(await backup(path, to, links)).toMatchObject({ live: false, partitions: 1 })
  const names = segments(path)
  const inode = (directory: string, name: string) => statSync(join(directory, 'orders-0', name)).ino
  expect(inode(to, names[0]!)).toBe(inode(path, names[0]!))
  expect(inode(to, names.at(-1)!)).not.toBe(inode(path, names.at(-1)!))
  const before = readFileSync(join(path, 'orders-0', names.at(-1)!))
  const restored = await testBroker({ files, path: to })
  expect(restored.broker.directory.clean).toBe(true)
  await restored.connect().produce('orders', 0, ['only here'])
  await restored.stop()
  expect(readFileSync(join(path, 'orders-0', names.at(-1)!))).toEqual(before)
  expect((await verify(path)).partitions[0]!.endOffset).toBe(100)
  expect((await verify(to)).partitions[0]!.endOffset).toBe(101)
})

test('every byte is copied on demand', async () => {
  const path = await stopped('copied')
  const to = join(root, 'copied-copy')
  expect(await backup(path, to, { links: false })).toMatchObject({ linkedBytes: 0 })
  const name = segments(path)[0]!
  expect(statSync(join(to, 'orders-0', name)).ino).not.toBe(statSync(join(path, 'orders-0', name)).ino)
})

test('a damaged directory gives no copy, not even half of one', async () => {
  const path = await stopped('damaged')
  const segment = join(path, 'orders-0', segments(path)[0]!)
  const bytes = readFileSync(segment)
  bytes[200]! ^= 1
  writeFileSync(segment, bytes)
  const to = join(root, 'damaged-copy')
  await expect(backup(path, to, links)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' })
  expect(readdirSync(root).filter(name => name.startsWith('damaged-copy'))).toEqual([])
})

test('what is refused: a target that is there, a directory of Kafka, a second backup at once', async () => {
  const path = await stopped('refused')
  const to = join(root, 'refused-copy')
  mkdirSync(to)
  writeFileSync(join(to, 'mine'), '')
  await expect(backup(path, to, links)).rejects.toMatchObject({ code: 'TARGET_EXISTS' })
  await expect(backup(path, join(path, 'copy-1'), links)).rejects.toMatchObject({ code: 'TARGET_INSIDE' })
  const kafka = join(root, 'kafka')
  mkdirSync(kafka)
  writeFileSync(join(kafka, 'meta.properties'), 'version=1\ncluster.id=x\nnode.id=1\n')
  await expect(backup(kafka, join(root, 'other'), links)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_FOREIGN' })
  const broker = await testBroker({ files, path })
  const first = await askHolder(path, { backup: true })
  expect(first.answer['staged']).toBe(join(path, '.backup'))
  await expect(backup(path, join(root, 'second'), links)).rejects.toMatchObject({ code: 'BACKUP_REFUSED' })
  first.done()
  while (existsSync(join(path, '.backup'))) await new Promise(resolve => setTimeout(resolve, 5))
  await backup(path, join(root, 'third'), links)
  expect((await askHolder(path, { other: 1 })).answer).toEqual({ error: 'it knows no such request' })
  await broker.stop()
})

test('what a backup left that was killed goes with the next start', async () => {
  const path = await stopped('left')
  mkdirSync(join(path, '.backup'))
  linkSync(join(path, 'meta.properties'), join(path, '.backup', 'meta.properties'))
  const broker = await testBroker({ files, path })
  expect(existsSync(join(path, '.backup'))).toBe(false)
  await broker.stop()
})
