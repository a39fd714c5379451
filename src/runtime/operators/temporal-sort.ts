/**
 * ORDER BY rowtime ASC, … in a stream: rows wait until the watermark has reached their time, then come out in order.
 *
 *     ORDER BY at, amount
 *     in                  out
 *     +I 12:05 7
 *     +I 12:01 3
 *     +I 12:01 2
 *     watermark 12:03     +I 12:01 2, +I 12:01 3
 *     +I 12:01 1          (late: dropped and counted)
 *     +I 12:02 4
 *     watermark 12:05     +I 12:02 4, +I 12:05 7
 *
 * A row is late when a row of its time or a later one came out before it; one that a watermark has passed while nothing
 * came out still fits in, as in Flink. A row without a time fails the job.
 */
import { assert } from '../../base/assert.ts'
import { EvaluationError } from '../../base/errors.ts'
import { CHUNK_ROWS, type Chunk } from '../../data/chunk.ts'
import { RowKind } from '../../data/row-kind.ts'
import { type Field, types } from '../../data/type.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import { MIN_WATERMARK, type Operator, type OperatorReport, type Output } from '../dataflow/operator.ts'
import { Slots } from '../state/slots.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import type { OperatorContext } from './context.ts'
import { readNumbers, writeNumbers } from './numbers.ts'
import { type RowOrder, generateRowOrder } from './row-order.ts'
import { SlotWriter } from './slot-writer.ts'

/** Arrival, behind the node's columns: rows with equal keys come out as they came. */
const ARRIVAL: Field = { name: 'arrival', type: types.double(false) }

export class TemporalSort implements Operator {
  readonly #node: PhysicalOf<'TemporalSort'>
  readonly #store: Slots
  readonly #order: RowOrder
  readonly #writer: SlotWriter
  readonly #slots = new Int32Array(CHUNK_ROWS)
  /** The waiting rows as a heap: `heap[0]` is the next to come out. */
  #heap = new Int32Array(CHUNK_ROWS)
  #waiting = 0
  #arrivals = 0
  /** The time of the last row that came out. */
  #toldMs = MIN_WATERMARK
  #lateRows = 0

  constructor(node: PhysicalOf<'TemporalSort'>, context: OperatorContext) {
    const schema = [...node.schema, ARRIVAL]
    const arrival = { column: node.schema.length, descending: false, nullsFirst: true }
    this.#node = node
    this.#store = new Slots('rows', schema, { memory: context.memory, owner: context.name })
    this.#order = generateRowOrder(schema, [...node.by, arrival], context)
    this.#writer = new SlotWriter(this.#store, node.schema, context)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const times = this.#timesOf(chunk)
    this.#copyIn(chunk)
    for (let row = 0; row < chunk.length; row++) {
      if (chunk.watermarks !== undefined) this.#tellUpTo(chunk.watermarks[row]!, output)
      if (Number(times[row]!) > this.#toldMs) this.#push(this.#slots[row]!)
      else {
        this.#lateRows += 1
        this.#writer.release(this.#slots[row]!)
      }
    }
    chunk.release()
    this.#writer.flush(output)
    this.#store.settle()
  }

  onWatermark(timeMs: number, output: Output): void {
    this.#tellUpTo(timeMs, output)
    this.#writer.flush(output)
  }

  snapshot(writer: StateWriter): void {
    this.#store.snapshot(writer)
    writeNumbers(writer, 'progress', [this.#toldMs, this.#arrivals, this.#lateRows])
  }

  restore(reader: StateReader): void {
    if (!this.#store.restore(reader)) return
    const [toldMs, arrivals, lateRows] = readNumbers(reader, 'progress')!
    this.#toldMs = toldMs!
    this.#arrivals = arrivals!
    this.#lateRows = lateRows!
    this.#order.bind(this.#store.columns)
    for (let slot = this.#store.after(0); slot >= 0; slot = this.#store.after(slot + 1)) this.#push(slot)
  }

  close(): void {
    this.#writer.close()
    this.#store.close()
  }

  report(): OperatorReport {
    const { rows, byteSize } = this.#store
    return {
      lateRows: this.#lateRows,
      stateRows: rows,
      stateBytes: byteSize,
      waitsFor: 'the watermark to reach the times of its rows',
    }
  }

  #timesOf(chunk: Chunk): BigInt64Array {
    const column = chunk.columns[this.#node.by[0]!.column]!
    assert(column.storage === 'i64' || column.storage === 'ts', 'a rowtime is a timestamp')
    if (column.valid !== undefined && column.valid.subarray(0, chunk.length).includes(0)) {
      throw new EvaluationError('NULL_ROWTIME', 'RowTime field should not be null, please convert it to a non-null long value.')
    }
    return column.values
  }

  #copyIn({ columns, length }: Chunk): void {
    const store = this.#store
    store.reserve(length)
    const arrivals = store.columns.at(-1)!.doubles
    for (let row = 0; row < length; row++) {
      const slot = store.take()
      this.#slots[row] = slot
      arrivals[slot] = this.#arrivals++
    }
    for (let i = 0; i < columns.length; i++) store.columns[i]!.copyIn(this.#slots, length, columns[i]!, undefined)
    this.#order.bind(store.columns)
  }

  #tellUpTo(timeMs: number, output: Output): void {
    const times = this.#store.columns[this.#node.by[0]!.column]!.longs
    while (this.#waiting > 0 && Number(times[this.#heap[0]!]!) <= timeMs) {
      const slot = this.#pop()
      this.#toldMs = Number(times[slot]!)
      this.#writer.tell(RowKind.Insert, slot, output)
      this.#writer.release(slot)
    }
  }

  #push(slot: number): void {
    if (this.#waiting === this.#heap.length) {
      const heap = new Int32Array(this.#heap.length * 2)
      heap.set(this.#heap)
      this.#heap = heap
    }
    const heap = this.#heap
    let at = this.#waiting++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (this.#order.compare(slot, heap[parent]!) >= 0) break
      heap[at] = heap[parent]!
      at = parent
    }
    heap[at] = slot
  }

  #pop(): number {
    const heap = this.#heap
    const first = heap[0]!
    const slot = heap[--this.#waiting]!
    let at = 0
    for (let child = 1; child < this.#waiting; child = 2 * at + 1) {
      if (child + 1 < this.#waiting && this.#order.compare(heap[child + 1]!, heap[child]!) < 0) child += 1
      if (this.#order.compare(slot, heap[child]!) <= 0) break
      heap[at] = heap[child]!
      at = child
    }
    heap[at] = slot
    return first
  }
}
