/** Relative tolerance of cases whose expectation was computed by another libm. */
export const isWithinTolerance = (value: number, expected: number): boolean =>
  value === expected || Math.abs(value - expected) <= 1e-12 * Math.max(Math.abs(value), Math.abs(expected))
