/**
 * Batches of rounds that touch many partitions, one behind the other in one file, so that one sync makes all of them
 * durable. The segments hold them, too, synced at leisure; after a crash whatever a segment lacks is taken from here.
 *
 *     batches/00000003.batches     length, checksum, topic id, partition, batches as they stand in the segment
 *
 * A file goes once every partition's recovery point lies behind its batches.
 */
import { join } from 'node:path'
import { type DataFile, type Files, makeDurableDirectory } from '../../base/files.ts'
import { crc32c } from '../records/crc32c.ts'
import type { WideJournal } from './commit.ts'

const HEADER_BYTES = 28
const MAX_ENTRY_BYTES = 2 ** 30

interface CurrentFile {
  file: DataFile | undefined
  position: number
  /** The directory may not durably know of it. */
  fresh: boolean
}

const noFile = (): CurrentFile => ({ file: undefined, position: 0, fresh: true })

const READ_BYTES = 4 * 1024 * 1024

/** `batches` is lent until what it answers resolves, or it returns. */
export type VisitEntry = (topicId: string, partition: number, batches: Uint8Array) => Promise<void> | undefined

export class BatchJournal implements WideJournal {
  readonly #files: Files
  readonly #directory: string
  #sequence: number
  /** The file that rounds go to; opened by the first one. A round that is under way goes on in the one it began with. */
  #current: CurrentFile = noFile()
  #parts: Uint8Array[] = []
  #bytes = 0
  /** Of the round that is being added. */
  readonly #headers = new HeaderMemory()
  /** There are files that no round goes to any more. */
  #leftovers = false

  private constructor(files: Files, directory: string, sequence: number) {
    this.#files = files
    this.#directory = directory
    this.#sequence = sequence
  }

  /** Opens for appending to a new file; what is there is read with `replay`. */
  static async open(files: Files, directory: string): Promise<BatchJournal> {
    await makeDurableDirectory(files, directory)
    return new BatchJournal(files, directory, Math.max(0, ...(await sequencesOf(files, directory))) + 1)
  }

  /** Bytes in the current file. */
  get bytes(): number {
    return this.#current.position
  }

  add(topicId: string, partition: number, parts: readonly Uint8Array[], bytes: number): void {
    this.#parts.push(this.#headers.header(topicId, partition, bytes))
    for (const part of parts) this.#parts.push(part)
    this.#bytes += HEADER_BYTES + bytes
  }

  async commit(): Promise<boolean> {
    const [parts, bytes] = [this.#parts, this.#bytes]
    this.#parts = []
    this.#bytes = 0
    const current = this.#current
    const file = (current.file ??= await this.#files.open(join(this.#directory, fileName(this.#sequence)), 'create'))
    try {
      await file.write(parts, current.position)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      // Entries that were written must not be found behind shorter ones that come later.
      await file.truncate(current.position)
      return false
    } finally {
      this.#headers.clear()
    }
    await this.#files.sync([file], 'commit')
    // Also where the first round found no room for its bytes.
    if (current.fresh) await this.#files.syncDirectory(this.#directory)
    current.fresh = false
    current.position += bytes
    return true
  }

  /**
   * The next round begins a new file; answers what to call when no round is under way in the files so far: they go if every
   * partition's recovery point is behind them (`saved`).
   */
  rotate(): (saved: boolean) => Promise<void> {
    const { file } = this.#current
    if (file !== undefined) {
      this.#sequence++
      this.#current = noFile()
    }
    const end = this.#sequence
    return async saved => {
      file?.close()
      if (file !== undefined) this.#leftovers = true
      if (!saved || !this.#leftovers) return
      this.#leftovers = false
      await this.#removeBelow(end)
    }
  }

  /** Gives every entry of earlier starts, oldest first, to `visit`. They stay until a checkpoint is behind them. */
  async replay(visit: VisitEntry): Promise<void> {
    const before = (await sequencesOf(this.#files, this.#directory)).filter(sequence => sequence < this.#sequence)
    this.#leftovers = before.length > 0
    for (const sequence of before) {
      const file = await this.#files.open(join(this.#directory, fileName(sequence)), 'read')
      try {
        await replayFile(file, visit)
      } finally {
        file.close()
      }
    }
  }

  async #removeBelow(end: number): Promise<void> {
    for (const sequence of await sequencesOf(this.#files, this.#directory))
      if (sequence < end) await this.#files.remove(join(this.#directory, fileName(sequence)))
  }

  close(): void {
    this.#current.file?.close()
  }
}

/** Headers one behind the other, written over in the next round. */
class HeaderMemory {
  static readonly #HEADERS = 1024
  #buffer = Buffer.allocUnsafeSlow(HeaderMemory.#HEADERS * HEADER_BYTES)
  #used = 0

  header(topicId: string, partition: number, bytes: number): Uint8Array {
    // Those before stay with the round.
    if (this.#used === this.#buffer.length) {
      this.#buffer = Buffer.allocUnsafeSlow(2 * this.#buffer.length)
      this.#used = 0
    }
    const header = this.#buffer.subarray(this.#used, (this.#used += HEADER_BYTES))
    header.writeUInt32BE(HEADER_BYTES - 8 + bytes, 0)
    header.write(topicId, 8, 'base64url')
    header.writeInt32BE(partition, 24)
    // Batches have checksums of their own.
    header.writeUInt32BE(crc32c(header.subarray(8)), 4)
    return header
  }

  clear(): void {
    this.#used = 0
  }
}

const fileName = (sequence: number): string => `${String(sequence).padStart(8, '0')}.batches`

async function sequencesOf(files: Files, directory: string): Promise<number[]> {
  const names = await files.list(directory)
  return names.flatMap(name => (/^\d{8}\.batches$/.test(name) ? [Number.parseInt(name, 10)] : [])).toSorted((a, b) => a - b)
}

/** Gives every whole entry to `visit`; answers where the first one begins that is not whole. */
export async function replayFile(file: DataFile, visit: VisitEntry): Promise<number> {
  const size = await file.bytes()
  let buffer = new Uint8Array(Math.min(READ_BYTES, size))
  let at = 0
  while (at + HEADER_BYTES <= size) {
    const read = await file.read(buffer.subarray(0, Math.min(buffer.length, size - at)), at)
    const entries = new EntryReader(buffer.subarray(0, read))
    while (entries.next()) {
      const wait = visit(entries.topicId, entries.partition, entries.batches)
      if (wait !== undefined) await wait
    }
    at += entries.position
    // What is not whole here may go on behind what was read.
    if (entries.needed === 0 || at + entries.needed > size) return at
    if (entries.needed > buffer.length) buffer = new Uint8Array(entries.needed)
  }
  return at
}

/** Walks through entries that lie in a buffer. */
class EntryReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  /** Behind the last entry that was whole. */
  position = 0
  /** So many bytes the entry there says it has; 0: there is none. */
  needed = HEADER_BYTES
  topicId = ''
  partition = 0
  batches: Uint8Array = new Uint8Array()

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  next(): boolean {
    const at = this.position
    this.needed = HEADER_BYTES
    if (at + HEADER_BYTES > this.#bytes.length) return false
    const bytes = this.#view.getUint32(at) + 8
    const header = this.#bytes.subarray(at + 8, at + HEADER_BYTES)
    const sound = bytes >= HEADER_BYTES && bytes <= MAX_ENTRY_BYTES && crc32c(header) === this.#view.getUint32(at + 4)
    this.needed = sound ? bytes : 0
    if (!sound || at + bytes > this.#bytes.length) return false
    this.topicId = Buffer.from(header.subarray(0, 16)).toString('base64url')
    this.partition = this.#view.getInt32(at + 24)
    this.batches = this.#bytes.subarray(at + HEADER_BYTES, at + bytes)
    this.position = at + bytes
    return true
  }
}
