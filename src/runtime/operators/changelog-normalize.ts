/**
 * Makes a full changelog from upserts: the last row of each key is kept, and told again as what it replaces.
 *
 *     by name
 *     in            rows     out
 *     +U ann 5      ann 5    +I ann 5
 *     +U ann 5      ann 5                     (the same row again says nothing)
 *     +U ann 7      ann 7    -U ann 5, +U ann 7
 *     -D ann NULL            -D ann 7         (a delete needs only its key)
 *     -D bob 1                                (never heard of: nothing)
 *
 * A -U says nothing that its +U does not.
 */
import { CHUNK_ROWS, type Chunk } from '../../data/chunk.ts'
import { RowKind } from '../../data/row-kind.ts'
import { types } from '../../data/type.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, OperatorReport, Output } from '../dataflow/operator.ts'
import { RowStore } from '../state/row-store.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import { StateTable } from '../state/state-table.ts'
import type { OperatorContext } from './context.ts'
import { SlotWriter } from './slot-writer.ts'

export class ChangelogNormalize implements Operator {
  readonly #node: PhysicalOf<'ChangelogNormalize'>
  /** By key: where its row is, as id + 1. */
  readonly #keys: StateTable
  readonly #rows: RowStore
  readonly #writer: SlotWriter
  readonly #slots = new Int32Array(CHUNK_ROWS)
  readonly #ids = new Int32Array(CHUNK_ROWS)

  constructor(node: PhysicalOf<'ChangelogNormalize'>, context: OperatorContext) {
    this.#node = node
    const options = { memory: context.memory, owner: context.name, onCompiled: context.onCompiled.bind(context) }
    const key = node.key.map(column => node.schema[column]!)
    this.#keys = new StateTable(
      { name: 'keys', key, value: [{ name: 'row', type: types.int(false) }], bound: 'one row per key' },
      options,
    )
    this.#rows = new RowStore({ name: 'rows', schema: node.schema }, options)
    this.#writer = new SlotWriter(this.#rows, node.schema, context)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const { columns, kinds, length } = chunk
    const key = this.#node.key.map(column => columns[column]!)
    this.#keys.locate(key, length, this.#slots)
    this.#rows.insert(columns, undefined, length, this.#ids)
    const hashes = this.#rows.hashRows(columns, length)
    for (let row = 0; row < length; row++) {
      const kind = kinds === undefined ? RowKind.Insert : kinds[row]!
      if (kind === RowKind.Delete) this.#delete(row, output)
      else if (kind === RowKind.UpdateBefore) this.#writer.release(this.#ids[row]!)
      else this.#replace(chunk, row, hashes[row]!, output)
    }
    this.#writer.flush(output)
    this.#endKeys(length)
    chunk.release()
    this.#keys.settle()
    this.#rows.settle()
  }

  snapshot(writer: StateWriter): void {
    this.#keys.snapshot(writer)
    this.#rows.snapshot(writer)
  }

  restore(reader: StateReader): void {
    this.#keys.restore(reader)
    this.#rows.restore(reader)
  }

  close(): void {
    this.#writer.close()
    this.#keys.close()
    this.#rows.close()
  }

  report(): OperatorReport {
    return { stateRows: this.#rows.rows, stateBytes: this.#rows.byteSize + this.#keys.byteSize }
  }

  #replace({ columns }: Chunk, row: number, hash: number, output: Output): void {
    const id = this.#ids[row]!
    const current = this.#keys.values[0]!.ints
    const before = current[this.#slots[row]!]! - 1
    if (before >= 0 && this.#rows.find(columns, row, hash, before) === before) return this.#writer.release(id)
    current[this.#slots[row]!] = id + 1
    if (before < 0) return this.#writer.tell(RowKind.Insert, id, output)
    if (this.#node.traits.changes.updateBefore) this.#writer.tell(RowKind.UpdateBefore, before, output)
    this.#writer.tell(RowKind.UpdateAfter, id, output)
    this.#writer.release(before)
  }

  #delete(row: number, output: Output): void {
    this.#writer.release(this.#ids[row]!)
    const current = this.#keys.values[0]!.ints
    const before = current[this.#slots[row]!]! - 1
    if (before < 0) return
    current[this.#slots[row]!] = 0
    this.#writer.tell(RowKind.Delete, before, output)
    this.#writer.release(before)
  }

  /** Ends keys without a row, once no row of the chunk can bring them back. */
  #endKeys(length: number): void {
    const current = this.#keys.values[0]!.ints
    for (let row = 0; row < length; row++) {
      const slot = this.#slots[row]!
      if (this.#keys.live[slot] === 1 && current[slot] === 0) this.#keys.delete(slot)
    }
  }
}
