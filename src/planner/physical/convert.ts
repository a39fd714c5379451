/**
 * Logical plan → physical plan, bottom-up: which operator runs each step, and what is known about the stream it gives.
 * Whether -U rows flow is decided afterwards, from the sinks down (`update-before.ts`); here they do wherever +U does.
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { printPath } from '../../catalog/table.ts'
import { parseDuration } from '../../catalog/option.ts'
import type { StateSpec } from '../../data/state-spec.ts'
import type { Schema } from '../../data/type.ts'
import { type Expr, input } from '../../expr/expr.ts'
import type { SessionFacts } from '../../expr/function.ts'
import { PlanNumbers } from '../logical/identity.ts'
import type { Columns, LogicalOf, LogicalPlan } from '../logical/plan.ts'
import type { PlanOptions } from '../bound.ts'
import { convertAggregate } from './aggregate.ts'
import { convertJoin } from './join.ts'
import { ALL_CHANGES, columnsOf, isInsertOnly, unionOf } from './changes.ts'
import { type Keys, keysHolding, keysThrough } from './keys.ts'
import { type ChangeKinds, type EmitMode, INSERT_ONLY, type PhysicalPlan, type StreamTraits } from './plan.ts'
import { castTo, typeText } from '../bind/call.ts'
import { metadataTypes } from './metadata.ts'
import { substitute } from '../rules/inline.ts'
import { convertSort } from './sort.ts'

/** A node's own fields, before what all nodes have. */
type Own<K extends PhysicalPlan['kind']> = Omit<
  Extract<PhysicalPlan, { kind: K }>,
  'id' | 'inputs' | 'schema' | 'traits' | 'state'
>
export type OwnFields = { [K in PhysicalPlan['kind']]: Own<K> }[PhysicalPlan['kind']]

export interface NodeFacts {
  readonly schema: Columns
  readonly changes?: ChangeKinds
  readonly keys?: Keys
  readonly state?: readonly StateSpec[]
}

export class Converter {
  readonly options: PlanOptions
  readonly session: SessionFacts
  readonly #numbers = new PlanNumbers()
  readonly #converted = new Map<number, PhysicalPlan>()
  readonly #exchanges = new Map<string, PhysicalPlan>()
  #nextId = 0

  constructor(options: PlanOptions, session: SessionFacts) {
    this.options = options
    this.session = session
  }

  get isBatch(): boolean {
    return this.options.mode === 'batch'
  }

  /** How an operator with state tells its changes. */
  get emit(): EmitMode {
    if (this.isBatch) return 'at-end'
    return this.flag('table.exec.mini-batch.enabled') ? 'per-chunk' : 'per-row'
  }

  get ttlMs(): number {
    return this.duration('table.exec.state.ttl')
  }

  flag(name: string): boolean {
    return this.options.config.get(name)?.toLowerCase() === 'true'
  }

  duration(name: string): number {
    const text = this.options.config.get(name)
    const ms = text === undefined ? 0 : parseDuration(text)
    if (ms !== undefined) return ms
    throw new SqlError('OPTION_VALUE', `the option '${name}' is a duration such as '10 s', not '${text}'`)
  }

  /** Equal plans become one node. */
  convert(plan: LogicalPlan): PhysicalPlan {
    const number = this.#numbers.of(plan)
    const known = this.#converted.get(number)
    if (known !== undefined) return known
    const node = this.#convert(plan)
    this.#converted.set(number, node)
    return node
  }

  #convert(plan: LogicalPlan): PhysicalPlan {
    switch (plan.kind) {
      case 'Scan':
        return this.#scan(plan)
      case 'Watermark':
        return this.#watermark(plan)
      case 'Values':
        return this.node({ kind: 'Values', rows: plan.rows }, [], { schema: plan.schema })
      case 'Project':
        if (plan.input.kind === 'Filter')
          return this.calc(this.convert(plan.input.input), plan.input.condition, plan.exprs, plan.schema)
        return this.calc(this.convert(plan.input), undefined, plan.exprs, plan.schema)
      case 'Filter':
        return this.calc(
          this.convert(plan.input),
          plan.condition,
          plan.schema.map((c, i) => input(i, c.type)),
          plan.schema,
        )
      case 'Aggregate':
        return convertAggregate(plan, this)
      case 'Expand':
        return this.node({ kind: 'Expand', projections: plan.projections }, [this.convert(plan.input)], { schema: plan.schema })
      case 'WindowTable':
        return this.#windowTable(plan)
      case 'Join':
        return convertJoin(plan, this)
      case 'Union':
        return this.#union(plan)
      case 'Sort':
        return convertSort(plan, this)
    }
  }

  // ── making nodes ───────────────────────────────────────────────────────────────────────────────

  /** Changes and keys are those of the only input unless said otherwise. */
  node(own: OwnFields, inputs: readonly PhysicalPlan[], facts: NodeFacts): PhysicalPlan {
    const traits: StreamTraits = {
      changes: facts.changes ?? (inputs.length === 1 ? inputs[0]!.traits.changes : INSERT_ONLY),
      upsertKeys: facts.keys ?? [],
      rowtime: this.#timesOf(facts.schema, 'rowtime'),
      proctime: this.#timesOf(facts.schema, 'proctime'),
      bounded: inputs.every(i => i.traits.bounded),
    }
    return this.withTraits(own, inputs, facts, traits)
  }

  withTraits(own: OwnFields, inputs: readonly PhysicalPlan[], facts: NodeFacts, traits: StreamTraits): PhysicalPlan {
    const schema: Schema = facts.schema.map(({ name, type }) => ({ name, type }))
    return { ...own, id: this.#nextId++, inputs, schema, traits, state: facts.state ?? [] } as PhysicalPlan
  }

  /** In a batch nothing waits for time. */
  #timesOf(columns: Columns, time: 'rowtime' | 'proctime'): readonly number[] {
    return this.isBatch ? [] : columns.flatMap((c, i) => (c.time === time ? [i] : []))
  }

  /** WHERE and SELECT over a node. One that only picks columns below it is taken in. */
  calc(below: PhysicalPlan, condition: Expr | undefined, exprs: readonly Expr[], schema: Columns): PhysicalPlan {
    if (below.kind === 'Calc' && below.condition === undefined && below.exprs.every(e => e.kind === 'input')) {
      const picked = below.exprs
      const moved = exprs.map(e => substitute(e, picked))
      return this.calc(below.inputs[0]!, condition && substitute(condition, picked), moved, schema)
    }
    const isIdentity = exprs.length === below.schema.length && exprs.every((e, i) => e.kind === 'input' && e.index === i)
    if (condition === undefined && isIdentity && schema.every((c, i) => c.name === below.schema[i]!.name)) return below
    return this.node({ kind: 'Calc', condition, exprs }, [below], { schema, keys: keysThrough(below.traits.upsertKeys, exprs) })
  }

  /** Rows routed by the columns of `key`; to one task when it is empty. One exchange per input and key. */
  exchange(below: PhysicalPlan, key: readonly number[]): PhysicalPlan {
    const name = JSON.stringify([below.id, key])
    const known = this.#exchanges.get(name)
    if (known !== undefined) return known
    const schema = columnsOf(below)
    const node = this.node({ kind: 'Exchange', key }, [below], { schema, keys: keysHolding(below.traits.upsertKeys, key) })
    this.#exchanges.set(name, node)
    return node
  }

  // ── sources ────────────────────────────────────────────────────────────────────────────────────

  #scan(plan: LogicalOf<'Scan'>): PhysicalPlan {
    const { table } = plan
    const info = this.options.connectorInfo(table)
    const changes = info.changes ?? INSERT_ONLY
    const onlyInserts = isInsertOnly(changes)
    if (this.isBatch) this.#refuseInBatch(printPath(table.path), info.bounded, onlyInserts)
    const key = table.primaryKey.map(name => plan.schema.findIndex(c => c.name === name))
    const keys: Keys = key.length > 0 && !key.includes(-1) ? [key] : []
    const traits: StreamTraits = { changes, upsertKeys: keys, rowtime: [], proctime: [], bounded: info.bounded }
    const limit = onlyInserts ? plan.limit : undefined
    const own = {
      kind: 'TableSourceScan',
      table,
      columns: plan.source?.map(s => s.column) ?? plan.schema.map(c => c.name),
      paths: plan.source?.map(s => s.path),
      limit,
    } as const
    const read = metadataTypes(plan, info.metadata)
    const scan = this.withTraits(own, [], { schema: read }, traits)
    const isUpsert = changes.updateAfter && !changes.updateBefore
    const repeats = !onlyInserts && this.flag('table.exec.source.cdc-events-duplicate')
    const rows = isUpsert || repeats ? this.#normalize(scan, keys[0]) : scan
    const exprs = plan.schema.map(({ type }, i) => castTo(input(i, read[i]!.type), type))
    return exprs.every(e => e.kind === 'input') ? rows : this.calc(rows, undefined, exprs, plan.schema)
  }

  /** An upsert source, or one that may repeat itself, becomes a full changelog. */
  #normalize(scan: PhysicalPlan, key: readonly number[] | undefined): PhysicalPlan {
    if (key === undefined) {
      throw new SqlError('SOURCE_NEEDS_KEY', 'a source of upserts needs a PRIMARY KEY, which says what is replaced')
    }
    const facts = {
      schema: scan.schema,
      changes: ALL_CHANGES,
      keys: [key],
      state: [
        {
          name: 'rows',
          key: key.map(k => scan.schema[k]!),
          value: scan.schema,
          bound: 'the last row per key, forever',
          ...this.ttl,
        },
      ],
    }
    return this.node({ kind: 'ChangelogNormalize', key }, [this.exchange(scan, key)], facts)
  }

  /** For the state of an operator: what its TTL is, where there is one. */
  get ttl(): { readonly ttlMs?: number } {
    return this.ttlMs > 0 ? { ttlMs: this.ttlMs } : {}
  }

  #refuseInBatch(table: string, bounded: boolean, onlyInserts: boolean): void {
    if (!bounded) {
      const message = `Querying an unbounded table '${table}' in batch mode is not allowed. The table source is unbounded.`
      throw new SqlError('UNBOUNDED_IN_BATCH', message, undefined, { hint: "SET 'execution.runtime-mode' = 'streaming'" })
    }
    if (!onlyInserts) {
      const message =
        'Querying a table in batch mode is currently only possible for INSERT-only table sources. ' +
        `But the source for table '${table}' produces other changelog messages than just INSERT.`
      throw new SqlError('CHANGES_IN_BATCH', message)
    }
  }

  #watermark(plan: LogicalOf<'Watermark'>): PhysicalPlan {
    const below = this.convert(plan.input)
    if (this.isBatch) return below
    const text = plan.table.options['scan.watermark.idle-timeout']
    const idleTimeoutMs = text === undefined ? this.duration('table.exec.source.idle-timeout') : parseDuration(text)
    if (idleTimeoutMs === undefined) {
      throw new SqlError('OPTION_VALUE', `the option 'scan.watermark.idle-timeout' is a duration such as '10 s', not '${text}'`)
    }
    const own = { kind: 'WatermarkAssigner', column: plan.column, expr: plan.expr, idleTimeoutMs } as const
    return this.node(own, [below], { schema: plan.schema, keys: below.traits.upsertKeys })
  }

  // ── passing on ─────────────────────────────────────────────────────────────────────────────────

  #windowTable(plan: LogicalOf<'WindowTable'>): PhysicalPlan {
    this.checkWindowTime(plan)
    const { window, time, zone } = plan
    return this.node({ kind: 'WindowTableFunction', window, time, zone }, [this.convert(plan.input)], { schema: plan.schema })
  }

  checkWindowTime(plan: LogicalOf<'WindowTable'>): void {
    if (this.isBatch) return
    const column = plan.input.schema[plan.time]!
    if (column.time === 'rowtime') return
    if (column.time === 'proctime') throw new UnsupportedError('a window over processing time')
    const message = `The window function requires the timecol is a time attribute type, but is ${typeText(column.type)}`
    throw new SqlError('WINDOW_TIME', message, undefined, {
      hint: `give the table a WATERMARK FOR ${column.name}, and pass the column on as it is`,
    })
  }

  #union(plan: LogicalOf<'Union'>): PhysicalPlan {
    const inputs = plan.inputs.map(i => this.convert(i))
    return this.node({ kind: 'Union' }, inputs, { schema: plan.schema, changes: unionOf(inputs.map(i => i.traits.changes)) })
  }
}
