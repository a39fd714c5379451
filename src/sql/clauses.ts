/** Clauses that many statements share. */
import type { Distribution, FunctionScope, Identifier, Option, PartitionEntry, StringLiteral } from './ast.ts'
import type { Cursor } from './cursor.ts'

export function ifExists(p: Cursor): boolean {
  return p.take('IF', 'EXISTS')
}

export function ifNotExists(p: Cursor): boolean {
  return p.take('IF', 'NOT', 'EXISTS')
}

/** `COMMENT 'text'`, or nothing. */
export function comment(p: Cursor): StringLiteral | undefined {
  return p.take('COMMENT') ? p.string() : undefined
}

/** `('k' = 'v', ..)`, possibly empty. */
export function options(p: Cursor): Option[] {
  p.expect('(')
  const list = p.at(')') ? [] : p.list(() => option(p))
  p.expect(')')
  return list
}

export function option(p: Cursor): Option {
  const key = p.string("a key such as 'connector'")
  p.expect('=')
  const value = p.string('a value in single quotes')
  return { kind: 'option', key, value, span: p.spanFrom(key.span.start) }
}

/** `WITH (..)`, or nothing. */
export function withOptions(p: Cursor): Option[] {
  return p.take('WITH') ? options(p) : []
}

/** `('k', ..)`, possibly empty. */
export function optionKeys(p: Cursor): StringLiteral[] {
  p.expect('(')
  const list = p.at(')') ? [] : p.list(() => p.string("a key such as 'connector'"))
  p.expect(')')
  return list
}

/** `(dt = '2020-01-01', hour = 3)`; where `open`, a column may stand without a value. */
export function partitionEntries(p: Cursor, open = false): PartitionEntry[] {
  return p.parenthesized(() => {
    const column = p.identifier('a column')
    const value = open && !p.at('=') ? undefined : (p.expect('='), p.expression())
    return { kind: 'partition-entry', column, value, span: p.spanFrom(column.span.start) }
  })
}

export function columnNames(p: Cursor): Identifier[] {
  return p.parenthesized(() => p.identifier('a column'))
}

/** `BY HASH (a) INTO 4 BUCKETS` or `INTO 4 BUCKETS`, behind DISTRIBUTED or DISTRIBUTION. */
export function distribution(p: Cursor): Distribution {
  const start = p.start
  let method: Distribution['method']
  let columns: Identifier[] = []
  if (p.take('BY')) {
    method = p.takeAny('HASH', 'RANGE')
    columns = columnNames(p)
  } else if (!p.at('INTO')) p.fail('BY or INTO')
  const buckets = p.take('INTO') ? p.integer() : undefined
  if (buckets !== undefined) p.expect('BUCKETS')
  return { kind: 'distribution', method, columns, buckets, span: p.spanFrom(start) }
}

/** `[TEMPORARY [SYSTEM]]`. */
export function scope(p: Cursor, temporary = p.take('TEMPORARY')): FunctionScope {
  if (!temporary) return 'catalog'
  return p.take('SYSTEM') ? 'temporary-system' : 'temporary'
}
