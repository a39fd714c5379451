/**
 * Random queries as trees: what stands in them, how they are written, and the same with one part less.
 * A smaller query need not be a valid one: whoever makes a failing query smaller asks whether it still fails alike.
 */
import { without, withSmaller } from './choice.ts'
import { type Dialect, type Expr, renderExpr, smallerExpr } from './expressions.ts'
import type { Family } from './tables.ts'

export type Query = Select | Union

export interface Select {
  readonly kind: 'select'
  readonly ctes: readonly { readonly name: string; readonly query: Query }[]
  readonly distinct: boolean
  readonly items: readonly Item[]
  readonly from: Relation
  readonly where: readonly Expr[]
  readonly grouping: Grouping | undefined
  readonly having: readonly Expr[]
  readonly order: Order | undefined
}

export interface Union {
  readonly kind: 'union'
  readonly inputs: readonly Select[]
}

export interface Item {
  readonly name: string
  readonly expr: Expr
}

export interface Grouping {
  readonly kind: 'plain' | 'rollup'
  readonly by: readonly Expr[]
}

/** By all columns, so that which rows are first is certain. */
export interface Order {
  readonly descending: readonly boolean[]
  readonly nullsFirst: boolean | undefined
  readonly limit: number
  readonly offset: number
}

export type Relation =
  | { readonly kind: 'table'; readonly name: string; readonly alias: string }
  | { readonly kind: 'derived'; readonly query: Query; readonly alias: string }
  | { readonly kind: 'values'; readonly rows: readonly string[]; readonly alias: string }
  /** `TUMBLE(TABLE t, DESCRIPTOR(ts), …)` with its parts; DuckDB has none. */
  | { readonly kind: 'window'; readonly table: string; readonly call: string; readonly alias: string }
  | {
      readonly kind: 'join'
      readonly type: string
      readonly left: Relation
      readonly right: Relation
      readonly on: readonly Expr[]
    }

export const leaf = (family: Family, sql: string): Expr => ({ kind: 'leaf', family, sql })

export function renderQuery(query: Query, dialect: Dialect = 'flink'): string {
  if (query.kind === 'union') return query.inputs.map(input => `(${renderQuery(input, dialect)})`).join(' UNION ALL ')
  const text = (expr: Expr) => renderExpr(expr, dialect)
  const all = (list: readonly Expr[]) => list.map(expr => `(${text(expr)})`).join(' AND ')
  const parts: string[] = []
  if (query.ctes.length > 0)
    parts.push(`WITH ${query.ctes.map(c => `${c.name} AS (${renderQuery(c.query, dialect)})`).join(', ')}`)
  parts.push(
    `SELECT ${query.distinct ? 'DISTINCT ' : ''}${query.items.map(item => `${text(item.expr)} AS ${item.name}`).join(', ')}`,
  )
  parts.push(`FROM ${renderRelation(query.from, dialect)}`)
  if (query.where.length > 0) parts.push(`WHERE ${all(query.where)}`)
  if (query.grouping !== undefined && query.grouping.by.length > 0) {
    const by = query.grouping.by.map(text).join(', ')
    parts.push(`GROUP BY ${query.grouping.kind === 'rollup' ? `ROLLUP (${by})` : by}`)
  }
  if (query.having.length > 0) parts.push(`HAVING ${all(query.having)}`)
  if (query.order !== undefined) parts.push(renderOrder(query, query.order, dialect))
  return parts.join(' ')
}

function renderOrder(query: Select, order: Order, dialect: Dialect): string {
  const keys = query.items.map((item, i) => {
    const descending = order.descending[i] ?? false
    // Flink takes NULL for the smallest value.
    const nullsFirst = order.nullsFirst ?? (dialect === 'duck' ? !descending : undefined)
    const nulls = nullsFirst === undefined ? '' : ` NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`
    return `${item.name}${descending ? ' DESC' : ''}${nulls}`
  })
  return `ORDER BY ${keys.join(', ')} LIMIT ${order.limit}${order.offset > 0 ? ` OFFSET ${order.offset}` : ''}`
}

function renderRelation(relation: Relation, dialect: Dialect): string {
  switch (relation.kind) {
    case 'table':
      return `${relation.name} AS ${relation.alias}`
    case 'derived':
      return `(${renderQuery(relation.query, dialect)}) AS ${relation.alias}`
    case 'values':
      return `(VALUES ${relation.rows.join(', ')}) AS ${relation.alias} (x0, x1)`
    case 'window':
      return `TABLE(${relation.call}) AS ${relation.alias}`
    case 'join': {
      const on = relation.on.map(expr => `(${renderExpr(expr, dialect)})`).join(' AND ')
      return `${renderRelation(relation.left, dialect)} ${relation.type} ${renderRelation(relation.right, dialect)} ON ${on}`
    }
  }
}

/** The query with one part less, the big parts first. */
export function* smallerQuery(query: Query): Generator<Query> {
  if (query.kind === 'union') {
    yield* query.inputs
    for (const inputs of withSmaller(query.inputs, selects)) yield { ...query, inputs }
    return
  }
  for (const relation of innerQueries(query.from)) yield relation
  for (const cte of query.ctes) yield cte.query
  for (const from of smallerRelation(query.from)) yield { ...query, from }
  if (query.order !== undefined) yield { ...query, order: undefined }
  if (query.distinct) yield { ...query, distinct: false }
  for (const where of without(query.where, true)) yield { ...query, where }
  for (const having of without(query.having, true)) yield { ...query, having }
  for (const items of without(query.items)) yield { ...query, items }
  if (query.grouping !== undefined) {
    if (query.grouping.kind === 'rollup') yield { ...query, grouping: { ...query.grouping, kind: 'plain' } }
    for (const by of without(query.grouping.by, true)) yield { ...query, grouping: { ...query.grouping, by } }
  }
  for (const ctes of without(query.ctes, true)) yield { ...query, ctes }
  for (const ctes of withSmaller(query.ctes, cte => mapped(smallerQuery(cte.query), inner => ({ ...cte, query: inner }))))
    yield { ...query, ctes }
  for (const where of withSmaller(query.where, smallerExpr)) yield { ...query, where }
  for (const having of withSmaller(query.having, smallerExpr)) yield { ...query, having }
  for (const items of withSmaller(query.items, item => mapped(smallerExpr(item.expr), expr => ({ ...item, expr }))))
    yield { ...query, items }
}

function* selects(query: Select): Generator<Select> {
  for (const smaller of smallerQuery(query)) if (smaller.kind === 'select') yield smaller
}

function* innerQueries(relation: Relation): Generator<Query> {
  if (relation.kind === 'derived') yield relation.query
  if (relation.kind === 'join') {
    yield* innerQueries(relation.left)
    yield* innerQueries(relation.right)
  }
}

function* smallerRelation(relation: Relation): Generator<Relation> {
  if (relation.kind === 'join') {
    yield relation.left
    yield relation.right
    for (const on of without(relation.on)) yield { ...relation, on }
    for (const on of withSmaller(relation.on, smallerExpr)) yield { ...relation, on }
    for (const left of smallerRelation(relation.left)) yield { ...relation, left }
    for (const right of smallerRelation(relation.right)) yield { ...relation, right }
  } else if (relation.kind === 'derived') {
    for (const query of smallerQuery(relation.query)) yield { ...relation, query }
  } else if (relation.kind === 'window') {
    yield { kind: 'table', name: relation.table, alias: relation.alias }
  } else if (relation.kind === 'values') {
    for (const rows of without(relation.rows)) yield { ...relation, rows }
  }
}

function* mapped<A, B>(list: Iterable<A>, f: (item: A) => B): Generator<B> {
  for (const item of list) yield f(item)
}
