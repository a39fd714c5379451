/**
 * UNION ALL: rows of every input, as they come. Their columns take this node's names.
 *
 *     left| +I ann 5      +I ann 5
 *     right| -D bob 1     -D bob 1
 */
import type { Chunk } from '../../data/chunk.ts'
import type { Schema } from '../../data/type.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, Output } from '../dataflow/operator.ts'
import type { OperatorContext } from './context.ts'
import { withSchema } from './gather.ts'

export class Union implements Operator {
  readonly #schema: Schema

  constructor(node: PhysicalOf<'Union'>, _context: OperatorContext) {
    this.#schema = node.schema
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    output.emit(withSchema(chunk, this.#schema))
  }
}
