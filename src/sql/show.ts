/** SHOW and DESCRIBE. */
import type { Describe, Name, Show, ShowPattern, ShowTarget } from './ast.ts'
import { partitionEntries } from './clauses.ts'
import type { Cursor } from './cursor.ts'

export function show(p: Cursor): Show {
  const { start } = p.expect('SHOW')
  const target = showTarget(p)
  switch (target) {
    case 'CURRENT CATALOG':
    case 'CURRENT DATABASE':
      return { kind: 'show', target, name: undefined, partition: [], pattern: undefined, span: p.spanFrom(start) }
    case 'COLUMNS': {
      p.expectAny('FROM', 'IN')
      const name = p.name('a table')
      return { kind: 'show', target, name, partition: [], pattern: pattern(p), span: p.spanFrom(start) }
    }
    case 'PARTITIONS': {
      const name = p.name('a table')
      const partition = p.take('PARTITION') ? partitionEntries(p) : []
      return { kind: 'show', target, name, partition, pattern: undefined, span: p.spanFrom(start) }
    }
    default:
      break
  }
  if (target.startsWith('CREATE ')) {
    return { kind: 'show', target, name: p.name(), partition: [], pattern: undefined, span: p.spanFrom(start) }
  }
  const name = p.takeAny('FROM', 'IN') === undefined ? undefined : p.name('a database')
  return { kind: 'show', target, name, partition: [], pattern: pattern(p), span: p.spanFrom(start) }
}

function showTarget(p: Cursor): ShowTarget {
  if (p.take('CURRENT')) return `CURRENT ${p.expectAny('CATALOG', 'DATABASE')}`
  if (p.take('USER')) {
    p.expect('FUNCTIONS')
    return 'USER FUNCTIONS'
  }
  if (p.take('FULL')) {
    p.expect('MODULES')
    return 'FULL MODULES'
  }
  if (p.take('MATERIALIZED')) {
    p.expect('TABLES')
    return 'MATERIALIZED TABLES'
  }
  if (p.take('CREATE')) {
    if (p.take('MATERIALIZED')) {
      p.expect('TABLE')
      return 'CREATE MATERIALIZED TABLE'
    }
    return `CREATE ${p.expectAny('CATALOG', 'CONNECTION', 'MODEL', 'TABLE', 'VIEW')}`
  }
  return (
    p.takeAny(
      'CATALOGS',
      'COLUMNS',
      'CONNECTIONS',
      'DATABASES',
      'FUNCTIONS',
      'JARS',
      'JOBS',
      'MODELS',
      'MODULES',
      'PARTITIONS',
      'PROCEDURES',
      'TABLES',
      'VIEWS',
    ) ?? p.fail('what to show')
  )
}

function pattern(p: Cursor): ShowPattern | undefined {
  const start = p.start
  const negated = p.take('NOT')
  const operator = negated ? p.expectAny('LIKE', 'ILIKE') : p.takeAny('LIKE', 'ILIKE')
  if (operator === undefined) return undefined
  return { kind: 'show-pattern', operator, negated, pattern: p.string(), span: p.spanFrom(start) }
}

/** DESCRIBE and DESC. A word such as CATALOG is one only when a name follows: `DESCRIBE catalog` is about a table. */
export function describe(p: Cursor): Describe {
  const { start } = p.next()
  if (p.at('JOB') && p.peek(1).kind === 'string') {
    p.next()
    return { kind: 'describe', target: 'JOB', name: undefined, id: p.string(), extended: false, span: p.spanFrom(start) }
  }
  const follows = p.peek(1).kind === 'word' || p.peek(1).kind === 'quoted'
  const target = (follows ? p.takeAny('CATALOG', 'DATABASE', 'FUNCTION', 'MODEL', 'CONNECTION', 'TABLE') : undefined) ?? 'TABLE'
  const extended = p.take('EXTENDED')
  const name: Name = p.name('a table')
  return { kind: 'describe', target, name, id: undefined, extended, span: p.spanFrom(start) }
}
