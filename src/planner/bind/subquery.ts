/**
 * Queries inside conditions and values, as joins.
 *
 *     WHERE a IN (SELECT b FROM t)                 SemiJoin(a = b)
 *     WHERE NOT EXISTS (SELECT * FROM t WHERE b = a)   AntiJoin(b = a)
 *     SELECT a, (SELECT MAX(b) FROM t) FROM s      LeftJoin(true) with the one row of the subquery
 *
 * IN and EXISTS stand as whole conditions of an AND. They may name columns of the query around them in their own WHERE.
 * Not supported yet: below OR or in a select list, a correlated value, NOT IN over what may be NULL.
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { withNullable } from '../../data/type.ts'
import { findAggregate } from '../../expr/aggregates.ts'
import { type Expr, input, inputsOf } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { aggregate, filter, join } from '../logical/build.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import { allOf, callFunction } from './call.ts'
import type { Environment } from './environment.ts'
import { type ExpressionContext, bindCondition, bindExpression } from './expression.ts'
import { bindFrom } from './from.ts'
import { NestedScope, type Scope } from './scope.ts'
import { hasAggregate, nodesIn } from './walk.ts'

// ── conditions ───────────────────────────────────────────────────────────────────────────────────

export interface JoinedConditions {
  readonly plan: LogicalPlan
  readonly rest: readonly ast.Expression[]
}

/** Semi and anti joins for the conditions that are subqueries; the others are left to the caller. */
export function bindSubqueryConditions(
  condition: ast.Expression,
  plan: LogicalPlan,
  context: ExpressionContext,
  env: Environment,
): JoinedConditions {
  const parts = conditionsOf(condition)
  if (!parts.some(isSubquery)) return { plan, rest: [condition] }
  const rest = parts.filter(part => !isSubquery(part))
  const joined = parts.filter(isSubquery).reduce((below, part) => joinSubquery(part, below, context, env), plan)
  return { plan: joined, rest }
}

const conditionsOf = (node: ast.Expression): readonly ast.Expression[] =>
  node.kind === 'logical' && node.operator === 'AND' ? node.operands : [node]

const isSubquery = (node: ast.Expression): boolean =>
  node.kind === 'in-query' ||
  node.kind === 'exists' ||
  (node.kind === 'unary' && node.operator === 'NOT' && isSubquery(node.operand))

function joinSubquery(node: ast.Expression, plan: LogicalPlan, context: ExpressionContext, env: Environment): LogicalPlan {
  let at = node
  let negated = false
  while (at.kind === 'unary') {
    negated = !negated
    at = at.operand
  }
  if (at.kind !== 'exists' && at.kind !== 'in-query') throw new UnsupportedError('such a subquery', at.span)
  const anti = negated !== (at.kind === 'in-query' && at.negated)
  const inner = bindInner(at, context, env)
  const equal = at.kind === 'exists' ? [] : equalities(at, plan, inner, anti, context, env)
  const conditions = [...inner.conditions, ...equal]
  const on = conditions.length === 0 ? undefined : allOf(conditions, at.span)
  return join(anti ? 'anti' : 'semi', plan, inner.plan, on)
}

function equalities(
  { operand, span }: ast.InQuery,
  plan: LogicalPlan,
  inner: Inner,
  anti: boolean,
  context: ExpressionContext,
  env: Environment,
): readonly Expr[] {
  const values = operand.kind === 'row' ? operand.items : [operand]
  const shift = plan.schema.length
  const results = inner.results ?? inner.plan.schema.map((c, i): Expr => input(shift + i, c.type, span))
  if (values.length !== results.length) {
    throw new SqlError('COLUMN_COUNT', 'Values passed to IN operator must have compatible types', span)
  }
  return values.map((value, i): Expr => {
    const args = [bindExpression(value, context), results[i]!]
    if (anti && args.some(arg => arg.type.nullable)) throw new UnsupportedError('NOT IN over values that may be NULL', span)
    return callFunction('=', args, span, env.session)
  })
}

interface Inner {
  readonly plan: LogicalPlan
  /** Over the columns of both queries, the outer ones first. */
  readonly conditions: readonly Expr[]
  /** What IN compares with, over both; undefined: the plan's columns. */
  readonly results: readonly Expr[] | undefined
}

/** The subquery by itself; if that fails for a name that the query around it knows, its WHERE becomes the join's condition. */
function bindInner(node: ast.Exists | ast.InQuery, context: ExpressionContext, env: Environment): Inner {
  try {
    return { plan: env.bindQuery(node.query, env), conditions: [], results: undefined }
  } catch (error) {
    if (!(error instanceof SqlError) || !isOuterName(error, context.scope, env)) throw error
    const select = node.query.body
    if (select.kind !== 'select' || !isPlain(node.query, select)) {
      throw new UnsupportedError('a subquery that names columns of the query around it', error.span)
    }
    return bindCorrelated(node, select, context, env)
  }
}

function isOuterName(error: SqlError, outer: Scope, env: Environment): boolean {
  if (error.span === undefined || (error.code !== 'COLUMN_UNKNOWN' && error.code !== 'TABLE_UNKNOWN')) return false
  const name = env.text.slice(error.span.start, error.span.end).replaceAll('`', '')
  return outer.tables.some(t => t.alias === name || t.path?.[2] === name || t.columns.some(c => c.name === name))
}

/** Rows of FROM that pass WHERE, and nothing that would make others of them. */
const isPlain = (query: ast.Query, select: ast.Select): boolean =>
  query.with.length === 0 &&
  query.limit === undefined &&
  query.offset === undefined &&
  select.from !== undefined &&
  select.groupBy === undefined &&
  select.having === undefined &&
  select.qualify === undefined &&
  !select.items.some(item => hasAggregate(item.expression))

function bindCorrelated(
  node: ast.Exists | ast.InQuery,
  select: ast.Select,
  { scope: outer }: ExpressionContext,
  env: Environment,
): Inner {
  const from = bindFrom(select.from!, env)
  const { session, parameters } = env
  const own: ExpressionContext = { scope: from.scope, session, parameters, place: 'WHERE' }
  const both: ExpressionContext = { ...own, scope: new NestedScope(outer, from.scope) }
  const shift = outer.columns.length
  const conditions: Expr[] = []
  let { plan } = from
  for (const part of select.where === undefined ? [] : conditionsOf(select.where)) {
    if (isSubquery(part)) {
      plan = joinSubquery(part, plan, own, env)
      continue
    }
    const bound = bindCondition(part, both)
    if ([...inputsOf(bound)].some(i => i < shift)) conditions.push(bound)
    else plan = filter(plan, bindCondition(part, own))
  }
  if (node.kind === 'exists') return { plan, conditions, results: undefined }
  return { plan, conditions, results: select.items.map(item => bindExpression(item.expression, both)) }
}

// ── values ───────────────────────────────────────────────────────────────────────────────────────

export interface ValueSubqueries {
  readonly plan: LogicalPlan
  /** The column each subquery became. */
  readonly columns: ReadonlyMap<ast.Expression, Expr>
}

/** Joins the one row of each `(SELECT …)` among the expressions; NULL where it has none, an error where it has more. */
export function bindValueSubqueries(
  nodes: readonly ast.Expression[],
  plan: LogicalPlan,
  outer: Scope,
  env: Environment,
): ValueSubqueries {
  const columns = new Map<ast.Expression, Expr>()
  let joined = plan
  for (const node of nodes.flatMap(n => nodesIn(n, 'subquery') as readonly ast.Subquery[])) {
    const inner = uncorrelated(node.query, outer, env)
    if (inner.schema.length !== 1) throw new SqlError('COLUMN_COUNT', 'a subquery as a value has one column', node.span)
    const one = isOneRow(inner) ? inner : singleValue(inner)
    const { type } = one.schema[0]!
    columns.set(node, input(joined.schema.length, withNullable(type, true), node.span))
    joined = join('left', joined, one, undefined)
  }
  return { plan: joined, columns }
}

function uncorrelated(query: ast.Query, outer: Scope, env: Environment): LogicalPlan {
  try {
    return env.bindQuery(query, env)
  } catch (error) {
    if (!(error instanceof SqlError) || !isOuterName(error, outer, env)) throw error
    throw new UnsupportedError('a subquery that names columns of the query around it', error.span)
  }
}

/** A global aggregation has one row. */
function isOneRow(plan: LogicalPlan): boolean {
  if (plan.kind === 'Project') return isOneRow(plan.input)
  return (plan.kind === 'Aggregate' && plan.groupBy.length === 0) || (plan.kind === 'Values' && plan.rows.length === 1)
}

function singleValue(plan: LogicalPlan): LogicalPlan {
  const { name, type } = plan.schema[0]!
  const call = { args: [0], distinct: false, filter: undefined, ignoreNulls: false, name, type: withNullable(type, true) }
  return aggregate(plan, [], [{ ...call, function: findAggregate('SINGLE_VALUE')! }])
}
