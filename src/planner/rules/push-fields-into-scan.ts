/**
 * Of a ROW only the fields that are asked for are read, from a source that can read them alone.
 *
 *     Project(bid.price)             Project(bid.price)
 *     +- Filter(kind = 2)       →    +- Filter(kind = 2)
 *        +- Scan(kind, bid)             +- Scan(kind, bid.price)
 *
 * Goes from the root down with what is needed as paths: a column, and fields below it. Projections, filters and
 * watermarks pass paths on; every other node asks for whole columns.
 */
import { assert } from '../../base/assert.ts'
import { type DataType, withNullable } from '../../data/type.ts'
import { type Expr, input, mapOperands, operands } from '../../expr/expr.ts'
import { project } from '../logical/build.ts'
import { type Column, type LogicalOf, type LogicalPlan, inputsOfPlan, withInputs } from '../logical/plan.ts'
import type { RuleContext } from './rule.ts'

/** A column, or with fields (by position) what lies at the end of them. */
interface Path {
  readonly column: number
  readonly fields: readonly number[]
}

/** `paths` say what each column of the plan is of the old one. */
interface Flat {
  readonly plan: LogicalPlan
  readonly paths: readonly Path[]
}

/** The plan with the columns it had, and less of its ROWs read below it. */
export function pushFieldsIntoScan(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  if (!readsRows(plan, context)) return plan
  return whole(plan, context)
}

const readsRows = (plan: LogicalPlan, context: RuleContext): boolean =>
  plan.kind === 'Scan'
    ? plan.schema.some(c => c.type.kind === 'ROW') && canReadFields(plan, context)
    : inputsOfPlan(plan).some(i => readsRows(i, context))

const canReadFields = (plan: LogicalOf<'Scan'>, { options }: RuleContext): boolean =>
  options.connectorInfo(plan.table).nestedProjection === true

/** The plan with all its columns, whole and in order. */
function whole(plan: LogicalPlan, context: RuleContext): LogicalPlan {
  const wanted = plan.schema.map((_, column): Path => ({ column, fields: [] }))
  const flat = flatten(plan, wanted, context)
  if (flat.paths.length === wanted.length && flat.paths.every((path, i) => samePath(path, wanted[i]!))) return flat.plan
  const exprs = wanted.map(path => at(flat, path, plan.schema[path.column]!.type))
  return project(
    flat.plan,
    exprs,
    plan.schema.map(c => c.name),
  )
}

function flatten(plan: LogicalPlan, needed: readonly Path[], context: RuleContext): Flat {
  switch (plan.kind) {
    case 'Scan':
      return flattenScan(plan, needed, context)
    case 'Project':
      return flattenProject(plan, needed, context)
    case 'Filter': {
      const below = flatten(plan.input, distinct([...needed, ...pathsIn(plan.condition)]), context)
      return {
        plan: { ...plan, input: below.plan, condition: moved(plan.condition, below), schema: below.plan.schema },
        paths: below.paths,
      }
    }
    case 'Watermark': {
      const rowtime: Path = { column: plan.column, fields: [] }
      const below = flatten(plan.input, distinct([...needed, rowtime, ...pathsIn(plan.expr)]), context)
      const column = below.paths.findIndex(path => samePath(path, rowtime))
      const time = plan.schema[plan.column]!.time
      const schema = below.plan.schema.map((c, i) => (i === column ? { ...c, time } : c))
      return { plan: { ...plan, input: below.plan, column, expr: moved(plan.expr, below), schema }, paths: below.paths }
    }
    default:
      return {
        plan: withInputs(
          plan,
          inputsOfPlan(plan).map(i => whole(i, context)),
        ),
        paths: plan.schema.map((_, column) => ({ column, fields: [] })),
      }
  }
}

function flattenScan(plan: LogicalOf<'Scan'>, needed: readonly Path[], context: RuleContext): Flat {
  const able = canReadFields(plan, context)
  // A scan has at least one column, whether it is needed or not.
  const asked = needed.length === 0 ? [{ column: 0, fields: [] }] : needed
  const paths = able ? asked : distinct(asked.map(({ column }) => ({ column, fields: [] })))
  const schema = paths.map(path => columnAt(plan.schema[path.column]!, path.fields))
  const names = paths.map(path => fieldNames(plan.schema[path.column]!.type, path.fields))
  return {
    plan: { ...plan, schema, source: paths.map((path, i) => ({ column: plan.schema[path.column]!.name, path: names[i]! })) },
    paths,
  }
}

function flattenProject(plan: LogicalOf<'Project'>, needed: readonly Path[], context: RuleContext): Flat {
  const exprs = needed.map(path => fieldOf(plan.exprs[path.column]!, path.fields))
  const below = flatten(plan.input, distinct(exprs.flatMap(pathsIn)), context)
  const schema = needed.map(path => columnAt(plan.schema[path.column]!, path.fields))
  return { plan: { ...plan, input: below.plan, exprs: exprs.map(expr => moved(expr, below)), schema }, paths: needed }
}

// ── paths ───────────────────────────────────────────────────────────────────────────────────────────

const samePath = (a: Path, b: Path): boolean => a.column === b.column && a.fields.length === b.fields.length && covers(a, b)
/** `b` is `a` or lies inside it. */
const covers = (a: Path, b: Path): boolean => a.column === b.column && a.fields.every((field, i) => field === b.fields[i])

/** Each once, and none inside another; in the order of the columns. */
function distinct(paths: readonly Path[]): readonly Path[] {
  const outer = paths.filter((path, i) => !paths.some((other, j) => covers(other, path) && (!samePath(other, path) || j < i)))
  return outer.toSorted((a, b) => a.column - b.column || compareFields(a.fields, b.fields))
}

function compareFields(a: readonly number[], b: readonly number[]): number {
  const i = a.findIndex((field, at) => field !== b[at])
  return i < 0 ? a.length - b.length : a[i]! - (b[i] ?? -1)
}

/** The path an expression is, if it is one: an input, or fields of one. */
function pathOf(expr: Expr): Path | undefined {
  if (expr.kind === 'input') return { column: expr.index, fields: [] }
  const inner = expr.kind === 'field' ? pathOf(expr.input) : undefined
  return inner && { column: inner.column, fields: [...inner.fields, (expr as Extract<Expr, { kind: 'field' }>).index] }
}

function pathsIn(expr: Expr): readonly Path[] {
  const path = pathOf(expr)
  return path === undefined ? operands(expr).flatMap(pathsIn) : [path]
}

/** The expression over the flattened input. */
function moved(expr: Expr, below: Flat): Expr {
  const path = pathOf(expr)
  return path === undefined ? mapOperands(expr, operand => moved(operand, below)) : at(below, path, expr.type, expr)
}

/** What lies at a path, from the column that holds it. */
function at(flat: Flat, path: Path, type: DataType, original?: Expr): Expr {
  const index = flat.paths.findIndex(held => covers(held, path))
  assert(index >= 0, 'what is needed was asked for')
  const held = flat.paths[index]!
  const column = input(index, flat.plan.schema[index]!.type, original?.span)
  const result = fieldOf(column, path.fields.slice(held.fields.length))
  return path.fields.length === held.fields.length ? { ...result, type } : result
}

function fieldOf(expr: Expr, fields: readonly number[]): Expr {
  return fields.reduce(
    (inner, index): Expr => ({ kind: 'field', input: inner, index, type: fieldType(inner.type, index), span: inner.span }),
    expr,
  )
}

/** A field of a row that may be NULL may be NULL itself. */
function fieldType(row: DataType, index: number): DataType {
  assert(row.kind === 'ROW', 'only a ROW has fields')
  const { type } = row.fields[index]!
  return withNullable(type, type.nullable || row.nullable)
}

const columnAt = (column: Column, fields: readonly number[]): Column =>
  fields.length === 0
    ? column
    : { name: [column.name, ...fieldNames(column.type, fields)].join('.'), type: fields.reduce(fieldType, column.type) }

function fieldNames(type: DataType, fields: readonly number[]): readonly string[] {
  const names: string[] = []
  let inner = type
  for (const index of fields) {
    assert(inner.kind === 'ROW', 'only a ROW has fields')
    names.push(inner.fields[index]!.name)
    inner = inner.fields[index]!.type
  }
  return names
}
