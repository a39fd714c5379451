/**
 * Rows in a seeded random order within their chunk: event time as it arrives in the wild, the same on every run. For
 * demonstrations and tests of lateness.
 */
import { unreachable } from '../base/assert.ts'
import { seededRandom } from '../base/random.ts'
import { Chunk } from '../data/chunk.ts'
import { BytesColumn, type Column, arraysOf } from '../data/column.ts'
import type { BufferPool, PooledArray } from '../data/pool.ts'

/** Takes over `chunk`. `seed` should differ from chunk to chunk. */
export function shuffled(chunk: Chunk, seed: number, pool: BufferPool): Chunk {
  const order = pool.i32(chunk.length)
  const random = seededRandom(seed)
  for (let i = 0; i < chunk.length; i++) order[i] = i
  for (let i = chunk.length - 1; i > 0; i--) {
    const other = Math.floor(random.next() * (i + 1))
    const moved = order[i]!
    order[i] = order[other]!
    order[other] = moved
  }
  const owned: PooledArray[] = [order]
  const columns = chunk.columns.map(column => gathered(column, order, chunk.length, pool, owned))
  return new Chunk({ schema: chunk.schema, length: chunk.length, columns, owned, pool, parents: [chunk] })
}

/** Row i of the result is row `order[i]`. Texts go on looking into the same bytes. */
function gathered(column: Column, order: Int32Array, length: number, pool: BufferPool, owned: PooledArray[]): Column {
  const valid = column.valid === undefined ? undefined : permuted(column.valid, pool.u8(length), order, length)
  if (column.storage === 'bytes') {
    const starts = permuted(column.starts, pool.i32(length), order, length)
    const ends = permuted(column.ends, pool.i32(length), order, length)
    const result = new BytesColumn(column.type, column.bytes, starts, ends, valid)
    owned.push(starts, ends, ...(valid === undefined ? [] : [valid]))
    if (column.codes !== undefined) {
      result.codes = permuted(column.codes, pool.i32(length), order, length)
      result.dictionary = column.dictionary
      owned.push(result.codes)
    }
    return result
  }
  const result = fixed(column, order, length, pool, valid)
  owned.push(...arraysOf(result))
  return result
}

function fixed(
  column: Exclude<Column, BytesColumn>,
  order: Int32Array,
  length: number,
  pool: BufferPool,
  valid: Uint8Array | undefined,
): Column {
  switch (column.storage) {
    case 'bool':
      return { ...column, valid, values: permuted(column.values, pool.u8(length), order, length) }
    case 'i32':
      return { ...column, valid, values: permuted(column.values, pool.i32(length), order, length) }
    case 'i64':
      return { ...column, valid, values: permuted(column.values, pool.i64(length), order, length) }
    case 'f64':
      return { ...column, valid, values: permuted(column.values, pool.f64(length), order, length) }
    case 'i128': {
      const high = permuted(column.high, pool.i64(length), order, length)
      return { ...column, valid, high, values: permuted(column.values, pool.i64(length), order, length) }
    }
    case 'ts': {
      const nanos = permuted(column.nanos, pool.i32(length), order, length)
      return { ...column, valid, nanos, values: permuted(column.values, pool.i64(length), order, length) }
    }
    case 'object':
      return { ...column, valid, values: Array.from({ length }, (_, i) => column.values[order[i]!]!) }
    default:
      return unreachable(column)
  }
}

function permuted<A extends PooledArray>(from: A, into: A, order: Int32Array, length: number): A {
  for (let i = 0; i < length; i++) into[i] = from[order[i]!]!
  return into
}
