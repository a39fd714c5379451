/**
 * Rows to JSON, one object a row, by generated code: bytes of text are copied with an eye on escapes, numbers keep all
 * their digits.
 *
 *     const writer = jsonRowWriter('cli/rows', schema)      // once per schema
 *     const writeRow = writer(chunk.columns)                // once per chunk
 *     writeRow(0, into)                                     // {"user":"ann","amount":5.00}
 */
import { EvaluationError, UnsupportedError } from '../../base/errors.ts'
import { compile } from '../../codegen/compile.ts'
import { type Js, Names, comment, js, raw } from '../../codegen/js.ts'
import type { Chunk } from '../../data/chunk.ts'
import { textBytes } from '../../data/text.ts'
import { LETTER_T, SPACE } from '../../data/time-bytes.ts'
import { type DataType, type Schema, isText, printType, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { printVariant } from '../../data/variant-text.ts'
import type { ByteWriter, Encoder } from '../format.ts'
import { type BindColumns, type ValueCode, type WriteStyle, scalarText, valueCode, writerScope } from '../value-writer.ts'
import { JSON_ESCAPE_BYTES, viewOver, writeJsonText } from '../write-bytes.ts'
import type { JsonWriteOptions } from './options.ts'

/** Exact digits throughout: what `--output json` prints. */
export const EXACT: JsonWriteOptions = {
  standard: 'SQL',
  nullKeys: 'LITERAL',
  nullKeyLiteral: 'null',
  plainDecimals: true,
  ignoreNullFields: false,
}

/** A line a row. */
export class JsonEncoder implements Encoder {
  readonly #bind: BindColumns

  constructor(name: string, schema: Schema, options: JsonWriteOptions) {
    this.#bind = jsonRowWriter(name, schema, options)
  }

  encode(chunk: Chunk, into: ByteWriter, ends?: Int32Array): void {
    const writeRow = this.#bind(chunk.columns)
    for (let row = 0; row < chunk.length; row++) {
      writeRow(row, into)
      if (ends !== undefined) {
        ends[row] = into.length
        continue
      }
      into.reserve(1)
      into.bytes[into.length++] = 10
    }
  }
}

/** Writes a row as one JSON object, without a line end. `name` is that of the generated code, without `.js`. */
export function jsonRowWriter(name: string, schema: Schema, options: JsonWriteOptions = EXACT): BindColumns {
  const style: WriteStyle = { separator: options.standard === 'SQL' ? SPACE : LETTER_T, plainDecimals: options.plainDecimals }
  const names = new Names('columns row into bytes at any'.split(' ').concat(Object.keys(writerScope)))
  const scope: Record<string, unknown> = { ...writerScope, writeJsonText, viewOver }
  const fields = schema.map((field, index) => {
    const code = valueCode(field.name, field.type, index, names, style)
    const nested =
      code.looks === 'nested'
        ? { text: names.fresh(`${field.name}_text`), toText: names.fresh(`${field.name}_to_text`) }
        : undefined
    if (nested !== undefined) scope[String(nested.toText)] = jsonTextOf(field.type, options, style)
    const view = code.bytes === undefined ? undefined : names.fresh(`${field.name}_view`)
    return { code, nested, view, key: names.fresh(`KEY_${index}`), label: comment(`${field.name} ${printType(field.type)}`) }
  })
  fields.forEach(({ key }, index) => {
    const before = options.ignoreNullFields ? '' : index === 0 ? '{' : ','
    scope[String(key)] = textBytes(`${before}${JSON.stringify(schema[index]!.name)}:`)
  })
  const fixed = fields.reduce(
    (sum, { code }, i) => sum + code.fixedBytes + 4 + (scope[String(fields[i]!.key)] as Uint8Array).length + 2,
    4,
  )
  const more = fields.flatMap(({ code, nested }) =>
    nested !== undefined
      ? [js`3 * ${nested.text}.length`]
      : code.moreBytes === undefined
        ? []
        : [code.looks === 'text' ? js`${JSON_ESCAPE_BYTES} * ${code.moreBytes}` : code.moreBytes],
  )
  const body = fields.map(({ code, nested, view, key, label }, index) => {
    const value = valueStatement(code, nested?.text, view)
    if (options.ignoreNullFields) {
      const write = js`
        ${index === 0 ? [] : [js`if (any) bytes[at++] = 44`]}
        any = true
        at = writePiece(bytes, at, ${key})
        ${value}`
      return js`
        ${label}
        ${code.valid === undefined ? write : js`if (${code.valid} !== 0) {\n  ${write}\n}`}`
    }
    return js`
      ${label}
      at = writePiece(bytes, at, ${key})
      ${code.valid === undefined ? value : js`if (${code.valid} === 0) at = writePiece(bytes, at, NULL)\nelse {\n  ${value}\n}`}`
  })
  const opens = options.ignoreNullFields || fields.length === 0
  return compile<BindColumns>(
    `${name}.js`,
    js`
    function bindColumns(columns) {
      ${fields.flatMap(({ code }) => code.arrays)}
      ${fields.flatMap(({ code, view }) => (view === undefined ? [] : [js`const ${view} = viewOver(${code.bytes!})`]))}
      return function writeRow(row, into) {
        ${fields.flatMap(({ code, nested }) => (nested === undefined ? [] : [js`const ${nested.text} = ${code.valid === undefined ? js`${nested.toText}(${code.write})` : js`${code.valid} === 0 ? 'null' : ${nested.toText}(${code.write})`}`]))}
        into.reserve(${raw([String(fixed), ...more.map(String)].join(' + '))})
        const bytes = into.bytes
        let at = into.length
        ${options.ignoreNullFields ? [js`let any = false`] : []}
        ${opens ? [js`bytes[at++] = 123`] : []}
        ${body}
        bytes[at++] = 125
        into.length = at
      }
    }`,
    scope,
  ).run
}

function valueStatement(code: ValueCode, nestedText: Js | undefined, view: Js | undefined): Js {
  if (nestedText !== undefined) return js`at = writeText(bytes, at, ${nestedText})`
  if (code.looks === 'text') return js`at = writeJsonText(bytes, at, ${code.write}, ${view!})`
  const quoted = js`
    bytes[at++] = 34
    ${code.write}
    bytes[at++] = 34`
  if (code.looks === 'word') return quoted
  // JSON has no NaN: they stand in quotes.
  if (code.double === undefined) return code.write
  return js`
    if (Number.isFinite(${code.double})) {
      ${code.write}
    } else {
      ${quoted}
    }`
}

type ToText = (value: Value) => string

/** A value within another one as JSON text. */
function jsonTextOf(type: DataType, options: JsonWriteOptions, style: WriteStyle): ToText {
  const toText = notNullText(type, options, style)
  return value => (value === null ? 'null' : toText(value))
}

function notNullText(type: DataType, options: JsonWriteOptions, style: WriteStyle): ToText {
  switch (type.kind) {
    case 'ARRAY': {
      const element = jsonTextOf(type.element, options, style)
      return value => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP':
      return mapText(type, type.key, type.value, options, style)
    case 'MULTISET':
      return mapText(type, type.element, types.int(false), options, style)
    case 'ROW': {
      const fields = type.fields.map(field => ({
        key: `${JSON.stringify(field.name)}:`,
        text: jsonTextOf(field.type, options, style),
      }))
      return value => {
        const row = value as readonly Value[]
        const parts = fields.flatMap(({ key, text }, i) =>
          options.ignoreNullFields && row[i] === null ? [] : [key + text(row[i]!)],
        )
        return `{${parts.join(',')}}`
      }
    }
    case 'VARIANT':
      return printVariant
    default: {
      const text = scalarText(type, style)
      if (isText(type))
        return value =>
          JSON.stringify((value as string).isWellFormed() ? value : (value as string).toWellFormed().replaceAll('\ufffd', '?'))
      return quotedKinds.has(type.kind)
        ? value => `"${text(value)}"`
        : value => (Number.isFinite(value) || typeof value !== 'number' ? text(value) : `"${text(value)}"`)
    }
  }
}

const quotedKinds: ReadonlySet<string> = new Set(['BINARY', 'VARBINARY', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMP_LTZ'])

function mapText(type: DataType, key: DataType, value: DataType, options: JsonWriteOptions, style: WriteStyle): ToText {
  if (!isText(key) && options !== EXACT)
    throw new UnsupportedError(`a key that is not text (${printType(type)}) in the format json`)
  const keyText = scalarText(key, style)
  const valueText = jsonTextOf(value, options, style)
  return entries => {
    const parts = (entries as readonly (readonly [Value, Value])[]).flatMap(([k, v]) => {
      if (k !== null) return [`${JSON.stringify(keyText(k))}:${valueText(v)}`]
      if (options.nullKeys === 'FAIL')
        throw new EvaluationError('JSON_NULL_KEY', `a NULL key of a ${printType(type)} can't be written as JSON`, {
          hint: "the option 'json.map-null-key.mode' is DROP or LITERAL where that shall go on",
        })
      return options.nullKeys === 'DROP' ? [] : [`${JSON.stringify(options.nullKeyLiteral)}:${valueText(v)}`]
    })
    return `{${parts.join(',')}}`
  }
}
