/**
 * Types and schemas from text: everything Flink accepts where a type may stand.
 *
 *     parseType('DECIMAL(10, 2) NOT NULL')
 *     parseType('ROW<a INT, `b c` ARRAY<STRING NOT NULL>>')
 *     parseSchema('user STRING, amount BIGINT NOT NULL')
 *
 * `printType` and `printSchema` (type.ts) write what this reads back. Errors are `SqlError`s that point into the text.
 */
import { SqlError, UnsupportedError } from '../base/errors.ts'
import { TextReader } from './text-reader.ts'
import {
  type DataType,
  type DayTimeUnit,
  type Field,
  MAX_DECIMAL_PRECISION,
  MAX_LENGTH,
  type Schema,
  type SimpleKind,
  type YearMonthUnit,
  types,
  withNullable,
} from './type.ts'

/** Reads one type. Nullable unless it says NOT NULL. Throws `SqlError` INVALID_TYPE. */
export function parseType(text: string): DataType {
  const reader = new TypeReader(text)
  const type = reader.type()
  reader.end()
  return type
}

/** Reads `name TYPE, name TYPE, …`. Names that are no plain words stand in backticks. */
export function parseSchema(text: string): Schema {
  const reader = new TypeReader(text)
  const fields = reader.atEnd() ? [] : reader.fields()
  reader.end()
  return fields
}

const simpleNames: Readonly<Record<string, SimpleKind>> = {
  BOOLEAN: 'BOOLEAN',
  TINYINT: 'TINYINT',
  SMALLINT: 'SMALLINT',
  INT: 'INT',
  INTEGER: 'INT',
  BIGINT: 'BIGINT',
  FLOAT: 'FLOAT',
  DATE: 'DATE',
  VARIANT: 'VARIANT',
  NULL: 'NULL',
}
const yearMonthUnits: readonly string[] = ['YEAR', 'YEAR TO MONTH', 'MONTH'] satisfies YearMonthUnit[]
const dayTimeUnits: readonly string[] = [
  'DAY',
  'DAY TO HOUR',
  'DAY TO MINUTE',
  'DAY TO SECOND',
  'HOUR',
  'HOUR TO MINUTE',
  'HOUR TO SECOND',
  'MINUTE',
  'MINUTE TO SECOND',
  'SECOND',
] satisfies DayTimeUnit[]

class TypeReader {
  readonly #in: TextReader

  constructor(text: string) {
    this.#in = new TextReader(text, 'INVALID_TYPE')
  }

  atEnd(): boolean {
    return this.#in.atEnd()
  }

  end(): void {
    if (!this.#in.atEnd()) this.#in.fail('the type should end here')
  }

  type(): DataType {
    let type = this.#nullability(this.#bare())
    for (;;) {
      if (this.#in.word('ARRAY')) type = this.#nullability(types.array(type))
      else if (this.#in.word('MULTISET')) type = this.#nullability(types.multiset(type))
      else return type
    }
  }

  fields(): Field[] {
    const fields: Field[] = []
    do {
      const name = this.#in.name()
      const type = this.type()
      this.#in.quoted()
      fields.push({ name, type })
    } while (this.#in.sign(','))
    return fields
  }

  #nullability(type: DataType): DataType {
    if (!this.#in.word('NOT')) return this.#in.word('NULL') ? withNullable(type, true) : type
    if (!this.#in.word('NULL')) this.#in.fail("NULL should follow 'NOT'")
    return withNullable(type, false)
  }

  #bare(): DataType {
    const start = this.#in.next()
    const word = this.#in.anyWord()?.toUpperCase()
    if (word === undefined) this.#in.fail('a type is expected')
    const simple = Object.hasOwn(simpleNames, word) ? simpleNames[word] : undefined
    if (simple !== undefined) return { kind: simple, nullable: true }
    switch (word) {
      case 'CHAR':
      case 'CHARACTER':
        return types.char(this.#argument(1, 1, MAX_LENGTH))
      case 'VARCHAR':
        return types.varchar(this.#argument(1, 1, MAX_LENGTH))
      case 'BINARY':
        return types.binary(this.#argument(1, 1, MAX_LENGTH))
      case 'VARBINARY':
        return types.varbinary(this.#argument(1, 1, MAX_LENGTH))
      case 'STRING':
        return types.string()
      case 'BYTES':
        return types.bytes()
      case 'DOUBLE':
        this.#in.word('PRECISION')
        return types.double()
      case 'DECIMAL':
      case 'DEC':
      case 'NUMERIC':
        return this.#decimal()
      case 'TIME':
        return this.#time()
      case 'TIMESTAMP':
        return this.#timestamp(start)
      case 'TIMESTAMP_LTZ':
        return types.timestampLtz(this.#argument(6, 0, 9))
      case 'INTERVAL':
        return this.#interval()
      case 'ARRAY':
      case 'MULTISET':
        return this.#collection(word)
      case 'MAP':
        return this.#map()
      case 'ROW':
        return this.#row()
      case 'RAW':
      case 'STRUCTURED':
      case 'DESCRIPTOR':
        throw new UnsupportedError(`the type ${word}`, { start, end: this.#in.at })
      default:
        throw new SqlError('INVALID_TYPE', `there is no type '${word}'`, { start, end: this.#in.at })
    }
  }

  #collection(kind: 'ARRAY' | 'MULTISET'): DataType {
    this.#in.expect('<')
    const element = this.type()
    this.#in.expect('>')
    return { kind, element, nullable: true }
  }

  #map(): DataType {
    this.#in.expect('<')
    const key = this.type()
    this.#in.expect(',')
    const value = this.type()
    this.#in.expect('>')
    return types.map(key, value)
  }

  /** `ROW<a INT, …>` or `ROW(a INT, …)`. */
  #row(): DataType {
    const round = this.#in.sign('(')
    if (!round) this.#in.expect('<')
    const close = round ? ')' : '>'
    if (this.#in.sign(close)) return types.row([])
    const fields = this.fields()
    this.#in.expect(close)
    return types.row(fields)
  }

  #decimal(): DataType {
    if (!this.#in.sign('(')) return types.decimal(10, 0)
    const precision = this.#integer(1, MAX_DECIMAL_PRECISION)
    const scale = this.#in.sign(',') ? this.#integer(0, precision) : 0
    this.#in.expect(')')
    return types.decimal(precision, scale)
  }

  #time(): DataType {
    const precision = this.#argument(0, 0, 9)
    if (this.#in.word('WITHOUT')) this.#words('TIME', 'ZONE')
    return types.time(precision)
  }

  #timestamp(start: number): DataType {
    const precision = this.#argument(6, 0, 9)
    if (this.#in.word('WITHOUT')) this.#words('TIME', 'ZONE')
    else if (this.#in.word('WITH')) {
      const local = this.#in.word('LOCAL')
      this.#words('TIME', 'ZONE')
      if (!local) throw new UnsupportedError('the type TIMESTAMP WITH TIME ZONE', { start, end: this.#in.at })
      return types.timestampLtz(precision)
    }
    return types.timestamp(precision)
  }

  #interval(): DataType {
    const start = this.#in.next()
    const from = this.#intervalUnit()
    const to = this.#in.word('TO') ? this.#intervalUnit() : undefined
    const unit = to === undefined ? from.unit : `${from.unit} TO ${to.unit}`
    const seconds = from.unit === 'SECOND' ? from : to?.unit === 'SECOND' ? to : undefined
    if (yearMonthUnits.includes(unit)) return types.yearMonth(unit as YearMonthUnit, from.argument ?? 2)
    const precision = (from.unit === 'SECOND' ? undefined : from.argument) ?? 2
    if (dayTimeUnits.includes(unit)) return types.dayTime(unit as DayTimeUnit, precision, seconds?.argument ?? 6)
    throw new SqlError('INVALID_TYPE', `there is no INTERVAL ${unit}`, { start, end: this.#in.at })
  }

  #intervalUnit(): { readonly unit: string; readonly argument: number | undefined } {
    const unit = this.#in.anyWord()?.toUpperCase()
    if (unit === undefined) this.#in.fail('a unit of time is expected')
    const argument = this.#in.sign('(')
      ? this.#integer(unit === 'SECOND' ? 0 : 1, unit === 'SECOND' ? 9 : unit === 'YEAR' ? 4 : 6)
      : undefined
    if (argument !== undefined) this.#in.expect(')')
    return { unit, argument }
  }

  #words(...words: string[]): void {
    for (const word of words) if (!this.#in.word(word)) this.#in.fail(`${word} is expected`)
  }

  /** `(n)`, or `absent` when nothing stands there. */
  #argument(absent: number, least: number, most: number): number {
    if (!this.#in.sign('(')) return absent
    const value = this.#integer(least, most)
    this.#in.expect(')')
    return value
  }

  #integer(least: number, most: number): number {
    const start = this.#in.next()
    const digits = this.#in.match(/\d+/y)
    const value = Number(digits)
    if (digits === undefined || value < least || value > most) {
      throw new SqlError('INVALID_TYPE', `a number from ${least} to ${most} is expected`, {
        start,
        end: Math.max(this.#in.at, start + 1),
      })
    }
    return value
  }
}
