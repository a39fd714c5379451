/**
 * The planner's face: what the engine calls to get from a statement's tree to a plan that runs.
 *
 *     const planner = new Planner(catalogs, session)
 *     const bound = planner.bindQuery(query, text)                  names, types, Flink's validation errors
 *     const mode = bound.sources.every(isBounded) ? 'batch' : 'streaming'
 *     const job = planner.plan(bound, { mode, config, connectorInfo })
 *     job.sinks                                                      one Sink per INSERT, or one that collects
 *
 * Nodes that several sinks share are one object: walk the plan as a graph and build each node once, by its `id`.
 *
 * `text` is the text the tree's spans point into. Every error is an SqlError with a span where there is one; its
 * `source` is filled in here. What parses but does not run yet throws UnsupportedError.
 */
import type { ViewEntry } from '../catalog/table.ts'
import type { Catalogs } from '../catalog/catalogs.ts'
import { SqlError } from '../base/errors.ts'
import type { SessionFacts } from '../expr/function.ts'
import type * as ast from '../sql/ast.ts'
import { bindAlter } from './bind/alter.ts'
import { bindCreateTableAs } from './bind/create-table-as.ts'
import { bindCreateTable } from './bind/create-table.ts'
import { bindCreateView } from './bind/create-view.ts'
import type { Environment } from './bind/environment.ts'
import { bindInsert } from './bind/insert.ts'
import { bindCollect, environment, jobOf } from './bind/job.ts'
import type { BoundAlter, BoundCreateTable, BoundJob, Parameters, PhysicalJob, PlanOptions } from './bound.ts'
import { explain } from './explain/explain.ts'
import { planJob } from './physical/job.ts'

export class Planner {
  readonly #catalogs: Catalogs
  readonly #session: SessionFacts

  constructor(catalogs: Catalogs, session: SessionFacts) {
    this.#catalogs = catalogs
    this.#session = session
  }

  bindQuery(query: ast.Query, text: string, parameters: Parameters = {}): BoundJob {
    return placed(text, () => bindCollect(query, this.#environment(text, parameters)))
  }

  /** One INSERT, or all of a statement set: they become one job. */
  bindInserts(inserts: readonly ast.Insert[], text: string, parameters: Parameters = {}): BoundJob {
    return placed(text, () => jobOf(inserts.map(insert => bindInsert(insert, this.#environment(text, parameters)))))
  }

  bindCreateTable(statement: ast.CreateTable, text: string): BoundCreateTable {
    const env = this.#environment(text, {})
    return placed(text, () =>
      statement.query === undefined
        ? { entry: bindCreateTable(statement, env), insert: undefined }
        : bindCreateTableAs(statement, statement.query, env),
    )
  }

  bindCreateView(statement: ast.CreateView, text: string): ViewEntry {
    return placed(text, () => bindCreateView(statement, this.#environment(text, {})))
  }

  bindAlterTable(statement: ast.AlterTable | ast.AlterView, text: string): BoundAlter {
    return placed(text, () => bindAlter(statement, this.#environment(text, {})))
  }

  plan(bound: BoundJob, options: PlanOptions): PhysicalJob {
    return planJob(bound, options, this.#session)
  }

  /**
   * The text of EXPLAIN. `details` as written in the statement; CODEGEN is the engine's part and ignored here.
   * Without details: Flink's three sections.
   */
  explain(bound: BoundJob, options: PlanOptions, details: readonly ast.ExplainDetail[] = []): string {
    return explain(bound, options, this.#session, details)
  }

  #environment(text: string, parameters: Parameters): Environment {
    return environment(this.#catalogs, this.#session, text, parameters)
  }
}

/** Runs, and tells an error which text its place is in. */
function placed<T>(text: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof SqlError && error.span !== undefined) error.source ??= text
    throw error
  }
}
