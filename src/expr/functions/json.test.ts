import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Argument, callFunction, typed, word } from '../../testing/call-function.ts'
import type { Value } from '../../data/value.ts'
import { bigDecimalText, parseJson, printJson } from '../json-value.ts'

const noText = typed('STRING', null)
const nothing = typed('NULL', null)
const returning = (type: string) => typed(type, null)
const account = `{ "type": "account", "age": 42, "activated": true, "balance": 13.50, "contains blank": "right",
  "roles": ["user", "viewer"], "address": {"city": "Munich"}, "gone": null }`

/** JSON_VALUE with its clauses: RETURNING type, action and default ON EMPTY and ON ERROR. */
const value = (
  json: Argument,
  path: string,
  type = 'STRING',
  onEmpty = 'NULL',
  ifEmpty: Argument = nothing,
  onError = 'NULL',
  ifError: Argument = nothing,
) => callFunction('JSON_VALUE', json, path, returning(type), word(onEmpty), ifEmpty, word(onError), ifError).value
const query = (json: Argument, path: string, wrapper = 'WITHOUT', onEmpty = 'NULL', onError = 'NULL', type = 'STRING') =>
  callFunction('JSON_QUERY', json, path, returning(type), word(wrapper), word(onEmpty), word(onError)).value

const emptyOrError = (json: string, path: string) => query(json, path, 'WITHOUT', 'EMPTY ARRAY', 'EMPTY OBJECT')
const list = (json: string, path: string, wrapper = 'WITHOUT', onError = 'NULL') =>
  query(json, path, wrapper, 'NULL', onError, 'ARRAY<STRING>')
const exists = (json: Argument, path: string, onError = 'FALSE') => callFunction('JSON_EXISTS', json, path, word(onError)).value
const object = (onNull: string, ...parts: Argument[]) => callFunction('JSON_OBJECT', word(`${onNull} ON NULL`), ...parts).value
const array = (onNull: string, ...parts: Argument[]) => callFunction('JSON_ARRAY', word(`${onNull} ON NULL`), ...parts).value
const shown = (text: string, ...more: Argument[]) =>
  callFunction('JSON_STRING', typed('VARIANT', callFunction('PARSE_JSON', text, ...more).value)).value

test.each<[string, string, Value]>([
  ['lax $.type', 'STRING', 'account'],
  ['$.age', 'INT', 42],
  ['$.age', 'STRING', '42'],
  ['$.activated', 'BOOLEAN', true],
  ['$.balance', 'DOUBLE', 13.5],
  ['$.balance', 'STRING', '13.50'],
  ["strict $.['contains blank']", 'STRING', 'right'],
  ['$.roles[-1]', 'STRING', 'viewer'],
  ['$.roles.length()', 'STRING', '2'],
  ['address.city', 'STRING', 'Munich'],
  ['$.address', 'STRING', null],
  ['$.gone', 'STRING', null],
  ['$.gone.b', 'STRING', null],
  ['$.', 'STRING', null],
])('JSON_VALUE(…, %o RETURNING %s) → %o', (path, type, expected) => expect(value(account, path, type)).toBe(expected))

test('JSON_VALUE: lax is empty where strict is an error', () => {
  const both = (path: string) => value(account, path, 'STRING', 'DEFAULT', 'empty', 'DEFAULT', 'error')
  expect(['lax $.none', 'lax $.none.x', 'lax $.roles', 'lax $.gone', 'lax $[0]'].map(both)).toEqual(Array(5).fill('empty'))
  expect(['$.none', '$.none.x', '$.roles', '$[0]', 'lax $.none.'].map(both)).toEqual(Array(5).fill('error'))
  expect(both('strict $.gone')).toBe('empty')
  expect(value('x', 'lax $', 'STRING', 'DEFAULT', 'empty')).toBe('empty')
  expect(value(account, 'lax $.none', 'INT', 'DEFAULT', 42)).toBe(42)
  expect(value(noText, '$.a')).toBeNull()
  expect(callFunction('JSON_VALUE', account, '$.type')).toEqual({ value: 'account', type: 'STRING' })
})

test('JSON_VALUE fails when told so, and where the type is another', () => {
  expect(() => value(account, '$.none', 'STRING', 'NULL', nothing, 'ERROR')).toThrow("No results for path: $['none']")
  expect(() => value(account, '$.none.x', 'STRING', 'NULL', nothing, 'ERROR')).toThrow("Missing property in path $['none']")
  expect(() => value(account, '$.age.x', 'STRING', 'NULL', nothing, 'ERROR')).toThrow('Expected to find an object')
  expect(() => value(account, 'lax $.none', 'STRING', 'ERROR')).toThrow('Empty result of JSON_VALUE function is not allowed')
  expect(() => value(account, '$.roles', 'STRING', 'NULL', nothing, 'ERROR')).toThrow('requires scalar value')
  expect(() => value(account, '$.type', 'INT')).toThrow('is no INT')
  expect(() => value(account, '$.age', 'BIGINT')).toThrow("Unsupported type 'BIGINT'")
})

test.each<[string, string, string, Value]>([
  ['{"a":[1,2]}', '$.a', 'WITHOUT', '[1,2]'],
  ['{"a":{"z":1,"b":[1.0,null,"xé\\/"]}}', '$.a', 'WITHOUT', '{"b":[1.0,null,"xé/"],"z":1}'],
  ['{"a":1e2, "c":12345678901234567890123}', '$', 'WITHOUT', '{"a":1E+2,"c":12345678901234567890123}'],
  ['{"a":"[1,2]"}', '$.a', 'WITHOUT', null],
  ['{"a":1}', '$.a', 'WITH UNCONDITIONAL', '[1]'],
  ['{"a":[]}', '$.a', 'WITH UNCONDITIONAL', '[[]]'],
  ['{"a":[]}', '$.a', 'WITH CONDITIONAL', '[]'],
  ['{"a":"Test"}', '$.a', 'WITH CONDITIONAL', '["Test"]'],
  ['{"a":null}', '$.a', 'WITH UNCONDITIONAL', null],
  ['{"a":[{"b":1},{"b":2}]}', '$.a[*].b', 'WITHOUT', '[1,2]'],
  ['{"a":[{"b":1},{"b":2}]}', '$..b', 'WITHOUT', '[1,2]'],
  ['{"a":[{"b":1},{"c":2}]}', 'strict $.a[*].b', 'WITHOUT', '[1]'],
  ['{"a":[1,2,3,4]}', '$.a[1:3]', 'WITHOUT', '[2,3]'],
  ['{"a":[1,2,3,4]}', '$.a[0,2]', 'WITHOUT', '[1,3]'],
  ['{"a":[1,2,3,4]}', '$.a[-2:]', 'WITHOUT', '[3,4]'],
  ['{"a":{"x":1,"y":2}}', '$.a.*', 'WITHOUT', '[1,2]'],
  ['{"a":{"x":1,"y":2,"z":3}}', "$.a['x','y']", 'WITHOUT', '{"x":1,"y":2}'],
  ['{"a":[{"b":1},{"b":2,"c":"k"}]}', '$.a[?(@.b>1)]', 'WITHOUT', '[{"b":2,"c":"k"}]'],
  ['{"a":[{"b":1},{"b":2,"c":"k"}]}', "$.a[?(@.c == 'k' && @.b >= 2)].b", 'WITHOUT', '[2]'],
  ['{"a":[{"b":1},{"b":2,"c":"k"}]}', '$.a[?(!(@.c) || @.b in [7])]', 'WITHOUT', '[{"b":1}]'],
])('JSON_QUERY(%s, %s %s) → %o', (json, path, wrapper, expected) => expect(query(json, path, wrapper)).toBe(expected))

test('JSON_QUERY: empty, error, and lists', () => {
  expect(['lax $.b', 'lax $.a', 'lax $.a.b.c', 'lax $.n'].map(path => emptyOrError('{"a":1,"n":null}', path))).toEqual([
    '[]',
    '[]',
    '[]',
    '[]',
  ])
  expect(['$.b', '$.a', '$.a.b'].map(path => emptyOrError('{"a":1}', path))).toEqual(['{}', '{}', '{}'])
  expect([emptyOrError('x', 'lax $'), emptyOrError('{"a":[]}', '$.a[3]')]).toEqual(['[]', '{}'])
  expect(list('{"a":[1,"x",null,true,1.50,{"b":[1]}]}', '$.a')).toEqual(['1', 'x', null, 'true', '1.50', '{"b":[1]}'])
  expect([list('{"a":{"b":1}}', '$.a'), list('{"a":{"b":1}}', '$.a', 'WITH UNCONDITIONAL')]).toEqual([null, ['{"b":1}']])
  expect(list('{"a":1}', '$.b', 'WITHOUT', 'EMPTY ARRAY')).toEqual([])
  expect(() => list('{"a":"[1,2]"}', '$.a', 'WITHOUT', 'ERROR')).toThrow(
    "requires array or object value, and the actual value is: '[1,2]'",
  )
  expect(() => list('{"a":1}', '$.b', 'WITHOUT', 'EMPTY OBJECT')).toThrow("Illegal on error behavior 'EMPTY OBJECT'")
  expect(() => query('{"a":1}', 'lax $.b', 'WITHOUT', 'ERROR')).toThrow('Empty result of JSON_QUERY')
})

test('JSON_EXISTS', () => {
  expect(['lax $.type', '$.roles[1]', '$.address.city', '$.roles[*]'].map(path => exists(account, path))).toEqual([
    true,
    true,
    true,
    true,
  ])
  expect(['$.none', '$.gone', '$.roles[7]', '$.type[0]'].map(path => exists(account, path))).toEqual([false, false, false, false])
  expect(['TRUE', 'UNKNOWN', 'FALSE'].map(onError => exists(account, 'strict $.none', onError))).toEqual([true, null, false])
  expect([exists('{"a":[]}', '$.a[*]'), exists('x', '$'), exists('null', '$'), exists(noText, '$')]).toEqual([
    true,
    false,
    false,
    null,
  ])
  expect(() => exists(account, 'strict $.invalid', 'ERROR')).toThrow("No results for path: $['invalid']")
})

test.each<[string, string, boolean]>([
  ['1', 'VALUE', true],
  ['null', 'SCALAR', true],
  ['"a"', 'OBJECT', false],
  ['{}', 'OBJECT', true],
  ['{}', 'SCALAR', false],
  ['[]', 'ARRAY', true],
  ['{"a":1} x', 'VALUE', true],
  ['', 'VALUE', false],
  ['{a:1}', 'VALUE', false],
  ["'a'", 'VALUE', false],
  ['[1,]', 'VALUE', false],
  ['01', 'VALUE', false],
  ['NaN', 'VALUE', false],
  ['1x', 'VALUE', false],
  ['"\n"', 'VALUE', false],
])('%o IS JSON %s is %s', (text, kind, expected) => {
  expect(callFunction(`IS JSON ${kind}`, text)).toEqual({ value: expected, type: 'BOOLEAN NOT NULL' })
  expect(callFunction(`IS NOT JSON ${kind}`, text).value).toBe(!expected)
})

test('NULL is no JSON', () => expect(callFunction('IS JSON VALUE', noText).value).toBe(false))

test.each<[string, Value, string]>([
  ['STRING', 'é"/\\\n\u0001', '"é\\"/\\\\\\n\\u0001"'],
  ['BOOLEAN', true, 'true'],
  ['BIGINT', 9007199254740993n, '9007199254740993'],
  ['DECIMAL(10, 3)', 1500n, '1.500'],
  ['DECIMAL(20, 10)', 1000n, '1.000E-7'],
  ['DECIMAL(20, 10)', 0n, '0E-10'],
  ['DOUBLE', 1e10, '1.0E+10'],
  ['DOUBLE', 1e-5, '0.000010'],
  ['DOUBLE', 1.23, '1.23'],
  ['FLOAT', Math.fround(0.1), '0.10000000149011612'],
  ['TIMESTAMP(0)', 1577934245000n, '"2020-01-02T03:04:05"'],
  ['TIMESTAMP(6)', 1577934245123456000n, '"2020-01-02T03:04:05.123456"'],
  ['TIMESTAMP_LTZ(3)', 1577934245120n, '"2020-01-02T03:04:05.12Z"'],
  ['BYTES', Uint8Array.of(1, 2, 255), '"AQL/"'],
  ['ARRAY<INT>', [1, null], '[1,null]'],
  [
    'MAP<STRING, INT>',
    [
      ['b', 1],
      ['a', 2],
    ],
    '{"a":2,"b":1}',
  ],
  ['ROW<f0 STRING, f1 INT>', ['R1', null], '{"f0":"R1","f1":null}'],
  [
    'VARIANT',
    new Map<string, Value>([
      ['b', [1n, 2.5, null, 100]],
      ['a', 'x'],
    ]),
    '{"a":"x","b":[1,2.5,null,100.0]}',
  ],
])('JSON_STRING of %s %o → %s', (type, given, expected) =>
  expect(callFunction('JSON_STRING', typed(type, given)).value).toBe(expected),
)

test('types without JSON', () => {
  expect(callFunction('JSON_STRING', noText)).toEqual({ value: null, type: 'STRING' })
  for (const type of ['DATE', 'TIME(0)', 'MAP<INT, INT>', 'ARRAY<DATE>'])
    expect(() => callFunction('JSON_STRING', typed(type, null))).toThrow('cannot be converted into JSON')
})

test('JSON_OBJECT and JSON_ARRAY', () => {
  const [asValue, asJson] = [word('VALUE'), word('JSON')]
  const nested = '{"b":1}'
  expect(callFunction('JSON_OBJECT', 'NULL ON NULL')).toEqual({ value: '{}', type: 'STRING NOT NULL' })
  expect(object('NULL', 'z', 1, asValue, 'a', noText, asValue, 'z', 'x', asValue)).toBe('{"a":null,"z":"x"}')
  expect(object('ABSENT', 'a', noText, asValue)).toBe('{}')
  expect(object('NULL', 'K', nested, asValue, 'J', nested, asJson)).toBe('{"J":{"b":1},"K":"{\\"b\\":1}"}')
  expect(array('ABSENT', 1, asValue, noText, asValue, nested, asJson)).toBe('[1,{"b":1}]')
  expect(array('NULL', noText, asValue, noText, asJson)).toBe('[null,null]')
  expect(() => object('NULL', 1, 1, asValue)).toThrow('Expected a character type')
  expect(() => object('NULL', 'a', typed('DATE', 1), asValue)).toThrow('cannot be converted into JSON')
})

test('JSON', () => {
  expect([' {"b":1.50, "a":1e2}', '   '].map(text => callFunction('JSON', text).value)).toEqual(['{"a":1E+2,"b":1.50}', null])
  expect(() => callFunction('JSON', '{')).toThrow(/Invalid JSON string in JSON\(value\) function.*line: 1/)
})

test('PARSE_JSON', () => {
  expect(shown('[1,2.50,null,1e3,12345678901234567890,"é",1.0,-0.0,1e-7,1E400]')).toBe(
    '[1,2.5,null,1000.0,12345678901234567890,"é",1,0,1.0E-7,Infinity]',
  )
  expect(shown('{"b":1,"a":2,"a":3}', true)).toBe('{"a":3,"b":1}')
  expect(() => shown('{"a":1,"a":2}')).toThrow('Failed to parse json string')
  expect(callFunction('PARSE_JSON', '1')).toEqual({ value: 1n, type: 'VARIANT NOT NULL' })
  expect(['', '[1,2', '{"a":1,"a":2}', '1 2'].map(text => callFunction('TRY_PARSE_JSON', text).value)).toEqual([
    null,
    null,
    null,
    1n,
  ])
})

test('what JSON.stringify writes is read, and printed with its members in order', () => {
  fc.assert(
    fc.property(fc.jsonValue(), given => {
      const text = JSON.stringify(given)
      expect(JSON.parse(printJson(parseJson(text)))).toEqual(JSON.parse(text))
    }),
  )
})

test.each([
  ['1e3', '1E+3'],
  ['100e2', '1.00E+4'],
  ['1e-10', '1E-10'],
  ['1.50', '1.50'],
  ['0.0000001', '1E-7'],
  ['-0.0', '0.0'],
  ['1.0E10', '1.0E+10'],
  ['0e5', '0E+5'],
  ['12e-1', '1.2'],
])('new BigDecimal("%s") prints %s', (text, expected) => expect(bigDecimalText(text)).toBe(expected))
