/** What a SELECT without FROM reads: one row. Its column has no name that could be written. */
import { types } from '../../data/type.ts'
import { literal } from '../../expr/expr.ts'
import type { LogicalPlan } from '../logical/plan.ts'

export const DUAL: LogicalPlan = {
  kind: 'Values',
  rows: [[literal(0, types.int(false))]],
  schema: [{ name: 'ZERO', type: types.int(false) }],
}
