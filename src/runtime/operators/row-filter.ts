/** What operators share that only leave rows out: the rows that stay, picked without copying text. */
import { CHUNK_ROWS, type Chunk } from '../../data/chunk.ts'
import type { BufferPool } from '../../data/pool.ts'
import type { Output } from '../dataflow/operator.ts'
import { selectRows } from './gather.ts'

export class RowFilter {
  /** The rows that stay, `rows[0, count)`: the caller fills it, ascending. */
  readonly rows = new Int32Array(CHUNK_ROWS)
  readonly #pool: BufferPool

  constructor(pool: BufferPool) {
    this.#pool = pool
  }

  /** Sends the rows `rows[0, count)` of `chunk` on; the chunk itself when that is all of it. */
  emit(chunk: Chunk, count: number, output: Output): void {
    if (count === 0) chunk.release()
    else output.emit(count === chunk.length ? chunk : selectRows(chunk, this.rows, count, this.#pool))
  }
}
