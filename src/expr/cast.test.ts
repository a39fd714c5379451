import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseType, parseValue, printValue } from '../data/notation.ts'
import { withNullable } from '../data/type.ts'
import { arbitraryType, arbitraryValue } from '../testing/arbitrary.ts'
import { castability, implementCast } from './cast.ts'
import type { SessionFacts } from './function.ts'

const session = (facts: Partial<SessionFacts> = {}): SessionFacts => ({
  zone: 'UTC',
  legacyCast: false,
  nowMs: () => 0,
  rowNowMs: () => 0,
  random: () => 0,
  database: 'd',
  ...facts,
})

/** `12 INT` → the value of `12` cast to the type, in notation. */
function cast(value: string, from: string, to: string, facts?: Partial<SessionFacts>, safe = false): string {
  const [source, target] = [parseType(from), parseType(to)]
  expect(castability(source, target)).not.toBe('never')
  return printValue(
    withNullable(target, true),
    implementCast(source, target, { safe, session: session(facts) })(parseValue(source, value)),
  )
}

test.each([
  ["' 1.9 '", 'STRING', 'INT', '1'],
  ['.5', 'STRING', 'BIGINT', '0'],
  ['1e5', 'STRING', 'DOUBLE', '100000.0'],
  ['0x1p3', 'STRING', 'DOUBLE', '8.0'],
  ["' 1d '", 'STRING', 'FLOAT', '1.0'],
  ['1.5e3', 'STRING', 'DECIMAL(10, 2)', '1500.00'],
  ['12345678.905', 'STRING', 'DECIMAL(10, 2)', '12345678.91'],
  ['1.x', 'STRING', 'DECIMAL(3, 1)', '1.0'],
  ['00012', 'STRING', 'DECIMAL(20, 2)', '12.00'],
  ['yEs', 'STRING', 'BOOLEAN', 'TRUE'],
  ['2021-9-7', 'STRING', 'DATE', '2021-09-07'],
  ['2021', 'STRING', 'DATE', '2021-01-01'],
  ["'2021-09-27 xx'", 'STRING', 'DATE', '2021-09-27'],
  ['1:2:3.4', 'STRING', 'TIME(3)', '01:02:03.400'],
  ['12', 'STRING', 'TIME(0)', '12:00:00'],
  ['12:34:56.7+01', 'STRING', 'TIME(0)', '13:34:56'],
  ['2021-02-30', 'STRING', 'TIMESTAMP(0)', "'2021-02-28 00:00:00'"],
  ["'2021-9-7 1:2:3.5'", 'STRING', 'TIMESTAMP(3)', "'2021-09-07 01:02:03.500'"],
  ["'2021-09-27 24:00:00'", 'STRING', 'TIMESTAMP(3)', "'2021-09-28 00:00:00.000'"],
  ['abcdef', 'STRING', 'CHAR(3)', 'abc'],
  ['ab', 'STRING', 'CHAR(4)', "'ab  '"],
  ['TRUE', 'BOOLEAN', 'CHAR(6)', "'TRUE  '"],
  ['äöü', 'STRING', 'BINARY(4)', "x'c3a4c3b6'"],
  ["x'41'", 'BYTES', 'BINARY(2)', "x'4100'"],
  ["x'ff41'", 'BYTES', 'STRING', "'\u{fffd}A'"],
  ['12345678901', 'BIGINT', 'INT', '-539222987'],
  ['1234567', 'INT', 'TINYINT', '-121'],
  ['9123.870', 'DECIMAL(7, 3)', 'TINYINT', '-93'],
  ['1.0E20', 'DOUBLE', 'INT', '2147483647'],
  ['1.0E20', 'DOUBLE', 'TINYINT', '-1'],
  ['-1.0E20', 'DOUBLE', 'BIGINT', '-9223372036854775808'],
  ['NaN', 'DOUBLE', 'INT', '0'],
  ['1234', 'INT', 'DECIMAL(3, 1)', 'NULL'],
  ['1.005', 'DOUBLE', 'DECIMAL(10, 2)', '1.01'],
  ['1.0E400', 'DOUBLE', 'DOUBLE', 'Infinity'],
  ['12345678901', 'BIGINT', 'FLOAT', '1.2345679E10'],
  ['TRUE', 'BOOLEAN', 'DECIMAL(3, 2)', '1.00'],
  ['1.5', 'DOUBLE', 'BOOLEAN', 'TRUE'],
  ['12:34:56.100', 'TIME(3)', 'STRING', '12:34:56.1'],
  ['12:34:56.000', 'TIME(3)', 'STRING', '12:34:56.0'],
  ['12:34:56.789', 'TIME(3)', 'TIME(0)', '12:34:56'],
  ["'1960-01-01 10:11:12.345678'", 'TIMESTAMP(6)', 'TIMESTAMP(3)', "'1960-01-01 10:11:12.345'"],
  ["'1960-01-01 10:11:12'", 'TIMESTAMP(0)', 'DATE', '1960-01-01'],
  ['10:11:12.345', 'TIME(3)', 'TIMESTAMP(3)', "'1970-01-01 10:11:12.345'"],
  ['5', 'INT', 'INTERVAL MONTH', '+0-05'],
  ['5', 'BIGINT', 'INTERVAL SECOND', "'+0 00:00:00.005'"],
  ['[1, NULL]', 'ARRAY<INT>', 'STRING', "'[1, NULL]'"],
  ["{a='2020-01-01 00:00:00.5'}", 'MAP<STRING, TIMESTAMP(1)>', 'STRING', "'{a=2020-01-01 00:00:00.5}'"],
  ['(1, ab)', 'ROW<a INT, b STRING>', 'CHAR(5)', "'(1, a'"],
  ['[1, 2]', 'ARRAY<STRING>', 'ARRAY<INT>', '[1, 2]'],
  ["{1=a, '01'=b}", 'MAP<STRING, STRING>', 'MAP<INT, STRING>', '{1=b}'],
])('%s %s as %s is %s', (value, from, to, result) => expect(cast(value, from, to)).toBe(result))

test('TIMESTAMP_LTZ is read and written in the zone of the session', () => {
  const zone = { zone: 'Asia/Shanghai' }
  expect(cast("'2020-01-01 00:00:00.5Z'", 'TIMESTAMP_LTZ(3)', 'STRING', zone)).toBe("'2020-01-01 08:00:00.500'")
  expect(cast("'2020-01-01 08:00:00'", 'STRING', 'TIMESTAMP_LTZ(0)', zone)).toBe("'2020-01-01 00:00:00Z'")
  expect(cast('2020-01-01', 'DATE', 'TIMESTAMP_LTZ(0)', zone)).toBe("'2019-12-31 16:00:00Z'")
  expect(cast("'2020-01-01 20:00:00Z'", 'TIMESTAMP_LTZ(0)', 'DATE', zone)).toBe('2020-01-02')
})

test.each([
  ['abc', 'STRING', 'INT'],
  ["''", 'STRING', 'DOUBLE'],
  ['2147483648', 'STRING', 'INT'],
  ['1234', 'STRING', 'DECIMAL(3, 1)'],
  ["' true '", 'STRING', 'BOOLEAN'],
  ['2021-02-30', 'STRING', 'DATE'],
  ['24:00:00', 'STRING', 'TIME(0)'],
  ["'2021-09-27 12:00'", 'STRING', 'TIMESTAMP(3)'],
  ['2021-01-01T00:00:00', 'STRING', 'TIMESTAMP(3)'],
  ['NaN', 'DOUBLE', 'DECIMAL(3, 1)'],
  ['[1, x]', 'ARRAY<STRING>', 'ARRAY<INT>'],
  ['(1, x)', 'ROW<a STRING, b STRING>', 'ROW<a INT, b INT>'],
])('%s %s is no %s', (value, from, to) => {
  expect(() => cast(value, from, to)).toThrow(`${value} can't be cast to `)
  expect(cast(value, from, to, {}, true)).toBe('NULL')
  expect(cast(value, from, to, { legacyCast: true })).toBe('NULL')
})

test.each([
  ['INT', 'BIGINT', 'implicit'],
  ['BIGINT', 'INT', 'explicit'],
  ['STRING', 'INT', 'explicit'],
  ['INT', 'DATE', 'never'],
  ['BYTES', 'INT', 'never'],
  ['INTERVAL MONTH', 'INT', 'never'],
  ['DATE', 'TIME(0)', 'never'],
  ['TIMESTAMP(3)', 'BIGINT', 'never'],
  ['VARIANT', 'STRING', 'never'],
  ['STRING', 'INTERVAL MONTH', 'never'],
  ['ARRAY<INT>', 'ARRAY<STRING>', 'explicit'],
  ['ARRAY<INT>', 'ARRAY<DATE>', 'never'],
  ['ROW<a INT, b INT>', 'ROW<a STRING>', 'never'],
  ['MAP<INT, INT>', 'STRING', 'explicit'],
])('%s to %s: %s', (from, to, answer) => expect(castability(parseType(from), parseType(to))).toBe(answer))

test('a cast to the same type changes nothing, and text of a value reads back as the value', () => {
  const flat = arbitraryType(0).filter(
    type => !['BINARY', 'VARBINARY', 'INTERVAL_YEAR_MONTH', 'INTERVAL_DAY_TIME', 'CHAR', 'VARCHAR'].includes(type.kind),
  )
  fc.assert(
    fc.property(
      flat.chain(type => fc.tuple(fc.constant(type), arbitraryValue(type))),
      ([type, value]) => {
        const facts = { safe: false, session: session({ zone: 'America/Los_Angeles' }) }
        expect(implementCast(type, type, facts)(value)).toEqual(value)
        // An hour that the clock shows twice is read as the first of the two, year 0 is no year of an era, quick DECIMALs count zeros.
        if (type.kind === 'TIMESTAMP_LTZ' || type.kind === 'TIMESTAMP' || type.kind === 'DECIMAL') return
        const text = implementCast(type, parseType('STRING'), facts)(value)
        expect(implementCast(parseType('STRING'), type, facts)(text)).toEqual(value)
      },
    ),
    { numRuns: 500 },
  )
})
