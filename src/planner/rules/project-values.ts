/**
 * A projection or a filter over rows that are written out is written out, too.
 *
 *     Project(a + 1)              Values((1 + 1), (2 + 1))
 *     +- Values((1), (2))    →
 */
import { isConstant } from '../../expr/evaluate.ts'
import { canInline, substitute } from './inline.ts'
import type { Rule } from './rule.ts'

export const projectValues: Rule = {
  name: 'project-values',
  apply(plan) {
    if (plan.kind !== 'Project' || plan.input.kind !== 'Values') return undefined
    const { rows } = plan.input
    if (!rows.every(row => row.every(isConstant) && canInline(row, plan.exprs))) return undefined
    return { kind: 'Values', rows: rows.map(row => plan.exprs.map(e => substitute(e, row))), schema: plan.schema }
  },
}
