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

  /** Fills `into` with the next bytes, all of it or what is left. At once where they are in memory, as far as that can be told. */
  read(into: Uint8Array): Promise<number> | number {
    const { segment, position } = this.#range
    const count = Math.min(into.length, this.left)
    const target = into.subarray(0, count)
    const at = position + this.#sent
    this.#sent += count
    const recent = segment.bytes - at <= RECENT_BYTES && segment.written ? segment.file.now() : undefined
    const read = recent?.readNow(target, at) ?? segment.file.read(target, at)
    return typeof read === 'number' ? this.#whole(read, count) : read.then(length => this.#whole(length, count))
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
