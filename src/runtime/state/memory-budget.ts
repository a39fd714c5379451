/**
 * What all state of a query may take together (`--memory`). Tables ask before they grow; the one that goes beyond the
 * limit ends the query with its operator named, before Node ends the process without one.
 */
import { MillraceError } from '../../base/errors.ts'

export class MemoryBudget {
  readonly limitBytes: number
  #usedBytes = 0

  constructor(options: { readonly limitBytes?: number } = {}) {
    this.limitBytes = options.limitBytes ?? Number.POSITIVE_INFINITY
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Asks for `bytes` more. Throws OUT_OF_MEMORY_BUDGET, naming `owner` (an operator), when they are not there. */
  take(bytes: number, owner: string): void {
    if (this.#usedBytes + bytes > this.limitBytes) {
      throw new MillraceError(
        'OUT_OF_MEMORY_BUDGET',
        'user',
        `${owner} needs more memory than the query may use: ${megabytes(this.#usedBytes + bytes)} MB of ${megabytes(this.limitBytes)} MB`,
        { hint: 'raise --memory, or keep less state: fewer groups, a smaller window, table.exec.state.ttl' },
      )
    }
    this.#usedBytes += bytes
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes
  }
}

const megabytes = (bytes: number): string => (bytes / (1 << 20)).toFixed(1)
