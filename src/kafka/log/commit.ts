/**
 * Group commit: what many producers append while one sync runs is written and synced together by the next one.
 *
 *     round 1   write a b c ── sync ── a b c are durable: acknowledged, and visible to readers
 *     round 2                  d e f arrive … write d e f ── sync ── …
 *
 * A participant is whatever has bytes to write: a partition, the journal. A round that touches few files syncs them; one
 * that touches many puts its batches into the batch journal, too, and syncs only that, since 100 syncs cost 10 ms.
 */
import type { Timers } from '../../base/clock.ts'
import type { DataFile, Files } from '../../base/files.ts'

/** `group`: an acknowledgement follows the covering sync. `interval`: syncs follow every so often. `none`: the system's own pace. */
export type Durability = 'group' | 'interval' | 'none'

/**
 * The committer promises: `write`, then (where durability asks) a sync of what `toSync` named, then `settle` or `fail`, never two rounds at once.
 * The participant promises: what arrives after `write` began waits for the next round, for which it enlists anew.
 */
export interface Participant {
  /** Hands pending bytes to the operating system. Rejects with Node's error when it does not take them. */
  write(): Promise<void> | undefined
  /** Adds what has to be synced for all bytes written so far to be durable. Directories by path. */
  toSync(files: DataFile[], directories: Set<string>): Promise<void> | undefined
  /** What `toSync` named is synced, or what `journal` added is, `inJournal`. */
  synced(inJournal: boolean): void
  /** The bytes of this round, for the journal; undefined for what must be synced where it lies. */
  readonly journalled: JournalledWrite | undefined
  /** Everything up to the last `write` is durable. */
  settle(): void
  /** What was pending is lost: the disk took nothing more (`full`), or a sync failed. */
  fail(error: Error): void
}

export interface JournalledWrite {
  /** Adds the round's bytes as entries. */
  journal(entries: BatchEntries): void
}

/** Where a wide round's batches go. */
export interface BatchEntries {
  add(topicId: string, partition: number, parts: readonly Uint8Array[], bytes: number): void
}

export interface WideJournal extends BatchEntries {
  /** Writes and syncs what was added. False when the disk has no room for it: nothing was added then. */
  commit(): Promise<boolean>
}

export interface CommitterSettings {
  readonly files: Files
  readonly timers: Timers
  readonly durability: Durability
  readonly intervalMs: number
  readonly wide: WideJournal | undefined
  /** Asked before each round; it begins when the answer resolves. */
  admit?(): Promise<void> | undefined
  /** Told when a round takes what is pending; what it answers is called when nobody reads those bytes any more. */
  beginRound?(): () => void
  /** Told once, when a sync failed: what it covered may be lost, and no later sync can tell. Nothing is committed any more. */
  onFailure(error: Error): void
}

const nothing = async (): Promise<void> => {}

/** A round that touches more files than this goes through the journal. */
const NARROW_FILES = 8

export class Committer {
  readonly #settings: CommitterSettings
  #enlisted: Participant[] = []
  #between: (() => Promise<void>)[] = []
  #running: Promise<void> | undefined
  #scheduled = false
  #failed: Error | undefined
  /** Participants whose bytes wait for the next sync of an interval. */
  readonly #unsynced = new Set<Participant>()
  #syncTimer = false
  #intervalSync: Promise<void> = Promise.resolve()

  constructor(settings: CommitterSettings) {
    this.#settings = settings
  }

  get failure(): Error | undefined {
    return this.#failed
  }

  /** The participant takes part in the next round. It must not enlist twice for one. */
  enlist(participant: Participant): void {
    this.#enlisted.push(participant)
    if (this.#scheduled || this.#running !== undefined) return
    this.#scheduled = true
    // Behind everything that this turn of the event loop still reads from sockets.
    setImmediate(() => {
      this.#scheduled = false
      this.#start()
    })
  }

  /** Acts between two rounds: what is durable and what is only pending stays so until it resolves. */
  between<T>(act: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#between.push(() => act().then(resolve, reject))
      this.#start()
    })
  }

  /** Resolves when all that is pending now is settled, however much comes behind it. */
  async settled(): Promise<void> {
    await this.between(nothing)
    // The round that followed took what was pending then.
    await this.between(nothing)
    await this.#intervalSync
  }

  /** A sync failed, of a round or beside it. What it covered counts as written from then on, so that no other sync can be believed. */
  breakOff(error: Error): void {
    if (this.#failed !== undefined) return
    this.#failed = error
    this.#settings.onFailure(error)
  }

  /** Resolves when nothing is pending. */
  async idle(): Promise<void> {
    while (this.#running !== undefined || this.#enlisted.length > 0 || this.#between.length > 0) {
      this.#start()
      await this.#running
    }
    await this.#syncInterval()
  }

  #start(): void {
    if (this.#running !== undefined || (this.#enlisted.length === 0 && this.#between.length === 0)) return
    this.#running = this.#rounds().finally(() => {
      this.#running = undefined
      this.#start()
    })
  }

  async #rounds(): Promise<void> {
    while (this.#enlisted.length > 0 || this.#between.length > 0) {
      for (const act of this.#between.splice(0)) await act()
      const admitted = this.#settings.admit?.()
      if (admitted !== undefined) await admitted
      const round = this.#enlisted
      this.#enlisted = []
      if (round.length === 0) continue
      const over = this.#settings.beginRound?.()
      await this.#round(round)
      over?.()
    }
  }

  async #round(round: readonly Participant[]): Promise<void> {
    if (this.#failed !== undefined) return this.#failAll(round, this.#failed)
    const written = await this.#writeAll(round)
    if (written.length === 0) return
    if (this.#settings.durability === 'group') {
      try {
        await this.#sync(written)
      } catch (error) {
        this.breakOff(error as Error)
      }
      if (this.#failed !== undefined) return this.#failAll(written, this.#failed)
    } else if (this.#settings.durability === 'interval') this.#syncLater(written)
    for (const participant of written) participant.settle()
  }

  /** Answers those that the disk took; the others have failed. */
  async #writeAll(round: readonly Participant[]): Promise<readonly Participant[]> {
    let waits: Promise<void>[] | undefined
    let refused: Set<Participant> | undefined
    const refuse = (participant: Participant, error: Error) => {
      ;(refused ??= new Set()).add(participant)
      participant.fail(error)
    }
    for (const participant of round) {
      try {
        const wait = participant.write()
        if (wait !== undefined) (waits ??= []).push(wait.catch(error => refuse(participant, error)))
      } catch (error) {
        refuse(participant, error as Error)
      }
    }
    if (waits !== undefined) await Promise.all(waits)
    return refused === undefined ? round : round.filter(participant => !refused!.has(participant))
  }

  async #sync(written: readonly Participant[]): Promise<void> {
    const { wide } = this.#settings
    if (wide !== undefined && written.length > NARROW_FILES) {
      const journalled = written.filter(participant => participant.journalled !== undefined)
      for (const participant of journalled) participant.journalled!.journal(wide)
      if (await wide.commit()) {
        for (const participant of journalled) participant.synced(true)
        return this.#syncInPlace(written.filter(participant => participant.journalled === undefined))
      }
    }
    return this.#syncInPlace(written)
  }

  async #syncInPlace(participants: readonly Participant[]): Promise<void> {
    if (participants.length === 0) return
    const targets: DataFile[] = []
    const directories = new Set<string>()
    for (const participant of participants) {
      const opening = participant.toSync(targets, directories)
      if (opening !== undefined) await opening
    }
    await this.#settings.files.sync(targets, 'commit')
    for (const directory of directories) await this.#settings.files.syncDirectory(directory)
    for (const participant of participants) participant.synced(false)
  }

  #syncLater(written: readonly Participant[]): void {
    for (const participant of written) this.#unsynced.add(participant)
    if (this.#syncTimer) return
    this.#syncTimer = true
    this.#settings.timers.after(this.#settings.intervalMs, () => {
      this.#syncTimer = false
      void this.#syncInterval()
    })
  }

  /** One after the other: what a sync is under way for stays open until it is over. */
  #syncInterval(): Promise<void> {
    return (this.#intervalSync = this.#intervalSync.then(() => this.#syncUnsynced()))
  }

  async #syncUnsynced(): Promise<void> {
    const participants = [...this.#unsynced]
    this.#unsynced.clear()
    try {
      await this.#syncInPlace(participants)
    } catch (error) {
      this.breakOff(error as Error)
    }
  }

  #failAll(participants: readonly Participant[], error: Error): void {
    for (const participant of participants) participant.fail(error)
  }
}
