/**
 * CSV records: ended by LF, CRLF or CR outside of quotes. A quote means something only where a field begins.
 *
 *     1,"two
 *     lines",x          one record
 *     2,5" wide,y       another: that quote is text
 */
import { DataError } from '../base/errors.ts'
import { CHUNK_ROWS } from '../data/chunk.ts'
import { CR, HASH, LF, SPACE, TAB } from './ascii.ts'
import type { CsvDialect } from './csv/dialect.ts'
import { fieldEnd, quoteOrLf } from './csv/scan.ts'
import { Splitter, type SplitterSettings } from './framing.ts'

/** Where within a record `scanned` is. */
const At = { fieldStart: 0, plain: 1, quoted: 2, afterQuote: 3, escapedPlain: 4, escapedQuoted: 5, comment: 6 } as const
type At = (typeof At)[keyof typeof At]

export class CsvSplitter extends Splitter {
  readonly #dialect: CsvDialect
  readonly #columns: number | undefined
  #headerDue: boolean
  #at: At = At.fieldStart
  /** The first quote and the first CR at or behind what was looked at, or how far it was looked for them. */
  #nextQuote = 0
  #nextCr = 0
  /** Of `bytes`. */
  #view: DataView = new DataView(new ArrayBuffer(0))

  /** `header`: the first record of a file is not told. It must have as many fields as `settings.columns`. */
  constructor(settings: SplitterSettings, dialect: CsvDialect, options: { readonly header: boolean }) {
    super(settings)
    this.#dialect = dialect
    this.#columns = settings.columns
    this.#headerDue = options.header && (settings.from?.offset ?? 0) === 0
  }

  protected override moved(by: number): void {
    this.#nextQuote = Math.max(0, this.#nextQuote - by)
    this.#nextCr = Math.max(0, this.#nextCr - by)
  }

  protected override split(to: number): void {
    const { bytes } = this
    bytes[to] = LF
    while (this.count < CHUNK_ROWS && this.scanned < to) {
      if (this.scanned === this.start && this.#at === At.fieldStart && this.#plainLine(to)) continue
      if (!this.#record(to)) break
    }
    if (this.ended && this.scanned === to && this.start < to && this.count < CHUNK_ROWS) this.#tell(to, to)
  }

  /** A line without quotes, escapes and stray CRs is a record: one search. False when it is not so simple. */
  #plainLine(to: number): boolean {
    const { quote, escape, comments } = this.#dialect
    if (escape !== undefined || comments) return false
    const at = this.buffer.indexOf(LF, this.scanned)
    if (at >= to) return false
    if (quote !== undefined) {
      this.#nextQuote = this.#seek(quote, this.#nextQuote, to)
      if (this.#nextQuote < at) return this.#quotedLine(quote, at, to)
    }
    this.#nextCr = this.#seek(CR, this.#nextCr, to)
    if (this.#nextCr < at - 1) return false
    this.line += 1
    this.#tell(this.#nextCr === at - 1 ? at - 1 : at, at + 1)
    return true
  }

  /** A record with quotes where they usually are, from quote to quote. `firstLf` is the first LF behind `start`. */
  #quotedLine(quote: number, firstLf: number, to: number): boolean {
    const { bytes, start } = this
    const { delimiter } = this.#dialect
    if (this.#view.buffer !== bytes.buffer) this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const view = this.#view
    const quotes = Math.imul(quote, 0x01010101)
    bytes[to + 1] = quote // a sentinel in the slack
    let at = this.#nextQuote
    for (;;) {
      if (at === start || bytes[at - 1] === delimiter) {
        do at = fieldEnd(view, at + 1, quotes) + 1
        while (bytes[at] === quote && at < to)
        at -= 1
        if (at >= to) return false
      }
      at = quoteOrLf(view, at + 1, quotes)
      if (at >= to) return false
      if (bytes[at] === LF) break
    }
    this.#nextCr = this.#seek(CR, this.#nextCr, to)
    if (this.#nextCr < at - 1) return false
    for (let lf = firstLf; lf <= at; lf = this.buffer.indexOf(LF, lf + 1)) this.line += 1
    this.#tell(this.#nextCr === at - 1 ? at - 1 : at, at + 1)
    return true
  }

  /** The first such byte at or behind `start`, or `to`. There is none between `start` and `known`. */
  #seek(byte: number, known: number, to: number): number {
    const { bytes, start } = this
    if (known >= start && (known >= to || bytes[known] === byte)) return known
    bytes[to + 1] = byte // a sentinel in the slack
    return Math.min(this.buffer.indexOf(byte, Math.max(start, known)), to)
  }

  /** Goes on through a record byte by byte. False when it does not end here. */
  #record(to: number): boolean {
    const { bytes } = this
    const { delimiter, quote, escape, comments } = this.#dialect
    let state = this.#at
    let at = this.scanned
    if (comments && at === this.start && beginsComment(bytes, at)) state = At.comment
    for (; at < to; at++) {
      const byte = bytes[at]!
      if (state === At.escapedPlain || state === At.escapedQuoted) {
        if (byte === LF) this.line += 1
        state = state === At.escapedPlain ? At.plain : At.quoted
      } else if (state === At.quoted) {
        if (byte === escape && escape !== quote) state = At.escapedQuoted
        else if (byte === quote) state = At.afterQuote
        else if (byte === LF) this.line += 1
      } else if (state === At.afterQuote && byte === quote) state = At.quoted
      else if (byte === LF || byte === CR) {
        if (byte === CR && at + 1 === to && !this.ended) break
        this.line += 1
        this.#at = At.fieldStart
        this.#tell(at, byte === CR && bytes[at + 1] === LF && at + 1 < to ? at + 2 : at + 1)
        return true
      } else if (state === At.comment) continue
      else if (byte === delimiter) state = At.fieldStart
      else if (byte === escape) state = At.escapedPlain
      else state = byte === quote && state === At.fieldStart ? At.quoted : At.plain
    }
    this.#at = state
    this.scanned = at
    return false
  }

  #tell(end: number, after: number): void {
    this.#at = At.fieldStart
    if (!this.#headerDue) return this.found(end, after)
    this.#headerDue = false
    this.#checkHeader(end)
    this.start = this.scanned = after
    this.startLine = this.line
  }

  #checkHeader(end: number): void {
    const { delimiter, quote } = this.#dialect
    let fields = 1
    let quoted = false
    for (let at = this.start; at < end; at++) {
      if (this.bytes[at] === quote) quoted = !quoted
      else if (this.bytes[at] === delimiter && !quoted) fields += 1
    }
    if (this.#columns === undefined || fields === this.#columns) return
    throw new DataError(
      'CSV_BAD_HEADER',
      `${this.name}:${this.startLine}`,
      `the header names ${fields} columns, the table has ${this.#columns}`,
      {
        hint: 'columns are taken by position; a table has a column for each field',
      },
    )
  }
}

/** A `#` behind nothing but blanks. */
export function beginsComment(bytes: Uint8Array, at: number): boolean {
  while (bytes[at] === SPACE || bytes[at] === TAB) at++
  return bytes[at] === HASH
}
