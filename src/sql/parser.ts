/**
 * The door of the room: text in, syntax tree out.
 *
 *     parseScript('CREATE TABLE t (..) WITH (..); SELECT * FROM t')   two statements
 *     parseStatement('SELECT 1')                                     one
 *     parseExpression('price * 0.9')                                 a computed column, a condition
 *     parseType('DECIMAL(10, 2) NOT NULL')                           a type
 *
 * Every error is an SqlError with code SQL_SYNTAX (or NOT_SUPPORTED) whose `source` is the text it points into.
 */
import { SqlError } from '../base/errors.ts'
import type { Expression, Statement, TypeName } from './ast.ts'
import { Cursor, type Rules } from './cursor.ts'
import { expression } from './expressions.ts'
import { query, queryAfter } from './queries.ts'
import { statement } from './statements.ts'
import { typeName } from './types.ts'

export { maxHeight, maxNesting } from './cursor.ts'
export { isReserved, keywords, nonReservedWords, reservedWords } from './keywords.ts'
export { type Piece, isComplete, splitScript } from './script.ts'
export { statementWords } from './statements.ts'

const rules: Rules = { expression, query, queryAfter }

/** All statements of a text, separated by semicolons; empty ones are skipped. */
export function parseScript(text: string): Statement[] {
  return parse(text, p => {
    const statements: Statement[] = []
    for (;;) {
      while (p.take(';'));
      if (p.atEnd()) return statements
      statements.push(statement(p))
      if (!p.atEnd() && !p.at(';')) p.fail('the end of the statement')
    }
  })
}

/** One statement; a semicolon may end it. */
export function parseStatement(text: string): Statement {
  return parse(text, p => {
    const result = statement(p)
    p.take(';')
    return result
  })
}

export function parseExpression(text: string): Expression {
  return parse(text, p => p.expression())
}

export function parseType(text: string): TypeName {
  return parse(text, typeName)
}

function parse<T>(text: string, rule: (p: Cursor) => T): T {
  const run = (diagnose: boolean) => {
    const p = new Cursor(text, rules, { diagnose })
    const result = rule(p)
    if (!p.atEnd()) p.fail('the end of the text')
    return result
  }
  try {
    return run(false)
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
  }
  try {
    return run(true)
  } catch (error) {
    if (error instanceof SqlError) error.source ??= text
    throw error
  }
}
