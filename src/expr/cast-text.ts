/**
 * Values as text and back, as CAST does it. Text of a type is what Flink prints: TRUE, 1.0E10, 2020-01-01 00:00:05.123,
 * [1, NULL], {k=v}, (1, abc). Reading is lax where Flink is: ' 1.9 ' as INT is 1, '2021-9-7' is a date.
 */
import { unreachable } from '../base/assert.ts'
import { MS_PER_DAY } from '../data/calendar.ts'
import { decimalText, doubleText, floatText, parseDecimal } from '../data/text-number.ts'
import { dateText, dayTimeText, joinTimestamp, splitTimestamp, timestampText, yearMonthText } from '../data/text-time.ts'
import type { DataType } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { printVariant } from '../data/variant-text.ts'
import { zoneOf } from '../data/zone.ts'
import type { SessionFacts } from './function.ts'

/** The text of any value of a type but NULL. */
export type ToText = (value: Value) => string

/** How CAST(… AS STRING) writes values of this type. */
export function textOf(type: DataType, session: SessionFacts): ToText {
  switch (type.kind) {
    case 'NULL':
      return () => 'NULL'
    case 'BOOLEAN':
      return session.legacyCast ? String : value => (value === true ? 'TRUE' : 'FALSE')
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
      return String
    case 'FLOAT':
      return value => floatText(value as number)
    case 'DOUBLE':
      return value => doubleText(value as number)
    case 'DECIMAL':
      return value => decimalText(value as bigint, type.scale)
    case 'CHAR':
    case 'VARCHAR':
      return value => value as string
    case 'BINARY':
    case 'VARBINARY':
      return value => utf8.decode(value as Uint8Array)
    case 'DATE':
      return value => dateText(value as number)
    case 'TIME':
      return value => shortTimeText(value as number, type.precision)
    case 'TIMESTAMP':
      return value => timestampText(value as bigint, type.precision)
    case 'TIMESTAMP_LTZ':
      return localText(type.precision, session)
    case 'INTERVAL_YEAR_MONTH':
      return value => yearMonthText(value as number)
    case 'INTERVAL_DAY_TIME':
      return value => dayTimeText(value as bigint)
    case 'ARRAY':
      return listText(type.element, session)
    case 'MULTISET':
      return pairsText(type.element, { kind: 'INT', nullable: false }, session)
    case 'MAP':
      return pairsText(type.key, type.value, session)
    case 'ROW':
      return rowText(
        type.fields.map(f => f.type),
        session,
      )
    case 'VARIANT':
      return printVariant
    default:
      return unreachable(type)
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** No fraction at precision 0; else at least one digit, and zeros at the end are left out: `12:34:56.0`, `12:34:56.123`. */
function shortTimeText(ms: number, precision: number): string {
  const clock = timestampText(BigInt(ms), 0).slice(11)
  if (precision === 0) return clock
  const fraction = String(ms % 1000)
    .padStart(3, '0')
    .slice(0, precision)
    .replace(/0+$/, '')
  return `${clock}.${fraction === '' ? '0' : fraction}`
}

function localText(precision: number, session: SessionFacts): ToText {
  const zone = zoneOf(session.zone)
  return value => {
    const [ms, nanos] = splitTimestamp(value as bigint, precision)
    return timestampText(joinTimestamp(zone.toLocal(ms), nanos, precision), precision)
  }
}

const orNull = (type: DataType, session: SessionFacts): ToText => {
  const text = textOf(type, session)
  const absent = session.legacyCast ? 'null' : 'NULL'
  return value => (value === null ? absent : text(value))
}

function listText(element: DataType, session: SessionFacts): ToText {
  const text = orNull(element, session)
  return value => `[${(value as readonly Value[]).map(text).join(', ')}]`
}

function pairsText(key: DataType, item: DataType, session: SessionFacts): ToText {
  const [left, right] = [orNull(key, session), orNull(item, session)]
  return value => `{${(value as readonly (readonly [Value, Value])[]).map(([k, v]) => `${left(k)}=${right(v)}`).join(', ')}}`
}

function rowText(types: readonly DataType[], session: SessionFacts): ToText {
  const texts = types.map(type => orNull(type, session))
  const between = session.legacyCast ? ',' : ', '
  return value => `(${(value as readonly Value[]).map((v, i) => texts[i]!(v)).join(between)})`
}

/** t, true, y, yes, 1 and their opposites, in any case. */
export function booleanFromText(text: string): boolean | undefined {
  if (/^(t|true|y|yes|1)$/i.test(text)) return true
  return /^(f|false|n|no|0)$/i.test(text) ? false : undefined
}

/** An integer within limits; what stands behind a point is cut off, blanks around do not matter. */
export function integerFromText(text: string, bits: number): bigint | undefined {
  const [, sign, whole] = /^([+-]?)(\d*)(?:\.\d*)?$/.exec(text.trim()) ?? []
  if (whole === undefined || /^\s*[+-]?\s*$/.test(text)) return undefined
  const value = BigInt(`${sign === '-' && whole !== '' ? '-' : ''}${whole || '0'}`)
  return BigInt.asIntN(bits, value) === value ? value : undefined
}

/** What `Double.parseDouble` takes: blanks around, NaN, Infinity, a suffix d or f, hexadecimal floats. */
export function doubleFromText(text: string): number | undefined {
  // oxlint-disable-next-line no-control-regex
  const trimmed = text.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, '')
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?[dDfF]?$/i.test(trimmed)) return Number(trimmed.replace(/[dDfF]$/, ''))
  if (/^[+-]?(NaN|Infinity)$/.test(trimmed)) return trimmed.endsWith('N') ? Number.NaN : Number(trimmed)
  const [, sign, whole = '', fraction = '', exponent] = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)[df]?$/i.exec(trimmed) ?? []
  if (exponent === undefined || whole + fraction === '') return undefined
  const size = Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length)
  return sign === '-' ? -size : size
}

/**
 * The unscaled value of a DECIMAL, rounded half up; undefined where there is no number or it does not fit.
 * Short texts of narrow decimals go Flink's quick way: one letter at the end is overlooked, zeros in front count as digits.
 */
export function decimalFromText(text: string, precision: number, scale: number): bigint | undefined {
  const quick = precision <= 18 && text.length <= 18
  const trimmed = text.replace(/^[ \n\t]+|[ \n\t]+$/g, '')
  if (!quick) return parseDecimal(trimmed, precision, scale) ?? undefined
  const [, sign, number, exponent = ''] = /^([+-]?)(\d*\.?\d*)(?:[eE]([+-]?\d+)|[^\d.])?$/.exec(trimmed) ?? []
  if (number === undefined || trimmed === '' || trimmed === sign) return undefined
  const [whole = '', fraction = ''] = number.split('.')
  if (whole.length + scale + Number(exponent) > precision) return undefined
  return (
    parseDecimal(`${sign}0${number}${exponent === '' ? '' : `e${exponent}`}`.replace(/\.$/, fraction), precision, scale) ??
    undefined
  )
}

/** The parts of a day, of a value that has both. */
export const dayOfMs = (ms: number): number => Math.floor(ms / MS_PER_DAY)
