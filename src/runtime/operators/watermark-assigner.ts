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

export class WatermarkAssigner implements Operator {
  readonly #node: PhysicalOf<'WatermarkAssigner'>
  readonly #context: OperatorContext
  readonly #proposals: GeneratedCalc
  readonly #intervalMs: number
  /** The highest proposal, and the one in force; 0 before any. */
  #proposedMs = 0
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
    this.#advance(proposals.columns[0]!, chunk.length, watermarks)
    proposals.release()
    const { schema } = this.#node
    const { length, columns, kinds } = chunk
    output.emit(
      new Chunk({ schema, length, columns, kinds, watermarks, owned: [watermarks], pool: this.#context.pool, parents: [chunk] }),
    )
  }

  currentWatermark(period = false): number {
    if (period) this.#inForceMs = Math.max(this.#inForceMs, this.#proposedMs)
    return this.#inForceMs > 0 ? this.#inForceMs : MIN_WATERMARK
  }

  snapshot(writer: StateWriter): void {
    writeNumbers(writer, 'watermark', [this.#proposedMs, this.#inForceMs])
  }

  restore(reader: StateReader): void {
    const numbers = readNumbers(reader, 'watermark')
    if (numbers === undefined) return
    this.#proposedMs = numbers[0]!
    this.#inForceMs = numbers[1]!
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
  #advance(proposals: Column, length: number, watermarks: Float64Array): void {
    assert(proposals.storage === 'i64' || proposals.storage === 'ts', 'a watermark is a timestamp')
    const words = wordsOf(proposals.values)
    const { valid } = proposals
    const intervalMs = this.#intervalMs
    let proposedMs = this.#proposedMs
    let inForceMs = this.#inForceMs
    let told = inForceMs > 0 ? inForceMs : MIN_WATERMARK
    for (let row = 0; row < length; row++) {
      watermarks[row] = told
      if (valid !== undefined && valid[row] === 0) continue
      const proposalMs = words[2 * row + 1]! * HIGH_WORD + (words[2 * row]! >>> 0)
      if (proposalMs > proposedMs) {
        proposedMs = proposalMs
        if (proposedMs - inForceMs > intervalMs) told = inForceMs = proposedMs
      }
    }
    this.#proposedMs = proposedMs
    this.#inForceMs = inForceMs
  }
}
