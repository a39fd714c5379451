/**
 * Types as written → types as they are: `DECIMAL` is DECIMAL(10, 0), `VARCHAR` is STRING, `TIMESTAMP` is TIMESTAMP(6).
 * Defaults and limits are Flink's.
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { type DataType, type DayTimeUnit, type YearMonthUnit, MAX_DECIMAL_PRECISION, MAX_LENGTH, types } from '../../data/type.ts'
import type * as ast from '../../sql/ast.ts'

/** The type of a column or cast target; nullable unless it says NOT NULL. */
export function bindType(type: ast.TypeName): DataType {
  const nullable = type.nullable !== false
  switch (type.kind) {
    case 'basic-type':
      return basicType(type, nullable)
    case 'interval-type':
      return intervalType(type.qualifier, nullable)
    case 'array-type':
      return types.array(bindType(type.element), nullable)
    case 'multiset-type':
      return types.multiset(bindType(type.element), nullable)
    case 'map-type':
      return types.map(bindType(type.key), bindType(type.value), nullable)
    case 'row-type':
      return types.row(
        type.fields.map(f => ({ name: f.name.name, type: bindType(f.type) })),
        nullable,
      )
    case 'named-type': {
      const name = type.name.parts.map(p => p.name).join('.')
      throw new SqlError('TYPE_UNKNOWN', `there is no type '${name}'`, type.span)
    }
    case 'structured-type':
      throw new UnsupportedError('the type STRUCTURED', type.span)
    case 'raw-type':
      throw new UnsupportedError('the type RAW', type.span)
  }
}

function basicType(type: ast.BasicType, nullable: boolean): DataType {
  const [first, second] = type.parameters
  const within = (value: number, min: number, max: number, what: string): number => {
    if (value >= min && value <= max) return value
    throw new SqlError('TYPE_INVALID', `the ${what} of ${type.name} is between ${min} and ${max}, not ${value}`, type.span)
  }
  const length = (fallback: number): number => within(first ?? fallback, 1, MAX_LENGTH, 'length')
  const fraction = (fallback: number): number => within(first ?? fallback, 0, 9, 'precision')
  switch (type.name) {
    case 'DECIMAL': {
      const precision = within(first ?? 10, 1, MAX_DECIMAL_PRECISION, 'precision')
      return types.decimal(precision, within(second ?? 0, 0, precision, 'scale'), nullable)
    }
    case 'CHAR':
      return types.char(length(1), nullable)
    case 'VARCHAR':
      return types.varchar(length(MAX_LENGTH), nullable)
    case 'STRING':
      return types.string(nullable)
    case 'BINARY':
      return types.binary(length(1), nullable)
    case 'VARBINARY':
      return types.varbinary(length(MAX_LENGTH), nullable)
    case 'BYTES':
      return types.bytes(nullable)
    case 'TIME':
      return types.time(fraction(0), nullable)
    case 'TIMESTAMP':
      return types.timestamp(fraction(6), nullable)
    case 'TIMESTAMP_LTZ':
      return types.timestampLtz(fraction(6), nullable)
    case 'TIMESTAMP_TZ':
      throw new UnsupportedError('the type TIMESTAMP WITH TIME ZONE', type.span)
    case 'DESCRIPTOR':
      throw new SqlError('TYPE_INVALID', 'DESCRIPTOR is no type of a value', type.span)
    case 'NULL':
      return types.null()
    default:
      return { kind: type.name, nullable }
  }
}

/** `DAY(3) TO SECOND(6)`; WEEK counts as DAY and QUARTER as MONTH, since only the values differ. */
export function intervalType(qualifier: ast.IntervalQualifier, nullable: boolean): DataType {
  const start = baseUnit(qualifier.start, qualifier.span)
  const unit = qualifier.end === undefined ? start : `${start} TO ${qualifier.end}`
  const precision = qualifier.startPrecision ?? 2
  if (start === 'YEAR' || start === 'MONTH') return types.yearMonth(unit as YearMonthUnit, precision, nullable)
  return types.dayTime(unit as DayTimeUnit, precision, qualifier.fractionPrecision ?? 6, nullable)
}

function baseUnit(unit: ast.TimeUnit, span: Span): string {
  if (unit === 'WEEK') return 'DAY'
  if (unit === 'QUARTER') return 'MONTH'
  if (['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'].includes(unit)) return unit
  throw new SqlError('TYPE_INVALID', `an interval is not counted in ${unit}`, span)
}
