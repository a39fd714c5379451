/**
 * Conditions of WHERE that ask another query: semi and anti joins.
 *
 *     WHERE a IN (SELECT b FROM t)          SemiJoin(a = b)
 *     WHERE NOT EXISTS (SELECT * FROM t)    AntiJoin()
 *
 * Only as a whole condition of an AND; inside OR or a select list it is not supported yet. Neither is a subquery that
 * names a column of the query around it, nor NOT IN over columns that may be NULL.
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { type Expr, input } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { join } from '../logical/build.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import { allOf, callFunction } from './call.ts'
import type { Environment } from './environment.ts'
import { type ExpressionContext, bindExpression } from './expression.ts'

export interface JoinedConditions {
  readonly plan: LogicalPlan
  readonly rest: readonly ast.Expression[]
}

export function bindSubqueryConditions(
  condition: ast.Expression,
  plan: LogicalPlan,
  context: ExpressionContext,
  env: Environment,
): JoinedConditions {
  const parts = condition.kind === 'logical' && condition.operator === 'AND' ? condition.operands : [condition]
  if (!parts.some(isSubquery)) return { plan, rest: [condition] }
  let joined = plan
  const rest: ast.Expression[] = []
  for (const part of parts) {
    if (isSubquery(part)) joined = joinSubquery(part, joined, context, env)
    else rest.push(part)
  }
  return { plan: joined, rest }
}

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
  if (at.kind === 'exists') {
    return join(negated ? 'anti' : 'semi', plan, inner(at.query, context, env), undefined)
  }
  const { operand, query, negated: notIn, span } = at as ast.InQuery
  const anti = negated !== notIn
  const right = inner(query, context, env)
  const values = operand.kind === 'row' ? operand.items : [operand]
  if (values.length !== right.schema.length) {
    throw new SqlError('COLUMN_COUNT', 'Values passed to IN operator must have compatible types', span)
  }
  const shift = plan.schema.length
  const equal = values.map((value, i): Expr => {
    const args = [bindExpression(value, context), input(shift + i, right.schema[i]!.type, span)]
    if (anti && args.some(arg => arg.type.nullable)) throw new UnsupportedError('NOT IN over values that may be NULL', span)
    return callFunction('=', args, span, env.session)
  })
  return join(anti ? 'anti' : 'semi', plan, right, allOf(equal, span))
}

/** The subquery by itself. A name it does not know but the query around it does is a correlation. */
function inner(query: ast.Query, context: ExpressionContext, env: Environment): LogicalPlan {
  try {
    return env.bindQuery(query, env)
  } catch (error) {
    if (!(error instanceof SqlError) || !['COLUMN_UNKNOWN', 'TABLE_UNKNOWN'].includes(error.code)) throw error
    const name = error.span && env.text.slice(error.span.start, error.span.end)
    const outer = context.scope.tables.some(t => t.alias === name || t.path?.[2] === name || t.columns.some(c => c.name === name))
    if (outer) throw new UnsupportedError('a subquery that names columns of the query around it', error.span)
    throw error
  }
}
