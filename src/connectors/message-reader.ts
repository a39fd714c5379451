/**
 * Bytes of messages to chunks: a splitter cuts, a decoder reads, and a chunk keeps alive the buffer it looks into.
 * Used wherever bytes come as a stream: files, standard input.
 */
import type { Chunk } from '../data/chunk.ts'
import type { Decoder } from '../formats/format.ts'
import { type FramePosition, type Splitter, lending } from '../formats/framing.ts'

export class MessageReader {
  readonly splitter: Splitter
  readonly #decoder: Decoder

  constructor(splitter: Splitter, decoder: Decoder) {
    this.splitter = splitter
    this.#decoder = decoder
  }

  /** Behind the last message whose row was given, or that was skipped. */
  get position(): FramePosition {
    return this.splitter.position
  }

  /** Rows of what was filled in so far; undefined when more bytes are needed. A chunk may be empty: all its messages were skipped. */
  next(): Chunk | undefined {
    const frames = this.splitter.next()
    if (frames === undefined) return undefined
    return lending(this.#decoder.decode(frames.bytes, frames.starts, frames.ends, frames.count, frames.place), frames)
  }

  close(): void {
    this.splitter.close()
  }
}
