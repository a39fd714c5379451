/**
 * Functions of arrays and maps. Equality is that of nested values: NULL equals NULL (`data/compare.ts`).
 *
 *     ARRAY_EXCEPT([1, 2, 2], [1])        [2]           sets, in the order of the first array
 *     ARRAY_SLICE([1, 2, 3], -2, -1)      [2, 3]        from 1 or negative from the end, both ends belong to it
 *     ARRAY_SORT([2, NULL, 1], FALSE)     [2, 1, NULL]  NULL is lowest unless told otherwise
 *     MAP_UNION({a=1}, {a=2, b=3})        {a=2, b=3}
 */
import { EvaluationError } from '../../base/errors.ts'
import { type Compare, ValueSet, compareValues, equalValues } from '../../data/compare.ts'
import { type DataType, type TypeOf, isInteger, isText, types, withNullable } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { commonArgumentType, implicitlyCasts } from '../coercion.ts'
import type { ArgShape, CallSite, Resolution, ScalarFunction } from '../function.ts'
import { anyNullable } from './define.ts'
import { distinctEntries, itemFunctions } from './item.ts'

type List = readonly Value[]
type Entry = readonly [Value, Value]
type ArrayType = TypeOf<'ARRAY'>
type MapType = TypeOf<'MAP'>

interface Spec {
  readonly name: string
  readonly form: string
  readonly doc: string
  readonly resolve: (types: readonly DataType[], shapes: readonly ArgShape[]) => Resolution | undefined
  readonly nulls?: ScalarFunction['nulls']
  readonly partial?: boolean
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly implement: (site: CallSite) => (...args: any[]) => Value
}

const collection = ({ name, form, doc, resolve, nulls = 'propagate', partial = false, implement }: Spec): ScalarFunction => ({
  name,
  signatures: [`${name}(${form})`],
  doc,
  resolve: shapes =>
    resolve(
      shapes.map(shape => shape.type),
      shapes,
    ),
  nulls,
  partial,
  implement,
  deterministic: true,
})

const isArray = (type: DataType | undefined): type is ArrayType => type?.kind === 'ARRAY'
const isMap = (type: DataType | undefined): type is MapType => type?.kind === 'MAP'

/** Types with an order: no nested ones. */
const isOrdered = ({ kind }: DataType): boolean => !['ARRAY', 'MAP', 'MULTISET', 'ROW', 'VARIANT', 'NULL'].includes(kind)

/** One array, and the result made of its type. */
const ofArray =
  (result: (array: ArrayType) => DataType) =>
  (args: readonly DataType[]): Resolution | undefined => {
    const [array] = args
    return args.length === 1 && isArray(array) ? { args, returns: result(array) } : undefined
  }

const ofMap =
  (result: (map: MapType) => DataType) =>
  (args: readonly DataType[]): Resolution | undefined => {
    const [map] = args
    return args.length === 1 && isMap(map) ? { args, returns: result(map) } : undefined
  }

/** An array and a value that can be one of its elements. */
const ofElement =
  (result: (array: ArrayType, element: DataType) => DataType) =>
  (args: readonly DataType[]): Resolution | undefined => {
    const [array, element] = args
    if (args.length !== 2 || !isArray(array) || element === undefined) return undefined
    if (!implicitlyCasts(withNullable(element, true), allowNulls(array.element))) return undefined
    const nullable = element.nullable
    return { args: [array, withNullable(array.element, nullable)], returns: result(array, withNullable(array.element, nullable)) }
  }

/** Nullability inside does not keep a value from being compared. */
function allowNulls(type: DataType): DataType {
  switch (type.kind) {
    case 'ARRAY':
    case 'MULTISET':
      return { ...type, nullable: true, element: allowNulls(type.element) }
    case 'MAP':
      return { ...type, nullable: true, key: allowNulls(type.key), value: allowNulls(type.value) }
    case 'ROW':
      return { ...type, nullable: true, fields: type.fields.map(field => ({ ...field, type: allowNulls(field.type) })) }
    default:
      return withNullable(type, true)
  }
}

/** Several of one kind, brought to their common type, which is the result. */
const ofCommon =
  (kind: 'ARRAY' | 'MAP', count: number | undefined) =>
  (args: readonly DataType[]): Resolution | undefined => {
    if (args.length === 0 || (count !== undefined && args.length !== count)) return undefined
    if (!args.every(arg => arg.kind === kind || arg.kind === 'NULL')) return undefined
    const common = commonArgumentType(args)
    return common?.kind === kind ? { args: args.map(() => common), returns: common } : undefined
  }

const withElement = (array: ArrayType, nullable: boolean): DataType => ({
  ...array,
  element: withNullable(array.element, array.element.nullable || nullable),
})

const sqlEqual = ({ args }: CallSite) => equalValues((args[0]!.type as ArrayType).element, { floats: 'sql' })
const setOf = (type: DataType, values: List): ValueSet => {
  const set = new ValueSet(type)
  for (const value of values) set.add(value)
  return set
}
const elementType = ({ returns }: CallSite): DataType => (returns as ArrayType).element

const unique = (type: DataType, values: Iterable<Value>): List => {
  const seen = new ValueSet(type)
  return Array.from(values).filter(value => seen.add(value))
}

/** Zero counts as the first; from the end where negative. */
function slice(array: List, start: number, end: number = array.length): List {
  const from = Math.max(start < 0 ? array.length + start : start - 1, 0)
  const last = end < 0 ? array.length + end + 1 : end
  const to = last === 0 ? 1 : last
  return to > from ? array.slice(from, to) : []
}

function resolveSlice(args: readonly DataType[]): Resolution | undefined {
  const [array, ...bounds] = args
  if (!isArray(array) || bounds.length === 0 || bounds.length > 2) return undefined
  if (!bounds.every(bound => bound.kind === 'NULL' || (isInteger(bound) && bound.kind !== 'BIGINT'))) return undefined
  const numbers = bounds.map(bound => (bound.kind === 'NULL' ? types.int() : bound))
  return { args: [array, ...numbers], returns: withNullable(array, anyNullable(args)) }
}

function resolveSort(args: readonly DataType[]): Resolution | undefined {
  const [array, ...flags] = args
  if (!isArray(array) || flags.length > 2 || !isOrdered(array.element)) return undefined
  if (!flags.every(flag => flag.kind === 'BOOLEAN' || flag.kind === 'NULL')) return undefined
  return { args: [array, ...flags.map(flag => types.boolean(flag.nullable))], returns: withNullable(array, anyNullable(args)) }
}

const sort = (site: CallSite) => {
  const compare = compareValues(elementType(site))
  return (array: List, ascending = true, nullsFirst = ascending): List => {
    const values = array.filter(value => value !== null).toSorted((a, b) => (ascending ? compare(a, b) : compare(b, a)))
    const nulls = array.filter(value => value === null)
    return nullsFirst ? [...nulls, ...values] : [...values, ...nulls]
  }
}

/** The element that comes first by a comparison; NULL where there is none. */
const extreme =
  (better: (compare: Compare) => Compare) =>
  ({ returns }: CallSite) => {
    const compare = better(compareValues(returns))
    return (array: List): Value => {
      let best: Value = null
      for (const value of array) if (value !== null && (best === null || compare(value, best) < 0)) best = value
      return best
    }
  }

const orderedElement = (args: readonly DataType[]): Resolution | undefined => {
  const [array] = args
  return args.length === 1 && isArray(array) && isOrdered(array.element)
    ? { args, returns: withNullable(array.element, true) }
    : undefined
}

function resolveJoin(args: readonly DataType[]): Resolution | undefined {
  const [array, ...texts] = args
  if (!isArray(array) || !isText(array.element) || texts.length === 0 || texts.length > 2) return undefined
  if (!texts.every(text => isText(text) || text.kind === 'NULL')) return undefined
  return { args: [array, ...texts.map(text => (isText(text) ? text : types.string()))], returns: types.string(anyNullable(args)) }
}

const join = (array: List, delimiter: string, instead?: string): string =>
  array
    .map(value => value ?? instead)
    .filter(value => value !== undefined)
    .join(delimiter)

function resolveFromArrays(args: readonly DataType[]): Resolution | undefined {
  const [keys, values] = args
  if (args.length !== 2 || !isArray(keys) || !isArray(values)) return undefined
  return { args, returns: types.map(keys.element, values.element, anyNullable(args)) }
}

const mapFromArrays =
  ({ returns }: CallSite) =>
  (keys: List, values: List): Value => {
    if (keys.length === values.length)
      return distinctEntries(
        (returns as MapType).key,
        keys.map((key, i): Entry => [key, values[i]!]),
      )
    throw new EvaluationError(
      'INVALID_ARGUMENT',
      `Invalid function MAP_FROM_ARRAYS call: The length of the keys array ${keys.length} is not equal to the length of the values array ${values.length}`,
    )
  }

function element(list: List): Value {
  if (list.length <= 1) return list[0] ?? null
  throw new EvaluationError('INVALID_ARGUMENT', 'Array has more than one element.')
}

const size = (args: readonly DataType[]): Resolution | undefined => {
  const [type] = args
  const isSized = type !== undefined && ['ARRAY', 'MAP', 'MULTISET'].includes(type.kind)
  return args.length === 1 && isSized ? { args, returns: types.int(type.nullable) } : undefined
}

const cardinality =
  ({ args }: CallSite) =>
  (list: List): number =>
    args[0]!.type.kind === 'MULTISET'
      ? (list as readonly (readonly [Value, number])[]).reduce((sum, [, n]) => sum + n, 0)
      : list.length

export const collectionFunctions: readonly ScalarFunction[] = [
  ...itemFunctions,
  collection({
    name: 'CARDINALITY',
    form: '<ARRAY> | <MAP> | <MULTISET>',
    doc: 'How many elements or entries there are.',
    resolve: size,
    implement: cardinality,
  }),
  collection({
    name: 'ELEMENT',
    form: '<ARRAY>',
    doc: 'The only element; NULL of an empty array.',
    partial: true,
    resolve: ofArray(array => withNullable(array.element, true)),
    implement: () => element,
  }),
  collection({
    name: 'ARRAY_APPEND',
    form: 'array <ARRAY>, element <ARRAY ELEMENT>',
    doc: 'The array with one more element at its end.',
    resolve: ofElement((array, { nullable }) => withElement(array, nullable)),
    nulls: 'sees',
    implement: () => (array: List | null, value: Value) => array && [...array, value],
  }),
  collection({
    name: 'ARRAY_PREPEND',
    form: 'array <ARRAY>, element <ARRAY ELEMENT>',
    doc: 'The array with one more element at its beginning.',
    resolve: ofElement((array, { nullable }) => withElement(array, nullable)),
    nulls: 'sees',
    implement: () => (array: List | null, value: Value) => array && [value, ...array],
  }),
  collection({
    name: 'ARRAY_CONTAINS',
    form: 'haystack <ARRAY>, needle <ARRAY ELEMENT>',
    doc: 'Whether a value is in the array; NULL may be.',
    resolve: ofElement(array => types.boolean(array.nullable)),
    nulls: 'sees',
    implement: site => {
      const same = sqlEqual(site)
      return (array: List | null, value: Value) => array && array.some(other => same(other, value))
    },
  }),
  collection({
    name: 'ARRAY_POSITION',
    form: 'haystack <ARRAY>, needle <ARRAY ELEMENT>',
    doc: 'Where a value stands first, from 1; 0 if nowhere.',
    resolve: ofElement((array, { nullable }) => types.int(array.nullable || nullable)),
    implement: site => {
      const same = sqlEqual(site)
      return (array: List, value: Value) => array.findIndex(other => same(other, value)) + 1
    },
  }),
  collection({
    name: 'ARRAY_REMOVE',
    form: 'haystack <ARRAY>, needle <ARRAY ELEMENT>',
    doc: 'The array without a value; NULL removes NULLs.',
    resolve: ofElement(array => array),
    nulls: 'sees',
    implement: site => {
      const same = sqlEqual(site)
      return (array: List | null, value: Value) => array && array.filter(other => !same(other, value))
    },
  }),
  collection({
    name: 'ARRAY_DISTINCT',
    form: 'haystack <ARRAY>',
    doc: 'Each value once.',
    resolve: ofArray(array => array),
    implement: site => (array: List) => unique(elementType(site), array),
  }),
  collection({
    name: 'ARRAY_REVERSE',
    form: 'haystack <ARRAY>',
    doc: 'The elements in reverse order.',
    resolve: ofArray(array => array),
    implement: () => (array: List) => array.toReversed(),
  }),
  collection({
    name: 'ARRAY_SLICE',
    form: '<ARRAY>, <INTEGER>[, <INTEGER>]',
    doc: 'The elements from a position to another.',
    resolve: resolveSlice,
    implement: () => slice,
  }),
  collection({
    name: 'ARRAY_SORT',
    form: 'array <ARRAY<COMPARABLE>>[, ascending <BOOLEAN>[, nullsFirst <BOOLEAN>]]',
    doc: 'The elements in order.',
    resolve: resolveSort,
    implement: sort,
  }),
  collection({
    name: 'ARRAY_UNION',
    form: '<COMMON>, <COMMON>',
    doc: 'Each value that is in either array.',
    resolve: ofCommon('ARRAY', 2),
    implement: site => (a: List, b: List) => unique(elementType(site), [...a, ...b]),
  }),
  collection({
    name: 'ARRAY_CONCAT',
    form: '<COMMON>, <COMMON>...',
    doc: 'The elements of all arrays one after the other.',
    resolve: ofCommon('ARRAY', undefined),
    implement:
      () =>
      (...arrays: List[]) =>
        arrays.flatMap(array => [...array]),
  }),
  collection({
    name: 'ARRAY_EXCEPT',
    form: '<COMMON>, <COMMON>',
    doc: 'Each value that is in the first array only.',
    resolve: ofCommon('ARRAY', 2),
    implement: site => (a: List, b: List) => {
      const others = setOf(elementType(site), b)
      return unique(
        elementType(site),
        a.filter(value => !others.has(value)),
      )
    },
  }),
  collection({
    name: 'ARRAY_INTERSECT',
    form: '<COMMON>, <COMMON>',
    doc: 'Each value that is in both arrays.',
    resolve: ofCommon('ARRAY', 2),
    implement: site => (a: List, b: List) => {
      const others = setOf(elementType(site), b)
      return unique(
        elementType(site),
        a.filter(value => others.has(value)),
      )
    },
  }),
  collection({
    name: 'ARRAY_MAX',
    form: '<ARRAY<COMPARABLE>>',
    doc: 'The greatest element; NULLs do not count.',
    partial: true,
    resolve: orderedElement,
    implement: extreme(compare => (a, b) => compare(b, a)),
  }),
  collection({
    name: 'ARRAY_MIN',
    form: '<ARRAY<COMPARABLE>>',
    doc: 'The least element; NULLs do not count.',
    partial: true,
    resolve: orderedElement,
    implement: extreme(compare => compare),
  }),
  collection({
    name: 'ARRAY_JOIN',
    form: '<ARRAY<STRING>>, <CHARACTER_STRING>[, <CHARACTER_STRING>]',
    doc: 'Texts with a delimiter between them; a NULL is left out, or replaced by the last argument.',
    resolve: resolveJoin,
    implement: () => join,
  }),
  collection({
    name: 'MAP_KEYS',
    form: '<MAP>',
    doc: 'The keys of a map.',
    resolve: ofMap(map => types.array(map.key, map.nullable)),
    implement: () => (map: readonly Entry[]) => map.map(([key]) => key),
  }),
  collection({
    name: 'MAP_VALUES',
    form: '<MAP>',
    doc: 'The values of a map.',
    resolve: ofMap(map => types.array(map.value, map.nullable)),
    implement: () => (map: readonly Entry[]) => map.map(([, value]) => value),
  }),
  collection({
    name: 'MAP_ENTRIES',
    form: '<MAP>',
    doc: 'The entries of a map as rows of key and value.',
    implement: () => (map: readonly Entry[]) => map,
    resolve: ofMap(map =>
      types.array(
        types.row([
          { name: 'key', type: map.key },
          { name: 'value', type: map.value },
        ]),
        map.nullable,
      ),
    ),
  }),
  collection({
    name: 'MAP_UNION',
    form: '<COMMON>, <COMMON>...',
    doc: 'The entries of all maps; of equal keys the last counts.',
    resolve: ofCommon('MAP', undefined),
    implement:
      ({ returns }) =>
      (...maps: (readonly Entry[])[]) =>
        distinctEntries((returns as MapType).key, maps.flat()),
  }),
  collection({
    name: 'MAP_FROM_ARRAYS',
    form: '<ARRAY>, <ARRAY>',
    doc: 'A map of an array of keys and one of values.',
    resolve: resolveFromArrays,
    implement: mapFromArrays,
  }),
]
