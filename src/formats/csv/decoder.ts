/** CSV records to chunks. Generated code (`decoder-code.ts`) reads what is usual, this class everything else. */
import { isUtf8 } from 'node:buffer'
import { DataError } from '../../base/errors.ts'
import type { Chunk } from '../../data/chunk.ts'
import { readText } from '../../data/text.ts'
import type { Schema } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { ChunkFill, type ColumnFill } from '../column-fill.ts'
import type { Decoder, DecoderContext, PlaceOf } from '../format.ts'
import { withSlackBehind } from '../framing.ts'
import { beginsComment } from '../framing-csv.ts'
import { Misfit } from '../java-parse.ts'
import { type ConvertField, fieldConverterOf } from './convert.ts'
import { BLANK, BROKEN, type DecodeRecords, ROW, type SlowSide, compileCsvDecoder } from './decoder-code.ts'
import type { CsvDialect } from './dialect.ts'
import { type Field, unescapePlain, unquote } from './scan.ts'

export interface CsvReadOptions {
  readonly dialect: CsvDialect
  readonly ignoreParseErrors: boolean
}

export class CsvDecoder implements Decoder, SlowSide {
  readonly columns: readonly ColumnFill[]
  readonly field: Field = { from: 0, to: 0, stop: 0 }
  message = 0
  lost: number[] = []
  suspect = false
  /** The generated code. */
  readonly source: string
  readonly #schema: Schema
  readonly #all: Schema
  readonly #options: CsvReadOptions
  readonly #context: DecoderContext
  readonly #fill: ChunkFill
  readonly #run: DecodeRecords
  readonly #converters: readonly ConvertField[]
  #bytes: Uint8Array = new Uint8Array(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  #starts: Int32Array = new Int32Array(0)
  #ends: Int32Array = new Int32Array(0)
  #place: PlaceOf = () => 'record'
  /** Why the last record is broken. */
  #reason = ''
  /** The record whose bytes as they came are in `#raw`. */
  #rawMessage = -1
  #raw: Uint8Array = new Uint8Array(0)

  constructor(schema: Schema, all: Schema, options: CsvReadOptions, context: DecoderContext) {
    const { dialect } = options
    this.#schema = schema
    this.#all = all
    this.#options = options
    this.#context = context
    this.#fill = new ChunkFill(schema, context.pool)
    this.columns = this.#fill.columns
    const nested = {
      elementDelimiter: dialect.elementDelimiter,
      nullLiteral: dialect.nullLiteral === undefined ? undefined : readText(dialect.nullLiteral, 0, dialect.nullLiteral.length),
      onMisfit: options.ignoreParseErrors ? () => void (context.counts.nulledFields += 1) : undefined,
    }
    this.#converters = schema.map(field => fieldConverterOf(field.type, nested))
    const compiled = compileCsvDecoder(`${context.name}.js`, schema, all, dialect)
    this.#run = compiled.run
    this.source = compiled.source
  }

  decode(given: Uint8Array, starts: Int32Array, ends: Int32Array, count: number, place: PlaceOf): Chunk {
    const { bytes, suspect } = withSlackBehind(given, starts, ends, count)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.suspect = suspect
    this.#bytes = bytes
    this.#view = view
    this.#starts = starts
    this.#ends = ends
    this.#place = place
    this.#rawMessage = -1
    if (this.lost.length > 0) this.lost = []
    const rows = this.#run(this, bytes, view, starts, ends, count)
    return this.#fill.finish(rows, bytes)
  }

  begin(at: number, end: number): number {
    // An empty line is a field of one column, and of several no record at all.
    if (at === end && this.#context.emptyIsBroken === true) return this.#because('the record is empty')
    if (at === end && this.#all.length > 1) return BLANK
    if (this.#options.dialect.comments && beginsComment(this.#bytes, at)) return BLANK
    if (this.suspect && !isUtf8(this.#bytes.subarray(at, end))) return this.#because('the record is not valid UTF-8')
    return ROW
  }

  unusualField(at: number, end: number): number {
    const { dialect } = this.#options
    const { field } = this
    this.#keepRaw()
    if (this.#bytes[at] === dialect.quote && at < end) {
      unquote(this.#bytes, this.#view, at, end, dialect, field)
      if (field.stop < 0) this.#because('a quote is not closed, or something else than a delimiter follows it')
    } else {
      unescapePlain(this.#bytes, at, end, dialect, field)
      if (field.stop < 0) this.#because('the record ends behind an escape character')
    }
    return field.stop
  }

  unusual(column: number, from: number, to: number, row: number): boolean {
    const { name, type } = this.#schema[column]!
    let value: Value
    try {
      value = this.#converters[column]!(readText(this.#bytes, from, to))
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
      this.#because(`column '${name}': ${error.message}`)
      if (!this.#options.ignoreParseErrors || !type.nullable) return false
      this.#context.counts.nulledFields += 1
      value = null
    }
    if (value === null) return this.setNull(column, row)
    this.columns[column]!.set(row, value)
    return true
  }

  setNull(column: number, row: number): boolean {
    const { name, type } = this.#schema[column]!
    if (type.nullable) this.columns[column]!.setNull(row)
    else this.#because(`column '${name}' is NOT NULL and the record has no value for it`)
    return type.nullable
  }

  short(row: number, fields: number): number {
    const missing = `the record has ${fields} fields, ${this.#all.length} are expected`
    if (!this.#options.ignoreParseErrors) return this.#because(missing)
    for (let position = fields; position < this.#all.length; position++) {
      const column = this.#schema.findIndex(read => read.name === this.#all[position]!.name)
      if (column < 0) continue
      if (!this.setNull(column, row)) return this.#because(missing)
      this.#context.counts.nulledFields += 1
    }
    return ROW
  }

  tooLong(): number {
    return this.#because(`the record has more than the ${this.#all.length} fields that are expected`)
  }

  drop(row: number): void {
    const { message } = this
    const place = this.#place(message)
    if (!this.#options.ignoreParseErrors) throw new DataError('CSV_BAD_RECORD', place, this.#reason)
    this.#context.counts.skippedRecords += 1
    this.lost.push(message)
    this.#fill.forget(row)
    if (this.#context.onSkipped === undefined) return
    const bytes = this.#rawMessage === message ? this.#raw : this.#bytes.slice(this.#starts[message], this.#ends[message])
    this.#context.onSkipped(place, bytes, this.#reason)
  }

  blank(): void {
    this.lost.push(this.message)
  }

  #because(reason: string): number {
    this.#reason = reason
    return BROKEN
  }

  /** Before quotes are resolved in place: what a skipped record looked like is told as it came. */
  #keepRaw(): void {
    if (this.#rawMessage === this.message || this.#context.onSkipped === undefined || !this.#options.ignoreParseErrors) return
    this.#rawMessage = this.message
    this.#raw = this.#bytes.slice(this.#starts[this.message], this.#ends[this.message])
  }
}
