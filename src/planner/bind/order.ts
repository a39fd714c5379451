/** ORDER BY, LIMIT and OFFSET of one query. NULL is the lowest value unless NULLS FIRST or LAST says otherwise. */
import { SqlError } from '../../base/errors.ts'
import type * as ast from '../../sql/ast.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import type { SortKey } from '../physical/plan.ts'
import { constantValue } from './constant.ts'
import type { Environment } from './environment.ts'
import { bindExpression } from './expression.ts'
import { Scope } from './scope.ts'

export interface OrderAndLimit {
  readonly by: readonly ast.OrderItem[]
  readonly offset: number
  readonly limit: number | undefined
}

export function orderAndLimit(query: ast.Query, env: Environment): OrderAndLimit {
  return {
    by: query.orderBy,
    offset: query.offset === undefined ? 0 : rowCount(query.offset, 'OFFSET', env),
    limit: query.limit && rowCount(query.limit, 'LIMIT', env),
  }
}

function rowCount(node: ast.Expression, clause: string, env: Environment): number {
  const { session, parameters } = env
  const expr = bindExpression(node, { scope: new Scope([]), session, parameters, place: clause })
  const value = constantValue(expr, session)
  const count = typeof value === 'bigint' ? Number(value) : value
  if (typeof count === 'number' && Number.isInteger(count) && count >= 0) return count
  throw new SqlError('LIMIT_INVALID', `${clause} takes a whole number that is not negative`, node.span)
}

/** The position that `ORDER BY 2` means; undefined where the item is no number. */
export function ordinalOf(item: ast.OrderItem, columns: number): number | undefined {
  const { expression } = item
  if (expression.kind !== 'number' || !/^\d+$/.test(expression.text)) return undefined
  const ordinal = Number(expression.text)
  if (ordinal >= 1 && ordinal <= columns) return ordinal - 1
  throw new SqlError('ORDINAL', 'Ordinal out of range', expression.span, { hint: `there are ${columns} columns` })
}

export function sortKey(column: number, item: ast.OrderItem): SortKey {
  const descending = item.direction === 'DESC'
  return { column, descending, nullsFirst: item.nulls === undefined ? !descending : item.nulls === 'FIRST' }
}

export function sort(plan: LogicalPlan, by: readonly SortKey[], { offset, limit }: OrderAndLimit): LogicalPlan {
  if (by.length === 0 && limit === undefined && offset === 0) return plan
  const first = new Set<number>()
  const keys = by.filter(key => !first.has(key.column) && first.add(key.column))
  return { kind: 'Sort', input: plan, by: keys, offset, limit, schema: plan.schema }
}
