/**
 * Memory that small batches are copied to until their round is written, so that the frames they came in are free at once.
 * What is copied in turn lies in turn: batches of one partition become one write. Once it is written it is used again.
 */
export class Stage {
  #slab = new Uint8Array(SLAB_BYTES)
  #used = 0
  /** Filled since the last round began. */
  #filled: Uint8Array<ArrayBuffer>[] = []
  readonly #free: Uint8Array<ArrayBuffer>[] = []

  copy(bytes: Uint8Array, at: number, size: number): Uint8Array {
    if (this.#used + size > this.#slab.length) {
      if (size > SLAB_BYTES) return bytes.slice(at, at + size)
      this.#filled.push(this.#slab)
      this.#slab = this.#free.pop() ?? new Uint8Array(SLAB_BYTES)
      this.#used = 0
    }
    const copy = this.#slab.subarray(this.#used, this.#used + size)
    copy.set(bytes.subarray(at, at + size))
    this.#used += size
    return copy
  }

  /** A round begins that takes all that was copied so far; answers what to call when it is over. */
  beginRound(): () => void {
    const filled = this.#filled
    if (filled.length === 0) return nothing
    this.#filled = []
    return () => {
      for (const slab of filled) if (this.#free.length < KEPT_SLABS) this.#free.push(slab)
    }
  }
}

const nothing = (): void => {}

const SLAB_BYTES = 256 * 1024
const KEPT_SLABS = 32
