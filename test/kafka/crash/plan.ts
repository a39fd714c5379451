/** How each round ends: every named place on both sides, in between any time, and now and then by being asked to stop. */
import type { Random } from '#src/base/random.ts'
import { type CrashAt, type CrashPoint, crashPoints } from './crash-point.ts'

export type Ending =
  | { readonly kind: 'killed at'; readonly at: CrashAt }
  | { readonly kind: 'killed'; readonly afterMs: number }
  | { readonly kind: 'stopped'; readonly afterMs: number }

export interface PlannedRound {
  /** The broker dies while it recovers from the round before: how far through that, and on which side of an operation. */
  readonly recovery: { readonly progress: number; readonly when: CrashAt['when'] } | undefined
  readonly ending: Ending
}

/** How often each place is met within a second of work, about. */
const metOften: Readonly<Record<CrashPoint, number>> = {
  'a segment rolls': 6,
  'records are written': 40,
  'a round is synced': 40,
  'a wide round is journalled': 4,
  'the journal is written': 40,
  'the journal is synced': 40,
  'the journal is replaced by a snapshot': 1,
  'recovery points move': 3,
  'a producer snapshot is put in place': 6,
  'a marker is written': 10,
  'cleaned segments are put in place': 4,
  'what was cleaned away is deleted': 2,
  'the cleaner notes how far it is': 2,
  'anything happens to a file': 150,
}

const ANY_TIME = 6
const STOPS = 4
/** One in so many starts is a crash of its own. */
const RECOVERIES = 3

/** Places that a round can be told to end at. */
export const points = Object.keys(crashPoints) as CrashPoint[]

/** Endings without end; the first so many of them have each once. */
export const endings = points.length * 2 + ANY_TIME + STOPS

export function* plan(random: Random): Generator<PlannedRound> {
  const below = (n: number) => Math.floor(random.next() * n)
  for (let number = 0; ;) {
    const next: Ending[] = [
      ...points.flatMap(point =>
        (['before', 'behind'] as const).map(when => ({
          kind: 'killed at' as const,
          at: { point, time: 1 + below(metOften[point]), when },
        })),
      ),
      ...Array.from({ length: ANY_TIME }, () => ({ kind: 'killed' as const, afterMs: 30 + below(900) })),
      ...Array.from({ length: STOPS }, () => ({ kind: 'stopped' as const, afterMs: 100 + below(500) })),
    ]
    for (let left = next.length; left > 0; left--) {
      const [ending] = next.splice(below(left), 1)
      const recovery = { progress: random.next(), when: below(2) === 0 ? 'before' : 'behind' } as const
      yield { recovery: ++number % RECOVERIES === 0 ? recovery : undefined, ending: ending! }
    }
  }
}
