/** Putting the expressions of a projection in place of the columns that refer to them. */
import { type Expr, mapOperands, someExpr } from '../../expr/expr.ts'

/** The expression with input i replaced by `by[i]`. */
export const substitute = (expr: Expr, by: readonly Expr[]): Expr =>
  expr.kind === 'input' ? by[expr.index]! : mapOperands(expr, operand => substitute(operand, by))

/** True when nothing that costs would be computed more than once, and nothing random more or less than once. */
export function canInline(below: readonly Expr[], above: readonly Expr[]): boolean {
  const uses = below.map(() => 0)
  for (const expr of above) countInputs(expr, uses)
  return below.every((expr, i) => isFree(expr) || (isDeterministic(expr) ? uses[i]! <= 1 : uses[i] === 0))
}

function countInputs(expr: Expr, uses: number[]): void {
  someExpr(expr, e => {
    if (e.kind === 'input') uses[e.index]! += 1
    return false
  })
}

const isFree = (expr: Expr): boolean =>
  expr.kind === 'input' || expr.kind === 'literal' || (expr.kind === 'field' && isFree(expr.input))

export const isDeterministic = (expr: Expr): boolean => !someExpr(expr, e => e.kind === 'call' && !e.function.deterministic)
