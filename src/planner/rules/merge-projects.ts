/**
 * Two projections become one.
 *
 *     Project(b + 1 AS c)              Project(a * 2 + 1 AS c)
 *     +- Project(a * 2 AS b)     →     +- …
 *        +- …
 *
 * Not where an expression that costs something, or is not deterministic, would be computed twice.
 */
import { canInline, substitute } from './inline.ts'
import type { Rule } from './rule.ts'

export const mergeProjects: Rule = {
  name: 'merge-projects',
  apply(plan) {
    if (plan.kind !== 'Project' || plan.input.kind !== 'Project') return undefined
    const below = plan.input
    if (!canInline(below.exprs, plan.exprs)) return undefined
    return { ...plan, input: below.input, exprs: plan.exprs.map(e => substitute(e, below.exprs)) }
  },
}
