/**
 * Values as the library gives them to a program and takes them as parameters.
 *
 *     BOOLEAN                  boolean           DATE                   '2024-01-31'
 *     TINYINT SMALLINT INT     number            TIME(p)                '10:11:12.123'
 *     BIGINT                   bigint            TIMESTAMP(p)           '2024-01-31 10:11:12.123'
 *     FLOAT DOUBLE             number            TIMESTAMP_LTZ(p)       Date (to the millisecond)
 *     DECIMAL(p, s)            '12.50'           INTERVAL               '+1-02', '+1 10:17:36.789'
 *     CHAR VARCHAR             string            ARRAY                  array
 *     BINARY VARBINARY         Uint8Array        MAP                    Map
 *     ROW                      object            MULTISET               Map of element to count
 */
import { SqlError } from '../base/errors.ts'
import { decimalText } from '../data/text-number.ts'
import { dateText, dayTimeText, splitTimestamp, timeText, timestampText, yearMonthText } from '../data/text-time.ts'
import { parseType, parseValue } from '../data/notation.ts'
import { type DataType, type Schema, types } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { TypedValue } from '../planner/bound.ts'

export type JsValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | JsValue[]
  | Map<JsValue, JsValue>
  | { [field: string]: JsValue }

/** A parameter: a plain value whose type is plain, too, or one with the SQL type it shall have. */
export type ParameterValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Date
  | { readonly type: string; readonly value: string | null }

export function toJs(type: DataType, value: Value): JsValue {
  if (value === null) return null
  switch (type.kind) {
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale)
    case 'DATE':
      return dateText(value as number)
    case 'TIME':
      return timeText(value as number, type.precision)
    case 'TIMESTAMP':
      return timestampText(value as bigint, type.precision)
    case 'TIMESTAMP_LTZ':
      return new Date(splitTimestamp(value as bigint, type.precision)[0])
    case 'INTERVAL_YEAR_MONTH':
      return yearMonthText(value as number)
    case 'INTERVAL_DAY_TIME':
      return dayTimeText(value as bigint)
    case 'ARRAY':
      return (value as readonly Value[]).map(element => toJs(type.element, element))
    case 'MULTISET':
      return new Map((value as readonly [Value, number][]).map(([element, count]) => [toJs(type.element, element), count]))
    case 'MAP':
      return new Map((value as readonly [Value, Value][]).map(([k, v]) => [toJs(type.key, k), toJs(type.value, v)]))
    case 'ROW':
      return rowObject(type.fields, value as readonly Value[])
    default:
      return value as JsValue
  }
}

export function rowObject(schema: Schema, row: readonly Value[]): { [field: string]: JsValue } {
  const object: { [field: string]: JsValue } = {}
  for (let i = 0; i < schema.length; i++) object[schema[i]!.name] = toJs(schema[i]!.type, row[i]!)
  return object
}

/** A parameter with its SQL type: whole numbers that fit are INT, larger ones BIGINT, others DOUBLE. */
export function toTyped(value: ParameterValue): TypedValue {
  if (value === null) return { type: types.null(), value }
  switch (typeof value) {
    case 'boolean':
      return { type: types.boolean(false), value }
    case 'string':
      return { type: types.string(false), value }
    case 'bigint':
      return { type: types.bigint(false), value: BigInt.asIntN(64, value) }
    case 'number':
      if (Number.isInteger(value) && Math.abs(value) < 2 ** 31) return { type: types.int(false), value }
      if (Number.isSafeInteger(value)) return { type: types.bigint(false), value: BigInt(value) }
      return { type: types.double(false), value }
    default:
  }
  if (value instanceof Uint8Array) return { type: types.bytes(false), value }
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw new SqlError('PARAMETER', 'a parameter is an invalid Date')
    return { type: types.timestampLtz(3, false), value: BigInt(value.getTime()) }
  }
  const type = parseType(value.type)
  return { type, value: value.value === null ? null : parseValue(type, value.value) }
}
