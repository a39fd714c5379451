/** Random expressions over given columns, as trees of templates: rendered as SQL, made smaller by dropping parts. */
import type { Choice } from './choice.ts'
import { type Template, aggregates, templates } from './functions.ts'
import type { Family } from './tables.ts'

export type Expr = { readonly family: Family } & (
  | { readonly kind: 'leaf'; readonly sql: string }
  | { readonly kind: 'call'; readonly sql: string; readonly duck: string; readonly args: readonly Expr[] }
  /** An aggregate call, with FILTER. */
  | {
      readonly kind: 'aggregate'
      readonly sql: string
      readonly duck: string
      readonly args: readonly Expr[]
      readonly filter: Expr | undefined
    }
)

export type Dialect = 'flink' | 'duck'

/** A column as an expression sees it. */
export interface Visible {
  readonly sql: string
  readonly family: Family
}

export interface Limits {
  /** Only what DuckDB says alike. */
  readonly duck?: boolean
}

function byFamily(list: readonly Template[]): Map<Family, Template[]> {
  const found = new Map<Family, Template[]>()
  for (const template of list) found.set(template.family, [...(found.get(template.family) ?? []), template])
  return found
}
const scalar = { flink: byFamily(templates), duck: byFamily(templates.filter(t => t.duck !== undefined)) }
const aggregate = { flink: aggregates, duck: aggregates.filter(t => t.duck !== undefined) }

/** Undefined where no column leads to a value of this family within the depth. */
export function randomExpr(
  choice: Choice,
  columns: readonly Visible[],
  family: Family,
  depth: number,
  limits: Limits,
): Expr | undefined {
  const leaves = columns.filter(column => column.family === family)
  if (leaves.length > 0 && (depth <= 0 || choice.chance(0.35))) return { kind: 'leaf', family, sql: choice.one(leaves).sql }
  if (depth <= 0) return undefined
  const list = scalar[limits.duck ? 'duck' : 'flink'].get(family) ?? []
  for (let tries = 0; tries < 12 && list.length > 0; tries++) {
    const call = fill(choice, choice.one(list), columns, depth, limits)
    if (call !== undefined) return { kind: 'call', ...call }
  }
  return leaves.length > 0 ? { kind: 'leaf', family, sql: choice.one(leaves).sql } : undefined
}

export function randomAggregate(choice: Choice, columns: readonly Visible[], depth: number, limits: Limits): Expr {
  for (;;) {
    const call = fill(choice, choice.one(aggregate[limits.duck ? 'duck' : 'flink']), columns, depth, limits)
    if (call === undefined) continue
    const filter = choice.chance(0.2) ? randomExpr(choice, columns, 'bool', depth, limits) : undefined
    return { kind: 'aggregate', ...call, filter }
  }
}

function fill(choice: Choice, template: Template, columns: readonly Visible[], depth: number, limits: Limits) {
  const args: Expr[] = []
  for (const family of template.args) {
    const arg = randomExpr(choice, columns, family, depth - 1, limits)
    if (arg === undefined) return undefined
    args.push(arg)
  }
  const picks: number[] = []
  const sql = alternatives(template.sql, count => (picks.push(choice.below(count)), picks.at(-1)!))
  let at = 0
  const duck = typeof template.duck === 'string' ? alternatives(template.duck, () => picks[at++]!) : sql
  return { family: template.family, sql, duck, args }
}

/** `{a|b}` replaced by the alternative that is picked. */
const alternatives = (text: string, pick: (count: number) => number): string =>
  text.replaceAll(/\{([^}]*\|[^}]*)\}/g, (_, inside: string) => {
    const list = inside.split('|')
    return list[pick(list.length)]!
  })

export function renderExpr(expr: Expr, dialect: Dialect): string {
  if (expr.kind === 'leaf') return expr.sql
  const args = expr.args.map(arg => renderExpr(arg, dialect))
  const inner = expr.args.map((arg, i) => (arg.kind === 'leaf' ? args[i]! : `(${args[i]!})`))
  const text = (dialect === 'duck' ? expr.duck : expr.sql).replaceAll(/\$(\d)/g, (_, i: string) => inner[Number(i)]!)
  if (expr.kind === 'call' || expr.filter === undefined) return text
  return `${text} FILTER (WHERE ${renderExpr(expr.filter, dialect)})`
}

/** The same expression with less in it, of the same family: an argument in its place, a part made smaller. */
export function* smallerExpr(expr: Expr): Generator<Expr> {
  if (expr.kind === 'leaf') return
  if (expr.kind === 'call') for (const arg of expr.args) if (arg.family === expr.family) yield arg
  if (expr.kind === 'aggregate' && expr.filter !== undefined) yield { ...expr, filter: undefined }
  for (let i = 0; i < expr.args.length; i++)
    for (const smaller of smallerExpr(expr.args[i]!)) yield { ...expr, args: expr.args.with(i, smaller) }
  if (expr.kind === 'aggregate' && expr.filter !== undefined)
    for (const filter of smallerExpr(expr.filter)) yield { ...expr, filter }
}
