/**
 * Brokers that are killed, and what they have promised: npm run crash -- [--rounds N] [--seed N] [--durability group|interval|none]
 *                                                         [--sabotage records|journal] [--keep]
 * (with --sabotage, what was acknowledged is cut off behind the broker's back, and the suite has to notice)
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '#src/base/clock.ts'
import { seededRandom } from '#src/base/random.ts'
import type { Durability } from '#src/kafka/log/commit.ts'
import { freePort } from './broker-process.ts'
import { CrashRun } from './crash-run.ts'
import { endings, plan, points } from './plan.ts'
import { sabotages } from './sabotage.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '50' },
    seed: { type: 'string' },
    durability: { type: 'string', default: 'group' },
    sabotage: { type: 'string' },
    keep: { type: 'boolean' },
  },
})
const rounds = Number(flags.rounds)
const seed = Number(flags.seed ?? systemClock.nowMs() % 1_000_000)
const sabotage = flags.sabotage === undefined ? undefined : sabotages.get(flags.sabotage)
if (flags.sabotage !== undefined && sabotage === undefined) throw new Error(`--sabotage ${[...sabotages.keys()].join('|')}`)

const began = systemClock.elapsedMs()
const directory = mkdtempSync(join(tmpdir(), 'crash-'))
const run = new CrashRun({
  seed,
  port: await freePort(),
  data: join(directory, 'data'),
  durability: flags.durability as Durability,
  ...(sabotage && { sabotage }),
})
const totals = { records: 0, transactions: 0, commits: 0, recoveries: 0 }
let failure: Error | undefined
let round = 0
try {
  for (const planned of plan(seededRandom(seed))) {
    if (++round > rounds) break
    const { ending, records, transactions, commits, recoveryKilled, recoveredMs } = await run.round(planned)
    const work = `${records} records, ${transactions} transactions, ${commits} commits`
    const again = recoveryKilled ? ', at the second try' : ''
    console.log(`round ${String(round).padStart(3)}   up after ${recoveredMs} ms${again}; ${work}; ${ending}`)
    totals.records += records
    totals.transactions += transactions
    totals.commits += commits
    if (recoveryKilled) totals.recoveries++
  }
  await run.finish()
} catch (error) {
  failure = error as Error
} finally {
  await run.abandon()
}
const { records, transactions, commits, recoveries } = totals
const seconds = Math.round((systemClock.elapsedMs() - began) / 1000)
const missed = points.filter(point => !run.met.has(point))
if (failure !== undefined) console.log(`round ${round}, seed ${seed}: ${failure.message}\n${failure.stack}`)
if (sabotage !== undefined) {
  console.log(failure === undefined ? 'crash: the sabotage went unnoticed' : 'crash: the sabotage was noticed, as it has to be')
  process.exitCode = failure === undefined ? 1 : 0
} else {
  const told = failure === undefined ? 'everything acknowledged is there' : `failed; the directory is ${directory}`
  console.log(
    `crash: seed ${seed}, ${round - 1} rounds, ${recoveries} deaths while recovering, ${records} records, ${transactions} transactions, ` +
      `${commits} commits, ${run.instances} instances of kafkajs, ${seconds} s: ${told}`,
  )
  // Each was to be met twice.
  const missedOne = missed.length > 0 && rounds >= endings
  if (missed.length > 0) console.log(`never died where: ${missed.join('; ')}`)
  process.exitCode = failure === undefined && !missedOne ? 0 : 1
}
if (sabotage !== undefined || (failure === undefined && !flags.keep)) rmSync(directory, { recursive: true })
