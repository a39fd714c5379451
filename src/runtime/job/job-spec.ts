/** What a job is made of and what it says of itself, as plain data; `job.ts` runs it. */
import type { Clock } from '../../base/clock.ts'
import type { Disk } from '../../base/disk.ts'
import type { PhysicalOf, PhysicalPlan } from '../../planner/physical/plan.ts'
import type { Operator } from '../dataflow/operator.ts'
import type { Sink } from '../dataflow/sink.ts'
import type { Source } from '../dataflow/source.ts'
import type { Checkpoint } from './checkpoint.ts'

export type JobStatus = 'created' | 'running' | 'finishing' | 'finished' | 'failed' | 'canceled' | 'stopped'

export interface JobSpec {
  readonly name: string
  readonly mode: 'batch' | 'streaming'
  /** The sinks; everything else hangs below them. Nodes that several sinks share are the same object. */
  readonly plan: readonly PhysicalOf<'Sink'>[]
  readonly checkpoints: CheckpointOptions | undefined
  /** How often a live stream tells event time without a row that moves it far (`pipeline.auto-watermark-interval`). */
  readonly watermarkIntervalMs: number
  /** Where to go on from. */
  readonly restore: Checkpoint | undefined
}

export interface CheckpointOptions {
  readonly directory: string
  /** 0: only at the end and on `stop`. */
  readonly intervalMs: number
  readonly retained: number
}

/** What the engine hands in: the outside, and an operator for each node that computes. */
export interface JobParts {
  readonly clock: Clock
  readonly disk: Disk
  source(node: PhysicalOf<'TableSourceScan'> | PhysicalOf<'Values'>): Source
  sink(node: PhysicalOf<'Sink'>): Sink
  /** For a Sink node: what stands between the query and the writer (NOT NULL, upsert materialize), if anything. */
  operators(node: PhysicalPlan): readonly Operator[]
}

export interface JobProgress {
  readonly status: JobStatus
  readonly rowsIn: number
  readonly rowsOut: number
  /** The least watermark at a sink or, before any, at an operator; undefined without event time. */
  readonly watermarkMs: number | undefined
  readonly elapsedMs: number
  readonly doneBytes: number | undefined
  readonly totalBytes: number | undefined
  readonly lateRows: number
  readonly skippedRecords: number
  readonly nulledFields: number
  readonly checkpoints: number
  readonly stateBytes: number
  readonly stateRows: number
}
