/** Tables as bags of rows, compared: floating point up to rounding, everything else exactly. */
import type { Op } from '#src/testing/memory-tables.ts'

/** A row as one text a column; NULL is null. */
export type Cells = readonly (string | null)[]

/** The rows a changelog leaves; a row taken back that was not there stays as what is missing. */
export function applied(changes: Iterable<readonly [Op, Cells]>): { readonly rows: Cells[]; readonly missing: Cells[] } {
  const left = new Map<string, { readonly cells: Cells; count: number }>()
  for (const [op, cells] of changes) {
    const key = JSON.stringify(cells)
    const known = left.get(key) ?? { cells, count: 0 }
    known.count += op === '+I' || op === '+U' ? 1 : -1
    if (known.count === 0) left.delete(key)
    else left.set(key, known)
  }
  const times = (wanted: number) =>
    [...left.values()].flatMap(({ cells, count }) => Array.from({ length: Math.max(0, count * wanted) }, () => cells))
  return { rows: times(1), missing: times(-1) }
}

/** Rows that only one of the bags has. `approximate` says which columns are floating point. */
export function difference(left: readonly Cells[], right: readonly Cells[], approximate: readonly boolean[]) {
  const onlyRight = new Map<string, Cells[]>()
  for (const cells of right) {
    const key = JSON.stringify(cells)
    onlyRight.set(key, [...(onlyRight.get(key) ?? []), cells])
  }
  const onlyLeft = left.filter(cells => onlyRight.get(JSON.stringify(cells))?.pop() === undefined)
  const rest = [...onlyRight.values()].flat()
  if (!approximate.includes(true)) return { left: onlyLeft, right: rest }
  const unmatched = onlyLeft.filter(cells => {
    const at = rest.findIndex(other => cells.every((cell, i) => same(cell, other[i]!, approximate[i]!)))
    if (at >= 0) rest.splice(at, 1)
    return at < 0
  })
  return { left: unmatched, right: rest }
}

/** The last digits of a float depend on the order of a sum. */
function same(a: string | null, b: string | null, approximate: boolean): boolean {
  if (a === b) return true
  if (!approximate || a === null || b === null) return false
  const [x, y] = [Number(a), Number(b)]
  return Math.abs(x - y) <= 1e-6 * Math.max(Math.abs(x), Math.abs(y)) || (Number.isNaN(x) && Number.isNaN(y))
}

export const show = (rows: readonly Cells[]): string =>
  rows.length === 0
    ? 'nothing'
    : rows
        .slice(0, 6)
        .map(cells => `(${cells.map(cell => cell ?? 'NULL').join(', ')})`)
        .join(' ')
