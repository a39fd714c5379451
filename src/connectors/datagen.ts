/**
 * `'connector' = 'datagen'`: rows made up, with Flink's options. A column counts up (`sequence`) or is random; a sequence
 * that ends, or `number-of-rows`, makes the table bounded.
 *
 *     'fields.id.kind' = 'sequence', 'fields.id.start' = '1', 'fields.id.end' = '1000'
 *     'fields.price.min' = '1', 'fields.price.max' = '100'
 */
import { SqlError, UnsupportedError } from '../base/errors.ts'
import { seededRandom } from '../base/random.ts'
import type { Random } from '../base/random.ts'
import { didYouMean } from '../base/suggest.ts'
import { Options, type OptionSet } from '../catalog/option.ts'
import type { TableEntry } from '../catalog/table.ts'
import { type Chunk, CHUNK_ROWS, ChunkBuilder } from '../data/chunk.ts'
import { RowKind } from '../data/row-kind.ts'
import { type DataType, type Schema, isBinary, isText, printType } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import type { Source } from '../runtime/dataflow/source.ts'
import type { Connector, ConnectorContext, ScanRequest } from './connector.ts'

const field = (name: string, type: 'string' | 'integer' | 'duration' | 'boolean', description: string) =>
  ({ name: `fields.#.${name}`, type, description }) as const

const options: OptionSet = {
  required: [],
  optional: [
    { name: 'rows-per-second', type: 'integer', default: '10000', description: 'how fast rows come' },
    { name: 'number-of-rows', type: 'integer', description: 'rows in all; without it, and without a sequence, it never ends' },
    { name: 'seed', type: 'integer', description: 'the same random rows on every run' },
  ],
  patterns: [
    field('kind', 'string', 'random or sequence'),
    field('min', 'string', 'the least random value'),
    field('max', 'string', 'the greatest random value'),
    field('max-past', 'duration', 'how far back random timestamps lie'),
    field('length', 'integer', 'characters, bytes or elements'),
    field('var-len', 'boolean', 'lengths vary from 1 up to length'),
    field('start', 'string', 'where a sequence begins'),
    field('end', 'string', 'where a sequence ends, itself included'),
    field('null-rate', 'string', 'share of NULLs, 0 to 1'),
  ],
}

/** How often a slow source gives what is due. */
const TICK_MS = 50

export const datagen: Connector = {
  name: 'datagen',
  options,
  bounded: table => rowCount(optionsOf(table), table) !== Number.POSITIVE_INFINITY,
  source: (request, context) => datagenSource(request, context),
}

function optionsOf(table: TableEntry): Options {
  const columns = table.columns.map(column => column.name)
  for (const key of Object.keys(table.options)) {
    if (!key.startsWith('fields.') || columns.some(name => key.startsWith(`fields.${name}.`))) continue
    const name = key.split('.')[1]!
    throw new SqlError(
      'OPTION_UNKNOWN',
      `the option '${key}' is about the column '${name}', which is not in the table`,
      undefined,
      {
        hint: didYouMean(name, columns),
      },
    )
  }
  return new Options("connector 'datagen'", options, table.options)
}

/** A value for row n. */
type Maker = (n: number, random: Random, nowMs: number) => Value

function datagenSource({ table, columns, schema, limit }: ScanRequest, context: ConnectorContext): Source {
  const given = optionsOf(table)
  const makers = columns.map((name, i) => makerOf(given, name, schema[i]!.type))
  const count = Math.min(rowCount(given, table), limit ?? Number.POSITIVE_INFINITY)
  const perSecond = given.integer('rows-per-second')!
  const seed = given.integer('seed') ?? Math.floor(context.random.next() * 2 ** 31)
  return {
    bounded: count !== Number.POSITIVE_INFINITY,
    schema,
    async open(from) {
      const first = (from as number | undefined) ?? 0
      const startMs = context.clock.elapsedMs()
      let next = first
      let closed: (() => void) | undefined
      const due = () => first + Math.floor(((context.clock.elapsedMs() - startMs) / 1000) * perSecond)
      const take = (): Chunk => {
        const rows = Math.min(CHUNK_ROWS, count - next, Math.max(1, due() - next))
        next += rows
        return makeChunk(schema, makers, next - rows, rows, seed, context)
      }
      const wait = async (): Promise<Chunk | 'idle' | 'end'> => {
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, Math.max(1, Math.min(TICK_MS, 1000 / perSecond)))
          closed = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        return due() > next ? take() : 'idle'
      }
      return {
        backlog: false,
        next: () => (next >= count ? 'end' : due() > next ? take() : wait()),
        position: () => next,
        progress: () => ({}),
        async close() {
          closed?.()
        },
      }
    },
  }
}

function makeChunk(
  schema: Schema,
  makers: readonly Maker[],
  first: number,
  rows: number,
  seed: number,
  context: ConnectorContext,
): Chunk {
  const builder = new ChunkBuilder(schema, context.pool, { kinds: false })
  const nowMs = context.clock.nowMs()
  const salts = schema.map(field => saltOf(field.name))
  for (let n = first; n < first + rows; n++) {
    // Each value has a sequence of its own: a restored job goes on with the rows it would have had, and what else is read
    // changes nothing.
    const rowSeed = seed ^ Math.imul(n + 1, 0x9e3779b1)
    builder.append(
      RowKind.Insert,
      makers.map((make, i) => make(n, seededRandom(rowSeed ^ salts[i]!), nowMs)),
    )
  }
  const chunk = builder.finish()
  builder.discard()
  return chunk
}

/** A number for a name (FNV-1a). */
function saltOf(name: string): number {
  let hash = 0x811c9dc5
  for (const character of name) hash = Math.imul(hash ^ character.codePointAt(0)!, 0x01000193)
  return hash
}

/** The shortest sequence, or `number-of-rows`, whichever ends first. */
function rowCount(given: Options, table: TableEntry): number {
  const lengths = table.columns.flatMap(column => {
    if (column.kind !== 'physical' || given.string(`fields.${column.name}.kind`) !== 'sequence') return []
    const { start, end } = sequenceOf(given, column.name)
    return [Number(end - start) + 1]
  })
  return Math.min(given.integer('number-of-rows') ?? Number.POSITIVE_INFINITY, ...lengths)
}

function sequenceOf(given: Options, name: string): { readonly start: bigint; readonly end: bigint } {
  const bound = (which: string) => {
    const text = given.string(`fields.${name}.${which}`)
    if (text === undefined || !/^-?\d+$/.test(text)) {
      throw new SqlError('OPTION_VALUE', `the sequence of column '${name}' needs a whole number as 'fields.${name}.${which}'`)
    }
    return BigInt(text)
  }
  return { start: bound('start'), end: bound('end') }
}

function makerOf(given: Options, name: string, type: DataType): Maker {
  const kind = given.string(`fields.${name}.kind`) ?? 'random'
  if (kind === 'sequence') {
    const { start } = sequenceOf(given, name)
    return n => sequenceValue(type, start + BigInt(n))
  }
  if (kind !== 'random') throw new SqlError('OPTION_VALUE', `'fields.${name}.kind' is random or sequence, not '${kind}'`)
  const make = randomOf(given, name, type)
  const nullRate = Number(given.string(`fields.${name}.null-rate`) ?? 0)
  return nullRate === 0 ? make : (n, random, nowMs) => (random.next() < nullRate ? null : make(n, random, nowMs))
}

function sequenceValue(type: DataType, n: bigint): Value {
  if (isText(type)) return String(n)
  switch (type.kind) {
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'FLOAT':
    case 'DOUBLE':
      return Number(n)
    case 'BIGINT':
      return n
    case 'DECIMAL':
      return n * 10n ** BigInt(type.scale)
    default:
      throw new SqlError('OPTION_VALUE', `a sequence can't be a ${printType(type)}`)
  }
}

const integerRanges: Readonly<Record<'TINYINT' | 'SMALLINT' | 'INT', readonly [number, number]>> = {
  TINYINT: [-128, 127],
  SMALLINT: [-32768, 32767],
  INT: [-2147483648, 2147483647],
}

function randomOf(given: Options, name: string, type: DataType): Maker {
  const least = given.string(`fields.${name}.min`)
  const most = given.string(`fields.${name}.max`)
  for (const [which, bound] of [
    ['min', least],
    ['max', most],
  ] as const) {
    if (bound !== undefined && !NUMBER.test(bound))
      throw new SqlError('OPTION_VALUE', `'fields.${name}.${which}' is a number, not '${bound}'`)
  }
  const range = (low: number, high: number): [number, number] => {
    const bounds: [number, number] = [least === undefined ? low : Number(least), most === undefined ? high : Number(most)]
    if (bounds[0] > bounds[1]) throw new SqlError('OPTION_VALUE', `'fields.${name}.min' is above 'fields.${name}.max'`)
    return bounds
  }
  const length = given.integer(`fields.${name}.length`)
  const lengthOf = (random: Random, fallback: number): number => {
    const wanted = length ?? fallback
    return given.boolean(`fields.${name}.var-len`) ? 1 + Math.floor(random.next() * wanted) : wanted
  }
  if (isText(type))
    return (_, random) =>
      Array.from({ length: lengthOf(random, Math.min(type.length, 100)) }, () => HEX[Math.floor(random.next() * 16)]!).join('')
  if (isBinary(type))
    return (_, random) =>
      Uint8Array.from({ length: lengthOf(random, Math.min(type.length, 100)) }, () => Math.floor(random.next() * 256))
  switch (type.kind) {
    case 'BOOLEAN':
      return (_, random) => random.next() < 0.5
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT': {
      const [low, high] = range(...integerRanges[type.kind])
      return (_, random) => low + Math.floor(random.next() * (high - low + 1))
    }
    case 'BIGINT': {
      const low = least === undefined ? -(2n ** 63n) : wholeNumber(name, least)
      const high = most === undefined ? 2n ** 63n - 1n : wholeNumber(name, most)
      if (low > high) throw new SqlError('OPTION_VALUE', `'fields.${name}.min' is above 'fields.${name}.max'`)
      return (_, random) => low + randomBelow(random, high - low + 1n)
    }
    case 'FLOAT':
    case 'DOUBLE': {
      const [low, high] = range(0, type.kind === 'FLOAT' ? 3.4028234663852886e38 : Number.MAX_VALUE)
      return type.kind === 'FLOAT'
        ? (_, random) => Math.fround(low + random.next() * (high - low))
        : (_, random) => low + random.next() * (high - low)
    }
    case 'DECIMAL': {
      const unit = 10n ** BigInt(type.scale)
      const low = least === undefined ? 0n : BigInt(Math.round(Number(least) * Number(unit)))
      const high = most === undefined ? 10n ** BigInt(type.precision) - 1n : BigInt(Math.round(Number(most) * Number(unit)))
      return (_, random) => low + randomBelow(random, high - low + 1n)
    }
    case 'DATE':
      return (_n, _random, nowMs) => Math.floor(nowMs / 86_400_000)
    case 'TIME':
      return (_n, _random, nowMs) => nowMs % 86_400_000
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const past = given.duration(`fields.${name}.max-past`) ?? 0
      const unit = type.precision <= 3 ? 1n : 1_000_000n
      return (_, random, nowMs) => BigInt(nowMs - Math.floor(random.next() * past)) * unit
    }
    case 'ARRAY':
    case 'MULTISET': {
      const element = randomOf(given, `${name}.element`, type.element)
      const list: Maker = (n, random, nowMs) => Array.from({ length: lengthOf(random, 3) }, () => element(n, random, nowMs))
      if (type.kind === 'ARRAY') return list
      throw new UnsupportedError(`datagen of ${printType(type)}`)
    }
    case 'ROW': {
      const fields = type.fields.map(f => makerOf(given, `${name}.${f.name}`, f.type))
      return (n, random, nowMs) => fields.map(make => make(n, random, nowMs))
    }
    default:
      throw new UnsupportedError(`datagen of ${printType(type)}`)
  }
}

function wholeNumber(name: string, text: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new SqlError('OPTION_VALUE', `the bounds of '${name}' are whole numbers, not '${text}'`)
  return BigInt(text)
}

const NUMBER = /^[+-]?\d+(\.\d+)?$/
const HEX = '0123456789abcdef'

const randomBelow = (random: Random, bound: bigint): bigint => {
  const bits =
    (BigInt(Math.floor(random.next() * 2 ** 32)) << 64n) |
    (BigInt(Math.floor(random.next() * 2 ** 32)) << 32n) |
    BigInt(Math.floor(random.next() * 2 ** 32))
  return ((bits << 32n) | BigInt(Math.floor(random.next() * 2 ** 32))) % bound
}
