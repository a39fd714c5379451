import { expect, test } from 'vitest'
import { tokenize } from './tokens.ts'

/** `word:a op:, string:it's`, or the error. */
const shown = (text: string) =>
  tokenize(text)
    .filter(token => token.kind !== 'end')
    .map(token => token.error?.message ?? `${token.kind}:${token.text}`)
    .join(' ')

test.each([
  ['SELECT `a``b`, c', 'word:SELECT quoted:a`b op:, word:c'],
  ["'it''s' ''", "string:it's string:"],
  [`'a\\n'`, 'string:a\\n'],
  ["x'0C' X''", 'binary:0c binary:'],
  [`E'a\\tb\\'c''d\\x41\\u00e9\\101\\q'`, "string:a\tb'c'dA\u00e9Aq"],
  ["U&'\\263A \\+01F600 \\\\'", 'string:\u263a \u{1f600} \\'],
  ["U&'!263A!!' UESCAPE '!'", 'string:\u263a!'],
  ["N'a' _UTF8'b'", 'string:a string:b'],
  ['1 1.5 .5 1. 1e-3', 'number:1 number:1.5 number:.5 number:1. number:1e-3'],
  ['a.b[1]', 'word:a op:. word:b op:[ number:1 op:]'],
  ['a<>b!=c<=d||e=>f', 'word:a op:<> word:b op:!= word:c op:<= word:d op:|| word:e op:=> word:f'],
  ['a -- b\n// c\n/* d ; */ e', 'word:a word:e'],
  ['/*+ H(a) */ *', 'op:/*+ word:H op:( word:a op:) op:*/ op:*'],
  ['Stra\u00dfe \u5217 $x x$ $', 'word:Stra\u00dfe word:\u5217 word:$x word:x$ op:$'],
  ['"a"', `unexpected character '"'`],
  ['a # b', "word:a unexpected character '#'"],
  ["x'0'", 'a binary literal has an even number of hex digits'],
  ["x'0g'", 'a binary literal has hex digits only'],
  ["U&'\\26'", 'a Unicode escape is \\ and four hex digits'],
  ["E'\\U7fffffff'", 'no such code point in this string'],
  ['12ab', "a number can't run into a word: '12a'"],
  ['``', 'a quoted name is empty'],
])('%s', (text, tokens) => {
  expect(shown(text)).toBe(tokens)
})

test.each([
  ["SELECT 'a", 'this string is never closed', 7],
  ['SELECT `a', 'this quoted name is never closed', 7],
  ['SELECT /* a', 'this comment is never closed', 7],
  ['SELECT /*+ a', 'this hint is never closed', 7],
  ["SELECT E'a\\'", 'this string is never closed', 7],
])('%s is reported where it starts', (text, message, start) => {
  const last = tokenize(text).at(-1)!
  expect(last).toMatchObject({ kind: 'bad', unterminated: true, error: { message, span: { start } } })
})

test('tokens know their place', () => {
  expect(tokenize(" a 'b'").map(({ start, end }) => [start, end])).toEqual([
    [1, 2],
    [3, 6],
    [6, 6],
  ])
})
