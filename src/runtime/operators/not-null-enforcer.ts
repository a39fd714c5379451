/**
 * Stands before a sink whose table has NOT NULL columns: a NULL there fails the job, or drops the row, as
 * `table.exec.sink.not-null-enforcer` says.
 *
 *     in            DROP          ERROR
 *     +I ann 5      +I ann 5      +I ann 5
 *     +I NULL 1                   Column 'user' is NOT NULL, however, a null value is being written into it.
 *     +I bob NULL   +I bob NULL
 */
import type { Chunk } from '../../data/chunk.ts'
import { EvaluationError } from '../../base/errors.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, Output } from '../dataflow/operator.ts'
import type { OperatorContext } from './context.ts'
import { RowFilter } from './row-filter.ts'

export class NotNullEnforcer implements Operator {
  readonly #node: PhysicalOf<'Sink'>
  readonly #filter: RowFilter

  constructor(node: PhysicalOf<'Sink'>, context: OperatorContext) {
    this.#node = node
    this.#filter = new RowFilter(context.pool)
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const { notNull } = this.#node
    if (notNull.every(column => chunk.columns[column]!.valid === undefined)) return output.emit(chunk)
    const { rows } = this.#filter
    let count = 0
    for (let row = 0; row < chunk.length; row++) {
      rows[count] = row
      count += this.#passes(chunk, row) ? 1 : 0
    }
    this.#filter.emit(chunk, count, output)
  }

  #passes(chunk: Chunk, row: number): boolean {
    const { notNull, notNullEnforcer } = this.#node
    for (const column of notNull) {
      if (chunk.columns[column]!.valid?.[row] !== 0) continue
      if (notNullEnforcer === 'drop') return false
      throw nullViolation(this.#node.schema[column]!.name)
    }
    return true
  }
}

/** `path` is a column, or a field inside of one: `a.b`. */
export const nullViolation = (path: string): EvaluationError =>
  new EvaluationError('NOT_NULL_VIOLATION', `Column '${path}' is NOT NULL, however, a null value is being written into it.`, {
    hint: "SET 'table.exec.sink.not-null-enforcer' = 'DROP' drops such rows",
  })
