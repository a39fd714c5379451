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
import { WORD_FALS, WORD_TRUE, skipBlanks, skipNumber, skipText, skipValue, textEnd } from './scan.ts'

/** Positions behind what they read, or one of these. */
export const BROKEN = -1
export const BLANK = -2

/** What generated code calls when it meets something unusual. */
export interface SlowSide {
  readonly columns: readonly ColumnFill[]
  /** By position in the message, the id of the field that stood there last. Its length is a power of two. */
  readonly order: Int32Array
  /** The one that is being read. */
  message: number
  /** Some message is not UTF-8. */
  readonly suspect: boolean
  /** Takes on a message; BROKEN when it is not UTF-8. */
  begin(at: number, end: number): number
  /** The opening brace behind blanks; BLANK when there is nothing but blanks. */
  openBrace(at: number, end: number): number
  /** Behind the colon of a field whose name is not known by number, or BROKEN. */
  learnt(id: number, at: number): number
  /** Reads a name at `at` and remembers it at this position of the order; behind its colon, or BROKEN. */
  find(position: number, at: number, end: number): number
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

export function compileJsonDecoder(
  name: string,
  schema: Schema,
  known: number,
  keys: Keys,
  standard: TimestampStandard,
): Compiled<DecodeMessages> {
  return compile<DecodeMessages>(name, decoderCode(schema, known, keys, standard), {
    textEnd,
    skipText,
    skipNumber,
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

function decoderCode(schema: Schema, known: number, keys: Keys, standard: TimestampStandard): Js {
  const names = new Names(
    'run bytes view starts ends count order row message end stopped at seen position id next stop byte'.split(' '),
  )
  const columns = schema.map((field, index) => columnOf(field.name, field.type, index, names, standard))
  const words = Array.from({ length: Math.ceil(schema.length / BITS) }, (_, w) => names.fresh(`seen${w}`))
  const ids = Array.from({ length: known }, (_, id) => id)
  const all = words.map((_, w) => 2 ** Math.min(BITS, schema.length - w * BITS) - 1)
  return js`
    function decodeJson(run, bytes, view, starts, ends, count) {
      const { columns, order, suspect } = run
      ${columns.flatMap(c => c.arrays)}
      let row = 0
      for (let message = 0; message < count; message++) {
        run.message = message
        const end = ends[message]
        const stopped = bytes[end]
        bytes[end] = 34 // a text that is never closed ends here
        let at = starts[message]
        ${words.map(word => js`let ${word} = 0`)}
        if (suspect) at = run.begin(at, end)
        if (bytes[at] !== 123) at = run.openBrace(at, end)
        if (at >= 0) {
          at++
          if (bytes[at] <= 32) at = skipBlanks(bytes, at)
          if (bytes[at] === 125) at++
          else {
            for (let position = 0; ; position++) {
              const id = order[position & 255]
              let next = -1
              if (at >= end) {
                at = run.broken(at, 'a field name in quotes')
                break
              }
              switch (id) {
                ${ids.map(id => matchCase(id, keys))}
                default:
                  next = run.learnt(id, at)
              }
              if (next < 0) next = run.find(position, at, end)
              if (next < 0) {
                at = next
                break
              }
              at = next
              if (bytes[at] <= 32) at = skipBlanks(bytes, at)
              let stop = 0
              switch (order[position & 255]) {
                ${columns.map(
                  (c, i) => js`
                  case ${i}: ${c.label}
                    if ((${words[Math.floor(i / BITS)]!} & ${2 ** (i % BITS)}) !== 0) run.again(${i}, row)
                    ${words[Math.floor(i / BITS)]!} |= ${2 ** (i % BITS)}
                    ${c.read}
                    break`,
                )}
                default:
                  at = skipValue(bytes, view, at, end)
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
          }
          if (at >= 0 && at !== end) at = run.trailing(at, end)
          if (at >= 0 && (${raw(words.map((word, w) => `${String(word)} !== ${all[w]}`).join(' || ') || 'false')})) at = run.missing(row, at, ${raw(words.map(String).join(', '))})
        }
        bytes[end] = stopped
        if (at >= 0) row++
        else if (at === ${BROKEN}) run.drop(row)
      }
      return row
    }`
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
      return number('halves', into => js`readInt64(bytes, at, stop, ${into}, row)`)
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
