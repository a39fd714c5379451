/** GROUP BY as a list of keys and the grouping sets over them: ROLLUP (a, b) is GROUPING SETS ((a, b), (a), ()). */
import { SqlError } from '../../base/errors.ts'
import type { Expr } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { type ExpressionContext, bindExpression } from './expression.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import type { Environment } from './environment.ts'
import { isGroupWindow } from './group-names.ts'
import { type GroupWindow, bindGroupWindow } from './group-window.ts'
import type { GroupKeys } from './grouping.ts'
import { exprKey } from '../logical/expr-key.ts'
import { hasAggregate } from './walk.ts'

/** `GROUP BY a, ROLLUP (b)` crosses the sets of its items: (a, b), (a). */
export function groupKeys(node: ast.Select, context: ExpressionContext, window: GroupWindow | undefined): GroupKeys {
  const keys = new KeyList(context)
  const items = node.groupBy?.items.filter(item => !isGroupWindow(item)) ?? []
  const sets = items.map(item => setsOf(item, keys)).reduce(cross, [[]])
  const distinct = node.groupBy?.quantifier === 'DISTINCT'
  const all = [...new Set(sets.flat())]
  const kept = distinct ? distinctSets(sets) : sets.map((set, i) => widened(set, i, sets, all))
  const repeats = distinct ? kept.map(() => 0) : sets.map((set, i) => repeatsOf(set, i, sets))
  if (window === undefined) return { keys: keys.exprs, names: keys.names, sets: kept, repeats, window: undefined }
  const first = keys.exprs.length
  const bounds = window.bounds.map((_, i) => first + i)
  return {
    keys: [...keys.exprs, ...window.bounds],
    names: [...keys.names, 'window_start', 'window_end', 'window_time'],
    sets: kept.map(set => [...set, ...bounds]),
    repeats,
    window: first,
  }
}

/** The plan with the window that GROUP BY asks for, in Flink's older way. */
export function groupWindow(
  node: ast.Select,
  plan: LogicalPlan,
  context: ExpressionContext,
  env: Environment,
): GroupWindow | undefined {
  const [window, second] = node.groupBy?.items.filter(isGroupWindow) ?? []
  if (second !== undefined) {
    throw new SqlError('WINDOW_INVALID', 'Only a single window group function may be used in GROUP BY', second.span)
  }
  return window && bindGroupWindow(window, plan, context, env)
}

class KeyList {
  readonly exprs: Expr[] = []
  readonly names: string[] = []
  readonly #context: ExpressionContext
  readonly #positions = new Map<string, number>()

  constructor(context: ExpressionContext) {
    this.#context = context
  }

  position(node: ast.Expression): number {
    if (hasAggregate(node))
      throw new SqlError('AGGREGATE_MISPLACED', 'Aggregate expression is illegal in GROUP BY clause', node.span)
    const expr = bindExpression(node, this.#context)
    const key = exprKey(expr)
    const known = this.#positions.get(key)
    if (known !== undefined) return known
    const position = this.exprs.push(expr) - 1
    this.#positions.set(key, position)
    this.names.push(expr.kind === 'input' ? this.#context.scope.columns[expr.index]!.name : `$f${position}`)
    return position
  }
}

type Sets = readonly (readonly number[])[]

function setsOf(item: ast.GroupItem, keys: KeyList): Sets {
  switch (item.kind) {
    case 'grouping-set':
      return [keysOf(item, keys)]
    case 'grouping-sets':
      return item.sets.flatMap(set => setsOf(set, keys))
    case 'rollup': {
      const parts = item.items.map(part => keysOf(part, keys))
      return distinctSets(Array.from({ length: parts.length + 1 }, (_, i) => union(parts.slice(0, parts.length - i))))
    }
    case 'cube': {
      const parts = item.items.map(part => keysOf(part, keys))
      const all = 2 ** parts.length
      const sets = Array.from({ length: all }, (_, i) => {
        const chosen = all - 1 - i
        return union(parts.filter((_, at) => (chosen >> (parts.length - 1 - at)) & 1))
      })
      return distinctSets(sets)
    }
    case 'row':
      return item.explicit ? [[keys.position(item)]] : [union(item.items.map(i => [keys.position(i)]))]
    default:
      return [[keys.position(item)]]
  }
}

/** `ROLLUP (a, a)` is (a), (): a key named twice makes no set twice, unlike in GROUPING SETS. */
const distinctSets = (sets: Sets): Sets => sets.filter((set, i) => sets.findIndex(other => sameKeys(other, set)) === i)

function keysOf(part: ast.Expression | ast.GroupingSet, keys: KeyList): readonly number[] {
  if (part.kind === 'grouping-set') return union(part.items.map(i => [keys.position(i)]))
  if (part.kind === 'row' && !part.explicit) return union(part.items.map(i => [keys.position(i)]))
  return [keys.position(part)]
}

const repeatsOf = (set: readonly number[], at: number, sets: Sets): number =>
  sets.slice(0, at).filter(other => sameKeys(other, set)).length

/**
 * The second time that sets occur is an aggregation of its own in Flink, as is the third. One with a single set is by all
 * keys there, whichever the set has: GROUPING SETS (a, (), ()) gives the groups of `a` twice and the total once.
 */
function widened(set: readonly number[], at: number, sets: Sets, all: readonly number[]): readonly number[] {
  const repeats = repeatsOf(set, at, sets)
  const isAlone = sets.filter((other, i) => repeatsOf(other, i, sets) === repeats).length === 1
  return repeats > 0 && isAlone ? all : set
}

const union = (parts: Sets): readonly number[] => [...new Set(parts.flat())]
const cross = (a: Sets, b: Sets): Sets => a.flatMap(left => b.map(right => union([left, right])))
const sameKeys = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every(k => b.includes(k))
