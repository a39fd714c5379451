/**
 * Our broker and a real Kafka, in turns, with one client on librdkafka on the same two cores. Ours syncs before every
 * acknowledgement, Kafka leaves that to the system. Both are warmed up; of several rounds the median counts.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32cImplementation } from '#src/kafka/records/crc32c.ts'
import { median } from '../measure.ts'
import { type LoadArguments, type LoadRun, runLoad } from './load.ts'
import { type Peer, createTopic, missing, startKafka, startMillrace } from './peers.ts'
import { firstProduce, restartAfterKill } from './restart.ts'
import { slowConsumers } from './slow-consumers.ts'

export interface BrokerBenchOptions {
  readonly rounds: number
  /** How many messages, as a part of the whole bench. */
  readonly scale: number
  readonly wanted: readonly string[] | undefined
}

/** One figure beside the other. */
export interface Comparison {
  readonly what: string
  readonly unit: string
  readonly millrace: number
  readonly kafka: number | '–'
  readonly ratio: number | '–'
}

const WARM_UP = 3_000_000
const RESTART_GIGABYTES = 10

export async function benchBroker({ rounds, scale, wanted }: BrokerBenchOptions): Promise<Comparison[]> {
  const lacking = missing()
  if (lacking !== undefined) {
    console.log(`left out: there is no ${lacking}`)
    return []
  }
  console.log(`CRC-32C: ${crc32cImplementation()}; Node ${process.version}; medians of ${rounds}`)
  const found: Comparison[] = []
  const kafka = startKafka()
  const peers = [await startMillrace(), kafka]
  const asks = (name: string) => wanted === undefined || wanted.includes(name)
  try {
    found.push({
      ...compared(
        'start of the process to listening',
        'ms',
        peers.map(peer => peer.startMs),
      ),
      ratio: ratio(peers[1]!.startMs, peers[0]!.startMs),
    })
    found.push(compared('memory when idle', 'MB', peers.map(residentMB)))
    for (const peer of peers)
      await runLoad(peer, { what: 'produce', topic: 'warm', count: Math.round(WARM_UP * scale), size: 100 })
    const measure = (name: string, load: LoadArguments) => inTurns(peers, rounds, `${name}, ${load.what}`, load)
    const count = (messages: number) => Math.round(messages * scale)
    // First: later on the system writes back what the other left unsynced, and every sync waits for it.
    for (const rate of [50_000, 500_000]) {
      if (!asks('latency')) continue
      const load: LoadArguments = {
        what: 'produce',
        topic: 'paced',
        count: count(rate * 5),
        size: 100,
        settings: [`rate=${rate}`],
      }
      const runs = await measure(`at ${rate} messages/s`, load)
      found.push(
        compared(
          `acknowledged at ${rate}/s, p99`,
          'ms',
          runs.map(list => median(list.map(run => run.p99Ms))),
        ),
      )
    }
    if (asks('100B')) {
      const runs = await measure('100 B', { what: 'produce', topic: 'warm', count: count(2_000_000), size: 100 })
      found.push(throughput('produce 100 B', runs), cpu('broker CPU for a million of them', runs, count(2_000_000)))
    }
    if (asks('consume')) {
      const runs = await measure('100 B', { what: 'consume', topic: 'warm', count: count(2_000_000), size: 100 })
      found.push(throughput('consume 100 B', runs), cpu('broker CPU for a million of them', runs, count(2_000_000)))
    }
    if (asks('1KB')) {
      const runs = await measure('1 KB', { what: 'produce', topic: 'kilobyte', count: count(500_000), size: 1000 })
      found.push(megabytes('produce 1 KB', runs), cpu('broker CPU for a million of them', runs, count(500_000)))
    }
    if (asks('single')) {
      const settings = ['linger.ms=0', 'batch.num.messages=1']
      const runs = await measure('one message a request', {
        what: 'produce',
        topic: 'single',
        count: count(100_000),
        size: 100,
        settings,
      })
      found.push(throughput('one message a request', runs))
    }
    found.push(compared('peak memory', 'MB', peers.map(peakMB)))
    if (asks('slow')) {
      const slow = await Promise.all(peers.map(peer => slowConsumers(peer.address, 'warm', 200)))
      for (const peer of peers) await runLoad(peer, { what: 'produce', topic: 'warm', count: count(1_000_000), size: 100 })
      found.push(compared('peak memory with 200 slow consumers', 'MB', peers.map(peakMB)))
      for (const consumers of slow) consumers.close()
    }
  } finally {
    for (const peer of peers) await peer.stop()
  }
  if (asks('partitions')) found.push(...(await manyPartitions(Math.min(rounds, 3), scale)))
  found.push(alone('longest stall of the event loop', 'ms', longestStallMs))
  if (asks('start')) found.push(await starts(rounds))
  if (asks('restart')) found.push(await restart(RESTART_GIGABYTES * scale))
  return found
}

/** Of an empty directory; there is nothing to compare it with. */
async function starts(rounds: number): Promise<Comparison> {
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const { ms, peer } = await firstProduce(startMillrace)
    times.push(ms)
    await peer.stop()
  }
  return alone('start to the first acknowledged produce', 'ms', median(times))
}

async function restart(gigabytes: number): Promise<Comparison> {
  const { ms, cold } = await restartAfterKill(gigabytes)
  return alone(`the same after SIGKILL, ${gigabytes} GB in 1,000 partitions${cold ? ', caches dropped' : ''}`, 'ms', ms)
}

/** Runs the same load on each peer in turn, so often. */
async function inTurns(peers: readonly Peer[], rounds: number, name: string, load: LoadArguments): Promise<LoadRun[][]> {
  const runs: LoadRun[][] = peers.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [i, peer] of peers.entries()) {
      if (process.stderr.isTTY) process.stderr.write(`\r${name}: round ${round + 1} of ${rounds}, ${peer.name}\x1b[K`)
      runs[i]!.push(await watched(peer, load))
    }
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
  return runs
}

/** Each of 1,000 partitions gets little at a time. The first messages find empty partitions; of each round brokers that are new to this. */
async function manyPartitions(rounds: number, scale: number): Promise<Comparison[]> {
  const first: number[][] = [[], []]
  const next: number[][] = [[], []]
  const count = Math.round(2_000_000 * scale)
  const load: LoadArguments = { what: 'produce', topic: 'many', count, size: 100, settings: ['linger.ms=100'] }
  // Gone at the end: a file system without a journal is slow to make files for minutes after it has deleted many.
  const directories: string[] = []
  for (let round = 0; round < rounds; round++) {
    const kafka = startKafka()
    const data = mkdtempSync(join(tmpdir(), 'bench-broker-'))
    directories.push(data)
    const peers = [await startMillrace({ data }), kafka]
    try {
      for (const [i, peer] of peers.entries()) {
        await runLoad(peer, { what: 'produce', topic: 'warm', count: Math.round(WARM_UP * scale), size: 100 })
        createTopic(peer, 'many', 1000)
        first[i]!.push((await watched(peer, load)).messagesPerSecond)
        next[i]!.push((await watched(peer, load)).messagesPerSecond)
      }
    } finally {
      for (const peer of peers) await peer.stop()
    }
  }
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
  return [
    compared(`1,000 partitions, first ${count}`, 'messages/s', first.map(median)),
    compared(`1,000 partitions, next ${count}`, 'messages/s', next.map(median)),
  ]
}

/** Of ours, in its own turns: in the other's the processors are not its own. */
let longestStallMs = 0

async function watched(peer: Peer, load: LoadArguments): Promise<LoadRun> {
  await stallMs(peer)
  const run = await runLoad(peer, load)
  longestStallMs = Math.max(longestStallMs, await stallMs(peer))
  return run
}

/** Since it was asked last. */
async function stallMs(peer: Peer): Promise<number> {
  if (peer.http === undefined) return 0
  const text = await (await fetch(`http://${peer.http}/metrics`)).text()
  return Number(/^millrace_event_loop_delay_seconds\{quantile="1"\} (\S+)$/m.exec(text)![1]) * 1000
}

const throughput = (what: string, runs: readonly LoadRun[][]): Comparison =>
  compared(
    what,
    'messages/s',
    runs.map(list => median(list.map(run => run.messagesPerSecond))),
  )

const megabytes = (what: string, runs: readonly LoadRun[][]): Comparison =>
  compared(
    what,
    'MB/s',
    runs.map(list => median(list.map(run => run.megabytesPerSecond))),
  )

const cpu = (what: string, runs: readonly LoadRun[][], count: number): Comparison =>
  compared(
    what,
    's',
    runs.map(list => round((median(list.map(run => run.brokerCpuSeconds)) / count) * 1e6)),
  )

function compared(what: string, unit: string, [millrace, kafka]: readonly number[]): Comparison {
  return { what, unit, millrace: round(millrace!), kafka: round(kafka!), ratio: ratio(millrace!, kafka!) }
}

const alone = (what: string, unit: string, ours: number): Comparison => ({
  what,
  unit,
  millrace: round(ours),
  kafka: '–',
  ratio: '–',
})

const round = (n: number): number => (n >= 100 ? Math.round(n) : Math.round(n * 100) / 100)
const ratio = (a: number, b: number): number => Math.round((a / b) * 100) / 100

const status = (pid: number, name: string): number =>
  Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1000)
const residentMB = (peer: Peer): number => status(peer.pid, 'VmRSS')
const peakMB = (peer: Peer): number => status(peer.pid, 'VmHWM')
