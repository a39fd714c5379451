import { Duplex } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BufferPool } from '../../data/pool.ts'
import type { Dial } from '../../kafka/client/stream.ts'
import { dialTo } from '../../testing/kafka-client.ts'
import { KafkaTopics } from '../../testing/kafka-tables.ts'
import { codecs } from '../../kafka/records/compression.ts'
import { BatchBuilder } from '../../kafka/records/batch-builder.ts'

let topics: KafkaTopics
beforeEach(async () => {
  topics = await KafkaTopics.create({ orders: 2 })
})
afterEach(() => topics[Symbol.asyncDispose]())

const raw = { format: 'raw' }

function emptyMessage(): Uint8Array {
  const builder = new BatchBuilder()
  builder.append(1_700_000_000_000, null, new Uint8Array())
  return builder.finish()
}
const json = { format: 'json' }

describe('formats', () => {
  test.each(codecs)('JSON in batches of %s', async codec => {
    await topics.write('orders', 0, ['{"n":1,"s":"a"}', '{"s":"b\\u0062","n":2}'], { codec })
    await topics.write('orders', 1, ['{"n":3}'], { codec })
    const rows = await topics.rows(`${topics.table('orders', 'n INT, s STRING', json)}; SELECT * FROM orders`)
    expect(rows.toSorted()).toEqual(['+I 1 a', '+I 2 bb', '+I 3 NULL'])
  })

  test('CSV and raw', async () => {
    await topics.write('orders', 0, ['1,"a,b"', '2,c'])
    expect(await topics.rows(`${topics.table('orders', 'n INT, s STRING', { format: 'csv' })}; SELECT * FROM orders`)).toEqual([
      "+I 1 'a,b'",
      '+I 2 c',
    ])
    expect(await topics.rows(`${topics.table('orders', 'line STRING', raw)}; SELECT * FROM orders`)).toEqual([
      `+I '1,"a,b"'`,
      `+I '2,c'`,
    ])
  })

  test('a record that is no JSON fails with its place, or is skipped and counted', async () => {
    await topics.write('orders', 1, ['k1={"n":1}', 'k2={"n":', 'k3={"n":"x"}', 'k4={"n":4}'])
    const table = (options = {}) => topics.table('orders', "n INT, o BIGINT METADATA FROM 'offset'", { ...json, ...options })
    expect(await topics.failure(`${table()}; SELECT * FROM orders`)).toMatch(/^JSON_BAD_RECORD: orders-1@1: /)
    const { rows, progress } = await topics.run(`${table({ 'json.ignore-parse-errors': 'true' })}; SELECT * FROM orders`)
    expect(rows).toEqual(['+I 1 0', '+I NULL 2', '+I 4 3'])
    expect(progress).toMatchObject({ skippedRecords: 1, nulledFields: 1 })
  })

  test.each(['json', 'csv'])('an empty message is no record of %s', async format => {
    await topics.write('orders', 0, ['k='], {})
    await topics.writer.ask('Produce', 11, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 'orders', partitionData: [{ index: 1, records: emptyMessage() }] }],
    })
    const table = topics.table('orders', 'n INT, s STRING', { format })
    expect(await topics.failure(`${table}; SELECT * FROM orders`)).toMatch(/^(JSON|CSV)_BAD_RECORD: orders-1@0: the \w+ is empty/)
    const { rows, progress } = await topics.run(
      `${topics.table('orders', 'n INT, s STRING', { format, [`${format}.ignore-parse-errors`]: 'true' })}; SELECT * FROM orders`,
    )
    expect([rows.length, progress!.skippedRecords]).toEqual([0, 1])
  })

  test('bytes between messages are nobody’s business: keys that are no UTF-8, headers', async () => {
    const builder = new BatchBuilder()
    const utf8 = (text: string) => new TextEncoder().encode(text)
    for (let n = 0; n < 200; n++)
      builder.append(1_700_000_000_000 + n, Uint8Array.of(255, 254, n), utf8(`{"n":${n},"s":"${'ä'.repeat(n % 50)}"}`), [
        { key: 'h', value: Uint8Array.of(200) },
      ])
    const batch = builder.finish()
    await topics.writer.ask('Produce', 11, {
      acks: -1,
      timeoutMs: 1000,
      topicData: [{ name: 'orders', partitionData: [{ index: 0, records: batch }] }],
    })
    const rows = await topics.rows(`${topics.table('orders', 'n INT, s STRING', json)}; SELECT n, CHAR_LENGTH(s) FROM orders`)
    expect(rows).toEqual(Array.from({ length: 200 }, (_, n) => `+I ${n} ${n % 50}`))
  })

  test('only fields that are asked for are read, also within rows', async () => {
    await topics.write('orders', 0, ['{"r":{"a":1,"b":"x"},"broken":"not an INT"}'])
    const table = topics.table('orders', 'r ROW<a INT, b STRING>, broken INT', json)
    expect(await topics.rows(`${table}; SELECT r.b FROM orders`)).toEqual(['+I x'])
  })
})

describe('keys', () => {
  const keyed = {
    'key.format': 'raw',
    'key.fields': 'k_id',
    'key.fields-prefix': 'k_',
    'value.format': 'json',
    'value.fields-include': 'EXCEPT_KEY',
  }

  test('in columns of their own', async () => {
    await topics.write('orders', 0, ['a={"n":1}', 'b={"n":2}'])
    expect(await topics.rows(`${topics.table('orders', 'n INT, k_id STRING', keyed)}; SELECT * FROM orders`)).toEqual([
      '+I 1 a',
      '+I 2 b',
    ])
    expect(await topics.rows(`${topics.table('orders', 'n INT, k_id STRING', keyed, 't')}; SELECT k_id FROM t`)).toEqual([
      '+I a',
      '+I b',
    ])
  })

  test('that key and value both have are read from the value', async () => {
    await topics.write('orders', 0, ['{"id":7}={"id":1,"n":1}'])
    const both = { 'key.format': 'json', 'key.fields': 'id', 'value.format': 'json' }
    expect(await topics.rows(`${topics.table('orders', 'id INT, n INT', both)}; SELECT * FROM orders`)).toEqual(['+I 1 1'])
  })

  test('that are missing are NULL to the format raw, and no row to JSON', async () => {
    await topics.write('orders', 0, ['{"n":1}', 'a={"n":2}'])
    expect(await topics.rows(`${topics.table('orders', 'n INT, k_id STRING', keyed)}; SELECT * FROM orders`)).toEqual([
      '+I 1 NULL',
      '+I 2 a',
    ])
    await topics.write('orders', 1, ['{"n":1}', '{"id":5}={"n":2}'])
    const inJson = { ...keyed, 'key.format': 'json' }
    const table = topics.table(
      'orders',
      'n INT, k_id INT',
      {
        ...inJson,
        'scan.startup.mode': 'specific-offsets',
        'scan.startup.specific-offsets': 'partition:0,offset:2;partition:1,offset:0',
      },
      't',
    )
    expect(await topics.rows(`${table}; SELECT * FROM t`)).toEqual(['+I 2 5'])
  })

  test('stay with their values when records are skipped', async () => {
    await topics.write('orders', 0, ['{"id":1}={"n":1}', '{"id":=x', '{"id":3}={"n":', '{"id":4}={"n":4}'])
    const table = topics.table(
      'orders',
      "n INT, k_id INT, o BIGINT METADATA FROM 'offset', h MAP<STRING, BYTES> METADATA FROM 'headers'",
      {
        ...keyed,
        'key.format': 'json',
        'key.json.ignore-parse-errors': 'true',
        'value.json.ignore-parse-errors': 'true',
      },
    )
    expect(await topics.rows(`${table}; SELECT n, k_id, o, CARDINALITY(h) FROM orders`)).toEqual(['+I 1 1 0 0', '+I 4 4 3 0'])
  })
})

describe('tombstones', () => {
  test('are no rows to JSON and CSV', async () => {
    await topics.write('orders', 0, ['a={"n":1}', 'a=', 'b={"n":2}'])
    expect(await topics.rows(`${topics.table('orders', 'n INT', json)}; SELECT * FROM orders`)).toEqual(['+I 1', '+I 2'])
  })

  test('are NULL to the format raw', async () => {
    await topics.write('orders', 0, ['a=x', 'a='])
    expect(await topics.rows(`${topics.table('orders', 'v STRING', raw)}; SELECT * FROM orders`)).toEqual(['+I x', '+I NULL'])
    expect(await topics.failure(`${topics.table('orders', 'v STRING NOT NULL', raw, 't')}; SELECT * FROM t`)).toMatch(
      /^RAW_BAD_RECORD: orders-0@1: is nothing/,
    )
  })
})

test('metadata columns', async () => {
  await topics.write('orders', 1, ['a', 'b'], { timestamp: Date.UTC(2024, 0, 2, 3, 4, 5, 678) })
  const columns = `v STRING, t STRING METADATA FROM 'topic', p INT METADATA FROM 'partition', o BIGINT METADATA FROM 'offset',
    e INT METADATA FROM 'leader-epoch', ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', tt STRING METADATA FROM 'timestamp-type',
    h MAP<STRING, BYTES> METADATA FROM 'headers'`
  expect(await topics.rows(`${topics.table('orders', columns, raw)}; SELECT * FROM orders`)).toEqual([
    `+I a orders 1 0 0 '2024-01-02 03:04:05.678Z' CreateTime {}`,
    `+I b orders 1 1 0 '2024-01-02 03:04:05.678Z' CreateTime {}`,
  ])
  // Of another type than Kafka's, they are cast.
  expect(
    await topics.rows(`${topics.table('orders', "v STRING, p STRING METADATA FROM 'partition'", raw, 't')}; SELECT * FROM t`),
  ).toEqual(['+I a 1', '+I b 1'])
})

describe('where reading begins and ends', () => {
  const from = (options: Record<string, string>) =>
    topics
      .rows(`${topics.table('orders', 'v STRING', { ...raw, ...options })}; SELECT * FROM orders`)
      .then(rows => rows.toSorted())

  beforeEach(async () => {
    for (const [i, value] of ['a', 'b', 'c', 'd'].entries())
      await topics.write('orders', 0, [value], { timestamp: 1_700_000_000_000 + i * 1000 })
    await topics.write('orders', 1, ['x', 'y'], { timestamp: 1_700_000_000_000 })
  })

  test.each([
    [{ 'scan.startup.mode': 'earliest-offset' }, ['+I a', '+I b', '+I c', '+I d', '+I x', '+I y']],
    [{ 'scan.startup.mode': 'latest-offset' }, []],
    [{ 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '1700000002000' }, ['+I c', '+I d']],
    [
      { 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'partition:0,offset:3' },
      ['+I d', '+I x', '+I y'],
    ],
    [{ 'scan.bounded.mode': 'timestamp', 'scan.bounded.timestamp-millis': '1700000001000' }, ['+I a', '+I x', '+I y']],
    [{ 'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0,offset:2' }, ['+I a', '+I b']],
  ] as [Record<string, string>, string[]][])('%j', async (options, rows) => expect(await from(options)).toEqual(rows))

  test('a group that has committed nothing says so', async () => {
    const options = { ...raw, 'scan.startup.mode': 'group-offsets' }
    expect(await topics.failure(`${topics.table('orders', 'v STRING', options)}; SELECT * FROM orders`)).toMatch(
      /^KAFKA_NO_OFFSET: 'scan.startup.mode' is group-offsets, and 'properties.group.id' says of no group/,
    )
    expect(await from({ 'scan.startup.mode': 'group-offsets', 'properties.auto.offset.reset': 'latest' })).toEqual([])
  })

  test('several topics, by name and by pattern', async () => {
    await topics.writer.createTopic('orders-eu', 1)
    await topics.write('orders-eu', 0, ['eu'])
    const table = (options: Record<string, string>) =>
      topics.table('orders', "v STRING, t STRING METADATA FROM 'topic'", { ...raw, ...options })
    const count = 'SELECT t, COUNT(*) FROM orders GROUP BY t'
    expect((await topics.rows(`${table({ topic: 'orders;orders-eu' })}; ${count}`)).toSorted()).toEqual([
      '+I orders 6',
      '+I orders-eu 1',
    ])
    expect((await topics.rows(`${table({ 'topic-pattern': 'orders-.*' })}; ${count}`)).toSorted()).toEqual(['+I orders-eu 1'])
  })
})

test.each([
  [{ 'topic': 'nowhere' }, /^KAFKA_TOPIC_UNKNOWN: there is no topic nowhere/],
  [{ 'topic': '' }, /^OPTION_MISSING: either 'topic' or 'topic-pattern'/],
  [{ 'topic-pattern': 'x', 'topic': 'y' }, /^OPTION_VALUE: 'topic' and 'topic-pattern' are not set together/],
  [{ 'topic-pattern': '(' }, /^OPTION_VALUE: 'topic-pattern' is a regular expression/],
  [
    { 'scan.startup.mode': 'timestamp' },
    /^OPTION_MISSING: 'scan.startup.mode' is timestamp, and 'scan.startup.timestamp-millis' is missing/,
  ],
  [
    { 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': '0:1' },
    /^OPTION_VALUE: 'scan.startup.specific-offsets' is written/,
  ],
  [{ 'scan.startup.mode': 'newest' }, /^OPTION_VALUE: .* one of earliest-offset/],
  [{ 'scan.bounded.mode': 'group-offsets' }, /^OPTION_VALUE: 'scan.bounded.mode' is group-offsets, and 'properties.group.id'/],
  [{ 'key.format': 'json' }, /^OPTION_MISSING: 'key.format' says how/],
  [{ 'key.fields': 'v' }, /^OPTION_MISSING: 'key.fields' says which/],
  [{ 'key.fields': 'w', 'key.format': 'raw' }, /^COLUMN_UNKNOWN: 'key.fields' names 'w'/],
  [{ 'key.fields': 'v', 'key.format': 'raw', 'key.fields-prefix': 'k_' }, /^OPTION_VALUE: 'key.fields-prefix' needs/],
  [{ 'properties.security.protocol': 'TLS' }, /^KAFKA_CONFIG: the client property 'security.protocol' is one of PLAINTEXT/],
  [{ 'scan.startup.mod': 'x' }, /^OPTION_UNKNOWN: .*'scan.startup.mod'/],
  [{ 'raw.charset': 'UTF-8', 'raw.charsets': 'x' }, /^OPTION_UNKNOWN: .*'raw.charsets'/],
] as [Record<string, string>, RegExp][])('%j is refused', async (options, why) => {
  const { topic, ...others } = { topic: 'orders', ...options } as Record<string, string>
  const given = 'topic-pattern' in options && !('topic' in options) ? others : { ...others, topic: topic! }
  const table = topics.table('orders', 'v STRING', { ...raw, ...given })
  expect(await topics.failure(`${table}; SELECT * FROM orders`)).toMatch(why)
})

describe('answers that arrive in pieces lie in memory that is used again', () => {
  /** Everything a thousand bytes at a time. */
  const piecemeal = (dial: Dial): Dial => {
    return address => {
      const stream = dial(address)
      if (stream === undefined) return undefined
      async function* pieces() {
        for await (const chunk of stream!)
          for (let at = 0; at < chunk.length; at += 1000) yield Uint8Array.from(chunk.subarray(at, at + 1000))
      }
      return Duplex.from({ readable: pieces(), writable: stream })
    }
  }

  test.each([
    'SELECT * FROM orders',
    'SELECT s, n FROM orders ORDER BY s, n',
    'SELECT MIN(s), MAX(s), COUNT(DISTINCT s) FROM orders',
    'SELECT s, COUNT(*) FROM orders GROUP BY s',
    'SELECT a.s, b.s FROM orders a JOIN orders b ON a.n = b.n + 1',
    'SELECT r, m FROM orders',
    'SELECT o, s FROM orders WHERE n > 590',
  ])('%s', async query => {
    for (let batch = 0; batch < 10; batch++) {
      const values = Array.from({ length: 60 }, (_, i) => {
        const n = batch * 60 + i
        return JSON.stringify({ n, s: `text ${n % 50} ${'é'.repeat(n % 90)}`, r: { b: `in a row ${n}` }, m: { k: `\u0001${n}` } })
      })
      await topics.write('orders', batch % 2, values, { codec: batch % 3 === 2 ? 'lz4' : 'none' })
    }
    const columns = "n INT, s STRING, r ROW<b STRING>, m MAP<STRING, STRING>, o BIGINT METADATA FROM 'offset'"
    // Few bytes are asked for at once: memory comes back, and is taken again.
    const sql = `${topics.table('orders', columns, { ...json, 'properties.max.partition.fetch.bytes': '3000' })}; ${query}`
    const pool = new BufferPool({ poison: true })
    const rows = await topics.rows(sql, { pool, host: { dial: piecemeal(dialTo(topics.broker)) } })
    expect(rows.toSorted()).toEqual((await topics.rows(sql)).toSorted())
    expect(rows.length).toBeGreaterThan(0)
  })
})
