/**
 * Who does a round of compaction: a thread of its own where the files are the machine's (compaction-thread.ts), or this one, in
 * slices, where they are in memory or simulated.
 */
import type { Clock } from '../../../base/clock.ts'
import type { Files } from '../../../base/files.ts'
import type { Pace } from './batch-stream.ts'
import { type CleaningJob, type CleaningStats, clean } from './clean.ts'
import type { CleanedSegment } from './cleaned-segment.ts'

export interface Compactor {
  /**
   * Does a job. `replace` lets a new segment take its place, and answers false when the log is not as it was: then the round
   * ends. Rejects with `CompactionStopped` after `close`.
   */
  clean(job: CleaningJob, replace: (segment: CleanedSegment) => Promise<boolean>): Promise<CleaningStats>
  /** Breaks off what is under way. What it leaves is thrown away at the next start. */
  close(): void
}

export class CompactionStopped extends Error {
  constructor() {
    super('compaction was broken off: the broker stops')
  }
}

/** So long others wait at most, but for a batch that takes longer to unpack by itself. */
const SLICE_MS = 4

export function slicedCompactor(files: Files, clock: Clock): Compactor {
  const pace = new SlicedPace(clock)
  return {
    async clean(job, replace) {
      const stats = newStats()
      for await (const segment of clean(files, job, pace, stats)) if (!(await replace(segment))) break
      return stats
    },
    close: () => void (pace.stopped = true),
  }
}

export const newStats = (): CleaningStats => ({ bytesRead: 0, bytesWritten: 0, keys: 0, cleanedTo: 0 })

class SlicedPace implements Pace {
  readonly #clock: Clock
  #since: number
  stopped = false

  constructor(clock: Clock) {
    this.#clock = clock
    this.#since = clock.elapsedMs()
  }

  turn(): Promise<void> | undefined {
    if (this.stopped) throw new CompactionStopped()
    if (this.#clock.elapsedMs() - this.#since < SLICE_MS) return undefined
    return new Promise(resolve =>
      setImmediate(() => {
        this.#since = this.#clock.elapsedMs()
        resolve()
      }),
    )
  }
}
