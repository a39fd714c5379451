/** CREATE, ALTER and DROP of what a catalog holds besides tables: databases, views, functions, models, connections. */
import type {
  AlterCatalog,
  AlterConnection,
  AlterDatabase,
  AlterFunction,
  AlterModel,
  AlterView,
  CreateCatalog,
  CreateConnection,
  CreateDatabase,
  CreateFunction,
  CreateModel,
  CreateView,
  DropCatalog,
  DropConnection,
  DropDatabase,
  DropFunction,
  DropModel,
  DropView,
  FunctionLanguage,
  FunctionScope,
  RenameAction,
  ResetAction,
  Resource,
  SetAction,
} from './ast.ts'
import { columnNames, comment, ifExists, ifNotExists, optionKeys, options, withOptions } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { physicalColumn } from './table-elements.ts'

// Each rule starts at the word that names its object.

// ── catalogs and databases ──

export function createCatalog(p: Cursor, start: number): CreateCatalog {
  p.expect('CATALOG')
  const notExists = ifNotExists(p)
  const name = p.identifier('a catalog')
  const text = comment(p)
  return { kind: 'create-catalog', ifNotExists: notExists, name, comment: text, options: withOptions(p), span: p.spanFrom(start) }
}

export function alterCatalog(p: Cursor, start: number): AlterCatalog {
  p.expect('CATALOG')
  const name = p.identifier('a catalog')
  const from = p.start
  if (p.take('COMMENT')) {
    const action = { kind: 'comment', comment: p.string(), span: p.spanFrom(from) } as const
    return { kind: 'alter-catalog', name, action, span: p.spanFrom(start) }
  }
  const action = p.atAny('SET', 'RESET') ? setOrReset(p) : p.fail('SET, RESET or COMMENT')
  return { kind: 'alter-catalog', name, action, span: p.spanFrom(start) }
}

export function dropCatalog(p: Cursor, start: number): DropCatalog {
  p.expect('CATALOG')
  const exists = ifExists(p)
  return { kind: 'drop-catalog', ifExists: exists, name: p.identifier('a catalog'), span: p.spanFrom(start) }
}

export function createDatabase(p: Cursor, start: number): CreateDatabase {
  p.expect('DATABASE')
  const notExists = ifNotExists(p)
  const name = p.name('a database')
  const text = comment(p)
  return {
    kind: 'create-database',
    ifNotExists: notExists,
    name,
    comment: text,
    options: withOptions(p),
    span: p.spanFrom(start),
  }
}

export function alterDatabase(p: Cursor, start: number): AlterDatabase {
  p.expect('DATABASE')
  const name = p.name('a database')
  return { kind: 'alter-database', name, action: setOrReset(p), span: p.spanFrom(start) }
}

export function dropDatabase(p: Cursor, start: number): DropDatabase {
  p.expect('DATABASE')
  const exists = ifExists(p)
  const name = p.name('a database')
  const behavior = p.takeAny('RESTRICT', 'CASCADE')
  return { kind: 'drop-database', ifExists: exists, name, behavior, span: p.spanFrom(start) }
}

function setOrReset(p: Cursor): SetAction | ResetAction {
  const start = p.start
  if (p.expectAny('SET', 'RESET') === 'SET') return { kind: 'set', options: options(p), span: p.spanFrom(start) }
  return { kind: 'reset', keys: optionKeys(p), span: p.spanFrom(start) }
}

function renameSetOrReset(p: Cursor): RenameAction | SetAction | ResetAction {
  const start = p.start
  if (p.take('RENAME')) {
    p.expect('TO')
    return { kind: 'rename', to: p.name(), span: p.spanFrom(start) }
  }
  return setOrReset(p)
}

// ── views ──

export function createView(p: Cursor, start: number, orReplace: boolean, temporary: boolean): CreateView {
  p.expect('VIEW')
  const notExists = ifNotExists(p)
  const name = p.name('a view')
  const columns = p.at('(') ? columnNames(p) : []
  const text = comment(p)
  p.expect('AS')
  const query = p.query()
  const flags = { orReplace, temporary, ifNotExists: notExists }
  return { kind: 'create-view', ...flags, name, columns, comment: text, query, span: p.spanFrom(start) }
}

export function alterView(p: Cursor, start: number): AlterView {
  p.expect('VIEW')
  const exists = ifExists(p)
  const name = p.name('a view')
  const from = p.start
  if (p.take('AS')) {
    const action = { kind: 'as-query', query: p.query(), span: p.spanFrom(from) } as const
    return { kind: 'alter-view', ifExists: exists, name, action, span: p.spanFrom(start) }
  }
  return { kind: 'alter-view', ifExists: exists, name, action: renameSetOrReset(p), span: p.spanFrom(start) }
}

export function dropView(p: Cursor, start: number, temporary: boolean): DropView {
  p.expect('VIEW')
  const exists = ifExists(p)
  return { kind: 'drop-view', temporary, ifExists: exists, name: p.name('a view'), span: p.spanFrom(start) }
}

// ── functions ──

export function createFunction(p: Cursor, start: number, scope: FunctionScope): CreateFunction {
  p.expect('FUNCTION')
  const notExists = ifNotExists(p)
  const name = p.name('a function')
  p.expect('AS')
  const className = p.string('a class name in single quotes')
  const language = functionLanguage(p)
  const using = p.take('USING') ? p.list(() => resource(p)) : []
  const properties = withOptions(p)
  const span = p.spanFrom(start)
  return { kind: 'create-function', scope, ifNotExists: notExists, name, className, language, using, options: properties, span }
}

function functionLanguage(p: Cursor): FunctionLanguage | undefined {
  return p.take('LANGUAGE') ? p.expectAny('JAVA', 'SCALA', 'SQL', 'PYTHON', 'JAVASCRIPT') : undefined
}

function resource(p: Cursor): Resource {
  const start = p.start
  const type = p.expectAny('JAR', 'FILE', 'ARTIFACT')
  return { kind: 'resource', type, uri: p.string(), span: p.spanFrom(start) }
}

export function alterFunction(p: Cursor, start: number, scope: FunctionScope): AlterFunction {
  p.expect('FUNCTION')
  const exists = ifExists(p)
  const name = p.name('a function')
  p.expect('AS')
  const className = p.string('a class name in single quotes')
  const language = functionLanguage(p)
  return { kind: 'alter-function', scope, ifExists: exists, name, className, language, span: p.spanFrom(start) }
}

export function dropFunction(p: Cursor, start: number, scope: FunctionScope): DropFunction {
  p.expect('FUNCTION')
  const exists = ifExists(p)
  return { kind: 'drop-function', scope, ifExists: exists, name: p.name('a function'), span: p.spanFrom(start) }
}

// ── models ──

export function createModel(p: Cursor, start: number, temporary: boolean): CreateModel {
  p.expect('MODEL')
  const notExists = ifNotExists(p)
  const name = p.name('a model')
  const inputs = p.take('INPUT') ? p.parenthesized(() => physicalColumn(p)) : []
  const outputs = p.take('OUTPUT') ? p.parenthesized(() => physicalColumn(p)) : []
  const text = comment(p)
  const properties = withOptions(p)
  const query = p.take('AS') ? p.query() : undefined
  return {
    kind: 'create-model',
    temporary,
    ifNotExists: notExists,
    name,
    inputs,
    outputs,
    comment: text,
    options: properties,
    query,
    span: p.spanFrom(start),
  }
}

export function alterModel(p: Cursor, start: number): AlterModel {
  p.expect('MODEL')
  const exists = ifExists(p)
  const name = p.name('a model')
  return { kind: 'alter-model', ifExists: exists, name, action: renameSetOrReset(p), span: p.spanFrom(start) }
}

export function dropModel(p: Cursor, start: number, temporary: boolean): DropModel {
  p.expect('MODEL')
  const exists = ifExists(p)
  return { kind: 'drop-model', temporary, ifExists: exists, name: p.name('a model'), span: p.spanFrom(start) }
}

// ── connections ──

export function createConnection(p: Cursor, start: number, scope: FunctionScope): CreateConnection {
  p.expect('CONNECTION')
  const notExists = ifNotExists(p)
  const name = p.name('a connection')
  const text = comment(p)
  const properties = withOptions(p)
  const span = p.spanFrom(start)
  return { kind: 'create-connection', scope, ifNotExists: notExists, name, comment: text, options: properties, span }
}

export function alterConnection(p: Cursor, start: number): AlterConnection {
  p.expect('CONNECTION')
  const exists = ifExists(p)
  const name = p.name('a connection')
  return { kind: 'alter-connection', ifExists: exists, name, action: renameSetOrReset(p), span: p.spanFrom(start) }
}

export function dropConnection(p: Cursor, start: number, scope: FunctionScope): DropConnection {
  p.expect('CONNECTION')
  const exists = ifExists(p)
  return { kind: 'drop-connection', scope, ifExists: exists, name: p.name('a connection'), span: p.spanFrom(start) }
}
