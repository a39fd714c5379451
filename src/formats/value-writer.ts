/**
 * Generated code that writes the values of a column as text, for every format of text: what a scalar looks like is the
 * same in all, how it is enclosed is the format's.
 */
import { type Js, type Names, js, raw } from '../codegen/js.ts'
import { ALL_VALID } from '../data/chunk.ts'
import type { Column } from '../data/column.ts'
import {
  DECIMAL_BYTES,
  DOUBLE_BYTES,
  INT32_BYTES,
  INT64_BYTES,
  writeDecimal64,
  writeDouble,
  writeFloat,
  writeInt32,
  writeInt64,
} from '../data/number-bytes.ts'
import { storageOf } from '../data/storage.ts'
import { decimalText, doubleText, floatText } from '../data/text-number.ts'
import { readText, textBytes, writeText } from '../data/text.ts'
import { splitTimestamp } from '../data/text-time.ts'
import { DATE_BYTES, TIMESTAMP_BYTES, TIME_BYTES, loadMs, writeDate, writeTime, writeTimestamp } from '../data/time-bytes.ts'
import { type DataType, isText } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { ByteWriter } from './format.ts'
import { base64Bytes, shortDecimalText, writeBase64, writeBytes, writePiece, writeShortDecimal64 } from './write-bytes.ts'

export interface WriteStyle {
  /** Between date and time. */
  readonly separator: number
  /** DECIMAL with all its digits, never in scientific notation. */
  readonly plainDecimals: boolean
}

/** How one column is written. Generated code has `columns`, `bytes`, `at` and `row` in scope. */
export interface ValueCode {
  /** Declarations over the chunk's columns. */
  readonly arrays: readonly Js[]
  /**
   * Statements that write the value at `at` and move it. Of a text, the arguments `from, start, end` of a function that
   * encloses it; of a nested value, the value.
   */
  readonly write: Js
  /** The most bytes it takes: as a number, and what depends on the row as an expression. */
  readonly fixedBytes: number
  readonly moreBytes: Js | undefined
  /** `plain` holds digits and letters only (numbers); `word` punctuation of its own (dates); `text` anything; `nested` too. */
  readonly looks: 'plain' | 'word' | 'text' | 'nested'
  /** 1 unless the row is NULL; undefined for a type that is NOT NULL. */
  readonly valid: Js | undefined
  /** The number that may be NaN or infinite. */
  readonly double?: Js
  /** What the places of a text point into. */
  readonly bytes?: Js
}

/** The 64-bit integers of a column as halves. */
export const halvesOf = (values: BigInt64Array): Int32Array => new Int32Array(values.buffer, values.byteOffset, values.length * 2)

/** For a column of which no row is NULL. */
export const validOf = (column: Column, allValid: Uint8Array): Uint8Array => column.valid ?? allValid

/** The free variables of the code this file generates. */
export const writerScope = {
  halvesOf,
  validOf,
  ALL_VALID,
  TRUE: textBytes('true'),
  FALSE: textBytes('false'),
  NULL: textBytes('null'),
  writeText,
  loadMs,
  base64Bytes,
  writeInt32,
  writeInt64,
  writeDouble,
  writeFloat,
  writeDecimal64,
  writeShortDecimal64,
  writeDate,
  writeTime,
  writeTimestamp,
  writeBase64,
  writeBytes,
  writePiece,
  writeWideDecimal,
} as const

/** DECIMAL beyond 18 digits. */
function writeWideDecimal(bytes: Uint8Array, at: number, low: bigint, high: bigint, scale: number, plain: boolean): number {
  const unscaled = (high << 64n) | BigInt.asUintN(64, low)
  return writeText(bytes, at, plain ? decimalText(unscaled, scale) : shortDecimalText(unscaled, scale))
}

const WIDE_DECIMAL_BYTES = 48

export function valueCode(name: string, type: DataType, index: number, names: Names, style: WriteStyle): ValueCode {
  const arrays: Js[] = []
  const column = js`columns[${index}]`
  const declare = (wish: string, value: Js): Js => {
    const id = names.fresh(wish)
    arrays.push(js`const ${id} = ${value}`)
    return id
  }
  const valid = type.nullable ? declare(`${name}_valid`, js`validOf(${column}, ALL_VALID)`) : undefined
  const code = (looks: ValueCode['looks'], fixedBytes: number, write: Js, moreBytes?: Js): ValueCode => ({
    arrays,
    write,
    fixedBytes,
    moreBytes,
    looks,
    valid: valid === undefined ? undefined : js`${valid}[row]`,
  })
  const values = (): Js => declare(name, js`${column}.values`)
  const halves = (): Js => declare(name, js`halvesOf(${column}.values)`)
  const pair = (halved: Js): Js => js`${halved}[row * 2], ${halved}[row * 2 + 1]`
  switch (type.kind) {
    case 'BOOLEAN':
      return code('plain', 5, js`at = writePiece(bytes, at, ${values()}[row] === 0 ? FALSE : TRUE)`)
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
      return code('plain', INT32_BYTES, js`at = writeInt32(bytes, at, ${values()}[row])`)
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return code('plain', INT64_BYTES, js`at = writeInt64(bytes, at, ${pair(halves())})`)
    case 'FLOAT':
    case 'DOUBLE': {
      const id = values()
      return {
        ...code(
          'plain',
          DOUBLE_BYTES + 2,
          js`at = ${raw(type.kind === 'FLOAT' ? 'writeFloat' : 'writeDouble')}(bytes, at, ${id}[row])`,
        ),
        double: js`${id}[row]`,
      }
    }
    case 'DECIMAL':
      if (type.precision > 18) {
        const high = declare(`${name}_high`, js`${column}.high`)
        return code(
          'plain',
          WIDE_DECIMAL_BYTES,
          js`at = writeWideDecimal(bytes, at, ${values()}[row], ${high}[row], ${type.scale}, ${style.plainDecimals})`,
        )
      }
      return code(
        'plain',
        DECIMAL_BYTES + 8,
        js`at = ${raw(style.plainDecimals ? 'writeDecimal64' : 'writeShortDecimal64')}(bytes, at, ${pair(halves())}, ${type.scale})`,
      )
    case 'DATE':
      return code('word', DATE_BYTES, js`at = writeDate(bytes, at, ${values()}[row])`)
    case 'TIME':
      return code('word', TIME_BYTES, js`at = writeTime(bytes, at, ${values()}[row], 0, 0, 3)`)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const nanos = storageOf(type) === 'ts' ? js`${declare(`${name}_nanos`, js`${column}.nanos`)}[row]` : js`${0}`
      return code(
        'word',
        TIMESTAMP_BYTES,
        js`
        at = writeTimestamp(bytes, at, loadMs(${halves()}, row), ${nanos}, 0, 9, ${style.separator}, ${type.kind === 'TIMESTAMP_LTZ'})`,
      )
    }
    case 'CHAR':
    case 'VARCHAR':
    case 'BINARY':
    case 'VARBINARY': {
      const bytes = declare(`${name}_bytes`, js`${column}.bytes`)
      const start = js`${declare(`${name}_starts`, js`${column}.starts`)}[row]`
      const end = js`${declare(`${name}_ends`, js`${column}.ends`)}[row]`
      return isText(type)
        ? { ...code('text', 2, js`${bytes}, ${start}, ${end}`, js`(${end} - ${start})`), bytes }
        : code('word', 4, js`at = writeBase64(bytes, at, ${bytes}, ${start}, ${end})`, js`base64Bytes(${end} - ${start})`)
    }
    default:
      return code('nested', 2, js`${values()}[row]`)
  }
}

/** Writes one row at the end of a writer. */
export type WriteRow = (row: number, into: ByteWriter) => void
/** Takes on the columns of a chunk. */
export type BindColumns = (columns: readonly Column[]) => WriteRow

/** A scalar inside a nested value, as text without quotes. */
export function scalarText(type: DataType, style: WriteStyle): (value: Value) => string {
  const bytes = new Uint8Array(64)
  const written = (end: number): string => readText(bytes, 0, end)
  switch (type.kind) {
    case 'FLOAT':
      return value => floatText(value as number)
    case 'DOUBLE':
      return value => doubleText(value as number)
    case 'DECIMAL':
      return value => (style.plainDecimals ? decimalText : shortDecimalText)(value as bigint, type.scale)
    case 'BINARY':
    case 'VARBINARY':
      return value => Buffer.from(value as Uint8Array).toString('base64')
    case 'DATE':
      return value => written(writeDate(bytes, 0, value as number))
    case 'TIME':
      return value => written(writeTime(bytes, 0, value as number, 0, 0, 3))
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return value => {
        const [ms, nanos] = splitTimestamp(value as bigint, type.precision)
        return written(writeTimestamp(bytes, 0, ms, nanos, 0, 9, style.separator, type.kind === 'TIMESTAMP_LTZ'))
      }
    default:
      return String
  }
}
