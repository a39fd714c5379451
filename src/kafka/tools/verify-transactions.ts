/**
 * Transactions of a partition as its batches tell of them, held against the `.txnindex` files: every transaction that was
 * aborted is listed in the segment of its marker, and nothing else is.
 */
import { baseOffsetAt, isTransactional, producerIdAt } from '../records/batch.ts'
import type { TransactionMarker } from '../records/control-record.ts'
import type { AbortedTransaction } from '../log/transaction-index.ts'
import type { Finding } from './finding.ts'

export class TransactionWalk {
  /** Producer id → offset of the first record of its open transaction. */
  readonly open = new Map<number, number>()
  /** Aborted in the segment that is being walked through: marker's offset → whose. */
  #aborted = new Map<number, { readonly producerId: number; readonly firstOffset: number | undefined }>()

  batch(bytes: Uint8Array, at: number, marker: TransactionMarker | undefined): void {
    const producerId = producerIdAt(bytes, at)
    if (marker === undefined) {
      if (isTransactional(bytes, at) && !this.open.has(producerId)) this.open.set(producerId, baseOffsetAt(bytes, at))
      return
    }
    const firstOffset = this.open.get(producerId)
    this.open.delete(producerId)
    if (marker.type === 'ABORT') this.#aborted.set(baseOffsetAt(bytes, at), { producerId, firstOffset })
  }

  /** The segment ends; what `.txnindex` lists is compared. */
  endSegment(path: string, listed: readonly AbortedTransaction[], startOffset: number): readonly Finding[] {
    const found: Finding[] = []
    const say = (offset: number, what: string) => found.push({ path, offset, what })
    for (const { producerId, firstOffset, lastOffset } of listed) {
      const marker = this.#aborted.get(lastOffset)
      // Compaction takes markers away, and what they ended before them.
      if (marker === undefined) continue
      this.#aborted.delete(lastOffset)
      if (marker.producerId !== producerId) say(lastOffset, `the marker is of producer ${marker.producerId}, not ${producerId}`)
      else if (marker.firstOffset !== undefined && marker.firstOffset < firstOffset)
        say(lastOffset, `the transaction began at ${marker.firstOffset}, not ${firstOffset}`)
    }
    // One without records in the log aborts nothing.
    for (const [offset, { producerId, firstOffset }] of this.#aborted)
      if (firstOffset !== undefined && firstOffset >= startOffset)
        say(offset, `a transaction of producer ${producerId} was aborted here, and is not listed`)
    this.#aborted = new Map()
    return found
  }
}
