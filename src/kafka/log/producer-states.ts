/**
 * What a partition knows of the producers that write to it: who may go on with which sequence, what was sent twice, and
 * which transactions are open. Rules: Kafka's ProducerStateManager and ProducerAppendInfo.
 *
 *     producer 7, epoch 0    sequences 0–9      appended at 100
 *                            sequences 0–9      a duplicate: answered with offset 100
 *                            sequences 20–29    out of order: 10–19 are missing
 *     producer 7, epoch 1    sequences 0–4      appended; epoch 0 is fenced from now on
 */
import { DUPLICATE, Refusal } from './refusal.ts'

/** So many batches back a retry is known as one. A producer has no more than this in flight. */
const WINDOW = 5

/** What of a batch matters here. */
export interface ProducedBatch {
  readonly producerId: number
  readonly epoch: number
  readonly baseSequence: number
  readonly lastOffsetDelta: number
  readonly timestamp: number
  readonly transactional: boolean
}

export class ProducerState {
  readonly producerId: number
  epoch = -1
  coordinatorEpoch = -1
  lastTimestamp = -1
  /** First offset of the open transaction, −1 without one. */
  transactionFirstOffset = -1
  /** Where in its segment that offset's batch starts. */
  transactionFirstPosition = -1
  /** The last batches, oldest first: last sequence, last offset, offset delta, timestamp of each. */
  readonly #batches = new Float64Array(WINDOW * 4)
  #count = 0

  constructor(producerId: number) {
    this.producerId = producerId
  }

  get batches(): number {
    return this.#count
  }

  batch(i: number): { lastSequence: number; lastOffset: number; offsetDelta: number; timestamp: number } {
    const at = i * 4
    return {
      lastSequence: this.#batches[at]!,
      lastOffset: this.#batches[at + 1]!,
      offsetDelta: this.#batches[at + 2]!,
      timestamp: this.#batches[at + 3]!,
    }
  }

  /** The last sequence, −1 without one. */
  get lastSequence(): number {
    return this.#count === 0 ? -1 : this.#batches[(this.#count - 1) * 4]!
  }

  get lastOffset(): number {
    return this.#count === 0 ? -1 : this.#batches[(this.#count - 1) * 4 + 1]!
  }

  /** The first offset of a batch in the window with exactly these sequences, −1 when there is none. */
  offsetOf(firstSequence: number, lastSequence: number): number {
    for (let at = (this.#count - 1) * 4; at >= 0; at -= 4) {
      const delta = this.#batches[at + 2]!
      if (this.#batches[at] === lastSequence && sequenceBefore(lastSequence, delta) === firstSequence)
        return this.#batches[at + 1]! - delta
    }
    return -1
  }

  add(lastSequence: number, lastOffset: number, offsetDelta: number, timestamp: number): void {
    if (this.#count === WINDOW) this.#batches.copyWithin(0, 4)
    else this.#count++
    const at = (this.#count - 1) * 4
    this.#batches[at] = lastSequence
    this.#batches[at + 1] = lastOffset
    this.#batches[at + 2] = offsetDelta
    this.#batches[at + 3] = timestamp
    this.lastTimestamp = timestamp
  }

  startEpoch(epoch: number): void {
    if (epoch === this.epoch) return
    this.epoch = epoch
    this.#count = 0
  }
}

/** A transaction whose marker is appended but not yet durable: what it holds stays unstable until then. */
interface Completing {
  readonly firstOffset: number
  readonly firstPosition: number
  readonly markerOffset: number
}

export class ProducerStates {
  readonly #states = new Map<number, ProducerState>()
  /** Open transactions in the order they began, which is the order of their first offsets. */
  readonly #open = new Map<number, ProducerState>()
  #completing: Completing[] = []
  /** Where the duplicate lies that `check` last told of. */
  duplicateOffset = -1

  get size(): number {
    return this.#states.size
  }

  get openTransactions(): number {
    return this.#open.size
  }

  get(producerId: number): ProducerState | undefined {
    return this.#states.get(producerId)
  }

  values(): Iterable<ProducerState> {
    return this.#states.values()
  }

  /** Those with an open transaction, in the order the transactions began. */
  open(): Iterable<ProducerState> {
    return this.#open.values()
  }

  /** Does the producer have a transaction open, begun in this epoch? */
  isOpen(producerId: number, epoch: number): boolean {
    const state = this.#states.get(producerId)
    return state !== undefined && state.transactionFirstOffset >= 0 && state.epoch === epoch
  }

  /**
   * May this batch be appended? `Refusal.None`, `DUPLICATE` with `duplicateOffset`, or why not. `strict`: a producer that
   * nothing is known of must begin with sequence 0 (transactions of version 2).
   */
  check(batch: ProducedBatch, strict = false): number {
    const state = this.#states.get(batch.producerId)
    if (state === undefined || state.epoch < 0)
      return strict && batch.baseSequence !== 0 ? Refusal.OutOfOrderSequence : Refusal.None
    if (batch.epoch < state.epoch) return Refusal.InvalidProducerEpoch
    if (batch.epoch > state.epoch) {
      if (batch.baseSequence !== 0) return Refusal.OutOfOrderSequence
    } else {
      const lastSequence = sequenceAfter(batch.baseSequence, batch.lastOffsetDelta)
      const duplicate = state.offsetOf(batch.baseSequence, lastSequence)
      if (duplicate >= 0) {
        this.duplicateOffset = duplicate
        return DUPLICATE
      }
      if (batch.baseSequence !== sequenceAfter(state.lastSequence, 1)) return Refusal.OutOfOrderSequence
    }
    if (!batch.transactional && state.transactionFirstOffset >= 0) return Refusal.InvalidTransactionState
    return Refusal.None
  }

  /** The batch stands at `baseOffset`, which starts at `position` of its segment. */
  append(batch: ProducedBatch, baseOffset: number, position: number): void {
    const state = this.#state(batch.producerId)
    state.startEpoch(batch.epoch)
    const lastSequence = sequenceAfter(batch.baseSequence, batch.lastOffsetDelta)
    state.add(lastSequence, baseOffset + batch.lastOffsetDelta, batch.lastOffsetDelta, batch.timestamp)
    if (!batch.transactional || state.transactionFirstOffset >= 0) return
    state.transactionFirstOffset = baseOffset
    state.transactionFirstPosition = position
    this.#open.set(batch.producerId, state)
  }

  /**
   * May this marker be appended? `strict`: transactions of version 2, whose markers carry an epoch above that of their data;
   * the same marker once more, with no transaction open, is a retry.
   */
  checkMarker(producerId: number, epoch: number, coordinatorEpoch: number, strict = false): number {
    const state = this.#states.get(producerId)
    if (state === undefined) return Refusal.None
    if (epoch < state.epoch) return Refusal.InvalidProducerEpoch
    if (strict && epoch === state.epoch && state.transactionFirstOffset >= 0) return Refusal.InvalidProducerEpoch
    if (coordinatorEpoch < state.coordinatorEpoch) return Refusal.TransactionCoordinatorFenced
    return Refusal.None
  }

  /** The marker stands at `offset`. Answers the first offset of the transaction it ends, −1 when it ends none. */
  appendMarker(producerId: number, epoch: number, coordinatorEpoch: number, offset: number, timestamp: number): number {
    const state = this.#state(producerId)
    state.startEpoch(epoch)
    state.coordinatorEpoch = coordinatorEpoch
    state.lastTimestamp = timestamp
    const firstOffset = state.transactionFirstOffset
    if (firstOffset < 0) return -1
    this.#completing.push({ firstOffset, firstPosition: state.transactionFirstPosition, markerOffset: offset })
    state.transactionFirstOffset = -1
    state.transactionFirstPosition = -1
    this.#open.delete(producerId)
    return firstOffset
  }

  /** Where the earliest transaction begins that is open, or whose marker is not below `highWatermark`. Undefined without one. */
  firstUnstable(highWatermark: number): { readonly offset: number; readonly position: number } | undefined {
    if (this.#completing.length > 0) this.#completing = this.#completing.filter(one => one.markerOffset >= highWatermark)
    let offset = -1
    let position = -1
    for (const state of this.#open.values()) {
      offset = state.transactionFirstOffset
      position = state.transactionFirstPosition
      break
    }
    for (const one of this.#completing) {
      if (offset >= 0 && one.firstOffset >= offset) continue
      offset = one.firstOffset
      position = one.firstPosition
    }
    return offset < 0 ? undefined : { offset, position }
  }

  /** Where an open transaction other than those of `producerId` begins: what stays unstable behind its marker. −1 without one. */
  firstOpenBut(producerId: number): number {
    for (const state of this.#open.values()) if (state.producerId !== producerId) return state.transactionFirstOffset
    return -1
  }

  /** Forgets producers that wrote nothing since `beforeMs` and have no transaction open. */
  expire(beforeMs: number): void {
    for (const state of this.#states.values()) {
      if (state.transactionFirstOffset < 0 && state.lastTimestamp < beforeMs) this.#states.delete(state.producerId)
    }
  }

  /** Takes over what a snapshot holds. */
  restore(state: ProducerState): void {
    this.#states.set(state.producerId, state)
    if (state.transactionFirstOffset >= 0) this.#open.set(state.producerId, state)
  }

  #state(producerId: number): ProducerState {
    let state = this.#states.get(producerId)
    if (state === undefined) this.#states.set(producerId, (state = new ProducerState(producerId)))
    return state
  }
}

/** Sequences are 31 bits and begin again at 0. */
const SEQUENCES = 2 ** 31

const sequenceAfter = (sequence: number, delta: number): number => (sequence + delta) % SEQUENCES
const sequenceBefore = (sequence: number, delta: number): number => (sequence - delta + SEQUENCES) % SEQUENCES
