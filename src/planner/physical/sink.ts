/** Where a query's rows leave the job, and whether the sink can take the changes they come as. */
import { SqlError } from '../../base/errors.ts'
import { type TableEntry, printPath } from '../../catalog/table.ts'
import { castTo } from '../bind/call.ts'
import { writtenColumns } from '../bind/insert.ts'
import { input } from '../../expr/expr.ts'
import { type DataType, MAX_LENGTH, type Schema, isBinary, isText } from '../../data/type.ts'
import type { BoundOutput } from '../bound.ts'
import { isInsertOnly } from './changes.ts'
import type { Converter } from './convert.ts'
import { isContained } from './keys.ts'
import { writtenTypes } from './metadata.ts'
import type { PhysicalOf, PhysicalPlan, SinkConstraints } from './plan.ts'
import { requireInsertOnly } from './requirements.ts'

export function convertSink(output: BoundOutput, to: Converter): PhysicalOf<'Sink'> {
  const below = asWritten(to.convert(output.plan), output, to)
  const own =
    output.target.kind === 'collect'
      ? { target: output.target, key: [], upsertMaterialize: false, notNull: notNullColumns(output.plan.schema) }
      : tableSink(output.target.table, below, to)
  const schema = output.target.kind === 'collect' ? output.plan.schema : columnsWritten(output.target.table, to)
  const notNullEnforcer = to.options.config.get('table.exec.sink.not-null-enforcer')?.toLowerCase() === 'drop' ? 'drop' : 'error'
  const rows = {
    name: 'rows',
    key: own.key.map(k => schema[k]!),
    value: below.schema,
    bound: 'all rows per key, forever',
    ...to.ttl,
  }
  const facts = { schema, keys: below.traits.upsertKeys, state: own.upsertMaterialize ? [rows] : [] }
  const constraints = output.target.kind === 'collect' ? undefined : sinkConstraints(schema, to)
  const held = constraints === undefined ? {} : { constraints }
  return to.node({ kind: 'Sink', ...own, notNullEnforcer, ...held }, [below], facts) as PhysicalOf<'Sink'>
}

const columnsWritten = (table: TableEntry, to: Converter): Schema =>
  writtenTypes(table, writtenColumns(table), to.options.connectorInfo(table).writableMetadata ?? [])

/** Metadata in the types that the connector takes. */
function asWritten(below: PhysicalPlan, { target, plan }: BoundOutput, to: Converter): PhysicalPlan {
  if (target.kind === 'collect' || !writtenColumns(target.table).some(c => c.kind === 'metadata')) return below
  const schema = columnsWritten(target.table, to)
  const exprs = schema.map((column, i) => castTo(input(i, plan.schema[i]!.type), column.type))
  return to.calc(below, undefined, exprs, schema)
}

/** What the session asks of values on their way into a table, beyond NOT NULL of whole columns. */
function sinkConstraints(schema: Schema, to: Converter): SinkConstraints | undefined {
  const asked = (option: string): string =>
    (to.options.config.get(`table.exec.sink.${option}`) ?? 'IGNORE').toLowerCase().replaceAll('_', '-')
  const length = asked('type-length-enforcer') as SinkConstraints['length']
  const nested = asked('nested-constraint-enforcer') as SinkConstraints['nested']
  if (length === 'ignore' && nested === 'ignore') return undefined
  if (length === 'trim-pad' && nested === 'rows-and-collections' && schema.some(c => hasBoundedElement(c.type, false))) {
    const message = 'Trimming and/or padding is not supported if constraint checking is enabled on types nested in collections.'
    throw new SqlError('SINK_CONSTRAINTS', message)
  }
  return { length, nested }
}

/** True for a type with a text or binary of limited length inside of an array, a map or a multiset. */
function hasBoundedElement(type: DataType, inCollection: boolean): boolean {
  switch (type.kind) {
    case 'ROW':
      return type.fields.some(field => hasBoundedElement(field.type, inCollection))
    case 'ARRAY':
    case 'MULTISET':
      return hasBoundedElement(type.element, true)
    case 'MAP':
      return hasBoundedElement(type.key, true) || hasBoundedElement(type.value, true)
    default:
      return inCollection && (isText(type) || isBinary(type)) && type.length < MAX_LENGTH
  }
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
  const key = table.primaryKey.map(k => columns.findIndex(c => c.name === k))
  if (accepts === 'upsert' && key.length === 0 && !isInsertOnly(below.traits.changes)) {
    const hint = 'declare a PRIMARY KEY … NOT ENFORCED on the sink'
    throw new SqlError('SINK_NEEDS_KEY', `Table sink '${name}' takes updates by key, and has no primary key`, undefined, { hint })
  }
  return {
    target: { kind: 'table', table },
    key,
    upsertMaterialize: accepts === 'upsert' && materializes(key, below, to),
    notNull: notNullColumns(columns),
  }
}

/** Whatever the query's type says, as in Flink: a DECIMAL that does not fit is NULL where its type has no NULL. */
const notNullColumns = (columns: Schema): readonly number[] => columns.flatMap((c, i) => (c.type.nullable ? [] : [i]))

/** Where the query replaces rows by another key than the sink's, the last of several rows per key must be remembered. */
function materializes(key: readonly number[], below: PhysicalPlan, to: Converter): boolean {
  const mode = to.options.config.get('table.exec.sink.upsert-materialize')?.toUpperCase() ?? 'AUTO'
  if (key.length === 0 || mode === 'NONE') return false
  if (mode === 'FORCE') return true
  if (isInsertOnly(below.traits.changes)) return false
  return !below.traits.upsertKeys.some(upsertKey => isContained(upsertKey, key))
}
