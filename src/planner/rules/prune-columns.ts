/**
 * Nothing is read, carried or kept in state that no one asks for.
 *
 *     Project(a)                          Project(a)
 *     +- Join(inner, a = x)          →    +- Join(inner, a = x)
 *        :- Scan(a, b, c)                    :- Scan(a)
 *        +- Project(x)                       +- Project(x)
 *           +- Filter(y > 1)                    +- Filter(y > 1)
 *              +- Scan(x, y, z)                    +- Scan(x, y)
 *
 * Goes from the root down, since what is needed is known above. A source of upserts keeps its key, a scan at least one
 * column, a global aggregation at least one call.
 */
import { type Expr, inputsOf, remapInputs } from '../../expr/expr.ts'
import { identity, project } from '../logical/build.ts'
import type { Columns, LogicalOf, LogicalPlan } from '../logical/plan.ts'
import type { RuleContext } from './rule.ts'

/** `columns` are the positions of the old plan's columns that the new one has, in order. */
interface Pruned {
  readonly plan: LogicalPlan
  readonly columns: readonly number[]
}

/** The plan with the columns it had, and less below it. */
export function pruneColumns(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  return exactly(prune(plan, allOf(plan.schema), context), allOf(plan.schema))
}

type Needed = readonly number[]

const allOf = (columns: Columns): Needed => columns.map((_, i) => i)
const sorted = (columns: Iterable<number>): Needed => [...new Set(columns)].toSorted((a, b) => a - b)
const readBy = (exprs: readonly Expr[]): readonly number[] => exprs.flatMap(e => [...inputsOf(e)])
const pick = <T>(list: readonly T[], columns: Needed): readonly T[] => columns.map(c => list[c]!)

/** A projection on top where there is more than what was asked for. */
function exactly({ plan, columns }: Pruned, needed: Needed): LogicalPlan {
  if (columns.length === needed.length) return plan
  const exprs = pick(
    identity(plan.schema),
    needed.map(n => columns.indexOf(n)),
  )
  const names = needed.map(n => plan.schema[columns.indexOf(n)]!.name)
  return project(plan, exprs, names)
}

const moved = (expr: Expr, columns: Needed): Expr => remapInputs(expr, i => columns.indexOf(i))

function prune(plan: LogicalPlan, needed: Needed, context: RuleContext): Pruned {
  switch (plan.kind) {
    case 'Scan':
      return pruneScan(plan, needed, context)
    case 'Values':
      return {
        plan: { ...plan, rows: plan.rows.map(row => pick(row, needed)), schema: pick(plan.schema, needed) },
        columns: needed,
      }
    case 'Watermark':
      return pruneWatermark(plan, needed, context)
    case 'Project': {
      const exprs = pick(plan.exprs, needed)
      const below = prune(plan.input, sorted(readBy(exprs)), context)
      const schema = pick(plan.schema, needed)
      return { plan: { ...plan, input: below.plan, exprs: exprs.map(e => moved(e, below.columns)), schema }, columns: needed }
    }
    case 'Filter': {
      const below = prune(plan.input, sorted([...needed, ...inputsOf(plan.condition)]), context)
      const condition = moved(plan.condition, below.columns)
      return { plan: { ...plan, input: below.plan, condition, schema: pick(plan.schema, below.columns) }, columns: below.columns }
    }
    case 'Sort': {
      const columns = sorted([...needed, ...plan.by.map(k => k.column)])
      const input = exactly(prune(plan.input, columns, context), columns)
      const by = plan.by.map(k => ({ ...k, column: columns.indexOf(k.column) }))
      return { plan: { ...plan, input, by, schema: pick(plan.schema, columns) }, columns }
    }
    case 'Union': {
      const inputs = plan.inputs.map(input => exactly(prune(input, needed, context), needed))
      return { plan: { ...plan, inputs, schema: pick(plan.schema, needed) }, columns: needed }
    }
    case 'Aggregate':
      return pruneAggregate(plan, needed, context)
    case 'Expand': {
      const projections = plan.projections.map(p => pick(p, needed))
      const below = prune(plan.input, sorted(readBy(projections.flat())), context)
      const remapped = projections.map(p => p.map(e => moved(e, below.columns)))
      return { plan: { ...plan, input: below.plan, projections: remapped, schema: pick(plan.schema, needed) }, columns: needed }
    }
    case 'WindowTable':
      return pruneWindowTable(plan, needed, context)
    case 'Join':
      return pruneJoin(plan, needed, context)
  }
}

function pruneScan(plan: LogicalOf<'Scan'>, needed: Needed, { options }: RuleContext): Pruned {
  const { changes } = options.connectorInfo(plan.table)
  const isUpdating = changes !== undefined && (changes.updateAfter || changes.delete)
  const key = isUpdating ? plan.table.primaryKey.map(name => plan.schema.findIndex(c => c.name === name)) : []
  const wanted = sorted([...needed, ...key.filter(k => k >= 0)])
  const columns = wanted.length > 0 || plan.schema.length === 0 ? wanted : [0]
  return { plan: { ...plan, schema: pick(plan.schema, columns) }, columns }
}

/** A batch has no use for watermarks. */
function pruneWatermark(plan: LogicalOf<'Watermark'>, needed: Needed, context: RuleContext): Pruned {
  if (context.options.mode === 'batch') return prune(plan.input, needed, context)
  const below = prune(plan.input, sorted([...needed, plan.column, ...inputsOf(plan.expr)]), context)
  const { columns } = below
  const expr = moved(plan.expr, columns)
  const column = columns.indexOf(plan.column)
  return { plan: { ...plan, input: below.plan, column, expr, schema: pick(plan.schema, columns) }, columns }
}

/** Group columns stay: they decide what a group is. */
function pruneAggregate(plan: LogicalOf<'Aggregate'>, needed: Needed, context: RuleContext): Pruned {
  const keys = plan.groupBy.length
  const asked = plan.calls.flatMap((_, i) => (needed.includes(keys + i) ? [i] : []))
  const kept = asked.length === 0 && keys === 0 ? [0] : asked
  const calls = pick(plan.calls, kept)
  const read = [...plan.groupBy, ...calls.flatMap(c => [...c.args, ...(c.filter === undefined ? [] : [c.filter])])]
  const below = prune(plan.input, sorted(read), context)
  const at = (column: number): number => below.columns.indexOf(column)
  const columns = [...plan.groupBy.map((_, i) => i), ...kept.map(i => keys + i)]
  const pruned: LogicalPlan = {
    ...plan,
    input: below.plan,
    groupBy: plan.groupBy.map(at),
    calls: calls.map(c => ({ ...c, args: c.args.map(at), filter: c.filter === undefined ? undefined : at(c.filter) })),
    schema: pick(plan.schema, columns),
  }
  return { plan: pruned, columns }
}

/** The three columns of the window are always made. */
function pruneWindowTable(plan: LogicalOf<'WindowTable'>, needed: Needed, context: RuleContext): Pruned {
  const width = plan.input.schema.length
  const below = prune(plan.input, sorted([...needed.filter(n => n < width), plan.time]), context)
  const columns = [...below.columns, width, width + 1, width + 2]
  const time = below.columns.indexOf(plan.time)
  return { plan: { ...plan, input: below.plan, time, schema: pick(plan.schema, columns) }, columns }
}

/** What only a filter below needs is not kept in the join's state. */
function pruneJoin(plan: LogicalOf<'Join'>, needed: Needed, context: RuleContext): Pruned {
  const width = plan.left.schema.length
  const onlyLeft = plan.joinType === 'semi' || plan.joinType === 'anti'
  const read = sorted([...needed, ...(plan.condition === undefined ? [] : inputsOf(plan.condition))])
  const leftNeeded = read.filter(c => c < width)
  const rightNeeded = read.filter(c => c >= width).map(c => c - width)
  const left = exactly(prune(plan.left, leftNeeded, context), leftNeeded)
  const right = exactly(prune(plan.right, rightNeeded, context), rightNeeded)
  const both = [...leftNeeded, ...rightNeeded.map(c => c + width)]
  const columns = onlyLeft ? leftNeeded : both
  const condition = plan.condition && moved(plan.condition, both)
  return { plan: { ...plan, left, right, condition, schema: pick(plan.schema, columns) }, columns }
}
