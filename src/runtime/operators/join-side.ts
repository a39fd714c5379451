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
  /** With a TTL, by row: when it was last written, in epoch ms, and its key's slot. */
  readonly #ttlMs: number
  #writtenMs = new Float64Array(0)
  #keySlots = new Int32Array(0)
  /** The row that the search for expired ones comes to next. */
  #hand = 0
  /** By row of the chunk: where it was put. */
  readonly ids = new Int32Array(CHUNK_ROWS)
  readonly #rows = new Int32Array(CHUNK_ROWS)
  readonly #packed = new Int32Array(CHUNK_ROWS)

  /** The lists' ends are value columns `headColumn` and the next of `keys`. */
  constructor(name: string, schema: Schema, keys: StateTable, headColumn: number, ttlMs: number, context: OperatorContext) {
    const { memory, name: owner, onCompiled } = context
    this.store = new RowStore({ name, schema }, { memory, owner, onCompiled: compiled => onCompiled(compiled) })
    this.#keys = keys
    this.#headColumn = headColumn
    this.#ttlMs = ttlMs
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
    this.#grow()
  }

  #grow(): void {
    const { capacity } = this.store
    if (this.matches.length >= capacity) return
    this.matches = grown(this.matches, new Int32Array(capacity))
    if (this.#ttlMs === 0) return
    this.#writtenMs = grown(this.#writtenMs, new Float64Array(capacity))
    this.#keySlots = grown(this.#keySlots, new Int32Array(capacity))
  }

  /** Puts a row that was copied in at the end of its key's list. */
  append(slot: number, id: number, matches: number, nowMs: number): void {
    this.matches[id] = matches
    if (this.#ttlMs > 0) {
      this.#writtenMs[id] = nowMs
      this.#keySlots[id] = slot
    }
    this.store.append(this.heads, this.tails, slot, id)
  }

  delete(slot: number, id: number): void {
    this.store.delete(this.heads, this.tails, slot, id)
  }

  /** With a TTL, a change of `matches` is a write. */
  touch(id: number, nowMs: number): void {
    if (this.#ttlMs > 0) this.#writtenMs[id] = nowMs
  }

  isExpired(id: number, nowMs: number): boolean {
    return this.#ttlMs > 0 && nowMs - this.#writtenMs[id]! >= this.#ttlMs
  }

  /** Looks at `count` rows, in turn from call to call, and ends those that have expired; `left` hears of their keys. */
  expire(count: number, nowMs: number, left: (slot: number) => void): void {
    if (this.#ttlMs === 0) return
    for (let i = Math.min(count, this.store.top); i > 0; i--) {
      const id = this.#hand < this.store.top ? this.#hand : 0
      this.#hand = id + 1
      if (this.store.live[id] === 0 || !this.isExpired(id, nowMs)) continue
      this.delete(this.#keySlots[id]!, id)
      left(this.#keySlots[id]!)
    }
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
    const { name, top } = this.store
    this.store.snapshot(writer)
    writer.section(`${name}/matches`, new Uint8Array(this.matches.buffer, 0, top * 4))
    if (this.#ttlMs === 0) return
    writer.section(`${name}/written`, new Uint8Array(this.#writtenMs.buffer, 0, top * 8))
    writer.section(`${name}/key-slots`, new Uint8Array(this.#keySlots.buffer, 0, top * 4))
  }

  restore(reader: StateReader): void {
    if (!this.store.restore(reader)) return
    const { name } = this.store
    this.#grow()
    new Uint8Array(this.matches.buffer).set(reader.section(`${name}/matches`)!)
    if (this.#ttlMs === 0) return
    new Uint8Array(this.#writtenMs.buffer).set(reader.section(`${name}/written`)!)
    new Uint8Array(this.#keySlots.buffer).set(reader.section(`${name}/key-slots`)!)
  }
}

function grown<A extends Int32Array | Float64Array>(from: A, to: A): A {
  to.set(from)
  return to
}
