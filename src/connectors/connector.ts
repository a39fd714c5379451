/** One outside system each. The engine hands in the table, the columns a query reads, and what the host offers. */
import type { OptionSet } from '../catalog/option.ts'
import type { TableEntry } from '../catalog/table.ts'
import type { BufferPool } from '../data/pool.ts'
import type { Schema } from '../data/type.ts'
import type { Duplex } from 'node:stream'
import type { Clock, Timers } from '../base/clock.ts'
import type { ChangeKinds } from '../data/change-kinds.ts'
import type { Random } from '../base/random.ts'
import type { Sink } from '../runtime/dataflow/sink.ts'
import type { Source } from '../runtime/dataflow/source.ts'

export interface ConnectorContext {
  readonly pool: BufferPool
  readonly clock: Clock
  readonly timers: Timers
  readonly random: Random
  readonly zone: string
  readonly stdin: NodeJS.ReadableStream
  /** Resolves when the text is on its way. Used by `print` and the stdout sink. */
  stdout(text: string | Uint8Array): Promise<void> | undefined
  stderr(text: string | Uint8Array): Promise<void> | undefined
  /** `batch` sources end; in `streaming` a connector that can follow its input does so. */
  readonly mode: 'batch' | 'streaming'
  /** A stream to a server at this address that runs in this very process; undefined for the outside. */
  dial?(address: { readonly host: string; readonly port: number }): Duplex | undefined
  /** Warnings a person should see: skipped records, ignored options. */
  warn(message: string): void
  /** The job's name: a plain path, the first part of the names of generated code. */
  readonly name: string
}

export interface ScanRequest {
  readonly table: TableEntry
  /** Physical and metadata columns the query reads, by name, in the order its chunks shall have. */
  readonly columns: readonly string[]
  /** For a connector with `nestedProjection`: by column, the path of fields inside it that is asked for; empty for the whole. */
  readonly paths?: readonly (readonly string[])[] | undefined
  /** The columns its chunks have: names and types of what is asked for. */
  readonly schema: Schema
  /** The source may stop after so many rows. */
  readonly limit: number | undefined
}

export interface Connector {
  readonly name: string
  readonly options: OptionSet
  /** Does it end by itself with these options? Asked while planning; opens nothing. */
  bounded?(table: TableEntry): boolean
  /** Which changes its source gives; only inserts when absent. */
  changes?(table: TableEntry): ChangeKinds
  /** Metadata columns it can read, with their types. */
  readonly metadata?: Schema
  /** The same where it depends on the table. */
  metadataOf?(table: TableEntry): Schema
  /** Those of them that its sink takes, in these types. */
  readonly writableMetadata?: Schema
  /** Its source can give single fields of ROW columns. */
  readonly nestedProjection?: boolean
  /** Where that depends on the table: on its format. */
  nestedProjectionOf?(table: TableEntry): boolean
  source?(request: ScanRequest, context: ConnectorContext): Source
  /** Which changes its sink takes: rows that are only inserted, keyed upserts, or full retractions. */
  readonly accepts?: 'insert-only' | 'upsert' | 'all'
  /** Where it depends on the table's options. */
  acceptsOf?(table: TableEntry): 'insert-only' | 'upsert' | 'all'
  sink?(table: TableEntry, context: ConnectorContext): Sink
}
