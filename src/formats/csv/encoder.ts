/**
 * Rows to CSV records, by generated code. What is enclosed in quotes follows Jackson, which Flink writes with: not only
 * what needs them, but anything beyond 24 characters or with a character up to the delimiter or the quote.
 *
 *     x,"y z","a,b",-5,"2024-01-05 01:02:03"
 */
import { UnsupportedError } from '../../base/errors.ts'
import { compile } from '../../codegen/compile.ts'
import { type Js, Names, comment, js, raw } from '../../codegen/js.ts'
import type { Chunk } from '../../data/chunk.ts'
import { readText, textBytes } from '../../data/text.ts'
import { SPACE } from '../../data/time-bytes.ts'
import { type DataType, type Schema, printType } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { ByteWriter, Encoder } from '../format.ts'
import { type BindColumns, type WriteStyle, scalarText, valueCode, writerScope } from '../value-writer.ts'
import { writeBytes } from '../write-bytes.ts'
import type { CsvDialect } from './dialect.ts'

const MAX_UNQUOTED = 24

export class CsvEncoder implements Encoder {
  readonly #bind: BindColumns

  constructor(name: string, schema: Schema, dialect: CsvDialect, scientific: boolean) {
    this.#bind = csvRowWriter(name, schema, dialect, { separator: SPACE, plainDecimals: !scientific })
  }

  encode(chunk: Chunk, into: ByteWriter, ends?: Int32Array): void {
    const writeRow = this.#bind(chunk.columns)
    for (let row = 0; row < chunk.length; row++) {
      writeRow(row, into)
      // Without the line end.
      if (ends !== undefined) ends[row] = --into.length
    }
  }
}

/** Writes a row as one record with its line end. `name` is that of the generated code, without `.js`. */
export function csvRowWriter(name: string, schema: Schema, dialect: CsvDialect, style: WriteStyle): BindColumns {
  const enclose = new Enclosing(dialect)
  const names = new Names('columns row into bytes at start enclose NULL_LITERAL'.split(' ').concat(Object.keys(writerScope)))
  const nullLiteral = dialect.nullLiteral ?? new Uint8Array(0)
  const scope: Record<string, unknown> = { ...writerScope, enclose, NULL_LITERAL: nullLiteral, textBytes }
  const fields = schema.map((field, index) => {
    const code = valueCode(field.name, field.type, index, names, style)
    const nested =
      code.looks === 'nested'
        ? { text: names.fresh(`${field.name}_text`), toText: names.fresh(`${field.name}_to_text`) }
        : undefined
    if (nested !== undefined) scope[String(nested.toText)] = nestedText(field.type, dialect, style)
    return { code, nested, label: comment(`${field.name} ${printType(field.type)}`) }
  })
  const fixed = fields.reduce((sum, { code }) => sum + code.fixedBytes + nullLiteral.length + 3, 1)
  const more = fields.flatMap(({ code, nested }) =>
    nested !== undefined ? [js`2 * ${nested.text}.length`] : code.moreBytes === undefined ? [] : [js`2 * ${code.moreBytes}`],
  )
  const valueOf = ({ code, nested }: (typeof fields)[number]): Js => {
    if (nested !== undefined) return js`at = enclose.text(bytes, at, ${nested.text}, 0, ${nested.text}.length)`
    if (code.looks === 'text') return js`at = enclose.text(bytes, at, ${code.write})`
    if (code.looks === 'plain') return code.write
    return js`
      start = at
      ${code.write}
      at = enclose.word(bytes, start, at)`
  }
  return compile<BindColumns>(
    `${name}.js`,
    js`
    function bindColumns(columns) {
      ${fields.flatMap(({ code }) => code.arrays)}
      return function writeRow(row, into) {
        ${fields.flatMap(({ code, nested }) => (nested === undefined ? [] : [js`const ${nested.text} = ${code.valid === undefined ? js`textBytes(${nested.toText}(${code.write}))` : js`${code.valid} === 0 ? NULL_LITERAL : textBytes(${nested.toText}(${code.write}))`}`]))}
        into.reserve(${raw([String(fixed), ...more.map(String)].join(' + '))})
        const bytes = into.bytes
        let at = into.length
        let start = at
        ${fields.map(
          (field, index) => js`
          ${field.label}
          ${index === 0 ? [] : [js`bytes[at++] = ${dialect.delimiter}`]}
          ${field.code.valid === undefined ? valueOf(field) : js`if (${field.code.valid} === 0) at = writePiece(bytes, at, NULL_LITERAL)\nelse {\n  ${valueOf(field)}\n}`}`,
        )}
        bytes[at++] = 10
        into.length = at
      }
    }`,
    scope,
  ).run
}

/** Puts quotes around what needs them in a dialect. */
export class Enclosing {
  readonly #quote: number
  readonly #escape: number
  /** Characters below this one want quotes. */
  readonly #safe: number

  constructor({ delimiter, quote, escape }: CsvDialect) {
    this.#quote = quote ?? -1
    this.#escape = escape ?? -1
    this.#safe = Math.max(delimiter, quote ?? 0, 13) + 1
  }

  /** Writes a text; quotes and escape characters in it are doubled. */
  text(bytes: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
    if (!this.#wants(from, start, end)) return writeBytes(bytes, at, from, start, end)
    bytes[at++] = this.#quote
    for (let i = start; i < end; i++) {
      const byte = from[i]!
      if (byte === this.#quote || byte === this.#escape) bytes[at++] = byte
      bytes[at++] = byte
    }
    bytes[at++] = this.#quote
    return at
  }

  /** Encloses what stands in `bytes[start, end)` and holds neither quotes nor escape characters. */
  word(bytes: Uint8Array, start: number, end: number): number {
    if (!this.#wants(bytes, start, end)) return end
    bytes.copyWithin(start + 1, start, end)
    bytes[start] = this.#quote
    bytes[end + 1] = this.#quote
    return end + 2
  }

  #wants(from: Uint8Array, start: number, end: number): boolean {
    if (this.#quote < 0) return false
    let characters = 0
    for (let i = start; i < end; i++) {
      const byte = from[i]!
      if (byte < this.#safe || byte === this.#escape) return true
      // UTF-16 units: none for a continuation byte, two for what UTF-8 needs four bytes for.
      if ((byte & 0xc0) !== 0x80) characters += byte >= 0xf0 ? 2 : 1
    }
    return characters > MAX_UNQUOTED
  }
}

/** ARRAY and ROW: their elements with the element delimiter in between. */
function nestedText(type: DataType, dialect: CsvDialect, style: WriteStyle): (value: Value) => string {
  const nullText = dialect.nullLiteral === undefined ? '' : readText(dialect.nullLiteral, 0, dialect.nullLiteral.length)
  const elementText = (element: DataType): ((value: Value) => string) => {
    if (['ARRAY', 'MAP', 'MULTISET', 'ROW', 'VARIANT'].includes(element.kind))
      throw new UnsupportedError(`${printType(type)} in the format csv`)
    const text = scalarText(element, style)
    return value => (value === null ? nullText : text(value))
  }
  switch (type.kind) {
    case 'ARRAY': {
      const text = elementText(type.element)
      return value => (value as readonly Value[]).map(text).join(dialect.elementDelimiter)
    }
    case 'ROW': {
      const texts = type.fields.map(field => elementText(field.type))
      return value => (value as readonly Value[]).map((element, i) => texts[i]!(element)).join(dialect.elementDelimiter)
    }
    default:
      throw new UnsupportedError(`the type ${printType(type)} in the format csv`)
  }
}
