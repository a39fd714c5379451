/** Units of time, and what follows an interval: `DAY(3) TO SECOND(6)`. */
import { type IntervalQualifier, type TimeUnit, type UnitName, timeUnits } from './ast.ts'
import type { Cursor } from './cursor.ts'

const plural = ['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'] as const

/** Every spelling of a unit. */
const units: ReadonlyMap<string, TimeUnit> = new Map<string, TimeUnit>([
  ...timeUnits.map(unit => [unit, unit] as const),
  ...plural.map(unit => [`${unit}S`, unit] as const),
  ...plural.map(unit => [`SQL_TSI_${unit}`, unit] as const),
  ['SQL_TSI_MICROSECOND', 'MICROSECOND'],
  ['SQL_TSI_FRAC_SECOND', 'NANOSECOND'],
  ['FRAC_SECOND', 'MICROSECOND'],
])

/** A unit of EXTRACT, FLOOR, TIMESTAMPADD and their like. */
export function unitName(p: Cursor): UnitName {
  for (const unit of timeUnits) p.at(unit)
  const unit = units.get(p.token.symbol)
  if (unit === undefined) return p.fail('a unit of time')
  const { start, end } = p.next()
  return { kind: 'unit', unit, span: { start, end } }
}

/** The units that may follow TO, by the unit before it. */
const ends: Partial<Record<TimeUnit, readonly TimeUnit[]>> = {
  YEAR: ['MONTH'],
  DAY: ['HOUR', 'MINUTE', 'SECOND'],
  HOUR: ['MINUTE', 'SECOND'],
  MINUTE: ['SECOND'],
}

export function intervalQualifier(p: Cursor): IntervalQualifier {
  const from = p.start
  const start = intervalUnit(p, plural)
  const startPrecision = p.take('(') ? p.integer() : undefined
  const startFraction = startPrecision !== undefined && start === 'SECOND' && p.take(',') ? p.integer() : undefined
  if (startPrecision !== undefined) p.expect(')')
  const allowed = ends[start]
  if (allowed === undefined || !p.take('TO')) {
    const precisions = { startPrecision, fractionPrecision: startFraction }
    return { kind: 'interval-qualifier', start, end: undefined, ...precisions, span: p.spanFrom(from) }
  }
  const end = intervalUnit(p, allowed)
  const fractionPrecision = end === 'SECOND' && p.take('(') ? p.integer() : undefined
  if (fractionPrecision !== undefined) p.expect(')')
  return { kind: 'interval-qualifier', start, startPrecision, end, fractionPrecision, span: p.spanFrom(from) }
}

function intervalUnit(p: Cursor, allowed: readonly TimeUnit[]): TimeUnit {
  for (const unit of allowed) p.at(unit)
  const unit = units.get(p.token.symbol)
  if (unit === undefined || !allowed.includes(unit) || p.token.symbol.includes('_')) return p.fail(allowed.join(', '))
  p.next()
  return unit
}
