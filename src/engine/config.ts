/** The session's options: SET and RESET, --set and the library's `config`. Each is declared once, with its default. */
import { parseBytes, parseDuration } from '../catalog/option.ts'
import { SqlError, UnsupportedError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import { didYouMean } from '../base/suggest.ts'

interface SessionOption {
  readonly type: 'string' | 'boolean' | 'integer' | 'duration' | 'bytes' | 'zone' | readonly string[]
  readonly default: string | undefined
  readonly description: string
  /** Flink has it and Millrace takes it without effect. */
  readonly inert?: true
}

const option = (type: SessionOption['type'], fallback: string | undefined, description: string): SessionOption => ({
  type,
  default: fallback,
  description,
})
const inert = (type: SessionOption['type'], fallback: string | undefined): SessionOption => ({
  type,
  default: fallback,
  description: 'taken for compatibility, without effect',
  inert: true,
})

export const sessionOptions: Readonly<Record<string, SessionOption>> = {
  'execution.runtime-mode': option(['streaming', 'batch', 'automatic'], 'automatic', 'automatic: bounded inputs run as a batch'),
  'execution.checkpointing.interval': option('duration', '0 ms', 'time between checkpoints; 0 takes one at the end only'),
  'execution.checkpointing.dir': option('string', undefined, 'directory that checkpoints are written to'),
  'execution.checkpointing.num-retained': option('integer', '1', 'checkpoints kept'),
  'execution.state-recovery.path': option('string', undefined, 'checkpoint, or directory of checkpoints, to go on from'),
  'parallelism.default': option('integer', '1', 'more than 1 is not supported yet'),
  'pipeline.name': option('string', undefined, "the job's name"),
  'pipeline.auto-watermark-interval': option('duration', '200 ms', 'how far event time moves before a new watermark is told'),
  'table.local-time-zone': option('zone', 'default', 'session time zone: an IANA name or an offset'),
  'table.exec.state.ttl': option('duration', '0 ms', 'how long idle state is kept; 0 is forever'),
  'table.exec.mini-batch.enabled': option('boolean', 'false', 'tell changes once per chunk instead of per row'),
  'table.exec.source.idle-timeout': option(
    'duration',
    '0 ms',
    'a source without rows for so long holds back no watermark; 0 is never',
  ),
  'table.exec.source.cdc-events-duplicate': option('boolean', 'false', 'the source may repeat changes; needs a primary key'),
  'table.exec.sink.not-null-enforcer': option(['ERROR', 'DROP'], 'ERROR', 'what a NULL in a NOT NULL column of a sink does'),
  'table.exec.sink.type-length-enforcer': option(
    ['IGNORE', 'TRIM_PAD', 'ERROR'],
    'IGNORE',
    'what a text does that is longer or shorter than its column of a sink',
  ),
  'table.exec.sink.nested-constraint-enforcer': option(
    ['IGNORE', 'ROWS', 'ROWS_AND_COLLECTIONS'],
    'IGNORE',
    'whether NOT NULL and lengths hold inside of rows, and of arrays and maps, of a sink',
  ),
  'table.exec.sink.upsert-materialize': option(
    ['AUTO', 'NONE', 'FORCE'],
    'AUTO',
    "keep rows per key where the query's key is not the sink's",
  ),
  'table.exec.legacy-cast-behaviour': option(['ENABLED', 'DISABLED'], 'DISABLED', 'CAST that fails gives NULL'),
  '__table.exec.sort.non-temporal.enabled__': option('boolean', 'false', 'a stream that ends may be sorted, at its end'),
  'table.dml-sync': option('boolean', 'false', 'INSERT waits for its end'),
  'table.dynamic-table-options.enabled': option('boolean', 'true', "OPTIONS hints are taken; 'false' is not supported yet"),
  'table.sql-dialect': option(['default'], 'default', 'the only dialect'),
  'millrace.memory': option('bytes', undefined, 'limit of all state of a query; unlimited by default'),
  'millrace.seed': option('integer', undefined, 'seed of RAND and UUID, for repeatable runs'),
  'sql-client.execution.result-mode': inert(['TABLE', 'CHANGELOG', 'TABLEAU'], 'TABLE'),
  'sql-client.execution.max-table-result.rows': inert('integer', '1000000'),
  'sql-client.verbose': inert('boolean', 'false'),
  'execution.checkpointing.mode': inert(['EXACTLY_ONCE', 'AT_LEAST_ONCE'], 'EXACTLY_ONCE'),
  'execution.checkpointing.timeout': inert('duration', '10 min'),
  'execution.checkpointing.unaligned.enabled': inert('boolean', 'false'),
  'state.backend.type': inert(['hashmap', 'rocksdb'], 'hashmap'),
  'pipeline.object-reuse': inert('boolean', 'false'),
  'pipeline.operator-chaining.enabled': inert('boolean', 'true'),
  'table.optimizer.agg-phase-strategy': inert(['AUTO', 'ONE_PHASE', 'TWO_PHASE'], 'AUTO'),
  'table.optimizer.distinct-agg.split.enabled': inert('boolean', 'false'),
  'table.optimizer.join-reorder-enabled': inert('boolean', 'false'),
  'table.optimizer.multiple-input-enabled': inert('boolean', 'true'),
  'table.optimizer.reuse-sub-plan-enabled': inert('boolean', 'true'),
  'table.optimizer.reuse-source-enabled': inert('boolean', 'true'),
  'table.optimizer.join.broadcast-threshold': inert('bytes', '1 mb'),
  'table.optimizer.non-deterministic-update.strategy': inert(['IGNORE', 'TRY_RESOLVE'], 'IGNORE'),
  'table.exec.mini-batch.allow-latency': inert('duration', '0 ms'),
  'table.exec.mini-batch.size': inert('integer', '-1'),
  'table.exec.resource.default-parallelism': inert('integer', '-1'),
  'table.exec.disabled-operators': inert('string', undefined),
  'table.exec.sink.keyed-shuffle': inert(['AUTO', 'NONE', 'FORCE'], 'AUTO'),
  'table.exec.async-state.enabled': inert('boolean', 'false'),
  'table.exec.rank.topn-cache-size': inert('integer', '10000'),
  'table.exec.sort.default-limit': inert('integer', '-1'),
  'table.exec.simplify-operator-name-enabled': inert('boolean', 'true'),
}

/** Values that Flink knows and that would be taken without effect. */
const notYet: Readonly<Record<string, (value: string) => boolean>> = {
  'parallelism.default': value => Number(value) > 1,
  'table.dynamic-table-options.enabled': value => value.toLowerCase() === 'false',
}

export class Config {
  readonly #values = new Map<string, string>()

  constructor(values: Iterable<readonly [string, string]> = []) {
    for (const [key, value] of values) this.set(key, value)
  }

  /** What was set, without defaults: what the planner reads. */
  get values(): ReadonlyMap<string, string> {
    return this.#values
  }

  set(key: string, value: string, span?: Span): void {
    const declared = sessionOptions[key]
    if (declared === undefined) {
      throw new SqlError('SESSION_OPTION_UNKNOWN', `there is no session option '${key}'`, span, {
        hint: didYouMean(key, Object.keys(sessionOptions)),
      })
    }
    const wanted = fault(declared, value)
    if (wanted !== undefined) throw new SqlError('SESSION_OPTION_VALUE', `'${key}' is ${wanted}, not '${value}'`, span)
    if (notYet[key]?.(value) === true) throw new UnsupportedError(`${value} for '${key}'`, span)
    this.#values.set(key, value)
  }

  reset(key?: string, span?: Span): void {
    if (key === undefined) return this.#values.clear()
    if (sessionOptions[key] === undefined) this.set(key, '', span)
    this.#values.delete(key)
  }

  get(key: string): string | undefined {
    return this.#values.get(key) ?? sessionOptions[key]?.default
  }

  integer(key: string): number | undefined {
    const value = this.get(key)
    return value === undefined ? undefined : Number(value)
  }

  duration(key: string): number {
    return parseDuration(this.get(key) ?? '0')!
  }

  bytes(key: string): number | undefined {
    const value = this.get(key)
    return value === undefined ? undefined : parseBytes(value)
  }

  boolean(key: string): boolean {
    return this.get(key)?.toLowerCase() === 'true'
  }

  get mode(): 'streaming' | 'batch' | 'automatic' {
    return this.get('execution.runtime-mode')!.toLowerCase() as 'streaming'
  }

  get zone(): string {
    const zone = this.get('table.local-time-zone')!
    return zone === 'default' ? Intl.DateTimeFormat().resolvedOptions().timeZone : zone
  }

  copy(): Config {
    return new Config(this.#values)
  }
}

/** What the value should have been, or undefined when it is right. */
function fault({ type }: SessionOption, value: string): string | undefined {
  if (typeof type !== 'string')
    return type.some(t => t.toLowerCase() === value.toLowerCase()) ? undefined : `one of ${type.join(', ')}`
  switch (type) {
    case 'boolean':
      return /^(true|false)$/i.test(value) ? undefined : 'true or false'
    case 'integer':
      return /^-?\d+$/.test(value) ? undefined : 'a whole number'
    case 'duration':
      return parseDuration(value) === undefined ? "a duration such as '10 s'" : undefined
    case 'bytes':
      return parseBytes(value) === undefined ? "a size such as '512 mb'" : undefined
    case 'zone':
      return value === 'default' || isZone(value) ? undefined : "a time zone such as 'Europe/Berlin' or 'GMT+02:00'"
    default:
      return undefined
  }
}

function isZone(name: string): boolean {
  if (/^(UTC|GMT|UT)?([+-]\d{1,2}(:?\d\d)?)?$/.test(name) && name !== '') return true
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}
