/**
 * Values compared with the members of a list: IN, ANY and ALL over bound expressions.
 *
 *     i IN (1.5, l)         i = CAST(1.5 AS INT) OR i = CAST(l AS INT)
 *     d IN ('2024-01-01')   d = CAST('2024-01-01' AS DATE)
 *
 * As in Flink a member takes the type of the value before it, whatever it loses by that: 1 IN (1.5) is TRUE. Types of one
 * kind are compared as they are: CHAR(3) with CHAR(5), DECIMAL(5, 2) with DECIMAL(38, 10). Text goes to and from numbers,
 * times and BOOLEAN, but the list must have a common type.
 */
import { SqlError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { type DataType, isDatetime, isInterval, isNumeric, isText } from '../../data/type.ts'
import { castability } from '../../expr/cast.ts'
import { commonType } from '../../expr/coercion.ts'
import type { Expr } from '../../expr/expr.ts'
import type { SessionFacts } from '../../expr/function.ts'
import type * as ast from '../../sql/ast.ts'
import { anyOf, callFunction, castTo, compareExactly } from './call.ts'

/** Value and members as they are compared. */
export interface Members {
  readonly value: Expr
  readonly list: readonly Expr[]
}

export function asMembers(value: Expr, list: readonly Expr[], span: Span): Members {
  const common = commonType(list.map(member => member.type))
  if (common === undefined) throw incompatible('Values in expression list', span)
  if (value.type.kind === 'NULL') return { value: castTo(value, common), list: list.map(member => castTo(member, common)) }
  if (!comparable(value.type, common)) throw incompatible('Values passed to IN operator', span)
  return { value, list: list.map(member => (isLike(value.type, member.type) ? member : castTo(member, value.type))) }
}

const incompatible = (what: string, span: Span): SqlError =>
  new SqlError('TYPE_MISMATCH', `${what} must have compatible types`, span)

/** Of one kind, which needs no cast. */
const isLike = (type: DataType, member: DataType): boolean =>
  type.kind === member.kind || (type.kind === 'VARCHAR' && member.kind === 'CHAR')

function comparable(value: DataType, member: DataType): boolean {
  if (isText(value) === isText(member)) return commonType([value, member]) !== undefined
  return [value, member].every(isScalar) && castability(member, value) !== 'never'
}

const isScalar = (type: DataType): boolean =>
  isText(type) || isNumeric(type) || isDatetime(type) || isInterval(type) || type.kind === 'BOOLEAN' || type.kind === 'NULL'

/** Up to so many members are compared one by one; a longer list is one call. */
const LONG_LIST = 20

/** `value IN (…)`. */
export function isMember(members: Members, span: Span, session: SessionFacts): Expr {
  const { value, list } = members
  if (list.length > LONG_LIST && hasAllDigits(members)) return callFunction('IN', [value, ...list], span, session)
  return anyOf(compareEach('=', members, span, session), span)
}

/** One call brings all to their common type, which must not round. */
function hasAllDigits({ value, list }: Members): boolean {
  const all = [value, ...list].map(({ type }) => (type.kind === 'DECIMAL' ? type.scale : 0))
  const common = commonType([value, ...list].map(({ type }) => type))
  return common?.kind !== 'DECIMAL' || common.scale === Math.max(...all)
}

/** A comparison with each member. */
export const compareEach = (
  operator: ast.ComparisonOperator,
  { value, list }: Members,
  span: Span,
  session: SessionFacts,
): readonly Expr[] => list.map(member => compareExactly(operator, value, member, span, session))
