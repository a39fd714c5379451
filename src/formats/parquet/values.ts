/**
 * Arrays that values are written to, by storage (`data/storage.ts`): those of a chunk's column (`ColumnFill` has them), of
 * a dictionary, or of a page of nested values. 64-bit integers are written as halves, low half first: no bigint is made.
 */
import { BytesColumn, type Column } from '../../data/column.ts'
import { type Storage, storageOf } from '../../data/storage.ts'
import type { DataType } from '../../data/type.ts'

export interface Values {
  readonly bools: Uint8Array
  readonly ints: Int32Array
  /** i64, ts and the low lane of i128 */
  readonly halves: Int32Array
  /** The high lane of i128. */
  readonly highHalves: Int32Array
  readonly nanos: Int32Array
  readonly doubles: Float64Array
  readonly starts: Int32Array
  readonly ends: Int32Array
}

const NO_BYTES = new Uint8Array(0)
const NO_INTS = new Int32Array(0)
const NO_DOUBLES = new Float64Array(0)

/** Arrays of their own for `size` values of a type. */
export class ValueArrays implements Values {
  readonly type: DataType
  readonly storage: Storage
  readonly size: number
  readonly bools: Uint8Array = NO_BYTES
  readonly ints: Int32Array = NO_INTS
  readonly halves: Int32Array = NO_INTS
  readonly highHalves: Int32Array = NO_INTS
  readonly nanos: Int32Array = NO_INTS
  readonly doubles: Float64Array = NO_DOUBLES
  readonly starts: Int32Array = NO_INTS
  readonly ends: Int32Array = NO_INTS

  constructor(type: DataType, size: number) {
    this.type = type
    this.storage = storageOf(type)
    this.size = size
    switch (this.storage) {
      case 'bool':
        this.bools = new Uint8Array(size)
        return
      case 'i32':
        this.ints = new Int32Array(size)
        return
      case 'f64':
        this.doubles = new Float64Array(size)
        return
      case 'bytes':
        this.starts = new Int32Array(size)
        this.ends = new Int32Array(size)
        return
      default:
        this.halves = new Int32Array(size * 2)
        if (this.storage === 'ts') this.nanos = new Int32Array(size)
        if (this.storage === 'i128') this.highHalves = new Int32Array(size * 2)
    }
  }

  /** As a column; views look into `bytes`. */
  column(bytes: Uint8Array): Column {
    const { type, storage } = this
    const valid = undefined
    switch (storage) {
      case 'bool':
        return { storage, type, valid, values: this.bools }
      case 'i32':
        return { storage, type, valid, values: this.ints }
      case 'f64':
        return { storage, type, valid, values: this.doubles }
      case 'i64':
        return { storage, type, valid, values: wide(this.halves) }
      case 'ts':
        return { storage, type, valid, values: wide(this.halves), nanos: this.nanos }
      case 'i128':
        return { storage, type, valid, values: wide(this.halves), high: wide(this.highHalves) }
      case 'bytes':
        return new BytesColumn(type, bytes, this.starts, this.ends)
      case 'object':
        return { storage, type, valid, values: [] }
    }
  }
}

const wide = (halves: Int32Array): BigInt64Array => new BigInt64Array(halves.buffer, halves.byteOffset, halves.length / 2)

/** Value `at + i` becomes `from`'s value `codes[i]`, for `count` codes. */
export function gather(storage: Storage, from: Values, codes: Int32Array, count: number, into: Values, at: number): void {
  switch (storage) {
    case 'bool':
      for (let i = 0; i < count; i++) into.bools[at + i] = from.bools[codes[i]!]!
      return
    case 'i32':
      gatherInts(from.ints, codes, count, into.ints, at)
      return
    case 'f64':
      gatherDoubles(from.doubles, codes, count, into.doubles, at)
      return
    case 'bytes':
      gatherInts(from.starts, codes, count, into.starts, at)
      gatherInts(from.ends, codes, count, into.ends, at)
      return
    case 'i64':
      gatherHalves(from.halves, codes, count, into.halves, at)
      return
    case 'ts':
      gatherHalves(from.halves, codes, count, into.halves, at)
      gatherInts(from.nanos, codes, count, into.nanos, at)
      return
    case 'i128':
      gatherHalves(from.halves, codes, count, into.halves, at)
      gatherHalves(from.highHalves, codes, count, into.highHalves, at)
      return
    case 'object':
      return
  }
}

function gatherInts(from: Int32Array, codes: Int32Array, count: number, into: Int32Array, at: number): void {
  for (let i = 0; i < count; i++) into[at + i] = from[codes[i]!]!
}

function gatherDoubles(from: Float64Array, codes: Int32Array, count: number, into: Float64Array, at: number): void {
  for (let i = 0; i < count; i++) into[at + i] = from[codes[i]!]!
}

function gatherHalves(from: Int32Array, codes: Int32Array, count: number, into: Int32Array, at: number): void {
  for (let i = 0; i < count; i++) {
    const code = codes[i]!
    into[2 * (at + i)] = from[2 * code]!
    into[2 * (at + i) + 1] = from[2 * code + 1]!
  }
}

/**
 * Values stand side by side from `at` on; row `at + i` shall have one where `valid[at + i]` is 1. Works in place, from
 * behind. Rows without a value keep what they held, but views become empty.
 */
export function spread(storage: Storage, into: Values, valid: Uint8Array, at: number, rows: number, present: number): void {
  switch (storage) {
    case 'bool':
      return spreadArray(into.bools, valid, at, rows, present)
    case 'i32':
      return spreadArray(into.ints, valid, at, rows, present)
    case 'f64':
      return spreadArray(into.doubles, valid, at, rows, present)
    case 'i64':
      return spreadHalves(into.halves, valid, at, rows, present)
    case 'ts':
      spreadHalves(into.halves, valid, at, rows, present)
      return spreadArray(into.nanos, valid, at, rows, present)
    case 'i128':
      spreadHalves(into.halves, valid, at, rows, present)
      return spreadHalves(into.highHalves, valid, at, rows, present)
    case 'bytes':
      spreadArray(into.starts, valid, at, rows, present)
      spreadArray(into.ends, valid, at, rows, present)
      for (let row = at; row < at + rows; row++) if (valid[row] === 0) into.starts[row] = into.ends[row] = 0
      return
    case 'object':
      return
  }
}

export function spreadArray(
  array: Uint8Array | Int32Array | Float64Array,
  valid: Uint8Array,
  at: number,
  rows: number,
  present: number,
): void {
  let from = at + present - 1
  for (let row = at + rows - 1; row > from; row--) if (valid[row] === 1) array[row] = array[from--]!
}

function spreadHalves(halves: Int32Array, valid: Uint8Array, at: number, rows: number, present: number): void {
  let from = at + present - 1
  for (let row = at + rows - 1; row > from; row--) {
    if (valid[row] === 0) continue
    halves[2 * row] = halves[2 * from]!
    halves[2 * row + 1] = halves[2 * from + 1]!
    from--
  }
}
