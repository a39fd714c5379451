/**
 * Which type stands in for which: implicit casts, the common type of several, and what arithmetic on decimals gives.
 *
 *     implicitlyCasts(INT, BIGINT)                      true
 *     commonType([INT, DECIMAL(5, 2)])                  DECIMAL(12, 2)
 *     commonType([CHAR(3) NOT NULL, CHAR(5) NOT NULL])  VARCHAR(5) NOT NULL
 *     decimalResult('*', BIGINT, DECIMAL(3, 3))         DECIMAL(23, 3)
 *
 * Sources: Flink's LogicalTypeCasts (implicit casts), Calcite's leastRestrictive with Flink's type system (common type),
 * Flink's LogicalTypeMerging (decimals).
 */
import {
  type DataType,
  type Field,
  type TypeKind,
  type TypeOf,
  MAX_DECIMAL_PRECISION,
  isApproximate,
  isBinary,
  isInteger,
  isNumeric,
  isText,
  isTimestamp,
  sameType,
  types,
  withNullable,
} from '../data/type.ts'

/** Kinds a target takes besides its own without being asked. */
const implicitSources: Partial<Record<TypeKind, readonly TypeKind[]>> = {
  VARCHAR: ['CHAR'],
  VARBINARY: ['BINARY'],
  DECIMAL: ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'FLOAT', 'DOUBLE'],
  SMALLINT: ['TINYINT'],
  INT: ['TINYINT', 'SMALLINT'],
  BIGINT: ['TINYINT', 'SMALLINT', 'INT'],
  FLOAT: ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'DECIMAL'],
  DOUBLE: ['TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'DECIMAL', 'FLOAT'],
  DATE: ['TIMESTAMP'],
  TIME: ['TIMESTAMP'],
  TIMESTAMP: ['TIMESTAMP_LTZ'],
  TIMESTAMP_LTZ: ['TIMESTAMP'],
}

/** True when a value of `from` goes where `to` is expected without a CAST. Nullable never goes where NOT NULL is. */
export function implicitlyCasts(from: DataType, to: DataType): boolean {
  if (from.nullable && !to.nullable) return false
  if (from.kind === 'NULL') return true
  if (from.kind !== to.kind) return implicitSources[to.kind]?.includes(from.kind) ?? false
  switch (from.kind) {
    case 'ARRAY':
    case 'MULTISET':
      return implicitlyCasts(from.element, (to as typeof from).element)
    case 'MAP':
      return implicitlyCasts(from.key, (to as typeof from).key) && implicitlyCasts(from.value, (to as typeof from).value)
    case 'ROW': {
      const fields = (to as typeof from).fields
      return fields.length === from.fields.length && fields.every((field, i) => implicitlyCasts(from.fields[i]!.type, field.type))
    }
    default:
      return true
  }
}

/**
 * The least restrictive type that holds values of all: for CASE, COALESCE, UNION, VALUES and comparison. Nullable if
 * any is. Undefined where there is none; NULL where all are the literal NULL.
 */
export function commonType(all: readonly DataType[]): DataType | undefined {
  const nullable = all.some(type => type.nullable)
  const typed = all.filter(type => type.kind !== 'NULL')
  if (typed.length === 0) return types.null()
  let common: DataType | undefined = typed[0]
  for (const type of typed.slice(1)) common = common && commonOfTwo(common, type)
  return common && withNullable(common, nullable)
}

/**
 * The common type that functions of Flink's own kind ask for: COALESCE, IFNULL, GREATEST, LEAST, collection functions.
 * The same as `commonType`, but FLOAT and DOUBLE are DOUBLE in either order, and where there is none, one that the
 * others cast to implicitly: DATE and TIMESTAMP are DATE.
 */
export function commonArgumentType(all: readonly DataType[]): DataType | undefined {
  const typed = all.filter(type => type.kind !== 'NULL')
  const nullable = all.some(type => type.nullable)
  if (typed.every(isApproximate) && typed.some(type => type.kind === 'DOUBLE')) return types.double(nullable)
  const common = commonType(all)
  if (common !== undefined) return common
  const target = typed.find(to => typed.every(from => implicitlyCasts(withNullable(from, true), withNullable(to, true))))
  return target && withNullable(target, nullable)
}

/** The common type but for nullability at the top. */
function commonOfTwo(a: DataType, b: DataType): DataType | undefined {
  if (sameType(a, b, { ignoreNullable: true })) return a
  if (isNumeric(a) && isNumeric(b)) return commonNumeric(a, b)
  if (isText(a) && isText(b)) return { kind: 'VARCHAR', length: Math.max(a.length, b.length), nullable: true }
  if (isBinary(a) && isBinary(b)) return { kind: 'VARBINARY', length: Math.max(a.length, b.length), nullable: true }
  if (a.kind === b.kind) return commonOfKind(a, b)
  return commonDatetime(a, b)
}

/** Two types of one kind that differ in their parameters. */
function commonOfKind(a: DataType, b: DataType): DataType | undefined {
  switch (a.kind) {
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return a.precision >= (b as typeof a).precision ? a : b
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
      return plainInterval(a)
    case 'ARRAY':
    case 'MULTISET': {
      const element = commonType([a.element, (b as typeof a).element])
      return element && { ...a, element }
    }
    case 'MAP': {
      const key = commonType([a.key, (b as typeof a).key])
      const value = commonType([a.value, (b as typeof a).value])
      return key && value && { ...a, key, value }
    }
    case 'ROW':
      return commonRow(a, b as typeof a)
    default:
      return undefined
  }
}

function commonRow(a: TypeOf<'ROW'>, b: TypeOf<'ROW'>): DataType | undefined {
  if (a.fields.length !== b.fields.length) return undefined
  const fields: Field[] = []
  for (const [i, { name, type }] of a.fields.entries()) {
    const common = commonType([type, b.fields[i]!.type])
    if (common === undefined) return undefined
    fields.push({ name, type: common })
  }
  return { ...a, fields }
}

/** TIMESTAMP goes where TIMESTAMP_LTZ is, with the greater precision. DATE and TIME go with nothing else. */
function commonDatetime(a: DataType, b: DataType): DataType | undefined {
  if (!isTimestamp(a) || !isTimestamp(b)) return undefined
  return { kind: 'TIMESTAMP_LTZ', precision: Math.max(a.precision, b.precision), nullable: true }
}

/** The type of an interval that was computed: INTERVAL MONTH or INTERVAL SECOND(3), whatever units it was written in. */
export function plainInterval(type: TypeOf<'INTERVAL_YEAR_MONTH' | 'INTERVAL_DAY_TIME'>): DataType {
  if (type.kind === 'INTERVAL_YEAR_MONTH') return types.yearMonth('MONTH', 2, type.nullable)
  return types.dayTime('SECOND', 2, 3, type.nullable)
}

const integerRank: readonly TypeKind[] = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT']

/** The wider of two integer types; the same as the common one. */
export const widerInteger = (a: DataType, b: DataType): DataType =>
  integerRank.indexOf(a.kind) >= integerRank.indexOf(b.kind) ? a : b

/**
 * The common type of two numeric types but for nullability: the wider integer; a decimal that holds all digits of both;
 * FLOAT with an integer is FLOAT; a decimal with either is DOUBLE. Of FLOAT and DOUBLE the first one wins, as in Flink,
 * which gives both the same precision.
 */
export function commonNumeric(a: DataType, b: DataType): DataType {
  if (isInteger(a) && isInteger(b)) return widerInteger(a, b)
  if (isApproximate(a)) return b.kind === 'DECIMAL' ? types.double() : a
  if (isApproximate(b)) return a.kind === 'DECIMAL' ? types.double() : b
  const [x, y] = [asDecimal(a), asDecimal(b)]
  const whole = Math.min(Math.max(x.precision - x.scale, y.precision - y.scale), MAX_DECIMAL_PRECISION)
  const scale = Math.min(Math.max(x.scale, y.scale), MAX_DECIMAL_PRECISION - whole)
  return types.decimal(whole + scale, scale)
}

/** Digits that an integer type counts as beside a decimal. */
const integerDigits: Partial<Record<TypeKind, number>> = { TINYINT: 3, SMALLINT: 5, INT: 10, BIGINT: 19 }

/** A decimal type as it is, an integer type as the decimal that holds it: INT as DECIMAL(10, 0), BIGINT as DECIMAL(19, 0). */
export function asDecimal(type: DataType): TypeOf<'DECIMAL'> {
  if (type.kind === 'DECIMAL') return type
  return { kind: 'DECIMAL', precision: integerDigits[type.kind] ?? MAX_DECIMAL_PRECISION, scale: 0, nullable: type.nullable }
}

export type DecimalOperator = '+' | '-' | '*' | '/' | '%'

/** The result of arithmetic on decimals (integers count as such); nullable if either is. */
export function decimalResult(operator: DecimalOperator, left: DataType, right: DataType): TypeOf<'DECIMAL'> {
  const { precision: p1, scale: s1 } = asDecimal(left)
  const { precision: p2, scale: s2 } = asDecimal(right)
  const widest = Math.max(s1, s2)
  const nullable = left.nullable || right.nullable
  switch (operator) {
    case '+':
    case '-':
      return fitDecimal(Math.max(p1 - s1, p2 - s2) + widest + 1, widest, nullable)
    case '*':
      return fitDecimal(p1 + p2 + 1, s1 + s2, nullable)
    case '/': {
      const scale = Math.max(6, s1 + p2 + 1)
      return fitDecimal(p1 - s1 + s2 + scale, scale, nullable)
    }
    case '%':
      return fitDecimal(Math.min(p1 - s1, p2 - s2) + widest, widest, nullable)
  }
}

/** Cut to 38 digits: whole digits are kept, and of the fraction at least six digits (or all of a shorter one). */
function fitDecimal(precision: number, scale: number, nullable: boolean): TypeOf<'DECIMAL'> {
  if (precision <= MAX_DECIMAL_PRECISION) return { kind: 'DECIMAL', precision: Math.max(precision, 1), scale, nullable }
  const kept = Math.max(MAX_DECIMAL_PRECISION - (precision - scale), Math.min(scale, 6))
  return { kind: 'DECIMAL', precision: MAX_DECIMAL_PRECISION, scale: kept, nullable }
}
