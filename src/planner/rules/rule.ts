/** What a rule is: one equivalence of plans, looked for at one node. */
import type { SessionFacts } from '../../expr/function.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import type { PlanOptions } from '../bound.ts'

export interface RuleContext {
  readonly options: PlanOptions
  readonly session: SessionFacts
}

export interface Rule {
  /** As its file is called. */
  readonly name: string
  /** The better plan that means the same, or undefined where the rule does not apply. */
  apply(plan: LogicalPlan, context: RuleContext): LogicalPlan | undefined
}
