/**
 * The library's face.
 *
 *     const db = await Millrace.open()
 *     await db.execute(`CREATE TABLE flights (…) WITH ('connector' = 'filesystem', …)`)
 *     const result = await db.execute('SELECT origin, COUNT(*) AS n FROM flights WHERE delay > ? GROUP BY origin', [15])
 *     for await (const row of result.rows()) console.log(row.origin, row.n)
 *     await db.close()
 */
import type { Chunk } from '../data/chunk.ts'
import { javaText } from '../data/java-text.ts'
import { type DataType, type Schema, printType } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { JobProgress, JobStatus } from '../runtime/job/job-spec.ts'
import { type JsValue, type ParameterValue, rowObject, toTyped } from './js-value.ts'
import type { Change, Outcome, RunningJob } from './outcome.ts'
import { Session, type SessionOptions } from './session.ts'

export interface OpenOptions {
  /** Session options as SET takes them: `{ 'execution.runtime-mode': 'streaming' }`. */
  readonly config?: Readonly<Record<string, string>>
  readonly connectors?: NonNullable<SessionOptions['connectors']>
  readonly host?: NonNullable<SessionOptions['host']>
}

/** The shape of a row; give your own to have typed columns. */
export type Row = Readonly<Record<string, JsValue>>

export interface TypedChange<R> {
  readonly op: Change['op']
  readonly row: R
}

/** Values for `?`, in order, or for `:name`, by name. */
export type ParameterValues = readonly ParameterValue[] | Readonly<Record<string, ParameterValue>>

export class Millrace {
  readonly #session: Session

  private constructor(options: OpenOptions) {
    this.#session = new Session({
      config: Object.entries(options.config ?? {}),
      ...(options.connectors && { connectors: options.connectors }),
      ...(options.host && { host: options.host }),
    })
  }

  static async open(options: OpenOptions = {}): Promise<Millrace> {
    return new Millrace(options)
  }

  /** Runs the statements of a text one after the other and answers the result of the last one. Rejects at the first that fails. */
  async execute<R extends object = Row>(sql: string, parameters: ParameterValues = []): Promise<Result<R>> {
    const bound = Array.isArray(parameters)
      ? { positional: parameters.map(toTyped) }
      : {
          named: new Map(
            Object.entries(parameters as Record<string, ParameterValue>).map(([name, value]) => [name, toTyped(value)]),
          ),
        }
    let last: Outcome = { kind: 'done' }
    for await (const outcome of this.#session.execute(sql, bound)) {
      // A query before the last statement has nobody who reads it.
      if (last.kind === 'query') await last.query.cancel()
      last = outcome
    }
    return new Result<R>(last)
  }

  /** Cancels what still runs. */
  async close(): Promise<void> {
    await this.#session.close()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

/** What the last statement gave: rows of a query, a small table of SHOW and its kin, or a running INSERT. */
export class Result<R extends object = Row> {
  readonly #outcome: Outcome

  constructor(outcome: Outcome) {
    this.#outcome = outcome
  }

  /** Names and SQL types of the columns; empty when the statement gives no rows. */
  get columns(): readonly { readonly name: string; readonly type: string }[] {
    return this.#schema.map(({ name, type }: { name: string; type: DataType }) => ({ name, type: printType(type) }))
  }

  /** The job of a SELECT or INSERT. */
  get job(): RunningJob | undefined {
    if (this.#outcome.kind === 'query') return this.#outcome.query
    return this.#outcome.kind === 'insert' ? this.#outcome.job : undefined
  }

  /** How the job ended; at once for statements without one. Rejects when it failed. */
  get done(): Promise<JobStatus> {
    return this.job?.done ?? Promise.resolve('finished')
  }

  progress(): JobProgress | undefined {
    return this.job?.progress()
  }

  /** The changelog, row by row, as it comes. To be read once. Leaving the loop cancels the query. */
  async *changes(): AsyncGenerator<TypedChange<R>> {
    if (this.#outcome.kind === 'query') {
      const { query } = this.#outcome
      for await (const { op, row } of query.changes()) yield { op, row: rowObject(query.schema, row) as R }
    } else if (this.#outcome.kind === 'table') {
      for (const row of this.#outcome.rows) yield { op: '+I', row: rowObject(this.#schema, row) as R }
    }
  }

  /** The rows of the result: as they come while there are only inserts, else what is left once the query has ended. */
  async *rows(): AsyncGenerator<R> {
    if (this.#outcome.kind !== 'query' || this.#outcome.query.insertOnly) {
      for await (const { row } of this.changes()) yield row
      return
    }
    const { query } = this.#outcome
    const left = new Map<string, { readonly row: readonly Value[]; count: number }>()
    for await (const { op, row } of query.changes()) {
      const key = JSON.stringify(row.map((value, i) => (value === null ? null : javaText(query.schema[i]!.type, value))))
      const known = left.get(key) ?? { row, count: 0 }
      known.count += op === '+I' || op === '+U' ? 1 : -1
      if (known.count === 0) left.delete(key)
      else left.set(key, known)
    }
    for (const { row, count } of left.values()) for (let i = 0; i < count; i++) yield rowObject(query.schema, row) as R
  }

  /** The changelog as chunks of columns: the fast way. Each is the reader's and is to be released. */
  async *chunks(): AsyncGenerator<Chunk> {
    if (this.#outcome.kind === 'query') yield* this.#outcome.query.chunks()
  }

  /** All of `rows()` at once. */
  async toArray(): Promise<R[]> {
    const rows: R[] = []
    for await (const row of this.rows()) rows.push(row)
    return rows
  }

  async cancel(): Promise<void> {
    await this.job?.cancel()
  }

  get #schema(): Schema {
    if (this.#outcome.kind === 'query') return this.#outcome.query.schema
    return this.#outcome.kind === 'table' ? this.#outcome.schema : []
  }
}
