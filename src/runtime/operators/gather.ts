/**
 * Rows picked out of columns, a column at a time: what joins, sorts and limits build their output with.
 *
 *     from  x: 10 20 30     rows  2 0 -1 2     into  x: 30 10 NULL 30
 *
 * One loop per kind of array, over the bare arrays: each stays monomorphic whatever schemas a process runs.
 */
import { assert, unreachable } from '../../base/assert.ts'
import { Chunk } from '../../data/chunk.ts'
import { BytesColumn, type Column, arraysOf, newColumn } from '../../data/column.ts'
import type { BufferPool, PooledArray } from '../../data/pool.ts'
import { type DataType, type Schema, withNullable } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { wordsOf } from '../state/state-column.ts'

/** Row `rows[i]` of `from` becomes row `at + i` of `into`, which `newColumn` made. Row -1 is NULL. */
export function gatherColumn(from: Column, rows: Int32Array, count: number, into: Column, at: number): void {
  gatherValid(from.valid, rows, count, into.valid, at)
  gatherValues(from, rows, count, into, at)
}

/** Rows `from` up to `to` of a column from `newColumn` become NULL. */
export function fillNull(into: Column, from: number, to: number): void {
  assert(into.valid !== undefined, 'a column with NULLs is of a nullable type')
  into.valid.fill(0, from, to)
  if (into.storage === 'bytes') {
    into.starts.fill(0, from, to)
    into.ends.fill(0, from, to)
  } else if (into.storage === 'object') {
    for (let row = from; row < to; row++) into.values[row] = null
  }
}

function gatherValues(from: Column, rows: Int32Array, count: number, into: Column, at: number): void {
  switch (from.storage) {
    case 'bool':
      assert(into.storage === from.storage, 'gathered columns are stored alike')
      return gatherU8(from.values, rows, count, into.values, at)
    case 'i32':
      assert(into.storage === from.storage, 'gathered columns are stored alike')
      return gatherI32(from.values, rows, count, into.values, at)
    case 'f64':
      assert(into.storage === from.storage, 'gathered columns are stored alike')
      return gatherWords(wordsOf(from.values), rows, count, wordsOf(into.values), at)
    case 'i64':
      assert(into.storage === from.storage, 'gathered columns are stored alike')
      return gatherWords(wordsOf(from.values), rows, count, wordsOf(into.values), at)
    case 'i128':
      assert(into.storage === from.storage, 'gathered columns are stored alike')
      gatherWords(wordsOf(from.values), rows, count, wordsOf(into.values), at)
      return gatherWords(wordsOf(from.high), rows, count, wordsOf(into.high), at)
    case 'ts':
      assert(into.storage === from.storage, 'gathered columns are stored alike')
      gatherWords(wordsOf(from.values), rows, count, wordsOf(into.values), at)
      return gatherI32(from.nanos, rows, count, into.nanos, at)
    case 'bytes':
      assert(into.storage === from.storage, 'gathered columns are stored alike')
      return gatherBytes(from, rows, count, into, at)
    case 'object':
      assert(into.storage === from.storage, 'gathered columns are stored alike')
      return gatherObjects(from.values, rows, count, into.values, at)
    default:
      unreachable(from)
  }
}

function gatherValid(
  from: Uint8Array | undefined,
  rows: Int32Array,
  count: number,
  into: Uint8Array | undefined,
  at: number,
): void {
  if (into === undefined) return
  if (from === undefined) for (let i = 0; i < count; i++) into[at + i] = rows[i]! < 0 ? 0 : 1
  else for (let i = 0; i < count; i++) into[at + i] = rows[i]! < 0 ? 0 : from[rows[i]!]!
}

function gatherU8(from: Uint8Array, rows: Int32Array, count: number, into: Uint8Array, at: number): void {
  for (let i = 0; i < count; i++) into[at + i] = rows[i]! < 0 ? 0 : from[rows[i]!]!
}

function gatherI32(from: Int32Array, rows: Int32Array, count: number, into: Int32Array, at: number): void {
  for (let i = 0; i < count; i++) into[at + i] = rows[i]! < 0 ? 0 : from[rows[i]!]!
}

function gatherF64(from: Float64Array, rows: Int32Array, count: number, into: Float64Array, at: number): void {
  for (let i = 0; i < count; i++) into[at + i] = rows[i]! < 0 ? 0 : from[rows[i]!]!
}

/** As 32-bit words: no bigint, and no NaN that changes its bits. */
function gatherWords(from: Int32Array, rows: Int32Array, count: number, into: Int32Array, at: number): void {
  for (let i = 0; i < count; i++) {
    const row = rows[i]! * 2
    const to = (at + i) * 2
    into[to] = row < 0 ? 0 : from[row]!
    into[to + 1] = row < 0 ? 0 : from[row + 1]!
  }
}

function gatherObjects(from: readonly Value[], rows: Int32Array, count: number, into: Value[], at: number): void {
  for (let i = 0; i < count; i++) into[at + i] = rows[i]! < 0 ? null : from[rows[i]!]!
}

function gatherBytes(from: BytesColumn, rows: Int32Array, count: number, into: BytesColumn, at: number): void {
  const { starts, ends } = from
  let total = 0
  for (let i = 0; i < count; i++) if (rows[i]! >= 0) total += ends[rows[i]!]! - starts[rows[i]!]!
  into.reserve(total)
  into.used = copyBytes(from.bytes, starts, ends, rows, count, into.bytes, into.starts, into.ends, at, into.used)
}

function copyBytes(
  from: Uint8Array,
  starts: Int32Array,
  ends: Int32Array,
  rows: Int32Array,
  count: number,
  into: Uint8Array,
  intoStarts: Int32Array,
  intoEnds: Int32Array,
  at: number,
  used: number,
): number {
  for (let i = 0; i < count; i++) {
    const row = rows[i]!
    intoStarts[at + i] = used
    if (row >= 0) {
      const start = starts[row]!
      const length = ends[row]! - start
      if (length <= 32) for (let j = 0; j < length; j++) into[used + j] = from[start + j]!
      else into.set(from.subarray(start, start + length), used)
      used += length
    }
    intoEnds[at + i] = used
  }
  return used
}

/** The rows of `chunk` that `rows` names, ascending or not, as a chunk. Takes `chunk` over; text stays where it is. */
export function selectRows(chunk: Chunk, rows: Int32Array, count: number, pool: BufferPool): Chunk {
  const columns = chunk.columns.map(column => viewColumn(column, rows, count, pool))
  const owned = columns.flatMap(column => (column.storage === 'bytes' ? viewArrays(column) : arraysOf(column)))
  const kinds = chunk.kinds === undefined ? undefined : pool.u8(count)
  if (kinds !== undefined) {
    gatherU8(chunk.kinds!, rows, count, kinds, 0)
    owned.push(kinds)
  }
  const watermarks = chunk.watermarks === undefined ? undefined : pool.f64(count)
  if (watermarks !== undefined) {
    gatherF64(chunk.watermarks!, rows, count, watermarks, 0)
    owned.push(watermarks)
  }
  const { schema, split } = chunk
  return new Chunk({ schema, length: count, columns, kinds, watermarks, split, owned, pool, parents: [chunk] })
}

/** Picked rows whose text is still the original's: the chunk that holds them has that of `column` as a parent. */
export function viewColumn(column: Column, rows: Int32Array, count: number, pool: BufferPool): Column {
  if (column.storage !== 'bytes') {
    const into = newColumn(column.type, count, pool)
    if (column.valid === undefined && into.valid !== undefined) {
      pool.give(into.valid)
      into.valid = undefined
    }
    gatherColumn(column, rows, count, into, 0)
    return into
  }
  return viewText(column, withNullable(column.type, column.valid !== undefined), rows, count, pool)
}

/** Picked rows of a text, which stays where it is, as a column of `type`. Row -1 is NULL, where the type has it. */
export function viewText(column: BytesColumn, type: DataType, rows: Int32Array, count: number, pool: BufferPool): BytesColumn {
  const valid = type.nullable ? pool.u8(count) : undefined
  gatherValid(column.valid, rows, count, valid, 0)
  const view = new BytesColumn(type, column.bytes, pool.i32(count), pool.i32(count), valid)
  gatherI32(column.starts, rows, count, view.starts, 0)
  gatherI32(column.ends, rows, count, view.ends, 0)
  if (column.codes !== undefined) {
    view.codes = pool.i32(count)
    view.dictionary = column.dictionary
    gatherI32(column.codes, rows, count, view.codes, 0)
  }
  return view
}

/** What a text column from `viewColumn` holds of its own. */
export function viewArrays(column: BytesColumn): PooledArray[] {
  return [column.starts, column.ends, column.valid, column.codes].filter(array => array !== undefined)
}

/** Rows `from` up to `to` of `chunk`, which it takes over. */
export function sliceRows(chunk: Chunk, from: number, to: number): Chunk {
  if (from === 0 && to === chunk.length) return chunk
  return new Chunk({
    schema: chunk.schema,
    length: to - from,
    columns: chunk.columns.map(column => sliceColumn(column, from, to)),
    kinds: chunk.kinds?.subarray(from, to),
    watermarks: chunk.watermarks?.subarray(from, to),
    split: chunk.split,
    parents: [chunk],
  })
}

function sliceColumn(column: Column, from: number, to: number): Column {
  const { type } = column
  const valid = column.valid?.subarray(from, to)
  switch (column.storage) {
    case 'bool':
      return { storage: column.storage, type, valid, values: column.values.subarray(from, to) }
    case 'i32':
      return { storage: column.storage, type, valid, values: column.values.subarray(from, to) }
    case 'i64':
      return { storage: column.storage, type, valid, values: column.values.subarray(from, to) }
    case 'f64':
      return { storage: column.storage, type, valid, values: column.values.subarray(from, to) }
    case 'i128':
      return {
        storage: column.storage,
        type,
        valid,
        values: column.values.subarray(from, to),
        high: column.high.subarray(from, to),
      }
    case 'ts':
      return {
        storage: column.storage,
        type,
        valid,
        values: column.values.subarray(from, to),
        nanos: column.nanos.subarray(from, to),
      }
    case 'bytes': {
      const view = new BytesColumn(type, column.bytes, column.starts.subarray(from, to), column.ends.subarray(from, to), valid)
      view.codes = column.codes?.subarray(from, to)
      view.dictionary = column.dictionary
      return view
    }
    case 'object':
      return { storage: column.storage, type, valid, values: column.values.slice(from, to) }
    default:
      return unreachable(column)
  }
}

/** The same rows under another schema of the same storage: other names, or a column that may be NULL. Takes `chunk` over. */
export function withSchema(chunk: Chunk, schema: Schema): Chunk {
  if (chunk.schema === schema) return chunk
  const { length, columns, kinds, watermarks } = chunk
  return new Chunk({ schema, length, columns, kinds, watermarks, parents: [chunk] })
}
