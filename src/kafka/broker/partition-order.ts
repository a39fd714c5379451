/** Appends that take time, partition by partition one behind the other: what came first is stored first. */
import type { PartitionLog } from '../log/partition-log.ts'

export class PartitionOrder {
  readonly #last = new Map<PartitionLog, Promise<void>>()

  /** Something of this partition is under way: what comes now has to go behind it. */
  isBusy(log: PartitionLog): boolean {
    return this.#last.has(log)
  }

  /** Does this once what is under way is done. It does not fail. */
  behind(log: PartitionLog, act: () => Promise<void>): void {
    const done = (this.#last.get(log) ?? Promise.resolve()).then(act)
    this.#last.set(log, done)
    void done.then(() => {
      if (this.#last.get(log) === done) this.#last.delete(log)
    })
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.all(this.#last.values())
  }
}
