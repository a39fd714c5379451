/** What a start believes of a directory after a crash, and what it makes anew. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SimulatedDisk } from '../../testing/simulated-disk.ts'
import { type TestBroker, batchOf, settled, testBroker } from '../../testing/broker.ts'
import type { PartitionLog } from './partition-log.ts'
import { decodeProducers } from './producer-snapshot.ts'
import { ProducerStates } from './producer-states.ts'

const NOW = 1_700_000_000_000
const PARTITION = '/data/orders-0'

const logOf = ({ broker }: TestBroker): PartitionLog => broker.topics.named('orders')!.partitions[0]!

/** A log of 40 batches of one record on a disk whose power failed right behind a checkpoint. */
async function crashedAtCheckpoint(): Promise<{ disk: SimulatedDisk; entries: number }> {
  const disk = new SimulatedDisk(1)
  const before = await testBroker({ files: disk.mount(), properties: { 'log.index.interval.bytes': '100' } })
  await before.connect().createTopic('orders', 1)
  const log = logOf(before)
  for (let i = 0; i < 40; i++)
    log.append(batchOf([`record ${i}`], NOW + i, { producerId: 7, producerEpoch: 0, baseSequence: i }), 0)
  await settled()
  await before.broker.directory.checkpoint()
  const entries = log.segments[0]!.index!.count
  // The system has written everything by itself; none of it was asked to be durable.
  for (const name of await disk.list(PARTITION)) await disk.sync([await disk.open(join(PARTITION, name), 'read')])
  await disk.syncDirectory(PARTITION)
  disk.crash()
  return { disk, entries }
}

async function found(disk: SimulatedDisk): Promise<string> {
  const after = await testBroker({ files: disk.mount(), properties: { 'log.index.interval.bytes': '100' } })
  const log = logOf(after)
  const at: number[] = []
  for (let offset = 0; offset < log.endOffset; offset += 13) {
    const { records } = await after.connect().fetch('orders', 0, offset, { maxBytes: 1 })
    at.push(records[0]!.offset)
  }
  const index = await log.segments[0]!.offsets()
  const times = await log.segments[0]!.times()
  const last = log.producers.get(7)?.lastSequence
  const latest = log.segments[0]!.maxTimestamp - NOW
  const entries = `${index.count} entries, ${times.count} by time`
  await after.stop()
  return `end ${log.endOffset}, read at ${at}; ${entries}, to ${latest} ms; producer 7 at ${last}`
}

const whole = (entries: number, times = entries) =>
  `end 40, read at 0,13,26,39; ${entries} entries, ${times} by time, to 39 ms; producer 7 at 39`

const spoiled: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  'are zeros': bytes => new Uint8Array(bytes.length),
  'are cut off': bytes => bytes.subarray(0, 24),
  'are not there': () => new Uint8Array(),
  'have a changed byte': bytes => bytes.map((byte, at) => (at === 30 ? byte ^ 1 : byte)),
  'have more than was known': bytes => new Uint8Array([...bytes, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 9]),
  'are whole': bytes => bytes,
}
for (const [how, spoil] of Object.entries(spoiled)) {
  test(`indexes that ${how} after a power failure`, async () => {
    const { disk, entries } = await crashedAtCheckpoint()
    expect(entries).toBeGreaterThan(10)
    for (const kind of ['index', 'timeindex']) {
      const path = join(PARTITION, `${'0'.repeat(20)}.${kind}`)
      await disk.writeDurably(path, spoil(await disk.read(path)))
    }
    expect(await found(disk)).toBe(whole(entries))
    // A stop adds the greatest timestamp of all.
    expect(await found(disk)).toBe(whole(entries, entries + 1))
  })

  test(`a snapshot of producers: bytes that ${how}`, async () => {
    const { disk, entries } = await crashedAtCheckpoint()
    const path = join(PARTITION, `${'40'.padStart(20, '0')}.snapshot`)
    await disk.writeDurably(path, spoil(await disk.read(path)))
    expect(await found(disk)).toBe(whole(entries))
  })
}

test('a start after a crash looks at nothing before the recovery point', async () => {
  const { disk } = await crashedAtCheckpoint()
  const seen: unknown[] = []
  const after = await testBroker({
    files: disk.mount(),
    log: (_, event, fields) => void (event === 'recovered' && seen.push(fields)),
  })
  expect(seen).toEqual([{ partitions: 1, checkedBytes: 0, lostBytes: 0 }])
  await after.stop()
})

test('a damaged batch below the recovery point is an error, not a shorter log', async () => {
  const { disk } = await crashedAtCheckpoint()
  const path = join(PARTITION, `${'0'.repeat(20)}.log`)
  const bytes = await disk.read(path)
  bytes[bytes.length - 1]! ^= 1
  await disk.writeDurably(path, bytes)
  // Its indexes are gone as well, so that it is read again.
  await disk.writeDurably(join(PARTITION, `${'0'.repeat(20)}.index`), new Uint8Array())
  await expect(testBroker({ files: disk.mount() })).rejects.toThrow('is damaged at byte')
})

test('snapshots that a power failure spoiled are made anew where a segment begins', async () => {
  const properties = { 'log.segment.bytes': '1024' }
  const disk = new SimulatedDisk(1)
  const before = await testBroker({ files: disk.mount(), properties })
  await before.connect().createTopic('orders', 1)
  const append = (from: number, to: number) => {
    for (let i = from; i < to; i++)
      logOf(before).append(batchOf([`record ${i}`], NOW, { producerId: 7, producerEpoch: 0, baseSequence: i }), 0)
    return settled()
  }
  await append(0, 40)
  await before.broker.directory.checkpoint()
  await append(40, 80)
  const bases = logOf(before).segments.map(({ baseOffset }) => baseOffset)
  disk.crash()
  const snapshot = (base: number) => join(PARTITION, `${String(base).padStart(20, '0')}.snapshot`)
  const later = bases.filter(base => base > 40)
  expect(later.length).toBeGreaterThan(2)
  for (const base of later) await disk.writeDurably(snapshot(base), new Uint8Array(50))
  const after = await testBroker({ files: disk.mount(), properties })
  for (const base of later) {
    const producers = new ProducerStates()
    expect(decodeProducers(await disk.read(snapshot(base)), producers)).toBe(true)
    expect(producers.get(7)?.lastSequence).toBe(base - 1)
  }
  await after.stop()
})

test('an entry of the batch journal whose batches a power failure took is passed over', async () => {
  const { broker, connect, stop } = await testBroker()
  await connect().createTopic('orders', 1)
  const log = broker.topics.named('orders')!.partitions[0]!
  const batch = batchOf(['tea'], NOW)
  expect(log.restore(new Uint8Array(batch.length))).toBe(0)
  expect(log.restore(batch.subarray(0, 70))).toBe(0)
  expect(log.restore(batch.map((byte, at) => (at === 68 ? byte ^ 1 : byte)))).toBe(0)
  expect(log.restore(batch)).toBe(batch.length)
  expect(log.restore(batch)).toBe(0)
  await stop()
})

test('what a failed sync covered is durable once it was acknowledged after the next start, also when that had the page cache', async () => {
  const disk = new SimulatedDisk(1)
  const mine = { producerId: 7, producerEpoch: 0, baseSequence: 0 }
  const first = await testBroker({ files: disk.mount(), log: () => {} })
  await first.connect().createTopic('orders', 1)
  disk.options.failingSyncs = 1
  expect((await first.connect().produce('orders', 0, ['tea'], mine)).errorCode).toBe(56)
  await first.stop()
  disk.options.failingSyncs = 0
  // No power was lost: the record is still to be read, and the producer that sends it again is told that it was there already.
  const second = await testBroker({ files: disk.mount(), log: () => {} })
  expect((await second.connect().produce('orders', 0, ['tea'], mine)).errorCode).toBe(0)
  disk.crash()
  const third = await testBroker({ files: disk.mount() })
  expect((await third.connect().fetch('orders', 0, 0)).records.map(record => record.value)).toEqual(['tea'])
  await third.stop()
})
