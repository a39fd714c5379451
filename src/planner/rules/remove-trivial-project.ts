/**
 * A projection of all columns as they are goes.
 *
 *     Project(a, b)          …(a, b)
 *     +- …(a, b)        →
 */
import type { Rule } from './rule.ts'

export const removeTrivialProject: Rule = {
  name: 'remove-trivial-project',
  apply(plan) {
    if (plan.kind !== 'Project') return undefined
    const below = plan.input.schema
    const isIdentity =
      plan.exprs.length === below.length &&
      plan.exprs.every((e, i) => e.kind === 'input' && e.index === i && plan.schema[i]!.name === below[i]!.name)
    return isIdentity ? plan.input : undefined
  },
}
