/**
 * All aggregate functions by name, with Flink's result types. How each is computed is `runtime/codegen`'s to know.
 *
 *     SUM(INT)             INT: wraps, as Flink's does
 *     SUM(DECIMAL(10, 2))  DECIMAL(38, 2)
 *     AVG(INT)             INT: the sum in 64 bits / COUNT, cut towards zero
 *     AVG(DECIMAL(10, 2))  DECIMAL(38, 6)
 *     COUNT(x)             BIGINT NOT NULL
 *
 * `grouped` promises that no group is ever empty: it is false for a global aggregate and for a call with a FILTER. Only
 * then is the result over NOT NULL arguments NOT NULL.
 */
import { type DataType, isNumeric, isText, types, withNullable } from '../data/type.ts'
import type { AggregateFunction, ArgShape, Resolution } from './function.ts'

type Resolve = AggregateFunction['resolve']

/** The one argument, of its own type; the result type is made from it and is NULL over nothing. */
const ofOne =
  (fits: (type: DataType) => boolean, result: (type: DataType) => DataType): Resolve =>
  (args, { grouped }) => {
    const type = args[0]?.type
    if (type === undefined || args.length !== 1 || !(fits(type) || type.kind === 'NULL')) return undefined
    return { args: [type], returns: withNullable(result(type), type.nullable || !grouped) }
  }

/** The same, nullable or not whatever comes. */
const nullable =
  (is: boolean, resolve: Resolve): Resolve =>
  (args, call) => {
    const found = resolve(args, call)
    return found && { ...found, returns: withNullable(found.returns, is) }
  }

const itself = (type: DataType): DataType => type
const any = (): boolean => true

/** BOOLEAN, numbers, text, binary, dates and times, intervals: what `<` orders. */
const ordered = (type: DataType): boolean =>
  !['ARRAY', 'MAP', 'MULTISET', 'ROW', 'VARIANT', 'BINARY', 'VARBINARY'].includes(type.kind)

function sumType(type: DataType): DataType {
  return type.kind === 'DECIMAL' ? types.decimal(38, type.scale) : type
}

function averageType(type: DataType): DataType {
  return type.kind === 'DECIMAL' ? types.decimal(38, Math.max(6, type.scale)) : type
}

const count: Resolve = args => ({ args: args.map(a => a.type), returns: types.bigint(false) })

const oneOrMore =
  (resolve: Resolve): Resolve =>
  (args, call) =>
    args.length === 0 ? undefined : resolve(args, call)

/** A spread around the mean, in the type of AVG. The sample's is NULL for one row, which Flink's NOT NULL overlooks. */
const spread = nullable(true, ofOne(isNumeric, averageType))

function listAgg(args: readonly ArgShape[], { grouped }: { readonly grouped: boolean }): Resolution | undefined {
  if (args.length < 1 || args.length > 2 || !args.every(a => isText(a.type) || a.type.kind === 'NULL')) return undefined
  return { args: args.map(a => types.string(a.type.nullable)), returns: types.string(args[0]!.type.nullable || !grouped) }
}

function percentile(args: readonly ArgShape[]): Resolution | undefined {
  const [value, fraction, frequency] = args.map(a => a.type)
  if (value === undefined || fraction === undefined || args.length > 3 || !isNumeric(value)) return undefined
  if (frequency !== undefined && !isNumeric(frequency)) return undefined
  const many = fraction.kind === 'ARRAY' && isNumeric(fraction.element)
  if (!many && !isNumeric(fraction)) return undefined
  const asked = many ? types.array(types.double(false), fraction.nullable) : types.double(fraction.nullable)
  const weights = frequency === undefined ? [] : [types.bigint(frequency.nullable)]
  return {
    args: [types.double(value.nullable), asked, ...weights],
    returns: many ? types.array(types.double()) : types.double(),
  }
}

function jsonObject(args: readonly ArgShape[]): Resolution | undefined {
  const [key, value] = args.map(a => a.type)
  if (key === undefined || value === undefined || !isText(key) || args.length > 3) return undefined
  return { args: args.map(a => a.type), returns: types.varchar(2000, false) }
}

export const aggregateFunctions: readonly AggregateFunction[] = [
  {
    name: 'COUNT',
    signatures: ['COUNT(*)', 'COUNT([DISTINCT] value[, value]*)'],
    doc: 'The number of rows, or of rows in which no value is NULL.',
    resolve: count,
  },
  {
    name: 'SUM',
    signatures: ['SUM([DISTINCT] number)'],
    doc: 'The sum. Integers keep their type and wrap; a DECIMAL sum that does not fit is NULL.',
    resolve: ofOne(isNumeric, sumType),
  },
  {
    name: '$SUM0',
    signatures: ['SUM0(number)'],
    doc: 'The sum, 0 over no rows.',
    resolve: nullable(false, ofOne(isNumeric, sumType)),
  },
  {
    name: 'AVG',
    signatures: ['AVG([DISTINCT] number)'],
    doc: 'The sum by the count, in the type of the argument.',
    resolve: ofOne(isNumeric, averageType),
  },
  { name: 'MIN', signatures: ['MIN(value)'], doc: 'The least value.', resolve: ofOne(ordered, itself) },
  { name: 'MAX', signatures: ['MAX(value)'], doc: 'The greatest value.', resolve: ofOne(ordered, itself) },
  { name: 'STDDEV_POP', signatures: ['STDDEV_POP(number)'], doc: 'The population standard deviation.', resolve: spread },
  { name: 'STDDEV_SAMP', signatures: ['STDDEV_SAMP(number)'], doc: 'The sample standard deviation.', resolve: spread },
  { name: 'STDDEV', signatures: ['STDDEV(number)'], doc: 'The sample standard deviation.', resolve: spread },
  { name: 'VAR_POP', signatures: ['VAR_POP(number)'], doc: 'The population variance.', resolve: spread },
  { name: 'VAR_SAMP', signatures: ['VAR_SAMP(number)'], doc: 'The sample variance.', resolve: spread },
  { name: 'VARIANCE', signatures: ['VARIANCE(number)'], doc: 'The sample variance.', resolve: spread },
  {
    name: 'FIRST_VALUE',
    signatures: ['FIRST_VALUE(value)'],
    doc: 'The value that came first and is not NULL.',
    resolve: ofOne(any, itself),
  },
  {
    name: 'LAST_VALUE',
    signatures: ['LAST_VALUE(value)'],
    doc: 'The value that came last and is not NULL.',
    resolve: ofOne(any, itself),
  },
  {
    name: 'LISTAGG',
    signatures: ['LISTAGG([DISTINCT] text[, separator])'],
    doc: 'The texts in the order they came, with a separator between them (a comma unless told).',
    resolve: listAgg,
  },
  {
    name: 'COLLECT',
    signatures: ['COLLECT([DISTINCT] value)'],
    doc: 'The values that are not NULL as a multiset.',
    resolve: nullable(
      false,
      ofOne(any, type => types.multiset(type)),
    ),
  },
  {
    name: 'ARRAY_AGG',
    signatures: ['ARRAY_AGG([DISTINCT] value [RESPECT NULLS | IGNORE NULLS])'],
    doc: 'The values in the order they came, as an array.',
    resolve: ofOne(any, type => types.array(type)),
  },
  {
    name: 'SINGLE_VALUE',
    signatures: ['SINGLE_VALUE(value)'],
    doc: 'The only value there is; an error when there are more.',
    resolve: ofOne(any, itself),
  },
  {
    name: 'JSON_OBJECTAGG',
    signatures: ['JSON_OBJECTAGG([KEY] key VALUE value [NULL | ABSENT ON NULL])'],
    doc: 'A JSON object of the keys and values.',
    resolve: jsonObject,
  },
  {
    name: 'JSON_ARRAYAGG',
    signatures: ['JSON_ARRAYAGG(value [NULL | ABSENT ON NULL])'],
    doc: 'A JSON array of the values.',
    resolve: args =>
      args.length < 1 || args.length > 2 ? undefined : { args: args.map(a => a.type), returns: types.string(false) },
  },
  {
    name: 'PERCENTILE',
    signatures: ['PERCENTILE(number, fraction | ARRAY[fraction, …][, frequency])'],
    doc: 'The value below which the given fraction of the values lies, interpolated.',
    resolve: percentile,
  },
  {
    name: 'APPROX_COUNT_DISTINCT',
    signatures: ['APPROX_COUNT_DISTINCT(value)'],
    doc: 'The number of distinct values. Exact here.',
    resolve: oneOrMore(count),
  },
]

const byName = new Map(aggregateFunctions.map(f => [f.name, f]))

/** The aggregate of this name, in any case; undefined when there is none. */
export const findAggregate = (name: string): AggregateFunction | undefined => byName.get(name.toUpperCase())
