/**
 * Aborted transactions of a segment, as in Kafka's `.txnindex` files: which producer, from which offset, up to which
 * marker, and the last stable offset behind it. Readers of committed records skip what lies between.
 */
export interface AbortedTransaction {
  readonly producerId: number
  readonly firstOffset: number
  /** The offset of the ABORT marker. */
  readonly lastOffset: number
  readonly lastStableOffset: number
}

export const ABORTED_ENTRY_BYTES = 34

export function encodeAborted(transactions: readonly AbortedTransaction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(transactions.length * ABORTED_ENTRY_BYTES))
  transactions.forEach((aborted, i) => {
    const at = i * ABORTED_ENTRY_BYTES
    view.setInt16(at, 0)
    view.setBigInt64(at + 2, BigInt(aborted.producerId))
    view.setBigInt64(at + 10, BigInt(aborted.firstOffset))
    view.setBigInt64(at + 18, BigInt(aborted.lastOffset))
    view.setBigInt64(at + 26, BigInt(aborted.lastStableOffset))
  })
  return new Uint8Array(view.buffer)
}

/** Entries whose markers lie before `endOffset`; what follows was not written whole. */
export function decodeAborted(bytes: Uint8Array, endOffset = Number.POSITIVE_INFINITY): AbortedTransaction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: AbortedTransaction[] = []
  for (let at = 0; at + ABORTED_ENTRY_BYTES <= bytes.length; at += ABORTED_ENTRY_BYTES) {
    const aborted = {
      producerId: Number(view.getBigInt64(at + 2)),
      firstOffset: Number(view.getBigInt64(at + 10)),
      lastOffset: Number(view.getBigInt64(at + 18)),
      lastStableOffset: Number(view.getBigInt64(at + 26)),
    }
    const before = found.at(-1)?.lastOffset ?? -1
    // A crash may leave zeros in place of an entry. A marker stands behind the first record.
    const sound = view.getInt16(at) === 0 && aborted.firstOffset < aborted.lastOffset && aborted.lastOffset > before
    if (!sound || aborted.lastOffset >= endOffset) break
    found.push(aborted)
  }
  return found
}
