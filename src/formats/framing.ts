/**
 * Cuts the bytes of a file into messages, however they arrive: lines, CSV records, or the elements of one JSON array.
 *
 *     const splitter = new LineSplitter({ name: 'orders.json', pool })
 *     while ((n = await read(splitter.space())) > 0) {      // bytes go straight into the splitter's buffer
 *       splitter.filled(n)
 *       while ((frames = splitter.next()) !== undefined) {
 *         const chunk = decoder.decode(frames.bytes, frames.starts, frames.ends, frames.count, frames.place)
 *         send(lending(chunk, frames))                      // the chunk looks into the buffer: it keeps it alive
 *       }                                                   // splitter.position: where a restore goes on
 *     }
 *     splitter.end()                                        // and `next` until undefined: a last line without a line end
 *     splitter.close()
 *
 * The splitter promises that every message lies in one piece, that at least `SLACK` readable bytes follow it, and that it
 * does not read a message's bytes again once it told them (decoders unescape in place). What it tells stays valid until
 * the next call of `next`; the bytes themselves for as long as `frames.buffer` has another owner.
 */
import { isUtf8 } from 'node:buffer'
import { assert } from '../base/assert.ts'
import { DataError } from '../base/errors.ts'
import { CHUNK_ROWS, Chunk } from '../data/chunk.ts'
import type { BufferPool } from '../data/pool.ts'
import { CR, LF } from './ascii.ts'
import type { PlaceOf } from './format.ts'

/** So many bytes behind a message can be read (they mean nothing): decoders look at words, not only at bytes. */
export const SLACK = 16

/** Messages as decoders need them: with `SLACK` behind the last. `suspect`: not all of the bytes are UTF-8. */
export function withSlackBehind(
  bytes: Uint8Array,
  starts: Int32Array,
  ends: Int32Array,
  count: number,
): { readonly bytes: Uint8Array; readonly suspect: boolean } {
  let first = bytes.length
  let last = 0
  for (let i = 0; i < count; i++) {
    first = Math.min(first, starts[i]!)
    last = Math.max(last, ends[i]!)
  }
  if (last + SLACK > bytes.length) {
    const copy = new Uint8Array(last + SLACK)
    copy.set(bytes.subarray(0, last))
    bytes = copy
  }
  return { bytes, suspect: count > 0 && !isUtf8(bytes.subarray(first, last)) }
}

export const DEFAULT_BLOCK_BYTES = 1 << 20
export const DEFAULT_MAX_LINE_BYTES = 128 << 20

/** Where reading goes on: plain data, part of a checkpoint. `line` counts from 1 and is for people only. */
export interface FramePosition {
  readonly offset: number
  readonly line: number
  /** The offset lies inside a top-level JSON array. */
  readonly inArray: boolean
}
export const FILE_START: FramePosition = { offset: 0, line: 1, inArray: false }

/** Up to CHUNK_ROWS messages: message i is `bytes[starts[i], ends[i])` and began on line `lines[i]`. */
export interface Frames {
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  readonly lines: Int32Array
  readonly count: number
  /** `orders.json:17`. */
  readonly place: PlaceOf
  /** A chunk without rows that owns `bytes`: who wants to keep the bytes retains it. */
  readonly buffer: Chunk
}

/** `chunk`, and with it the buffer it looks into. Takes over the one ownership of `chunk`. */
export const lending = (chunk: Chunk, frames: Frames): Chunk =>
  new Chunk({
    ...chunk,
    schema: chunk.schema,
    length: chunk.length,
    columns: chunk.columns,
    parents: [chunk, frames.buffer.retain()],
  })

export interface SplitterSettings {
  /** The file, as errors name it. */
  readonly name: string
  readonly pool: BufferPool
  /** Where the first byte that comes in lies. */
  readonly from?: FramePosition | undefined
  readonly blockBytes?: number | undefined
  /** A longer message is an error: LINE_TOO_LONG. */
  readonly maxLineBytes?: number | undefined
  /** How many columns a record has: what a header is held against. */
  readonly columns?: number | undefined
}

export abstract class Splitter {
  readonly name: string
  readonly maxLineBytes: number
  readonly starts = new Int32Array(CHUNK_ROWS)
  readonly ends = new Int32Array(CHUNK_ROWS)
  readonly lines = new Int32Array(CHUNK_ROWS)
  protected bytes: Uint8Array
  /** The same bytes, for searching: `Buffer.indexOf` is several times faster than that of a Uint8Array. */
  protected buffer: Buffer
  /** Messages found by the current `next`. */
  protected count = 0
  /** Where the message that is being looked for begins; everything before it was told. */
  protected start = 0
  /** How far was looked, at or behind `start`. */
  protected scanned = 0
  /** The line that `scanned` is in. */
  protected line: number
  /** The line that `start` is in. */
  protected startLine: number
  /** No byte follows. */
  protected ended = false
  protected inArray: boolean
  readonly #pool: BufferPool
  readonly #blockBytes: number
  #owner: Chunk
  #filled = 0
  /** The file's offset of `bytes[0]`. */
  #base: number
  #told: FramePosition
  #atFileStart: boolean

  constructor(settings: SplitterSettings) {
    const from = settings.from ?? FILE_START
    this.name = settings.name
    this.maxLineBytes = settings.maxLineBytes ?? DEFAULT_MAX_LINE_BYTES
    this.line = this.startLine = from.line
    this.inArray = from.inArray
    this.#pool = settings.pool
    this.#blockBytes = Math.max(settings.blockBytes ?? DEFAULT_BLOCK_BYTES, 4 * SLACK)
    this.#base = from.offset
    this.#told = from
    this.#atFileStart = from.offset === 0
    this.bytes = settings.pool.u8(this.#blockBytes)
    this.buffer = bufferOver(this.bytes)
    this.#owner = holderOf(this.bytes, settings.pool)
  }

  /** Behind the last message that was told. Bytes from there on are not part of any message yet. */
  get position(): FramePosition {
    return this.#told
  }

  /** Where the next bytes go: never empty. Call `filled` with how many came before anything else. */
  space(): Uint8Array {
    const free = this.bytes.length - SLACK - this.#filled
    if (free < Math.min(this.#blockBytes, this.bytes.length) / 4) this.#makeRoom()
    return this.bytes.subarray(this.#filled, this.bytes.length - SLACK)
  }

  filled(count: number): void {
    assert(!this.ended, 'a file that has ended brings no more bytes')
    assert(this.#filled + count <= this.bytes.length - SLACK, 'no more bytes come than there was space for')
    this.#filled += count
  }

  /** Copies bytes that are somebody else's: what a decompressor hands out. All messages in it are told before more come. */
  *feed(block: Uint8Array): Generator<Frames> {
    for (let at = 0; at < block.length;) {
      const space = this.space()
      const count = Math.min(space.length, block.length - at)
      space.set(block.subarray(at, at + count))
      this.filled(count)
      at += count
      for (let frames = this.next(); frames !== undefined; frames = this.next()) yield frames
    }
  }

  /** The file has ended: what follows the last separator is a message, too. */
  end(): void {
    this.ended = true
  }

  /** The next messages, or undefined when more bytes are needed (after `end`: when all was told). */
  next(): Frames | undefined {
    this.count = 0
    if (this.#atFileStart && !this.#passByteOrderMark()) return undefined
    this.split(this.#filled)
    if (this.#filled - this.start > this.maxLineBytes) throw this.#tooLong(this.#filled - this.start)
    if (this.count === 0) return undefined
    this.#told = { offset: this.#base + this.start, line: this.startLine, inArray: this.inArray }
    const { bytes, starts, ends, lines, count } = this
    return { bytes, starts, ends, lines, count, place: record => `${this.name}:${lines[record]}`, buffer: this.#owner }
  }

  /** Lets go of the buffer; chunks that look into it keep it. */
  close(): void {
    this.#owner.release()
  }

  /**
   * Looks from `scanned` up to `to` for at most CHUNK_ROWS messages and notes each with `found`. Leaves `start` behind the
   * last one and its separator. When `ended`, what is left before `to` is a message unless it is empty. `bytes[to]` is free
   * for a sentinel.
   */
  protected abstract split(to: number): void

  /** What lay at `by` lies at 0 now. */
  protected moved(_by: number): void {}

  /** Notes the message from `start` to `end`; what comes `after` it is looked at next. */
  protected found(end: number, after: number): void {
    if (end - this.start > this.maxLineBytes) throw this.#tooLong(end - this.start)
    this.starts[this.count] = this.start
    this.ends[this.count] = end
    this.lines[this.count] = this.startLine
    this.count += 1
    this.start = this.scanned = after
    this.startLine = this.line
  }

  #tooLong(length: number): DataError {
    return new DataError(
      'LINE_TOO_LONG',
      `${this.name}:${this.startLine}`,
      `a message of ${length} bytes or more is longer than the ${this.maxLineBytes} allowed`,
      {
        hint: "the option 'max-line-bytes' sets the limit; is this the right format for the file?",
      },
    )
  }

  /** False while it can't be known yet. */
  #passByteOrderMark(): boolean {
    const { bytes } = this
    if (this.#filled < 3 && !this.ended && (this.#filled === 0 || bytes[0] === 0xef)) return false
    if (this.#filled >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.start = this.scanned = 3
    this.#atFileStart = false
    return true
  }

  /** Moves what was not told yet to the front: of the same buffer when nobody looks into it, of a larger one when needed. */
  #makeRoom(): void {
    const kept = this.#filled - this.start
    const wanted =
      kept + this.#blockBytes / 2 + SLACK <= this.bytes.length ? this.bytes.length : Math.max(this.#blockBytes, 2 * kept + SLACK)
    if (!this.#owner.shared && wanted <= this.bytes.length) this.bytes.copyWithin(0, this.start, this.#filled)
    else {
      const next = this.#pool.u8(kept <= this.#blockBytes / 2 ? this.#blockBytes : wanted)
      next.set(this.bytes.subarray(this.start, this.#filled))
      this.#owner.release()
      this.bytes = next
      this.buffer = bufferOver(next)
      this.#owner = holderOf(next, this.#pool)
    }
    this.moved(this.start)
    this.#base += this.start
    this.#filled = kept
    this.scanned -= this.start
    this.start = 0
  }
}

const bufferOver = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)

const holderOf = (bytes: Uint8Array, pool: BufferPool): Chunk =>
  new Chunk({ schema: [], length: 0, columns: [], owned: [bytes], pool })

/** Lines, ended by LF or CRLF. An empty line is a message, too: what it means is the format's to say. */
export class LineSplitter extends Splitter {
  protected override split(to: number): void {
    const { bytes } = this
    bytes[to] = LF
    while (this.count < CHUNK_ROWS) {
      const at = this.buffer.indexOf(LF, this.scanned)
      this.scanned = Math.min(at, to)
      if (at >= to) break
      this.line += 1
      this.found(at > this.start && bytes[at - 1] === CR ? at - 1 : at, at + 1)
    }
    if (this.ended && this.scanned === to && this.start < to && this.count < CHUNK_ROWS)
      this.found(bytes[to - 1] === CR ? to - 1 : to, to)
  }
}
