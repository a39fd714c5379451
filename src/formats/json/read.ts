/**
 * JSON values of any type, read by following the type: nested columns, and everything that the generated decoder finds
 * unusual. Field by field, without a tree in between; digits of BIGINT and DECIMAL stay exact.
 */
import { UnsupportedError } from '../../base/errors.ts'
import { readInt32, readInt64 } from '../../data/number-bytes.ts'
import { doubleText } from '../../data/text-number.ts'
import { readText, textBytes } from '../../data/text.ts'
import { type DataType, type TypeOf, isText, printType, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { CLOSE_BRACE, CLOSE_BRACKET, COLON, COMMA, OPEN_BRACE, OPEN_BRACKET, QUOTE } from '../ascii.ts'
import { Misfit, type TimestampStandard } from '../java-parse.ts'
import { type Token, converterOf } from './convert.ts'
import { type Unescaped, WORD_NULL, skipBlanks, skipValue, textEnd, unescape } from './scan.ts'

/** The bytes are not JSON: the message can't be read any further. */
export class BrokenJson extends Error {}

/** A place in a message. `end` is where the message ends; a quote stands there while it is read (`textEnd`). */
export interface Cursor {
  bytes: Uint8Array
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
  const quick = quickReader(type)
  return cursor => {
    const { bytes } = cursor
    const start = cursor.at
    const first = bytes[start]!
    if (takeNull(cursor)) return null
    passValue(cursor)
    const fast = quick?.(bytes, start, cursor.at)
    if (fast !== undefined) return fast
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

const oneInt = new Int32Array(1)
const oneLong = new BigInt64Array(1)
const oneLongHalves = new Int32Array(oneLong.buffer)

/** The usual forms of the usual types, without a string in between. Undefined for anything else. */
function quickReader(type: DataType): ((bytes: Uint8Array, start: number, stop: number) => Value | undefined) | undefined {
  switch (type.kind) {
    case 'INT':
      return (bytes, start, stop) => (readInt32(bytes, start, stop, oneInt, 0) ? oneInt[0] : undefined)
    case 'BIGINT':
      return (bytes, start, stop) => (readInt64(bytes, start, stop, oneLongHalves, 0) ? oneLong[0] : undefined)
    default:
      return undefined
  }
}

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
  const keys = fields.map(field => textBytes(`${JSON.stringify(field.name)}:`))
  const indexes = new Map(fields.map((field, i) => [field.name, i]))
  const order: number[] = []
  return cursor => {
    if (takeNull(cursor)) return null
    open(cursor, OPEN_BRACE, type)
    const row: Value[] = fields.map(() => null)
    let seen = 0
    if (!closes(cursor, CLOSE_BRACE)) {
      let position = 0
      do {
        let index: number | undefined = order[position]
        if (index === undefined || !takeKey(cursor, keys[index]!)) {
          index = indexes.get(readKey(cursor))
          if (index !== undefined) order[position] = index
        }
        position += 1
        if (index === undefined) passValue(cursor)
        else {
          row[index] = notNull(fields[index]!.type, readers[index]!(cursor))
          seen += 1
        }
      } while (goesOn(cursor, CLOSE_BRACE))
    }
    if (seen < fields.length) checkMissing(type, row, settings.failOnMissingField)
    return row
  }
}

function checkMissing(type: TypeOf<'ROW'>, row: readonly Value[], failOnMissingField: boolean): void {
  if (failOnMissingField) throw new Misfit(`a field of ${printType({ ...type, nullable: true })} is missing`)
  type.fields.forEach((field, i) => notNull(field.type, row[i]!))
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

/** Takes these very bytes, a key with its quotes and colon. */
function takeKey(cursor: Cursor, key: Uint8Array): boolean {
  const { bytes, at } = cursor
  for (let i = 0; i < key.length; i++) if (bytes[at + i] !== key[i]) return false
  cursor.at = skipBlanks(bytes, at + key.length)
  return true
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
