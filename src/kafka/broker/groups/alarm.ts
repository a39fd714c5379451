/**
 * One timer for many deadlines that mostly move away: heartbeats push theirs ahead a thousand times before one comes due. It rings at the
 * earliest that it was told; who is woken looks what is due, and says when to look next.
 */
import type { Clock, Timer, Timers } from '../../../base/clock.ts'

export class Alarm {
  readonly #clock: Clock
  readonly #timers: Timers
  /** Does what is due; answers when something will be next, Infinity for nothing. */
  readonly #ring: () => number
  #timer: Timer | undefined
  #atMs = Number.POSITIVE_INFINITY

  constructor(clock: Clock, timers: Timers, ring: () => number) {
    this.#clock = clock
    this.#timers = timers
    this.#ring = ring
  }

  /** Rings by then, as the clock's `elapsedMs` has it, or earlier. */
  by(atMs: number): void {
    if (atMs >= this.#atMs) return
    this.#timer?.cancel()
    this.#atMs = atMs
    this.#timer = this.#timers.after(Math.max(0, Math.ceil(atMs - this.#clock.elapsedMs())), () => {
      this.#timer = undefined
      this.#atMs = Number.POSITIVE_INFINITY
      this.by(this.#ring())
    })
  }

  cancel(): void {
    this.#timer?.cancel()
    this.#timer = undefined
    this.#atMs = Number.POSITIVE_INFINITY
  }
}
