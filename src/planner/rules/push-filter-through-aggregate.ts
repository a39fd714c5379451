/**
 * Conditions over the keys of an aggregation go below it: a group passes or fails whole.
 *
 *     Filter(k = 1 AND n > 2)          Filter(n > 2)
 *     +- Aggregate(k, COUNT AS n)  →   +- Aggregate(k, COUNT AS n)
 *        +- …                             +- Filter(k = 1)
 *
 * A global aggregation has no key: it gives its row whatever comes in.
 */
import { conjuncts, inputsOf, remapInputs } from '../../expr/expr.ts'
import { allOf } from '../bind/call.ts'
import { isDeterministic } from './inline.ts'
import type { Rule } from './rule.ts'

export const pushFilterThroughAggregate: Rule = {
  name: 'push-filter-through-aggregate',
  apply(plan) {
    if (plan.kind !== 'Filter' || plan.input.kind !== 'Aggregate') return undefined
    const { input: below, condition } = plan
    const keys = below.groupBy.length
    const parts = conjuncts(condition)
    const overKeys = parts.filter(part => {
      const columns = [...inputsOf(part)]
      return columns.length > 0 && columns.every(c => c < keys) && isDeterministic(part)
    })
    if (overKeys.length === 0) return undefined
    const pushed = allOf(
      overKeys.map(part => remapInputs(part, c => below.groupBy[c]!)),
      condition.span,
    )
    const filter = { kind: 'Filter', input: below.input, condition: pushed, schema: below.input.schema } as const
    const rest = parts.filter(part => !overKeys.includes(part))
    const aggregate = { ...below, input: filter }
    return rest.length === 0 ? aggregate : { ...plan, input: aggregate, condition: allOf(rest, condition.span) }
  },
}
