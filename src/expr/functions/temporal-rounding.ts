/**
 * FLOOR and CEIL of a datetime to a unit: FLOOR(ts TO HOUR) is FLOOR(ts, 'HOUR').
 *
 *     FLOOR(DATE '2021-02-27' TO WEEK)                      2021-02-21: weeks start on Sunday
 *     CEIL(TIMESTAMP '2018-03-01 21:00:01' TO MONTH)        2018-03-01 00:00:00: only the date is looked at
 *     CEIL(DATE '2001-01-01' TO CENTURY)                    2101-01-01
 *
 * The entries FLOOR and CEIL stand among the mathematical functions, which ask here for datetimes.
 */
import { EvaluationError, SqlError, UnsupportedError } from '../../base/errors.ts'
import { js } from '../../codegen/js.ts'
import { MS_PER_DAY, civilDay, civilMonth, civilOf, civilYear, dayOfWeek, daysOf } from '../../data/calendar.ts'
import { type DataType, isDatetime } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { ArgShape, Resolution, ScalarFunction, SessionFacts } from '../function.ts'
import { clockOf, fromMillis, isMillis, millis, nanosOf, wordOf } from './datetime.ts'
import { isUtc } from './temporal-extract.ts'

export type Direction = 'floor' | 'ceil'

/** Units that are so many milliseconds. */
const spans: Readonly<Record<string, number>> = { DAY: MS_PER_DAY, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1000, MILLISECOND: 1 }
const dateUnits = ['MILLENNIUM', 'CENTURY', 'DECADE', 'YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY']

/** A date rounded to a unit of a day or more. The first of a year is its own CEIL to YEAR, QUARTER and MONTH; CEIL to DAY or to a decade and more always moves on. */
export function roundDate(days: number, unit: string, direction: Direction): number {
  const up = direction === 'ceil'
  const civil = civilOf(days)
  const [year, month, day] = [civilYear(civil), civilMonth(civil), civilDay(civil)]
  switch (unit) {
    case 'MILLENNIUM':
      return daysOf(boundary(year, 1000, up), 1, 1)
    case 'CENTURY':
      return daysOf(boundary(year, 100, up), 1, 1)
    case 'DECADE':
      return daysOf(Math.trunc(year / 10) * 10 + (up ? 10 : 0), 1, 1)
    case 'YEAR':
      return daysOf(up && (month > 1 || day > 1) ? year + 1 : year, 1, 1)
    case 'QUARTER':
      return firstOf(year, month - ((month - 1) % 3) + (up && (month > 1 || day > 1) ? 3 : 0))
    case 'MONTH':
      return firstOf(year, up && day > 1 ? month + 1 : month)
    case 'WEEK':
      return days - dayOfWeek(days) + (up && dayOfWeek(days) > 1 ? 8 : 1)
    case 'DAY':
      return up ? days + 1 : days
    default:
      return days
  }
}

/** Centuries and millennia start with the year 1. */
const boundary = (year: number, size: number, up: boolean): number => {
  const last = Math.trunc((year + size - 1) / size) * size
  return up ? last + 1 : last - size + 1
}

const firstOf = (year: number, month: number): number => (month > 12 ? daysOf(year + 1, month - 12, 1) : daysOf(year, month, 1))

const roundSpan = (ms: number, span: number, direction: Direction): number =>
  (direction === 'ceil' ? Math.ceil(ms / span) : Math.floor(ms / span)) * span

/** Milliseconds on the wall clock. */
const roundMs = (ms: number, unit: string, direction: Direction): number => {
  const span = spans[unit]
  return span === undefined
    ? roundDate(Math.floor(ms / MS_PER_DAY), unit, direction) * MS_PER_DAY
    : roundSpan(ms, span, direction)
}

/** `FLOOR(datetime, 'UNIT')`, or undefined when these are no such arguments. */
export function resolveRounding([value, unit, ...more]: readonly ArgShape[]): Resolution | undefined {
  const word = wordOf(unit?.literal)
  if (value === undefined || unit === undefined || word === undefined || more.length > 0 || !isDatetime(value.type))
    return undefined
  if (!dateUnits.includes(word) && spans[word] === undefined && word !== 'MICROSECOND' && word !== 'NANOSECOND') {
    throw new SqlError('INVALID_ARGUMENT', `'${word}' is not a valid time frame`)
  }
  if (value.type.kind === 'TIME' && dateUnits.indexOf(word) >= 0 && word !== 'DAY')
    throw new UnsupportedError(`rounding a TIME to ${word}`)
  return { args: [value.type, unit.type], returns: value.type }
}

/** The function for arguments that `resolveRounding` took. */
export function rounder(type: DataType, unit: string, direction: Direction, session: SessionFacts): (value: Value) => Value {
  if (unit === 'MICROSECOND' || unit === 'NANOSECOND') {
    return () => {
      throw new EvaluationError('DIVISION_BY_ZERO', `Division by zero: a datetime is rounded to ${unit}`)
    }
  }
  if (type.kind === 'DATE') return value => roundDate(value as number, unit, direction)
  if (type.kind === 'TIME') return unit === 'DAY' ? value => value : value => roundMs(value as number, unit, direction)
  const [ms, nanos, make, clock] = [millis(type), nanosOf(type), fromMillis(type), clockOf(type, session)]
  if (unit === 'MILLISECOND') return value => make(direction === 'ceil' && nanos(value) > 0 ? ms(value) + 1 : ms(value), 0)
  return value => make(clock.toInstant(roundMs(clock.toLocal(ms(value)), unit, direction)), 0)
}

/** The same spliced, for timestamps in milliseconds on a UTC clock: nothing on the heap. */
export const inlineRounding =
  (direction: Direction): NonNullable<ScalarFunction['inline']> =>
  ({ args, session }, [value, unit]) => {
    const { type } = args[0]!
    const span = spans[wordOf(unit?.literal) ?? '']
    if (span === undefined || !isMillis(type) || !isUtc(type, session)) return undefined
    if (span === 1) return value!.value
    const size = BigInt(span)
    const over = js`BigInt.asIntN(64, (${value!.value} % ${size} + ${size}) % ${size})`
    return direction === 'floor'
      ? js`BigInt.asIntN(64, ${value!.value} - ${over})`
      : js`BigInt.asIntN(64, ${value!.value} + (${size} - ${over}) % ${size})`
  }

/** True where `inlineRounding` has an expression. */
export const isRoundingInlined = (args: readonly ArgShape[], session: SessionFacts): boolean =>
  spans[wordOf(args[1]?.literal) ?? ''] !== undefined && isMillis(args[0]!.type) && isUtc(args[0]!.type, session)
