import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SqlError } from '../base/errors.ts'
import {
  parseRows,
  parseSchema,
  parseType,
  parseValue,
  printRow,
  printRows,
  printSchema,
  printType,
  printValue,
} from './notation.ts'
import { arbitraryType, arbitraryValue } from '../testing/arbitrary.ts'

test.each([
  ['STRING'],
  ['BYTES NOT NULL'],
  ['CHAR(3)'],
  ['VARBINARY(7)'],
  ['DECIMAL(10, 2)'],
  ['TIME(3)'],
  ['TIMESTAMP(0)'],
  ['TIMESTAMP_LTZ(9)'],
  ['ARRAY<INT NOT NULL>'],
  ['MAP<STRING, MULTISET<BIGINT>> NOT NULL'],
  ['ROW<`a` INT, `b c` STRING NOT NULL>'],
  ['INTERVAL YEAR(3) TO MONTH'],
  ['INTERVAL MONTH'],
  ['INTERVAL DAY(2) TO SECOND(3)'],
  ['INTERVAL SECOND(6)'],
  ['VARIANT'],
  ['NULL'],
])('%s is read and printed the same', text => expect(printType(parseType(text))).toBe(text))

test.each([
  ['integer not null', 'INT NOT NULL'],
  ['DOUBLE PRECISION', 'DOUBLE'],
  ['dec', 'DECIMAL(10, 0)'],
  ['numeric(5)', 'DECIMAL(5, 0)'],
  ['CHAR', 'CHAR(1)'],
  ['timestamp', 'TIMESTAMP(6)'],
  ['TIMESTAMP(3) WITHOUT TIME ZONE', 'TIMESTAMP(3)'],
  ['TIMESTAMP(3) WITH LOCAL TIME ZONE', 'TIMESTAMP_LTZ(3)'],
  ['INT ARRAY', 'ARRAY<INT>'],
  ['INT NOT NULL MULTISET', 'MULTISET<INT NOT NULL>'],
  ["ROW(a INT 'first', b ROW<>)", 'ROW<`a` INT, `b` ROW<>>'],
  ['INTERVAL DAY TO SECOND', 'INTERVAL DAY(2) TO SECOND(6)'],
])('%s means %s', (text, type) => expect(printType(parseType(text))).toBe(type))

test('a wrong type points at its place', () => {
  const error = thrown(() => parseSchema('user STRING, amount BIGNT'))
  expect(error.message).toBe("there is no type 'BIGNT'")
  expect(error.span).toEqual({ start: 20, end: 25 })
  for (const text of [
    '',
    'DECIMAL(39, 1)',
    'DECIMAL(3, 4)',
    'ARRAY<INT',
    'INT INT',
    'TIMESTAMP(10)',
    'INTERVAL MONTH TO DAY',
    'constructor',
  ]) {
    expect(thrown(() => parseType(text)).code).toBe('INVALID_TYPE')
  }
  expect(thrown(() => parseType('TIMESTAMP(3) WITH TIME ZONE')).code).toBe('NOT_SUPPORTED')
})

const schema = parseSchema('user STRING, amount DECIMAL(10, 2), tags ARRAY<STRING>, at TIMESTAMP(3)')

test('rows are one a line, with the kind in front', () => {
  const chunk = parseRows(
    schema,
    `
    -- what happened
    +I ann 5.5 [a, 'b c'] '2020-01-01 00:00:05.123'
    'bob b', NULL, [], 1969-12-31T23:59:59
    -D NULL -0.01 NULL NULL
  `,
  )
  expect(printRows(chunk)).toBe(
    "+I ann 5.50 [a, 'b c'] '2020-01-01 00:00:05.123'\n+I 'bob b' NULL [] '1969-12-31 23:59:59.000'\n-D NULL -0.01 NULL NULL",
  )
})

test.each([
  ['+I ann 5', 'a value for tags'],
  ['+I ann 5 [] NULL 7', 'the row should end here'],
  ['+U x 1.234 [] NULL', "can't be '1.234'"],
  ['-I x 1 [] NULL', '-I is none of'],
  ['ann 1 [a NULL', "',"],
  ["'ann 1 [] NULL", 'a value of type STRING'],
])('%s is refused', (row, message) => {
  const error = thrown(() => parseRows(schema, row))
  expect(error.code).toBe('INVALID_VALUE')
  if (message !== "',") expect(error.message).toContain(message)
})

test.each([
  ['STRING', 'NULL', null],
  ['STRING', "'NULL'", 'NULL'],
  ['STRING', "E'a\\nb'", 'a\nb'],
  ['STRING', "'it''s'", "it's"],
  ['BOOLEAN', 'true', true],
  ['BIGINT', '-9223372036854775808', -(2n ** 63n)],
  ['FLOAT', '0.1', Math.fround(0.1)],
  ['DOUBLE', '-0.0', -0],
  ['DECIMAL(4, 2)', '12.5', 1250n],
  ['BYTES', "x'0A0b'", Uint8Array.of(10, 11)],
  ['DATE', '1969-12-31', -1],
  ['TIME(3)', '00:00:01.5', 1500],
  ['TIMESTAMP(9)', "'1969-12-31 23:59:59.999999999'", -1n],
  ['TIMESTAMP_LTZ(3)', "'1970-01-01 00:00:01Z'", 1000n],
  ['INTERVAL YEAR TO MONTH', '-0-11', -11],
  ['INTERVAL DAY TO SECOND', "'+1 00:00:00.001'", 86400001n],
  [
    'MAP<STRING, INT>',
    '{k=1, b=NULL}',
    [
      ['k', 1],
      ['b', null],
    ],
  ],
  ['MULTISET<STRING>', '{a=2}', [['a', 2]]],
  ['ROW<a INT, b STRING>', '(1, x)', [1, 'x']],
  ['VARIANT', '{"a": [1, 1.0, null]}', new Map([['a', [1n, 1, null]]])],
])('%s %s', (type, text, value) => expect(parseValue(parseType(type), text)).toEqual(value))

test('what is printed reads back as the same', () => {
  fc.assert(
    fc.property(
      arbitraryType().chain(type => fc.tuple(fc.constant(type), arbitraryValue(type))),
      ([type, value]) => {
        expect(parseType(printType(type))).toEqual(type)
        expect(parseValue(type, printValue(type, value))).toEqual(value)
      },
    ),
    { numRuns: 200 },
  )
})

test('rows of any types read back as the same', () => {
  const fields = fc.array(fc.record({ name: fc.string({ minLength: 1 }), type: arbitraryType() }), { minLength: 1, maxLength: 5 })
  const table = fields.chain(schema =>
    fc.tuple(fc.constant(schema), fc.array(fc.tuple(...schema.map(f => arbitraryValue(f.type))), { maxLength: 5 })),
  )
  fc.assert(
    fc.property(table, ([schema, rows]) => {
      expect(parseSchema(printSchema(schema))).toEqual(schema)
      const text = rows.map(row => `+U ${printRow(schema, row)}`).join('\n')
      // Columns of text hold UTF-8, where a lone surrogate is '?': what was printed from a chunk is what is compared.
      const printed = printRows(parseRows(schema, text))
      expect(printRows(parseRows(schema, printed))).toBe(printed)
      if (text.isWellFormed() && !/\\ud[89a-f]/.test(text)) expect(printed).toBe(text)
    }),
  )
})

function thrown(run: () => unknown): SqlError {
  try {
    run()
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error('it should have thrown')
}
