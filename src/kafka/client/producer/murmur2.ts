/** The hash by which Java's producer spreads keys: the same key has to go to the same partition, whoever writes it. */
const M = 0x5bd1e995
const SEED = 0x9747b28c

/** Of `bytes[start, end)`, as 32 bits with sign. */
export function murmur2(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
  const length = end - start
  let hash = SEED ^ length
  let at = start
  for (; at + 4 <= end; at += 4) {
    let k = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    k = Math.imul(k, M)
    k ^= k >>> 24
    hash = Math.imul(hash, M) ^ Math.imul(k, M)
  }
  const left = end - at
  if (left > 2) hash ^= bytes[at + 2]! << 16
  if (left > 1) hash ^= bytes[at + 1]! << 8
  if (left > 0) {
    hash ^= bytes[at]!
    hash = Math.imul(hash, M)
  }
  hash ^= hash >>> 13
  hash = Math.imul(hash, M)
  return hash ^ (hash >>> 15)
}
