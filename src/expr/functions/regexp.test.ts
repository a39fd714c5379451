import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Argument, callFunction, typed } from '../../testing/call-function.ts'
import type { Value } from '../../data/value.ts'
import { javaRegex } from '../java-regex.ts'
import { likeMatcher } from './like.ts'
import { textBytes } from '../../data/text.ts'

const noText = typed('STRING', null)

const cases: [string, Argument[], Value][] = [
  ['LIKE', ['This is a test String.', 'Th_s%'], true],
  ['LIKE', ['abcxxxdef', '%abc%def'], true],
  ['LIKE', ['abcxxxdef', 'abc%qef%'], false],
  ['LIKE', ['aba', 'aba%ba'], false],
  ['LIKE', ['', '%'], true],
  ['LIKE', ['a', ''], false],
  ['LIKE', ['这是个测试字符串', '%测试%'], true],
  ['LIKE', ['a😀b', 'a_b'], true],
  ['LIKE', ['a\nb', 'a%b'], true],
  ['LIKE', ['a\nb', 'a_b'], false],
  ['LIKE', ['TE_ST', '%E\\_S%'], true],
  ['LIKE', ['TE-ST', '%E\\_S%'], false],
  ['LIKE', ['a\\b', 'a\\b'], true],
  ['LIKE', ['TE-ST', '%E__S%', '_'], false],
  ['LIKE', ['TE_ST', '%E__S%', '_'], true],
  ['LIKE', ['TE_ST', 'TE%_ST', '%'], true],
  ['LIKE', ['a%b', '%!%%', '!'], true],
  ['LIKE', [noText, '%%link'], null],
  ['SIMILAR TO', ['*_This is a test String.', '&*&_This (is)? a (test)+ Strin_*', '&'], true],
  ['SIMILAR TO', ['abc', 'a.c'], true],
  ['SIMILAR TO', ['bb', 'a|bb'], true],
  ['SIMILAR TO', ['a$\\', 'a$\\'], true],
  ['SIMILAR TO', ['a1', '[[:ALPHA:]][[:DIGIT:]]'], true],
  ['SIMILAR TO', ['b', '[^b]'], false],
  ['SIMILAR TO', ['a%', 'a!%', '!'], true],
  ['SIMILAR TO', ['a\nb', 'a%b'], true],
  ['REGEXP', ['ABC', '(?i)b'], true],
  ['REGEXP', ['abc', ''], false],
  ['REGEXP', ['abc', '('], false],
  ['REGEXP', ['100-200', noText], null],
  ['REGEXP_REPLACE', ['foobar', 'o+', '$0$0'], 'f$0$0bar'],
  ['REGEXP_REPLACE', ['foobar', 'oo', '\\'], 'f\\bar'],
  ['REGEXP_REPLACE', ['abc', '', '-'], '-a-b-c-'],
  ['REGEXP_REPLACE', ['foobar', '(', 'x'], null],
  ['REGEXP_EXTRACT', ['foothebar', 'foo(.*?)(bar)', 2], 'bar'],
  ['REGEXP_EXTRACT', ['foothebar', 'foo(.*?)(bar)'], 'foothebar'],
  ['REGEXP_EXTRACT', ['foothebar', 'foo([\\d]+)', 1], null],
  ['REGEXP_EXTRACT', ['a', '(b)?a', 1], null],
  ['REGEXP_EXTRACT', ['a', 'a', -1], null],
  ['REGEXP_EXTRACT_ALL', ['100-200, 300-400', '(\\d+)-(\\d+)'], ['100', '300']],
  ['REGEXP_EXTRACT_ALL', ['100-200, 300-400', '(\\d+)-(\\d+)', 0], ['100-200', '300-400']],
  ['REGEXP_EXTRACT_ALL', ['abcdeabde', '(abcdeabde)|([a-z]*)', 2], [null, '']],
  ['REGEXP_EXTRACT_ALL', ['ab', 'x'], null],
  ['REGEXP_EXTRACT_ALL', ['ab', '', 0], ['', '', '']],
  ['REGEXP_COUNT', ['abcabcabc', 'abcab'], 1],
  ['REGEXP_COUNT', ['Helloworld! Hello everyone!', '\\bHello\\b'], 1],
  ['REGEXP_COUNT', ['h😀', '.'], 2],
  ['REGEXP_COUNT', ['😀😀', ''], 3],
  ['REGEXP_COUNT', ['a', '('], null],
  ['REGEXP_INSTR', ['Helloworld! Hello everyone!', '\\bHello\\b'], 13],
  ['REGEXP_INSTR', ['h😀a', 'a'], 4],
  ['REGEXP_INSTR', ['100', '[a-z]'], 0],
  ['REGEXP_SUBSTR', ['100-200, 300-400', '(\\d+)-(\\d+)$'], '300-400'],
  ['REGEXP_SUBSTR', ['abc', 'x'], null],
]

test.each(cases)('%s(%o) → %o', (name, args, expected) => {
  expect(callFunction(name, ...args).value).toEqual(expected)
})

const types: [string, Argument[], string][] = [
  ['LIKE', ['a', 'a'], 'BOOLEAN NOT NULL'],
  ['REGEXP_REPLACE', ['a', 'a', 'b'], 'STRING NOT NULL'],
  ['REGEXP_EXTRACT', ['a', 'a'], 'STRING'],
  ['REGEXP_EXTRACT_ALL', ['a', 'a'], 'ARRAY<STRING>'],
  ['REGEXP_COUNT', ['a', 'a'], 'INT'],
]

test.each(types)('%s(%o) is %s', (name, args, expected) => expect(callFunction(name, ...args).type).toBe(expected))

test.each([
  ['%E_S%&', '&'],
  ['%E&-S%', '&'],
  ['%E_S%', '_'],
])('LIKE %s ESCAPE %s is refused', (pattern, escape) => {
  expect(() => callFunction('LIKE', 'TE-ST', pattern, escape)).toThrow('Invalid escape sequence')
})

test('what SIMILAR TO refuses', () => {
  expect(() => callFunction('LIKE', 'a', 'a', 'xx')).toThrow('Invalid escape character')
  for (const pattern of ['[', 'a]', '[%]', '[[:NONE:]]'])
    expect(() => callFunction('SIMILAR TO', 'a', pattern)).toThrow('Invalid regular expression')
})

const found: [pattern: string, text: string, match: string | null][] = [
  ['a*+a', 'aaa', null],
  ['a++b', 'aab', 'aab'],
  ['(?>a|ab)c', 'abc', null],
  ['\\Q[a]\\E+', 'x[a]]', '[a]]'],
  ['\\p{L}+', 'Straße', 'Straße'],
  ['\\p{Upper}+', 'abcDEF', 'DEF'],
  ['\\p{IsLatin}+', 'йab', 'ab'],
  ['\\P{Alpha}', 'aé', 'é'],
  ['\\w', 'é', null],
  ['\\bé', 'éa', 'éa'.slice(0, 1)],
  ['\\s', '\u00a0', null],
  ['[a-z&&[^a]]', 'a&b', 'b'],
  ['[a-c[x-z]]+', 'byq', 'by'],
  ['[^a-c[x]]', 'bxq', 'q'],
  ['[\\D]', '1a', 'a'],
  ['[]a]+', 'x]a', ']a'],
  ['[a-]+', '-a', '-a'],
  ['(?x) f o # comment', 'foo', 'fo'],
  ['(?i)straSSE[a-f]', 'STRAsseF', 'STRAsseF'],
  ['a(?i:b)c', 'aBc', 'aBc'],
  ['a(?i:b)c', 'aBC', null],
  ['(?s)a.b', 'a\nb', 'a\nb'],
  ['a.b', 'a\u0085b', null],
  ['b$', 'ab\n', 'b'],
  ['(?m)^b$', 'a\nb\nc', 'b'],
  ['^b', 'a\nb', null],
  ['a\\Z', 'a\n', 'a'],
  ['a\\z', 'a\n', null],
  ['(?<x>a)(b)\\k<x>\\2', 'abab', 'abab'],
  ['(a++)(b)\\2', 'aabb', 'aabb'],
  ['\\x41\\u0042\\x{1F600}\\t', 'AB😀\t', 'AB😀\t'],
  ['\\ud83d\\ude00', '😀', '😀'],
  ['(?=a)+?a', 'a', 'a'],
  ['a{2,3}?', 'aaaa', 'aa'],
  ['\\R', 'a\r\nb', '\r\n'],
  ['}]', 'x}]', '}]'],
]

test.each(found)('java regex %s in %o finds %o', (pattern, text, match) => {
  expect(javaRegex(pattern).find.exec(text)?.[0] ?? null).toBe(match)
})

test('groups keep the numbers of Java', () => {
  const { find, groups } = javaRegex('(a*+)(?>(b)|c)(?<name>d)')
  const match = find.exec('aabd')!
  expect(groups.map(group => match[group])).toEqual(['aabd', 'aa', 'b', 'd'])
})

test.each(['(', 'a)', '[a', '*a', 'a**', '{', '\\y', 'a{2', '(?<1>a)', '\\p{None}', '[b-a]', '\\k<x>', '(?Z)a'])(
  'java regex %s is refused',
  pattern => {
    expect(() => javaRegex(pattern)).toThrow(expect.objectContaining({ code: 'INVALID_REGEX' }))
  },
)

test('LIKE over bytes, over strings, and as a regular expression is one', () => {
  const unit = fc.constantFrom('a', 'b', '%', 'é', '😀')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 6 }), fc.string({ unit, maxLength: 8 }), (pattern, text) => {
      const matcher = likeMatcher(pattern)
      const bytes = textBytes(`%${text}a`)
      const expected = new RegExp(`^${pattern.replaceAll('%', '[^]*')}$`, 'u').test(text)
      expect(matcher.matches(text)).toBe(expected)
      expect(matcher.matchesView!(bytes, 1, bytes.length - 1)).toBe(expected)
    }),
  )
})
