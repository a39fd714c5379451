/**
 * A value as Flink's `Row.toString` shows it: what the print connector writes and Flink's own tests expect.
 *
 *     TRUE                         true
 *     TIMESTAMP(3) '… 00:00:00'    2020-10-10T00:00         seconds and fraction only where there are any
 *     TIMESTAMP_LTZ                2020-10-10T00:00:00Z     the instant, in UTC
 *     ARRAY[1, NULL]               [1, null]
 *     MAP['a', 1]                  {a=1}
 *     ROW(1, 'x')                  +I[1, x]
 */
import { dateText, splitTimestamp, yearMonthText } from './text-time.ts'
import { daysOfMs, timeOfMs } from './calendar.ts'
import { decimalText, doubleText, floatText } from './text-number.ts'
import type { DataType } from './type.ts'
import type { Value } from './value.ts'

export function javaText(type: DataType, value: Value): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'FLOAT':
      return floatText(value as number)
    case 'DOUBLE':
      return doubleText(value as number)
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale)
    case 'DATE':
      return dateText(value as number)
    case 'TIME':
      return isoTime(value as number, 0)
    case 'TIMESTAMP':
      return isoTimestamp(value as bigint, type.precision)
    case 'TIMESTAMP_LTZ':
      return isoInstant(value as bigint, type.precision)
    case 'INTERVAL_YEAR_MONTH':
      return yearMonthText(value as number)
    case 'INTERVAL_DAY_TIME':
      return isoDuration(value as bigint)
    case 'BINARY':
    case 'VARBINARY':
      return `[${[...new Int8Array((value as Uint8Array).slice().buffer)].join(', ')}]`
    case 'ARRAY':
      return `[${(value as readonly Value[]).map(v => javaText(type.element, v)).join(', ')}]`
    case 'MULTISET':
      return `{${(value as readonly [Value, number][]).map(([v, n]) => `${javaText(type.element, v)}=${n}`).join(', ')}}`
    case 'MAP':
      return `{${(value as readonly [Value, Value][]).map(([k, v]) => `${javaText(type.key, k)}=${javaText(type.value, v)}`).join(', ')}}`
    case 'ROW':
      return `+I[${(value as readonly Value[]).map((v, i) => javaText(type.fields[i]!.type, v)).join(', ')}]`
    default:
      return String(value)
  }
}

/** `LocalTime.toString`: 10:15, 10:15:30, 10:15:30.100, 10:15:30.100200. */
function isoTime(ms: number, nanosOfMs: number): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const minutes = `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}`
  const seconds = Math.floor(ms / 1000) % 60
  const nanos = (ms % 1000) * 1_000_000 + nanosOfMs
  if (seconds === 0 && nanos === 0) return minutes
  if (nanos === 0) return `${minutes}:${two(seconds)}`
  const digits = String(nanos).padStart(9, '0')
  const shown = nanos % 1_000_000 === 0 ? 3 : nanos % 1000 === 0 ? 6 : 9
  return `${minutes}:${two(seconds)}.${digits.slice(0, shown)}`
}

function isoTimestamp(value: bigint, precision: number): string {
  const [ms, nanos] = splitTimestamp(value, precision)
  return `${dateText(daysOfMs(ms))}T${isoTime(timeOfMs(ms), nanos)}`
}

/** `Instant.toString` always shows seconds. */
function isoInstant(value: bigint, precision: number): string {
  const text = isoTimestamp(value, precision)
  return `${/T\d\d:\d\d$/.test(text) ? `${text}:00` : text}Z`
}

/** `Duration.toString`: PT1H30M, PT-0.5S, PT0S. */
function isoDuration(value: bigint): string {
  const ms = Number(value)
  if (ms === 0) return 'PT0S'
  const hours = Math.trunc(ms / 3_600_000)
  const minutes = Math.trunc(ms / 60_000) % 60
  const seconds = (ms % 60_000) / 1000
  return `PT${hours === 0 ? '' : `${hours}H`}${minutes === 0 ? '' : `${minutes}M`}${seconds === 0 ? '' : `${seconds}S`}`
}
