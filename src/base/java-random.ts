/**
 * The sequence of java.util.Random: the same seed gives the same numbers. RAND(seed) and RAND_INTEGER(seed, n) promise it.
 */
export class JavaRandom {
  #state: bigint

  constructor(seed: bigint) {
    this.#state = (seed ^ MULTIPLIER) & MASK
  }

  /** The next `bits` bits (at most 32) as a signed integer. */
  next(bits: number): number {
    this.#state = (this.#state * MULTIPLIER + 0xbn) & MASK
    return Number(BigInt.asIntN(32, this.#state >> BigInt(48 - bits)))
  }

  /** In [0, 1), with 53 random bits. */
  nextDouble(): number {
    return (this.next(26) * 0x8000000 + this.next(27)) / 0x20000000000000
  }

  /** In [0, bound); `bound` is positive. */
  nextInt(bound: number): number {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(this.next(31))) >> 31n)
    for (;;) {
      const bits = this.next(31)
      const value = bits % bound
      // The last, incomplete run of `bound` values would favour small ones.
      if (bits - value + (bound - 1) <= 0x7fffffff) return value
    }
  }
}

const MULTIPLIER = 0x5deece66dn
const MASK = (1n << 48n) - 1n
