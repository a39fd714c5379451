/**
 * Numbers for plans: two plans have the same number exactly when they mean the same rows, however they came about. So
 * that the same subplan, written twice or read by several INSERTs, runs once. What is not deterministic is only itself.
 */
import { printType } from '../../data/type.ts'
import { type Expr, someExpr } from '../../expr/expr.ts'
import { exprKey } from './expr-key.ts'
import { tableKey } from './table-key.ts'
import { type LogicalPlan, inputsOfPlan } from './plan.ts'

export class PlanNumbers {
  readonly #byPlan = new Map<LogicalPlan, number>()
  readonly #byKey = new Map<string, number>()
  #next = 0

  of(plan: LogicalPlan): number {
    const known = this.#byPlan.get(plan)
    if (known !== undefined) return known
    const inputs = inputsOfPlan(plan).map(input => this.of(input))
    const names = plan.schema.map(c => `${c.name} ${printType(c.type)} ${c.time ?? ''}`)
    const own = isDeterministic(plan) ? ownKey(plan) : `only ${this.#next++}`
    const key = JSON.stringify([plan.kind, inputs, names, own])
    const number = this.#byKey.get(key) ?? this.#next++
    this.#byKey.set(key, number)
    this.#byPlan.set(plan, number)
    return number
  }
}

export function exprsOf(plan: LogicalPlan): readonly Expr[] {
  switch (plan.kind) {
    case 'Project':
      return plan.exprs
    case 'Filter':
      return [plan.condition]
    case 'Watermark':
      return [plan.expr]
    case 'Join':
      return plan.condition === undefined ? [] : [plan.condition]
    case 'Values':
      return plan.rows.flat()
    case 'Expand':
      return plan.projections.flat()
    default:
      return []
  }
}

const isDeterministic = (plan: LogicalPlan): boolean =>
  !exprsOf(plan).some(expr => someExpr(expr, e => e.kind === 'call' && !e.function.deterministic))

/** What a node says beyond its inputs and schema. */
function ownKey(plan: LogicalPlan): unknown {
  const exprs = exprsOf(plan).map(exprKey)
  switch (plan.kind) {
    case 'Scan':
      return [tableKey(plan.table), plan.limit]
    case 'Watermark':
      return [exprs, plan.column]
    case 'Values':
      return [exprs, plan.rows.length]
    case 'Aggregate':
      return [plan.groupBy, plan.calls.map(c => [c.function.name, c.args, c.distinct, c.filter, c.ignoreNulls])]
    case 'WindowTable':
      return [plan.window, plan.time]
    case 'Join':
      return [plan.joinType, exprs]
    case 'Sort':
      return [plan.by, plan.offset, plan.limit]
    default:
      return exprs
  }
}
