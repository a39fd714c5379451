/**
 * What an expression means, one row of values at a time, built from what the functions `implement`. The planner folds
 * constants with it; tests hold generated code to it. Queries run generated code (`runtime/codegen`).
 */
import { InvariantError } from '../base/errors.ts'
import type { Value } from '../data/value.ts'
import { implementCast } from './cast.ts'
import { type Expr, type ExprOf, someExpr } from './expr.ts'
import type { CallSite, SessionFacts } from './function.ts'

/** An expression made ready to be asked row by row. */
export type Evaluator = (row: readonly Value[]) => Value

/** The value over one row. For more than one row of the same expression, `evaluator`. */
export const evaluate = (expr: Expr, row: readonly Value[], session: SessionFacts): Value => evaluator(expr, session)(row)

/** The value of an expression without inputs. */
export const evaluateConstant = (expr: Expr, session: SessionFacts): Value => evaluator(expr, session)([])

/** True when the value is known before the query runs: no inputs, and every call answers the same each time. */
export const isConstant = (expr: Expr): boolean =>
  !someExpr(expr, e => e.kind === 'input' || (e.kind === 'call' && !e.function.deterministic))

export function evaluator(expr: Expr, session: SessionFacts): Evaluator {
  switch (expr.kind) {
    case 'input': {
      const { index } = expr
      return row => {
        const value = row[index]
        if (value === undefined) throw new InvariantError(`a row has no column ${index}`)
        return value
      }
    }
    case 'literal': {
      const { value } = expr
      return () => value
    }
    case 'call':
      return evaluateCall(expr, session)
    case 'cast': {
      const input = evaluator(expr.input, session)
      const cast = implementCast(expr.input.type, expr.type, { safe: expr.safe, session })
      return row => {
        const value = input(row)
        return value === null ? null : cast(value)
      }
    }
    case 'and':
      return evaluateLogic(expr.args, session, false)
    case 'or':
      return evaluateLogic(expr.args, session, true)
    case 'case':
      return evaluateCase(expr, session)
    case 'field': {
      const { index } = expr
      const input = evaluator(expr.input, session)
      return row => (input(row) as readonly Value[] | null)?.[index] ?? null
    }
  }
}

function evaluateCall(expr: ExprOf<'call'>, session: SessionFacts): Evaluator {
  const args = expr.args.map(arg => evaluator(arg, session))
  const implementation = expr.function.implement(siteOf(expr, session))
  const propagates = expr.function.nulls === 'propagate'
  return row => {
    const values = args.map(arg => arg(row))
    return propagates && values.includes(null) ? null : implementation(...values)
  }
}

/** What a function may know of the place it is called at. */
export const siteOf = (expr: ExprOf<'call'>, session: SessionFacts): CallSite => ({
  args: expr.args.map(arg => (arg.kind === 'literal' ? { type: arg.type, literal: arg.value } : { type: arg.type })),
  returns: expr.type,
  session,
})

/** AND where `decides` is false, OR where it is true: that value ends it, NULL is remembered. */
function evaluateLogic(args: readonly Expr[], session: SessionFacts, decides: boolean): Evaluator {
  const operands = args.map(arg => evaluator(arg, session))
  return row => {
    let unknown = false
    for (const operand of operands) {
      const truth = operand(row)
      if (truth === decides) return decides
      if (truth === null) unknown = true
    }
    return unknown ? null : !decides
  }
}

function evaluateCase(expr: ExprOf<'case'>, session: SessionFacts): Evaluator {
  const branches = expr.branches.map(branch => ({
    when: evaluator(branch.when, session),
    result: evaluator(branch.then, session),
  }))
  const otherwise = evaluator(expr.otherwise, session)
  return row => (branches.find(({ when }) => when(row) === true)?.result ?? otherwise)(row)
}
