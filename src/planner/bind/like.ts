/**
 * What CREATE TABLE … LIKE takes over: physical columns always, anything else as its options say. Without options it is
 * INCLUDING ALL OVERWRITING OPTIONS, as in Flink. INCLUDING refuses what is there twice, OVERWRITING lets the new one win.
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import { type TableColumn, type TableEntry, printPath } from '../../catalog/table.ts'
import { type Expr, remapInputs } from '../../expr/expr.ts'
import type * as ast from '../../sql/ast.ts'
import type { Environment } from './environment.ts'

export interface LikeParts {
  readonly columns: readonly TableColumn[]
  readonly primaryKey: readonly string[]
  readonly watermark: TableEntry['watermark']
  readonly partitionedBy: readonly string[]
  readonly comment: string | undefined
  /** An expression over the columns of the table it was taken from, over these columns. */
  moved(expr: Expr, columns: readonly TableColumn[], what: string): Expr
  /** The options of both tables. */
  options(own: Readonly<Record<string, string>>, node: ast.CreateTable): Readonly<Record<string, string>>
  /** Fails where a column that is there already may not be written again. */
  checkOverwrite(there: TableColumn, element: ast.TableElement): void
}

type Strategy = ast.LikeOption['strategy']
type Feature = ast.LikeOption['feature']

export function likeParts(like: ast.TableLike, env: Environment): LikeParts {
  const source = env.catalogs.get(
    like.source.parts.map(p => p.name),
    like.source.span,
  )
  if (source.kind === 'view') throw new UnsupportedError(`LIKE of a view (${printPath(source.path)})`, like.source.span)
  const strategies = strategiesOf(like)
  const has = (feature: Feature): boolean => strategies[feature] !== 'EXCLUDING'
  return {
    columns: source.columns.filter(c => c.kind === 'physical' || (c.kind === 'computed' ? has('GENERATED') : has('METADATA'))),
    primaryKey: has('CONSTRAINTS') ? source.primaryKey : [],
    watermark: has('WATERMARKS') ? source.watermark : undefined,
    partitionedBy: has('PARTITIONS') ? source.partitionedBy : [],
    comment: undefined,
    moved(expr, columns, what) {
      return remapInputs(expr, index => {
        const { name } = source.columns[index]!
        const at = columns.findIndex(c => c.name === name)
        if (at >= 0) return at
        throw new SqlError('COLUMN_UNKNOWN', `${what} of the base table needs the column '${name}', which is left out`, like.span)
      })
    },
    options(own, node) {
      if (!has('OPTIONS')) return own
      const twice = Object.keys(own).find(key => source.options[key] !== undefined)
      if (strategies.OPTIONS === 'INCLUDING' && twice !== undefined) {
        const message = `There already exists an option ['${twice}' -> '${source.options[twice]}'] in the base table.`
        throw new SqlError('OPTION_TWICE', message, node.options.find(o => o.key.value === twice)!.span, {
          hint: 'write OVERWRITING OPTIONS',
        })
      }
      return { ...source.options, ...own }
    },
    checkOverwrite(there, element) {
      const feature: Feature = there.kind === 'computed' ? 'GENERATED' : 'METADATA'
      if (there.kind !== 'physical' && strategies[feature] === 'OVERWRITING') return
      throw new SqlError('COLUMN_TWICE', `A column named '${there.name}' already exists in the base table.`, element.span)
    },
  }
}

const features: readonly Feature[] = [
  'CONSTRAINTS',
  'DISTRIBUTION',
  'GENERATED',
  'METADATA',
  'OPTIONS',
  'PARTITIONS',
  'WATERMARKS',
]

/** A feature's own option before ALL before the default. */
function strategiesOf(like: ast.TableLike): Readonly<Record<Feature, Strategy>> {
  const own = new Map(like.options.map(o => [o.feature, o.strategy]))
  const all = own.get('ALL')
  const fallback = (feature: Feature): Strategy => all ?? (feature === 'OPTIONS' ? 'OVERWRITING' : 'INCLUDING')
  const entries = features.map(feature => [feature, own.get(feature) ?? fallback(feature)] as const)
  return { ALL: all ?? 'INCLUDING', ...Object.fromEntries(entries) } as Record<Feature, Strategy>
}
