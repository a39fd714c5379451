/**
 * What names mean inside one SELECT: the tables of FROM with their aliases, and their columns in order.
 *
 *     FROM orders AS o JOIN users ON …     o.id, o.user_id, users.id, users.name
 *     id      ambiguous                    o.id   column 0         users.id   column 2
 *
 * A dotted path is read with as many table names in front as fit, as in Calcite; what follows the column are fields.
 */
import { SqlError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { ObjectPath } from '../../catalog/table.ts'
import { type DataType, withNullable } from '../../data/type.ts'
import { type Expr, input, remapInputs } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import type { Column, Columns } from '../logical/plan.ts'

/** A table in FROM. `start` is the position of its first column. */
export interface ScopeTable {
  readonly alias: string | undefined
  /** Where it has no alias of its own, it is also known by its full path. */
  readonly path: ObjectPath | undefined
  readonly columns: Columns
  readonly start: number
}

export class Scope {
  readonly tables: readonly ScopeTable[]
  /** Columns of `JOIN … USING` and NATURAL joins: unqualified, they mean this expression; as `*` they come first. */
  readonly merged: readonly MergedColumn[]

  constructor(tables: readonly ScopeTable[], merged: readonly MergedColumn[] = []) {
    this.tables = tables
    this.merged = merged
  }

  static of(columns: Columns, alias?: string, path?: ObjectPath): Scope {
    return new Scope([{ alias, path, columns, start: 0 }])
  }

  /** Some columns of a wider row, each at its position in there. */
  static at(columns: Columns, positions: readonly number[]): Scope {
    return new Scope(columns.map((column, i) => ({ alias: undefined, path: undefined, columns: [column], start: positions[i]! })))
  }

  get columns(): Columns {
    return this.tables.flatMap(t => t.columns)
  }

  /** Both sides of a join: the right columns come behind the left ones. */
  join(right: Scope): Scope {
    const shift = this.columns.length
    return new Scope(
      [...this.tables, ...right.tables.map(t => ({ ...t, start: t.start + shift }))],
      [...this.merged, ...right.merged.map(m => ({ ...m, sources: m.sources.map(s => s + shift) }))],
    )
  }

  /** The expression for `a`, `t.a`, `t.a.field`; undefined where there is nothing of that name. */
  find(parts: readonly ast.Identifier[], span: Span): Expr | undefined {
    const names = parts.map(p => p.name)
    for (let prefix = Math.min(names.length - 1, 3); prefix > 0; prefix--) {
      const tables = this.tables.filter(t => namedBy(t, names.slice(0, prefix)))
      if (tables.length === 0) continue
      if (tables.length > 1) throw ambiguous(`Table '${names.slice(0, prefix).join('.')}'`, span)
      return this.#columnOf(tables[0]!, parts, prefix, span)
    }
    const column = this.#unqualified(parts[0]!)
    return column && fieldPath(column, parts.slice(1), span)
  }

  /** Like `find`; an error with the nearest name where there is nothing. */
  get(parts: readonly ast.Identifier[], span: Span): Expr {
    const found = this.find(parts, span)
    if (found !== undefined) return found
    if (parts.length > 1 && !this.columns.some(c => c.name === parts[0]!.name)) {
      const names = this.tables.flatMap(t => t.alias ?? t.path?.[2] ?? [])
      throw new SqlError('TABLE_UNKNOWN', `Table '${parts[0]!.name}' not found`, parts[0]!.span, {
        hint: didYouMean(parts[0]!.name, names),
      })
    }
    throw this.unknown(parts[0]!)
  }

  unknown(name: ast.Identifier, tables: readonly ScopeTable[] = this.tables): SqlError {
    const hint = didYouMean(
      name.name,
      tables.flatMap(t => t.columns.map(c => c.name)),
    )
    const only = tables.length === 1 ? (tables[0]!.alias ?? tables[0]!.path?.[2]) : undefined
    const where = only === undefined ? 'any table' : `table '${only}'`
    return new SqlError('COLUMN_UNKNOWN', `Column '${name.name}' not found in ${where}`, name.span, { hint })
  }

  #columnOf(table: ScopeTable, parts: readonly ast.Identifier[], at: number, span: Span): Expr {
    const name = parts[at]!
    const index = table.columns.findIndex(c => c.name === name.name)
    if (index < 0) throw this.unknown(name, [table])
    return fieldPath(input(table.start + index, table.columns[index]!.type, span), parts.slice(at + 1), span)
  }

  #unqualified(name: ast.Identifier): Expr | undefined {
    const merged = this.merged.find(m => m.name === name.name)
    if (merged !== undefined) return { ...merged.expr, span: name.span }
    const hits = this.tables.flatMap(t =>
      t.columns.flatMap((c, i) => (c.name === name.name ? [input(t.start + i, c.type, name.span)] : [])),
    )
    if (hits.length > 1) throw ambiguous(`Column '${name.name}'`, name.span)
    return hits[0]
  }

  /** The columns `*` or `t.*` stands for. */
  star(qualifier: ast.Name | undefined): readonly { readonly column: Column; readonly expr: Expr }[] {
    if (qualifier === undefined) {
      const hidden = new Set(this.merged.flatMap(m => m.sources))
      const plain = this.tables.flatMap(t => allOf(t)).filter(c => !(c.expr.kind === 'input' && hidden.has(c.expr.index)))
      return [...this.merged.map(m => ({ column: { name: m.name, type: m.expr.type }, expr: m.expr })), ...plain]
    }
    const names = qualifier.parts.map(p => p.name)
    const tables = this.tables.filter(t => namedBy(t, names))
    if (tables.length > 1) throw ambiguous(`Table '${names.join('.')}'`, qualifier.span)
    if (tables.length === 1) return allOf(tables[0]!)
    return this.#fieldsOf(qualifier)
  }

  /** `r.*` where `r` is a column of type ROW. */
  #fieldsOf(qualifier: ast.Name): readonly { readonly column: Column; readonly expr: Expr }[] {
    const row = this.find(qualifier.parts, qualifier.span)
    if (row?.type.kind === 'ROW') {
      return row.type.fields.map((_, i) => {
        const expr = fieldAt(row, i, qualifier.span)
        return { column: { name: (row.type as { fields: Columns }).fields[i]!.name, type: expr.type }, expr }
      })
    }
    const names = this.tables.flatMap(t => t.alias ?? t.path?.[2] ?? [])
    const name = qualifier.parts.map(p => p.name).join('.')
    throw new SqlError('TABLE_UNKNOWN', `Table '${name}' not found`, qualifier.span, { hint: didYouMean(name, names) })
  }
}

/** Inside a subquery: its own names first, then those of the query around it. Its columns come behind the outer ones. */
export class NestedScope extends Scope {
  readonly #outer: Scope
  readonly #inner: Scope

  constructor(outer: Scope, inner: Scope) {
    super(outer.join(inner).tables)
    this.#outer = outer
    this.#inner = inner
  }

  override find(parts: readonly ast.Identifier[], span: Span): Expr | undefined {
    const shift = this.#outer.columns.length
    const own = this.#inner.find(parts, span)
    return own === undefined ? this.#outer.find(parts, span) : remapInputs(own, i => i + shift)
  }
}

/** A column of both sides of a join by its name: `sources` are the positions it stands for. */
export interface MergedColumn {
  readonly name: string
  readonly expr: Expr
  readonly sources: readonly number[]
}

const allOf = (table: ScopeTable): readonly { readonly column: Column; readonly expr: Expr }[] =>
  table.columns.map((column, i) => ({ column, expr: input(table.start + i, column.type) }))

/** An alias hides the name; without one a table answers to its name with or without database and catalog. */
function namedBy(table: ScopeTable, names: readonly string[]): boolean {
  if (table.alias !== undefined) return names.length === 1 && names[0] === table.alias
  const { path } = table
  return path !== undefined && names.every((name, i) => name === path[3 - names.length + i])
}

const ambiguous = (what: string, span: Span): SqlError =>
  new SqlError('AMBIGUOUS', `${what} is ambiguous`, span, { hint: 'name the table it comes from' })

function fieldPath(expr: Expr, path: readonly ast.Identifier[], span: Span): Expr {
  let at = expr
  for (const name of path) at = bindField(at, name, span)
  return at
}

/** `row.name`. */
export function bindField(row: Expr, name: ast.Identifier, span: Span): Expr {
  const { type } = row
  if (type.kind !== 'ROW') {
    throw new SqlError('COLUMN_UNKNOWN', `Column '${name.name}' not found: only a ROW has fields`, name.span)
  }
  const index = type.fields.findIndex(f => f.name === name.name)
  if (index < 0) {
    const hint = didYouMean(
      name.name,
      type.fields.map(f => f.name),
    )
    throw new SqlError('COLUMN_UNKNOWN', `Column '${name.name}' not found in the ROW`, name.span, { hint })
  }
  return fieldAt(row, index, span)
}

/** A field is nullable if it is or the row is. */
export function fieldAt(row: Expr, index: number, span: Span): Expr {
  const field: DataType = (row.type as { readonly fields: Columns }).fields[index]!.type
  return { kind: 'field', input: row, index, type: withNullable(field, field.nullable || row.type.nullable), span }
}
