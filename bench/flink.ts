/**
 * Beside a real Flink, in the same run on the same file: two million Nexmark events as JSON lines into `blackhole`. Each
 * engine runs each query twice in one process and the second run counts; the figure is events per CPU second.
 * Flink: parallelism 1, heap state, mini-batch and object reuse on. FLINK names the `flink` tool when it is not in
 * ../shared/real.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from '#src/engine/session.ts'
import { askFlink, flinkTool } from './flink-ask.ts'
import { type Measurement, measure } from './measure.ts'
import { nexmarkColumns, nexmarkOver, nexmarkTables } from './nexmark-sql.ts'

/** The same text for both engines. */
const queries: Readonly<Record<string, { readonly sink: string; readonly query: string }>> = {
  q0: {
    sink: 'auction BIGINT, bidder BIGINT, price BIGINT, `dateTime` TIMESTAMP(3), extra VARCHAR',
    query: 'SELECT auction, bidder, price, `dateTime`, extra FROM bid',
  },
  q1: {
    sink: 'auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), `dateTime` TIMESTAMP(3), extra VARCHAR',
    query: 'SELECT auction, bidder, 0.908 * price AS price, `dateTime`, extra FROM bid',
  },
  q2: { sink: 'auction BIGINT, price BIGINT', query: 'SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0' },
  keyed: { sink: 'bidder BIGINT, n BIGINT, total BIGINT', query: 'SELECT bidder, COUNT(*), SUM(price) FROM bid GROUP BY bidder' },
  tumble: {
    sink: 'window_start TIMESTAMP(3), auction BIGINT, n BIGINT, total BIGINT',
    query:
      "SELECT window_start, auction, COUNT(*), SUM(price) FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(`dateTime`), INTERVAL '10' SECOND)) GROUP BY window_start, window_end, auction",
  },
}

const tableOver = (path: string): string => nexmarkOver(`'connector' = 'filesystem', 'path' = '${path}', 'format' = 'json'`)

export async function benchFlink(events: number, wanted: readonly string[] | undefined): Promise<Measurement[]> {
  if (!existsSync(flinkTool)) {
    console.log(`left out: there is no ${flinkTool}`)
    return []
  }
  const names = wanted ?? Object.keys(queries)
  const path = await eventsFile(events)
  const inserts = names.map(name => `INSERT INTO sink_${name} ${queries[name]!.query};`)
  const sinks = names.map(name => `CREATE TABLE sink_${name} (${queries[name]!.sink}) WITH ('connector' = 'blackhole');`)
  const theirs = askFlink([tableOver(path), ...sinks, ...inserts, ...inserts], events, [
    'table.exec.mini-batch.enabled=true',
    'table.exec.mini-batch.allow-latency=2 s',
    'table.exec.mini-batch.size=50000',
    'pipeline.object-reuse=true',
  ])
  const ours = await runMillrace(path, names, events)
  const rows: Measurement[] = []
  for (const name of names) {
    const [mine, other] = [ours.get(name)!, theirs.get(name)!]
    rows.push({ ...mine, query: `${name} Millrace` }, { ...other, query: `${name} Flink` })
    console.log(`${name}: ${(mine.eventsPerCpuSecond / other.eventsPerCpuSecond).toFixed(1)} times Flink's events per CPU second`)
  }
  return rows
}

/** Written once by our own generator and JSON encoder. */
async function eventsFile(events: number): Promise<string> {
  const path = join(tmpdir(), `millrace-nexmark-${events}.json`)
  if (existsSync(path)) return path
  const directory = `${path}.parts`
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory)
  const session = new Session({ config: [['table.local-time-zone', 'UTC']] })
  const sql = `${nexmarkTables(events)}
    CREATE TABLE file (${nexmarkColumns}) WITH ('connector' = 'filesystem', 'path' = '${directory}', 'format' = 'json',
      'sink.rolling-policy.file-size' = '100gb', 'json.encode.ignore-null-fields' = 'true');
    INSERT INTO file SELECT event_type, person, auction, bid FROM datagen`
  for await (const outcome of session.execute(sql)) if (outcome.kind === 'insert') await outcome.job.done
  renameSync(
    join(
      directory,
      readdirSync(directory).find(name => name.startsWith('part-'))!,
    ),
    path,
  )
  rmSync(directory, { recursive: true })
  return path
}

async function runMillrace(path: string, names: readonly string[], events: number): Promise<Map<string, Measurement>> {
  const measured = new Map<string, Measurement>()
  for (const round of [1, 2]) {
    for (const name of names) {
      const session = new Session({
        config: [
          ['execution.runtime-mode', 'streaming'],
          ['table.local-time-zone', 'UTC'],
          ['table.exec.mini-batch.enabled', 'true'],
          ['table.exec.mini-batch.allow-latency', '2 s'],
          ['table.exec.mini-batch.size', '50000'],
        ],
      })
      const { sink, query } = queries[name]!
      const sql = `${tableOver(path)}\nCREATE TABLE sink_${name} (${sink}) WITH ('connector' = 'blackhole');\nINSERT INTO sink_${name} ${query}`
      const result = await measure(name, async () => {
        for await (const outcome of session.execute(sql)) if (outcome.kind === 'insert') await outcome.job.done
        return events
      })
      if (round === 2) measured.set(name, result)
    }
  }
  return measured
}
