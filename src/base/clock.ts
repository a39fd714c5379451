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

/** Something that will happen unless it is cancelled. */
export interface Timer {
  cancel(): void
}

/** Waiting as a thing one is handed. */
export interface Timers {
  /** Calls `ring` once after so many milliseconds. */
  after(ms: number, ring: () => void): Timer
}

/** `setTimeout`. A timer alone keeps no process alive. */
export const systemTimers: Timers = {
  after(ms, ring) {
    const timeout = setTimeout(ring, Math.min(ms, MAX_TIMEOUT_MS))
    timeout.unref()
    return { cancel: () => clearTimeout(timeout) }
  },
}

/** The same where somebody waits: the process lives until it rings or is cancelled. */
export const keepingTimers: Timers = {
  after(ms, ring) {
    const timeout = setTimeout(ring, Math.min(ms, MAX_TIMEOUT_MS))
    return { cancel: () => clearTimeout(timeout) }
  },
}

/** Node rings at once for a longer one. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1
