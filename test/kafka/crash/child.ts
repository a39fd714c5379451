/**
 * A broker in a process of its own, which dies where it is told to: PORT DATA DURABILITY [WHERE]. `WHERE` is a `CrashAt` as JSON, for a start
 * that does not get far; later ones come as lines on standard input. It says `listening MS OPERATIONS clean|recovered` once it has
 * recovered: how long that took, and how many operations on files.
 */
import { createInterface } from 'node:readline'
import { systemClock, systemTimers } from '#src/base/clock.ts'
import { nodeFiles } from '#src/base/node-files.ts'
import { systemRandom } from '#src/base/random.ts'
import { Broker } from '#src/kafka/broker/broker.ts'
import type { Durability } from '#src/kafka/log/commit.ts'
import { type CrashAt, crashing } from './crash-point.ts'

/** Recovery points move all the time, so that there is something to crash into. */
const CHECKPOINT_MS = 120

const [port, path, durability, where] = process.argv.slice(2)
const began = systemClock.elapsedMs()
const disk = nodeFiles()
const files = crashing(disk, () => {
  process.kill(process.pid, 'SIGKILL')
  // The signal is on its way; nothing may happen until it is here.
  for (;;);
})
if (where !== undefined) files.arm(JSON.parse(where) as CrashAt)
createInterface({ input: process.stdin })
  .on('line', line => files.arm(JSON.parse(line) as CrashAt))
  // Whoever started it is gone.
  .on('close', () => process.kill(process.pid, 'SIGKILL'))

const broker = await Broker.start({
  files,
  path: path!,
  clock: systemClock,
  timers: systemTimers,
  random: systemRandom,
  durability: durability as Durability,
  flushIntervalMs: 100,
  clusterId: undefined,
  journalSnapshotBytes: 16 * 1024,
  properties: {
    'log.segment.bytes': '16384',
    'log.index.interval.bytes': '512',
    'log.cleaner.backoff.ms': '150',
    'group.initial.rebalance.delay.ms': '0',
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': '500',
  },
  listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: Number(port), advertised: undefined }],
  log: (level, event, fields) => {
    if (level === 'error' || level === 'warn') process.stderr.write(`${level} ${event} ${JSON.stringify(fields)}\n`)
  },
})
const recoveredMs = Math.round(systemClock.elapsedMs() - began)
const operations = files.operations()
const checkpoints = setInterval(() => void broker.directory.checkpoint(), CHECKPOINT_MS)
process.once('SIGTERM', () => {
  clearInterval(checkpoints)
  void broker.stop().then(async () => {
    await disk.close()
    process.exit(0)
  })
})
process.stdout.write(`listening ${recoveredMs} ${operations} ${broker.directory.clean ? 'clean' : 'recovered'}\n`)
