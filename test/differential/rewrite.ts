/**
 * Queries said another way: how a difference is shown to be what its reason claims. Where Flink computes every operand
 * of COALESCE, the query that does so explicitly must fail here, too.
 *
 *     rewritten('SELECT a / b FROM t', node => node.kind === 'binary' ? parseExpression('0') : undefined)
 *     SELECT 0 FROM t
 */
import { parseExpression, parseStatement } from '#src/sql/parser.ts'
import { sameSyntax } from '#src/sql/same.ts'
import { unparse, unparseExpression, unparseType } from '#src/sql/unparse.ts'
import type * as ast from '#src/sql/ast.ts'

export interface Node {
  readonly kind: string
}

/** The query with other nodes in the place of those that `change` has an answer for; what is inside comes first. */
export const rewritten = (sql: string, change: (node: Node) => Node | undefined): string =>
  unparse(mapped(parseStatement(sql), change) as ast.Statement)

function mapped(tree: unknown, change: (node: Node) => Node | undefined): unknown {
  if (Array.isArray(tree)) return tree.map(item => mapped(item, change))
  if (typeof tree !== 'object' || tree === null) return tree
  const copy = Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, mapped(value, change)]))
  return 'kind' in copy ? (change(copy as unknown as Node) ?? copy) : copy
}

const isExpression = <K extends ast.Expression['kind']>(node: Node, kind: K): node is Extract<ast.Expression, { kind: K }> =>
  node.kind === kind

/** A template with expressions for `$0`, `$1`. */
const filled = (template: string, ...args: readonly Node[]): Node =>
  parseExpression(template.replaceAll(/\$(\d)/g, (_, i: string) => `(${unparseExpression(args[Number(i)] as ast.Expression)})`))

/** COALESCE and IFNULL compute all their operands. */
export const eager = (sql: string): string =>
  rewritten(sql, node => {
    if (!isExpression(node, 'call') || !/^(COALESCE|IFNULL)$/i.test(node.name.parts.at(-1)!.name)) return undefined
    return filled('CASE WHEN $1 = $1 THEN $0 ELSE $0 END', node, node.args.at(-1)!)
  })

/** Zero divides as 1 does, so that a type that is NOT NULL stays so; text that does not convert is NULL. */
export const withoutErrors = (sql: string): string =>
  rewritten(sql, node => {
    if (isExpression(node, 'cast')) return { ...node, safe: true } as ast.Expression
    if (!isExpression(node, 'binary') || (node.operator !== '/' && node.operator !== '%')) return undefined
    return filled(`$0 ${node.operator} CASE WHEN $1 = 0 THEN 1 ELSE $1 END`, node.left, node.right)
  })

/** The DATE of a time before 1970 is the next day's, but at midnight. */
export const towards1970 = (sql: string): string =>
  rewritten(sql, node => {
    if (!isExpression(node, 'cast') || unparseType(node.type) !== 'DATE') return undefined
    const time = filled('TRY_CAST($0 AS TIMESTAMP(9))', node.operand)
    const before = "$0 < TIMESTAMP '1970-01-01 00:00:00' AND $0 > FLOOR($0 TO DAY)"
    return filled(`CASE WHEN ${before} THEN $1 + INTERVAL '1' DAY ELSE $1 END`, time, node)
  })

/** IS DISTINCT FROM without its care for NULL. */
export const differing = (sql: string): string =>
  rewritten(sql, node => {
    if (!isExpression(node, 'is-distinct')) return undefined
    return filled(node.negated ? '$0 = $1' : '$0 <> $1', node.left, node.right)
  })

/** What WHERE says to be NULL is NULL wherever else it stands in the query: `CAST(c AS DECIMAL(5, 2)) IS NULL`. */
export const withNulls = (sql: string): string =>
  rewritten(sql, node => {
    if (node.kind !== 'select') return undefined
    const select = node as ast.Select
    const columns = conjuncts(select.where).flatMap(nullColumn)
    const isNull = (other: Node) => columns.some(column => sameSyntax(column, other))
    const replaced = (part: unknown) => mapped(part, other => (isNull(other) ? filled('NULLIF($0, $0)', other) : undefined))
    const { items, groupBy, having } = select
    return { ...select, items: replaced(items), groupBy: replaced(groupBy), having: replaced(having) } as ast.Select
  })

const conjuncts = (where: ast.Expression | undefined): readonly ast.Expression[] => {
  if (where === undefined) return []
  return where.kind === 'logical' && where.operator === 'AND' ? where.operands : [where]
}

/** The column that a condition takes for NULL because something made of it alone is. */
function nullColumn(condition: ast.Expression): readonly Node[] {
  if (condition.kind !== 'is' || condition.test !== 'NULL' || condition.negated) return []
  const columns: Node[] = []
  mapped(condition.operand, node => {
    if (node.kind === 'column' && !columns.some(column => sameSyntax(column, node))) columns.push(node)
    return undefined
  })
  return columns.length === 1 ? columns : []
}
