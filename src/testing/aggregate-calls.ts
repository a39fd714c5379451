/** Aggregate calls for tests of operators, written as in SQL and typed as the binder would. */
import { assert } from '../base/assert.ts'
import { parseSchema } from '../data/notation.ts'
import { type Schema, withNullable } from '../data/type.ts'
import { findAggregate } from '../expr/aggregates.ts'
import type { AggregateCall } from '../planner/physical/plan.ts'

/**
 * `aggregateCall(schema, 'SUM(DISTINCT amount) FILTER big')`: the arguments and the filter are columns of the schema.
 * `grouped` is false for a global aggregate.
 */
export function aggregateCall(input: Schema | string, text: string, grouped = true): AggregateCall {
  const schema = typeof input === 'string' ? parseSchema(input) : input
  const parts = /^(\$?\w+)\((DISTINCT )?(.*?)( IGNORE NULLS)?\)(?: FILTER (\w+))?$/.exec(text)
  assert(parts !== null, `an aggregate call looks like SUM(x), not ${text}`)
  const [, name, distinct, list, ignoreNulls, filter] = parts
  const column = (wanted: string) => {
    const at = schema.findIndex(field => field.name === wanted)
    assert(at >= 0, `there is no column ${wanted}`)
    return at
  }
  const args = list === '*' || list === '' ? [] : list!.split(', ').map(column)
  const found = findAggregate(name!)
  assert(found !== undefined, `there is no aggregate ${name}`)
  const shapes = args.map(i => ({ type: schema[i]!.type }))
  const resolution = found.resolve(shapes, { distinct: distinct !== undefined, grouped: grouped && filter === undefined })
  assert(resolution !== undefined, `${text} does not fit its arguments`)
  return {
    function: found,
    args,
    distinct: distinct !== undefined,
    filter: filter === undefined ? undefined : column(filter),
    ignoreNulls: ignoreNulls !== undefined,
    name: text.replace(/\W+/g, '_').toLowerCase(),
    type: resolution.returns,
  }
}

/** The output of an aggregation: the group columns, then a column per call. */
export const aggregateSchema = (input: Schema, groupBy: readonly number[], calls: readonly AggregateCall[]): Schema => [
  ...groupBy.map(i => input[i]!),
  ...calls.map(call => ({ name: call.name, type: withNullable(call.type, call.type.nullable) })),
]
