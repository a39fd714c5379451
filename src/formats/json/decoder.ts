/** JSON messages to chunks. Generated code (`decoder-code.ts`) reads what is usual, this class everything else. */
import { isUtf8 } from 'node:buffer'
import { DataError } from '../../base/errors.ts'
import type { Chunk } from '../../data/chunk.ts'
import { readText } from '../../data/text.ts'
import { type Schema, isText } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { COLON, OPEN_BRACE, OPEN_BRACKET, QUOTE } from '../ascii.ts'
import { ChunkFill, type ColumnFill } from '../column-fill.ts'
import type { Decoder, DecoderContext, PlaceOf } from '../format.ts'
import { SLACK, withSlackBehind } from '../framing.ts'
import { Misfit } from '../java-parse.ts'
import { BLANK, BROKEN, type DecodeMessages, type ObjectShape, type SlowSide, compileJsonDecoder } from './decoder-code.ts'
import { UNKNOWN } from './keys.ts'
import { objectShapes, sourcesOf } from './shapes.ts'
import type { JsonReadOptions } from './options.ts'
import { BrokenJson, type Cursor, type ReadValue, readerOf } from './read.ts'
import { type Unescaped, WORD_NULL, skipBlanks, skipText, skipValue, textEnd, unescape } from './scan.ts'

const NO_PLACE: PlaceOf = () => 'message'

export class JsonDecoder implements Decoder, SlowSide {
  readonly columns: readonly ColumnFill[]
  readonly orders: readonly Int32Array[]
  suspect = false
  message = 0
  lost: number[] = []
  /** The generated code. */
  readonly source: string
  readonly #schema: Schema
  readonly #options: JsonReadOptions
  readonly #context: DecoderContext
  readonly #fill: ChunkFill
  readonly #objects: readonly ObjectShape[]
  readonly #run: DecodeMessages
  readonly #readers: readonly (ReadValue | undefined)[]
  readonly #cursor: Cursor = {
    bytes: new Uint8Array(0),
    buffer: Buffer.alloc(0),
    view: new DataView(new ArrayBuffer(0)),
    at: 0,
    end: 0,
  }
  readonly #unescaped: Unescaped = { quote: -1, end: 0 }
  #starts: Int32Array = new Int32Array(0)
  #ends: Int32Array = new Int32Array(0)
  #place = NO_PLACE
  /** Why the last message is broken. */
  #reason = ''
  /** The message whose bytes as they came are in `#raw`. */
  #rawMessage = -1
  #raw: Uint8Array = new Uint8Array(0)

  constructor(schema: Schema, all: Schema, options: JsonReadOptions, context: DecoderContext) {
    const onMisfit = options.ignoreParseErrors ? () => void (context.counts.nulledFields += 1) : undefined
    this.#schema = schema
    this.#options = options
    this.#context = context
    this.#fill = new ChunkFill(schema, context.pool)
    this.columns = this.#fill.columns
    this.#objects = objectShapes(sourcesOf(schema, context), all)
    this.orders = this.#objects.map(({ fields }) =>
      new Int32Array(256).fill(UNKNOWN).map((_, id) => (id < fields.length ? id : UNKNOWN)),
    )
    this.#readers = schema.map(field => readerOf(field.type, { ...options, onMisfit }))
    const compiled = compileJsonDecoder(
      `${context.name}.js`,
      schema,
      this.#objects,
      options.standard,
      !options.failOnMissingField,
    )
    this.#run = compiled.run
    this.source = compiled.source
  }

  decode(given: Uint8Array, starts: Int32Array, ends: Int32Array, count: number, place: PlaceOf): Chunk {
    const { bytes, suspect } = withSlackBehind(given, starts, ends, count)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.suspect = suspect
    this.#cursor.bytes = bytes
    this.#cursor.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#cursor.view = view
    this.#starts = starts
    this.#ends = ends
    this.#place = place
    this.#rawMessage = -1
    if (this.lost.length > 0) this.lost = []
    const rows = this.#run(this, bytes, view, starts, ends, count)
    return this.#fill.finish(rows, bytes)
  }

  begin(at: number, end: number): number {
    return isUtf8(this.#cursor.bytes.subarray(at, end)) ? at : this.#because('the message is not valid UTF-8')
  }

  openBrace(at: number, end: number): number {
    if (at < 0) return at
    const { bytes } = this.#cursor
    at = skipBlanks(bytes, at)
    if (at >= end) return this.#context.emptyIsBroken === true ? this.#because('the message is empty') : BLANK
    return bytes[at] === OPEN_BRACE ? at : this.#because(`expected a JSON object, not '${this.#shown(at, end)}'`)
  }

  learnt(object: number, id: number, at: number): number {
    return this.#objects[object]!.keys.match(id, this.#cursor.bytes, at)
  }

  find(object: number, position: number, at: number, end: number): number {
    const { bytes, view } = this.#cursor
    const { keys } = this.#objects[object]!
    if (bytes[at] !== QUOTE || at >= end) return this.broken(at, 'a field name in quotes')
    const quote = textEnd(view, at + 1)
    let behind = quote + 1
    let id: number
    if (quote < end && bytes[quote] === QUOTE) id = keys.find(bytes, at + 1, quote)
    else {
      behind = skipText(bytes, view, at + 1, end)
      if (behind < 0) return this.broken(at, 'a field name in quotes')
      const name = bytes.slice(at + 1, behind + SLACK)
      unescape(name, new DataView(name.buffer), 0, behind - at - 1, this.#unescaped)
      id = keys.find(name, 0, this.#unescaped.end)
    }
    behind = skipBlanks(bytes, behind)
    if (bytes[behind] !== COLON || behind >= end) return this.broken(behind, "':'")
    this.orders[object]![position & 255] = id
    return behind + 1
  }

  unescape(column: number, start: number, at: number, row: number): number {
    const { bytes, view } = this.#cursor
    const end = this.#ends[this.message]!
    if (at >= end) return this.#because('a text is not closed')
    this.#keepRaw()
    const into = this.#unescaped
    unescape(bytes, view, at, end, into)
    if (into.quote < 0) return this.#because('a text is not closed or holds an escape that JSON does not have')
    this.columns[column]!.setView(row, start, into.end)
    return into.quote + 1
  }

  unusual(column: number, at: number, row: number): number {
    const cursor = this.#cursor
    const fill = this.columns[column]!
    cursor.at = at
    cursor.end = this.#ends[this.message]!
    const first = cursor.bytes[at]
    if (isText(fill.type) && first !== QUOTE && first !== OPEN_BRACE && first !== OPEN_BRACKET && first !== 0x6e)
      return this.#bareText(fill, at, row)
    let value: Value
    try {
      value = this.#readers[column]!(cursor)
    } catch (error) {
      if (error instanceof BrokenJson) return this.#because(error.message)
      if (!(error instanceof Misfit)) throw error
      return this.#misfit(column, at, row, error)
    }
    if (value !== null) fill.set(row, value)
    else if (!this.#null(column, row)) return BROKEN
    return cursor.at
  }

  noObject(object: number, at: number, row: number): number {
    const { bytes, view } = this.#cursor
    const end = this.#ends[this.message]!
    const next = skipValue(bytes, view, at, end)
    if (next < 0 || next > end) return this.broken(at, 'a JSON value')
    const { columns } = this.#objects[object]!
    const isNull = view.getInt32(at, true) === WORD_NULL
    if (!isNull) {
      if (!this.#options.ignoreParseErrors) return this.broken(at, `an object for ${this.#schema[columns[0]!]!.name}`)
      this.#context.counts.nulledFields += 1
    }
    for (const column of columns) if (!this.#null(column, row)) return BROKEN
    return next
  }

  missing(row: number, at: number, ...seen: number[]): number {
    for (let column = 0; column < this.columns.length; column++) {
      if ((seen[Math.floor(column / 31)]! & (1 << (column % 31))) !== 0) continue
      if (this.#options.failOnMissingField) return this.#because(`the field '${this.#schema[column]!.name}' is missing`)
      if (!this.#null(column, row)) return BROKEN
    }
    return at
  }

  again(column: number, row: number): void {
    this.columns[column]!.forget(row)
  }

  broken(at: number, expected: string): number {
    const end = this.#ends[this.message]!
    return this.#because(
      at >= end ? `expected ${expected}, but the message ends` : `expected ${expected}, not '${this.#shown(at, end)}'`,
    )
  }

  trailing(at: number, end: number): number {
    const { bytes } = this.#cursor
    if (at > end) return this.#because('the message ends inside its object')
    at = skipBlanks(bytes, at)
    return at >= end ? end : this.#because(`only one JSON object to a message: '${this.#shown(at, end)}' follows it`)
  }

  drop(row: number): void {
    const { message } = this
    const place = this.#place(message)
    if (!this.#options.ignoreParseErrors) throw new DataError('JSON_BAD_RECORD', place, this.#reason)
    this.#context.counts.skippedRecords += 1
    this.lost.push(message)
    this.#fill.forget(row)
    if (this.#context.onSkipped === undefined) return
    const bytes = this.#rawMessage === message ? this.#raw : this.#cursor.bytes.slice(this.#starts[message], this.#ends[message])
    this.#context.onSkipped(place, bytes, this.#reason)
  }

  /** A number or a boolean for a text column: its bytes are the text. */
  #bareText(fill: ColumnFill, at: number, row: number): number {
    const { bytes, view, end } = this.#cursor
    const next = skipValue(bytes, view, at, end)
    if (next < 0 || next > end) return this.broken(at, 'a JSON value')
    fill.setView(row, at, next)
    return next
  }

  #misfit(column: number, at: number, row: number, error: Misfit): number {
    const { name, type } = this.#schema[column]!
    if (!this.#options.ignoreParseErrors || !type.nullable) return this.#because(`column '${name}': ${error.message}`)
    const next = skipValue(this.#cursor.bytes, this.#cursor.view, at, this.#cursor.end)
    if (next < 0) return this.broken(at, 'a JSON value')
    this.#context.counts.nulledFields += 1
    this.columns[column]!.setNull(row)
    return next
  }

  #null(column: number, row: number): boolean {
    const { name, type } = this.#schema[column]!
    if (type.nullable) this.columns[column]!.setNull(row)
    else this.#reason = `column '${name}' is NOT NULL and the record has no value for it`
    return type.nullable
  }

  blank(): void {
    this.lost.push(this.message)
  }

  #because(reason: string): number {
    this.#reason = reason
    return BROKEN
  }

  #shown(at: number, end: number): string {
    return readText(this.#cursor.bytes, at, Math.min(at + 20, end))
  }

  /** Before escapes are resolved in place: what a skipped record looked like is told as it came. */
  #keepRaw(): void {
    const { message } = this
    if (this.#rawMessage === message || this.#context.onSkipped === undefined || !this.#options.ignoreParseErrors) return
    this.#rawMessage = message
    this.#raw = this.#cursor.bytes.slice(this.#starts[message], this.#ends[message])
  }
}
