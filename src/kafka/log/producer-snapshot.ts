/**
 * Producer states as a file, in Kafka's `.snapshot` format: version 1, a checksum of the rest, entries. Kafka keeps one
 * batch per producer; here a producer has an entry for each batch in its window, oldest first, so that a retry of any of them
 * is known after a restart. Kafka takes the last of them.
 */
import { crc32c } from '../records/crc32c.ts'
import { ProducerState, type ProducerStates } from './producer-states.ts'

const VERSION = 1
const HEADER_BYTES = 10
const ENTRY_BYTES = 46

export function encodeProducers(states: ProducerStates): Uint8Array {
  const list = [...states.values()]
  const entries = list.reduce((sum, state) => sum + Math.max(1, state.batches), 0)
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + entries * ENTRY_BYTES))
  let at = HEADER_BYTES
  for (const state of list) {
    for (let i = 0; i < Math.max(1, state.batches); i++) {
      const batch = i < state.batches ? state.batch(i) : noBatch(state)
      view.setBigInt64(at, BigInt(state.producerId))
      view.setInt16(at + 8, state.epoch)
      view.setInt32(at + 10, batch.lastSequence)
      view.setBigInt64(at + 14, BigInt(batch.lastOffset))
      view.setInt32(at + 22, batch.offsetDelta)
      view.setBigInt64(at + 26, BigInt(batch.timestamp))
      view.setInt32(at + 34, state.coordinatorEpoch)
      view.setBigInt64(at + 38, BigInt(state.transactionFirstOffset))
      at += ENTRY_BYTES
    }
  }
  view.setInt16(0, VERSION)
  view.setInt32(6, entries)
  view.setUint32(2, crc32c(new Uint8Array(view.buffer, 6)))
  return new Uint8Array(view.buffer)
}

const noBatch = (state: ProducerState) => ({ lastSequence: -1, lastOffset: -1, offsetDelta: 0, timestamp: state.lastTimestamp })

/** Fills `into`. False when the file is not whole: then it says nothing. */
export function decodeProducers(bytes: Uint8Array, into: ProducerStates): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < HEADER_BYTES || view.getInt16(0) !== VERSION) return false
  const entries = view.getInt32(6)
  if (bytes.length !== HEADER_BYTES + entries * ENTRY_BYTES || view.getUint32(2) !== crc32c(bytes.subarray(6))) return false
  const found = new Map<number, ProducerState>()
  for (let at = HEADER_BYTES; at < bytes.length; at += ENTRY_BYTES) {
    const producerId = Number(view.getBigInt64(at))
    let state = found.get(producerId)
    if (state === undefined) found.set(producerId, (state = new ProducerState(producerId)))
    state.epoch = view.getInt16(at + 8)
    const lastOffset = Number(view.getBigInt64(at + 14))
    if (lastOffset >= 0) state.add(view.getInt32(at + 10), lastOffset, view.getInt32(at + 22), Number(view.getBigInt64(at + 26)))
    state.lastTimestamp = Number(view.getBigInt64(at + 26))
    state.coordinatorEpoch = view.getInt32(at + 34)
    state.transactionFirstOffset = Number(view.getBigInt64(at + 38))
  }
  // Open transactions go in the order they began.
  for (const state of [...found.values()].toSorted((a, b) => a.transactionFirstOffset - b.transactionFirstOffset))
    into.restore(state)
  return true
}
