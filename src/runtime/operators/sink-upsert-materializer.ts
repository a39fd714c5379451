/**
 * Stands before a sink that replaces by its key, when the query's rows are identified by another one: several rows of the
 * query may then claim one row of the sink, and changes of different ones may overtake each other. All claims of a key are
 * kept in the order they came; the last one standing is what the sink has.
 *
 *     by city
 *     in             claims of rome     out
 *     +I ann rome    ann                +I ann rome
 *     +I bob rome    ann bob            +U bob rome
 *     -D bob rome    ann                +U ann rome     (the last one went: the one before stands again)
 *     -U ann rome                       -D ann rome
 *
 * Of equal claims the first is taken away; one that is not there is ignored. The rules are Flink's SinkUpsertMaterializer.
 */
import { CHUNK_ROWS, type Chunk } from '../../data/chunk.ts'
import { RowKind, retracts } from '../../data/row-kind.ts'
import { types } from '../../data/type.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, OperatorReport, Output } from '../dataflow/operator.ts'
import { RowStore } from '../state/row-store.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import { StateTable } from '../state/state-table.ts'
import type { OperatorContext } from './context.ts'
import { SlotWriter } from './slot-writer.ts'

const ENDS = ['first', 'last'].map(name => ({ name, type: types.int(false) }))

export class SinkUpsertMaterializer implements Operator {
  readonly #key: readonly number[]
  /** By the sink's key: the first and the last of its claims. */
  readonly #keys: StateTable
  readonly #claims: RowStore
  readonly #writer: SlotWriter
  readonly #slots = new Int32Array(CHUNK_ROWS)
  readonly #ids = new Int32Array(CHUNK_ROWS)

  constructor(node: PhysicalOf<'Sink'>, context: OperatorContext) {
    const { schema } = node.inputs[0]!
    this.#key = node.key
    const options = { memory: context.memory, owner: context.name, onCompiled: context.onCompiled.bind(context) }
    const key = node.key.map(column => schema[column]!)
    this.#keys = new StateTable({ name: 'keys', key, value: ENDS, bound: 'one row per key of the sink' }, options)
    this.#claims = new RowStore({ name: 'claims', schema }, options)
    this.#writer = new SlotWriter(this.#claims, schema, context)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const { columns, kinds, length } = chunk
    const key = this.#key.map(column => columns[column]!)
    this.#keys.locate(key, length, this.#slots)
    this.#claims.insert(columns, undefined, length, this.#ids)
    const hashes = this.#claims.hashRows(columns, length)
    for (let row = 0; row < length; row++) {
      if (kinds !== undefined && retracts(kinds[row]!)) this.#retract(chunk, row, hashes[row]!, output)
      else this.#add(row, output)
    }
    this.#writer.flush(output)
    this.#endKeys(length)
    chunk.release()
    this.#keys.settle()
    this.#claims.settle()
  }

  snapshot(writer: StateWriter): void {
    this.#keys.snapshot(writer)
    this.#claims.snapshot(writer)
  }

  restore(reader: StateReader): void {
    this.#keys.restore(reader)
    this.#claims.restore(reader)
  }

  close(): void {
    this.#writer.close()
    this.#keys.close()
    this.#claims.close()
  }

  report(): OperatorReport {
    return { stateRows: this.#claims.rows, stateBytes: this.#claims.byteSize + this.#keys.byteSize }
  }

  #add(row: number, output: Output): void {
    const [first, last] = this.#ends()
    const slot = this.#slots[row]!
    this.#writer.tell(first[slot] === 0 ? RowKind.Insert : RowKind.UpdateAfter, this.#ids[row]!, output)
    this.#claims.append(first, last, slot, this.#ids[row]!)
  }

  #retract({ columns }: Chunk, row: number, hash: number, output: Output): void {
    const [first, last] = this.#ends()
    const slot = this.#slots[row]!
    this.#writer.release(this.#ids[row]!)
    const claim = first[slot] === 0 ? -1 : this.#claims.find(columns, row, hash, first[slot]! - 1)
    if (claim < 0) return
    const stood = last[slot] === claim + 1
    this.#claims.unlink(first, last, slot, claim)
    if (first[slot] === 0) this.#writer.tell(RowKind.Delete, claim, output)
    else if (stood) this.#writer.tell(RowKind.UpdateAfter, last[slot]! - 1, output)
    this.#writer.release(claim)
  }

  #ends(): readonly [first: Int32Array, last: Int32Array] {
    return [this.#keys.values[0]!.ints, this.#keys.values[1]!.ints]
  }

  /** Ends keys without a claim, once no row of the chunk can bring them back. */
  #endKeys(length: number): void {
    const [first] = this.#ends()
    for (let row = 0; row < length; row++) {
      const slot = this.#slots[row]!
      if (this.#keys.live[slot] === 1 && first[slot] === 0) this.#keys.delete(slot)
    }
  }
}
