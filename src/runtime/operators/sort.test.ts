import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareValues } from '../../data/compare.ts'
import { parseSchema, parseValue, printValue } from '../../data/notation.ts'
import type { Value } from '../../data/value.ts'
import type { SortKey } from '../../planner/physical/plan.ts'
import { Run, type Stage, drive, tableOf } from '../../testing/drive.ts'
import { feedings } from '../../testing/histories.ts'
import { planNode } from '../../testing/plan-node.ts'
import { Sort } from './sort.ts'
import { TemporalSort } from './temporal-sort.ts'

test('at the end all rows come out in order, equal ones as they arrived', () => {
  const script = '+I ann 5\n+I bob 3\n--\n+I eve 5\n+I joe NULL\nend'
  const descending = { column: 1, descending: true, nullsFirst: false }
  expect(drive(sort('user STRING, amount INT', [descending]), script)).toBe('end\n+I ann 5\n+I eve 5\n+I bob 3\n+I joe NULL')
  expect(drive(sort('user STRING, amount INT', [descending], 2), script)).toBe('end\n+I bob 3\n+I joe NULL')
})

test('many rows are merged', () => {
  const numbers = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5003)
  const run = new Run(sort('n INT', [{ column: 0, descending: false, nullsFirst: true }]), { chunkRows: 1000 })
  for (let from = 0; from < numbers.length; from += 1000)
    run.script(
      numbers
        .slice(from, from + 1000)
        .map(n => `+I ${n}`)
        .join('\n'),
    )
  run.end()
  expect(run.text()).toBe(
    numbers
      .toSorted((a, b) => a - b)
      .map(n => `+I ${n}`)
      .join('\n'),
  )
})

/** By column of `everything`: values in notation. */
const values = [
  ['TRUE', 'FALSE', 'NULL'],
  ['1', '-1', '2147483647', 'NULL'],
  ['1', '-1', '4294967296', '-4294967297', '9223372036854775807', '-9223372036854775808', 'NULL'],
  ['0.5', '-0.0', '0.0', 'NaN', '-Infinity', 'NULL'],
  ['0.01', '-0.01', '99999999999999999999.99', '-184467440737095516.16', 'NULL'],
  ["'2020-01-01 00:00:00.000000001'", "'1969-12-31 23:59:59.999999999'", "'2020-01-01 00:00:00.000000002'", 'NULL'],
  ['a', 'b', 'aa', "''", 'é', "'😀'", "'\ufffd'", 'NULL'],
  ['[1, 2]', '[1]', '[]', 'NULL'],
] as const
const everything = 'a BOOLEAN, b INT, c BIGINT, d DOUBLE, e DECIMAL(30, 2), f TIMESTAMP(9), g STRING, h ARRAY<INT>'

test('every type has its order', () => {
  const row = fc.tuple(...values.map(column => fc.constantFrom(...column)))
  const key = fc.record({ column: fc.nat({ max: values.length - 1 }), descending: fc.boolean(), nullsFirst: fc.boolean() })
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 40 }),
      fc.array(key, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(...feedings),
      (rows, by, feeding) => {
        const run = new Run(sort(everything, by), feeding)
        run.script(rows.map(cells => `+I ${cells.join(' ')}`).join('\n'))
        run.end()
        const expected = rows.toSorted((a, b) => compareRows(by, a, b)).map(printed)
        expect(run.text()).toBe(expected.join('\n'))
      },
    ),
  )
})

test('in a stream, rows wait for their time', () => {
  expect(
    drive(
      temporalSort(),
      `
      +I 1970-01-01T12:05:00 7
      +I 1970-01-01T12:01:00 3
      +I 1970-01-01T12:01:00 2
      watermark 12:03
      +I 1970-01-01T12:01:00 1
      +I 1970-01-01T12:02:00 4
      watermark 12:05
    `,
    ),
  ).toMatchInlineSnapshot(`
    "watermark 12:03
    +I '1970-01-01 12:01:00.000' 2
    +I '1970-01-01 12:01:00.000' 3
    watermark 12:05
    +I '1970-01-01 12:02:00.000' 4
    +I '1970-01-01 12:05:00.000' 7"
  `)
})

test('lateness is decided row by row, inside a chunk', () => {
  const run = new Run(temporalSort())
  run.script(`
    +I 1970-01-01T12:01:00 1
    passing 12:01
    +I 1970-01-01T12:01:00 2
    +I 1970-01-01T12:02:00 3
  `)
  expect(run.text()).toBe("+I '1970-01-01 12:01:00.000' 1")
  expect(run.operator.report?.().lateRows).toBe(1)
})

test('without late rows a temporal sort gives what a sort gives', () => {
  const row = fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 3 })).map(([s, n]) => `+I 1970-01-01T00:00:0${s} ${n}`)
  fc.assert(
    fc.property(fc.array(row), fc.constantFrom(...feedings), (rows, feeding) => {
      expect(tableOf(temporalSort(), rows.join('\n'), feeding)).toBe(
        tableOf(sort('at TIMESTAMP(3), n INT', byTime), rows.join('\n')),
      )
      expect(drive(temporalSort(), `${rows.join('\n')}\nend`, feeding)).toBe(
        drive(sort('at TIMESTAMP(3), n INT', byTime), `${rows.join('\n')}\nend`),
      )
    }),
  )
})

const fields = parseSchema(everything)
const compare = fields.map(({ type }) => compareValues(type))

function compareRows(by: readonly SortKey[], a: readonly string[], b: readonly string[]): number {
  for (const { column, descending, nullsFirst } of by) {
    const [x, y] = [a, b].map(row => parseValue(fields[column]!.type, row[column]!)) as [Value, Value]
    if (x === null || y === null) {
      if (x === y) continue
      return (x === null) === nullsFirst ? -1 : 1
    }
    const order = compare[column]!(x, y)
    if (order !== 0) return descending ? -order : order
  }
  return 0
}

const printed = (row: readonly string[]): string =>
  `+I ${row.map((text, i) => printValue(fields[i]!.type, parseValue(fields[i]!.type, text))).join(' ')}`

const byTime: readonly SortKey[] = [
  { column: 0, descending: false, nullsFirst: true },
  { column: 1, descending: false, nullsFirst: true },
]

function sort(schema: string, by: readonly SortKey[], offset = 0): Stage {
  const node = planNode('Sort', [schema], schema, { by, offset, limit: undefined, emit: 'at-end', retracting: false })
  return { inputs: [schema], output: schema, build: context => new Sort(node, context) }
}

function temporalSort(): Stage {
  const schema = 'at TIMESTAMP(3), n INT'
  const node = planNode('TemporalSort', [schema], schema, { by: byTime })
  return { inputs: [schema], output: schema, build: context => new TemporalSort(node, context) }
}
