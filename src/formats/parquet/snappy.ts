/**
 * Snappy, unpacked: a length, then literals and copies from what was written before.
 *
 *     05 10 61 62 63 64 65     5 bytes, literal of 5: 'abcde'
 *
 * Throws RangeError where the bytes are no Snappy data of `size` bytes.
 */
export function unpackSnappy(packed: Uint8Array, size: number): Uint8Array {
  let at = 0
  let length = 0
  for (let shift = 0; ; shift += 7) {
    const byte = byteAt(packed, at++)
    length |= (byte & 127) << shift
    if (byte < 128) break
    if (shift > 28) throw new RangeError('the length is too long')
  }
  if (length !== size) throw new RangeError(`it unpacks to ${length} bytes, not ${size}`)
  const out = new Uint8Array(size)
  let used = 0
  while (at < packed.length) {
    const tag = packed[at++]!
    if ((tag & 3) === 0) {
      let count = tag >> 2
      if (count >= 60) {
        const extra = count - 59
        count = 0
        for (let i = 0; i < extra; i++) count += byteAt(packed, at++) * 2 ** (8 * i)
      }
      count += 1
      if (at + count > packed.length || used + count > size) throw new RangeError('a literal is too long')
      if (count <= 16) for (let i = 0; i < count; i++) out[used + i] = packed[at + i]!
      else out.set(packed.subarray(at, at + count), used)
      at += count
      used += count
      continue
    }
    let count = (tag >> 2) + 1
    let back: number
    if ((tag & 3) === 1) {
      count = ((tag >> 2) & 7) + 4
      back = ((tag >> 5) << 8) | byteAt(packed, at++)
    } else {
      const bytes = (tag & 3) === 2 ? 2 : 4
      back = 0
      for (let i = 0; i < bytes; i++) back += byteAt(packed, at++) * 2 ** (8 * i)
    }
    used = copyBack(out, used, back, count)
  }
  if (used !== size) throw new RangeError(`it unpacks to ${used} bytes, not ${size}`)
  return out
}

/** Repeats `count` bytes that start `back` bytes before `used`; they may run into what is being written. */
export function copyBack(out: Uint8Array, used: number, back: number, count: number): number {
  if (back === 0 || back > used || used + count > out.length) throw new RangeError('a copy reaches out of the data')
  if (count > 32 && back >= count) out.copyWithin(used, used - back, used - back + count)
  else for (let i = 0; i < count; i++) out[used + i] = out[used - back + i]!
  return used + count
}

function byteAt(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) throw new RangeError('the data ends too early')
  return bytes[at]!
}
