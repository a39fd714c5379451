/** SHOW and DESCRIBE: what the catalogs hold, as small tables. */
import { SqlError, UnsupportedError } from '../base/errors.ts'
import type { Catalogs } from '../catalog/catalogs.ts'
import { type CatalogEntry, type TableEntry, type ViewEntry, printPath } from '../catalog/table.ts'
import { type DataType, type Schema, printType, types, withNullable } from '../data/type.ts'
import type { Value } from '../data/value.ts'
import { aggregateFunctions } from '../expr/aggregates.ts'
import { scalarFunctions } from '../expr/functions/index.ts'
import type * as ast from '../sql/ast.ts'
import type { TableOutcome } from './outcome.ts'

const text = types.string()

export function show(statement: ast.Show, catalogs: Catalogs): TableOutcome {
  const parts = statement.name?.parts.map(p => p.name) ?? []
  const span = statement.name?.span ?? statement.span
  const list = (column: string, values: readonly string[]): TableOutcome => ({
    kind: 'table',
    schema: [{ name: column, type: text }],
    rows: values.filter(value => matches(statement.pattern, value)).map(value => [value]),
  })
  const entries = (): readonly CatalogEntry[] => {
    const [catalog, database] = catalogs.databasePath(parts, span)
    catalogs.database(catalog, database, span)
    return catalogs.list(catalog, database)
  }
  switch (statement.target) {
    case 'CATALOGS':
      return list(
        'catalog name',
        catalogs.catalogs().map(c => c.name),
      )
    case 'DATABASES':
      return list(
        'database name',
        catalogs.databases(parts[0] ?? catalogs.currentCatalog, span).map(d => d.name),
      )
    case 'CURRENT CATALOG':
      return list('current catalog name', [catalogs.currentCatalog])
    case 'CURRENT DATABASE':
      return list('current database name', catalogs.currentDatabase === undefined ? [] : [catalogs.currentDatabase])
    case 'TABLES':
      return list(
        'table name',
        entries().map(e => e.path[2]),
      )
    case 'VIEWS':
      return list(
        'view name',
        entries()
          .filter(e => e.kind === 'view')
          .map(e => e.path[2]),
      )
    case 'FUNCTIONS':
      return list(
        'function name',
        [...scalarFunctions, ...aggregateFunctions]
          .map(f => f.name)
          .filter(n => /^[A-Z]/.test(n))
          .toSorted(),
      )
    case 'USER FUNCTIONS':
    case 'JARS':
    case 'MODELS':
    case 'PROCEDURES':
    case 'MATERIALIZED TABLES':
    case 'CONNECTIONS':
      return list(`${statement.target.toLowerCase().replace(/s$/, '')} name`, [])
    case 'MODULES':
    case 'FULL MODULES':
      return list('module name', ['core'])
    case 'COLUMNS': {
      const described = describeEntry(catalogs.get(parts, span))
      return { ...described, rows: described.rows.filter(row => matches(statement.pattern, row[0] as string)) }
    }
    case 'CREATE TABLE': {
      const entry = catalogs.get(parts, span)
      if (entry.kind === 'view')
        throw new SqlError('TABLE_IS_VIEW', `${printPath(entry.path)} is a view`, span, { hint: 'SHOW CREATE VIEW shows it' })
      return created(createTableText(entry))
    }
    case 'CREATE VIEW': {
      const entry = catalogs.get(parts, span)
      if (entry.kind === 'table')
        throw new SqlError('VIEW_IS_TABLE', `${printPath(entry.path)} is a table`, span, { hint: 'SHOW CREATE TABLE shows it' })
      return created(createViewText(entry))
    }
    default:
      throw new UnsupportedError(`SHOW ${statement.target}`, statement.span)
  }
}

export function describe(statement: ast.Describe, catalogs: Catalogs): TableOutcome {
  const parts = statement.name?.parts.map(p => p.name) ?? []
  const span = statement.name?.span ?? statement.span
  const infoSchema = [
    { name: 'info name', type: text },
    { name: 'info value', type: text },
  ]
  switch (statement.target) {
    case 'TABLE':
      return describeEntry(catalogs.get(parts, span))
    case 'CATALOG': {
      const info = catalogs.catalog(parts[0]!, span)
      return {
        kind: 'table',
        schema: infoSchema,
        rows: [
          ['name', info.name],
          ['type', info.options['type'] ?? null],
          ['comment', info.comment ?? null],
        ],
      }
    }
    case 'DATABASE': {
      const [catalog, name] = catalogs.databasePath(parts, span)
      const info = catalogs.database(catalog, name, span)
      return {
        kind: 'table',
        schema: infoSchema,
        rows: [
          ['name', info.name],
          ['comment', info.comment ?? null],
        ],
      }
    }
    case 'FUNCTION': {
      const name = parts.at(-1)!.toUpperCase()
      const known = [...scalarFunctions, ...aggregateFunctions].find(f => f.name === name)
      if (known === undefined) throw new SqlError('FUNCTION_UNKNOWN', `there is no function '${parts.join('.')}'`, span)
      return {
        kind: 'table',
        schema: infoSchema,
        rows: [
          ['name', known.name],
          ['signature', known.signatures.join(' | ')],
          ['description', known.doc],
        ],
      }
    }
    default:
      throw new UnsupportedError(`DESCRIBE ${statement.target}`, statement.span)
  }
}

const describeSchema: Schema = [
  { name: 'name', type: text },
  { name: 'type', type: text },
  { name: 'null', type: types.boolean() },
  { name: 'key', type: text },
  { name: 'extras', type: text },
  { name: 'watermark', type: text },
]

/** One row per column: name, type, null, key, extras, watermark, as Flink prints it. */
function describeEntry(entry: CatalogEntry): TableOutcome {
  if (entry.kind === 'view') {
    const rows = entry.schema.map(({ name, type }): Value[] => [name, bare(type), type.nullable, null, null, null])
    return { kind: 'table', schema: describeSchema, rows }
  }
  const key = entry.primaryKey.length === 0 ? null : `PRI(${entry.primaryKey.join(', ')})`
  const rows = entry.columns.map((column): Value[] => {
    const rowtime = entry.watermark?.column === column.name
    return [
      column.name,
      rowtime ? `${bare(column.type)} *ROWTIME*` : bare(column.type),
      column.type.nullable,
      entry.primaryKey.includes(column.name) ? key : null,
      extras(column),
      rowtime ? entry.watermark!.sql : null,
    ]
  })
  return { kind: 'table', schema: describeSchema, rows }
}

const bare = (type: DataType): string => printType(withNullable(type, true))

function extras(column: TableEntry['columns'][number]): string | null {
  if (column.kind === 'computed') return `AS ${column.sql}`
  if (column.kind === 'physical') return null
  return `METADATA${column.key === column.name ? '' : ` FROM '${column.key}'`}${column.virtual ? ' VIRTUAL' : ''}`
}

const created = (sql: string): TableOutcome => ({
  kind: 'table',
  schema: [{ name: 'result', type: text }],
  rows: [[sql]],
  text: sql,
})

const name = (word: string): string => `\`${word.replaceAll('`', '``')}\``
const literal = (words: string): string => `'${words.replaceAll("'", "''")}'`
const path = (entry: CatalogEntry): string => entry.path.map(name).join('.')

/** A CREATE TABLE that makes the same table again. */
export function createTableText(entry: TableEntry): string {
  const lines = entry.columns.map(column => {
    const comment = column.comment === undefined ? '' : ` COMMENT ${literal(column.comment)}`
    if (column.kind === 'computed') return `${name(column.name)} AS ${column.sql}${comment}`
    return [name(column.name), printType(column.type), extras(column)].filter(part => part !== null).join(' ') + comment
  })
  if (entry.watermark !== undefined) lines.push(`WATERMARK FOR ${name(entry.watermark.column)} AS ${entry.watermark.sql}`)
  if (entry.primaryKey.length > 0) lines.push(`PRIMARY KEY (${entry.primaryKey.map(name).join(', ')}) NOT ENFORCED`)
  const options = Object.entries(entry.options).map(([key, value]) => `  ${literal(key)} = ${literal(value)}`)
  return [
    `CREATE ${entry.temporary ? 'TEMPORARY ' : ''}TABLE ${path(entry)} (`,
    lines.map(line => `  ${line}`).join(',\n'),
    ')',
    ...(entry.comment === undefined ? [] : [`COMMENT ${literal(entry.comment)}`]),
    ...(entry.partitionedBy.length === 0 ? [] : [`PARTITIONED BY (${entry.partitionedBy.map(name).join(', ')})`]),
    ...(options.length === 0 ? [] : ['WITH (', options.join(',\n'), ')']),
  ].join('\n')
}

function createViewText(entry: ViewEntry): string {
  const columns = entry.columns === undefined ? '' : ` (\n${entry.columns.map(c => `  ${name(c)}`).join(',\n')}\n)`
  return `CREATE ${entry.temporary ? 'TEMPORARY ' : ''}VIEW ${path(entry)}${columns}\nAS ${entry.sql}`
}

/** LIKE 'a%' and ILIKE, with % and _. */
function matches(pattern: ast.ShowPattern | undefined, value: string): boolean {
  if (pattern === undefined) return true
  const source = pattern.pattern.value
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('%', '.*')
    .replaceAll('_', '.')
  return new RegExp(`^${source}$`, pattern.operator === 'ILIKE' ? 'is' : 's').test(value) !== pattern.negated
}
