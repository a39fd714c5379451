/**
 * Records of a topic to a chunk: values and keys by their formats, straight from where they lie in the batch, and what a
 * record has besides.
 *
 *     orders-0@5 k1={"n":1}   orders-0@6 k2=∅   orders-0@7 k3={"n":3}
 *     key STRING, n INT, off BIGINT METADATA FROM 'offset'      +I k1 1 5   +I k3 3 7
 *
 * As in Flink a tombstone is no row, and neither is a record whose key is missing or can't be read, but for the format raw,
 * to which nothing is NULL. A column that key and value both have is the value's.
 */
import { assert } from '../../base/assert.ts'
import { CHUNK_ROWS, Chunk, type Held } from '../../data/chunk.ts'
import { type Column, arraysOf, newColumn, setValue, valueAt } from '../../data/column.ts'
import type { BufferPool, PooledArray } from '../../data/pool.ts'
import type { Schema } from '../../data/type.ts'
import type { ColumnSource, DecodeCounts, Decoder, DecoderContext, PlaceOf } from '../../formats/format.ts'
import { type Rows, withSlack } from '../../kafka/client/index.ts'
import type { RecordsView } from '../../kafka/records/record-reader.ts'
import type { ConnectorContext, ScanRequest } from '../connector.ts'
import type { Part, Parts } from './fields.ts'
import { metadataColumn } from './metadata.ts'

/** Where a column of the chunk comes from: the decoded value or key, or the record itself. */
type Origin = { readonly value: number } | { readonly key: number } | { readonly metadata: string }

const BLANK = 0x20
/** Records as they come, none left out. */
const ALL = Int32Array.from({ length: CHUNK_ROWS }, (_, i) => i)

export class RecordDecoder {
  readonly #schema: Schema
  readonly #pool: BufferPool
  readonly #origins: readonly Origin[]
  readonly #value: Decoder
  readonly #key: Decoder | undefined
  /** A record without a value, or without a key, is no row. */
  readonly #needsValue: boolean
  readonly #needsKey: boolean
  /** Nothing but values is asked for, in their order. */
  readonly #plain: boolean
  readonly #wantsHeaders: boolean
  readonly #starts = new Int32Array(CHUNK_ROWS)
  readonly #ends = new Int32Array(CHUNK_ROWS)
  readonly #records = new Int32Array(CHUNK_ROWS)
  readonly #left = new Int32Array(CHUNK_ROWS)
  // What is being read, for the names of records in errors.
  #view: RecordsView | undefined
  #partition = ''
  #current: Int32Array = ALL
  readonly #place: PlaceOf = record => `${this.#partition}@${this.#view!.offsets[this.#current[record]!]}`

  constructor(request: ScanRequest, parts: Parts, context: ConnectorContext, counts: DecodeCounts) {
    const { table, columns, paths, schema } = request
    const { key, value } = parts
    this.#schema = schema
    this.#pool = context.pool
    const metadata = new Map(table.columns.flatMap(c => (c.kind === 'metadata' ? [[c.name, c.key] as const] : [])))
    const inValue: number[] = []
    const inKey: number[] = []
    this.#origins = columns.map((name, i): Origin => {
      const of = metadata.get(name)
      if (of !== undefined) return { metadata: of }
      if (value.columns.includes(name)) return { value: inValue.push(i) - 1 }
      assert(key?.columns.includes(name), 'a physical column is in the key or in the value')
      return { key: inKey.push(i) - 1 }
    })
    const decoder = (part: Part, wanted: readonly number[], what: string): Decoder => {
      const named = (column: string): string => part.schema[part.columns.indexOf(column)]!.name
      const sources = wanted.map((i): ColumnSource => ({ column: named(columns[i]!), path: paths?.[i] ?? [] }))
      const fields = wanted.map((i, at) => ({
        name: [sources[at]!.column, ...sources[at]!.path].join('.'),
        type: schema[i]!.type,
      }))
      const own: DecoderContext = {
        pool: context.pool,
        zone: context.zone,
        counts,
        emptyIsBroken: true,
        sources: paths === undefined ? undefined : sources,
        name: `${context.name}/${table.path[2].replace(/[^\w.-]+/g, '-')}-${what}-decoder`,
      }
      return part.format.decoder(fields, part.schema, part.options, own)
    }
    this.#value = decoder(value, inValue, 'value')
    this.#key = inKey.length === 0 ? undefined : decoder(key!, inKey, 'key')
    this.#needsValue = value.format.rowOfNothing !== true
    this.#needsKey = key !== undefined && key.format.rowOfNothing !== true
    this.#plain = this.#origins.every(origin => 'value' in origin)
    this.#wantsHeaders = this.#origins.some(origin => 'metadata' in origin && origin.metadata === 'headers')
  }

  /** The rows of these records, which may be none: an empty chunk. */
  decode(rows: Rows, split: number): Chunk {
    const { view, partition } = rows
    const bytes = withSlack(view.bytes)
    this.#view = view
    this.#partition = partition.name
    let { records, count } = this.#present(rows)
    // Everything that is read of the records' bytes besides values is read before these are: see `blankBetween`.
    const headers = this.#wantsHeaders ? this.#metadata('headers', rows, records, count) : undefined
    let keys: Chunk | undefined
    let kept: Int32Array | undefined
    if (this.#key !== undefined) {
      keys = this.#run(this.#key, bytes, view.keyStarts, view.keyEnds, records, count)
      kept = without(this.#key.lost, count)
      if (kept !== undefined) {
        records = this.#pick(records, kept)
        count = kept.length
      }
    }
    const { starts, ends } = this.#slices(view.valueStarts, view.valueEnds, records, count)
    const looksIntoKeys = keys?.columns.some(column => column.storage === 'bytes') === true
    if (this.#needsValue) blankBetween(bytes, starts, ends, count, looksIntoKeys ? view : undefined, records)
    this.#current = records
    const values = this.#value.decode(bytes, starts, ends, count, this.#place)
    this.#current = ALL
    this.#view = undefined
    const survivors = without(this.#value.lost, count)
    if (this.#plain && headers === undefined) return ofSplit(values, this.#schema, split, heldBy(values.columns, rows))
    if (survivors !== undefined) {
      records = this.#pick(records, survivors)
      count = survivors.length
    }
    return this.#assemble({ rows, records, count, values, keys, survivors, headers, headerRows: compose(kept, survivors) }, split)
  }

  /** Those of the records that may be rows. */
  #present({ view, from, to }: Rows): { records: Int32Array; count: number } {
    const { valueStarts, keyStarts } = view
    let row = from
    while (row < to && !(this.#needsValue && valueStarts[row]! < 0) && !(this.#needsKey && keyStarts[row]! < 0)) row++
    if (row === to) return { records: ALL.subarray(from, to), count: to - from }
    const records = this.#records
    let count = 0
    for (row = from; row < to; row++) {
      if ((this.#needsValue && valueStarts[row]! < 0) || (this.#needsKey && keyStarts[row]! < 0)) continue
      records[count++] = row
    }
    return { records, count }
  }

  #run(decoder: Decoder, bytes: Uint8Array, from: Int32Array, to: Int32Array, records: Int32Array, count: number): Chunk {
    const { starts, ends } = this.#slices(from, to, records, count)
    this.#current = records
    return decoder.decode(bytes, starts, ends, count, this.#place)
  }

  /** Where the records' keys, or values, lie: the view's own arrays as long as no record is left out. */
  #slices(from: Int32Array, to: Int32Array, records: Int32Array, count: number): { starts: Int32Array; ends: Int32Array } {
    if (records.buffer === ALL.buffer) {
      const first = records.byteOffset >> 2
      return { starts: from.subarray(first, first + count), ends: to.subarray(first, first + count) }
    }
    for (let i = 0; i < count; i++) {
      this.#starts[i] = from[records[i]!]!
      this.#ends[i] = to[records[i]!]!
    }
    return { starts: this.#starts, ends: this.#ends }
  }

  #pick(records: Int32Array, rows: Int32Array): Int32Array {
    const into = records === this.#left ? this.#records : this.#left
    for (let i = 0; i < rows.length; i++) into[i] = records[rows[i]!]!
    return into
  }

  #metadata(key: string, rows: Rows, records: Int32Array, count: number): { column: Column; owned: PooledArray[] } {
    const owned: PooledArray[] = []
    return { column: metadataColumn(key, rows, records, count, this.#pool, owned), owned }
  }

  #assemble(decoded: Decoded, split: number): Chunk {
    const { rows, records, count, values, keys, survivors, headers, headerRows } = decoded
    const owned: PooledArray[] = []
    const columns = this.#origins.map(origin => {
      if ('value' in origin) return values.columns[origin.value]!
      if ('key' in origin) {
        const column = keys!.columns[origin.key]!
        return survivors === undefined ? column : this.#picked(column, survivors, owned)
      }
      if (origin.metadata === 'headers') {
        return headerRows === undefined ? headers!.column : this.#picked(headers!.column, headerRows, owned)
      }
      const { column, owned: arrays } = this.#metadata(origin.metadata, rows, records, count)
      owned.push(...arrays)
      return column
    })
    return new Chunk({
      schema: this.#schema,
      length: count,
      columns,
      split,
      owned,
      pool: this.#pool,
      parents: [...(keys === undefined ? [values] : [values, keys]), ...heldBy(columns, rows)],
    })
  }

  /** Where records were dropped that had a key, or headers: seldom, and slow. */
  #picked(column: Column, rows: Int32Array, owned: PooledArray[]): Column {
    const into = newColumn(column.type, Math.max(1, rows.length), this.#pool)
    for (let i = 0; i < rows.length; i++) setValue(into, i, valueAt(column, rows[i]!))
    owned.push(...arraysOf(into))
    return into
  }
}

interface Decoded {
  readonly rows: Rows
  readonly records: Int32Array
  readonly count: number
  readonly values: Chunk
  readonly keys: Chunk | undefined
  /** Rows of the key chunk that are rows of the value chunk; undefined: all. */
  readonly survivors: Int32Array | undefined
  readonly headers: { readonly column: Column; readonly owned: PooledArray[] } | undefined
  readonly headerRows: Int32Array | undefined
}

/** What is left of `count` messages without the `lost` ones; undefined: all. */
function without(lost: readonly number[], count: number): Int32Array | undefined {
  if (lost.length === 0) return undefined
  const left = new Int32Array(count - lost.length)
  let next = 0
  let at = 0
  for (let message = 0; message < count; message++) {
    if (lost[next] === message) next++
    else left[at++] = message
  }
  return left
}

/** Rows of rows. */
const compose = (first: Int32Array | undefined, second: Int32Array | undefined): Int32Array | undefined =>
  first === undefined ? second : second === undefined ? first : second.map(row => first[row]!)

/** The same rows with the names that the scan gives its columns. */
function ofSplit(chunk: Chunk, schema: Schema, split: number, held: readonly Held[]): Chunk {
  return new Chunk({ schema, length: chunk.length, columns: chunk.columns, split, parents: [chunk, ...held] })
}

/** The memory of the messages, for columns that look into it. */
function heldBy(columns: readonly Column[], { memory }: Rows): readonly Held[] {
  if (memory === undefined) return []
  // Values of their own go where they like, views in them too: what they look into is left to the garbage collector.
  if (columns.some(column => column.storage === 'object')) memory.retain()
  return columns.some(column => column.storage === 'bytes') ? [memory.retain()] : []
}

/**
 * Writes blanks over what stands between messages: lengths, deltas, headers, keys that nobody looks into. Decoders check a
 * whole block for being UTF-8 at once, which these bytes would spoil. Nothing behind the last message is touched.
 */
function blankBetween(
  bytes: Uint8Array,
  starts: Int32Array,
  ends: Int32Array,
  count: number,
  keys: RecordsView | undefined,
  records: Int32Array,
): void {
  for (let i = 1; i < count; i++) {
    let at = ends[i - 1]!
    const end = starts[i]!
    if (at < 0 || end < at) continue
    if (keys !== undefined) {
      const record = records[i]!
      const keyStart = keys.keyStarts[record]!
      if (keyStart >= at) {
        fill(bytes, at, keyStart)
        at = keys.keyEnds[record]!
      }
    }
    fill(bytes, at, end)
  }
}

function fill(bytes: Uint8Array, start: number, end: number): void {
  if (end - start > 64) bytes.fill(BLANK, start, end)
  else for (let at = start; at < end; at++) bytes[at] = BLANK
}
