import type { ByteWriter } from './format.ts'

/** A byte writer that doubles. Emptied by setting `length` to 0. */
export function byteWriter(): ByteWriter {
  return {
    bytes: new Uint8Array(512 << 10),
    length: 0,
    reserve(more) {
      if (this.length + more <= this.bytes.length) return
      const grown = new Uint8Array(Math.max(this.length + more, this.bytes.length * 2))
      grown.set(this.bytes.subarray(0, this.length))
      this.bytes = grown
    },
  }
}
