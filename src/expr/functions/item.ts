/**
 * Access by brackets, and the constructors: `ITEM(arr, i)`, `ITEM(map, key)`, `ITEM(row, name or position)`,
 * `ITEM(variant, key or i)`, `ARRAY(x, …)`, `MAP(k, v, …)`, `ROW(x, …)`.
 *
 *     ARRAY[1, 2][3]      NULL            positions from 1; a literal below 1 is refused
 *     MAP['a', 1]['b']    NULL
 *     ROW(1, 'x')[2]      'x'
 */
import { EvaluationError, SqlError } from '../../base/errors.ts'
import { equalValues } from '../../data/compare.ts'
import { type DataType, isInteger, isText, printType, types, withNullable } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { commonType, implicitlyCasts } from '../coercion.ts'
import type { ArgShape, CallSite, Resolution, ScalarFunction } from '../function.ts'

type Entry = readonly [Value, Value]

function resolveItem([container, index]: readonly ArgShape[]): Resolution | undefined {
  if (container === undefined || index === undefined) return undefined
  const { type } = container
  switch (type.kind) {
    case 'ARRAY':
      return isInteger(index.type) ? elementOf(type, type.element, index) : undefined
    case 'MAP': {
      const key = keyType(index.type, type.key)
      return key && { args: [type, key], returns: withNullable(type.value, true) }
    }
    case 'ROW': {
      const field = type.fields[fieldIndex(type, index)]!
      return { args: [type, index.type], returns: withNullable(field.type, field.type.nullable || type.nullable) }
    }
    case 'VARIANT':
      return isInteger(index.type) || isText(index.type) ? { args: [type, index.type], returns: types.variant() } : undefined
    default:
      return undefined
  }
}

function elementOf(array: DataType, element: DataType, { type, literal }: ArgShape): Resolution {
  if (literal !== undefined && literal !== null && Number(literal) < 1) {
    throw new SqlError('INVALID_ARGUMENT', `Array element access needs an index starting at 1 but was ${String(literal)}.`)
  }
  return { args: [array, type], returns: withNullable(element, true) }
}

/** Text is looked for as it is, anything else as a value of the key's type. */
function keyType(index: DataType, key: DataType): DataType | undefined {
  if (isText(index) && isText(key)) return index
  return implicitlyCasts(withNullable(index, true), withNullable(key, true)) ? withNullable(key, index.nullable) : undefined
}

function fieldIndex(row: Extract<DataType, { kind: 'ROW' }>, { literal }: ArgShape): number {
  const index = typeof literal === 'number' ? literal - 1 : row.fields.findIndex(field => field.name === literal)
  if (index >= 0 && index < row.fields.length) return index
  throw new SqlError('FIELD_UNKNOWN', `Cannot infer type of field '${String(literal ?? 'NULL')}' within ${printType(row)}`)
}

function implementItem({ args }: CallSite): (container: Value, index: Value) => Value {
  const [container, index] = args as readonly [ArgShape, ArgShape]
  const { type } = container
  switch (type.kind) {
    case 'MAP': {
      const same = equalValues(type.key, { floats: 'sql' })
      return (map, key) => (map as readonly Entry[]).find(([k]) => same(k, key))?.[1] ?? null
    }
    case 'ROW': {
      const at = fieldIndex(type, index)
      return row => (row as readonly Value[])[at]!
    }
    case 'VARIANT':
      return isText(index.type) ? memberOf : elementAt
    default:
      return (array, i) => (array as readonly Value[])[Number(i) - 1] ?? null
  }
}

function memberOf(variant: Value, key: Value): Value {
  if (variant instanceof Map) return (variant as ReadonlyMap<string, Value>).get(key as string) ?? null
  throw new EvaluationError(
    'INVALID_VARIANT_ACCESS',
    'String key access on variant requires an object variant, but a non-object variant was provided.',
  )
}

function elementAt(variant: Value, index: Value): Value {
  if (Array.isArray(variant)) return (variant as readonly Value[])[Number(index) - 1] ?? null
  throw new EvaluationError(
    'INVALID_VARIANT_ACCESS',
    'Integer index access on variant requires an array variant, but a non-array variant was provided.',
  )
}

const needsArguments = (): SqlError => new SqlError('INVALID_ARGUMENT', 'Require at least 1 argument')
const notOneType = (): SqlError => new SqlError('TYPE_MISMATCH', 'Parameters must be of the same type')

/** The type that holds all; NULL alone has none. */
function common(shapes: readonly ArgShape[]): DataType {
  const type = commonType(shapes.map(shape => shape.type))
  if (type === undefined || type.kind === 'NULL') throw notOneType()
  return type
}

function resolveArray(shapes: readonly ArgShape[]): Resolution {
  if (shapes.length === 0) throw needsArguments()
  const element = common(shapes)
  return { args: shapes.map(() => element), returns: types.array(element, false) }
}

function resolveMap(shapes: readonly ArgShape[]): Resolution {
  if (shapes.length === 0) throw needsArguments()
  if (shapes.length % 2 !== 0) throw new SqlError('INVALID_ARGUMENT', 'Map requires an even number of arguments')
  const key = common(shapes.filter((_, i) => i % 2 === 0))
  const value = common(shapes.filter((_, i) => i % 2 === 1))
  return { args: shapes.map((_, i) => (i % 2 === 0 ? key : value)), returns: types.map(key, value, false) }
}

/** Entries with distinct keys at the place of their first appearance; the last value counts. */
export function distinctEntries(key: DataType, entries: Iterable<Entry>): Entry[] {
  const same = equalValues(key)
  const result: Entry[] = []
  for (const entry of entries) {
    const at = result.findIndex(([k]) => same(k, entry[0]))
    if (at < 0) result.push(entry)
    else result[at] = [result[at]![0], entry[1]]
  }
  return result
}

function implementMap({ returns }: CallSite): (...args: Value[]) => Value {
  const { key } = returns as Extract<DataType, { kind: 'MAP' }>
  return (...args) => distinctEntries(key, pairs(args))
}

function* pairs(values: readonly Value[]): Generator<Entry> {
  for (let i = 0; i + 1 < values.length; i += 2) yield [values[i]!, values[i + 1]!]
}

export const itemFunctions: readonly ScalarFunction[] = [
  {
    name: 'ITEM',
    signatures: ['<ARRAY>[<INTEGER>]', '<MAP>[<ANY>]', '<ROW>[<CHARACTER>|<INTEGER>]', '<VARIANT>[<CHARACTER>|<INTEGER>]'],
    doc: 'An element of an array, from 1; the value of a key of a map; a field of a row; a part of a variant.',
    resolve: resolveItem,
    nulls: 'propagate',
    partial: true,
    implement: implementItem,
    deterministic: true,
  },
  {
    name: 'ARRAY',
    signatures: ['ARRAY[<ANY>, ...]'],
    doc: 'An array of values of one type.',
    resolve: resolveArray,
    nulls: 'sees',
    implement:
      () =>
      (...values: Value[]) =>
        values,
    deterministic: true,
  },
  {
    name: 'MAP',
    signatures: ['MAP[<ANY>, <ANY>, ...]'],
    doc: 'A map of keys and values in turn.',
    resolve: resolveMap,
    nulls: 'sees',
    implement: implementMap,
    deterministic: true,
  },
  {
    name: 'ROW',
    signatures: ['ROW(<ANY>, ...)'],
    doc: 'A row of values.',
    resolve: shapes => ({
      args: shapes.map(shape => shape.type),
      returns: types.row(
        shapes.map(({ type }, i) => ({ name: `EXPR$${i}`, type })),
        false,
      ),
    }),
    nulls: 'sees',
    implement:
      () =>
      (...values: Value[]) =>
        values,
    deterministic: true,
  },
]
