/** What goes into the planner and comes out of it: bound jobs, what is known of connectors, plans that run. */
import type { ObjectPath, TableEntry, ViewEntry } from '../catalog/table.ts'
import type { DataType, Schema } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { LogicalPlan } from './logical/plan.ts'
import type { ChangeKinds, PhysicalOf } from './physical/plan.ts'

export type Mode = 'streaming' | 'batch'

/** The values of `?` (by position) and `:name`. */
export interface Parameters {
  readonly positional?: readonly TypedValue[]
  readonly named?: ReadonlyMap<string, TypedValue>
}
export interface TypedValue {
  readonly type: DataType
  readonly value: Value
}

/** Where one query of a job goes. `plan` has the columns the target takes, in its order. */
export interface BoundOutput {
  readonly target: { readonly kind: 'table'; readonly table: TableEntry } | { readonly kind: 'collect' }
  readonly plan: LogicalPlan
  /** What was written, for messages and for naming the job. */
  readonly text: string
}

export interface BoundJob {
  readonly outputs: readonly BoundOutput[]
  /** The tables it reads, each once; options of hints are merged in. */
  readonly sources: readonly TableEntry[]
  /** The columns of a query's result; empty for INSERTs. */
  readonly schema: Schema
}

/** What the planner must know of a table's connector and format. */
export interface ConnectorInfo {
  /** Its source ends by itself. */
  readonly bounded: boolean
  /** What its source produces; INSERT_ONLY when absent. */
  readonly changes?: ChangeKinds
  /** What its sink takes; undefined when it has none. */
  readonly accepts: 'insert-only' | 'upsert' | 'all' | undefined
  /** Metadata columns it offers. */
  readonly metadata: Schema
  /** Those that its sink takes. */
  readonly writableMetadata?: Schema
  /** Its source can give single fields of ROW columns. */
  readonly nestedProjection?: boolean
}

export interface PlanOptions {
  readonly mode: Mode
  /** The session's options: `table.exec.state.ttl`, `table.exec.mini-batch.enabled`, … */
  readonly config: ReadonlyMap<string, string>
  readonly connectorInfo: (table: TableEntry) => ConnectorInfo
}

/** What runs: one Sink per output of the bound job, in its order. */
export interface PhysicalJob {
  readonly mode: Mode
  readonly sinks: readonly PhysicalOf<'Sink'>[]
}

/** CREATE TABLE, and with a query CREATE TABLE AS: `insert` fills `entry` once it is created. */
export interface BoundCreateTable {
  readonly entry: TableEntry
  readonly insert: BoundJob | undefined
}

/** ALTER TABLE: `entry` replaces the table at `path`; its own path differs after RENAME TO. Undefined: IF EXISTS, and there is none. */
export interface BoundAlter {
  readonly path: ObjectPath
  readonly entry: TableEntry | ViewEntry | undefined
}
