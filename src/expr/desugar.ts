/**
 * IF, COALESCE, IFNULL and NULLIF as CASE, with Flink's result types. The planner asks here before it looks for a function.
 *
 *     COALESCE(a, b)   CASE WHEN a IS NOT NULL THEN a ELSE b END     NOT NULL if any argument is
 *     IF(c, a, b)      CASE WHEN c THEN a ELSE b END
 *     NULLIF(a, b)     CASE WHEN a = b THEN NULL ELSE a END          the type of a, nullable
 *
 * An operand that stands twice is the same object twice: who computes it may do so once.
 */
import { InvariantError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import { type DataType, isBinary, isDatetime, isNumeric, isText, sameType, types, withNullable } from '../data/type.ts'
import { commonArgumentType, commonType } from './coercion.ts'
import { type Expr, type ExprOf, NO_SPAN, literal } from './expr.ts'
import type { ArgShape, ScalarFunction } from './function.ts'
import { resolveComparison } from './functions/comparison.ts'
import { findFunction } from './functions/index.ts'

/** The CASE for such a call; undefined when `name` is none of these or the arguments do not fit. */
export function desugarConditional(name: string, args: readonly Expr[], span: Span = NO_SPAN): Expr | undefined {
  switch (name.toUpperCase()) {
    case 'COALESCE':
      return coalesce(args, span)
    case 'IFNULL':
      return args.length === 2 ? coalesce(args, span) : undefined
    case 'IF':
      return args.length === 3 ? choose(args as [Expr, Expr, Expr], span) : undefined
    case 'NULLIF':
      return args.length === 2 ? nullIf(args as [Expr, Expr], span) : undefined
    default:
      return undefined
  }
}

/** True for the names above: `undefined` then means that the arguments do not fit. */
export const isConditional = (name: string): boolean => ['COALESCE', 'IFNULL', 'IF', 'NULLIF'].includes(name.toUpperCase())

/** The forms that "Cannot apply ..." names. */
export const conditionalSignatures: Readonly<Record<string, readonly string[]>> = {
  COALESCE: ['COALESCE(<COMMON>, <COMMON>...)'],
  IFNULL: ['IFNULL(input <COMMON>, null_replacement <COMMON>)'],
  IF: ['IF(<BOOLEAN>, <ANY>, <ANY>)'],
  NULLIF: ['NULLIF(<COMPARABLE_TYPE>, <COMPARABLE_TYPE>)'],
}

/** The expression itself where it has the type already, a CAST otherwise. Nullability alone needs no CAST that computes. */
export function castTo(expr: Expr, type: DataType): Expr {
  if (sameType(expr.type, type)) return expr
  if (expr.kind === 'literal' && (expr.value === null || sameType(expr.type, type, { ignoreNullable: true })))
    return { ...expr, type }
  return { kind: 'cast', input: expr, safe: false, type, span: expr.span }
}

function coalesce(args: readonly Expr[], span: Span): Expr | undefined {
  const common = commonArgumentType(args.map(arg => arg.type))
  if (args.length === 0 || common === undefined) return undefined
  const type = withNullable(
    common,
    args.every(arg => arg.type.nullable),
  )
  const last = args.findIndex(arg => !arg.type.nullable)
  const asked = last < 0 ? args : args.slice(0, last + 1)
  const otherwise = castTo(asked.at(-1)!, type)
  if (asked.length === 1) return otherwise
  const branches = asked
    .slice(0, -1)
    .map(arg => ({ when: call('IS NOT NULL', [arg], types.boolean(false), span), then: castTo(arg, type) }))
  return { kind: 'case', branches, otherwise, type, span }
}

/** Flink takes two results of one family: numbers, text, binary, booleans or one kind of datetime; no bare NULL. */
function choose([condition, yes, no]: readonly [Expr, Expr, Expr], span: Span): Expr | undefined {
  const type = commonType([yes.type, no.type])
  if (condition.type.kind !== 'BOOLEAN' || type === undefined || yes.type.kind === 'NULL' || no.type.kind === 'NULL')
    return undefined
  if (!isNumeric(type) && !isText(type) && !isBinary(type) && !isDatetime(type) && type.kind !== 'BOOLEAN') return undefined
  return { kind: 'case', branches: [{ when: condition, then: castTo(yes, type) }], otherwise: castTo(no, type), type, span }
}

function nullIf([value, other]: readonly [Expr, Expr], span: Span): Expr | undefined {
  const resolution = resolveComparison('=', [shapeOf(value), shapeOf(other)])
  if (resolution === undefined) return undefined
  const type = withNullable(value.type, true)
  const compared = [value, other].map((arg, i) => castTo(arg, resolution.args[i]!))
  const equal = call('=', compared, resolution.returns, span)
  return {
    kind: 'case',
    branches: [{ when: equal, then: literal(null, type, span) }],
    otherwise: castTo(value, type),
    type,
    span,
  }
}

const shapeOf = (expr: Expr): ArgShape =>
  expr.kind === 'literal' ? { type: expr.type, literal: expr.value } : { type: expr.type }

function call(name: string, args: readonly Expr[], type: DataType, span: Span): ExprOf<'call'> {
  const entry: ScalarFunction | undefined = findFunction(name)
  if (entry === undefined) throw new InvariantError(`no function ${name}`)
  return { kind: 'call', function: entry, args, type, span }
}
