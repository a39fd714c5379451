/** Where unpacked bytes go: grows with what really comes out, never by what the packed data claims, up to a limit. */

/** The data unpacks to more than it may: a bomb, or a limit that is too low. */
export class TooLargeError extends RangeError {
  constructor(maxBytes: number) {
    super(`it unpacks to more than ${maxBytes} bytes`)
  }
}

/** Memory as it comes, not zeroed: whoever gets it writes before it shows. */
export function uninitialized(size: number): Uint8Array {
  return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer)
}

/** A first buffer for data of `packedBytes`. */
export function firstOutput(packedBytes: number, maxBytes: number): Uint8Array {
  return uninitialized(Math.min(maxBytes, Math.max(256, packedBytes * 4)))
}

/** A greater buffer that begins with the first `used` bytes of `out` and has room for `more`. */
export function growOutput(out: Uint8Array, used: number, more: number, maxBytes: number): Uint8Array {
  const needed = used + more
  if (needed > maxBytes) throw new TooLargeError(maxBytes)
  const grown = uninitialized(Math.min(maxBytes, Math.max(needed, out.length * 2)))
  grown.set(out.subarray(0, used))
  return grown
}

/** Repeats `count` bytes that start `back` bytes before `used`; they may run into what is being written. Room is there. */
export function copyBack(out: Uint8Array, used: number, back: number, count: number): void {
  const from = used - back
  if (count < 32) {
    for (let i = 0; i < count; i++) out[used + i] = out[from + i]!
  } else if (back >= count) {
    out.copyWithin(used, from, from + count)
  } else {
    // The pattern of `back` bytes, then twice as much each time.
    out.copyWithin(used, from, used)
    for (let done = back; done < count; done *= 2) out.copyWithin(used + done, used, used + Math.min(done, count - done))
  }
}

/** Appends `packed[at, at + count)`. Room is there. */
export function copyLiterals(packed: Uint8Array, at: number, out: Uint8Array, used: number, count: number): void {
  if (count < 32) for (let i = 0; i < count; i++) out[used + i] = packed[at + i]!
  else out.set(packed.subarray(at, at + count), used)
}
