/**
 * Leaves out -U for whoever replaces rows by key.
 *
 *     in           out
 *     +I ann 5     +I ann 5
 *     -U ann 5
 *     +U ann 7     +U ann 7
 *     -D ann 7     -D ann 7
 */
import type { Chunk } from '../../data/chunk.ts'
import { RowKind } from '../../data/row-kind.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, Output } from '../dataflow/operator.ts'
import type { OperatorContext } from './context.ts'
import { RowFilter } from './row-filter.ts'

export class DropUpdateBefore implements Operator {
  readonly #filter: RowFilter

  constructor(_node: PhysicalOf<'DropUpdateBefore'>, context: OperatorContext) {
    this.#filter = new RowFilter(context.pool)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const { kinds, length } = chunk
    if (kinds === undefined) return output.emit(chunk)
    const { rows } = this.#filter
    let count = 0
    for (let row = 0; row < length; row++) if (kinds[row] !== RowKind.UpdateBefore) rows[count++] = row
    this.#filter.emit(chunk, count, output)
  }
}
