/**
 * Expressions by precedence climbing: read an operand, then operators as long as they bind tightly enough.
 *
 *     a + b * c = d AND e      minimum 0: a
 *       + (40): right side at 41 ── b, then * (60 ≥ 41): b * c
 *       = (30): right side at 31 ── d
 *       AND (24): operands at 25 ── e
 */
import type {
  BinaryOperator,
  ComparisonOperator,
  Expression,
  IsTest,
  MultisetOperator,
  PeriodOperator,
  Quantified,
} from './ast.ts'
import type { Cursor } from './cursor.ts'
import { binaryPrecedence, precedence } from './precedence.ts'
import { listOrQuery, primary } from './primary.ts'

export function expression(p: Cursor, minimum: number): Expression {
  return p.nested(() => {
    const start = p.start
    let left = operand(p)
    for (;;) {
      const wider = infix(p, left, start, minimum)
      if (wider === undefined) return left
      left = wider
      p.grow()
    }
  })
}

function operand(p: Cursor): Expression {
  const start = p.start
  if (p.take('NOT')) return { kind: 'unary', operator: 'NOT', operand: expression(p, precedence.not), span: p.spanFrom(start) }
  const sign = p.takeAny('-', '+')
  if (sign === undefined) return primary(p)
  return { kind: 'unary', operator: sign, operand: expression(p, precedence.sign), span: p.spanFrom(start) }
}

const symbols: Readonly<Record<string, BinaryOperator>> = {
  '=': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '+': '+',
  '-': '-',
  '*': '*',
  '/': '/',
  '%': '%',
  '||': '||',
}
const comparisons: ReadonlySet<string> = new Set<ComparisonOperator>(['=', '<>', '<', '<=', '>', '>='])

/** `left` and one operator with what belongs to it, or undefined when no operator follows that binds tightly enough. */
function infix(p: Cursor, left: Expression, start: number, minimum: number): Expression | undefined {
  const symbol = symbols[p.token.symbol]
  if (symbol !== undefined) return symbolic(p, symbol, left, start, minimum)
  if (minimum <= precedence.or && p.at('OR')) return logical(p, 'OR', left, start)
  if (minimum <= precedence.and && p.at('AND')) return logical(p, 'AND', left, start)
  if (minimum <= precedence.is && p.at('IS')) return is(p, left, start)
  if (minimum <= precedence.predicate) {
    const found = predicate(p, left, start)
    if (found !== undefined) return found
  }
  return wordy(p, left, start, minimum)
}

function symbolic(p: Cursor, operator: BinaryOperator, left: Expression, start: number, minimum: number) {
  const quantified = comparisons.has(operator) && ['ANY', 'SOME', 'ALL'].includes(p.peek(1).symbol) && p.peek(2).symbol === '('
  const binding = quantified ? precedence.predicate : binaryPrecedence(operator)
  if (binding < minimum) return undefined
  const { start: from, end } = p.next()
  if (quantified) return comparedWithSome(p, operator as ComparisonOperator, left, start)
  const right = expression(p, binding + 1)
  return { kind: 'binary', operator, left, right, operatorSpan: { start: from, end }, span: p.spanFrom(start) } as const
}

function comparedWithSome(p: Cursor, operator: ComparisonOperator, left: Expression, start: number): Quantified {
  const quantifier = p.expectAny('ANY', 'SOME', 'ALL') === 'ALL' ? 'ALL' : 'ANY'
  const { query, list } = listOrQuery(p)
  return { kind: 'quantified', operator, quantifier, left, query, list, span: p.spanFrom(start) }
}

function logical(p: Cursor, operator: 'AND' | 'OR', first: Expression, start: number): Expression {
  const operands = [first]
  while (p.take(operator)) operands.push(expression(p, precedence[operator === 'AND' ? 'and' : 'or'] + 1))
  return { kind: 'logical', operator, operands, span: p.spanFrom(start) }
}

function is(p: Cursor, operand: Expression, start: number): Expression | undefined {
  const negated = p.peek(1).symbol === 'NOT'
  if (p.peek(negated ? 2 : 1).symbol !== 'DISTINCT') {
    p.expect('IS')
    p.take('NOT')
    return { kind: 'is', operand, test: isTest(p), negated, span: p.spanFrom(start) }
  }
  p.expect('IS')
  p.take('NOT')
  p.expect('DISTINCT', 'FROM')
  const right = expression(p, precedence.comparison + 1)
  return { kind: 'is-distinct', left: operand, right, negated, span: p.spanFrom(start) }
}

function isTest(p: Cursor): IsTest {
  if (p.take('JSON')) return `JSON ${p.takeAny('VALUE', 'OBJECT', 'ARRAY', 'SCALAR') ?? 'VALUE'}`
  if (p.take('A', 'SET')) return 'A SET'
  return p.expectAny('NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'EMPTY')
}

function predicate(p: Cursor, operand: Expression, start: number): Expression | undefined {
  const negated = p.at('NOT')
  const word = p.peek(negated ? 1 : 0).symbol
  p.atAny('BETWEEN', 'IN', 'LIKE', 'ILIKE', 'RLIKE', 'SIMILAR')
  switch (word) {
    case 'BETWEEN':
      return between(p, operand, start, negated)
    case 'IN': {
      if (negated) p.next()
      p.next()
      const { query, list } = listOrQuery(p)
      const span = p.spanFrom(start)
      if (query !== undefined) return { kind: 'in-query', operand, query, negated, span }
      return { kind: 'in-list', operand, list, negated, span }
    }
    case 'LIKE':
    case 'ILIKE':
    case 'RLIKE':
    case 'SIMILAR': {
      if (negated) p.next()
      p.next()
      if (word === 'SIMILAR') p.expect('TO')
      const pattern = expression(p, precedence.predicate + 1)
      const escape = p.take('ESCAPE') ? expression(p, precedence.predicate + 1) : undefined
      const operator = word === 'SIMILAR' ? 'SIMILAR TO' : word
      return { kind: 'like', operator, operand, pattern, escape, negated, span: p.spanFrom(start) }
    }
    default:
      return undefined
  }
}

function between(p: Cursor, operand: Expression, start: number, negated: boolean): Expression {
  if (negated) p.next()
  p.next()
  const symmetric = p.takeAny('SYMMETRIC', 'ASYMMETRIC') === 'SYMMETRIC'
  const low = expression(p, precedence.predicate + 1)
  p.expect('AND')
  const high = expression(p, precedence.predicate + 1)
  return { kind: 'between', operand, low, high, symmetric, negated, span: p.spanFrom(start) }
}

/** Operators that are words, for periods and multisets. */
function wordy(p: Cursor, left: Expression, start: number, minimum: number): Expression | undefined {
  const from = p.start
  const found = wordyOperator(p)
  if (found === undefined || binaryPrecedence(found.operator) < minimum) return undefined
  for (let i = 0; i < found.tokens; i++) p.next()
  const operatorSpan = p.spanFrom(from)
  const right = expression(p, binaryPrecedence(found.operator) + 1)
  return { kind: 'binary', operator: found.operator, left, right, operatorSpan, span: p.spanFrom(start) }
}

interface Wordy {
  readonly operator: PeriodOperator | MultisetOperator
  readonly tokens: number
}

function wordyOperator(p: Cursor): Wordy | undefined {
  const word = p.token.symbol
  switch (word) {
    case 'OVERLAPS':
    case 'CONTAINS':
    case 'EQUALS':
    case 'PRECEDES':
    case 'SUCCEEDS':
      return { operator: word, tokens: 1 }
    case 'IMMEDIATELY': {
      const second = p.peek(1).symbol
      return second === 'PRECEDES' || second === 'SUCCEEDS' ? { operator: `IMMEDIATELY ${second}`, tokens: 2 } : undefined
    }
    case 'MEMBER':
    case 'SUBMULTISET':
      return p.peek(1).symbol === 'OF' ? { operator: `${word} OF`, tokens: 2 } : undefined
    case 'NOT': {
      const second = p.peek(1).symbol
      return second === 'MEMBER' || second === 'SUBMULTISET' ? { operator: `NOT ${second} OF`, tokens: 3 } : undefined
    }
    case 'MULTISET':
      return multisetOperator(p)
    default:
      return undefined
  }
}

function multisetOperator(p: Cursor): Wordy | undefined {
  const word = p.peek(1).symbol
  if (word !== 'UNION' && word !== 'INTERSECT' && word !== 'EXCEPT') return undefined
  const quantifier = p.peek(2).symbol
  const written = quantifier === 'ALL' || quantifier === 'DISTINCT'
  return { operator: `MULTISET ${word} ${quantifier === 'DISTINCT' ? 'DISTINCT' : 'ALL'}`, tokens: written ? 3 : 2 }
}
