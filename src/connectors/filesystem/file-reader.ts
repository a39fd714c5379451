/** One file read to its end: blocks into a splitter, or a format's own reader. */
import { type FileHandle, open } from 'node:fs/promises'
import { DataError } from '../../base/errors.ts'
import type { Chunk } from '../../data/chunk.ts'
import type { BulkFile, BulkReader } from '../../formats/format.ts'
import type { FramePosition } from '../../formats/framing.ts'
import type { Position } from '../../runtime/dataflow/source.ts'
import type { MessageReader } from '../message-reader.ts'
import { type Compression, unpacked } from './decompress.ts'
import { type FoundFile, accessed } from './paths.ts'

/** `next` answers 'wait' only when the file is followed and has no more bytes now. */
export interface FileReader {
  next(): Chunk | 'end' | 'wait' | Promise<Chunk | 'end' | 'wait'>
  readonly position: Position
  readonly doneBytes: number
  close(): Promise<void>
}

/** A file of messages, not compressed. Reads up to the size it had when found; a followed one on as it grows. */
export class PlainFileReader implements FileReader {
  readonly #file: FileHandle
  readonly #found: FoundFile
  readonly #messages: MessageReader
  readonly #follow: boolean
  #read: number
  #ended = false

  private constructor(file: FileHandle, found: FoundFile, messages: MessageReader, from: number, follow: boolean) {
    this.#file = file
    this.#found = found
    this.#messages = messages
    this.#read = from
    this.#follow = follow
  }

  static async open(found: FoundFile, messages: MessageReader, follow: boolean): Promise<PlainFileReader> {
    const { offset } = messages.position
    const file = await accessed(found.path, () => open(found.path, 'r'))
    if (offset > found.size) {
      await file.close()
      throw new DataError('FILE_TRUNCATED', found.path, `has ${found.size} bytes, but was read up to byte ${offset} before`)
    }
    return new PlainFileReader(file, found, messages, offset, follow)
  }

  get position(): Position {
    return positionOf(this.#messages.position)
  }

  get doneBytes(): number {
    return Math.min(this.#messages.position.offset, this.#found.size)
  }

  next(): Chunk | 'end' | Promise<Chunk | 'end' | 'wait'> {
    const chunk = this.#messages.next()
    if (chunk !== undefined) return chunk
    return this.#ended ? 'end' : this.#fill()
  }

  async #fill(): Promise<Chunk | 'end' | 'wait'> {
    for (;;) {
      const space = this.#messages.splitter.space()
      const wanted = this.#follow ? space.length : Math.min(space.length, this.#found.size - this.#read)
      const { bytesRead } = await accessed(this.#found.path, () => this.#file.read(space, 0, Math.max(wanted, 0), this.#read))
      this.#read += bytesRead
      this.#messages.splitter.filled(bytesRead)
      if (bytesRead === 0) {
        if (this.#follow) {
          await this.#checkNotTruncated()
          return 'wait'
        }
        if (this.#read < this.#found.size) {
          throw new DataError(
            'FILE_TRUNCATED',
            this.#found.path,
            `ended at byte ${this.#read}; it had ${this.#found.size} bytes when reading began`,
          )
        }
        this.#ended = true
        this.#messages.splitter.end()
      }
      const chunk = this.#messages.next()
      if (chunk !== undefined) return chunk
      if (this.#ended) return 'end'
    }
  }

  async #checkNotTruncated(): Promise<void> {
    const { size } = await this.#file.stat()
    if (size < this.#read)
      throw new DataError('FILE_TRUNCATED', this.#found.path, `has shrunk to ${size} bytes; it was read up to byte ${this.#read}`)
  }

  async close(): Promise<void> {
    this.#messages.close()
    await this.#file.close()
  }
}

/** A compressed file of messages. Positions count unpacked bytes; to go on from one, what is before it is unpacked again. */
export class PackedFileReader implements FileReader {
  readonly #messages: MessageReader
  readonly #blocks: AsyncGenerator<Uint8Array>
  #doneBytes = 0
  #skip: number
  #ended = false

  constructor(found: FoundFile, compression: Compression, messages: MessageReader) {
    this.#messages = messages
    this.#skip = messages.position.offset
    this.#blocks = unpacked(found.path, compression, bytes => (this.#doneBytes += bytes))
  }

  get position(): Position {
    return positionOf(this.#messages.position)
  }

  get doneBytes(): number {
    return this.#doneBytes
  }

  next(): Chunk | 'end' | Promise<Chunk | 'end'> {
    const chunk = this.#messages.next()
    if (chunk !== undefined) return chunk
    return this.#ended ? 'end' : this.#fill()
  }

  #pending: Uint8Array = new Uint8Array()

  async #fill(): Promise<Chunk | 'end'> {
    for (;;) {
      if (this.#pending.length === 0) await this.#unpackMore()
      const { splitter } = this.#messages
      if (this.#pending.length > 0) {
        const space = splitter.space()
        const count = Math.min(space.length, this.#pending.length)
        space.set(this.#pending.subarray(0, count))
        splitter.filled(count)
        this.#pending = this.#pending.subarray(count)
      }
      const chunk = this.#messages.next()
      if (chunk !== undefined) return chunk
      if (this.#ended) return 'end'
    }
  }

  async #unpackMore(): Promise<void> {
    for (;;) {
      const { done, value } = await this.#blocks.next()
      if (done === true) {
        this.#ended = true
        this.#messages.splitter.end()
        return
      }
      const skipped = Math.min(this.#skip, value.length)
      this.#skip -= skipped
      this.#pending = value.subarray(skipped)
      if (this.#pending.length > 0) return
    }
  }

  async close(): Promise<void> {
    this.#messages.close()
    await this.#blocks.return(undefined)
  }
}

/** A file that holds columns. */
export class BulkFileReader implements FileReader {
  readonly #reader: BulkReader
  readonly #file: FileHandle

  constructor(reader: BulkReader, file: FileHandle) {
    this.#reader = reader
    this.#file = file
  }

  get position(): Position {
    return this.#reader.row
  }

  get doneBytes(): number {
    return this.#reader.doneBytes
  }

  next(): Chunk | 'end' | Promise<Chunk | 'end'> {
    return this.#reader.next()
  }

  async close(): Promise<void> {
    this.#reader.close()
    await this.#file.close()
  }
}

/** Random access for bulk formats. */
export async function openBulkFile(found: FoundFile): Promise<{ readonly handle: FileHandle; readonly file: BulkFile }> {
  const handle = await accessed(found.path, () => open(found.path, 'r'))
  const file: BulkFile = {
    name: found.path,
    size: found.size,
    async read(offset, length) {
      const bytes = new Uint8Array(length)
      const { bytesRead } = await accessed(found.path, () => handle.read(bytes, 0, length, offset))
      return bytes.subarray(0, bytesRead)
    },
  }
  return { handle, file }
}

const positionOf = ({ offset, line, inArray }: FramePosition): Position => ({ offset, line, inArray })
