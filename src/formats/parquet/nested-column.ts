/**
 * ARRAY, MAP and ROW columns, put together from the leaves' levels. A leaf's level says how much of its path is there:
 *
 *     optional group tags (LIST) { repeated group list { optional binary element } }
 *
 *     level   0 NULL · 1 [] · 2 [NULL] · 3 [value]        repetition 0 starts a row, 1 goes on with its list
 */
import type { PooledArray } from '../../data/pool.ts'
import { type Column, valueAt } from '../../data/column.ts'
import type { DataType } from '../../data/type.ts'
import { CHUNK_ROWS } from '../../data/chunk.ts'
import type { Value } from '../../data/value.ts'
import { ValueError, valueErrorAt } from './convert.ts'
import type { ColumnOutput, ColumnReader } from './flat-column.ts'
import type { LeafPages } from './leaf-pages.ts'
import type { LeafReading, Page } from './page.ts'

/**
 * How values of the declared type are put together from the file's leaves. `present` is the level from which on a value
 * is not NULL; `nullable` is the declared type's.
 */
export type Assembly =
  | { readonly kind: 'leaf'; readonly nullable: boolean; readonly leaf: number; readonly present: number }
  | {
      readonly kind: 'row'
      readonly nullable: boolean
      readonly present: number
      readonly repeats: number
      readonly fields: readonly Assembly[]
      readonly leaves: readonly number[]
    }
  | ListAssembly
  /** A field that the file does not have. */
  | { readonly kind: 'missing'; readonly nullable: true }

export interface ListAssembly {
  readonly kind: 'array' | 'map'
  readonly nullable: boolean
  readonly present: number
  /** The levels of the repeated node. */
  readonly repeated: number
  readonly repeats: number
  /** One part of an ARRAY's elements, key and value of a MAP's. */
  readonly parts: readonly Assembly[]
  readonly leaves: readonly number[]
}

export interface NestedLeaf {
  readonly pages: LeafPages
  readonly reading: LeafReading
  readonly type: DataType
}

const NOTHING = new Uint8Array(0)

export class NestedColumn implements ColumnReader {
  readonly #leaves: readonly LeafCursor[]
  readonly #assembly: Assembly
  readonly #output: ColumnOutput
  readonly #place: string

  constructor(leaves: readonly NestedLeaf[], assembly: Assembly, output: ColumnOutput) {
    this.#leaves = leaves.map(leaf => new LeafCursor(leaf))
    this.#assembly = assembly
    this.#output = output
    this.#place = leaves[0]!.pages.bytes.place
  }

  prepare(rows: number): Promise<void> | undefined {
    const waiting = this.#leaves.filter(leaf => !leaf.prepare(rows))
    return waiting.length === 0 ? undefined : this.#prepareSlowly(waiting, rows)
  }

  async #prepareSlowly(waiting: readonly LeafCursor[], rows: number): Promise<void> {
    for (const leaf of waiting) {
      do await leaf.more()
      while (!leaf.prepare(rows))
    }
  }

  read(rows: number, row: number, owned: PooledArray[]): Column {
    const { fill } = this.#output
    for (let i = 0; i < rows; i++) {
      const value = this.#valueAt(row + i)
      if (value === null) fill.setNull(i)
      else fill.objects[i] = value
    }
    for (const leaf of this.#leaves) leaf.finishRows(rows)
    return this.#output.finish(rows, NOTHING, owned)
  }

  async skip(rows: number): Promise<void> {
    for (let left = rows; left > 0;) {
      const count = Math.min(left, CHUNK_ROWS)
      await this.prepare(count)
      for (let i = 0; i < count; i++) this.#value(this.#assembly)
      for (const leaf of this.#leaves) leaf.finishRows(count)
      left -= count
    }
  }

  #valueAt(row: number): Value {
    try {
      return this.#value(this.#assembly)
    } catch (error) {
      if (error instanceof ValueError) throw valueErrorAt(`${this.#place}, row ${row}`, error)
      throw error
    }
  }

  /** The next value; NULL only where the declared type has room for it. */
  #value(assembly: Assembly): Value {
    const value = this.#nextValue(assembly)
    if (value === null && !assembly.nullable)
      throw new ValueError(`there is a NULL, but column '${this.#output.field.name}' of the table has a NOT NULL there`)
    return value
  }

  #nextValue(assembly: Assembly): Value {
    switch (assembly.kind) {
      case 'missing':
        return null
      case 'leaf':
        return this.#leaves[assembly.leaf]!.take(assembly.present)
      case 'row': {
        if (this.#leaves[assembly.leaves[0]!]!.level < assembly.present) return this.#pass(assembly.leaves, null)
        const values = assembly.fields.map(field => this.#value(field))
        this.#passUnread(assembly)
        return values
      }
      case 'array':
      case 'map': {
        const first = this.#leaves[assembly.leaves[0]!]!
        if (first.level < assembly.present) return this.#pass(assembly.leaves, null)
        if (first.level < assembly.repeated) return this.#pass(assembly.leaves, [])
        return assembly.kind === 'array' ? this.#array(assembly, first) : this.#map(assembly, first)
      }
    }
  }

  #array(assembly: ListAssembly, first: LeafCursor): Value[] {
    const values: Value[] = []
    do values.push(this.#value(assembly.parts[0]!))
    while (first.repetition === assembly.repeats)
    return values
  }

  /** Keys are distinct: the last value of a key counts, at the place of the first. */
  #map(assembly: ListAssembly, first: LeafCursor): Value[] {
    const entries: Value[][] = []
    const byKey = new Map<unknown, Value[]>()
    do {
      const key = this.#value(assembly.parts[0]!)
      const value = this.#value(assembly.parts[1]!)
      const same = byKey.get(key)
      if (same !== undefined) same[1] = value
      else {
        const entry = [key, value]
        if (typeof key !== 'object') byKey.set(key, entry)
        entries.push(entry)
      }
    } while (first.repetition === assembly.repeats)
    return entries
  }

  /** A leaf that only tells whether a ROW is there has a value for it that nobody took. */
  #passUnread(assembly: Assembly & { readonly kind: 'row' }): void {
    if (!assembly.fields.every(field => field.kind === 'missing')) return
    const leaf = this.#leaves[assembly.leaves[0]!]!
    do leaf.pass()
    while (leaf.repetition > assembly.repeats)
  }

  #pass<T>(leaves: readonly number[], answer: T): T {
    for (const leaf of leaves) this.#leaves[leaf]!.pass()
    return answer
  }
}

/** A leaf's levels and values, one at a time. */
class LeafCursor {
  readonly #leaf: NestedLeaf
  readonly #ready: { readonly page: Page; readonly values: Column }[] = []
  /** Position in the first page, and how many of its values were taken. */
  #at = 0
  #taken = 0
  /** Rows that started in the pages read so far, and whether there are no more pages. */
  #rows = 0
  #ended = false

  constructor(leaf: NestedLeaf) {
    this.#leaf = leaf
  }

  /** Of the next value. Behind the last one, -1. */
  get level(): number {
    const page = this.#ready[0]?.page
    if (page === undefined) return -1
    return page.definitions === undefined ? this.#leaf.reading.node.definition : page.definitions[this.#at]!
  }

  /** Of the next value; 0 behind the last. */
  get repetition(): number {
    const page = this.#ready[0]?.page
    if (page === undefined) return 0
    return page.repetitions === undefined ? this.#leaf.reading.node.repeats : page.repetitions[this.#at]!
  }

  /** The next value, NULL below level `present`. */
  take(present: number): Value {
    if (this.#ready.length === 0) throw this.#leaf.pages.bytes.corrupt('its leaves do not have the same rows')
    const value = this.level < present ? null : valueAt(this.#ready[0]!.values, this.#taken)
    this.pass()
    return value
  }

  pass(): void {
    if (this.#ready.length === 0) throw this.#leaf.pages.bytes.corrupt('its leaves do not have the same rows')
    if (this.level === this.#leaf.reading.node.definition) this.#taken += 1
    this.#at += 1
    if (this.#at < this.#ready[0]!.page.count) return
    this.#ready.shift()
    this.#at = this.#taken = 0
  }

  finishRows(rows: number): void {
    this.#rows -= rows
  }

  /** A row is whole when the next one starts, or nothing comes any more. False: `more` must read first. */
  prepare(rows: number): boolean {
    while (!this.#ended && this.#rows <= rows) {
      const page = this.#leaf.pages.next(0)
      if (page === 'wait') return false
      if (page === 'end') this.#ended = true
      else if (typeof page !== 'number') this.#add(page)
    }
    if (this.#rows < rows) throw this.#leaf.pages.bytes.corrupt('the column has fewer rows than its row group')
    return true
  }

  more(): Promise<void> {
    return this.#leaf.pages.more()
  }

  #add(page: Page): void {
    const { definitions, repetitions, count, source } = page
    const { definition, repeats } = this.#leaf.reading.node
    if (repetitions === undefined) this.#rows += repeats === 0 ? count : 0
    else for (let i = 0; i < count; i++) if (repetitions[i] === 0) this.#rows += 1
    let present = count
    if (definitions !== undefined) {
      present = 0
      for (let i = 0; i < count; i++) if (definitions[i] === definition) present++
    }
    const values = this.#leaf.reading.arrays(present)
    const { bytes } = this.#leaf.pages
    try {
      for (let at = 0; at < present; at += CHUNK_ROWS) source.read(Math.min(CHUNK_ROWS, present - at), values, at)
    } catch (error) {
      throw error instanceof ValueError ? valueErrorAt(bytes.place, error) : bytes.located(error)
    }
    this.#ready.push({ page, values: values.column(source.bytes) })
  }
}
