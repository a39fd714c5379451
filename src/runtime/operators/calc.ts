/**
 * WHERE and SELECT in one generated loop (`runtime/codegen/calc.ts`). Row kinds stay as they are.
 *
 *     SELECT user, amount * 2 WHERE amount > 1
 *     in           out
 *     +I ann 5     +I ann 10
 *     +I bob 1
 *     -D ann 5     -D ann 10
 */
import type { Chunk } from '../../data/chunk.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import { type GeneratedCalc, generateCalc } from '../codegen/calc.ts'
import type { Operator, Output } from '../dataflow/operator.ts'
import type { OperatorContext } from './context.ts'

export class Calc implements Operator {
  readonly #calc: GeneratedCalc

  constructor(node: PhysicalOf<'Calc'>, context: OperatorContext) {
    const { condition, exprs, schema: output } = node
    const input = node.inputs[0]!.schema
    const { name, session, pool } = context
    this.#calc = generateCalc({ name, input, condition, exprs, output, session }, pool)
    for (const compiled of this.#calc.compiled) context.onCompiled(compiled)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const result = this.#calc.run(chunk)
    if (result !== undefined) output.emit(result)
  }
}
