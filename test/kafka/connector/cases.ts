/** What the connector `kafka` does, by an address: the same for our broker and for a real Kafka. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepingTimers, systemClock } from '#src/base/clock.ts'
import { systemRandom } from '#src/base/random.ts'
import { printRow } from '#src/data/notation.ts'
import { nodeHost } from '#src/engine/host.ts'
import type { RunningJob } from '#src/engine/outcome.ts'
import { Session } from '#src/engine/session.ts'
import { createPartitions, createTopic } from '#src/kafka/client/admin/topics.ts'
import { KafkaClient } from '#src/kafka/client/client.ts'
import { committedOffsets } from '#src/kafka/client/offsets.ts'
import { type OutgoingRecord, Producer } from '#src/kafka/client/producer/producer.ts'
import { codecs } from '#src/kafka/records/compression.ts'

export interface Case {
  readonly name: string
  /** An API without which there is nothing to look at. */
  readonly needs?: 'EndTxn' | 'OffsetCommit' | 'CreatePartitions'
  run(kafka: KafkaAt): Promise<void>
}

/** One broker, and what a case does with it. Topics are its own: names get a prefix of the run. */
export class KafkaAt {
  readonly bootstrap: string
  readonly prefix: string
  readonly client: KafkaClient
  readonly #clients: KafkaClient[] = []

  constructor(bootstrap: string, prefix: string) {
    this.bootstrap = bootstrap
    this.prefix = prefix
    this.client = this.newClient()
  }

  newClient(properties: Readonly<Record<string, string>> = {}): KafkaClient {
    const client = new KafkaClient({
      properties: { 'bootstrap.servers': this.bootstrap, ...properties },
      clock: systemClock,
      timers: keepingTimers,
      random: systemRandom,
    })
    this.#clients.push(client)
    return client
  }

  close(): void {
    for (const client of this.#clients) client.close()
  }

  topic(name: string): string {
    return `${this.prefix}-${name}`
  }

  async create(name: string, partitions = 1): Promise<void> {
    await createTopic(this.client, { name: this.topic(name), partitions })
  }

  async write(
    name: string,
    records: readonly OutgoingRecord[],
    properties: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const producer = await Producer.open(this.newClient(properties))
    await Promise.all(records.map(record => producer.send(this.topic(name), record)))
    producer.close()
  }

  table(name: string, columns: string, options: Readonly<Record<string, string>> = {}, as = name): string {
    const all = {
      'connector': 'kafka',
      'topic': this.topic(name),
      'properties.bootstrap.servers': this.bootstrap,
      'scan.startup.mode': 'earliest-offset',
      'scan.bounded.mode': 'latest-offset',
      ...options,
    }
    return `CREATE TABLE ${as} (${columns}) WITH (${Object.entries(all)
      .map(([key, value]) => `'${key}' = '${value}'`)
      .join(', ')})`
  }

  /** Changes of the script's queries, in the notation. `onRow` answers false to end one. */
  async rows(sql: string, options: RunOptions = {}): Promise<string[]> {
    const { mode = 'batch', config = {}, onRow, onJob } = options
    const settings = { 'execution.runtime-mode': mode, 'table.local-time-zone': 'UTC', ...config }
    const session = new Session({ host: nodeHost, config: Object.entries(settings) })
    const rows: string[] = []
    try {
      for await (const outcome of session.execute(sql)) {
        if (outcome.kind === 'insert') {
          onJob?.(outcome.job)
          await outcome.job.done
        } else if (outcome.kind === 'query') {
          for await (const { op, row } of outcome.query.changes()) {
            rows.push(`${op} ${printRow(outcome.query.schema, row)}`)
            if (onRow?.(rows.at(-1)!) === false) break
          }
        }
      }
      return rows
    } finally {
      await session.close()
    }
  }
}

interface RunOptions {
  readonly mode?: 'batch' | 'streaming'
  readonly config?: Readonly<Record<string, string>>
  onRow?(row: string): boolean | void
  onJob?(job: RunningJob): void
}

const json = { format: 'json' }
const live = { ...json, 'scan.bounded.mode': 'unbounded' }

export const cases: readonly Case[] = [
  {
    name: 'every codec, written by a query and read by another',
    async run(kafka) {
      for (const codec of codecs) {
        await kafka.create(codec, 2)
        const values = Array.from({ length: 200 }, (_, i) => `(${i}, '${'text '.repeat(i % 7)}')`).join(', ')
        const table = kafka.table(codec, 'n INT, s STRING', { ...json, 'properties.compression.type': codec }, 't')
        const found = await kafka.rows(
          `${table}; INSERT INTO t VALUES ${values}; SELECT COUNT(*), SUM(n), SUM(CHAR_LENGTH(s)) FROM t`,
        )
        assert.deepEqual(found, ['+I 200 19900 2970'], codec)
      }
    },
  },
  {
    name: 'keys, headers, timestamps and tombstones',
    async run(kafka) {
      await kafka.create('keyed')
      const options = { 'key.format': 'raw', 'key.fields': 'k', 'value.format': 'raw', 'value.fields-include': 'EXCEPT_KEY' }
      const metadata = "ts TIMESTAMP_LTZ(3) METADATA FROM 'timestamp', h MAP<STRING, BYTES> METADATA FROM 'headers'"
      const place =
        "p INT METADATA FROM 'partition' VIRTUAL, o BIGINT METADATA FROM 'offset' VIRTUAL, tt STRING METADATA FROM 'timestamp-type' VIRTUAL"
      const table = kafka.table('keyed', `k STRING, v STRING, ${metadata}, ${place}`, options)
      const insert = `INSERT INTO keyed VALUES
        ('a', 'x', TO_TIMESTAMP_LTZ(1700000000123, 3), MAP['h', X'01']), ('a', CAST(NULL AS STRING), TO_TIMESTAMP_LTZ(0, 3), CAST(NULL AS MAP<STRING, BYTES>))`
      assert.deepEqual(await kafka.rows(`${table}; ${insert}; SELECT k, v, ts, CARDINALITY(h), p, o, tt FROM keyed`), [
        "+I a x '2023-11-14 22:13:20.123Z' 1 0 0 CreateTime",
        "+I a NULL '1970-01-01 00:00:00.000Z' 0 0 1 CreateTime",
      ])
    },
  },
  {
    name: 'where reading begins and ends',
    async run(kafka) {
      await kafka.create('places')
      await kafka.write(
        'places',
        ['a', 'b', 'c', 'd'].map((value, i) => ({ value, timestamp: 1_700_000_000_000 + i * 1000 })),
      )
      const read = async (options: Record<string, string>) =>
        (await kafka.rows(`${kafka.table('places', 'v STRING', { format: 'raw', ...options })}; SELECT * FROM places`))
          .map(row => row.slice(3))
          .join('')
      assert.equal(await read({}), 'abcd')
      assert.equal(await read({ 'scan.startup.mode': 'latest-offset' }), '')
      assert.equal(await read({ 'scan.startup.mode': 'timestamp', 'scan.startup.timestamp-millis': '1700000001500' }), 'cd')
      assert.equal(
        await read({ 'scan.startup.mode': 'specific-offsets', 'scan.startup.specific-offsets': 'partition:0,offset:1' }),
        'bcd',
      )
      assert.equal(await read({ 'scan.bounded.mode': 'timestamp', 'scan.bounded.timestamp-millis': '1700000001000' }), 'a')
      assert.equal(
        await read({ 'scan.bounded.mode': 'specific-offsets', 'scan.bounded.specific-offsets': 'partition:0,offset:3' }),
        'abc',
      )
      assert.equal(
        await read({
          'scan.startup.mode': 'group-offsets',
          'properties.group.id': `${kafka.prefix}-none`,
          'properties.auto.offset.reset': 'earliest',
        }),
        'abcd',
      )
    },
  },
  {
    name: 'rows come as they are written, and a restored job reads what is missing',
    needs: 'OffsetCommit',
    async run(kafka) {
      await kafka.create('live', 3)
      const directory = mkdtempSync(join(tmpdir(), 'connector-'))
      const group = `${kafka.prefix}-live`
      try {
        for (let round = 0; round < 3; round++) {
          const values = Array.from({ length: 100 }, (_, i) => ({ key: `k${i}`, value: `{"n":${round * 100 + i}}` }))
          await kafka.write('live', values, { 'compression.type': 'snappy', 'batch.size': '500' })
          const restore = round === 0 ? {} : { 'execution.state-recovery.path': `${directory}/checkpoints` }
          const sql = `${kafka.table('live', 'n INT', { ...live, 'properties.group.id': group })};
            CREATE TABLE copied (n INT) WITH ('connector' = 'filesystem', 'path' = '${directory}/out', 'format' = 'csv');
            INSERT INTO copied SELECT n FROM live`
          await kafka.rows(sql, {
            mode: 'streaming',
            config: {
              'execution.checkpointing.dir': `${directory}/checkpoints`,
              'execution.checkpointing.interval': '20 ms',
              ...restore,
            },
            onJob(job) {
              const look = setInterval(() => {
                if (job.progress()!.rowsIn < 100) return
                clearInterval(look)
                void job.stop()
              }, 10)
            },
          })
        }
        const lines = readdirSync(`${directory}/out`).flatMap(file =>
          readFileSync(`${directory}/out/${file}`, 'utf8').split('\n').filter(Boolean),
        )
        assert.deepEqual(
          lines.map(Number).toSorted((a, b) => a - b),
          Array.from({ length: 300 }, (_, i) => i),
        )
        const committed = [...(await committedOffsets(kafka.client, group, null)).values()]
        assert.equal(
          committed.reduce((sum, { offset }) => sum + offset, 0),
          300,
        )
      } finally {
        rmSync(directory, { recursive: true, force: true })
      }
    },
  },
  {
    name: 'each partition has event time of its own',
    async run(kafka) {
      await kafka.create('timed', 2)
      const at = (partition: number, ...hours: number[]) =>
        hours.map(hour => ({ partition, value: `2024-01-01 ${String(hour).padStart(2, '0')}:00:00` }))
      await kafka.write('timed', [...at(0, 1, 9), ...at(1, 1, 2)])
      const table = kafka.table('timed', 'ts TIMESTAMP(3), WATERMARK FOR ts AS ts', {
        'format': 'csv',
        'scan.bounded.mode': 'unbounded',
      })
      const windows =
        "SELECT window_end, COUNT(*) FROM TABLE(TUMBLE(TABLE timed, DESCRIPTOR(ts), INTERVAL '1' HOUR)) GROUP BY window_start, window_end"
      let writing: Promise<void> | undefined
      const seen = await kafka.rows(`${table}; ${windows}`, {
        mode: 'streaming',
        onRow(row) {
          writing ??= kafka.write('timed', at(1, 3, 8))
          return !row.includes('04:00:00')
        },
      })
      await writing
      assert.deepEqual(seen, [
        "+I '2024-01-01 02:00:00.000' 2",
        "+I '2024-01-01 03:00:00.000' 1",
        "+I '2024-01-01 04:00:00.000' 1",
      ])
    },
  },
  {
    name: 'partitions that come later are found',
    needs: 'CreatePartitions',
    async run(kafka) {
      await kafka.create('grows', 1)
      await kafka.write('grows', [{ value: '{"n":1}' }])
      const table = kafka.table('grows', 'n INT', { ...live, 'scan.topic-partition-discovery.interval': '100 ms' })
      let growing: Promise<void> | undefined
      const seen = await kafka.rows(`${table}; SELECT n FROM grows`, {
        mode: 'streaming',
        onRow(row) {
          growing ??= createPartitions(kafka.client, kafka.topic('grows'), 2).then(() =>
            kafka.write('grows', [{ value: '{"n":2}', partition: 1 }]),
          )
          return row !== '+I 2'
        },
      })
      await growing
      assert.deepEqual(seen, ['+I 1', '+I 2'])
    },
  },
  {
    name: 'what a transaction undid is not read with read_committed',
    needs: 'EndTxn',
    async run(kafka) {
      await kafka.create('txn', 2)
      const producer = await Producer.open(kafka.newClient({ 'transactional.id': `${kafka.prefix}-txn`, 'batch.size': '1' }))
      const topic = await producer.topic(kafka.topic('txn'))
      const put = (value: string, partition: number) => {
        const bytes = new TextEncoder().encode(value)
        topic.append(Date.now(), bytes, -1, -1, bytes, 0, bytes.length, undefined, partition)
      }
      for (let i = 0; i < 5; i++) {
        producer.transactions!.begin()
        for (const partition of [0, 1]) for (let k = 0; k < 3; k++) put(`${i % 2 === 0 ? 'kept' : 'undone'} ${i}`, partition)
        await producer.flush()
        await (i % 2 === 0 ? producer.transactions!.commit() : producer.transactions!.abort())
      }
      producer.close()
      const count = (isolation: string) =>
        kafka.rows(
          `${kafka.table('txn', 'v STRING', { 'format': 'raw', 'properties.isolation.level': isolation }, 't')}; SELECT SUBSTR(v, 1, 4), COUNT(*) FROM t GROUP BY SUBSTR(v, 1, 4) ORDER BY 1`,
        )
      assert.deepEqual(await count('read_committed'), ['+I kept 18'])
      assert.deepEqual(await count('read_uncommitted'), ['+I kept 18', '+I undo 12'])
    },
  },
  {
    name: 'a million records, topic to topic',
    async run(kafka) {
      for (const name of ['many', 'copy']) await kafka.create(name, 4)
      const n = 1_000_000
      const sql = `CREATE TABLE g (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '100000000',
          'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${n}');
        ${kafka.table('many', 'n BIGINT, s STRING', { ...json, 'properties.compression.type': 'lz4' })};
        ${kafka.table('copy', 'n BIGINT', json, 'copied')};
        INSERT INTO many SELECT n, CAST(n AS STRING) FROM g;
        INSERT INTO copied SELECT n FROM many WHERE MOD(n, 2) = 0;
        SELECT COUNT(*), COUNT(DISTINCT n), SUM(n) FROM copied`
      assert.deepEqual(await kafka.rows(sql), [`+I ${n / 2} ${n / 2} ${(n / 2) * (n / 2 + 1)}`])
    },
  },
]
