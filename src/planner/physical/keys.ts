/**
 * Upsert keys: sets of columns that each tell which row a change is about. They pass through what keeps rows apart and
 * end where rows of different keys may become equal or change places, as Flink's FlinkRelMdUpsertKeys has it.
 */
import type { Expr } from '../../expr/expr.ts'

export type Keys = readonly (readonly number[])[]

/** A key survives a projection when all of its columns do. */
export function keysThrough(keys: Keys, exprs: readonly Expr[]): Keys {
  return distinctKeys(
    keys.flatMap(key => {
      const at = key.map(column => exprs.findIndex(e => e.kind === 'input' && e.index === column))
      return at.includes(-1) ? [] : [at]
    }),
  )
}

/** Behind a shuffle only keys that hold the shuffle's columns keep changes of one row in order. */
export const keysHolding = (keys: Keys, columns: readonly number[]): Keys =>
  keys.filter(key => columns.every(column => key.includes(column)))

export function distinctKeys(keys: Keys): Keys {
  const seen = new Set<string>()
  return keys.map(key => key.toSorted((a, b) => a - b)).filter(key => !seen.has(key.join()) && seen.add(key.join()))
}

export const isContained = (part: readonly number[], whole: readonly number[]): boolean => part.every(p => whole.includes(p))

/**
 * A row of an equi-join is known by its left row where the right has at most one match for it, by its right row the
 * other way round, and always by both.
 */
export function joinKeys(
  joinType: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti',
  left: { readonly keys: Keys; readonly on: readonly number[] },
  right: { readonly keys: Keys; readonly on: readonly number[] },
  leftWidth: number,
): Keys {
  if (joinType === 'semi' || joinType === 'anti') return left.keys
  const leftKeys = keysHolding(left.keys, left.on)
  const rightKeys = keysHolding(right.keys, right.on).map(key => key.map(c => c + leftWidth))
  const isUnique = (side: { readonly keys: Keys; readonly on: readonly number[] }): boolean =>
    side.keys.some(key => isContained(key, side.on))
  const padsLeft = joinType === 'right' || joinType === 'full'
  const padsRight = joinType === 'left' || joinType === 'full'
  return distinctKeys([
    ...(isUnique(right) && !padsLeft ? leftKeys : []),
    ...(isUnique(left) && !padsRight ? rightKeys : []),
    ...leftKeys.flatMap(l => rightKeys.map(r => [...l, ...r])),
  ])
}

/** The key a join keeps its rows by: one within the join's columns first, then the shortest. */
export function bestKey(keys: Keys, on: readonly number[]): readonly number[] | undefined {
  const within = keys.find(key => isContained(key, on))
  return within ?? keys.toSorted((a, b) => a.length - b.length)[0]
}
