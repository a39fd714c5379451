/** Nexmark queries from the generator to `blackhole`, all in one process, in shuffled order. */
import { Session } from '#src/engine/session.ts'
import { type Measurement, measure, medianRun, shuffled } from './measure.ts'
import { nexmarkQueries, nexmarkTables } from './nexmark-sql.ts'

export interface NexmarkOptions {
  readonly queries: readonly string[]
  readonly events: number
  readonly runs: number
}

export async function benchNexmark({ queries, events, runs }: NexmarkOptions): Promise<Measurement[]> {
  const measured = new Map<string, Measurement[]>(queries.map(query => [query, []]))
  // The first round warms up and does not count.
  for (let round = 0; round <= runs; round++) {
    for (const query of shuffled(queries, round + 1)) {
      const result = await measure(query, () => runQuery(query, round === 0 ? Math.min(events, 500_000) : events))
      if (round > 0) measured.get(query)!.push(result)
    }
  }
  return queries.map(query => medianRun(measured.get(query)!))
}

async function runQuery(query: string, events: number): Promise<number> {
  const statements = nexmarkQueries[query]
  if (statements === undefined)
    throw new Error(`there is no Nexmark query '${query}'; there are ${Object.keys(nexmarkQueries).join(', ')}`)
  const session = new Session({
    config: [
      ['execution.runtime-mode', 'streaming'],
      ['table.local-time-zone', 'UTC'],
      ['table.exec.mini-batch.enabled', 'true'],
    ],
  })
  try {
    for await (const outcome of session.execute(`${nexmarkTables(events)}\n${statements}`))
      if (outcome.kind === 'insert') await outcome.job.done
  } finally {
    await session.close()
  }
  return events
}
