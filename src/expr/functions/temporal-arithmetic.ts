/**
 * TIMESTAMPADD, TIMESTAMPDIFF and OVERLAPS. Units come as literals: TIMESTAMPADD('DAY', n, t).
 *
 *     TIMESTAMPADD('MONTH', 1, DATE '2020-01-31')                   2020-02-29
 *     TIMESTAMPADD('HOUR', 1, DATE '2020-01-01')                    TIMESTAMP(6) '2020-01-01 01:00:00'
 *     TIMESTAMPDIFF('MONTH', DATE '2020-01-31', DATE '2020-02-29')  1: the last of a month reaches the last of the next
 *     (a, b) OVERLAPS (c, d)                                        b and d may be intervals
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { js } from '../../codegen/js.ts'
import { MS_PER_DAY, addMonths } from '../../data/calendar.ts'
import { type DataType, isDatetime, isInteger, isInterval, isTimestamp, types, withNullable } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import type { ArgShape, Resolution, ScalarFunction } from '../function.ts'
import { fromMillis, isMillis, millis, nanosOf, wordOf } from './datetime.ts'

const monthUnits: Readonly<Record<string, number>> = {
  MONTH: 1,
  QUARTER: 3,
  YEAR: 12,
  DECADE: 120,
  CENTURY: 1200,
  MILLENNIUM: 12_000,
}
const msUnits: Readonly<Record<string, number>> = {
  MILLISECOND: 1,
  SECOND: 1000,
  MINUTE: 60_000,
  HOUR: 3_600_000,
  DAY: MS_PER_DAY,
  WEEK: 7 * MS_PER_DAY,
}

/** `SQL_TSI_DAY` is DAY. */
const unitOf = (arg: ArgShape | undefined): string | undefined => wordOf(arg?.literal)?.replace(/^SQL_TSI_/, '')

function checkedUnit(arg: ArgShape | undefined): string | undefined {
  const unit = unitOf(arg)
  if (unit === undefined || unit in monthUnits || unit in msUnits || unit === 'MICROSECOND' || unit === 'NANOSECOND') return unit
  throw new SqlError('INVALID_ARGUMENT', `'${unit}' is not a valid time frame`)
}

/** A date moved by a time of day becomes a timestamp; a timestamp gets the digits that its unit needs. */
function addedType(type: DataType, unit: string, nullable: boolean): DataType {
  if (type.kind === 'DATE')
    return unit in monthUnits || unit === 'DAY' || unit === 'WEEK' ? withNullable(type, nullable) : types.timestamp(6, nullable)
  if (isTimestamp(type) && unit === 'MILLISECOND' && type.precision < 3) return { ...type, precision: 3, nullable }
  return withNullable(type, nullable)
}

const timestampAdd: ScalarFunction = {
  name: 'TIMESTAMPADD',
  signatures: ['TIMESTAMPADD(<ANY>, <INTEGER>, <DATETIME>)'],
  doc: 'A datetime moved by so many units of time.',
  resolve([unit, count, value, ...more]) {
    const word = checkedUnit(unit)
    if (unit === undefined || word === undefined || count === undefined || value === undefined || more.length > 0)
      return undefined
    if (!isDatetime(value.type) || !(isInteger(count.type) || count.type.kind === 'NULL')) return undefined
    if (word === 'MICROSECOND' || word === 'NANOSECOND') throw new UnsupportedError(`TIMESTAMPADD of ${word}`)
    const returns = addedType(value.type, word, value.type.nullable || count.type.nullable)
    return { args: [unit.type, types.bigint(count.type.nullable), value.type], returns }
  },
  nulls: 'propagate',
  implement({ args, returns }) {
    const unit = unitOf(args[0])!
    return adder(unit, args[2]!.type, returns)
  },
  inline({ args, returns }, [, count, value]) {
    const size = msUnits[unitOf(args[0])!]
    if (size === undefined || !isMillis(args[2]!.type) || !isMillis(returns)) return undefined
    return js`BigInt.asIntN(64, ${value!.value} + BigInt.asIntN(64, ${count!.value} * ${BigInt(size)}))`
  },
  total: ({ args, returns }) => msUnits[unitOf(args[0])!] !== undefined && isMillis(args[2]!.type) && isMillis(returns),
  deterministic: true,
}

function adder(unit: string, type: DataType, returns: DataType): (unit: Value, count: Value, value: Value) => Value {
  const months = monthUnits[unit]
  const size = msUnits[unit] ?? 0
  if (type.kind === 'TIME')
    return (_, count, value) =>
      months === undefined ? wrapDay((value as number) + Number(((count as bigint) * BigInt(size)) % BigInt(MS_PER_DAY))) : value
  if (returns.kind === 'DATE') {
    if (months !== undefined) return (_, count, value) => addMonths(value as number, monthsOf(count, months))
    return (_, count, value) => (value as number) + Number(count as bigint) * (size / MS_PER_DAY)
  }
  const [ms, nanos, make] = [millis(type), nanosOf(type), fromMillis(returns)]
  if (months === undefined) return (_, count, value) => make(ms(value) + Number(count as bigint) * size, nanos(value))
  return (_, count, value) => make(moveMonths(ms(value), monthsOf(count, months)), nanos(value))
}

const wrapDay = (ms: number): number => ((ms % MS_PER_DAY) + MS_PER_DAY) % MS_PER_DAY
/** An interval of months is an INT: it wraps. */
const monthsOf = (count: Value, size: number): number => Number(BigInt.asIntN(32, (count as bigint) * BigInt(size)))

/** The time of the day stays. */
function moveMonths(ms: number, months: number): number {
  const days = Math.floor(ms / MS_PER_DAY)
  return addMonths(days, months) * MS_PER_DAY + (ms - days * MS_PER_DAY)
}

const timestampDiff: ScalarFunction = {
  name: 'TIMESTAMPDIFF',
  signatures: ['TIMESTAMPDIFF(<ANY>, <DATETIME>, <DATETIME>)'],
  doc: 'How many whole units of time lie between two datetimes; negative when the second one is earlier.',
  resolve([unit, from, to, ...more]) {
    const word = checkedUnit(unit)
    if (unit === undefined || word === undefined || from === undefined || to === undefined || more.length > 0) return undefined
    if (!isDatetime(from.type) || !isDatetime(to.type)) return undefined
    if ((from.type.kind === 'TIMESTAMP_LTZ') !== (to.type.kind === 'TIMESTAMP_LTZ')) {
      throw new SqlError('INVALID_ARGUMENT', 'TIMESTAMP_LTZ only supports diff between the same type.')
    }
    const nullable = from.type.nullable || to.type.nullable
    return {
      args: [unit.type, from.type, to.type],
      returns: word === 'NANOSECOND' ? types.bigint(nullable) : types.int(nullable),
    }
  },
  nulls: 'propagate',
  implement({ args }) {
    const [from, to] = [millis(args[1]!.type), millis(args[2]!.type)]
    const between = difference(unitOf(args[0])!)
    return (_unit: Value, a: Value, b: Value) => between(from(a), to(b))
  },
  deterministic: true,
}

/** Of milliseconds. An INT wraps; below the second Flink counts whole seconds, and in decades it counts years. */
function difference(unit: string): (from: number, to: number) => Value {
  const months = monthUnits[unit === 'DECADE' ? 'YEAR' : unit]
  if (months !== undefined) return (from, to) => Math.trunc(monthsBetween(from, to) / months) | 0
  switch (unit) {
    case 'MILLISECOND':
      return (from, to) => (Math.trunc((to - from) / 1000) * 1000) | 0
    case 'MICROSECOND':
      return (from, to) => Number(BigInt.asIntN(32, BigInt(Math.trunc((to - from) / 1000)) * 1_000_000n))
    case 'NANOSECOND':
      return (from, to) => BigInt(Math.trunc((to - from) / 1000)) * 1_000_000_000n
    default: {
      const size = msUnits[unit]!
      return (from, to) => Math.trunc((to - from) / size) | 0
    }
  }
}

/** Whole months; a day that the target month does not have is its last one. */
export function monthsBetween(from: number, to: number): number {
  const [fromDay, toDay] = [Math.floor(from / MS_PER_DAY), Math.floor(to / MS_PER_DAY)]
  const months = monthsOfDays(toDay, fromDay)
  const arrived = addMonths(fromDay, months) === toDay
  return arrived && to - toDay * MS_PER_DAY < from - fromDay * MS_PER_DAY ? months - 1 : months
}

function monthsOfDays(later: number, earlier: number): number {
  if (later < earlier) return -monthsOfDays(earlier, later) || 0
  // No month has more than 31 days: the estimate is never too large.
  let months = Math.floor((later - earlier) / 31)
  while (addMonths(earlier, months) < later && addMonths(earlier, months + 1) <= later) months++
  return months
}

/** Both of one kind, with the greater precision. */
function commonMoment(a: DataType, c: DataType): DataType | undefined {
  if (!isDatetime(a) || a.kind !== c.kind) return undefined
  return isTimestamp(a) && isTimestamp(c) && c.precision > a.precision ? c : a
}

const overlaps: ScalarFunction = {
  name: 'OVERLAPS',
  signatures: [
    '(<DATETIME>, <DATETIME>) OVERLAPS (<DATETIME>, <DATETIME>)',
    '(<DATETIME>, <INTERVAL>) OVERLAPS (<DATETIME>, <INTERVAL>)',
  ],
  doc: 'True when two periods, each given by two ends or a start and a length, have a moment in common.',
  resolve(shapes): Resolution | undefined {
    const [a, b, c, d] = shapes.map(shape => shape.type)
    if (a === undefined || b === undefined || c === undefined || d === undefined || shapes.length > 4) return undefined
    const moment = commonMoment(a, c)
    if (moment === undefined || ![b, d].every(end => end.kind === a.kind || isInterval(end))) return undefined
    const args = [a, b, c, d].map(type => (isInterval(type) ? type : withNullable(moment, type.nullable)))
    return { args, returns: types.boolean(args.some(arg => arg.nullable)) }
  },
  nulls: 'sees',
  implement({ args }) {
    const start = comparable(args[0]!.type)
    const [end1, end2] = [endOf(args[0]!.type, args[1]!.type), endOf(args[2]!.type, args[3]!.type)]
    return (a: Value, b: Value, c: Value, d: Value) => overlap(start(a), end1(a, b), start(c), end2(c, d))
  },
  deterministic: true,
}

type Point = number | bigint | null

const comparable =
  (type: DataType) =>
  (value: Value): Point =>
    isTimestamp(type) || type.kind === 'DATE' || type.kind === 'TIME' ? (value as Point) : null

function endOf(start: DataType, end: DataType): (start: Value, end: Value) => Point {
  if (!isInterval(end)) return (_, value) => value as Point
  const add = end.kind === 'INTERVAL_YEAR_MONTH' ? adder('MONTH', start, start) : adder('MILLISECOND', start, start)
  return (from, length) =>
    from === null || length === null ? null : (add(null, BigInt(length as number | bigint), from) as Point)
}

/** Ends in either order; three-valued where one is NULL. */
function overlap(a: Point, b: Point, c: Point, d: Point): boolean | null {
  const [from1, to1] = atMost(a, b) === true ? [a, b] : [b, a]
  const [from2, to2] = atMost(c, d) === true ? [c, d] : [d, c]
  const [first, second] = [atMost(from2, to1), atMost(from1, to2)]
  if (first === false || second === false) return false
  return first === null || second === null ? null : true
}

const atMost = (a: Point, b: Point): boolean | null => (a === null || b === null ? null : a <= b)

export const temporalArithmetic: readonly ScalarFunction[] = [timestampAdd, timestampDiff, overlaps]
