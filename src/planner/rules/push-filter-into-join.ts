/**
 * Conditions above an inner join become part of its condition, so that equalities are found to join by.
 *
 *     Filter(a.id = b.id)          Join(inner, a.id = b.id)
 *     +- Join(inner, true)    →    :- a
 *        :- a                      +- b
 *        +- b
 */
import { conjuncts } from '../../expr/expr.ts'
import { allOf } from '../bind/call.ts'
import { isDeterministic } from './inline.ts'
import type { Rule } from './rule.ts'

export const pushFilterIntoJoin: Rule = {
  name: 'push-filter-into-join',
  apply(plan) {
    if (plan.kind !== 'Filter' || plan.input.kind !== 'Join' || plan.input.joinType !== 'inner') return undefined
    const { input: join, condition } = plan
    if (!isDeterministic(condition)) return undefined
    const all = [...(join.condition === undefined ? [] : conjuncts(join.condition)), ...conjuncts(condition)]
    return { ...join, condition: allOf(all, condition.span) }
  },
}
