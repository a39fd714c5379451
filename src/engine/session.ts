/**
 * A session: statements in, effects out. Keeps the catalogs, the options and the jobs it started.
 *
 *     for await (const outcome of session.execute('CREATE TABLE …; SELECT …')) …
 */
import { MillraceError, SqlError, UnsupportedError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import { Catalogs } from '../catalog/catalogs.ts'
import { type CatalogEntry, printPath } from '../catalog/table.ts'
import { BufferPool } from '../data/pool.ts'
import { types } from '../data/type.ts'
import type { BoundJob, Mode, Parameters, PlanOptions } from '../planner/bound.ts'
import { Planner } from '../planner/planner.ts'
import type * as ast from '../sql/ast.ts'
import { parseScript } from '../sql/parser.ts'
import type { Connector } from '../connectors/connector.ts'
import { connectors as builtIn } from '../connectors/index.ts'
import type { Job } from '../runtime/job/job.ts'
import { Collector } from './collect.ts'
import { Config } from './config.ts'
import { type Host, nodeHost } from './host.ts'
import {
  type ConnectorMap,
  type GeneratedCode,
  type Launch,
  chosenMode,
  connectorInfo,
  launch,
  operatorFactory,
  sessionFacts,
} from './launch.ts'
import { type Outcome, RunningJob, RunningQuery } from './outcome.ts'
import { describe, show } from './show.ts'

export interface SessionOptions {
  readonly host?: Host
  readonly config?: Iterable<readonly [string, string]>
  /** Connectors of one's own, beside the built-in ones. */
  readonly connectors?: readonly Connector[]
  /** Buffers of one's own: tests hand in ones that are poisoned when they come back. */
  readonly pool?: BufferPool
}

const done: Outcome = { kind: 'done' }

export class Session {
  readonly catalogs = new Catalogs()
  readonly config: Config
  readonly host: Host
  readonly #connectors: ConnectorMap
  readonly #pool: BufferPool
  readonly #jobs = new Set<RunningJob>()
  #started = 0

  constructor(options: SessionOptions = {}) {
    this.host = options.host ?? nodeHost
    this.config = new Config(options.config)
    this.#pool = options.pool ?? new BufferPool()
    this.#connectors = new Map([...builtIn, ...(options.connectors ?? []).map(c => [c.name, c] as const)])
  }

  /** Jobs that still run. */
  get jobs(): ReadonlySet<RunningJob> {
    return this.#jobs
  }

  /**
   * Runs the statements of a text one after the other; the next one when the reader asks. An INSERT over bounded
   * inputs, or with `table.dml-sync`, is waited for before the next statement; one that never ends runs on beside it.
   */
  async *execute(text: string, parameters: Parameters = {}): AsyncGenerator<Outcome> {
    const statements = this.#located(text, () => parseScript(text))
    for (let i = 0; i < statements.length; i++) {
      let statement: ast.Statement = statements[i]!
      if (statement.kind === 'begin-statement-set') {
        const end = statements.findIndex((s, at) => at > i && s.kind === 'end-statement-set')
        if (end < 0) throw this.#placed(new SqlError('STATEMENT_SET', 'this statement set has no END', statement.span), text)
        statement = this.#located(text, () => statementSet(statements.slice(i, end + 1)))
        i = end
      }
      yield await this.executeStatement(statement, text, parameters)
    }
  }

  /** Runs one statement; `text` is what its spans point into. */
  async executeStatement(statement: ast.Statement, text: string, parameters: Parameters = {}): Promise<Outcome> {
    try {
      return await this.#execute(statement, text, parameters)
    } catch (error) {
      if (error instanceof SqlError) this.#placed(error, text)
      throw error
    }
  }

  /** Ends every job that still runs. */
  async close(): Promise<void> {
    await Promise.all([...this.#jobs].map(job => job.cancel()))
  }

  async #execute(statement: ast.Statement, text: string, parameters: Parameters): Promise<Outcome> {
    switch (statement.kind) {
      case 'query':
        return this.#select(statement, text, parameters)
      case 'insert':
        return this.#insert([statement], text, parameters)
      case 'statement-set':
        return this.#insert(statement.statements, text, parameters)
      case 'execute':
        return this.#execute(statement.statement, text, parameters)
      case 'explain':
        return {
          kind: 'table',
          schema: [{ name: 'result', type: types.string() }],
          ...(await this.#explain(statement, text, parameters)),
        }
      case 'create-table':
        return this.#createTable(statement, text)
      case 'create-view': {
        const entry = this.#planner('batch').bindCreateView(statement, text)
        this.catalogs.create(entry, {
          ifNotExists: statement.ifNotExists,
          orReplace: statement.orReplace,
          span: statement.name.span,
        })
        return done
      }
      case 'alter-table':
      case 'alter-view': {
        const { path, entry } = this.#planner('batch').bindAlterTable(statement, text)
        if (entry !== undefined) this.catalogs.replace(path, entry, statement.name.span)
        return done
      }
      case 'drop-table':
        return this.#drop('table', statement)
      case 'drop-view':
        return this.#drop('view', statement)
      case 'set-option':
        if (statement.option === undefined) return this.#options()
        this.config.set(statement.option.key.value, statement.option.value.value, statement.option.span)
        return done
      case 'reset-option':
        this.config.reset(statement.key?.value, statement.key?.span)
        return done
      case 'show':
        return show(statement, this.catalogs)
      case 'describe':
        return describe(statement, this.catalogs)
      default:
        return this.#catalogStatement(statement)
    }
  }

  #catalogStatement(statement: ast.Statement): Outcome {
    const { catalogs } = this
    switch (statement.kind) {
      case 'use-catalog':
        catalogs.useCatalog(statement.name.name, statement.span)
        return done
      case 'use-database':
        catalogs.useDatabase(names(statement.name), statement.name.span)
        return done
      case 'create-catalog':
        catalogs.createCatalog(
          { name: statement.name.name, options: optionsOf(statement.options), comment: statement.comment?.value },
          { ifNotExists: statement.ifNotExists, span: statement.name.span },
        )
        return done
      case 'drop-catalog':
        catalogs.dropCatalog(statement.name.name, { ifExists: statement.ifExists, span: statement.name.span })
        return done
      case 'create-database': {
        const [catalog, name] = catalogs.databasePath(names(statement.name), statement.name.span)
        catalogs.createDatabase(
          catalog,
          { name, options: optionsOf(statement.options), comment: statement.comment?.value },
          { ifNotExists: statement.ifNotExists, span: statement.name.span },
        )
        return done
      }
      case 'alter-database': {
        const [catalog, name] = catalogs.databasePath(names(statement.name), statement.name.span)
        const before = catalogs.database(catalog, name, statement.name.span).options
        catalogs.alterDatabase(catalog, name, changedOptions(before, statement.action), statement.name.span)
        return done
      }
      case 'drop-database': {
        const [catalog, name] = catalogs.databasePath(names(statement.name), statement.name.span)
        catalogs.dropDatabase(catalog, name, {
          ifExists: statement.ifExists,
          cascade: statement.behavior === 'CASCADE',
          span: statement.name.span,
        })
        return done
      }
      default:
        throw new UnsupportedError(statement.kind.replaceAll('-', ' ').toUpperCase(), statement.span)
    }
  }

  // ── queries ───────────────────────────────────────────────────────────────────────────────────────

  async #select(query: ast.Query, text: string, parameters: Parameters): Promise<Outcome> {
    const { mode, given } = this.#prepare(planner => planner.bindQuery(query, text, parameters))
    const collector = new Collector()
    const job = this.#alone(await launch({ ...given, collector }))
    const running = this.#track(new RunningQuery(job, mode, given.session, given.bound.schema, collector))
    return { kind: 'query', query: running }
  }

  /**
   * Runs a query or INSERTs with other sinks in place of theirs, to their end; answers how many rows were late. The
   * statement must be over bounded inputs.
   */
  async runInto(statement: ast.Statement, text: string, sinkFor: NonNullable<Launch['sinkFor']>): Promise<number> {
    try {
      const { given } = this.#prepare(planner => bindOutput(planner, statement, text, {}))
      const unbounded = given.bound.sources.find(table => !connectorInfo(table, this.#connectors).bounded)
      if (unbounded !== undefined)
        throw new SqlError('UNBOUNDED', `table ${printPath(unbounded.path)} never ends`, statement.span)
      const job = await launch({ ...given, sinkFor })
      await job.run()
      return job.progress().lateRows
    } catch (error) {
      if (error instanceof SqlError) this.#placed(error, text)
      throw error
    }
  }

  async #insert(inserts: readonly ast.Insert[], text: string, parameters: Parameters): Promise<Outcome> {
    const { mode, given } = this.#prepare(planner => planner.bindInserts(inserts, text, parameters))
    return this.#run(mode, given)
  }

  async #run(mode: Mode, given: Launch & { readonly bound: BoundJob }): Promise<Outcome> {
    const running = this.#track(new RunningJob(this.#alone(await launch(given)), mode, given.session))
    const bounded = given.bound.sources.every(table => connectorInfo(table, this.#connectors).bounded)
    if (bounded || this.config.boolean('table.dml-sync')) await running.done
    return { kind: 'insert', job: running }
  }

  async #createTable(statement: ast.CreateTable, text: string): Promise<Outcome> {
    const mode = this.config.mode === 'streaming' ? 'streaming' : 'batch'
    const { entry, insert } = this.#planner(mode).bindCreateTable(statement, text)
    const exists = this.catalogs.find(entry.path) !== undefined
    this.catalogs.create(entry, {
      ifNotExists: statement.ifNotExists,
      orReplace: statement.mode !== 'create',
      span: statement.name.span,
    })
    if (insert === undefined || (exists && statement.ifNotExists)) return done
    const { mode: chosen, given } = this.#prepare(() => insert)
    return this.#run(chosen, given)
  }

  /** Binds and plans in the mode the options ask for. */
  #prepare(bind: (planner: Planner) => BoundJob): { readonly mode: Mode; readonly given: Launch & { readonly bound: BoundJob } } {
    const configured = this.config.mode
    const bound = bind(this.#planner(configured === 'automatic' ? 'batch' : configured))
    const mode = chosenMode(configured, bound, this.#connectors)
    const session = this.#facts(mode)
    const physical = new Planner(this.catalogs, session).plan(bound, this.#planOptions(mode))
    this.#started += 1
    const name = (this.config.get('pipeline.name') ?? `query-${this.#started}`).replace(/[^\w.-]+/g, '-')
    return {
      mode,
      given: {
        name,
        physical,
        session,
        config: this.config.copy(),
        host: this.host,
        pool: this.#pool,
        connectors: this.#connectors,
        collector: undefined,
        bound,
      },
    }
  }

  /** Two jobs that write their checkpoints to one directory would overwrite each other's. */
  #alone(job: Job): Job {
    const directory = job.spec.checkpoints?.directory
    const other = [...this.#jobs].find(
      running => directory !== undefined && running.job.spec.checkpoints?.directory === directory,
    )
    if (other === undefined) return job
    throw new SqlError(
      'CHECKPOINT_SHARED',
      `${other.name} still runs and writes its checkpoints to ${directory}, too`,
      undefined,
      {
        hint: 'INSERTs that run together belong into one statement set: EXECUTE STATEMENT SET BEGIN …; END',
      },
    )
  }

  #track<J extends RunningJob>(job: J): J {
    this.#jobs.add(job)
    const forget = () => void this.#jobs.delete(job)
    job.done.then(forget, forget)
    return job
  }

  #planner(mode: Mode): Planner {
    return new Planner(this.catalogs, this.#facts(mode))
  }

  #facts(mode: Mode) {
    return sessionFacts(this.config, this.host, mode, this.catalogs.currentDatabase ?? '')
  }

  #planOptions(mode: Mode): PlanOptions {
    return { mode, config: this.config.values, connectorInfo: table => connectorInfo(table, this.#connectors) }
  }

  // ── looking ───────────────────────────────────────────────────────────────────────────────────────

  async #explain(statement: ast.Explain, text: string, parameters: Parameters): Promise<{ rows: [string][]; text: string }> {
    const missing = statement.details.find(detail => unsupportedDetails.has(detail))
    if (missing !== undefined) throw new UnsupportedError(`EXPLAIN ${missing}`, statement.span)
    const explained = statement.statement
    const { mode, given } = this.#prepare(planner => bindOutput(planner, explained, text, parameters))
    const planned = statement.details.filter(detail => detail !== 'CODEGEN')
    const wantsPlan = planned.length > 0 || statement.details.length === 0
    const parts = wantsPlan
      ? [new Planner(this.catalogs, given.session).explain(given.bound, this.#planOptions(mode), planned)]
      : []
    if (statement.details.includes('CODEGEN')) parts.push(generatedCode(given))
    const result = parts.join('\n')
    return { rows: [[result]], text: result }
  }

  #options(): Outcome {
    const schema = [
      { name: 'key', type: types.string(false) },
      { name: 'value', type: types.string(false) },
    ]
    return { kind: 'table', schema, rows: [...this.config.values].toSorted(([a], [b]) => (a < b ? -1 : 1)) }
  }

  #drop(kind: CatalogEntry['kind'], statement: ast.DropTable | ast.DropView): Outcome {
    this.catalogs.drop(kind, names(statement.name), {
      ifExists: statement.ifExists,
      temporary: statement.temporary,
      span: statement.name.span,
    })
    return done
  }

  // ── errors ────────────────────────────────────────────────────────────────────────────────────────

  #located<T>(text: string, run: () => T): T {
    try {
      return run()
    } catch (error) {
      if (error instanceof SqlError) this.#placed(error, text)
      throw error
    }
  }

  #placed(error: SqlError, text: string): SqlError {
    error.source ??= text
    return error
  }
}

/** Details of Flink's whose answers Millrace does not have. */
const unsupportedDetails: ReadonlySet<ast.ExplainDetail> = new Set(['ESTIMATED_COST', 'PLAN_ADVICE', 'JSON_EXECUTION_PLAN'])

/** Every piece of code the plan's operators are made of. */
function generatedCode(given: Launch): string {
  const codes: GeneratedCode[] = []
  const build = operatorFactory({ ...given, onCompiled: code => codes.push(code) })
  const seen = new Set<unknown>()
  const visit = (node: Launch['physical']['sinks'][number]['inputs'][number]): void => {
    if (seen.has(node)) return
    seen.add(node)
    for (const child of node.inputs) visit(child)
    if (node.kind !== 'TableSourceScan' && node.kind !== 'Values') for (const operator of build(node)) operator.close?.()
  }
  for (const sink of given.physical.sinks) visit(sink)
  return codes.map(code => `== ${code.name} ==\n${code.source}\n`).join('\n')
}

function bindOutput(planner: Planner, statement: ast.Statement, text: string, parameters: Parameters): BoundJob {
  switch (statement.kind) {
    case 'query':
      return planner.bindQuery(statement, text, parameters)
    case 'insert':
      return planner.bindInserts([statement], text, parameters)
    case 'statement-set':
      return planner.bindInserts(statement.statements, text, parameters)
    case 'execute':
      return bindOutput(planner, statement.statement, text, parameters)
    default:
      throw new UnsupportedError(`EXPLAIN of ${statement.kind.replaceAll('-', ' ').toUpperCase()}`, statement.span)
  }
}

/** BEGIN STATEMENT SET; INSERT …; END; written as statements of their own. */
function statementSet(statements: readonly ast.Statement[]): ast.StatementSet {
  const span: Span = { start: statements[0]!.span.start, end: statements.at(-1)!.span.end }
  const inserts = statements.slice(1, -1).map(statement => {
    if (statement.kind === 'insert') return statement
    throw new SqlError('STATEMENT_SET', 'a statement set holds INSERT statements only', statement.span)
  })
  if (inserts.length === 0) throw new SqlError('STATEMENT_SET', 'this statement set is empty', span)
  return { kind: 'statement-set', statements: inserts, span }
}

export const names = (name: ast.Name): string[] => name.parts.map(part => part.name)

const optionsOf = (options: readonly ast.Option[]): Record<string, string> =>
  Object.fromEntries(options.map(option => [option.key.value, option.value.value]))

function changedOptions(
  before: Readonly<Record<string, string>>,
  action: ast.SetAction | ast.ResetAction,
): Record<string, string> {
  if (action.kind === 'set') return { ...before, ...optionsOf(action.options) }
  const gone = new Set(action.keys.map(key => key.value))
  return Object.fromEntries(Object.entries(before).filter(([key]) => !gone.has(key)))
}

/** The error as a person reads it, whatever it is. */
export const describeError = (error: unknown): string =>
  error instanceof MillraceError ? error.describe() : error instanceof Error ? error.message : String(error)
