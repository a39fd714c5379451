/** Values that are known before the query runs. */
import { MillraceError } from '../../base/errors.ts'
import type { Value } from '../../data/value.ts'
import { evaluateConstant, isConstant } from '../../expr/evaluate.ts'
import type { Expr } from '../../expr/expr.ts'
import type { SessionFacts } from '../../expr/function.ts'

/** The value of a constant expression; undefined when it is none, or fails to compute: the job then fails, if it comes that far. */
export function constantValue(expr: Expr, session: SessionFacts): Value | undefined {
  if (expr.kind === 'literal') return expr.value
  if (!isConstant(expr)) return undefined
  try {
    return evaluateConstant(expr, session)
  } catch (error) {
    if (error instanceof MillraceError && error.kind === 'user') return undefined
    throw error
  }
}
