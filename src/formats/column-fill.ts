/**
 * The columns of a chunk while a decoder fills them. Generated code writes the arrays of a `ColumnFill` directly and only
 * values; NULLs and whatever is unusual go through `setNull` and `set`. Text and binary are views into the messages'
 * bytes; a value that does not lie there is kept aside and moves into an arena with the rest when the chunk is finished.
 */
import { assert } from '../base/assert.ts'
import { CHUNK_ROWS, Chunk } from '../data/chunk.ts'
import { BytesColumn, type Column } from '../data/column.ts'
import type { BufferPool, PooledArray } from '../data/pool.ts'
import { type Storage, storageOf } from '../data/storage.ts'
import { textBytes } from '../data/text.ts'
import type { DataType, Schema } from '../data/type.ts'
import type { Value } from '../data/value.ts'

const NO_BYTES = new Uint8Array(0)
const NO_INTS = new Int32Array(0)
const NO_DOUBLES = new Float64Array(0)

/** One column. Which of its arrays mean something is its storage's to say; the others are empty. */
export class ColumnFill {
  readonly type: DataType
  readonly storage: Storage
  /** bool */
  bools: Uint8Array = NO_BYTES
  /** i32 */
  ints: Int32Array = NO_INTS
  /** i64, ts and the low lane of i128: two halves a row, low half first. */
  halves: Int32Array = NO_INTS
  /** i128: halves of the high lane. */
  highHalves: Int32Array = NO_INTS
  /** ts */
  nanos: Int32Array = NO_INTS
  /** f64 */
  doubles: Float64Array = NO_DOUBLES
  /** bytes */
  starts: Int32Array = NO_INTS
  ends: Int32Array = NO_INTS
  /** object */
  objects: Value[] = []
  /** Missing until a row is NULL. */
  valid: Uint8Array | undefined
  readonly #pool: BufferPool
  #i64: BigInt64Array | undefined
  #high: BigInt64Array | undefined
  /** Values that do not lie in the messages' bytes, by row. */
  #aside: Map<number, Uint8Array> | undefined

  constructor(type: DataType, pool: BufferPool) {
    this.type = type
    this.storage = storageOf(type)
    this.#pool = pool
    this.renew()
  }

  /** Takes fresh arrays. */
  renew(): void {
    const pool = this.#pool
    this.valid = undefined
    this.#aside = undefined
    switch (this.storage) {
      case 'bool':
        this.bools = pool.u8(CHUNK_ROWS)
        return
      case 'i32':
        this.ints = pool.i32(CHUNK_ROWS)
        return
      case 'f64':
        this.doubles = pool.f64(CHUNK_ROWS)
        return
      case 'bytes':
        this.starts = pool.i32(CHUNK_ROWS)
        this.ends = pool.i32(CHUNK_ROWS)
        return
      case 'object':
        this.objects = []
        return
      default:
        this.#i64 = pool.i64(CHUNK_ROWS)
        this.halves = halvesOf(this.#i64)
        if (this.storage === 'ts') this.nanos = pool.i32(CHUNK_ROWS)
        if (this.storage === 'i128') {
          this.#high = pool.i64(CHUNK_ROWS)
          this.highHalves = halvesOf(this.#high)
        }
    }
  }

  /** Makes a row NULL. The caller knows that the type is nullable. */
  setNull(row: number): void {
    if (this.valid === undefined) {
      this.valid = this.#pool.u8(CHUNK_ROWS)
      this.valid.fill(1, 0, CHUNK_ROWS)
    }
    this.valid[row] = 0
    if (this.storage === 'bytes') this.starts[row] = this.ends[row] = 0
    else if (this.storage === 'object') this.objects[row] = null
    this.#aside?.delete(row)
  }

  /** The row is a value again, or is going to be another row: what was said of it so far does not count. */
  forget(row: number): void {
    if (this.valid !== undefined) this.valid[row] = 1
    this.#aside?.delete(row)
  }

  /** Text or binary that lies in the messages' bytes. */
  setView(row: number, start: number, end: number): void {
    this.starts[row] = start
    this.ends[row] = end
  }

  /** Stores any value but NULL. The slow way. */
  set(row: number, value: Exclude<Value, null>): void {
    switch (this.storage) {
      case 'bool':
        this.bools[row] = value === true ? 1 : 0
        return
      case 'i32':
        this.ints[row] = value as number
        return
      case 'f64':
        this.doubles[row] = value as number
        return
      case 'i64':
        this.#i64![row] = value as bigint
        return
      case 'i128':
        this.#i64![row] = BigInt.asIntN(64, value as bigint)
        this.#high![row] = BigInt.asIntN(64, (value as bigint) >> 64n)
        return
      case 'ts': {
        const nanos = (((value as bigint) % 1_000_000n) + 1_000_000n) % 1_000_000n
        this.nanos[row] = Number(nanos)
        this.#i64![row] = ((value as bigint) - nanos) / 1_000_000n
        return
      }
      case 'bytes':
        this.starts[row] = this.ends[row] = 0
        this.#aside ??= new Map()
        this.#aside.set(row, typeof value === 'string' ? textBytes(value) : (value as Uint8Array))
        return
      case 'object':
        this.objects[row] = value
    }
  }

  /** The column, and its arrays for the chunk to own. */
  finish(length: number, bytes: Uint8Array, owned: PooledArray[]): Column {
    const { type, storage, valid } = this
    if (valid !== undefined) owned.push(valid)
    switch (storage) {
      case 'bool':
        owned.push(this.bools)
        return { storage, type, valid, values: this.bools }
      case 'i32':
        owned.push(this.ints)
        return { storage, type, valid, values: this.ints }
      case 'f64':
        owned.push(this.doubles)
        return { storage, type, valid, values: this.doubles }
      case 'i64':
        owned.push(this.#i64!)
        return { storage, type, valid, values: this.#i64! }
      case 'ts':
        owned.push(this.#i64!, this.nanos)
        return { storage, type, valid, values: this.#i64!, nanos: this.nanos }
      case 'i128':
        owned.push(this.#i64!, this.#high!)
        return { storage, type, valid, values: this.#i64!, high: this.#high! }
      case 'object':
        return { storage, type, valid, values: this.objects.slice(0, length) }
      case 'bytes':
        owned.push(this.starts, this.ends)
        return new BytesColumn(type, this.#withAside(length, bytes, owned), this.starts, this.ends, valid)
    }
  }

  /** Where the views look: the messages' bytes, or an arena to which all values move when some lie aside. */
  #withAside(length: number, bytes: Uint8Array, owned: PooledArray[]): Uint8Array {
    const aside = this.#aside
    if (aside === undefined || aside.size === 0) return bytes
    let size = 0
    for (let row = 0; row < length; row++) size += this.ends[row]! - this.starts[row]!
    for (const value of aside.values()) size += value.length
    const arena = this.#pool.u8(size)
    owned.push(arena)
    let used = 0
    for (let row = 0; row < length; row++) {
      const value = aside.get(row) ?? bytes.subarray(this.starts[row], this.ends[row])
      arena.set(value, used)
      this.starts[row] = used
      this.ends[row] = used += value.length
    }
    return arena
  }
}

const halvesOf = (values: BigInt64Array): Int32Array => new Int32Array(values.buffer, values.byteOffset, values.length * 2)

/** All columns of the next chunk. */
export class ChunkFill {
  readonly schema: Schema
  readonly columns: readonly ColumnFill[]
  readonly #pool: BufferPool

  constructor(schema: Schema, pool: BufferPool) {
    this.schema = schema
    this.#pool = pool
    this.columns = schema.map(field => new ColumnFill(field.type, pool))
  }

  /** Rows are written from 0 up; a row that was dropped half-way is written again. */
  forget(row: number): void {
    for (const column of this.columns) column.forget(row)
  }

  /** The chunk of the first `length` rows; views look into `bytes`. The next rows go into fresh arrays. */
  finish(length: number, bytes: Uint8Array): Chunk {
    assert(length <= CHUNK_ROWS, `no chunk has more than ${CHUNK_ROWS} rows`)
    const owned: PooledArray[] = []
    const columns = this.columns.map(column => column.finish(length, bytes, owned))
    const chunk = new Chunk({ schema: this.schema, length, columns, owned, pool: this.#pool })
    for (const column of this.columns) column.renew()
    return chunk
  }
}
