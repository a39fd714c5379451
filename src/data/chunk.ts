/**
 * Rows that travel together, stored by column. Always dense. Without `kinds` every row is an insert.
 *
 * Ownership: a chunk is born with one owner. Who gets a chunk (an operator in `onChunk`, a sink in `write`) owns it and
 * either passes it on or calls `release` once. Who wants to keep it besides calls `retain`; a chunk with more than one
 * owner is immutable. When the last owner lets go, the arrays return to the pool: no view may outlive that.
 */
import { assert } from '../base/assert.ts'
import { type Column, arraysOf, newColumn, setValue, valueAt } from './column.ts'
import type { BufferPool, PooledArray } from './pool.ts'
import { RowKind } from './row-kind.ts'
import type { Schema } from './type.ts'
import type { Value } from './value.ts'

/** No chunk is longer. */
export const CHUNK_ROWS = 2048

/** The `valid` of a column without NULLs, so that generated code needs no second path. Never written. */
export const ALL_VALID: Uint8Array = new Uint8Array(CHUNK_ROWS).fill(1)
/** The `kinds` of a chunk of inserts. Never written. */
export const ALL_INSERTS: Uint8Array = new Uint8Array(CHUNK_ROWS)

/** What stays as it is until it is released. */
export interface Held {
  release(): void
}

export interface ChunkParts {
  readonly schema: Schema
  readonly length: number
  readonly columns: readonly Column[]
  readonly kinds?: Uint8Array | undefined
  /** By row, the watermark in force before it arrived, in epoch ms: who drops late rows decides by it, row by row. */
  readonly watermarks?: Float64Array | undefined
  /** The part of its source that all its rows come from, where event time is made for each part by itself; until it is made. */
  readonly split?: number | undefined
  /** Arrays that go back to `pool` with the last owner. */
  readonly owned?: readonly PooledArray[]
  readonly pool?: BufferPool
  /** Chunks, and other memory, that this one looks into. It takes over one ownership of each. */
  readonly parents?: readonly Held[]
}

export class Chunk {
  readonly schema: Schema
  readonly length: number
  readonly columns: readonly Column[]
  readonly kinds: Uint8Array | undefined
  readonly watermarks: Float64Array | undefined
  readonly split: number | undefined
  readonly #owned: readonly PooledArray[]
  readonly #pool: BufferPool | undefined
  readonly #parents: readonly Held[]
  #owners = 1

  constructor(parts: ChunkParts) {
    this.schema = parts.schema
    this.length = parts.length
    this.columns = parts.columns
    this.kinds = parts.kinds
    this.watermarks = parts.watermarks
    this.split = parts.split
    this.#owned = parts.owned ?? []
    this.#pool = parts.pool
    this.#parents = parts.parents ?? []
  }

  get shared(): boolean {
    return this.#owners > 1
  }

  retain(): this {
    assert(this.#owners > 0, 'a chunk that was let go is not retained')
    this.#owners += 1
    return this
  }

  release(): void {
    assert(this.#owners > 0, 'a chunk is released once by each owner')
    this.#owners -= 1
    if (this.#owners > 0) return
    if (this.#pool !== undefined) for (const array of this.#owned) this.#pool.give(array)
    for (const parent of this.#parents) parent.release()
  }
}

export const kindAt = (chunk: Chunk, row: number): RowKind =>
  chunk.kinds === undefined ? RowKind.Insert : (chunk.kinds[row] as RowKind)

/** One row as values. For tests, results and slow paths. */
export const rowAt = (chunk: Chunk, row: number): Value[] => chunk.columns.map(column => valueAt(column, row))

/**
 * A chunk under construction, filled from row 0 up. Slow paths `append`; generated code takes `columns` and `kinds`,
 * writes row `length` and counts it up itself. `finish` hands the chunk over and starts the next one.
 */
export class ChunkBuilder {
  readonly schema: Schema
  readonly #pool: BufferPool
  readonly #withKinds: boolean
  columns!: Column[]
  /** Present when the builder was made with kinds; always filled then. */
  kinds!: Uint8Array
  length = 0

  constructor(schema: Schema, pool: BufferPool, options: { readonly kinds: boolean }) {
    this.schema = schema
    this.#pool = pool
    this.#withKinds = options.kinds
    this.#renew()
  }

  get full(): boolean {
    return this.length === CHUNK_ROWS
  }

  append(kind: RowKind, row: readonly Value[]): void {
    assert(!this.full, 'a full chunk takes no row')
    assert(this.#withKinds || kind === RowKind.Insert, 'a builder without kinds takes inserts only')
    if (this.#withKinds) this.kinds[this.length] = kind
    for (let i = 0; i < this.columns.length; i++) setValue(this.columns[i]!, this.length, row[i]!)
    this.length += 1
  }

  /** The rows so far; kinds are left out when all are inserts. */
  finish(): Chunk {
    const { length, columns, kinds } = this
    const owned = columns.flatMap(arraysOf)
    if (this.#withKinds) owned.push(kinds)
    const inserts = !this.#withKinds || onlyInserts(kinds, length)
    const chunk = new Chunk({ schema: this.schema, length, columns, kinds: inserts ? undefined : kinds, owned, pool: this.#pool })
    this.#renew()
    return chunk
  }

  /** Gives back what the unfinished chunk holds. The builder is not used afterwards. */
  discard(): void {
    for (const array of this.columns.flatMap(arraysOf)) this.#pool.give(array)
    if (this.#withKinds) this.#pool.give(this.kinds)
    this.length = 0
  }

  #renew(): void {
    this.length = 0
    this.columns = this.schema.map(field => newColumn(field.type, CHUNK_ROWS, this.#pool))
    if (this.#withKinds) this.kinds = this.#pool.u8(CHUNK_ROWS)
  }
}

function onlyInserts(kinds: Uint8Array, length: number): boolean {
  for (let row = 0; row < length; row++) if (kinds[row] !== RowKind.Insert) return false
  return true
}
