/**
 * GROUP BY window_start, window_end[, keys]: one row per window and group, told when the window has passed.
 *
 *     in (TUMBLE 10 s)      groups              out
 *     +I ann 12             [10,20) ann: 1
 *     +I ann 15             [10,20) ann: 2
 *     watermark 19.999                          +I ann 2  10 20
 *     +I ann 13             late
 *
 * Whether a row is late is decided row by row, by the watermark in force when it arrived: a row is dropped, and counted,
 * when the last window it is in has passed; if only some have, it goes into the others. A window whose rows were all taken
 * away again tells nothing. In a batch nothing is late and all is told at the end. A row without a time fails a stream and
 * is in no window of a batch.
 *
 * The state's key is the window's end (with its start, where the input says so itself) and the group.
 */
import { EvaluationError } from '../../base/errors.ts'
import { CHUNK_ROWS, type Chunk, ChunkBuilder } from '../../data/chunk.ts'
import type { Column } from '../../data/column.ts'
import { types } from '../../data/type.ts'
import { timestampText } from '../../data/text-time.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import { MAX_WATERMARK, MIN_WATERMARK, type Operator, type OperatorReport, type Output } from '../dataflow/operator.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import { wordsOf } from '../state/state-column.ts'
import { AggregateState } from './aggregate-state.ts'
import type { OperatorContext } from './context.ts'
import { readNumbers, writeNumbers } from './numbers.ts'
import { WallClock, Windows, readTime, readTimes, writeTime } from './windows.ts'

const BOUND = { name: 'window', type: types.bigint(false) }

type WindowOf<K> = Extract<PhysicalOf<'WindowAggregate'>['window'], { kind: K }>

/** The groups of an open window, in the order they came. */
interface OpenWindow {
  readonly end: number
  slots: Int32Array
  count: number
}

export class WindowAggregate implements Operator {
  readonly #node: PhysicalOf<'WindowAggregate'>
  readonly #windows: Windows | undefined
  readonly #clock: WallClock
  readonly #state: AggregateState
  readonly #out: ChunkBuilder
  readonly #outSlots = new Int32Array(CHUNK_ROWS)
  readonly #open = new Map<number, OpenWindow>()
  #watermark = MIN_WATERMARK
  #lateRows = 0
  /** By row of the chunk at hand: its time, the start of its last window, the watermark before it. */
  readonly #times = new Float64Array(CHUNK_ROWS)
  readonly #starts = new Float64Array(CHUNK_ROWS)
  readonly #skip = new Uint8Array(CHUNK_ROWS)
  readonly #bounds: Column & { storage: 'i64' } = {
    storage: 'i64',
    type: BOUND.type,
    values: new BigInt64Array(CHUNK_ROWS),
    valid: undefined,
  }

  constructor(node: PhysicalOf<'WindowAggregate'>, context: OperatorContext) {
    this.#node = node
    this.#windows = node.window.kind === 'assign' ? new Windows(node.window.spec) : undefined
    this.#clock = new WallClock(node.window.zone)
    const input = node.inputs[0]!.schema
    const bounds = node.window.kind === 'assign' ? [BOUND] : [BOUND, { ...BOUND, name: 'window_start' }]
    const resultsAt = node.groupBy.length
    this.#state = new AggregateState(
      {
        input,
        key: [...bounds, ...node.groupBy.map(i => input[i]!)],
        calls: node.calls,
        results: node.schema.slice(resultsAt, resultsAt + node.calls.length),
        resultsAt,
        retracting: node.retracting,
        tells: false,
        updateBefore: false,
        resend: false,
        skips: true,
        ttlMs: 0,
      },
      context,
    )
    this.#out = new ChunkBuilder(node.schema, context.pool, { kinds: false })
  }

  onChunk(chunk: Chunk, _input: number, _output: Output): void {
    if (this.#windows === undefined) this.#takeAttached(chunk)
    else this.#takeAssigned(chunk, this.#windows)
    this.#state.settle()
    chunk.release()
  }

  onWatermark(timeMs: number, output: Output): void {
    this.#watermark = timeMs
    if (this.#node.emit === 'watermark') this.#firePassed(timeMs, output)
  }

  onEnd(_input: number, output: Output): void {
    this.#firePassed(MAX_WATERMARK, output)
  }

  snapshot(writer: StateWriter): void {
    this.#state.snapshot(writer)
    writeNumbers(writer, 'window', [this.#watermark, this.#lateRows])
  }

  restore(reader: StateReader): void {
    this.#state.restore(reader)
    const [watermark, lateRows] = readNumbers(reader, 'window') ?? [MIN_WATERMARK, 0]
    this.#watermark = watermark!
    this.#lateRows = lateRows!
    const { table } = this.#state
    for (let slot = table.after(0); slot >= 0; slot = table.after(slot + 1)) this.#openFor(slot)
  }

  close(): void {
    this.#out.discard()
    this.#state.close()
  }

  report(): OperatorReport {
    const { stateRows, stateBytes } = this.#state
    const counts = { lateRows: this.#lateRows, stateRows, stateBytes }
    if (this.#open.size === 0) return counts
    const passedAt = Math.min(...[...this.#open.keys()].map(end => this.#clock.passedAt(end)))
    const until =
      this.#node.emit === 'at-end' ? 'the end of the input' : `the watermark to reach ${timestampText(BigInt(passedAt), 3)}`
    return { ...counts, waitsFor: `${until}; ${this.#open.size} windows are open` }
  }

  // ── taking rows in ─────────────────────────────────────────────────────────────────────────────────

  /** Assigns rows to windows: one pass over the chunk for each window a row may be in. */
  #takeAssigned(chunk: Chunk, windows: Windows): void {
    const window = this.#node.window as WindowOf<'assign'>
    const [times, starts, skip] = [this.#times, this.#starts, this.#skip]
    readTimes(chunk.columns[window.time]!, chunk.length, times, this.#clock)
    for (let row = 0; row < chunk.length; row++) {
      if (Number.isNaN(times[row]!) && this.#node.emit === 'watermark') throw noTime()
      starts[row] = windows.lastStart(times[row]!)
      if (this.#passed(windows.lastEnd(times[row]!, starts[row]!), chunk, row)) this.#lateRows += 1
    }
    const words = wordsOf(this.#bounds.values)
    for (let i = 0; i < windows.most; i++) {
      let taken = 0
      for (let row = 0; row < chunk.length; row++) {
        const end = windows.end(times[row]!, starts[row]!, i)
        skip[row] = Number.isNaN(end) || this.#passed(end, chunk, row) ? 1 : 0
        if (skip[row] === 1) continue
        writeTime(words, row, end)
        taken += 1
      }
      if (taken > 0) this.#fold(chunk, [this.#bounds])
    }
  }

  /** The input says which window each row is in. */
  #takeAttached(chunk: Chunk): void {
    const window = this.#node.window as WindowOf<'attached'>
    const [start, end] = [chunk.columns[window.start]!, chunk.columns[window.end]!]
    const skip = this.#skip
    let taken = 0
    readTimes(end, chunk.length, this.#times, UNSHIFTED)
    for (let row = 0; row < chunk.length; row++) {
      skip[row] = this.#passed(this.#times[row]!, chunk, row) ? 1 : 0
      this.#lateRows += skip[row]!
      taken += 1 - skip[row]!
    }
    if (taken > 0) this.#fold(chunk, [end, start])
  }

  /** The window looked up last: most rows of a chunk are in the same one. */
  #knownEnd = Number.NaN
  #knownPassedAt = 0

  /** Had the window with this end passed when the row arrived? */
  #passed(end: number, chunk: Chunk, row: number): boolean {
    if (this.#node.emit === 'at-end') return false
    if (end !== this.#knownEnd) {
      this.#knownEnd = end
      this.#knownPassedAt = this.#clock.passedAt(end)
    }
    return (chunk.watermarks === undefined ? this.#watermark : chunk.watermarks[row]!) >= this.#knownPassedAt
  }

  #fold(chunk: Chunk, bounds: readonly Column[]): void {
    const state = this.#state
    state.locate([...bounds, ...this.#node.groupBy.map(i => chunk.columns[i]!)], chunk.length, this.#skip)
    const { fresh, freshCount } = state.table
    for (let i = 0; i < freshCount; i++) this.#openFor(fresh[i]!)
    state.fold(chunk)
    state.sweepSets(chunk.length)
  }

  /** Notes a group with its window. */
  #openFor(slot: number): void {
    const end = readTime(this.#state.table.keys[0]!.words, slot)
    let window = this.#open.get(end)
    if (window === undefined) this.#open.set(end, (window = { end, slots: new Int32Array(16), count: 0 }))
    if (window.count === window.slots.length) {
      const slots = new Int32Array(window.count * 2)
      slots.set(window.slots)
      window.slots = slots
    }
    window.slots[window.count++] = slot
  }

  // ── telling windows ────────────────────────────────────────────────────────────────────────────────

  #firePassed(timeMs: number, output: Output): void {
    if (this.#open.size === 0) return
    const passed = [...this.#open.values()].filter(({ end }) => timeMs >= this.#clock.passedAt(end))
    for (const window of passed.toSorted((a, b) => a.end - b.end)) {
      this.#open.delete(window.end)
      this.#fire(window, output)
    }
    this.#send(output)
    if (this.#open.size === 0) this.#state.settle()
  }

  #fire({ slots, count }: OpenWindow, output: Output): void {
    const { code, table, sets, rows } = this.#state
    let kept = 0
    for (let i = 0; i < count; i++)
      if (rows[slots[i]!]! > 0) slots[kept++] = slots[i]!
      else this.#state.delete(slots[i]!)
    for (let from = 0; from < kept;) {
      const to = code.results(table, sets, slots, from, kept, this.#out, this.#outSlots)
      // The rows are complete before their groups end: keys are copied out, and the slots may be used again.
      this.#send(output)
      for (let i = from; i < to; i++) this.#state.delete(slots[i]!)
      from = to
    }
  }

  /** Hands on what was written; group columns and window columns are filled in here, column by column. */
  #send(output: Output): void {
    const out = this.#out
    if (out.length === 0) return
    const { groupBy, calls, properties, window } = this.#node
    const { keys } = this.#state.table
    const bounds = window.kind === 'assign' ? 1 : 2
    for (let i = 0; i < groupBy.length; i++) keys[bounds + i]!.copyOut(this.#outSlots, out.length, out.columns[i]!, 0)
    properties.forEach((property, i) => this.#writeProperty(property, out.columns[groupBy.length + calls.length + i]!))
    output.emit(out.finish())
  }

  /** Start and end as wall clock; the time as the column's type has it: an instant for TIMESTAMP_LTZ. */
  #writeProperty(property: 'start' | 'end' | 'time', column: Column): void {
    const words = wordsOf((column as Column & { storage: 'i64' }).values)
    const [ends, starts] = this.#state.table.keys
    const { length } = this.#out
    column.valid?.fill(1, 0, length)
    for (let i = 0; i < length; i++) {
      const slot = this.#outSlots[i]!
      const end = readTime(ends!.words, slot)
      if (property === 'end') writeTime(words, i, end)
      else if (property === 'start') writeTime(words, i, this.#windows?.startOf(end) ?? readTime(starts!.words, slot))
      else writeTime(words, i, column.type.kind === 'TIMESTAMP_LTZ' ? this.#clock.toInstant(end - 1) : end - 1)
    }
  }
}

const UNSHIFTED = new WallClock(undefined)

const noTime = (): EvaluationError =>
  new EvaluationError('NULL_ROWTIME', 'RowTime field should not be null, please convert it to a non-null long value.')
