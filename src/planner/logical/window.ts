/**
 * Which columns of a plan are the bounds of windows. Groups by a start and an end are window aggregations.
 *
 *     WindowTable(ts, TUMBLE 10 s)      window_start, window_end, window_time
 *     └ Project(k, window_end AS e, …)  still those columns under other names
 *       └ Aggregate(by start, end, k)   and still: windows of windows
 */
import type { WindowSpec } from '../physical/plan.ts'
import type { LogicalPlan } from './plan.ts'

export interface WindowColumns {
  readonly window: WindowSpec
  readonly zone: string | undefined
  /** True where the windows are over event time. */
  readonly isRowtime: boolean
  readonly starts: readonly number[]
  readonly ends: readonly number[]
  readonly times: readonly number[]
  /** Rows come once their window has passed: none of them is late any more. */
  readonly isClosed: boolean
}

export function windowColumns(plan: LogicalPlan): WindowColumns | undefined {
  switch (plan.kind) {
    case 'WindowTable': {
      const first = plan.input.schema.length
      const isRowtime = plan.input.schema[plan.time]!.time !== 'proctime'
      return {
        window: plan.window,
        zone: plan.zone,
        isRowtime,
        starts: [first],
        ends: [first + 1],
        times: [first + 2],
        isClosed: false,
      }
    }
    case 'Filter':
    case 'Sort':
    case 'Watermark':
      return windowColumns(plan.input)
    case 'Project':
      return passedOn(
        plan.input,
        plan.exprs.map(e => (e.kind === 'input' ? e.index : -1)),
      )
    case 'Expand':
      return passedOn(
        plan.input,
        plan.schema.map((_, i) => sameInput(plan.projections.map(p => p[i]!))),
      )
    case 'Aggregate': {
      const below = windowColumns(plan.input)
      if (below === undefined || !isWindowed(plan.groupBy, below)) return undefined
      const passed = passedOn(plan.input, plan.groupBy)
      return passed && { ...passed, isClosed: true }
    }
    default:
      return undefined
  }
}

/** True when a group has both a start and an end among its keys. */
export const isWindowed = (groupBy: readonly number[], window: WindowColumns): boolean =>
  groupBy.some(g => window.starts.includes(g)) && groupBy.some(g => window.ends.includes(g))

/** `from[i]` is the input column that output column i is, or -1. */
function passedOn(input: LogicalPlan, from: readonly number[]): WindowColumns | undefined {
  const below = windowColumns(input)
  if (below === undefined) return undefined
  const positions = (columns: readonly number[]): readonly number[] =>
    from.flatMap((source, i) => (columns.includes(source) ? [i] : []))
  return { ...below, starts: positions(below.starts), ends: positions(below.ends), times: positions(below.times) }
}

function sameInput(exprs: readonly { readonly kind: string; readonly index?: number }[]): number {
  const [first] = exprs
  return first?.kind === 'input' && exprs.every(e => e.kind === 'input' && e.index === first.index) ? first.index! : -1
}
