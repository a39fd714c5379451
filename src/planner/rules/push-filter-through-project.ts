/**
 * A filter goes below a projection.
 *
 *     Filter(b > 10)              Project(a * 2 AS b)
 *     +- Project(a * 2 AS b)  →   +- Filter(a * 2 > 10)
 *        +- …                        +- …
 *
 * Not over what is not deterministic: the row that passed would show another value.
 */
import { canInline, isDeterministic, substitute } from './inline.ts'
import type { Rule } from './rule.ts'

export const pushFilterThroughProject: Rule = {
  name: 'push-filter-through-project',
  apply(plan) {
    if (plan.kind !== 'Filter' || plan.input.kind !== 'Project') return undefined
    const { input: below, condition } = plan
    if (!below.exprs.every(isDeterministic) || !canInline(below.exprs, [condition])) return undefined
    const filter = {
      kind: 'Filter',
      input: below.input,
      condition: substitute(condition, below.exprs),
      schema: below.input.schema,
    } as const
    return { ...below, input: filter }
  },
}
