/** CREATE VIEW: the query checked, and its text with every table's name in full, so that it means the same anywhere. */
import { SqlError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { type ObjectPath, type ViewEntry, printPath } from '../../catalog/table.ts'
import type * as ast from '../../sql/ast.ts'
import type { Environment } from './environment.ts'
import { bindTopQuery } from './query.ts'

export function bindCreateView(node: ast.CreateView, env: Environment): ViewEntry {
  const path = env.catalogs.resolve(
    node.name.parts.map(p => p.name),
    node.name.span,
  )
  const columns = node.columns.length === 0 ? undefined : node.columns.map(c => c.name)
  const { sql, schema } = viewQuery(node.query, env)
  if (columns !== undefined && columns.length !== schema.length) {
    const message = `VIEW definition and input fields not match: the view names ${columns.length} columns, its query has ${schema.length}`
    throw new SqlError('COLUMN_COUNT', message, node.name.span)
  }
  const named = schema.map((field, i) => ({ ...field, name: columns?.[i] ?? field.name }))
  return { kind: 'view', path, sql, columns, schema: named, comment: node.comment?.value, temporary: node.temporary }
}

/** The text and the columns of a view's query. */
export function viewQuery(query: ast.Query, env: Environment): Pick<ViewEntry, 'sql' | 'schema'> {
  const names: { readonly span: Span; readonly path: ObjectPath }[] = []
  const plan = bindTopQuery(query, { ...env, onName: (span, entry) => names.push({ span, path: entry.path }) })
  const schema = plan.schema.map(({ name, type }) => ({ name, type }))
  return { sql: withFullNames(env.text, query.span, names), schema }
}

/** Names replaced from the last to the first, so that the places of the others stay. A table named twice is replaced twice. */
function withFullNames(text: string, whole: Span, names: readonly { readonly span: Span; readonly path: ObjectPath }[]): string {
  const places = new Map(names.map(n => [n.span.start, n]))
  let sql = text.slice(whole.start, whole.end)
  for (const { span, path } of [...places.values()].toSorted((a, b) => b.span.start - a.span.start)) {
    const [from, to] = [span.start - whole.start, span.end - whole.start]
    sql = `${sql.slice(0, from)}${printPath(path)}${sql.slice(to)}`
  }
  return sql
}
