/**
 * npm run bench                                                    everything, as tables
 * npm run bench -- nexmark --queries q0,q1 --events 10000000       one of them
 * npm run bench -- nexmark --json                                  one JSON object a line
 */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Measurement, printTable } from './measure.ts'

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    queries: { type: 'string' },
    events: { type: 'string' },
    runs: { type: 'string' },
    json: { type: 'boolean' },
    smoke: { type: 'boolean' },
  },
})

const runs = Number(flags.runs ?? (flags.smoke ? 1 : 3))

/** Each is loaded when it is asked for. */
const benches: Readonly<Record<string, () => Promise<readonly Measurement[]>>> = {
  async nexmark() {
    const { benchNexmark } = await import('./nexmark.ts')
    const queries = flags.queries?.split(',') ?? ['q0', 'q1', 'q2']
    return benchNexmark({ queries, events: Number(flags.events ?? (flags.smoke ? 200_000 : 10_000_000)), runs })
  },
  async flights() {
    const { benchFlights } = await import('./flights.ts')
    return benchFlights(runs)
  },
  async flink() {
    const { benchFlink } = await import('./flink.ts')
    return benchFlink(Number(flags.events ?? (flags.smoke ? 20_000 : 2_000_000)), flags.queries?.split(','))
  },
  async topics() {
    const { benchTopics } = await import('./topics.ts')
    return benchTopics(Number(flags.events ?? (flags.smoke ? 20_000 : 5_000_000)), flags.queries?.split(','))
  },
  async memory() {
    const { benchMemory } = await import('./memory.ts')
    return benchMemory(flags.smoke ? 10 : 1024)
  },
  async broker() {
    const { benchBroker } = await import('./broker/main.ts')
    const rows = await benchBroker({
      rounds: flags.runs === undefined && !flags.smoke ? 5 : runs,
      scale: flags.smoke ? 0.02 : 1,
      wanted: flags.queries?.split(','),
    })
    return rows as unknown as readonly Measurement[]
  },
  async startup() {
    const { benchStartup } = await import('./startup.ts')
    return benchStartup(runs)
  },
}

/** Hot loops by themselves: scripts of their own that print their own tables, each in a fresh process. */
const micro = ['formats', 'parquet', 'calc', 'aggregate', 'join', 'sort']
const wanted = positionals.length === 0 ? [...Object.keys(benches), ...(flags.smoke || flags.json ? [] : micro)] : positionals
for (const name of wanted) {
  const bench = benches[name]
  if (bench === undefined && micro.includes(name)) {
    console.log(`\n${name}`)
    const { status } = spawnSync(
      process.execPath,
      ['--expose-gc', fileURLToPath(new URL(`./micro/${name}.js`, import.meta.url))],
      { stdio: 'inherit' },
    )
    if (status !== 0) process.exitCode = 1
    continue
  }
  if (bench === undefined) {
    console.error(`there is no bench '${name}'; there are ${[...Object.keys(benches), ...micro].join(', ')}`)
    process.exitCode = 2
    continue
  }
  const measured = await bench()
  if (flags.json) for (const row of measured) console.log(JSON.stringify(row))
  else printTable(name, measured as unknown as Record<string, string | number>[])
}
