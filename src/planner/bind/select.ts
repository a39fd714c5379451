/**
 * SELECT … FROM … WHERE … GROUP BY … HAVING, with the ORDER BY and LIMIT around it.
 *
 *     Project          what ORDER BY needed besides is cut away
 *     +- Sort
 *        +- Project    the select list, then what only ORDER BY needs
 *           +- Filter  HAVING
 *              +- Aggregate
 *                 +- Filter   WHERE
 *                    +- FROM
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import type { Expr } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { distinct, filter, identity, project, uniqueNames } from '../logical/build.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import type { SortKey } from '../physical/plan.ts'
import { DUAL } from './dual.ts'
import type { Environment } from './environment.ts'
import { type ExpressionContext, bindCondition, bindExpression, typed } from './expression.ts'
import { bindFrom } from './from.ts'
import { groupKeys, groupWindow } from './group-by.ts'
import { Grouping } from './grouping.ts'
import { exprKey } from '../logical/expr-key.ts'
import { type OrderAndLimit, ordinalOf, sort, sortKey } from './order.ts'
import { Scope } from './scope.ts'
import { bindSubqueryConditions, bindValueSubqueries } from './subquery.ts'
import type { Relation } from './table.ts'
import { hasAggregate } from './walk.ts'

/** One column of the select list. */
interface Item {
  readonly name: string
  readonly expr: Expr
  readonly span: Span
}

export function bindSelect(node: ast.Select, order: OrderAndLimit, env: Environment): LogicalPlan {
  refuseUnsupported(node)
  const from: Relation = node.from ? bindFrom(node.from, env) : { plan: DUAL, scope: new Scope([]) }
  const { session, parameters } = env
  const values = bindValueSubqueries(expressionsOf(node, order), from.plan, from.scope, env)
  const intercept = (part: ast.Expression): Expr | undefined => values.columns.get(part)
  const context = (place: string): ExpressionContext => ({ scope: from.scope, session, parameters, place, intercept })
  const filtered = node.where === undefined ? values.plan : where(node.where, values.plan, context('WHERE'), env)
  const window = groupWindow(node, filtered, context('GROUP BY'), env)
  const grouping = isGrouped(node, order)
    ? new Grouping(context('SELECT'), groupKeys(node, context('GROUP BY'), window))
    : undefined
  const inSelect: ExpressionContext = { ...context('SELECT'), intercept: grouping?.intercept ?? intercept }
  const items = bindItems(node.items, inSelect, grouping)
  const having = node.having && bindCondition(node.having, { ...inSelect, place: 'HAVING' })
  const keys = order.by.map(item => orderExpr(item, items, inSelect))
  let plan = window?.plan ?? filtered
  if (grouping !== undefined) plan = grouping.build(plan, column => plainNameOf(items, column))
  if (having !== undefined) plan = filter(plan, having)
  return selectAndSort(node, plan, items, keys, order)
}

/** Where a subquery may stand as a value. */
const expressionsOf = (node: ast.Select, order: OrderAndLimit): readonly ast.Expression[] => [
  ...node.items.map(item => item.expression),
  ...(node.where === undefined ? [] : [node.where]),
  ...order.by.map(item => item.expression),
]

function refuseUnsupported(node: ast.Select): void {
  if (node.qualify !== undefined) throw new UnsupportedError('QUALIFY', node.qualify.span)
  const ttl = node.hints.find(h => h.name.name.toUpperCase() === 'STATE_TTL')
  if (ttl !== undefined) throw new UnsupportedError('the hint STATE_TTL', ttl.span)
  if (node.windows.length > 0) throw new UnsupportedError('the WINDOW clause', node.windows[0]!.span)
}

const isGrouped = (node: ast.Select, order: OrderAndLimit): boolean =>
  node.groupBy !== undefined ||
  node.having !== undefined ||
  node.items.some(item => hasAggregate(item.expression)) ||
  order.by.some(item => hasAggregate(item.expression))

function where(condition: ast.Expression, plan: LogicalPlan, context: ExpressionContext, env: Environment): LogicalPlan {
  const { plan: joined, rest } = bindSubqueryConditions(condition, plan, context, env)
  return rest.reduce((below, each) => filter(below, bindCondition(each, context)), joined)
}

// ── the select list ──────────────────────────────────────────────────────────────────────────────

function bindItems(
  nodes: readonly ast.SelectItem[],
  context: ExpressionContext,
  grouping: Grouping | undefined,
): readonly Item[] {
  const items: Item[] = []
  for (const { expression, alias, span } of nodes) {
    if (expression.kind === 'star') {
      if (context.scope.tables.length === 0) throw new SqlError('STAR_MISPLACED', 'SELECT * needs a FROM', span)
      for (const { column, expr } of context.scope.star(expression.qualifier)) {
        const located = { ...expr, span }
        items.push({ name: column.name, expr: grouping ? grouping.overKeys(located) : located, span })
      }
    } else {
      const name = alias?.name ?? impliedName(expression) ?? `EXPR$${items.length}`
      items.push({ name, expr: typed(bindExpression(expression, context)), span })
    }
  }
  return uniqueNames(items)
}

/** A column keeps its name; anything else is EXPR$ and its place. */
function impliedName(node: ast.Expression): string | undefined {
  if (node.kind === 'column') return node.parts.at(-1)!.name
  return node.kind === 'field' ? node.field.name : undefined
}

/** What a column of the aggregation is called in the select list, where it stands there as it is. */
const plainNameOf = (items: readonly Item[], column: number): string | undefined =>
  items.find(({ expr }) => expr.kind === 'input' && expr.index === column)?.name

// ── order ────────────────────────────────────────────────────────────────────────────────────────

/** An ordinal or an alias of the select list, or any expression over the query's input. */
function orderExpr(item: ast.OrderItem, items: readonly Item[], context: ExpressionContext): Expr {
  const ordinal = ordinalOf(item, items.length)
  if (ordinal !== undefined) return items[ordinal]!.expr
  const intercept = (node: ast.Expression): Expr | undefined => {
    const name = node.kind === 'column' && node.parts.length === 1 ? node.parts[0]!.name : undefined
    const selected = name === undefined ? undefined : items.find(i => i.name === name)
    return selected?.expr ?? context.intercept?.(node)
  }
  return bindExpression(item.expression, { ...context, intercept, place: 'ORDER BY' })
}

function selectAndSort(
  node: ast.Select,
  plan: LogicalPlan,
  items: readonly Item[],
  keys: readonly Expr[],
  order: OrderAndLimit,
): LogicalPlan {
  const exprs = items.map(i => i.expr)
  const names = items.map(i => i.name)
  const positions = new Map<string, number>()
  for (const [i, expr] of exprs.entries()) if (!positions.has(exprKey(expr))) positions.set(exprKey(expr), i)
  const by = keys.map((expr, i): SortKey => {
    const key = exprKey(expr)
    const known = positions.get(key)
    if (known !== undefined) return sortKey(known, order.by[i]!)
    if (node.quantifier === 'DISTINCT') {
      const message = 'Expression is not in the select clause, as ORDER BY of a SELECT DISTINCT must be'
      throw new SqlError('ORDER_NOT_SELECTED', message, order.by[i]!.span)
    }
    positions.set(key, exprs.length)
    names.push(`$order${i}`)
    return sortKey(exprs.push(expr) - 1, order.by[i]!)
  })
  let result = project(plan, exprs, names)
  if (node.quantifier === 'DISTINCT') result = distinct(result)
  result = sort(result, by, order)
  if (exprs.length === items.length) return result
  const kept = identity(result.schema).slice(0, items.length)
  return project(result, kept, names.slice(0, items.length))
}
