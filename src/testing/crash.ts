/** Runs a script over tables in memory, lets it die again and again, and goes on from its last checkpoint each time. */
import type { Clock } from '../base/clock.ts'
import type { Disk } from '../base/disk.ts'
import { memoryFiles } from '../base/memory-files.ts'
import { BufferPool } from '../data/pool.ts'
import { type Host, nodeHost } from '../engine/host.ts'
import { Session } from '../engine/session.ts'
import { type MemoryTables, SimulatedCrash } from './memory-tables.ts'

export interface CrashingRun {
  /** Statements that make the tables; run anew after each crash. */
  readonly setup: string
  /** One INSERT or statement set. */
  readonly insert: string
  readonly tables: MemoryTables
  readonly config?: Readonly<Record<string, string>>
  /** Chunks before each crash, in turn; then it runs to its end. */
  readonly crashes: readonly number[]
  /** Looks at the clock between two barriers: 1 takes one after almost every chunk. */
  readonly ticksPerBarrier?: number
}

/** Resolves when the script has run to its end; answers how many checkpoints it was restored from. */
export async function runWithCrashes(run: CrashingRun): Promise<number> {
  const disk = memoryFiles()
  let restored = 0
  for (const chunks of [...run.crashes, Number.POSITIVE_INFINITY]) {
    run.tables.chunksBeforeCrash = chunks
    const found = await hasCheckpoint(disk)
    if (found) restored += 1
    if (await attempt(run, disk, found)) return restored
  }
  return restored
}

/** True when it ended; false when it crashed. */
async function attempt(run: CrashingRun, disk: Disk, restore: boolean): Promise<boolean> {
  const session = new Session({
    host: hostOver(disk),
    connectors: [run.tables.connector],
    pool: new BufferPool({ poison: true }),
  })
  const config = {
    'execution.runtime-mode': 'streaming',
    'table.local-time-zone': 'UTC',
    'execution.checkpointing.dir': '/checkpoints',
    'execution.checkpointing.interval': `${run.ticksPerBarrier ?? 3} ms`,
    ...run.config,
    ...(restore && { 'execution.state-recovery.path': '/checkpoints' }),
  }
  for (const [key, value] of Object.entries(config)) session.config.set(key, value)
  try {
    for await (const outcome of session.execute(`${run.setup};\n${run.insert}`))
      if (outcome.kind === 'insert') await outcome.job.done
    return true
  } catch (error) {
    if (error instanceof SimulatedCrash) return false
    throw error
  } finally {
    await session.close()
  }
}

const hasCheckpoint = async (disk: Disk): Promise<boolean> =>
  (await disk.list('/checkpoints')).some(name => /^chk-\d+$/.test(name))

/** The process, but for its disk and a clock that goes on by a millisecond with each look. */
function hostOver(disk: Disk): Host {
  let ticks = 0
  const clock: Clock = { nowMs: () => 1_700_000_000_000, elapsedMs: () => ticks++ }
  return { ...nodeHost, disk, clock }
}
