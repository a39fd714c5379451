/**
 * Which transactions a pass over a log meets, from its start on: what was aborted goes, and a marker may go once nothing of its
 * transaction is left. Rules: Kafka's CleanedTransactionMetadata.
 *
 *     T7 T7 A7     aborted: the data goes in this pass; the marker stays, and so does its entry in the transaction index
 *     A7           nothing is left of it: the marker may go once its horizon has passed
 *     T8 C8        committed: the data stays for its keys, and the marker as long as a batch of it does
 */
import { baseOffsetAt, isControl, isTransactional, lastOffsetAt, producerIdAt, recordCountAt } from '../../records/batch.ts'
import { readMarker } from '../../records/control-record.ts'
import type { AbortedTransaction } from '../transaction-index.ts'

interface OngoingAborted {
  readonly transaction: AbortedTransaction
  seen: boolean
}

export class CleanedTransactions {
  /** By first offset; those from `#next` on have not begun yet. */
  readonly #aborted: readonly AbortedTransaction[]
  #next = 0
  readonly #ongoingAborted = new Map<number, OngoingAborted>()
  readonly #ongoingCommitted = new Set<number>()
  readonly #keep: (aborted: AbortedTransaction) => void

  /** `aborted`: of the whole log, in any order. `keep` is told of each that the transaction index must go on listing. */
  constructor(aborted: readonly AbortedTransaction[], keep: (aborted: AbortedTransaction) => void = () => {}) {
    this.#aborted = aborted.toSorted((a, b) => a.firstOffset - b.firstOffset)
    this.#keep = keep
  }

  /** Visits the next batch; answers whether it may go, for all that transactions have to say. */
  mayDiscard(bytes: Uint8Array, at: number): boolean {
    this.#begin(baseOffsetAt(bytes, at), lastOffsetAt(bytes, at))
    return isControl(bytes, at) ? this.#visitMarker(bytes, at) : this.#visitData(bytes, at)
  }

  #visitData(bytes: Uint8Array, at: number): boolean {
    if (!isTransactional(bytes, at)) return false
    const producerId = producerIdAt(bytes, at)
    const aborted = this.#ongoingAborted.get(producerId)
    if (aborted === undefined) this.#ongoingCommitted.add(producerId)
    else aborted.seen = true
    return aborted !== undefined
  }

  #visitMarker(bytes: Uint8Array, at: number): boolean {
    // One without its record was emptied by an earlier pass.
    if (recordCountAt(bytes, at) === 0) return true
    const marker = readMarker(bytes, at)
    if (marker === undefined) return false
    const producerId = producerIdAt(bytes, at)
    if (marker.type === 'COMMIT') return !this.#ongoingCommitted.delete(producerId)
    const aborted = this.#ongoingAborted.get(producerId)
    this.#ongoingAborted.delete(producerId)
    if (aborted === undefined || !aborted.seen) return true
    this.#keep(aborted.transaction)
    return false
  }

  /** Takes in transactions that began at or before `last` and are not over before `first`: a pass may begin in the middle of a log. */
  #begin(first: number, last: number): void {
    for (; this.#next < this.#aborted.length && this.#aborted[this.#next]!.firstOffset <= last; this.#next++) {
      const transaction = this.#aborted[this.#next]!
      if (transaction.lastOffset >= first) this.#ongoingAborted.set(transaction.producerId, { transaction, seen: false })
    }
  }
}
