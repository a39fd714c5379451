import { expect, test } from 'vitest'
import { displayWidth, tableLines } from './table.ts'

const columns = [
  { name: 'name', alignRight: false },
  { name: 'n', alignRight: true },
]

test('numbers to the right, NULL as such, line ends as blanks', () => {
  expect(
    tableLines(
      columns,
      [
        ['ann\nlee', '5'],
        [undefined, '1234'],
      ],
      80,
    ),
  ).toEqual([
    '+---------+------+',
    '| name    | n    |',
    '+---------+------+',
    '| ann lee |    5 |',
    '| <NULL>  | 1234 |',
    '+---------+------+',
  ])
})

test.each([20, 30, 79])('is never wider than %i', width => {
  const rows = [
    ['a very long name that goes on and on', '1'],
    ['漢字漢字漢字漢字漢字漢字漢字', '22'],
    ['👩‍👩‍👧 family', '333'],
  ]
  const lines = tableLines(columns, rows, width)
  expect(new Set(lines.map(displayWidth)).size).toBe(1)
  expect(displayWidth(lines[0]!)).toBeLessThanOrEqual(width)
})

test('what is cut says so', () => {
  expect(tableLines([columns[0]!], [['abcdefghij']], 10)[3]).toBe('| abcde… |')
})

test('no columns are no table', () => expect(tableLines([], [[]], 80)).toEqual([]))
