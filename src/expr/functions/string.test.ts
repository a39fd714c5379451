import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Argument, callFunction, typed } from '../../testing/call-function.ts'
import type { Value } from '../../data/value.ts'

const noText = typed('STRING', null)
const noInt = typed('INT', null)
const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const varchar = (text: string | null) => typed('VARCHAR(5) NOT NULL', text)
const column = (text: string | null) => typed('STRING', text)
const big = (value: bigint) => typed('BIGINT', value)

const cases: [string, Argument[], Value][] = [
  ['||', ['ab', 'c'], 'abc'],
  ['||', ['ab', noText], null],
  ['CHAR_LENGTH', ['string'], 6],
  ['CHARACTER_LENGTH', ['h😀'], 2],
  ['UPPER', ['straße'], 'STRASSE'],
  ['LOWER', ['ÀB'], 'àb'],
  ['POSITION', ['aa', 'aaads'], 1],
  ['POSITION', ['testx', 'xxxtest'], 0],
  ['POSITION', ['a', 'banana', 3], 4],
  ['POSITION', ['a', 'h😀a'], 3],
  ['LOCATE', ['aa', 'aaads', 2], 2],
  ['LOCATE', ['a', 'banana', 0], 2],
  ['LOCATE', ['a', 'banana', 10], 0],
  ['LOCATE', ['', 'abc', 3], 1],
  ['INSTR', ['Corporate Floor', 'or', -3, 2], 2],
  ['INSTR', ['Tech on the net', 'e', 1, 2], 11],
  ['INSTR', ['Tech on the net', 'e', -3, 2], 2],
  ['INSTR', ['banana', 'n', -2], 5],
  ['INSTR', ['aaaa', 'aa', 1, 2], 2],
  ['INSTR', ['abc', 'c', 0], 0],
  ['INSTR', ['abc', 'c', big(10n)], 0],
  ['TRIM', ['BOTH', ' ', ' a '], 'a'],
  ['TRIM', ['BOTH', 'abd', 'abcddcba'], 'cddc'],
  ['TRIM', ['BOTH', '开心', '心情开开心心'], '情'],
  ['TRIM', ['LEADING', 'e', 'example'], 'xample'],
  ['TRIM', ['TRAILING', '', 'a '], 'a '],
  ['LTRIM', ['abcddcba', 'abc'], 'ddcba'],
  ['RTRIM', ['This is a test String.', 'String. '], 'This is a tes'],
  ['RTRIM', ['a😀b😀', 'b😀'], 'a'],
  ['BTRIM', ['  😀www.apache.org  \f   ', '😀 '], 'www.apache.org  \f'],
  ['BTRIM', [' a '], 'a'],
  ['REPEAT', ['ab', 2], 'abab'],
  ['REPEAT', ['ab', -1], ''],
  ['OVERLAY', ['xxxxxtest', 'xxxx', 6], 'xxxxxxxxx'],
  ['OVERLAY', ['123456789', 'It', -1, 4], '123456789'],
  ['OVERLAY', ['123456789', 'abc', 2, -1], '1abc'],
  ['OVERLAY', ['This is a old string', 'new', 11, 3], 'This is a new string'],
  ['OVERLAY', ['abcdef', 'X', 2, 0], 'aX'],
  ['OVERLAY', ['h😀def', 'X', 3], 'h?Xdef'],
  ['STARTSWITH', [column(''), 'abc'], false],
  ['STARTSWITH', [bytes('010203'), bytes('0102')], true],
  ['STARTSWITH', [column('😀'), '\ud83d'], false],
  ['ENDSWITH', ['www.apache.org', 'org'], true],
  ['ENDSWITH', [bytes('010203'), bytes('01')], false],
  ['SUBSTRING', ['hello world', 0, 3], 'hel'],
  ['SUBSTRING', ['hello', -3, 2], 'll'],
  ['SUBSTRING', ['hello', -10, 8], ''],
  ['SUBSTRING', ['hello', 6], ''],
  ['SUBSTRING', ['hello', 2, -1], null],
  ['SUBSTRING', [varchar('h😀llo'), 2, 2], '😀l'],
  ['SUBSTR', ['hello', 3, 2147483647], 'llo'],
  ['SUBSTR', [column('h😀é'), -2, 1], '😀'],
  ['LEFT', ['h😀é', 2], 'h😀'],
  ['LEFT', ['abc', -2], ''],
  ['RIGHT', ['h😀é', 2], '😀é'],
  ['RIGHT', ['abc', 100], 'abc'],
  ['REPLACE', ['hello world', ' ', '$&'], 'hello$&world'],
  ['REPLACE', ['abc', '', 'x'], 'xaxbxcx'],
  ['TRANSLATE', ['www.apache.org', 'abcde.', '123'], 'www1p13horg'],
  ['TRANSLATE', ['www.😀.org', '.😀', '😀.'], 'www😀.😀org'],
  ['TRANSLATE', ['abcabc', 'aab', 'xyz'], 'xzcxzc'],
  ['TRANSLATE', ['abc', noText, 'x'], 'abc'],
  ['TRANSLATE', ['www.apache.org', 'abc', noText], 'www.phe.org'],
  ['INITCAP', ['hello_world foo-bar 1aBC ÉCOLE élan'], 'Hello_World Foo-Bar 1abc ÉCole éLan'],
  ['CONCAT', ['x~x', 'b~b', '---'], 'x~xb~b---'],
  ['CONCAT', ['xx', noText], null],
  ['CONCAT_WS', ['~', noText, 'AA', 'BB', '', noText, 'CC'], 'AA~BB~~CC'],
  ['CONCAT_WS', [noText, 'AA'], null],
  ['CONCAT_WS', [','], ''],
  ['LPAD', ['hi', 5, '??'], '???hi'],
  ['LPAD', ['hi', 1, '??'], 'h'],
  ['LPAD', ['111', -2, '??'], null],
  ['LPAD', ['abc', 3, ''], null],
  ['LPAD', ['h😀', 4, '😀'], '?h😀'],
  ['LPAD', ['äää', 13, '12345'], '1234512345äää'],
  ['RPAD', ['a', 4, 'xyz'], 'axyz'],
  ['RPAD', ['abcd', 5, ''], null],
  ['FROM_BASE64', ['5L2g5aW9'], '你好'],
  ['FROM_BASE64', ['YQ'], 'a'],
  ['TO_BASE64', ['你好'], '5L2g5aW9'],
  ['TO_BASE64', [bytes('01020304')], 'AQIDBA=='],
  ['ASCII', ['é'], -61],
  ['ASCII', [''], 0],
  ['CHR', [300], ','],
  ['CHR', [-9], ''],
  ['CHR', [big(256n)], '\0'],
  ['CHR', [149], '\x95'],
  ['DECODE', [bytes('2d4e'), 'UTF-16LE'], '中'],
  ['DECODE', [bytes('e4'), 'iso-8859-1'], 'ä'],
  ['DECODE', [bytes('ff'), 'utf-8'], '\ufffd'],
  ['ENCODE', ['é', 'UTF-16'], bytes('feff00e9')],
  ['ENCODE', ['é', 'US-ASCII'], bytes('3f')],
  ['ENCODE', ['中', 'gbk'], bytes('d6d0')],
  ['ENCODE', ['aabbef', noText], null],
  ['REVERSE', ['h😀é'], 'é😀h'],
  ['URL_ENCODE', ["a b*~é😀-_.!'()@"], 'a+b*%7E%C3%A9%F0%9F%98%80-_.%21%27%28%29%40'],
  ['URL_DECODE', ['inva+lid%3A%2F%2Fuser'], 'inva lid://user'],
  ['URL_DECODE', ['%C3%A9%'], null],
  ['URL_DECODE', ['%E4'], '\ufffd'],
  ['SPLIT_INDEX', ['a,b,,c', ',', 2], ''],
  ['SPLIT_INDEX', ['a--b--c', '--', 1], 'b'],
  ['SPLIT_INDEX', [column('é,😀,ü'), ',', 1], '😀'],
  ['SPLIT_INDEX', ['a,b,c', ',', 3], null],
  ['SPLIT_INDEX', ['a,b,c', ',', -1], null],
  ['SPLIT_INDEX', ['', ',', 0], null],
  ['SPLIT_INDEX', ['AQIDBA==', 73, 0], 'AQ'],
  ['SPLIT_INDEX', ['AQIDBA==', 0, 0], null],
  ['SPLIT_INDEX', ['a b  c', '', 2], ''],
  ['SPLIT_INDEX', ['a', ',', noInt], null],
  ['SPLIT', [',123,123,', ','], ['', '123', '123', '']],
  ['SPLIT', ['a😀b', ''], ['a', '?', '?', 'b']],
  ['SPLIT', ['', ','], []],
  [
    'STR_TO_MAP',
    ['k1=v1,k2=v2'],
    [
      ['k1', 'v1'],
      ['k2', 'v2'],
    ],
  ],
  [
    'STR_TO_MAP',
    ['a=1,b,c=,e=1=2,a=2'],
    [
      ['a', '2'],
      ['b', null],
      ['c', ''],
      ['e', '1=2'],
    ],
  ],
  [
    'STR_TO_MAP',
    ['a:1|b:2', '\\|', ':'],
    [
      ['a', '1'],
      ['b', '2'],
    ],
  ],
  [
    'STR_TO_MAP',
    ['abc', '', ''],
    [
      ['a', ''],
      ['b', ''],
      ['c', ''],
    ],
  ],
  ['STR_TO_MAP', [''], []],
  ['ELT', [2, 'a', 'bb'], 'bb'],
  ['ELT', [0, 'a', 'b'], null],
  ['ELT', [big(9223372036854775807n), 'ab', 'b'], null],
  ['ELT', [noInt, 'a', 'b'], null],
  ['JSON_QUOTE', ['"special": "\\b\t/'], '"\\"special\\": \\"\\\\b\\t\\/"'],
  ['JSON_QUOTE', ['≠ \u0007 😀'], '"\\u2260 \u0007 \\u1f600\\ude00"'],
  ['JSON_UNQUOTE', ['"\\u0041\\t\\ud801\\udc00"'], 'A\t𐐀'],
  ['JSON_UNQUOTE', ['"["This"]"'], '["This"]'],
  ['JSON_UNQUOTE', ['[1,2,3]'], '[1,2,3]'],
  ['JSON_UNQUOTE', ['"\\u23"'], '"\\u23"'],
  ['JSON_UNQUOTE', ['"'], '"'],
  ['JSON_UNQUOTE', ['"a\\"'], '"a\\"'],
  ['PRINTF', [noText], null],
  ['PRINTF', ['%s'], null],
  ['PRINTF', ['%08d|%,d|%+d|%(d|% d', 1024, 1234567, 7, -7, 5], '00001024|1,234,567|+7|(7)| 5'],
  ['PRINTF', ['%x %X %#x %o %c %%', -1, 255, 255, 8, 65], 'ffffffff FF 0xff 10 A %'],
  [
    'PRINTF',
    ['%.2f %5.1f %05.1f %e', typed('DOUBLE', 2.345), typed('DOUBLE', 1.25), typed('DOUBLE', -2.55), typed('DOUBLE', 12345.678)],
    '2.35   1.3 -02.6 1.234568e+04',
  ],
  ['PRINTF', ['%10.3e|%g|%.0f', typed('DOUBLE', 1234.5), typed('DOUBLE', 1234.5), typed('DOUBLE', 0.5)], ' 1.235e+03|1234.50|1'],
  ['PRINTF', ['%2$s %1$s %<s|%-5s|%.3s', 'a', 'b', 'abcdef'], 'b a a|a    |b'],
  ['PRINTF', ['%s %b %S', noText, noText, 'ab'], 'null false AB'],
  ['PRINTF', ['%d', 'a'], null],
  ['PRINTF', ['%.2f', typed('DECIMAL(5, 3)', 2345n)], null],
  ['PRINTF', ['%s', typed('DECIMAL(5, 3)', 2345n)], '2.345'],
  ['PRINTF', ['%s %s', typed('TIME(0)', 37440000), typed('TIMESTAMP(3)', 1577836800000n)], '37440000 2020-01-01T00:00'],
  ['PRINTF', ['%h %h', 'hello', 5], 'c3e28528 5'],
]

test.each(cases)('%s(%o) → %o', (name, args, expected) => {
  expect(callFunction(name, ...args).value).toEqual(expected)
})

const urls: [string, Record<string, string | null>][] = [
  [
    'http://userinfo@flink.apache.org/path?query=1#Ref',
    {
      HOST: 'flink.apache.org',
      PATH: '/path',
      QUERY: 'query=1',
      REF: 'Ref',
      PROTOCOL: 'http',
      FILE: '/path?query=1',
      AUTHORITY: 'userinfo@flink.apache.org',
      USERINFO: 'userinfo',
    },
  ],
  ['http://user:pass@host', { PATH: '', QUERY: null, REF: null, FILE: '', USERINFO: 'user:pass' }],
  ['http://user:pass@host/?#', { PATH: '/', QUERY: '', REF: '', FILE: '/?' }],
  ['http://h:80/../a/./b', { HOST: 'h', AUTHORITY: 'h:80', PATH: '/../a/./b', bogus: null, host: null }],
  ['http://[::1]/x', { HOST: '[::1]' }],
  ['http://h/p#x?y=1', { QUERY: null, REF: 'x?y=1' }],
  ['invalid://user:pass@host/file', { HOST: null, PROTOCOL: null }],
  ['http://h:abc/', { HOST: null }],
  ['', { HOST: null }],
]

test.each(urls)('PARSE_URL(%s)', (url, parts) => {
  for (const [part, expected] of Object.entries(parts))
    expect([part, callFunction('PARSE_URL', url, part).value]).toEqual([part, expected])
})

test('PARSE_URL finds a parameter', () => {
  const url = 'http://h/p?aa=0&a=1&b=x%20y&a=3'
  expect(['a', 'b', 'c'].map(key => callFunction('PARSE_URL', url, 'QUERY', key).value)).toEqual(['1', 'x%20y', null])
  expect(callFunction('PARSE_URL', url, 'PATH', 'a').value).toBeNull()
})

const resultTypes: [string, Argument[], string][] = [
  ['||', ['ab', 'c'], 'CHAR(3) NOT NULL'],
  ['||', [varchar('a'), 'c'], 'VARCHAR(6) NOT NULL'],
  ['||', [column('a'), 'c'], 'STRING'],
  ['UPPER', [varchar('a')], 'VARCHAR(5) NOT NULL'],
  ['TRIM', ['BOTH', ' ', 'abc'], 'VARCHAR(3) NOT NULL'],
  ['BTRIM', ['abc'], 'STRING NOT NULL'],
  ['OVERLAY', [varchar('abc'), 'abc', 1], 'VARCHAR(8) NOT NULL'],
  ['SUBSTRING', ['abc', 1], 'VARCHAR(3)'],
  ['LEFT', ['abc', 1], 'VARCHAR(3)'],
  ['REPLACE', ['abc', 'a', noText], 'STRING'],
  ['TRANSLATE', ['abc', noText, 'a'], 'STRING NOT NULL'],
  ['CONCAT_WS', ['a', noText], 'STRING'],
  ['LPAD', ['a', 2, 'x'], 'STRING NOT NULL'],
  ['LPAD', ['a', -2, 'x'], 'STRING'],
  ['ENCODE', ['a', 'utf-8'], 'BYTES NOT NULL'],
  ['CHR', [65], 'STRING'],
  ['SPLIT', ['a', ','], 'ARRAY<STRING> NOT NULL'],
  ['STR_TO_MAP', ['a'], 'MAP<STRING, STRING>'],
  ['ELT', [1, 'a', 'b'], 'CHAR(1)'],
  ['ELT', [1, 'ab', 'b'], 'VARCHAR(2)'],
  ['STARTSWITH', ['', ''], 'BOOLEAN NOT NULL'],
  ['PRINTF', ['%s', 'a'], 'STRING'],
]

test.each(resultTypes)('%s(%o) is %s', (name, args, expected) => {
  expect(callFunction(name, ...args).type).toBe(expected)
})

const refused: [string, Argument[]][] = [
  ['UPPER', [1]],
  ['UPPER', [typed('NULL', null)]],
  ['||', ['a', 1]],
  ['||', [bytes('01'), bytes('02')]],
  ['ELT', [1, 'a', bytes('31')]],
  ['ELT', [-1, 'a']],
  ['BTRIM', ['123', 100]],
  ['STR_TO_MAP', ['k1:v1;k2:v2', ';']],
  ['TO_BASE64', [11]],
  ['CONCAT', []],
]

test.each(refused)('%s does not take %o', (name, args) => {
  expect(() => callFunction(name, ...args)).toThrow(/does not take|Illegal use|Index must/)
})

test('what fails while it runs', () => {
  expect(() => callFunction('FROM_BASE64', '!!!')).toThrow('is not Base64')
  expect(() => callFunction('FROM_BASE64', 'YQ===')).toThrow('is not Base64')
  expect(() => callFunction('DECODE', bytes('61'), 'nope')).toThrow("no character set 'nope'")
  expect(() => callFunction('INSTR', 'banana', 'an', 1, 0)).toThrow('above 0')
})

test('positions count code points, whatever way they are computed', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', ',', 'é', '中', '😀'), maxLength: 12 })
  const number = fc.integer({ min: -14, max: 14 })
  fc.assert(
    fc.property(text, number, fc.nat(14), (given, from, length) => {
      const points = Array.from(given)
      const start = from > 0 ? from - 1 : from < 0 ? points.length + from : 0
      const expected = start < 0 ? '' : points.slice(start, start + length).join('')
      expect(callFunction('SUBSTRING', column(given), from, length).value).toBe(expected)
      expect(callFunction('CHAR_LENGTH', column(given)).value).toBe(points.length)
      expect(callFunction('SPLIT_INDEX', column(given), ',', length).value).toBe(
        given === '' ? null : (given.split(',')[length] ?? null),
      )
    }),
  )
})
