/** Statements about the session rather than about data: catalogs in use, modules, jars, options, jobs, statistics. */
import type {
  AddJar,
  AnalyzeTable,
  LoadModule,
  RemoveJar,
  ResetOption,
  SetOption,
  StopJob,
  UnloadModule,
  UseCatalog,
  UseDatabase,
  UseModules,
} from './ast.ts'
import { option, partitionEntries, withOptions } from './clauses.ts'
import type { Cursor } from './cursor.ts'

export function use(p: Cursor): UseCatalog | UseDatabase | UseModules {
  const { start } = p.expect('USE')
  if (p.take('MODULES')) return { kind: 'use-modules', names: p.list(() => p.identifier('a module')), span: p.spanFrom(start) }
  const { kind } = p.peek(1)
  if ((kind === 'word' || kind === 'quoted') && p.take('CATALOG')) {
    return { kind: 'use-catalog', name: p.identifier('a catalog'), span: p.spanFrom(start) }
  }
  return { kind: 'use-database', name: p.name('a database'), span: p.spanFrom(start) }
}

export function loadModule(p: Cursor): LoadModule {
  const { start } = p.expect('LOAD')
  p.expect('MODULE')
  const name = p.identifier('a module')
  return { kind: 'load-module', name, options: withOptions(p), span: p.spanFrom(start) }
}

export function unloadModule(p: Cursor): UnloadModule {
  const { start } = p.expect('UNLOAD')
  p.expect('MODULE')
  return { kind: 'unload-module', name: p.identifier('a module'), span: p.spanFrom(start) }
}

export function addJar(p: Cursor): AddJar {
  const { start } = p.expect('ADD')
  p.expect('JAR')
  return { kind: 'add-jar', path: p.string(), span: p.spanFrom(start) }
}

export function removeJar(p: Cursor): RemoveJar {
  const { start } = p.expect('REMOVE')
  p.expect('JAR')
  return { kind: 'remove-jar', path: p.string(), span: p.spanFrom(start) }
}

export function setOption(p: Cursor): SetOption {
  const { start } = p.expect('SET')
  const set = p.atEnd() || p.at(';') ? undefined : option(p)
  return { kind: 'set-option', option: set, span: p.spanFrom(start) }
}

export function resetOption(p: Cursor): ResetOption {
  const { start } = p.expect('RESET')
  const key = p.atEnd() || p.at(';') ? undefined : p.string("a key such as 'table.local-time-zone'")
  return { kind: 'reset-option', key, span: p.spanFrom(start) }
}

export function stopJob(p: Cursor): StopJob {
  const { start } = p.expect('STOP')
  p.expect('JOB')
  const id = p.string('the id of a job in single quotes')
  let savepoint = false
  let drain = false
  while (p.take('WITH')) {
    if (p.expectAny('SAVEPOINT', 'DRAIN') === 'SAVEPOINT') savepoint = true
    else drain = true
  }
  return { kind: 'stop-job', id, savepoint, drain, span: p.spanFrom(start) }
}

export function analyzeTable(p: Cursor): AnalyzeTable {
  const { start } = p.expect('ANALYZE')
  p.expect('TABLE')
  const table = p.name('a table')
  const partition = p.take('PARTITION') ? partitionEntries(p, true) : []
  p.expect('COMPUTE', 'STATISTICS')
  return { kind: 'analyze-table', table, partition, columns: analyzedColumns(p), span: p.spanFrom(start) }
}

function analyzedColumns(p: Cursor): AnalyzeTable['columns'] {
  if (!p.take('FOR')) return undefined
  if (p.take('ALL')) {
    p.expect('COLUMNS')
    return 'ALL'
  }
  p.expect('COLUMNS')
  return p.list(() => p.identifier('a column'))
}
