/** Calls that are CASE in other words: they compute only the argument they need. */
import type { Span } from '../../base/span.ts'
import type { Expr } from '../../expr/expr.ts'

export function conditionalCall(_name: string, _args: readonly Expr[], _span: Span): Expr | undefined {
  return undefined
}
