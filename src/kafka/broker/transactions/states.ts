/**
 * The states of a transaction, by Kafka's numbers and names.
 *
 *     Empty ──► Ongoing ──► PrepareCommit ──► CompleteCommit ──► Ongoing …
 *       ▲          │  └───► PrepareAbort  ──► CompleteAbort  ──►
 *       └──────────┴── a new instance of the producer, once nothing is open
 *
 * Prepare is the decision: once it is durable the outcome stands, and markers follow until every partition has one. Of
 * PrepareEpochFence, which Kafka passes through before it aborts for a new instance, only the number is used: here both are one step.
 */
export const TransactionState = {
  Empty: 0,
  Ongoing: 1,
  PrepareCommit: 2,
  PrepareAbort: 3,
  CompleteCommit: 4,
  CompleteAbort: 5,
  Dead: 6,
  PrepareEpochFence: 7,
} as const
export type TransactionState = (typeof TransactionState)[keyof typeof TransactionState]

/** By number. */
export const stateNames: readonly string[] = Object.keys(TransactionState)

/** Decided, with markers still to be written. */
export const isPrepared = (state: TransactionState): boolean =>
  state === TransactionState.PrepareCommit || state === TransactionState.PrepareAbort

/** Nothing is open: another transaction may begin. */
export const isOver = (state: TransactionState): boolean =>
  state === TransactionState.Empty || state === TransactionState.CompleteCommit || state === TransactionState.CompleteAbort
