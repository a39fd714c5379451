/**
 * Literals: their values, and their types exactly as Flink gives them.
 *
 *     1            INT                 1.50                      DECIMAL(3, 2)
 *     2147483648   BIGINT              1e0                       DOUBLE
 *     'abc'        CHAR(3)             TIMESTAMP '… 10:00:00.5'  TIMESTAMP(1)
 *
 * None is nullable but NULL and UNKNOWN.
 */
import { SqlError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { daysOf, isCivil } from '../../data/calendar.ts'
import { type DataType, types } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { type ExprOf, literal } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { intervalType } from './type.ts'

type PlainLiteral = Exclude<ast.Literal, ast.IntervalExpression>

export function bindLiteral(node: PlainLiteral): ExprOf<'literal'> {
  switch (node.kind) {
    case 'number':
      return bindNumber(node.text, node.span)
    case 'string':
      return literal(node.value, types.char(node.value.length, false), node.span)
    case 'binary-literal':
      return literal(Uint8Array.from(Buffer.from(node.hex, 'hex')), types.binary(node.hex.length / 2, false), node.span)
    case 'boolean':
      return literal(node.value, types.boolean(node.value === null), node.span)
    case 'null':
      return literal(null, types.null(), node.span)
    case 'datetime':
      return bindDatetime(node)
    case 'interval':
      return bindInterval(node)
  }
}

/** A number as written, with a sign in front of it or not: `12`, `-1.50`, `1e3`. */
export function bindNumber(text: string, span: Span): ExprOf<'literal'> {
  if (/e/i.test(text)) return literal(Number(text), types.double(false), span)
  const negative = text.startsWith('-')
  const digits = negative ? text.slice(1) : text
  const point = digits.indexOf('.')
  if (point < 0 || point === digits.length - 1) return bindInteger(digits.replace('.', ''), negative, span)
  const scale = digits.length - 1 - point
  const unscaled = BigInt(digits.replace('.', ''))
  return exact(negative ? -unscaled : unscaled, digits.length - 1, scale, span)
}

function bindInteger(digits: string, negative: boolean, span: Span): ExprOf<'literal'> {
  const size = BigInt(digits)
  const value = negative ? -size : size
  if (size <= 2147483647n) return literal(Number(value), types.int(false), span)
  if (size <= 9223372036854775807n) return literal(value, { kind: 'BIGINT', nullable: false }, span)
  throw new SqlError('LITERAL_INVALID', `Numeric literal '${digits}' out of range`, span, {
    hint: 'write it with a decimal point for a DECIMAL, or with an exponent for a DOUBLE',
  })
}

function exact(unscaled: bigint, precision: number, scale: number, span: Span): ExprOf<'literal'> {
  if (precision <= 38) return literal(unscaled, types.decimal(precision, scale, false), span)
  throw new SqlError('NUMBER_TOO_LONG', 'a number has at most 38 digits', span, {
    hint: 'write it with an exponent for a DOUBLE',
  })
}

function bindDatetime(node: ast.DatetimeLiteral): ExprOf<'literal'> {
  const bad = (form: string): SqlError =>
    new SqlError('LITERAL_INVALID', `'${node.text}' is no ${node.type}`, node.span, { hint: `write it as ${form}` })
  switch (node.type) {
    case 'DATE': {
      const days = parseDate(node.text)
      if (days === undefined) throw bad("DATE '2020-01-31'")
      return literal(days, types.date(false), node.span)
    }
    case 'TIME': {
      const time = parseTime(node.text)
      if (time === undefined) throw bad("TIME '10:11:12'")
      return literal(time.ms, types.time(time.digits, false), node.span)
    }
    case 'TIMESTAMP': {
      const [date, clock = '00:00:00', more] = node.text.trim().split(/ +/)
      const days = parseDate(date!)
      const time = parseTime(clock)
      if (days === undefined || time === undefined || more !== undefined) throw bad("TIMESTAMP '2020-01-31 10:11:12'")
      const ms = BigInt(days) * 86_400_000n + BigInt(time.ms)
      const value = time.digits <= 3 ? ms : ms * 1_000_000n + BigInt(time.nanos)
      return literal(value, types.timestamp(time.digits, false), node.span)
    }
  }
}

function parseDate(text: string): number | undefined {
  const match = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text.trim())
  if (match === null) return undefined
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  return isCivil(year, month, day) ? daysOf(year, month, day) : undefined
}

/** `ms` of the day; `nanos` of that millisecond; how many digits of a fraction were written, at most 9. */
function parseTime(text: string): { readonly ms: number; readonly nanos: number; readonly digits: number } | undefined {
  const match = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\.(\d*))?$/.exec(text.trim())
  if (match === null) return undefined
  const [hour, minute, second] = match.slice(1, 4).map(Number) as [number, number, number]
  if (hour > 23 || minute > 59 || second > 59) return undefined
  const fraction = (match[4] ?? '').slice(0, 9)
  const nanos = Number(fraction.padEnd(9, '0'))
  const ms = ((hour * 60 + minute) * 60 + second) * 1000 + Math.floor(nanos / 1_000_000)
  return { ms, nanos: nanos % 1_000_000, digits: fraction.length }
}

function bindInterval(node: ast.IntervalLiteral): ExprOf<'literal'> {
  const type = intervalType(node.qualifier, false)
  const value = intervalValue(node, type)
  if (value !== undefined) return literal(value, type, node.span)
  const { start, end } = node.qualifier
  const unit = end === undefined ? start : `${start} TO ${end}`
  throw new SqlError('LITERAL_INVALID', `'${node.text}' is no interval of ${unit}`, node.span, {
    hint: `write it as ${examples[unit]}`,
  })
}

const examples: Readonly<Record<string, string>> = {
  'YEAR TO MONTH': "INTERVAL '1-6' YEAR TO MONTH",
  'DAY TO HOUR': "INTERVAL '1 12' DAY TO HOUR",
  'DAY TO MINUTE': "INTERVAL '1 12:30' DAY TO MINUTE",
  'DAY TO SECOND': "INTERVAL '1 12:30:00.5' DAY TO SECOND",
  'HOUR TO MINUTE': "INTERVAL '12:30' HOUR TO MINUTE",
  'HOUR TO SECOND': "INTERVAL '12:30:00.5' HOUR TO SECOND",
  'MINUTE TO SECOND': "INTERVAL '30:00.5' MINUTE TO SECOND",
}

const unitMs: Readonly<Record<string, number>> = {
  WEEK: 604_800_000,
  DAY: 86_400_000,
  HOUR: 3_600_000,
  MINUTE: 60_000,
  SECOND: 1000,
}
const clockUnits = ['DAY', 'HOUR', 'MINUTE', 'SECOND']
const separators: Readonly<Record<string, string>> = { HOUR: ' ', MINUTE: ':', SECOND: ':' }

/** Months or milliseconds, or undefined when the text does not fit the units. */
function intervalValue(node: ast.IntervalLiteral, type: DataType): Value | undefined {
  const text = node.text.trim()
  const minus = text.startsWith('-') !== node.negative
  const body = text.replace(/^[+-]/, '')
  const { start, end } = node.qualifier
  if (type.kind === 'INTERVAL_YEAR_MONTH') {
    const months = end === undefined ? wholeMonths(body, start) : yearsAndMonths(body)
    return months === undefined ? undefined : minus ? -months || 0 : months
  }
  const ms = end === undefined ? oneUnitMs(body, start) : clockMs(body, start, end)
  return ms === undefined ? undefined : minus ? -ms : ms
}

function wholeMonths(text: string, unit: ast.TimeUnit): number | undefined {
  if (!/^\d+$/.test(text)) return undefined
  return Number(text) * (unit === 'YEAR' ? 12 : unit === 'QUARTER' ? 3 : 1)
}

function yearsAndMonths(text: string): number | undefined {
  const match = /^(\d+)-(\d{1,2})$/.exec(text)
  return match && Number(match[2]) < 12 ? Number(match[1]) * 12 + Number(match[2]) : undefined
}

function oneUnitMs(text: string, unit: ast.TimeUnit): bigint | undefined {
  const match = (unit === 'SECOND' ? /^(\d+)(?:\.(\d{1,9}))?$/ : /^(\d+)()$/).exec(text)
  return match ? BigInt(match[1]!) * BigInt(unitMs[unit]!) + fractionMs(match[2]) : undefined
}

/** The parts between two units, in the order they are written: `1 12:30:00.5` from DAY to SECOND. */
function clockMs(text: string, start: ast.TimeUnit, end: ast.TimeUnit): bigint | undefined {
  const units = clockUnits.slice(clockUnits.indexOf(start), clockUnits.indexOf(end) + 1)
  const pattern = units.map((unit, i) => (i === 0 ? '(\\d+)' : `${separators[unit]}(\\d{1,2})`)).join('')
  const match = new RegExp(`^${pattern}${end === 'SECOND' ? '(?:\\.(\\d{1,9}))?' : ''}$`).exec(text)
  if (match === null) return undefined
  const parts = units.map((_, i) => Number(match[i + 1]))
  if (parts.some((part, i) => i > 0 && part > (units[i] === 'HOUR' ? 23 : 59))) return undefined
  const whole = units.reduce((sum, unit, i) => sum + BigInt(match[i + 1]!) * BigInt(unitMs[unit]!), 0n)
  return whole + fractionMs(end === 'SECOND' ? match[units.length + 1] : undefined)
}

const fractionMs = (digits: string | undefined): bigint => BigInt((digits ?? '').padEnd(3, '0').slice(0, 3))
