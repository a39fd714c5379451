import { expect, test } from 'vitest'
import { type Argument, callFunction, typed, word } from '../../testing/call-function.ts'
import type { Value } from '../../data/value.ts'

const ints = (...values: (number | null)[]) => typed('ARRAY<INT>', values)
const noInts = typed('ARRAY<INT>', null)
const exact = (...values: number[]) => typed('ARRAY<INT NOT NULL> NOT NULL', values)
const texts = (...values: (string | null)[]) => typed('ARRAY<STRING>', values)
const rows = typed('ARRAY<ROW<a BOOLEAN, b DATE>>', [[true, 19102], [true, 7591], null])
const row = (a: boolean, b: number) => typed('ROW<x BOOLEAN NOT NULL, y DATE NOT NULL> NOT NULL', [a, b])
const map = (...entries: [number | null, string | null][]) => typed('MAP<INT, STRING>', entries)
const noInt = typed('INT', null)
const nothing = typed('NULL', null)
const json = (value: Value) => typed('VARIANT', value)

const cases: [string, Argument[], Value, string][] = [
  ['ARRAY', [1, noInt], [1, null], 'ARRAY<INT> NOT NULL'],
  ['ARRAY', [1, typed('DECIMAL(2, 1) NOT NULL', 25n)], [10n, 25n], 'ARRAY<DECIMAL(11, 1) NOT NULL> NOT NULL'],
  [
    'MAP',
    [1, 1, 2, 24, 1, 8],
    [
      [1, 8],
      [2, 24],
    ],
    'MAP<INT NOT NULL, INT NOT NULL> NOT NULL',
  ],
  [
    'MAP',
    ['a', 1, 'bb', noInt],
    [
      ['a', 1],
      ['bb', null],
    ],
    'MAP<VARCHAR(2) NOT NULL, INT> NOT NULL',
  ],
  ['ROW', [1, 'a', noInt], [1, 'a', null], 'ROW<`EXPR$0` INT NOT NULL, `EXPR$1` CHAR(1) NOT NULL, `EXPR$2` INT> NOT NULL'],
  ['ITEM', [exact(1, 2), 2], 2, 'INT'],
  ['ITEM', [ints(1, 2), 3], null, 'INT'],
  ['ITEM', [ints(1, 2), noInt], null, 'INT'],
  ['ITEM', [noInts, 1], null, 'INT'],
  ['ITEM', [map([12, 'a'], [13, null]), 12], 'a', 'STRING'],
  ['ITEM', [map([12, 'a']), typed('SMALLINT', 12)], 'a', 'STRING'],
  ['ITEM', [map([12, 'a']), 1], null, 'STRING'],
  ['ITEM', [typed('MAP<CHAR(1) NOT NULL, INT NOT NULL> NOT NULL', [['a', 1]]), 'abc'], null, 'INT'],
  ['ITEM', [typed('ROW<nested BIGINT NOT NULL> NOT NULL', [1n]), word('nested')], 1n, 'BIGINT NOT NULL'],
  ['ITEM', [typed('ROW<a INT, b STRING NOT NULL>', null), { ...typed('INT NOT NULL', 2), isWord: true }], null, 'STRING'],
  ['ITEM', [json(new Map([['a', [1n, 2.5]]])), 'a'], [1n, 2.5], 'VARIANT'],
  ['ITEM', [json([1n, 2.5]), 2], 2.5, 'VARIANT'],
  ['ITEM', [json([1n, 2.5]), 0], null, 'VARIANT'],
  ['CARDINALITY', [ints(1, null)], 2, 'INT'],
  ['CARDINALITY', [exact()], 0, 'INT NOT NULL'],
  ['CARDINALITY', [map([1, 'a'])], 1, 'INT'],
  [
    'CARDINALITY',
    [
      typed('MULTISET<INT>', [
        [1, 2],
        [2, 1],
      ]),
    ],
    3,
    'INT',
  ],
  ['CARDINALITY', [noInts], null, 'INT'],
  ['ELEMENT', [ints(1)], 1, 'INT'],
  ['ELEMENT', [exact()], null, 'INT'],
  ['ARRAY_APPEND', [ints(1, 2), nothing], [1, 2, null], 'ARRAY<INT>'],
  ['ARRAY_APPEND', [exact(1), typed('TINYINT NOT NULL', 2)], [1, 2], 'ARRAY<INT NOT NULL> NOT NULL'],
  ['ARRAY_APPEND', [exact(1), noInt], [1, null], 'ARRAY<INT> NOT NULL'],
  ['ARRAY_APPEND', [noInts, 1], null, 'ARRAY<INT>'],
  ['ARRAY_APPEND', [typed('ARRAY<CHAR(1) NOT NULL> NOT NULL', ['a']), 'bcd'], ['a', 'b'], 'ARRAY<CHAR(1) NOT NULL> NOT NULL'],
  ['ARRAY_PREPEND', [ints(1, 2), 3], [3, 1, 2], 'ARRAY<INT>'],
  ['ARRAY_CONTAINS', [exact(1, 2), 2], true, 'BOOLEAN NOT NULL'],
  ['ARRAY_CONTAINS', [ints(1, null), nothing], true, 'BOOLEAN'],
  ['ARRAY_CONTAINS', [exact(1), noInt], false, 'BOOLEAN NOT NULL'],
  ['ARRAY_CONTAINS', [noInts, 12], null, 'BOOLEAN'],
  ['ARRAY_CONTAINS', [rows, row(true, 7591)], true, 'BOOLEAN'],
  ['ARRAY_CONTAINS', [rows, row(false, 7591)], false, 'BOOLEAN'],
  ['ARRAY_POSITION', [ints(1, 2, 1), 1], 1, 'INT'],
  ['ARRAY_POSITION', [exact(1), 5], 0, 'INT NOT NULL'],
  ['ARRAY_POSITION', [ints(1, null), noInt], null, 'INT'],
  ['ARRAY_REMOVE', [ints(1, 2, 2), 2], [1], 'ARRAY<INT>'],
  [
    'ARRAY_REMOVE',
    [rows, nothing],
    [
      [true, 19102],
      [true, 7591],
    ],
    'ARRAY<ROW<`a` BOOLEAN, `b` DATE>>',
  ],
  ['ARRAY_DISTINCT', [texts('a', null, 'a', null)], ['a', null], 'ARRAY<STRING>'],
  ['ARRAY_REVERSE', [ints(1, 2, null)], [null, 2, 1], 'ARRAY<INT>'],
  ['ARRAY_SLICE', [ints(1, 2, 3, 4, 5), -123], [1, 2, 3, 4, 5], 'ARRAY<INT>'],
  ['ARRAY_SLICE', [ints(1, 2, 3, 4, 5), 0, 2], [1, 2], 'ARRAY<INT>'],
  ['ARRAY_SLICE', [ints(1, 2, 3, 4, 5), -6, -5], [1], 'ARRAY<INT>'],
  ['ARRAY_SLICE', [ints(1, 2, 3, 4, 5), -123, -231], [], 'ARRAY<INT>'],
  ['ARRAY_SLICE', [ints(1, 2, 3, 4, 5), 5, 6], [5], 'ARRAY<INT>'],
  ['ARRAY_SLICE', [exact(1, 2, 3), 1, -4], [1], 'ARRAY<INT NOT NULL> NOT NULL'],
  ['ARRAY_SLICE', [exact(1, 2, 3), 1, -5], [], 'ARRAY<INT NOT NULL> NOT NULL'],
  ['ARRAY_SLICE', [exact(1, 2, 3), 1, 0], [1], 'ARRAY<INT NOT NULL> NOT NULL'],
  ['ARRAY_SLICE', [exact(1, 2, 3), 2, 0], [], 'ARRAY<INT NOT NULL> NOT NULL'],
  ['ARRAY_SLICE', [exact(1), nothing, 15], null, 'ARRAY<INT NOT NULL>'],
  ['ARRAY_SORT', [ints(2, null, 1)], [null, 1, 2], 'ARRAY<INT>'],
  ['ARRAY_SORT', [ints(2, null, 1), false], [2, 1, null], 'ARRAY<INT>'],
  ['ARRAY_SORT', [ints(2, null, 1), true, false], [1, 2, null], 'ARRAY<INT>'],
  ['ARRAY_SORT', [ints(2, null, 1), false, true], [null, 2, 1], 'ARRAY<INT>'],
  ['ARRAY_SORT', [ints(2), false, nothing], null, 'ARRAY<INT>'],
  ['ARRAY_UNION', [ints(1, 2, null), exact(1, 4)], [1, 2, null, 4], 'ARRAY<INT>'],
  ['ARRAY_UNION', [exact(1), typed('ARRAY<BIGINT> NOT NULL', [1n, 2n])], [1n, 2n], 'ARRAY<BIGINT> NOT NULL'],
  ['ARRAY_CONCAT', [ints(1), exact(1, 2)], [1, 1, 2], 'ARRAY<INT>'],
  ['ARRAY_CONCAT', [ints(1)], [1], 'ARRAY<INT>'],
  ['ARRAY_CONCAT', [ints(1), noInts], null, 'ARRAY<INT>'],
  ['ARRAY_EXCEPT', [ints(1, 2, 2), ints(1, null, 4)], [2], 'ARRAY<INT>'],
  [
    'ARRAY_EXCEPT',
    [typed('ARRAY<ARRAY<INT>>', [[1, null], [0]]), typed('ARRAY<ARRAY<INT>>', [[0]])],
    [[1, null]],
    'ARRAY<ARRAY<INT>>',
  ],
  ['ARRAY_INTERSECT', [ints(null, null, 1), ints(null, 42)], [null], 'ARRAY<INT>'],
  [
    'ARRAY_INTERSECT',
    [
      typed('ARRAY<MAP<INT, STRING>>', [
        [
          [1, 'a'],
          [2, 'b'],
        ],
      ]),
      typed('ARRAY<MAP<INT, STRING>>', [
        [
          [2, 'b'],
          [1, 'a'],
        ],
      ]),
    ],
    [
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    'ARRAY<MAP<INT, STRING>>',
  ],
  ['ARRAY_MAX', [exact(1, 3, 2)], 3, 'INT'],
  ['ARRAY_MIN', [texts('b', null, 'a')], 'a', 'STRING'],
  ['ARRAY_MAX', [ints(null)], null, 'INT'],
  ['ARRAY_JOIN', [texts('abv', 'bbb', null), '+'], 'abv+bbb', 'STRING'],
  ['ARRAY_JOIN', [texts(null, null, '1', null, null), ' ', ' '], '    1    ', 'STRING'],
  ['ARRAY_JOIN', [texts(null, '1'), '', ''], '1', 'STRING'],
  ['ARRAY_JOIN', [texts('a'), '+', nothing], null, 'STRING'],
  ['MAP_KEYS', [map([1, 'a'], [2, 'b'])], [1, 2], 'ARRAY<INT>'],
  ['MAP_VALUES', [map([1, 'a'], [2, null])], ['a', null], 'ARRAY<STRING>'],
  ['MAP_ENTRIES', [map([1, 'a'])], [[1, 'a']], 'ARRAY<ROW<`key` INT, `value` STRING>>'],
  [
    'MAP_UNION',
    [map([1, 'a'], [2, 'b']), map([2, 'c'], [null, 'd'])],
    [
      [1, 'a'],
      [2, 'c'],
      [null, 'd'],
    ],
    'MAP<INT, STRING>',
  ],
  ['MAP_UNION', [map([1, 'a']), typed('MAP<INT, STRING>', null)], null, 'MAP<INT, STRING>'],
  [
    'MAP_FROM_ARRAYS',
    [exact(1, 2, 1), texts('a', 'b', 'c')],
    [
      [1, 'c'],
      [2, 'b'],
    ],
    'MAP<INT NOT NULL, STRING>',
  ],
]

test.each(cases)('%s(%o) → %o of type %s', (name, args, value, type) => {
  expect(callFunction(name, ...args)).toEqual({ value, type })
})

const refused: [string, Argument[]][] = [
  ['ARRAY', ['string', 12]],
  ['ARRAY', []],
  ['ARRAY', [nothing]],
  ['MAP', []],
  ['MAP', ['k1', 'string', 'k2', 12]],
  ['ITEM', [ints(1), 0]],
  ['ITEM', [ints(1), 'a']],
  ['ITEM', [typed('MAP<STRING, INT>', []), 12]],
  ['ITEM', [typed('ROW<a INT>', [1]), 'zz']],
  ['CARDINALITY', [noInt]],
  ['ARRAY_APPEND', [texts('a'), 1]],
  ['ARRAY_APPEND', [exact(1), typed('BIGINT', 1n)]],
  ['ARRAY_CONTAINS', [ints(1), true]],
  ['ARRAY_PREPEND', [1, texts('a')]],
  ['ARRAY_SLICE', [ints(1), typed('BIGINT', 2n)]],
  ['ARRAY_SORT', [rows, true]],
  ['ARRAY_MAX', [rows]],
  ['ARRAY_UNION', [noInt, true]],
  ['ARRAY_EXCEPT', [ints(1), texts('hi')]],
  ['ARRAY_JOIN', [texts('a')]],
  ['ARRAY_JOIN', [typed('ARRAY<DOUBLE> NOT NULL', [1.2]), '+', 'abc']],
  ['MAP_UNION', [typed('MAP<STRING, INT>', []), map([1, 'a'])]],
]

test.each(refused)('%s does not take %o', (name, args) => {
  expect(() => callFunction(name, ...args)).toThrow(/does not take|same type|at least 1|starting at 1|Cannot infer type/)
})

test('what fails while it runs', () => {
  expect(() => callFunction('ELEMENT', ints(1, 2))).toThrow('Array has more than one element.')
  expect(() => callFunction('MAP_FROM_ARRAYS', exact(1, 2, 3), exact(1, 2))).toThrow(
    'keys array 3 is not equal to the length of the values array 2',
  )
  expect(() => callFunction('ITEM', json(1n), 'a')).toThrow('non-object variant')
  expect(() => callFunction('ITEM', json(new Map()), 1)).toThrow('non-array variant')
})
