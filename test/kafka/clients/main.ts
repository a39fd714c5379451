/**
 * Real clients against our broker: npm run clients -- [--client NAME]... [--feature NAME]... [--allow-missing] [--bootstrap HOST:PORT]
 *
 * Every client is asked for every feature, in a process of its own for each area. It fails on a cell that is `no` and not in
 * exceptions.ts, on an exception that is none any more, and on a client that can't be had here, unless --allow-missing. A run of all of
 * them writes docs/clients.md. --bootstrap asks another broker, such as a real Kafka: how do clients fare there?
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Client, type Prepared, clients } from './clients.ts'
import { exceptionFor } from './exceptions.ts'
import { type Answer, areas, isAskedFor } from './features.ts'
import { Missing, cache } from './install.ts'
import { clientsPage } from './page.ts'
import { runProgram } from './run.ts'
import { type RunningTarget, brokerAt, startBroker } from './target.ts'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const { values: flags } = parseArgs({
  options: {
    'client': { type: 'string', multiple: true, default: [] },
    'feature': { type: 'string', multiple: true, default: [] },
    'allow-missing': { type: 'boolean', default: false },
    'bootstrap': { type: 'string' },
    'verbose': { type: 'boolean', default: false },
  },
})
for (const name of flags.client)
  if (!clients.some(client => client.name === name)) {
    console.error(`there is no client '${name}': ${clients.map(client => client.name).join(', ')}`)
    process.exit(2)
  }

/** Set apart, so that a run does not meet what another one left on a broker that was there before. */
const runId = process.pid.toString(36)

interface Asked {
  readonly client: Client
  readonly prepared: Prepared
  readonly answers: Map<string, Answer>
}

const failures: string[] = []
const asked: Asked[] = []
const missing: string[] = []
mkdirSync(cache, { recursive: true })
for (const client of clients) {
  if (flags.client.length > 0 && !flags.client.includes(client.name)) continue
  try {
    asked.push({ client, prepared: await client.prepare(), answers: new Map() })
  } catch (error) {
    if (!(error instanceof Missing)) throw error
    missing.push(client.name)
    console.log(`left out: ${client.name}: ${error.message}`)
    if (!flags['allow-missing']) failures.push(`${client.name}: left out, and there is no --allow-missing`)
  }
}

const target = flags.bootstrap === undefined ? await startBroker(join(root, 'dist/bin/millrace.js')) : brokerAt(flags.bootstrap)
try {
  // Two at a time: programs wait more than they work.
  const queue = asked.flatMap(one => areas.map(area => ({ ...one, area })))
  await Promise.all(
    [1, 2].map(async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) await askFor(next, next.area, target)
    }),
  )
} finally {
  await target.stop()
}
if (flags.bootstrap === undefined) judge()
if (failures.length === 0 && flags.bootstrap === undefined && flags.feature.length === 0 && asked.length === clients.length)
  writePage()
for (const failure of failures) console.log(`FAILED: ${failure}`)
const cells = asked.flatMap(one => [...one.answers.values()])
const count = (kind: Answer['kind']): number => cells.filter(cell => cell.kind === kind).length
console.log(
  `${asked.length} clients, ${cells.length} cells: ${count('yes')} yes, ${count('none')} that the client has none of, ${count('no')} no` +
    (missing.length === 0 ? '' : `; left out: ${missing.join(', ')}`),
)
process.exitCode = failures.length === 0 ? 0 : 1

async function askFor({ client, prepared, answers }: Asked, area: (typeof areas)[number], target: RunningTarget): Promise<void> {
  if (area.name === 'security' && target.security === undefined) return
  const features = Object.keys(area.features).filter(feature => isAskedFor(area, feature, flags.feature))
  if (features.length === 0) return
  const { bootstrap, security } = target
  const prefix = `${client.name}-${area.name}-${runId}-`
  const run = await runProgram(prepared, { bootstrap, security, client: client.name, area, features, prefix }, root)
  const failed: string[] = []
  for (const feature of features) {
    const answer = run.answers.get(feature)!
    answers.set(feature, answer)
    if (answer.kind === 'no') failed.push(`  no: ${feature}: ${answer.why}`)
    else if (flags.verbose) failed.push(`  ${answer.kind}: ${feature}${answer.kind === 'none' ? `: ${answer.why ?? ''}` : ''}`)
  }
  console.log([`${client.name}: ${area.name} (${run.seconds.toFixed(1)} s)`, ...failed].join('\n'))
  if (run.output !== '' && (flags.verbose || failed.length > 0)) console.log(run.output.trim().replace(/^/gm, '    '))
  if (target.exited) throw new Error(`the broker ended\n${target.log()}`)
}

/** Holds answers and exceptions against each other. */
function judge(): void {
  for (const { client, answers } of asked)
    for (const [feature, answer] of answers) {
      const listed = exceptionFor(client.name, feature) !== undefined
      if (answer.kind === 'no' && !listed) failures.push(`${client.name}: ${feature}: ${answer.why}`)
      if (answer.kind !== 'no' && listed) failures.push(`${client.name}: ${feature}: is listed as an exception and is none`)
    }
  if (/"level":"error"/.test(target.log())) failures.push(`the broker logged errors:\n${target.log()}`)
}

function writePage(): void {
  const columns = asked.map(({ client, prepared, answers }) => ({
    title: client.title,
    version: prepared.version,
    answers,
    exceptionFor: (feature: string) => exceptionFor(client.name, feature)?.reason,
  }))
  writeFileSync(join(root, 'docs/clients.md'), clientsPage(columns))
  console.log('docs/clients.md is written')
}
