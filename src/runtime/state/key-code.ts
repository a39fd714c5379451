/**
 * The JavaScript of keys: how rows of a chunk are hashed, compared with slots, and copied into them. One piece per column
 * and storage; `state-table.ts` and `row-store.ts` put them together per schema.
 *
 * Numbers are hashed and compared as 32-bit words. Doubles are equal as `java.lang.Double` has it: NaN equals itself, 0.0
 * and -0.0 differ. Text is hashed over its bytes, once per dictionary entry where it has a dictionary. NULL equals NULL.
 */
import { type Js, js, raw } from '../../codegen/js.ts'
import type { BytesColumn, Dictionary } from '../../data/column.ts'
import { equalValues, hashValue } from '../../data/compare.ts'
import type { StateColumn } from './state-column.ts'

/** The code for key column `i`: `c<i>` is the chunk's column, `k<i>` the table's; `row` and `slot` are in scope. */
export interface ColumnCode {
  /** Declarations before the loop: arrays into locals. */
  readonly setUp: readonly Js[]
  /** More declarations, needed by `words` alone. */
  readonly hashSetUp: readonly Js[]
  /** 32-bit integer expressions over `row` to mix into a hash. */
  readonly words: readonly Js[]
  /** True when row and slot hold the same value. */
  readonly equal: Js
  /** Statements that copy row to slot. */
  readonly copy: readonly Js[]
}

export function columnCode(column: StateColumn, i: number, scope: Record<string, unknown>): ColumnCode {
  const c = raw(`c${i}`)
  const k = raw(`k${i}`)
  const bare = bareCode(column, i, scope)
  if (column.valid === undefined) return bare
  return {
    setUp: [js`const ${c}_valid = columns[${i}].valid ?? ALL_VALID, ${k}_valid = table.columns[${i}].valid`, ...bare.setUp],
    hashSetUp: bare.hashSetUp,
    words: bare.words.map(word => js`(${c}_valid[row] === 0 ? 0x2f0b4a7d : ${word})`),
    equal: js`(${c}_valid[row] === ${k}_valid[slot] && (${c}_valid[row] === 0 || ${bare.equal}))`,
    copy: [
      js`if ((${k}_valid[slot] = ${c}_valid[row]) === 0) table.columns[${i}].blank(slot)
         else {
           ${bare.copy}
         }`,
    ],
  }
}

function bareCode(column: StateColumn, i: number, scope: Record<string, unknown>): ColumnCode {
  const c = raw(`c${i}`)
  const k = raw(`k${i}`)
  const flat = (array: 'bools' | 'ints', field = 'values', name = ''): ColumnCode => {
    const [from, to] = [raw(`c${i}${name}`), raw(`k${i}${name}`)]
    return {
      setUp: [js`const ${from} = columns[${i}].${raw(field)}, ${to} = table.columns[${i}].${raw(array)}`],
      hashSetUp: [],
      words: [js`${from}[row]`],
      equal: js`${from}[row] === ${to}[slot]`,
      copy: [js`${to}[slot] = ${from}[row]`],
    }
  }
  const long = (array: 'words' | 'highWords', field = 'values', name = ''): ColumnCode => {
    const [from, to] = [raw(`c${i}${name}`), raw(`k${i}${name}`)]
    return {
      setUp: [js`const ${from} = wordsOf(columns[${i}].${raw(field)}), ${to} = table.columns[${i}].${raw(array)}`],
      hashSetUp: [],
      words: [js`${from}[2 * row]`, js`${from}[2 * row + 1]`],
      equal: js`${from}[2 * row] === ${to}[2 * slot] && ${from}[2 * row + 1] === ${to}[2 * slot + 1]`,
      copy: [js`${to}[2 * slot] = ${from}[2 * row]`, js`${to}[2 * slot + 1] = ${from}[2 * row + 1]`],
    }
  }
  switch (column.storage) {
    case 'bool':
      return flat('bools')
    case 'i32':
      return flat('ints')
    case 'i64':
      return long('words')
    case 'ts':
      return both(long('words'), flat('ints', 'nanos', '_nanos'))
    case 'i128':
      return both(long('words'), long('highWords', 'high', '_high'))
    case 'f64': {
      const words = long('words', 'values', '_words')
      return {
        setUp: [js`const ${c} = columns[${i}].values, ${k} = table.columns[${i}].doubles`, ...words.setUp],
        hashSetUp: [],
        words: words.words.map(word => js`(${c}[row] !== ${c}[row] ? 0x7ff80000 : ${word})`),
        equal: js`(${words.equal} || (${c}[row] !== ${c}[row] && ${k}[slot] !== ${k}[slot]))`,
        copy: words.copy,
      }
    }
    case 'bytes':
      return {
        setUp: [js`const ${c} = columns[${i}], ${k} = table.columns[${i}]`],
        hashSetUp: [js`const ${c}_hash = table.textHashes(${i}, columns[${i}], from, length)`],
        words: [js`${c}_hash[row]`],
        equal: js`sameBytes(${c}.bytes, ${c}.starts[row], ${c}.ends[row], ${k}.bytes, ${k}.starts[slot], ${k}.ends[slot])`,
        copy: [js`${k}.setBytes(slot, ${c}.bytes, ${c}.starts[row], ${c}.ends[row])`],
      }
    case 'object': {
      scope[`equal${i}`] = equalValues(column.type)
      scope[`hash${i}`] = hashValue(column.type)
      return {
        setUp: [js`const ${c} = columns[${i}].values, ${k} = table.columns[${i}].objects`],
        hashSetUp: [],
        words: [js`${raw(`hash${i}`)}(${c}[row])`],
        equal: js`${raw(`equal${i}`)}(${c}[row], ${k}[slot])`,
        copy: [js`${k}[slot] = ${c}[row]`],
      }
    }
  }
}

const both = (a: ColumnCode, b: ColumnCode): ColumnCode => ({
  setUp: [...a.setUp, ...b.setUp],
  hashSetUp: [...a.hashSetUp, ...b.hashSetUp],
  words: [...a.words, ...b.words],
  equal: js`${a.equal} && ${b.equal}`,
  copy: [...a.copy, ...b.copy],
})

/** Statements that leave the hash of the row in `hash`. */
export const hashCode = (codes: readonly ColumnCode[]): readonly Js[] => [
  js`let hash = 0x1b873593`,
  ...codes.flatMap(code => code.words.map(word => js`hash = Math.imul(hash ^ ${word}, 0x9e3779b1), hash ^= hash >>> 15`)),
]

export function sameBytes(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false
  return true
}

/** A hash over bytes, never 0: that stands for "not yet computed". */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = end - start
  let i = start
  for (; i + 4 <= end; i += 4) {
    hash = Math.imul(hash ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24)), 0x9e3779b1)
    hash ^= hash >>> 15
  }
  for (; i < end; i++) {
    hash = Math.imul(hash ^ bytes[i]!, 0x85ebca6b)
    hash ^= hash >>> 13
  }
  return hash === 0 ? 1 : hash
}

/** The hashes of some of a text column's rows; an entry of a dictionary is hashed once for as long as the dictionary comes. */
export class TextHashes {
  #rows = new Int32Array(0)
  #dictionary: Dictionary | undefined
  #entries = new Int32Array(0)

  of(column: BytesColumn, from: number, length: number): Int32Array {
    if (this.#rows.length < length) this.#rows = new Int32Array(Math.max(256, length))
    const { codes, dictionary } = column
    if (codes === undefined || dictionary === undefined) this.#hashRows(column, from, length)
    else this.#lookUp(codes, dictionary, from, length, column.valid)
    return this.#rows
  }

  #hashRows({ bytes, starts, ends }: BytesColumn, from: number, length: number): void {
    const rows = this.#rows
    for (let row = from; row < length; row++) rows[row] = hashBytes(bytes, starts[row]!, ends[row]!)
  }

  #lookUp(codes: Int32Array, dictionary: Dictionary, from: number, length: number, valid: Uint8Array | undefined): void {
    if (dictionary !== this.#dictionary) {
      this.#dictionary = dictionary
      this.#entries.fill(0)
    }
    if (this.#entries.length < dictionary.size) {
      const entries = new Int32Array(dictionary.size * 2)
      entries.set(this.#entries)
      this.#entries = entries
    }
    const rows = this.#rows
    const entries = this.#entries
    for (let row = from; row < length; row++) {
      if (valid !== undefined && valid[row] === 0) continue
      const code = codes[row]!
      let hash = entries[code]!
      if (hash === 0) entries[code] = hash = hashBytes(dictionary.bytes, dictionary.starts[code]!, dictionary.ends[code]!)
      rows[row] = hash
    }
  }
}
