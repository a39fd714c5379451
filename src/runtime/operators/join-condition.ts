/**
 * What a join asks of a pair beyond equal keys, as generated code. It is bound to the arrays of a chunk and of a store,
 * and then asked pair by pair:
 *
 *     function bindCondition(left, right) {
 *       const amount = left[1].values
 *       const limit = right[2].values
 *       return function holds(leftRow, rightRow) {
 *         // ON amount < limit
 *         if (!(amount[leftRow] < limit[rightRow])) return false
 *         return true
 *       }
 *     }
 */
import { compile } from '../../codegen/compile.ts'
import { comment, js, raw } from '../../codegen/js.ts'
import { BytesColumn, type Column } from '../../data/column.ts'
import type { Schema } from '../../data/type.ts'
import { type Expr, conjuncts } from '../../expr/expr.ts'
import { condition as emitCondition } from '../codegen/branches.ts'
import { inOurWords } from '../codegen/calc.ts'
import { describe } from '../codegen/describe.ts'
import { Emitter } from '../codegen/emitter.ts'
import type { StateColumn } from '../state/state-column.ts'
import type { OperatorContext } from './context.ts'

type Holds = (leftRow: number, rightRow: number) => boolean
type BindCondition = (left: readonly Column[], right: readonly Column[]) => Holds

export class PairCondition {
  readonly #bind: BindCondition
  #holds: Holds = () => false
  #chunkIsLeft = true

  /** `condition` is over left columns, then right ones. */
  constructor(condition: Expr, left: Schema, right: Schema, context: OperatorContext) {
    this.#bind = compileCondition(condition, left, right, context)
  }

  /** Takes the arrays as they are now: of a chunk of one side, and of the store of the other. */
  bind(columns: readonly Column[], store: readonly StateColumn[], chunkIsLeft: boolean): void {
    const stored = store.map(asColumn)
    this.#chunkIsLeft = chunkIsLeft
    this.#holds = chunkIsLeft ? this.#bind(columns, stored) : this.#bind(stored, columns)
  }

  /** Is the condition TRUE for a row of the chunk and a stored one? */
  holds(row: number, stored: number): boolean {
    try {
      return this.#chunkIsLeft ? this.#holds(row, stored) : this.#holds(stored, row)
    } catch (cause) {
      throw inOurWords(cause)
    }
  }
}

function compileCondition(condition: Expr, left: Schema, right: Schema, context: OperatorContext): BindCondition {
  const sources = [
    { schema: left, columns: raw('left'), row: raw('leftRow'), first: 0 },
    { schema: right, columns: raw('right'), row: raw('rightRow'), first: left.length },
  ]
  const e = new Emitter(context.session, sources, ['left', 'right', 'leftRow', 'rightRow', 'bindCondition', 'holds'])
  e.announce([condition])
  for (const part of conjuncts(condition)) {
    e.line(comment(`ON ${describe(part, [...left, ...right])}`))
    const test = emitCondition(e, part)
    e.line(js`if (!${test}) return false`)
  }
  const body = e.takeLines()
  const code = js`function bindCondition(left, right) {
    ${e.prologue}
    return function holds(leftRow, rightRow) {
      ${body}
      return true
    }
  }`
  const compiled = compile<BindCondition>(`${context.name}/condition.js`, code, e.scope)
  context.onCompiled(compiled)
  return compiled.run
}

/** A column of state as generated expressions read columns. */
function asColumn(column: StateColumn): Column {
  const { storage, type, valid } = column
  switch (storage) {
    case 'bool':
      return { storage, type, valid, values: column.bools }
    case 'i32':
      return { storage, type, valid, values: column.ints }
    case 'i64':
      return { storage, type, valid, values: column.longs }
    case 'f64':
      return { storage, type, valid, values: column.doubles }
    case 'i128':
      return { storage, type, valid, values: column.longs, high: column.high }
    case 'ts':
      return { storage, type, valid, values: column.longs, nanos: column.ints }
    case 'bytes':
      return new BytesColumn(type, column.bytes, column.starts, column.ends, valid)
    case 'object':
      return { storage, type, valid, values: column.objects }
  }
}
