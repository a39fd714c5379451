/**
 * ORDER BY without a limit over a bounded input: keeps every row, tells all of them in order at the end.
 *
 *     ORDER BY amount DESC
 *     in                            at the end
 *     +I ann 5, +I bob 3, +I eve 5  +I ann 5, +I eve 5, +I bob 3
 *
 * Equal rows come in the order they arrived. With a limit the same ORDER BY is a `TopN`, which keeps only what counts.
 */
import { CHUNK_ROWS, type Chunk } from '../../data/chunk.ts'
import { RowKind } from '../../data/row-kind.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, OperatorReport, Output } from '../dataflow/operator.ts'
import { Slots } from '../state/slots.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import type { OperatorContext } from './context.ts'
import { type RowOrder, generateRowOrder } from './row-order.ts'
import { SlotWriter } from './slot-writer.ts'
import { sortSlots } from './sort-slots.ts'

export class Sort implements Operator {
  readonly #offset: number
  readonly #store: Slots
  readonly #order: RowOrder
  readonly #writer: SlotWriter
  readonly #slots = new Int32Array(CHUNK_ROWS)

  constructor(node: PhysicalOf<'Sort'>, context: OperatorContext) {
    this.#offset = node.offset
    this.#store = new Slots('rows', node.schema, { memory: context.memory, owner: context.name })
    this.#order = generateRowOrder(node.schema, node.by, context)
    this.#writer = new SlotWriter(this.#store, node.schema, context)
  }

  onChunk(chunk: Chunk): void {
    const { columns, length } = chunk
    this.#store.reserve(length)
    for (let row = 0; row < length; row++) this.#slots[row] = this.#store.take()
    for (let i = 0; i < columns.length; i++) this.#store.columns[i]!.copyIn(this.#slots, length, columns[i]!, undefined)
    chunk.release()
    this.#store.settle()
  }

  onEnd(_input: number, output: Output): void {
    const { top } = this.#store
    // No row ever ended, so that slots are the order of arrival.
    const slots = Int32Array.from({ length: top }, (_, slot) => slot)
    this.#order.bind(this.#store.columns)
    sortSlots(slots, this.#order)
    for (let rank = this.#offset; rank < top; rank++) this.#writer.tell(RowKind.Insert, slots[rank]!, output)
    this.#writer.flush(output)
    this.#store.clear()
  }

  snapshot(writer: StateWriter): void {
    this.#store.snapshot(writer)
  }

  restore(reader: StateReader): void {
    this.#store.restore(reader)
  }

  close(): void {
    this.#writer.close()
    this.#store.close()
  }

  report(): OperatorReport {
    return { stateRows: this.#store.rows, stateBytes: this.#store.byteSize, waitsFor: 'the end of its input' }
  }
}
