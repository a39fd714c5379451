/** Functions whose arguments have words between them: `EXTRACT(YEAR FROM d)`, `TRIM(BOTH 'x' FROM s)`. */
import type { Expression, Identifier, Trim } from './ast.ts'
import { endOfCall } from './calls.ts'
import type { Cursor } from './cursor.ts'
import { unitName } from './intervals.ts'
import { jsonCall } from './json-calls.ts'
import { precedence } from './precedence.ts'
import { typeName } from './types.ts'

/** The call that starts here if its name is one with a syntax of its own. The name is followed by `(`. */
export function specialCall(p: Cursor): Expression | undefined {
  const rule = rules[p.token.symbol]
  if (rule === undefined) return jsonCall(p)
  const name = p.anyWord()
  p.expect('(')
  return rule(p, name)
}

/** Each rule starts behind the parenthesis. */
const rules: Readonly<Record<string, (p: Cursor, name: Identifier) => Expression>> = {
  CAST: cast,
  TRY_CAST: cast,
  EXTRACT: extract,
  FLOOR: floorOrCeil,
  CEIL: floorOrCeil,
  CEILING: floorOrCeil,
  POSITION: position,
  SUBSTRING: substring,
  OVERLAY: overlay,
  TRIM: trim,
  TIMESTAMPADD: timestampAdd,
  TIMESTAMPDIFF: timestampDiff,
}

function close(p: Cursor, name: Identifier) {
  p.expect(')')
  return p.spanFrom(name.span.start)
}

function cast(p: Cursor, name: Identifier): Expression {
  const operand = p.expression()
  p.expect('AS')
  const type = typeName(p)
  return { kind: 'cast', safe: name.name.toUpperCase() === 'TRY_CAST', operand, type, span: close(p, name) }
}

function extract(p: Cursor, name: Identifier): Expression {
  const unit = unitName(p)
  p.expect('FROM')
  const operand = p.expression()
  return { kind: 'extract', unit, operand, span: close(p, name) }
}

function floorOrCeil(p: Cursor, name: Identifier): Expression {
  const operand = p.expression()
  if (!p.take('TO')) return plain(p, name, operand)
  const operator = name.name.toUpperCase() === 'FLOOR' ? 'FLOOR' : 'CEIL'
  const unit = unitName(p)
  return { kind: 'round-to-unit', operator, operand, unit, span: close(p, name) }
}

/** The same function written with commas. */
function plain(p: Cursor, name: Identifier, first: Expression): Expression {
  const args = [first]
  while (p.take(',')) args.push(p.expression())
  return endOfCall(p, { kind: 'name', parts: [name], span: name.span }, undefined, args)
}

function position(p: Cursor, name: Identifier): Expression {
  const needle = p.expression(precedence.predicate + 1)
  p.expect('IN')
  const haystack = p.expression()
  const from = p.take('FROM') ? p.expression() : undefined
  return { kind: 'position', needle, haystack, from, span: close(p, name) }
}

function substring(p: Cursor, name: Identifier): Expression {
  const operand = p.expression()
  if (!p.take('FROM')) return plain(p, name, operand)
  const from = p.expression()
  const length = p.take('FOR') ? p.expression() : undefined
  return { kind: 'substring', operand, from, length, span: close(p, name) }
}

function overlay(p: Cursor, name: Identifier): Expression {
  const operand = p.expression()
  p.expect('PLACING')
  const placing = p.expression()
  p.expect('FROM')
  const from = p.expression()
  const length = p.take('FOR') ? p.expression() : undefined
  return { kind: 'overlay', operand, placing, from, length, span: close(p, name) }
}

/** `TRIM(s)`, `TRIM(LEADING FROM s)`, `TRIM('x' FROM s)`, `TRIM(LEADING 'x' FROM s)`. */
function trim(p: Cursor, name: Identifier): Expression {
  const written = p.takeAny('BOTH', 'LEADING', 'TRAILING')
  const node = (characters: Trim['characters'], operand: Expression): Trim => {
    return { kind: 'trim', side: written ?? 'BOTH', characters, operand, span: close(p, name) }
  }
  if (written !== undefined && p.take('FROM')) return node(undefined, p.expression())
  const first = p.expression()
  if (written !== undefined) p.expect('FROM')
  else if (!p.take('FROM')) return node(undefined, first)
  return node(first, p.expression())
}

function timestampAdd(p: Cursor, name: Identifier): Expression {
  const unit = unitName(p)
  p.expect(',')
  const count = p.expression()
  p.expect(',')
  const operand = p.expression()
  return { kind: 'timestamp-add', unit, count, operand, span: close(p, name) }
}

function timestampDiff(p: Cursor, name: Identifier): Expression {
  const unit = unitName(p)
  p.expect(',')
  const from = p.expression()
  p.expect(',')
  const to = p.expression()
  return { kind: 'timestamp-diff', unit, from, to, span: close(p, name) }
}
