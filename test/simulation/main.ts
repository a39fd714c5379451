/** Histories on a failing disk, of single records or of transactions: npm run simulate -- [--transactions] [--seed N] [--seeds N] [--verbose] */
import { parseArgs } from 'node:util'
import { Simulation } from './simulation.ts'
import { TransactionSimulation } from './transactions.ts'

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '2000' },
    transactions: { type: 'boolean' },
    verbose: { type: 'boolean' },
  },
})
const first = Number(flags.seed)
const count = Number(flags.seeds)
let [crashes, records, failed] = [0, 0, 0]
for (let seed = first; seed < first + count; seed++) {
  try {
    const outcome = await (flags.transactions ? new TransactionSimulation(seed) : new Simulation(seed)).run()
    crashes += outcome.crashes
    records += outcome.records
    if (flags.verbose) console.log(`seed ${seed}: ${outcome.crashes} crashes, ${outcome.records} records`)
  } catch (error) {
    failed++
    console.log(`seed ${seed}: ${(error as Error).stack}`)
  }
}
console.log(`simulate: ${count} seeds from ${first}, ${crashes} crashes, ${records} records, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
