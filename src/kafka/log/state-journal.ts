/**
 * One journal for everything a broker knows besides records: topics, configs, groups and offsets, transactions, producer
 * ids, accounts. Its parts are sections: each appends entries of its own, and gets them back in order after a restart.
 *
 *     journal/00000007.snapshot    what all sections knew when 00000007.journal began
 *     journal/00000007.journal     entries since: length, checksum, section, bytes
 *
 * Entries say what is, not what to add ("the offset of g in orders-3 is 17"), so that a snapshot may be taken while entries
 * go on, and replaying one twice does no harm. Nobody is told anything before the entries it follows from are durable.
 */
import { join } from 'node:path'
import { MillraceError } from '../../base/errors.ts'
import { publishFile } from '../../base/disk.ts'
import { type DataFile, type Files, makeDurableDirectory } from '../../base/files.ts'
import type { Timers } from '../../base/clock.ts'
import { crc32c } from '../records/crc32c.ts'
import type { Committer, Participant } from './commit.ts'

export interface JournalSection {
  /** Stays the same for ever: it stands in the files. */
  readonly id: number
  readonly name: string
  replay(entry: Uint8Array): void
  /** All that has to be replayed to be where it is now. Read in slices while entries go on being appended. */
  snapshot(): Iterable<Uint8Array>
}

export interface JournalContext {
  readonly files: Files
  readonly committer: Committer
  readonly timers: Timers
  /** A journal this long is replaced by a snapshot, unless the last snapshot was half as long. */
  readonly snapshotBytes: number
  /** A sync failed before: what is read may be in the page cache alone, and is written again. */
  readonly rewrite?: boolean
  warn(event: string, fields: Readonly<Record<string, unknown>>): void
}

const HEADER_BYTES = 9
const MAGIC = new TextEncoder().encode('MRJ1')
const RETRY_MS = 1000
/** More than a file has bytes. */
const FILE_POSITIONS = 2 ** 32
/** Entries of a snapshot are collected for so many at a time before others get their turn. */
const SLICE_ENTRIES = 2000

export class StateJournal implements Participant {
  readonly #context: JournalContext
  readonly #directory: string
  readonly #sections: ReadonlyMap<number, JournalSection>
  #sequence: number
  #file: DataFile
  #position: number
  #snapshotBytes: number
  #pending: Uint8Array[] = []
  #writing: Uint8Array[] = []
  #enlisted = false
  #appended = 0
  #durable = 0
  #written = 0
  readonly #waiting: { readonly count: number; resolve(): void; reject(error: Error): void }[] = []
  #snapshotting: Promise<void> | undefined
  #beingSynced = false
  /** Files before this one that a sync is under way for. */
  readonly #replaced: DataFile[] = []
  /** Rounds wait for it: the file is about to be another one. */
  #switching: Promise<void> | undefined
  #failed: Error | undefined
  readonly journalled = undefined

  private constructor(
    context: JournalContext,
    directory: string,
    sections: ReadonlyMap<number, JournalSection>,
    at: { readonly sequence: number; readonly file: DataFile; readonly position: number; readonly snapshotBytes: number },
  ) {
    this.#context = context
    this.#directory = directory
    this.#sections = sections
    this.#sequence = at.sequence
    this.#file = at.file
    this.#position = at.position
    this.#snapshotBytes = at.snapshotBytes
  }

  /** Replays what is there. */
  static async open(context: JournalContext, directory: string, list: readonly JournalSection[]): Promise<StateJournal> {
    const { files } = context
    const sections = new Map(list.map(section => [section.id, section]))
    await makeDurableDirectory(files, directory)
    const names = await files.list(directory)
    const sequences = (ending: string) =>
      names
        .flatMap(name => (name.endsWith(ending) && /^\d+\./.test(name) ? [Number.parseInt(name, 10)] : []))
        .toSorted((a, b) => a - b)
    const snapshot = sequences('.snapshot').at(-1) ?? 0
    const journals = sequences('.journal').filter(sequence => sequence >= snapshot)
    let snapshotBytes = 0
    if (snapshot > 0) {
      const path = join(directory, fileName(snapshot, 'snapshot'))
      const bytes = await files.read(path)
      snapshotBytes = bytes.length
      if (replayEntries(bytes, sections, path) !== bytes.length) throw corrupt(path)
    }
    let end = 0
    let torn: string | undefined
    const read: { readonly path: string; readonly whole: Uint8Array }[] = []
    for (const sequence of journals) {
      const path = join(directory, fileName(sequence, 'journal'))
      const bytes = await files.read(path)
      end = replayEntries(bytes, sections, path)
      // The next file is there before the last round of this one, and empty until then.
      if (torn !== undefined && end > MAGIC.length) throw corrupt(torn)
      if (end !== bytes.length) torn ??= path
      read.push({ path, whole: bytes.subarray(0, end) })
    }
    for (const { path, whole } of read.slice(0, -1)) (await settled(context, path, whole)).close()
    const sequence = journals.at(-1) ?? Math.max(1, snapshot)
    const file = await settled(context, join(directory, fileName(sequence, 'journal')), read.at(-1)?.whole ?? new Uint8Array())
    end = Math.max(end, MAGIC.length)
    await files.syncDirectory(directory)
    const journal = new StateJournal(context, directory, sections, { sequence, file, position: end, snapshotBytes })
    await journal.#reserve()
    return journal
  }

  /** Puts an entry at the end. Durable once `durable()` resolves. */
  append(section: number, entry: Uint8Array): void {
    this.#pending.push(framed(section, entry))
    this.#appended++
    if (this.#enlisted) return
    this.#enlisted = true
    this.#context.committer.enlist(this)
  }

  /** Undefined when everything appended so far is durable; otherwise resolves when it is. */
  durable(): Promise<void> | undefined {
    if (this.#failed !== undefined) return Promise.reject(this.#failed)
    if (this.#durable === this.#appended) return undefined
    const last = this.#waiting.at(-1)
    return new Promise((resolve, reject) => {
      if (last === undefined || last.count <= this.#appended) this.#waiting.push({ count: this.#appended, resolve, reject })
    })
  }

  get bytes(): number {
    return this.#position
  }

  /** Where it ends: it only grows, since a file that follows another one has a later number. */
  get position(): number {
    return (this.#sequence - 1) * FILE_POSITIONS + this.#position
  }

  /** Between two rounds: the files that a start would read, by name, each with so many bytes of it as count. */
  async wholeFiles(): Promise<ReadonlyMap<string, number>> {
    await this.#snapshotting
    const { files } = this.#context
    const names = (await files.list(this.#directory)).filter(name => /^\d+\.(journal|snapshot)$/.test(name))
    const current = fileName(this.#sequence, 'journal')
    const whole = new Map<string, number>()
    for (const name of names) {
      const status = await files.status(join(this.#directory, name))
      if (status !== undefined) whole.set(name, name === current ? this.#position : status.bytes)
    }
    return whole
  }

  // ── the commit round ──────────────────────────────────────────────────────────────────────────────

  write(): Promise<void> | undefined {
    if (this.#switching !== undefined) return this.#switching.then(() => this.write())
    this.#enlisted = false
    this.#writing = this.#writing.length === 0 ? this.#pending : [...this.#writing, ...this.#pending]
    this.#pending = []
    this.#written = this.#appended
    const bytes = this.#writing.reduce((sum, part) => sum + part.length, 0)
    if (bytes <= WRITE_NOW_BYTES) {
      try {
        this.#file.writeNow(this.#writing, this.#position)
        return undefined
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
    return this.#writeWithReserve()
  }

  async #writeWithReserve(): Promise<void> {
    try {
      await this.#file.write(this.#writing, this.#position)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      await this.#context.files.remove(join(this.#directory, RESERVE))
      await this.#file.write(this.#writing, this.#position)
    }
  }

  toSync(files: DataFile[]): undefined {
    files.push(this.#file)
    this.#beingSynced = true
  }

  synced(): void {
    this.#beingSynced = false
    for (const file of this.#replaced.splice(0)) file.close()
  }

  settle(): void {
    this.#position += this.#writing.reduce((sum, part) => sum + part.length, 0)
    this.#writing = []
    this.#durable = this.#written
    let count = 0
    while (count < this.#waiting.length && this.#waiting[count]!.count <= this.#durable) count++
    for (const waiting of this.#waiting.splice(0, count)) waiting.resolve()
    if (this.#position > Math.max(this.#context.snapshotBytes, this.#snapshotBytes * 2)) this.#snapshotting ??= this.#rotate()
  }

  /** A disk without room is tried again until there is some: what the entries say has been acted upon. A failed sync is the end. */
  fail(error: Error): void {
    if (this.#context.committer.failure === undefined) {
      this.#context.warn('journal waits for room on the disk', { error: error.message })
      this.#context.timers.after(RETRY_MS, () => {
        if (this.#enlisted) return
        this.#enlisted = true
        this.#context.committer.enlist(this)
      })
      return
    }
    this.#failed = error
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error)
  }

  // ── snapshots ─────────────────────────────────────────────────────────────────────────────────────

  /** Entries go to a new file from now on; then everything before it becomes one snapshot. */
  async #rotate(): Promise<void> {
    try {
      const { files } = this.#context
      const next = this.#sequence + 1
      const file = await files.open(join(this.#directory, fileName(next, 'journal')), 'create')
      await file.truncate(0)
      await file.write([MAGIC], 0)
      await files.sync([file], 'upkeep')
      await files.syncDirectory(this.#directory)
      await this.#switchTo(file, next)
      const bytes = await this.#collect()
      await publishFile(files, this.#directory, fileName(next, 'snapshot'), bytes)
      this.#snapshotBytes = bytes.length
      for (const name of await files.list(this.#directory)) {
        if (/^\d+\.(journal|snapshot)$/.test(name) && Number.parseInt(name, 10) < next)
          await files.remove(join(this.#directory, name))
      }
      await this.#reserve()
    } catch (error) {
      this.#context.warn('journal snapshot failed', { error: (error as Error).message })
    } finally {
      this.#snapshotting = undefined
    }
  }

  /** Between two rounds: what is being written belongs to the old file. */
  async #switchTo(file: DataFile, sequence: number): Promise<void> {
    while (this.#writing.length > 0)
      await new Promise<void>((resolve, reject) => this.#waiting.push({ count: this.#written, resolve, reject }))
    const before = this.#file
    // Where syncs follow at leisure, entries of the new file would be nothing without those before.
    this.#switching = this.#context.files.sync([before], 'upkeep')
    try {
      await this.#switching
    } catch (error) {
      this.#context.committer.breakOff(error as Error)
      throw error
    } finally {
      this.#switching = undefined
    }
    this.#file = file
    this.#sequence = sequence
    this.#position = MAGIC.length
    if (this.#beingSynced) this.#replaced.push(before)
    else before.close()
  }

  async #collect(): Promise<Uint8Array> {
    const parts: Uint8Array[] = [MAGIC]
    let count = 0
    for (const section of this.#sections.values()) {
      for (const entry of section.snapshot()) {
        parts.push(framed(section.id, entry))
        if (++count % SLICE_ENTRIES === 0) await new Promise(resolve => setImmediate(resolve))
      }
    }
    return Buffer.concat(parts)
  }

  /** Keeps back on the disk what the journal grows by between two snapshots, so that a full one does not stop it. */
  async #reserve(): Promise<void> {
    const { files, snapshotBytes: reserveBytes } = this.#context
    const path = join(this.#directory, RESERVE)
    if ((await files.status(path))?.bytes === reserveBytes) return
    try {
      await files.writeDurably(path, new Uint8Array(reserveBytes))
      await files.syncDirectory(this.#directory)
    } catch (error) {
      this.#context.warn('no room to keep back for the journal', { error: (error as Error).message })
      await files.remove(path)
    }
  }

  /** Resolves when no snapshot is under way. */
  async close(): Promise<void> {
    await this.#snapshotting
    this.#file.close()
  }
}

const RESERVE = 'reserve'
const WRITE_NOW_BYTES = 256 * 1024

const fileName = (sequence: number, ending: string): string => `${String(sequence).padStart(8, '0')}.${ending}`

/** What a crash left behind the last whole entry must not be taken for one later; what was read must not be lost now. */
async function settled({ files, rewrite = false }: JournalContext, path: string, whole: Uint8Array): Promise<DataFile> {
  const file = await files.open(path, 'create')
  await file.truncate(whole.length)
  if (whole.length === 0) await file.write([MAGIC], 0)
  else if (rewrite) await file.write([whole], 0)
  await files.sync([file], 'upkeep')
  return file
}

function framed(section: number, entry: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + entry.length)
  bytes[8] = section
  bytes.set(entry, HEADER_BYTES)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, entry.length + 1)
  view.setUint32(4, crc32c(bytes.subarray(8)))
  return bytes
}

/** Gives each whole entry to its section; answers where the first one begins that is not whole. */
function replayEntries(bytes: Uint8Array, sections: ReadonlyMap<number, JournalSection>, path: string): number {
  return scanEntries(bytes, (id, entry) => {
    const section = sections.get(id)
    if (section === undefined) {
      throw new MillraceError('JOURNAL_SECTION', 'external', `${path}: entries of an unknown kind ${id}`, {
        hint: 'was this directory written by a newer version?',
      })
    }
    section.replay(entry)
  })
}

/** A snapshot that holds these entries. */
export const snapshotOf = (entries: Iterable<readonly [section: number, entry: Uint8Array]>): Uint8Array =>
  Buffer.concat([MAGIC, ...Array.from(entries, ([section, entry]) => framed(section, entry))])

/** Visits each whole entry of a journal or snapshot; answers where the first one begins that is not whole. */
export function scanEntries(bytes: Uint8Array, visit: (section: number, entry: Uint8Array, position: number) => void): number {
  if (bytes.length < MAGIC.length || !MAGIC.every((byte, i) => bytes[i] === byte)) return 0
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = MAGIC.length
  while (at + HEADER_BYTES <= bytes.length) {
    const length = view.getUint32(at)
    const end = at + 8 + length
    if (length === 0 || end > bytes.length || crc32c(bytes.subarray(at + 8, end)) !== view.getUint32(at + 4)) break
    visit(bytes[at + 8]!, bytes.subarray(at + HEADER_BYTES, end), at)
    at = end
  }
  return at
}

const corrupt = (path: string): MillraceError =>
  new MillraceError('JOURNAL_CORRUPT', 'external', `${path} is damaged before its end`, {
    hint: 'restore the directory from a backup',
  })
