/**
 * Histories on a failing disk, of single records, of transactions, or of a compacted topic:
 *
 *     npm run simulate -- [--transactions | --compaction | --both] [--seed N] [--seeds N] [--verbose]
 *
 * `--both` runs the first two side by side, each in a process of its own.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '#src/base/clock.ts'
import { CompactionSimulation } from './compaction.ts'
import { Simulation } from './simulation.ts'
import { TransactionSimulation } from './transactions.ts'

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '2000' },
    transactions: { type: 'boolean' },
    compaction: { type: 'boolean' },
    both: { type: 'boolean' },
    verbose: { type: 'boolean' },
  },
})

process.exitCode = flags.both ? await runBoth() : await run()

async function runBoth(): Promise<number> {
  const args = ['--seed', flags.seed, '--seeds', flags.seeds, ...(flags.verbose ? ['--verbose'] : [])]
  const codes = await Promise.all(
    [[], ['--transactions']].map(async kind => {
      const one = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args, ...kind], { stdio: 'inherit' })
      const [code] = await once(one, 'exit')
      return code as number | null
    }),
  )
  return codes.every(code => code === 0) ? 0 : 1
}

function simulation(seed: number) {
  if (flags.transactions) return new TransactionSimulation(seed)
  return flags.compaction ? new CompactionSimulation(seed) : new Simulation(seed)
}

function compacted(outcome: object): string {
  return 'compacted' in outcome && 'compactions' in outcome
    ? `, ${outcome.compactions} compactions took ${outcome.compacted}`
    : ''
}

async function run(): Promise<number> {
  const first = Number(flags.seed)
  const count = Number(flags.seeds)
  const began = systemClock.elapsedMs()
  let [crashes, records, failed] = [0, 0, 0]
  for (let seed = first; seed < first + count; seed++) {
    try {
      const outcome = await simulation(seed).run()
      crashes += outcome.crashes
      records += outcome.records
      if (flags.verbose) console.log(`seed ${seed}: ${outcome.crashes} crashes, ${outcome.records} records${compacted(outcome)}`)
    } catch (error) {
      failed++
      console.log(`seed ${seed}: ${(error as Error).stack}`)
    }
  }
  const what = flags.transactions ? 'transactions' : flags.compaction ? 'compaction' : 'records'
  const seconds = Math.round((systemClock.elapsedMs() - began) / 1000)
  console.log(
    `simulate: ${what}, ${count} seeds from ${first}, ${crashes} crashes, ${records} records, ${failed} failed, ${seconds} s`,
  )
  return failed === 0 ? 0 : 1
}
