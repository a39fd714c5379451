/** Types and values for fast-check. Imported by tests only. */
import fc from 'fast-check'
import { type DataType, MAX_LENGTH, types, withNullable } from '../data/type.ts'
import type { Value } from '../data/value.ts'

const scalarType: fc.Arbitrary<DataType> = fc.oneof(
  fc.constantFrom(
    types.boolean(),
    types.tinyint(),
    types.smallint(),
    types.int(),
    types.bigint(),
    types.float(),
    types.double(),
    types.date(),
    types.string(),
    types.bytes(),
    types.yearMonth(),
    types.yearMonth('MONTH'),
    types.dayTime(),
    types.dayTime('HOUR'),
    types.dayTime('SECOND', 2, 3),
  ),
  fc
    .integer({ min: 1, max: 12 })
    .chain(n => fc.constantFrom(types.char(n), types.varchar(n), types.binary(n), types.varbinary(n))),
  fc.integer({ min: 1, max: 38 }).chain(p => fc.integer({ min: 0, max: p }).map(s => types.decimal(p, s))),
  fc.integer({ min: 0, max: 9 }).chain(p => fc.constantFrom(types.time(p), types.timestamp(p), types.timestampLtz(p))),
)

/** Any type, nullable or not; nested ones to a depth of two. */
export function arbitraryType(depth = 2): fc.Arbitrary<DataType> {
  const bare =
    depth === 0 ? scalarType : fc.oneof({ weight: 3, arbitrary: scalarType }, { weight: 2, arbitrary: nestedType(depth - 1) })
  return fc.tuple(bare, fc.boolean()).map(([type, nullable]) => withNullable(type, nullable))
}

const nestedType = (depth: number): fc.Arbitrary<DataType> => {
  const inner = arbitraryType(depth)
  const field = fc.record({ name: fc.string({ minLength: 1, maxLength: 4 }), type: inner })
  return fc.oneof(
    fc.constant(types.variant()),
    inner.map(t => types.array(t)),
    inner.map(t => types.multiset(t)),
    fc.tuple(inner, inner).map(([k, v]) => types.map(k, v)),
    fc.array(field, { maxLength: 3 }).map(fields => types.row(fields)),
  )
}

/** A value of a type, NULL included where it may be. Datetimes lie in the years 0 to 9999. */
export function arbitraryValue(type: DataType): fc.Arbitrary<Value> {
  const value = present(type)
  return type.nullable ? fc.option(value, { freq: 6 }) : value
}

const MIN_DAY = -719528
const MAX_DAY = 2932896
const day = 86_400_000n

function present(type: DataType): fc.Arbitrary<Value> {
  switch (type.kind) {
    case 'NULL':
      return fc.constant(null)
    case 'BOOLEAN':
      return fc.boolean()
    case 'TINYINT':
      return fc.integer({ min: -128, max: 127 })
    case 'SMALLINT':
      return fc.integer({ min: -32768, max: 32767 })
    case 'INT':
      return fc.integer()
    case 'BIGINT':
      return fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer().map(BigInt))
    case 'FLOAT':
      return fc.float()
    case 'DOUBLE':
      return fc.double()
    case 'DECIMAL':
      return fc.bigInt({ min: -(10n ** BigInt(type.precision)) + 1n, max: 10n ** BigInt(type.precision) - 1n })
    case 'CHAR':
    case 'VARCHAR':
      return fc.oneof(
        fc.string({ maxLength: Math.min(type.length, 12) }),
        fc.string({ unit: 'binary', maxLength: Math.min(type.length, 12) }),
      )
    case 'BINARY':
    case 'VARBINARY':
      return fc.uint8Array({ maxLength: Math.min(type.length, MAX_LENGTH, 12) })
    case 'DATE':
      return fc.integer({ min: MIN_DAY, max: MAX_DAY })
    case 'TIME':
      return fc.integer({ min: 0, max: 86_399_999 }).map(ms => ms - (ms % 10 ** Math.max(0, 3 - type.precision)))
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const exact = 10n ** BigInt(type.precision <= 3 ? 3 - type.precision : 9 - type.precision)
      const perMs = type.precision <= 3 ? 1n : 1_000_000n
      const least = BigInt(MIN_DAY) * day * perMs
      const most = BigInt(MAX_DAY + 1) * day * perMs - 1n
      return fc.bigInt({ min: least / exact, max: most / exact }).map(n => n * exact)
    }
    case 'INTERVAL_YEAR_MONTH':
      return fc.integer({ min: -120_000, max: 120_000 })
    case 'INTERVAL_DAY_TIME':
      return fc.bigInt({ min: -999_999n * day, max: 999_999n * day })
    case 'ARRAY':
      return fc.array(arbitraryValue(type.element), { maxLength: 4 })
    case 'MULTISET':
      return fc.array(fc.tuple(arbitraryValue(type.element), fc.integer({ min: 1, max: 9 })), { maxLength: 3 })
    case 'MAP':
      return fc.array(fc.tuple(arbitraryValue(type.key), arbitraryValue(type.value)), { maxLength: 3 })
    case 'ROW':
      return fc.tuple(...type.fields.map(field => arbitraryValue(field.type)))
    case 'VARIANT':
      return variant(2)
  }
}

const variant = (depth: number): fc.Arbitrary<Value> => {
  const flat: fc.Arbitrary<Value> = fc.oneof(
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.bigInt(),
    fc.string(),
  )
  if (depth === 0) return flat
  const inner = variant(depth - 1)
  const entries = fc.array(fc.tuple(fc.string(), inner), { maxLength: 3 })
  return fc.oneof(
    { weight: 3, arbitrary: flat },
    fc.array(inner, { maxLength: 3 }),
    entries.map(list => new Map(list) as Value),
  )
}
