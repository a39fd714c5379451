/**
 * TUMBLE, HOP and CUMULATE as table functions: every row with the windows it is in, once per window.
 *
 *     in           out (HOP, slide 5 s, size 10 s)
 *     +I ann 12    +I ann 12  10 20 19.999
 *                  +I ann 12   5 15 14.999
 *
 * Kinds of changes stay. A row without a time is in no window, as in Flink, where only what makes watermarks fails on it.
 * A tumbling window adds three columns to the chunk and copies nothing.
 */
import { CHUNK_ROWS, Chunk } from '../../data/chunk.ts'
import { type Column, arraysOf, newColumn } from '../../data/column.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, Output } from '../dataflow/operator.ts'
import { wordsOf } from '../state/state-column.ts'
import type { OperatorContext } from './context.ts'
import { selectRows } from './gather.ts'
import { WallClock, Windows, readTimes, writeTime } from './windows.ts'

export class WindowTableFunction implements Operator {
  readonly #node: PhysicalOf<'WindowTableFunction'>
  readonly #context: OperatorContext
  readonly #windows: Windows
  readonly #clock: WallClock
  readonly #times = new Float64Array(CHUNK_ROWS)
  /** The output under construction: rows of the input, and the end of each one's window. */
  readonly #rows = new Int32Array(CHUNK_ROWS)
  readonly #ends = new Float64Array(CHUNK_ROWS)
  #count = 0

  constructor(node: PhysicalOf<'WindowTableFunction'>, context: OperatorContext) {
    this.#node = node
    this.#context = context
    this.#windows = new Windows(node.window)
    this.#clock = new WallClock(node.zone)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const times = this.#times
    readTimes(chunk.columns[this.#node.time]!, chunk.length, times, this.#clock)
    for (let row = 0; row < chunk.length; row++) {
      const start = this.#windows.lastStart(times[row]!)
      for (let i = 0; i < this.#windows.most; i++) {
        const end = this.#windows.end(times[row]!, start, i)
        if (Number.isNaN(end)) continue
        if (this.#count === CHUNK_ROWS) this.#send(chunk.retain(), output)
        this.#rows[this.#count] = row
        this.#ends[this.#count++] = end
      }
    }
    this.#send(chunk, output)
  }

  /** Sends the rows noted. Takes `chunk` over. */
  #send(chunk: Chunk, output: Output): void {
    const length = this.#count
    this.#count = 0
    if (length === 0) return chunk.release()
    const all = this.#windows.most === 1 && length === chunk.length
    const { pool } = this.#context
    const rows = all ? chunk : selectRows(chunk, this.#rows, length, pool)
    const { schema } = this.#node
    const added = schema.slice(-3).map(field => newColumn(field.type, length, pool))
    this.#writeWindows(added, length)
    output.emit(
      new Chunk({
        schema,
        length,
        columns: [...rows.columns, ...added],
        kinds: rows.kinds,
        watermarks: rows.watermarks,
        owned: added.flatMap(arraysOf),
        pool,
        parents: [rows],
      }),
    )
  }

  /** window_start and window_end as wall clock; window_time as the input's time is: an instant under a zone. */
  #writeWindows(added: readonly Column[], length: number): void {
    const [starts, ends, times] = added.map(column => wordsOf((column as Column & { storage: 'i64' }).values))
    for (const column of added) column.valid?.fill(1, 0, length)
    let end = Number.NaN
    let start = 0
    let time = 0
    for (let i = 0; i < length; i++) {
      if (this.#ends[i] !== end) {
        end = this.#ends[i]!
        start = this.#windows.startOf(end)
        time = this.#clock.toInstant(end - 1)
      }
      writeTime(starts!, i, start)
      writeTime(ends!, i, end)
      writeTime(times!, i, time)
    }
  }
}
