/** A distribution of milliseconds in buckets whose bounds double: small, and as exact as a person needs it. */
export class LatencyHistogram {
  /** 0.25 ms, 0.5, 1, … 8192 ms; what is longer counts in the last one, which has no bound. */
  static readonly bounds: readonly number[] = Array.from({ length: 16 }, (_, i) => 0.25 * 2 ** i)
  readonly #counts = new Float64Array(LatencyHistogram.bounds.length + 1)
  sumMs = 0
  count = 0

  add(ms: number): void {
    let at = 0
    while (at < LatencyHistogram.bounds.length && ms > LatencyHistogram.bounds[at]!) at++
    this.#counts[at]!++
    this.sumMs += ms
    this.count++
  }

  /** Each bound with how many were at or below it; the last bound is infinite. */
  *cumulative(): Iterable<readonly [boundMs: number, count: number]> {
    let below = 0
    for (let i = 0; i < this.#counts.length; i++) {
      below += this.#counts[i]!
      yield [LatencyHistogram.bounds[i] ?? Number.POSITIVE_INFINITY, below]
    }
  }
}
