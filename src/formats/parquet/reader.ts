/** A Parquet file as chunks: row group by row group, only the columns asked for. No chunk spans two row groups. */
import { CHUNK_ROWS, Chunk } from '../../data/chunk.ts'
import type { PooledArray } from '../../data/pool.ts'
import type { Schema } from '../../data/type.ts'
import type { BulkReader } from '../format.ts'
import { type ColumnPlan, type PlanContext, planColumn } from './columns.ts'
import type { ColumnReader } from './flat-column.ts'
import type { Footer } from './footer.ts'

export class ParquetReader implements BulkReader {
  readonly #footer: Footer
  readonly #schema: Schema
  readonly #context: PlanContext
  readonly #plans: readonly ColumnPlan[]
  /** The next row group to open, the columns of the one that is open, and how many of its rows are left. */
  #group = 0
  #columns: readonly ColumnReader[] = []
  #left = 0
  #row = 0

  private constructor(footer: Footer, schema: Schema, context: PlanContext) {
    this.#footer = footer
    this.#schema = schema
    this.#context = context
    this.#plans = schema.map(field => planColumn(field, footer.columns, context))
  }

  static async open(footer: Footer, schema: Schema, context: PlanContext, fromRow: number): Promise<ParquetReader> {
    const reader = new ParquetReader(footer, schema, context)
    await reader.#skipTo(fromRow)
    return reader
  }

  get row(): number {
    return this.#row
  }

  get doneBytes(): number {
    const { rows } = this.#footer.meta
    return rows === 0 ? this.#context.file.size : Math.round((this.#context.file.size * this.#row) / rows)
  }

  next(): Chunk | 'end' | Promise<Chunk | 'end'> {
    if (this.#left === 0 && !this.#openGroup()) return 'end'
    const rows = Math.min(CHUNK_ROWS, this.#left)
    for (let i = 0; i < this.#columns.length; i++) {
      const waiting = this.#columns[i]!.prepare(rows)
      if (waiting !== undefined) return this.#nextSlowly(waiting, i, rows)
    }
    return this.#chunk(rows)
  }

  async #nextSlowly(waiting: Promise<void>, column: number, rows: number): Promise<Chunk | 'end'> {
    await waiting
    for (let i = column + 1; i < this.#columns.length; i++) await this.#columns[i]!.prepare(rows)
    return this.#chunk(rows)
  }

  #chunk(rows: number): Chunk {
    const owned: PooledArray[] = []
    const columns = this.#columns.map(column => column.read(rows, this.#row, owned))
    this.#row += rows
    this.#left -= rows
    return new Chunk({ schema: this.#schema, length: rows, columns, owned, pool: this.#context.pool })
  }

  /** Opens the next row group that has rows. */
  #openGroup(): boolean {
    const { rowGroups } = this.#footer.meta
    while (this.#group < rowGroups.length) {
      const number = this.#group++
      const group = rowGroups[number]!
      if (group.rows <= 0) continue
      const place = `${this.#context.file.name}, row group ${number}`
      this.#columns = this.#plans.map(plan => plan(group, place))
      this.#left = group.rows
      return true
    }
    this.#columns = []
    return false
  }

  async #skipTo(row: number): Promise<void> {
    const { rowGroups } = this.#footer.meta
    for (; this.#group < rowGroups.length; this.#group++) {
      const { rows } = rowGroups[this.#group]!
      if (this.#row + rows > row) break
      this.#row += rows
    }
    const inGroup = row - this.#row
    if (inGroup <= 0 || !this.#openGroup()) return
    for (const column of this.#columns) await column.skip(inGroup)
    this.#row += inGroup
    this.#left -= inGroup
  }

  close(): void {
    this.#columns = []
    this.#left = 0
    this.#group = this.#footer.meta.rowGroups.length
  }
}
