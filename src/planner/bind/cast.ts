/** CAST and TRY_CAST as written: is it allowed, and may the result be NULL? */
import { withNullable } from '../../data/type.ts'
import type { Expr } from '../../expr/expr.ts'
import { literal } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { sameValues } from './call.ts'
import { bindType } from './type.ts'

export function bindCast(node: ast.Cast, operand: Expr): Expr {
  const target = bindType(node.type)
  const type = withNullable(target, operand.type.nullable || node.safe)
  if (operand.kind === 'literal' && operand.value === null) return literal(null, withNullable(target, true), node.span)
  if (sameValues(operand.type, type)) return { ...operand, span: node.span }
  return { kind: 'cast', input: operand, safe: node.safe, type, span: node.span }
}
