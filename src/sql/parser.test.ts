import { describe, expect, test } from 'vitest'
import { SqlError } from '../base/errors.ts'
import type { Expression } from './ast.ts'
import { parseExpression, parseScript, parseStatement, parseType } from './parser.ts'
import { withoutSpans } from './same.ts'

const deep = (open: string, close: string, n = 5_000) => open.repeat(n) + '1' + close.repeat(n)

describe('precedence', () => {
  test.each([
    ['a + b * c', '(a + (b * c))'],
    ['a - b - c', '((a - b) - c)'],
    ['a || b + c', '((a || b) + c)'],
    ['-a * b', '((-a) * b)'],
    ['NOT a = b AND c', '((NOT (a = b)) AND c)'],
    ['a OR b AND c OR d', '(a OR (b AND c) OR d)'],
    ['a = b IS NULL', '((a = b) IS NULL)'],
    ['NOT a IS NULL', '(NOT (a IS NULL))'],
    ['a BETWEEN b AND c AND d', '((a BETWEEN b AND c) AND d)'],
    ['a NOT BETWEEN b + 1 AND c OR d', '((a NOT BETWEEN (b + 1) AND c) OR d)'],
    ['a LIKE b || c ESCAPE d AND e', '((a LIKE (b || c) ESCAPE d) AND e)'],
    ['a + b IN (c, d) = TRUE', '(((a + b) IN (c, d)) = TRUE)'],
    ['a = b = c', '((a = b) = c)'],
    ['a < ALL (b) AND c', '((a < ALL (b)) AND c)'],
    ['a IS NOT DISTINCT FROM b + 1', '(a IS NOT DISTINCT FROM (b + 1))'],
    ['(a, b) OVERLAPS (c, d) AND e', '(((a, b) OVERLAPS (c, d)) AND e)'],
    ['a MULTISET UNION b MULTISET INTERSECT c', '(a MULTISET UNION (b MULTISET INTERSECT c))'],
    ['-a[1].b', '(-a[1].b)'],
  ])('%s', (text, shape) => {
    expect(withoutSpans(parseExpression(text))).toEqual(withoutSpans(parseExpression(shape)))
  })
})

describe('errors', () => {
  test.each([
    [
      'SELECT user_id FORM orders',
      "expected FROM but found 'FORM'\n  1 | SELECT user_id FORM orders\n    |                ^^^^ did you mean 'FROM'?",
    ],
    ['SELEC 1', "expected SELECT but found 'SELEC'\n  1 | SELEC 1\n    | ^^^^^ did you mean 'SELECT'?"],
    [
      'SELECT a FROM t WERE a = 1',
      "expected WHERE but found 'WERE'\n  1 | SELECT a FROM t WERE a = 1\n    |                 ^^^^ did you mean 'WHERE'?",
    ],
    [
      'SELECT a FROM t GROUP YB a',
      "expected BY but found 'YB'\n  1 | SELECT a FROM t GROUP YB a\n    |                       ^^ did you mean 'BY'?",
    ],
    [
      'SELECT value FROM t',
      'expected an expression but found the reserved word value\n  1 | SELECT value FROM t\n    |        ^^^^^ as a name it is written `value`',
    ],
    [
      'CREATE TABLE t (date DATE)',
      'expected a column but found the reserved word date\n  1 | CREATE TABLE t (date DATE)\n    |                 ^^^^ as a name it is written `date`',
    ],
    ['SELECT (1 + ', 'expected an expression but the text ends\n  1 | SELECT (1 + \n    |             ^'],
    ['SELECT a\nFROM t\nWHERE a ==1', "expected an expression but found '='\n  3 | WHERE a ==1\n    |          ^"],
    ["SELECT 'a\nFROM t", "this string is never closed\n  1 | SELECT 'a\n    |        ^"],
    [
      'SELECT "a" FROM t',
      "unexpected character '\"'\n  1 | SELECT \"a\" FROM t\n    |        ^ quote names as `name` and text as 'text'",
    ],
    ['SELECT a, FROM t', 'expected an expression but found the reserved word FROM\n  1 | SELECT a, FROM t\n    |           ^^^^'],
    [
      'SELECT (value)',
      'expected an expression but found the reserved word value\n  1 | SELECT (value)\n    |         ^^^^^ as a name it is written `value`',
    ],
    ['SELECT 1 1', 'expected the end of the text but found the number 1\n  1 | SELECT 1 1\n    |          ^'],
    ['SHOW TABELS', "expected TABLES but found 'TABELS'\n  1 | SHOW TABELS\n    |      ^^^^^^ did you mean 'TABLES'?"],
    [
      "SELECT INTERVAL '1' FORTNIGHT",
      "expected YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND but found 'FORTNIGHT'\n  1 | SELECT INTERVAL '1' FORTNIGHT\n    |                     ^^^^^^^^^",
    ],
    ['CREATE TABLE t (a)', "column 'a' has no type\n  1 | CREATE TABLE t (a)\n    |                 ^"],
    ['SET a = 1', "expected a key such as 'connector' but found 'a'\n  1 | SET a = 1\n    |     ^ in single quotes: 'a'"],
  ])('%s', (text, described) => {
    expect(errorOf(() => parseStatement(text)).describe()).toBe(described)
  })

  test('has a code, a span and the text', () => {
    const error = errorOf(() => parseScript('SELECT 1; SELECT FROM t'))
    expect(error).toMatchObject({ code: 'SQL_SYNTAX', kind: 'user', span: { start: 17, end: 21 } })
    expect(error.source).toBe('SELECT 1; SELECT FROM t')
  })

  test('what is understood and not done says so', () => {
    expect(errorOf(() => parseStatement('SELECT * FROM t TABLESAMPLE BERNOULLI (10)'))).toMatchObject({ code: 'NOT_SUPPORTED' })
  })
})

describe('depth', () => {
  test.each([
    ['parentheses', deep('(', ')')],
    ['calls', deep('f(', ')')],
    ['signs', deep('- ', '')],
    ['NOT', deep('NOT ', '')],
    ['CASE', deep('CASE WHEN a THEN ', ' END')],
    ['subqueries', deep('(SELECT ', ')')],
    ['brackets', 'a' + '[1]'.repeat(5_000)],
    ['sums', '1' + ' + 1'.repeat(5_000)],
    ['exists', deep('EXISTS (SELECT ', ')')],
  ])('%s in thousands are an error, not a stack overflow', (_, text) => {
    expect(errorOf(() => parseExpression(text)).message).toBe('this is nested too deeply')
  })

  test.each([
    ['joins', 'SELECT * FROM t' + ' JOIN t ON TRUE'.repeat(5_000)],
    ['tables', `SELECT * FROM ${deep('(', ')').replace('1', 't')}`],
    ['unions', 'SELECT 1' + ' UNION SELECT 1'.repeat(5_000)],
    ['explains', 'EXPLAIN '.repeat(5_000) + 'SELECT 1'],
  ])('%s as well', (_, text) => {
    expect(errorOf(() => parseStatement(text)).message).toBe('this is nested too deeply')
  })

  test('types as well', () => {
    expect(errorOf(() => parseType('ARRAY<'.repeat(5_000) + 'INT' + '>'.repeat(5_000))).message).toBe('this is nested too deeply')
  })

  test('a condition of ten thousand terms is wide, not deep', () => {
    const tree = parseExpression(Array.from({ length: 10_000 }, (_, i) => `a = ${i}`).join(' AND '))
    expect(tree).toMatchObject({ kind: 'logical', operator: 'AND' })
    expect((tree as { operands: readonly Expression[] }).operands).toHaveLength(10_000)
  })

  test('two hundred levels are fine', () => {
    expect(parseExpression(deep('(', ')', 200))).toMatchObject({ kind: 'number' })
  })
})

test('a reserved word needs no back-quotes behind a dot', () => {
  expect(parseExpression('A.dateTime')).toMatchObject({
    kind: 'column',
    parts: [{ name: 'A' }, { name: 'dateTime', quoted: false }],
  })
})

test('parameters are numbered over the whole text', () => {
  expect(parseExpression('f(?, :name, ?)')).toMatchObject({ args: [{ index: 0 }, { name: 'name' }, { index: 1 }] })
})

test('spans cover the whole text of a node', () => {
  const text = 'f(a) + (b * c)'
  const tree = parseExpression(text)
  expect(tree).toMatchObject({
    span: { start: 0, end: 14 },
    left: { span: { start: 0, end: 4 } },
    operatorSpan: { start: 5, end: 6 },
  })
})

test('strings behind each other are one', () => {
  expect(parseExpression("'a'\n'b'")).toMatchObject({ kind: 'string', value: 'ab' })
})

function errorOf(run: () => unknown): SqlError {
  try {
    run()
  } catch (error) {
    if (error instanceof SqlError) return error
    throw error
  }
  throw new Error('no error was thrown')
}
