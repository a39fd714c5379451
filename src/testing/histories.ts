/**
 * Random histories of changes for properties: rows come and go, and what goes was there.
 *
 *     histories({ row: random => `${user(random)} ${amount(random)}` })
 *     ['+I ann 5', '+I bob 1', '-U ann 5', '+U ann 7', '-D bob 1']
 */
import fc from 'fast-check'

export interface HistoryOptions {
  /** Rows in notation, without kinds. Few distinct ones make for good histories. */
  readonly row: fc.Arbitrary<string>
  readonly maxChanges?: number
  /** Only +I. */
  readonly inserts?: boolean
}

type Step = readonly [kind: 'insert' | 'delete' | 'update', row: string, which: number]

/** One change a line. Updates are pairs: the -U before its +U. */
export function histories({ row, maxChanges = 60, inserts = false }: HistoryOptions): fc.Arbitrary<readonly string[]> {
  const kind = inserts
    ? fc.constant('insert' as const)
    : fc.constantFrom('insert' as const, 'insert' as const, 'delete' as const, 'update' as const)
  return fc.array(fc.tuple(kind, row, fc.nat({ max: 1_000 })), { maxLength: maxChanges }).map(steps => history(steps))
}

function history(steps: readonly Step[]): string[] {
  const present: string[] = []
  return steps.flatMap(([kind, row, which]) => {
    const at = present.length === 0 ? 0 : which % present.length
    if (kind === 'insert' || present.length === 0) {
      present.push(row)
      return [`+I ${row}`]
    }
    const [before] = present.splice(at, 1)
    if (kind === 'delete') return [`-D ${before}`]
    present.push(row)
    return [`-U ${before}`, `+U ${row}`]
  })
}

/** The rows that are there after all changes, in the order they came. */
export function standing(history: readonly string[]): string[] {
  const rows: string[] = []
  for (const line of history) {
    const [kind, row] = [line.slice(0, 2), line.slice(3)]
    if (kind === '+I' || kind === '+U') rows.push(row)
    else rows.splice(rows.indexOf(row), 1)
  }
  return rows
}

/** The ways a history may be fed in: nothing may depend on them. */
export const feedings = [
  { chunkRows: 1 },
  { chunkRows: 7 },
  { chunkRows: 1024 },
  { chunkRows: 1, restore: true },
  { chunkRows: 7, restore: true },
] as const
