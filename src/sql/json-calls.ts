/** The JSON functions of the SQL standard: `JSON_VALUE(j, '$.a' RETURNING INTEGER DEFAULT 0 ON EMPTY)`. */
import type { Expression, JsonBehavior, JsonEntry, JsonItem, JsonOnNull, JsonQuery } from './ast.ts'
import { filterClause } from './calls.ts'
import type { Cursor } from './cursor.ts'
import { returnedType } from './types.ts'
import { orderBy, over } from './windows.ts'

/** The JSON call that starts here, if one does. The name is followed by `(`. */
export function jsonCall(p: Cursor): Expression | undefined {
  const rule = rules[p.token.symbol]
  if (rule === undefined) return undefined
  const { start } = p.next()
  p.expect('(')
  return rule(p, start)
}

/** Each rule starts behind the parenthesis. */
const rules: Readonly<Record<string, (p: Cursor, start: number) => Expression>> = {
  JSON_EXISTS: jsonExists,
  JSON_VALUE: jsonValue,
  JSON_QUERY: jsonQuery,
  JSON_OBJECT: jsonObject,
  JSON_ARRAY: jsonArray,
  JSON_OBJECTAGG: jsonObjectAgg,
  JSON_ARRAYAGG: jsonArrayAgg,
}

function close(p: Cursor, start: number) {
  p.expect(')')
  return p.spanFrom(start)
}

function inputAndPath(p: Cursor) {
  const input = jsonInput(p)
  p.expect(',')
  return { input, path: p.expression() }
}

/** Text that is JSON needs no FORMAT JSON, and Flink ignores one. */
function jsonInput(p: Cursor): Expression {
  const input = p.expression()
  p.take('FORMAT', 'JSON')
  return input
}

function jsonExists(p: Cursor, start: number): Expression {
  const { input, path } = inputAndPath(p)
  const onError = p.takeAny('TRUE', 'FALSE', 'UNKNOWN', 'ERROR')
  if (onError !== undefined) p.expect('ON', 'ERROR')
  return { kind: 'json-exists', input, path, onError, span: close(p, start) }
}

function jsonValue(p: Cursor, start: number): Expression {
  const { input, path } = inputAndPath(p)
  const returning = p.take('RETURNING') ? returnedType(p) : undefined
  const { onEmpty, onError } = behaviors(p, valueBehavior)
  return { kind: 'json-value', input, path, returning, onEmpty, onError, span: close(p, start) }
}

function jsonQuery(p: Cursor, start: number): Expression {
  const { input, path } = inputAndPath(p)
  const returning = p.take('RETURNING') ? returnedType(p) : undefined
  const wrapper = jsonWrapper(p)
  const { onEmpty, onError } = behaviors(p, queryBehavior)
  return { kind: 'json-query', input, path, returning, wrapper, onEmpty, onError, span: close(p, start) }
}

function jsonWrapper(p: Cursor): JsonQuery['wrapper'] {
  const word = p.takeAny('WITHOUT', 'WITH')
  if (word === undefined) return undefined
  const condition = word === 'WITH' ? (p.takeAny('CONDITIONAL', 'UNCONDITIONAL') ?? 'UNCONDITIONAL') : undefined
  p.take('ARRAY')
  p.expect('WRAPPER')
  return word === 'WITHOUT' ? word : `WITH ${condition!}`
}

/** At most one for ON EMPTY and one for ON ERROR, in that order. */
function behaviors(p: Cursor, rule: (p: Cursor) => JsonBehavior | undefined) {
  let onEmpty: JsonBehavior | undefined
  let onError: JsonBehavior | undefined
  let behavior = rule(p)
  if (behavior !== undefined) {
    p.expect('ON')
    if (p.expectAny('EMPTY', 'ERROR') === 'ERROR') return { onEmpty, onError: behavior }
    onEmpty = behavior
    behavior = rule(p)
    if (behavior !== undefined) {
      p.expect('ON', 'ERROR')
      onError = behavior
    }
  }
  return { onEmpty, onError }
}

function valueBehavior(p: Cursor): JsonBehavior | undefined {
  const start = p.start
  const action = p.takeAny('NULL', 'ERROR', 'DEFAULT')
  if (action === undefined) return undefined
  const value = action === 'DEFAULT' ? p.expression() : undefined
  return { kind: 'json-behavior', action, value, span: p.spanFrom(start) }
}

function queryBehavior(p: Cursor): JsonBehavior | undefined {
  const start = p.start
  const word = p.takeAny('NULL', 'ERROR', 'EMPTY')
  if (word === undefined) return undefined
  const action = word === 'EMPTY' ? (`EMPTY ${p.expectAny('ARRAY', 'OBJECT')}` as const) : word
  return { kind: 'json-behavior', action, value: undefined, span: p.spanFrom(start) }
}

function jsonObject(p: Cursor, start: number): Expression {
  const entries = p.at(')') || atOnNull(p) ? [] : p.list(() => jsonEntry(p))
  const onNull = jsonOnNull(p)
  return { kind: 'json-object', entries, onNull, span: close(p, start) }
}

/** `KEY k VALUE v`, `k VALUE v` or `k : v`. */
function jsonEntry(p: Cursor): JsonEntry {
  const start = p.start
  if (p.at('KEY') && !['VALUE', ':', '.', '('].includes(p.peek(1).symbol)) p.next()
  const key = p.expression()
  if (!p.take(':')) p.expect('VALUE')
  const value = p.expression()
  const formatJson = p.take('FORMAT', 'JSON')
  return { kind: 'json-entry', key, value, formatJson, span: p.spanFrom(start) }
}

function jsonArray(p: Cursor, start: number): Expression {
  const items = p.at(')') || atOnNull(p) ? [] : p.list(() => jsonItem(p))
  const onNull = jsonOnNull(p)
  return { kind: 'json-array', items, onNull, span: close(p, start) }
}

function jsonItem(p: Cursor): JsonItem {
  const start = p.start
  const value = p.expression()
  const formatJson = p.take('FORMAT', 'JSON')
  return { kind: 'json-item', value, formatJson, span: p.spanFrom(start) }
}

const atOnNull = (p: Cursor) => p.at('NULL', 'ON', 'NULL') || p.at('ABSENT', 'ON', 'NULL')

function jsonOnNull(p: Cursor): JsonOnNull | undefined {
  if (p.take('NULL', 'ON', 'NULL')) return 'NULL ON NULL'
  if (p.take('ABSENT', 'ON', 'NULL')) return 'ABSENT ON NULL'
  return undefined
}

function jsonObjectAgg(p: Cursor, start: number): Expression {
  const entry = jsonEntry(p)
  const onNull = jsonOnNull(p)
  p.expect(')')
  const filter = filterClause(p)
  return { kind: 'json-objectagg', entry, onNull, filter, over: over(p), span: p.spanFrom(start) }
}

function jsonArrayAgg(p: Cursor, start: number): Expression {
  const item = jsonItem(p)
  const order = orderBy(p)
  const onNull = jsonOnNull(p)
  p.expect(')')
  const filter = filterClause(p)
  return { kind: 'json-arrayagg', item, orderBy: order, onNull, filter, over: over(p), span: p.spanFrom(start) }
}
