/**
 * Requests out of a stream of bytes: four bytes of length, then that much. A frame that lies whole in what was read is a view
 * of it; a longer one is put together in memory that grows with what arrives, never with what is claimed.
 */
import { MillraceError } from '../../base/errors.ts'
import type { Lender } from '../log/partition-log.ts'
import type { MemoryBudget } from './memory-budget.ts'

/** One request's bytes, until everyone who looks into them has let go. */
export class Frame implements Lender {
  readonly bytes: Uint8Array
  readonly #budget: MemoryBudget
  #holders = 1

  constructor(bytes: Uint8Array, budget: MemoryBudget) {
    this.bytes = bytes
    this.#budget = budget
    budget.take(bytes.length)
  }

  retain(): void {
    this.#holders++
  }

  release(): void {
    if (--this.#holders === 0) this.#budget.give(this.bytes.length)
  }
}

/** A frame that is longer than its connection may send. */
export class FrameTooLarge extends MillraceError {}

const LENGTH_BYTES = 4
const FIRST_BYTES = 64 * 1024

export class FrameAssembler {
  readonly #maxBytes: () => number
  readonly #budget: MemoryBudget
  /** What has arrived of the frame under way, its length included, and how much that is. */
  #partial = new Uint8Array()
  #filled = 0
  /** The longest frame this connection completed: so much it has shown to mean. */
  #shown = FIRST_BYTES

  /** `maxBytes`: what the connection may send now; more once it has said who it is. */
  constructor(maxBytes: () => number, budget: MemoryBudget) {
    this.#maxBytes = maxBytes
    this.#budget = budget
  }

  /** Hands each frame that is whole now to `deliver`. */
  push(chunk: Uint8Array, deliver: (frame: Frame) => void): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#filled === 0 && chunk.length - at >= LENGTH_BYTES) {
        const end = at + LENGTH_BYTES + this.#lengthAt(chunk, at)
        if (end <= chunk.length) {
          deliver(new Frame(chunk.subarray(at + LENGTH_BYTES, end), this.#budget))
          at = end
          continue
        }
      }
      at += this.#collect(chunk, at, deliver)
    }
  }

  /** Bytes kept of a frame that is not whole. */
  get pendingBytes(): number {
    return this.#filled
  }

  #collect(chunk: Uint8Array, at: number, deliver: (frame: Frame) => void): number {
    const available = chunk.length - at
    if (this.#filled < LENGTH_BYTES) {
      const count = Math.min(available, LENGTH_BYTES - this.#filled)
      this.#room(LENGTH_BYTES)
      this.#partial.set(chunk.subarray(at, at + count), this.#filled)
      this.#filled += count
      if (this.#filled === LENGTH_BYTES && this.#lengthAt(this.#partial, 0) === 0) this.#complete(deliver)
      return count
    }
    const whole = LENGTH_BYTES + this.#lengthAt(this.#partial, 0)
    const count = Math.min(available, whole - this.#filled)
    this.#room(Math.min(whole, Math.max(this.#filled + count, Math.min(whole, this.#shown))))
    this.#partial.set(count === chunk.length ? chunk : chunk.subarray(at, at + count), this.#filled)
    this.#filled += count
    if (this.#filled === whole) this.#complete(deliver)
    return count
  }

  #complete(deliver: (frame: Frame) => void): void {
    const frame = new Frame(this.#partial.subarray(LENGTH_BYTES, this.#filled), this.#budget)
    this.#shown = Math.max(this.#shown, this.#filled)
    this.#partial = new Uint8Array()
    this.#filled = 0
    deliver(frame)
  }

  /** Room for so many bytes in all; at least doubles, so that a long frame is not copied for each of its pieces. */
  #room(bytes: number): void {
    if (bytes <= this.#partial.length) return
    const larger = new Uint8Array(Math.max(bytes, Math.min(this.#partial.length * 2, this.#maxBytes() + LENGTH_BYTES)))
    larger.set(this.#partial.subarray(0, this.#filled))
    this.#partial = larger
  }

  #lengthAt(bytes: Uint8Array, at: number): number {
    const length = (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
    if (length < 0 || length > this.#maxBytes()) {
      throw new FrameTooLarge(
        'REQUEST_TOO_LARGE',
        'external',
        `a request of ${length >>> 0} bytes; ${this.#maxBytes()} are allowed`,
      )
    }
    return length
  }
}
