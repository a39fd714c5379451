/**
 * Compacts the logs of a directory: looks at them every so often, and takes the dirtiest that is due until none is. A log whose
 * compaction fails is left alone until the next start, as Kafka does; one that found no room on the disk is tried again later.
 */
import type { Clock, Timer, Timers } from '../../../base/clock.ts'
import type { Files } from '../../../base/files.ts'
import type { LogDirectory } from '../log-directory.ts'
import type { PartitionLog } from '../partition-log.ts'
import type { Segment } from '../segment.ts'
import type { LastOfProducer } from './batch-filter.ts'
import type { CleaningJob, CleaningStats } from './clean.ts'
import { type Cleanable, cleanableOf } from './cleanable.ts'
import { CleanerCheckpoint } from './cleaner-checkpoint.ts'
import { CompactionStopped, type Compactor } from './compactor.ts'
import { dropAllCleaned } from './swap.ts'

/** What the broker's properties say: `log.cleaner.…`. */
export interface CleanerSettings {
  readonly enabled: boolean
  /** Between two looks. */
  readonly backoffMs: number
  readonly dedupeBufferBytes: number
  readonly loadFactor: number
}

export interface LogCleanerOptions {
  readonly directory: LogDirectory
  readonly files: Files
  readonly clock: Clock
  readonly timers: Timers
  readonly compactor: Compactor
  settings(): CleanerSettings
  log(level: 'info' | 'warn' | 'error', event: string, fields: Readonly<Record<string, unknown>>): void
}

/** So long a log waits that found no room on the disk. */
const NO_ROOM_MS = 60_000

export class LogCleaner {
  readonly #options: LogCleanerOptions
  #checkpoint: CleanerCheckpoint | undefined
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #stopped = false
  /** Logs that are left alone, and why. */
  readonly #uncleanable = new Map<PartitionLog, string>()
  readonly #waiting = new Map<PartitionLog, number>()
  rounds = 0
  failures = 0
  bytesRead = 0
  bytesWritten = 0

  constructor(options: LogCleanerOptions) {
    this.#options = options
  }

  /** Partitions that are not compacted any more until the next start. */
  get uncleanable(): ReadonlyMap<PartitionLog, string> {
    return this.#uncleanable
  }

  start(): void {
    this.#timer = this.#options.timers.after(this.#options.settings().backoffMs, () => {
      if (this.#stopped) return
      void this.run().finally(() => {
        if (!this.#stopped) this.start()
      })
    })
  }

  /** Compacts whatever is due now. */
  run(): Promise<void> {
    return (this.#running ??= this.#run().finally(() => (this.#running = undefined)))
  }

  /** Breaks off what is under way; resolves when nothing is any more. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    this.#options.compactor.close()
    await this.#running
  }

  async #run(): Promise<void> {
    if (!this.#options.settings().enabled) return
    try {
      let checkpointed = false
      while (!this.#stopped) {
        const all = await this.#lookAtAll()
        const due = all.filter(({ due, dirtyBytes }) => due && dirtyBytes > 0).toSorted((a, b) => b.dirtyRatio - a.dirtyRatio)
        if (due.length > 0) await this.#cleanWhole(due[0]!)
        else if (!checkpointed && all.some(({ waitsForCheckpoint }) => waitsForCheckpoint)) {
          checkpointed = true
          await this.#options.directory.checkpoint()
        } else return
      }
    } catch (error) {
      this.#options.log('warn', 'logs could not be looked at for compaction', { error: (error as Error).message })
    }
  }

  async #lookAtAll(): Promise<readonly Cleanable[]> {
    const { directory, clock, files } = this.#options
    this.#checkpoint ??= await CleanerCheckpoint.load(files, directory.path)
    this.#forgetGone()
    const found: Cleanable[] = []
    for (const log of directory.logs) {
      if (!log.settings.compacts || log.refusing || this.#uncleanable.has(log)) continue
      if ((this.#waiting.get(log) ?? 0) > clock.elapsedMs()) continue
      // An empty active segment and nothing else: not worth a look at timestamps.
      if (log.segments.length < 2) continue
      found.push(await cleanableOf(log, this.#checkpoint.firstDirtyOffset(log), clock.nowMs()))
    }
    return found
  }

  #forgetGone(): void {
    const there = new Set(this.#options.directory.logs)
    for (const log of this.#uncleanable.keys()) if (!there.has(log)) this.#uncleanable.delete(log)
    for (const log of this.#waiting.keys()) if (!there.has(log)) this.#waiting.delete(log)
  }

  /** In as many rounds as it takes: the map of keys may be too small for one. */
  async #cleanWhole(cleanable: Cleanable): Promise<void> {
    const { log, endOffset } = cleanable
    for (let from = cleanable.firstDirtyOffset; from < endOffset && !this.#stopped;) {
      const cleanedTo = await this.#round(log, from, endOffset)
      if (cleanedTo === undefined) return
      from = cleanedTo
    }
  }

  /** Answers up to where the log is clean now; undefined when it is to be left alone for now. */
  async #round(log: PartitionLog, firstDirtyOffset: number, endOffset: number): Promise<number | undefined> {
    const { clock, directory, compactor } = this.#options
    const segments = log.segments.filter(segment => segment.endOffset <= endOffset && !log.isActive(segment))
    const started = clock.elapsedMs()
    try {
      const job = await this.#jobFor(log, segments, firstDirtyOffset, endOffset)
      let whole = true
      const stats = await compactor.clean(job, async cleaned => {
        const old = segments.filter(({ baseOffset }) => baseOffset >= cleaned.baseOffset && baseOffset < cleaned.endOffset)
        return (whole = await log.replaceSegments(old, cleaned))
      })
      if (!whole) return await this.#later(log, 'segments were deleted meanwhile')
      await this.#checkpoint!.save(log, stats.cleanedTo, directory.logs)
      this.#count(log, job, stats, clock.elapsedMs() - started)
      return stats.cleanedTo
    } catch (error) {
      return await this.#failed(log, segments, error as NodeJS.ErrnoException)
    }
  }

  async #jobFor(
    log: PartitionLog,
    segments: readonly Segment[],
    firstDirtyOffset: number,
    endOffset: number,
  ): Promise<CleaningJob> {
    const { clock } = this.#options
    const { dedupeBufferBytes, loadFactor } = this.#options.settings()
    const { settings } = log
    const aborted = await log.abortedBefore(endOffset)
    const sources: CleaningJob['segments'][number][] = []
    for (const segment of segments) {
      const { baseOffset, bytes } = segment
      const [index, times] = [await segment.offsets(), await segment.times()]
      sources.push({
        baseOffset,
        endOffset: segment.endOffset,
        bytes,
        indexBytes: index.count * 8,
        timeIndexBytes: times.count * 12,
      })
      if (!log.isActive(segment)) segment.forgetIndexes()
    }
    return {
      name: `${log.id.topic}-${log.id.partition}`,
      directory: log.directory,
      segments: sources,
      firstDirtyOffset,
      endOffset,
      aborted,
      producers: lastOfProducers(log),
      nowMs: clock.nowMs(),
      deleteRetentionMs: settings.deleteRetentionMs,
      segmentBytes: settings.segmentBytes,
      segmentIndexBytes: settings.segmentIndexBytes,
      indexIntervalBytes: settings.indexIntervalBytes,
      mapBytes: dedupeBufferBytes,
      mapLoadFactor: loadFactor,
    }
  }

  #count(log: PartitionLog, job: CleaningJob, stats: CleaningStats, ms: number): void {
    this.rounds++
    this.bytesRead += stats.bytesRead
    this.bytesWritten += stats.bytesWritten
    const { keys, bytesRead, bytesWritten, cleanedTo } = stats
    const fields = { partition: nameOf(log), from: job.firstDirtyOffset, to: cleanedTo, keys, bytesRead, bytesWritten }
    this.#options.log('info', 'compacted', { ...fields, bytes: log.bytes, ms: Math.round(ms) })
  }

  async #failed(log: PartitionLog, segments: readonly Segment[], error: NodeJS.ErrnoException): Promise<undefined> {
    if (error instanceof CompactionStopped || this.#stopped) return undefined
    if (log.refusing) return this.#later(log, 'the log was being read anew')
    if (error.code === 'ENOSPC') return this.#later(log, 'the disk is full')
    // Files that were deleted, or are others now, are no fault of theirs.
    const there = new Set(log.segments)
    if (error.code === 'ENOENT' && !segments.every(segment => there.has(segment) || segment.replaced))
      return this.#later(log, 'segments were deleted meanwhile')
    await this.#drop(log)
    this.failures++
    this.#uncleanable.set(log, error.message)
    this.#options.log('error', 'compaction failed: the partition is not compacted any more until the next start', {
      partition: nameOf(log),
      error: error.message,
    })
    return undefined
  }

  async #later(log: PartitionLog, reason: string): Promise<undefined> {
    if (!log.refusing) await this.#drop(log)
    this.#waiting.set(log, this.#options.clock.elapsedMs() + NO_ROOM_MS)
    this.#options.log('info', 'compaction is put off', { partition: nameOf(log), reason })
    return undefined
  }

  /** Throws away what a round wrote that came to nothing. */
  async #drop(log: PartitionLog): Promise<void> {
    const release = await log.hold()
    try {
      await dropAllCleaned(this.#options.files, log.directory)
    } catch (error) {
      this.#options.log('warn', 'what compaction wrote is still there', {
        partition: nameOf(log),
        error: (error as Error).message,
      })
    } finally {
      release()
    }
  }
}

const nameOf = ({ id }: PartitionLog): string => `${id.topic}-${id.partition}`

function lastOfProducers(log: PartitionLog): Map<number, LastOfProducer> {
  const last = new Map<number, LastOfProducer>()
  for (const { producerId, epoch, lastOffset } of log.producers.values()) last.set(producerId, { epoch, lastOffset })
  return last
}
