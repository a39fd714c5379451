/**
 * Files of segments that compaction replaced. A reader may have been told of one and not have opened it yet: it goes aside under
 * another name, and away after a while.
 */
import type { Timer } from '../../base/clock.ts'
import { DELETED } from './compaction/swap.ts'
import type { LogContext } from './log-context.ts'

export class ReplacedFiles {
  readonly #context: LogContext
  readonly #names = new Set<string>()
  readonly #timers = new Set<Timer>()

  constructor(context: LogContext) {
    this.#context = context
  }

  /** `….log.deleted`, or with a number where an earlier one of that name is still there. */
  nameFor(path: string): string {
    let name = path + DELETED
    for (let i = 1; this.#names.has(name); i++) name = `${path}.${i}${DELETED}`
    this.#names.add(name)
    return name
  }

  deleteAfter(path: string, delayMs: number): void {
    const { timers, warn, open } = this.#context
    const timer = timers.after(delayMs, () => {
      this.#timers.delete(timer)
      open.files.remove(path).then(
        () => this.#names.delete(path),
        error => warn('segment not deleted', { segment: path, error: error.message }),
      )
    })
    this.#timers.add(timer)
  }

  /** What waits for its deletion goes at the next start, or with the directory. */
  forget(): void {
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }
}
