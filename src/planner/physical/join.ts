/**
 * Join → its equalities as keys, and what is left of the condition.
 *
 *     a JOIN b ON a.id = b.id + 1 AND a.x < b.y      Join(leftKeys=[id], rightKeys=[$k], condition=[x < y])
 *                                                    +- a
 *                                                    +- Calc(*, id + 1 AS $k)
 */
import type { StateSpec } from '../../data/state-spec.ts'
import type { Schema } from '../../data/type.ts'
import { sameType, withNullable } from '../../data/type.ts'
import { type Expr, conjuncts, input, inputsOf, remapInputs } from '../../expr/expr.ts'
import { allOf } from '../bind/call.ts'
import { UnsupportedError } from '../../base/errors.ts'
import { identity } from '../logical/build.ts'
import type { Columns, LogicalOf } from '../logical/plan.ts'
import { windowColumns } from '../logical/window.ts'
import { ALL_CHANGES, columnsOf, isInsertOnly, unionOf } from './changes.ts'
import type { Converter } from './convert.ts'
import { type Keys, bestKey, isContained, joinKeys } from './keys.ts'
import { INSERT_ONLY, type PhysicalPlan } from './plan.ts'

interface Equality {
  readonly left: Expr
  /** Over the right input's own columns. */
  readonly right: Expr
  readonly nullSafe: boolean
}

export function convertJoin(plan: LogicalOf<'Join'>, to: Converter): PhysicalPlan {
  const { joinType } = plan
  const width = plan.left.schema.length
  const { equalities, rest } = splitCondition(plan.condition, width)
  const left = withKeys(
    to.convert(plan.left),
    equalities.map(e => e.left),
    to,
  )
  const right = withKeys(
    to.convert(plan.right),
    equalities.map(e => e.right),
    to,
  )
  const shift = left.node.schema.length
  const moved = rest.map(e => remapInputs(e, i => (i < width ? i : i - width + shift)))
  const [leftInput, rightInput] = [to.exchange(left.node, left.keys), to.exchange(right.node, right.keys)]
  const inputs = [leftInput, rightInput]
  if (!to.isBatch) refuseTimedJoin(plan, equalities, rest)
  const onlyLeft = joinType === 'semi' || joinType === 'anti'
  const schema = joinedSchema(plan, left.node, right.node)
  const sides = [
    { keys: left.node.traits.upsertKeys, on: left.keys },
    { keys: right.node.traits.upsertKeys, on: right.keys },
  ] as const
  const unionChanges = unionOf(inputs.map(i => i.traits.changes))
  const changes = to.isBatch ? INSERT_ONLY : joinType === 'inner' || joinType === 'semi' ? unionChanges : ALL_CHANGES
  const node = to.node(
    {
      kind: 'Join',
      joinType,
      leftKeys: left.keys,
      rightKeys: right.keys,
      nullSafe: equalities.map(e => e.nullSafe),
      condition: moved.length === 0 ? undefined : allOf(moved, moved[0]!.span),
      emit: to.isBatch ? 'at-end' : 'per-row',
      leftUnique: bestKey(sides[0].keys, left.keys),
      rightUnique: bestKey(sides[1].keys, right.keys),
      ttlMs: to.ttlMs,
    },
    inputs,
    {
      schema,
      // A semi join whose right side takes rows away says -D for rows that nobody deleted.
      changes: joinType === 'semi' && !to.isBatch && !isInsertOnly(rightInput.traits.changes) ? ALL_CHANGES : changes,
      keys: joinKeys(joinType, sides[0], sides[1], shift),
      state: joinState(left.node, right.node, sides, to),
    },
  )
  const kept = onlyLeft ? identity(plan.schema) : plan.schema.map((c, i) => input(i < width ? i : i - width + shift, c.type))
  return to.calc(node, undefined, kept, plan.schema)
}

/**
 * Joins that Flink runs by time, where running them as regular joins would give other rows: windows that may still get
 * late rows, and times that are read as rows come.
 */
function refuseTimedJoin(plan: LogicalOf<'Join'>, equalities: readonly Equality[], rest: readonly Expr[]): void {
  const [left, right] = [windowColumns(plan.left), windowColumns(plan.right)]
  const joins = (side: 'starts' | 'ends'): boolean =>
    equalities.some(e => isColumn(e.left, left![side]) && isColumn(e.right, right![side]))
  if (left && right && joins('starts') && joins('ends') && !(left.isClosed && right.isClosed)) {
    throw new UnsupportedError('a join of windows that may still get late rows')
  }
  const both = [...plan.left.schema, ...plan.right.schema]
  const timed = rest.find(e => [...inputsOf(e)].some(i => both[i]!.time === 'proctime'))
  if (timed !== undefined) throw new UnsupportedError('a join over processing time', timed.span)
}

const isColumn = (expr: Expr, columns: readonly number[]): boolean => expr.kind === 'input' && columns.includes(expr.index)

/** Which conjuncts say that an expression over the left equals one over the right. */
function splitCondition(
  condition: Expr | undefined,
  width: number,
): { readonly equalities: readonly Equality[]; readonly rest: readonly Expr[] } {
  const equalities: Equality[] = []
  const rest: Expr[] = []
  for (const part of condition === undefined ? [] : conjuncts(condition)) {
    const equality = equalityOf(part, width)
    if (equality === undefined) rest.push(part)
    else equalities.push(equality)
  }
  return { equalities, rest }
}

function equalityOf(expr: Expr, width: number): Equality | undefined {
  if (expr.kind !== 'call' || (expr.function.name !== '=' && expr.function.name !== 'IS NOT DISTINCT FROM')) return undefined
  const [a, b] = expr.args as [Expr, Expr]
  // Keys are compared as they are stored, so both sides must be stored alike.
  if (!sameType(a.type, b.type, { ignoreNullable: true })) return undefined
  const [sideA, sideB] = [sideOf(a, width), sideOf(b, width)]
  const nullSafe = expr.function.name !== '='
  const own = (e: Expr): Expr => remapInputs(e, i => i - width)
  if (sideA === 'left' && sideB === 'right') return { left: a, right: own(b), nullSafe }
  if (sideA === 'right' && sideB === 'left') return { left: b, right: own(a), nullSafe }
  return undefined
}

function sideOf(expr: Expr, width: number): 'left' | 'right' | 'none' {
  const columns = [...inputsOf(expr)]
  if (columns.length === 0) return 'none'
  if (columns.every(c => c < width)) return 'left'
  return columns.every(c => c >= width) ? 'right' : 'none'
}

/** The input with a column for each key that is computed. */
function withKeys(
  node: PhysicalPlan,
  exprs: readonly Expr[],
  to: Converter,
): { readonly node: PhysicalPlan; readonly keys: readonly number[] } {
  const columns = [...columnsOf(node)]
  const all: Expr[] = [...identity(columns)]
  const keys = exprs.map((expr, i) => {
    if (expr.kind === 'input') return expr.index
    columns.push({ name: `$k${i}`, type: expr.type })
    return all.push(expr) - 1
  })
  return { node: all.length === node.schema.length ? node : to.calc(node, undefined, all, columns), keys }
}

/** Both sides with the nullability the logical join gave them, key columns that were added too. */
function joinedSchema(plan: LogicalOf<'Join'>, left: PhysicalPlan, right: PhysicalPlan): Columns {
  const width = plan.left.schema.length
  // A key that was added is padded with NULL like the columns beside it.
  if (plan.joinType === 'semi' || plan.joinType === 'anti') return [...plan.schema, ...left.schema.slice(width)]
  return [
    ...plan.schema.slice(0, width),
    ...padded(left.schema.slice(width), plan.joinType === 'right' || plan.joinType === 'full'),
    ...plan.schema.slice(width),
    ...padded(right.schema.slice(plan.right.schema.length), plan.joinType === 'left' || plan.joinType === 'full'),
  ]
}

const padded = (columns: Columns, isPadded: boolean): Columns =>
  isPadded ? columns.map(column => ({ ...column, type: withNullable(column.type, true) })) : columns

function joinState(
  left: PhysicalPlan,
  right: PhysicalPlan,
  sides: readonly { readonly keys: Keys; readonly on: readonly number[] }[],
  to: Converter,
): readonly StateSpec[] {
  return [left, right].map((node, i): StateSpec => {
    const { keys, on } = sides[i]!
    const unique = bestKey(keys, on)
    const each = unique === undefined ? 'all rows' : isContained(unique, on) ? 'one row per join key' : 'one row per key'
    const key: Schema = on.map(k => node.schema[k]!)
    const forever = to.isBatch ? 'until the input ends' : to.ttlMs > 0 ? 'until the TTL passes' : 'forever'
    return { name: i === 0 ? 'left' : 'right', key, value: node.schema, bound: `${each}, ${forever}`, ...to.ttl }
  })
}
