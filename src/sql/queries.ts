/** Queries: WITH, SELECT, VALUES, set operations, ORDER BY and LIMIT. */
import type {
  CommonTable,
  Expression,
  ExplicitTable,
  GroupBy,
  GroupItem,
  GroupingSet,
  NamedWindow,
  Query,
  QueryBody,
  Select,
  SelectItem,
  SetOperation,
  Values,
  ValuesRow,
} from './ast.ts'
import type { Cursor } from './cursor.ts'
import { hints } from './hints.ts'
import { tableReferences } from './table-references.ts'
import { orderBy, windowSpec } from './windows.ts'

export function query(p: Cursor): Query {
  return p.nested(() => {
    const start = p.start
    const ctes = p.take('WITH') ? commonTables(p) : []
    return queryEnd(p, start, ctes, setOperations(p, start, term(p), 0))
  })
}

/** A query whose first term, in parentheses, is already read. */
export function queryAfter(p: Cursor, first: Query): Query {
  const { start } = first.span
  return queryEnd(p, start, [], setOperations(p, start, unwrapped(first), 0))
}

function queryEnd(p: Cursor, start: number, ctes: readonly CommonTable[], body: QueryBody): Query {
  const order = orderBy(p)
  const { offset, limit } = limits(p)
  if (body.kind === 'query' && ctes.length + order.length === 0 && offset === undefined && limit === undefined) return body
  return { kind: 'query', with: ctes, body, orderBy: order, offset, limit, span: p.spanFrom(start) }
}

/** LIMIT, OFFSET and FETCH, as Calcite takes them; `LIMIT start, count` is MySQL's and not Flink's. */
function limits(p: Cursor) {
  let limit: Expression | undefined
  let offset: Expression | undefined
  if (p.take('LIMIT') && !p.take('ALL')) limit = p.expression()
  if (p.take('OFFSET')) {
    offset = p.expression()
    p.takeAny('ROW', 'ROWS')
  }
  if (limit === undefined && p.take('FETCH')) {
    p.expectAny('FIRST', 'NEXT')
    limit = p.expression()
    p.expectAny('ROW', 'ROWS')
    p.expect('ONLY')
  }
  if (limit === undefined && p.take('LIMIT') && !p.take('ALL')) limit = p.expression()
  return { offset, limit }
}

function commonTables(p: Cursor): CommonTable[] {
  if (p.at('RECURSIVE')) p.unsupported('WITH RECURSIVE')
  return p.list(() => {
    const name = p.identifier()
    const columns = p.at('(') ? p.parenthesized(() => p.identifier('a column')) : []
    p.expect('AS')
    p.expect('(')
    const query = p.query()
    p.expect(')')
    return { kind: 'common-table', name, columns, query, span: p.spanFrom(name.span.start) }
  })
}

// ── set operations ──

const binding = { UNION: 1, EXCEPT: 1, MINUS: 1, INTERSECT: 2 } as const

/** Set operations that bind more tightly than `minimum`, from left to right. */
function setOperations(p: Cursor, start: number, first: QueryBody, minimum: number): QueryBody {
  let left = first
  while (p.atAny('UNION', 'INTERSECT', 'EXCEPT', 'MINUS')) {
    const word = p.token.symbol as keyof typeof binding
    if (binding[word] <= minimum) break
    p.next()
    const all = p.takeAny('ALL', 'DISTINCT') === 'ALL'
    const from = p.start
    const right = setOperations(p, from, term(p), binding[word])
    const operator = word === 'MINUS' ? 'EXCEPT' : word
    left = { kind: 'set-operation', operator, all, left, right, span: p.spanFrom(start) } satisfies SetOperation
    p.grow()
  }
  return left
}

function term(p: Cursor): QueryBody {
  const start = p.start
  if (p.at('SELECT')) return select(p)
  if (p.at('VALUES')) return values(p)
  if (p.take('TABLE')) return { kind: 'explicit-table', name: p.name('a table'), span: p.spanFrom(start) } satisfies ExplicitTable
  if (!p.take('(')) return p.fail('a query')
  const inner = p.query()
  p.expect(')')
  return unwrapped(inner)
}

/** Parentheses that add nothing leave no node. */
function unwrapped(query: Query): QueryBody {
  const plain = query.with.length + query.orderBy.length === 0 && query.offset === undefined && query.limit === undefined
  return plain ? query.body : query
}

function values(p: Cursor): Values {
  const { start } = p.expect('VALUES')
  const rows = p.list(() => valuesRow(p))
  return { kind: 'values', rows, span: p.spanFrom(start) }
}

function valuesRow(p: Cursor): ValuesRow {
  const start = p.start
  const row = p.expression()
  return { kind: 'values-row', items: row.kind === 'row' ? row.items : [row], span: p.spanFrom(start) }
}

// ── SELECT ──

function select(p: Cursor): Select {
  const { start } = p.expect('SELECT')
  const hintList = hints(p)
  if (p.at('STREAM')) p.unsupported('SELECT STREAM')
  const quantifier = p.takeAny('DISTINCT', 'ALL')
  const items = p.list(() => selectItem(p))
  const from = p.take('FROM') ? tableReferences(p) : undefined
  const where = p.take('WHERE') ? p.expression() : undefined
  const groups = p.at('GROUP') ? groupBy(p) : undefined
  const having = p.take('HAVING') ? p.expression() : undefined
  const windows = p.take('WINDOW') ? p.list(() => namedWindow(p)) : []
  const qualify = p.take('QUALIFY') ? p.expression() : undefined
  return {
    kind: 'select',
    hints: hintList,
    quantifier,
    items,
    from,
    where,
    groupBy: groups,
    having,
    windows,
    qualify,
    span: p.spanFrom(start),
  }
}

function selectItem(p: Cursor): SelectItem {
  const start = p.start
  const expression = p.expression()
  const alias = p.take('AS') ? p.identifier('an alias') : p.implicitAlias()
  return { kind: 'select-item', expression, alias, span: p.spanFrom(start) }
}

function namedWindow(p: Cursor): NamedWindow {
  const name = p.identifier('a window')
  p.expect('AS')
  const spec = windowSpec(p)
  return { kind: 'named-window', name, spec, span: p.spanFrom(name.span.start) }
}

// ── GROUP BY ──

function groupBy(p: Cursor): GroupBy {
  const { start } = p.expect('GROUP', 'BY')
  const quantifier = p.takeAny('DISTINCT', 'ALL')
  const items = p.list(() => groupItem(p))
  return { kind: 'group-by', quantifier, items, span: p.spanFrom(start) }
}

function groupItem(p: Cursor): GroupItem {
  const start = p.start
  if (p.take('GROUPING', 'SETS')) {
    return { kind: 'grouping-sets', sets: p.parenthesized(() => groupItem(p)), span: p.spanFrom(start) }
  }
  if (p.take('ROLLUP')) return { kind: 'rollup', items: p.parenthesized(() => expressionOrSet(p)), span: p.spanFrom(start) }
  if (p.take('CUBE')) return { kind: 'cube', items: p.parenthesized(() => expressionOrSet(p)), span: p.spanFrom(start) }
  return expressionOrSet(p)
}

/** `(a, b)` is a set of two here, and not a row. */
function expressionOrSet(p: Cursor): Expression | GroupingSet {
  const start = p.start
  if (p.take('(', ')')) return { kind: 'grouping-set', items: [], span: p.spanFrom(start) }
  const item = p.expression()
  return item.kind === 'row' && !item.explicit ? { kind: 'grouping-set', items: item.items, span: item.span } : item
}
