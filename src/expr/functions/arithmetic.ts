/**
 * + - * / % and negation over numbers, datetimes and intervals, exactly as Java and Flink compute them.
 *
 *     2147483647 + 1            -2147483648            integers wrap
 *     7 / 2, -7 % 2             3, -1                  towards zero; the sign of the dividend
 *     1.0 / 3.0                 0.333333               DECIMAL(8, 6), half up; NULL where it does not fit
 *     1 / 0                     EvaluationError        but 1e0 / 0e0 is Infinity or NaN
 *     DATE + INTERVAL '1' MONTH                        the last day where the month has no such day
 */
import { SqlError } from '../../base/errors.ts'
import { type Js, js } from '../../codegen/js.ts'
import { MS_PER_DAY, addMonths } from '../../data/calendar.ts'
import {
  type DataType,
  type TypeOf,
  MAX_DECIMAL_PRECISION,
  isApproximate,
  isDatetime,
  isInteger,
  isInterval,
  isNumeric,
  isTimestamp,
  types,
  withNullable,
} from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { type DecimalOperator, asDecimal, commonNumeric, decimalResult, plainInterval } from '../coercion.ts'
import { divideDecimal, orOverflow, rescale } from '../decimal.ts'
import type { ArgShape, CallSite, JsArg, Resolution, ScalarFunction } from '../function.ts'
import {
  LONG,
  LONG_WORDS,
  type Numeric,
  divisionByZero,
  isExact,
  isZero,
  noOverload,
  scaleOf,
  toUnscaled,
  unscaledJs,
  wrap,
  wrapJs,
} from './numeric.ts'

type Operator = DecimalOperator
type Helper = (name: string, value: unknown) => Js

const resolvers: Record<Operator, (left: DataType, right: DataType) => Resolution | undefined> = {
  '+': (l, r) => numeric('+', l, r) ?? intervals(l, r) ?? shifted(l, r) ?? swapped(shifted(r, l)),
  '-': (l, r) => numeric('-', l, r) ?? intervals(l, r) ?? shifted(l, r),
  '*': (l, r) => numeric('*', l, r) ?? multiplied(l, r) ?? swapped(multiplied(r, l)),
  '/': (l, r) => numeric('/', l, r),
  '%': (l, r) => (isExact(l) && isExact(r) ? remainder(l, r) : undefined),
}

function resolveBinary(operator: Operator, args: readonly ArgShape[]): Resolution | undefined {
  if (args.length !== 2) return undefined
  const [left, right] = [args[0]!.type, args[1]!.type]
  if (left.kind === 'NULL' || right.kind === 'NULL') throw new SqlError('ILLEGAL_NULL', "Illegal use of 'NULL'")
  const resolution = resolvers[operator](left, right)
  if (resolution !== undefined && operator === '/' && isZero(args[1]!.literal))
    throw new SqlError('DIVISION_BY_ZERO', 'Division by zero')
  return resolution
}

/** Integers and floats are computed in their common type, decimals and integers beside them as they are. */
function numeric(operator: Operator, left: DataType, right: DataType): Resolution | undefined {
  if (!isNumeric(left) || !isNumeric(right)) return undefined
  const nullable = left.nullable || right.nullable
  if (isExact(left) && isExact(right) && !(isInteger(left) && isInteger(right))) {
    return { args: [left, right], returns: decimalResult(operator, left, right) }
  }
  const common = commonNumeric(left, right)
  return {
    args: [withNullable(common, left.nullable), withNullable(common, right.nullable)],
    returns: withNullable(common, nullable),
  }
}

/** The remainder of integers has the divisor's type; it always fits. */
function remainder(left: DataType, right: DataType): Resolution | undefined {
  const resolution = numeric('%', left, right)
  if (!isInteger(left) || !isInteger(right)) return resolution
  return resolution && { ...resolution, returns: withNullable(right, left.nullable || right.nullable) }
}

const intervals = (left: DataType, right: DataType): Resolution | undefined =>
  isInterval(left) && left.kind === right.kind
    ? { args: [left, right], returns: withNullable(plainInterval(left), left.nullable || right.nullable) }
    : undefined

const shifted = (time: DataType, interval: DataType): Resolution | undefined =>
  isDatetime(time) && isInterval(interval)
    ? { args: [time, interval], returns: withNullable(time, time.nullable || interval.nullable) }
    : undefined

const multiplied = (interval: DataType, times: DataType): Resolution | undefined =>
  isInterval(interval) && isExact(times)
    ? {
        args: [interval, types.bigint(times.nullable)],
        returns: withNullable(plainInterval(interval), interval.nullable || times.nullable),
      }
    : undefined

const swapped = (resolution: Resolution | undefined): Resolution | undefined =>
  resolution && { ...resolution, args: resolution.args.toReversed() }

// ── Meaning ─────────────────────────────────────────────────────────────────────────────────────────────

type Binary = (left: Numeric, right: Numeric) => Value

function implementBinary(operator: Operator, site: CallSite): Binary {
  const [left, right] = [site.args[0]!.type, site.args[1]!.type]
  if (isNumeric(left) && isNumeric(right)) {
    if (site.returns.kind === 'DECIMAL') return decimals(operator, left, right, site.returns)
    return isApproximate(site.returns) ? floats(operator, site.returns) : integers(operator, left, site.returns)
  }
  if (isInterval(left) && isInterval(right)) return integers(operator, left, site.returns)
  if (isDatetime(left)) return shift(left, right, operator === '-' ? -1 : 1)
  if (isDatetime(right)) return flip(shift(right, left, 1))
  return isInterval(left) ? scaled(left) : flip(scaled(right))
}

const flip =
  (f: Binary): Binary =>
  (left, right) =>
    f(right, left)

function integers(operator: Operator, computedIn: DataType, returns: DataType): Binary {
  const fit = wrap(returns)
  if (computedIn.kind === 'BIGINT' || computedIn.kind === 'INTERVAL_DAY_TIME') {
    const compute = bigints[operator]
    const narrow = returns.kind === 'BIGINT' || returns.kind === 'INTERVAL_DAY_TIME' ? fit : (v: Numeric) => Number(v)
    return (l, r) => narrow(compute(l as bigint, r as bigint))
  }
  const compute = ints[operator]
  if (returns.kind === 'BIGINT') return (l, r) => BigInt(compute(l as number, r as number))
  return (l, r) => fit(compute(l as number, r as number))
}

const bigints: Record<Operator, (l: bigint, r: bigint) => bigint> = {
  '+': (l, r) => l + r,
  '-': (l, r) => l - r,
  '*': (l, r) => l * r,
  '/': (l, r) => (r === 0n ? divisionByZero() : l / r),
  '%': (l, r) => (r === 0n ? divisionByZero() : l % r),
}
const ints: Record<Operator, (l: number, r: number) => number> = {
  '+': (l, r) => l + r,
  '-': (l, r) => l - r,
  '*': Math.imul,
  '/': (l, r) => (r === 0 ? divisionByZero() : Math.trunc(l / r)),
  '%': (l, r) => (r === 0 ? divisionByZero() : (l % r) + 0),
}

function floats(operator: Operator, returns: DataType): Binary {
  const fit = wrap(returns)
  const compute = doubles[operator]
  return (l, r) => fit(compute(l as number, r as number))
}
const doubles: Record<Operator, (l: number, r: number) => number> = {
  '+': (l, r) => l + r,
  '-': (l, r) => l - r,
  '*': (l, r) => l * r,
  '/': (l, r) => l / r,
  '%': (l, r) => l % r,
}

function decimals(operator: Operator, left: DataType, right: DataType, returns: TypeOf<'DECIMAL'>): Binary {
  const [s1, s2, { precision, scale }] = [scaleOf(left), scaleOf(right), returns]
  if (operator === '/') {
    return (l, r) =>
      isZero(r) ? divisionByZero() : orOverflow(divideDecimal(toUnscaled(l), s1, toUnscaled(r), s2, scale), precision)
  }
  if (operator === '*') return (l, r) => orOverflow(rescale(toUnscaled(l) * toUnscaled(r), s1 + s2, scale), precision)
  const both = Math.max(s1, s2)
  const compute = bigints[operator]
  return (l, r) =>
    orOverflow(rescale(compute(rescale(toUnscaled(l), s1, both), rescale(toUnscaled(r), s2, both)), both, scale), precision)
}

/** A datetime moved by an interval. Months clamp to the last day of the month; TIME goes round the clock. */
function shift(time: DataType, interval: DataType, sign: 1 | -1): Binary {
  const months = interval.kind === 'INTERVAL_YEAR_MONTH'
  const bigSign = BigInt(sign)
  if (time.kind === 'DATE') {
    return months
      ? (t, i) => addMonths(t as number, sign * (i as number))
      : (t, i) => ((t as number) + sign * Number((i as bigint) / BigInt(MS_PER_DAY))) | 0
  }
  if (time.kind === 'TIME') {
    return months ? t => t : (t, i) => Number((((BigInt(t) + bigSign * (i as bigint)) % DAY) + DAY) % DAY)
  }
  if (!isTimestamp(time)) return noOverload('+')
  const unit = time.precision <= 3 ? 1n : 1_000_000n
  if (!months)
    return (t, i) =>
      unit === 1n ? BigInt.asIntN(64, (t as bigint) + bigSign * (i as bigint)) : (t as bigint) + bigSign * (i as bigint) * unit
  return (t, i) => addMonthsTo(t as bigint, DAY * unit, sign * (i as number))
}
const DAY = BigInt(MS_PER_DAY)

/** Months added to a timestamp whose day has `perDay` units. */
export function addMonthsTo(timestamp: bigint, perDay: bigint, months: number): bigint {
  const time = ((timestamp % perDay) + perDay) % perDay
  return BigInt(addMonths(Number((timestamp - time) / perDay), months)) * perDay + time
}

const scaled = (interval: DataType): Binary =>
  interval.kind === 'INTERVAL_YEAR_MONTH'
    ? (i, n) => Number(BigInt.asIntN(32, BigInt(i) * (n as bigint)))
    : (i, n) => BigInt.asIntN(64, (i as bigint) * (n as bigint))

// ── Code ────────────────────────────────────────────────────────────────────────────────────────────────

function inlineBinary(operator: Operator, site: CallSite, args: readonly JsArg[], helper: Helper): Js | undefined {
  const [left, right] = args as [JsArg, JsArg]
  const { returns } = site
  if (isNumeric(left.type) && isNumeric(right.type)) {
    if (returns.kind === 'DECIMAL') return inlineDecimal(operator, left, right, returns)
    if (isApproximate(returns)) return operator === '%' ? undefined : wrapJs(returns, binaryJs(operator, left.value, right.value))
    return inlineIntegers(operator, left, right, returns, helper)
  }
  if (isInterval(left.type) && left.type.kind === right.type.kind)
    return wrapJs(returns, binaryJs(operator, left.value, right.value))
  const [time, interval] = isDatetime(left.type) ? [left, right] : [right, left]
  if (isTimestamp(time.type) && time.type.precision <= 3 && interval.type.kind === 'INTERVAL_DAY_TIME') {
    return js`BigInt.asIntN(64, ${binaryJs(operator, time.value, interval.value)})`
  }
  return undefined
}

const binaryJs = (operator: Operator, left: Js, right: Js): Js => {
  switch (operator) {
    case '+':
      return js`${left} + ${right}`
    case '-':
      return js`${left} - ${right}`
    case '*':
      return js`${left} * ${right}`
    case '/':
      return js`${left} / ${right}`
    case '%':
      return js`${left} % ${right}`
  }
}

function inlineIntegers(operator: Operator, left: JsArg, right: JsArg, returns: DataType, helper: Helper): Js | undefined {
  // A zero divisor: bigint arithmetic throws by itself, and the caller of generated code says it in our words.
  if (left.type.kind === 'BIGINT') {
    const value = binaryJs(operator, left.value, right.value)
    if (returns.kind === 'BIGINT') return wrapJs(returns, value)
    return js`(${helper('long', LONG)}[0] = ${value}, ${helper('words', LONG_WORDS)}[0])`
  }
  if (returns.kind === 'BIGINT') return undefined
  if (operator === '*')
    return returns.kind === 'INT'
      ? js`Math.imul(${left.value}, ${right.value})`
      : wrapJs(returns, binaryJs('*', left.value, right.value))
  if (operator !== '/' && operator !== '%') return wrapJs(returns, binaryJs(operator, left.value, right.value))
  const divisor = divides(right) ? right.value : js`(${right.value} || ${helper('divisionByZero', divisionByZero)}())`
  return wrapJs(returns, binaryJs(operator, left.value, divisor))
}

/** A divisor known not to be zero. */
const divides = ({ literal }: { readonly literal?: Value | undefined }): boolean =>
  literal !== undefined && literal !== null && !isZero(literal)

/** Sums and products that fit 64 bits whatever the values are. */
function inlineDecimal(operator: Operator, left: JsArg, right: JsArg, returns: TypeOf<'DECIMAL'>): Js | undefined {
  if (returns.precision > 18 || operator === '/' || operator === '%' || !exactly(operator, left.type, right.type))
    return undefined
  if (operator === '*') return js`BigInt.asIntN(64, ${unscaledJs(left)} * ${unscaledJs(right)})`
  return js`BigInt.asIntN(64, ${binaryJs(operator, scaledJs(left, returns.scale), scaledJs(right, returns.scale))})`
}

function scaledJs(arg: JsArg, scale: number): Js {
  const up = scale - scaleOf(arg.type)
  const unscaled = unscaledJs(arg)
  return up === 0 ? unscaled : js`${unscaled} * ${10n ** BigInt(up)}`
}

/** True where the result type was not cut to 38 digits: then every result fits. */
function exactly(operator: Operator, left: DataType, right: DataType): boolean {
  const [l, r] = [asDecimal(left), asDecimal(right)]
  if (operator === '*') return l.precision + r.precision < MAX_DECIMAL_PRECISION
  return Math.max(l.precision - l.scale, r.precision - r.scale) + Math.max(l.scale, r.scale) < MAX_DECIMAL_PRECISION
}

/** True where no operands make it throw or answer NULL. */
function totalBinary(operator: Operator, { args, returns }: CallSite): boolean {
  const dividing = operator === '/' || operator === '%'
  if (returns.kind === 'DECIMAL') return !dividing && exactly(operator, args[0]!.type, args[1]!.type)
  return isApproximate(returns) || !dividing || divides(args[1]!)
}

const binary = (name: string, operator: Operator, doc: string, signatures: readonly string[]): ScalarFunction => ({
  name,
  signatures,
  doc,
  resolve: args => resolveBinary(operator, args),
  nulls: 'propagate',
  partial: ({ returns }) => returns.kind === 'DECIMAL',
  implement: site => implementBinary(operator, site),
  inline: (site, args, helper) => inlineBinary(operator, site, args, helper),
  total: site => totalBinary(operator, site),
  deterministic: true,
})

const negate: ScalarFunction = {
  name: 'NEGATE',
  signatures: ['-<NUMERIC>', '-<DATETIME_INTERVAL>'],
  doc: 'The number or interval with the other sign. The least integer stays as it is.',
  resolve(args) {
    const type = args[0]?.type
    if (args.length !== 1 || type === undefined || (!isNumeric(type) && !isInterval(type))) return undefined
    return { args: [type], returns: isInterval(type) ? plainInterval(type) : type }
  },
  nulls: 'propagate',
  implement: ({ returns }) => {
    const fit = wrap(returns)
    return isInteger(returns) || returns.kind === 'INTERVAL_YEAR_MONTH'
      ? (v: Numeric) => fit(typeof v === 'bigint' ? -v : 0 - v)
      : (v: Numeric) => fit(-v)
  },
  inline({ returns }, args) {
    const [{ value }] = args as [JsArg]
    if (returns.kind === 'DECIMAL') return returns.precision <= 18 ? js`BigInt.asIntN(64, -${value})` : undefined
    return isApproximate(returns)
      ? js`(-${value})`
      : wrapJs(returns.kind === 'INTERVAL_YEAR_MONTH' ? types.int() : returns, js`-${value}`)
  },
  total: true,
  deterministic: true,
}

export const arithmeticFunctions: readonly ScalarFunction[] = [
  binary('+', '+', 'The sum; a datetime moved forward by an interval.', [
    '<NUMERIC> + <NUMERIC>',
    '<DATETIME_INTERVAL> + <DATETIME_INTERVAL>',
    '<DATETIME> + <DATETIME_INTERVAL>',
    '<DATETIME_INTERVAL> + <DATETIME>',
  ]),
  binary('-', '-', 'The difference; a datetime moved back by an interval.', [
    '<NUMERIC> - <NUMERIC>',
    '<DATETIME_INTERVAL> - <DATETIME_INTERVAL>',
    '<DATETIME> - <DATETIME_INTERVAL>',
  ]),
  binary('*', '*', 'The product; an interval that many times.', [
    '<NUMERIC> * <NUMERIC>',
    '<DATETIME_INTERVAL> * <NUMERIC>',
    '<NUMERIC> * <DATETIME_INTERVAL>',
  ]),
  binary('/', '/', 'The quotient. Of integers, truncated towards zero.', ['<NUMERIC> / <NUMERIC>']),
  binary('%', '%', 'The remainder, with the sign of the dividend.', ['<EXACT_NUMERIC> % <EXACT_NUMERIC>']),
  binary('MOD', '%', 'The remainder, with the sign of the dividend.', ['MOD(<EXACT_NUMERIC>, <EXACT_NUMERIC>)']),
  negate,
]
