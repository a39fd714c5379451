/**
 * Conditions over single rows: of one input, or of a pair of rows as joins look at them.
 *
 *     const matches = generateJoinCondition({ name: 'orders/join-4', left, right, condition, session })
 *     matches.run(leftColumns, leftRow, rightColumns, rightRow)     true only for TRUE
 */
import { type Compiled, compile } from '../../codegen/compile.ts'
import { comment, js, raw } from '../../codegen/js.ts'
import type { Column } from '../../data/column.ts'
import type { Schema } from '../../data/type.ts'
import { type Expr, conjuncts } from '../../expr/expr.ts'
import type { SessionFacts } from '../../expr/function.ts'
import { condition as conditionOf } from './branches.ts'
import { inOurWords } from './calc.ts'
import { describe } from './describe.ts'
import { Emitter, type RowSource } from './emitter.ts'

export type Predicate = (columns: readonly Column[], row: number) => boolean
export type JoinCondition = (left: readonly Column[], leftRow: number, right: readonly Column[], rightRow: number) => boolean

export interface PredicateSpec {
  /** A plain path without an ending. */
  readonly name: string
  readonly input: Schema
  readonly condition: Expr
  readonly session: SessionFacts
}

export interface JoinConditionSpec {
  readonly name: string
  readonly left: Schema
  readonly right: Schema
  /** Over the left columns, then the right ones. */
  readonly condition: Expr
  readonly session: SessionFacts
}

/** TRUE or not, for one row of columns. Throws EvaluationError where it cannot be computed. */
export function generatePredicate({ name, input, condition, session }: PredicateSpec): Compiled<Predicate> {
  return generate<Predicate>(name, condition, session, [{ schema: input, columns: raw('columns'), row: raw('row'), first: 0 }])
}

/** TRUE or not, for a pair of rows. Throws EvaluationError where it cannot be computed. */
export function generateJoinCondition({ name, left, right, condition, session }: JoinConditionSpec): Compiled<JoinCondition> {
  return generate<JoinCondition>(name, condition, session, [
    { schema: left, columns: raw('left'), row: raw('leftRow'), first: 0 },
    { schema: right, columns: raw('right'), row: raw('rightRow'), first: left.length },
  ])
}

function generate<F extends Predicate | JoinCondition>(
  name: string,
  condition: Expr,
  session: SessionFacts,
  sources: readonly RowSource[],
): Compiled<F> {
  const parameters = sources.flatMap(source => [source.columns, source.row])
  const e = new Emitter(session, sources, ['matches', ...parameters.map(String)])
  const columns = sources.flatMap(source => source.schema)
  e.announce([condition])
  for (const part of conjuncts(condition)) {
    e.line(comment(describe(part, columns)))
    const test = conditionOf(e, part)
    e.line(js`if (!${test}) return false`)
  }
  const body = e.takeLines()
  const code = js`function matches(${raw(parameters.map(String).join(', '))}) {
    ${e.prologue}
    ${body}
    return true
  }`
  const compiled = compile<F>(`${name}.js`, code, e.scope)
  return { ...compiled, run: guarded(compiled.run) }
}

/** Errors of V8's own become ours. */
function guarded<F extends Predicate | JoinCondition>(run: F): F {
  const call = run as JoinCondition
  const wrapped: JoinCondition = (left, leftRow, right, rightRow) => {
    try {
      return call(left, leftRow, right, rightRow)
    } catch (cause) {
      throw inOurWords(cause)
    }
  }
  return wrapped as F
}
