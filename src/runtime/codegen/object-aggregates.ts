/**
 * Aggregates whose state is a list of values, one JavaScript object per group: LISTAGG, COLLECT, ARRAY_AGG, PERCENTILE,
 * JSON_OBJECTAGG, JSON_ARRAYAGG, SINGLE_VALUE, and FIRST_VALUE and LAST_VALUE where rows may be taken away.
 *
 * The state is plain data, so that a snapshot can hold it. A retraction takes away the first equal value, as Flink's do.
 */
import { EvaluationError } from '../../base/errors.ts'
import { type Equal, equalValues } from '../../data/compare.ts'
import type { DataType, Schema } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { toJson } from '../../expr/json-text.ts'
import { quoteJson } from '../../expr/json-value.ts'
import type { AggregateCall } from './accumulators.ts'

// oxlint-disable-next-line typescript/no-explicit-any
export interface ObjectAggregate<S = any> {
  /** True when it is called for NULLs, too. */
  readonly seesNulls: boolean
  /** The result where nothing was added. */
  readonly empty: Value
  create(): S
  add(state: S, ...values: Value[]): void
  subtract(state: S, ...values: Value[]): void
  result(state: S): Value
}

/** The aggregate for a call, or undefined when there is none. */
export function objectAggregate(call: AggregateCall, schema: Schema): ObjectAggregate | undefined {
  const types = call.args.map(i => schema[i]!.type)
  const type = types[0]!
  switch (call.function.name) {
    case 'FIRST_VALUE':
      return listOf(type, { seesNulls: false, empty: null }, list => list[0] ?? null)
    case 'LAST_VALUE':
      return listOf(type, { seesNulls: false, empty: null }, list => list.at(-1) ?? null)
    case 'SINGLE_VALUE':
      return listOf(type, { seesNulls: true, empty: null }, single)
    case 'ARRAY_AGG':
      return listOf(type, { seesNulls: !call.ignoreNulls, empty: null }, list => (list.length === 0 ? null : [...list]))
    case 'COLLECT':
      return collect(type)
    case 'LISTAGG':
      return listAgg(type)
    case 'PERCENTILE':
      return percentile(types)
    case 'JSON_OBJECTAGG':
      return jsonObject(types[1]!)
    case 'JSON_ARRAYAGG':
      return jsonArray(type)
    default:
      return undefined
  }
}

/** Values in the order they came. */
function listOf(
  type: DataType,
  is: Pick<ObjectAggregate, 'seesNulls' | 'empty'>,
  result: (list: Value[]) => Value,
): ObjectAggregate<Value[]> {
  const equal = equalValues(type)
  return {
    ...is,
    create: () => [],
    add: (list, value) => void list.push(value!),
    subtract: (list, value) => removeFirst(list, value!, equal),
    result,
  }
}

function removeFirst(list: Value[], value: Value, equal: Equal): void {
  const at = list.findIndex(other => equal(other, value))
  if (at >= 0) list.splice(at, 1)
}

function single(list: readonly Value[]): Value {
  if (list.length > 1) throw new EvaluationError('MORE_THAN_ONE_VALUE', 'SingleValueAggFunction received more than one element.')
  return list[0] ?? null
}

function collect(type: DataType): ObjectAggregate<[Value, number][]> {
  const equal = equalValues(type)
  const change = (entries: [Value, number][], value: Value, by: number) => {
    const entry = entries.find(([other]) => equal(other, value))
    if (entry === undefined) entries.push([value, by])
    else entry[1] += by
    if (entry?.[1] === 0) entries.splice(entries.indexOf(entry), 1)
  }
  return {
    seesNulls: false,
    empty: [],
    create: () => [],
    add: (entries, value) => change(entries, value!, 1),
    subtract: (entries, value) => change(entries, value!, -1),
    result: entries => entries.filter(([, count]) => count > 0).map(([value, count]) => [value, count]),
  }
}

/** Texts with the separator of the last row; it is a literal. */
function listAgg(type: DataType): ObjectAggregate<{ texts: Value[]; separator: string }> {
  const equal = equalValues(type)
  return {
    seesNulls: false,
    empty: null,
    create: () => ({ texts: [], separator: ',' }),
    add(state, text, separator) {
      state.texts.push(text!)
      if (separator !== undefined) state.separator = separator as string
    },
    subtract: (state, text) => removeFirst(state.texts, text!, equal),
    result: state => (state.texts.length === 0 ? null : state.texts.join(state.separator)),
  }
}

interface Weighed {
  /** Values with how often they count. */
  entries: [value: number, weight: number][]
  fractions: Value
}

/** Linear interpolation between the two values around a rank. Ranks count from 1, which rounds as Flink does. */
function percentile(types: readonly DataType[]): ObjectAggregate<Weighed> {
  const change = (state: Weighed, value: number, fractions: Value, weight: number) => {
    state.fractions = fractions
    const entry = state.entries.find(([other]) => Object.is(other, value))
    if (entry === undefined) state.entries.push([value, weight])
    else entry[1] += weight
  }
  return {
    seesNulls: false,
    empty: null,
    create: () => ({ entries: [], fractions: null }),
    add: (state, value, fractions, weight = 1n) => change(state, value as number, fractions!, Number(weight)),
    subtract: (state, value, fractions, weight = 1n) => change(state, value as number, fractions!, -Number(weight)),
    result(state) {
      const sorted = state.entries.filter(([, weight]) => weight > 0).toSorted((a, b) => a[0] - b[0])
      if (sorted.length === 0) return null
      const at = (fraction: Value) => interpolate(sorted, Number(fraction))
      return types[1]!.kind === 'ARRAY' ? (state.fractions as Value[]).map(at) : at(state.fractions)
    },
  }
}

function interpolate(sorted: Weighed['entries'], fraction: number): number {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new EvaluationError('INVALID_PERCENTAGE', `Percentage of PERCENTILE should be between [0.0, 1.0], but was ${fraction}.`)
  }
  const count = sorted.reduce((sum, [, weight]) => sum + weight, 0)
  const rank = fraction * (count - 1) + 1
  const below = valueOfRank(sorted, Math.floor(rank))
  const above = valueOfRank(sorted, Math.ceil(rank))
  return below === above ? below : (Math.ceil(rank) - rank) * below + (rank - Math.floor(rank)) * above
}

function valueOfRank(sorted: Weighed['entries'], rank: number): number {
  let passed = 0
  for (const [value, weight] of sorted) if ((passed += weight) >= rank) return value
  return sorted.at(-1)![0]
}

/** What the binder writes behind the arguments; a column like them. */
const ABSENT = 'ABSENT ON NULL'

interface Members {
  /** Names and values as JSON text. */
  members: [name: string, value: string][]
}

/** Members in the order of their names. A name that is NULL, or there already, fails the job. */
function jsonObject(type: DataType): ObjectAggregate<Members> {
  const print = toJson(type)
  return {
    seesNulls: true,
    empty: '{}',
    create: () => ({ members: [] }),
    add({ members }, name, value, onNull) {
      if (name === null) throw new EvaluationError('NULL_KEY', 'Key for JSON_OBJECTAGG must not be null.')
      if (members.some(([other]) => other === name)) {
        throw new EvaluationError(
          'DUPLICATE_KEY',
          `Key '${String(name)}' is already present. Duplicate keys are not allowed in JSON_OBJECTAGG. Please ensure that keys are unique.`,
        )
      }
      if (value !== null || onNull !== ABSENT) members.push([name as string, value === null ? 'null' : print(value!)])
    },
    subtract({ members }, name) {
      const at = members.findIndex(([other]) => other === name)
      if (at >= 0) members.splice(at, 1)
    },
    result: ({ members }) => {
      const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : 1))
      return `{${sorted.map(([name, value]) => `${quoteJson(name)}:${value}`).join(',')}}`
    },
  }
}

/** Elements in the order they came. */
function jsonArray(type: DataType): ObjectAggregate<string[]> {
  const print = (value: Value) => (value === null ? 'null' : toText(value))
  const toText = toJson(type)
  return {
    seesNulls: true,
    empty: '[]',
    create: () => [],
    add(elements, value, onNull) {
      if (value !== null || onNull !== ABSENT) elements.push(print(value!))
    },
    subtract: (elements, value) => removeFirst(elements, print(value!), Object.is),
    result: elements => `[${elements.join(',')}]`,
  }
}
