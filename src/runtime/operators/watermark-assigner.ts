/**
 * Makes event time. Every row proposes a watermark; the highest proposal so far is the next one. It is in force at once
 * behind a row that moves it on by more than `pipeline.auto-watermark-interval` in event time, so that a row far behind
 * its predecessor is late at once, and otherwise with the next period. Which watermark a row arrived under goes along in
 * `chunk.watermarks`, so that lateness does not hang on how rows were cut into chunks.
 *
 *     WATERMARK FOR at AS at - INTERVAL '5' SECOND
 *     in               out                     in force
 *     +I 12:00:00.0    +I 12:00:00.0 @ none    11:59:55.0
 *     +I 12:00:00.1    +I 12:00:00.1 @ 11:59:55.0
 *     +I 12:00:09.0    +I 12:00:09.0 @ 11:59:55.0    12:00:04.0
 *     +I 12:00:01.0    +I 12:00:01.0 @ 12:00:04.0    (late for whoever asks)
 *
 * Where a source has splits, each makes event time by itself, and the least of those that hold it back is in force:
 *
 *     splits 0, 1      of 0: 12:00:09    in force: none
 *                      of 1: 12:00:02    11:59:57
 *                      of 1: 12:00:20    12:00:04
 *     1 is idle        of 0: 12:00:30    12:00:25
 *
 * As in Flink, event time starts with the epoch: no watermark before 1970 is in force; and a row without a time fails.
 */
import { assert } from '../../base/assert.ts'
import { EvaluationError } from '../../base/errors.ts'
import { Chunk } from '../../data/chunk.ts'
import type { Column } from '../../data/column.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import { type GeneratedCalc, generateCalc } from '../codegen/calc.ts'
import { MIN_WATERMARK, type Operator, type Output } from '../dataflow/operator.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import { wordsOf } from '../state/state-column.ts'
import type { OperatorContext } from './context.ts'
import { readNumbers, writeNumbers } from './numbers.ts'

/** `pipeline.auto-watermark-interval`, as Flink has it unless it is set. */
const INTERVAL_MS = 200
const HIGH_WORD = 2 ** 32

/** What one split of the source has proposed, and what of it is in force; 0 before any. */
interface SplitTime {
  proposedMs: number
  inForceMs: number
  /** It has not ended and is not idle. */
  holds: boolean
}

export class WatermarkAssigner implements Operator {
  readonly #node: PhysicalOf<'WatermarkAssigner'>
  readonly #context: OperatorContext
  readonly #proposals: GeneratedCalc
  readonly #intervalMs: number
  /** By number. A source without splits is its own only one. */
  readonly #splits: SplitTime[] = []
  /** The least over the splits, which never goes back. */
  #inForceMs = 0

  constructor(node: PhysicalOf<'WatermarkAssigner'>, context: OperatorContext) {
    this.#node = node
    this.#context = context
    this.#intervalMs = context.watermarkIntervalMs ?? INTERVAL_MS
    const input = node.inputs[0]!.schema
    const output = [{ name: 'watermark', type: node.expr.type }]
    const { name, session, pool } = context
    this.#proposals = generateCalc({ name, input, condition: undefined, exprs: [node.expr], output, session }, pool)
    for (const compiled of this.#proposals.compiled) context.onCompiled(compiled)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    this.#requireTimes(chunk)
    const proposals = this.#proposals.run(chunk.retain())!
    const watermarks = this.#context.pool.f64(chunk.length)
    this.#advance(this.#splitOf(chunk.split ?? 0), proposals.columns[0]!, chunk.length, watermarks)
    proposals.release()
    const { schema } = this.#node
    const { length, columns, kinds } = chunk
    output.emit(
      new Chunk({ schema, length, columns, kinds, watermarks, owned: [watermarks], pool: this.#context.pool, parents: [chunk] }),
    )
  }

  onSplits(splits: readonly number[]): void {
    for (const split of splits) this.#splitOf(split)
    for (const time of this.#splits) time.holds = false
    for (const split of splits) this.#splits[split]!.holds = true
    this.#combine()
  }

  currentWatermark(period = false): number {
    if (period) {
      for (const time of this.#splits) time.inForceMs = Math.max(time.inForceMs, time.proposedMs)
      this.#combine()
    }
    return this.#inForceMs > 0 ? this.#inForceMs : MIN_WATERMARK
  }

  snapshot(writer: StateWriter): void {
    writeNumbers(writer, 'watermarks', [this.#inForceMs, ...this.#splits.flatMap(time => [time.proposedMs, time.inForceMs])])
  }

  restore(reader: StateReader): void {
    const numbers = readNumbers(reader, 'watermarks')
    if (numbers === undefined) return
    this.#inForceMs = numbers[0]!
    for (let at = 1; at < numbers.length; at += 2) {
      // Which of several hold event time back is told anew.
      const holds = numbers.length === 3
      this.#splits.push({ proposedMs: numbers[at]!, inForceMs: numbers[at + 1]!, holds })
    }
  }

  /** A split that is not known yet has come with its first row, or is told of before. */
  #splitOf(split: number): SplitTime {
    while (this.#splits.length <= split) this.#splits.push({ proposedMs: 0, inForceMs: 0, holds: this.#splits.length === split })
    return this.#splits[split]!
  }

  #combine(): void {
    let leastMs = Infinity
    for (const { holds, inForceMs } of this.#splits) if (holds && inForceMs < leastMs) leastMs = inForceMs
    if (leastMs < Infinity && leastMs > this.#inForceMs) this.#inForceMs = leastMs
  }

  #requireTimes({ columns, length }: Chunk): void {
    const { valid } = columns[this.#node.column]!
    if (valid === undefined) return
    for (let row = 0; row < length; row++) {
      if (valid[row] === 1) continue
      throw new EvaluationError('NULL_ROWTIME', 'RowTime field should not be null, please convert it to a non-null long value.')
    }
  }

  /** Writes the watermark each row arrives under. A proposal that is NULL proposes nothing. */
  #advance(time: SplitTime, proposals: Column, length: number, watermarks: Float64Array): void {
    assert(proposals.storage === 'i64' || proposals.storage === 'ts', 'a watermark is a timestamp')
    const words = wordsOf(proposals.values)
    const { valid } = proposals
    const intervalMs = this.#intervalMs
    // A row of a split that was idle holds back again.
    time.holds = true
    let { proposedMs, inForceMs } = time
    let told = this.#inForceMs > 0 ? this.#inForceMs : MIN_WATERMARK
    for (let row = 0; row < length; row++) {
      watermarks[row] = told
      if (valid !== undefined && valid[row] === 0) continue
      const proposalMs = words[2 * row + 1]! * HIGH_WORD + (words[2 * row]! >>> 0)
      if (proposalMs > proposedMs) {
        proposedMs = proposalMs
        if (proposedMs - inForceMs > intervalMs) {
          const heldBack = inForceMs <= this.#inForceMs
          inForceMs = time.inForceMs = proposedMs
          if (heldBack) this.#combine()
          if (this.#inForceMs > 0) told = this.#inForceMs
        }
      }
    }
    time.proposedMs = proposedMs
  }
}
