import { expect, test } from 'vitest'
import { parseScript } from './parser.ts'
import { isComplete, splitScript } from './script.ts'

const cut = (text: string) => splitScript(text).map(piece => piece.text + (piece.complete ? ';' : ''))

test.each([
  ['SELECT 1; SELECT 2', ['SELECT 1;', 'SELECT 2']],
  ["SELECT ';' ; ; -- c;\nSELECT `;`;", ["SELECT ';';", 'SELECT `;`;']],
  ['/* a; */ SELECT /*+ X */ 1 /* b */;', ['SELECT /*+ X */ 1;']],
  [
    'EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END; INSERT INTO b SELECT 2; END; SELECT 1;',
    ['EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT CASE WHEN x THEN 1 END; INSERT INTO b SELECT 2; END;', 'SELECT 1;'],
  ],
  ['BEGIN STATEMENT SET; INSERT INTO a SELECT 1; END;', ['BEGIN STATEMENT SET;', 'INSERT INTO a SELECT 1;', 'END;']],
  ['SELECT # 1; SELECT "a;b"', ['SELECT # 1;', 'SELECT "a;', 'b"']],
  ["SELECT 'a; b", ["SELECT 'a; b"]],
  ['', []],
])('%s', (text, pieces) => {
  expect(cut(text)).toEqual(pieces)
})

test.each([
  ['', true],
  ['SELECT 1', false],
  ['SELECT 1;', true],
  ['SELECT 1; -- done', true],
  ["SELECT 'a;", false],
  ['SELECT /* a;', false],
  ['EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;', false],
])('%s is complete: %s', (text, complete) => {
  expect(isComplete(text)).toBe(complete)
})

test('spans point into the script', () => {
  const text = ' SELECT 1 ; SELECT 2;'
  expect(splitScript(text).map(({ span }) => text.slice(span.start, span.end))).toEqual(['SELECT 1', 'SELECT 2'])
  expect(parseScript(text).map(({ span }) => text.slice(span.start, span.end))).toEqual(['SELECT 1', 'SELECT 2'])
})
