import { expect, test } from 'vitest'
import { excerpt, lineAndColumn } from './span.ts'

test('a span is shown with carets below it', () => {
  expect(excerpt('SELECT user,\n  SUM(amout) FROM orders', { start: 19, end: 24 }, "did you mean 'amount'?")).toBe(
    "  2 |   SUM(amout) FROM orders\n    |       ^^^^^ did you mean 'amount'?",
  )
})

test('of a long line the part around the span is shown', () => {
  const text = `${'x'.repeat(200)} here ${'y'.repeat(200)}`
  const [line, carets] = excerpt(text, { start: 201, end: 205 }).split('\n') as [string, string]
  expect(line.length).toBeLessThan(112)
  expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('here')
})

test('a span at the end of the text has one caret', () => {
  expect(excerpt('SELECT', { start: 6, end: 6 })).toBe('  1 | SELECT\n    |       ^')
  expect(lineAndColumn('a\nbc', 3)).toEqual({ line: 2, column: 2 })
})
