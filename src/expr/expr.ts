/** Bound expressions: names resolved, types known, casts explicit. Inputs are columns by position. Plain data. */
import type { Span } from '../base/span.ts'
import type { DataType } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { ScalarFunction } from './function.ts'

export type Expr = { readonly type: DataType; readonly span: Span } & (
  | { readonly kind: 'input'; readonly index: number }
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'call'; readonly function: ScalarFunction; readonly args: readonly Expr[] }
  /** CAST, and with `safe` TRY_CAST: a value that does not convert is NULL. The target is `type`. */
  | { readonly kind: 'cast'; readonly input: Expr; readonly safe: boolean }
  /** Three-valued AND and OR over two or more. Later ones are not computed where an earlier one decides. */
  | { readonly kind: 'and' | 'or'; readonly args: readonly Expr[] }
  /** The first branch whose condition is TRUE. Only that branch is computed. All `then` have the type of the whole. */
  | { readonly kind: 'case'; readonly branches: readonly CaseBranch[]; readonly otherwise: Expr }
  /** A field of a ROW. NULL where the row is. */
  | { readonly kind: 'field'; readonly input: Expr; readonly index: number }
)
export type ExprOf<K extends Expr['kind']> = Extract<Expr, { kind: K }>
export interface CaseBranch {
  readonly when: Expr
  readonly then: Expr
}

/** Where an expression has no text of its own. */
export const NO_SPAN: Span = { start: 0, end: 0 }

export const input = (index: number, type: DataType, span: Span = NO_SPAN): ExprOf<'input'> => ({
  kind: 'input',
  index,
  type,
  span,
})
export const literal = (value: Value, type: DataType, span: Span = NO_SPAN): ExprOf<'literal'> => ({
  kind: 'literal',
  value,
  type,
  span,
})

/** The direct operands, in the order they are written. */
export function operands(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'input':
    case 'literal':
      return []
    case 'call':
    case 'and':
    case 'or':
      return expr.args
    case 'cast':
    case 'field':
      return [expr.input]
    case 'case':
      return [...expr.branches.flatMap(b => [b.when, b.then]), expr.otherwise]
  }
}

/** The same expression with each operand replaced; itself when none changed. */
export function mapOperands(expr: Expr, change: (operand: Expr) => Expr): Expr {
  switch (expr.kind) {
    case 'input':
    case 'literal':
      return expr
    case 'call':
    case 'and':
    case 'or': {
      const args = expr.args.map(change)
      return args.every((arg, i) => arg === expr.args[i]) ? expr : { ...expr, args }
    }
    case 'cast':
    case 'field': {
      const inner = change(expr.input)
      return inner === expr.input ? expr : { ...expr, input: inner }
    }
    case 'case': {
      const branches = expr.branches.map(({ when, then }) => ({ when: change(when), then: change(then) }))
      const otherwise = change(expr.otherwise)
      const isSame = expr.branches.every(({ when, then }, i) => when === branches[i]!.when && then === branches[i]!.then)
      return isSame && otherwise === expr.otherwise ? expr : { ...expr, branches, otherwise }
    }
  }
}

/** True when `test` holds for the expression or anything inside it. */
export const someExpr = (expr: Expr, test: (expr: Expr) => boolean): boolean =>
  test(expr) || operands(expr).some(operand => someExpr(operand, test))

/** The columns an expression reads. */
export function inputsOf(expr: Expr, into: Set<number> = new Set()): Set<number> {
  if (expr.kind === 'input') into.add(expr.index)
  else for (const operand of operands(expr)) inputsOf(operand, into)
  return into
}

/** The expression over other columns: input i becomes `to(i)`. */
export const remapInputs = (expr: Expr, to: (index: number) => number): Expr =>
  expr.kind === 'input' ? { ...expr, index: to(expr.index) } : mapOperands(expr, operand => remapInputs(operand, to))

/** The conditions that an AND joins; the expression itself when it is none. */
export const conjuncts = (expr: Expr): readonly Expr[] => (expr.kind === 'and' ? expr.args.flatMap(conjuncts) : [expr])
