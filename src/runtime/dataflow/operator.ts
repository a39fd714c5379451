/**
 * The contract between a task and the operators it runs.
 *
 * The task promises: one call at a time; chunks in order per input; `onWatermark` only with rising times, the least over
 * the inputs; `snapshot` only between other calls, when nothing is on its way; `onEnd` once per input after its last
 * chunk, and after the last input's end nothing but `snapshot` and `close`. A chunk given to `onChunk` is the operator's.
 *
 * The operator promises: to compute and never wait; to emit a chunk at most once and not to touch it afterwards; to
 * release what it neither emits nor keeps; to hold in `snapshot` everything that later output depends on.
 */
import type { Chunk } from '../../data/chunk.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'

/** Where an operator's rows go. `emit` passes on ownership. */
export interface Output {
  emit(chunk: Chunk): void
}

export interface Operator {
  onChunk(chunk: Chunk, input: number, output: Output): void
  /** No later row has a rowtime at or before `timeMs`, unless it is late. The task passes the watermark on afterwards. */
  onWatermark?(timeMs: number, output: Output): void
  /** What downstream is told once this operator saw `timeMs`; the same unless rows may still come out with smaller times. */
  outputWatermark?(timeMs: number): number
  /**
   * For an operator that makes event time rather than hears of it (the watermark assigner): the watermark in force by now.
   * The task asks after each chunk, and with `period` each `pipeline.auto-watermark-interval` of a live stream, where small
   * steps that were held back come into force; a time that rose is passed on. Watermarks from upstream then end here.
   */
  currentWatermark?(period?: boolean): number
  /**
   * For an operator that makes event time: the splits of the source below it that hold time back by now, which are those
   * that have not ended and are not idle. A split that is not among them does again from its next row on.
   */
  onSplits?(splits: readonly number[]): void
  /** True once no further row can change what comes out: the task may stop its sources and treat every input as ended. */
  done?(): boolean
  /** One input has ended. In a bounded job this is where blocking operators speak. */
  onEnd?(input: number, output: Output): void
  /** True while the sources work off history: intermediate updates may be held back. On false, what was held back is told. */
  onBacklog?(backlog: boolean, output: Output): void
  /** Called with each period of the mini-batch latency, and before every snapshot and end: what is buffered is told. */
  onFlush?(output: Output): void
  snapshot?(writer: StateWriter): void
  restore?(reader: StateReader): void
  close?(): void
  /** What a person asks of a running query. */
  report?(): OperatorReport
}

export interface OperatorReport {
  readonly lateRows?: number
  readonly stateRows?: number
  readonly stateBytes?: number
  /** What it waits for, as a sentence. */
  readonly waitsFor?: string
}

/** Epoch ms before the first watermark and after the last. */
export const MIN_WATERMARK = Number.NEGATIVE_INFINITY
export const MAX_WATERMARK = Number.POSITIVE_INFINITY
