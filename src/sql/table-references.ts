/** What stands in FROM: tables, subqueries, functions, and how they are joined. */
import type {
  Call,
  DerivedTable,
  Expression,
  Join,
  Query,
  Table,
  TableAlias,
  TableFunction,
  TableReference,
  Unnest,
} from './ast.ts'
import { call } from './calls.ts'
import type { Cursor } from './cursor.ts'
import { hints } from './hints.ts'
import { matchRecognize } from './match-recognize.ts'
import { atQuery, atQueryTail } from './primary.ts'

/** `a, b JOIN c ON ..`: a comma binds weaker than JOIN. */
export function tableReferences(p: Cursor): TableReference {
  const start = p.start
  let left = joined(p)
  while (p.take(',')) {
    const right = joined(p)
    const span = p.spanFrom(start)
    left = { kind: 'join', type: 'COMMA', natural: false, left, right, condition: undefined, span } satisfies Join
    p.grow()
  }
  return left
}

function joined(p: Cursor): TableReference {
  const start = p.start
  let left = tableReference(p)
  for (;;) {
    const join = joinType(p)
    if (join === undefined) return left
    const right = tableReference(p)
    left = { kind: 'join', ...join, left, right, condition: joinCondition(p), span: p.spanFrom(start) }
    p.grow()
  }
}

function joinType(p: Cursor): Pick<Join, 'type' | 'natural'> | undefined {
  const natural = p.take('NATURAL')
  if (p.take('JOIN')) return { type: 'INNER', natural }
  const word = p.takeAny('INNER', 'CROSS', 'LEFT', 'RIGHT', 'FULL')
  if (word === undefined) return natural ? p.fail('JOIN') : undefined
  if (word !== 'INNER' && word !== 'CROSS') p.take('OUTER')
  p.expect('JOIN')
  return { type: word, natural }
}

function joinCondition(p: Cursor): Join['condition'] {
  const start = p.start
  if (p.take('ON')) return { kind: 'on', condition: p.expression(), span: p.spanFrom(start) }
  if (p.take('USING')) return { kind: 'using', columns: p.parenthesized(() => p.identifier('a column')), span: p.spanFrom(start) }
  return undefined
}

/** One table with what is written behind it. */
function tableReference(p: Cursor): TableReference {
  return p.nested(() => {
    const start = p.start
    let table = withAlias(p, start, plainTable(p))
    while (p.at('MATCH_RECOGNIZE')) {
      table = withAlias(p, start, matchRecognize(p, table))
      p.grow()
    }
    if (p.atAny('TABLESAMPLE', 'PIVOT', 'UNPIVOT')) p.unsupported(p.token.symbol)
    return table
  })
}

function plainTable(p: Cursor): TableReference {
  const start = p.start
  const lateral = p.take('LATERAL')
  if (p.at('UNNEST')) return unnest(p, start, lateral)
  if (p.at('TABLE', '(')) return wrappedFunction(p, start, lateral)
  if (p.at('(')) return lateral ? derived(p, start) : parentheses(p)
  if (p.at('VALUES')) return derivedTable(p.query(), p, start, lateral)
  const name = p.name('a table')
  if (p.at('(')) return tableFunction(p, start, lateral, call(p, name))
  if (lateral) return p.fail('(')
  const before = hints(p)
  const asOf = snapshot(p)
  const all = [...before, ...hints(p)]
  return { kind: 'table', name, hints: all, asOf, alias: undefined, span: p.spanFrom(start) } satisfies Table
}

function snapshot(p: Cursor): Expression | undefined {
  if (!p.take('FOR')) return undefined
  p.expect('SYSTEM_TIME', 'AS', 'OF')
  return p.expression()
}

function unnest(p: Cursor, start: number, lateral: boolean): Unnest {
  p.expect('UNNEST')
  const operands = p.parenthesized(() => p.expression())
  const ordinality = p.take('WITH', 'ORDINALITY')
  return { kind: 'unnest', lateral, operands, ordinality, alias: undefined, span: p.spanFrom(start) }
}

/** `TABLE(f(x))`: says no more than `f(x)`. */
function wrappedFunction(p: Cursor, start: number, lateral: boolean): TableFunction {
  p.expect('TABLE', '(')
  const inner = call(p, p.name('a function'))
  p.expect(')')
  return tableFunction(p, start, lateral, inner)
}

function tableFunction(p: Cursor, start: number, lateral: boolean, call: Call): TableFunction {
  return { kind: 'table-function', lateral, call, hints: hints(p), alias: undefined, span: p.spanFrom(start) }
}

function derived(p: Cursor, start: number): DerivedTable {
  p.expect('(')
  const query = p.query()
  p.expect(')')
  return derivedTable(query, p, start, true)
}

function derivedTable(query: Query, p: Cursor, start: number, lateral: boolean): DerivedTable {
  return { kind: 'derived-table', lateral, query, alias: undefined, span: p.spanFrom(start) }
}

/** A subquery, or joins in parentheses. As in expressions, what follows a nested subquery decides what it was. */
function parentheses(p: Cursor): TableReference {
  const { start } = p.expect('(')
  if (atQuery(p)) {
    const query = p.query()
    p.expect(')')
    return derivedTable(query, p, start, false)
  }
  const inner = tableReferences(p)
  if (inner.kind === 'derived-table' && !inner.lateral && inner.alias === undefined && atQueryTail(p)) {
    const query = p.queryAfter(inner.query)
    p.expect(')')
    return derivedTable(query, p, start, false)
  }
  p.expect(')')
  return inner
}

function withAlias(p: Cursor, start: number, table: TableReference): TableReference {
  if (table.kind === 'join' || table.alias !== undefined) return table
  const alias = tableAlias(p)
  return alias === undefined ? table : { ...table, alias, span: p.spanFrom(start) }
}

function tableAlias(p: Cursor): TableAlias | undefined {
  const start = p.start
  const name = p.take('AS') ? p.identifier('an alias') : p.implicitAlias()
  if (name === undefined) return undefined
  const columns = p.at('(') ? p.parenthesized(() => p.identifier('a column')) : []
  return { kind: 'table-alias', name, columns, span: p.spanFrom(start) }
}
