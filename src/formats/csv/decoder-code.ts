/**
 * The generated part of the CSV decoder: one function per schema, a few lines per column of the table in their order.
 *
 *     // price BIGINT
 *     if (bytes[at] === 34) stop = run.field(at, end), from = …
 *     else to = stop = shortFieldEnd(bytes, (from = at), 44)
 *     if (!readInt64(bytes, from, to, price, row) && !run.unusual(1, from, to, row)) …broken
 *     if (stop === end) …the record is short
 *     at = stop + 1
 */
import { type Compiled, compile } from '../../codegen/compile.ts'
import { type Js, Names, comment, js, raw } from '../../codegen/js.ts'
import { DecimalOutcome, readDecimal64, readDouble, readInt32, readInt64 } from '../../data/number-bytes.ts'
import { storageOf } from '../../data/storage.ts'
import { readDate, readTime, readTimestamp } from '../../data/time-bytes.ts'
import { type DataType, type Schema, isText, printType } from '../../data/type.ts'
import type { ColumnFill } from '../column-fill.ts'
import { isShortInt, readBoolean, roundToFloat } from '../number-checks.ts'
import type { CsvDialect } from './dialect.ts'
import { type Field, fieldEnd, quotedEnd, sameBytes, shortFieldEnd } from './scan.ts'

/** What became of a record. */
export const ROW = 1
export const BLANK = 0
export const BROKEN = -1

/** What generated code calls when it meets something unusual. */
export interface SlowSide {
  readonly columns: readonly ColumnFill[]
  /** The one that is being read. */
  message: number
  /** Some record is not UTF-8. */
  readonly suspect: boolean
  readonly field: Field
  /** Looks at a record before its fields: ROW to read them, BLANK for a comment or nothing at all. */
  begin(at: number, end: number): number
  /** A field in quotes, or one with escapes, into `field`; answers its `stop`. */
  unusualField(at: number, end: number): number
  /** Stores the text of a field that is not in the usual form. False: the record is broken. */
  unusual(column: number, from: number, to: number, row: number): boolean
  setNull(column: number, row: number): boolean
  /** The record ended behind its field number `fields - 1`, and column `column` of the schema and others are missing. */
  short(row: number, fields: number): number
  tooLong(): number
  /** A record that can't be a row: fails or counts. */
  drop(row: number): void
  /** A record that is none: a comment, or nothing at all. */
  blank(): void
}

export type DecodeRecords = (
  run: SlowSide,
  bytes: Uint8Array,
  view: DataView,
  starts: Int32Array,
  ends: Int32Array,
  count: number,
) => number

export function compileCsvDecoder(name: string, schema: Schema, all: Schema, dialect: CsvDialect): Compiled<DecodeRecords> {
  return compile<DecodeRecords>(name, decoderCode(schema, all, dialect), {
    fieldEnd,
    shortFieldEnd,
    sameBytes,
    isShortInt,
    roundToFloat,
    nullLiteral: dialect.nullLiteral,
    readInt32,
    readInt64,
    readDouble,
    readDecimal64,
    readDate,
    readTime,
    readTimestamp,
    readBoolean,
    quotedEnd,
  })
}

function decoderCode(schema: Schema, all: Schema, dialect: CsvDialect): Js {
  const names = new Names(
    'run bytes view starts ends count field suspect row message end stopped at from to stop outcome nullLiteral'.split(' '),
  )
  const columns = all.map((column, position) => {
    const index = schema.findIndex(read => read.name === column.name)
    return index < 0 ? skipped(column.name) : columnOf(column.name, column.type, index, position, names, dialect)
  })
  const lastRead = Math.max(-1, ...schema.map(read => all.findIndex(column => column.name === read.name)))
  const alwaysBegins = dialect.comments
  return js`
    function decodeCsv(run, bytes, view, starts, ends, count) {
      const { columns, field, suspect } = run
      ${columns.flatMap(c => c.arrays)}
      let row = 0
      for (let message = 0; message < count; message++) {
        run.message = message
        const end = ends[message]
        const stopped = bytes[end]
        bytes[end] = ${dialect.delimiter}
        let at = starts[message]
        let from = 0
        let to = 0
        let stop = 0
        let outcome = ${ROW}
        record: {
          ${alwaysBegins ? js`outcome = run.begin(at, end)` : js`if (suspect || at === end) outcome = run.begin(at, end)`}
          if (outcome !== ${ROW}) break record
          ${columns.map(
            (column, position) => js`
            ${column.label}
            ${fieldAt(dialect, column.short)}
            ${column.read}
            ${
              position === columns.length - 1
                ? js`if (stop < end - 1) outcome = run.tooLong()`
                : js`
                if (stop === end) {
                  ${position < lastRead ? js`outcome = run.short(row, ${position + 1})` : js`break record`}
                  break record
                }
                at = stop + 1`
            }`,
          )}
        }
        bytes[end] = stopped
        if (outcome === ${ROW}) row++
        else if (outcome === ${BROKEN}) run.drop(row)
        else run.blank()
      }
      return row
    }`
}

/** Finds the field at `at`: its text in [from, to), the delimiter behind it at `stop`. */
function fieldAt({ quote, escape, delimiter }: CsvDialect, short: boolean): Js {
  const unusual = js`
    if ((stop = run.unusualField(at, end)) < 0) {
      outcome = ${BROKEN}
      break record
    }
    from = field.from
    to = field.to`
  if (escape !== undefined) return unusual
  const plain = short
    ? js`to = stop = shortFieldEnd(bytes, from = at, ${delimiter})`
    : js`to = stop = fieldEnd(view, from = at, ${Math.imul(delimiter, 0x01010101)})`
  if (quote === undefined) return plain
  return js`
    if (bytes[at] === ${quote}) {
      stop = quotedEnd(bytes, view, at + 1, end, ${delimiter}, ${Math.imul(quote, 0x01010101)})
      if (stop > 0) {
        from = at + 1
        to = stop - 1
      } else {
        ${unusual}
      }
    } else ${plain}`
}

interface ColumnCode {
  readonly label: Js
  readonly arrays: readonly Js[]
  readonly read: readonly Js[]
  /** Its fields are a few bytes long. */
  readonly short: boolean
}

const skipped = (name: string): ColumnCode => ({ label: comment(`${name} is not read`), arrays: [], read: [], short: false })

function columnOf(name: string, type: DataType, index: number, position: number, names: Names, dialect: CsvDialect): ColumnCode {
  const label = comment(`${name} ${printType(type)}`)
  const arrays: Js[] = []
  const array = (kind: keyof ColumnFill, wish = name): Js => {
    const id = names.fresh(wish)
    arrays.push(js`const ${id} = columns[${index}].${raw(kind)}`)
    return id
  }
  const usual = usualForm(type, array, name)
  const store = isText(type)
    ? js`
      ${array('starts', `${name}_starts`)}[row] = from
      ${array('ends', `${name}_ends`)}[row] = to`
    : js`
      if (${usual === undefined ? js`` : js`!${usual} && `}!run.unusual(${index}, from, to, row)) {
        outcome = ${BROKEN}
        break record
      }`
  const read =
    dialect.nullLiteral === undefined
      ? store
      : js`
    if (sameBytes(bytes, from, to, nullLiteral)) {
      if (!run.setNull(${index}, row)) {
        outcome = ${BROKEN}
        break record
      }
    } else {
      ${store}
    }`
  return { label, arrays, read: [read], short: !isText(type) && position >= 0 && shortKinds.has(type.kind) }
}

const shortKinds: ReadonlySet<string> = new Set(['BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE', 'DECIMAL'])

/** A condition that stores a field in its usual form and says whether it was. */
function usualForm(type: DataType, array: (kind: keyof ColumnFill, wish?: string) => Js, name: string): Js | undefined {
  switch (type.kind) {
    case 'BOOLEAN':
      return js`readBoolean(view, from, to, ${array('bools')}, row)`
    case 'TINYINT':
    case 'SMALLINT': {
      const into = array('ints')
      return js`(readInt32(bytes, from, to, ${into}, row) && isShortInt(${into}[row], ${type.kind === 'TINYINT' ? 128 : 32768}))`
    }
    case 'INT':
      return js`readInt32(bytes, from, to, ${array('ints')}, row)`
    case 'BIGINT':
      return js`readInt64(bytes, from, to, ${array('halves')}, row)`
    case 'DOUBLE':
      return js`readDouble(bytes, from, to, ${array('doubles')}, row)`
    case 'FLOAT': {
      const into = array('doubles')
      return js`(readDouble(bytes, from, to, ${into}, row) && roundToFloat(${into}, row))`
    }
    case 'DECIMAL':
      if (type.precision > 18) return undefined
      return js`(readDecimal64(bytes, from, to, ${type.precision}, ${type.scale}, ${array('halves')}, row) === ${DecimalOutcome.stored})`
    case 'DATE':
      return js`readDate(bytes, from, to, ${array('ints')}, row)`
    case 'TIME':
      return js`readTime(bytes, from, to, ${array('ints')}, row)`
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const nanos = storageOf(type) === 'ts' ? array('nanos', `${name}_nanos`) : raw('undefined')
      return js`readTimestamp(bytes, from, to, 32, ${type.kind === 'TIMESTAMP_LTZ'}, ${array('halves')}, ${nanos}, row)`
    }
    default:
      return undefined
  }
}
