/**
 * Field names as bytes. A name's id is its place in the table: the columns of the schema first, then the table's other
 * columns, then whatever messages bring along, up to a limit.
 */
import { textBytes } from '../../data/text.ts'

/** A name that is in no table. */
export const UNKNOWN = -1
/** So many names are learnt from messages. */
const MAX_LEARNT = 512

export class Keys {
  /** Of each name, its bytes with quotes and colon: `"price":`. */
  readonly #keys: Uint8Array[] = []
  /** The same, but for names that need escapes. */
  readonly #plain: (Uint8Array | undefined)[] = []
  /** Open addressing by hash: id + 1, or 0 for an empty slot. */
  readonly #slots: Int32Array
  readonly #mask: number
  readonly #maxNames: number

  constructor(names: readonly string[]) {
    this.#maxNames = names.length + MAX_LEARNT
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(this.#maxNames * 2)))
    this.#mask = this.#slots.length - 1
    for (const name of names) this.#add(textBytes(name))
  }

  /** The quoted name with its colon, as it usually stands in a message. Undefined for a name that needs escapes there. */
  key(id: number): Uint8Array | undefined {
    const key = this.#keys[id]
    return key === undefined || key.subarray(1, -2).some(needsEscape) ? undefined : key
  }

  /** Behind the colon when the key with this id begins at `at`, else -1. */
  match(id: number, bytes: Uint8Array, at: number): number {
    const key = this.#plain[id]
    if (key === undefined) return -1
    for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return -1
    return at + key.length
  }

  /** The id of the name in `bytes[start, end)`; a new name is learnt. */
  find(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start
    let slot = hash(bytes, start, end) & this.#mask
    for (; this.#slots[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const id = this.#slots[slot]! - 1
      const key = this.#keys[id]!
      if (key.length !== length + 3) continue
      let i = 0
      while (i < length && key[i + 1] === bytes[start + i]) i++
      if (i === length) return id
    }
    return this.#keys.length < this.#maxNames ? this.#add(bytes.slice(start, end)) : UNKNOWN
  }

  #add(name: Uint8Array): number {
    const id = this.#keys.length
    const key = new Uint8Array(name.length + 3)
    key[0] = key[name.length + 1] = 34
    key[name.length + 2] = 58
    key.set(name, 1)
    this.#keys.push(key)
    this.#plain.push(this.key(id))
    let slot = hash(name, 0, name.length) & this.#mask
    while (this.#slots[slot] !== 0) slot = (slot + 1) & this.#mask
    this.#slots[slot] = id + 1
    return id
  }
}

const needsEscape = (byte: number): boolean => byte < 32 || byte === 34 || byte === 92

/** Over length and up to eight bytes: names of one message differ early or in length. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let h = end - start
  const stop = Math.min(end, start + 8)
  for (let at = start; at < stop; at++) h = (Math.imul(h, 31) + bytes[at]!) | 0
  if (end > stop) h = (Math.imul(h, 31) + bytes[end - 1]!) | 0
  return h ^ (h >>> 11)
}
