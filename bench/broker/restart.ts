/**
 * How long a start takes, to the first produce that is acknowledged: of an empty directory, and after SIGKILL in the middle
 * of a load, with gigabytes in 1,000 partitions and nothing of them in memory.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock, systemTimers } from '#src/base/clock.ts'
import { seededRandom } from '#src/base/random.ts'
import { KafkaClient, Producer } from '#src/kafka/client/index.ts'
import { runLoad } from './load.ts'
import { type Peer, createTopic, startMillrace } from './peers.ts'

const PARTITIONS = 1000
const MESSAGE_BYTES = 1000
/** Into a load that goes on. */
const KILLED_AFTER_MS = 3000

/** Milliseconds from the start of the process to the first acknowledgement, by a client that is running already. */
export async function firstProduce(start: () => Promise<Peer>): Promise<{ readonly ms: number; readonly peer: Peer }> {
  const before = performance.now()
  const peer = await start()
  const client = new KafkaClient({
    properties: { 'bootstrap.servers': peer.address },
    clock: systemClock,
    timers: systemTimers,
    random: seededRandom(1),
  })
  const producer = await Producer.open(client)
  await producer.send('first', { value: 'record' })
  const ms = performance.now() - before
  producer.close()
  client.close()
  return { ms, peer }
}

export async function restartAfterKill(gigabytes: number): Promise<{ readonly ms: number; readonly cold: boolean }> {
  const data = mkdtempSync(join(tmpdir(), 'bench-restart-'))
  try {
    const broker = await startMillrace({ data })
    createTopic(broker, 'many', PARTITIONS)
    const load = { what: 'produce', topic: 'many', size: MESSAGE_BYTES, settings: ['linger.ms=100'] } as const
    const count = Math.round((gigabytes * 1e9) / MESSAGE_BYTES)
    await runLoad(broker, { ...load, count })
    const broken = new AbortController()
    // It ends with the broker, and by no other way.
    const cutOff = runLoad(broker, { ...load, count: count + 1_000_000 }, broken.signal).catch(() => {})
    await pause(KILLED_AFTER_MS)
    process.kill(broker.pid, 'SIGKILL')
    broken.abort()
    await cutOff
    const cold = dropCaches()
    const { ms, peer } = await firstProduce(() => startMillrace({ data }))
    await peer.stop()
    return { ms, cold }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

/** Lets the system forget all files; only root may. */
function dropCaches(): boolean {
  execFileSync('sync')
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3')
    return true
  } catch (error) {
    if (!['EACCES', 'EROFS', 'ENOENT', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    return false
  }
}
