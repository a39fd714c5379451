/** Chance as a thing one is handed. */
export interface Random {
  /** In [0, 1). */
  next(): number
}

export const systemRandom: Random = { next: () => Math.random() }

/** A repeatable sequence (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed | 0
  return {
    next() {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return ((t ^ (t >>> 14)) >>> 0) / 4294967296
    },
  }
}

/** A random id (version 4) in base64url, as Kafka writes ids: 22 characters. */
export function randomUuid(random: Random): string {
  const bytes = new Uint8Array(16)
  for (let i = 0; i < 16; i++) bytes[i] = Math.floor(random.next() * 256)
  bytes[6] = (bytes[6]! & 0x0f) | 0x40
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return Buffer.from(bytes).toString('base64url')
}
