/**
 * Bytes of requests that a broker holds at once. While they are above the limit no more is read from sockets, so that producers wait
 * where they always wait: in the network.
 */
export class MemoryBudget {
  readonly limitBytes: number
  usedBytes = 0
  readonly #waiting = new Set<() => void>()

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes
  }

  get exhausted(): boolean {
    return this.usedBytes >= this.limitBytes
  }

  take(bytes: number): void {
    this.usedBytes += bytes
  }

  give(bytes: number): void {
    this.usedBytes -= bytes
    if (this.#waiting.size === 0 || this.usedBytes > this.limitBytes / 2) return
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const resume of waiting) resume()
  }

  /** Calls back when there is room again. */
  whenRoom(resume: () => void): void {
    this.#waiting.add(resume)
  }

  forget(resume: () => void): void {
    this.#waiting.delete(resume)
  }
}
