/**
 * A filter that lets everything pass goes; one that lets nothing pass is a table without rows.
 *
 *     Filter(TRUE)          …            Filter(FALSE)  →  Values()
 *     +- …             →                 +- …
 */
import type { Rule } from './rule.ts'

export const removeTrivialFilter: Rule = {
  name: 'remove-trivial-filter',
  apply(plan) {
    if (plan.kind !== 'Filter' || plan.condition.kind !== 'literal') return undefined
    return plan.condition.value === true ? plan.input : { kind: 'Values', rows: [], schema: plan.schema }
  },
}
