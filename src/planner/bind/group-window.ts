/**
 * The windows of GROUP BY that Flink had before window table functions: the same windows, written as a key.
 *
 *     SELECT k, TUMBLE_START(ts, INTERVAL '1' HOUR), COUNT(*) FROM t GROUP BY k, TUMBLE(ts, INTERVAL '1' HOUR)
 *     SELECT k, window_start, COUNT(*) FROM TABLE(TUMBLE(TABLE t, …)) GROUP BY k, window_start, window_end
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { isTimestamp } from '../../data/type.ts'
import { type Expr, input } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import type { WindowSpec } from '../physical/plan.ts'
import { constantValue } from './constant.ts'
import type { Environment } from './environment.ts'
import { type ExpressionContext, bindExpression } from './expression.ts'
import { callName } from './group-names.ts'
import { windowTable } from './window-table.ts'

/** The rows with their windows, and what the window's bounds are among its columns. */
export interface GroupWindow {
  readonly plan: LogicalPlan
  /** window_start, window_end, window_time. */
  readonly bounds: readonly [Expr, Expr, Expr]
}

export function bindGroupWindow(node: ast.Call, plan: LogicalPlan, context: ExpressionContext, env: Environment): GroupWindow {
  const name = callName(node)!
  if (name === 'SESSION') throw new UnsupportedError('a SESSION window', node.span)
  const [time, ...sizes] = node.args as readonly ast.Expression[]
  const column = time === undefined ? undefined : bindExpression(time, context)
  if (column?.kind !== 'input' || !isTimestamp(column.type)) {
    throw new SqlError('WINDOW_TIME', 'Window aggregate can only be defined over a time attribute column.', node.span)
  }
  const [first, second] = sizes.map(size => intervalMs(size, context))
  if (first === undefined || sizes.length !== (name === 'HOP' ? 2 : 1)) {
    const hint = name === 'HOP' ? 'HOP(time, slide, size)' : 'TUMBLE(time, size)'
    throw new SqlError('WINDOW_INVALID', `Invalid number of arguments to function '${name}'`, node.span, { hint })
  }
  const spec: WindowSpec =
    name === 'HOP'
      ? { kind: 'hop', slideMs: first, sizeMs: second!, offsetMs: 0 }
      : { kind: 'tumble', sizeMs: first, offsetMs: 0 }
  const windowed = windowTable(plan, spec, column.index, env.session.zone)
  const at = (index: number): Expr =>
    input(plan.schema.length + index, windowed.schema[plan.schema.length + index]!.type, node.span)
  return { plan: windowed, bounds: [at(0), at(1), at(2)] }
}

function intervalMs(node: ast.Expression, context: ExpressionContext): number {
  const expr = bindExpression(node, context)
  const value = constantValue(expr, context.session)
  if (expr.type.kind === 'INTERVAL_DAY_TIME' && typeof value === 'bigint' && value > 0n) return Number(value)
  throw new SqlError('WINDOW_INVALID', 'the size of a window is an interval of days to seconds', node.span)
}
