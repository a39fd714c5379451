/** CAST and TRY_CAST as written: is it allowed, and may the result be NULL? */
import { SqlError } from '../../base/errors.ts'
import { withNullable } from '../../data/type.ts'
import { castability } from '../../expr/cast.ts'
import { type Expr, literal } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { sameValues, typeText } from './call.ts'
import { bindType } from './type.ts'

export function bindCast(node: ast.Cast, operand: Expr): Expr {
  const target = bindType(node.type)
  const type = withNullable(target, operand.type.nullable || node.safe)
  if (operand.kind === 'literal' && operand.value === null) return literal(null, withNullable(target, true), node.span)
  if (castability(operand.type, target) === 'never') {
    const [from, to] = [operand.type, target].map(typeText)
    throw new SqlError('CAST_INVALID', `Cast function cannot convert value of type ${from} to type ${to}`, node.span)
  }
  if (sameValues(operand.type, type) && (!node.safe || operand.type.nullable)) return { ...operand, span: node.span }
  return { kind: 'cast', input: operand, safe: node.safe, type, span: node.span }
}
