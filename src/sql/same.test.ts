import { expect, test } from 'vitest'
import { parseExpression } from './parser.ts'
import { sameSyntax } from './same.ts'

test.each([
  ['a + 1', ' a  +  1', true],
  ['f(a)', '(f((a)))', true],
  ['a + 1', 'a + 2', false],
  ['a', '`a`', false],
  ['f(a)', 'f(a, b)', false],
  ['a IS NULL', 'a IS NOT NULL', false],
])('%s and %s: %s', (a, b, same) => {
  expect(sameSyntax(parseExpression(a), parseExpression(b))).toBe(same)
})
