/**
 * Responses out of a stream of bytes: four bytes of length, then that much. Memory grows with what arrives, never with what
 * is claimed. Behind each frame that was put together, `SLACK` bytes can be read: decoders look at words, not only at bytes.
 */
import { assert } from '../../base/assert.ts'
import { ProtocolError } from '../protocol/protocol-error.ts'

export const SLACK = 16
const LENGTH_BYTES = 4
const FIRST_BYTES = 64 << 10

/** Where memory for long frames comes from, and goes back to. An array is at least as long as asked for. */
export interface MemoryPool {
  u8(length: number): Uint8Array
  give(array: Uint8Array): void
}

/** The memory of one frame, until everyone who looks into it has let go; then it is written over. */
export class FrameMemory {
  readonly #array: Uint8Array
  readonly #pool: MemoryPool
  #holders = 1

  constructor(array: Uint8Array, pool: MemoryPool) {
    this.#array = array
    this.#pool = pool
  }

  retain(): this {
    assert(this.#holders > 0, 'memory that was let go is not retained')
    this.#holders++
    return this
  }

  release(): void {
    assert(this.#holders > 0, 'memory is released once by each holder')
    if (--this.#holders === 0) this.#pool.give(this.#array)
  }
}

export class ResponseFrames {
  readonly #poolOf: () => MemoryPool | undefined
  /** Where `#partial` is from. */
  #pool: MemoryPool | undefined
  /** What has arrived of the frame under way, behind its length. */
  #partial: Uint8Array = new Uint8Array(0)
  #filled = 0
  readonly #head = new Uint8Array(LENGTH_BYTES)
  #headFilled = 0
  #length = -1
  /** The longest frame so far: so much the broker has shown to mean. */
  #shown = FIRST_BYTES

  /** `poolOf`: where the next frame's memory is to come from, if it is long; undefined: from nowhere, and it goes nowhere. */
  constructor(poolOf: () => MemoryPool | undefined = () => undefined) {
    this.#poolOf = poolOf
  }

  /**
   * Hands each frame that is whole now to `deliver`. Its bytes are the receiver's own; those that have a `memory` go with its
   * last holder. `passing`: the chunk is written over after this call.
   */
  push(chunk: Uint8Array, deliver: (frame: Uint8Array, memory?: FrameMemory) => void, passing = false): void {
    let at = 0
    while (at < chunk.length) {
      if (this.#length < 0) {
        at = this.#readLength(chunk, at)
        if (this.#length < 0) return
        // Small ones lie whole in what was read, and need no copy.
        if (chunk.length - at >= this.#length) {
          const frame = chunk.subarray(at, at + this.#length)
          at += this.#length
          this.#length = -1
          deliver(passing ? Buffer.from(frame) : frame)
          continue
        }
      }
      const count = Math.min(chunk.length - at, this.#length - this.#filled)
      this.#room(this.#filled + count)
      this.#partial.set(count === chunk.length ? chunk : chunk.subarray(at, at + count), this.#filled)
      this.#filled += count
      at += count
      if (this.#filled < this.#length) return
      const frame = this.#partial.subarray(0, this.#length)
      const memory = this.#pool === undefined ? undefined : new FrameMemory(this.#partial, this.#pool)
      this.#shown = Math.max(this.#shown, this.#length)
      this.#partial = new Uint8Array(0)
      this.#pool = undefined
      this.#filled = 0
      this.#length = -1
      deliver(frame, memory)
    }
  }

  #readLength(chunk: Uint8Array, at: number): number {
    while (this.#headFilled < LENGTH_BYTES && at < chunk.length) this.#head[this.#headFilled++] = chunk[at++]!
    if (this.#headFilled < LENGTH_BYTES) return at
    this.#headFilled = 0
    const [a, b, c, d] = this.#head
    this.#length = (a! << 24) | (b! << 16) | (c! << 8) | d!
    if (this.#length < LENGTH_BYTES) throw new ProtocolError('MESSAGE_MALFORMED', `a response of ${this.#length} bytes`)
    return at
  }

  #room(bytes: number): void {
    if (bytes + SLACK <= this.#partial.length) return
    const wanted = Math.min(this.#length, Math.max(bytes, 2 * this.#partial.length, this.#shown)) + SLACK
    const pool = this.#poolOf()
    const larger = pool === undefined ? new Uint8Array(Buffer.allocUnsafeSlow(wanted).buffer) : pool.u8(wanted)
    larger.set(this.#partial.subarray(0, this.#filled))
    this.#pool?.give(this.#partial)
    this.#partial = larger
    this.#pool = pool
  }
}
