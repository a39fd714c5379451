/** The contract between a task and the outside it reads from. */
import type { Chunk } from '../../data/chunk.ts'
import type { Schema } from '../../data/type.ts'

/** A place to go on from: plain JSON, kept in checkpoints. */
export type Position = null | boolean | number | string | readonly Position[] | { readonly [key: string]: Position }

export interface Source {
  /** True when it ends by itself. */
  readonly bounded: boolean
  /** The columns its chunks have: those asked for, in that order. */
  readonly schema: Schema
  open(from: Position | undefined): Promise<SourceReader>
}

/**
 * The task promises: `next` again only after the last answer was taken; `position` right after an answer, or after it was
 * opened, before the next call; to look at `splits` after each answer and from time to time.
 * The reader promises: chunks that the task owns; `position` stands right behind the last chunk `next` answered, so that
 * a reader opened there gives exactly the rows that are missing; to answer synchronously when it can.
 */
export interface SourceReader {
  /** The next rows; 'end' when there will be none; 'idle' when there are none now (after waiting at most `idleAfterMs`). */
  next(): Chunk | 'end' | 'idle' | Promise<Chunk | 'end' | 'idle'>
  position(): Position
  /**
   * Parts that have event time of their own, as partitions of a topic: those that may still give rows, each by a number that
   * `position` keeps. Rows of a chunk are of one of them (`chunk.split`); the watermark is the least over all, but for those
   * that are idle. The same array while nothing changes. Absent: the source is one stream.
   */
  readonly splits?: readonly number[]
  /** A checkpoint that holds this position is durable: outside, too, it may be told how far we are. Does not wait. */
  checkpointed?(position: Position): void
  /** True while it works off what was there when the query started. Bounded sources: always. */
  readonly backlog: boolean
  /** For the progress line. Unknown totals are undefined. */
  progress(): SourceProgress
  /** Ends a waiting `next` with 'end' or a rejection, and frees what is held. */
  close(): Promise<void>
}

export interface SourceProgress {
  readonly doneBytes?: number
  readonly totalBytes?: number
  /** Records that could not be decoded and were skipped, and fields that became NULL, by what the format's options say. */
  readonly skippedRecords?: number
  readonly nulledFields?: number
}
