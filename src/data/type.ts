/**
 * SQL types as Flink has them. Nullability is part of a type: BIGINT and BIGINT NOT NULL differ.
 * How a type's values are stored is `storage.ts`; how one value looks in JavaScript is `value.ts`.
 */
import { unreachable } from '../base/assert.ts'

export interface Field {
  readonly name: string
  readonly type: DataType
}
export type Schema = readonly Field[]

export type DataType = { readonly nullable: boolean } & (
  | { readonly kind: SimpleKind }
  | { readonly kind: 'CHAR' | 'VARCHAR' | 'BINARY' | 'VARBINARY'; readonly length: number }
  | { readonly kind: 'DECIMAL'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'TIME' | 'TIMESTAMP' | 'TIMESTAMP_LTZ'; readonly precision: number }
  /** `unit` is how it was declared (YEAR, YEAR TO MONTH, …); the values are months. */
  | { readonly kind: 'INTERVAL_YEAR_MONTH'; readonly unit: YearMonthUnit; readonly precision: number }
  /** The values are milliseconds. `precision` is that of the leading unit, `fraction` that of the seconds. */
  | { readonly kind: 'INTERVAL_DAY_TIME'; readonly unit: DayTimeUnit; readonly precision: number; readonly fraction: number }
  | { readonly kind: 'ARRAY' | 'MULTISET'; readonly element: DataType }
  | { readonly kind: 'MAP'; readonly key: DataType; readonly value: DataType }
  | { readonly kind: 'ROW'; readonly fields: Schema }
)
/** NULL is the type of the literal NULL until a context gives it another one. */
export type SimpleKind = 'BOOLEAN' | 'TINYINT' | 'SMALLINT' | 'INT' | 'BIGINT' | 'FLOAT' | 'DOUBLE' | 'DATE' | 'VARIANT' | 'NULL'
export type TypeKind = DataType['kind']
export type YearMonthUnit = 'YEAR' | 'YEAR TO MONTH' | 'MONTH'
export type DayTimeUnit =
  | 'DAY'
  | 'DAY TO HOUR'
  | 'DAY TO MINUTE'
  | 'DAY TO SECOND'
  | 'HOUR'
  | 'HOUR TO MINUTE'
  | 'HOUR TO SECOND'
  | 'MINUTE'
  | 'MINUTE TO SECOND'
  | 'SECOND'

/** One kind of type: `TypeOf<'DECIMAL'>` has precision and scale. */
export type TypeOf<K extends TypeKind> = DataType & { readonly kind: K }

/** STRING is VARCHAR(MAX_LENGTH), BYTES is VARBINARY(MAX_LENGTH). */
export const MAX_LENGTH = 2147483647
export const MAX_DECIMAL_PRECISION = 38

const simple =
  (kind: SimpleKind) =>
  (nullable = true): DataType => ({ kind, nullable })

/** Types by name, nullable unless said otherwise: `types.bigint()`, `types.decimal(10, 2, false)`. */
export const types = {
  boolean: simple('BOOLEAN'),
  tinyint: simple('TINYINT'),
  smallint: simple('SMALLINT'),
  int: simple('INT'),
  bigint: simple('BIGINT'),
  float: simple('FLOAT'),
  double: simple('DOUBLE'),
  date: simple('DATE'),
  variant: simple('VARIANT'),
  null: (): DataType => ({ kind: 'NULL', nullable: true }),
  string: (nullable = true): DataType => ({ kind: 'VARCHAR', length: MAX_LENGTH, nullable }),
  bytes: (nullable = true): DataType => ({ kind: 'VARBINARY', length: MAX_LENGTH, nullable }),
  char: (length: number, nullable = true): DataType => ({ kind: 'CHAR', length, nullable }),
  varchar: (length: number, nullable = true): DataType => ({ kind: 'VARCHAR', length, nullable }),
  binary: (length: number, nullable = true): DataType => ({ kind: 'BINARY', length, nullable }),
  varbinary: (length: number, nullable = true): DataType => ({ kind: 'VARBINARY', length, nullable }),
  decimal: (precision: number, scale: number, nullable = true): DataType => ({ kind: 'DECIMAL', precision, scale, nullable }),
  time: (precision = 0, nullable = true): DataType => ({ kind: 'TIME', precision, nullable }),
  timestamp: (precision = 6, nullable = true): DataType => ({ kind: 'TIMESTAMP', precision, nullable }),
  timestampLtz: (precision = 6, nullable = true): DataType => ({ kind: 'TIMESTAMP_LTZ', precision, nullable }),
  yearMonth: (unit: YearMonthUnit = 'YEAR TO MONTH', precision = 2, nullable = true): DataType => ({
    kind: 'INTERVAL_YEAR_MONTH',
    unit,
    precision,
    nullable,
  }),
  dayTime: (unit: DayTimeUnit = 'DAY TO SECOND', precision = 2, fraction = 6, nullable = true): DataType => ({
    kind: 'INTERVAL_DAY_TIME',
    unit,
    precision,
    fraction,
    nullable,
  }),
  array: (element: DataType, nullable = true): DataType => ({ kind: 'ARRAY', element, nullable }),
  multiset: (element: DataType, nullable = true): DataType => ({ kind: 'MULTISET', element, nullable }),
  map: (key: DataType, value: DataType, nullable = true): DataType => ({ kind: 'MAP', key, value, nullable }),
  row: (fields: Schema, nullable = true): DataType => ({ kind: 'ROW', fields, nullable }),
} as const

/** The same type, nullable or not. */
export const withNullable = <T extends DataType>(type: T, nullable: boolean): T =>
  type.nullable === nullable ? type : { ...type, nullable }

/** True for CHAR and VARCHAR. */
export const isText = (type: DataType): type is TypeOf<'CHAR' | 'VARCHAR'> => type.kind === 'CHAR' || type.kind === 'VARCHAR'
/** True for BINARY and VARBINARY. */
export const isBinary = (type: DataType): type is TypeOf<'BINARY' | 'VARBINARY'> =>
  type.kind === 'BINARY' || type.kind === 'VARBINARY'
export const isInteger = (type: DataType): boolean => integerKinds.has(type.kind)
/** Integers, DECIMAL, FLOAT and DOUBLE. */
export const isNumeric = (type: DataType): boolean =>
  integerKinds.has(type.kind) || type.kind === 'DECIMAL' || isApproximate(type)
/** FLOAT and DOUBLE. */
export const isApproximate = (type: DataType): boolean => type.kind === 'FLOAT' || type.kind === 'DOUBLE'
export const isTimestamp = (type: DataType): type is TypeOf<'TIMESTAMP' | 'TIMESTAMP_LTZ'> =>
  type.kind === 'TIMESTAMP' || type.kind === 'TIMESTAMP_LTZ'
/** DATE, TIME and the timestamps. */
export const isDatetime = (type: DataType): boolean => type.kind === 'DATE' || type.kind === 'TIME' || isTimestamp(type)
export const isInterval = (type: DataType): type is TypeOf<'INTERVAL_YEAR_MONTH' | 'INTERVAL_DAY_TIME'> =>
  type.kind === 'INTERVAL_YEAR_MONTH' || type.kind === 'INTERVAL_DAY_TIME'

const integerKinds: ReadonlySet<TypeKind> = new Set(['TINYINT', 'SMALLINT', 'INT', 'BIGINT'])

/** Equal in everything, nullability included unless told to look past it (at the top only, not in elements). */
export function sameType(a: DataType, b: DataType, options: { readonly ignoreNullable?: boolean } = {}): boolean {
  if (!options.ignoreNullable && a.nullable !== b.nullable) return false
  if (a.kind !== b.kind) return false
  return printType(withNullable(a, true)) === printType(withNullable(b, true))
}

/** The text Flink prints, nullability as a suffix: `DECIMAL(10, 2) NOT NULL`, ``ROW<`a` INT NOT NULL, `b` STRING>``. */
export function printType(type: DataType): string {
  return type.nullable || type.kind === 'NULL' ? bareType(type) : `${bareType(type)} NOT NULL`
}

/** `user STRING, amount BIGINT NOT NULL`: what `parseSchema` reads. */
export const printSchema = (schema: Schema): string =>
  schema.map(({ name, type }) => `${/^[A-Za-z_]\w*$/.test(name) ? name : quoteName(name)} ${printType(type)}`).join(', ')

export const quoteName = (name: string): string => `\`${name.replaceAll('`', '``')}\``

function bareType(type: DataType): string {
  switch (type.kind) {
    case 'CHAR':
    case 'BINARY':
      return `${type.kind}(${type.length})`
    case 'VARCHAR':
      return type.length === MAX_LENGTH ? 'STRING' : `VARCHAR(${type.length})`
    case 'VARBINARY':
      return type.length === MAX_LENGTH ? 'BYTES' : `VARBINARY(${type.length})`
    case 'DECIMAL':
      return `DECIMAL(${type.precision}, ${type.scale})`
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return `${type.kind}(${type.precision})`
    case 'INTERVAL_YEAR_MONTH':
      return type.unit === 'MONTH' ? 'INTERVAL MONTH' : `INTERVAL ${type.unit.replace('YEAR', `YEAR(${type.precision})`)}`
    case 'INTERVAL_DAY_TIME':
      return `INTERVAL ${printDayTime(type)}`
    case 'ARRAY':
    case 'MULTISET':
      return `${type.kind}<${printType(type.element)}>`
    case 'MAP':
      return `MAP<${printType(type.key)}, ${printType(type.value)}>`
    case 'ROW':
      return `ROW<${type.fields.map(f => `${quoteName(f.name)} ${printType(f.type)}`).join(', ')}>`
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DATE':
    case 'VARIANT':
    case 'NULL':
      return type.kind
    default:
      return unreachable(type)
  }
}

function printDayTime({ unit, precision, fraction }: TypeOf<'INTERVAL_DAY_TIME'>): string {
  const [from, to] = unit.split(' TO ') as [string, string?]
  const first = from === 'DAY' ? `DAY(${precision})` : from === 'SECOND' ? `SECOND(${fraction})` : from
  return to === undefined ? first : `${first} TO ${to === 'SECOND' ? `SECOND(${fraction})` : to}`
}
