/**
 * One column of state: values by slot, in the arrays `data/storage.ts` describes, made to stay. Unlike a chunk's column it
 * grows, owns everything it holds, and is never a view: text is copied into an arena of its own.
 *
 * 64-bit values are also there as 32-bit words (`words[2 * slot]` is the low one): that is how generated code compares,
 * hashes and copies them, since words never become boxed bigints whatever the compiler does.
 */
import { deserialize, serialize } from 'node:v8'
import { assert } from '../../base/assert.ts'
import { MillraceError } from '../../base/errors.ts'
import type { Column } from '../../data/column.ts'
import { readText, textBytes } from '../../data/text.ts'
import { type Storage, storageOf } from '../../data/storage.ts'
import { type DataType, type Field, isText } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import {
  anyNegative,
  copyValid,
  gatherBytes,
  gatherDoubles,
  gatherInts,
  gatherLongs,
  gatherValid,
  scatterBytes,
  scatterInts,
  scatterLongs,
  wordsOf,
} from './copy-loops.ts'
import type { StateReader, StateWriter } from './snapshot.ts'

export { wordsOf } from './copy-loops.ts'

const NO_BYTES = new Uint8Array(0)
const NO_WORDS = new Int32Array(0)
const NO_LONGS = new BigInt64Array(0)
const NO_DOUBLES = new Float64Array(0)

/** What a JavaScript value in an object column is taken to cost; its true size is V8's secret. */
const OBJECT_BYTES = 64
/** Text of a column is addressed with 31 bits. */
const MAX_ARENA_BYTES = 2 ** 31 - 1
/** Below this, garbage in an arena is not worth a copy. */
const MIN_COMPACTED_BYTES = 1 << 16

export class StateColumn {
  readonly name: string
  readonly type: DataType
  readonly storage: Storage
  /** A byte per slot, 0 for NULL; undefined for a type that is NOT NULL. */
  valid: Uint8Array | undefined
  /** bool */
  bools = NO_BYTES
  /** i32, and the nanoseconds of ts */
  ints = NO_WORDS
  /** f64 */
  doubles = NO_DOUBLES
  /** i64, ts (milliseconds) and the low lane of i128 */
  longs = NO_LONGS
  /** `longs`, or `doubles`, as 32-bit words */
  words = NO_WORDS
  /** the high lane of i128, and its words */
  high = NO_LONGS
  highWords = NO_WORDS
  /** bytes: slot i is `bytes[starts[i], ends[i])` */
  bytes = NO_BYTES
  starts = NO_WORDS
  ends = NO_WORDS
  /** object */
  objects: Value[] = []

  capacity = 0
  /** How much of the arena is taken, and how much of that nobody refers to any more. */
  used = 0
  garbage = 0

  constructor(field: Field) {
    this.name = field.name
    this.type = field.type
    this.storage = storageOf(field.type)
    if (field.type.nullable) this.valid = NO_BYTES
  }

  /** What one slot takes, text aside. */
  get slotBytes(): number {
    return slotBytes[this.storage] + (this.valid === undefined ? 0 : 1)
  }

  get arenaBytes(): number {
    return this.bytes.length
  }

  grow(capacity: number): void {
    if (this.valid !== undefined) this.valid = grown(this.valid, new Uint8Array(capacity))
    switch (this.storage) {
      case 'bool':
        this.bools = grown(this.bools, new Uint8Array(capacity))
        break
      case 'i32':
        this.ints = grown(this.ints, new Int32Array(capacity))
        break
      case 'f64':
        this.doubles = grown(this.doubles, new Float64Array(capacity))
        this.words = new Int32Array(this.doubles.buffer)
        break
      case 'ts':
        this.ints = grown(this.ints, new Int32Array(capacity))
        this.#growLongs(capacity)
        break
      case 'i128':
        this.high = grown(this.high, new BigInt64Array(capacity))
        this.highWords = new Int32Array(this.high.buffer)
        this.#growLongs(capacity)
        break
      case 'i64':
        this.#growLongs(capacity)
        break
      case 'bytes':
        this.starts = grown(this.starts, new Int32Array(capacity))
        this.ends = grown(this.ends, new Int32Array(capacity))
        break
      case 'object':
        for (let i = this.objects.length; i < capacity; i++) this.objects.push(null)
        break
    }
    this.capacity = capacity
  }

  #growLongs(capacity: number): void {
    this.longs = grown(this.longs, new BigInt64Array(capacity))
    this.words = new Int32Array(this.longs.buffer)
  }

  /** Copies text or binary in. What the slot held becomes garbage. */
  setBytes(slot: number, from: Uint8Array, start: number, end: number): void {
    const length = end - start
    this.garbage += this.ends[slot]! - this.starts[slot]!
    if (this.used + length > this.bytes.length) this.#growArena(length)
    const { bytes, used } = this
    if (length <= 32) for (let i = 0; i < length; i++) bytes[used + i] = from[start + i]!
    else bytes.set(from.subarray(start, end), used)
    this.starts[slot] = used
    this.ends[slot] = used + length
    this.used = used + length
  }

  #growArena(more: number): void {
    if (this.used + more > MAX_ARENA_BYTES) {
      throw new MillraceError('OUT_OF_MEMORY_BUDGET', 'user', `the text of state column ${this.name} is beyond 2 GB`)
    }
    const arena = new Uint8Array(Math.min(MAX_ARENA_BYTES, Math.max(256, this.used + more, this.bytes.length * 2)))
    arena.set(this.bytes.subarray(0, this.used))
    this.bytes = arena
  }

  /** The value under NULL and of a new slot: zero, an empty view. */
  blank(slot: number): void {
    if (this.valid !== undefined) this.valid[slot] = 0
    switch (this.storage) {
      case 'bool':
        this.bools[slot] = 0
        return
      case 'i32':
        this.ints[slot] = 0
        return
      case 'f64':
        this.doubles[slot] = 0
        return
      case 'ts':
        this.ints[slot] = 0
        this.#blankLong(slot)
        return
      case 'i128':
        this.highWords[2 * slot] = 0
        this.highWords[2 * slot + 1] = 0
        this.#blankLong(slot)
        return
      case 'i64':
        this.#blankLong(slot)
        return
      case 'bytes':
        this.garbage += this.ends[slot]! - this.starts[slot]!
        this.starts[slot] = 0
        this.ends[slot] = 0
        return
      case 'object':
        this.objects[slot] = null
    }
  }

  #blankLong(slot: number): void {
    this.words[2 * slot] = 0
    this.words[2 * slot + 1] = 0
  }

  /** Copies the text of the slots below `top` together when more than half of the arena is garbage, or when told to. */
  compact(top: number, always = false): void {
    if (this.storage !== 'bytes' || (!always && (this.garbage * 2 <= this.used || this.used < MIN_COMPACTED_BYTES))) return
    const { bytes, starts, ends } = this
    const arena = new Uint8Array(Math.max(256, this.used - this.garbage))
    let used = 0
    for (let slot = 0; slot < top; slot++) {
      const [start, end] = [starts[slot]!, ends[slot]!]
      if (start === end) continue
      arena.set(bytes.subarray(start, end), used)
      starts[slot] = used
      used += end - start
      ends[slot] = used
    }
    this.bytes = arena
    this.used = used
    this.garbage = 0
  }

  /** The value of a slot. For results, tests and slow paths. */
  value(slot: number): Value {
    if (this.valid !== undefined && this.valid[slot] === 0) return null
    switch (this.storage) {
      case 'bool':
        return this.bools[slot] !== 0
      case 'i32':
        return this.ints[slot]!
      case 'f64':
        return this.doubles[slot]!
      case 'i64':
        return this.longs[slot]!
      case 'i128':
        return (this.high[slot]! << 64n) | BigInt.asUintN(64, this.longs[slot]!)
      case 'ts':
        return this.longs[slot]! * 1_000_000n + BigInt(this.ints[slot]!)
      case 'bytes': {
        const [start, end] = [this.starts[slot]!, this.ends[slot]!]
        return isText(this.type) ? readText(this.bytes, start, end) : this.bytes.slice(start, end)
      }
      case 'object':
        return this.objects[slot]!
    }
  }

  /** Sets the value of a slot. The slow way. */
  setValue(slot: number, value: Value): void {
    if (value === null) {
      assert(this.valid !== undefined, `state column ${this.name} holds no NULL`)
      this.blank(slot)
      return
    }
    if (this.valid !== undefined) this.valid[slot] = 1
    switch (this.storage) {
      case 'bool':
        this.bools[slot] = value === true ? 1 : 0
        return
      case 'i32':
        this.ints[slot] = value as number
        return
      case 'f64':
        this.doubles[slot] = value as number
        return
      case 'i64':
        this.longs[slot] = value as bigint
        return
      case 'i128':
        this.longs[slot] = BigInt.asIntN(64, value as bigint)
        this.high[slot] = BigInt.asIntN(64, (value as bigint) >> 64n)
        return
      case 'ts': {
        const nanos = Number((((value as bigint) % 1_000_000n) + 1_000_000n) % 1_000_000n)
        this.ints[slot] = nanos
        this.longs[slot] = ((value as bigint) - BigInt(nanos)) / 1_000_000n
        return
      }
      case 'bytes': {
        const bytes = typeof value === 'string' ? textBytes(value) : (value as Uint8Array)
        this.setBytes(slot, bytes, 0, bytes.length)
        return
      }
      case 'object':
        this.objects[slot] = value
    }
  }

  /** Copies rows of a chunk's column in: `slots[i]` becomes row `rows[i]`, or row `i` where no rows are named. */
  copyIn(slots: Int32Array, count: number, from: Column, rows: Int32Array | undefined): void {
    if (this.valid !== undefined) copyValid(this.valid, slots, count, from.valid, rows)
    switch (from.storage) {
      case 'bool':
        return scatterBytes(this.bools, slots, count, from.values, rows)
      case 'i32':
        return scatterInts(this.ints, slots, count, from.values, rows)
      case 'f64':
        return scatterLongs(this.words, slots, count, wordsOf(from.values), rows)
      case 'i64':
        return scatterLongs(this.words, slots, count, wordsOf(from.values), rows)
      case 'ts':
        scatterLongs(this.words, slots, count, wordsOf(from.values), rows)
        return scatterInts(this.ints, slots, count, from.nanos, rows)
      case 'i128':
        scatterLongs(this.words, slots, count, wordsOf(from.values), rows)
        return scatterLongs(this.highWords, slots, count, wordsOf(from.high), rows)
      case 'bytes':
        for (let i = 0; i < count; i++) {
          const row = rows === undefined ? i : rows[i]!
          if (from.valid === undefined || from.valid[row] === 1)
            this.setBytes(slots[i]!, from.bytes, from.starts[row]!, from.ends[row]!)
          else this.#blankText(slots[i]!)
        }
        return
      case 'object':
        for (let i = 0; i < count; i++) {
          const row = rows === undefined ? i : rows[i]!
          this.objects[slots[i]!] = from.valid === undefined || from.valid[row] === 1 ? from.values[row]! : null
        }
    }
  }

  #blankText(slot: number): void {
    this.garbage += this.ends[slot]! - this.starts[slot]!
    this.starts[slot] = 0
    this.ends[slot] = 0
  }

  /**
   * Copies slots out: row `at + i` of a column from `newColumn` becomes slot `slots[i]`, or NULL where that is negative
   * (the column is nullable then).
   */
  copyOut(slots: Int32Array, count: number, to: Column, at: number): void {
    if (to.valid !== undefined) gatherValid(to.valid, at, slots, count, this.valid)
    if (to.storage === 'bytes') {
      for (let i = 0; i < count; i++) {
        const slot = slots[i]!
        if (slot >= 0) to.setBytes(at + i, this.bytes, this.starts[slot]!, this.ends[slot]!)
        else to.setBytes(at + i, this.bytes, 0, 0)
      }
      return
    }
    if (to.storage === 'object') {
      for (let i = 0; i < count; i++) to.values[at + i] = slots[i]! < 0 ? null : this.objects[slots[i]!]!
      return
    }
    const gap = anyNegative(slots, count)
    switch (to.storage) {
      case 'bool':
        return gatherBytes(to.values, at, slots, count, this.bools, gap)
      case 'i32':
        return gatherInts(to.values, at, slots, count, this.ints, gap)
      case 'f64':
        return gatherDoubles(to.values, at, slots, count, this.doubles, gap)
      case 'i64':
        return gatherLongs(to.values, at, slots, count, this.longs, gap)
      case 'ts':
        gatherLongs(to.values, at, slots, count, this.longs, gap)
        return gatherInts(to.nanos, at, slots, count, this.ints, gap)
      case 'i128':
        gatherLongs(to.values, at, slots, count, this.longs, gap)
        return gatherLongs(to.high, at, slots, count, this.high, gap)
    }
  }

  /** Writes the slots below `top`. */
  snapshot(writer: StateWriter, prefix: string, top: number): void {
    this.compact(top, true)
    if (this.valid !== undefined) writer.section(`${prefix}/valid`, this.valid.subarray(0, top))
    for (const [name, array] of this.#arrays()) writer.section(`${prefix}/${name}`, bytesOf(array, top))
    if (this.storage === 'bytes') writer.section(`${prefix}/arena`, this.bytes.subarray(0, this.used))
    if (this.storage === 'object') writer.section(`${prefix}/objects`, serialize(this.objects.slice(0, top)))
  }

  /** Reads what `snapshot` wrote. The column has grown to hold it. */
  restore(reader: StateReader, prefix: string): void {
    const read = (name: string, array: Int32Array | Uint8Array | BigInt64Array | Float64Array) => {
      const bytes = reader.section(`${prefix}/${name}`)
      assert(bytes !== undefined, `the checkpoint has no section ${prefix}/${name}`)
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength).set(bytes)
    }
    if (this.valid !== undefined) read('valid', this.valid)
    for (const [name, array] of this.#arrays()) read(name, array)
    if (this.storage === 'bytes') {
      this.bytes = (reader.section(`${prefix}/arena`) ?? NO_BYTES).slice()
      this.used = this.bytes.length
      this.garbage = 0
    }
    if (this.storage === 'object') {
      const objects = deserialize(reader.section(`${prefix}/objects`)!) as Value[]
      for (let i = 0; i < objects.length; i++) this.objects[i] = objects[i]!
    }
  }

  #arrays(): readonly (readonly [string, Uint8Array | Int32Array | BigInt64Array | Float64Array])[] {
    switch (this.storage) {
      case 'bool':
        return [['bools', this.bools]]
      case 'i32':
        return [['ints', this.ints]]
      case 'f64':
        return [['doubles', this.doubles]]
      case 'i64':
        return [['longs', this.longs]]
      case 'ts':
        return [
          ['longs', this.longs],
          ['nanos', this.ints],
        ]
      case 'i128':
        return [
          ['longs', this.longs],
          ['high', this.high],
        ]
      case 'bytes':
        return [
          ['starts', this.starts],
          ['ends', this.ends],
        ]
      case 'object':
        return []
    }
  }
}

const slotBytes: Readonly<Record<Storage, number>> = {
  bool: 1,
  i32: 4,
  i64: 8,
  f64: 8,
  i128: 16,
  ts: 12,
  bytes: 8,
  object: OBJECT_BYTES,
}

function grown<A extends { readonly length: number; set(array: A): void }>(from: A, to: A): A {
  to.set(from)
  return to
}

const bytesOf = (array: Uint8Array | Int32Array | BigInt64Array | Float64Array, top: number): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, top * array.BYTES_PER_ELEMENT)
