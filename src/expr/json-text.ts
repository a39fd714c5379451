/**
 * Values as JSON text, by their types: for JSON_STRING, JSON_OBJECT, JSON_ARRAY and their aggregates.
 *
 *     DOUBLE 1e10              1.0E+10        numbers as java.math.BigDecimal prints them
 *     DECIMAL(5, 2) 1.50       1.50
 *     TIMESTAMP_LTZ(3)         "1990-06-02T13:37:42.001Z"
 *     BYTES x'0102ff'          "AQL/"         Base64
 *     ROW, MAP<STRING, …>      {"a":1,"b":2}  members in the order of their names
 *
 * DATE, TIME, intervals, MULTISET and maps with other keys have no JSON in Flink: `isJsonable` says so.
 */
import { InvariantError } from '../base/errors.ts'
import { daysOfMs, timeOfMs } from '../data/calendar.ts'
import { doubleText } from '../data/text-number.ts'
import { dateText, splitTimestamp } from '../data/text-time.ts'
import { type DataType, type Schema, isText } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { bigDecimalText, decimalJson, quoteJson } from './json-value.ts'

type ToJson = (value: Value) => string

export function isJsonable(type: DataType): boolean {
  switch (type.kind) {
    case 'DATE':
    case 'TIME':
    case 'INTERVAL_YEAR_MONTH':
    case 'INTERVAL_DAY_TIME':
    case 'MULTISET':
      return false
    case 'ARRAY':
      return isJsonable(type.element)
    case 'MAP':
      return isText(type.key) && isJsonable(type.value)
    case 'ROW':
      return type.fields.every(field => isJsonable(field.type))
    default:
      return true
  }
}

/** The JSON of a value of this type; `null` for NULL. The type is jsonable. */
export function toJson(type: DataType): ToJson {
  const write = writer(type)
  return value => (value === null ? 'null' : write(value))
}

function writer(type: DataType): ToJson {
  switch (type.kind) {
    case 'CHAR':
    case 'VARCHAR':
      return value => quoteJson(value as string)
    case 'FLOAT':
    case 'DOUBLE':
      return value => doubleJson(value as number)
    case 'DECIMAL':
      return value => decimalJson(value as bigint, type.scale)
    case 'BINARY':
    case 'VARBINARY':
      return value => `"${Buffer.from(value as Uint8Array).toString('base64')}"`
    case 'TIMESTAMP':
      return value => `"${isoText(value as bigint, type.precision)}"`
    case 'TIMESTAMP_LTZ':
      return value => `"${isoText(value as bigint, type.precision)}Z"`
    case 'ARRAY': {
      const element = toJson(type.element)
      return value => `[${(value as readonly Value[]).map(element).join(',')}]`
    }
    case 'MAP': {
      const member = toJson(type.value)
      return value => jsonObject((value as readonly [string | null, Value][]).map(([key, v]) => [key ?? 'null', member(v)]))
    }
    case 'ROW':
      return rowWriter(type.fields)
    case 'VARIANT':
      return variantJson
    case 'NULL':
    case 'BOOLEAN':
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return String
    default:
      throw new InvariantError(`${type.kind} has no JSON`)
  }
}

function rowWriter(fields: Schema): ToJson {
  const members = fields.map(field => toJson(field.type))
  return value => jsonObject(fields.map(({ name }, i) => [name, members[i]!((value as readonly Value[])[i]!)]))
}

/** Members as JSON already; of equal names the last counts; the names in order, by UTF-16 units. */
export function jsonObject(members: readonly (readonly [name: string, json: string])[]): string {
  const last = new Map(members)
  return `{${[...last.keys()]
    .toSorted()
    .map(name => `${quoteJson(name)}:${last.get(name)}`)
    .join(',')}}`
}

/** What JSON has no number for is text. */
const doubleJson = (value: number): string =>
  Number.isFinite(value) ? (Object.is(value, -0) ? '-0.0' : bigDecimalText(doubleText(value))) : `"${doubleText(value)}"`

const two = (n: number): string => String(n).padStart(2, '0')

/** Seconds always, their fraction without zeros at its end. */
function isoText(value: bigint, precision: number): string {
  const [ms, nanosOfMs] = splitTimestamp(value, precision)
  const time = timeOfMs(ms)
  const nanos = String((time % 1000) * 1_000_000 + nanosOfMs)
    .padStart(9, '0')
    .replace(/0+$/, '')
  const clock = [Math.floor(time / 3_600_000), Math.floor(time / 60_000) % 60, Math.floor(time / 1000) % 60].map(two).join(':')
  return `${dateText(daysOfMs(ms))}T${clock}${nanos === '' ? '' : `.${nanos}`}`
}

/** Integers plain, floating-point numbers as Java prints a double. */
export function variantJson(value: Value): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return doubleText(value)
  if (typeof value === 'string') return quoteJson(value)
  if (value instanceof Map)
    return jsonObject(Array.from(value as ReadonlyMap<string, Value>, ([k, v]) => [k, variantJson(v)] as const))
  return `[${(value as readonly Value[]).map(variantJson).join(',')}]`
}
