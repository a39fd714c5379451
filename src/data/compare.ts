/**
 * Equality, order and hash of values as `value.ts` writes them, made once per type and then called per value.
 *
 * The three agree: `equalValues(t)(a, b)` exactly when `compareValues(t)(a, b) === 0`, and equal values hash alike. NULL
 * equals NULL, at the top and inside (as in GROUP BY, DISTINCT and Flink's comparison of nested values), and is lowest.
 *
 *     text      by code points, which is the order of its UTF-8 bytes
 *     binary    byte by byte, unsigned; a prefix is lower
 *     DOUBLE    as java.lang.Double.compare: -0.0 < 0.0, NaN equals itself and is greatest
 *     ARRAY ROW element by element; a shorter array that is a prefix is lower
 *     MAP       regardless of the order of its entries; so is MULTISET
 *     VARIANT   null < boolean < number < text < array < object; 1 and 1.0 are one number
 */
import { unreachable } from '../base/assert.ts'
import type { DataType } from './type.ts'
import type { Value } from './value.ts'

export type Equal = (a: Value, b: Value) => boolean
/** Negative, zero or positive. */
export type Compare = (a: Value, b: Value) => number
/** A 32-bit integer. */
export type Hash = (value: Value) => number

/** `floats: 'sql'` compares FLOAT and DOUBLE as `=` does: 0.0 = -0.0, and NaN equals nothing. Nested ones too. */
export interface EqualOptions {
  readonly floats?: 'java' | 'sql'
}

/** Are two values of this type the same? Two NULLs are; whoever asks for SQL's `=` looks for NULL first. */
export function equalValues(type: DataType, options: EqualOptions = {}): Equal {
  switch (type.kind) {
    case 'FLOAT':
    case 'DOUBLE':
      return options.floats === 'sql' ? (a, b) => a === b : Object.is
    case 'BINARY':
    case 'VARBINARY':
      return orNull((a, b) => compareBytes(a as Uint8Array, b as Uint8Array) === 0)
    case 'ARRAY': {
      const element = equalValues(type.element, options)
      return orNull((a, b) => equalLists(a as Value[], b as Value[], () => element))
    }
    case 'ROW': {
      const fields = type.fields.map(f => equalValues(f.type, options))
      return orNull((a, b) => equalLists(a as Value[], b as Value[], i => fields[i]!))
    }
    case 'MAP': {
      const value = equalValues(type.value, options)
      return equalEntries(equalValues(type.key, options), value, compareValues(type.key))
    }
    case 'MULTISET':
      return equalEntries(equalValues(type.element, options), Object.is, compareValues(type.element))
    case 'VARIANT': {
      return (a, b) => compareVariants(a, b) === 0
    }
    default:
      return (a, b) => a === b
  }
}

/** A total order over the type's values, NULL first. */
export function compareValues(type: DataType): Compare {
  switch (type.kind) {
    case 'NULL':
      return () => 0
    case 'FLOAT':
    case 'DOUBLE':
      return nullFirst((a, b) => compareDoubles(a as number, b as number))
    case 'CHAR':
    case 'VARCHAR':
      return nullFirst((a, b) => compareText(a as string, b as string))
    case 'BINARY':
    case 'VARBINARY':
      return nullFirst((a, b) => compareBytes(a as Uint8Array, b as Uint8Array))
    case 'ARRAY': {
      const element = compareValues(type.element)
      return nullFirst((a, b) => compareLists(a as Value[], b as Value[], () => element))
    }
    case 'ROW': {
      const fields = type.fields.map(f => compareValues(f.type))
      return nullFirst((a, b) => compareLists(a as Value[], b as Value[], i => fields[i]!))
    }
    case 'MAP':
      return compareEntries(compareValues(type.key), compareValues(type.value))
    case 'MULTISET':
      return compareEntries(compareValues(type.element), compareOrdered)
    case 'VARIANT':
      return nullFirst(compareVariants)
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'DECIMAL':
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
      return nullFirst(compareOrdered)
    default:
      return unreachable(type)
  }
}

/** A hash that equal values share. */
export function hashValue(type: DataType): Hash {
  switch (type.kind) {
    case 'ARRAY': {
      const element = hashValue(type.element)
      return list => (list === null ? NULL_HASH : hashList(list as Value[], () => element))
    }
    case 'ROW': {
      const fields = type.fields.map(f => hashValue(f.type))
      return row => (row === null ? NULL_HASH : hashList(row as Value[], i => fields[i]!))
    }
    case 'MAP':
      return hashEntries(hashValue(type.key), hashValue(type.value))
    case 'MULTISET':
      return hashEntries(hashValue(type.element), hashScalar)
    case 'VARIANT':
      return hashVariant
    default:
      return hashScalar
  }
}

/** A set of values under `equalValues`, in the order they came. */
export class ValueSet {
  readonly #equal: Equal
  readonly #hash: Hash
  readonly #buckets = new Map<number, Value[]>()

  constructor(type: DataType, options: EqualOptions = {}) {
    this.#equal = equalValues(type, options)
    this.#hash = hashValue(type)
  }

  has(value: Value): boolean {
    return this.#buckets.get(this.#hash(value))?.some(other => this.#equal(value, other)) ?? false
  }

  /** True when the value is new. */
  add(value: Value): boolean {
    const hash = this.#hash(value)
    const bucket = this.#buckets.get(hash)
    if (bucket === undefined) this.#buckets.set(hash, [value])
    else if (bucket.some(other => this.#equal(value, other))) return false
    else bucket.push(value)
    return true
  }
}

/** By code points. JavaScript's own `<` goes by UTF-16 units, where U+FFFD comes after U+1F600. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return x >= 0xd800 && y >= 0xd800 ? rankUnit(x) - rankUnit(y) : x - y
  }
  return a.length - b.length
}

/** Surrogates stand for code points above all others. */
const rankUnit = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit + 0x2000)

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}

/** java.lang.Double.compare. */
export function compareDoubles(a: number, b: number): number {
  if (a < b) return -1
  if (a > b) return 1
  if (a === b) return a !== 0 || Object.is(a, b) ? 0 : Object.is(a, -0) ? -1 : 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

const compareOrdered: Compare = (a, b) => (a! < b! ? -1 : a! > b! ? 1 : 0)

const orNull =
  (equal: Equal): Equal =>
  (a, b) =>
    a === null || b === null ? a === b : equal(a, b)
const nullFirst =
  (compare: Compare): Compare =>
  (a, b) =>
    a === null || b === null ? Number(a !== null) - Number(b !== null) : compare(a, b)

function equalLists(a: readonly Value[], b: readonly Value[], at: (i: number) => Equal): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (!at(i)(a[i]!, b[i]!)) return false
  return true
}

function compareLists(a: readonly Value[], b: readonly Value[], at: (i: number) => Compare): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const order = at(i)(a[i]!, b[i]!)
    if (order !== 0) return order
  }
  return a.length - b.length
}

type Entry = readonly [Value, Value]

/** Small maps entry by entry, large ones side by side in the order of their keys. */
function equalEntries(key: Equal, value: Equal, compareKeys: Compare): Equal {
  const sorted = (entries: readonly Entry[]) => entries.toSorted((a, b) => compareKeys(a[0], b[0]))
  const same = (a: Entry, b: Entry) => key(a[0], b[0]) && value(a[1], b[1])
  return orNull((a, b) => {
    const left = a as readonly Entry[]
    const right = b as readonly Entry[]
    if (left.length !== right.length) return false
    if (left.length <= 8) return left.every(entry => right.some(other => same(entry, other)))
    const others = sorted(right)
    return sorted(left).every((entry, i) => same(entry, others[i]!))
  })
}

/** Maps as lists of their entries in the order of the keys. */
function compareEntries(key: Compare, value: Compare): Compare {
  const sorted = (entries: Value) => (entries as readonly Entry[]).toSorted((a, b) => key(a[0], b[0]))
  const entry: Compare = (a, b) => {
    const [left, right] = [a as Entry, b as Entry]
    return key(left[0], right[0]) || value(left[1], right[1])
  }
  return nullFirst((a, b) => compareLists(sorted(a), sorted(b), () => entry))
}

function compareVariants(a: Value, b: Value): number {
  const rank = variantRank(a)
  if (rank !== variantRank(b)) return rank - variantRank(b)
  if (a === null) return 0
  if (typeof a === 'string') return compareText(a, b as string)
  if (Array.isArray(a)) return compareLists(a, b as Value[], () => compareVariants)
  if (a instanceof Map) {
    const sorted = (object: Value) => [...(object as ReadonlyMap<string, Value>)].toSorted((x, y) => compareText(x[0], y[0]))
    const member: Compare = (x, y) => {
      const [left, right] = [x as [string, Value], y as [string, Value]]
      return compareText(left[0], right[0]) || compareVariants(left[1], right[1])
    }
    return compareLists(sorted(a), sorted(b), () => member)
  }
  if (typeof a === 'number' && typeof b === 'number') return compareDoubles(a === 0 ? 0 : a, b === 0 ? 0 : b)
  return compareOrdered(a, b)
}

function variantRank(value: Value): number {
  if (value === null) return 0
  if (typeof value === 'boolean') return 1
  if (typeof value === 'number' || typeof value === 'bigint') return 2
  if (typeof value === 'string') return 3
  return Array.isArray(value) ? 4 : 5
}

const NULL_HASH = 0x2f0b4a7d
const doubleBits = new Float64Array(1)
const wordBits = new Int32Array(doubleBits.buffer)

function hashScalar(value: Value): number {
  switch (typeof value) {
    case 'string':
      return hashText(value)
    case 'number':
      return hashNumber(value)
    case 'bigint':
      return mix(mix(17, Number(BigInt.asIntN(32, value))), Number(BigInt.asIntN(32, value >> 32n)))
    case 'boolean':
      return value ? 1231 : 1237
    default:
      return value instanceof Uint8Array ? value.reduce(mix, 17) : NULL_HASH
  }
}

function hashNumber(value: number): number {
  if ((value | 0) === value && !Object.is(value, -0)) return mix(17, value)
  doubleBits[0] = Number.isNaN(value) ? Number.NaN : value
  return mix(mix(17, wordBits[0]!), wordBits[1]!)
}

function hashText(text: string): number {
  let hash = 17
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i))
  return hash
}

function hashList(list: readonly Value[], at: (i: number) => Hash): number {
  let hash = list.length
  for (let i = 0; i < list.length; i++) hash = mix(hash, at(i)(list[i]!))
  return hash
}

/** The sum over the entries: their order does not matter. */
function hashEntries(key: Hash, value: Hash): Hash {
  return map => {
    if (map === null) return NULL_HASH
    let hash = 0
    for (const [k, v] of map as readonly Entry[]) hash = (hash + mix(key(k), value(v))) | 0
    return hash
  }
}

/** 1n and 1 are one number, so a bigint goes by the double next to it. */
function hashVariant(value: Value): number {
  if (typeof value === 'bigint') return hashNumber(Number(value))
  if (value === 0) return hashNumber(0)
  if (Array.isArray(value)) return hashList(value, () => hashVariant)
  if (!(value instanceof Map)) return hashScalar(value)
  let hash = 0
  for (const [k, v] of value) hash = (hash + mix(hashText(k), hashVariant(v))) | 0
  return hash
}

const mix = (hash: number, word: number): number => {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1)
  return mixed ^ (mixed >>> 15)
}
