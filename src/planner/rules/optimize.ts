/**
 * Applies the rules: each in turn over the whole plan, inputs first, and all of them again until nothing changes. Then
 * columns are pruned, which makes work for the rules once more, and a table that is read twice is read once.
 * `onChange` hears of every rule that changed a plan: EXPLAIN RULES.
 */
import { InvariantError } from '../../base/errors.ts'
import { type LogicalPlan, inputsOfPlan, withInputs } from '../logical/plan.ts'
import type { BoundOutput } from '../bound.ts'
import { rules } from './index.ts'
import { mergeScans } from './merge-scans.ts'
import { pruneColumns } from './prune-columns.ts'
import { pushFieldsIntoScan } from './push-fields-into-scan.ts'
import type { Rule, RuleContext } from './rule.ts'

export type OnChange = (rule: string, plan: LogicalPlan) => void

/** Far more rounds than any plan needs: rules that undo each other are our bug. */
const MAX_ROUNDS = 50

export function optimizeJob(outputs: readonly BoundOutput[], context: RuleContext): readonly BoundOutput[] {
  const plans = mergeScans(outputs.map(output => optimize(output.plan, context)))
  return outputs.map((output, i) => ({ ...output, plan: applyRules(plans[i]!, context) }))
}

export function optimize(plan: LogicalPlan, context: RuleContext, onChange?: OnChange): LogicalPlan {
  const pruned = pruneColumns(applyRules(plan, context, onChange), context)
  onChange?.('prune-columns', pruned)
  const better = applyRules(pruned, context, onChange)
  const flat = pushFieldsIntoScan(better, context)
  if (flat !== better) onChange?.('push-fields-into-scan', flat)
  return flat === better ? flat : applyRules(flat, context, onChange)
}

function applyRules(plan: LogicalPlan, context: RuleContext, onChange?: OnChange): LogicalPlan {
  let current = plan
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const before = current
    for (const rule of rules) {
      const changed = applyEverywhere(rule, current, context, new Map())
      if (changed !== current) onChange?.(rule.name, changed)
      current = changed
    }
    if (current === before) return current
  }
  throw new InvariantError('the rules do not come to an end')
}

/** Inputs first; a node that changed is tried again. Shared nodes stay shared. */
function applyEverywhere(rule: Rule, plan: LogicalPlan, context: RuleContext, done: Map<LogicalPlan, LogicalPlan>): LogicalPlan {
  const known = done.get(plan)
  if (known !== undefined) return known
  const inputs = inputsOfPlan(plan).map(input => applyEverywhere(rule, input, context, done))
  const same = withInputs(plan, inputs)
  const better = rule.apply(same, context)
  const result = better === undefined ? same : applyEverywhere(rule, better, context, done)
  done.set(plan, result)
  return result
}
