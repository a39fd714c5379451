/**
 * Protobuf's own encoding, as far as descriptors need it: fields by number, in the order in which they come.
 *
 *     new WireWriter().text(1, 'a.proto').varint(2, 5).bytes   →   0a 07 61 2e … 10 05
 *     fieldsOf(bytes)                                          →   [{ number: 1, value: Uint8Array }, { number: 2, value: 5 }]
 */
import { ProtoError } from './tokens.ts'

export interface WireField {
  readonly number: number
  /** A varint or fixed number as a number; what has a length as its bytes. */
  readonly value: number | Uint8Array
}

const VARINT = 0
const FIXED64 = 1
const LENGTH = 2
const FIXED32 = 5

export function fieldsOf(bytes: Uint8Array): readonly WireField[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const fields: WireField[] = []
  let at = 0

  function varint(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (at >= bytes.length) break
      const byte = bytes[at++]!
      value |= BigInt(byte & 0x7f) << shift
      // Negative numbers are written with all their 64 bits.
      if (byte < 0x80) return Number(BigInt.asIntN(64, value))
    }
    throw new ProtoError('a descriptor ends in the middle of a number')
  }

  function take(length: number): number {
    if (length < 0 || length > bytes.length - at) throw new ProtoError('a descriptor ends in the middle of a field')
    at += length
    return at - length
  }

  while (at < bytes.length) {
    const tag = varint()
    const number = Math.floor(tag / 8)
    switch (tag % 8) {
      case VARINT:
        fields.push({ number, value: varint() })
        break
      case FIXED64:
        fields.push({ number, value: view.getFloat64(take(8), true) })
        break
      case LENGTH: {
        const length = varint()
        const start = take(length)
        fields.push({ number, value: bytes.subarray(start, start + length) })
        break
      }
      case FIXED32:
        fields.push({ number, value: view.getUint32(take(4), true) })
        break
      default:
        throw new ProtoError('this is no descriptor')
    }
  }
  return fields
}

/** One message's fields, asked by number. */
export class WireMessage {
  readonly #fields: readonly WireField[]

  constructor(bytes: Uint8Array) {
    this.#fields = fieldsOf(bytes)
  }

  text(number: number): string | undefined {
    const value = this.#last(number)
    return value instanceof Uint8Array ? utf8(value) : undefined
  }

  texts(number: number): readonly string[] {
    return this.#all(number).map(value => (value instanceof Uint8Array ? utf8(value) : ''))
  }

  number(number: number): number | undefined {
    const value = this.#last(number)
    return typeof value === 'number' ? value : undefined
  }

  /** Repeated numbers, packed or not. */
  numbers(number: number): readonly number[] {
    return this.#all(number).flatMap(value => (typeof value === 'number' ? [value] : packed(value)))
  }

  message(number: number): WireMessage | undefined {
    const value = this.#last(number)
    return value instanceof Uint8Array ? new WireMessage(value) : undefined
  }

  messages(number: number): readonly WireMessage[] {
    return this.#all(number).flatMap(value => (value instanceof Uint8Array ? [new WireMessage(value)] : []))
  }

  #all(number: number): readonly (number | Uint8Array)[] {
    return this.#fields.filter(field => field.number === number).map(({ value }) => value)
  }

  #last(number: number): number | Uint8Array | undefined {
    return this.#fields.findLast(field => field.number === number)?.value
  }
}

const packed = (bytes: Uint8Array): readonly number[] => {
  // Behind a tag each they are fields of their own.
  const numbers: number[] = []
  let value = 0
  let scale = 1
  for (const byte of bytes) {
    value += (byte & 0x7f) * scale
    scale *= 128
    if (byte >= 0x80) continue
    numbers.push(value)
    value = 0
    scale = 1
  }
  return numbers
}

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8')

/** Absent values are not written. */
export class WireWriter {
  readonly #bytes: number[] = []

  get bytes(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }

  varint(number: number, value: number | boolean | undefined): this {
    if (value === undefined) return this
    this.#number(number * 8 + VARINT)
    this.#number(Number(value))
    return this
  }

  text(number: number, value: string | undefined): this {
    return value === undefined ? this : this.#block(number, Buffer.from(value))
  }

  message(number: number, value: WireWriter | undefined): this {
    return value === undefined ? this : this.#block(number, value.bytes)
  }

  messages(number: number, values: readonly WireWriter[]): this {
    for (const value of values) this.message(number, value)
    return this
  }

  get isEmpty(): boolean {
    return this.#bytes.length === 0
  }

  #block(number: number, bytes: Uint8Array): this {
    this.#number(number * 8 + LENGTH)
    this.#number(bytes.length)
    for (const byte of bytes) this.#bytes.push(byte)
    return this
  }

  #number(value: number): void {
    let rest = BigInt.asUintN(64, BigInt(value))
    while (rest >= 0x80n) {
      this.#bytes.push(Number(rest & 0x7fn) | 0x80)
      rest >>= 7n
    }
    this.#bytes.push(Number(rest))
  }
}
