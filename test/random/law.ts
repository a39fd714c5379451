/**
 * The law over random queries: npm run law -- [--seed N] [--queries N] [--only I]
 *
 * Each query runs as a batch and as a stream, cut and crashed in several ways. What breaks the law is made smaller and
 * printed as a script for `test/programs/found`. Exit code 1 where something broke.
 */
import { parseArgs } from 'node:util'
import { checkLaw, minimized, randomRuns } from './check-law.ts'
import { Choice } from './choice.ts'
import { randomQuery } from './generate.ts'
import { renderQuery } from './queries.ts'
import { printScript } from './script.ts'
import { randomWorld } from './world.ts'

const QUERIES_PER_WORLD = 20

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    queries: { type: 'string', default: '200' },
    only: { type: 'string' },
    verbose: { type: 'boolean' },
  },
})
const seed = Number(flags.seed)
const counts: Record<string, number> = {}
const reasons = new Map<string, number>()

for (let i = 0; i < Number(flags.queries); i++) {
  if (flags.only !== undefined && Number(flags.only) !== i) continue
  const tables = randomWorld(seed * 1000 + Math.floor(i / QUERIES_PER_WORLD), { retracts: true })
  const choice = new Choice(seed * 1_000_003 + i)
  const query = randomQuery(choice, { tables, values: true })
  if (flags.verbose) console.log(`-- ${i}: ${renderQuery(query)}`)
  const verdict = await checkLaw(tables, query, randomRuns(choice))
  counts[verdict.kind] = (counts[verdict.kind] ?? 0) + 1
  if (flags.verbose && 'rows' in verdict) console.log(`${verdict.rows} rows`)
  if (verdict.kind === 'failed alike' || verdict.kind === 'one mode only') {
    const why = `${verdict.kind}: ${verdict.why.split('\n')[0]!.slice(0, 150)}`
    reasons.set(why, (reasons.get(why) ?? 0) + 1)
    if (flags.verbose) console.log(why)
  }
  if (verdict.kind !== 'broken') continue
  const { tables: few, query: small, run, what } = await minimized(verdict.failure)
  const how = `${run.mode}, chunks of ${run.chunkRows}, crashes after ${run.crashes.join(', ') || 'none'}`
  console.log(`\n${printScript(few, renderQuery(small), `seed ${seed}, query ${i}: ${how}\n${what}`)}\n`)
}
if (flags.verbose) for (const [why, count] of [...reasons].toSorted((a, b) => b[1] - a[1])) console.log(`${count} ${why}`)
console.log(
  `the law, seed ${seed}: ${Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ')}`,
)
process.exitCode = counts['broken'] === undefined ? 0 : 1
