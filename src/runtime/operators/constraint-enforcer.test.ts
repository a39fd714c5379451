/** What a sink's types ask of values: lengths of texts and binaries, NOT NULL inside of rows and collections. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { SinkConstraints } from '../../planner/physical/plan.ts'
import { type Stage, drive } from '../../testing/drive.ts'
import { planNode } from '../../testing/plan-node.ts'
import { ConstraintEnforcer } from './constraint-enforcer.ts'

const texts = 'id INT, c CHAR(3), v VARCHAR(3)'

test('TRIM_PAD cuts what is too long and fills up what is too short', () => {
  const stage = sink(texts, 'trim-pad')
  expect(drive(stage, "+I 1 'a' 'a'\n+I 2 'abcd' 'abcd'\n-U 2 'abcd' 'abcd'\n+U 2 NULL ''")).toBe(
    "+I 1 'a  ' a\n+I 2 abc abc\n-U 2 abc abc\n+U 2 NULL ''",
  )
  expect(drive(sink('b BINARY(2), v VARBINARY(2)', 'trim-pad'), "+I x'01' x'01'\n+I x'010203' x'010203'")).toBe(
    "+I x'0100' x'01'\n+I x'0102' x'0102'",
  )
})

test('lengths are counted in code points', () => {
  expect(drive(sink('v VARCHAR(2)', 'trim-pad'), "+I '😀é😀x'")).toBe("+I '😀é'")
  expect(drive(sink('v VARCHAR(2)', 'error'), "+I '😀é'")).toBe("+I '😀é'")
})

test.each([
  ["+I 1 'ab' 'a'", "Column 'c' is CHAR(3), however, a string of length 2 is being written into it."],
  ["+I 1 'abc' 'abcd'", "Column 'v' is VARCHAR(3), however, a string of length 4 is being written into it."],
])('ERROR fails the job: %s', (script, message) => {
  expect(() => drive(sink(texts, 'error'), script)).toThrow(message)
})

test('without a limit, or with IGNORE, texts pass as they are', () => {
  expect(drive(sink('s STRING', 'error'), '+I abcdefgh')).toBe('+I abcdefgh')
  expect(drive(sink(texts, 'ignore', 'rows'), '+I 1 a abcdefgh')).toBe('+I 1 a abcdefgh')
})

test('rows are looked into where that is asked for', () => {
  const row = 'r ROW<id INT, name CHAR(2)>'
  expect(drive(sink(row, 'trim-pad', 'rows'), "+I (1, 'a')\n+I NULL\n+I (2, 'abc')")).toBe("+I (1, 'a ')\n+I NULL\n+I (2, ab)")
  expect(drive(sink(row, 'trim-pad'), '+I (1, a)')).toBe('+I (1, a)')
  expect(() => drive(sink(row, 'error', 'rows'), "+I (1, 'a')")).toThrow("Column 'r.name' is CHAR(2)")
})

test('NULL inside of rows and collections', () => {
  const array = 'id INT, a ARRAY<INT NOT NULL>'
  const given = 'id INT, a ARRAY<INT>'
  expect(drive(sink(array, 'ignore', 'rows-and-collections', 'drop', given), '+I 1 [1, NULL]\n+I 2 [1]\n+I 3 NULL')).toBe(
    '+I 2 [1]\n+I 3 NULL',
  )
  expect(drive(sink(array, 'ignore', 'rows', 'drop', given), '+I 1 [1, NULL]')).toBe('+I 1 [1, NULL]')
  expect(() => drive(sink(array, 'ignore', 'rows-and-collections', 'error', given), '+I 1 [1, NULL]')).toThrow(
    "Column 'a[1]' is NOT NULL",
  )
})

test('what was fitted once is left alone, and fits', () => {
  const stage = sink('c CHAR(3), v VARCHAR(3)', 'trim-pad')
  const word = fc.stringMatching(/^[a-c]{0,6}$/)
  fc.assert(
    fc.property(fc.array(fc.tuple(word, word), { minLength: 1, maxLength: 8 }), rows => {
      const once = drive(stage, rows.map(([c, v]) => `+I '${c}' '${v}'`).join('\n'))
      expect(drive(stage, once)).toBe(once)
      expect(drive(sink('c CHAR(3), v VARCHAR(3)', 'error'), once)).toBe(once)
    }),
    { numRuns: 30 },
  )
})

function sink(
  schema: string,
  length: SinkConstraints['length'],
  nested: SinkConstraints['nested'] = 'ignore',
  notNullEnforcer: 'error' | 'drop' = 'error',
  input = schema,
): Stage {
  const fields = { target: { kind: 'collect' }, key: [], upsertMaterialize: false, notNull: [], notNullEnforcer } as const
  const node = planNode('Sink', [input], schema, { ...fields, constraints: { length, nested } })
  return { inputs: [input], output: input, build: context => new ConstraintEnforcer(node, context) }
}
