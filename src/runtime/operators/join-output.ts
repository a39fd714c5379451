/**
 * Pairs of a chunk's row and a stored row of the other side, on their way into chunks of joined rows. A pair is two
 * numbers and a kind; columns are copied a chunk at a time.
 *
 *     kind  row  stored          left        right
 *     +I     0     7       +I    ann  5      ann  x
 *     -D    -1     8       -D    NULL NULL   bob  y      (row -1: NULLs)
 */
import { CHUNK_ROWS, Chunk } from '../../data/chunk.ts'
import { type Column, arraysOf, newColumn } from '../../data/column.ts'
import type { BufferPool, PooledArray } from '../../data/pool.ts'
import type { RowKind } from '../../data/row-kind.ts'
import type { Schema } from '../../data/type.ts'
import type { Output } from '../dataflow/operator.ts'
import type { Slots } from '../state/slots.ts'
import type { OperatorContext } from './context.ts'
import { fillNull, gatherColumn, viewArrays, viewText } from './gather.ts'

/** Where the columns of one side begin among those that come out; undefined for a side that does not. */
export type Places = readonly [left: number | undefined, right: number | undefined]

export class JoinOutput {
  readonly #schema: Schema
  readonly #pool: BufferPool
  readonly #places: Places
  readonly #widths: readonly [number, number]
  readonly #kinds = new Uint8Array(CHUNK_ROWS)
  readonly #rows = new Int32Array(CHUNK_ROWS)
  readonly #stored = new Int32Array(CHUNK_ROWS)
  #length = 0
  /** 0 as long as all kinds are +I. */
  #anyKind = 0
  #input = 0
  #chunk: Chunk | undefined
  #store!: Slots
  #output!: Output

  constructor(schema: Schema, places: Places, widths: readonly [number, number], context: OperatorContext) {
    this.#schema = schema
    this.#pool = context.pool
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
    const at = this.#length
    this.#kinds[at] = kind
    this.#anyKind |= kind
    this.#rows[at] = row
    this.#stored[at] = stored
    this.#length = at + 1
    if (at + 1 === CHUNK_ROWS) this.#send()
  }

  /** Sends what was told. Before the chunk is let go, and before stored rows of the other side end. */
  end(): void {
    if (this.#length > 0) this.#send()
    this.#chunk = undefined
  }

  #send(): void {
    const length = this.#length
    const owned: PooledArray[] = []
    const columns = this.#schema.map((_, i) => this.#column(i, owned))
    const kinds = this.#anyKind === 0 ? undefined : this.#pool.u8(length)
    kinds?.set(this.#kinds.subarray(0, length))
    if (kinds !== undefined) owned.push(kinds)
    const parents = this.#chunk === undefined ? [] : [this.#chunk.retain()]
    this.#length = 0
    this.#anyKind = 0
    this.#output.emit(new Chunk({ schema: this.#schema, length, columns, kinds, owned, pool: this.#pool, parents }))
  }

  /** Column `i` of what comes out. Text of the chunk stays where it is; that of the store may move and is copied. */
  #column(i: number, owned: PooledArray[]): Column {
    const { type } = this.#schema[i]!
    const [left, right] = this.#places
    const side = left !== undefined && i >= left && i < left + this.#widths[0] ? 0 : 1
    const from = i - (side === 0 ? left! : right!)
    const chunk = side === this.#input ? this.#chunk : undefined
    const given = chunk?.columns[from]
    if (given?.storage === 'bytes') {
      const view = viewText(given, type, this.#rows, this.#length, this.#pool)
      owned.push(...viewArrays(view))
      return view
    }
    const column = newColumn(type, this.#length, this.#pool)
    if (given !== undefined) gatherColumn(given, this.#rows, this.#length, column, 0)
    else if (side === this.#input) fillNull(column, 0, this.#length)
    else this.#store.columns[from]!.copyOut(this.#stored, this.#length, column, 0)
    // Not before: an arena that grows is another array.
    owned.push(...arraysOf(column))
    return column
  }
}
