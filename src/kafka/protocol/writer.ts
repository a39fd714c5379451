/**
 * Writes Kafka's primitive types, one behind the other, into memory that grows.
 *
 *     const size = writer.gap32()                      a frame: its length is known last
 *     encodeResponseHeader(apiKey, apiVersion, correlationId, writer)
 *     codecOf(FetchResponse, apiVersion).encode(response, writer)
 *     writer.fillInt32(size, writer.byteLength() - 4)
 *     for (const piece of writer.pieces()) …           bytes, and the sources of records between them
 *     writer.take()                                    hands the bytes over; `reset()` would write over them
 *
 * Values that their type can't hold are a ProtocolError, never cut to fit; what was written before it is there until `reset`.
 */
import { ProtocolError } from './protocol-error.ts'
import { INT64_MAX, type RecordsSource } from './schema.ts'

/** Records that are not in the writer's bytes: they belong before the byte at `at`. */
export interface Splice {
  readonly at: number
  readonly source: RecordsSource
}

const SLAB_BYTES = 16 * 1024

/** What one large message made of it is not kept for the small ones. */
const KEPT_BYTES = 1024 * 1024

/** Up to this many characters a loop is cheaper than the call into native code. */
const SHORT_TEXT = 32

export class Writer {
  #buffer = Buffer.allocUnsafeSlow(SLAB_BYTES)
  #view = viewOf(this.#buffer)
  #start = 0
  #at = 0
  #splices: Splice[] = []

  /** Bytes written, without what splices will add. */
  get position(): number {
    return this.#at - this.#start
  }

  get splices(): readonly Splice[] {
    return this.#splices
  }

  /** Bytes on the wire, splices included. */
  byteLength(): number {
    let length = this.position
    for (const { source } of this.#splices) length += source.byteLength
    return length
  }

  /** What was written: a view that is good until `reset`, or for ever after `take`. */
  bytes(): Uint8Array {
    return this.#buffer.subarray(this.#start, this.#at)
  }

  /** Bytes and sources in the order of the wire. */
  pieces(): (Uint8Array | RecordsSource)[] {
    if (this.#splices.length === 0) return [this.bytes()]
    const pieces: (Uint8Array | RecordsSource)[] = []
    let from = 0
    for (const { at, source } of this.#splices) {
      if (at > from) pieces.push(this.#buffer.subarray(this.#start + from, this.#start + at))
      pieces.push(source)
      from = at
    }
    if (this.position > from) pieces.push(this.#buffer.subarray(this.#start + from, this.#at))
    return pieces
  }

  /** Forgets what was written; the next bytes take its place in memory. */
  reset(): void {
    this.#at = this.#start
    this.#splices = []
    if (this.#buffer.length > KEPT_BYTES) this.#renew(SLAB_BYTES)
  }

  /** Begins anew behind what was written, which from now on belongs to the caller. */
  take(): Uint8Array {
    const bytes = this.bytes()
    this.#start = this.#at
    this.#splices = []
    return bytes
  }

  /** Four bytes that `fillInt32` writes later; answers their position. */
  gap32(): number {
    return this.#take(4) - this.#start
  }

  fillInt32(position: number, value: number): void {
    this.#view.setInt32(this.#start + position, value)
  }

  bool(value: boolean): void {
    const at = this.#take(1)
    this.#view.setInt8(at, value ? 1 : 0)
  }

  int8(value: number): void {
    if ((value << 24) >> 24 !== value) cannotHold('int8', value)
    const at = this.#take(1)
    this.#view.setInt8(at, value)
  }

  int16(value: number): void {
    if ((value << 16) >> 16 !== value) cannotHold('int16', value)
    const at = this.#take(2)
    this.#view.setInt16(at, value)
  }

  uint16(value: number): void {
    if ((value & 0xffff) !== value) cannotHold('uint16', value)
    const at = this.#take(2)
    this.#view.setUint16(at, value)
  }

  int32(value: number): void {
    if ((value | 0) !== value) cannotHold('int32', value)
    const at = this.#take(4)
    this.#view.setInt32(at, value)
  }

  uint32(value: number): void {
    if (value >>> 0 !== value) cannotHold('uint32', value)
    const at = this.#take(4)
    this.#view.setUint32(at, value)
  }

  /** Values beyond the ends of an int64 are written as its ends: the largest is 2^63 as a number. */
  int64(value: number): void {
    const at = this.#take(8)
    if (value >= INT64_MAX) {
      this.#view.setInt32(at, 0x7fff_ffff)
      this.#view.setInt32(at + 4, -1)
      return
    }
    const within = value < -INT64_MAX ? -INT64_MAX : value
    const high = Math.floor(within / 0x1_0000_0000)
    const low = within - high * 0x1_0000_0000
    if (low >>> 0 !== low) cannotHold('int64', value)
    this.#view.setInt32(at, high)
    this.#view.setUint32(at + 4, low)
  }

  float64(value: number): void {
    const at = this.#take(8)
    this.#view.setFloat64(at, value)
  }

  /** 22 characters of base64url. */
  uuid(text: string): void {
    if (text.length !== 22) cannotHold('uuid', text)
    const at = this.#take(16)
    const bytes = this.#buffer
    let invalid = 0
    for (let i = 0, to = at; i < 20; i += 4, to += 3) {
      const a = sixBits(text, i)
      const b = sixBits(text, i + 1)
      const c = sixBits(text, i + 2)
      const d = sixBits(text, i + 3)
      invalid |= a | b | c | d
      bytes[to] = (a << 2) | (b >> 4)
      bytes[to + 1] = (b << 4) | (c >> 2)
      bytes[to + 2] = (c << 6) | d
    }
    const a = sixBits(text, 20)
    const b = sixBits(text, 21)
    bytes[at + 15] = (a << 2) | (b >> 4)
    if (((invalid | a | b) & 0x40) !== 0 || (b & 0x0f) !== 0) cannotHold('uuid', text)
  }

  uvarint(value: number): void {
    let left = value
    while (left >= 0x80) {
      const at = this.#take(1)
      this.#view.setUint8(at, (left & 0x7f) | 0x80)
      left >>>= 7
    }
    const at = this.#take(1)
    this.#view.setUint8(at, left)
  }

  string(value: string): void {
    this.#text(value, false)
  }

  nullableString(value: string | null): void {
    if (value === null) this.int16(-1)
    else this.#text(value, false)
  }

  compactString(value: string): void {
    this.#text(value, true)
  }

  compactNullableString(value: string | null): void {
    if (value === null) this.uvarint(0)
    else this.#text(value, true)
  }

  bytes32(value: Uint8Array): void {
    this.int32(value.length)
    this.raw(value)
  }

  nullableBytes32(value: Uint8Array | null): void {
    if (value === null) this.int32(-1)
    else this.bytes32(value)
  }

  compactBytes(value: Uint8Array): void {
    this.uvarint(value.length + 1)
    this.raw(value)
  }

  compactNullableBytes(value: Uint8Array | null): void {
    if (value === null) this.uvarint(0)
    else this.compactBytes(value)
  }

  records(value: Uint8Array | RecordsSource): void {
    this.int32(value.byteLength)
    this.#splice(value)
  }

  nullableRecords(value: Uint8Array | RecordsSource | null): void {
    if (value === null) this.int32(-1)
    else this.records(value)
  }

  compactRecords(value: Uint8Array | RecordsSource): void {
    this.uvarint(value.byteLength + 1)
    this.#splice(value)
  }

  compactNullableRecords(value: Uint8Array | RecordsSource | null): void {
    if (value === null) this.uvarint(0)
    else this.compactRecords(value)
  }

  /** The number of elements that follow, −1 for null. */
  arrayLength(count: number): void {
    this.int32(count)
  }

  compactArrayLength(count: number): void {
    this.uvarint(count + 1)
  }

  /** Begins a tagged field whose size shows at its end. */
  beginTag(tag: number): number {
    this.uvarint(tag)
    return this.#take(1) - this.#start
  }

  /** Sizes above 127 take more bytes than were left for them: then the field moves up. */
  endTag(begin: number): void {
    const size = this.position - begin - 1
    const sizeBytes = uvarintBytes(size)
    if (sizeBytes > 1) {
      this.#take(sizeBytes - 1)
      const from = this.#start + begin + 1
      this.#buffer.copyWithin(from + sizeBytes - 1, from, from + size)
    }
    const end = this.#at
    this.#at = this.#start + begin
    this.uvarint(size)
    this.#at = end
  }

  /** Bytes as they are, without a length. */
  raw(value: Uint8Array): void {
    const at = this.#take(value.length)
    this.#buffer.set(value, at)
  }

  #splice(value: Uint8Array | RecordsSource): void {
    if (value instanceof Uint8Array) this.raw(value)
    else if (value.byteLength > 0) this.#splices.push({ at: this.position, source: value })
  }

  #text(value: string, compact: boolean): void {
    if (value.length > SHORT_TEXT || !this.#ascii(value, compact)) this.#utf8(value, compact)
  }

  /** Writes a short text unless it turns out not to be ASCII. */
  #ascii(value: string, compact: boolean): boolean {
    const { length } = value
    const lengthBytes = compact ? 1 : 2
    const from = this.#take(lengthBytes + length)
    const bytes = this.#buffer
    let at = from + lengthBytes
    let all = 0
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i)
      all |= code
      bytes[at++] = code
    }
    if (all > 0x7f) {
      this.#at = from
      return false
    }
    if (compact) bytes[from] = length + 1
    else this.#view.setInt16(from, length)
    return true
  }

  #utf8(value: string, compact: boolean): void {
    const length = Buffer.byteLength(value, 'utf8')
    if (compact) this.uvarint(length + 1)
    else this.int16(length)
    const at = this.#take(length)
    this.#buffer.write(value, at, 'utf8')
  }

  /** Room for so many bytes more; answers where it begins. Buffer and view are other ones afterwards, where they had to grow. */
  #take(length: number): number {
    if (length > this.#buffer.length - this.#at) this.#grow(length)
    const at = this.#at
    this.#at = at + length
    return at
  }

  /** What is not taken yet moves to a larger buffer. */
  #grow(length: number): void {
    const written = this.position
    this.#renew(Math.max(SLAB_BYTES, 2 * written, written + length))
  }

  #renew(length: number): void {
    const written = this.bytes()
    this.#buffer = Buffer.allocUnsafeSlow(length)
    this.#buffer.set(written, 0)
    this.#view = viewOf(this.#buffer)
    this.#start = 0
    this.#at = written.length
  }
}

const viewOf = (buffer: Buffer): DataView => new DataView(buffer.buffer, buffer.byteOffset, buffer.length)

const uvarintBytes = (value: number): number =>
  value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5

/** By character code, the bits it stands for in base64url; 0x40 for none. */
const sixBitsOf = new Uint8Array(128).fill(0x40)
for (const [bits, char] of [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'].entries()) {
  sixBitsOf[char.charCodeAt(0)] = bits
}

const sixBits = (text: string, i: number): number => sixBitsOf[text.charCodeAt(i)] ?? 0x40

function cannotHold(type: string, value: unknown): never {
  throw new ProtocolError('MESSAGE_UNENCODABLE', `${JSON.stringify(value)} is no ${type}`)
}
