/**
 * A broker's directory: its partitions, the journals, and what a start needs to know of the last stop.
 *
 *     data/
 *       meta.properties           cluster id, node id, and the version of this layout
 *       recovery-points           from where on each partition must be looked at after a crash
 *       .kafka_cleanshutdown      there only between a clean stop and the next start
 *       journal/  batches/        what the broker knows besides records; batches of wide rounds
 *       orders-0/ orders-1/ …     partitions, as Kafka has them
 */
import { join } from 'node:path'
import type { Clock, Timers } from '../../base/clock.ts'
import type { Control } from '../../base/directory-lock.ts'
import { eachOf } from '../../base/each-of.ts'
import { MillraceError } from '../../base/errors.ts'
import { type Files, makeDurableDirectory } from '../../base/files.ts'
import { STAGED, type StagedBackup, stageBackup } from './backup-stage.ts'
import { BatchJournal } from './batch-journal.ts'
import { Checkpoints, upkeepFailed } from './checkpoints.ts'
import { Committer, type Durability } from './commit.ts'
import {
  forgetFailedSync,
  markClean,
  markSyncFailed,
  nextLeaderEpoch,
  readOrMakeMeta,
  syncHasFailed,
  takeCleanMark,
} from './directory-files.ts'
import { IndexCache } from './index-cache.ts'
import { DELETED_SUFFIX, STRAY_SUFFIX, parsePartitionDirectory, partitionDirectory } from './names.ts'
import { OpenFiles } from './open-files.ts'
import type { LogContext, LogIdentity } from './log-context.ts'
import { PartitionLog } from './partition-log.ts'
import { type RecoveryPoints, readRecoveryPoints, writeRecoveryPoints } from './recovery-points.ts'
import { recoverLog, topicIdOf } from './recovery.ts'
import type { LogSettings } from './settings.ts'
import { Stage } from './stage.ts'
import { type JournalSection, StateJournal } from './state-journal.ts'

export interface LogDirectoryOptions {
  readonly files: Files
  readonly path: string
  readonly clock: Clock
  readonly timers: Timers
  readonly durability: Durability
  /** Between two syncs, where durability is `interval`. */
  readonly flushIntervalMs: number
  readonly maxOpenFiles: number
  readonly maxIndexBytes: number
  /** How long the journal grows before a snapshot takes its place. */
  readonly journalSnapshotBytes?: number
  readonly nodeId: number
  /** For a new directory; one that exists keeps its own. */
  readonly clusterId: string | undefined
  log(level: 'info' | 'warn' | 'error', event: string, fields: Readonly<Record<string, unknown>>): void
}

const UPKEEP_MS = 1_000
const JOURNAL_SNAPSHOT_BYTES = 8 * 1024 * 1024
const OPEN_AT_ONCE = 16
/** So much room a full disk must have again before anything is appended. */
const ROOM_BYTES = 16 * 1024 * 1024
const RESTORE_BYTES = 32 * 1024 * 1024

export interface Partition extends LogIdentity {
  readonly settings: LogSettings
  /** The first offset that may be read. */
  readonly startOffset: number
}

export class LogDirectory {
  readonly path: string
  readonly clusterId: string
  readonly nodeId: number
  /** The last stop was clean. */
  readonly clean: boolean
  readonly leaderEpoch: number
  /** In the run before this one. */
  readonly syncHasFailed: boolean
  readonly committer: Committer
  readonly #options: LogDirectoryOptions
  readonly #unlock: () => Promise<void>
  readonly #context: LogContext
  readonly #batches: BatchJournal
  readonly #logs = new Map<string, PartitionLog>()
  readonly #recoveryPoints: RecoveryPoints
  #journal: StateJournal | undefined
  readonly #checkpoints: Checkpoints
  /** Between the start and the stop: recovery points follow what is appended. */
  #serving = false
  /** That a sync failed is being noted for the next start. */
  #marked: Promise<void> | undefined
  /** A backup is being copied. */
  #staged = false
  /** Called when a sync failed and nothing is taken any more. */
  onFailure: ((error: Error) => void) | undefined

  private constructor(
    options: LogDirectoryOptions,
    unlock: () => Promise<void>,
    batches: BatchJournal,
    found: {
      readonly clusterId: string
      readonly nodeId: number
      readonly clean: boolean
      readonly leaderEpoch: number
      readonly syncHasFailed: boolean
      readonly recoveryPoints: RecoveryPoints
    },
  ) {
    const { files, clock, timers, durability } = options
    this.#options = options
    this.path = options.path
    this.clusterId = found.clusterId
    this.nodeId = found.nodeId
    this.clean = found.clean
    this.leaderEpoch = found.leaderEpoch
    this.syncHasFailed = found.syncHasFailed
    this.#unlock = unlock
    this.#batches = batches
    this.#recoveryPoints = found.recoveryPoints
    const stage = new Stage()
    this.committer = new Committer({
      files,
      timers,
      durability,
      intervalMs: options.flushIntervalMs,
      wide: batches,
      admit: () => (this.#serving ? this.#checkpoints.admit() : undefined),
      beginRound: () => stage.beginRound(),
      onFailure: error => {
        options.log('error', 'a sync failed: nothing is written any more', { directory: options.path, error: error.message })
        this.#marked = markSyncFailed(files, options.path).catch(markError =>
          options.log('error', 'the failed sync is not marked: the next start may believe what is on no disk', {
            directory: options.path,
            error: markError.message,
          }),
        )
        this.onFailure?.(error)
      },
    })
    this.#context = {
      open: new OpenFiles(files, options.maxOpenFiles, clock),
      committer: this.committer,
      stage,
      durability,
      clock,
      timers,
      indexes: new IndexCache(options.maxIndexBytes),
      leaderEpoch: found.leaderEpoch,
      full: false,
      appendedBytes: 0,
      foundFull: () => this.#foundFull(),
      warn: (event, fields) => options.log('warn', event, fields),
    }
    this.#checkpoints = new Checkpoints({ files, path: options.path, context: this.#context, batches, logs: this.#logs })
  }

  /** Takes the directory, or makes it. Fails when another process has it, or a newer version wrote it. */
  static async open(options: LogDirectoryOptions): Promise<LogDirectory> {
    const { files, path } = options
    await makeDurableDirectory(files, path)
    let opened: LogDirectory | undefined
    const control: Control = async (request, gone) => opened?.answer(request, gone) ?? { error: 'it is still starting' }
    const unlock = await files.lock(path, control).catch(error => {
      throw error.code === 'EBUSY' ? inUse(path, error) : error
    })
    try {
      const meta = await readOrMakeMeta(files, path, options)
      const clean = await takeCleanMark(files, path)
      const leaderEpoch = await nextLeaderEpoch(files, path, clean)
      const found = { ...meta, clean, leaderEpoch, syncHasFailed: await syncHasFailed(files, path) }
      const recoveryPoints = await readRecoveryPoints(files, path)
      const batches = await BatchJournal.open(files, join(path, 'batches'))
      await files.remove(join(path, STAGED))
      return (opened = new LogDirectory(options, unlock, batches, { ...found, recoveryPoints }))
    } catch (error) {
      await unlock()
      throw error
    }
  }

  // ── starting ──────────────────────────────────────────────────────────────────────────────────────

  /** Replays the journal into the sections. Once, before partitions are opened. */
  async openJournal(sections: readonly JournalSection[]): Promise<StateJournal> {
    const { files, timers, path } = this.#options
    const snapshotBytes = this.#options.journalSnapshotBytes ?? JOURNAL_SNAPSHOT_BYTES
    const { warn } = this.#context
    const context = { files, committer: this.committer, timers, snapshotBytes, rewrite: this.syncHasFailed, warn }
    return (this.#journal = await StateJournal.open(context, join(path, 'journal'), sections))
  }

  /** Opens all partitions that there are by what the journal says, and puts aside directories of others. */
  async openPartitions(partitions: readonly Partition[]): Promise<void> {
    await this.#sortOut(new Map(partitions.map(partition => [partitionDirectory(partition), partition.topicId])))
    let checkedBytes = 0
    let lostBytes = 0
    await eachOf(partitions, OPEN_AT_ONCE, async partition => {
      const recovered = await this.#open(partition)
      checkedBytes += recovered.checkedBytes
      lostBytes += recovered.lostBytes
    })
    if (checkedBytes > 0) await this.#options.files.syncDirectory(this.path)
    if (!this.clean) this.#options.log('info', 'recovered', { partitions: partitions.length, checkedBytes, lostBytes })
    await this.#restoreBatches()
    if (this.syncHasFailed) await forgetFailedSync(this.#options.files, this.path)
    this.#serving = true
    // What was checked or restored need not be again. Producers need not wait for that.
    if (!this.clean) void this.checkpoint()
    this.#upkeepLater()
  }

  async #open(partition: Partition): Promise<{ readonly checkedBytes: number; readonly lostBytes: number }> {
    const directory = join(this.path, partitionDirectory(partition))
    const point = this.#recoveryPoints.get(partitionDirectory(partition))
    const known = point?.topicId === partition.topicId ? point : undefined
    const recovered = await recoverLog(this.#context.open, directory, {
      startOffset: partition.startOffset,
      recoveryPoint: known?.offset ?? 0,
      snapshotOffset: known?.snapshotOffset,
      indexMark: known?.indexMark,
      clean: this.clean && known !== undefined,
      rewrite: this.syncHasFailed,
      indexIntervalBytes: partition.settings.indexIntervalBytes,
    })
    const { topic, topicId, partition: number } = partition
    const log = new PartitionLog(this.#context, { topic, topicId, partition: number }, directory, partition.settings, recovered)
    this.#logs.set(logKey(topicId, number), log)
    return recovered
  }

  /** Directories that belong to no partition any more: what was being deleted goes, what nobody knows is put aside. */
  async #sortOut(partitions: ReadonlyMap<string, string>): Promise<void> {
    const { files, log } = this.#options
    await eachOf(await files.list(this.path), OPEN_AT_ONCE, async name => {
      const directory = join(this.path, name)
      if (name.endsWith(DELETED_SUFFIX)) await files.remove(directory)
      if (parsePartitionDirectory(name) === undefined) return
      const topicId = await topicIdOf(files, directory)
      // Without its metadata a directory was made just before a crash, and holds nothing that counts.
      if (partitions.has(name) && (topicId === undefined || topicId === partitions.get(name))) return
      const aside = `${directory}.${topicId ?? 'unknown'}${STRAY_SUFFIX}`
      log('warn', 'a directory belongs to no topic and is put aside', { directory, aside })
      await files.rename(directory, aside)
      await files.syncDirectory(this.path)
    })
  }

  async #restoreBatches(): Promise<void> {
    let restoredBytes = 0
    let pendingBytes = 0
    await this.#batches.replay((topicId, partition, batches) => {
      const bytes = this.log(topicId, partition)?.restore(batches) ?? 0
      restoredBytes += bytes
      pendingBytes += bytes
      if (pendingBytes < RESTORE_BYTES) return undefined
      pendingBytes = 0
      return this.committer.idle()
    })
    await this.committer.idle()
    if (restoredBytes > 0) this.#options.log('info', 'restored from the batch journal', { restoredBytes })
    if (this.committer.failure !== undefined) throw this.committer.failure
    for (const log of this.#logs.values()) log.reachStart()
  }

  // ── partitions ────────────────────────────────────────────────────────────────────────────────────

  log(topicId: string, partition: number): PartitionLog | undefined {
    return this.#logs.get(logKey(topicId, partition))
  }

  get logs(): Iterable<PartitionLog> {
    return this.#logs.values()
  }

  /** A new partition. Its directory comes with its first records. */
  async create(partition: Partition): Promise<PartitionLog> {
    await this.#open(partition)
    return this.log(partition.topicId, partition.partition)!
  }

  /** The partition is gone for readers and writers at once; its files follow. */
  async remove(log: PartitionLog, refusal: number): Promise<void> {
    const { files } = this.#options
    this.#logs.delete(logKey(log.id.topicId, log.id.partition))
    log.abandon(refusal)
    await this.committer.settled()
    // Whoever is changing its segments is done first: another topic may get the directory's name.
    ;(await log.hold())()
    const aside = `${log.directory}.${log.id.topicId}${DELETED_SUFFIX}`
    if ((await files.status(log.directory)) === undefined) return
    await files.rename(log.directory, aside)
    await files.remove(aside)
  }

  // ── upkeep ────────────────────────────────────────────────────────────────────────────────────────

  #upkeepLater(): void {
    this.#options.timers.after(UPKEEP_MS, () => {
      if (!this.#serving) return
      void this.#upkeep().finally(() => this.#upkeepLater())
    })
  }

  async #upkeep(): Promise<void> {
    if (this.#checkpoints.due) await this.checkpoint()
  }

  /** Moves all recovery points to where the logs end now. */
  checkpoint(): Promise<void> {
    return this.#checkpoints.take()
  }

  // ── backups ───────────────────────────────────────────────────────────────────────────────────────

  /** What another process of this user asks for. */
  async answer(request: unknown, gone: AbortSignal): Promise<object> {
    if ((request as { backup?: unknown } | null)?.backup !== true) return { error: 'it knows no such request' }
    if (!this.#serving || this.#journal === undefined) return { error: 'it is starting or stopping' }
    if (this.#staged) return { error: 'another backup is under way' }
    this.#staged = true
    const forget = async () => {
      await this.#options.files.remove(join(this.path, STAGED))
      this.#staged = false
    }
    try {
      const cut = await this.#stage()
      if (gone.aborted) await forget()
      else gone.addEventListener('abort', () => void forget())
      return cut
    } catch (error) {
      await forget()
      throw error
    }
  }

  /** Links of all that a start would need after a crash right now, in a directory of their own. */
  async #stage(): Promise<StagedBackup> {
    await this.checkpoint()
    const directory = join(this.path, STAGED)
    const { files } = this.#options
    const held: (() => void)[] = []
    const stage = async () => {
      if (this.committer.failure !== undefined) throw this.committer.failure
      const logs = [...this.#logs.values()]
      const cut = await stageBackup({ files, from: this.path, to: directory, logs, journal: this.#journal! })
      await writeRecoveryPoints(files, directory, logs)
      return cut
    }
    const staged = Promise.all(Array.from(this.#logs.values(), async log => void held.push(await log.hold())))
      .then(() => this.committer.between(stage))
      .finally(() => held.forEach(release => release()))
    return this.#checkpoints.putOff(staged)
  }

  /** The disk takes nothing more; reads and deletions go on. */
  get full(): boolean {
    return this.#context.full
  }

  #foundFull(): void {
    if (this.#context.full) return
    this.#context.full = true
    this.#options.log('error', 'the disk is full: nothing is appended until there is room', { directory: this.path })
    this.#lookForRoom()
  }

  #lookForRoom(): void {
    this.#options.timers.after(UPKEEP_MS, () => {
      if (!this.#serving) return
      this.#options.files.freeBytes(this.path).then(
        free => {
          if (free < ROOM_BYTES) return this.#lookForRoom()
          this.#context.full = false
          this.#options.log('info', 'there is room on the disk again', { directory: this.path, freeBytes: free })
        },
        () => this.#lookForRoom(),
      )
    })
  }

  /** What there is, and what of it is free. */
  async space(): Promise<{ readonly totalBytes: number; readonly freeBytes: number }> {
    const { files } = this.#options
    const [totalBytes, freeBytes] = await Promise.all([files.totalBytes(this.path), files.freeBytes(this.path)])
    return { totalBytes, freeBytes }
  }

  get openFiles(): number {
    return this.#context.open.count
  }

  /** Writes what is pending and leaves the directory as a clean stop does. */
  async close(): Promise<void> {
    this.#serving = false
    for (const log of this.#logs.values()) log.close()
    await this.committer.idle()
    await this.#checkpoints.running
    // One that is being read anew, or compacted, comes to an end with that: its files must rest before others have them.
    for (const log of this.#logs.values()) {
      const release = await log.hold()
      release()
      log.close()
    }
    if (this.committer.failure === undefined) {
      await this.#checkpoints.takeLast()
      const whole =
        this.committer.failure === undefined && [...this.#logs.values()].every(log => log.recoveryPoint === log.endOffset)
      await this.#journal?.close()
      if (whole) await this.#markClean()
    }
    await this.#marked
    this.#batches.close()
    for (const log of this.#logs.values()) for (const segment of log.segments) segment.file.close()
    await this.#unlock()
  }

  async #markClean(): Promise<void> {
    try {
      await markClean(this.#options.files, this.path)
    } catch (error) {
      upkeepFailed(this.#context, 'the stop is not marked as a clean one', error as NodeJS.ErrnoException)
    }
  }
}

const logKey = (topicId: string, partition: number): string => `${topicId}/${partition}`

const inUse = (path: string, cause: Error): MillraceError =>
  new MillraceError('DATA_DIRECTORY_IN_USE', 'external', cause.message.replace(/^EBUSY: /, ''), {
    hint: `stop that process, or use another directory than ${path}`,
    cause,
  })
