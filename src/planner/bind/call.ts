/**
 * Calls of functions with their arguments bound: the overload chosen, implicit casts put in, and Flink's sentence when
 * nothing fits: `Cannot apply 'UPPER' to arguments of type 'UPPER(<INT>)'`.
 */
import { SqlError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { didYouMean } from '../../base/suggest.ts'
import { type DataType, isBinary, isText, printType, sameType, types, withNullable } from '../../data/type.ts'
import { type Expr, literal } from '../../expr/expr.ts'
import type { ArgShape, ScalarFunction, SessionFacts } from '../../expr/function.ts'
import { resolveComparison } from '../../expr/functions/comparison.ts'
import { findFunction, scalarFunctions } from '../../expr/functions/index.ts'
import { commonType } from '../../expr/coercion.ts'
import type * as ast from '../../sql/ast.ts'
import { constantValue } from './constant.ts'

/** The function of this name; an error with the nearest name when there is none. */
export function functionNamed(name: string, span: Span): ScalarFunction {
  const found = findFunction(name)
  if (found !== undefined) return found
  const names = scalarFunctions.map(f => f.name).filter(n => /^[A-Z]/.test(n))
  throw new SqlError('FUNCTION_UNKNOWN', `there is no function '${name}'`, span, { hint: didYouMean(name.toUpperCase(), names) })
}

/** The call of a scalar function. `args` keep their spans; errors point at the whole call. */
export function callFunction(name: string, args: readonly Expr[], span: Span, session: SessionFacts): Expr {
  const fn = functionNamed(name, span)
  const resolved = located(span, () =>
    fn.resolve(
      args.map(arg => shapeOf(arg, session)),
      session,
    ),
  )
  if (resolved === undefined) throw cannotApply(fn, args, span)
  const cast = args.map((arg, i) => castTo(arg, resolved.args[i] ?? arg.type))
  return { kind: 'call', function: fn, args: cast, type: resolved.returns, span }
}

/** A comparison of values as they are: `=`, written out, brings numbers to a common type first, which may round. */
export function compareExactly(
  operator: ast.ComparisonOperator,
  left: Expr,
  right: Expr,
  span: Span,
  session: SessionFacts,
): Expr {
  const fn = functionNamed(operator, span)
  const args = [left, right]
  const shapes = args.map(arg => shapeOf(arg, session))
  const resolved = located(span, () => resolveComparison('IS NOT DISTINCT FROM', shapes))
  if (resolved === undefined) throw cannotApply(fn, args, span)
  const cast = args.map((arg, i) => castTo(arg, resolved.args[i]!))
  return { kind: 'call', function: fn, args: cast, type: resolved.returns, span }
}

const inverse: Readonly<Record<string, string>> = { '=': '<>', '<>': '=', '<': '>=', '>=': '<', '>': '<=', '<=': '>' }

/**
 * NOT, brought inside: `NOT (a > b AND c = d)` is `a <= b OR c <> d`. For NaN this is not the same: neither `NaN > 1` nor
 * `NOT (NaN > 1)` is TRUE, as in Flink.
 */
export function negated(expr: Expr, span: Span, session: SessionFacts): Expr {
  const each = (args: readonly Expr[]) => args.map(arg => negated(arg, arg.span, session))
  if (expr.kind === 'and') return anyOf(each(expr.args), span)
  if (expr.kind === 'or') return allOf(each(expr.args), span)
  const other = expr.kind === 'call' ? inverse[expr.function.name] : undefined
  if (expr.kind === 'call' && other !== undefined) return { ...expr, function: functionNamed(other, span), span }
  return callFunction('NOT', [expr], span, session)
}

/** What `resolve` sees of an argument. */
export function shapeOf(expr: Expr, session: SessionFacts): ArgShape {
  const value = constantValue(expr, session)
  return value === undefined ? { type: expr.type } : { type: expr.type, literal: value }
}

export function cannotApply(
  fn: { readonly name: string; readonly signatures: readonly string[] },
  args: readonly Expr[],
  span: Span,
): SqlError {
  const shown = args.map(arg => `<${typeText(arg.type)}>`)
  const form = /^[A-Z$]/i.test(fn.name) || shown.length !== 2 ? `${fn.name}(${shown.join(', ')})` : shown.join(` ${fn.name} `)
  const forms = fn.signatures.map(s => `'${s}'`).join(', ')
  const message = `Cannot apply '${fn.name}' to arguments of type '${form}'. Supported form(s): ${forms}`
  return new SqlError('TYPE_MISMATCH', message, span)
}

/** A type as Flink's validator writes it in messages: INTEGER, VARCHAR(2147483647). */
export function typeText(type: DataType): string {
  if (type.kind === 'INT') return 'INTEGER'
  if (isText(type) || isBinary(type)) return `${type.kind}(${type.length})`
  return printType(withNullable(type, true))
}

/** Runs what may throw an SqlError without a place, and gives the error this one. */
export function located<T>(span: Span, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (!(error instanceof SqlError) || error.span !== undefined) throw error
    throw new SqlError(error.code, error.message, span, { hint: error.hint, cause: error })
  }
}

/** The expression with this type: unchanged where the values are the same already. Nullability needs no cast. */
export function castTo(expr: Expr, type: DataType): Expr {
  if (sameValues(expr.type, type)) return expr
  if (expr.kind === 'literal' && expr.value === null) return literal(null, withNullable(type, true), expr.span)
  return { kind: 'cast', input: expr, safe: false, type: withNullable(type, expr.type.nullable), span: expr.span }
}

/** Equal but for nullability, inside as well: values of the one are values of the other. */
export const sameValues = (a: DataType, b: DataType): boolean => sameType(allNullable(a), allNullable(b))

function allNullable(type: DataType): DataType {
  switch (type.kind) {
    case 'ARRAY':
    case 'MULTISET':
      return { ...type, nullable: true, element: allNullable(type.element) }
    case 'MAP':
      return { ...type, nullable: true, key: allNullable(type.key), value: allNullable(type.value) }
    case 'ROW':
      return { ...type, nullable: true, fields: type.fields.map(({ name, type }) => ({ name, type: allNullable(type) })) }
    default:
      return withNullable(type, true)
  }
}

/** The expressions cast to the type that holds values of all; undefined when there is none. */
export function toCommonType(all: readonly Expr[]): { readonly type: DataType; readonly exprs: readonly Expr[] } | undefined {
  const type = commonType(all.map(e => e.type))
  return type && { type, exprs: all.map(e => castTo(e, type)) }
}

/** `a AND b AND c`: nested ones flattened; TRUE without any, the condition itself when it is one. */
export function allOf(conditions: readonly Expr[], span: Span): Expr {
  const args = conditions.flatMap(c => (c.kind === 'and' ? c.args : [c]))
  if (args.length === 0) return literal(true, types.boolean(false), span)
  if (args.length === 1) return args[0]!
  return { kind: 'and', args, type: types.boolean(args.some(a => a.type.nullable)), span }
}

export function anyOf(conditions: readonly Expr[], span: Span): Expr {
  const args = conditions.flatMap(c => (c.kind === 'or' ? c.args : [c]))
  if (args.length === 0) return literal(false, types.boolean(false), span)
  if (args.length === 1) return args[0]!
  return { kind: 'or', args, type: types.boolean(args.some(a => a.type.nullable)), span }
}

/** An operand that must be BOOLEAN: the literal NULL becomes one. */
export function condition(expr: Expr, place: string): Expr {
  if (expr.type.kind === 'NULL') return castTo(expr, types.boolean())
  if (expr.type.kind === 'BOOLEAN') return expr
  throw new SqlError('TYPE_MISMATCH', `${place} must be a condition`, expr.span, { hint: `this is ${typeText(expr.type)}` })
}
