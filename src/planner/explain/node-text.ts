/**
 * One physical node as Flink's EXPLAIN prints it:
 *
 *     GroupAggregate(groupBy=[user], select=[user, SUM(amount) AS total])
 *     Calc(select=[id, (price * 2) AS double], where=[(price > 10)])
 */
import { printPath } from '../../catalog/table.ts'
import type { Schema } from '../../data/type.ts'
import type { AggregateCall, PhysicalOf, PhysicalPlan, SortKey, WindowSpec } from '../physical/plan.ts'
import { exprText } from './expr-text.ts'

export function summarize(node: PhysicalPlan): string {
  const fields = fieldsOf(node).map(([name, value]) => `${name}=[${value}]`)
  return `${titleOf(node)}(${fields.join(', ')})`
}

type Fields = readonly (readonly [name: string, value: string])[]

function titleOf(node: PhysicalPlan): string {
  if (node.kind === 'Sort' && node.limit !== undefined) return 'SortLimit'
  if (node.kind === 'WindowAggregate') return node.emit === 'at-end' ? 'HashWindowAggregate' : 'WindowAggregate'
  return node.kind
}

function fieldsOf(node: PhysicalPlan): Fields {
  const below: Schema = node.inputs[0]?.schema ?? []
  const names = (columns: readonly number[], schema = below): string => columns.map(c => schema[c]!.name).join(', ')
  const all = node.schema.map(c => c.name).join(', ')
  switch (node.kind) {
    case 'TableSourceScan': {
      const limit = node.limit === undefined ? '' : `, limit=[${node.limit}]`
      return [
        ['table', `[${node.table.path.join(', ')}${limit}]`],
        ['fields', all],
      ]
    }
    case 'Values':
      return [['tuples', node.rows.map(row => `{ ${row.map(e => exprText(e, [])).join(', ')} }`).join(', ')]]
    case 'WatermarkAssigner':
      return [
        ['rowtime', below[node.column]!.name],
        ['watermark', exprText(node.expr, below)],
      ]
    case 'Calc':
      return calcFields(node, below)
    case 'Exchange':
      return [['distribution', node.key.length === 0 ? 'single' : `hash[${names(node.key)}]`]]
    case 'GroupAggregate':
      return [
        ...(node.groupBy.length === 0 ? [] : [['groupBy', names(node.groupBy)] as const]),
        ['select', [...node.groupBy.map(g => below[g]!.name), ...node.calls.map(c => callText(c, below))].join(', ')],
      ]
    case 'WindowTableFunction':
      return [['window', windowText(node.window, `time_col=[${below[node.time]!.name}]`)]]
    case 'WindowAggregate':
      return windowAggregateFields(node, below)
    case 'Join':
      return joinFields(node, all)
    case 'Union':
      return [
        ['all', 'true'],
        ['union all', all],
      ]
    case 'Sort':
      return [['orderBy', orderText(node.by, below)], ...limits(node)]
    case 'TemporalSort':
      return [['orderBy', orderText(node.by, below)]]
    case 'Limit':
      return limits(node)
    case 'ChangelogNormalize':
      return [['key', names(node.key)]]
    case 'DropUpdateBefore':
      return []
    case 'Expand':
      return [['projects', node.projections.map(p => `{${p.map(e => exprText(e, below)).join(', ')}}`).join(', ')]]
    case 'Sink': {
      const table = node.target.kind === 'table' ? printPath(node.target.table.path) : 'collect'
      const materialize = node.upsertMaterialize ? [['upsertMaterialize', 'true'] as const] : []
      return [['table', table], ['fields', all], ...materialize]
    }
  }
}

function calcFields(node: PhysicalOf<'Calc'>, below: Schema): Fields {
  const select = node.exprs.map((expr, i) => named(exprText(expr, below), node.schema[i]!.name)).join(', ')
  const where = node.condition === undefined ? [] : [['where', exprText(node.condition, below)] as const]
  return [['select', select], ...where]
}

const named = (text: string, name: string): string => (text === name ? text : `${text} AS ${name}`)

function callText(call: AggregateCall, below: Schema): string {
  const args = call.args.map(a => below[a]!.name).join(', ')
  const distinct = call.distinct ? 'DISTINCT ' : ''
  const filter = call.filter === undefined ? '' : ` FILTER ${below[call.filter]!.name}`
  return `${call.function.name}(${call.args.length === 0 ? '*' : `${distinct}${args}`})${filter} AS ${call.name}`
}

function windowAggregateFields(node: PhysicalOf<'WindowAggregate'>, below: Schema): Fields {
  const { window } = node
  const shown =
    window.kind === 'assign'
      ? windowText(window.spec, `time_col=[${below[window.time]!.name}]`)
      : `win_start=[${below[window.start]!.name}], win_end=[${below[window.end]!.name}]`
  const groupBy = node.groupBy.length === 0 ? [] : [['groupBy', node.groupBy.map(g => below[g]!.name).join(', ')] as const]
  const properties = node.properties.map(p => `${p}('w$) AS window_${p}`)
  const select = [...node.groupBy.map(g => below[g]!.name), ...node.calls.map(c => callText(c, below)), ...properties]
  return [...groupBy, ['window', shown], ['select', select.join(', ')]]
}

function windowText(window: WindowSpec, time: string): string {
  const offset = window.offsetMs === 0 ? '' : `, offset=[${duration(window.offsetMs)}]`
  switch (window.kind) {
    case 'tumble':
      return `TUMBLE(${time}, size=[${duration(window.sizeMs)}]${offset})`
    case 'hop':
      return `HOP(${time}, size=[${duration(window.sizeMs)}], slide=[${duration(window.slideMs)}]${offset})`
    case 'cumulate':
      return `CUMULATE(${time}, max_size=[${duration(window.maxSizeMs)}], step=[${duration(window.stepMs)}]${offset})`
  }
}

/** `15 min`, `1 h`: in the largest unit that leaves no fraction. */
export function duration(ms: number): string {
  const units = [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1000],
  ] as const
  const unit = units.find(([, size]) => ms % size === 0)
  return unit === undefined ? `${ms} ms` : `${ms / unit[1]} ${unit[0]}`
}

function joinFields(node: PhysicalOf<'Join'>, select: string): Fields {
  const [left, right] = node.inputs.map(i => i.schema) as [Schema, Schema]
  const both = [...left, ...right]
  const equal = node.leftKeys.map((l, i) => {
    const sign = node.nullSafe[i] === true ? 'IS NOT DISTINCT FROM' : '='
    return `(${left[l]!.name} ${sign} ${right[node.rightKeys[i]!]!.name})`
  })
  const conditions = [...equal, ...(node.condition === undefined ? [] : [exprText(node.condition, both)])]
  const types = {
    inner: 'InnerJoin',
    left: 'LeftOuterJoin',
    right: 'RightOuterJoin',
    full: 'FullOuterJoin',
    semi: 'LeftSemiJoin',
    anti: 'LeftAntiJoin',
  }
  return [
    ['joinType', types[node.joinType]],
    ['where', conditions.length === 0 ? 'true' : conditions.join(' AND ')],
    ['select', select],
    ['leftInputSpec', inputSpec(node.leftUnique, node.leftKeys)],
    ['rightInputSpec', inputSpec(node.rightUnique, node.rightKeys)],
  ]
}

function inputSpec(unique: readonly number[] | undefined, keys: readonly number[]): string {
  if (unique === undefined) return 'NoUniqueKey'
  return unique.every(u => keys.includes(u)) ? 'JoinKeyContainsUniqueKey' : 'HasUniqueKey'
}

const orderText = (by: readonly SortKey[], below: Schema): string =>
  by
    .map(({ column, descending, nullsFirst }) => {
      const unusual = nullsFirst === descending ? (nullsFirst ? ' NULLS FIRST' : ' NULLS LAST') : ''
      return `${below[column]!.name} ${descending ? 'DESC' : 'ASC'}${unusual}`
    })
    .join(', ')

const limits = (node: { readonly offset: number; readonly limit: number | undefined }): Fields => [
  ...(node.offset > 0 || node.limit !== undefined ? [['offset', String(node.offset)] as const] : []),
  ...(node.limit === undefined ? [] : [['fetch', String(node.limit)] as const]),
]
