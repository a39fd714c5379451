/** What binding a query needs from around it. */
import type { Span } from '../../base/span.ts'
import type { Catalogs } from '../../catalog/catalogs.ts'
import type { CatalogEntry } from '../../catalog/table.ts'
import type { SessionFacts } from '../../expr/function.ts'
import type * as ast from '../../sql/ast.ts'
import type { LogicalPlan } from '../logical/plan.ts'
import type { Parameters } from '../bound.ts'

export interface Environment {
  readonly catalogs: Catalogs
  readonly session: SessionFacts
  readonly parameters: Parameters
  /** The text that spans point into. */
  readonly text: string
  /** WITH queries in sight, by name. */
  readonly commonTables: ReadonlyMap<string, LogicalPlan>
  /** Views being expanded, outermost first: a view that comes up again contains itself. */
  readonly views: readonly string[]
  /** Told of every name that turned out to be a table or view of a catalog. */
  readonly onName?: ((span: Span, entry: CatalogEntry) => void) | undefined
  /** Binds a query inside this one. An ORDER BY of it without a LIMIT means nothing and is left out. */
  bindQuery(query: ast.Query, env: Environment): LogicalPlan
  /** Reads the query of a view. */
  parseQuery(sql: string): ast.Query
}
