/**
 * What a query means: relational algebra over tables, as plain data. It says nothing of streams or of how it runs.
 *
 *     SELECT user, SUM(amount) FROM orders WHERE amount > 0 GROUP BY user
 *
 *     Project(user, EXPR$1)
 *     +- Aggregate(groupBy=[user], calls=[SUM(amount) AS EXPR$1])
 *        +- Filter(amount > 0)
 *           +- Scan(default_catalog.default_database.orders)
 *
 * Columns are positions in the input's schema; the condition of a join sees left columns, then right.
 */
import type { TableEntry } from '../../catalog/table.ts'
import type { DataType } from '../../data/type.ts'
import type { Expr } from '../../expr/expr.ts'
import type { AggregateCall, SortKey, WindowSpec } from '../physical/plan.ts'

/** A time attribute keeps its place in event or processing time as long as it is only passed on. */
export type TimeAttribute = 'rowtime' | 'proctime'
export interface Column {
  readonly name: string
  readonly type: DataType
  readonly time?: TimeAttribute | undefined
}
export type Columns = readonly Column[]

export type LogicalPlan = Scan | Watermark | Values | Project | Filter | Aggregate | Expand | WindowTable | Join | Union | Sort
export type LogicalOf<K extends LogicalPlan['kind']> = Extract<LogicalPlan, { kind: K }>

interface Node {
  readonly schema: Columns
}

/** Physical and metadata columns of a table, by name in `schema`. Computed columns are a Project above it. */
export interface Scan extends Node {
  readonly kind: 'Scan'
  readonly table: TableEntry
  /** Where each column comes from, when some are single fields of ROW columns; undefined when all are whole columns. */
  readonly source?: readonly { readonly column: string; readonly path: readonly string[] }[] | undefined
  /** The source may stop after so many rows. */
  readonly limit: number | undefined
}

/** Makes `column` a rowtime. `expr` is over the input's columns. */
export interface Watermark extends Node {
  readonly kind: 'Watermark'
  readonly input: LogicalPlan
  readonly column: number
  readonly expr: Expr
  readonly table: TableEntry
}

export interface Values extends Node {
  readonly kind: 'Values'
  readonly rows: readonly (readonly Expr[])[]
}

export interface Project extends Node {
  readonly kind: 'Project'
  readonly input: LogicalPlan
  readonly exprs: readonly Expr[]
}

export interface Filter extends Node {
  readonly kind: 'Filter'
  readonly input: LogicalPlan
  readonly condition: Expr
}

/** The group columns, then one column per call. Also DISTINCT, which has no calls. */
export interface Aggregate extends Node {
  readonly kind: 'Aggregate'
  readonly input: LogicalPlan
  readonly groupBy: readonly number[]
  readonly calls: readonly AggregateCall[]
}

/** GROUPING SETS: every row once per projection. */
export interface Expand extends Node {
  readonly kind: 'Expand'
  readonly input: LogicalPlan
  readonly projections: readonly (readonly Expr[])[]
}

/** TUMBLE, HOP, CUMULATE: the input's columns, then window_start, window_end, window_time. */
export interface WindowTable extends Node {
  readonly kind: 'WindowTable'
  readonly input: LogicalPlan
  readonly window: WindowSpec
  readonly time: number
  /** The session's zone where the time column is TIMESTAMP_LTZ. */
  readonly zone: string | undefined
}

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'
/** `condition` undefined is a cross join. Semi and anti joins have the left columns only. */
export interface Join extends Node {
  readonly kind: 'Join'
  readonly joinType: JoinType
  readonly left: LogicalPlan
  readonly right: LogicalPlan
  readonly condition: Expr | undefined
}

/** UNION ALL. */
export interface Union extends Node {
  readonly kind: 'Union'
  readonly inputs: readonly LogicalPlan[]
}

/** ORDER BY, LIMIT and OFFSET; `by` is empty for a LIMIT alone. */
export interface Sort extends Node {
  readonly kind: 'Sort'
  readonly input: LogicalPlan
  readonly by: readonly SortKey[]
  readonly offset: number
  readonly limit: number | undefined
}

/** The direct inputs, left to right. */
export function inputsOfPlan(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.kind) {
    case 'Scan':
    case 'Values':
      return []
    case 'Join':
      return [plan.left, plan.right]
    case 'Union':
      return plan.inputs
    default:
      return [plan.input]
  }
}

/** The same node over other inputs; itself when none changed. */
export function withInputs(plan: LogicalPlan, inputs: readonly LogicalPlan[]): LogicalPlan {
  if (inputsOfPlan(plan).every((input, i) => input === inputs[i])) return plan
  switch (plan.kind) {
    case 'Scan':
    case 'Values':
      return plan
    case 'Join':
      return { ...plan, left: inputs[0]!, right: inputs[1]! }
    case 'Union':
      return { ...plan, inputs }
    default:
      return { ...plan, input: inputs[0]! }
  }
}
