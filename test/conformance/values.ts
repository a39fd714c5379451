/** Values as the conformance cases write them, in and out. */
import { isWithinTolerance } from './tolerance.ts'
import { printType } from '#src/data/type.ts'
import { equalValues } from '#src/data/compare.ts'
import { parseDateText, parseTimeText, parseTimestampText } from '#src/data/text-time.ts'
import { type DataType, isBinary, isText } from '#src/data/type.ts'
import type { Value } from '#src/data/value.ts'

/** JSON as the cases hold it. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

/**
 * A value of `type` from its JSON form. Flink's fixtures hold values that their type does not: those arrive wrapped, and
 * CHAR filled up, which Flink's test connector does not do (`pads: false`).
 */
export function valueFrom(type: DataType, json: Json, settings: { readonly pads: boolean } = { pads: true }): Value {
  if (json === null) return null
  if (isText(type)) return type.kind === 'CHAR' && settings.pads ? String(json).padEnd(type.length) : String(json)
  if (isBinary(type)) return Uint8Array.from((String(json).match(/../g) ?? []).map(hex => Number.parseInt(hex, 16)))
  switch (type.kind) {
    case 'BOOLEAN':
      return json as boolean
    case 'SMALLINT':
      return (Number(json) << 16) >> 16
    case 'TINYINT':
    case 'INT':
      return Number(json)
    case 'BIGINT':
      return BigInt(json as string)
    case 'FLOAT':
      return Math.fround(Number(json))
    case 'DOUBLE':
      return Number(json)
    case 'DECIMAL':
      return fitting(unscaled(String(json), type.scale), type.precision)
    case 'DATE':
      return found(parseDateText(json as string), type, json)
    case 'TIME':
      return found(parseTimeText(seconds(json as string)), type, json)
    case 'TIMESTAMP':
      return found(parseTimestampText(seconds(json as string), type.precision), type, json)
    case 'TIMESTAMP_LTZ':
      return found(parseTimestampText(seconds((json as string).replace(/Z$/, '')), type.precision), type, json)
    case 'INTERVAL_YEAR_MONTH':
      return (json as { months: number }).months
    case 'INTERVAL_DAY_TIME':
      return BigInt((json as { millis: number }).millis)
    case 'ARRAY':
      return (json as Json[]).map(element => valueFrom(type.element, element, settings))
    case 'MULTISET':
      return (json as [Json, number][]).map(([element, count]) => [valueFrom(type.element, element, settings), count])
    case 'MAP':
      return (json as [Json, Json][]).map(([key, value]) => [
        valueFrom(type.key, key, settings),
        valueFrom(type.value, value, settings),
      ])
    case 'ROW':
      return (json as Json[]).map((field, i) => valueFrom(type.fields[i]!.type, field, settings))
    default:
      throw new Error(`no JSON form of ${printType(type)}`)
  }
}

/** True when the value is what the case expects; doubles up to the last bits where the case says so. */
export function matchesValue(type: DataType, value: Value, expected: Json, approximate = false): boolean {
  const wanted = valueFrom(type, expected)
  if (value === null || wanted === null) return value === wanted
  if (approximate && typeof value === 'number') return isWithinTolerance(value, wanted as number)
  return equalValues(type)(value, wanted)
}

const seconds = (text: string): string => (/\d\d:\d\d$/.test(text) && !/\d\d:\d\d:\d\d$/.test(text) ? `${text}:00` : text)

function unscaled(text: string, scale: number): bigint {
  const [, sign, whole, fraction = ''] = /^(-?)(\d*)(?:\.(\d*))?$/.exec(text) ?? []
  if (whole === undefined) throw new Error(`not a decimal: ${text}`)
  const value = BigInt(whole + fraction.padEnd(scale, '0').slice(0, scale))
  return sign === '-' ? -value : value
}

/** A number with more digits than its column has becomes NULL on its way into the table. */
const fitting = (value: bigint, precision: number): bigint | null =>
  value < 10n ** BigInt(precision) && value > -(10n ** BigInt(precision)) ? value : null

function found<T>(value: T | undefined, type: DataType, json: Json): T {
  if (value === undefined) throw new Error(`not a ${printType(type)}: ${JSON.stringify(json)}`)
  return value
}
