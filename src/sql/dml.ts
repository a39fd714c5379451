/** Statements that change data: INSERT, UPDATE, DELETE, TRUNCATE, CALL, and sets of INSERTs. */
import type { Assignment, CallProcedure, Delete, Insert, StatementSet, Truncate, Update } from './ast.ts'
import { call } from './calls.ts'
import { columnNames, partitionEntries } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { hints } from './hints.ts'

export function insert(p: Cursor): Insert {
  const { start } = p.expect('INSERT')
  const overwrite = p.expectAny('INTO', 'OVERWRITE') === 'OVERWRITE'
  const table = p.name('a table')
  const hintList = hints(p)
  const partition = p.take('PARTITION') ? partitionEntries(p) : []
  const columns = atColumns(p) ? columnNames(p) : undefined
  const source = p.query()
  const conflict = onConflict(p)
  const span = p.spanFrom(start)
  return { kind: 'insert', overwrite, table, hints: hintList, partition, columns, source, onConflict: conflict, span }
}

/** A list of columns and a query may both start with a parenthesis. */
function atColumns(p: Cursor): boolean {
  if (!p.at('(')) return false
  const { kind, symbol } = p.peek(1)
  return kind === 'quoted' || (kind === 'word' && !['SELECT', 'WITH', 'VALUES', 'TABLE'].includes(symbol))
}

function onConflict(p: Cursor): Insert['onConflict'] {
  if (!p.take('ON')) return undefined
  p.expect('CONFLICT', 'DO')
  return p.expectAny('ERROR', 'NOTHING', 'DEDUPLICATE')
}

export function update(p: Cursor): Update {
  const { start } = p.expect('UPDATE')
  const table = p.name('a table')
  const alias = p.take('AS') ? p.identifier('an alias') : p.implicitAlias()
  p.expect('SET')
  const assignments = p.list(() => assignment(p))
  const where = p.take('WHERE') ? p.expression() : undefined
  return { kind: 'update', table, alias, assignments, where, span: p.spanFrom(start) }
}

function assignment(p: Cursor): Assignment {
  const column = p.name('a column')
  p.expect('=')
  const value = p.expression()
  return { kind: 'assignment', column, value, span: p.spanFrom(column.span.start) }
}

/** `DELETE FROM t`. */
export function deleteFrom(p: Cursor): Delete {
  const { start } = p.expect('DELETE')
  p.expect('FROM')
  const table = p.name('a table')
  const alias = p.take('AS') ? p.identifier('an alias') : p.implicitAlias()
  const where = p.take('WHERE') ? p.expression() : undefined
  return { kind: 'delete', table, alias, where, span: p.spanFrom(start) }
}

export function truncate(p: Cursor): Truncate {
  const { start } = p.expect('TRUNCATE')
  p.expect('TABLE')
  return { kind: 'truncate', table: p.name('a table'), span: p.spanFrom(start) }
}

export function callProcedure(p: Cursor): CallProcedure {
  const { start } = p.expect('CALL')
  return { kind: 'call-procedure', call: call(p, p.name('a procedure')), span: p.spanFrom(start) }
}

/** `STATEMENT SET BEGIN insert; insert; END`: with the semicolons inside, one statement. */
export function statementSet(p: Cursor, start: number): StatementSet {
  p.expect('STATEMENT', 'SET', 'BEGIN')
  const statements: Insert[] = []
  while (!p.take('END')) {
    if (!p.at('INSERT')) p.fail('INSERT or END')
    statements.push(insert(p))
    p.expect(';')
  }
  return { kind: 'statement-set', statements, span: p.spanFrom(start) }
}
