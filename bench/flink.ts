/**
 * Beside a real Flink, in the same run on the same file: two million Nexmark events as JSON lines into `blackhole`. Each
 * engine runs each query twice in one process and the second run counts; the figure is events per CPU second.
 * Flink: parallelism 1, heap state, mini-batch and object reuse on. FLINK names the `flink` tool when it is not in
 * ../shared/real.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Session } from '#src/engine/session.ts'
import { type Measurement, measure } from './measure.ts'
import { nexmarkTables, nexmarkViews } from './nexmark-sql.ts'

const flink = process.env['FLINK'] ?? fileURLToPath(new URL('../../../shared/real/flink', import.meta.url))

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

const tableOver = (path: string): string => `
CREATE TABLE datagen (
  event_type INT,
  person ROW<id BIGINT, name VARCHAR, emailAddress VARCHAR, creditCard VARCHAR, city VARCHAR, state VARCHAR, \`dateTime\` TIMESTAMP(3), extra VARCHAR>,
  auction ROW<id BIGINT, itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, \`dateTime\` TIMESTAMP(3),
    expires TIMESTAMP(3), seller BIGINT, category BIGINT, extra VARCHAR>,
  bid ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, \`dateTime\` TIMESTAMP(3), extra VARCHAR>,
  \`dateTime\` AS CASE WHEN event_type = 0 THEN person.\`dateTime\` WHEN event_type = 1 THEN auction.\`dateTime\` ELSE bid.\`dateTime\` END,
  WATERMARK FOR \`dateTime\` AS \`dateTime\` - INTERVAL '4' SECOND
) WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = 'json');
${nexmarkViews}`

export async function benchFlink(events: number, wanted: readonly string[] | undefined): Promise<Measurement[]> {
  if (!existsSync(flink)) {
    console.log(`left out: there is no ${flink}`)
    return []
  }
  const names = wanted ?? Object.keys(queries)
  const path = await eventsFile(events)
  const theirs = runFlink(path, names, events)
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
  const types = nexmarkTables(events)
    .split('dateTime` AS CASE')[0]!
    .split('CREATE TABLE datagen (')[1]!
    .replace(/,\s*`$/, '')
  const sql = `${nexmarkTables(events)}
    CREATE TABLE file (${types}) WITH ('connector' = 'filesystem', 'path' = '${directory}', 'format' = 'json',
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

function runFlink(path: string, names: readonly string[], events: number): Map<string, Measurement> {
  const script = join(tmpdir(), 'millrace-bench-flink.sql')
  const inserts = names.map(name => `INSERT INTO sink_${name} ${queries[name]!.query};`)
  const sinks = names.map(name => `CREATE TABLE sink_${name} (${queries[name]!.sink}) WITH ('connector' = 'blackhole');`)
  writeFileSync(script, `${tableOver(path)}\n${sinks.join('\n')}\n${inserts.join('\n')}\n${inserts.join('\n')}\n`)
  const settings = [
    'table.exec.mini-batch.enabled=true',
    'table.exec.mini-batch.allow-latency=2 s',
    'table.exec.mini-batch.size=50000',
    'pipeline.object-reuse=true',
  ]
  const { status, stdout, stderr } = spawnSync(flink, ['ask', '--times', ...settings.flatMap(s => ['--set', s]), script], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (status !== 0) throw new Error(`the real Flink failed:\n${stdout.slice(-2000)}\n${stderr.slice(-2000)}`)
  const measured = new Map<string, Measurement>()
  // The second run of an INSERT stands behind the first, so it is the one that is kept.
  for (const [, name, seconds, cpuSeconds] of stdout.matchAll(/> INSERT INTO sink_(\w+)[\s\S]*?-- ([\d.]+) s, CPU ([\d.]+) s/g)) {
    measured.set(name!, {
      query: name!,
      events,
      seconds: Number(seconds),
      eventsPerSecond: Math.round(events / Number(seconds)),
      cpuSeconds: Number(cpuSeconds),
      eventsPerCpuSecond: Math.round(events / Number(cpuSeconds)),
      rssMB: 0,
    })
  }
  return measured
}
