/**
 * A condition over one side of a join goes to that side.
 *
 *     Join(inner, a.id = b.id AND a.x > 1)          Join(inner, a.id = b.id)
 *     :- a                                     →    :- Filter(x > 1)
 *     +- b                                          :  +- a
 *                                                   +- b
 *
 * Part of the join's own condition, it goes to a side whose rows it may drop: both of an inner join, the right of a left
 * join (its left rows come out anyhow), the left of a right join, the right of a semi or anti join.
 */
import { type Expr, conjuncts, inputsOf, remapInputs } from '../../expr/expr.ts'
import { allOf } from '../bind/call.ts'
import type { JoinType, LogicalPlan } from '../logical/plan.ts'
import { isDeterministic } from './inline.ts'
import type { Rule } from './rule.ts'

const toLeft: ReadonlySet<JoinType> = new Set<JoinType>(['inner', 'right', 'semi'])
const toRight: ReadonlySet<JoinType> = new Set<JoinType>(['inner', 'left', 'semi', 'anti'])

export const pushConditionToJoinInput: Rule = {
  name: 'push-condition-to-join-input',
  apply(plan) {
    if (plan.kind !== 'Join' || plan.condition === undefined) return undefined
    const width = plan.left.schema.length
    const left: Expr[] = []
    const right: Expr[] = []
    const rest: Expr[] = []
    for (const part of conjuncts(plan.condition)) {
      const columns = [...inputsOf(part)]
      const movable = columns.length > 0 && isDeterministic(part)
      if (movable && toLeft.has(plan.joinType) && columns.every(c => c < width)) left.push(part)
      else if (movable && toRight.has(plan.joinType) && columns.every(c => c >= width)) {
        right.push(remapInputs(part, c => c - width))
      } else rest.push(part)
    }
    if (left.length + right.length === 0) return undefined
    const condition = rest.length === 0 ? undefined : allOf(rest, plan.condition.span)
    return { ...plan, left: filtered(plan.left, left), right: filtered(plan.right, right), condition }
  },
}

const filtered = (input: LogicalPlan, conditions: readonly Expr[]): LogicalPlan =>
  conditions.length === 0
    ? input
    : { kind: 'Filter', input, condition: allOf(conditions, conditions[0]!.span), schema: input.schema }
