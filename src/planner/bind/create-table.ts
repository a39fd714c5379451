/**
 * CREATE TABLE: columns with their types, computed columns and the watermark bound over them, the primary key, and what
 * LIKE takes over from another table.
 *
 *     CREATE TABLE t (id INT, price DECIMAL(10, 2), total AS price * 2, ts TIMESTAMP(3),
 *                     WATERMARK FOR ts AS ts - INTERVAL '5' SECOND, PRIMARY KEY (id) NOT ENFORCED) WITH (…)
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { didYouMean } from '../../base/suggest.ts'
import type { TableColumn, TableEntry } from '../../catalog/table.ts'
import { isTimestamp, printType, withNullable } from '../../data/type.ts'
import type * as ast from '../../sql/ast.ts'
import { castability } from '../../expr/cast.ts'
import { castTo } from './call.ts'
import type { Environment } from './environment.ts'
import { bindExpression } from './expression.ts'
import { likeParts, type LikeParts } from './like.ts'
import { Scope } from './scope.ts'
import { bindType } from './type.ts'

export interface TableBody {
  readonly columns: readonly TableColumn[]
  readonly primaryKey: readonly string[]
  readonly watermark: TableEntry['watermark']
}

export function bindCreateTable(node: ast.CreateTable, env: Environment): TableEntry {
  if (node.mode !== 'create') throw new UnsupportedError('REPLACE TABLE', node.span)
  if (node.distribution !== undefined) throw new UnsupportedError('DISTRIBUTED', node.distribution.span)
  const parts = node.name.parts.map(p => p.name)
  const from = node.like === undefined ? undefined : likeParts(node.like, env)
  const body = bindElements(node.elements, from, env)
  const own = optionsOf(node.options)
  const partitionedBy = node.partitionedBy.length > 0 ? node.partitionedBy.map(p => p.name) : (from?.partitionedBy ?? [])
  for (const column of node.partitionedBy) {
    if (body.columns.some(c => c.name === column.name)) continue
    throw new SqlError('COLUMN_UNKNOWN', `there is no column '${column.name}' to partition by`, column.span, {
      hint: didYouMean(
        column.name,
        body.columns.map(c => c.name),
      ),
    })
  }
  return {
    kind: 'table',
    path: env.catalogs.resolve(parts, node.name.span),
    ...body,
    partitionedBy,
    options: from === undefined ? own : from.options(own, node),
    comment: node.comment?.value ?? from?.comment,
    temporary: node.temporary,
  }
}

export const optionsOf = (options: readonly ast.Option[]): Readonly<Record<string, string>> =>
  Object.fromEntries(options.map(o => [o.key.value, o.value.value]))

// ── columns ──────────────────────────────────────────────────────────────────────────────────────

/** Columns of LIKE first, then the written ones; a computed or metadata column may take the place of one taken over. */
export function bindElements(elements: readonly ast.TableElement[], from: LikeParts | undefined, env: Environment): TableBody {
  const columns: TableColumn[] = [...(from?.columns ?? [])]
  const computed: { readonly node: ast.ComputedColumn; readonly at: number }[] = []
  for (const element of elements) {
    if (element.kind === 'constraint' || element.kind === 'watermark') continue
    const name = element.name.name
    const at = columns.findIndex(c => c.name === name)
    if (at >= 0) from?.checkOverwrite(columns[at]!, element)
    if (at >= 0 && from?.columns.some(c => c.name === name) !== true) {
      throw new SqlError('COLUMN_TWICE', `A column named '${name}' already exists in the table`, element.span)
    }
    const place = at >= 0 ? at : columns.length
    if (element.kind === 'computed-column') computed.push({ node: element, at: place })
    columns[place] = storedColumn(element)
  }
  const key = primaryKey(elements, columns, from)
  const withKey = columns.map(c => (key.includes(c.name) ? { ...c, type: withNullable(c.type, false) } : c))
  for (const [at, column] of withKey.entries()) {
    if (column.kind !== 'computed' || from === undefined || column.expr === PENDING) continue
    withKey[at] = { ...column, expr: from.moved(column.expr, withKey, `the column '${column.name}'`) }
  }
  for (const { node, at } of computed) withKey[at] = computedColumn(node, withKey, env)
  return { columns: withKey, primaryKey: key, watermark: watermark(elements, withKey, env) ?? takenWatermark(from, withKey) }
}

function takenWatermark(from: LikeParts | undefined, columns: readonly TableColumn[]): TableEntry['watermark'] {
  if (from?.watermark === undefined) return undefined
  return { ...from.watermark, expr: from.moved(from.watermark.expr, columns, 'the watermark') }
}

function storedColumn(element: Exclude<ast.TableElement, ast.Constraint | ast.Watermark>): TableColumn {
  const comment = element.kind === 'column-name' ? undefined : element.comment?.value
  const name = element.name.name
  switch (element.kind) {
    case 'physical-column':
      return { kind: 'physical', name, type: bindType(element.type), comment }
    case 'metadata-column':
      return {
        kind: 'metadata',
        name,
        type: bindType(element.type),
        key: element.from?.value ?? name,
        virtual: element.virtual,
        comment,
      }
    case 'computed-column':
      // Its place is held until all stored columns are known.
      return { kind: 'computed', name, type: { kind: 'NULL', nullable: true }, expr: PENDING, sql: '', comment }
    case 'column-name':
      throw new SqlError('COLUMN_TYPE', `the column '${name}' needs a type`, element.span)
  }
}

const PENDING = { kind: 'literal', value: null, type: { kind: 'NULL', nullable: true }, span: { start: 0, end: 0 } } as const

/** Over all columns that are not computed themselves. */
function computedColumn(node: ast.ComputedColumn, columns: readonly TableColumn[], env: Environment): TableColumn {
  const { session } = env
  const stored = columns.filter(c => c.kind !== 'computed')
  const positions = stored.map(c => columns.indexOf(c))
  const scope = Scope.at(stored, positions)
  const expr = bindExpression(node.expression, { scope, session, parameters: {}, place: 'a computed column' })
  const sql = env.text.slice(node.expression.span.start, node.expression.span.end)
  return { kind: 'computed', name: node.name.name, type: expr.type, expr, sql, comment: node.comment?.value }
}

// ── key and watermark ────────────────────────────────────────────────────────────────────────────

function primaryKey(
  elements: readonly ast.TableElement[],
  columns: readonly TableColumn[],
  from: LikeParts | undefined,
): readonly string[] {
  const constraints = elements.flatMap(e =>
    e.kind === 'constraint' ? [e] : e.kind === 'physical-column' && e.constraint !== undefined ? [e.constraint] : [],
  )
  for (const c of constraints) checkConstraint(c)
  const [key, second] = constraints
  if (second !== undefined) throw new SqlError('KEY_TWICE', 'a table has one primary key', second.span)
  if (key === undefined) return from?.primaryKey ?? []
  if (from !== undefined && from.primaryKey.length > 0) {
    const hint = 'leave it out with LIKE … (EXCLUDING CONSTRAINTS)'
    throw new SqlError('KEY_TWICE', 'The base table already has a primary key', key.span, { hint })
  }
  return key.columns.map(({ name, span }) => {
    const column = columns.find(c => c.name === name)
    if (column?.kind === 'physical') return name
    if (column !== undefined) {
      throw new SqlError('KEY_COLUMN', `Could not create a PRIMARY KEY with column '${name}': it is not a physical column`, span)
    }
    const hint = didYouMean(
      name,
      columns.map(c => c.name),
    )
    throw new SqlError('COLUMN_UNKNOWN', `Primary key column '${name}' is not defined in the schema`, span, { hint })
  })
}

function checkConstraint(constraint: ast.Constraint): void {
  if (constraint.type === 'UNIQUE') throw new UnsupportedError('a UNIQUE constraint', constraint.span)
  if (constraint.enforced !== false) {
    const message = 'a PRIMARY KEY is not enforced: nobody checks it'
    throw new SqlError('KEY_ENFORCED', message, constraint.span, { hint: 'write PRIMARY KEY (…) NOT ENFORCED' })
  }
}

function watermark(
  elements: readonly ast.TableElement[],
  columns: readonly TableColumn[],
  env: Environment,
): TableEntry['watermark'] {
  const [mark, second] = elements.filter(e => e.kind === 'watermark')
  if (second !== undefined)
    throw new SqlError('WATERMARK_TWICE', 'Multiple WATERMARK definitions are not supported yet.', second.span)
  if (mark === undefined) return undefined
  const name = mark.column.parts.map(p => p.name).join('.')
  const column = columns.find(c => c.name === name)
  if (column === undefined) {
    const hint = didYouMean(
      name,
      columns.map(c => c.name),
    )
    throw new SqlError(
      'COLUMN_UNKNOWN',
      `The rowtime attribute field '${name}' is not defined in the table schema`,
      mark.column.span,
      { hint },
    )
  }
  if (!isTimestamp(column.type) || column.type.precision > 3) {
    const message =
      `Invalid data type of time field for watermark definition. The field must be of type TIMESTAMP(p) or TIMESTAMP_LTZ(p), ` +
      `the supported precision 'p' is from 0 to 3, but the time field type is ${printType(column.type)}`
    throw new SqlError('WATERMARK_TYPE', message, mark.column.span)
  }
  const { session } = env
  const expr = bindExpression(mark.expression, { scope: Scope.of(columns), session, parameters: {}, place: 'WATERMARK' })
  if (!isTimestamp(expr.type) || castability(expr.type, column.type) !== 'implicit') {
    const message =
      `Invalid data type of expression for watermark definition. The field must be of type TIMESTAMP(p) or TIMESTAMP_LTZ(p), ` +
      `the supported precision 'p' is from 0 to 3, but the watermark expression type is ${printType(expr.type)}`
    throw new SqlError('WATERMARK_TYPE', message, mark.expression.span)
  }
  return {
    column: name,
    expr: castTo(expr, column.type),
    sql: env.text.slice(mark.expression.span.start, mark.expression.span.end),
  }
}
