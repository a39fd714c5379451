import type { Schema } from './type.ts'

/** A table of state that a plan node keeps. It stands in the plan: EXPLAIN STATE prints it, checkpoints are checked against it. */
export interface StateSpec {
  readonly name: string
  readonly key: Schema
  readonly value: Schema
  /** What bounds it, as a person reads it: `one row per group, forever`, `until the window closes`. */
  readonly bound: string
  readonly ttlMs?: number
}
