/** Records of a fetch response that stay in their files until the socket takes them. */
import type { LogRange } from '../log/log-reads.ts'
import type { RecordsSource } from '../protocol/schema.ts'

export class LogRecords implements RecordsSource {
  readonly byteLength: number
  readonly #range: LogRange
  #sent = 0

  /** Takes over the pin on the range's segment. */
  constructor(range: LogRange) {
    this.#range = range
    this.byteLength = range.bytes
    range.segment.file.pin()
  }

  get left(): number {
    return this.byteLength - this.#sent
  }

  /** Fills `into` with the next bytes, all of it or what is left. At once where they are in memory for sure. */
  read(into: Uint8Array): Promise<number> | number {
    const { segment, position } = this.#range
    const count = Math.min(into.length, this.left)
    const target = into.subarray(0, count)
    const at = position + this.#sent
    this.#sent += count
    const file = segment.bytes - at <= RECENT_BYTES && segment.written ? segment.file.now() : undefined
    if (file === undefined) return this.#readLater(target, at)
    return this.#whole(file.readNow(target, at), count)
  }

  async #readLater(target: Uint8Array, at: number): Promise<number> {
    const file = await this.#range.segment.file.get()
    return this.#whole(await file.read(target, at), target.length)
  }

  #whole(count: number, expected: number): number {
    if (count !== expected) throw new Error(`${this.#range.segment.file.path} ends before the batches it should hold`)
    return count
  }

  release(): void {
    this.#range.segment.file.unpin()
  }
}

/** So far behind the end of a segment that is being written, its bytes are still in the page cache. */
const RECENT_BYTES = 16 * 1024 * 1024
