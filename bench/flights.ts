/** Batch over `flights-3m.parquet`, grouped by origin and hour, beside DuckDB on one thread: in turn, in one run. */
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { Session } from '#src/engine/session.ts'
import { type Measurement, measure, medianRun } from './measure.ts'

const FLIGHTS = 3_000_000

export const flightsPath = (): string =>
  fileURLToPath(new URL('../../node_modules/vega-datasets/data/flights-3m.parquet', import.meta.url))

export async function benchFlights(runs: number): Promise<Measurement[]> {
  const path = flightsPath()
  const duckdb = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  const ours: Measurement[] = []
  const theirs: Measurement[] = []
  let groups = 0
  for (let round = 0; round <= runs; round++) {
    const mine = await measure('Millrace', async () => {
      groups = await millraceGroups(path)
      return FLIGHTS
    })
    const other = await measure('DuckDB, one thread', async () => {
      const result = await duckdb.runAndReadAll(
        `SELECT origin, date_trunc('hour', date) AS h, count(*) AS n, avg(delay) AS d FROM '${path}' GROUP BY ALL`,
      )
      if (result.currentRowCount !== groups) throw new Error(`DuckDB has ${result.currentRowCount} groups, Millrace ${groups}`)
      return FLIGHTS
    })
    if (round === 0) continue
    ours.push(mine)
    theirs.push(other)
  }
  const [a, b] = [medianRun(ours), medianRun(theirs)]
  console.log(`flights by origin and hour: ${(a.seconds / b.seconds).toFixed(1)} times DuckDB's ${b.seconds} s`)
  return [a, b]
}

async function millraceGroups(path: string): Promise<number> {
  const session = new Session({
    config: [
      ['execution.runtime-mode', 'batch'],
      ['table.local-time-zone', 'UTC'],
    ],
  })
  let rows = 0
  try {
    const sql = `CREATE TABLE flights (\`date\` TIMESTAMP(3), delay BIGINT, distance BIGINT, origin STRING, destination STRING)
      WITH ('connector' = 'filesystem', 'path' = '${path}', 'format' = 'parquet');
      SELECT origin, FLOOR(\`date\` TO HOUR) AS h, COUNT(*) AS n, AVG(delay) AS d FROM flights GROUP BY origin, FLOOR(\`date\` TO HOUR)`
    for await (const outcome of session.execute(sql)) {
      if (outcome.kind !== 'query') continue
      for await (const chunk of outcome.query.chunks()) {
        rows += chunk.length
        chunk.release()
      }
    }
  } finally {
    await session.close()
  }
  return rows
}
