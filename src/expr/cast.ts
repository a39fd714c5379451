/**
 * CAST and TRY_CAST: which type converts to which, and how.
 *
 *     castability(INT, STRING)                               'explicit'
 *     implementCast(STRING, INT, { safe: false, session })   '12' → 12, 'x' throws CAST_FAILED
 *     implementCast(DOUBLE, DECIMAL(3, 1), …)                1234.0 → NULL: numbers that do not fit are NULL, without an error
 *
 * Sources: Flink's LogicalTypeCasts for the matrix (with what its validator says on top), its CastRules for the values.
 */
import { assert } from '../base/assert.ts'
import { EvaluationError } from '../base/errors.ts'
import { MS_PER_DAY } from '../data/calendar.ts'
import { laxDate, laxTime, laxTimestamp } from '../data/lax-time.ts'
import { printValue } from '../data/notation.ts'
import { parseDecimal } from '../data/text-number.ts'
import { joinTimestamp, splitTimestamp } from '../data/text-time.ts'
import { textBytes } from '../data/text.ts'
import { type DataType, type TypeKind, isInteger, isText, isTimestamp, printType, sameType, withNullable } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { UTC, zoneOf } from '../data/zone.ts'
import { booleanFromText, decimalFromText, doubleFromText, integerFromText, textOf } from './cast-text.ts'
import { implicitlyCasts } from './coercion.ts'
import { decimalToDouble, orOverflow, powerOfTen, rescale } from './decimal.ts'
import type { SessionFacts } from './function.ts'

/** Without being asked, by CAST only, or not at all. Nullability does not matter. */
export type Castability = 'implicit' | 'explicit' | 'never'

export function castability(from: DataType, to: DataType): Castability {
  if (implicitlyCasts(withNullable(from, false), withNullable(to, true))) return 'implicit'
  return explicitlyCasts(from, to) ? 'explicit' : 'never'
}

const TEXT: readonly TypeKind[] = ['CHAR', 'VARCHAR']
const INTEGERS: readonly TypeKind[] = ['TINYINT', 'SMALLINT', 'INT', 'BIGINT']
const NUMBERS: readonly TypeKind[] = [...INTEGERS, 'DECIMAL', 'FLOAT', 'DOUBLE']
const TIMESTAMPS: readonly TypeKind[] = ['TIMESTAMP', 'TIMESTAMP_LTZ']

/** What a kind takes besides itself; nested types take their own kind only, anything becomes text. */
const explicitSources: Partial<Record<TypeKind, readonly TypeKind[]>> = {
  BOOLEAN: [...TEXT, ...NUMBERS],
  BINARY: ['VARBINARY', ...TEXT],
  VARBINARY: ['BINARY', ...TEXT],
  TINYINT: ['BOOLEAN', ...TEXT, ...NUMBERS],
  SMALLINT: ['BOOLEAN', ...TEXT, ...NUMBERS],
  INT: ['BOOLEAN', ...TEXT, ...NUMBERS],
  BIGINT: ['BOOLEAN', ...TEXT, ...NUMBERS],
  DECIMAL: ['BOOLEAN', ...TEXT, ...NUMBERS],
  FLOAT: ['BOOLEAN', ...TEXT, ...NUMBERS],
  DOUBLE: ['BOOLEAN', ...TEXT, ...NUMBERS],
  DATE: [...TEXT, ...TIMESTAMPS],
  TIME: [...TEXT, ...TIMESTAMPS],
  TIMESTAMP: [...TEXT, ...TIMESTAMPS, 'DATE', 'TIME'],
  TIMESTAMP_LTZ: [...TEXT, ...TIMESTAMPS, 'DATE', 'TIME'],
  INTERVAL_YEAR_MONTH: INTEGERS,
  INTERVAL_DAY_TIME: INTEGERS,
}

function explicitlyCasts(from: DataType, to: DataType): boolean {
  if (from.kind === 'NULL') return true
  if (TEXT.includes(to.kind)) return from.kind !== 'VARIANT'
  if (from.kind !== to.kind) return explicitSources[to.kind]?.includes(from.kind) ?? false
  switch (from.kind) {
    case 'ARRAY':
    case 'MULTISET':
      return casts(from.element, (to as typeof from).element)
    case 'MAP':
      return casts(from.key, (to as typeof from).key) && casts(from.value, (to as typeof from).value)
    case 'ROW': {
      const { fields } = to as typeof from
      return from.fields.length === fields.length && from.fields.every((field, i) => casts(field.type, fields[i]!.type))
    }
    default:
      return true
  }
}

const casts = (from: DataType, to: DataType): boolean => castability(from, to) !== 'never'

export interface CastOptions {
  /** TRY_CAST: NULL for what does not convert. */
  readonly safe: boolean
  readonly session: SessionFacts
}

/**
 * The conversion for one pair of types that `castability` allows. NULL stays NULL. A value that does not convert throws
 * `EvaluationError` CAST_FAILED, or is NULL when `safe` or under legacy casts.
 */
export function implementCast(from: DataType, to: DataType, { safe, session }: CastOptions): (value: Value) => Value {
  const convert = converter(from, to, session)
  if (convert === identity) return identity as (value: Value) => Value
  const lenient = safe || session.legacyCast
  return value => {
    if (value === null) return null
    const converted = convert(value)
    if (converted !== undefined) return converted
    if (lenient) return null
    throw new EvaluationError('CAST_FAILED', `${printValue(from, value)} can't be cast to ${printType(withNullable(to, true))}`, {
      hint: 'TRY_CAST makes it NULL',
    })
  }
}

/** Converts any value but NULL; undefined where it does not convert. */
type Convert = (value: Value) => Value | undefined
type Of<K extends TypeKind> = DataType & { readonly kind: K }

const identity: Convert = value => value
const failed: Convert = () => undefined

function converter(from: DataType, to: DataType, session: SessionFacts): Convert {
  if (sameType(from, to, { ignoreNullable: true }) && from.kind !== 'TIME') return identity
  switch (to.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return toText(from, to.kind === 'CHAR', to.length, session)
    case 'BOOLEAN':
      return toBoolean(from)
    case 'BINARY':
    case 'VARBINARY':
      return toBinary(from, to.kind === 'BINARY', to.length, session)
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return toInteger(from, to.kind)
    case 'FLOAT':
      return toFloat(from)
    case 'DOUBLE':
      return toDouble(from)
    case 'DECIMAL':
      return toDecimal(from, to)
    case 'DATE':
      return toDate(from, session)
    case 'TIME':
      return toTime(from, to.precision, session)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return toTimestamp(from, to.kind === 'TIMESTAMP_LTZ', to.precision, session)
    case 'INTERVAL_YEAR_MONTH':
      return isInteger(from) ? value => Number(value) | 0 : identity
    case 'INTERVAL_DAY_TIME':
      return isInteger(from) ? value => BigInt(value as number) : identity
    case 'ARRAY':
      return toArray((from as Of<'ARRAY'>).element, to.element, session)
    case 'MULTISET':
      return toPairs((from as Of<'MULTISET'>).element, to.element, identity, session)
    case 'MAP':
      return toPairs((from as Of<'MAP'>).key, to.key, nested((from as Of<'MAP'>).value, to.value, session), session)
    case 'ROW':
      return toRow(from as Of<'ROW'>, to, session)
    case 'VARIANT':
    case 'NULL':
      return failed
  }
}

// ── text and bytes ─────────────────────────────────────────────────────────────────────────────────────────────────

function toText(from: DataType, fill: boolean, length: number, session: SessionFacts): Convert {
  const text = textOf(from, session)
  if (session.legacyCast) return text
  if (fill) return value => padded(cut(text(value), length), length)
  return length === 2147483647 || (isText(from) && from.length <= length) ? text : value => cut(text(value), length)
}

/** The first `length` code points. */
function cut(text: string, length: number): string {
  if (text.length <= length) return text
  let end = 0
  for (let count = 0; count < length && end < text.length; count++) end += text.codePointAt(end)! > 0xffff ? 2 : 1
  return text.slice(0, end)
}

function padded(text: string, length: number): string {
  if (text.length >= length * 2) return text
  let count = 0
  for (let at = 0; at < text.length; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return count < length ? text + ' '.repeat(length - count) : text
}

function toBinary(from: DataType, fill: boolean, length: number, session: SessionFacts): Convert {
  const bytes = isText(from) ? (value: Value) => textBytes(value as string) : (value: Value) => value as Uint8Array
  if (session.legacyCast) return bytes
  return value => fitted(bytes(value), length, fill)
}

/** Cut to `length` bytes, and filled up with zeros if `fill`. */
function fitted(bytes: Uint8Array, length: number, fill: boolean): Uint8Array {
  if (bytes.length === length || (bytes.length < length && !fill)) return bytes
  if (bytes.length > length) return bytes.slice(0, length)
  const filled = new Uint8Array(length)
  filled.set(bytes)
  return filled
}

// ── numbers ────────────────────────────────────────────────────────────────────────────────────────────────────────

function toBoolean(from: DataType): Convert {
  if (isText(from)) return value => booleanFromText(value as string)
  return from.kind === 'BIGINT' || from.kind === 'DECIMAL' ? value => value !== 0n : value => value !== 0
}

const bitsOf = { TINYINT: 8, SMALLINT: 16, INT: 32, BIGINT: 64 } as const
type IntegerKind = keyof typeof bitsOf

function toInteger(from: DataType, kind: IntegerKind): Convert {
  const bits = bitsOf[kind]
  const finish: (value: bigint) => Value = kind === 'BIGINT' ? value => value : Number
  if (isText(from)) {
    return value => {
      const parsed = integerFromText(value as string, bits)
      return parsed === undefined ? undefined : finish(parsed)
    }
  }
  switch (from.kind) {
    case 'BOOLEAN':
      return value => finish(value === true ? 1n : 0n)
    case 'FLOAT':
    case 'DOUBLE':
      return fromDouble(kind)
    case 'DECIMAL': {
      const unit = powerOfTen(from.scale)
      return value => finish(BigInt.asIntN(bits, (value as bigint) / unit))
    }
    case 'BIGINT':
      return value => finish(BigInt.asIntN(bits, value as bigint))
    default:
      return kind === 'BIGINT' ? value => BigInt(value as number) : narrow(kind)
  }
}

/** Two's complement, as Java narrows an int. */
const narrow = (kind: Exclude<IntegerKind, 'BIGINT'>): Convert => {
  const unused = 32 - bitsOf[kind]
  return value => ((value as number) << unused) >> unused
}

/** Java's conversion: towards zero, held at the limits of INT or BIGINT, NaN is 0. Narrower kinds go through INT and wrap. */
function fromDouble(kind: IntegerKind): Convert {
  if (kind === 'BIGINT') return value => saturated(value as number)
  const wrap = narrow(kind)
  return value => wrap(Math.max(-2147483648, Math.min(2147483647, Math.trunc(value as number))) || 0)
}

function saturated(value: number): bigint {
  if (Number.isNaN(value)) return 0n
  if (value >= 9223372036854775808) return 9223372036854775807n
  return value <= -9223372036854775808 ? -9223372036854775808n : BigInt(Math.trunc(value))
}

function toDouble(from: DataType): Convert {
  if (isText(from)) return value => doubleFromText(value as string)
  if (from.kind === 'DECIMAL') return value => decimalToDouble(value as bigint, from.scale)
  return from.kind === 'FLOAT' ? identity : Number
}

function toFloat(from: DataType): Convert {
  const convert = toDouble(from)
  return value => {
    const double = convert(value)
    return double === undefined ? undefined : Math.fround(double as number)
  }
}

function toDecimal(from: DataType, { precision, scale }: Of<'DECIMAL'>): Convert {
  if (isText(from)) return value => decimalFromText(value as string, precision, scale)
  switch (from.kind) {
    case 'FLOAT':
    case 'DOUBLE':
      return value => parseDecimal(String(value as number), precision, scale)
    case 'DECIMAL':
      return value => orOverflow(rescale(value as bigint, from.scale, scale), precision)
    default: {
      const unit = powerOfTen(scale)
      return value => orOverflow(BigInt(value as number | bigint | boolean) * unit, precision)
    }
  }
}

// ── datetimes ──────────────────────────────────────────────────────────────────────────────────────────────────────

/** The wall-clock milliseconds of a timestamp. */
function localMs(from: DataType, session: SessionFacts): (value: Value) => number {
  assert(isTimestamp(from), 'only a timestamp has a date and a time')
  const { precision } = from
  const ms = (value: Value): number => (precision <= 3 ? Number(value as bigint) : splitTimestamp(value as bigint, precision)[0])
  if (from.kind === 'TIMESTAMP') return ms
  const zone = zoneOf(session.zone)
  return value => zone.toLocal(ms(value))
}

function toDate(from: DataType, session: SessionFacts): Convert {
  if (isText(from)) return value => laxDate(value as string)
  const local = localMs(from, session)
  return value => Math.floor(local(value) / MS_PER_DAY)
}

function toTime(from: DataType, precision: number, session: SessionFacts): Convert {
  const unit = 10 ** Math.max(0, 3 - precision)
  const whole = (ms: number) => ms - (ms % unit)
  if (isText(from)) {
    return value => {
      const ms = laxTime(value as string)
      return ms === undefined ? undefined : whole(ms)
    }
  }
  if (from.kind === 'TIME') return unit === 1 ? identity : value => whole(value as number)
  const local = localMs(from, session)
  return value => {
    const ms = local(value)
    return whole(ms - Math.floor(ms / MS_PER_DAY) * MS_PER_DAY)
  }
}

/** `instant` for a TIMESTAMP_LTZ, whose values are instants; else wall-clock time. */
function toTimestamp(from: DataType, instant: boolean, precision: number, session: SessionFacts): Convert {
  const zone = instant !== (from.kind === 'TIMESTAMP_LTZ') ? zoneOf(session.zone) : UTC
  const place = instant ? (ms: number) => zone.toInstant(ms) : (ms: number) => ms
  switch (from.kind) {
    case 'DATE':
      return value => joinTimestamp(place((value as number) * MS_PER_DAY), 0, precision)
    case 'TIME':
      return value => joinTimestamp(place(value as number), 0, precision)
    case 'TIMESTAMP':
      return moved(from.precision, precision, place)
    case 'TIMESTAMP_LTZ':
      return moved(from.precision, precision, instant ? ms => ms : ms => zone.toLocal(ms))
    default:
      return value => {
        const local = laxTimestamp(value as string)
        return local && joinTimestamp(place(local.ms), local.nanos, precision)
      }
  }
}

/** Another precision, and another meaning of the milliseconds. */
const moved =
  (from: number, to: number, move: (ms: number) => number): Convert =>
  value => {
    const [ms, nanos] = splitTimestamp(value as bigint, from)
    return joinTimestamp(move(ms), nanos, to)
  }

// ── nested values ──────────────────────────────────────────────────────────────────────────────────────────────────

/** Like `converter`, for values that may be NULL. */
function nested(from: DataType, to: DataType, session: SessionFacts): Convert {
  const convert = converter(from, to, session)
  return convert === identity ? identity : value => (value === null ? null : convert(value))
}

function toArray(from: DataType, to: DataType, session: SessionFacts): Convert {
  const convert = nested(from, to, session)
  return value => {
    const converted: Value[] = []
    for (const element of value as readonly Value[]) {
      const item = convert(element)
      if (item === undefined) return undefined
      converted.push(item)
    }
    return converted
  }
}

/** Maps and multisets. Of keys that become the same the last one stays, in the place of the first. */
function toPairs(from: DataType, to: DataType, convertItem: Convert, session: SessionFacts): Convert {
  const convertKey = nested(from, to, session)
  return value => {
    const converted = new Map<string, [Value, Value]>()
    for (const [key, item] of value as readonly (readonly [Value, Value])[]) {
      const [newKey, newItem] = [convertKey(key), convertItem(item)]
      if (newKey === undefined || newItem === undefined) return undefined
      const name = printValue(to, newKey)
      const kept = converted.get(name)
      if (kept === undefined) converted.set(name, [newKey, newItem])
      else kept[1] = newItem
    }
    return [...converted.values()]
  }
}

function toRow(from: Of<'ROW'>, to: Of<'ROW'>, session: SessionFacts): Convert {
  const converts = to.fields.map((field, i) => nested(from.fields[i]!.type, field.type, session))
  return value => {
    const converted: Value[] = []
    for (const [i, field] of (value as readonly Value[]).entries()) {
      const item = converts[i]!(field)
      if (item === undefined) return undefined
      converted.push(item)
    }
    return converted
  }
}
