/**
 * JSON values of any type, read by following the type: nested columns, and everything that the generated decoder finds
 * unusual. Field by field, without a tree in between; digits of BIGINT and DECIMAL stay exact.
 */
import { UnsupportedError } from '../../base/errors.ts'
import { readDouble, readInt32, readInt64 } from '../../data/number-bytes.ts'
import { doubleText } from '../../data/text-number.ts'
import { readText, textBytes } from '../../data/text.ts'
import { LETTER_T, SPACE, readTimestamp } from '../../data/time-bytes.ts'
import { type DataType, type TypeOf, isText, printType, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from '../ascii.ts'
import { Misfit, type TimestampStandard } from '../java-parse.ts'
import { type Token, converterOf } from './convert.ts'
import { Keys, UNKNOWN } from './keys.ts'
import { type Unescaped, WORD_NULL, skipBlanks, skipNumber, skipValue, textEnd, unescape } from './scan.ts'

/** The bytes are not JSON: the message can't be read any further. */
export class BrokenJson extends Error {}

/** A place in a message. `end` is where the message ends; a quote stands there while it is read (`textEnd`). */
export interface Cursor {
  bytes: Uint8Array
  /** The same bytes. */
  buffer: Buffer
  view: DataView
  at: number
  end: number
}

export interface ReadSettings {
  readonly standard: TimestampStandard
  readonly failOnMissingField: boolean
  /** Told of a value inside a nested one that does not fit; it becomes NULL. Absent when that fails the field. */
  readonly onMisfit?: ((misfit: Misfit) => void) | undefined
}

/** Reads the value at the cursor and moves behind it. When it throws `Misfit` or `BrokenJson`, the cursor is anywhere in it. */
export type ReadValue = (cursor: Cursor) => Value

export function readerOf(type: DataType, settings: ReadSettings): ReadValue {
  switch (type.kind) {
    case 'ARRAY':
      return arrayReader(type, settings)
    case 'MAP':
      return mapReader(type, type.key, type.value, settings)
    case 'MULTISET':
      return mapReader(type, type.element, types.int(false), settings)
    case 'ROW':
      return rowReader(type, settings)
    default:
      return scalarReader(type, settings)
  }
}

/** The reader of a value inside another one: where errors are passed over, what does not fit is NULL. */
function innerReader(type: DataType, settings: ReadSettings): ReadValue {
  const read = readerOf(type, settings)
  const { onMisfit } = settings
  if (onMisfit === undefined) return read
  return cursor => {
    const start = cursor.at
    try {
      return read(cursor)
    } catch (error) {
      if (!(error instanceof Misfit)) throw error
      onMisfit(error)
      cursor.at = start
      passValue(cursor)
      return null
    }
  }
}

const broken = (cursor: Cursor, expected: string): never => {
  throw new BrokenJson(
    cursor.at >= cursor.end ? `expected ${expected}, but the message ends` : `expected ${expected}, not '${shownAt(cursor)}'`,
  )
}

const shownAt = ({ bytes, at, end }: Cursor): string => readText(bytes, at, Math.min(at + 12, end))

/** Moves behind the value at the cursor, whatever it is. */
export function passValue(cursor: Cursor): void {
  const next = skipValue(cursor.bytes, cursor.view, cursor.at, cursor.end)
  if (next < 0 || next > cursor.end) broken(cursor, 'a JSON value')
  cursor.at = next
}

function takeNull(cursor: Cursor): boolean {
  if (cursor.at >= cursor.end || cursor.view.getInt32(cursor.at, true) !== WORD_NULL) return false
  cursor.at += 4
  return true
}

/** The text between the quotes at `start` and before `stop`, escapes resolved. */
export function textBetween({ bytes, view }: Cursor, start: number, stop: number): string {
  if (textEnd(view, start + 1) === stop - 1) return readText(bytes, start + 1, stop - 1)
  return unescapedCopy(bytes.subarray(start + 1, stop))
}

const spot: Unescaped = { quote: -1, end: 0 }

/** The text of bytes that end in their closing quote. The bytes stay as they are. */
function unescapedCopy(quoted: Uint8Array): string {
  const copy = new Uint8Array(quoted.length + 8)
  copy.set(quoted)
  unescape(copy, new DataView(copy.buffer), 0, quoted.length, spot)
  return readText(copy, 0, spot.end)
}

function scalarReader(type: DataType, settings: ReadSettings): ReadValue {
  const convert = converterOf(type, settings.standard)
  const quick = quickReader(type, settings.standard)
  return cursor => {
    const { bytes } = cursor
    const start = cursor.at
    const fast = quick?.(cursor)
    if (fast !== undefined) return fast
    if (takeNull(cursor)) return null
    passValue(cursor)
    const first = bytes[start]!
    if (first === OPEN_BRACE || first === OPEN_BRACKET) {
      if (isText(type)) return treeTextAt(cursor, start)
      throw new Misfit(
        `expected ${printType({ ...type, nullable: true })}, not ${first === OPEN_BRACE ? 'an object' : 'an array'}`,
      )
    }
    const text = first === QUOTE ? textBetween(cursor, start, cursor.at) : readText(bytes, start, cursor.at)
    return convert(tokenOf(first, text), text)
  }
}

const tokenOf = (first: number, text: string): Token =>
  first === QUOTE ? 'text' : first === 0x74 ? 'true' : first === 0x66 ? 'false' : /[.eE]/.test(text) ? 'number' : 'integer'

/** One row for readers that store. */
const one = { int: new Int32Array(1), double: new Float64Array(1), long: new BigInt64Array(1), nanos: new Int32Array(1) }
const oneHalves = new Int32Array(one.long.buffer)

/** Reads a value of the usual type in its usual form and moves behind it; undefined, and no move, for anything else. */
type QuickReader = (cursor: Cursor) => Value | undefined

function quickReader(type: DataType, standard: TimestampStandard): QuickReader | undefined {
  switch (type.kind) {
    case 'INT':
      return number((bytes, start, stop) => (readInt32(bytes, start, stop, one.int, 0) ? one.int[0] : undefined))
    case 'BIGINT':
      return number((bytes, start, stop) => (readInt64(bytes, start, stop, oneHalves, 0) ? one.long[0] : undefined))
    case 'DOUBLE':
      return number((bytes, start, stop) => (readDouble(bytes, start, stop, one.double, 0) ? one.double[0] : undefined))
    case 'CHAR':
    case 'VARCHAR':
      return quoted((cursor, start, stop) => shortText(cursor, start, stop))
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const separator = standard === 'SQL' ? SPACE : LETTER_T
      const zulu = type.kind === 'TIMESTAMP_LTZ'
      return quoted(({ bytes }, start, stop) => {
        if (!readTimestamp(bytes, start, stop, separator, zulu, oneHalves, one.nanos, 0)) return undefined
        return type.precision <= 3 ? one.long[0] : one.long[0]! * 1_000_000n + BigInt(one.nanos[0]!)
      })
    }
    default:
      return undefined
  }
}

/** A number between its first byte and behind its last one. */
const number =
  (read: (bytes: Uint8Array, start: number, stop: number) => Value | undefined): QuickReader =>
  cursor => {
    const stop = skipNumber(cursor.bytes, cursor.at)
    if (stop < 0) return undefined
    const value = read(cursor.bytes, cursor.at, stop)
    if (value !== undefined) cursor.at = stop
    return value
  }

/** A text without escapes, between its quotes. */
const quoted =
  (read: (cursor: Cursor, start: number, stop: number) => Value | undefined): QuickReader =>
  cursor => {
    const { bytes, view, at, end } = cursor
    if (bytes[at] !== QUOTE || at >= end) return undefined
    const stop = textEnd(view, at + 1)
    if (bytes[stop] !== QUOTE || stop >= end) return undefined
    const value = read(cursor, at + 1, stop)
    if (value !== undefined) cursor.at = stop + 1
    return value
  }

/** `readText`, a little faster: the message is known to be UTF-8. */
const shortText = ({ buffer, bytes }: Cursor, start: number, stop: number): string =>
  stop - start < 12 ? readText(bytes, start, stop) : buffer.toString('utf8', start, stop)

function arrayReader(type: TypeOf<'ARRAY' | 'MULTISET'>, settings: ReadSettings): ReadValue {
  const element = innerReader(type.element, settings)
  return cursor => {
    if (takeNull(cursor)) return null
    open(cursor, OPEN_BRACKET, type)
    const values: Value[] = []
    if (closes(cursor, CLOSE_BRACKET)) return values
    do values.push(notNull(type.element, element(cursor)))
    while (goesOn(cursor, CLOSE_BRACKET))
    return values
  }
}

function mapReader(type: DataType, key: DataType, value: DataType, settings: ReadSettings): ReadValue {
  if (!isText(key)) throw new UnsupportedError(`a key that is not text (${printType(type)}) in the format json`)
  const read = innerReader(value, settings)
  return cursor => {
    if (takeNull(cursor)) return null
    open(cursor, OPEN_BRACE, type)
    const entries = new Map<string, Value>()
    if (closes(cursor, CLOSE_BRACE)) return []
    do {
      const name = readKey(cursor)
      entries.set(name, notNull(value, read(cursor)))
    } while (goesOn(cursor, CLOSE_BRACE))
    return [...entries]
  }
}

/** Expects the previous object's order of fields: their bytes are compared before any is looked up by name. */
function rowReader(type: TypeOf<'ROW'>, settings: ReadSettings): ReadValue {
  const { fields } = type
  const readers = fields.map(field => innerReader(field.type, settings))
  const keys = new Keys(fields.map(field => field.name))
  const order = new Int32Array(64).fill(UNKNOWN)
  return cursor => {
    if (takeNull(cursor)) return null
    open(cursor, OPEN_BRACE, type)
    const row: (Value | undefined)[] = fields.map(() => undefined)
    let seen = 0
    if (!closes(cursor, CLOSE_BRACE)) {
      let position = 0
      do {
        const id = takeKey(cursor, keys, order, position & 63)
        position += 1
        if (id === UNKNOWN || id >= fields.length) passValue(cursor)
        else {
          if (row[id] === undefined) seen += 1
          row[id] = notNull(fields[id]!.type, readers[id]!(cursor))
        }
      } while (goesOn(cursor, CLOSE_BRACE))
    }
    if (seen < fields.length) fillMissing(type, row, settings.failOnMissingField)
    return row as Value[]
  }
}

/** Takes a key, its colon and blanks. Answers its id, which it expects to be that at this position of the order. */
function takeKey(cursor: Cursor, keys: Keys, order: Int32Array, position: number): number {
  const { bytes, at } = cursor
  const expected = order[position]!
  const next = at < cursor.end ? keys.match(expected, bytes, at) : -1
  if (next >= 0) {
    cursor.at = skipBlanks(bytes, next)
    return expected
  }
  const name = textBytes(readKey(cursor))
  return (order[position] = keys.find(name, 0, name.length))
}

function fillMissing(type: TypeOf<'ROW'>, row: (Value | undefined)[], failOnMissingField: boolean): void {
  if (failOnMissingField) throw new Misfit(`a field of ${printType({ ...type, nullable: true })} is missing`)
  type.fields.forEach((field, i) => (row[i] ??= notNull(field.type, null)))
}

function notNull(type: DataType, value: Value): Value {
  if (value === null && !type.nullable) throw new Misfit(`NULL for a value of type ${printType(type)}`)
  return value
}

/** Passes the bracket that a nested value begins with. */
function open(cursor: Cursor, bracket: number, type: DataType): void {
  if (cursor.bytes[cursor.at] !== bracket) {
    passValue(cursor)
    throw new Misfit(`expected ${printType({ ...type, nullable: true })}`)
  }
  cursor.at = skipBlanks(cursor.bytes, cursor.at + 1)
}

function closes(cursor: Cursor, bracket: number): boolean {
  if (cursor.bytes[cursor.at] !== bracket) return false
  cursor.at += 1
  return true
}

/** Behind an element: true after a comma, false after the closing bracket. */
function goesOn(cursor: Cursor, bracket: number): boolean {
  const { bytes } = cursor
  cursor.at = skipBlanks(bytes, cursor.at)
  const byte = bytes[cursor.at]
  if (cursor.at >= cursor.end || (byte !== bracket && byte !== COMMA)) broken(cursor, `',' or '${String.fromCharCode(bracket)}'`)
  cursor.at = byte === COMMA ? skipBlanks(bytes, cursor.at + 1) : cursor.at + 1
  return byte === COMMA
}

/** Takes a key and the colon behind it. */
export function readKey(cursor: Cursor): string {
  const start = cursor.at
  if (cursor.bytes[start] !== QUOTE || start >= cursor.end) broken(cursor, 'a field name in quotes')
  passValue(cursor)
  const name = textBetween(cursor, start, cursor.at)
  cursor.at = skipBlanks(cursor.bytes, cursor.at)
  if (cursor.bytes[cursor.at] !== COLON) broken(cursor, "':'")
  cursor.at = skipBlanks(cursor.bytes, cursor.at + 1)
  return name
}

/**
 * The value at the cursor as Jackson prints a tree: no blanks, of equal keys the last value at the first's place,
 * numbers with a fraction as doubles.
 */
function treeTextAt(cursor: Cursor, start: number): string {
  cursor.at = start
  return treeText(cursor)
}

function treeText(cursor: Cursor): string {
  const { bytes } = cursor
  const start = cursor.at
  if (bytes[start] === OPEN_BRACE) {
    const entries = new Map<string, string>()
    cursor.at = skipBlanks(bytes, start + 1)
    if (closes(cursor, CLOSE_BRACE)) return '{}'
    do {
      const key = readKey(cursor)
      entries.set(key, treeText(cursor))
    } while (goesOn(cursor, CLOSE_BRACE))
    return `{${Array.from(entries, ([key, value]) => `${jsonText(key)}:${value}`).join(',')}}`
  }
  if (bytes[start] === OPEN_BRACKET) {
    const values: string[] = []
    cursor.at = skipBlanks(bytes, start + 1)
    if (closes(cursor, CLOSE_BRACKET)) return '[]'
    do values.push(treeText(cursor))
    while (goesOn(cursor, CLOSE_BRACKET))
    return `[${values.join(',')}]`
  }
  passValue(cursor)
  if (bytes[start] === QUOTE) return jsonText(textBetween(cursor, start, cursor.at))
  const text = readText(bytes, start, cursor.at)
  if (!/^-?\d/.test(text)) return text
  if (/^-?\d+$/.test(text)) return String(BigInt(text))
  return Number.isFinite(Number(text)) ? doubleText(Number(text)) : jsonText(doubleText(Number(text)))
}

/** A text in quotes, as Jackson escapes it. */
const jsonText = (text: string): string =>
  JSON.stringify(text).replace(/\\u00[01][0-9a-f]/g, escape => `\\u${escape.slice(2).toUpperCase()}`)
