/** The ends of a running graph: sources with what they answered, sinks with what they have to be waited for. */
import { assert } from '../../base/assert.ts'
import type { Chunk } from '../../data/chunk.ts'
import type { Operator } from '../dataflow/operator.ts'
import type { Sink, SinkWriter } from '../dataflow/sink.ts'
import type { Position, Source, SourceProgress, SourceReader } from '../dataflow/source.ts'
import type { GraphNode } from './graph.ts'
import type { SplitWatch } from './split-watch.ts'

export interface RunningSource {
  readonly id: number
  readonly node: GraphNode
  readonly source: Source
  reader: SourceReader | undefined
  /** Of a source whose parts have event time of their own. */
  splits: SplitWatch | undefined
  pending: Promise<void> | undefined
  /** An answer that came while the loop was elsewhere, with the reader's position behind it. */
  answer: Chunk | 'end' | 'idle' | undefined
  answerPosition: Position
  /** Behind the last chunk that went into the graph: where a restored job goes on. */
  position: Position
  failure: unknown
  ended: boolean
  notBeforeMs: number
  last: SourceProgress
}

export interface RunningSink {
  readonly id: number
  readonly sink: Sink
  readonly gate: SinkGate
  writer: SinkWriter | undefined
}

/** The end of the graph: hands rows to a writer and keeps what it has to be waited for. */
export class SinkGate implements Operator {
  writer: SinkWriter | undefined
  waiting: Promise<void> | undefined
  #failure: unknown

  onChunk(chunk: Chunk): void {
    assert(this.writer !== undefined, 'a sink is open before rows come')
    const wait = this.waiting === undefined ? this.writer.write(chunk) : this.waiting.then(() => this.writer!.write(chunk))
    // A failure is kept until the loop comes by; it must not count as unhandled in between.
    wait?.catch((error: unknown) => (this.#failure ??= error))
    this.waiting = wait as Promise<void> | undefined
  }

  onWatermark(timeMs: number): void {
    this.writer?.watermark?.(timeMs)
  }

  async settle(): Promise<void> {
    const { waiting } = this
    if (waiting === undefined) return
    await waiting
    if (this.waiting === waiting) this.waiting = undefined
    if (this.#failure !== undefined) throw this.#failure
  }
}

export const FRESH_SOURCE = {
  splits: undefined,
  pending: undefined,
  answer: undefined,
  answerPosition: null,
  position: null,
  failure: undefined,
  ended: false,
  notBeforeMs: 0,
  last: {},
} as const

/** Passes a source's rows into the graph. */
export const passThrough: Operator = { onChunk: (chunk, _input, output) => output.emit(chunk) }
