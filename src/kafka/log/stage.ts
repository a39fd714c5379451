/**
 * Memory that small batches are copied to until their round is written, so that the frames they came in are free at once.
 * What is copied in turn lies in turn: batches of one partition become one write.
 */
export class Stage {
  #slab = new Uint8Array()
  #used = 0

  copy(bytes: Uint8Array, at: number, size: number): Uint8Array {
    if (this.#used + size > this.#slab.length) {
      this.#slab = new Uint8Array(Math.max(size, SLAB_BYTES))
      this.#used = 0
    }
    const copy = this.#slab.subarray(this.#used, this.#used + size)
    copy.set(bytes.subarray(at, at + size))
    this.#used += size
    return copy
  }
}

const SLAB_BYTES = 256 * 1024
