/**
 * What compaction leaves of the same history here and in a real Kafka, batch by batch: npm run kafka-compaction -- [--seed N] [--steps N]
 *
 * Both write the same batches in segments of a mebibyte, are compacted, go on, and are compacted again behind the horizon of
 * tombstones. Then Kafka's own dump-log reads our files. The program that starts the real one is MILLRACE_KAFKA, or
 * ../shared/real/kafka beside the project; without it, or without Java, the suite is left out and says so.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nodeFiles } from '#src/base/node-files.ts'
import { BrokerServer } from '#src/server/broker-server.ts'
import { logText } from '#src/testing/log-text.ts'
import { RealPeer } from '../transactions/real-peer.ts'
import { TOPIC, Workload } from './workload.ts'

const PORT = 29_216
const DELETE_RETENTION_MS = 2_000
const CONFIGS = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'segment.bytes': String(1024 ** 2),
  'min.cleanable.dirty.ratio': '0.01',
  'delete.retention.ms': String(DELETE_RETENTION_MS),
}
const CLEANED_WITHIN_MS = 60_000

const { values: flags } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, steps: { type: 'string', default: '250' } },
})
const root = fileURLToPath(new URL('../../../../', import.meta.url))
const program = process.env['MILLRACE_KAFKA'] ?? join(root, '../shared/real/kafka')

interface Target {
  readonly name: string
  readonly data: string
  readonly workload: Workload
  stop(): Promise<void> | void
}

async function ours(seed: number): Promise<Target> {
  const data = mkdtempSync(join(tmpdir(), 'millrace-compaction-'))
  const broker = await BrokerServer.start({
    data,
    listen: ['127.0.0.1:0'],
    properties: { 'log.cleaner.backoff.ms': '300' },
    log: (level, event, fields) => {
      if (level === 'warn' || level === 'error') console.log(`${level} ${event} ${JSON.stringify(fields)}`)
    },
  })
  const peer = await RealPeer.connect(broker.bootstrap)
  return {
    name: 'Millrace',
    data,
    workload: new Workload(peer, seed),
    async stop() {
      peer.close()
      await broker.stop()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

async function real(seed: number): Promise<Target> {
  const environment = { ...process.env, KAFKA_PROPERTIES: 'log.cleaner.backoff.ms=300\nlog.initial.task.delay.ms=100' }
  execFileSync(program, ['up', `${PORT}`], { stdio: 'ignore', env: environment })
  const peer = await RealPeer.connect(`127.0.0.1:${PORT}`)
  return {
    name: 'Kafka',
    data: execFileSync(program, ['data', `${PORT}`], { encoding: 'utf8' }).trim(),
    workload: new Workload(peer, seed),
    stop() {
      peer.close()
      execFileSync(program, ['down', `${PORT}`], { stdio: 'ignore' })
    },
  }
}

/** Waits until everything below the active segment is clean; answers the files as text, producers by the order they appear in. */
async function cleanedText({ name, data }: Target): Promise<string> {
  for (const end = Date.now() + CLEANED_WITHIN_MS; Date.now() < end;) {
    await new Promise(resolve => setTimeout(resolve, 500))
    const active = Math.max(
      ...readdirSync(join(data, `${TOPIC}-0`)).map(file => (file.endsWith('.log') ? Number.parseInt(file, 10) : 0)),
    )
    const checkpoint = join(data, 'cleaner-offset-checkpoint')
    if (!existsSync(checkpoint) || !new RegExp(`^${TOPIC} 0 ${active}\\b`, 'm').test(readFileSync(checkpoint, 'utf8'))) continue
    const ids = new Map<string, number>()
    const ordinal = (id: string) => ids.get(id) ?? (ids.set(id, ids.size), ids.size - 1)
    const text = await logText(nodeFiles(), join(data, `${TOPIC}-0`))
    return text.replaceAll(/ of (\d+)/g, (_, id: string) => ` of P${ordinal(id)}`).replaceAll(/[a-z]{10,}/g, '…')
  }
  throw new Error(`${name} did not compact ${TOPIC}-0 within ${CLEANED_WITHIN_MS / 1000} s`)
}

function compare(what: string, [here, there]: readonly [string, string]): number {
  const [a, b] = [here.split('\n'), there.split('\n')]
  if (here === there) {
    const count = (pattern: RegExp) => a.filter(line => pattern.test(line)).length
    const batches = count(/^\d+\.\./)
    console.log(
      `${what}: alike: ${count(/^\d+:/)} segments, ${batches} batches (${count(/empty/)} empty, ${count(/horizon/)} with a horizon, ` +
        `${count(/COMMIT|ABORT/)} markers), ${count(/^ /)} records`,
    )
    return 0
  }
  const first = a.findIndex((line, i) => line !== b[i])
  const around = (lines: readonly string[]) => lines.slice(Math.max(0, first - 4), first + 6).join('\n    ')
  console.log(`${what}: they differ from line ${first + 1} on\n  here:\n    ${around(a)}\n  Kafka:\n    ${around(b)}`)
  return 1
}

/** What Kafka's tool finds wrong with a partition's files, by kind; it says of any compacted log that offsets are missing. */
function complaintsOf(data: string): Set<string> {
  const directory = join(data, `${TOPIC}-0`)
  const files = readdirSync(directory).filter(name => /\.(log|index|timeindex|txnindex|snapshot)$/.test(name))
  const args = ['dump-log', '--deep-iteration', '--files', files.map(name => join(directory, name)).join()]
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  const found = new Set<string>()
  if (status !== 0) found.add(stderr)
  const kinds =
    /isvalid: false|Mismatches in|Non-consecutive offsets|timestamp mismatch|out of order timestamp|not found|invalid bytes|Exception/gi
  for (const [complaint] of (stdout + stderr).matchAll(kinds)) found.add(complaint.toLowerCase())
  if (!stdout.includes('baseOffset')) found.add(`nothing was read: ${stdout.slice(0, 200)}`)
  return found
}

/** Kafka's tool reads every record of our files, and finds nothing wrong that it does not find in Kafka's own. */
function dumpLog(here: Target, there: Target): number {
  const known = complaintsOf(there.data)
  const complaints = [...complaintsOf(here.data)].filter(complaint => !known.has(complaint))
  for (const complaint of complaints) console.log(`dump-log: ${complaint}`)
  if (complaints.length === 0)
    console.log(`dump-log: reads all of our files${known.size === 0 ? '' : `; of both it says: ${[...known].join(', ')}`}`)
  return complaints.length
}

async function run(): Promise<number> {
  const seed = Number(flags.seed)
  const targets: Target[] = []
  let failed = 0
  try {
    targets.push(await ours(seed), await real(seed))
    for (const { workload } of targets) await workload.createTopic(CONFIGS)
    const rounds = ['a first round', 'a second one, behind the horizon', 'a third one']
    for (const round of rounds) {
      for (const { workload } of targets) {
        await workload.run(Number(flags.steps))
        await workload.fill()
      }
      for (const { workload } of targets) await workload.compact(true)
      const texts = [await cleanedText(targets[0]!), await cleanedText(targets[1]!)] as const
      failed += compare(round, texts)
      for (const { workload } of targets) await workload.compact(false)
      await new Promise(resolve => setTimeout(resolve, DELETE_RETENTION_MS + 500))
    }
    failed += dumpLog(targets[0]!, targets[1]!)
  } finally {
    for (const target of targets) await target.stop()
  }
  return failed
}

if (!existsSync(program)) console.log(`left out: there is no ${program}`)
else if (spawnSync('java', ['-version']).status !== 0) console.log('left out: there is no Java')
else process.exitCode = (await run()) === 0 ? 0 : 1
