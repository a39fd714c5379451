/**
 * Two filters become one.
 *
 *     Filter(a)               Filter(b AND a)
 *     +- Filter(b)      →     +- …
 *        +- …
 */
import { allOf } from '../bind/call.ts'
import type { Rule } from './rule.ts'

export const mergeFilters: Rule = {
  name: 'merge-filters',
  apply(plan) {
    if (plan.kind !== 'Filter' || plan.input.kind !== 'Filter') return undefined
    return { ...plan, input: plan.input.input, condition: allOf([plan.input.condition, plan.condition], plan.condition.span) }
  },
}
