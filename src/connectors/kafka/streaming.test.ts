/** Topics that grow while they are read: positions, event time of each partition, partitions that come later. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { committedOffsets } from '../../kafka/client/index.ts'
import { KafkaTopics } from '../../testing/kafka-tables.ts'
import { Folder, until } from '../../testing/script.ts'

let topics: KafkaTopics
beforeEach(async () => {
  topics = await KafkaTopics.create({ orders: 2 })
})
afterEach(() => topics[Symbol.asyncDispose]())

const live = { 'format': 'json', 'scan.bounded.mode': 'unbounded' }

test('rows come as they are written', async () => {
  await topics.write('orders', 0, ['{"n":1}'])
  const seen: string[] = []
  await topics.run(`${topics.table('orders', 'n INT', live)}; SELECT n FROM orders`, {
    mode: 'streaming',
    onRow(row) {
      seen.push(row)
      if (seen.length < 4) void topics.write('orders', seen.length % 2, [`{"n":${seen.length + 1}}`])
      return seen.length < 4
    },
  })
  expect(seen).toEqual(['+I 1', '+I 2', '+I 3', '+I 4'])
})

test('what was there at the start is told once per chunk, then each row by itself', async () => {
  await topics.write('orders', 0, ['{"n":1}', '{"n":2}'])
  await topics.write('orders', 1, ['{"n":3}'])
  const seen: string[] = []
  await topics.run(`${topics.table('orders', 'n INT', live)}; SELECT SUM(n) FROM orders`, {
    mode: 'streaming',
    onRow(row) {
      seen.push(row)
      if (seen.length === 1) void topics.write('orders', 0, ['{"n":4}', '{"n":5}'])
      return seen.length < 5
    },
  })
  expect(seen).toEqual(['+I 6', '-U 6', '+U 10', '-U 10', '+U 15'])
})

test('a restored job reads exactly what is missing', async () => {
  await using folder = await Folder.create()
  const config = { 'execution.checkpointing.dir': `${folder.path}/checkpoints`, 'execution.checkpointing.interval': '1 ms' }
  const sql = `${topics.table('orders', 'n INT', live)}; ${folder.table('copied', 'n INT', 'csv')}; INSERT INTO copied SELECT n FROM orders`
  for (let run = 0; run < 4; run++) {
    const restored = run === 0 ? {} : { 'execution.state-recovery.path': `${folder.path}/checkpoints` }
    for (const partition of [0, 1]) {
      const values = Array.from({ length: 50 }, (_, i) => `{"n":${run * 100 + partition * 50 + i}}`)
      for (let at = 0; at < 50; at += 10) await topics.write('orders', partition, values.slice(at, at + 10), { codec: 'lz4' })
    }
    await topics.run(sql, {
      mode: 'streaming',
      config: { ...config, ...restored },
      onJob(job) {
        void until('its rows', () => job.progress()!.rowsIn >= (run === 2 ? 1 : 100)).then(() => job.stop())
      },
    })
  }
  const written = (await folder.lines('copied')).map(Number).toSorted((a, b) => a - b)
  expect(written).toEqual(Array.from({ length: 400 }, (_, i) => i))
})

test('where `latest` was is kept, also where no record came before the checkpoint', async () => {
  await using folder = await Folder.create()
  await topics.write('orders', 0, ['{"n":1}'])
  const config = { 'execution.checkpointing.dir': `${folder.path}/checkpoints` }
  const orders = topics.table('orders', 'n INT', { ...live, 'scan.startup.mode': 'latest-offset' })
  const sql = `${orders}; ${folder.table('copied', 'n INT', 'csv')}; INSERT INTO copied SELECT n FROM orders`
  await topics.run(sql, { mode: 'streaming', config, onJob: job => void job.stop() })
  await topics.write('orders', 0, ['{"n":2}'])
  await topics.write('orders', 1, ['{"n":3}'])
  await topics.run(sql, {
    mode: 'streaming',
    config: { ...config, 'execution.state-recovery.path': `${folder.path}/checkpoints` },
    onJob: job => void until('its rows', () => job.progress()!.rowsIn >= 2).then(() => job.stop()),
  })
  expect((await folder.lines('copied')).toSorted()).toEqual(['2', '3'])
})

test('a checkpoint commits the offsets of the group, from where another query goes on', async () => {
  await using folder = await Folder.create()
  const config = { 'execution.checkpointing.dir': `${folder.path}/checkpoints` }
  const grouped = { 'format': 'json', 'properties.group.id': 'billing' }
  await topics.write('orders', 0, ['{"n":1}', '{"n":2}'])
  await topics.write('orders', 1, ['{"n":3}'])
  const sink = folder.table('copied', 'n INT', 'csv')
  await topics.run(`${topics.table('orders', 'n INT', grouped)}; ${sink}; INSERT INTO copied SELECT n FROM orders`, {
    mode: 'streaming',
    config,
  })
  const client = topics.client()
  const committed = await committedOffsets(client, 'billing', null)
  client.close()
  expect([...committed.values()].map(o => `${o.topic}-${o.partition}@${o.offset}`).toSorted()).toEqual([
    'orders-0@2',
    'orders-1@1',
  ])
  await topics.write('orders', 1, ['{"n":4}'])
  const rest = topics.table('orders', 'n INT', { ...grouped, 'scan.startup.mode': 'group-offsets' })
  expect(await topics.rows(`${rest}; SELECT n FROM orders`)).toEqual(['+I 4'])
  const before = topics.table('orders', 'n INT', { ...grouped, 'scan.bounded.mode': 'group-offsets' })
  expect((await topics.rows(`${before}; SELECT n FROM orders`)).toSorted()).toEqual(['+I 1', '+I 2', '+I 3'])
})

const withTime = { ...live, 'format': 'csv' }
const columns = 's STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts'
const counted = `SELECT s, window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY s, window_start, window_end`

/** One partition far ahead of the other makes no row of the other late. */
test('each partition has event time of its own', async () => {
  const hour = (h: number, minute = '00') => `2024-01-01 ${String(h).padStart(2, '0')}:${minute}:00`
  await topics.write('orders', 0, [`a,${hour(1)}`, `a,${hour(5)}`, `a,${hour(9)}`])
  await topics.write('orders', 1, [`a,${hour(1, '30')}`, `a,${hour(2)}`])
  const seen: string[] = []
  const { progress } = await topics.run(`${topics.table('orders', columns, withTime)}; ${counted}`, {
    mode: 'streaming',
    onRow(row) {
      seen.push(row)
      if (seen.length === 1) void topics.write('orders', 1, [`a,${hour(7)}`])
      return seen.length < 3
    },
  })
  expect(seen).toEqual([
    "+I a '2024-01-01 02:00:00.000' 2",
    "+I a '2024-01-01 03:00:00.000' 1",
    "+I a '2024-01-01 06:00:00.000' 1",
  ])
  expect(progress!.lateRows).toBe(0)
})

test('a partition without rows holds windows open until it is idle', async () => {
  await topics.write('orders', 0, ['a,2024-01-01 01:00:00'])
  const table = topics.table('orders', columns, { ...withTime, 'scan.watermark.idle-timeout': '200 ms' })
  const seen: string[] = []
  const written = topics.run(`${table}; ${counted}`, { mode: 'streaming', onRow: row => seen.push(row) < 1 })
  // The other one is alive.
  await until('a window', async () => {
    await topics.write('orders', 0, ['a,2024-01-01 05:00:00'])
    return seen.length > 0
  })
  await written
  expect(seen).toEqual(["+I a '2024-01-01 02:00:00.000' 1"])
})

test('a bounded partition that has ended holds nothing back', async () => {
  await topics.write('orders', 0, ['a,2024-01-01 01:00:00', 'a,2024-01-01 05:00:00'])
  const table = topics.table('orders', columns, { ...withTime, 'scan.bounded.mode': 'latest-offset' })
  expect(await topics.rows(`${table}; ${counted}`, { mode: 'streaming' })).toEqual([
    "+I a '2024-01-01 02:00:00.000' 1",
    "+I a '2024-01-01 06:00:00.000' 1",
  ])
})

test('topics that come later are found', async () => {
  const table = topics.table('orders', 'n INT', {
    ...live,
    'topic-pattern': 'orders.*',
    'scan.topic-partition-discovery.interval': '50 ms',
  })
  await topics.write('orders', 0, ['{"n":1}'])
  const seen: string[] = []
  await topics.run(`${table}; SELECT n FROM orders`, {
    mode: 'streaming',
    onRow(row) {
      seen.push(row)
      if (seen.length === 1) void topics.writer.createTopic('orders-2').then(() => topics.write('orders-2', 0, ['{"n":2}']))
      return seen.length < 2
    },
  })
  expect(seen).toEqual(['+I 1', '+I 2'])
})
