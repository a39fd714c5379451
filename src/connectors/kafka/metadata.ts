/** Metadata columns: what a record has besides key and value, written straight from the arrays of its batch. */
import { assert } from '../../base/assert.ts'
import { BytesColumn, type Column } from '../../data/column.ts'
import type { BufferPool, PooledArray } from '../../data/pool.ts'
import { textBytes } from '../../data/text.ts'
import { type Schema, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { BatchFacts, Rows } from '../../kafka/client/index.ts'
import { type RecordHeader, headersOf } from '../../kafka/records/headers.ts'

const headers = types.map(types.string(), types.bytes())

export const readableMetadata: Schema = [
  { name: 'topic', type: types.string(false) },
  { name: 'partition', type: types.int(false) },
  { name: 'headers', type: { ...headers, nullable: false } },
  { name: 'leader-epoch', type: types.int() },
  { name: 'offset', type: types.bigint(false) },
  { name: 'timestamp', type: types.timestampLtz(3, false) },
  { name: 'timestamp-type', type: types.string(false) },
]

export const writableMetadata: Schema = [
  { name: 'topic', type: types.string(false) },
  { name: 'headers', type: headers },
  { name: 'timestamp', type: types.timestampLtz(3) },
]

const HIGH_WORD = 2 ** 32

/** The column of records `records[0, count)` of a view; what it holds of the pool is added to `owned`. */
export function metadataColumn(
  key: string,
  rows: Rows,
  records: Int32Array,
  count: number,
  pool: BufferPool,
  owned: PooledArray[],
): Column {
  const { view, partition } = rows
  const { type } = readableMetadata.find(m => m.name === key)!
  switch (key) {
    case 'topic':
      return constantText(partition.topic, count, type, pool, owned)
    case 'partition': {
      const values = pool.i32(count).fill(partition.partition, 0, count)
      owned.push(values)
      return { storage: 'i32', type, values, valid: undefined }
    }
    case 'offset':
      return longs(view.offsets, records, count, type, pool, owned)
    case 'timestamp':
      return longs(view.timestamps, records, count, type, pool, owned)
    case 'leader-epoch': {
      const values = pool.i32(count)
      const valid = pool.u8(count)
      owned.push(values, valid)
      eachBatch(rows, records, count, (row, { leaderEpoch }) => {
        values[row] = leaderEpoch
        valid[row] = leaderEpoch < 0 ? 0 : 1
      })
      return { storage: 'i32', type, values, valid }
    }
    case 'timestamp-type': {
      const bytes = textBytes('CreateTimeLogAppendTime')
      const starts = pool.i32(count)
      const ends = pool.i32(count)
      owned.push(starts, ends)
      eachBatch(rows, records, count, (row, { timestampType }) => {
        const appended = timestampType === 'LogAppendTime'
        starts[row] = appended ? 10 : 0
        ends[row] = appended ? 23 : 10
      })
      return new BytesColumn(type, bytes, starts, ends)
    }
    default: {
      assert(key === 'headers', `Kafka records have no ${key}`)
      const values: Value[] = []
      for (let row = 0; row < count; row++)
        values.push(view.headerCounts[records[row]!] === 0 ? NONE : mapOf(headersOf(view, records[row]!)))
      return { storage: 'object', type, values, valid: undefined }
    }
  }
}

const NONE: readonly Value[] = []

/** Of several headers of one name the last counts, as in Flink. Values are copies: the bytes they lie in are written to. */
function mapOf(list: readonly RecordHeader[]): readonly Value[] {
  const entries = new Map<string, Uint8Array | null>()
  for (const { key, value } of list) entries.set(key, value === null ? null : new Uint8Array(value))
  return [...entries]
}

/** Tells for each record what its batch says. */
function eachBatch({ batches }: Rows, records: Int32Array, count: number, tell: (row: number, batch: BatchFacts) => void): void {
  let batch = 0
  for (let row = 0; row < count; row++) {
    while (batch + 1 < batches.length && batches[batch + 1]!.row <= records[row]!) batch++
    tell(row, batches[batch]!)
  }
}

/** Whole numbers as 64 bits, without a bigint for each. */
function longs(
  from: Float64Array,
  records: Int32Array,
  count: number,
  type: Column['type'],
  pool: BufferPool,
  owned: PooledArray[],
): Column {
  const values = pool.i64(count)
  owned.push(values)
  const halves = new Int32Array(values.buffer, values.byteOffset, 2 * count)
  for (let row = 0; row < count; row++) {
    const value = from[records[row]!]!
    halves[2 * row] = value | 0
    halves[2 * row + 1] = Math.floor(value / HIGH_WORD)
  }
  return { storage: 'i64', type, values, valid: undefined }
}

function constantText(text: string, count: number, type: Column['type'], pool: BufferPool, owned: PooledArray[]): Column {
  const bytes = textBytes(text)
  const starts = pool.i32(count).fill(0, 0, count)
  const ends = pool.i32(count).fill(bytes.length, 0, count)
  owned.push(starts, ends)
  return new BytesColumn(type, bytes, starts, ends)
}
