/**
 * What is known before the first row is computed now.
 *
 *     Filter(a > 2 * 10)              Filter(a > 20)
 *     Filter(1 = 1 AND a > 0)    →    Filter(a > 0)
 *
 * Never what is not deterministic. A division by a literal zero fails the statement, as in Flink, unless a CASE, an AND
 * or an OR may keep it from being reached. Anything else that fails to compute stays, and fails the job when it is reached.
 */
import { EvaluationError, SqlError } from '../../base/errors.ts'
import { withNullable } from '../../data/type.ts'
import { evaluateConstant, isConstant } from '../../expr/evaluate.ts'
import { type Expr, literal, mapOperands } from '../../expr/expr.ts'
import type { SessionFacts } from '../../expr/function.ts'
import { allOf, anyOf } from '../bind/call.ts'
import { exprsOf } from '../logical/identity.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import type { Rule } from './rule.ts'

export const foldConstants: Rule = {
  name: 'fold-constants',
  apply(plan, { session }) {
    const before = exprsOf(plan)
    const after = before.map(e => fold(e, session))
    return after.every((e, i) => e === before[i]) ? undefined : withExprs(plan, after)
  },
}

/** `reached` is false below what may not be computed at all. */
export function fold(expr: Expr, session: SessionFacts, reached = true): Expr {
  if (expr.kind === 'literal' || expr.kind === 'input') return expr
  const always = reached && expr.kind !== 'case' && expr.kind !== 'and' && expr.kind !== 'or'
  const inner = mapOperands(expr, operand => fold(operand, session, always))
  if (inner.kind === 'and' || inner.kind === 'or') return foldLogic(inner)
  if (inner.kind === 'case') return foldCase(inner)
  if (!isConstant(inner)) return inner
  if (reached && dividesByZero(inner)) throw new SqlError('DIVISION_BY_ZERO', 'Division by zero', expr.span)
  return computed(inner, session) ?? inner
}

const dividesByZero = (expr: Expr): boolean => {
  const divisor = expr.kind === 'call' && expr.function.name === '/' ? plain(expr.args[1]!) : undefined
  return divisor?.kind === 'literal' && (divisor.value === 0 || divisor.value === 0n)
}

const plain = (expr: Expr): Expr => (expr.kind === 'cast' ? plain(expr.input) : expr)

function computed(expr: Expr, session: SessionFacts): Expr | undefined {
  try {
    const value = evaluateConstant(expr, session)
    return literal(value, value === null ? withNullable(expr.type, true) : expr.type, expr.span)
  } catch (error) {
    if (error instanceof EvaluationError) return undefined
    throw error
  }
}

const isLiteral = (arg: Expr, value: boolean): boolean => arg.kind === 'literal' && arg.value === value

/** TRUE goes from an AND, FALSE decides it; the other way round for OR. Later operands may fail and are not reached then. */
function foldLogic(expr: Extract<Expr, { kind: 'and' | 'or' }>): Expr {
  const decides = expr.kind === 'or'
  const decided = expr.args.findIndex(arg => isLiteral(arg, decides))
  if (decided >= 0) return { ...expr.args[decided]!, span: expr.span }
  const args = expr.args.filter(arg => !isLiteral(arg, !decides))
  if (args.length === expr.args.length) return expr
  return (expr.kind === 'and' ? allOf : anyOf)(args, expr.span)
}

/** Branches that never are taken go; one that always is ends the CASE. */
function foldCase(expr: Extract<Expr, { kind: 'case' }>): Expr {
  const always = expr.branches.findIndex(b => b.when.kind === 'literal' && b.when.value === true)
  const before = always < 0 ? expr.branches : expr.branches.slice(0, always)
  const branches = before.filter(b => b.when.kind !== 'literal')
  if (always < 0 && branches.length === expr.branches.length) return expr
  const otherwise = always < 0 ? expr.otherwise : expr.branches[always]!.then
  return branches.length === 0 ? otherwise : { ...expr, branches, otherwise }
}

/** The plan with its expressions replaced, in the order of `exprsOf`. */
function withExprs(plan: LogicalPlan, exprs: readonly Expr[]): LogicalPlan {
  switch (plan.kind) {
    case 'Project':
      return { ...plan, exprs }
    case 'Filter':
      return { ...plan, condition: exprs[0]! }
    case 'Watermark':
      return { ...plan, expr: exprs[0]! }
    case 'Join':
      return { ...plan, condition: exprs[0] }
    case 'Values': {
      const width = plan.schema.length
      return { ...plan, rows: plan.rows.map((_, r) => exprs.slice(r * width, (r + 1) * width)) }
    }
    case 'Expand': {
      const width = plan.schema.length
      return { ...plan, projections: plan.projections.map((_, p) => exprs.slice(p * width, (p + 1) * width)) }
    }
    default:
      return plan
  }
}
