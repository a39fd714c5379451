/**
 * A broker under attack: npm run fuzz -- [--seconds 60] [--seed N] [--unguarded]
 *
 * Connections in their thousands send requests of every API and version, right and spoilt, batches that lie and that burst, before and
 * after they have said who they are; beside them a client that must not notice. Two thirds of the time attackers may touch only
 * what is theirs (ACLs see to that); then they may do anything, and the broker must merely live. Afterwards what is in the
 * directory is read, by a broker that is started on it anew. All that attackers send follows from the seed.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { findingText } from '#src/kafka/tools/finding.ts'
import { verify } from '#src/kafka/tools/verify.ts'
import type { Target, Transcript } from './attack.ts'
import type { AttackersData, AttackersReport } from './attackers.ts'
import { BrokerProcess, people } from './broker-process.ts'
import { Bystander, goodClient } from './bystander.ts'
import { type Surroundings, kindName, requestKinds } from './messages.ts'
import { shrunk } from './replay.ts'
import { compacted, prepare } from './surroundings.ts'
import { verifyAll } from './verify.ts'

const { values: flags } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: String(1 + (Date.now() % 1_000_000)) },
    unguarded: { type: 'boolean' },
  },
})

/** On a machine of two cores that attackers, and maybe others, share with the broker. */
const LATEST_MS = 8000
const AT_ONCE = 40
const STOP_MS = 10_000

const seed = Number(flags.seed)
const seconds = Number(flags.seconds)
const failures: string[] = []
const sent = new Map<string, number>()

async function phase(name: string, phaseSeconds: number, from: number, guarded: boolean): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-fuzz-'))
  const data = join(directory, 'data')
  const broker = await BrokerProcess.start(data, { guarded })
  const failed = (what: string): void => void failures.push(`${name}: ${what}`)
  try {
    const surroundings = await prepare(broker, guarded)
    const client = goodClient(broker)
    const bystander = new Bystander(client)
    if (guarded) await bystander.start()
    const sockets = broker.sockets
    const watch = watched(broker)
    const report = await attacked(broker, { from, surroundings, ms: phaseSeconds * 1000 })
    if (guarded && !broker.failed) await bystander.stop()
    if (guarded && !broker.failed) await compacted(client)
    await watch.stop()
    for (const [what, count] of report.kinds) sent.set(what, (sent.get(what) ?? 0) + count)
    console.log(
      `${name}: ${report.connections} connections, ${report.frames} frames, ${mega(report.bytes)} MB sent, ${mega(report.answeredBytes)} MB answered; ` +
        `peak memory ${mega(broker.peakBytes)} MB, longest stall ${broker.longestStallMs.toFixed(0)} ms`,
    )
    if (!broker.failed) {
      const taken = await broker.requests()
      const never = [...surroundings.served].filter(api => !taken.has(api))
      console.log(
        `  ${[...taken.values()].reduce((sum, count) => sum + count, 0)} requests understood; of these APIs none was: ${never.join(', ') || '-'}`,
      )
    }
    if (guarded && !broker.failed) judgeBystander(bystander, failed)
    if (!broker.failed) await settled(broker, guarded, sockets, failed)
    client.close()
    if (!broker.failed) {
      const code = await broker.stop(STOP_MS)
      if (code !== 0) failed(`it did not stop cleanly: ${broker.ended}`)
    }
    if (broker.ended !== 'exit code 0' || broker.errors.length > 0) {
      failed([`the broker failed (${broker.ended ?? 'and goes on'})`, ...new Set(broker.errors)].slice(0, 30).join('\n'))
      await tellCause(report.last, broker.sasl, guarded)
    } else {
      const { problems, partitions } = await verify(data)
      for (const finding of [...problems, ...partitions.flatMap(partition => partition.problems)])
        failed(`the directory: ${findingText(finding)}`)
      await verified(data, guarded ? bystander.acknowledged : undefined, name)
    }
    return report.connections
  } catch (error) {
    failed((error as Error).stack!)
    return 0
  } finally {
    await broker.stop(STOP_MS)
    rmSync(directory, { recursive: true })
  }
}

const mega = (bytes: number): string => (bytes / 2 ** 20).toFixed(bytes < 10 << 20 ? 1 : 0)

/** Looks after it from time to time, until it is told to stop. */
function watched(broker: BrokerProcess): { stop(): Promise<void> } {
  const stopped = new AbortController()
  const watching = (async () => {
    while (!stopped.signal.aborted) {
      await broker.look()
      await new Promise(resolve => setTimeout(resolve, 300))
    }
  })()
  return {
    stop() {
      stopped.abort()
      return watching
    },
  }
}

async function attacked(
  broker: BrokerProcess,
  { from, surroundings, ms }: { readonly from: number; readonly surroundings: Surroundings; readonly ms: number },
): Promise<AttackersReport> {
  const { host, open, sasl } = broker
  const target: Target = { host, open, sasl, user: 'fuzz', password: people.fuzz }
  const workerData: AttackersData = { seed, from, atOnce: AT_ONCE, target, surroundings }
  const worker = new Worker(new URL('./attackers.js', import.meta.url), { workerData })
  const report = new Promise<AttackersReport>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  const startedMs = performance.now()
  while (performance.now() - startedMs < ms && !broker.failed) await new Promise(resolve => setTimeout(resolve, 100))
  worker.postMessage('stop')
  return report
}

function judgeBystander(bystander: Bystander, failed: (what: string) => void): void {
  const { failure, acknowledgedMs, readMs } = bystander
  if (failure !== undefined) failed(`the client beside noticed: ${(failure as Error).stack}`)
  const worst = (values: readonly number[]): string => {
    const sorted = values.toSorted((a, b) => a - b)
    const at = (share: number) => (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1)
    return `median ${at(0.5)}, p99 ${at(0.99)}, worst ${at(1)} ms`
  }
  console.log(
    `  beside it: ${acknowledgedMs.length} records acknowledged after ${worst(acknowledgedMs)}; read after ${worst(readMs)}`,
  )
  const latestMs = Math.max(...acknowledgedMs, ...readMs)
  if (latestMs > LATEST_MS) failed(`the client beside waited ${latestMs.toFixed(0)} ms; ${LATEST_MS} are allowed`)
}

/** What attackers took is given back. */
async function settled(broker: BrokerProcess, guarded: boolean, sockets: number, failed: (what: string) => void): Promise<void> {
  const until = performance.now() + 5000
  let left = ''
  do {
    await new Promise(resolve => setTimeout(resolve, 200))
    const [connections, held] = [
      await broker.metric('millrace_connections'),
      await broker.metric('millrace_request_memory_bytes'),
    ]
    left = broker.sockets > sockets + 4 ? `${broker.sockets} sockets, ${sockets} at the start` : ''
    if (connections > 4) left = `${connections} connections`
    if (held > 0) left = `${held} bytes of requests`
    // Whoever may do anything may also have turned the address away.
    if (guarded && !(await broker.ready())) left = 'it is not ready'
  } while (left !== '' && performance.now() < until)
  if (left !== '') failed(`5 s after the attack: ${left}`)
}

/** A broker that is started on what is left reads all of it. */
async function verified(data: string, acknowledged: readonly number[] | undefined, name: string): Promise<void> {
  const broker = await BrokerProcess.start(data, { guarded: false })
  const client = goodClient(broker)
  try {
    const found = await verifyAll(client, acknowledged)
    console.log(`  after a restart: ${found.partitions} partitions, ${found.batches} batches, all of them whole`)
    if (broker.failed) failures.push(`${name}: after a restart: ${broker.ended ?? ''} ${broker.errors.join('\n')}`)
  } catch (error) {
    failures.push(`${name}: after a restart: ${(error as Error).stack}`)
  } finally {
    client.close()
    await broker.stop(STOP_MS)
  }
}

/** The frames it takes, or those that came last. */
async function tellCause(last: readonly Transcript[], saslPort: number, guarded: boolean): Promise<void> {
  const cause = await shrunk(last, saslPort, guarded)
  if (cause !== undefined) {
    console.log(`connection ${cause.index} does it alone, on the listener ${cause.port === saslPort ? 'AUTH' : 'OPEN'}:`)
    for (const [i, frame] of cause.frames.entries()) console.log(`  ${cause.what[i]}: ${hex(frame)}`)
    return
  }
  const file = join(tmpdir(), `millrace-fuzz-${seed}.txt`)
  const lines = last.flatMap(({ index, what, frames }) => [
    `connection ${index}`,
    ...frames.map((frame, i) => `  ${what[i]}: ${hex(frame)}`),
  ])
  writeFileSync(file, `${lines.join('\n')}\n`)
  console.log(`no connection does it alone; what came last is in ${file}`)
}

const hex = (bytes: Uint8Array): string =>
  `${Buffer.from(bytes.subarray(0, 2000)).toString('hex')}${bytes.length > 2000 ? '…' : ''}`

console.log(`fuzz: seed ${seed}`)
const connections = flags.unguarded ? 0 : await phase('guarded', (seconds * 2) / 3, 0, true)
if (failures.length === 0) await phase('unguarded', seconds / 3, connections, false)
const missing = requestKinds.filter(kind => !sent.has(kindName(kind)))
console.log(`kinds of requests: ${requestKinds.length - missing.length} of ${requestKinds.length} sent`)
for (const failure of failures) console.log(`FAILED: ${failure}`)
console.log(failures.length === 0 ? 'fuzz: ok' : `fuzz: failed; again with --seed ${seed}`)
process.exit(failures.length === 0 ? 0 : 1)
