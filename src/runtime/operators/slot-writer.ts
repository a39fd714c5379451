/**
 * Turns a list of stored rows with row kinds into chunks. Rows are copied out a chunk at a time, so a row that ends in the
 * meantime is handed over (`release`) and lives until it was told.
 */
import { CHUNK_ROWS, ChunkBuilder } from '../../data/chunk.ts'
import type { RowKind } from '../../data/row-kind.ts'
import type { Schema } from '../../data/type.ts'
import type { Output } from '../dataflow/operator.ts'
import type { Slots } from '../state/slots.ts'
import type { OperatorContext } from './context.ts'

export class SlotWriter {
  readonly #store: Slots
  readonly #builder: ChunkBuilder
  readonly #slots = new Int32Array(CHUNK_ROWS)
  readonly #ending: number[] = []

  /** Column i of `schema` is column i of `store`, which may have more of them. */
  constructor(store: Slots, schema: Schema, context: OperatorContext) {
    this.#store = store
    this.#builder = new ChunkBuilder(schema, context.pool, { kinds: true })
  }

  tell(kind: RowKind, slot: number, output: Output): void {
    const builder = this.#builder
    builder.kinds[builder.length] = kind
    this.#slots[builder.length] = slot
    builder.length += 1
    if (builder.full) this.flush(output)
  }

  /** Ends a row of the store as soon as nothing here speaks of it. */
  release(slot: number): void {
    if (this.#builder.length === 0) this.#store.release(slot)
    else this.#ending.push(slot)
  }

  /** Sends what was told. Before the operator returns to its caller. */
  flush(output: Output): void {
    const { columns, length } = this.#builder
    if (length > 0) {
      for (let i = 0; i < columns.length; i++) this.#store.columns[i]!.copyOut(this.#slots, length, columns[i]!, 0)
      output.emit(this.#builder.finish())
    }
    for (const slot of this.#ending) this.#store.release(slot)
    this.#ending.length = 0
  }

  close(): void {
    this.#builder.discard()
  }
}
