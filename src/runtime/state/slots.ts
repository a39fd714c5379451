/**
 * Rows of state in dense slots that stay where they are: columns side by side, a free list, growth by doubling. What a
 * `StateTable` finds by key and a `RowStore` links into lists.
 *
 * A slot keeps its number for as long as its row lives, snapshots and restores included; afterwards it is used again.
 * Arrays of columns are replaced when the table grows: `reserve` first, then take them, then work.
 */
import { assert } from '../../base/assert.ts'
import type { Schema } from '../../data/type.ts'
import type { MemoryBudget } from './memory-budget.ts'
import type { StateReader, StateWriter } from './snapshot.ts'
import { StateColumn } from './state-column.ts'

export interface StateOptions {
  readonly memory: MemoryBudget
  /** Who is named when memory runs out: the operator. */
  readonly owner: string
  /** Hears of generated code. */
  onCompiled?(compiled: { readonly name: string; readonly source: string }): void
}

const MIN_CAPACITY = 16

export class Slots {
  readonly name: string
  readonly columns: readonly StateColumn[]
  /** A byte per slot, 1 where a row lives. */
  live = new Uint8Array(0)
  /** Every slot in use is below. */
  top = 0
  /** Slots below `top` that nobody lives in: `free[0, freeCount)`. */
  free = new Int32Array(0)
  freeCount = 0
  capacity = 0
  protected readonly options: StateOptions
  #takenBytes = 0

  constructor(name: string, schema: Schema, options: StateOptions) {
    this.name = name
    this.options = options
    this.columns = schema.map(field => new StateColumn(field))
  }

  /** How many rows live. */
  get rows(): number {
    return this.top - this.freeCount
  }

  /** What it takes of the memory budget. */
  get byteSize(): number {
    return this.#takenBytes
  }

  /** Makes room for `more` rows, so that none of the next `more` changes an array. */
  reserve(more: number): void {
    const needed = this.rows + more
    if (needed > this.capacity) this.grow(Math.max(MIN_CAPACITY, 2 ** Math.ceil(Math.log2(needed))))
  }

  /** A slot for a new row. Its columns hold what was there before: the caller fills or blanks all of them. */
  take(): number {
    const slot = this.freeCount > 0 ? this.free[--this.freeCount]! : this.top++
    assert(slot < this.capacity, 'room was reserved for the row')
    this.live[slot] = 1
    return slot
  }

  /** Ends a row. Text and objects are let go. */
  release(slot: number): void {
    assert(this.live[slot] === 1, 'only a row that lives can end')
    this.live[slot] = 0
    this.free[this.freeCount++] = slot
    for (const column of this.columns) if (column.storage === 'bytes' || column.storage === 'object') column.blank(slot)
  }

  /** The first slot in use at or after `slot`, -1 when there is none: `for (let s = t.after(0); s >= 0; s = t.after(s + 1))`. */
  after(slot: number): number {
    for (let s = slot; s < this.top; s++) if (this.live[s] === 1) return s
    return -1
  }

  /** Between chunks: compacts text that is mostly garbage and asks the budget for what text has grown by. */
  settle(): void {
    for (const column of this.columns) column.compact(this.top)
    this.account()
  }

  clear(): void {
    this.top = 0
    this.freeCount = 0
    this.live.fill(0)
    for (const column of this.columns) {
      if (column.storage === 'object') column.objects.fill(null)
      column.starts.fill(0)
      column.ends.fill(0)
      column.used = 0
      column.garbage = 0
    }
  }

  /** Gives its memory back to the budget. Not used afterwards. */
  close(): void {
    this.options.memory.give(this.#takenBytes)
    this.#takenBytes = 0
  }

  snapshot(writer: StateWriter): void {
    writer.section(`${this.name}/top`, new Uint8Array(new Float64Array([this.top]).buffer))
    writer.section(`${this.name}/live`, this.live.subarray(0, this.top))
    this.columns.forEach((column, i) => column.snapshot(writer, `${this.name}/${i}`, this.top))
  }

  /** Reads what `snapshot` wrote, if anything was. The slots keep their numbers. Answers whether there was something. */
  restore(reader: StateReader): boolean {
    const top = reader.section(`${this.name}/top`)
    if (top === undefined) return false
    const count = new Float64Array(top.slice().buffer)[0]!
    this.top = 0
    this.freeCount = 0
    this.reserve(count)
    this.top = count
    this.live.set(reader.section(`${this.name}/live`)!)
    for (let slot = count - 1; slot >= 0; slot--) if (this.live[slot] === 0) this.free[this.freeCount++] = slot
    this.columns.forEach((column, i) => column.restore(reader, `${this.name}/${i}`))
    this.account()
    return true
  }

  /** What one more slot takes, besides text. */
  protected get slotBytes(): number {
    return this.columns.reduce((sum, column) => sum + column.slotBytes, 5)
  }

  protected grow(capacity: number): void {
    this.account((capacity - this.capacity) * this.slotBytes)
    const live = new Uint8Array(capacity)
    live.set(this.live)
    this.live = live
    const free = new Int32Array(capacity)
    free.set(this.free)
    this.free = free
    for (const column of this.columns) column.grow(capacity)
    this.capacity = capacity
  }

  /** Squares the budget with what is held now, plus what is about to be. */
  protected account(aboutToTake = 0): void {
    const held = this.capacity * this.slotBytes + this.columns.reduce((sum, c) => sum + c.arenaBytes, 0) + this.extraBytes
    const change = held + aboutToTake - this.#takenBytes
    if (change > 0) this.options.memory.take(change, this.options.owner)
    else this.options.memory.give(-change)
    this.#takenBytes += change
  }

  /** Held besides the slots: an index. */
  protected get extraBytes(): number {
    return 0
  }
}
