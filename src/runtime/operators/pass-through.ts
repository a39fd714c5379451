/** Exchange in one process with one task per operator: rows are where they have to be already. */
import type { Chunk } from '../../data/chunk.ts'
import type { Operator, Output } from '../dataflow/operator.ts'

export class PassThrough implements Operator {
  onChunk(chunk: Chunk, _input: number, output: Output): void {
    output.emit(chunk)
  }
}
