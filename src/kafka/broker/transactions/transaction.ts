/**
 * What is known of one transactional id: which producer it is now, and its transaction, open or over.
 *
 *     t.bump(…)                   A/0 Empty
 *     t.join(…)                   A/0 Ongoing           partitions a-0, b-3
 *     t.prepare('commit', 2, …)   A/1 PrepareCommit     version 2: the next transaction has the next epoch
 *     t.complete(…)               A/1 CompleteCommit
 *
 * Epochs end at 32766. The last one is given up with a new producer id: at once where the producer asks for an epoch, and by
 * version 2 with the end of the transaction, whose markers have 32767.
 */
import type { PartitionLog } from '../../log/partition-log.ts'
import { TransactionState } from './states.ts'

export type Outcome = 'commit' | 'abort'

/** How a client speaks of transactions: up to the first version, or with epochs that grow with each of them (KIP-890). */
export type TransactionVersion = 0 | 2

const LAST_EPOCH = 32766

export const isLastEpoch = (epoch: number): boolean => epoch >= LAST_EPOCH

export class Transaction {
  readonly transactionalId: string
  producerId: number
  /** Its producer id before the last change of any kind: what a retry may still call it by. −1 without one. */
  previousProducerId = -1
  /** The producer id that it has once the transaction is over; −1: the same. */
  nextProducerId = -1
  epoch = -1
  /** The epoch that the present one was given for, so that a retry of that request is known; −1 where there is none. */
  lastEpoch = -1
  timeoutMs: number
  state: TransactionState = TransactionState.Empty
  version: TransactionVersion = 0
  /** When the transaction began, −1 before the first. */
  startedMs = -1
  updatedMs = -1
  /** Partitions that are part of the transaction. False until that is durable: records of version 0 wait for it. */
  partitions = new Map<PartitionLog, boolean>()
  /** Groups whose offsets are part of it. */
  groups = new Set<string>()

  constructor(transactionalId: string, producerId: number, timeoutMs: number) {
    this.transactionalId = transactionalId
    this.producerId = producerId
    this.timeoutMs = timeoutMs
  }

  get epochsAreOver(): boolean {
    return isLastEpoch(this.epoch)
  }

  get outcome(): Outcome {
    return this.state === TransactionState.PrepareCommit || this.state === TransactionState.CompleteCommit ? 'commit' : 'abort'
  }

  /** The next epoch, for a new instance (`lastEpoch` −1) or one that goes on after the epoch it names. */
  bump(lastEpoch: number, timeoutMs: number, nowMs: number): void {
    this.lastEpoch = lastEpoch
    this.epoch++
    this.reset(timeoutMs, nowMs)
  }

  /** A new producer id, after the last epoch. */
  rotate(producerId: number, keepsLast: boolean, timeoutMs: number, nowMs: number): void {
    const last = this.epoch
    this.reset(timeoutMs, nowMs)
    this.producerId = producerId
    this.lastEpoch = keepsLast ? last : -1
    this.epoch = 0
  }

  /** As the instance is, with nothing open. */
  reset(timeoutMs: number, nowMs: number): void {
    this.#become(TransactionState.Empty, nowMs)
    this.timeoutMs = timeoutMs
    this.startedMs = -1
  }

  /** Something becomes part of the transaction. */
  join(version: TransactionVersion, nowMs: number): void {
    if (this.state !== TransactionState.Ongoing) this.startedMs = nowMs
    this.#become(TransactionState.Ongoing, nowMs)
    this.version = version
  }

  /** Decided. `nextProducerId`: what version 2 goes on with after the last epoch. */
  prepare(outcome: Outcome, version: TransactionVersion, nextProducerId: number, nowMs: number): void {
    if (this.state !== TransactionState.Ongoing) this.startedMs = nowMs
    this.#become(outcome === 'commit' ? TransactionState.PrepareCommit : TransactionState.PrepareAbort, nowMs)
    this.version = version
    if (version < 2) return
    this.lastEpoch = this.epoch
    this.epoch++
    this.nextProducerId = nextProducerId
  }

  /** Every partition has its marker. */
  complete(nowMs: number): void {
    this.#become(
      this.state === TransactionState.PrepareCommit ? TransactionState.CompleteCommit : TransactionState.CompleteAbort,
      nowMs,
    )
    this.partitions = new Map()
    this.groups = new Set()
    if (this.nextProducerId < 0) return
    this.producerId = this.nextProducerId
    this.epoch = 0
    this.nextProducerId = -1
  }

  #become(state: TransactionState, nowMs: number): void {
    this.previousProducerId = this.producerId
    this.state = state
    this.updatedMs = nowMs
  }
}
