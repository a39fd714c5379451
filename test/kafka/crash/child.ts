/** A broker in a process of its own, which dies where it is told to: PORT DATA [POINT TIME before|behind] */
import { systemClock, systemTimers } from '#src/base/clock.ts'
import { nodeFiles } from '#src/base/node-files.ts'
import { systemRandom } from '#src/base/random.ts'
import { Broker } from '#src/kafka/broker/broker.ts'
import { type CrashPoint, crashing } from './crash-point.ts'

const [port, path, point, time, when] = process.argv.slice(2)
const files = nodeFiles()

function die(): void {
  process.kill(process.pid, 'SIGKILL')
  // The signal is on its way; nothing may happen until it is here.
  for (;;);
}

await Broker.start({
  files:
    point === undefined
      ? files
      : crashing(files, { point: point as CrashPoint, time: Number(time), when: when as 'before' | 'behind' }, die),
  path: path!,
  clock: systemClock,
  timers: systemTimers,
  random: systemRandom,
  durability: 'group',
  flushIntervalMs: 100,
  clusterId: undefined,
  properties: {
    'log.segment.bytes': '16384',
    'log.index.interval.bytes': '512',
    'group.initial.rebalance.delay.ms': '0',
  },
  listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: Number(port), advertised: undefined }],
  log: (level, event, fields) => {
    if (level === 'error' || level === 'warn') process.stderr.write(`${level} ${event} ${JSON.stringify(fields)}\n`)
  },
})
process.stdout.write('listening\n')
