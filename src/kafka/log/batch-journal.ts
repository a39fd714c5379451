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

export class BatchJournal implements WideJournal {
  readonly #files: Files
  readonly #directory: string
  #sequence: number
  /** The file that rounds go to; opened by the first one. A round that is under way goes on in the one it began with. */
  #current: { file: DataFile | undefined; position: number } = { file: undefined, position: 0 }
  #parts: Uint8Array[] = []
  #bytes = 0

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
    const header = new Uint8Array(HEADER_BYTES)
    const view = new DataView(header.buffer)
    header.set(Buffer.from(topicId, 'base64url'), 8)
    view.setInt32(24, partition)
    view.setUint32(0, HEADER_BYTES - 8 + bytes)
    // Batches have checksums of their own.
    view.setUint32(4, crc32c(header.subarray(8)))
    this.#parts.push(header, ...parts)
    this.#bytes += HEADER_BYTES + bytes
  }

  async commit(): Promise<boolean> {
    const [parts, bytes] = [this.#parts, this.#bytes]
    this.#parts = []
    this.#bytes = 0
    const current = this.#current
    const fresh = current.file === undefined
    const file = (current.file ??= await this.#files.open(join(this.#directory, fileName(this.#sequence)), 'create'))
    try {
      await file.write(parts, current.position)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      // Entries that were written must not be found behind shorter ones that come later.
      await file.truncate(current.position)
      return false
    }
    await this.#files.sync([file], 'commit')
    if (fresh) await this.#files.syncDirectory(this.#directory)
    current.position += bytes
    return true
  }

  /** The next round begins a new file; answers what to call once every partition's recovery point is behind the files so far. */
  rotate(): (() => Promise<void>) | undefined {
    const before = this.#current
    if (before.file === undefined) return undefined
    const end = ++this.#sequence
    this.#current = { file: undefined, position: 0 }
    return async () => {
      before.file!.close()
      await this.#removeBelow(end)
    }
  }

  /** Gives every entry, oldest first, to `visit`, then forgets them with the answered function once they are safe elsewhere. */
  async replay(visit: (topicId: string, partition: number, batches: Uint8Array) => Promise<void>): Promise<() => Promise<void>> {
    for (const sequence of await sequencesOf(this.#files, this.#directory)) {
      if (sequence >= this.#sequence) continue
      const file = await this.#files.open(join(this.#directory, fileName(sequence)), 'read')
      try {
        await replayFile(file, visit)
      } finally {
        file.close()
      }
    }
    const end = this.#sequence
    return () => this.#removeBelow(end)
  }

  async #removeBelow(end: number): Promise<void> {
    for (const sequence of await sequencesOf(this.#files, this.#directory))
      if (sequence < end) await this.#files.remove(join(this.#directory, fileName(sequence)))
  }

  close(): void {
    this.#current.file?.close()
  }
}

const fileName = (sequence: number): string => `${String(sequence).padStart(8, '0')}.batches`

async function sequencesOf(files: Files, directory: string): Promise<number[]> {
  const names = await files.list(directory)
  return names.flatMap(name => (/^\d{8}\.batches$/.test(name) ? [Number.parseInt(name, 10)] : [])).toSorted((a, b) => a - b)
}

/** Gives every whole entry to `visit`; answers where the first one begins that is not whole. */
export async function replayFile(
  file: DataFile,
  visit: (topicId: string, partition: number, batches: Uint8Array) => Promise<void>,
): Promise<number> {
  const size = await file.bytes()
  const header = new Uint8Array(HEADER_BYTES)
  const view = new DataView(header.buffer)
  let at = 0
  while (at + HEADER_BYTES <= size) {
    await file.read(header, at)
    const length = view.getUint32(0) - (HEADER_BYTES - 8)
    const end = at + HEADER_BYTES + length
    if (length < 0 || length > MAX_ENTRY_BYTES || end > size || crc32c(header.subarray(8)) !== view.getUint32(4)) return at
    const batches = new Uint8Array(length)
    await file.read(batches, at + HEADER_BYTES)
    await visit(Buffer.from(header.subarray(8, 24)).toString('base64url'), view.getInt32(24), batches)
    at = end
  }
  return at
}
