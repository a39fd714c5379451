/**
 * A limit without an order goes below projections, to each input of a union, and tells a source when to stop.
 *
 *     Limit 3               Limit 3              The limit stays: a source may give more.
 *     +- Project(…)    →    +- Project(…)
 *        +- Scan               +- Scan(limit 3)
 */
import type { LogicalPlan } from '../logical/plan.ts'
import type { Rule } from './rule.ts'

export const pushLimit: Rule = {
  name: 'push-limit',
  apply(plan) {
    if (plan.kind !== 'Sort' || plan.by.length > 0 || plan.limit === undefined) return undefined
    const input = limited(plan.input, plan.offset + plan.limit)
    return input === undefined ? undefined : { ...plan, input }
  },
}

/** The plan with a source told to stop after `rows`; undefined when none is, or it was told already. */
function limited(plan: LogicalPlan, rows: number): LogicalPlan | undefined {
  switch (plan.kind) {
    case 'Scan':
      return plan.limit !== undefined && plan.limit <= rows ? undefined : { ...plan, limit: rows }
    case 'Project': {
      const input = limited(plan.input, rows)
      return input && { ...plan, input }
    }
    case 'Union': {
      const inputs = plan.inputs.map(input => limited(input, rows) ?? input)
      return inputs.every((input, i) => input === plan.inputs[i]) ? undefined : { ...plan, inputs }
    }
    default:
      return undefined
  }
}
