/** Looks at every partition so often as `log.retention.check.interval.ms` says, and lets go of what is too old or too much. */
import type { Clock, Timer, Timers } from '../../base/clock.ts'
import type { Files } from '../../base/files.ts'
import type { LogDirectory } from '../log/log-directory.ts'
import type { PartitionLog } from '../log/partition-log.ts'
import { dropBeforeStart, retainedFrom } from '../log/retention.ts'
import type { StateJournal } from '../log/state-journal.ts'
import type { Topics } from './topics.ts'

export interface RetentionOptions {
  readonly clock: Clock
  readonly timers: Timers
  readonly files: Files
  readonly directory: LogDirectory
  readonly journal: StateJournal
  readonly topics: Topics
  readonly intervalMs: () => number
  log(level: 'info' | 'warn', event: string, fields: Readonly<Record<string, unknown>>): void
}

export class Retention {
  readonly #options: RetentionOptions
  #timer: Timer | undefined
  #running: Promise<void> | undefined
  #stopped = false

  constructor(options: RetentionOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = this.#options.timers.after(this.#options.intervalMs(), () => {
      if (this.#stopped) return
      void this.run().finally(() => {
        if (!this.#stopped) this.start()
      })
    })
  }

  /** Looks at every partition now. */
  run(): Promise<void> {
    return (this.#running ??= this.#run().finally(() => (this.#running = undefined)))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#timer?.cancel()
    await this.#running
  }

  async #run(): Promise<void> {
    for (const log of Array.from(this.#options.directory.logs)) {
      if (this.#stopped) return
      if (!log.refusing) await this.#retain(log)
    }
  }

  async #retain(log: PartitionLog): Promise<void> {
    const { clock, files, topics } = this.#options
    try {
      const modified = async (path: string) => (await files.status(path))?.modifiedMs ?? clock.nowMs()
      const from = await retainedFrom(log, clock.nowMs(), segment => modified(segment.file.path))
      if (from > log.startOffset && topics.withId(log.id.topicId) !== undefined) topics.startAt(log, from)
      await this.drop(log)
    } catch (error) {
      this.#options.log('warn', 'retention failed', { partition: nameOf(log), error: (error as Error).message })
    }
  }

  /** Takes the files away of what lies before the log's start, once nothing can bring it back. */
  async drop(log: PartitionLog): Promise<void> {
    const hasOld = log.startOffset >= log.endOffset ? log.bytes > 0 : (log.segments[1]?.baseOffset ?? Infinity) <= log.startOffset
    if (!hasOld) return
    await this.#options.journal.durable()
    if (log.producers.size > 0 && log.savedRecoveryPoint <= log.startOffset) await this.#options.directory.checkpoint()
    const segments = await dropBeforeStart(log)
    if (segments > 0)
      this.#options.log('info', 'segments deleted', { partition: nameOf(log), segments, startOffset: log.startOffset })
  }
}

const nameOf = ({ id }: PartitionLog): string => `${id.topic}-${id.partition}`
