/** Values that are known before the query runs. */
import type { Value } from '../../data/value.ts'
import { type Expr, someExpr } from '../../expr/expr.ts'
import type { SessionFacts } from '../../expr/function.ts'

/** True when the expression gives the same value for every row and every run. */
export const isConstant = (expr: Expr): boolean =>
  !someExpr(expr, e => e.kind === 'input' || (e.kind === 'call' && !e.function.deterministic))

/** The value of a constant expression; undefined when it is none, or fails to compute. */
export function constantValue(expr: Expr, _session: SessionFacts): Value | undefined {
  return expr.kind === 'literal' ? expr.value : undefined
}
