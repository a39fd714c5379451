/**
 * A table or view by name, as a plan.
 *
 *     orders (id, price, total AS price * 2, ts, WATERMARK FOR ts AS ts)
 *
 *     Watermark(ts)
 *     +- Project(id, price, price * 2, ts)     computed columns in their place
 *        +- Scan(id, price, ts)                physical and metadata columns
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { type TableEntry, type ViewEntry, printPath } from '../../catalog/table.ts'
import { type Expr, input, remapInputs } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { project, rename } from '../logical/build.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import type { Environment } from './environment.ts'
import { mergeHints } from './hint.ts'
import { Scope } from './scope.ts'

/** The plan of a name in FROM and what it is called. */
export interface Relation {
  readonly plan: LogicalPlan
  readonly scope: Scope
}

export function bindTable(node: ast.Table | ast.ExplicitTable, env: Environment): Relation {
  const parts = node.name.parts.map(p => p.name)
  const alias = node.kind === 'table' ? node.alias : undefined
  const hints = node.kind === 'table' ? node.hints : []
  if (node.kind === 'table' && node.asOf !== undefined) throw new UnsupportedError('FOR SYSTEM_TIME AS OF', node.asOf.span)
  const common = parts.length === 1 ? env.commonTables.get(parts[0]!) : undefined
  if (common !== undefined) return aliased(common, alias, parts[0])
  const entry = env.catalogs.get(parts, node.name.span)
  env.onName?.(node.name.span, entry)
  const plan = entry.kind === 'view' ? expandView(entry, env, node) : scanTable(mergeHints(entry, hints))
  return aliased(plan, alias, undefined, entry)
}

/** Under an alias, with the column names it gives. */
export function aliased(
  plan: LogicalPlan,
  alias: ast.TableAlias | undefined,
  name?: string,
  entry?: TableEntry | ViewEntry,
): Relation {
  if (alias === undefined) return { plan, scope: Scope.of(plan.schema, name, entry?.path) }
  const { columns } = alias
  if (columns.length === 0) return { plan, scope: Scope.of(plan.schema, alias.name.name) }
  if (columns.length !== plan.schema.length) {
    const message = `the alias '${alias.name.name}' names ${columns.length} columns, but there are ${plan.schema.length}`
    throw new SqlError('COLUMN_COUNT', message, alias.span)
  }
  const renamed = rename(
    plan,
    columns.map(c => c.name),
  )
  return { plan: renamed, scope: Scope.of(renamed.schema, alias.name.name) }
}

export function scanTable(table: TableEntry): LogicalPlan {
  const stored = table.columns.filter(c => c.kind !== 'computed')
  const positions = new Map(stored.map((c, i) => [table.columns.indexOf(c), i]))
  let plan: LogicalPlan = {
    kind: 'Scan',
    table,
    limit: undefined,
    schema: stored.map(({ name, type }) => ({ name, type })),
  }
  if (stored.length < table.columns.length) {
    const exprs = table.columns.map((c, i): Expr =>
      c.kind === 'computed' ? remapInputs(c.expr, from => positions.get(from)!) : input(positions.get(i)!, c.type),
    )
    plan = project(
      plan,
      exprs,
      table.columns.map(c => c.name),
    )
  }
  return table.watermark === undefined ? plan : watermark(plan, table, table.watermark)
}

function watermark(plan: LogicalPlan, table: TableEntry, mark: NonNullable<TableEntry['watermark']>): LogicalPlan {
  const column = table.columns.findIndex(c => c.name === mark.column)
  const schema = plan.schema.map((c, i) => (i === column ? { ...c, time: 'rowtime' as const } : c))
  return { kind: 'Watermark', input: plan, column, expr: mark.expr, table, schema }
}

/** A view is its query, bound where it stands; the names in its text are full. */
function expandView(view: ViewEntry, env: Environment, node: ast.Table | ast.ExplicitTable): LogicalPlan {
  const path = printPath(view.path)
  if (env.views.includes(path)) throw new SqlError('VIEW_RECURSIVE', `the view ${path} contains itself`, node.span)
  const inside: Environment = {
    ...env,
    text: view.sql,
    commonTables: new Map(),
    views: [...env.views, path],
    onName: undefined,
    parameters: {},
  }
  try {
    const plan = env.bindQuery(env.parseQuery(view.sql), inside)
    return rename(plan, view.columns ?? view.schema.map(f => f.name))
  } catch (error) {
    if (!(error instanceof SqlError)) throw error
    // The place inside the view's text means nothing in the statement at hand: the view's name is the place.
    throw new SqlError(error.code, `in the view ${path}: ${error.message}`, node.name.span, { hint: error.hint, cause: error })
  }
}
