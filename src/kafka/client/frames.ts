/**
 * Responses out of a stream of bytes: four bytes of length, then that much. Memory grows with what arrives, never with what
 * is claimed. Behind each frame that was put together, `SLACK` bytes can be read: decoders look at words, not only at bytes.
 */
import { ProtocolError } from '../protocol/protocol-error.ts'

export const SLACK = 16
const LENGTH_BYTES = 4
const FIRST_BYTES = 64 << 10

export class ResponseFrames {
  /** What has arrived of the frame under way, behind its length. */
  #partial: Uint8Array = new Uint8Array(0)
  #filled = 0
  readonly #head = new Uint8Array(LENGTH_BYTES)
  #headFilled = 0
  #length = -1
  /** The longest frame so far: so much the broker has shown to mean. */
  #shown = FIRST_BYTES

  /** Hands each frame that is whole now to `deliver`. Its bytes are the receiver's own. */
  push(chunk: Uint8Array, deliver: (frame: Uint8Array) => void): void {
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
          deliver(frame)
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
      this.#shown = Math.max(this.#shown, this.#length)
      this.#partial = new Uint8Array(0)
      this.#filled = 0
      this.#length = -1
      deliver(frame)
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
    const larger = new Uint8Array(Buffer.allocUnsafeSlow(wanted).buffer)
    larger.set(this.#partial.subarray(0, this.#filled))
    this.#partial = larger
  }
}
