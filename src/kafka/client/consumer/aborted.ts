/**
 * Which records of one answer belong to transactions that were undone, for readers of `read_committed`. The broker names
 * them by producer and first offset; each ends at its producer's ABORT marker.
 *
 *     aborted: producer 7 from 100      100 a(7)   101 b(8)   102 ABORT(7)   103 c(7)
 *                                       skipped    kept       a marker       kept: another transaction
 */
import { attributesAt, CONTROL_BIT, lastOffsetAt, producerIdAt, TRANSACTIONAL_BIT } from '../../records/batch.ts'
import { readMarker } from '../../records/control-record.ts'

export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
}

export class AbortedFilter {
  /** By first offset. */
  readonly #coming: AbortedTransaction[]
  readonly #open = new Set<number>()

  constructor(aborted: readonly AbortedTransaction[] = []) {
    this.#coming = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset)
  }

  /** True for a batch whose records nobody is to see. Batches are shown in order, each once. */
  skips(bytes: Uint8Array, at: number): boolean {
    const attributes = attributesAt(bytes, at)
    if ((attributes & TRANSACTIONAL_BIT) === 0) return (attributes & CONTROL_BIT) !== 0
    const last = lastOffsetAt(bytes, at)
    while (this.#coming.length > 0 && this.#coming[0]!.firstOffset <= last) this.#open.add(this.#coming.shift()!.producerId)
    const producer = producerIdAt(bytes, at)
    if ((attributes & CONTROL_BIT) === 0) return this.#open.has(producer)
    if (this.#open.has(producer) && readMarker(bytes, at)?.type === 'ABORT') this.#open.delete(producer)
    return true
  }
}
