/**
 * Expressions: names looked up, types known, implicit casts put in, and what has another form already brought into it:
 * BETWEEN and IN become comparisons, CASE with an operand becomes one with conditions, `NOT x LIKE y` a NOT around LIKE.
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { types } from '../../data/type.ts'
import { type Expr, literal } from '../../expr/expr.ts'
import type { SessionFacts } from '../../expr/function.ts'
import type * as ast from '../../sql/ast.ts'
import type { Parameters } from '../bound.ts'
import { allOf, anyOf, callFunction, castTo, compareExactly, condition, negated, toCommonType } from './call.ts'
import { bindCall } from './call-syntax.ts'
import { bindCast } from './cast.ts'
import { bindLiteral, bindNumber } from './literal.ts'
import { type Members, asMembers, compareEach, isMember } from './member.ts'
import { type Scope, bindField } from './scope.ts'

export interface ExpressionContext {
  readonly scope: Scope
  readonly session: SessionFacts
  readonly parameters: Parameters
  /** Asked about every node first: how a grouped query turns its aggregates and keys into columns. */
  readonly intercept?: ((node: ast.Expression) => Expr | undefined) | undefined
  /** What the place is called where an aggregate function is refused: `WHERE`, `JOIN … ON`. */
  readonly place: string
}

export function bindExpression(node: ast.Expression, context: ExpressionContext): Expr {
  return context.intercept?.(node) ?? bindNode(node, context)
}

/** A value whose type is known: a bare NULL has none. */
export function typed(expr: Expr): Expr {
  if (expr.type.kind !== 'NULL') return expr
  throw new SqlError('ILLEGAL_NULL', "Illegal use of 'NULL'", expr.span, { hint: 'give it a type: CAST(NULL AS STRING)' })
}

/** A condition of WHERE, ON, HAVING or FILTER. */
export const bindCondition = (node: ast.Expression, context: ExpressionContext): Expr =>
  condition(bindExpression(node, context), `${context.place} clause`)

function bindNode(node: ast.Expression, context: ExpressionContext): Expr {
  const bind = (operand: ast.Expression): Expr => bindExpression(operand, context)
  const call = (name: string, args: readonly Expr[], span: Span = node.span): Expr =>
    callFunction(name, args, span, context.session)
  switch (node.kind) {
    case 'number':
    case 'string':
    case 'binary-literal':
    case 'boolean':
    case 'null':
    case 'datetime':
    case 'interval':
      return bindLiteral(node)
    case 'interval-expression': {
      const { span } = node
      const unit = bindLiteral({ kind: 'interval', negative: false, text: '1', qualifier: node.qualifier, span })
      return call('*', [bind(node.operand), unit])
    }
    case 'column':
      return context.scope.get(node.parts, node.span)
    case 'parameter':
      return bindParameter(node, context.parameters)
    case 'unary':
      return bindUnary(node, context)
    case 'binary':
      return bindBinary(node, context)
    case 'logical': {
      const operands = node.operands.map(o => condition(bind(o), `an operand of ${node.operator}`))
      return (node.operator === 'AND' ? allOf : anyOf)(operands, node.span)
    }
    case 'is':
      return call(`IS ${node.negated ? 'NOT ' : ''}${node.test}`, [bind(node.operand)])
    case 'is-distinct':
      return call(`IS ${node.negated ? 'NOT ' : ''}DISTINCT FROM`, [bind(node.left), bind(node.right)])
    case 'between':
      return bindBetween(node, context)
    case 'in-list':
      return bindInList(node, context)
    case 'quantified':
      return bindQuantified(node, context)
    case 'like': {
      const args = [node.operand, node.pattern, ...(node.escape ? [node.escape] : [])].map(bind)
      const like = node.operator === 'RLIKE' ? call('REGEXP', args) : call(node.operator, args)
      return node.negated ? call('NOT', [like]) : like
    }
    case 'row':
      return call('ROW', node.items.map(bind))
    case 'collection':
      return call(node.type, node.elements.map(bind))
    case 'item':
      return call('ITEM', [bind(node.operand), bind(node.index)])
    case 'field':
      return bindField(bind(node.operand), node.field, node.span)
    case 'case':
      return bindCase(node, context)
    case 'cast':
      return bindCast(node, bind(node.operand))
    case 'in-query':
      throw new UnsupportedError('IN with a subquery here', node.span)
    case 'exists':
      throw new UnsupportedError('EXISTS here', node.span)
    case 'subquery':
      throw new UnsupportedError('a subquery as a value', node.span)
    case 'collection-query':
      throw new UnsupportedError(`${node.type} of a query`, node.span)
    case 'match-semantics':
      throw new UnsupportedError('MATCH_RECOGNIZE', node.span)
    case 'star':
      throw new SqlError('STAR_MISPLACED', '* stands in a select list or in COUNT(*) only', node.span)
    default:
      return bindCall(node, context, bind)
  }
}

function bindParameter(node: ast.Parameter, parameters: Parameters): Expr {
  const value = node.name === undefined ? parameters.positional?.[node.index!] : parameters.named?.get(node.name)
  if (value !== undefined) return literal(value.value, value.type, node.span)
  const which = node.name === undefined ? `number ${node.index! + 1}` : `:${node.name}`
  throw new SqlError('PARAMETER_MISSING', `the parameter ${which} has no value`, node.span)
}

function bindUnary(node: ast.Unary, context: ExpressionContext): Expr {
  const { operand } = node
  if (node.operator === 'NOT') {
    return negated(condition(bindExpression(operand, context), 'the operand of NOT'), node.span, context.session)
  }
  // A sign belongs to the literal behind it: -5 is one value, not a negation.
  if (node.operator === '-' && operand.kind === 'number') return bindNumber(`-${operand.text}`, node.span)
  const value = bindExpression(operand, context)
  return node.operator === '+' ? value : callFunction('NEGATE', [value], node.span, context.session)
}

const unsupportedOperators = /MULTISET|MEMBER OF|SUBMULTISET|OVERLAPS|CONTAINS|EQUALS|PRECEDES|SUCCEEDS/

function bindBinary(node: ast.Binary, context: ExpressionContext): Expr {
  const { left, right, operator } = node
  if ((operator === '=' || operator === '<>') && left.kind === 'row' && right.kind === 'row') {
    const equal = equalRows(left, right, operator, context)
    return operator === '=' ? equal : negated(equal, node.span, context.session)
  }
  if (operator === 'OVERLAPS' && left.kind === 'row' && right.kind === 'row') {
    const args = [...left.items, ...right.items].map(item => bindExpression(item, context))
    return callFunction('OVERLAPS', args, node.span, context.session)
  }
  if (unsupportedOperators.test(operator)) throw new UnsupportedError(operator, node.operatorSpan)
  const args = [bindExpression(left, context), bindExpression(right, context)]
  return callFunction(operator, args, node.span, context.session)
}

/** `(a, b) = (c, d)` is `a = c AND b = d` of values as they are; with `<>` they come to their common types first. */
function equalRows(left: ast.Row, right: ast.Row, operator: '=' | '<>', context: ExpressionContext): Expr {
  const span = { start: left.span.start, end: right.span.end }
  if (left.items.length !== right.items.length) {
    throw new SqlError('TYPE_MISMATCH', 'rows that are compared have the same number of values', span)
  }
  const equal = left.items.map((item, i) => {
    const [l, r] = [item, right.items[i]!].map(e => bindExpression(e, context)) as [Expr, Expr]
    return operator === '=' ? compareExactly('=', l, r, span, context.session) : callFunction('=', [l, r], span, context.session)
  })
  return allOf(equal, span)
}

function bindBetween(node: ast.Between, context: ExpressionContext): Expr {
  const [x, low, high] = [node.operand, node.low, node.high].map(o => bindExpression(o, context)) as [Expr, Expr, Expr]
  const compare = (op: string, a: Expr, b: Expr): Expr => callFunction(op, [a, b], node.span, context.session)
  const inside = (from: Expr, to: Expr): Expr => allOf([compare('>=', x, from), compare('<=', x, to)], node.span)
  const between = node.symmetric ? anyOf([inside(low, high), inside(high, low)], node.span) : inside(low, high)
  return node.negated ? negated(between, node.span, context.session) : between
}

function bindInList(node: ast.InList, context: ExpressionContext): Expr {
  const { operand, list, span } = node
  const member =
    operand.kind === 'row'
      ? isRowIn(operand, list, context)
      : isMember(bindMembers(operand, list, span, context), span, context.session)
  return node.negated ? negated(member, span, context.session) : member
}

function bindMembers(operand: ast.Expression, list: readonly ast.Expression[], span: Span, context: ExpressionContext): Members {
  const [value, ...members] = [operand, ...list].map(e => bindExpression(e, context))
  return asMembers(value!, members, span)
}

/** `(a, b) IN ((c, d), …)`, column by column. */
function isRowIn(operand: ast.Row, list: readonly ast.Expression[], context: ExpressionContext): Expr {
  const { span, items } = operand
  const rows = list.map(element => {
    if (element.kind === 'row' && element.items.length === items.length) return element.items
    throw new SqlError('TYPE_MISMATCH', 'a row is compared with rows of as many values', element.span)
  })
  const columns = items.map((item, i) =>
    compareEach(
      '=',
      bindMembers(
        item,
        rows.map(row => row[i]!),
        span,
        context,
      ),
      span,
      context.session,
    ),
  )
  return anyOf(
    rows.map((row, r) =>
      allOf(
        columns.map(column => column[r]!),
        span,
      ),
    ),
    span,
  )
}

function bindQuantified(node: ast.Quantified, context: ExpressionContext): Expr {
  if (node.list === undefined) throw new UnsupportedError(`${node.operator} ${node.quantifier} with a subquery`, node.span)
  if (node.left.kind === 'row' && node.operator === '=' && node.quantifier === 'ANY')
    return isRowIn(node.left, node.list, context)
  const members = bindMembers(node.left, node.list, node.span, context)
  const each = compareEach(node.operator, members, node.span, context.session)
  return (node.quantifier === 'ANY' ? anyOf : allOf)(each, node.span)
}

function bindCase(node: ast.Case, context: ExpressionContext): Expr {
  const bind = (e: ast.Expression): Expr => bindExpression(e, context)
  const operand = node.operand && bind(node.operand)
  const conditions = node.whens.map(when => {
    const each = when.conditions.map(c =>
      operand ? callFunction('=', [operand, bind(c)], c.span, context.session) : condition(bind(c), 'a condition of CASE'),
    )
    return anyOf(each, when.span)
  })
  const results = node.whens.map(when => bind(when.result))
  const otherwise = node.otherwise ? bind(node.otherwise) : literal(null, types.null(), node.span)
  return caseOf(conditions, [...results, otherwise], node.span)
}

/** CASE over bound parts: `results` has one more than `conditions`, the ELSE. */
export function caseOf(conditions: readonly Expr[], results: readonly Expr[], span: Span): Expr {
  const common = toCommonType(results)
  if (common === undefined) {
    throw new SqlError('TYPE_MISMATCH', 'Illegal mixing of types in CASE or COALESCE statement', span)
  }
  if (common.type.kind === 'NULL') {
    throw new SqlError('TYPE_MISMATCH', 'ELSE clause or at least one THEN clause must be non-NULL', span)
  }
  // oxlint-disable-next-line unicorn/no-thenable
  const branches = conditions.map((when, i) => ({ when, then: castTo(common.exprs[i]!, common.type) }))
  return { kind: 'case', branches, otherwise: common.exprs.at(-1)!, type: common.type, span }
}
