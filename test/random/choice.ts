/** Seeded choices, and pieces of trees left out: what the generators of tables and queries share. */
import { seededRandom } from '#src/base/random.ts'

export class Choice {
  readonly #random: { next(): number }

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** An integer in [0, limit). */
  below(limit: number): number {
    return Math.floor(this.#random.next() * limit)
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1)
  }

  chance(probability: number): boolean {
    return this.#random.next() < probability
  }

  one<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!
  }

  /** `count` results of `make`. */
  many<T>(low: number, high: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.between(low, high) }, (_, i) => make(i))
  }

  /** One of the alternatives, by weight: `[[3, a], [1, b]]` is `a` three times out of four. */
  weighted<T>(alternatives: readonly (readonly [weight: number, value: T])[]): T {
    let at = this.#random.next() * alternatives.reduce((sum, [weight]) => sum + weight, 0)
    for (const [weight, value] of alternatives) if ((at -= weight) < 0) return value
    return alternatives.at(-1)![1]
  }
}

/** The list without one element, each in turn; never empty unless `toEmpty`. */
export function* without<T>(list: readonly T[], toEmpty = false): Generator<T[]> {
  if (list.length > 1 || (toEmpty && list.length === 1)) for (let i = 0; i < list.length; i++) yield list.toSpliced(i, 1)
}

/** The list with one element replaced by each of its smaller forms, in turn. */
export function* withSmaller<T>(list: readonly T[], smaller: (item: T) => Iterable<T>): Generator<T[]> {
  for (let i = 0; i < list.length; i++) for (const item of smaller(list[i]!)) yield list.with(i, item)
}
