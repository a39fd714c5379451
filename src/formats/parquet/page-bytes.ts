/**
 * The pages of one column of one row group, one after the other, out of a window of the file that moves on. Reading is the
 * only thing that waits; a page that lies in the window is there at once.
 */
import * as zlib from 'node:zlib'
import { DataError, MillraceError } from '../../base/errors.ts'
import type { BulkFile } from '../format.ts'
import { unpack } from './compression.ts'
import { type ColumnMeta, MetadataError, type PageHeader, pageHeader } from './metadata.ts'
import { ThriftError, readStruct } from './thrift.ts'

/** How much is read at a time, unless a page is larger. */
const WINDOW_BYTES = 1 << 20
/** Headers are mostly smaller than this; statistics may make them larger. */
const HEADER_BYTES = 1 << 10

export interface RawPage {
  readonly header: PageHeader
  /** Behind the header, as it lies in the file. */
  readonly body: Uint8Array
}

export class PageBytes {
  readonly #file: BulkFile
  readonly #meta: ColumnMeta
  /** As errors name it: file, row group, column. */
  readonly place: string
  readonly #end: number
  #window: Uint8Array = new Uint8Array(0)
  #windowStart: number
  #at: number
  #wanted = HEADER_BYTES

  constructor(file: BulkFile, meta: ColumnMeta, place: string) {
    this.#file = file
    this.#meta = meta
    this.place = place
    this.#at = this.#windowStart = meta.offset
    this.#end = meta.offset + meta.length
    if (meta.offset < 4 || meta.length < 0 || this.#end > file.size) throw this.corrupt('its pages lie outside of the file')
  }

  /** The next page; 'end' behind the last; 'wait' when `more` must read first. */
  next(): RawPage | 'end' | 'wait' {
    if (this.#at >= this.#end) return 'end'
    const rest = this.#window.subarray(this.#at - this.#windowStart)
    const parsed = this.#header(rest)
    if (parsed === undefined) return 'wait'
    const { header, headerSize } = parsed
    const size = headerSize + header.packedSize
    if (this.#at + size > this.#end) throw this.corrupt('a page reaches out of its column')
    if (size > rest.length) {
      this.#wanted = size
      return 'wait'
    }
    this.#at += size
    this.#wanted = HEADER_BYTES
    const body = rest.subarray(headerSize, size)
    if (header.crc !== undefined && zlib.crc32(body) !== header.crc >>> 0)
      throw this.corrupt('the checksum of a page does not match')
    return { header, body }
  }

  #header(rest: Uint8Array): { readonly header: PageHeader; readonly headerSize: number } | undefined {
    try {
      const { struct, end } = readStruct(rest, 0)
      return { header: pageHeader(struct), headerSize: end }
    } catch (error) {
      if (error instanceof ThriftError && error.ended && this.#at + rest.length < this.#end) {
        if (rest.length >= this.#wanted) this.#wanted = rest.length * 2
        return undefined
      }
      if (error instanceof ThriftError || error instanceof MetadataError)
        throw this.corrupt(`a page header: ${error.message}`, error)
      throw error
    }
  }

  /** Reads on, so that `next` gets further. */
  async more(): Promise<void> {
    const length = Math.min(this.#end - this.#at, Math.max(this.#wanted, WINDOW_BYTES))
    this.#windowStart = this.#at
    this.#window = await this.#file.read(this.#at, length)
    if (this.#window.length < length) {
      throw new DataError(
        'FILE_TRUNCATED',
        this.place,
        `the file ended at byte ${this.#at + this.#window.length} while it was read`,
      )
    }
  }

  unpack(packed: Uint8Array, size: number): Uint8Array {
    return this.guard(() => unpack(this.#meta.codec, packed, size))
  }

  /** Runs what takes bytes of a page apart; where they are not what they should be, the error gets its place. */
  guard<T>(read: () => T): T {
    try {
      return read()
    } catch (error) {
      throw this.located(error)
    }
  }

  /** Anything thrown while bytes of a page were taken apart, as an error with a place. */
  located(error: unknown): Error {
    return error instanceof MillraceError ? error : this.corrupt(error instanceof Error ? error.message : String(error), error)
  }

  corrupt(what: string, cause?: unknown): DataError {
    return new DataError('PARQUET_CORRUPT', this.place, `a page is damaged: ${what}`, { cause })
  }
}
