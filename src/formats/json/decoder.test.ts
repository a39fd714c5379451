import { describe, expect, test } from 'vitest'
import { type DecodeSettings, decodeText } from '../../testing/decode.ts'

const one = (schema: string, text: string | Uint8Array, settings?: DecodeSettings) =>
  decodeText('json', schema, text, settings).rows.join(' | ')
const iso = { options: { 'timestamp-format.standard': 'ISO-8601' } }

/** What the field `a` becomes as a column of this type, or what the error says. */
function field(type: string, value: string, settings?: DecodeSettings): string {
  try {
    return one(`a ${type}`, `{"a":${value}}`, settings).replace('+I ', '')
  } catch (error) {
    return (error as Error).message.replace(/^file:1: /, '').replace(/^column 'a': /, '')
  }
}

describe('fields', () => {
  // Type, JSON, value: asked of Flink 2.3.
  test.each([
    ['INT', '-12', '-12'],
    ['INT', '1.9', '1'],
    ['INT', '1e3', '1000'],
    ['INT', '" 12 "', '12'],
    ['INT', '"+5"', '5'],
    ['INT', '2147483648', "expected INT, not '2147483648'"],
    ['INT', '"1.9"', "expected INT, not '1.9'"],
    ['INT', '""', "expected INT, not ''"],
    ['INT', 'true', "expected INT, not 'true'"],
    ['INT', '{}', 'expected INT, not an object'],
    ['TINYINT', '-128', '-128'],
    ['TINYINT', '200', "expected TINYINT, not '200'"],
    ['TINYINT', '1.9', "expected TINYINT, not '1.9'"],
    ['BIGINT', '-9223372036854775808', '-9223372036854775808'],
    ['BIGINT', '9223372036854775807', '9223372036854775807'],
    ['BIGINT', '9223372036854775808', "expected BIGINT, not '9223372036854775808'"],
    ['BIGINT', '1.9', '1'],
    ['BIGINT', '9007199254740993.5', '9007199254740994'],
    ['BOOLEAN', 'true', 'TRUE'],
    ['BOOLEAN', '"TRUE"', 'TRUE'],
    ['BOOLEAN', '"yes"', 'FALSE'],
    ['BOOLEAN', '1', 'FALSE'],
    ['DOUBLE', '1.5', '1.5'],
    ['DOUBLE', '0.1234567890123456789', '0.12345678901234568'],
    ['DOUBLE', '" 2.5 "', '2.5'],
    ['DOUBLE', '"NaN"', 'NaN'],
    ['DOUBLE', '"1d"', '1.0'],
    ['DOUBLE', 'true', "expected DOUBLE, not 'true'"],
    ['FLOAT', '16777217', '1.6777216E7'],
    ['DECIMAL(5, 2)', '1.005', '1.01'],
    ['DECIMAL(5, 2)', '"1.235"', '1.24'],
    ['DECIMAL(5, 2)', '12345.6', 'NULL'],
    ['DECIMAL(5, 2)', '1e2', '100.00'],
    ['DECIMAL(5, 2)', '" 1 "', '1.00'],
    ['DECIMAL(5, 2)', 'true', "expected DECIMAL(5, 2), not 'true'"],
    ['DECIMAL(38, 2)', '123456789012345678901234567890.125', '123456789012345678901234567890.13'],
    ['BYTES', '"aGVsbG8="', "x'68656c6c6f'"],
    ['BYTES', '"aGVs\\nbG8="', "x'68656c6c6f'"],
    ['BYTES', '"aGVsbG8"', "expected BYTES, not 'aGVsbG8'"],
    ['BYTES', '1', "expected BYTES, not '1'"],
    ['DATE', '"2024-01-05"', '2024-01-05'],
    ['DATE', '"2024-1-5"', "expected DATE, not '2024-1-5'"],
    ['DATE', '"2023-02-30"', "expected DATE, not '2023-02-30'"],
    ['TIME(3)', '"01:02:03.456789"', '01:02:03.456'],
    ['TIME(3)', '"24:00:00"', '00:00:00.000'],
    ['TIME(3)', '"01:02"', "expected TIME(3), not '01:02'"],
    ['TIMESTAMP(3)', '"2024-01-05 01:02:03"', "'2024-01-05 01:02:03.000'"],
    ['TIMESTAMP(3)', '"2024-01-05 01:02:03.123456789"', "'2024-01-05 01:02:03.123'"],
    ['TIMESTAMP(9)', '"2024-01-05 01:02:03.123456789"', "'2024-01-05 01:02:03.123456789'"],
    ['TIMESTAMP(3)', '"2024-01-05T01:02:03"', "expected TIMESTAMP(3), not '2024-01-05T01:02:03'"],
    ['TIMESTAMP(3)', '"2024-01-05 01:02:03Z"', "expected TIMESTAMP(3), not '2024-01-05 01:02:03Z'"],
    ['TIMESTAMP(3)', '"2024-01-05 01:02"', "expected TIMESTAMP(3), not '2024-01-05 01:02'"],
    ['TIMESTAMP(3)', '1704416523000', "expected TIMESTAMP(3), not '1704416523000'"],
    ['TIMESTAMP(9)', '"2023-02-30 00:00:00"', "'2023-02-28 00:00:00.000000000'"],
    ['TIMESTAMP(3)', '"2023-02-28 24:00:00"', "'2023-03-01 00:00:00.000'"],
    ['TIMESTAMP_LTZ(3)', '"2024-01-05 01:02:03.1Z"', "'2024-01-05 01:02:03.100Z'"],
    ['TIMESTAMP_LTZ(3)', '"2024-01-05 01:02:03"', "expected TIMESTAMP_LTZ(3), not '2024-01-05 01:02:03'"],
    ['STRING', '1.50', '1.50'],
    ['STRING', 'true', 'true'],
    ['STRING', '"x\ty"', "E'x\\ty'"],
    ['STRING', '"\\ud800"', '?'],
    ['STRING', '"\\ud83d\\ude00é\\u00e9\\/\\n"', "E'😀éé/\\n'"],
    ['STRING', '{ "x" : 1.50, "y":[1, 2.0E3, null], "z":"\\u00e9" }', `'{"x":1.5,"y":[1,2000.0,null],"z":"é"}'`],
    ['STRING', '{"x":1e400,"y":1e-7,"e":1e7,"s":"\\u001f"}', `'{"x":"Infinity","y":1.0E-7,"e":1.0E7,"s":"\\u001F"}'`],
    ['ARRAY<INT>', '[1, null, "3"]', '[1, NULL, 3]'],
    ['ARRAY<INT>', '5', 'expected ARRAY<INT>'],
    ['MAP<STRING, INT>', '{"p":1,"q":null,"p":2}', '{p=2, q=NULL}'],
    ['MULTISET<STRING>', '{"x":2}', '{x=2}'],
    ['ROW<x INT, y STRING>', '{"y":"s"}', '(NULL, s)'],
    ['ROW<x INT, y STRING>', '[1]', 'expected ROW<`x` INT, `y` STRING>'],
  ])('%s ← %s', (type, value, expected) => {
    expect(field(type, value)).toBe(expected)
    // The same in a nested column, which is read another way.
    if (!expected.startsWith('expected') && !type.startsWith('ROW')) {
      expect(field(`ARRAY<${type}>`, `[${value}]`)).toBe(`[${expected}]`)
    }
  })

  test.each([
    ['TIMESTAMP(3)', '"2024-01-05T01:02:03.5"', "'2024-01-05 01:02:03.500'"],
    ['TIMESTAMP(3)', '"2024-01-05T01:02"', "'2024-01-05 01:02:00.000'"],
    ['TIMESTAMP(3)', '"2024-01-05t01:02:03"', "'2024-01-05 01:02:03.000'"],
    ['TIMESTAMP(3)', '"2023-02-30T00:00:00"', "expected TIMESTAMP(3), not '2023-02-30T00:00:00'"],
    ['TIMESTAMP_LTZ(3)', '"2024-01-05T01:02Z"', "'2024-01-05 01:02:00.000Z'"],
    ['TIMESTAMP_LTZ(3)', '"2024-01-05T01:02:03z"', "expected TIMESTAMP_LTZ(3), not '2024-01-05T01:02:03z'"],
  ])('%s ← %s in ISO-8601', (type, value, expected) => {
    expect(field(type, value, iso)).toBe(expected)
  })
})
