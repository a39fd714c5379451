/**
 * From topic to topic, beside a real Flink, both on the same real Kafka: Nexmark events as JSON are read from one topic, projected or
 * filtered, and written to another. Each engine runs each query twice in one process and the second run counts; the figure is
 * events per CPU second of the engine, without the broker's.
 */
import { existsSync } from 'node:fs'
import { Session } from '#src/engine/session.ts'
import { realTools, startKafka } from './broker/peers.ts'
import { askFlink, flinkTool } from './flink-ask.ts'
import { type Measurement, measure } from './measure.ts'
import { nexmarkColumns, nexmarkOver, nexmarkTables } from './nexmark-sql.ts'

/** The same text for both engines. */
const queries: Readonly<Record<string, { readonly sink: string; readonly query: string }>> = {
  project: {
    sink: 'auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3)',
    query: 'SELECT auction, bidder, price, `dateTime` FROM bid',
  },
  filter: {
    sink: 'auction BIGINT, bidder BIGINT, price BIGINT',
    query: 'SELECT auction, bidder, price FROM bid WHERE price > 1000000',
  },
}

export async function benchTopics(events: number, wanted: readonly string[] | undefined): Promise<Measurement[]> {
  for (const tool of [flinkTool, realTools]) {
    if (existsSync(tool)) continue
    console.log(`left out: there is no ${tool}`)
    return []
  }
  const names = wanted ?? Object.keys(queries)
  const kafka = startKafka()
  try {
    const topic = (name: string) =>
      `'connector' = 'kafka', 'properties.bootstrap.servers' = '${kafka.address}', 'topic' = '${name}', 'format' = 'json'`
    await run(`${nexmarkTables(events)}
      CREATE TABLE file (${nexmarkColumns}) WITH (${topic('events')}, 'json.encode.ignore-null-fields' = 'true');
      INSERT INTO file SELECT event_type, person, auction, bid FROM datagen`)
    const source = nexmarkOver(
      `${topic('events')}, 'scan.startup.mode' = 'earliest-offset', 'scan.bounded.mode' = 'latest-offset'`,
    )
    const sink = (name: string, by: string) =>
      `CREATE TABLE sink_${name} (${queries[name]!.sink}) WITH (${topic(`${name}-${by}`)});`
    const insert = (name: string) => `INSERT INTO sink_${name} ${queries[name]!.query};`
    const inserts = names.map(insert)
    const theirs = askFlink([source, ...names.map(name => sink(name, 'flink')), ...inserts, ...inserts], events, [
      'pipeline.object-reuse=true',
    ])
    const ours = new Map<string, Measurement>()
    for (const _ of [1, 2]) {
      for (const name of names) {
        const sql = `${source}\n${sink(name, 'millrace')}\n${insert(name)}`
        ours.set(
          name,
          await measure(name, async () => {
            await run(sql)
            return events
          }),
        )
      }
    }
    return names.flatMap(name => {
      const [mine, other] = [ours.get(name)!, theirs.get(name)!]
      console.log(
        `${name}: ${(mine.eventsPerCpuSecond / other.eventsPerCpuSecond).toFixed(1)} times Flink's events per CPU second`,
      )
      return [
        { ...mine, query: `${name} Millrace` },
        { ...other, query: `${name} Flink` },
      ]
    })
  } finally {
    await kafka.stop()
  }
}

async function run(sql: string): Promise<void> {
  const session = new Session({
    config: [
      ['execution.runtime-mode', 'streaming'],
      ['table.local-time-zone', 'UTC'],
    ],
  })
  for await (const outcome of session.execute(sql)) if (outcome.kind === 'insert') await outcome.job.done
}
