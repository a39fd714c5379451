/**
 * One column of a chunk: values side by side in the arrays that `storage.ts` describes. Arrays may be longer than the
 * chunk; only its first `length` rows mean anything. Columns do not own their arrays, chunks do (`chunk.ts`).
 */
import { assert, unreachable } from '../base/assert.ts'
import type { BufferPool, PooledArray } from './pool.ts'
import { storageOf } from './storage.ts'
import { maxBytes, readText, writeText } from './text.ts'
import { type DataType, isText } from './type.ts'
import type { Value } from './value.ts'

export type Column = FixedColumn | BytesColumn | ObjectColumn
export type FixedColumn =
  | ColumnOf<'bool', Uint8Array>
  | ColumnOf<'i32', Int32Array>
  | ColumnOf<'i64', BigInt64Array>
  | ColumnOf<'f64', Float64Array>
  /** `values` are the low 64 bits, `high` the upper ones with the sign. */
  | (ColumnOf<'i128', BigInt64Array> & { readonly high: BigInt64Array })
  /** `nanos` is 0 to 999,999 within the millisecond in `values`. */
  | (ColumnOf<'ts', BigInt64Array> & { readonly nanos: Int32Array })
export type ObjectColumn = ColumnOf<'object', Value[]>

interface ColumnOf<S, A> {
  readonly storage: S
  readonly type: DataType
  readonly values: A
  /** A byte per row, 1 for a value and 0 for NULL; undefined when no row is NULL. */
  valid: Uint8Array | undefined
}

/** Distinct texts that many rows share. Rows name them by code; equal codes of one dictionary are equal texts. */
export interface Dictionary {
  readonly size: number
  readonly bytes: Uint8Array
  readonly starts: Int32Array
  readonly ends: Int32Array
}

/**
 * Text or binary as views: row i is `bytes[starts[i], ends[i])`. `bytes` may be a source's buffer that several columns
 * look into, or an arena that this column appends to. `codes` and `dictionary`, where present, say the same once more.
 */
export class BytesColumn {
  readonly storage = 'bytes'
  readonly type: DataType
  readonly starts: Int32Array
  readonly ends: Int32Array
  bytes: Uint8Array
  valid: Uint8Array | undefined
  codes: Int32Array | undefined
  dictionary: Dictionary | undefined
  /** How much of an arena is taken. */
  used = 0
  /** Where a growing arena comes from; undefined for views into somebody else's buffer. */
  readonly #pool: BufferPool | undefined

  constructor(type: DataType, bytes: Uint8Array, starts: Int32Array, ends: Int32Array, valid?: Uint8Array, pool?: BufferPool) {
    this.type = type
    this.bytes = bytes
    this.starts = starts
    this.ends = ends
    this.valid = valid
    this.#pool = pool
  }

  /** An arena of its own, rather than views into somebody else's buffer. */
  get grows(): boolean {
    return this.#pool !== undefined
  }

  /** Makes room for `more` bytes behind `used`. Views stay right: they are offsets. */
  reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return
    assert(this.#pool !== undefined, 'only an arena grows')
    const grown = this.#pool.u8(Math.max(this.used + more, this.bytes.length * 2))
    grown.set(this.bytes.subarray(0, this.used))
    this.#pool.give(this.bytes)
    this.bytes = grown
  }

  setText(row: number, text: string): void {
    this.reserve(maxBytes(text))
    this.starts[row] = this.used
    this.used = writeText(this.bytes, this.used, text)
    this.ends[row] = this.used
  }

  setBytes(row: number, from: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.reserve(length)
    const { bytes, used } = this
    if (length <= 32) for (let i = 0; i < length; i++) bytes[used + i] = from[start + i]!
    else bytes.set(from.subarray(start, end), used)
    this.starts[row] = used
    this.used = used + length
    this.ends[row] = this.used
  }
}

/**
 * A column to be filled, with room for `capacity` rows. Nullable types get a `valid` array with unspecified contents:
 * who fills the column writes it for every row.
 */
export function newColumn(type: DataType, capacity: number, pool: BufferPool): Column {
  const storage = storageOf(type)
  const valid = type.nullable ? pool.u8(capacity) : undefined
  switch (storage) {
    case 'bool':
      return { storage, type, valid, values: pool.u8(capacity) }
    case 'i32':
      return { storage, type, valid, values: pool.i32(capacity) }
    case 'i64':
      return { storage, type, valid, values: pool.i64(capacity) }
    case 'f64':
      return { storage, type, valid, values: pool.f64(capacity) }
    case 'i128':
      return { storage, type, valid, values: pool.i64(capacity), high: pool.i64(capacity) }
    case 'ts':
      return { storage, type, valid, values: pool.i64(capacity), nanos: pool.i32(capacity) }
    case 'bytes':
      return new BytesColumn(type, pool.u8(capacity * 8), pool.i32(capacity), pool.i32(capacity), valid, pool)
    case 'object':
      return { storage, type, valid, values: [] }
    default:
      return unreachable(storage)
  }
}

/** The pooled arrays a column from `newColumn` holds. */
export function arraysOf(column: Column): PooledArray[] {
  const arrays: PooledArray[] = column.valid === undefined ? [] : [column.valid]
  switch (column.storage) {
    case 'bool':
    case 'i32':
    case 'i64':
    case 'f64':
      return [...arrays, column.values]
    case 'i128':
      return [...arrays, column.values, column.high]
    case 'ts':
      return [...arrays, column.values, column.nanos]
    case 'bytes':
      return [...arrays, column.bytes, column.starts, column.ends]
    case 'object':
      return arrays
    default:
      return unreachable(column)
  }
}

export const isNullAt = (column: Column, row: number): boolean => column.valid !== undefined && column.valid[row] === 0

/** The value of one row. For tests, results and slow paths; hot paths are generated. */
export function valueAt(column: Column, row: number): Value {
  if (isNullAt(column, row)) return null
  switch (column.storage) {
    case 'bool':
      return column.values[row] !== 0
    case 'i32':
    case 'f64':
    case 'i64':
      return column.values[row]!
    case 'i128':
      return (column.high[row]! << 64n) | BigInt.asUintN(64, column.values[row]!)
    case 'ts':
      return column.values[row]! * 1_000_000n + BigInt(column.nanos[row]!)
    case 'bytes': {
      const { bytes, starts, ends } = column
      return isText(column.type) ? readText(bytes, starts[row]!, ends[row]!) : bytes.slice(starts[row], ends[row])
    }
    case 'object':
      return column.values[row]!
    default:
      return unreachable(column)
  }
}

/** Writes one row of a column from `newColumn`. The slow way; generated code writes the arrays. */
export function setValue(column: Column, row: number, value: Value): void {
  if (column.valid !== undefined) column.valid[row] = value === null ? 0 : 1
  else assert(value !== null, 'a column of a type that is NOT NULL holds no NULL')
  if (value === null) return setBlank(column, row)
  switch (column.storage) {
    case 'bool':
      column.values[row] = value === true ? 1 : 0
      return
    case 'i32':
      column.values[row] = value as number
      return
    case 'f64':
      column.values[row] = value as number
      return
    case 'i64':
      column.values[row] = value as bigint
      return
    case 'i128':
      column.values[row] = BigInt.asIntN(64, value as bigint)
      column.high[row] = BigInt.asIntN(64, (value as bigint) >> 64n)
      return
    case 'ts': {
      const nanos = Number((((value as bigint) % 1_000_000n) + 1_000_000n) % 1_000_000n)
      column.nanos[row] = nanos
      column.values[row] = ((value as bigint) - BigInt(nanos)) / 1_000_000n
      return
    }
    case 'bytes':
      if (typeof value === 'string') column.setText(row, value)
      else column.setBytes(row, value as Uint8Array, 0, (value as Uint8Array).length)
      return
    case 'object':
      column.values[row] = value
      return
    default:
      unreachable(column)
  }
}

/** What a NULL row holds underneath: readable, and the same for every NULL. */
function setBlank(column: Column, row: number): void {
  switch (column.storage) {
    case 'bool':
    case 'i32':
    case 'f64':
      column.values[row] = 0
      return
    case 'i64':
      column.values[row] = 0n
      return
    case 'i128':
      column.values[row] = 0n
      column.high[row] = 0n
      return
    case 'ts':
      column.values[row] = 0n
      column.nanos[row] = 0
      return
    case 'bytes':
      column.starts[row] = 0
      column.ends[row] = 0
      return
    case 'object':
      column.values[row] = null
      return
    default:
      unreachable(column)
  }
}
