/** Time as a thing one is handed, so that simulation can turn it. */
export interface Clock {
  /** Milliseconds since the epoch, as `Date.now`. */
  nowMs(): number
  /** Milliseconds that never go back, for measuring how long something took. */
  elapsedMs(): number
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  elapsedMs: () => performance.now(),
}
