/**
 * GROUPING SETS: each row comes out once per set, with NULL where the set leaves a column out, and the set's number.
 *
 *     GROUPING SETS ((city, user), (city))
 *     in            out
 *     +I rome ann   +I rome ann 0
 *                   +I rome NULL 1
 *
 * A chunk comes out once per set. The changes of one set stay in order, which is all that a group of it sees.
 */
import type { Chunk } from '../../data/chunk.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import { type GeneratedCalc, generateCalc } from '../codegen/calc.ts'
import type { Operator, Output } from '../dataflow/operator.ts'
import type { OperatorContext } from './context.ts'

export class Expand implements Operator {
  readonly #sets: readonly GeneratedCalc[]

  constructor(node: PhysicalOf<'Expand'>, context: OperatorContext) {
    const { schema: output } = node
    const input = node.inputs[0]!.schema
    const { session, pool } = context
    this.#sets = node.projections.map((exprs, i) =>
      generateCalc({ name: `${context.name}/set-${i + 1}`, input, condition: undefined, exprs, output, session }, pool),
    )
    for (const compiled of this.#sets.flatMap(set => set.compiled)) context.onCompiled(compiled)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    for (const set of this.#sets) {
      const result = set.run(chunk.retain())
      if (result !== undefined) output.emit(result)
    }
    chunk.release()
  }
}
