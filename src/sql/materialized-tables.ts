/** Materialized tables: a query whose result is kept fresh. */
import type {
  AlterMaterializedTable,
  AlterMaterializedTableAction,
  CreateMaterializedTable,
  DropMaterializedTable,
} from './ast.ts'
import { comment, ifExists, ifNotExists, optionKeys, options, partitionEntries, withOptions } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { addAction, dropAction, modifyAction, tableElements, tableLayout } from './tables.ts'

/** From MATERIALIZED on. */
export function createMaterializedTable(p: Cursor, start: number, orAlter: boolean): CreateMaterializedTable {
  p.expect('MATERIALIZED', 'TABLE')
  const notExists = ifNotExists(p)
  const name = p.name('a table')
  const elements = tableElements(p)
  const text = comment(p)
  const layout = tableLayout(p)
  const properties = withOptions(p)
  const freshness = p.take('FRESHNESS') ? freshnessValue(p) : undefined
  const mode = p.take('REFRESH_MODE') ? refreshMode(p) : undefined
  p.expect('AS')
  const query = p.query()
  return {
    kind: 'create-materialized-table',
    orAlter,
    ifNotExists: notExists,
    name,
    elements,
    comment: text,
    ...layout,
    options: properties,
    freshness,
    refreshMode: mode,
    query,
    span: p.spanFrom(start),
  }
}

function freshnessValue(p: Cursor) {
  p.expect('=')
  return p.expression()
}

function refreshMode(p: Cursor): 'CONTINUOUS' | 'FULL' {
  p.expect('=')
  return p.expectAny('CONTINUOUS', 'FULL')
}

/** From MATERIALIZED on. */
export function alterMaterializedTable(p: Cursor, start: number): AlterMaterializedTable {
  p.expect('MATERIALIZED', 'TABLE')
  const exists = ifExists(p)
  const name = p.name('a table')
  const action = alterAction(p)
  return { kind: 'alter-materialized-table', ifExists: exists, name, action, span: p.spanFrom(start) }
}

function alterAction(p: Cursor): AlterMaterializedTableAction {
  const start = p.start
  switch (p.expectAny('SUSPEND', 'RESUME', 'REFRESH', 'AS', 'RENAME', 'SET', 'RESET', 'ADD', 'MODIFY', 'DROP')) {
    case 'SUSPEND':
      return { kind: 'suspend', span: p.spanFrom(start) }
    case 'RESUME':
      return { kind: 'resume', options: withOptions(p), span: p.spanFrom(start) }
    case 'REFRESH':
      return { kind: 'refresh', partition: p.take('PARTITION') ? partitionEntries(p) : [], span: p.spanFrom(start) }
    case 'AS':
      return { kind: 'as-query', query: p.query(), span: p.spanFrom(start) }
    case 'RENAME':
      p.expect('TO')
      return { kind: 'rename', to: p.name('a table'), span: p.spanFrom(start) }
    case 'SET':
      if (p.take('FRESHNESS')) return { kind: 'set-freshness', freshness: freshnessValue(p), span: p.spanFrom(start) }
      if (p.take('REFRESH_MODE')) return { kind: 'set-refresh-mode', refreshMode: refreshMode(p), span: p.spanFrom(start) }
      return { kind: 'set', options: options(p), span: p.spanFrom(start) }
    case 'RESET':
      return { kind: 'reset', keys: optionKeys(p), span: p.spanFrom(start) }
    case 'ADD':
      return addAction(p, start)
    case 'MODIFY':
      return modifyAction(p, start)
    case 'DROP':
      return dropAction(p, start)
  }
}

/** From MATERIALIZED on. */
export function dropMaterializedTable(p: Cursor, start: number): DropMaterializedTable {
  p.expect('MATERIALIZED', 'TABLE')
  const exists = ifExists(p)
  return { kind: 'drop-materialized-table', ifExists: exists, name: p.name('a table'), span: p.spanFrom(start) }
}
