/** A compacted topic, from its producers to what is left in its files and what readers are given. */
import { describe, expect, test } from 'vitest'
import { memoryFiles } from '../../../base/memory-files.ts'
import { type TestBroker, batchOf, recordsOf, settled, testBroker } from '../../../testing/broker.ts'
import { batchLines, logText } from '../../../testing/log-text.ts'
import { forEachBatch, lastOffsetAt } from '../../records/batch.ts'
import { markerBatch } from '../../records/control-record.ts'
import { codecs } from '../../records/compression.ts'
import type { PartitionLog } from '../partition-log.ts'

const HOUR_MS = 3_600_000

class Compacted {
  broker: TestBroker
  constructor(broker: TestBroker) {
    this.broker = broker
  }

  static async make(configs: Readonly<Record<string, string>> = {}, properties: Readonly<Record<string, string>> = {}) {
    const broker = await testBroker({ properties })
    const made = new Compacted(broker)
    const configured = {
      'cleanup.policy': 'compact',
      'min.cleanable.dirty.ratio': '0.01',
      'delete.retention.ms': '1000',
      ...configs,
    }
    expect(await broker.connect().createTopic('users', 1, configured)).toBe(0)
    return made
  }

  get log(): PartitionLog {
    return this.broker.broker.topics.named('users')!.partitions[0]!
  }

  /**
   * A batch for each word: `a=1,b=2` of nobody, `7:a=1` of producer 7, `T7:a=1` in its transaction, `C7` and `A7` its markers;
   * `|` starts a new segment. At last one is started.
   */
  async append(words: string, options: { readonly codec?: (typeof codecs)[number] } = {}): Promise<void> {
    const { log } = this
    const now = this.broker.time.clock.nowMs()
    for (const word of words.split(' ')) {
      const [, kind, id, records] = /^(T|C|A)?(?:(\d+):?)?(.*)$/.exec(word)!
      const producerId = Number(id)
      if (word === '|') log.roll()
      else if (kind === 'C' || kind === 'A') {
        const type = kind === 'C' ? 'COMMIT' : 'ABORT'
        expect(log.append(markerBatch({ type, coordinatorEpoch: 0, producerId, producerEpoch: 0, timestamp: now }), 0)).toBe(0)
      } else {
        const baseSequence = (log.producers.get(producerId)?.lastSequence ?? -1) + 1
        const producer = id === undefined ? {} : { producerId, producerEpoch: 0, baseSequence, transactional: kind === 'T' }
        expect(log.append(batchOf(records!.split(','), now, { ...producer, ...options }), 0)).toBe(0)
      }
    }
    log.roll()
    await settled()
  }

  async compact(): Promise<string> {
    await this.broker.broker.cleaner.run()
    return this.text()
  }

  text(): Promise<string> {
    return logText(this.broker.files, this.log.directory)
  }

  /** Offsets and records that a consumer gets, in steps of few bytes, markers left out. */
  async read(): Promise<string> {
    const client = this.broker.connect()
    const found: string[] = []
    for (let offset = this.log.startOffset; offset < this.log.lastStableOffset;) {
      const { responses } = await client.ask('Fetch', 12, {
        isolationLevel: 1,
        topics: [{ topic: 'users', partitions: [{ partition: 0, fetchOffset: offset, partitionMaxBytes: 100 }] }],
      })
      const { records, errorCode } = responses[0]!.partitions[0]!
      expect(errorCode).toBe(0)
      expect(records!.length).toBeGreaterThan(0)
      for (const record of recordsOf(records!))
        if (record.offset >= offset) found.push(`${record.offset} ${record.key}=${record.value}`)
      forEachBatch(records!, at => void (offset = lastOffsetAt(records!, at) + 1))
    }
    client.close()
    return found.join('  ')
  }
}

test('the latest record of each key stays, with its offset; batches keep the offsets they took up', async () => {
  const users = await Compacted.make()
  await users.append('a=1,b=1,a=2 c=1 | b=2 a=3,d=1')
  await users.append('e=1')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    3..3
      3 c=1
    4..4
      4 b=2
    5..6
      5 a=3
      6 d=1
    7..7
      7 e=1"
  `)
  expect(await users.read()).toMatchInlineSnapshot(`"3 c=1  4 b=2  5 a=3  6 d=1  7 e=1"`)
  const again = new Compacted(await users.broker.restart())
  expect(await again.read()).toBe('3 c=1  4 b=2  5 a=3  6 d=1  7 e=1')
  expect(again.log.endOffset).toBe(8)
  await again.broker.stop()
})

test('a tombstone stays for delete.retention.ms behind the round that first saw it', async () => {
  const users = await Compacted.make()
  await users.append('a=1 b=1 a=')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    1..1
      1 b=1
    2..2 horizon
      2 a=NULL"
  `)
  await users.broker.time.pass(999)
  await users.append('c=1')
  expect(await users.compact()).toContain('2 a=NULL')
  await users.broker.time.pass(1)
  await users.append('d=1')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    1..1
      1 b=1
    3..3
      3 c=1
    4..4
      4 d=1"
  `)
  await users.broker.stop()
})

test('what was aborted goes, its marker after it; a marker of committed records stays as long as they do', async () => {
  const users = await Compacted.make()
  await users.append('T7:a=1 T8:b=1 A7 C8 T7:a=2 C7 x=1')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    1..1 of 8 transactional
      1 b=1
    2..2 of 7 transactional ABORT
    3..3 of 8 transactional COMMIT
    4..4 of 7 transactional
      4 a=2
    5..5 of 7 transactional COMMIT
    6..6
      6 x=1"
  `)
  expect(await users.read()).toBe('1 b=1  4 a=2  6 x=1')
  await users.append('T8:b=2 C8 T7:a=3 C7')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    2..2 of 7 transactional horizon ABORT
    3..3 of 8 transactional COMMIT
    5..5 of 7 transactional COMMIT
    6..6
      6 x=1
    7..7 of 8 transactional
      7 b=2
    8..8 of 8 transactional COMMIT
    9..9 of 7 transactional
      9 a=3
    10..10 of 7 transactional COMMIT"
  `)
  await users.broker.time.pass(1000)
  await users.append('y=1')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    3..3 of 8 transactional horizon COMMIT
    5..5 of 7 transactional horizon COMMIT
    6..6
      6 x=1
    7..7 of 8 transactional
      7 b=2
    8..8 of 8 transactional COMMIT
    9..9 of 7 transactional
      9 a=3
    10..10 of 7 transactional COMMIT
    11..11
      11 y=1"
  `)
  expect(await users.read()).toBe('6 x=1  7 b=2  9 a=3  11 y=1')
  await users.broker.stop()
})

test('nothing from an open transaction on is touched', async () => {
  const users = await Compacted.make()
  await users.append('a=1 a=2 | a=3 T7:b=1 | a=4')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    1..1
      1 a=2
    2:
    2..2
      2 a=3
    3..3 of 7 transactional
      3 b=1
    4:
    4..4
      4 a=4"
  `)
  await users.append('C7')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    3..3 of 7 transactional
      3 b=1
    4..4
      4 a=4
    5..5 of 7 transactional COMMIT"
  `)
  await users.broker.stop()
})

test('the last batch of a producer that is still known stays, without its records', async () => {
  const users = await Compacted.make(
    {},
    { 'producer.id.expiration.ms': '60000', 'producer.id.expiration.check.interval.ms': '1000' },
  )
  await users.append('7:a=1 7:a=2 8:a=3 a=4')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    1..1 of 7 empty
    2..2 of 8 empty
    3..3
      3 a=4"
  `)
  await users.broker.time.pass(62_000)
  await users.append('a=5')
  expect(await users.compact()).toMatchInlineSnapshot(`
    "0:
    4..4
      4 a=5"
  `)
  await users.broker.stop()
})

describe.each(codecs)('batches of %s', codec => {
  test('are packed again as they were', async () => {
    const users = await Compacted.make()
    await users.append('a=1,b=1 a=2,c=1', { codec })
    await users.append('z=1')
    const packed = codec === 'none' ? '' : ` ${codec}`
    expect(await users.compact()).toBe(`0:\n0..1${packed}\n  1 b=1\n2..3${packed}\n  2 a=2\n  3 c=1\n4..4\n  4 z=1`)
    await users.broker.stop()
  })
})

test('small segments grow together, up to segment.bytes', async () => {
  const users = await Compacted.make({ 'segment.bytes': '1048576' })
  await users.append('a=1 | b=1 | c=1 | a=2')
  expect(await users.compact()).toBe('0:\n1..1\n  1 b=1\n2..2\n  2 c=1\n3..3\n  3 a=2')
  const small = await Compacted.make({ 'segment.bytes': '1024' })
  const long = 'x'.repeat(300)
  await small.append(`a=${long} a=${long} | b=${long} | c=1 | a=2 | d=1`)
  expect((await small.compact()).replaceAll(/x+/g, 'x')).toMatchInlineSnapshot(`
    "0:
    2:
    2..2
      2 b=x
    3..3
      3 c=1
    4..4
      4 a=2
    5..5
      5 d=1"
  `)
  await users.broker.stop()
  await small.broker.stop()
})

test('a map that is too small for all keys makes several rounds of it', async () => {
  const users = await Compacted.make({}, { 'log.cleaner.dedupe.buffer.size': String(24 * 4) })
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`)
  await users.append(`${keys.map(key => `${key}=1`).join(' ')} ${keys.map(key => `${key}=2`).join(' ')}`)
  await users.compact()
  expect(await users.read()).toBe(keys.map((key, i) => `${20 + i} ${key}=2`).join('  '))
  expect(users.broker.broker.cleaner.rounds).toBeGreaterThan(5)
  await users.broker.stop()
})

test('min.compaction.lag.ms, max.compaction.lag.ms and min.cleanable.dirty.ratio say when', async () => {
  const lagging = await Compacted.make({ 'min.compaction.lag.ms': '1000' })
  await lagging.append('a=1 a=2')
  await lagging.compact()
  expect(lagging.broker.broker.cleaner.rounds).toBe(0)
  await lagging.broker.time.pass(1001)
  await lagging.compact()
  expect(await lagging.read()).toBe('1 a=2')
  await lagging.broker.stop()

  const lazy = await Compacted.make({ 'min.cleanable.dirty.ratio': '0.9', 'max.compaction.lag.ms': String(HOUR_MS) })
  await lazy.append('a=1 a=2')
  await lazy.compact()
  await lazy.append('a=3')
  await lazy.compact()
  expect(await lazy.read()).toBe('1 a=2  2 a=3')
  await lazy.broker.time.pass(HOUR_MS + 1)
  await lazy.compact()
  expect(await lazy.read()).toBe('2 a=3')
  await lazy.broker.stop()
})

test('compact,delete does both', async () => {
  const users = await Compacted.make(
    { 'cleanup.policy': 'compact,delete', 'retention.ms': String(HOUR_MS), 'segment.bytes': '1024' },
    { 'log.retention.check.interval.ms': '60000' },
  )
  const long = 'x'.repeat(1000)
  await users.append(`a=1 b=${long} | a=${long}`)
  await users.broker.time.pass(HOUR_MS / 2)
  await users.append('c=1 c=2 b=1')
  await users.compact()
  expect(await users.read()).toBe(`2 a=${long}  4 c=2  5 b=1`)
  expect(users.log.startOffset).toBe(0)
  await users.broker.time.pass(HOUR_MS / 2 + 120_000)
  expect(await users.read()).toBe('4 c=2  5 b=1')
  expect(users.log.startOffset).toBe(3)
  await users.append('c=3')
  await users.compact()
  expect(await users.read()).toBe('5 b=1  6 c=3')
  const again = new Compacted(await users.broker.restart())
  expect(await again.read()).toBe('5 b=1  6 c=3')
  await again.broker.stop()
})

test('it looks by itself, every log.cleaner.backoff.ms', async () => {
  const users = await Compacted.make()
  await users.append('a=1 a=2')
  await users.broker.time.pass(15_000)
  expect(await users.read()).toBe('1 a=2')
  await users.broker.stop()
})

test('who reads a segment that is replaced reads it to its end', async () => {
  const users = await Compacted.make({ 'file.delete.delay.ms': '1000' })
  const aside = async () => (await users.broker.files.list(users.log.directory)).filter(name => name.endsWith('.deleted')).length
  await users.append('T7:a=1 | T7:a=2 | A7 | a=3')
  const range = (await users.log.read(0, 1 << 20, true, true))!
  range.segment.file.pin()
  await users.compact()
  expect(users.log.segments[0]).not.toBe(range.segment)
  expect(await users.log.abortedIn(range, 0)).toMatchObject([{ producerId: 7, firstOffset: 0, lastOffset: 2 }])
  // What replaced it is replaced, too, and its file goes; the reader has its own.
  await users.append('a=4')
  await users.compact()
  await users.broker.time.pass(1000)
  expect(await aside()).toBe(1)
  range.segment.file.close()
  const bytes = new Uint8Array(range.bytes)
  expect(await (await range.segment.file.get()).read(bytes, range.position)).toBe(range.bytes)
  expect(batchLines(bytes)).toEqual(['0..0 of 7 transactional', '  0 a=1'])
  range.segment.file.unpin()
  await users.broker.time.pass(1000)
  expect(await aside()).toBe(0)
  await users.broker.stop()
})

test('a damaged segment is left alone, and said so once', async () => {
  const errors: string[] = []
  const files = memoryFiles()
  const users = new Compacted(
    await testBroker({
      files,
      log: (level, event, fields) => void (level === 'error' && errors.push(`${event} ${fields['partition']}`)),
    }),
  )
  await users.broker.connect().createTopic('users', 1, { 'cleanup.policy': 'compact' })
  await users.append('a=1 a=2')
  const file = await files.open(`${users.log.directory}/00000000000000000000.log`, 'write')
  await file.write([new Uint8Array([255])], 65)
  const before = await files.read(file.path)
  await users.broker.broker.cleaner.run()
  await users.broker.broker.cleaner.run()
  expect(errors).toEqual(['compaction failed: the partition is not compacted any more until the next start users-0'])
  expect(users.broker.broker.cleaner.uncleanable.size).toBe(1)
  expect(await files.read(file.path)).toEqual(before)
  await users.broker.stop()
})

test('records without a key are refused', async () => {
  const users = await Compacted.make()
  const client = users.broker.connect()
  for (const codec of ['none', 'zstd'] as const) {
    expect(await client.produce('users', 0, ['a=1', 'no key'], { codec })).toMatchObject({
      errorCode: 87,
      recordErrors: [{ batchIndex: 1 }],
    })
  }
  expect(await client.produce('users', 0, ['a=1'])).toMatchObject({ errorCode: 0, baseOffset: 0 })
  await users.broker.stop()
})
