/** What DuckDB does not write: older encodings, lists and timestamps, taken apart byte by byte. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { valueAt } from '../../data/column.ts'
import { parseType, printValue } from '../../data/notation.ts'
import { printType } from '../../data/type.ts'
import { Batch, converterOf } from './convert.ts'
import { readDeltaTexts, readDeltas } from './delta.ts'
import { HybridDecoder, bitsAt } from './hybrid.ts'
import { unpackHadoopLz4 } from './lz4.ts'
import type { PhysicalType, SchemaElement } from './metadata.ts'
import { columnTree, shapeOf, typeOfShape } from './schema.ts'
import { unpackSnappy } from './snappy.ts'
import { ThriftError, readStruct } from './thrift.ts'
import { ValueArrays, spread } from './values.ts'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

const structFailure = (text: string): ThriftError | undefined => {
  try {
    readStruct(hex(text), 0)
  } catch (error) {
    return error as ThriftError
  }
  return undefined
}

/** A run a pair: equal values, or packed ones in groups of 8. */
function encodeRuns(
  runs: readonly { readonly packed: boolean; readonly values: readonly number[] }[],
  width: number,
): Uint8Array {
  const out: number[] = []
  const varint = (value: number): void => {
    for (; value >= 128; value = Math.floor(value / 128)) out.push((value % 128) | 128)
    out.push(value)
  }
  for (const { packed, values } of runs) {
    if (!packed) {
      varint(values.length * 2)
      for (let i = 0; i * 8 < width; i++) out.push((values[0]! >>> (8 * i)) & 255)
      continue
    }
    varint((values.length / 8) * 2 + 1)
    const bits = values
      .map(value => (BigInt(value) + (1n << BigInt(width))).toString(2).slice(1))
      .toReversed()
      .join('')
    for (let end = bits.length; end > 0; end -= 8) out.push(Number.parseInt(bits.slice(end - 8, end), 2))
  }
  return Uint8Array.from(out)
}

/** One block of 8 values in one miniblock: as small as the format allows. */
function encodeDeltas(values: readonly bigint[]): Uint8Array {
  const out: number[] = [8, 1, values.length]
  const zigzag = (value: bigint): void => {
    let rest = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
    for (; rest >= 128n; rest >>= 7n) out.push(Number(rest & 127n) | 128)
    out.push(Number(rest))
  }
  zigzag(values[0] ?? 0n)
  for (let from = 1; from < values.length; from += 8) {
    const deltas = values.slice(from, from + 8).map((value, i) => BigInt.asIntN(64, value - values[from + i - 1]!))
    const least = deltas.reduce((a, b) => (a < b ? a : b))
    const above = deltas.map(delta => BigInt.asUintN(64, delta - least))
    while (above.length < 8) above.push(0n)
    const width = Math.max(...above.map(value => (value === 0n ? 0 : value.toString(2).length)))
    zigzag(least)
    out.push(width)
    const bits = above
      .map(value =>
        value
          .toString(2)
          .padStart(width, '0')
          .slice(-width || undefined),
      )
      .toReversed()
      .join('')
    if (width > 0) for (let end = bits.length; end > 0; end -= 8) out.push(Number.parseInt(bits.slice(end - 8, end), 2))
  }
  return Uint8Array.from(out)
}

const group = (
  name: string,
  repetition: SchemaElement['repetition'],
  children: number,
  kind: 'LIST' | 'MAP' | 'NONE' = 'NONE',
): SchemaElement => ({
  name,
  repetition,
  children,
  physical: undefined,
  typeLength: 0,
  annotation: { kind },
})

const leaf = (name: string, repetition: SchemaElement['repetition'], physical: PhysicalType = 'INT32'): SchemaElement => ({
  ...group(name, repetition, 0),
  physical,
})

const typeOf = (...elements: SchemaElement[]): string =>
  printType(typeOfShape(shapeOf(columnTree([group('root', 'REQUIRED', 1), ...elements])[0]!)))

const nodeOf = (physical: PhysicalType, annotation: SchemaElement['annotation']['kind'] | 'NONE' = 'NONE') =>
  columnTree([
    { name: 'root', repetition: 'REQUIRED', children: 1, physical: undefined, typeLength: 0, annotation: { kind: 'NONE' } },
    {
      name: 'x',
      repetition: 'OPTIONAL',
      children: 0,
      physical,
      typeLength: 2,
      annotation: { kind: annotation } as SchemaElement['annotation'],
    },
  ])[0]!

const int96Text = (nanosOfDay: bigint, julianDay: number, name: string): string => {
  const type = parseType(name)
  const batch = new Batch()
  batch.ints.set([Number(BigInt.asIntN(32, nanosOfDay)), Number(nanosOfDay >> 32n), julianDay])
  const values = new ValueArrays(type, 1)
  converterOf(nodeOf('INT96'), type, { zone: undefined })!(batch, 1, values, 0)
  return printValue(type, valueAt(values.column(new Uint8Array(0)), 0))
}

describe('thrift', () => {
  test('fields by number, lists, structs within', () => {
    // 1: i32 -5; 3: binary 'ab'; 4: true; 20: list of structs {1: i64 300}
    const { struct, end } = readStruct(hex('15 09 28 02 61 62 11 09 28 1c 16 d8 04 00 00 ff'), 0)
    expect([struct.number(1), struct.text(3), struct.boolean(4), end]).toEqual([-5, 'ab', true, 15])
    expect(struct.structs(20)!.map(s => s.number(1))).toEqual([300])
    expect(struct.number(3)).toBeUndefined()
  })

  test('bytes that end too early, and that are no struct', () => {
    expect(structFailure('15 09 28 20 61')!.ended).toBe(true)
    expect(structFailure('1d 00')!.ended).toBe(false)
    expect(structFailure('1c'.repeat(100))!.ended).toBe(false)
  })
})

describe('runs and bit packing', () => {
  test('what was encoded, read in any steps, some of it passed over', () => {
    const cases = fc.integer({ min: 1, max: 31 }).chain(width => {
      const value = fc.integer({ min: 0, max: 2 ** width - 1 })
      const equal = fc
        .tuple(value, fc.integer({ min: 1, max: 40 }))
        .map(([v, n]) => ({ packed: false, values: Array<number>(n).fill(v) }))
      const packed = fc
        .integer({ min: 1, max: 4 })
        .chain(groups => fc.array(value, { minLength: groups * 8, maxLength: groups * 8 }))
      const run = fc.oneof(
        equal,
        packed.map(values => ({ packed: true, values })),
      )
      return fc.tuple(
        fc.constant(width),
        fc.array(run, { minLength: 1 }),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.boolean())),
      )
    })
    fc.assert(
      fc.property(cases, ([width, runs, steps]) => {
        const all = runs.flatMap(run => run.values)
        const encoded = encodeRuns(runs, width)
        const decoder = new HybridDecoder(encoded, 0, encoded.length, width)
        let at = 0
        for (const [step, skipped] of [...steps, [all.length, false] as const]) {
          const count = Math.min(step, all.length - at)
          if (skipped) decoder.skip(count)
          else {
            const into = new Int32Array(count)
            decoder.read(count, into, 0)
            expect([...into]).toEqual(all.slice(at, at + count))
          }
          at += count
        }
      }),
    )
  })

  test('bits anywhere, up to 32 of them', () => {
    const all = bytes(0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc)
    const whole = 0xbc9a78563412n
    for (let bit = 0; bit < 15; bit++)
      for (const width of [1, 7, 8, 25, 26, 31, 32])
        expect(bitsAt(all, 0, bit, width) >>> 0).toBe(Number((whole >> BigInt(bit)) & ((1n << BigInt(width)) - 1n)))
  })
})

describe('deltas', () => {
  test('64-bit integers of any size', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -9n, max: 9n })), {
          maxLength: 40,
        }),
        values => {
          const encoded = encodeDeltas(values)
          const { values: halves, count, end } = readDeltas(encoded, 0, encoded.length, true)
          expect([...new BigInt64Array(halves.buffer)]).toEqual(values)
          expect([count, end]).toEqual([values.length, encoded.length])
        },
      ),
    )
  })

  test('texts that share their beginnings', () => {
    const prefixes = encodeDeltas([0n, 3n, 5n, 0n])
    const lengths = encodeDeltas([5n, 2n, 0n, 1n])
    const encoded = Uint8Array.from([...prefixes, ...lengths, ...new TextEncoder().encode('applelyb')])
    const { bytes: all, starts, ends, count } = readDeltaTexts(encoded, 0, encoded.length)
    const texts = Array.from({ length: count }, (_, i) => Buffer.from(all.subarray(starts[i], ends[i])).toString())
    expect(texts).toEqual(['apple', 'apply', 'apply', 'b'])
    expect(() => readDeltaTexts(encoded.subarray(0, -1), 0, encoded.length - 1)).toThrow(RangeError)
  })
})

describe('codecs', () => {
  test('Snappy: literals, near and far copies, copies that run into themselves', () => {
    // 'ab', then 10 more of it from 2 bytes before (tag 01), then 3 from 12 before (tag 10).
    expect(Buffer.from(unpackSnappy(hex('0f 04 61 62 19 02 0a 0c 00'), 15)).toString()).toBe('abababababababa')
    expect(() => unpackSnappy(hex('0f 04 61 62 19 05'), 15)).toThrow('a copy reaches out of the data')
    expect(() => unpackSnappy(hex('0f 04 61 62'), 15)).toThrow('it unpacks to 2 bytes, not 15')
    expect(() => unpackSnappy(hex('0f 04 61 62'), 16)).toThrow('it unpacks to 15 bytes, not 16')
  })

  test("LZ4 in Hadoop's frames, and without them", () => {
    const block = '36 61 62 63 03 00'
    expect(
      Buffer.from(
        unpackHadoopLz4(hex(`0000000d 00000008 ${block} 10 2e 0000000d 00000008 ${block} 10 2e`.replaceAll('0d', '0e')), 28),
      ).toString(),
    ).toBe('abcabcabcabca.abcabcabcabca.')
    expect(Buffer.from(unpackHadoopLz4(hex(`${block} 10 2e`), 14)).toString()).toBe('abcabcabcabca.')
  })
})

describe('the schema of older writers', () => {
  // The cases of the format's LogicalTypes.md.
  test.each([
    [
      'three levels',
      [group('l', 'OPTIONAL', 1, 'LIST'), group('list', 'REPEATED', 1), leaf('element', 'OPTIONAL')],
      'ARRAY<INT>',
    ],
    ['a repeated value', [group('l', 'OPTIONAL', 1, 'LIST'), leaf('element', 'REPEATED')], 'ARRAY<INT NOT NULL>'],
    [
      'a repeated group of two',
      [group('l', 'OPTIONAL', 1, 'LIST'), group('element', 'REPEATED', 2), leaf('a', 'REQUIRED'), leaf('b', 'OPTIONAL')],
      'ARRAY<ROW<`a` INT NOT NULL, `b` INT> NOT NULL>',
    ],
    [
      'a group named array',
      [group('l', 'OPTIONAL', 1, 'LIST'), group('array', 'REPEATED', 1), leaf('a', 'OPTIONAL')],
      'ARRAY<ROW<`a` INT> NOT NULL>',
    ],
    [
      'a group named after the list',
      [group('l', 'OPTIONAL', 1, 'LIST'), group('l_tuple', 'REPEATED', 1), leaf('a', 'OPTIONAL')],
      'ARRAY<ROW<`a` INT> NOT NULL>',
    ],
    ['no list at all', [leaf('x', 'REPEATED')], 'ARRAY<INT NOT NULL> NOT NULL'],
    [
      'a map',
      [
        group('m', 'REQUIRED', 1, 'MAP'),
        group('map', 'REPEATED', 2),
        leaf('key', 'REQUIRED', 'DOUBLE'),
        leaf('value', 'OPTIONAL'),
      ],
      'MAP<DOUBLE NOT NULL, INT> NOT NULL',
    ],
  ] as const)('%s', (_, elements, type) => {
    expect(typeOf(...elements)).toBe(type)
  })
})

describe('values', () => {
  test('INT96 timestamps: nanoseconds of the day and the Julian day', () => {
    expect(int96Text(0n, 2440588, 'TIMESTAMP(3)')).toBe("'1970-01-01 00:00:00.000'")
    expect(int96Text(86_399_999_999_999n, 2440587, 'TIMESTAMP(9)')).toBe("'1969-12-31 23:59:59.999999999'")
    expect(int96Text(3_600_123_456_789n, 2461042, 'TIMESTAMP(6)')).toBe("'2026-01-01 01:00:00.123456'")
    expect(int96Text(0n, 1721426, 'TIMESTAMP_LTZ(3)')).toBe("'0001-01-01 00:00:00.000Z'")
  })

  test('FLOAT16', () => {
    const type = parseType('FLOAT')
    const batch = new Batch()
    batch.bytes = hex('003c 00c0 ff7b 0100 007c 007e 0080')
    batch.starts = Int32Array.from({ length: 7 }, (_, i) => 2 * i)
    batch.ends = batch.starts.map(start => start + 2)
    const values = new ValueArrays(type, 7)
    converterOf(nodeOf('FIXED_LEN_BYTE_ARRAY', 'FLOAT16'), type, { zone: undefined })!(batch, 7, values, 0)
    expect([...values.doubles]).toEqual([1, -2, 65504, 2 ** -24, Infinity, NaN, -0])
  })

  test('spread: values move behind one another to the rows that have one', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 50 }), fc.integer({ min: 0, max: 5 }), (rows, at) => {
        const values = new ValueArrays(parseType('BIGINT'), at + rows.length)
        const valid = new Uint8Array(at + rows.length)
        rows.forEach((has, i) => (valid[at + i] = Number(has)))
        const present = rows.filter(Boolean).length
        for (let i = 0; i < present; i++) values.halves.set([i + 1, -i], 2 * (at + i))
        spread('i64', values, valid, at, rows.length, present)
        const found = rows.flatMap((has, i) => (has ? [[values.halves[2 * (at + i)], values.halves[2 * (at + i) + 1]]] : []))
        expect(found).toEqual(Array.from({ length: present }, (_, i) => [i + 1, i === 0 ? 0 : -i]))
      }),
    )
  })
})
