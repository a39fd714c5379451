/**
 * The one notation for values, rows, types and schemas: in tests, errors, documentation and output.
 *
 *     const schema = parseSchema('user STRING, amount DECIMAL(10, 2), tags ARRAY<STRING>, at TIMESTAMP(3)')
 *     const chunk = parseRows(schema, `
 *       +I ann     5.00  [a, b]  '2020-01-01 00:00:05.123'
 *       -D 'bob b' NULL  []      NULL
 *     `)
 *     printRows(chunk)
 *
 * A value is written as its type asks for, and reading what was printed gives the same value:
 *
 *     BOOLEAN TRUE · numbers 5 -0.50 1.0E10 NaN · text bare or 'in quotes', E'with\nescapes' · bytes x'0a0b'
 *     DATE 2020-01-01 · TIME 00:00:05.123 · TIMESTAMP '2020-01-01 00:00:05.123' (or with a T, unquoted) · _LTZ '… 00:00:05Z'
 *     INTERVAL +1-02 (years-months) '+1 10:17:36.789' (days time) · ARRAY [1, 2] · MAP {k=v} · MULTISET {element=count}
 *     ROW (1, ann) · VARIANT as JSON · NULL
 *
 * Values of a row stand apart by blanks, or by commas. Text that could be taken for something else is quoted.
 */
import { unreachable } from '../base/assert.ts'
import { CHUNK_ROWS, Chunk, ChunkBuilder, kindAt, rowAt } from './chunk.ts'
import { BufferPool } from './pool.ts'
import { RowKind, rowKindText } from './row-kind.ts'
import { decimalText, doubleText, floatText } from './text-number.ts'
import { TextReader, quote } from './text-reader.ts'
import {
  dateText,
  dayTimeText,
  parseDateText,
  parseDayTime,
  parseTimeText,
  parseTimestampText,
  parseYearMonth,
  timeText,
  timestampText,
  yearMonthText,
} from './text-time.ts'
import { type DataType, type Schema, type TypeOf, printType } from './type.ts'
import type { Value } from './value.ts'
import { parseVariant, printVariant } from './variant-text.ts'

export { printSchema, printType } from './type.ts'
export { parseSchema, parseType } from './type-text.ts'

/** Reads one value of a type. Throws `SqlError` INVALID_VALUE that points at what does not fit. */
export function parseValue(type: DataType, text: string): Value {
  const reader = new TextReader(text, 'INVALID_VALUE')
  const value = readValue(type, reader)
  if (!reader.atEnd()) reader.fail(`${printType(type)} should end here`)
  return value
}

/** Reads rows, one a line; a line without a kind is an insert, empty lines and `--` comments are skipped. */
export function parseRows(schema: Schema, text: string, pool: BufferPool = new BufferPool()): Chunk {
  const builder = new ChunkBuilder(schema, pool, { kinds: true })
  const reader = new TextReader(text, 'INVALID_VALUE')
  while (!reader.atEnd()) {
    if (reader.match(/--[^\n]*/y) !== undefined) continue
    if (builder.full) reader.fail(`a chunk has at most ${CHUNK_ROWS} rows`)
    const kind = reader.match(/[+-][IUD](?=\s|$)/y)
    builder.append(kind === undefined ? RowKind.Insert : readKind(kind, reader), readRow(schema, reader))
    if (!endsLine(reader)) reader.fail(`the row should end here: it has ${schema.length} columns`)
  }
  return builder.finish()
}

function readKind(text: string, reader: TextReader): RowKind {
  const kind = (rowKindText as readonly string[]).indexOf(text)
  return kind < 0 ? reader.fail(`${text} is none of ${rowKindText.join(', ')}`) : (kind as RowKind)
}

/** True when nothing but blanks stands before the next line. Moves on to it. */
function endsLine(reader: TextReader): boolean {
  const start = reader.at
  return reader.atEnd() || reader.text.slice(start, reader.at).includes('\n')
}

function readRow(schema: Schema, reader: TextReader): Value[] {
  return schema.map((field, i) => {
    if (i > 0) reader.sign(',')
    if (endsLine(reader)) reader.fail(`before this a value for ${field.name} ${printType(field.type)} is missing`)
    return readValue(field.type, reader)
  })
}

/** All rows, one a line, each with its kind. */
export const printRows = (chunk: Chunk): string =>
  Array.from(
    { length: chunk.length },
    (_, row) => `${rowKindText[kindAt(chunk, row)]} ${printRow(chunk.schema, rowAt(chunk, row))}`,
  ).join('\n')

/** The values of a row with blanks between them, without a kind. */
export const printRow = (schema: Schema, values: readonly Value[]): string =>
  schema.map((field, i) => printValue(field.type, values[i]!)).join(' ')

/** One value as `parseValue` reads it back. */
export function printValue(type: DataType, value: Value): string {
  if (value === null) return 'NULL'
  switch (type.kind) {
    case 'NULL':
      return 'NULL'
    case 'BOOLEAN':
      return value === true ? 'TRUE' : 'FALSE'
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return String(value as number | bigint)
    case 'FLOAT':
      return floatText(value as number)
    case 'DOUBLE':
      return doubleText(value as number)
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale)
    case 'CHAR':
    case 'VARCHAR':
      return printText(value as string)
    case 'BINARY':
    case 'VARBINARY':
      return `x'${hex(value as Uint8Array)}'`
    case 'DATE':
      return dateText(value as number)
    case 'TIME':
      return timeText(value as number, Math.min(type.precision, 3))
    case 'TIMESTAMP':
      return `'${timestampText(value as bigint, type.precision)}'`
    case 'TIMESTAMP_LTZ':
      return `'${timestampText(value as bigint, type.precision)}Z'`
    case 'INTERVAL_YEAR_MONTH':
      return yearMonthText(value as number)
    case 'INTERVAL_DAY_TIME':
      return `'${dayTimeText(value as bigint)}'`
    case 'ARRAY':
      return `[${(value as readonly Value[]).map(v => printValue(type.element, v)).join(', ')}]`
    case 'MULTISET':
      return `{${pairs(value)
        .map(([v, n]) => `${printValue(type.element, v)}=${n as number}`)
        .join(', ')}}`
    case 'MAP':
      return `{${pairs(value)
        .map(([k, v]) => `${printValue(type.key, k)}=${printValue(type.value, v)}`)
        .join(', ')}}`
    case 'ROW':
      return `(${type.fields.map((field, i) => printValue(field.type, (value as readonly Value[])[i]!)).join(', ')})`
    case 'VARIANT':
      return printVariant(value)
    default:
      return unreachable(type)
  }
}

const pairs = (value: Value) => value as readonly (readonly [Value, Value])[]
const hex = (bytes: Uint8Array): string => Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('')

/** Letters, digits and signs that mean nothing elsewhere; not NULL, not a row kind, not a comment. */
const printText = (text: string): string =>
  /^[\p{L}\p{N}_.:/@#$%&*+!?;<>|~-]+$/u.test(text) && !/^(null|[+-][iud]|--.*)$/i.test(text) ? text : quote(text)

/** What ends a bare value: a blank, a separator, a closing bracket, a quote. */
const BARE = /[^\s,'"`[\](){}=]+/y

function readValue(type: DataType, reader: TextReader): Value {
  if (reader.match(/NULL(?![^\s,\])}=])/iy) !== undefined) {
    if (!type.nullable) reader.fail(`${printType(type)} takes no NULL`)
    return null
  }
  switch (type.kind) {
    case 'ARRAY':
      return readList(reader, '[', ']', () => readValue(type.element, reader))
    case 'ROW':
      return readFields(type, reader)
    case 'MAP':
      return readList(reader, '{', '}', () => readPair(reader, type.key, () => readValue(type.value, reader)))
    case 'MULTISET':
      return readList(reader, '{', '}', () => readPair(reader, type.element, () => Number(reader.match(/\d+/y))))
    case 'VARIANT':
      return parseVariant(reader)
    case 'BINARY':
    case 'VARBINARY':
      return readBytes(reader)
    default:
      return readScalar(type, reader)
  }
}

function readList<V>(reader: TextReader, open: string, close: string, read: () => V): V[] {
  reader.expect(open)
  const list: V[] = []
  if (reader.sign(close)) return list
  do list.push(read())
  while (reader.sign(','))
  reader.expect(close)
  return list
}

function readPair<V extends Value>(reader: TextReader, key: DataType, readRight: () => V): readonly [Value, V] {
  const left = readValue(key, reader)
  reader.expect('=')
  return [left, readRight()]
}

function readFields(type: TypeOf<'ROW'>, reader: TextReader): Value[] {
  let at = 0
  const values = readList(reader, '(', ')', () => {
    const field = type.fields[at++]
    return field === undefined
      ? reader.fail(`${printType(type)} has ${type.fields.length} fields`)
      : readValue(field.type, reader)
  })
  return values.length === type.fields.length ? values : reader.fail(`${printType(type)} has ${type.fields.length} fields`)
}

function readBytes(reader: TextReader): Uint8Array {
  const text = reader.match(/[xX]'(?:[\da-fA-F]{2})*'/y) ?? reader.fail("bytes as x'0a0b' are expected")
  return Uint8Array.from(text.slice(2, -1).match(/../g) ?? [], pair => Number.parseInt(pair, 16))
}

function readScalar(type: DataType, reader: TextReader): Value {
  const start = reader.next()
  const text = reader.quoted() ?? reader.match(BARE) ?? reader.fail(`a value of type ${printType(type)} is expected`)
  const value = scalar(type, text)
  if (value !== undefined) return value
  reader.at = start
  return reader.fail(`${printType(type)} can't be '${text}'`)
}

const limits = { TINYINT: 7, SMALLINT: 15, INT: 31, BIGINT: 63 } as const

/** The value that a text means, or undefined. */
function scalar(type: DataType, text: string): Value | undefined {
  switch (type.kind) {
    case 'BOOLEAN':
      return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : undefined
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT': {
      if (!/^[+-]?\d+$/.test(text)) return undefined
      const value = BigInt(text.replace('+', ''))
      if (BigInt.asIntN(limits[type.kind] + 1, value) !== value) return undefined
      return type.kind === 'BIGINT' ? value : Number(value)
    }
    case 'FLOAT':
    case 'DOUBLE': {
      const value =
        /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || /^([+-]?Infinity|NaN)$/.test(text) ? Number(text) : undefined
      return value !== undefined && type.kind === 'FLOAT' ? Math.fround(value) : value
    }
    case 'DECIMAL':
      return exactDecimal(text, type)
    case 'CHAR':
    case 'VARCHAR':
      return text
    case 'DATE':
      return parseDateText(text)
    case 'TIME':
      return parseTimeText(text)
    case 'TIMESTAMP':
      return parseTimestampText(text, type.precision)
    case 'TIMESTAMP_LTZ':
      return parseTimestampText(text.replace(/Z$/, ''), type.precision)
    case 'INTERVAL_YEAR_MONTH':
      return parseYearMonth(text)
    case 'INTERVAL_DAY_TIME':
      return parseDayTime(text)
    default:
      return undefined
  }
}

/** Digits that fit without rounding. */
function exactDecimal(text: string, type: TypeOf<'DECIMAL'>): bigint | undefined {
  const [, sign, whole, fraction = ''] = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text) ?? []
  if (whole === undefined || fraction.length > type.scale) return undefined
  const size = BigInt(whole + fraction.padEnd(type.scale, '0'))
  if (String(size).length > type.precision && size !== 0n) return undefined
  return sign === '-' ? -size : size
}
