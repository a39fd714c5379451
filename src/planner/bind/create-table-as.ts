/**
 * CREATE TABLE … AS SELECT: the query's columns become the table's.
 *
 *     CREATE TABLE t (total BIGINT, ts AS PROCTIME()) WITH (…) AS SELECT id, total FROM s
 *     t (ts AS PROCTIME(), id …, total BIGINT)
 *
 * Written columns come first unless the query has one of the name: then its type is the written one.
 */
import { SqlError } from '../../base/errors.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { TableEntry } from '../../catalog/table.ts'
import type * as ast from '../../sql/ast.ts'
import { type LogicalPlan } from '../logical/plan.ts'
import type { BoundCreateTable } from '../bound.ts'
import { bindCreateTable } from './create-table.ts'
import type { Environment } from './environment.ts'
import { bindInto } from './insert.ts'
import { jobOf } from './job.ts'
import { bindTopQuery } from './query.ts'
import { typeName } from './type-name.ts'

export function bindCreateTableAs(node: ast.CreateTable, query: ast.Query, env: Environment): BoundCreateTable {
  const plan = bindTopQuery(query, env)
  const names = node.elements.filter(e => e.kind === 'column-name')
  const elements = names.length > 0 ? reordered(names, node, plan) : merged(node, plan)
  const entry: TableEntry = bindCreateTable({ ...node, elements, query: undefined }, env)
  const columns = plan.schema.map(({ name }): ast.Identifier => ({ kind: 'identifier', name, quoted: true, span: query.span }))
  const output = bindInto(entry, plan, { columns, partition: [], span: query.span }, env)
  return { entry, insert: jobOf([output]) }
}

const physical = (plan: LogicalPlan, name: string, span: ast.Query['span']): ast.PhysicalColumn => ({
  kind: 'physical-column',
  name: { kind: 'identifier', name, quoted: true, span },
  type: typeName(plan.schema.find(c => c.name === name)!.type, span),
  constraint: undefined,
  comment: undefined,
  span,
})

/** Only names are written: they give the order. */
function reordered(names: readonly ast.ColumnName[], node: ast.CreateTable, plan: LogicalPlan): readonly ast.TableElement[] {
  const queried = plan.schema.map(c => c.name)
  for (const { name, span } of names) {
    if (queried.includes(name.name)) continue
    throw new SqlError('COLUMN_UNKNOWN', `Column '${name.name}' not found in the source schema.`, span, {
      hint: didYouMean(name.name, queried),
    })
  }
  if (names.length !== queried.length) {
    const message = 'The number of columns in the column list must match the number of columns in the source schema.'
    throw new SqlError('COLUMN_COUNT', message, node.name.span)
  }
  return [...names.map(n => physical(plan, n.name.name, n.span)), ...node.elements.filter(e => e.kind !== 'column-name')]
}

function merged(node: ast.CreateTable, plan: LogicalPlan): readonly ast.TableElement[] {
  const written = new Map(node.elements.flatMap(e => (e.kind === 'physical-column' ? [[e.name.name, e] as const] : [])))
  const own = node.elements.filter(e => e.kind !== 'physical-column' || !plan.schema.some(c => c.name === e.name.name))
  const queried = plan.schema.map(c => written.get(c.name) ?? physical(plan, c.name, node.name.span))
  return [...own, ...queried]
}
