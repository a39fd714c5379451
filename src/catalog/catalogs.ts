/**
 * Catalogs, their databases, and the tables and views in them; all in memory, all names case-sensitive.
 *
 *     default_catalog ── default_database ── orders (table), big_orders (view)
 *
 * A path of one name is looked up in the current database, of two in the current catalog. Temporary objects lie over
 * permanent ones of the same path and hide them; they need no database to exist, as in Flink.
 */
import { SqlError } from '../base/errors.ts'
import type { Span } from '../base/span.ts'
import { didYouMean } from '../base/suggest.ts'
import { type CatalogEntry, type ObjectPath, printPath } from './table.ts'

export const DEFAULT_CATALOG = 'default_catalog'
export const DEFAULT_DATABASE = 'default_database'

export interface CatalogInfo {
  readonly name: string
  readonly options: Readonly<Record<string, string>>
  readonly comment: string | undefined
}

export interface DatabaseInfo {
  readonly name: string
  readonly options: Readonly<Record<string, string>>
  readonly comment: string | undefined
}

interface Database extends DatabaseInfo {
  readonly objects: Map<string, CatalogEntry>
}
interface Catalog extends CatalogInfo {
  readonly databases: Map<string, Database>
}

const keyOf = (path: ObjectPath): string => JSON.stringify(path)

export class Catalogs {
  readonly #catalogs = new Map<string, Catalog>()
  readonly #temporary = new Map<string, CatalogEntry>()
  #catalog = DEFAULT_CATALOG
  #database: string | undefined = DEFAULT_DATABASE

  constructor() {
    this.createCatalog({ name: DEFAULT_CATALOG, options: { type: 'generic_in_memory' }, comment: undefined })
    this.createDatabase(DEFAULT_CATALOG, { name: DEFAULT_DATABASE, options: {}, comment: undefined })
  }

  get currentCatalog(): string {
    return this.#catalog
  }

  /** Undefined right after USE CATALOG of one without a default database. */
  get currentDatabase(): string | undefined {
    return this.#database
  }

  useCatalog(name: string, span?: Span): void {
    const catalog = this.#catalogNamed(name, span)
    this.#catalog = name
    const fallback = name === DEFAULT_CATALOG ? DEFAULT_DATABASE : (catalog.options['default-database'] ?? 'default')
    this.#database = catalog.databases.has(fallback) ? fallback : undefined
  }

  /** `USE db`, `USE cat.db`. */
  useDatabase(parts: readonly string[], span?: Span): void {
    const [catalog, database] = this.databasePath(parts, span)
    this.#databaseNamed(catalog, database, span)
    this.#catalog = catalog
    this.#database = database
  }

  // ── paths ──────────────────────────────────────────────────────────────────────────────────────

  /** The full path of a table as written: one to three names. */
  resolve(parts: readonly string[], span?: Span): ObjectPath {
    const [first, second, third] = parts
    if (parts.length === 1) return [this.#catalog, this.#currentDatabase(span), first!]
    if (parts.length === 2) return [this.#catalog, first!, second!]
    if (parts.length === 3) return [first!, second!, third!]
    throw new SqlError('TABLE_UNKNOWN', `'${parts.join('.')}' is not a table: its name has more than three parts`, span)
  }

  /** `db` or `cat.db`; the current database without any. */
  databasePath(parts: readonly string[], span?: Span): readonly [catalog: string, database: string] {
    if (parts.length === 0) return [this.#catalog, this.#currentDatabase(span)]
    if (parts.length === 1) return [this.#catalog, parts[0]!]
    if (parts.length === 2) return [parts[0]!, parts[1]!]
    throw new SqlError('DATABASE_UNKNOWN', `'${parts.join('.')}' is not a database`, span)
  }

  #currentDatabase(span: Span | undefined): string {
    if (this.#database !== undefined) return this.#database
    throw new SqlError('DATABASE_UNKNOWN', `no database is in use in the catalog '${this.#catalog}'`, span, {
      hint: 'USE a database first',
    })
  }

  // ── tables and views ───────────────────────────────────────────────────────────────────────────

  /** The table or view at a path: a temporary one first. */
  find(path: ObjectPath): CatalogEntry | undefined {
    return this.#temporary.get(keyOf(path)) ?? this.#catalogs.get(path[0])?.databases.get(path[1])?.objects.get(path[2])
  }

  /** The table or view of this name, or an error that says which name was probably meant. */
  get(parts: readonly string[], span?: Span): CatalogEntry {
    const path = this.resolve(parts, span)
    const entry = this.find(path)
    if (entry !== undefined) return entry
    if (parts.length === 3) this.#catalogNamed(path[0], span)
    if (parts.length > 1) this.#databaseNamed(path[0], path[1], span)
    throw new SqlError('TABLE_UNKNOWN', `Object '${parts.join('.')}' not found`, span, {
      hint: didYouMean(
        path[2],
        this.list(path[0], path[1]).map(e => e.path[2]),
      ),
    })
  }

  /** Puts a new table or view at its path. `orReplace` replaces one of the same kind. */
  create(
    entry: CatalogEntry,
    options: { readonly ifNotExists?: boolean; readonly orReplace?: boolean; readonly span?: Span } = {},
  ): void {
    const key = keyOf(entry.path)
    const objects = entry.temporary ? this.#temporary : this.#databaseNamed(entry.path[0], entry.path[1], options.span).objects
    const name = entry.temporary ? key : entry.path[2]
    if (objects.has(name) && options.orReplace !== true) {
      if (options.ifNotExists === true) return
      const what = entry.temporary ? 'temporary table or view' : 'table or view'
      throw new SqlError('TABLE_EXISTS', `there is a ${what} ${printPath(entry.path)} already`, options.span)
    }
    objects.set(name, entry)
  }

  /** Puts an altered entry in place of the one at `path`; the entry's own path may differ (a rename). */
  replace(path: ObjectPath, entry: CatalogEntry, span?: Span): void {
    const before = this.find(path)
    if (before === undefined) throw new SqlError('TABLE_UNKNOWN', `there is no table ${printPath(path)}`, span)
    if (keyOf(path) !== keyOf(entry.path)) {
      this.create(entry, { ...(span && { span }) })
      this.#remove(before)
    } else {
      this.create(entry, { orReplace: true })
    }
  }

  /**
   * DROP [TEMPORARY] TABLE or VIEW. A temporary one that hides a permanent one must be dropped as what it is, as in
   * Flink. Answers what was dropped, undefined with IF EXISTS when there was nothing.
   */
  drop(
    kind: CatalogEntry['kind'],
    parts: readonly string[],
    options: { readonly ifExists?: boolean; readonly temporary?: boolean; readonly span?: Span } = {},
  ): CatalogEntry | undefined {
    const path = this.resolve(parts, options.span)
    const hiding = this.#temporary.get(keyOf(path))
    if (options.temporary !== true && hiding?.kind === kind) {
      const dropped = `DROP TEMPORARY ${kind.toUpperCase()}`
      throw new SqlError('TEMPORARY_EXISTS', `${printPath(path)} is a temporary ${kind}`, options.span, {
        hint: `drop it with ${dropped}`,
      })
    }
    const entry = options.temporary === true ? hiding : this.#permanent(path)
    if (entry?.kind === kind) {
      this.#remove(entry)
      return entry
    }
    if (options.ifExists === true) return undefined
    const all = this.list(path[0], path[1]).filter(e => e.kind === kind && (options.temporary !== true || e.temporary))
    throw new SqlError(
      `${kind.toUpperCase()}_UNKNOWN`,
      `there is no ${options.temporary === true ? 'temporary ' : ''}${kind} '${parts.join('.')}'`,
      options.span,
      {
        hint: didYouMean(
          path[2],
          all.map(e => e.path[2]),
        ),
      },
    )
  }

  #permanent(path: ObjectPath): CatalogEntry | undefined {
    return this.#catalogs.get(path[0])?.databases.get(path[1])?.objects.get(path[2])
  }

  #remove(entry: CatalogEntry): void {
    if (entry.temporary) this.#temporary.delete(keyOf(entry.path))
    else this.#databaseNamed(entry.path[0], entry.path[1]).objects.delete(entry.path[2])
  }

  /** Tables and views of a database, temporary ones over permanent ones, by name. */
  list(catalog: string, database: string): readonly CatalogEntry[] {
    const visible = new Map(this.#catalogs.get(catalog)?.databases.get(database)?.objects)
    for (const entry of this.#temporary.values()) {
      if (entry.path[0] === catalog && entry.path[1] === database) visible.set(entry.path[2], entry)
    }
    return [...visible.values()].toSorted((a, b) => (a.path[2] < b.path[2] ? -1 : 1))
  }

  // ── databases and catalogs ─────────────────────────────────────────────────────────────────────

  catalogs(): readonly CatalogInfo[] {
    return [...this.#catalogs.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  databases(catalog: string, span?: Span): readonly DatabaseInfo[] {
    return [...this.#catalogNamed(catalog, span).databases.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  database(catalog: string, database: string, span?: Span): DatabaseInfo {
    return this.#databaseNamed(catalog, database, span)
  }

  catalog(name: string, span?: Span): CatalogInfo {
    return this.#catalogNamed(name, span)
  }

  createCatalog(info: CatalogInfo, options: { readonly ifNotExists?: boolean; readonly span?: Span } = {}): void {
    if (this.#catalogs.has(info.name)) {
      if (options.ifNotExists === true) return
      throw new SqlError('CATALOG_EXISTS', `there is a catalog '${info.name}' already`, options.span)
    }
    const databases = new Map<string, Database>()
    const first = info.options['default-database'] ?? 'default'
    if (info.name !== DEFAULT_CATALOG) databases.set(first, { name: first, options: {}, comment: undefined, objects: new Map() })
    this.#catalogs.set(info.name, { ...info, databases })
  }

  dropCatalog(name: string, options: { readonly ifExists?: boolean; readonly span?: Span } = {}): void {
    if (options.ifExists === true && !this.#catalogs.has(name)) return
    this.#catalogNamed(name, options.span)
    if (name === this.#catalog) {
      throw new SqlError('CATALOG_IN_USE', `the catalog '${name}' is in use`, options.span, { hint: 'USE another catalog first' })
    }
    this.#catalogs.delete(name)
  }

  createDatabase(
    catalog: string,
    info: DatabaseInfo,
    options: { readonly ifNotExists?: boolean; readonly span?: Span } = {},
  ): void {
    const { databases } = this.#catalogNamed(catalog, options.span)
    if (databases.has(info.name)) {
      if (options.ifNotExists === true) return
      throw new SqlError(
        'DATABASE_EXISTS',
        `there is a database '${info.name}' in the catalog '${catalog}' already`,
        options.span,
      )
    }
    databases.set(info.name, { ...info, objects: new Map() })
  }

  /** Changes what is said of a catalog or database; its objects stay. */
  alterDatabase(catalog: string, name: string, options: Readonly<Record<string, string>>, span?: Span): void {
    const database = this.#databaseNamed(catalog, name, span)
    this.#catalogs.get(catalog)!.databases.set(name, { ...database, options })
  }

  alterCatalog(name: string, change: Partial<Pick<CatalogInfo, 'options' | 'comment'>>, span?: Span): void {
    this.#catalogs.set(name, { ...this.#catalogNamed(name, span), ...change })
  }

  /** RESTRICT unless `cascade`: a database with tables in it stays. */
  dropDatabase(
    catalog: string,
    name: string,
    options: { readonly ifExists?: boolean; readonly cascade?: boolean; readonly span?: Span } = {},
  ): void {
    if (options.ifExists === true && this.#catalogs.get(catalog)?.databases.has(name) !== true) return
    const { objects } = this.#databaseNamed(catalog, name, options.span)
    if (catalog === this.#catalog && name === this.#database) {
      throw new SqlError('DATABASE_IN_USE', `the database '${name}' is in use`, options.span, {
        hint: 'USE another database first',
      })
    }
    if (objects.size > 0 && options.cascade !== true) {
      const hint = 'DROP DATABASE … CASCADE drops its tables, too'
      throw new SqlError('DATABASE_NOT_EMPTY', `the database '${name}' is not empty`, options.span, { hint })
    }
    this.#catalogs.get(catalog)!.databases.delete(name)
  }

  #catalogNamed(name: string, span?: Span): Catalog {
    const catalog = this.#catalogs.get(name)
    if (catalog !== undefined) return catalog
    throw new SqlError('CATALOG_UNKNOWN', `there is no catalog '${name}'`, span, {
      hint: didYouMean(name, this.#catalogs.keys()),
    })
  }

  #databaseNamed(catalog: string, name: string, span?: Span): Database {
    const { databases } = this.#catalogNamed(catalog, span)
    const database = databases.get(name)
    if (database !== undefined) return database
    throw new SqlError('DATABASE_UNKNOWN', `there is no database '${name}' in the catalog '${catalog}'`, span, {
      hint: didYouMean(name, databases.keys()),
    })
  }
}
