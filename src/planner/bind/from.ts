/** FROM: tables, derived tables, window functions and joins, as one plan and the scope its columns are named in. */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { desugarConditional } from '../../expr/desugar.ts'
import { type Expr, input } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { join } from '../logical/build.ts'
import type { JoinType, LogicalPlan } from '../logical/plan.ts'
import { allOf, callFunction } from './call.ts'
import type { Environment } from './environment.ts'
import { bindCondition } from './expression.ts'
import { type MergedColumn, Scope } from './scope.ts'
import { type Relation, aliased, bindTable } from './table.ts'
import { bindWindowTable } from './window-table.ts'

export function bindFrom(node: ast.TableReference, env: Environment): Relation {
  switch (node.kind) {
    case 'table':
      return bindTable(node, env)
    case 'derived-table':
      if (node.lateral) throw new UnsupportedError('LATERAL', node.span)
      return aliased(env.bindQuery(node.query, env), node.alias)
    case 'table-function':
      return bindTableFunction(node, env)
    case 'join':
      return bindJoin(node, env)
    case 'unnest':
      throw new UnsupportedError('UNNEST', node.span)
    case 'match-recognize':
      throw new UnsupportedError('MATCH_RECOGNIZE', node.span)
  }
}

function bindTableFunction(node: ast.TableFunction, env: Environment): Relation {
  if (node.lateral) throw new UnsupportedError('LATERAL TABLE', node.span)
  return aliased(
    bindWindowTable(node.call, env, data => bindData(data, env)),
    node.alias,
  )
}

/** The table a window function reads: a name, a query, or another window function. */
function bindData(node: ast.Name | ast.Query | ast.Call, env: Environment): LogicalPlan {
  if (node.kind === 'query') return env.bindQuery(node, env)
  if (node.kind === 'call') return bindWindowTable(node, env, data => bindData(data, env))
  return bindTable({ kind: 'explicit-table', name: node, span: node.span }, env).plan
}

const joinTypes: Readonly<Record<ast.Join['type'], JoinType>> = {
  INNER: 'inner',
  LEFT: 'left',
  RIGHT: 'right',
  FULL: 'full',
  CROSS: 'inner',
  COMMA: 'inner',
}

function bindJoin(node: ast.Join, env: Environment): Relation {
  const left = bindFrom(node.left, env)
  const right = bindFrom(node.right, env)
  refuseSameAlias(left.scope, right.scope, node.span)
  const both = left.scope.join(right.scope)
  const joinType = joinTypes[node.type]
  if (node.natural || node.condition?.kind === 'using') return joinUsing(node, joinType, left, right, env)
  const { session, parameters } = env
  const on = node.condition && bindCondition(node.condition.condition, { scope: both, session, parameters, place: 'JOIN … ON' })
  if (on === undefined && node.type !== 'CROSS' && node.type !== 'COMMA') {
    throw new SqlError('JOIN_CONDITION', `a ${node.type} join needs a condition`, node.span, { hint: 'write ON … or USING (…)' })
  }
  const plan = join(joinType, left.plan, right.plan, on)
  return { plan, scope: retype(both, plan) }
}

/** USING (a, b) and NATURAL: equal columns of the same name, shown once. */
function joinUsing(node: ast.Join, joinType: JoinType, left: Relation, right: Relation, env: Environment): Relation {
  const [l, r] = [left.scope, right.scope]
  const shift = l.columns.length
  const names =
    node.condition?.kind === 'using'
      ? node.condition.columns
      : l.columns
          .filter(c => r.columns.some(o => o.name === c.name))
          .map(({ name }): ast.Identifier => ({ kind: 'identifier', name, quoted: false, span: node.span }))
  const pairs = names.map(name => ({ name, left: columnIn(l, name), right: columnIn(r, name) + shift }))
  const both = l.join(r)
  const at = (index: number, span: Span): Expr => input(index, both.columns[index]!.type, span)
  const equal = pairs.map(p => callFunction('=', [at(p.left, p.name.span), at(p.right, p.name.span)], p.name.span, env.session))
  const plan = join(joinType, left.plan, right.plan, equal.length === 0 ? undefined : allOf(equal, node.span))
  const typed = retype(both, plan)
  const merged = pairs.map((p): MergedColumn => {
    const [a, b] = [
      input(p.left, plan.schema[p.left]!.type, p.name.span),
      input(p.right, plan.schema[p.right]!.type, p.name.span),
    ]
    const expr = joinType === 'full' ? desugarConditional('COALESCE', [a, b], p.name.span)! : joinType === 'right' ? b : a
    return { name: p.name.name, expr, sources: [p.left, p.right] }
  })
  const mergedNames = new Set(merged.map(m => m.name))
  return { plan, scope: new Scope(typed.tables, [...merged, ...typed.merged.filter(m => !mergedNames.has(m.name))]) }
}

function columnIn(scope: Scope, name: ast.Identifier): number {
  const found = scope.get([name], name.span)
  if (found.kind === 'input') return found.index
  throw new UnsupportedError(`USING a column that is merged from both sides of a full join`, name.span)
}

/** The scope's tables with the columns as the join has them: nullable where padded, no time attributes. */
function retype(scope: Scope, plan: LogicalPlan): Scope {
  const tables = scope.tables.map(t => ({
    ...t,
    columns: t.columns.map(({ name }, i) => ({ name, type: plan.schema[t.start + i]!.type })),
  }))
  const merged = scope.merged.map(m => ({
    ...m,
    expr: m.expr.kind === 'input' ? input(m.expr.index, plan.schema[m.expr.index]!.type, m.expr.span) : m.expr,
  }))
  return new Scope(tables, merged)
}

function refuseSameAlias(left: Scope, right: Scope, span: Span): void {
  const names = new Set(left.tables.flatMap(t => t.alias ?? []))
  const twice = right.tables.find(t => t.alias !== undefined && names.has(t.alias))
  if (twice === undefined) return
  throw new SqlError('AMBIGUOUS', `Duplicate relation name '${twice.alias}' in FROM clause`, span, {
    hint: 'give one of them another alias',
  })
}
