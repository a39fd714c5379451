/**
 * What a join keeps of one input: its rows, in a list per join key, each with the number of rows it matched on the other
 * side where an outer, semi or anti join needs to know.
 */
import type { Chunk } from '../../data/chunk.ts'
import { CHUNK_ROWS } from '../../data/chunk.ts'
import type { Schema } from '../../data/type.ts'
import { RowStore } from '../state/row-store.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import type { StateTable } from '../state/state-table.ts'
import type { OperatorContext } from './context.ts'

export class JoinSide {
  readonly store: RowStore
  readonly #keys: StateTable
  readonly #headColumn: number
  /** By key slot: the list's first and last row, as the store links them. Taken again for each chunk: keys grow. */
  heads = new Int32Array(0)
  tails = new Int32Array(0)
  /** By row: how many rows of the other side it matched. */
  matches = new Int32Array(0)
  /** By row of the chunk: where it was put. */
  readonly ids = new Int32Array(CHUNK_ROWS)
  readonly #rows = new Int32Array(CHUNK_ROWS)
  readonly #packed = new Int32Array(CHUNK_ROWS)

  /** The lists' ends are value columns `headColumn` and the next of `keys`. */
  constructor(name: string, schema: Schema, keys: StateTable, headColumn: number, context: OperatorContext) {
    const { memory, name: owner, onCompiled } = context
    this.store = new RowStore({ name, schema }, { memory, owner, onCompiled: compiled => onCompiled(compiled) })
    this.#keys = keys
    this.#headColumn = headColumn
  }

  /** Takes the arrays as they are now. After keys were located. */
  bind(): void {
    this.heads = this.#keys.values[this.#headColumn]!.ints
    this.tails = this.#keys.values[this.#headColumn + 1]!.ints
  }

  /** Copies the rows that are not retractions and have a key slot; `ids[row]` is where. They stand in no list yet. */
  copyIn({ columns, kinds, length }: Chunk, slots: Int32Array): void {
    let count = 0
    for (let row = 0; row < length; row++) {
      if (slots[row]! >= 0 && (kinds === undefined || (kinds[row]! & 1) === 0)) this.#rows[count++] = row
    }
    if (count === 0) return
    this.store.insert(columns, count === length ? undefined : this.#rows, count, this.#packed)
    for (let i = 0; i < count; i++) this.ids[this.#rows[i]!] = this.#packed[i]!
    if (this.matches.length < this.store.capacity) {
      const matches = new Int32Array(this.store.capacity)
      matches.set(this.matches)
      this.matches = matches
    }
  }

  /** Puts a row that was copied in at the end of its key's list. */
  append(slot: number, id: number, matches: number): void {
    this.matches[id] = matches
    this.store.append(this.heads, this.tails, slot, id)
  }

  delete(slot: number, id: number): void {
    this.store.delete(this.heads, this.tails, slot, id)
  }

  isEmpty(slot: number): boolean {
    return this.heads[slot] === 0
  }

  /** Forgets every row. */
  clear(): void {
    this.bind()
    this.store.clear()
    this.heads.fill(0)
    this.tails.fill(0)
  }

  snapshot(writer: StateWriter): void {
    this.store.snapshot(writer)
    writer.section(`${this.store.name}/matches`, new Uint8Array(this.matches.buffer, 0, this.store.top * 4))
  }

  restore(reader: StateReader): void {
    if (!this.store.restore(reader)) return
    this.matches = new Int32Array(this.store.capacity)
    new Uint8Array(this.matches.buffer).set(reader.section(`${this.store.name}/matches`)!)
  }
}
