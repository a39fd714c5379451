/**
 * Thrift's compact protocol, as far as Parquet's footers and page headers need it: structs are read whole, into fields by
 * number, and whoever knows a struct asks for its fields (`metadata.ts`).
 *
 *     15 02 19 …   field 1, i32, 1 (zigzag) · field 2 (one on), a list …
 */

/** A struct's fields by number. What a struct holds that nobody asks for costs nothing further. */
export class Struct {
  readonly #fields: ReadonlyMap<number, ThriftValue>

  constructor(fields: ReadonlyMap<number, ThriftValue>) {
    this.#fields = fields
  }

  has(id: number): boolean {
    return this.#fields.has(id)
  }

  /** Integers of all widths; those beyond 2^53 are not exact. */
  number(id: number): number | undefined {
    const value = this.#fields.get(id)
    return typeof value === 'number' ? value : undefined
  }

  boolean(id: number): boolean | undefined {
    const value = this.#fields.get(id)
    return typeof value === 'boolean' ? value : undefined
  }

  text(id: number): string | undefined {
    const value = this.#fields.get(id)
    return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined
  }

  struct(id: number): Struct | undefined {
    const value = this.#fields.get(id)
    return value instanceof Struct ? value : undefined
  }

  structs(id: number): readonly Struct[] | undefined {
    const value = this.#fields.get(id)
    return Array.isArray(value) && value.every(v => v instanceof Struct) ? value : undefined
  }

  texts(id: number): readonly string[] | undefined {
    const value = this.#fields.get(id)
    if (!Array.isArray(value) || !value.every(v => v instanceof Uint8Array)) return undefined
    return value.map(v => new TextDecoder().decode(v))
  }

  numbers(id: number): readonly number[] | undefined {
    const value = this.#fields.get(id)
    return Array.isArray(value) && value.every(v => typeof v === 'number') ? value : undefined
  }
}

export type ThriftValue = number | boolean | Uint8Array | Struct | readonly ThriftValue[]

/** The bytes are no Thrift struct, or end within it (`ended`): then with more bytes there may be one. */
export class ThriftError extends Error {
  readonly ended: boolean

  constructor(message: string, ended: boolean) {
    super(message)
    this.ended = ended
  }
}

const Type = {
  stop: 0,
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  double: 7,
  binary: 8,
  list: 9,
  set: 10,
  map: 11,
  struct: 12,
}
const MAX_DEPTH = 32

/** Reads one struct that starts at `at`. Throws ThriftError. */
export function readStruct(bytes: Uint8Array, at: number): { readonly struct: Struct; readonly end: number } {
  const reader = new Reader(bytes, at)
  const struct = reader.struct(0)
  return { struct, end: reader.at }
}

class Reader {
  readonly #bytes: Uint8Array
  at: number

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes
    this.at = at
  }

  struct(depth: number): Struct {
    if (depth > MAX_DEPTH) throw new ThriftError('structs nest too deeply', false)
    const fields = new Map<number, ThriftValue>()
    let id = 0
    for (;;) {
      const header = this.#byte()
      const type = header & 15
      if (type === Type.stop) return new Struct(fields)
      id = header >> 4 === 0 ? this.#zigzag() : id + (header >> 4)
      // A boolean field's value is its type.
      fields.set(id, type === Type.true || type === Type.false ? type === Type.true : this.#value(type, depth))
    }
  }

  #value(type: number, depth: number): ThriftValue {
    switch (type) {
      case Type.true:
      case Type.false:
        return this.#byte() === Type.true
      case Type.byte:
        return (this.#byte() << 24) >> 24
      case Type.i16:
      case Type.i32:
      case Type.i64:
        return this.#zigzag()
      case Type.double: {
        const bytes = this.#take(8)
        return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true)
      }
      case Type.binary:
        return this.#take(this.#varint())
      case Type.list:
      case Type.set:
        return this.#list(depth)
      case Type.map:
        return this.#map(depth)
      case Type.struct:
        return this.struct(depth + 1)
      default:
        throw new ThriftError(`there is no type ${type}`, false)
    }
  }

  #list(depth: number): ThriftValue[] {
    const header = this.#byte()
    const size = header >> 4 === 15 ? this.#varint() : header >> 4
    const values: ThriftValue[] = []
    for (let i = 0; i < size; i++) values.push(this.#value(header & 15, depth + 1))
    return values
  }

  /** Parquet has no maps; they are passed over. */
  #map(depth: number): ThriftValue[] {
    const size = this.#varint()
    if (size === 0) return []
    const types = this.#byte()
    for (let i = 0; i < size; i++) {
      this.#value(types >> 4, depth + 1)
      this.#value(types & 15, depth + 1)
    }
    return []
  }

  #byte(): number {
    if (this.at >= this.#bytes.length) throw new ThriftError('the bytes end within a struct', true)
    return this.#bytes[this.at++]!
  }

  #take(length: number): Uint8Array {
    if (length > this.#bytes.length - this.at) throw new ThriftError('the bytes end within a struct', true)
    this.at += length
    return this.#bytes.subarray(this.at - length, this.at)
  }

  #varint(): number {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#byte()
      value += (byte & 127) * scale
      if (byte < 128) return value
      if (scale > 2 ** 63) throw new ThriftError('a number is too long', false)
    }
  }

  #zigzag(): number {
    const value = this.#varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}
