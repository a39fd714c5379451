/** Sort → Sort, TemporalSort or Limit, with Flink's refusal of an order that a stream can never finish. */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { LogicalOf } from '../logical/plan.ts'
import { ALL_CHANGES, isInsertOnly } from './changes.ts'
import type { Converter } from './convert.ts'
import { INSERT_ONLY, type PhysicalPlan } from './plan.ts'
import { requireInsertOnly } from './requirements.ts'

export function convertSort(plan: LogicalOf<'Sort'>, to: Converter): PhysicalPlan {
  const below = to.exchange(to.convert(plan.input), [])
  const { by, offset, limit } = plan
  const retracting = !isInsertOnly(below.traits.changes)
  const { schema } = plan
  const keys = below.traits.upsertKeys
  if (by.length === 0) {
    const changes = retracting ? ALL_CHANGES : INSERT_ONLY
    const rows = { name: 'rows', key: [], value: retracting ? below.schema : [], bound: retracting ? 'all rows' : 'a count' }
    return to.node({ kind: 'Limit', offset, limit, retracting }, [below], { schema, changes, keys, state: [rows] })
  }
  if (to.isBatch) {
    const rows = { name: 'rows', key: [], value: below.schema, bound: limit === undefined ? 'all rows' : 'the first rows' }
    return to.node({ kind: 'Sort', by, offset, limit, emit: 'at-end', retracting }, [below], { schema, keys, state: [rows] })
  }
  // Flink's own tests sort bounded streams with this switch: once, when the input ends.
  if (limit === undefined && to.flag('__table.exec.sort.non-temporal.enabled__')) {
    const rows = { name: 'rows', key: [], value: below.schema, bound: 'all rows' }
    const own = { kind: 'Sort', by, offset, limit, emit: 'at-end', retracting } as const
    return to.node(own, [below], { schema, changes: INSERT_ONLY, keys, state: [rows] })
  }
  if (limit === undefined) return temporalSort(plan, below, to)
  const bound = retracting ? 'all rows, forever' : `the first ${offset + limit} rows`
  const rows = { name: 'rows', key: by.map(k => below.schema[k.column]!), value: below.schema, bound }
  const own = { kind: 'Sort', by, offset, limit, emit: to.emit, retracting } as const
  return to.node(own, [below], { schema, changes: ALL_CHANGES, keys, state: [rows] })
}

function temporalSort(plan: LogicalOf<'Sort'>, below: PhysicalPlan, to: Converter): PhysicalPlan {
  const [first] = plan.by
  const time = plan.input.schema[first!.column]!.time
  if (plan.offset > 0) {
    throw new SqlError('FETCH_MISSING', 'FETCH is missed, which on streaming table is not supported currently.', undefined, {
      hint: 'OFFSET needs a LIMIT',
    })
  }
  if (time === undefined || first!.descending) {
    throw new SqlError('SORT_UNBOUNDED', 'Sort on a non-time-attribute field is not supported.', undefined, {
      hint: 'a stream can be ordered by its rowtime ascending, or by anything with a LIMIT',
    })
  }
  if (time === 'proctime') throw new UnsupportedError('ORDER BY processing time')
  requireInsertOnly(below, 'TemporalSort')
  const rows = { name: 'rows', key: [], value: below.schema, bound: 'rows the watermark has not passed' }
  return to.node({ kind: 'TemporalSort', by: plan.by }, [below], {
    schema: plan.schema,
    keys: below.traits.upsertKeys,
    state: [rows],
  })
}
