/**
 * A filter goes below a union, to each of its inputs.
 *
 *     Filter(a > 1)          Union
 *     +- Union         →     :- Filter(a > 1)
 *        :- x                :  +- x
 *        +- y                +- Filter(a > 1)
 *                               +- y
 */
import { isDeterministic } from './inline.ts'
import type { Rule } from './rule.ts'

export const pushFilterThroughUnion: Rule = {
  name: 'push-filter-through-union',
  apply(plan) {
    if (plan.kind !== 'Filter' || plan.input.kind !== 'Union' || !isDeterministic(plan.condition)) return undefined
    const { condition } = plan
    const inputs = plan.input.inputs.map(input => ({ kind: 'Filter', input, condition, schema: input.schema }) as const)
    return { ...plan.input, inputs }
  },
}
