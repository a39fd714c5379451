import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { partitionOfKey } from '../../kafka/client/index.ts'
import { KafkaTopics } from '../../testing/kafka-tables.ts'

let topics: KafkaTopics
beforeEach(async () => {
  topics = await KafkaTopics.create({ outs: 3 })
})
afterEach(() => topics[Symbol.asyncDispose]())

const insert = (columns: string, options: Record<string, string>, values: string, select = '') =>
  topics.run(`${topics.table('outs', columns, options)}; INSERT INTO outs ${select || `VALUES ${values}`}`)
const lines = async () => (await topics.read('outs')).map(r => `${r.key ?? '∅'}=${r.value ?? '∅'}`).toSorted()

test.each([
  ['json', '{"n":1,"s":"a"}', '{"n":2,"s":null}'],
  ['csv', '1,a', '2,'],
])('values in %s', async (format, first, second) => {
  await insert('n INT, s STRING', { format }, "(1, 'a'), (2, CAST(NULL AS STRING))")
  expect(await lines()).toEqual([`∅=${first}`, `∅=${second}`])
})

test('values in raw, where NULL is a tombstone', async () => {
  const keyed = { 'key.format': 'raw', 'key.fields': 'k', 'value.format': 'raw', 'value.fields-include': 'EXCEPT_KEY' }
  await insert('k STRING, v STRING', keyed, "('a', 'x'), ('a', CAST(NULL AS STRING)), (CAST(NULL AS STRING), 'y')")
  expect(await lines()).toEqual(['a=x', 'a=∅', '∅=y'])
})

test('keys go to the partition that Java sends them to', async () => {
  const keyed = {
    'key.format': 'json',
    'key.fields': 'k_id',
    'key.fields-prefix': 'k_',
    'value.format': 'json',
    'value.fields-include': 'EXCEPT_KEY',
  }
  await insert('k_id INT, n INT', keyed, Array.from({ length: 30 }, (_, i) => `(${i}, ${i})`).join(', '))
  const records = await topics.read('outs')
  expect(records).toHaveLength(30)
  for (const { key, value, partition } of records) {
    const bytes = new TextEncoder().encode(key!)
    expect(partition).toBe(partitionOfKey(bytes, 0, bytes.length, 3))
    expect(JSON.parse(value!)).toEqual({ n: JSON.parse(key!).id })
  }
})

test('key and value both have the columns of the key unless told', async () => {
  await insert('id INT, n INT', { 'key.format': 'json', 'key.fields': 'id', 'value.format': 'json' }, '(7, 1)')
  expect(await lines()).toEqual(['{"id":7}={"id":7,"n":1}'])
})

describe('metadata', () => {
  test('timestamp and headers', async () => {
    const columns =
      "v STRING, ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', h MAP<STRING, BYTES> METADATA FROM 'headers', o BIGINT METADATA FROM 'offset' VIRTUAL"
    await insert(columns, { format: 'raw' }, "('a', TO_TIMESTAMP_LTZ(1700000000123, 3), MAP['x', X'6869'])")
    const [record] = await topics.read('outs')
    expect(record).toMatchObject({ value: 'a', timestamp: 1_700_000_000_123, headers: { x: 'hi' } })
  })

  test('a timestamp of another type is cast, and now is what stands for none', async () => {
    const before = Date.now()
    await insert(
      "v STRING, ts TIMESTAMP(3) METADATA FROM 'timestamp'",
      { format: 'raw' },
      "('a', TIMESTAMP '2024-01-02 00:00:00'), ('b', CAST(NULL AS TIMESTAMP(3)))",
    )
    const at = new Map((await topics.read('outs')).map(r => [r.value, r.timestamp]))
    expect(at.get('a')).toBe(Date.UTC(2024, 0, 2))
    expect(at.get('b')).toBeGreaterThanOrEqual(before)
  })

  test('the topic, among those that are listed', async () => {
    await topics.writer.createTopic('other', 1)
    const table = topics.table('outs', "v STRING, t STRING METADATA FROM 'topic'", { format: 'raw', topic: 'outs;other' })
    await topics.run(`${table}; INSERT INTO outs VALUES ('a', 'outs'), ('b', 'other')`)
    expect((await topics.read('outs')).map(r => r.value)).toEqual(['a'])
    expect((await topics.read('other')).map(r => r.value)).toEqual(['b'])
    expect(await topics.failure(`${table.replace('TABLE outs', 'TABLE t')}; INSERT INTO t VALUES ('a', 'elsewhere')`)).toMatch(
      /^KAFKA_TOPIC_UNKNOWN: a row goes to topic 'elsewhere'/,
    )
  })

  test.each([
    ["v STRING, o BIGINT METADATA FROM 'offset'", /^METADATA_UNKNOWN: Invalid metadata key 'offset' in column 'o'/],
    ["v STRING, h INT METADATA FROM 'headers'", /^METADATA_TYPE: Invalid data type for metadata column 'h'/],
  ])('%s can not be written', async (columns, why) => {
    expect(await topics.failure(`${topics.table('outs', columns, { format: 'raw' })}; INSERT INTO outs VALUES ('a', 1)`)).toMatch(
      why,
    )
  })
})

test.each(['fixed', 'round-robin', 'default'])('partitioner %s', async partitioner => {
  const source =
    "CREATE TABLE g (n INT) WITH ('connector' = 'datagen', 'number-of-rows' = '20', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '20')"
  const table = topics.table('outs', 'n INT', { 'format': 'json', 'sink.partitioner': partitioner, 'properties.batch.size': '1' })
  await topics.run(`${source}; ${table}; INSERT INTO outs SELECT n FROM g`)
  const used = new Set((await topics.read('outs')).map(r => r.partition))
  expect(await topics.read('outs')).toHaveLength(20)
  expect(used.size).toBe(partitioner === 'fixed' ? 1 : 3)
})

test.each([
  [
    { 'sink.delivery-guarantee': 'exactly-once' },
    /^NOT_SUPPORTED: 'sink.delivery-guarantee' = 'exactly-once' is not supported yet/,
  ],
  [{ 'sink.partitioner': 'org.example.Mine' }, /^NOT_SUPPORTED: the class org.example.Mine as 'sink.partitioner'/],
  [
    { 'sink.partitioner': 'round-robin', 'key.fields': 'v', 'key.format': 'raw' },
    /^OPTION_VALUE: 'sink.partitioner' is round-robin/,
  ],
  [{ topic: 'a;b' }, /^OPTION_VALUE: 'topic' lists several topics/],
  [{ 'topic-pattern': 'a.*' }, /^OPTION_VALUE: 'topic-pattern' says what is read/],
  [{ format: 'parquet' }, /^FORMAT_STREAM: format 'parquet' is one of files/],
  [{ 'properties.max.request.size': '10' }, /^KAFKA_TOO_LARGE: a record of/],
] as [Record<string, string>, RegExp][])('%j is refused', async (options, why) => {
  const table = topics.table('outs', 'v STRING', { format: 'raw', ...options })
  expect(await topics.failure(`${table}; INSERT INTO outs VALUES ('x')`)).toMatch(why)
})

test('a table with a primary key would promise what Kafka does not keep', async () => {
  const table = topics.table('outs', 'v STRING, PRIMARY KEY (v) NOT ENFORCED', { format: 'raw' })
  expect(await topics.failure(`${table}; INSERT INTO outs VALUES ('x')`)).toMatch(/^CONNECTOR_KEY: The Kafka table/)
})

test('updates can not be written', async () => {
  const table = topics.table('outs', 'n BIGINT', { format: 'json' })
  const sum = 'SELECT SUM(n) FROM (VALUES (1), (2)) AS t(n)'
  expect(await topics.failure(`${table}; INSERT INTO outs ${sum}`, { mode: 'streaming' })).toMatch(
    /doesn't support consuming update/,
  )
})
