/**
 * The generated part of the JSON decoder: one function per schema that walks over messages and writes columns.
 *
 * It expects the fields in the order of the previous message. `order[position]` is the id of the field that stood there;
 * its name is compared a word at a time, as constants. A surprise costs a look-up and is remembered. Whatever is not in
 * its usual form (NULL, numbers in quotes, nested values …) goes through `run`, the decoder's slow side.
 *
 *     field: for (let position = 0; ; position++) {
 *       let id = order[position]
 *       let next = -1
 *       switch (id) {
 *         case 0: // "price":
 *           if (view.getInt32(at, true) === 1769107490 && …) next = at + 8
 *           break
 *       …
 *       switch (id) {
 *         case 0: // price BIGINT
 *           stop = skipNumber(bytes, at)
 *           at = stop > 0 && readInt64(bytes, at, stop, price, row) ? stop : run.unusual(0, at, row)
 */
import { type Compiled, compile } from '../../codegen/compile.ts'
import { type Js, Names, comment, js, raw } from '../../codegen/js.ts'
import { DecimalOutcome, readDecimal64, readDouble, readInt32, readInt64 } from '../../data/number-bytes.ts'
import { readDate, readTime, readTimestamp } from '../../data/time-bytes.ts'
import { type DataType, type Schema, isText, printType } from '../../data/type.ts'
import { storageOf } from '../../data/storage.ts'
import type { ColumnFill } from '../column-fill.ts'
import type { TimestampStandard } from '../java-parse.ts'
import { isShortInt, roundToFloat } from '../number-checks.ts'
import type { Keys } from './keys.ts'
import { WORD_FALS, WORD_TRUE, readShortInteger, skipBlanks, skipNumber, skipText, skipValue, textEnd } from './scan.ts'

/** Positions behind what they read, or one of these. */
export const BROKEN = -1
export const BLANK = -2

/** What generated code calls when it meets something unusual. */
export interface SlowSide {
  readonly columns: readonly ColumnFill[]
  /** By object (the message, then each ROW whose fields are read alone) and position in it, the id of the field that stood there last. */
  readonly orders: readonly Int32Array[]
  /** The one that is being read. */
  message: number
  /** Some message is not UTF-8. */
  readonly suspect: boolean
  /** Takes on a message; BROKEN when it is not UTF-8. */
  begin(at: number, end: number): number
  /** The opening brace behind blanks; BLANK when there is nothing but blanks. */
  openBrace(at: number, end: number): number
  /** Behind the colon of a field whose name is not known by number, or BROKEN. */
  learnt(object: number, id: number, at: number): number
  /** Reads a name at `at` and remembers it at this position of the object's order; behind its colon, or BROKEN. */
  find(object: number, position: number, at: number, end: number): number
  /** A ROW that is no object: NULL in all its columns, or a misfit. Behind it, or BROKEN. */
  noObject(object: number, at: number, row: number): number
  /** Resolves the escapes of the text from `start`, whose first backslash is at `at`; its closing quote, or BROKEN. */
  unescape(column: number, start: number, at: number, row: number): number
  unusual(column: number, at: number, row: number): number
  /** Fills the columns that are not among `seen` (a bit each, 31 a word); `at`, or BROKEN. */
  missing(row: number, at: number, ...seen: number[]): number
  /** A field that was there before is there again. */
  again(column: number, row: number): void
  broken(at: number, expected: string): number
  /** Behind the blanks that end the message, or BROKEN. */
  trailing(at: number, end: number): number
  /** A message that can't be a row: fails or counts. */
  drop(row: number): void
  /** A message of nothing but blanks, which is none. */
  blank(): void
}

/** Decodes `count` messages and answers how many rows they gave. */
export type DecodeMessages = (
  run: SlowSide,
  bytes: Uint8Array,
  view: DataView,
  starts: Int32Array,
  ends: Int32Array,
  count: number,
) => number

const BITS = 31

/** What the field with this id is: a column, an object whose fields are columns, or nothing that is read. */
export type FieldTarget = { readonly column: number } | { readonly object: number } | undefined

/** An object that is walked over. `fields` by id; names that are not in it are passed over. */
export interface ObjectShape {
  readonly fields: readonly FieldTarget[]
  readonly keys: Keys
  /** All columns at or below it. */
  readonly columns: readonly number[]
}

/** `objects[0]` is the message. With `mayMiss` a field that is not there is NULL. */
export function compileJsonDecoder(
  name: string,
  schema: Schema,
  objects: readonly ObjectShape[],
  standard: TimestampStandard,
  mayMiss: boolean,
): Compiled<DecodeMessages> {
  return compile<DecodeMessages>(name, decoderCode(schema, objects, standard, mayMiss), {
    textEnd,
    skipText,
    skipNumber,
    readShortInteger,
    skipValue,
    skipBlanks,
    isShortInt,
    roundToFloat,
    readInt32,
    readInt64,
    readDouble,
    readDecimal64,
    readDate,
    readTime,
    readTimestamp,
  })
}

function decoderCode(schema: Schema, objects: readonly ObjectShape[], standard: TimestampStandard, mayMiss: boolean): Js {
  const names = new Names(
    'run bytes view starts ends count orders row message end stopped at seen position id next stop byte'.split(' '),
  )
  const columns = schema.map((field, index) => columnOf(field.name, field.type, index, names, standard))
  const words = Array.from({ length: Math.ceil(schema.length / BITS) }, (_, w) => names.fresh(`seen${w}`))
  const orders = objects.map((_, i) => names.fresh(`order${i}`))
  const parts: Parts = { columns, words, orders, objects }
  return js`
    function decodeJson(run, bytes, view, starts, ends, count) {
      const { columns, orders } = run
      const suspect = run.suspect
      ${orders.map((order, i) => js`const ${order} = orders[${i}]`)}
      ${columns.flatMap(c => c.arrays)}
      let row = 0
      for (let message = 0; message < count; message++) {
        run.message = message
        const end = ends[message]
        const stopped = bytes[end]
        bytes[end] = 34 // a text that is never closed ends here
        let at = starts[message]
        let stop = 0
        ${words.map(word => js`let ${word} = 0`)}
        if (suspect) at = run.begin(at, end)
        if (bytes[at] !== 123) at = run.openBrace(at, end)
        if (at >= 0) {
          ${objectCode(0, parts)}
          if (at >= 0 && at !== end) at = run.trailing(at, end)
          ${missingCode(schema, words, mayMiss)}
        }
        bytes[end] = stopped
        if (at >= 0) row++
        else if (at === ${BROKEN}) run.drop(row)
        else run.blank()
      }
      return row
    }`
}

/** What becomes of columns that the message did not have. */
function missingCode(schema: Schema, words: readonly Js[], mayMiss: boolean): Js {
  const all = words.map((_, w) => 2 ** Math.min(BITS, schema.length - w * BITS) - 1)
  const some = raw(words.map((word, w) => `${String(word)} !== ${all[w]}`).join(' || ') || 'false')
  if (!mayMiss || !schema.every(({ type }) => type.nullable)) {
    return js`if (at >= 0 && (${some})) at = run.missing(row, at, ${raw(words.map(String).join(', '))})`
  }
  const nulls = schema.map(
    (_, c) => js`if ((${words[Math.floor(c / BITS)]!} & ${2 ** (c % BITS)}) === 0) columns[${c}].setNull(row)`,
  )
  return js`
    if (at >= 0 && (${some})) {
      ${nulls}
    }`
}

interface Parts {
  readonly columns: readonly ColumnCode[]
  readonly words: readonly Js[]
  readonly orders: readonly Js[]
  readonly objects: readonly ObjectShape[]
}

/** Walks over an object from its opening brace at `at` to behind its closing one, or leaves `at` BROKEN. */
function objectCode(object: number, parts: Parts): Js {
  const { fields, keys } = parts.objects[object]!
  const order = parts.orders[object]!
  return js`
    at++
    if (bytes[at] <= 32) at = skipBlanks(bytes, at)
    if (bytes[at] === 125) at++
    else {
      for (let position = 0; ; position++) {
        const id = ${order}[position & 255]
        let next = -1
        if (at >= end) {
          at = run.broken(at, 'a field name in quotes')
          break
        }
        switch (id) {
          ${fields.map((_, field) => matchCase(field, keys))}
          default:
            next = run.learnt(${object}, id, at)
        }
        if (next < 0) next = run.find(${object}, position, at, end)
        if (next < 0) {
          at = next
          break
        }
        at = next
        if (bytes[at] <= 32) at = skipBlanks(bytes, at)
        switch (${order}[position & 255]) {
          ${fields.flatMap((target, field) => (target === undefined ? [] : [valueCase(field, target, parts)]))}
          default:
            stop = bytes[at] === 34 ? textEnd(view, at + 1) : -1
            at = stop > 0 && stop < end && bytes[stop] === 34 ? stop + 1 : skipValue(bytes, view, at, end)
            if (at < 0) at = run.broken(next, 'a JSON value')
        }
        if (at < 0) break
        let byte = bytes[at]
        if (byte <= 32) byte = bytes[(at = skipBlanks(bytes, at))]
        if (byte === 44) {
          at++
          if (bytes[at] <= 32) at = skipBlanks(bytes, at)
        } else {
          at = byte === 125 && at < end ? at + 1 : run.broken(at, "',' or '}'")
          break
        }
      }
    }`
}

function valueCase(field: number, target: NonNullable<FieldTarget>, parts: Parts): Js {
  const { words } = parts
  if ('object' in target) {
    return js`
      case ${field}: {
        if (bytes[at] === 123) {
          ${objectCode(target.object, parts)}
        } else {
          at = run.noObject(${target.object}, at, row)
          ${parts.objects[target.object]!.columns.map(c => js`${words[Math.floor(c / BITS)]!} |= ${2 ** (c % BITS)}`)}
        }
        break
      }`
  }
  const { column } = target
  const word = words[Math.floor(column / BITS)]!
  const code = parts.columns[column]!
  return js`
    case ${field}: ${code.label}
      if ((${word} & ${2 ** (column % BITS)}) !== 0) run.again(${column}, row)
      ${word} |= ${2 ** (column % BITS)}
      ${code.read}
      break`
}

/** Compares a name with its quotes and colon, four bytes at a time; the last word may overlap the one before. */
function matchCase(id: number, keys: Keys): Js {
  const key = keys.key(id)
  if (key === undefined) return js`case ${id}:\n  break`
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength)
  const tests: string[] = []
  let offset = 0
  for (; offset + 4 <= key.length; offset += 4) tests.push(wordTest(offset, view.getInt32(offset, true)))
  if (offset < key.length && key.length >= 4) tests.push(wordTest(key.length - 4, view.getInt32(key.length - 4, true)))
  else for (; offset < key.length; offset++) tests.push(`bytes[at + ${offset}] === ${key[offset]}`)
  return js`
    case ${id}: ${comment(new TextDecoder().decode(key))}
      if (${raw(tests.join(' && '))}) next = at + ${key.length}
      break`
}

const wordTest = (offset: number, word: number): string =>
  `view.getInt32(at${offset === 0 ? '' : ` + ${offset}`}, true) === ${word}`

interface ColumnCode {
  readonly label: Js
  /** Declarations of the arrays it writes. */
  readonly arrays: readonly Js[]
  /** Moves `at` from the value's first byte to behind it, or sets it to BROKEN. */
  readonly read: Js
}

function columnOf(name: string, type: DataType, index: number, names: Names, standard: TimestampStandard): ColumnCode {
  const label = comment(`${name} ${printType(type)}`)
  const array = (kind: keyof ColumnFill, wish = name): readonly [Js, Js] => {
    const id = names.fresh(wish)
    return [id, js`const ${id} = columns[${index}].${raw(kind)}`]
  }
  const unusual = js`run.unusual(${index}, at, row)`
  const number = (kind: 'ints' | 'halves' | 'doubles', test: (into: Js) => Js): ColumnCode => {
    const [into, declare] = array(kind)
    return {
      label,
      arrays: [declare],
      read: js`
      stop = skipNumber(bytes, at)
      at = stop > 0 && ${test(into)} ? stop : ${unusual}`,
    }
  }
  const quoted = (arrays: readonly Js[], test: Js): ColumnCode => ({
    label,
    arrays,
    read: js`
    stop = bytes[at] === 34 ? textEnd(view, at + 1) : -1
    at = stop > 0 && bytes[stop] === 34 && stop < end && ${test} ? stop + 1 : ${unusual}`,
  })
  switch (type.kind) {
    case 'BOOLEAN': {
      const [into, declare] = array('bools')
      return {
        label,
        arrays: [declare],
        read: js`
        if (view.getInt32(at, true) === ${WORD_TRUE}) {
          ${into}[row] = 1
          at += 4
        } else if (view.getInt32(at, true) === ${WORD_FALS} && bytes[at + 4] === 101) {
          ${into}[row] = 0
          at += 5
        } else at = ${unusual}`,
      }
    }
    case 'TINYINT':
    case 'SMALLINT':
      return number(
        'ints',
        into =>
          js`readInt32(bytes, at, stop, ${into}, row) && isShortInt(${into}[row], ${type.kind === 'TINYINT' ? 128 : 32768})`,
      )
    case 'INT':
      return number('ints', into => js`readInt32(bytes, at, stop, ${into}, row)`)
    case 'BIGINT':
      return bigint(array('halves'), label, unusual)
    case 'DOUBLE':
      return number('doubles', into => js`readDouble(bytes, at, stop, ${into}, row)`)
    case 'FLOAT':
      return number('doubles', into => js`readDouble(bytes, at, stop, ${into}, row) && roundToFloat(${into}, row)`)
    case 'DECIMAL':
      if (type.precision > 18) break
      return number(
        'halves',
        into => js`readDecimal64(bytes, at, stop, ${type.precision}, ${type.scale}, ${into}, row) === ${DecimalOutcome.stored}`,
      )
    case 'DATE': {
      const [into, declare] = array('ints')
      return quoted([declare], js`readDate(bytes, at + 1, stop, ${into}, row)`)
    }
    case 'TIME': {
      const [into, declare] = array('ints')
      return quoted([declare], js`readTime(bytes, at + 1, stop, ${into}, row)`)
    }
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const [into, declare] = array('halves')
      const [nanos, declareNanos] = storageOf(type) === 'ts' ? array('nanos', `${name}_nanos`) : [raw('undefined'), undefined]
      return quoted(
        declareNanos === undefined ? [declare] : [declare, declareNanos],
        js`readTimestamp(bytes, at + 1, stop, ${standard === 'SQL' ? 32 : 84}, ${type.kind === 'TIMESTAMP_LTZ'}, ${into}, ${nanos}, row)`,
      )
    }
    default:
      if (isText(type)) return textColumn(name, index, label, array, unusual)
  }
  return { label, arrays: [], read: js`at = ${unusual}` }
}

/** Short whole numbers in one pass; others by way of their end. */
function bigint([into, declare]: readonly [Js, Js], label: Js, unusual: Js): ColumnCode {
  return {
    label,
    arrays: [declare],
    read: js`
    stop = readShortInteger(bytes, at, ${into}, row)
    if (stop < 0) {
      stop = skipNumber(bytes, at)
      if (stop > 0 && !readInt64(bytes, at, stop, ${into}, row)) stop = -1
    }
    at = stop > 0 ? stop : ${unusual}`,
  }
}

function textColumn(
  name: string,
  index: number,
  label: Js,
  array: (kind: keyof ColumnFill, wish?: string) => readonly [Js, Js],
  unusual: Js,
): ColumnCode {
  const [from, declareFrom] = array('starts', `${name}_starts`)
  const [to, declareTo] = array('ends', `${name}_ends`)
  return {
    label,
    arrays: [declareFrom, declareTo],
    read: js`
    if (bytes[at] === 34) {
      stop = textEnd(view, at + 1)
      if (stop >= end || bytes[stop] === 92) at = run.unescape(${index}, at + 1, stop, row)
      else {
        ${from}[row] = at + 1
        ${to}[row] = stop
        at = stop + 1
      }
    } else at = ${unusual}`,
  }
}
