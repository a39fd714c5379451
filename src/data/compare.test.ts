import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ValueSet, compareBytes, compareText, compareValues, equalValues, hashValue } from './compare.ts'
import { types } from './type.ts'
import type { DataType } from './type.ts'
import type { Value } from './value.ts'

const { int, double, string, array, map, multiset, row, variant } = types

const unequal: [DataType, Value, Value][] = [
  [int(), null, -5],
  [double(), -0, 0],
  [double(), Infinity, Number.NaN],
  [string(), '\uffee', '😀'],
  [string(), 'ab', 'ab '],
  [types.bytes(), Uint8Array.of(1), Uint8Array.of(1, 0)],
  [types.bytes(), Uint8Array.of(0x7f), Uint8Array.of(0x80)],
  [types.decimal(30, 2), -(2n ** 80n), 3n],
  [array(int()), [1, null], [1, 0]],
  [array(int()), [1], [1, null]],
  [
    row([
      { name: 'a', type: int() },
      { name: 'b', type: string() },
    ]),
    [1, 'a'],
    [1, 'b'],
  ],
  [
    map(string(), int()),
    [
      ['a', 1],
      ['b', 2],
    ],
    [
      ['b', 3],
      ['a', 1],
    ],
  ],
  [multiset(int()), [[1, 1]], [[1, 2]]],
  [variant(), null, false],
  [variant(), 2n, 2.5],
  [variant(), [1n], new Map([['a', null]])],
]

test.each(unequal)('%j: %s < %s', (type, low, high) => {
  expect(compareValues(type)(low, high)).toBeLessThan(0)
  expect(compareValues(type)(high, low)).toBeGreaterThan(0)
  expect(equalValues(type)(low, high)).toBe(false)
})

const equal: [DataType, Value, Value][] = [
  [int(), null, null],
  [double(), Number.NaN, Number.NaN],
  [
    map(string(), int()),
    [
      ['a', 1],
      ['b', null],
    ],
    [
      ['b', null],
      ['a', 1],
    ],
  ],
  [
    multiset(array(int())),
    [
      [[1], 2],
      [[null], 1],
    ],
    [
      [[null], 1],
      [[1], 2],
    ],
  ],
  [
    variant(),
    new Map<string, Value>([
      ['a', 1n],
      ['b', [2]],
    ]),
    new Map<string, Value>([
      ['b', [2n]],
      ['a', 1],
    ]),
  ],
]

test.each(equal)('%j: %s = %s', (type, a, b) => {
  expect(equalValues(type)(a, b)).toBe(true)
  expect(compareValues(type)(a, b)).toBe(0)
  expect(hashValue(type)(a)).toBe(hashValue(type)(b))
})

test('`=` sees one zero and no NaN, in arrays too', () => {
  const same = equalValues(array(double()), { floats: 'sql' })
  expect([same([0], [-0]), same([Number.NaN], [Number.NaN]), same(null, null)]).toEqual([true, false, true])
})

test('a set keeps one of each value', () => {
  const set = new ValueSet(array(int()))
  expect([[1], null, [1], [null], null, [1, 2]].map(v => set.add(v))).toEqual([true, true, false, true, false, true])
  expect([set.has([null]), set.has([2])]).toEqual([true, false])
})

test('text has the order of its UTF-8 bytes', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '\ud7ff', '\ue000', '\uffff', '😀', '𐀀') })
  fc.assert(
    fc.property(text, text, (a, b) => Math.sign(compareText(a, b)) === Math.sign(compareBytes(Buffer.from(a), Buffer.from(b)))),
  )
})

test('large maps are equal whatever the order of their entries', () => {
  const entries = Array.from({ length: 40 }, (_, i): [string, number] => [`k${i}`, i])
  const same = equalValues(map(string(), int()))
  expect(same(entries, entries.toReversed())).toBe(true)
  expect(same(entries, entries.with(3, ['k3', 4]).toReversed())).toBe(false)
})
