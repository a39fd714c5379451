/** What a table name stands for. */
import type { Schema } from '../data/type.ts'
import type { DataType } from '../data/type.ts'
import type { Expr } from '../expr/expr.ts'

export type ObjectPath = readonly [catalog: string, database: string, name: string]

export const printPath = (path: ObjectPath): string => path.map(p => (/^[A-Za-z_]\w*$/.test(p) ? p : `\`${p}\``)).join('.')

export type TableColumn = { readonly name: string; readonly type: DataType; readonly comment?: string | undefined } & (
  | { readonly kind: 'physical' }
  /** Comes from the connector or format beside the payload; `key` is the connector's name for it. Virtual ones are not written. */
  | { readonly kind: 'metadata'; readonly key: string; readonly virtual: boolean }
  /** Over all columns of the table that are not computed, by their position in `columns`. `sql` is what was written. */
  | { readonly kind: 'computed'; readonly expr: Expr; readonly sql: string }
)

export interface TableEntry {
  readonly kind: 'table'
  readonly path: ObjectPath
  readonly columns: readonly TableColumn[]
  /** Names of the columns of the primary key; empty when there is none. */
  readonly primaryKey: readonly string[]
  /** `expr` is over all columns, by position in `columns`; `sql` is what was written. */
  readonly watermark: { readonly column: string; readonly expr: Expr; readonly sql: string } | undefined
  readonly partitionedBy: readonly string[]
  /** As written, OPTIONS hints and LIKE merged in. `connector` is among them. */
  readonly options: Readonly<Record<string, string>>
  readonly comment: string | undefined
  readonly temporary: boolean
}

export interface ViewEntry {
  readonly kind: 'view'
  readonly path: ObjectPath
  /** The query, expanded: names fully qualified as far as binding needs it. */
  readonly sql: string
  readonly columns: readonly string[] | undefined
  readonly schema: Schema
  readonly comment: string | undefined
  readonly temporary: boolean
}

export type CatalogEntry = TableEntry | ViewEntry
