/** What operators work on: literals, names, calls, parentheses, and the brackets and dots behind them. */
import { type Case, type ColumnReference, type Expression, type NiladicName, type Query, type When, niladicNames } from './ast.ts'
import { call } from './calls.ts'
import type { Cursor } from './cursor.ts'
import { intervalQualifier } from './intervals.ts'
import { isCallable, isReserved } from './keywords.ts'
import { specialCall } from './special-calls.ts'

/** An atom, with `[index]` and `.field` behind it. */
export function primary(p: Cursor): Expression {
  const start = p.start
  let node = atom(p)
  for (;;) {
    if (p.take('[')) {
      const index = p.expression()
      p.expect(']')
      node = { kind: 'item', operand: node, index, span: p.spanFrom(start) }
    } else if (p.take('.')) {
      const field = p.member('a field name')
      node = { kind: 'field', operand: node, field, span: p.spanFrom(start) }
    } else {
      return node
    }
    p.grow()
  }
}

function atom(p: Cursor): Expression {
  const { kind, text, start } = p.token
  switch (kind) {
    case 'number':
      return p.number()
    case 'string':
      return p.string()
    case 'binary':
      p.next()
      return { kind: 'binary-literal', hex: text, span: p.spanFrom(start) }
    case 'quoted':
      return nameOrCall(p)
    case 'word':
      return word(p)
    default:
      break
  }
  if (p.at('(')) return parentheses(p)
  if (p.take('*')) return { kind: 'star', qualifier: undefined, span: p.spanFrom(start) }
  if (p.take('?')) return { kind: 'parameter', index: p.nextParameter(), name: undefined, span: p.spanFrom(start) }
  if (p.take(':')) return { kind: 'parameter', index: undefined, name: p.identifier().name, span: p.spanFrom(start) }
  return p.fail('an expression')
}

const niladic: ReadonlySet<string> = new Set<NiladicName>(niladicNames)

function word(p: Cursor): Expression {
  const { symbol, start, text } = p.token
  switch (symbol) {
    case 'TRUE':
    case 'FALSE':
      p.next()
      return { kind: 'boolean', value: symbol === 'TRUE', span: p.spanFrom(start) }
    case 'UNKNOWN':
      p.next()
      return { kind: 'boolean', value: null, span: p.spanFrom(start) }
    case 'NULL':
      p.next()
      return { kind: 'null', span: p.spanFrom(start) }
    case 'DATE':
    case 'TIME':
    case 'TIMESTAMP':
      if (p.peek(1).kind === 'string') {
        p.next()
        return { kind: 'datetime', type: symbol, text: p.string().value, span: p.spanFrom(start) }
      }
      break
    case 'INTERVAL':
      return interval(p)
    case 'CASE':
      return caseExpression(p)
    case 'EXISTS': {
      p.next()
      return { kind: 'exists', query: parenthesizedQuery(p), span: p.spanFrom(start) }
    }
    case 'ARRAY':
    case 'MAP':
    case 'MULTISET':
      if (p.peek(1).symbol === '[' || p.peek(1).symbol === '(') return collection(p, symbol)
      break
    case 'ROW': {
      p.next()
      p.expect('(')
      const items = p.at(')') ? [] : p.list(() => p.expression())
      p.expect(')')
      return { kind: 'row', items, explicit: true, span: p.spanFrom(start) }
    }
    case 'PERIOD': {
      p.next()
      return { kind: 'row', items: p.parenthesized(() => p.expression()), explicit: true, span: p.spanFrom(start) }
    }
    case 'RUNNING':
    case 'FINAL':
      if (p.peek(1).kind === 'word' && p.peek(2).symbol === '(') {
        p.next()
        return { kind: 'match-semantics', semantics: symbol, operand: nameOrCall(p), span: p.spanFrom(start) }
      }
      break
    default:
      if (niladic.has(symbol)) return niladicFunction(p, symbol as NiladicName)
  }
  const followed = p.peek(1).symbol === '('
  if (followed) {
    const special = specialCall(p)
    if (special !== undefined) return special
  }
  if (isReserved(text) && !(followed && isCallable(text))) return p.fail('an expression')
  return nameOrCall(p)
}

/** `a.b.c`, `t.*` or `f(..)`. */
function nameOrCall(p: Cursor): Expression {
  const parts = [p.anyWord()]
  const first = parts[0]!.span
  while (p.at('.')) {
    if (p.peek(1).symbol === '*') {
      const qualifier = { kind: 'name', parts, span: p.spanFrom(first.start) } as const
      p.take('.', '*')
      return { kind: 'star', qualifier, span: p.spanFrom(first.start) }
    }
    p.next()
    parts.push(p.member())
  }
  if (p.at('(')) return call(p, { kind: 'name', parts, span: p.spanFrom(first.start) })
  return { kind: 'column', parts, span: p.spanFrom(first.start) } satisfies ColumnReference
}

/** `CURRENT_DATE`, `LOCALTIMESTAMP(3)`, and, as some write it, `CURRENT_DATE()`. */
function niladicFunction(p: Cursor, name: NiladicName): Expression {
  const { start } = p.next()
  let precision: number | undefined
  if (p.take('(') && !p.take(')')) {
    precision = p.integer()
    p.expect(')')
  }
  return { kind: 'niladic', name, precision, span: p.spanFrom(start) }
}

function interval(p: Cursor): Expression {
  const { start } = p.next()
  const from = p.start
  const sign = p.takeAny('-', '+')
  if (p.atString()) {
    const text = p.string().value
    return { kind: 'interval', negative: sign === '-', text, qualifier: intervalQualifier(p), span: p.spanFrom(start) }
  }
  const number = amount(p)
  const operand: Expression =
    sign === undefined ? number : { kind: 'unary', operator: sign, operand: number, span: p.spanFrom(from) }
  return { kind: 'interval-expression', operand, qualifier: intervalQualifier(p), span: p.spanFrom(start) }
}

/** The number of an interval that is computed: anything but a number or a column stands in parentheses. */
function amount(p: Cursor): Expression {
  if (p.token.kind === 'number') return p.number()
  if (p.take('(')) {
    const inner = p.expression()
    p.expect(')')
    return inner
  }
  const { parts, span } = p.name("a string such as '10'")
  return { kind: 'column', parts, span }
}

function caseExpression(p: Cursor): Case {
  const start = p.expect('CASE').start
  const operand = p.at('WHEN') ? undefined : p.expression()
  const whens: When[] = []
  while (whens.length === 0 || p.at('WHEN')) {
    const from = p.expect('WHEN').start
    const conditions = operand === undefined ? [p.expression()] : p.list(() => p.expression())
    p.expect('THEN')
    const result = p.expression()
    whens.push({ kind: 'when', conditions, result, span: p.spanFrom(from) })
  }
  const otherwise = p.take('ELSE') ? p.expression() : undefined
  p.expect('END')
  return { kind: 'case', operand, whens, otherwise, span: p.spanFrom(start) }
}

function collection(p: Cursor, type: 'ARRAY' | 'MAP' | 'MULTISET'): Expression {
  const { start } = p.next()
  if (p.at('(')) return { kind: 'collection-query', type, query: parenthesizedQuery(p), span: p.spanFrom(start) }
  p.expect('[')
  const elements = p.at(']') ? [] : p.list(() => p.expression())
  p.expect(']')
  const span = p.spanFrom(start)
  if (type === 'MAP' && elements.length % 2 === 1) p.reject('a MAP has a value for each key', span)
  return { kind: 'collection', type, elements, span }
}

/** A query in parentheses, where nothing else can stand. */
export function parenthesizedQuery(p: Cursor): Query {
  p.expect('(')
  const query = p.query()
  p.expect(')')
  return query
}

/**
 * `(e)`, `(a, b)` or `(SELECT ..)`. What follows a nested subquery decides whether it was a value or the left
 * side of a set operation: `((SELECT 1) + 2)` and `((SELECT 1) UNION (SELECT 2))` begin alike.
 */
function parentheses(p: Cursor): Expression {
  const { start } = p.expect('(')
  if (atQuery(p)) {
    const query = p.query()
    p.expect(')')
    return { kind: 'subquery', query, span: p.spanFrom(start) }
  }
  const first = p.expression()
  if (first.kind === 'subquery' && atQueryTail(p)) {
    const query = p.queryAfter(first.query)
    p.expect(')')
    return { kind: 'subquery', query, span: p.spanFrom(start) }
  }
  const items = [first]
  while (p.take(',')) items.push(p.expression())
  p.expect(')')
  return items.length === 1 ? first : { kind: 'row', items, explicit: false, span: p.spanFrom(start) }
}

/** What may stand in the parentheses behind IN, ANY and ALL. */
export function listOrQuery(p: Cursor): { query: Query; list: undefined } | { query: undefined; list: Expression[] } {
  const { start } = p.expect('(')
  if (atQuery(p)) {
    const query = p.query()
    p.expect(')')
    return { query, list: undefined }
  }
  const list = p.list(() => p.expression())
  const [first] = list
  if (list.length === 1 && first!.kind === 'subquery') {
    const query = atQueryTail(p) ? p.queryAfter(first!.query) : first!.query
    p.expect(')')
    return { query, list: undefined }
  }
  p.expect(')')
  if (list.some(item => item.kind === 'star')) p.reject('a list has no *', p.spanFrom(start))
  return { query: undefined, list }
}

/** Whether a query starts here, unless in parentheses of its own. */
export function atQuery(p: Cursor): boolean {
  return p.atAny('SELECT', 'WITH', 'VALUES') || (p.at('TABLE') && p.peek(1).symbol !== '(')
}

/** Whether what follows a query in parentheses makes it part of a larger one. */
export function atQueryTail(p: Cursor): boolean {
  return p.atAny('UNION', 'INTERSECT', 'EXCEPT', 'MINUS', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH')
}
