/**
 * Pairs of a chunk's row and a stored row of the other side, on their way into chunks of joined rows. A pair is two
 * numbers and a kind; columns are copied a chunk at a time.
 *
 *     kind  row  stored          left        right
 *     +I     0     7       +I    ann  5      ann  x
 *     -D    -1     8       -D    NULL NULL   bob  y      (row -1: NULLs)
 */
import { CHUNK_ROWS, type Chunk, ChunkBuilder } from '../../data/chunk.ts'
import type { Column } from '../../data/column.ts'
import type { RowKind } from '../../data/row-kind.ts'
import type { Schema } from '../../data/type.ts'
import type { Output } from '../dataflow/operator.ts'
import type { Slots } from '../state/slots.ts'
import type { OperatorContext } from './context.ts'
import { fillNull, gatherColumn } from './gather.ts'

/** Where the columns of one side begin among those that come out; undefined for a side that does not. */
export type Places = readonly [left: number | undefined, right: number | undefined]

export class JoinOutput {
  readonly #builder: ChunkBuilder
  readonly #places: Places
  readonly #widths: readonly [number, number]
  readonly #rows = new Int32Array(CHUNK_ROWS)
  readonly #stored = new Int32Array(CHUNK_ROWS)
  #input = 0
  #chunk: Chunk | undefined
  #store!: Slots
  #output!: Output

  constructor(schema: Schema, places: Places, widths: readonly [number, number], context: OperatorContext) {
    this.#builder = new ChunkBuilder(schema, context.pool, { kinds: true })
    this.#places = places
    this.#widths = widths
  }

  /** The next pairs are of rows of `chunk`, which came from `input`, and of rows in `store`, the other side's. */
  begin(chunk: Chunk | undefined, input: number, store: Slots, output: Output): void {
    this.#chunk = chunk
    this.#input = input
    this.#store = store
    this.#output = output
  }

  tell(kind: RowKind, row: number, stored: number): void {
    const builder = this.#builder
    const at = builder.length
    builder.kinds[at] = kind
    this.#rows[at] = row
    this.#stored[at] = stored
    builder.length = at + 1
    if (at + 1 === CHUNK_ROWS) this.#send()
  }

  /** Sends what was told. Before the chunk is let go, and before stored rows of the other side end. */
  end(): void {
    if (this.#builder.length > 0) this.#send()
    this.#chunk = undefined
  }

  close(): void {
    this.#builder.discard()
  }

  #send(): void {
    this.#copyInput(this.#columnsOf(this.#input))
    const { length } = this.#builder
    const other = this.#columnsOf(1 - this.#input)
    for (let i = 0; i < other.length; i++) this.#store.columns[i]!.copyOut(this.#stored, length, other[i]!, 0)
    this.#output.emit(this.#builder.finish())
  }

  #copyInput(into: readonly Column[]): void {
    const { length } = this.#builder
    for (let i = 0; i < into.length; i++) {
      if (this.#chunk === undefined) fillNull(into[i]!, 0, length)
      else gatherColumn(this.#chunk.columns[i]!, this.#rows, length, into[i]!, 0)
    }
  }

  #columnsOf(side: number): readonly Column[] {
    const place = this.#places[side]
    return place === undefined ? [] : this.#builder.columns.slice(place, place + this.#widths[side]!)
  }
}
