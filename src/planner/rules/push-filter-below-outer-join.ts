/**
 * A condition above an outer or semi join that only looks at the side whose rows all come out goes to that side.
 *
 *     Filter(a.x > 1)                   Join(left, a.id = b.id)
 *     +- Join(left, a.id = b.id)   →    :- Filter(x > 1)
 *        :- a                           :  +- a
 *        +- b                           +- b
 */
import { type Expr, conjuncts, inputsOf, remapInputs } from '../../expr/expr.ts'
import { allOf } from '../bind/call.ts'
import { isDeterministic } from './inline.ts'
import type { Rule } from './rule.ts'

export const pushFilterBelowOuterJoin: Rule = {
  name: 'push-filter-below-outer-join',
  apply(plan) {
    if (plan.kind !== 'Filter' || plan.input.kind !== 'Join') return undefined
    const join = plan.input
    const width = join.left.schema.length
    const keepsLeft = join.joinType === 'left' || join.joinType === 'semi' || join.joinType === 'anti'
    if (!keepsLeft && join.joinType !== 'right') return undefined
    const parts = conjuncts(plan.condition)
    const isPushed = (part: Expr): boolean =>
      isDeterministic(part) && inputsOf(part).size > 0 && [...inputsOf(part)].every(c => c < width === keepsLeft)
    const pushed = parts.filter(isPushed)
    if (pushed.length === 0) return undefined
    const condition = allOf(
      pushed.map(p => (keepsLeft ? p : remapInputs(p, c => c - width))),
      plan.condition.span,
    )
    const side = keepsLeft ? join.left : join.right
    const filter = { kind: 'Filter', input: side, condition, schema: side.schema } as const
    const joined = keepsLeft ? { ...join, left: filter } : { ...join, right: filter }
    const rest = parts.filter(p => !pushed.includes(p))
    return rest.length === 0 ? joined : { ...plan, input: joined, condition: allOf(rest, plan.condition.span) }
  },
}
