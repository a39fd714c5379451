/** The batches of a closed segment, one after the other, each whole and checked: what is damaged must not be written anew as if it were sound. */
import { DataError } from '../../../base/errors.ts'
import type { DataFile } from '../../../base/files.ts'
import { BATCH_HEADER_BYTES, batchBytesAt, checkBatch } from '../../records/batch.ts'

/** Read at once. */
const CHUNK_BYTES = 1024 * 1024

/** Waits now and then, so that others get their turn. */
export interface Pace {
  turn(): Promise<void> | undefined
}

export class BatchStream {
  #buffer = new Uint8Array(CHUNK_BYTES)

  /**
   * Gives each batch of `file` in `[position, end)` to `visit`; its bytes are good until `visit` is done. `visit` may answer false
   * to stop. Answers the bytes read.
   */
  async forEach(
    file: DataFile,
    position: number,
    end: number,
    pace: Pace,
    visit: (bytes: Uint8Array, at: number) => boolean | Promise<boolean>,
  ): Promise<number> {
    let at = position
    while (at < end) {
      const length = await file.read(this.#buffer.subarray(0, Math.min(this.#buffer.length, end - at)), at)
      let here = 0
      while (here + BATCH_HEADER_BYTES <= length && batchBytesAt(this.#buffer, here) <= length - here) {
        const fault = checkBatch(this.#buffer, here, length)
        if (fault !== undefined) throw damaged(file, at + here, fault)
        const going = visit(this.#buffer, here)
        if (!(typeof going === 'boolean' ? going : await going)) return at + here - position
        here += batchBytesAt(this.#buffer, here)
        const turn = pace.turn()
        if (turn !== undefined) await turn
      }
      if (here === 0) this.#makeRoom(file, at, end, length)
      at += here
    }
    return at - position
  }

  /** For a batch that is greater than the buffer, if the file can hold it. */
  #makeRoom(file: DataFile, at: number, end: number, length: number): void {
    if (length < BATCH_HEADER_BYTES) throw damaged(file, at, 'truncated')
    const bytes = batchBytesAt(this.#buffer, 0)
    if (bytes <= this.#buffer.length || bytes > end - at) throw damaged(file, at, 'truncated')
    this.#buffer = new Uint8Array(bytes)
  }
}

const damaged = (file: DataFile, position: number, fault: string): DataError =>
  new DataError('RECORD_BATCH_CORRUPT', `${file.path}@${position}`, `the batch is not sound: ${fault}`)
