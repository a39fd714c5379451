/**
 * LIMIT and OFFSET over rows that are only inserted: counts rows, and says when it has enough.
 *
 *     OFFSET 1 LIMIT 2
 *     in         out
 *     +I ann  
 *     +I bob     +I bob
 *     +I eve     +I eve      (done)
 *     +I joe
 *
 * Rows that may be taken away again need the rows behind them: that is `TopN` with nothing to order by.
 */
import type { Chunk } from '../../data/chunk.ts'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import type { Operator, Output } from '../dataflow/operator.ts'
import type { StateReader, StateWriter } from '../state/snapshot.ts'
import type { OperatorContext } from './context.ts'
import { sliceRows } from './gather.ts'
import { readNumbers, writeNumbers } from './numbers.ts'

export class Limit implements Operator {
  readonly #from: number
  readonly #to: number
  /** Rows that came so far, counted no further than to the last that matters. */
  #seen = 0

  constructor(node: PhysicalOf<'Limit'>, _context: OperatorContext) {
    this.#from = node.offset
    this.#to = node.limit === undefined ? Number.POSITIVE_INFINITY : node.offset + node.limit
  }

  onChunk(chunk: Chunk, _input: number, output: Output): void {
    const from = Math.min(Math.max(this.#from - this.#seen, 0), chunk.length)
    const to = Math.min(this.#to - this.#seen, chunk.length)
    this.#seen += to
    if (from >= to) chunk.release()
    else output.emit(sliceRows(chunk, from, to))
  }

  done(): boolean {
    return this.#seen >= this.#to
  }

  snapshot(writer: StateWriter): void {
    writeNumbers(writer, 'seen', [this.#seen])
  }

  restore(reader: StateReader): void {
    this.#seen = readNumbers(reader, 'seen')?.[0] ?? 0
  }
}
