/** Logical nodes with their schemas derived. */
import { withNullable } from '../../data/type.ts'
import { type Expr, input } from '../../expr/expr.ts'
import type { AggregateCall } from '../physical/plan.ts'
import type { Column, Columns, Join, JoinType, LogicalPlan, TimeAttribute } from './plan.ts'
import { isWindowed, windowColumns } from './window.ts'

/** Whether an expression only passes a time attribute on, or is PROCTIME(). */
export function timeOf(expr: Expr, columns: Columns): TimeAttribute | undefined {
  if (expr.kind === 'input') return columns[expr.index]?.time
  return expr.kind === 'call' && expr.function.name === 'PROCTIME' ? 'proctime' : undefined
}

export function project(plan: LogicalPlan, exprs: readonly Expr[], names: readonly string[]): LogicalPlan {
  const schema = exprs.map((expr, i) => column(names[i]!, expr, plan.schema))
  return { kind: 'Project', input: plan, exprs, schema }
}

function column(name: string, expr: Expr, columns: Columns): Column {
  const time = timeOf(expr, columns)
  return time === undefined ? { name, type: expr.type } : { name, type: expr.type, time }
}

/** The same columns under other names. */
export function rename(plan: LogicalPlan, names: readonly string[]): LogicalPlan {
  if (plan.schema.every((c, i) => c.name === names[i])) return plan
  return project(plan, identity(plan.schema), names)
}

/** One reference per column. */
export const identity = (columns: Columns): readonly Expr[] => columns.map((c, i) => input(i, c.type))

export const filter = (plan: LogicalPlan, condition: Expr): LogicalPlan => ({
  kind: 'Filter',
  input: plan,
  condition,
  schema: plan.schema,
})

/** A key is no time attribute any more; but window_time of a window aggregation still is. */
export function aggregate(plan: LogicalPlan, groupBy: readonly number[], calls: readonly AggregateCall[]): LogicalPlan {
  const window = windowColumns(plan)
  const times = window !== undefined && isWindowed(groupBy, window) ? window.times : []
  const keys = groupBy.map(g => {
    const { name, type } = plan.schema[g]!
    return times.includes(g) ? plan.schema[g]! : { name, type }
  })
  return { kind: 'Aggregate', input: plan, groupBy, calls, schema: [...keys, ...calls.map(({ name, type }) => ({ name, type }))] }
}

/** Without repeated rows. */
export const distinct = (plan: LogicalPlan): LogicalPlan =>
  aggregate(
    plan,
    plan.schema.map((_, i) => i),
    [],
  )

const side = (columns: Columns, padded: boolean): Columns =>
  columns.map(({ name, type }) => ({ name, type: padded ? withNullable(type, true) : type }))

/** `id, id` become `id, id0`, as in Calcite. */
export function uniqueNames<C extends { readonly name: string }>(columns: readonly C[]): readonly C[] {
  const used = new Set<string>()
  return columns.map(column => {
    let { name } = column
    for (let n = 0; used.has(name); n++) name = `${column.name}${n}`
    used.add(name)
    return name === column.name ? column : { ...column, name }
  })
}

/** A side that may be padded with NULL is nullable; a join takes time attributes away. */
export function join(joinType: JoinType, left: LogicalPlan, right: LogicalPlan, condition: Expr | undefined): Join {
  const padsLeft = joinType === 'right' || joinType === 'full'
  const padsRight = joinType === 'left' || joinType === 'full'
  const onlyLeft = joinType === 'semi' || joinType === 'anti'
  const schema = onlyLeft ? left.schema : uniqueNames([...side(left.schema, padsLeft), ...side(right.schema, padsRight)])
  return { kind: 'Join', joinType, left, right, condition, schema }
}
