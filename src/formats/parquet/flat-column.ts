/**
 * A column without nesting: values go from pages straight into a chunk's arrays. Text of a dictionary stays one; text of
 * several pages in one chunk moves into an arena.
 */
import { DataError } from '../../base/errors.ts'
import { CHUNK_ROWS } from '../../data/chunk.ts'
import type { BytesColumn, Column } from '../../data/column.ts'
import type { BufferPool, PooledArray } from '../../data/pool.ts'
import type { Field } from '../../data/type.ts'
import { ColumnFill } from '../column-fill.ts'
import { ValueError, valueErrorAt } from './convert.ts'
import type { LeafPages } from './leaf-pages.ts'
import type { Page, PageDictionary, Target } from './page.ts'
import { spread, spreadArray } from './values.ts'

/** What the reader of a file asks of a column of one row group. */
export interface ColumnReader {
  /** Makes sure that the next `rows` rows can be read; answers a promise where the file must be read first. */
  prepare(rows: number): Promise<void> | undefined
  /** The next `rows` (at most CHUNK_ROWS) rows. Pooled arrays go to `owned`. `row` is the file's row of the first, for errors. */
  read(rows: number, row: number, owned: PooledArray[]): Column
  skip(rows: number): Promise<void>
}

/** The arrays that a column of the table is written to, chunk by chunk, through all row groups. */
export class ColumnOutput {
  readonly field: Field
  readonly fill: ColumnFill
  readonly pool: BufferPool

  constructor(field: Field, pool: BufferPool) {
    this.field = field
    this.pool = pool
    this.fill = new ColumnFill(field.type, pool)
  }

  /** The column of the rows written; the next ones go into fresh arrays. */
  finish(rows: number, bytes: Uint8Array, owned: PooledArray[]): Column {
    const column = this.fill.finish(rows, bytes, owned)
    this.fill.renew()
    return column
  }

  /** `fill.valid`, with all rows valid so far. */
  valid(): Uint8Array {
    if (this.fill.valid === undefined) {
      this.fill.valid = this.pool.u8(CHUNK_ROWS)
      this.fill.valid.fill(1, 0, CHUNK_ROWS)
    }
    return this.fill.valid
  }
}

/** Rows up to `end` look into `bytes`. */
interface Segment {
  end: number
  readonly bytes: Uint8Array
  readonly dictionary: PageDictionary | undefined
}

const NOTHING = new Uint8Array(0)

export class FlatColumn implements ColumnReader {
  readonly #pages: LeafPages
  readonly #output: ColumnOutput
  readonly #level: number
  /** Pages that are unpacked; the first one is read up to `#at`. */
  readonly #ready: Page[] = []
  #at = 0
  #readyRows = 0

  constructor(pages: LeafPages, output: ColumnOutput, level: number) {
    this.#pages = pages
    this.#output = output
    this.#level = level
  }

  prepare(rows: number): Promise<void> | undefined {
    while (this.#readyRows < rows) {
      const page = this.#pages.next(0)
      if (page === 'wait') return this.#prepareSlowly(rows)
      this.#add(page)
    }
    return undefined
  }

  async #prepareSlowly(rows: number): Promise<void> {
    do await this.#pages.more()
    while (this.prepare(rows) !== undefined)
  }

  #add(page: Page | number | 'end'): void {
    if (page === 'end' || typeof page === 'number')
      throw this.#pages.bytes.corrupt('the column has fewer rows than its row group')
    this.#ready.push(page)
    this.#readyRows += page.count
  }

  read(rows: number, row: number, owned: PooledArray[]): Column {
    const { fill, pool } = this.#output
    const views = fill.storage === 'bytes'
    const codes = views ? pool.i32(CHUNK_ROWS) : undefined
    const into: Target = codes === undefined ? fill : withCodes(fill, codes)
    const segments: Segment[] = []
    for (let at = 0; at < rows;) {
      const page = this.#ready[0]!
      const count = Math.min(rows - at, page.count - this.#at)
      this.#readPart(page, count, into, at, row)
      at += count
      if (views) noteSegment(segments, at, page)
      this.#advance(page, count)
    }
    return views ? this.#textColumn(rows, segments, codes!, owned) : this.#output.finish(rows, NOTHING, owned)
  }

  /** Rows of one page, from the row it was read up to. */
  #readPart(page: Page, count: number, into: Target, at: number, row: number): void {
    const { fill } = this.#output
    let present = count
    if (page.definitions !== undefined) present = this.#readValidity(page.definitions, count, at, row)
    try {
      page.source.read(present, into, at)
    } catch (error) {
      if (error instanceof ValueError) throw valueErrorAt(`${this.#pages.bytes.place}, from row ${row + at} on`, error)
      throw this.#pages.bytes.located(error)
    }
    if (present === count) return
    spread(fill.storage, into, fill.valid!, at, count, present)
    if (into.codes !== undefined) spreadCodes(into.codes, fill.valid!, at, count, present)
  }

  /** Answers how many of the rows have values. */
  #readValidity(definitions: Uint8Array, count: number, at: number, row: number): number {
    const level = this.#level
    let present = 0
    for (let i = this.#at; i < this.#at + count; i++) if (definitions[i] === level) present++
    if (present === count) return count
    const { field } = this.#output
    if (!field.type.nullable) {
      const first = definitions.findIndex((d, i) => i >= this.#at && d !== level) - this.#at
      throw new DataError(
        'PARQUET_NULL',
        `${this.#pages.bytes.place}, row ${row + at + first}`,
        `there is a NULL, but column '${field.name}' of the table is NOT NULL`,
      )
    }
    const valid = this.#output.valid()
    for (let i = 0; i < count; i++) valid[at + i] = definitions[this.#at + i] === level ? 1 : 0
    return present
  }

  #advance(page: Page, count: number): void {
    this.#at += count
    this.#readyRows -= count
    if (this.#at < page.count) return
    this.#ready.shift()
    this.#at = 0
  }

  #textColumn(rows: number, segments: readonly Segment[], codes: Int32Array, owned: PooledArray[]): Column {
    const one = segments.length === 1
    const { bytes, dictionary } = segments[0]!
    const column = this.#output.finish(rows, one ? bytes : this.#gathered(segments, owned), owned)
    if (one && dictionary !== undefined && dictionary.values.size > 0) {
      const { size, starts, ends } = dictionary.values
      const text = column as BytesColumn
      text.codes = codes
      text.dictionary = { size, bytes: dictionary.bytes, starts, ends }
      owned.push(codes)
    } else this.#output.pool.give(codes)
    return column
  }

  /** All rows' bytes in one arena; the views follow. */
  #gathered(segments: readonly Segment[], owned: PooledArray[]): Uint8Array {
    const { fill, pool } = this.#output
    const rows = segments.at(-1)!.end
    let size = 0
    for (let row = 0; row < rows; row++) size += fill.ends[row]! - fill.starts[row]!
    const arena = pool.u8(size)
    owned.push(arena)
    let used = 0
    let row = 0
    for (const { end, bytes } of segments) {
      for (; row < end; row++) {
        const from = fill.starts[row]!
        const to = fill.ends[row]!
        fill.starts[row] = used
        arena.set(bytes.subarray(from, to), used)
        fill.ends[row] = used += to - from
      }
    }
    return arena
  }

  async skip(rows: number): Promise<void> {
    while (rows > 0) {
      const page = this.#pages.next(rows)
      if (page === 'wait') await this.#pages.more()
      else if (typeof page === 'number') rows -= page
      else {
        this.#add(page)
        this.#skipInPage(this.#ready[0]!, rows)
        return
      }
    }
  }

  #skipInPage(page: Page, rows: number): void {
    let present = rows
    if (page.definitions !== undefined) {
      present = 0
      for (let i = 0; i < rows; i++) if (page.definitions[i] === this.#level) present++
    }
    this.#pages.bytes.guard(() => page.source.skip(present))
    this.#advance(page, rows)
  }
}

function noteSegment(segments: Segment[], end: number, { source }: Page): void {
  const last = segments.at(-1)
  if (last !== undefined && last.bytes === source.bytes && last.dictionary === source.dictionary) last.end = end
  else segments.push({ end, bytes: source.bytes, dictionary: source.dictionary })
}

const withCodes = (fill: ColumnFill, codes: Int32Array): Target => ({
  bools: fill.bools,
  ints: fill.ints,
  halves: fill.halves,
  highHalves: fill.highHalves,
  nanos: fill.nanos,
  doubles: fill.doubles,
  starts: fill.starts,
  ends: fill.ends,
  codes,
})

/** As `spread`; rows without a value get the code 0. */
function spreadCodes(codes: Int32Array, valid: Uint8Array, at: number, rows: number, present: number): void {
  spreadArray(codes, valid, at, rows, present)
  for (let row = at; row < at + rows; row++) if (valid[row] === 0) codes[row] = 0
}
