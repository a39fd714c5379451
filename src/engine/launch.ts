/** From a bound job to a running one: connectors looked up and checked, operators built, sources and sinks opened by the job. */
import { MillraceError, SqlError, UnsupportedError } from '../base/errors.ts'
import { seededRandom } from '../base/random.ts'
import { didYouMean } from '../base/suggest.ts'
import { type Option, type OptionSet, checkOptionNames } from '../catalog/option.ts'
import { type TableEntry, printPath } from '../catalog/table.ts'
import type { Connector, ConnectorContext } from '../connectors/connector.ts'
import { type FormatPlace, formatOf } from '../connectors/format-of.ts'
import { BufferPool } from '../data/pool.ts'
import type { SessionFacts } from '../expr/function.ts'
import type { PhysicalOf, PhysicalPlan } from '../planner/physical/plan.ts'
import { INSERT_ONLY } from '../planner/physical/plan.ts'
import type { BoundJob, ConnectorInfo, Mode, PhysicalJob } from '../planner/bound.ts'
import type { Operator } from '../runtime/dataflow/operator.ts'
import type { Sink } from '../runtime/dataflow/sink.ts'
import { type OperatorContext } from '../runtime/operators/context.ts'
import { buildOperators } from '../runtime/operators/index.ts'
import { type Checkpoint, readCheckpoint } from '../runtime/job/checkpoint.ts'
import type { CheckpointOptions } from '../runtime/job/job-spec.ts'
import { Job } from '../runtime/job/job.ts'
import { MemoryBudget } from '../runtime/state/memory-budget.ts'
import type { Collector } from './collect.ts'
import type { Config } from './config.ts'
import type { Host } from './host.ts'
import { valuesSource } from './values-source.ts'

/** A piece of generated code, as EXPLAIN CODEGEN prints it. */
export interface GeneratedCode {
  readonly name: string
  readonly source: string
}

/** Options every table may have, whatever its connector. */
const commonOptions: OptionSet = {
  required: [],
  optional: [
    { name: 'connector', type: 'string', description: 'where the table lies' },
    { name: 'format', type: 'string', description: 'how its records are written' },
    { name: 'scan.watermark.idle-timeout', type: 'duration', description: 'without rows for so long it holds back no watermark' },
    {
      name: 'scan.watermark.emit.strategy',
      type: 'enum',
      values: ['on-periodic', 'on-event'],
      description: 'when watermarks are told',
    },
    { name: 'scan.parallelism', type: 'integer', description: 'taken for compatibility; one task reads' },
    { name: 'sink.parallelism', type: 'integer', description: 'taken for compatibility; one task writes' },
  ],
}

/** Connectors by name: ours, and those a session was opened with. */
export type ConnectorMap = ReadonlyMap<string, Connector>

/** The connector of a table, its options checked by name. */
export function connectorOf(table: TableEntry, connectors: ConnectorMap): Connector {
  const name = table.options['connector']
  const path = printPath(table.path)
  if (name === undefined) {
    throw new SqlError(
      'CONNECTOR_MISSING',
      `table ${path} has no 'connector' option, so it says not where its rows are`,
      undefined,
      {
        hint: `the connectors are: ${[...connectors.keys()].join(', ')}`,
      },
    )
  }
  const connector = connectors.get(name)
  if (connector === undefined) {
    throw new SqlError('CONNECTOR_UNKNOWN', `there is no connector '${name}' (table ${path})`, undefined, {
      hint: didYouMean(name, connectors.keys()) ?? `the connectors are: ${[...connectors.keys()].join(', ')}`,
    })
  }
  checkOptionNames(
    `table ${path} (connector '${name}')`,
    [commonOptions, connector.options, ...formatOptions(table)],
    Object.keys(table.options),
  )
  return connector
}

/** The options of the table's formats, with their prefixes. */
function formatOptions(table: TableEntry): OptionSet[] {
  return formatPlaces.flatMap(place => {
    if (table.options[`${place}format`] === undefined) return []
    const { format } = formatOf(table, place)
    const { name, options } = 'bulk' in format ? format.bulk : format.messages
    const prefixed = (declared: readonly Option[]) => declared.map(o => ({ ...o, name: `${place}${name}.${o.name}` }))
    return [{ required: [], optional: prefixed([...options.required, ...options.optional]) }]
  })
}

const formatPlaces: readonly FormatPlace[] = ['', 'key.', 'value.']

export function connectorInfo(table: TableEntry, connectors: ConnectorMap): ConnectorInfo {
  const connector = connectorOf(table, connectors)
  return {
    bounded: connector.bounded?.(table) ?? true,
    changes: connector.changes?.(table) ?? INSERT_ONLY,
    accepts: connector.sink === undefined ? undefined : (connector.acceptsOf?.(table) ?? connector.accepts ?? 'insert-only'),
    metadata: connector.metadataOf?.(table) ?? connector.metadata ?? [],
    writableMetadata: connector.writableMetadata ?? [],
    nestedProjection: connector.nestedProjectionOf?.(table) ?? connector.nestedProjection ?? false,
  }
}

/** `automatic` runs a job whose sources all end as a batch. */
export function chosenMode(configured: Mode | 'automatic', bound: BoundJob, connectors: ConnectorMap): Mode {
  if (configured !== 'automatic') return configured
  return bound.sources.every(table => connectorInfo(table, connectors).bounded) ? 'batch' : 'streaming'
}

/** What expressions may ask of the session. In a batch the time of all rows is the start of the query. */
export function sessionFacts(config: Config, host: Host, mode: Mode, database: string): SessionFacts {
  const seed = config.integer('millrace.seed')
  const random = seed === undefined ? host.random : seededRandom(seed)
  const startMs = host.clock.nowMs()
  let zone: string | undefined
  return {
    // The first look at the system's zone costs 15 ms, which a query without local time need not pay.
    get zone() {
      return (zone ??= config.zone)
    },
    legacyCast: config.get('table.exec.legacy-cast-behaviour')!.toUpperCase() === 'ENABLED',
    nowMs: mode === 'batch' ? () => startMs : () => host.clock.nowMs(),
    rowNowMs: () => host.clock.nowMs(),
    random: () => random.next(),
    database,
  }
}

export interface Launch {
  readonly name: string
  readonly physical: PhysicalJob
  readonly session: SessionFacts
  readonly config: Config
  readonly host: Host
  readonly pool: BufferPool
  readonly connectors: ConnectorMap
  /** Takes the rows of sinks that collect. */
  readonly collector: Collector | undefined
  /** Instead of the table's connector: `check` hands in tables in memory. */
  readonly sinkFor?: (node: PhysicalOf<'Sink'>) => Sink | undefined
  onCompiled?(code: GeneratedCode): void
}

/** The job, ready to run; nothing is open yet. */
export async function launch(given: Launch): Promise<Job> {
  const { config, host, physical } = given
  const restore = await checkpointToRestore(config, host)
  return new Job(
    {
      name: given.name,
      mode: physical.mode,
      plan: physical.sinks,
      checkpoints: checkpointOptions(config),
      restore,
      watermarkIntervalMs: config.duration('pipeline.auto-watermark-interval'),
    },
    {
      clock: host.clock,
      disk: host.disk,
      source: node => (node.kind === 'Values' ? valuesSource(node, given.session, given.pool) : scanSource(node, given)),
      sink: node => given.sinkFor?.(node) ?? tableSink(node, given),
      operators: operatorFactory(given),
    },
  )
}

/** Builds each node's operators in one query's memory budget; compiles their code on the way. */
export function operatorFactory(given: Launch): (node: PhysicalPlan) => readonly Operator[] {
  const limitBytes = given.config.bytes('millrace.memory')
  const memory = new MemoryBudget(limitBytes === undefined ? {} : { limitBytes })
  return node => {
    const name = `${given.name}/${node.kind.replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase()}-${node.id}`
    const context: OperatorContext = {
      name,
      pool: given.pool,
      session: given.session,
      memory,
      clock: given.host.clock,
      watermarkIntervalMs: given.config.duration('pipeline.auto-watermark-interval'),
      onCompiled: code => given.onCompiled?.(code),
    }
    return buildOperators(node, context)
  }
}

function connectorContext(given: Launch): ConnectorContext {
  const { host } = given
  return {
    pool: given.pool,
    clock: host.clock,
    timers: host.timers,
    random: host.random,
    ...(host.dial === undefined ? {} : { dial: host.dial }),
    zone: given.session.zone,
    stdin: host.stdin,
    stdout: host.stdout,
    stderr: host.stderr,
    mode: given.physical.mode,
    warn: host.warn,
    name: given.name,
  }
}

function scanSource(node: PhysicalOf<'TableSourceScan'>, given: Launch) {
  const connector = connectorOf(node.table, given.connectors)
  if (connector.source === undefined) {
    throw new SqlError('CONNECTOR_READ', `connector '${connector.name}' can't be read from (table ${printPath(node.table.path)})`)
  }
  return connector.source(
    { table: node.table, columns: node.columns, paths: node.paths, schema: node.schema, limit: node.limit },
    connectorContext(given),
  )
}

function tableSink(node: PhysicalOf<'Sink'>, given: Launch): Sink {
  if (node.target.kind === 'collect') {
    if (given.collector === undefined) throw new UnsupportedError('a SELECT inside a statement set')
    return given.collector.sink
  }
  const { table } = node.target
  const connector = connectorOf(table, given.connectors)
  if (connector.sink === undefined) {
    throw new SqlError('CONNECTOR_WRITE', `connector '${connector.name}' can't be written to (table ${printPath(table.path)})`)
  }
  return connector.sink(table, connectorContext(given))
}

function checkpointOptions(config: Config): CheckpointOptions | undefined {
  const directory = config.get('execution.checkpointing.dir')
  const intervalMs = config.duration('execution.checkpointing.interval')
  if (directory === undefined) {
    if (intervalMs === 0) return undefined
    throw new MillraceError(
      'CHECKPOINT_DIRECTORY',
      'user',
      'execution.checkpointing.interval is set, but there is no directory for checkpoints',
      {
        hint: "SET 'execution.checkpointing.dir' = '…'",
      },
    )
  }
  return {
    directory: directory.replace(/^file:\/\//, ''),
    intervalMs,
    retained: config.integer('execution.checkpointing.num-retained')!,
  }
}

async function checkpointToRestore(config: Config, host: Host): Promise<Checkpoint | undefined> {
  const path = config.get('execution.state-recovery.path')
  return path === undefined ? undefined : readCheckpoint(host.disk, path.replace(/^file:\/\//, ''))
}
