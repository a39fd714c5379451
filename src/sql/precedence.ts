/** How tightly operators bind, after Calcite: the parser climbs this ladder, the printer sets parentheses by it. */
import type { BinaryOperator, Expression } from './ast.ts'

export const precedence = {
  multisetUnion: 14,
  multisetIntersect: 18,
  or: 22,
  and: 24,
  not: 26,
  /** IS NULL and its like. */
  is: 28,
  comparison: 30,
  /** IN, BETWEEN, LIKE and comparisons with ANY or ALL. */
  predicate: 32,
  additive: 40,
  multiplicative: 60,
  sign: 80,
  primary: 100,
} as const

export function binaryPrecedence(operator: BinaryOperator): number {
  switch (operator) {
    case '*':
    case '/':
    case '%':
    case '||':
      return precedence.multiplicative
    case '+':
    case '-':
      return precedence.additive
    case 'MULTISET INTERSECT ALL':
    case 'MULTISET INTERSECT DISTINCT':
      return precedence.multisetIntersect
    case 'MULTISET UNION ALL':
    case 'MULTISET UNION DISTINCT':
    case 'MULTISET EXCEPT ALL':
    case 'MULTISET EXCEPT DISTINCT':
      return precedence.multisetUnion
    default:
      return precedence.comparison
  }
}

export function precedenceOf(node: Expression): number {
  switch (node.kind) {
    case 'binary':
      return binaryPrecedence(node.operator)
    case 'logical':
      return node.operator === 'AND' ? precedence.and : precedence.or
    case 'unary':
      return node.operator === 'NOT' ? precedence.not : precedence.sign
    case 'is':
      return precedence.is
    case 'is-distinct':
      return precedence.comparison
    case 'between':
    case 'in-list':
    case 'in-query':
    case 'like':
    case 'quantified':
      return precedence.predicate
    default:
      return precedence.primary
  }
}
