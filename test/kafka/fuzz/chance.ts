/** Decisions of a fuzzing run: all of them follow from one seed. */
import { type Random, seededRandom } from '#src/base/random.ts'

export class Chance implements Random {
  readonly #random: Random

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** Of one of many that go on side by side, whatever order they begin in. */
  static of(seed: number, index: number): Chance {
    return new Chance(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
  }

  next(): number {
    return this.#random.next()
  }

  /** True so often. */
  is(probability: number): boolean {
    return this.next() < probability
  }

  /** From `min` up to and with `max`. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  of<T>(values: readonly T[]): T {
    return values[this.int(0, values.length - 1)]!
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.int(0, 255))
  }
}
