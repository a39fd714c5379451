/**
 * Aggregate → GroupAggregate, or WindowAggregate where its keys hold the start and the end of a window.
 *
 * A window aggregation right above its window function, with nothing in between that looks at the window, takes the
 * function in: rows are not copied once per window.
 */
import type { StateSpec } from '../../data/state-spec.ts'
import type { Schema } from '../../data/type.ts'
import { type Expr, input, inputsOf, remapInputs } from '../../expr/expr.ts'
import { identity } from '../logical/build.ts'
import type { Column, Columns, LogicalOf, LogicalPlan } from '../logical/plan.ts'
import { type WindowColumns, isWindowed, windowColumns } from '../logical/window.ts'
import { isInsertOnly } from './changes.ts'
import type { Converter } from './convert.ts'
import { INSERT_ONLY, type AggregateCall, type PhysicalOf, type PhysicalPlan } from './plan.ts'

type Aggregate = LogicalOf<'Aggregate'>

export function convertAggregate(plan: Aggregate, to: Converter): PhysicalPlan {
  const window = windowColumns(plan.input)
  if (window !== undefined && isWindowed(plan.groupBy, window)) return convertWindowAggregate(plan, window, to)
  return groupAggregate(plan, to)
}

function groupAggregate(plan: Aggregate, to: Converter): PhysicalPlan {
  const { groupBy, calls } = plan
  const below = to.exchange(to.convert(plan.input), groupBy)
  const retracting = !isInsertOnly(below.traits.changes)
  const updating = { updateBefore: true, updateAfter: true, delete: retracting }
  const facts = {
    schema: plan.schema,
    changes: to.isBatch ? INSERT_ONLY : updating,
    keys: [groupBy.map((_, i) => i)],
    state: to.isBatch && groupBy.length === 0 ? [] : groupState(plan.schema, groupBy.length, calls, below.schema, retracting, to),
  }
  const own = { kind: 'GroupAggregate', groupBy, calls, emit: to.emit, retracting, ttlMs: to.ttlMs } as const
  return to.node(own, [below], facts)
}

const plain = (columns: Columns): Schema => columns.map(({ name, type }) => ({ name, type }))

/** One row per group, and where values must be remembered one by one a table of them. */
function groupState(
  schema: Columns,
  keys: number,
  calls: readonly AggregateCall[],
  below: Schema,
  retracting: boolean,
  to: Converter,
): readonly StateSpec[] {
  const key = plain(schema.slice(0, keys))
  const forever = to.isBatch ? 'until the input ends' : to.ttlMs > 0 ? 'until the TTL passes' : 'forever'
  const groups = { name: 'groups', key, value: plain(schema.slice(keys)), bound: `one row per group, ${forever}`, ...to.ttl }
  const remembered = calls.filter(c => c.distinct || (retracting && remembering.has(c.function.name)))
  const values = remembered.map((call, i) => ({
    name: `values${i === 0 ? '' : i}`,
    key: [...key, ...call.args.map(a => below[a]!)],
    value: [],
    bound: `one row per value of ${call.name} in each group, ${forever}`,
    ...to.ttl,
  }))
  return [groups, ...values]
}

/** Aggregates that cannot be taken back from without all values. */
const remembering: ReadonlySet<string> = new Set(['MIN', 'MAX', 'FIRST_VALUE', 'LAST_VALUE', 'LISTAGG', 'ARRAY_AGG', 'COLLECT'])

// ── windows ──────────────────────────────────────────────────────────────────────────────────────

type Property = 'start' | 'end' | 'time'

function convertWindowAggregate(plan: Aggregate, window: WindowColumns, to: Converter): PhysicalPlan {
  const propertyOf = (column: number): Property | undefined =>
    window.starts.includes(column)
      ? 'start'
      : window.ends.includes(column)
        ? 'end'
        : window.times.includes(column)
          ? 'time'
          : undefined
  const pulled = pullWindow(plan, to)
  const source = pulled ?? attached(plan, window)
  const groups = plan.groupBy.filter(g => propertyOf(g) === undefined)
  const properties = [...new Set(plan.groupBy.flatMap(g => propertyOf(g) ?? []))]
  const groupBy = groups.map(source.column)
  const calls = plan.calls.map(c => ({
    ...c,
    args: c.args.map(source.column),
    filter: c.filter === undefined ? undefined : source.column(c.filter),
  }))
  const below = to.exchange(to.convert(source.input), groupBy)
  const columnOf = (g: number): Column => plan.schema[plan.groupBy.indexOf(g)]!
  const propertyColumns = properties.map(p => columnOf(plan.groupBy.find(g => propertyOf(g) === p)!))
  const schema = [...groups.map(columnOf), ...plan.schema.slice(plan.groupBy.length), ...propertyColumns]
  const bounds = ['start', 'end'].map(p => groups.length + calls.length + properties.indexOf(p as Property))
  const facts = {
    schema,
    changes: INSERT_ONLY,
    keys: [[...groups.map((_, i) => i), ...bounds]],
    state: [windowState(schema, groups.length, calls.length, to)],
  }
  const node = to.node(
    {
      kind: 'WindowAggregate',
      window: source.window,
      groupBy,
      calls,
      properties,
      retracting: !isInsertOnly(below.traits.changes),
      emit: to.isBatch ? 'at-end' : 'watermark',
    },
    [below],
    facts,
  )
  const at = (g: number): number => {
    const property = propertyOf(g)
    return property === undefined ? groups.indexOf(g) : groups.length + calls.length + properties.indexOf(property)
  }
  const order = [...plan.groupBy.map(at), ...calls.map((_, i) => groups.length + i)]
  return to.calc(
    node,
    undefined,
    order.map((from, i) => input(from, plan.schema[i]!.type)),
    plan.schema,
  )
}

function windowState(schema: Columns, groups: number, calls: number, to: Converter): StateSpec {
  return {
    name: 'windows',
    key: [...plain(schema.slice(groups + calls)), ...plain(schema.slice(0, groups))],
    value: plain(schema.slice(groups, groups + calls)),
    bound: to.isBatch ? 'until the input ends' : 'one row per group and open window, until the window closes',
  }
}

interface WindowSource {
  readonly input: LogicalPlan
  readonly window: PhysicalOf<'WindowAggregate'>['window']
  /** Where a column of the aggregation's input now is. */
  readonly column: (from: number) => number
}

/** The input already says which window each row is in. */
function attached(plan: Aggregate, { starts, ends, zone }: WindowColumns): WindowSource {
  const start = plan.groupBy.find(g => starts.includes(g))!
  const end = plan.groupBy.find(g => ends.includes(g))!
  return { input: plan.input, window: { kind: 'attached', start, end, zone }, column: from => from }
}

/** A plan without its window function. Per column of the plan: where it is now, or -1 for a bound of the window. */
interface Pulled {
  readonly plan: LogicalPlan
  readonly columns: readonly number[]
  readonly table: LogicalOf<'WindowTable'>
  readonly time: number
}

function pullWindow(plan: Aggregate, to: Converter): WindowSource | undefined {
  const pulled = pull(plan.input)
  if (pulled === undefined) return undefined
  const { columns, table, time } = pulled
  const read = plan.calls.flatMap(c => [...c.args, ...(c.filter === undefined ? [] : [c.filter])])
  if (read.some(column => columns[column] === -1)) return undefined
  to.checkWindowTime(table)
  const window = { kind: 'assign', spec: table.window, time, zone: table.zone } as const
  return { input: pulled.plan, window, column: from => columns[from]! }
}

function pull(plan: LogicalPlan): Pulled | undefined {
  switch (plan.kind) {
    case 'WindowTable': {
      const { input, time } = plan
      return { plan: input, columns: [...input.schema.map((_, i) => i), -1, -1, -1], table: plan, time }
    }
    case 'Filter': {
      const below = pull(plan.input)
      if (below === undefined || !readsOnly(plan.condition, below.columns)) return undefined
      const condition = remapInputs(plan.condition, i => below.columns[i]!)
      return { ...below, plan: { kind: 'Filter', input: below.plan, condition, schema: below.plan.schema } }
    }
    case 'Project': {
      const below = pull(plan.input)
      return below && pullProject(plan, below)
    }
    default:
      return undefined
  }
}

/** The same projection without the window's bounds, and with the time column if it was left out. */
function pullProject(plan: LogicalOf<'Project'>, below: Pulled): Pulled | undefined {
  const exprs: Expr[] = []
  const schema: Column[] = []
  const columns: number[] = []
  for (const [i, expr] of plan.exprs.entries()) {
    if (expr.kind === 'input' && below.columns[expr.index] === -1) {
      columns.push(-1)
      continue
    }
    if (!readsOnly(expr, below.columns)) return undefined
    const moved = remapInputs(expr, index => below.columns[index]!)
    columns.push(exprs.push(moved) - 1)
    const source = moved.kind === 'input' ? below.plan.schema[moved.index] : undefined
    schema.push({ ...plan.schema[i]!, time: source === undefined ? plan.schema[i]!.time : source.time })
  }
  let time = exprs.findIndex(e => e.kind === 'input' && e.index === below.time)
  if (time < 0) {
    time = exprs.push(identity(below.plan.schema)[below.time]!) - 1
    schema.push(below.plan.schema[below.time]!)
  }
  return { ...below, plan: { kind: 'Project', input: below.plan, exprs, schema }, columns, time }
}

const readsOnly = (expr: Expr, columns: readonly number[]): boolean => [...inputsOf(expr)].every(i => columns[i] !== -1)
