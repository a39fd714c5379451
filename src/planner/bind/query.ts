/** A whole query: WITH, set operations, VALUES, and the ORDER BY and LIMIT around them. */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { printType, withNullable } from '../../data/type.ts'
import { commonType } from '../../expr/coercion.ts'
import { type Expr, input } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { distinct, identity, join, project, rename } from '../logical/build.ts'
import type { Column, LogicalPlan } from '../logical/plan.ts'
import { allOf, callFunction, castTo, toCommonType } from './call.ts'
import type { Environment } from './environment.ts'
import { bindExpression, typed } from './expression.ts'
import { type OrderAndLimit, orderAndLimit, ordinalOf, sort, sortKey } from './order.ts'
import { Scope } from './scope.ts'
import { bindSelect } from './select.ts'
import { bindTable } from './table.ts'

const unordered: OrderAndLimit = { by: [], offset: 0, limit: undefined }

/** The outermost query: its ORDER BY counts even without a LIMIT. */
export function bindTopQuery(query: ast.Query, env: Environment): LogicalPlan {
  const inside = withCommonTables(query, env)
  return bindOrdered(query.body, orderAndLimit(query, inside), inside)
}

/** A query inside another one: rows of a table have no order, so an ORDER BY without a LIMIT is left out. */
export function bindInnerQuery(query: ast.Query, env: Environment): LogicalPlan {
  const inside = withCommonTables(query, env)
  const order = orderAndLimit(query, inside)
  const means = order.limit !== undefined || order.offset > 0
  return bindOrdered(query.body, means ? order : { ...order, by: [] }, inside)
}

function withCommonTables(query: ast.Query, env: Environment): Environment {
  let inside = env
  for (const { name, columns, query: inner } of query.with) {
    let plan = bindInnerQuery(inner, inside)
    if (columns.length > 0 && columns.length !== plan.schema.length) {
      const message = `'${name.name}' names ${columns.length} columns, but its query has ${plan.schema.length}`
      throw new SqlError('COLUMN_COUNT', message, name.span)
    }
    if (columns.length > 0)
      plan = rename(
        plan,
        columns.map(c => c.name),
      )
    inside = { ...inside, commonTables: new Map([...inside.commonTables, [name.name, plan]]) }
  }
  return inside
}

function bindOrdered(body: ast.QueryBody, order: OrderAndLimit, env: Environment): LogicalPlan {
  if (body.kind === 'select') return bindSelect(body, order, env)
  const plan = bindBody(body, env)
  const { session, parameters } = env
  const context = { scope: Scope.of(plan.schema), session, parameters, place: 'ORDER BY' }
  const by = order.by.map(item => {
    const ordinal = ordinalOf(item, plan.schema.length)
    if (ordinal !== undefined) return sortKey(ordinal, item)
    const expr = bindExpression(item.expression, context)
    if (expr.kind === 'input') return sortKey(expr.index, item)
    throw new UnsupportedError('ORDER BY an expression over a set operation', item.span)
  })
  return sort(plan, by, order)
}

function bindBody(body: ast.QueryBody, env: Environment): LogicalPlan {
  switch (body.kind) {
    case 'select':
      return bindSelect(body, unordered, env)
    case 'values':
      return bindValues(body, env)
    case 'set-operation':
      return bindSetOperation(body, env)
    case 'explicit-table':
      return bindTable(body, env).plan
    case 'query':
      return bindInnerQuery(body, env)
  }
}

// ── VALUES ───────────────────────────────────────────────────────────────────────────────────────

/** All rows have as many values; a column has the type common to its values. */
function bindValues(node: ast.Values, env: Environment): LogicalPlan {
  const { session, parameters } = env
  const context = { scope: new Scope([]), session, parameters, place: 'VALUES' }
  const width = node.rows[0]!.items.length
  const rows = node.rows.map(row => {
    if (row.items.length === width) return row.items.map(item => typed(bindExpression(item, context)))
    throw new SqlError('COLUMN_COUNT', 'Values passed to VALUES operator must have compatible types', row.span, {
      hint: `the first row has ${width} values, this one ${row.items.length}`,
    })
  })
  const columns = Array.from({ length: width }, (_, i) => {
    const common = toCommonType(rows.map(row => row[i]!))
    if (common !== undefined) return common
    throw new SqlError(
      'TYPE_MISMATCH',
      'Values passed to VALUES operator must have compatible types',
      node.rows[0]!.items[i]!.span,
    )
  })
  const schema = columns.map(({ type }, i): Column => ({ name: `EXPR$${i}`, type }))
  return { kind: 'Values', rows: rows.map((_, r) => columns.map(c => c.exprs[r]!)), schema }
}

// ── set operations ───────────────────────────────────────────────────────────────────────────────

function bindSetOperation(node: ast.SetOperation, env: Environment): LogicalPlan {
  const sides = flatten(node).map(side => bindBody(side, env))
  const typed = toSameTypes(sides, node)
  if (node.operator === 'UNION') {
    const all: LogicalPlan = { kind: 'Union', inputs: typed, schema: unionSchema(typed) }
    return node.all ? all : distinct(all)
  }
  if (node.all) throw new UnsupportedError(`${node.operator} ALL`, node.span)
  const [left, right] = typed as [LogicalPlan, LogicalPlan]
  return matchRows(node.operator === 'INTERSECT' ? 'semi' : 'anti', left, right, node.span, env)
}

/** The sides of `a UNION ALL b UNION ALL c`, which is one union of three. */
function flatten(node: ast.SetOperation): readonly ast.QueryBody[] {
  const { left } = node
  const isChain = node.operator === 'UNION' && left.kind === 'set-operation' && left.operator === 'UNION' && left.all === node.all
  return [...(isChain ? flatten(left) : [left]), node.right]
}

/** Distinct rows of the left that are, or are not, on the right; NULL equals NULL here. */
function matchRows(joinType: 'semi' | 'anti', left: LogicalPlan, right: LogicalPlan, span: Span, env: Environment): LogicalPlan {
  const shift = left.schema.length
  const same = left.schema.map((c, i) =>
    callFunction(
      'IS NOT DISTINCT FROM',
      [input(i, c.type, span), input(shift + i, right.schema[i]!.type, span)],
      span,
      env.session,
    ),
  )
  return distinct(join(joinType, left, right, allOf(same, span)))
}

function toSameTypes(sides: readonly LogicalPlan[], node: ast.SetOperation): readonly LogicalPlan[] {
  const [first] = sides
  const title = `${node.operator}${node.all ? ' ALL' : ''}`
  if (sides.some(side => side.schema.length !== first!.schema.length)) {
    throw new SqlError('COLUMN_COUNT', `Column count mismatch in ${title}`, node.span)
  }
  const types = first!.schema.map((_, i) => {
    const common = commonType(sides.map(side => side.schema[i]!.type))
    if (common !== undefined) return common
    const shown = sides.map(side => printType(withNullable(side.schema[i]!.type, true))).join(' and ')
    throw new SqlError('TYPE_MISMATCH', `Type mismatch in column ${i + 1} of ${title}`, node.span, {
      hint: `they are ${shown}`,
    })
  })
  const names = first!.schema.map(c => c.name)
  return sides.map(side => {
    const exprs = identity(side.schema).map((e, i): Expr => castTo(e, types[i]!))
    return exprs.every(e => e.kind === 'input') ? rename(side, names) : project(side, exprs, names)
  })
}

/** A time attribute where all sides have one. */
function unionSchema(sides: readonly LogicalPlan[]): readonly Column[] {
  return sides[0]!.schema.map(({ name, time }, i): Column => {
    const columns = sides.map(side => side.schema[i]!)
    const type = withNullable(
      columns[0]!.type,
      columns.some(c => c.type.nullable),
    )
    return time !== undefined && columns.every(c => c.time === time) ? { name, type, time } : { name, type }
  })
}
