/** Trying again: with growing pauses, for as long as it may help. */
import type { Timers } from '../../base/clock.ts'
import type { Random } from '../../base/random.ts'
import { mayPass } from './errors.ts'

export const sleep = (timers: Timers, ms: number): Promise<void> => new Promise(resolve => void timers.after(ms, resolve))

/** Pauses that double up to a limit, a fifth shorter or longer by chance, so that many clients do not come at once. */
export class Backoff {
  readonly #firstMs: number
  readonly #mostMs: number
  readonly #random: Random
  #failures = 0

  constructor(firstMs: number, mostMs: number, random: Random) {
    this.#firstMs = firstMs
    this.#mostMs = Math.max(mostMs, firstMs)
    this.#random = random
  }

  /** How long to wait after one more failure. */
  next(): number {
    const ms = Math.min(this.#mostMs, this.#firstMs * 2 ** Math.min(this.#failures++, 20))
    return ms * (0.8 + 0.4 * this.#random.next())
  }

  reset(): void {
    this.#failures = 0
  }
}

export interface RetryOptions {
  readonly timers: Timers
  readonly backoff: Backoff
  /** After so long the last failure counts. */
  readonly withinMs: number
  elapsedMs(): number
  /** Between two attempts: to look for another leader, say. */
  between?(error: unknown): Promise<void> | void
}

export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions): Promise<T> {
  const startedMs = options.elapsedMs()
  for (;;) {
    try {
      return await attempt()
    } catch (error) {
      const pauseMs = options.backoff.next()
      if (!mayPass(error) || options.elapsedMs() + pauseMs - startedMs > options.withinMs) throw error
      await sleep(options.timers, pauseMs)
      await options.between?.(error)
    }
  }
}
