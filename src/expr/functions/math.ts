/**
 * Mathematical functions. What is not exact is DOUBLE and computed as Java does; ABS, SIGN, ROUND, TRUNCATE, CEIL and FLOOR
 * keep the type of their argument (a DECIMAL loses the digits that rounding takes).
 *
 *     ROUND(-12.345, 2)    -12.35       half away from zero
 *     LOG(2, 8)            3.0          base first; LOG2(x) = ln x / ln 2
 *     BIN(-1), HEX(-1)                  two's complement of 64 bits
 *     RAND(1)              0.7308781907032909, and what java.util.Random gives next
 */
import { JavaRandom } from '../../base/java-random.ts'
import { EvaluationError } from '../../base/errors.ts'
import { js, raw } from '../../codegen/js.ts'
import { textBytes } from '../../data/text.ts'
import { doubleText } from '../../data/text-number.ts'
import { type DataType, type TypeOf, isApproximate, isInteger, isNumeric, isText, types, withNullable } from '../../data/type.ts'
import { divideHalfUp, orOverflow, powerOfTen, rescale } from '../decimal.ts'
import type { ArgShape, JsArg, Resolution, ScalarFunction, SessionFacts } from '../function.ts'
import { type Numeric, scaleOf, toUnscaled, wrap } from './numeric.ts'
import { type Direction, inlineRounding, isRoundingInlined, resolveRounding, rounder } from './temporal-rounding.ts'

const anyNullable = (args: readonly ArgShape[]): boolean => args.some(arg => arg.type.nullable)
const fits = (arg: ArgShape | undefined): boolean => arg !== undefined && (isNumeric(arg.type) || arg.type.kind === 'NULL')

// ── DOUBLE → DOUBLE ─────────────────────────────────────────────────────────────────────────────────────

/** `code` is how generated code writes it, where that is not a call of `compute`. */
const real = (name: string, doc: string, compute: (x: number) => number, code?: string): ScalarFunction => ({
  name,
  signatures: [`${name}(<NUMERIC>)`],
  doc,
  resolve: args => (args.length === 1 && fits(args[0]) ? doublesOf(args) : undefined),
  nulls: 'propagate',
  implement: () => compute,
  inline: (_site, [x], helper) => js`${code === undefined ? helper(name.toLowerCase(), compute) : raw(code)}(${x!.value})`,
  total: true,
  deterministic: true,
})

const real2 = (name: string, doc: string, compute: (x: number, y: number) => number): ScalarFunction => ({
  name,
  signatures: [`${name}(<NUMERIC>, <NUMERIC>)`],
  doc,
  resolve: args => (args.length === 2 && args.every(fits) ? doublesOf(args) : undefined),
  nulls: 'propagate',
  implement: () => compute,
  inline: (_site, [x, y], helper) => js`${helper(name.toLowerCase(), compute)}(${x!.value}, ${y!.value})`,
  total: true,
  deterministic: true,
})

const doublesOf = (args: readonly ArgShape[]): Resolution => ({
  args: args.map(arg => types.double(arg.type.nullable)),
  returns: types.double(anyNullable(args)),
})

const log: ScalarFunction = {
  ...real('LOG', 'The natural logarithm; with a base first, the logarithm to that base.', Math.log),
  signatures: ['LOG(<NUMERIC>)', 'LOG(base <NUMERIC>, <NUMERIC>)'],
  resolve: args => ((args.length === 1 || args.length === 2) && args.every(fits) ? doublesOf(args) : undefined),
  implement: ({ args }) => (args.length === 1 ? Math.log : logOf),
  inline: (_site, [x, y], helper) =>
    y === undefined ? js`Math.log(${x!.value})` : js`${helper('logOf', logOf)}(${x!.value}, ${y.value})`,
}
const logOf = (base: number, x: number): number => Math.log(x) / Math.log(base)

/** java.lang.Math.pow differs from `**` in one point: 1 to the power of Infinity or NaN; both answer NaN for it. */
const power = (x: number, y: number): number => x ** y

const constant = (name: string, doc: string, value: number): ScalarFunction => ({
  name,
  signatures: [`${name}()`],
  doc,
  resolve: args => (args.length === 0 ? { args: [], returns: types.double(false) } : undefined),
  nulls: 'propagate',
  implement: () => () => value,
  deterministic: true,
})

// ── The type stays ──────────────────────────────────────────────────────────────────────────────────────

const keeping = (
  name: string,
  doc: string,
  compute: (type: DataType) => (x: Numeric) => Numeric,
  accepts: (type: DataType) => boolean = isNumeric,
): ScalarFunction => ({
  name,
  signatures: [`${name}(<NUMERIC>)`],
  doc,
  resolve: ([x, ...more]) =>
    x !== undefined && more.length === 0 && accepts(x.type) ? { args: [x.type], returns: x.type } : undefined,
  nulls: 'propagate',
  implement: ({ returns }) => compute(returns),
  deterministic: true,
})

function absolute(type: DataType): (x: Numeric) => Numeric {
  const fit = wrap(type)
  return typeof unit(type) === 'bigint' ? x => (x < 0n ? fit(-x) : x) : x => fit(Math.abs(x as number))
}

function signOf(type: DataType): (x: Numeric) => Numeric {
  const one = unit(type)
  if (typeof one === 'bigint') return x => (x > 0n ? one : x < 0n ? -one : 0n)
  return x => Math.sign(x as number)
}

/** 1 as a value of the type. */
const unit = (type: DataType): Numeric =>
  type.kind === 'DECIMAL' ? powerOfTen(type.scale) : type.kind === 'BIGINT' || type.kind === 'INTERVAL_DAY_TIME' ? 1n : 1

// ── Rounding ────────────────────────────────────────────────────────────────────────────────────────────

type Round = (unscaled: bigint, unit: bigint) => bigint
const roundings: Record<'half-up' | 'truncate' | 'ceil' | 'floor', Round> = {
  'half-up': divideHalfUp,
  'truncate': (x, unit) => x / unit,
  'ceil': (x, unit) => (x > 0n && x % unit !== 0n ? x / unit + 1n : x / unit),
  'floor': (x, unit) => (x < 0n && x % unit !== 0n ? x / unit - 1n : x / unit),
}

/** CEIL and FLOOR of numbers; of a datetime to a unit, see `temporal-rounding.ts`. */
const whole = (name: string, doc: string, direction: Direction): ScalarFunction => ({
  name,
  signatures: [`${name}(<NUMERIC>)`, `${name}(<DATETIME> TO <TIME_UNIT>)`],
  doc,
  resolve(args) {
    if (args.length > 1) return resolveRounding(args)
    const type = args[0]?.type
    return type !== undefined && isNumeric(type) ? { args: [type], returns: withoutFraction(type) } : undefined
  },
  nulls: 'propagate',
  partial: ({ returns }) => returns.kind === 'DECIMAL',
  implement({ args, returns, session }) {
    const type = args[0]!.type
    if (args.length > 1) return rounder(type, String(args[1]!.literal).toUpperCase(), direction, session)
    if (type.kind === 'DECIMAL') {
      const one = powerOfTen(type.scale)
      return (x: bigint) => orOverflow(roundings[direction](x, one), (returns as TypeOf<'DECIMAL'>).precision)
    }
    return isInteger(type) ? (x: Numeric) => x : direction === 'ceil' ? Math.ceil : Math.floor
  },
  inline(site, args, helper) {
    if (args.length > 1) return inlineRounding(direction)(site, args, helper)
    const [{ type, value }] = args as [JsArg]
    if (type.kind === 'DECIMAL') return undefined
    return isInteger(type) ? value : js`${raw(`Math.${direction}`)}(${value})`
  },
  total: ({ args, session }) => (args.length > 1 ? isRoundingInlined(args, session) : args[0]!.type.kind !== 'DECIMAL'),
  deterministic: true,
})

const withoutFraction = (type: DataType): DataType => (type.kind === 'DECIMAL' ? { ...type, scale: 0 } : type)

/** ROUND and TRUNCATE, with how many digits to keep behind the point (before it, if negative). */
const rounding = (name: string, doc: string, mode: 'half-up' | 'truncate'): ScalarFunction => ({
  name,
  signatures: [`${name}(<NUMERIC>)`, `${name}(<NUMERIC>, <INTEGER>)`],
  doc,
  resolve([x, places, ...more]) {
    if (x === undefined || more.length > 0 || !isNumeric(x.type)) return undefined
    if (places !== undefined && !isInteger(places.type) && places.type.kind !== 'NULL') return undefined
    const nullable = x.type.nullable || (places?.type.nullable ?? false)
    const returns = withNullable(roundedType(x.type, places), nullable)
    return { args: places === undefined ? [x.type] : [x.type, types.int(places.type.nullable)], returns }
  },
  nulls: 'propagate',
  partial: ({ returns }) => returns.kind === 'DECIMAL',
  implement({ args, returns }) {
    const type = args[0]!.type
    if (isApproximate(type)) return (x: number, places = 0) => roundDouble(x, places, type, mode)
    if (returns.kind === 'DECIMAL')
      return (x: bigint, places = 0) => orOverflow(roundAt(x, scaleOf(type), places, returns.scale, mode), returns.precision)
    const fit = wrap(type)
    const back = typeof unit(type) === 'bigint' ? fit : (x: Numeric) => fit(Number(x))
    return (x: Numeric, places = 0) => (places >= 0 ? x : back(roundAt(toUnscaled(x), 0, places, 0, mode)))
  },
  deterministic: true,
})

/** DECIMAL(p, s) rounded to r digits: (p, s) for r ≥ s, else (1 + p - s + r, r), or (1 + p - s, 0) below zero. Unknown r: (p, s). */
function roundedType(type: DataType, places: ArgShape | undefined): DataType {
  if (type.kind !== 'DECIMAL') return type
  const { precision: p, scale: s } = type
  const digits = places === undefined ? 0 : places.literal
  if (typeof digits !== 'number' || digits >= s) return type
  if (digits < 0) return types.decimal(Math.min(38, 1 + p - s), 0)
  return types.decimal(1 + p - s + digits, digits)
}

function roundAt(unscaled: bigint, scale: number, places: number, toScale: number, mode: 'half-up' | 'truncate'): bigint {
  if (places >= scale) return rescale(unscaled, scale, toScale)
  if (scale - places > 76) return 0n
  return rescale(
    roundings[mode](unscaled, powerOfTen(scale - places)) * powerOfTen(Math.max(-places, 0)),
    Math.max(places, 0),
    toScale,
  )
}

/** Rounds the decimal digits that Java prints for the number, as BigDecimal.valueOf does. */
function roundDouble(x: number, places: number, type: DataType, mode: 'half-up' | 'truncate'): number {
  if (!Number.isFinite(x) || x === 0) return x
  const [digits, exponent = '0'] = doubleText(x).split('E') as [string, string?]
  const [integer, fraction] = digits.split('.') as [string, string]
  const unscaled = BigInt(integer + fraction)
  const scale = fraction.length - Number(exponent)
  if (places >= scale) return x
  if (scale - places > 400) return 0
  const kept = roundings[mode](unscaled, powerOfTen(scale - places))
  const rounded = Number(`${kept}e${-places}`)
  return type.kind === 'FLOAT' ? Math.fround(rounded) : rounded
}

// ── Digits, chance ──────────────────────────────────────────────────────────────────────────────────────

const bin: ScalarFunction = {
  name: 'BIN',
  signatures: ['BIN(<INTEGER>)'],
  doc: 'The integer in binary; a negative one as two’s complement of 64 bits.',
  resolve: ([x, ...more]) =>
    x !== undefined && more.length === 0 && isIntegerOrNull(x.type) ? digitsText(x, types.bigint(x.type.nullable)) : undefined,
  nulls: 'propagate',
  implement: () => (x: bigint) => BigInt.asUintN(64, x).toString(2),
  deterministic: true,
}
const isIntegerOrNull = (type: DataType): boolean => isInteger(type) || type.kind === 'NULL'
const digitsText = (x: ArgShape, as: DataType): Resolution => ({ args: [as], returns: types.string(x.type.nullable) })

const hex: ScalarFunction = {
  name: 'HEX',
  signatures: ['HEX(<INTEGER>)', 'HEX(<CHARACTER>)'],
  doc: 'The integer, or the bytes of the text, in upper-case hexadecimal digits.',
  resolve([x, ...more]) {
    if (x === undefined || more.length > 0) return undefined
    if (isText(x.type)) return digitsText(x, x.type)
    return isIntegerOrNull(x.type) ? digitsText(x, types.bigint(x.type.nullable)) : undefined
  },
  nulls: 'propagate',
  implement: ({ args }) =>
    isText(args[0]!.type)
      ? (text: string) => Buffer.from(textBytes(text)).toString('hex').toUpperCase()
      : (x: bigint) => BigInt.asUintN(64, x).toString(16).toUpperCase(),
  deterministic: true,
}

const unhex: ScalarFunction = {
  name: 'UNHEX',
  signatures: ['UNHEX(expr <CHARACTER_STRING>)'],
  doc: 'The bytes that hexadecimal digits stand for; NULL where there is another character. Of an odd number the first digit counts as 0.',
  resolve: ([x, ...more]) =>
    x !== undefined && more.length === 0 && isText(x.type) ? { args: [x.type], returns: types.bytes() } : undefined,
  nulls: 'propagate',
  partial: true,
  implement: () => (text: string) => {
    if (!/^[\da-fA-F]*$/.test(text)) return null
    const even = text.length % 2 === 0 ? text : `00${text.slice(1)}`
    return new Uint8Array(Buffer.from(even, 'hex'))
  },
  deterministic: true,
}

/** A sequence per call site where the seed is known; otherwise the first number of each seed. */
const seeded = (seed: ArgShape | undefined): ((value: number) => JavaRandom) => {
  if (typeof seed?.literal !== 'number') return value => new JavaRandom(BigInt(value))
  const sequence = new JavaRandom(BigInt(seed.literal))
  return () => sequence
}

const rand: ScalarFunction = {
  name: 'RAND',
  signatures: ['RAND()', 'RAND(seed <INTEGER>)'],
  doc: 'A number in [0, 1). With a seed, the sequence of java.util.Random.',
  resolve(args) {
    if (args.length === 0) return { args: [], returns: types.double(false) }
    return args.length === 1 && isIntegerOrNull(args[0]!.type)
      ? { args: [types.int(args[0]!.type.nullable)], returns: types.double(args[0]!.type.nullable) }
      : undefined
  },
  nulls: 'propagate',
  implement({ args, session }) {
    if (args.length === 0) return () => session.random()
    const sequence = seeded(args[0])
    return (seed: number) => sequence(seed).nextDouble()
  },
  deterministic: false,
}

const randInteger: ScalarFunction = {
  name: 'RAND_INTEGER',
  signatures: ['RAND_INTEGER(bound <INTEGER>)', 'RAND_INTEGER(seed <INTEGER>, bound <INTEGER>)'],
  doc: 'An integer in [0, bound). With a seed, the sequence of java.util.Random.',
  resolve(args) {
    if ((args.length !== 1 && args.length !== 2) || !args.every(arg => isIntegerOrNull(arg.type))) return undefined
    return { args: args.map(arg => types.int(arg.type.nullable)), returns: types.int(anyNullable(args)) }
  },
  nulls: 'propagate',
  implement({ args, session }) {
    if (args.length === 1) return (bound: number) => Math.floor(session.random() * positive(bound))
    const sequence = seeded(args[0])
    return (seed: number, bound: number) => sequence(seed).nextInt(positive(bound))
  },
  deterministic: false,
}

function positive(bound: number): number {
  if (bound > 0) return bound
  throw new EvaluationError('INVALID_BOUND', `RAND_INTEGER takes a bound above zero, not ${bound}`)
}

const uuid: ScalarFunction = {
  name: 'UUID',
  signatures: ['UUID()'],
  doc: 'A random UUID (version 4) as text.',
  resolve: args => (args.length === 0 ? { args: [], returns: types.char(36, false) } : undefined),
  nulls: 'propagate',
  implement:
    ({ session }) =>
    () =>
      randomUuid(session),
  deterministic: false,
}

function randomUuid(session: SessionFacts): string {
  const digit = (i: number): string => {
    const value = Math.floor(session.random() * 16)
    return (i === 12 ? 4 : i === 16 ? (value & 3) | 8 : value).toString(16)
  }
  const digits = Array.from({ length: 32 }, (_, i) => digit(i)).join('')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const mathFunctions: readonly ScalarFunction[] = [
  keeping('ABS', 'The absolute value. The least integer stays as it is.', absolute),
  keeping('SIGN', '1, 0 or -1, in the type of the argument.', signOf),
  rounding('ROUND', 'The number rounded to so many digits behind the point, half away from zero.', 'half-up'),
  rounding('TRUNCATE', 'The number cut to so many digits behind the point.', 'truncate'),
  whole('CEIL', 'The least whole number that is not below.', 'ceil'),
  whole('CEILING', 'The least whole number that is not below.', 'ceil'),
  whole('FLOOR', 'The greatest whole number that is not above.', 'floor'),
  real2('POWER', 'The first to the power of the second.', power),
  real('SQRT', 'The square root.', Math.sqrt, 'Math.sqrt'),
  real('EXP', 'e to the power of the argument.', Math.exp, 'Math.exp'),
  real('LN', 'The natural logarithm.', Math.log, 'Math.log'),
  real('LOG10', 'The logarithm to base 10.', Math.log10, 'Math.log10'),
  real('LOG2', 'The logarithm to base 2.', x => logOf(2, x)),
  log,
  real('SIN', 'The sine.', Math.sin, 'Math.sin'),
  real('SINH', 'The hyperbolic sine.', Math.sinh, 'Math.sinh'),
  real('COS', 'The cosine.', Math.cos, 'Math.cos'),
  real('COSH', 'The hyperbolic cosine.', Math.cosh, 'Math.cosh'),
  real('TAN', 'The tangent.', Math.tan, 'Math.tan'),
  real('TANH', 'The hyperbolic tangent.', Math.tanh, 'Math.tanh'),
  real('COT', 'The cotangent.', x => 1 / Math.tan(x)),
  real('ASIN', 'The arc sine.', Math.asin, 'Math.asin'),
  real('ACOS', 'The arc cosine.', Math.acos, 'Math.acos'),
  real('ATAN', 'The arc tangent.', Math.atan, 'Math.atan'),
  real2('ATAN2', 'The angle of the point (second, first).', Math.atan2),
  real('DEGREES', 'Radians as degrees.', x => x * 57.29577951308232),
  real('RADIANS', 'Degrees as radians.', x => x * 0.017453292519943295),
  constant('PI', 'π.', Math.PI),
  constant('E', 'e, the base of natural logarithms.', Math.E),
  bin,
  hex,
  unhex,
  rand,
  randInteger,
  uuid,
]
