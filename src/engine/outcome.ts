/** What a statement gives back. */
import type { Chunk } from '../data/chunk.ts'
import { rowAt } from '../data/chunk.ts'
import { rowKindText } from '../data/row-kind.ts'
import type { Schema } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { isInsertOnly } from '../data/change-kinds.ts'
import type { SessionFacts } from '../expr/function.ts'
import type { Mode } from '../planner/bound.ts'
import type { JobProgress, JobStatus } from '../runtime/job/job-spec.ts'
import type { Job } from '../runtime/job/job.ts'
import type { Collector } from './collect.ts'

export type { JobProgress }

export type Outcome = DoneOutcome | TableOutcome | QueryOutcome | InsertOutcome

/** DDL, SET, USE: it worked. */
export interface DoneOutcome {
  readonly kind: 'done'
}

/** SHOW, DESCRIBE: a small table that is there at once. EXPLAIN is one with `text`, to be shown without a frame. */
export interface TableOutcome {
  readonly kind: 'table'
  readonly schema: Schema
  readonly rows: readonly (readonly Value[])[]
  readonly text?: string
}

/** A SELECT that runs. */
export interface QueryOutcome {
  readonly kind: 'query'
  readonly query: RunningQuery
}

/** An INSERT or a statement set that runs. */
export interface InsertOutcome {
  readonly kind: 'insert'
  readonly job: RunningJob
}

/** One row of a changelog. */
export interface Change {
  readonly op: (typeof rowKindText)[number]
  readonly row: readonly Value[]
}

/** A job that has been started. */
export class RunningJob {
  readonly job: Job
  readonly mode: Mode
  /** What it was planned with: zone and time of its expressions. */
  readonly session: SessionFacts
  /** How it ended; rejects when it failed. */
  readonly done: Promise<JobStatus>

  constructor(job: Job, mode: Mode, session: SessionFacts) {
    this.job = job
    this.mode = mode
    this.session = session
    this.done = job.run()
    // Who waits for `done` gets the error; a job nobody waits for must not end the process.
    this.done.catch(() => undefined)
  }

  get name(): string {
    return this.job.spec.name
  }

  progress(): JobProgress {
    return this.job.progress()
  }

  cancel(): Promise<void> {
    return this.job.cancel()
  }

  /** Takes a last checkpoint, where there is a directory for one, and ends. */
  stop(): Promise<void> {
    return this.job.stop()
  }
}

export class RunningQuery extends RunningJob {
  readonly schema: Schema
  /** No row is ever taken back. */
  readonly insertOnly: boolean
  readonly #collector: Collector

  constructor(job: Job, mode: Mode, session: SessionFacts, schema: Schema, collector: Collector) {
    super(job, mode, session)
    this.schema = schema
    this.insertOnly = job.spec.plan.every(sink => isInsertOnly(sink.inputs[0]!.traits.changes))
    this.#collector = collector
    this.done.then(
      () => collector.end(),
      (error: unknown) => collector.end(error),
    )
  }

  /** The changelog by chunks. Each is the reader's, to be released. To be read once. */
  async *chunks(): AsyncGenerator<Chunk> {
    try {
      yield* this.#collector
      await this.done
    } finally {
      this.#collector.abandon()
      if (this.job.status === 'running') await this.cancel()
    }
  }

  /** The changelog row by row. */
  async *changes(): AsyncGenerator<Change> {
    for await (const chunk of this.chunks()) {
      try {
        for (let row = 0; row < chunk.length; row++) yield { op: rowKindText[chunk.kinds?.[row] ?? 0]!, row: rowAt(chunk, row) }
      } finally {
        chunk.release()
      }
    }
  }

  override async cancel(): Promise<void> {
    this.#collector.abandon()
    await super.cancel()
  }

  override async stop(): Promise<void> {
    this.#collector.abandon()
    await super.stop()
  }
}
