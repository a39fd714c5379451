/** Which statement is it? The first word tells, sometimes with the next few. */
import {
  type BeginStatementSet,
  type CompilePlan,
  type ExecutePlan,
  type Execute,
  type Explain,
  type Statement,
  explainDetails,
} from './ast.ts'
import { ifNotExists, scope } from './clauses.ts'
import type { Cursor } from './cursor.ts'
import { callProcedure, deleteFrom, insert, statementSet, truncate, update } from './dml.ts'
import { alterMaterializedTable, createMaterializedTable, dropMaterializedTable } from './materialized-tables.ts'
import {
  alterCatalog,
  alterConnection,
  alterDatabase,
  alterFunction,
  alterModel,
  alterView,
  createCatalog,
  createConnection,
  createDatabase,
  createFunction,
  createModel,
  createView,
  dropCatalog,
  dropConnection,
  dropDatabase,
  dropFunction,
  dropModel,
  dropView,
} from './objects.ts'
import { addJar, analyzeTable, loadModule, removeJar, resetOption, setOption, stopJob, unloadModule, use } from './session.ts'
import { describe, show } from './show.ts'
import { alterTable, createTable, dropTable } from './tables.ts'

const rules: Readonly<Record<string, (p: Cursor) => Statement>> = {
  SELECT: p => p.query(),
  WITH: p => p.query(),
  VALUES: p => p.query(),
  TABLE: p => p.query(),
  '(': p => p.query(),
  INSERT: insert,
  UPDATE: update,
  DELETE: deleteFrom,
  TRUNCATE: truncate,
  CALL: callProcedure,
  CREATE: create,
  REPLACE: replace,
  ALTER: alter,
  DROP: drop,
  SHOW: show,
  DESCRIBE: describe,
  DESC: describe,
  EXPLAIN: explain,
  USE: use,
  SET: setOption,
  RESET: resetOption,
  LOAD: loadModule,
  UNLOAD: unloadModule,
  ADD: addJar,
  REMOVE: removeJar,
  EXECUTE: execute,
  COMPILE: compilePlan,
  ANALYZE: analyzeTable,
  STOP: stopJob,
  BEGIN: beginStatementSet,
  STATEMENT: p => statementSet(p, p.start),
  END: p => ({ kind: 'end-statement-set', span: p.spanFrom(p.next().start) }),
}

/** Words a statement can start with: what a shell completes first. */
export const statementWords: readonly string[] = Object.keys(rules).filter(word => word !== '(')

export function statement(p: Cursor): Statement {
  for (const word in rules) p.at(word)
  const rule = rules[p.token.symbol] ?? p.fail('a statement')
  return rule(p)
}

function create(p: Cursor): Statement {
  const { start } = p.expect('CREATE')
  const or = p.take('OR') ? p.expectAny('REPLACE', 'ALTER') : undefined
  if (or === 'ALTER') return createMaterializedTable(p, start, true)
  const temporary = p.take('TEMPORARY')
  if (p.at('TABLE')) return createTable(p, start, or === undefined ? 'create' : 'create-or-replace', temporary)
  if (p.at('VIEW')) return createView(p, start, or !== undefined, temporary)
  if (or !== undefined) return p.fail('TABLE or VIEW')
  if (p.at('MODEL')) return createModel(p, start, temporary)
  const inScope = scope(p, temporary)
  if (p.at('FUNCTION')) return createFunction(p, start, inScope)
  if (p.at('CONNECTION')) return createConnection(p, start, inScope)
  if (temporary) return p.fail('TABLE, VIEW, FUNCTION, MODEL or CONNECTION')
  if (p.at('CATALOG')) return createCatalog(p, start)
  if (p.at('DATABASE')) return createDatabase(p, start)
  if (p.at('MATERIALIZED')) return createMaterializedTable(p, start, false)
  return p.fail('what to create')
}

function replace(p: Cursor): Statement {
  const { start } = p.expect('REPLACE')
  return createTable(p, start, 'replace', false)
}

function alter(p: Cursor): Statement {
  const { start } = p.expect('ALTER')
  if (p.at('TABLE')) return alterTable(p, start)
  if (p.at('VIEW')) return alterView(p, start)
  if (p.at('CATALOG')) return alterCatalog(p, start)
  if (p.at('DATABASE')) return alterDatabase(p, start)
  if (p.at('MODEL')) return alterModel(p, start)
  if (p.at('CONNECTION')) return alterConnection(p, start)
  if (p.at('MATERIALIZED')) return alterMaterializedTable(p, start)
  const inScope = scope(p)
  return p.at('FUNCTION') ? alterFunction(p, start, inScope) : p.fail('what to alter')
}

function drop(p: Cursor): Statement {
  const { start } = p.expect('DROP')
  const temporary = p.take('TEMPORARY')
  if (p.at('TABLE')) return dropTable(p, start, temporary)
  if (p.at('VIEW')) return dropView(p, start, temporary)
  if (p.at('MODEL')) return dropModel(p, start, temporary)
  const inScope = scope(p, temporary)
  if (p.at('FUNCTION')) return dropFunction(p, start, inScope)
  if (p.at('CONNECTION')) return dropConnection(p, start, inScope)
  if (temporary) return p.fail('TABLE, VIEW, FUNCTION, MODEL or CONNECTION')
  if (p.at('CATALOG')) return dropCatalog(p, start)
  if (p.at('DATABASE')) return dropDatabase(p, start)
  return p.at('MATERIALIZED') ? dropMaterializedTable(p, start) : p.fail('what to drop')
}

// ── plans ──

function explain(p: Cursor): Explain {
  const { start } = p.expect('EXPLAIN')
  const planFor = p.take('PLAN')
  if (planFor) p.expect('FOR')
  const details = !planFor && p.atAny(...explainDetails) ? p.list(() => p.expectAny(...explainDetails)) : []
  return { kind: 'explain', details, statement: p.nested(() => statement(p)), span: p.spanFrom(start) }
}

/** EXECUTE STATEMENT SET, EXECUTE PLAN, EXECUTE INSERT, EXECUTE SELECT. */
function execute(p: Cursor): Statement {
  const { start } = p.expect('EXECUTE')
  if (p.at('STATEMENT')) return statementSet(p, start)
  if (p.take('PLAN')) return { kind: 'execute-plan', path: p.string(), span: p.spanFrom(start) } satisfies ExecutePlan
  const inner = p.at('INSERT') ? insert(p) : p.query()
  return { kind: 'execute', statement: inner, span: p.spanFrom(start) } satisfies Execute
}

function compilePlan(p: Cursor): CompilePlan {
  const { start } = p.expect('COMPILE')
  const andExecute = p.take('AND')
  if (andExecute) p.expect('EXECUTE')
  p.expect('PLAN')
  const path = p.string()
  const notExists = ifNotExists(p)
  p.expect('FOR')
  const inner = p.at('STATEMENT') ? statementSet(p, p.start) : insert(p)
  return { kind: 'compile-plan', execute: andExecute, path, ifNotExists: notExists, statement: inner, span: p.spanFrom(start) }
}

function beginStatementSet(p: Cursor): BeginStatementSet {
  const { start } = p.expect('BEGIN')
  p.expect('STATEMENT', 'SET')
  return { kind: 'begin-statement-set', span: p.spanFrom(start) }
}
