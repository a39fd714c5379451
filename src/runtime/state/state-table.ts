/**
 * A table of state: rows by key. A hash index leads from a key to a slot; keys and values lie in typed columns by slot.
 * Operators ask once per chunk and then work on slots:
 *
 *     table.locate(keys, chunk.length, slots)        // slots[row] is the row's slot; new keys got a blank one
 *     const sums = table.values[0].longs             // only now: locating may have replaced the arrays
 *     for (let row = 0; row < chunk.length; row++) sums[slots[row]] += amounts[row]
 *     table.settle()                                 // between chunks
 *
 * The code that hashes and compares is generated per schema, so that no loop sees the arrays of another table. The index
 * is not part of a snapshot; it is built again on restore. Two NULLs are one key; who wants otherwise skips those rows.
 */
import { assert } from '../../base/assert.ts'
import { type Compiled, compile } from '../../codegen/compile.ts'
import { type Js, js } from '../../codegen/js.ts'
import { ALL_VALID, CHUNK_ROWS } from '../../data/chunk.ts'
import type { BytesColumn, Column } from '../../data/column.ts'
import type { StateSpec } from '../../data/state-spec.ts'
import { TextHashes, columnCode, hashCode, sameBytes } from './key-code.ts'
import { Slots, type StateOptions } from './slots.ts'
import type { StateReader } from './snapshot.ts'
import { type StateColumn, wordsOf } from './state-column.ts'

type Locate = (
  table: StateTable,
  columns: readonly Column[],
  from: number,
  length: number,
  slots: Int32Array,
  skip: Uint8Array,
  insert: boolean,
) => void

const NONE_SKIPPED = new Uint8Array(CHUNK_ROWS)

export class StateTable extends Slots {
  readonly keys: readonly StateColumn[]
  readonly values: readonly StateColumn[]
  /** By place in the index: 0 for empty, else a slot + 1. Linear probing, at most half full. */
  index = new Int32Array(0)
  /** By slot: the hash of its key. */
  hashes = new Int32Array(0)
  /** The slots that the last `locate` made: `fresh[0, freshCount)`, in the order of their rows. */
  readonly fresh = new Int32Array(CHUNK_ROWS)
  freshCount = 0
  /** By slot, epoch ms of the last write; there with a TTL only. */
  lastWriteMs = new Float64Array(0)
  readonly ttlMs: number
  readonly #locate: Compiled<Locate>
  readonly #textHashes: readonly TextHashes[]
  /** Slots by code of the dictionary that came last, for a key that is one text: -2 for not yet looked up. */
  #codeSlots = new Int32Array(0)

  constructor(spec: StateSpec, options: StateOptions) {
    super(spec.name, [...spec.key, ...spec.value], options)
    this.keys = this.columns.slice(0, spec.key.length)
    this.values = this.columns.slice(spec.key.length)
    this.ttlMs = spec.ttlMs ?? 0
    this.#textHashes = this.keys.map(() => new TextHashes())
    this.#locate = compileLocate(`${options.owner}/${spec.name}/locate.js`, this.keys, this.values)
    options.onCompiled?.(this.#locate)
  }

  /**
   * Writes into `slots` where each of the first `length` rows belongs; a key that is not there yet gets a blank slot
   * (zeros, NULLs). Rows with `skip` 1 get -1. `columns` are the key's columns, in order.
   */
  locate(columns: readonly Column[], length: number, slots: Int32Array, skip: Uint8Array = NONE_SKIPPED): void {
    this.reserve(length)
    this.freshCount = 0
    this.#run(columns, length, slots, skip, true)
  }

  /** As `locate`, but rows whose key is not there get -1. */
  find(columns: readonly Column[], length: number, slots: Int32Array, skip: Uint8Array = NONE_SKIPPED): void {
    if (this.index.length === 0) slots.fill(-1, 0, length)
    else this.#run(columns, length, slots, skip, false)
  }

  #run(columns: readonly Column[], length: number, slots: Int32Array, skip: Uint8Array, insert: boolean): void {
    const [only] = columns
    if (columns.length === 1 && only!.storage === 'bytes' && only!.dictionary !== undefined)
      this.#runByCode(columns, only as BytesColumn, length, slots, skip, insert)
    else this.#locate.run(this, columns, 0, length, slots, skip, insert)
  }

  /** Rows that share a code share a slot: each code is looked up once per chunk. */
  #runByCode(
    columns: readonly Column[],
    text: BytesColumn,
    length: number,
    slots: Int32Array,
    skip: Uint8Array,
    insert: boolean,
  ): void {
    const { codes, valid, dictionary } = text
    if (dictionary!.size > 4 * length) return this.#locate.run(this, columns, 0, length, slots, skip, insert)
    if (this.#codeSlots.length <= dictionary!.size) this.#codeSlots = new Int32Array(dictionary!.size * 2 + 1)
    const codeSlots = this.#codeSlots
    codeSlots.fill(-2, 0, dictionary!.size + 1)
    for (let row = 0; row < length; row++) {
      if (skip[row] === 1) {
        slots[row] = -1
        continue
      }
      const code = valid !== undefined && valid[row] === 0 ? dictionary!.size : codes![row]!
      if (codeSlots[code] === -2) {
        this.#locate.run(this, columns, row, row + 1, slots, skip, insert)
        codeSlots[code] = slots[row]!
      } else slots[row] = codeSlots[code]!
    }
  }

  /** For generated code: the hashes of key column `i`, a text, from row `from` on. */
  textHashes(i: number, column: BytesColumn, from: number, length: number): Int32Array {
    return this.#textHashes[i]!.of(column, from, length)
  }

  /** Ends the row of a key. Its slot will be used again. */
  delete(slot: number): void {
    this.#unindex(slot)
    this.release(slot)
  }

  /** With a TTL: notes that the slot is written at `nowMs`. */
  touch(slot: number, nowMs: number): void {
    this.lastWriteMs[slot] = nowMs
  }

  /** With a TTL: true when nothing was written to the slot for so long that it counts as gone. */
  expired(slot: number, nowMs: number): boolean {
    return this.ttlMs > 0 && nowMs - this.lastWriteMs[slot]! >= this.ttlMs
  }

  override clear(): void {
    super.clear()
    this.index.fill(0)
  }

  override restore(reader: StateReader): boolean {
    if (!super.restore(reader)) return false
    const hashes = reader.section(`${this.name}/hashes`)
    assert(hashes !== undefined, `the checkpoint has no hashes of ${this.name}`)
    new Uint8Array(this.hashes.buffer).set(hashes)
    const lastWrite = reader.section(`${this.name}/last-write`)
    if (lastWrite !== undefined) new Uint8Array(this.lastWriteMs.buffer).set(lastWrite)
    this.#reindex()
    return true
  }

  override snapshot(writer: Parameters<Slots['snapshot']>[0]): void {
    super.snapshot(writer)
    writer.section(`${this.name}/hashes`, new Uint8Array(this.hashes.buffer, 0, this.top * 4))
    if (this.ttlMs > 0) writer.section(`${this.name}/last-write`, new Uint8Array(this.lastWriteMs.buffer, 0, this.top * 8))
  }

  /** Empties the place and moves up what was probed past it, so that no key is cut off. */
  #unindex(slot: number): void {
    const { index, hashes } = this
    const mask = index.length - 1
    let hole = hashes[slot]! & mask
    while (index[hole] !== slot + 1) hole = (hole + 1) & mask
    for (let at = (hole + 1) & mask; index[at] !== 0; at = (at + 1) & mask) {
      const home = hashes[index[at]! - 1]! & mask
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        index[hole] = index[at]!
        hole = at
      }
    }
    index[hole] = 0
  }

  #reindex(): void {
    const { index, hashes } = this
    const mask = index.length - 1
    index.fill(0)
    for (let slot = this.after(0); slot >= 0; slot = this.after(slot + 1)) {
      let at = hashes[slot]! & mask
      while (index[at] !== 0) at = (at + 1) & mask
      index[at] = slot + 1
    }
  }

  protected override grow(capacity: number): void {
    super.grow(capacity)
    const hashes = new Int32Array(capacity)
    hashes.set(this.hashes)
    this.hashes = hashes
    if (this.ttlMs > 0) {
      const lastWrite = new Float64Array(capacity)
      lastWrite.set(this.lastWriteMs)
      this.lastWriteMs = lastWrite
    }
    this.index = new Int32Array(capacity * 2)
    this.#reindex()
  }

  /** A hash, two places in the index, and with a TTL a time. */
  protected override get slotBytes(): number {
    return super.slotBytes + 12 + (this.ttlMs > 0 ? 8 : 0)
  }
}

function compileLocate(name: string, keys: readonly StateColumn[], values: readonly StateColumn[]): Compiled<Locate> {
  const scope: Record<string, unknown> = { ALL_VALID, wordsOf, sameBytes }
  const codes = keys.map((column, i) => columnCode(column, i, scope))
  const equal = codes.length === 0 ? js`true` : js`${joinAnd(codes.map(c => c.equal))}`
  // Comparing text costs more than comparing a hash that is at hand.
  const guard = keys.some(k => k.storage === 'bytes' || k.storage === 'object') ? js`hashes[slot] === hash && ` : js``
  const blanks = values.map((_, i) => js`table.values[${i}].blank(slot)`)
  const code = js`
    function locate(table, columns, from, length, slots, skip, insert) {
      const { index, hashes, live, free, fresh } = table
      const mask = index.length - 1
      ${codes.flatMap(c => [...c.setUp, ...c.hashSetUp])}
      for (let row = from; row < length; row++) {
        if (skip[row] === 1) {
          slots[row] = -1
          continue
        }
        ${hashCode(codes)}
        let at = hash & mask
        let slot = index[at] - 1
        while (slot >= 0 && !(${guard}${equal})) {
          at = (at + 1) & mask
          slot = index[at] - 1
        }
        if (slot < 0 && insert) {
          slot = table.freeCount > 0 ? free[--table.freeCount] : table.top++
          live[slot] = 1
          hashes[slot] = hash
          index[at] = slot + 1
          fresh[table.freshCount++] = slot
          ${codes.flatMap(c => c.copy)}
          ${blanks}
        }
        slots[row] = slot
      }
    }`
  return compile<Locate>(name, code, scope)
}

const joinAnd = (parts: readonly Js[]): Js => parts.reduce((a, b) => js`${a} && ${b}`)
