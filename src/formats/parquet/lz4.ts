/** LZ4 blocks, unpacked. Throws RangeError where the bytes are no block of `size` bytes. */
import { copyBack } from './snappy.ts'

export function unpackLz4(packed: Uint8Array, size: number): Uint8Array {
  const out = new Uint8Array(size)
  const used = unpackBlock(packed, out, 0)
  if (used !== size) throw new RangeError(`it unpacks to ${used} bytes, not ${size}`)
  return out
}

/**
 * The older codec LZ4 is Hadoop's: blocks, each behind its unpacked and its packed size (32 bits, big-endian). Some
 * writers left the frames out; then the whole is one block.
 */
export function unpackHadoopLz4(packed: Uint8Array, size: number): Uint8Array {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  const out = new Uint8Array(size)
  let used = 0
  for (let at = 0; at < packed.length;) {
    if (at + 8 > packed.length) return unpackLz4(packed, size)
    const unpackedSize = view.getUint32(at)
    const packedSize = view.getUint32(at + 4)
    at += 8
    if (packedSize > packed.length - at || used + unpackedSize > size) return unpackLz4(packed, size)
    const end = unpackBlock(packed.subarray(at, at + packedSize), out, used)
    if (end !== used + unpackedSize) throw new RangeError('a block has another size than its frame says')
    used = end
    at += packedSize
  }
  if (used !== size) throw new RangeError(`it unpacks to ${used} bytes, not ${size}`)
  return out
}

/** Sequences of literals and a copy; the last one is literals alone. */
function unpackBlock(packed: Uint8Array, out: Uint8Array, from: number): number {
  let at = 0
  let used = from
  const longer = (count: number): number => {
    if (count < 15) return count
    for (;;) {
      const byte = packed[at++]
      if (byte === undefined) throw new RangeError('the data ends too early')
      count += byte
      if (byte < 255) return count
    }
  }
  while (at < packed.length) {
    const token = packed[at++]!
    const literals = longer(token >> 4)
    if (at + literals > packed.length || used + literals > out.length) throw new RangeError('a literal is too long')
    out.set(packed.subarray(at, at + literals), used)
    at += literals
    used += literals
    if (at === packed.length) return used
    if (at + 2 > packed.length) throw new RangeError('the data ends too early')
    const back = packed[at]! | (packed[at + 1]! << 8)
    at += 2
    used = copyBack(out, used, back, longer(token & 15) + 4)
  }
  return used
}
