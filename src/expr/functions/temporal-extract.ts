/**
 * EXTRACT and its short forms: YEAR(d) is EXTRACT('YEAR', d).
 *
 *     EXTRACT('WEEK', DATE '1996-11-10')                    45, the ISO week
 *     EXTRACT('DOW', …)                                     1 for Sunday; ISODOW 1 for Monday
 *     EXTRACT('NANOSECOND', TIMESTAMP '… 00:00:00.123')     123000000: of the second, as MILLISECOND and MICROSECOND are
 *
 * Before 1970 the arithmetic rounds towards zero, as Flink's does: HOUR is negative there, and days are counted from
 * the next midnight. Units of time of a DATE take its number of days for milliseconds, as Flink does too.
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { type Js, js } from '../../codegen/js.ts'
import * as calendar from '../../data/calendar.ts'
import { type DataType, isDatetime, isInterval, isTimestamp, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { CallSite, JsArg, ScalarFunction, SessionFacts } from '../function.ts'
import { type Helper, clockOf, daysJs, isMillis, longJs, millis, nanosOf, wordOf } from './datetime.ts'

/** By unit, from days since the epoch. */
const dateUnits: Readonly<Record<string, (days: number) => number>> = {
  YEAR: calendar.yearOf,
  QUARTER: calendar.quarterOf,
  MONTH: calendar.monthOf,
  WEEK: calendar.isoWeek,
  DAY: calendar.dayOf,
  DOY: calendar.dayOfYear,
  DOW: calendar.dayOfWeek,
  ISODOW: calendar.isoDayOfWeek,
  ISOYEAR: calendar.isoYear,
  DECADE: days => Math.trunc(calendar.yearOf(days) / 10),
  CENTURY: days => ordinal(calendar.yearOf(days), 100),
  MILLENNIUM: days => ordinal(calendar.yearOf(days), 1000),
}

/** The century of 2000 is the 20th, that of 2001 the 21st. */
const ordinal = (year: number, size: number): number => Math.trunc((year > 0 ? year + size - 1 : year - size + 1) / size)

/** By unit, what milliseconds are taken modulo and then divided by. */
const timeUnits: Readonly<Record<string, readonly [modulo: number, divisor: number]>> = {
  HOUR: [86_400_000, 3_600_000],
  MINUTE: [3_600_000, 60_000],
  SECOND: [60_000, 1000],
  MILLISECOND: [1000, 1],
}

const unitsOf = (type: DataType): readonly string[] => {
  const times = Object.keys(timeUnits)
  switch (type.kind) {
    case 'TIME':
      return times
    case 'DATE':
      return [...Object.keys(dateUnits), ...times, 'EPOCH']
    case 'INTERVAL_YEAR_MONTH':
      return ['YEAR', 'QUARTER', 'MONTH']
    case 'INTERVAL_DAY_TIME':
      return ['DAY', ...times]
    default:
      return [...Object.keys(dateUnits), ...times, 'EPOCH', 'MICROSECOND', 'NANOSECOND']
  }
}

/** Every unit that EXTRACT knows of any type. */
const allUnits = unitsOf(types.timestamp())

function checkUnit(unit: string, type: DataType): void {
  if (!allUnits.includes(unit)) throw new SqlError('INVALID_ARGUMENT', `'${unit}' is not a valid time frame`)
  if (unitsOf(type).includes(unit)) return
  if (isInterval(type))
    throw new UnsupportedError(
      `EXTRACT of ${unit} from an interval of ${type.kind === 'INTERVAL_YEAR_MONTH' ? 'months' : 'days and time'}`,
    )
  throw new SqlError(
    'INVALID_ARGUMENT',
    `unit ${unit} can not be applied to ${type.kind === 'TIME' ? 'time' : type.kind} variable`,
  )
}

/** The part of a value, as a number below 2^53. */
export function extractor(unit: string, type: DataType, session: SessionFacts): (value: Value) => number {
  if (type.kind === 'INTERVAL_YEAR_MONTH') return months(unit)
  const date = dateUnits[unit]
  if (type.kind === 'DATE') {
    if (unit === 'EPOCH') return value => (value as number) * 86_400
    return date === undefined ? timePart(unit, Number, () => 0) : value => date(value as number)
  }
  const clock = clockOf(type, session)
  const ms = millis(type)
  const local = isTimestamp(type) ? (value: Value) => clock.toLocal(ms(value)) : Number
  if (type.kind === 'INTERVAL_DAY_TIME' && unit === 'DAY') return value => Math.trunc(Number(value) / 86_400_000) || 0
  if (date !== undefined) return value => date(Math.trunc(local(value) / 86_400_000))
  return unit === 'EPOCH' ? value => Math.trunc(ms(value) / 1000) || 0 : timePart(unit, local, nanosOf(type))
}

const months = (unit: string): ((value: Value) => number) => {
  if (unit === 'YEAR') return value => Math.trunc((value as number) / 12) || 0
  return unit === 'MONTH' ? value => (value as number) % 12 || 0 : value => Math.trunc(((value as number) % 12) / 3) + 1
}

function timePart(unit: string, ms: (value: Value) => number, nanos: (value: Value) => number): (value: Value) => number {
  const plain = timeUnits[unit]
  if (plain !== undefined) {
    const [modulo, divisor] = plain
    return value => Math.trunc((ms(value) % modulo) / divisor) || 0
  }
  return unit === 'NANOSECOND'
    ? value => (ms(value) % 1000) * 1e6 + nanos(value)
    : value => (ms(value) % 1000) * 1000 + Math.floor(nanos(value) / 1000)
}

/** Of timestamps in milliseconds whose clock is UTC, and of DATE and TIME: no bigint reaches the heap. */
function inlined(unit: string, arg: JsArg, session: SessionFacts, helper: Helper): Js | undefined {
  const { type } = arg
  const date = dateUnits[unit]
  const time = timeUnits[unit]
  const name = `${unit.toLowerCase()}_of`
  if (type.kind === 'DATE' && date !== undefined) return longJs(js`${helper(name, date)}(${arg.value})`, helper)
  if (type.kind === 'TIME' && time !== undefined) return longJs(js`(${arg.value} % ${time[0]} / ${time[1]} | 0)`, helper)
  if (!isMillis(type) || !isUtc(type, session)) return undefined
  if (date !== undefined) return longJs(js`${helper(name, date)}(${daysJs(arg, helper)})`, helper)
  if (time === undefined) return unit === 'EPOCH' ? js`BigInt.asIntN(64, ${arg.value} / 1000n)` : undefined
  return js`BigInt.asIntN(64, BigInt.asIntN(64, ${arg.value} % ${BigInt(time[0])}) / ${BigInt(time[1])})`
}

export const isUtc = (type: DataType, session: SessionFacts): boolean => type.kind === 'TIMESTAMP' || session.zone === 'UTC'

const isParted = (type: DataType): boolean => isDatetime(type) || isInterval(type)

const extract: ScalarFunction = {
  name: 'EXTRACT',
  signatures: ['EXTRACT(<DATETIME_INTERVAL> FROM <DATETIME_INTERVAL>)', 'EXTRACT(<DATETIME_INTERVAL> FROM <DATETIME>)'],
  doc: 'A part of a datetime or an interval: EXTRACT(YEAR FROM d).',
  resolve([unit, value, ...more]) {
    const word = wordOf(unit?.literal)
    if (unit === undefined || value === undefined || word === undefined || more.length > 0 || !isParted(value.type))
      return undefined
    checkUnit(word, value.type)
    return { args: [unit.type, value.type], returns: types.bigint(value.type.nullable) }
  },
  nulls: 'propagate',
  implement({ args, session }) {
    const part = extractor(wordOf(args[0]!.literal)!, args[1]!.type, session)
    return (_unit: Value, value: Value) => BigInt(part(value))
  },
  inline: ({ args, session }, [, value], helper) => inlined(wordOf(args[0]!.literal)!, value!, session, helper),
  total: site => isInlined(site, 1, wordOf(site.args[0]!.literal)!),
  deterministic: true,
}

/** YEAR(d) and its kin. */
const short = (name: string, unit: string): ScalarFunction => ({
  name,
  signatures: [`${name}(<DATETIME_INTERVAL>)`, `${name}(<DATETIME>)`],
  doc: `EXTRACT(${unit} FROM …).`,
  resolve([value, ...more]) {
    if (value === undefined || more.length > 0 || !isParted(value.type)) return undefined
    checkUnit(unit, value.type)
    return { args: [value.type], returns: types.bigint(value.type.nullable) }
  },
  nulls: 'propagate',
  implement({ args, session }) {
    const part = extractor(unit, args[0]!.type, session)
    return (value: Value) => BigInt(part(value))
  },
  inline: ({ session }, [value], helper) => inlined(unit, value!, session, helper),
  total: site => isInlined(site, 0, unit),
  deterministic: true,
})

function isInlined({ args, session }: CallSite, index: number, unit: string): boolean {
  const { type } = args[index]!
  if (type.kind === 'DATE') return dateUnits[unit] !== undefined
  if (type.kind === 'TIME') return timeUnits[unit] !== undefined
  return isMillis(type) && isUtc(type, session) && !['MICROSECOND', 'NANOSECOND'].includes(unit)
}

export const extractFunctions: readonly ScalarFunction[] = [
  extract,
  short('YEAR', 'YEAR'),
  short('QUARTER', 'QUARTER'),
  short('MONTH', 'MONTH'),
  short('WEEK', 'WEEK'),
  short('DAYOFYEAR', 'DOY'),
  short('DAYOFMONTH', 'DAY'),
  short('DAYOFWEEK', 'DOW'),
  short('HOUR', 'HOUR'),
  short('MINUTE', 'MINUTE'),
  short('SECOND', 'SECOND'),
]
