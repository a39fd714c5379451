/**
 * What of one partition is on its way to its files.
 *
 *     queue ── pending ── write ── unsynced ── toSync ── being synced ── synced ── durable
 *                                      └────── synced in the batch journal ──┘ until it is synced where it lies
 */
import { dirname, join } from 'node:path'
import type { DataFile } from '../../base/files.ts'
import type { BatchEntries } from './commit.ts'
import type { LogContext, LogIdentity } from './log-context.ts'
import type { Segment } from './segment.ts'

/** Bytes that somebody lends until they are written. */
export interface Lender {
  retain(): void
  release(): void
}

interface PendingWrite {
  readonly segment: Segment
  readonly position: number
  readonly parts: Uint8Array[]
  /** Of the parts that were not copied. */
  readonly lenders: Lender[]
  bytes: number
}

/** Batches below this are copied, so that the frame they came in is free at once; larger ones are written from where they lie. */
const COPIED_BYTES = 8 * 1024
/** Up to so many bytes of a round are written on the spot. */
const WRITE_NOW_BYTES = 256 * 1024

export class SegmentWrites {
  readonly #context: LogContext
  readonly #id: LogIdentity
  readonly #directory: string
  #pending: PendingWrite[] = []
  #writing: readonly PendingWrite[] = []
  readonly #unsynced = new Set<Segment>()
  /** Those of them that a sync is under way for. */
  readonly #beingSynced: Segment[] = []
  /** Segments with bytes that are durable in the batch journal, and not where they lie. */
  readonly #inJournal = new Set<Segment>()
  #newDirectory: boolean
  /** So many files were created that the directory may not durably know of. */
  #newFiles = 0
  #newFilesBeingSynced = 0
  #abandoned = false

  constructor(context: LogContext, id: LogIdentity, directory: string, newDirectory: boolean) {
    this.#context = context
    this.#id = id
    this.#directory = directory
    this.#newDirectory = newDirectory
  }

  /** `bytes[at, at + size)` is for that place. They are copied, or `lender` is asked to keep them until they are written. */
  queue(segment: Segment, position: number, bytes: Uint8Array, at: number, size: number, lender: Lender | undefined): void {
    let write = this.#pending.at(-1)
    if (write === undefined || write.segment !== segment) {
      write = { segment, position, parts: [], lenders: [], bytes: 0 }
      this.#pending.push(write)
    }
    write.bytes += size
    if (size > COPIED_BYTES && lender !== undefined) {
      lender.retain()
      write.lenders.push(lender)
      write.parts.push(bytes.subarray(at, at + size))
      return
    }
    const copy = this.#context.stage.copy(bytes, at, size)
    const last = write.parts.at(-1)
    if (last !== undefined && last.buffer === copy.buffer && last.byteOffset + last.length === copy.byteOffset)
      write.parts[write.parts.length - 1] = new Uint8Array(copy.buffer, last.byteOffset, last.length + size)
    else write.parts.push(copy)
  }

  get anyPending(): boolean {
    return this.#pending.length > 0
  }

  /** Hands what is pending to the system. What is queued from now on is the next round's. */
  write(): Promise<void> | undefined {
    const writes = this.#pending
    this.#writing = writes
    this.#pending = []
    const only = writes.length === 1 ? writes[0]! : undefined
    const file = only?.segment.created && only.bytes <= WRITE_NOW_BYTES ? only.segment.file.now() : undefined
    if (file === undefined) return this.#writeSlowly(writes)
    file.writeNow(only!.parts, only!.position)
    this.#wrote(only!.segment)
    return undefined
  }

  async #writeSlowly(writes: readonly PendingWrite[]): Promise<void> {
    for (const { segment, position, parts, bytes } of writes) {
      const file = segment.created ? await segment.file.get() : await this.#create(segment)
      // Pinned while it is used: other partitions of this round open files, too.
      segment.file.pin()
      try {
        if (bytes <= WRITE_NOW_BYTES) file.writeNow(parts, position)
        else await file.write(parts, position)
      } finally {
        segment.file.unpin()
      }
      this.#wrote(segment)
    }
  }

  async #create(segment: Segment): Promise<DataFile> {
    const { files } = this.#context.open
    if (this.#newDirectory) {
      await files.makeDirectory(this.#directory)
      await files.writeDurably(
        join(this.#directory, 'partition.metadata'),
        new TextEncoder().encode(`version: 0\ntopic_id: ${this.#id.topicId}\n`),
      )
      this.#newDirectory = false
    }
    const file = await segment.file.get('create')
    segment.created = true
    this.#newFiles++
    return file
  }

  #wrote(segment: Segment): void {
    segment.written = true
    if (this.#context.durability === 'none' || this.#unsynced.has(segment)) return
    segment.file.pin()
    this.#unsynced.add(segment)
  }

  /** Adds the files and directories that have to be synced for what was written to be durable. */
  toSync(files: DataFile[], directories: Set<string>): Promise<void> | undefined {
    if (this.#abandoned) return this.#unpinUnsynced()
    if (this.#newFiles > 0) {
      directories.add(this.#directory)
      directories.add(dirname(this.#directory))
    }
    this.#newFilesBeingSynced = this.#newFiles
    for (const segment of this.#unsynced) {
      files.push(segment.file.now()!)
      this.#beingSynced.push(segment)
      this.#inJournal.delete(segment)
    }
    this.#unsynced.clear()
    // A segment that only the journal holds must not be missing before one that is synced where it lies.
    return this.#inJournal.size === 0 ? undefined : this.#openJournalled(files)
  }

  async #openJournalled(files: DataFile[]): Promise<void> {
    for (const segment of this.#inJournal) {
      this.#inJournal.delete(segment)
      segment.file.pin()
      this.#beingSynced.push(segment)
      files.push(await segment.file.get())
    }
  }

  #unpinUnsynced(): undefined {
    for (const segment of this.#unsynced) segment.file.unpin()
    this.#unsynced.clear()
  }

  synced(inJournal: boolean): void {
    if (inJournal) {
      // The journal makes up for a file that is not there after a crash, until the next checkpoint.
      for (const segment of this.#unsynced) this.#inJournal.add(segment)
      this.#unpinUnsynced()
      return
    }
    // Where syncs follow at leisure, more was written meanwhile.
    this.#unpinBeingSynced()
    if (this.#newFiles === this.#newFilesBeingSynced) this.#newFiles = 0
  }

  #unpinBeingSynced(): void {
    for (const segment of this.#beingSynced.splice(0)) segment.file.unpin()
  }

  /** What the round writes, for the batch journal. */
  journal(entries: BatchEntries): void {
    for (const { parts, bytes } of this.#writing) entries.add(this.#id.topicId, this.#id.partition, parts, bytes)
  }

  /** The round is over: where it ended; undefined when it wrote nothing. */
  settled(): { readonly segment: Segment; readonly position: number } | undefined {
    release(this.#writing)
    const last = this.#writing.at(-1)
    this.#writing = []
    return last === undefined ? undefined : { segment: last.segment, position: last.position + last.bytes }
  }

  /** Forgets what was written and not synced, and what is pending. `forGood`: no sync follows, either. */
  lost(forGood: boolean): void {
    release(this.#writing)
    release(this.#pending)
    this.#unpinUnsynced()
    if (forGood) this.#unpinBeingSynced()
    this.#writing = []
    this.#pending = []
  }

  /** Its files are going away: nothing is synced any more, and nobody waits for it. */
  abandon(): void {
    this.#abandoned = true
  }

  /** The segment is durable where it lies, or another took its place: it needs the journal no more. */
  forget(segment: Segment): void {
    this.#inJournal.delete(segment)
  }

  /** So many files that the directory may not durably know of; `named` with the same number: it does now. */
  get newFiles(): number {
    return this.#newFiles
  }

  named(files: number): void {
    if (this.#newFiles === files) this.#newFiles = 0
  }
}

function release(writes: readonly PendingWrite[]): void {
  for (const { lenders } of writes) for (const lender of lenders) lender.release()
}
