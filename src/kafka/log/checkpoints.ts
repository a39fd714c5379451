/**
 * Recovery points move after what is appended: a start after a crash reads what lies behind them, and no more.
 *
 *     appended ──────────────────────────────┐
 *              128 MB: a checkpoint begins    │ 384 MB: rounds wait for its syncs
 *
 * A checkpoint has each log write what it holds in memory, then writes all their points at once, then lets go of the batch journal's
 * files whose batches the segments have now. Nothing that it waits for may wait for a checkpoint.
 */
import type { Files } from '../../base/files.ts'
import { eachOf } from '../../base/each-of.ts'
import type { BatchJournal } from './batch-journal.ts'
import type { LogContext } from './log-context.ts'
import type { PartitionLog } from './partition-log.ts'
import { writeRecoveryPoints } from './recovery-points.ts'

/** So many bytes appended anywhere, or so long a time, between two checkpoints. */
const CHECKPOINT_BYTES = 128 * 1024 * 1024
const CHECKPOINT_MS = 60_000
const SOONEST_CHECKPOINT_MS = 200
/** With so many bytes behind the recovery points, appends wait for checkpoints: a start after a crash reads them all. */
const MOST_UNSAVED_BYTES = 384 * 1024 * 1024
/** Syncs that run together share the file system's work. */
const CHECKPOINTS_AT_ONCE = 8
/** States of so many producers are held in memory as they were at the recovery point. */
const CHECKPOINT_PRODUCERS = 20_000

interface Checkpointed {
  readonly files: Files
  readonly path: string
  readonly context: LogContext
  readonly batches: BatchJournal
  /** All logs that there are. */
  readonly logs: ReadonlyMap<unknown, PartitionLog>
}

export class Checkpoints {
  readonly #of: Checkpointed
  #running: Promise<void> | undefined
  /** The part of a checkpoint that waits for no round. */
  #saving: Promise<void> | undefined
  /** All that was appended before is behind the recovery points. */
  #savedBytes = 0
  #lastMs: number

  constructor(of: Checkpointed) {
    this.#of = of
    this.#lastMs = of.context.clock.elapsedMs()
  }

  /** One that runs, or is put off. */
  get running(): Promise<void> | undefined {
    return this.#running
  }

  /** Before a round, while the directory serves: what it should wait for. */
  admit(): Promise<void> | undefined {
    if (this.#unsavedBytes < CHECKPOINT_BYTES) return undefined
    if (this.#elapsedMs - this.#lastMs > SOONEST_CHECKPOINT_MS) void this.take()
    return this.#unsavedBytes < MOST_UNSAVED_BYTES ? undefined : this.#saving
  }

  /** One is due though little was appended. */
  get due(): boolean {
    const old = this.#elapsedMs - this.#lastMs > CHECKPOINT_MS
    return (old && this.#unsavedBytes > 0) || this.#of.batches.bytes > CHECKPOINT_BYTES
  }

  /** Moves all recovery points to where the logs end now. */
  take(): Promise<void> {
    return (this.#running ??= this.#take(false).finally(() => (this.#running = undefined)))
  }

  /** The last one, when nothing is appended any more. */
  async takeLast(): Promise<void> {
    await this.#running
    await this.#take(true)
  }

  /** Recovery points stay where they are until it is done, and with them the files that belong to them. None runs. */
  async putOff<T>(work: Promise<T>): Promise<T> {
    this.#running = work.then(
      () => {},
      () => {},
    )
    try {
      return await work
    } finally {
      this.#running = undefined
    }
  }

  get #elapsedMs(): number {
    return this.#of.context.clock.elapsedMs()
  }

  get #unsavedBytes(): number {
    return this.#of.context.appendedBytes - this.#savedBytes
  }

  async #take(closing: boolean): Promise<void> {
    const { files, path, context, batches, logs } = this.#of
    const { committer, appendedBytes } = context
    if (committer.failure !== undefined) return
    this.#lastMs = this.#elapsedMs
    const leaveBatches = batches.rotate()
    let whole = true
    try {
      const unsaved = [...logs.values()].filter(log => log.unsaved || (closing && log.unsyncedIndexes))
      for (let at = 0; at < unsaved.length;) {
        const begun = []
        for (let producers = 0; at < unsaved.length && producers < CHECKPOINT_PRODUCERS; at++) {
          const log = unsaved[at]!
          producers += log.producers.size
          begun.push({ log, ...log.beginCheckpoint(closing) })
        }
        const refusals = await Promise.all(begun.map(({ durable }) => durable))
        const durable = begun.filter((_, i) => refusals[i] === 0)
        // A log that lost its last round is read anew; what it has in the batch journal stays there.
        whole &&= durable.length === begun.length
        this.#saving = eachOf(durable, CHECKPOINTS_AT_ONCE, ({ log, finish }) => this.#finish(log, finish))
        await this.#saving
      }
      this.#saving = undefined
      // A round's sync that failed meanwhile may have taken the error from those of this checkpoint.
      if (committer.failure !== undefined) throw committer.failure
      await writeRecoveryPoints(files, path, logs.values())
      for (const log of unsaved) await log.recoveryPointSaved()
      await leaveBatches(whole)
      this.#savedBytes = appendedBytes
    } catch (error) {
      this.#saving = undefined
      await leaveBatches(false)
      upkeepFailed(context, 'checkpoint failed', error as NodeJS.ErrnoException)
    }
  }

  /** A topic that is deleted meanwhile takes its files along. */
  async #finish(log: PartitionLog, finish: () => Promise<void>): Promise<void> {
    try {
      await finish()
    } catch (error) {
      if ([...this.#of.logs.values()].includes(log)) throw error
    }
  }
}

/** A sync that fails ends the directory, whoever asked for it; anything else is tried again. */
export function upkeepFailed({ warn, committer }: LogContext, what: string, error: NodeJS.ErrnoException): void {
  warn(what, { error: error.message })
  if (error.syscall === 'fsync' || error.syscall === 'fdatasync') committer.breakOff(error)
}
