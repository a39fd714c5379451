/** ALTER TABLE and ALTER VIEW: the entry as it will be. Columns are changed by writing the table's definition anew. */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { didYouMean } from '../../base/suggest.ts'
import {
  type CatalogEntry,
  type ObjectPath,
  type TableColumn,
  type TableEntry,
  type ViewEntry,
  printPath,
} from '../../catalog/table.ts'
import { inputsOf, remapInputs } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import type { BoundAlter } from '../bound.ts'
import { bindElements, optionsOf } from './create-table.ts'
import { viewQuery } from './create-view.ts'
import type { Environment } from './environment.ts'
import type { LikeParts } from './like.ts'

export function bindAlter(node: ast.AlterTable | ast.AlterView, env: Environment): BoundAlter {
  const parts = node.name.parts.map(p => p.name)
  const path = env.catalogs.resolve(parts, node.name.span)
  if (node.ifExists && env.catalogs.find(path) === undefined) return { path, entry: undefined }
  const entry = env.catalogs.get(parts, node.name.span)
  const wanted = node.kind === 'alter-table' ? 'table' : 'view'
  if (entry.kind !== wanted)
    throw new SqlError('WRONG_KIND', `${printPath(path)} is a ${entry.kind}, not a ${wanted}`, node.name.span)
  const altered =
    entry.kind === 'view' ? alterView(node as ast.AlterView, entry, env) : alterTable(node as ast.AlterTable, entry, env)
  return { path, entry: altered }
}

function renamed<E extends CatalogEntry>(entry: E, to: ast.Name, env: Environment): E {
  const names = to.parts.map(p => p.name)
  const path: ObjectPath = names.length === 1 ? [entry.path[0], entry.path[1], names[0]!] : env.catalogs.resolve(names, to.span)
  return { ...entry, path }
}

function alterView(node: ast.AlterView, view: ViewEntry, env: Environment): ViewEntry {
  switch (node.action.kind) {
    case 'rename':
      return renamed(view, node.action.to, env)
    case 'as-query':
      return { ...view, ...viewQuery(node.action.query, env), columns: undefined }
    default:
      throw new UnsupportedError('options of a view', node.action.span)
  }
}

function alterTable(node: ast.AlterTable, table: TableEntry, env: Environment): TableEntry {
  const { action } = node
  switch (action.kind) {
    case 'rename':
      return renamed(table, action.to, env)
    case 'set':
      return { ...table, options: { ...table.options, ...optionsOf(action.options) } }
    case 'reset': {
      const keys = action.keys.map(k => k.value)
      return { ...table, options: Object.fromEntries(Object.entries(table.options).filter(([key]) => !keys.includes(key))) }
    }
    case 'rename-column':
      return renameColumn(table, action)
    case 'add':
      return addElements(table, action, env)
    case 'drop-columns':
      return dropColumns(table, action)
    case 'drop-watermark':
      if (table.watermark === undefined) throw new SqlError('WATERMARK_UNKNOWN', 'the table has no watermark', action.span)
      return { ...table, watermark: undefined }
    case 'drop-primary-key':
      if (table.primaryKey.length === 0) throw new SqlError('KEY_UNKNOWN', 'the table has no primary key', action.span)
      return { ...table, primaryKey: [] }
    default:
      throw new UnsupportedError(`ALTER TABLE … ${action.kind.replaceAll('-', ' ').toUpperCase()}`, action.span)
  }
}

function columnNamed(table: TableEntry, name: string, span: ast.Name['span']): TableColumn {
  const column = table.columns.find(c => c.name === name)
  if (column !== undefined) return column
  const hint = didYouMean(
    name,
    table.columns.map(c => c.name),
  )
  throw new SqlError('COLUMN_UNKNOWN', `there is no column '${name}' in ${printPath(table.path)}`, span, { hint })
}

/** Computed columns and the watermark know columns by position; only what was written of them names the old one. */
function renameColumn(table: TableEntry, action: ast.RenameColumnAction): TableEntry {
  const from = action.from.parts.map(p => p.name).join('.')
  const column = columnNamed(table, from, action.from.span)
  const to = action.to.name
  if (table.columns.some(c => c.name === to))
    throw new SqlError('COLUMN_TWICE', `there is a column '${to}' already`, action.to.span)
  const at = table.columns.indexOf(column)
  const reader = table.columns.find(c => c.kind === 'computed' && inputsOf(c.expr).has(at))
  if (reader !== undefined) {
    throw new SqlError('COLUMN_USED', `the column '${from}' is referenced by computed column '${reader.name}'`, action.from.span)
  }
  if (table.watermark !== undefined && inputsOf(table.watermark.expr).has(at)) {
    throw new SqlError('COLUMN_USED', `the column '${from}' is referenced by watermark expression`, action.from.span)
  }
  const rename = (name: string): string => (name === from ? to : name)
  return {
    ...table,
    columns: table.columns.map(c => (c === column ? { ...c, name: to } : c)),
    primaryKey: table.primaryKey.map(rename),
    partitionedBy: table.partitionedBy.map(rename),
  }
}

function addElements(table: TableEntry, action: ast.AddAction, env: Environment): TableEntry {
  const placed = action.elements.find(e => e.position !== undefined)
  if (placed !== undefined) throw new UnsupportedError('ADD … FIRST or AFTER', placed.span)
  if (table.watermark !== undefined && action.elements.some(e => e.element.kind === 'watermark')) {
    throw new SqlError('WATERMARK_TWICE', 'The base table has already defined the watermark strategy', action.span)
  }
  const body = bindElements(
    action.elements.map(e => e.element),
    asLike(table, action),
    env,
  )
  return { ...table, ...body }
}

/** The table itself, taken over whole. */
const asLike = (table: TableEntry, action: ast.AddAction): LikeParts => ({
  columns: table.columns,
  primaryKey: table.primaryKey,
  watermark: table.watermark,
  partitionedBy: table.partitionedBy,
  comment: table.comment,
  moved: expr => expr,
  options: own => own,
  checkOverwrite(there) {
    throw new SqlError('COLUMN_TWICE', `Column '${there.name}' already exists in the table.`, action.span)
  },
})

function dropColumns(table: TableEntry, action: ast.DropColumnsAction): TableEntry {
  const names = action.columns.map(c => c.parts.map(p => p.name).join('.'))
  const dropped = action.columns.map((c, i) => table.columns.indexOf(columnNamed(table, names[i]!, c.span)))
  const kept = table.columns.filter((_, i) => !dropped.includes(i))
  for (const column of kept) {
    if (column.kind === 'computed' && [...inputsOf(column.expr)].some(i => dropped.includes(i))) {
      throw new SqlError('COLUMN_USED', `a column that is dropped is referenced by computed column '${column.name}'`, action.span)
    }
  }
  const used = new Set([...table.primaryKey, ...table.partitionedBy, ...(table.watermark ? [table.watermark.column] : [])])
  const needed = names.find(n => used.has(n))
  if (needed !== undefined) {
    throw new SqlError('COLUMN_USED', `the column '${needed}' is used by the key, the partitions or the watermark`, action.span)
  }
  const at = (index: number): number => kept.indexOf(table.columns[index]!)
  const columns = kept.map(c => (c.kind === 'computed' ? { ...c, expr: remapInputs(c.expr, at) } : c))
  const { watermark } = table
  return { ...table, columns, watermark: watermark && { ...watermark, expr: remapInputs(watermark.expr, at) } }
}
