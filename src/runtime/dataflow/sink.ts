/**
 * The contract between a task and the outside it writes to. Two phases: what `prepare` answered becomes visible in
 * `commit`, which the task calls once the checkpoint that holds the answer is durable. After a crash `commit` is called
 * again with what the last checkpoint held, so it must not mind being called twice.
 */
import type { Chunk } from '../../data/chunk.ts'
import type { Position } from './source.ts'

export interface Sink {
  open(): Promise<SinkWriter>
}

export interface SinkWriter {
  /** Takes the chunk over. A promise means: wait before the next one. */
  write(chunk: Chunk): Promise<void> | undefined
  /** Event time passed `timeMs`; for partition commits and the like. */
  watermark?(timeMs: number): void
  /** Everything written so far, flushed and ready to become visible with `commit`. Also the end of a bounded input. */
  prepare(checkpoint: number): Promise<Position>
  commit(prepared: Position): Promise<void>
  /** Undoes what was written and never prepared, and frees what is held. */
  close(): Promise<void>
}
