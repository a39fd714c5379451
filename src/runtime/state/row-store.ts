/**
 * Rows of a schema in columns, many to a key: what a join keeps of each side. Rows have stable ids (slots) and stand in
 * lists linked by `next` and `prev`; whoever owns the lists keeps each one's ends, usually in two value columns of a
 * `StateTable` by join key:
 *
 *     store.insert(chunk.columns, undefined, chunk.length, ids)         // copies the rows in
 *     store.append(table.values[0].ints, table.values[1].ints, slot, id)  // head, tail
 *     for (let id = head - 1; id >= 0; id = store.next[id] - 1) …
 *     store.gather(ids, count, builder.columns, builder.length)          // copies out; id -1 gives NULLs
 *
 * Links are ids + 1, and 0 is the end: a blank slot is an empty list.
 */
import { type Compiled, compile } from '../../codegen/compile.ts'
import { type Js, js } from '../../codegen/js.ts'
import { ALL_VALID } from '../../data/chunk.ts'
import type { BytesColumn, Column } from '../../data/column.ts'
import type { Schema } from '../../data/type.ts'
import { TextHashes, columnCode, hashCode, sameBytes } from './key-code.ts'
import { Slots, type StateOptions } from './slots.ts'
import type { StateReader, StateWriter } from './snapshot.ts'
import { wordsOf } from './state-column.ts'

interface RowCode {
  /** Writes into `hashes` the hash of each row. */
  readonly hash: (table: RowStore, columns: readonly Column[], from: number, length: number, hashes: Int32Array) => void
  /** The first id from `id` on along `next` that holds the same values as `row`, -1 when there is none. */
  readonly find: (table: RowStore, columns: readonly Column[], row: number, hash: number, id: number) => number
}

export class RowStore extends Slots {
  /** By id: the id + 1 that follows, or came before, in its list. */
  next = new Int32Array(0)
  prev = new Int32Array(0)
  /** By id: the hash of all its values. */
  hashes = new Int32Array(0)
  readonly #hash: Compiled<RowCode['hash']>
  readonly #find: Compiled<RowCode['find']>
  readonly #textHashes: readonly TextHashes[]
  #rowHashes = new Int32Array(0)

  constructor(spec: { readonly name: string; readonly schema: Schema }, options: StateOptions) {
    super(spec.name, spec.schema, options)
    this.#textHashes = this.columns.map(() => new TextHashes())
    const scope: Record<string, unknown> = { ALL_VALID, wordsOf, sameBytes }
    const codes = this.columns.map((column, i) => columnCode(column, i, scope))
    const equal = codes.map(c => c.equal).reduce((a: Js, b) => js`${a} && ${b}`, js`hashes[slot] === hash`)
    this.#hash = compile<RowCode['hash']>(
      `${options.owner}/${spec.name}/hash.js`,
      js`function hashRows(table, columns, from, length, hashes) {
        ${codes.flatMap(c => [...c.setUp, ...c.hashSetUp])}
        for (let row = from; row < length; row++) {
          ${hashCode(codes)}
          hashes[row] = hash
        }
      }`,
      scope,
    )
    this.#find = compile<RowCode['find']>(
      `${options.owner}/${spec.name}/find.js`,
      js`function findRow(table, columns, row, hash, id) {
        const { hashes, next } = table
        ${codes.flatMap(c => c.setUp)}
        for (let slot = id; slot >= 0; slot = next[slot] - 1) {
          if (${equal}) return slot
        }
        return -1
      }`,
      scope,
    )
    options.onCompiled?.(this.#hash)
    options.onCompiled?.(this.#find)
  }

  /** Copies `count` rows in (`rows[i]`, or row i where none are named) and writes their ids. They stand in no list yet. */
  insert(columns: readonly Column[], rows: Int32Array | undefined, count: number, ids: Int32Array): void {
    this.reserve(count)
    let length = count
    if (rows !== undefined) for (let i = 0; i < count; i++) length = Math.max(length, rows[i]! + 1)
    const rowHashes = this.#hashesOf(columns, length)
    for (let i = 0; i < count; i++) {
      const id = this.take()
      this.next[id] = 0
      this.prev[id] = 0
      this.hashes[id] = rowHashes[rows === undefined ? i : rows[i]!]!
      ids[i] = id
    }
    for (let i = 0; i < this.columns.length; i++) this.columns[i]!.copyIn(ids, count, columns[i]!, rows)
  }

  /** The hashes of a chunk's rows over all columns; valid until the next call. `find` wants them. */
  hashRows(columns: readonly Column[], length: number): Int32Array {
    return this.#hashesOf(columns, length)
  }

  #hashesOf(columns: readonly Column[], length: number): Int32Array {
    if (this.#rowHashes.length < length) this.#rowHashes = new Int32Array(Math.max(256, length))
    this.#hash.run(this, columns, 0, length, this.#rowHashes)
    return this.#rowHashes
  }

  /** The first row from `id` on along its list that equals `row` of the chunk (whose hash is `hash`), -1 when none does. */
  find(columns: readonly Column[], row: number, hash: number, id: number): number {
    return this.#find.run(this, columns, row, hash, id)
  }

  /** Puts a row at the end of the list whose ends are `heads[at]` and `tails[at]`. */
  append(heads: Int32Array, tails: Int32Array, at: number, id: number): void {
    const last = tails[at]!
    this.prev[id] = last
    this.next[id] = 0
    if (last === 0) heads[at] = id + 1
    else this.next[last - 1] = id + 1
    tails[at] = id + 1
  }

  /** Takes a row out of its list and ends it. */
  delete(heads: Int32Array, tails: Int32Array, at: number, id: number): void {
    this.unlink(heads, tails, at, id)
    this.release(id)
  }

  /** Takes a row out of its list. It lives on until it is released. */
  unlink(heads: Int32Array, tails: Int32Array, at: number, id: number): void {
    const [next, prev] = [this.next[id]!, this.prev[id]!]
    if (prev === 0) heads[at] = next
    else this.next[prev - 1] = next
    if (next === 0) tails[at] = prev
    else this.prev[next - 1] = prev
  }

  /** Copies rows out into columns from `newColumn`, from row `at` on: column i of the store into `into[i]`. Id -1 gives NULLs. */
  gather(ids: Int32Array, count: number, into: readonly Column[], at: number): void {
    for (let i = 0; i < this.columns.length; i++) this.columns[i]!.copyOut(ids, count, into[i]!, at)
  }

  /** For generated code: the hashes of column `i`, a text. */
  textHashes(i: number, column: BytesColumn, from: number, length: number): Int32Array {
    return this.#textHashes[i]!.of(column, from, length)
  }

  override snapshot(writer: StateWriter): void {
    super.snapshot(writer)
    for (const name of ['next', 'prev', 'hashes'] as const) {
      writer.section(`${this.name}/${name}`, new Uint8Array(this[name].buffer, 0, this.top * 4))
    }
  }

  override restore(reader: StateReader): boolean {
    if (!super.restore(reader)) return false
    for (const name of ['next', 'prev', 'hashes'] as const) {
      new Uint8Array(this[name].buffer).set(reader.section(`${this.name}/${name}`)!)
    }
    return true
  }

  protected override grow(capacity: number): void {
    super.grow(capacity)
    for (const name of ['next', 'prev', 'hashes'] as const) {
      const array = new Int32Array(capacity)
      array.set(this[name])
      this[name] = array
    }
  }

  /** Two links and a hash. */
  protected override get slotBytes(): number {
    return super.slotBytes + 12
  }
}
