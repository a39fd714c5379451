/** Where a query's rows leave the job, and whether the sink can take the changes they come as. */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { type TableEntry, printPath } from '../../catalog/table.ts'
import { writtenColumns } from '../bind/insert.ts'
import type { BoundOutput } from '../planner.ts'
import { isInsertOnly } from './changes.ts'
import type { Converter } from './convert.ts'
import { isContained } from './keys.ts'
import type { PhysicalOf, PhysicalPlan } from './plan.ts'
import { requireInsertOnly } from './requirements.ts'

export function convertSink(output: BoundOutput, to: Converter): PhysicalOf<'Sink'> {
  const below = to.convert(output.plan)
  const own =
    output.target.kind === 'collect'
      ? { target: output.target, key: [], upsertMaterialize: false, notNull: [] }
      : tableSink(output.target.table, below, to)
  const schema = output.target.kind === 'collect' ? output.plan.schema : writtenColumns(output.target.table)
  const notNullEnforcer = to.options.config.get('table.exec.sink.not-null-enforcer')?.toLowerCase() === 'drop' ? 'drop' : 'error'
  const rows = {
    name: 'rows',
    key: own.key.map(k => schema[k]!),
    value: below.schema,
    bound: 'all rows per key, forever',
    ...to.ttl,
  }
  const facts = { schema, keys: below.traits.upsertKeys, state: own.upsertMaterialize ? [rows] : [] }
  return to.node({ kind: 'Sink', ...own, notNullEnforcer }, [below], facts) as PhysicalOf<'Sink'>
}

type SinkFields = Pick<PhysicalOf<'Sink'>, 'target' | 'key' | 'upsertMaterialize' | 'notNull'>

function tableSink(table: TableEntry, below: PhysicalPlan, to: Converter): SinkFields {
  const { accepts } = to.options.connectorInfo(table)
  const name = printPath(table.path)
  if (accepts === undefined) {
    const connector = table.options['connector'] ?? ''
    throw new SqlError('SINK_MISSING', `Connector '${connector}' can only be used as a source. It cannot be used as a sink.`)
  }
  if (accepts === 'insert-only') requireInsertOnly(below, `Table sink '${name}'`)
  const columns = writtenColumns(table)
  const metadata = columns.find(c => c.kind === 'metadata')
  if (metadata !== undefined) {
    const hint = 'declare it VIRTUAL if it shall not be written'
    throw new UnsupportedError(`writing the metadata column '${metadata.name}'`, undefined, { hint })
  }
  const key = table.primaryKey.map(k => columns.findIndex(c => c.name === k))
  if (accepts === 'upsert' && key.length === 0 && !isInsertOnly(below.traits.changes)) {
    const hint = 'declare a PRIMARY KEY … NOT ENFORCED on the sink'
    throw new SqlError('SINK_NEEDS_KEY', `Table sink '${name}' takes updates by key, and has no primary key`, undefined, { hint })
  }
  return {
    target: { kind: 'table', table },
    key,
    upsertMaterialize: accepts === 'upsert' && materializes(key, below, to),
    notNull: columns.flatMap((c, i) => (!c.type.nullable && below.schema[i]!.type.nullable ? [i] : [])),
  }
}

/** Where the query replaces rows by another key than the sink's, the last of several rows per key must be remembered. */
function materializes(key: readonly number[], below: PhysicalPlan, to: Converter): boolean {
  const mode = to.options.config.get('table.exec.sink.upsert-materialize')?.toUpperCase() ?? 'AUTO'
  if (key.length === 0 || mode === 'NONE') return false
  if (mode === 'FORCE') return true
  if (isInsertOnly(below.traits.changes)) return false
  return !below.traits.upsertKeys.some(upsertKey => isContained(upsertKey, key))
}
