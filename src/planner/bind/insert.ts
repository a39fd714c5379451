/**
 * INSERT INTO: the query's columns brought into the order and types of the sink.
 *
 *     INSERT INTO t (b, a) SELECT x, y FROM s      Project(y AS a, x AS b, NULL AS c)
 *
 * By position unless columns are listed; what is not listed is NULL. Only safe casts are put in by themselves; anything
 * else is an error, as in Flink. Computed columns and virtual metadata columns are not written.
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { didYouMean } from '../../base/suggest.ts'
import { type TableColumn, type TableEntry, printPath } from '../../catalog/table.ts'
import { type DataType, printType, quoteName, withNullable } from '../../data/type.ts'
import { implicitlyCasts } from '../../expr/coercion.ts'
import { type Expr, input, literal } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import { project } from '../logical/build.ts'
import type { Column, LogicalPlan } from '../logical/plan.ts'
import type { BoundOutput } from '../bound.ts'
import { castTo } from './call.ts'
import type { Environment } from './environment.ts'
import { bindExpression } from './expression.ts'
import { mergeHints } from './hint.ts'
import { bindTopQuery } from './query.ts'
import { Scope } from './scope.ts'

/** The columns of a table that an INSERT writes, in order. */
export const writtenColumns = (table: TableEntry): readonly TableColumn[] =>
  table.columns.filter(c => c.kind === 'physical' || (c.kind === 'metadata' && !c.virtual))

export function bindInsert(node: ast.Insert, env: Environment): BoundOutput {
  if (node.overwrite) throw new UnsupportedError('INSERT OVERWRITE', node.span)
  if (node.onConflict !== undefined) throw new UnsupportedError('ON CONFLICT', node.span)
  const entry = env.catalogs.get(
    node.table.parts.map(p => p.name),
    node.table.span,
  )
  if (entry.kind === 'view')
    throw new SqlError('NOT_A_TABLE', `${printPath(entry.path)} is a view: nothing can be inserted`, node.table.span)
  const table = mergeHints(entry, node.hints)
  return bindInto(table, bindTopQuery(node.source, env), node, env)
}

/** Where a query goes into a table: of an INSERT, or of a CREATE TABLE AS. */
export function bindInto(
  table: TableEntry,
  query: LogicalPlan,
  node: Pick<ast.Insert, 'columns' | 'partition' | 'span'>,
  env: Environment,
): BoundOutput {
  const written = writtenColumns(table)
  const fixed = partitionValues(node.partition, table, env)
  const targets = node.columns === undefined ? unnamed(written, fixed, query) : listed(node.columns, written, table)
  if (targets.length !== query.schema.length) throw countMismatch(table, query.schema, written, node.span)
  const exprs = written.map((column): Expr => {
    const value = fixed.get(column.name)
    if (value !== undefined) return fit(value, column, table, query.schema, written, node.span)
    const at = targets.indexOf(column.name)
    if (at >= 0) return fit(input(at, query.schema[at]!.type), column, table, query.schema, written, node.span)
    if (!column.type.nullable) {
      throw new SqlError('COLUMN_NEEDED', `Column '${column.name}' has no default value and does not allow NULLs`, node.span)
    }
    return literal(null, column.type)
  })
  const names = written.map(c => c.name)
  const plain = exprs.every((e, i) => e.kind === 'input' && e.index === i) && exprs.length === query.schema.length
  const plan = plain && query.schema.every((c, i) => c.name === names[i]) ? query : project(query, exprs, names)
  return { target: { kind: 'table', table }, plan, text: env.text.slice(node.span.start, node.span.end) }
}

/** Without a list the query's columns go to the table's, those of PARTITION aside. */
function unnamed(written: readonly TableColumn[], fixed: ReadonlyMap<string, Expr>, query: LogicalPlan): readonly string[] {
  const open = written.filter(c => !fixed.has(c.name)).map(c => c.name)
  return open.length === query.schema.length ? open : []
}

function listed(columns: readonly ast.Identifier[], written: readonly TableColumn[], table: TableEntry): readonly string[] {
  const names = written.map(c => c.name)
  for (const [i, { name, span }] of columns.entries()) {
    if (columns.findIndex(c => c.name === name) < i) {
      throw new SqlError('COLUMN_TWICE', `Target column '${name}' is assigned more than once`, span)
    }
    if (names.includes(name)) continue
    const computed = table.columns.some(c => c.name === name)
    const hint = computed ? 'it is computed or read-only' : didYouMean(name, names)
    throw new SqlError('COLUMN_UNKNOWN', `Unknown target column '${name}'`, span, { hint })
  }
  return columns.map(c => c.name)
}

function partitionValues(entries: readonly ast.PartitionEntry[], table: TableEntry, env: Environment): Map<string, Expr> {
  const values = new Map<string, Expr>()
  const { session, parameters } = env
  for (const { column, value, span } of entries) {
    if (!table.partitionedBy.includes(column.name)) {
      const hint = didYouMean(column.name, table.partitionedBy)
      throw new SqlError(
        'COLUMN_UNKNOWN',
        `'${column.name}' is not a partition column of ${printPath(table.path)}`,
        column.span,
        { hint },
      )
    }
    if (value === undefined) throw new SqlError('PARTITION_INVALID', 'a partition column needs a value here', span)
    values.set(column.name, bindExpression(value, { scope: new Scope([]), session, parameters, place: 'PARTITION' }))
  }
  return values
}

function fit(
  expr: Expr,
  column: TableColumn,
  table: TableEntry,
  query: readonly Column[],
  sink: readonly TableColumn[],
  span: Span,
): Expr {
  if (implicitlyCasts(withNullable(expr.type, false), column.type)) return castTo(expr, column.type)
  const position = sink.indexOf(column) + 1
  const message = `Column types of query result and sink for '${printPath(table.path)}' do not match. Incompatible types for sink column '${column.name}' at position ${position}`
  const hint = `the query has ${printType(expr.type)}, the sink ${printType(column.type)}: ${printSide('query', query)} · ${printSide('sink', sink)}`
  throw new SqlError('SINK_MISMATCH', message, span, { hint })
}

function countMismatch(table: TableEntry, query: readonly Column[], sink: readonly TableColumn[], span: Span): SqlError {
  const message = `Column types of query result and sink for '${printPath(table.path)}' do not match. Different number of columns`
  return new SqlError('SINK_MISMATCH', message, span, { hint: `${printSide('query', query)} · ${printSide('sink', sink)}` })
}

const printSide = (side: string, columns: readonly { readonly name: string; readonly type: DataType }[]): string =>
  `${side}: [${columns.map(c => `${/^\w+$/.test(c.name) ? c.name : quoteName(c.name)}: ${printType(c.type)}`).join(', ')}]`
