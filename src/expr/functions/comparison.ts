/**
 * = <> < <= > >=, IS [NOT] DISTINCT FROM, IN, GREATEST and LEAST over every type.
 *
 * Text compares by its UTF-8 bytes, FLOAT and DOUBLE as Java's primitives do (NaN equals nothing, 0.0 = -0.0), nested
 * values element by element. Numbers of different types compare exactly, but `=` and `<>`, written out, bring them to
 * their common type first, which may round: the FLOAT 0.1 equals the DOUBLE 0.1, and 12.9999999999 equals 13.000000000
 * where ten digits after the point are one too many for the common type. A time or a BOOLEAN beside text: the text is
 * cast, a literal when the statement is checked, a column row by row, where text that does not convert is NULL.
 */
import { SqlError } from '../../base/errors.ts'
import { type Js, join, js, raw } from '../../codegen/js.ts'
import { compareBytes, compareText, compareValues, equalValues } from '../../data/compare.ts'
import { textBytes } from '../../data/text.ts'
import {
  type DataType,
  type TypeKind,
  type TypeOf,
  isApproximate,
  isBinary,
  isDatetime,
  isInteger,
  isInterval,
  isNumeric,
  isText,
  isTimestamp,
  types,
  withNullable,
} from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { implementCast } from '../cast.ts'
import { commonArgumentType, commonNumeric, commonType } from '../coercion.ts'
import { rescale } from '../decimal.ts'
import type { ArgShape, CallSite, JsArg, Resolution, ScalarFunction } from '../function.ts'
import { type Numeric, isExact, scaleOf, toUnscaled, unscaledJs } from './numeric.ts'

type TimestampKind = 'TIMESTAMP' | 'TIMESTAMP_LTZ'
export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='
const isEquality = (operator: string): boolean => operator === '=' || operator === '<>'
const isOrder = (operator: string): boolean => operator in sign && !isEquality(operator)

// ── Types ───────────────────────────────────────────────────────────────────────────────────────────────

/** The types two operands are compared as, or undefined when they do not compare. */
function comparedAs(operator: string, left: ArgShape, right: ArgShape): readonly [DataType, DataType] | undefined {
  const [l, r] = [left.type, right.type]
  if (l.kind === 'NULL') return [withNullable(r, true), withNullable(r, true)]
  if (r.kind === 'NULL') return [withNullable(l, true), withNullable(l, true)]
  if (isNumeric(l) && isNumeric(r)) return isEquality(operator) ? equatedAs(l, r) : numbersAs(l, r)
  if (isText(l) !== isText(r)) {
    const cast = isText(l) ? textAs(operator, left, r, [l, r]) : textAs(operator, right, l, [l, r])
    return cast && (isText(l) ? [cast, r] : [l, cast])
  }
  if ((isText(l) && isText(r)) || (isBinary(l) && isBinary(r)) || (isInterval(l) && l.kind === r.kind)) return [l, r]
  if (isEquality(operator) && isTimestamp(l) && isTimestamp(r)) return timestampsEquatedAs(l, r)
  const common = commonType([withNullable(l, false), withNullable(r, false)])
  return common && [withNullable(common, l.nullable), withNullable(common, r.nullable)]
}

/** Integers widen; exact numbers compare as they are; beside FLOAT or DOUBLE all become DOUBLE, but integers FLOAT. */
function numbersAs(l: DataType, r: DataType): readonly [DataType, DataType] {
  if (isExact(l) && isExact(r) && !(isInteger(l) && isInteger(r))) return [l, r]
  const common = l.kind !== r.kind && isApproximate(l) && isApproximate(r) ? types.double() : commonNumeric(l, r)
  return [withNullable(common, l.nullable), withNullable(common, r.nullable)]
}

/** The same for `=` and `<>`: FLOAT and DOUBLE become the first of them, decimals lose what their common type can't hold. */
function equatedAs(l: DataType, r: DataType): readonly [DataType, DataType] {
  const common = commonNumeric(l, r)
  if (common.kind === 'DECIMAL' && common.scale === Math.max(scaleOf(l), scaleOf(r))) return [l, r]
  return [withNullable(common, l.nullable), withNullable(common, r.nullable)]
}

/** Of TIMESTAMP and TIMESTAMP_LTZ the first one wins. */
function timestampsEquatedAs(l: TypeOf<TimestampKind>, r: TypeOf<TimestampKind>): readonly [DataType, DataType] {
  const common = { ...l, precision: Math.max(l.precision, r.precision) }
  return [common, withNullable(common, r.nullable)]
}

/** What text becomes beside another type: the other type where it is cast up front, itself where `implement` casts. */
function textAs(operator: string, text: ArgShape, other: DataType, both: readonly DataType[]): DataType | undefined {
  if (isNumeric(other)) {
    if (isOrder(operator)) return withNullable(other, text.type.nullable)
    const [l, r] = both.map(sqlName)
    throw new SqlError('IMPLICIT_CONVERSION', `implicit type conversion between ${l} and ${r} is not supported now`)
  }
  if (!isDatetime(other) && other.kind !== 'BOOLEAN') return undefined
  return text.literal === undefined ? text.type : withNullable(other, text.type.nullable)
}

const sqlName = (type: DataType): string => (type.kind === 'INT' ? 'INTEGER' : type.kind)

/** True where one side is text that is cast row by row. */
const castsText = (l: DataType, r: DataType): boolean => isText(l) !== isText(r)

/** The types `left` and `right` are cast to for this comparison; errors as Flink's. For the planner's own desugaring, too. */
export function resolveComparison(operator: string, args: readonly ArgShape[]): Resolution | undefined {
  if (args.length !== 2) return undefined
  const compared = comparedAs(operator, args[0]!, args[1]!)
  if (compared === undefined) return undefined
  return { args: compared, returns: types.boolean(compared.some(type => type.nullable) || castsText(...compared)) }
}

// ── Meaning ─────────────────────────────────────────────────────────────────────────────────────────────

type Test = (left: Value, right: Value) => boolean

/** `operator` over non-NULL values of the two types. */
function tester(operator: Comparison, l: DataType, r: DataType): Test {
  if (isNumeric(l) && isNumeric(r)) {
    if (isApproximate(l) || (isInteger(l) && isInteger(r))) return primitives[operator]
    const scale = Math.max(scaleOf(l), scaleOf(r))
    const [left, right] = [toScale(l, scale), toScale(r, scale)]
    const test = primitives[operator]
    return (a, b) => test(left(a), right(b))
  }
  if (operator === '=' || operator === '<>') {
    const equal = equalValues(l, { floats: 'sql' })
    return operator === '=' ? equal : (a, b) => !equal(a, b)
  }
  const compare = compareValues(l)
  switch (operator) {
    case '<':
      return (a, b) => compare(a, b) < 0
    case '<=':
      return (a, b) => compare(a, b) <= 0
    case '>':
      return (a, b) => compare(a, b) > 0
    case '>=':
      return (a, b) => compare(a, b) >= 0
  }
}

const primitives: Record<Comparison, Test> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '<': (a, b) => a! < b!,
  '<=': (a, b) => a! <= b!,
  '>': (a, b) => a! > b!,
  '>=': (a, b) => a! >= b!,
}

const toScale = (type: DataType, scale: number): ((value: Value) => Value) => {
  const own = scaleOf(type)
  return value => rescale(toUnscaled(value as Numeric), own, scale)
}

function implementComparison(operator: Comparison, { args, session }: CallSite): (l: Value, r: Value) => boolean | null {
  const [l, r] = [args[0]!.type, args[1]!.type]
  if (!castsText(l, r)) return tester(operator, l, r)
  const other = isText(l) ? r : l
  const cast = implementCast(isText(l) ? l : r, withNullable(other, true), { safe: true, session })
  const test = tester(operator, other, other)
  return (a, b) => {
    const [left, right] = isText(l) ? [cast(a), b] : [a, cast(b)]
    return left === null || right === null ? null : test(left, right)
  }
}

// ── Code ────────────────────────────────────────────────────────────────────────────────────────────────

type Helper = (name: string, value: unknown) => Js

/** Kinds whose values are JavaScript primitives that `===` and `<` compare as SQL does. */
const primitiveKinds: ReadonlySet<TypeKind> = new Set([
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INT',
  'BIGINT',
  'FLOAT',
  'DOUBLE',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMP_LTZ',
  'INTERVAL_YEAR_MONTH',
  'INTERVAL_DAY_TIME',
])
const sign: Record<Comparison, Js> = {
  '=': raw('==='),
  '<>': raw('!=='),
  '<': raw('<'),
  '<=': raw('<='),
  '>': raw('>'),
  '>=': raw('>='),
}

function inlineComparison(operator: Comparison, args: readonly JsArg[], helper: Helper): Js | undefined {
  const [l, r] = args as [JsArg, JsArg]
  if (l.type.kind === r.type.kind && primitiveKinds.has(l.type.kind)) return js`(${l.value} ${sign[operator]} ${r.value})`
  if (isExact(l.type) && isExact(r.type)) return inlineDecimals(operator, l, r)
  if ((isText(l.type) && isText(r.type)) || (isBinary(l.type) && isBinary(r.type))) return inlineBytes(operator, l, r, helper)
  return undefined
}

function inlineDecimals(operator: Comparison, l: JsArg, r: JsArg): Js | undefined {
  const scale = Math.max(scaleOf(l.type), scaleOf(r.type))
  if (![l, r].every(arg => digitsOf(arg) + scale - scaleOf(arg.type) <= 18)) return undefined
  const [left, right] = [l, r].map(arg => {
    const up = scale - scaleOf(arg.type)
    if (typeof arg.literal === 'bigint' || typeof arg.literal === 'number') return js`${BigInt(arg.literal) * 10n ** BigInt(up)}`
    return up === 0 ? unscaledJs(arg) : js`BigInt.asIntN(64, ${unscaledJs(arg)} * ${10n ** BigInt(up)})`
  }) as [Js, Js]
  return js`(${left} ${sign[operator]} ${right})`
}

/** How many digits the unscaled value can have. BIGINT counts as 19, so only decimals of its own scale meet it in 64 bits. */
function digitsOf({ type, literal }: JsArg): number {
  if (typeof literal === 'bigint') return String(literal).length
  if (type.kind === 'DECIMAL') return type.precision
  return type.kind === 'BIGINT' ? 19 : 10
}

/** Views are compared byte by byte; a literal's bytes are made once. */
function inlineBytes(operator: Comparison, l: JsArg, r: JsArg, helper: Helper): Js | undefined {
  if (l.view === undefined || r.view === undefined) return undefined
  const views = js`${l.view.bytes}, ${l.view.start}, ${l.view.end}, ${r.view.bytes}, ${r.view.start}, ${r.view.end}`
  if (operator === '=') return js`${helper('sameBytes', sameBytes)}(${views})`
  if (operator === '<>') return js`!${helper('sameBytes', sameBytes)}(${views})`
  return js`(${helper('compareViews', compareViews)}(${views}) ${sign[operator]} 0)`
}

/** Are `a[aStart, aEnd)` and `b[bStart, bEnd)` the same bytes? */
export function sameBytes(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  const length = aEnd - aStart
  if (length !== bEnd - bStart) return false
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false
  return true
}

/** Negative, zero or positive: the order of two views, byte by byte. */
export function compareViews(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart)
  for (let i = 0; i < length; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!
    if (difference !== 0) return difference
  }
  return aEnd - aStart - (bEnd - bStart)
}

const comparison = (operator: Comparison, doc: string): ScalarFunction => ({
  name: operator,
  signatures: [`<COMPARABLE_TYPE> ${operator} <COMPARABLE_TYPE>`],
  doc,
  resolve: args => resolveComparison(operator, args),
  nulls: 'propagate',
  partial: ({ args }) => castsText(args[0]!.type, args[1]!.type),
  implement: site => implementComparison(operator, site),
  inline: (_site, args, helper) => inlineComparison(operator, args, helper),
  total: ({ args }) => !castsText(args[0]!.type, args[1]!.type),
  deterministic: true,
})

// ── NULLs are values here ───────────────────────────────────────────────────────────────────────────────

const distinct = (name: string, doc: string, same: boolean): ScalarFunction => ({
  name,
  signatures: [`<COMPARABLE_TYPE> ${name} <COMPARABLE_TYPE>`],
  doc,
  resolve(args) {
    const resolution = resolveComparison(name, args)
    return resolution && { ...resolution, returns: types.boolean(false) }
  },
  nulls: 'sees',
  implement(site) {
    const equal = implementComparison('=', site)
    return (l: Value, r: Value) => (l === null || r === null ? (l === r) === same : (equal(l, r) ?? false) === same)
  },
  deterministic: true,
})

/** `x IN (a, b, …)`: TRUE where one equals, else NULL where x or one of them is NULL. */
const isIn: ScalarFunction = {
  name: 'IN',
  signatures: ['<COMPARABLE_TYPE> IN (<COMPARABLE_TYPE>, ...)'],
  doc: 'TRUE when the value equals one of the list, each cast to its type; NULL when it does not and one of them is NULL.',
  resolve(args) {
    if (args.length < 2) return undefined
    const type = memberType(args)
    if (type === undefined) return undefined
    const cast = args.map(arg => withNullable(type, arg.type.nullable || arg.type.kind === 'NULL'))
    return { args: cast, returns: types.boolean(cast.some(arg => arg.nullable)) }
  },
  nulls: 'sees',
  implement({ args }) {
    const equal = tester('=', args[0]!.type, args[0]!.type)
    return (value: Value, ...list: Value[]) => {
      if (value === null) return null
      let unknown = false
      for (const member of list) {
        if (member === null) unknown = true
        else if (equal(value, member)) return true
      }
      return unknown ? null : false
    }
  },
  deterministic: true,
}

const converts = (type: DataType): boolean => isDatetime(type) || isNumeric(type) || type.kind === 'BOOLEAN'

/** What value and list are compared as: their common type; the value's own beside text. */
function memberType(args: readonly ArgShape[]): DataType | undefined {
  const all = args.map(arg => arg.type)
  const common = commonType(all)
  if (common !== undefined) return common.kind === 'NULL' ? undefined : common
  const own = all[0]!
  if (converts(own) && all.slice(1).every(type => isText(type) || type.kind === 'NULL')) return own
  return isText(own) && all.slice(1).every(type => isNumeric(type) || type.kind === 'NULL') ? types.string() : undefined
}

const extreme = (name: string, doc: string, sign: 1 | -1): ScalarFunction => ({
  name,
  signatures: [`${name}(<COMPARABLE>...)`],
  doc,
  resolve(args) {
    const type = commonArgumentType(args.map(arg => arg.type))
    if (args.length === 0 || type === undefined || type.kind === 'NULL' || notOrdered.has(type.kind)) return undefined
    return { args: args.map(arg => withNullable(type, arg.type.nullable)), returns: type }
  },
  nulls: 'propagate',
  implement({ returns }) {
    const compare = compareValues(returns)
    return (...values: Value[]) => values.reduce((best, value) => (compare(value, best) * sign > 0 ? value : best))
  },
  inline({ returns }, args) {
    if (args.length < 2 || returns.kind === 'BOOLEAN' || isApproximate(returns) || !primitiveKinds.has(returns.kind))
      return undefined
    // Choosing between two bigints makes V8 box them.
    if (typeOfValue(returns) === 'bigint') return undefined
    return js`${raw(sign > 0 ? 'Math.max' : 'Math.min')}(${join(
      args.map(arg => arg.value),
      ', ',
    )})`
  },
  total: ({ returns }) => typeOfValue(returns) !== 'bigint',
  deterministic: true,
})

const notOrdered: ReadonlySet<TypeKind> = new Set(['ARRAY', 'MAP', 'MULTISET', 'ROW', 'VARIANT'])
const bigintKinds: ReadonlySet<TypeKind> = new Set(['BIGINT', 'DECIMAL', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'INTERVAL_DAY_TIME'])
const typeOfValue = (type: DataType): 'bigint' | 'other' => (bigintKinds.has(type.kind) ? 'bigint' : 'other')

/** The bytes that a literal's text or binary compares by. */
export const literalBytes = (value: Value): Uint8Array => (typeof value === 'string' ? textBytes(value) : (value as Uint8Array))

/** The order of two texts or binaries, by their bytes. */
export const compareByBytes = (a: string | Uint8Array, b: string | Uint8Array): number =>
  typeof a === 'string' ? compareText(a, b as string) : compareBytes(a, b as Uint8Array)

export const comparisonFunctions: readonly ScalarFunction[] = [
  comparison('=', 'TRUE when both are equal.'),
  comparison('<>', 'TRUE when they differ.'),
  comparison('<', 'TRUE when the first is less.'),
  comparison('<=', 'TRUE when the first is less or equal.'),
  comparison('>', 'TRUE when the first is greater.'),
  comparison('>=', 'TRUE when the first is greater or equal.'),
  distinct('IS DISTINCT FROM', 'TRUE when they differ, where NULL is a value like others.', false),
  distinct('IS NOT DISTINCT FROM', 'TRUE when they are equal, where NULL equals NULL.', true),
  isIn,
  extreme('GREATEST', 'The greatest of the arguments; NULL when any is NULL.', 1),
  extreme('LEAST', 'The least of the arguments; NULL when any is NULL.', -1),
]
