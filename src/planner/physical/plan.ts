/**
 * How a query runs, as plain data: it can be printed, compared and stored. One interface per node; the runtime has one
 * operator per kind. Columns are positions in the input's schema; a binary node's condition sees left columns, then right.
 */
import type { TableEntry } from '../../catalog/table.ts'
import type { ChangeKinds } from '../../data/change-kinds.ts'
import type { StateSpec } from '../../data/state-spec.ts'
import type { Schema } from '../../data/type.ts'
import type { Expr } from '../../expr/expr.ts'
import type { AggregateFunction } from '../../expr/function.ts'

export type PhysicalPlan =
  | TableSourceScan
  | ValuesNode
  | WatermarkAssigner
  | Calc
  | Exchange
  | GroupAggregate
  | WindowTableFunction
  | WindowAggregate
  | Join
  | Union
  | Sort
  | TemporalSort
  | Limit
  | ChangelogNormalize
  | DropUpdateBefore
  | Expand
  | Sink
export type PhysicalKind = PhysicalPlan['kind']
export type PhysicalOf<K extends PhysicalKind> = Extract<PhysicalPlan, { kind: K }>

export interface PhysicalNode {
  /** Unique in its job; stable for the same statement, so that a checkpoint finds its operators again. */
  readonly id: number
  readonly inputs: readonly PhysicalPlan[]
  readonly schema: Schema
  readonly traits: StreamTraits
  /** The tables this node keeps: EXPLAIN STATE prints them, checkpoints are checked against them. */
  readonly state: readonly StateSpec[]
}

/** What is known about the stream a node produces. */
export interface StreamTraits {
  readonly changes: ChangeKinds
  /** Sets of columns that each identify a row for those who replace rather than retract. */
  readonly upsertKeys: readonly (readonly number[])[]
  /** Columns that carry a watermark. */
  readonly rowtime: readonly number[]
  /** Processing-time columns. */
  readonly proctime: readonly number[]
  readonly bounded: boolean
}

export { type ChangeKinds, INSERT_ONLY } from '../../data/change-kinds.ts'

/** When an operator tells what changed: after each row as Flink does, after each chunk (mini-batch, backlog), or once at the end (batch). */
export type EmitMode = 'per-row' | 'per-chunk' | 'at-end'

/**
 * Reads the columns `columns` (names of physical and metadata columns), in that order. With `paths`, column i is the field
 * at that path inside the ROW column `columns[i]`; an empty path is the column itself.
 */
export interface TableSourceScan extends PhysicalNode {
  readonly kind: 'TableSourceScan'
  readonly table: TableEntry
  readonly columns: readonly string[]
  readonly paths?: readonly (readonly string[])[] | undefined
  readonly limit: number | undefined
}

export interface ValuesNode extends PhysicalNode {
  readonly kind: 'Values'
  readonly rows: readonly (readonly Expr[])[]
}

/** Makes `column` a rowtime: `expr` (over the input's columns, of the column's type) is the watermark each row proposes. */
export interface WatermarkAssigner extends PhysicalNode {
  readonly kind: 'WatermarkAssigner'
  readonly column: number
  readonly expr: Expr
  /** `scan.watermark.idle-timeout` or `table.exec.source.idle-timeout`; 0 is never. */
  readonly idleTimeoutMs: number
}

/** WHERE and SELECT in one loop. Keeps row kinds. Without `condition` every row passes. */
export interface Calc extends PhysicalNode {
  readonly kind: 'Calc'
  readonly condition: Expr | undefined
  readonly exprs: readonly Expr[]
}

/** Where rows would be routed by key with a parallelism above 1; an empty key means to one task. */
export interface Exchange extends PhysicalNode {
  readonly kind: 'Exchange'
  readonly key: readonly number[]
}

export interface AggregateCall {
  readonly function: AggregateFunction
  /** Input columns. Constants (a separator, a percentage) are columns, too. */
  readonly args: readonly number[]
  readonly distinct: boolean
  /** A BOOLEAN input column: only rows where it is TRUE count. */
  readonly filter: number | undefined
  readonly ignoreNulls: boolean
  readonly name: string
  readonly type: Schema[number]['type']
}

/**
 * GROUP BY without a window. Output: the group columns, then one column per call. With an empty `groupBy` there is one
 * group; in batch it exists even over no rows, in a stream only from the first row on.
 */
export interface GroupAggregate extends PhysicalNode {
  readonly kind: 'GroupAggregate'
  readonly groupBy: readonly number[]
  readonly calls: readonly AggregateCall[]
  readonly emit: EmitMode
  /** Rows may be taken away: counts are kept, MIN and MAX keep all values. */
  readonly retracting: boolean
  readonly ttlMs: number
}

/** Sizes and offsets in milliseconds. Boundaries are wall clock: in `zone` for a TIMESTAMP_LTZ time column. */
export type WindowSpec =
  | { readonly kind: 'tumble'; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'hop'; readonly slideMs: number; readonly sizeMs: number; readonly offsetMs: number }
  | { readonly kind: 'cumulate'; readonly stepMs: number; readonly maxSizeMs: number; readonly offsetMs: number }

/** Adds window_start, window_end, window_time behind the input's columns; a row comes once per window it is in. */
export interface WindowTableFunction extends PhysicalNode {
  readonly kind: 'WindowTableFunction'
  readonly window: WindowSpec
  readonly time: number
  readonly zone: string | undefined
}

/**
 * GROUP BY over windows. Output: the group columns, the calls, then the asked-for window columns. A group is told once,
 * when its window has passed (in batch: at the end). `window` is what assigns rows to windows here, or the columns of
 * the input that already say so.
 */
export interface WindowAggregate extends PhysicalNode {
  readonly kind: 'WindowAggregate'
  readonly window:
    | { readonly kind: 'assign'; readonly spec: WindowSpec; readonly time: number; readonly zone: string | undefined }
    | { readonly kind: 'attached'; readonly start: number; readonly end: number; readonly zone: string | undefined }
  readonly groupBy: readonly number[]
  readonly calls: readonly AggregateCall[]
  readonly properties: readonly ('start' | 'end' | 'time')[]
  readonly retracting: boolean
  /** Emit at watermarks, or once at the end. */
  readonly emit: 'watermark' | 'at-end'
}

/** Equality on the keys (NULL never matches, unless `nullSafe` says so for that pair) and `condition` over both sides. */
export interface Join extends PhysicalNode {
  readonly kind: 'Join'
  readonly joinType: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'
  readonly leftKeys: readonly number[]
  readonly rightKeys: readonly number[]
  readonly nullSafe: readonly boolean[]
  readonly condition: Expr | undefined
  /** `at-end`: both sides are bounded and only inserted; unmatched rows are told once it is certain. */
  readonly emit: 'per-row' | 'at-end'
  /** A unique key of each side, where there is one: state then is one row per key. */
  readonly leftUnique: readonly number[] | undefined
  readonly rightUnique: readonly number[] | undefined
  readonly ttlMs: number
}

/** UNION ALL. */
export interface Union extends PhysicalNode {
  readonly kind: 'Union'
}

export interface SortKey {
  readonly column: number
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/**
 * ORDER BY, with or without LIMIT. `at-end` (batch): sorted rows once. Otherwise (streaming, always with a limit): a
 * Top-N whose changes are told as Flink's rank without a number does: +I for a row that comes in, -D for one that goes.
 */
export interface Sort extends PhysicalNode {
  readonly kind: 'Sort'
  readonly by: readonly SortKey[]
  readonly offset: number
  readonly limit: number | undefined
  readonly emit: EmitMode
  readonly retracting: boolean
}

/** Streaming ORDER BY rowtime ASC[, …]: rows wait for the watermark; late ones are dropped. */
export interface TemporalSort extends PhysicalNode {
  readonly kind: 'TemporalSort'
  readonly by: readonly SortKey[]
}

/** LIMIT and OFFSET without an order. */
export interface Limit extends PhysicalNode {
  readonly kind: 'Limit'
  readonly offset: number
  readonly limit: number | undefined
  readonly retracting: boolean
}

/** Makes a full changelog from upserts: the last row per key is state. */
export interface ChangelogNormalize extends PhysicalNode {
  readonly kind: 'ChangelogNormalize'
  readonly key: readonly number[]
}

/** Leaves out -U where the consumer replaces by key. */
export interface DropUpdateBefore extends PhysicalNode {
  readonly kind: 'DropUpdateBefore'
}

/** GROUPING SETS: every row once per projection. */
export interface Expand extends PhysicalNode {
  readonly kind: 'Expand'
  readonly projections: readonly (readonly Expr[])[]
}

/** Where rows leave the job: a table, or the caller who asked (`collect`). */
export interface Sink extends PhysicalNode {
  readonly kind: 'Sink'
  readonly target: { readonly kind: 'table'; readonly table: TableEntry } | { readonly kind: 'collect' }
  /** Columns of the target's primary key, for sinks that take upserts. */
  readonly key: readonly number[]
  /** The query's upsert key is not the sink's: rows per key are kept so that the last one standing is told. */
  readonly upsertMaterialize: boolean
  /** Columns that must not be NULL: a NULL fails the job, or drops the row (`table.exec.sink.not-null-enforcer`). */
  readonly notNull: readonly number[]
  readonly notNullEnforcer: 'error' | 'drop'
  /** Where values shall be held to the sink's types: the lengths of texts, and what is inside of rows and collections. */
  readonly constraints?: SinkConstraints
}

/** `table.exec.sink.type-length-enforcer` and `table.exec.sink.nested-constraint-enforcer`. */
export interface SinkConstraints {
  readonly length: 'ignore' | 'trim-pad' | 'error'
  readonly nested: 'ignore' | 'rows' | 'rows-and-collections'
}
