/**
 * The select list, HAVING and ORDER BY of a grouped query, over the columns of its Aggregate.
 *
 *     SELECT a + 1, SUM(b * 2) FILTER (WHERE c) FROM t GROUP BY a + 1
 *
 *     Project($0 + …)                    a + 1 is the key, so column 0; SUM is column 1
 *     +- Aggregate(groupBy=[0], calls=[SUM($1) FILTER $2])
 *        +- Project(a + 1, b * 2, c)     `columns`: the keys first, then what calls read
 *
 * Aggregates are met one by one as expressions are bound; `build` makes the nodes when all are known.
 */
import { SqlError, UnsupportedError } from '../../base/errors.ts'
import type { Span } from '../../base/span.ts'
import { types, withNullable } from '../../data/type.ts'
import { type Expr, input, literal, mapOperands } from '../../expr/expr.ts'
import { findAggregate } from '../../expr/aggregates.ts'
import type * as ast from '../../sql/ast.ts'
import { aggregate, project } from '../logical/build.ts'
import type { Columns, LogicalPlan } from '../logical/plan.ts'
import type { AggregateCall } from '../physical/plan.ts'
import { callFunction, cannotApply, castTo, located, shapeOf } from './call.ts'
import { caseOf, type ExpressionContext, bindCondition, bindExpression } from './expression.ts'
import { exprKey } from '../logical/expr-key.ts'
import { windowProperty } from './group-names.ts'
import { type AggregateNode, hasAggregate, isAggregate, isGroupingCall } from './walk.ts'

/** Keys as bound over FROM; `sets` lists which keys each grouping set has (one set with all of them for a plain GROUP BY). */
export interface GroupKeys {
  readonly keys: readonly Expr[]
  readonly names: readonly string[]
  readonly sets: readonly (readonly number[])[]
  /** How often each set was written before: GROUP_ID. */
  readonly repeats: readonly number[]
  /** The position of the first of the three bounds of a window among the keys, where GROUP BY has one. */
  readonly window: number | undefined
}

export class Grouping {
  readonly #context: ExpressionContext
  readonly #group: GroupKeys
  readonly #keyPositions: ReadonlyMap<string, number>
  readonly #hasComputedKeys: boolean
  /** What the Project below the Aggregate computes. */
  readonly #columns: Expr[]
  readonly #positions = new Map<string, number>()
  readonly #calls: AggregateCall[] = []
  readonly #callPositions = new Map<string, number>()

  constructor(context: ExpressionContext, group: GroupKeys) {
    this.#context = { ...context, intercept: undefined, place: 'an argument of an aggregate function' }
    this.#group = group
    this.#keyPositions = new Map(group.keys.map((key, i) => [exprKey(key), i]))
    this.#hasComputedKeys = group.keys.some(key => key.kind !== 'input')
    this.#columns = [...group.keys]
    // Keys are NULL in the sets that are without them; what calls read is not.
    if (this.#isExpanded) return
    for (const [i, key] of group.keys.entries()) this.#positions.set(exprKey(key), i)
  }

  get #isExpanded(): boolean {
    return this.#group.sets.length > 1 || this.#group.sets[0]!.length < this.#group.keys.length
  }

  /** For `ExpressionContext.intercept`. */
  readonly intercept = (node: ast.Expression): Expr | undefined => {
    if (isAggregate(node)) return this.#aggregate(node)
    if (isGroupingCall(node)) return this.#groupingCall(node)
    const property = windowProperty(node)
    if (property !== undefined) return this.#windowBound(property, node.span)
    if (node.kind === 'column') return this.#overKeys(bindExpression(node, this.#context))
    if (!this.#hasComputedKeys || hasAggregate(node) || isLiteral(node)) return undefined
    const key = this.#keyPositions.get(exprKey(bindExpression(node, this.#context)))
    return key === undefined ? undefined : this.#key(key, node.span)
  }

  /** A bound expression over FROM, over the group's columns: keys are columns, anything else is not grouped. */
  #overKeys(expr: Expr): Expr {
    const key = this.#keyPositions.get(exprKey(expr))
    if (key !== undefined) return this.#key(key, expr.span)
    if (expr.kind === 'input') {
      const name = this.#context.scope.columns[expr.index]?.name
      if (name === undefined) throw new UnsupportedError('a subquery as a value beside GROUP BY', expr.span)
      throw new SqlError('NOT_GROUPED', `Expression '${name}' is not being grouped`, expr.span, {
        hint: 'put it into GROUP BY or into an aggregate function',
      })
    }
    return mapOperands(expr, operand => this.#overKeys(operand))
  }

  /** Select-list columns of `*`. */
  readonly overKeys = (expr: Expr): Expr => this.#overKeys(expr)

  #key(position: number, span: Span): Expr {
    const { type } = this.#group.keys[position]!
    return input(position, this.#isExpanded ? withNullable(type, type.nullable || this.#isOptional(position)) : type, span)
  }

  #windowBound(property: 0 | 1 | 2, span: Span): Expr {
    if (this.#group.window !== undefined) return this.#key(this.#group.window + property, span)
    throw new SqlError('WINDOW_INVALID', 'Auxiliary group functions need the window they are of in GROUP BY', span)
  }

  #isOptional(position: number): boolean {
    return this.#group.sets.some(set => !set.includes(position))
  }

  // ── aggregates ─────────────────────────────────────────────────────────────────────────────────

  #aggregate(node: AggregateNode): Expr {
    const parts = callParts(node)
    const fn = findAggregate(parts.name)!
    for (const arg of parts.args)
      if (hasAggregate(arg)) throw new SqlError('AGGREGATE_NESTED', 'Aggregate expressions cannot be nested', arg.span)
    const bound = parts.args.map(arg => bindExpression(arg, this.#context)).concat(parts.constants)
    const filter = node.filter && bindCondition(node.filter, { ...this.#context, place: 'FILTER' })
    const grouped = this.#group.keys.length > 0 && filter === undefined
    const shapes = bound.map(arg => shapeOf(arg, this.#context.session))
    const resolved = located(node.span, () => fn.resolve(shapes, { distinct: parts.distinct, grouped }))
    if (resolved === undefined) throw cannotApply(fn, bound, node.span)
    const call: Omit<AggregateCall, 'name'> = {
      function: fn,
      args: bound.map((arg, i) => this.#column(castTo(arg, resolved.args[i] ?? arg.type))),
      distinct: parts.distinct,
      filter: filter && this.#column(filter),
      ignoreNulls: parts.ignoreNulls,
      type: resolved.returns,
    }
    const position = this.#callAt(call)
    return input(this.#firstCall + position, call.type, node.span)
  }

  get #firstCall(): number {
    return this.#group.keys.length + (this.#isExpanded ? 1 : 0)
  }

  #callAt(call: Omit<AggregateCall, 'name'>): number {
    const key = JSON.stringify([call.function.name, call.args, call.distinct, call.filter, call.ignoreNulls])
    const known = this.#callPositions.get(key)
    if (known !== undefined) return known
    const position = this.#calls.length
    this.#callPositions.set(key, position)
    this.#calls.push({ ...call, name: `EXPR$${position}` })
    return position
  }

  #column(expr: Expr): number {
    const key = exprKey(expr)
    const known = this.#positions.get(key)
    if (known !== undefined) return known
    this.#positions.set(key, this.#columns.length)
    return this.#columns.push(expr) - 1
  }

  // ── grouping sets ──────────────────────────────────────────────────────────────────────────────

  /** One bit per argument, the last one lowest: 1 where the row's set is without it. */
  #groupingCall(node: ast.Call): Expr {
    const name = node.name.parts[0]!.name.toUpperCase()
    const keys = node.args.map(arg => {
      const key = this.#keyPositions.get(exprKey(bindExpression(arg as ast.Expression, this.#context)))
      if (key !== undefined) return key
      throw new SqlError('NOT_GROUPED', `Argument to ${name} operator must be a grouped expression`, arg.span)
    })
    const valueOf = (set: readonly number[], at: number): bigint =>
      name === 'GROUP_ID'
        ? BigInt(this.#group.repeats[at]!)
        : keys.reduce((bits, key) => bits * 2n + (set.includes(key) ? 0n : 1n), 0n)
    const values = this.#group.sets.map((set, i) => literal(valueOf(set, i), types.bigint(false), node.span))
    if (!this.#isExpanded) return values[0]!
    const id = input(this.#group.keys.length, types.bigint(false), node.span)
    const conditions = values
      .slice(1)
      .map((_, i) =>
        callFunction('=', [id, literal(BigInt(i), types.bigint(false), node.span)], node.span, this.#context.session),
      )
    return conditions.length === 0 ? values[0]! : caseOf(conditions, values, node.span)
  }

  /** Project, for grouping sets Expand, and Aggregate. `nameOf` tells what a call is known as in the select list. */
  build(plan: LogicalPlan, nameOf: (column: number) => string | undefined): LogicalPlan {
    const names = this.#columns.map((expr, i) => this.#group.names[i] ?? nameOfInput(expr, plan.schema) ?? `$f${i}`)
    const below = isIdentity(this.#columns, plan.schema) ? plan : project(plan, this.#columns, names)
    const keys = this.#group.keys.map((_, i) => i)
    const calls = this.#calls.map((call, i) => ({ ...call, name: nameOf(this.#firstCall + i) ?? call.name }))
    if (!this.#isExpanded) return aggregate(below, keys, calls)
    return aggregate(this.#expand(below), [...keys, keys.length], calls.map(shiftArgs(keys.length)))
  }

  /** Keys, the number of the set, then the rest; the keys that a set is without are NULL. */
  #expand(plan: LogicalPlan): LogicalPlan {
    const keys = this.#group.keys.length
    const rest = plan.schema.slice(keys).map((c, i) => input(keys + i, c.type))
    const projections = this.#group.sets.map((set, number) => [
      ...plan.schema.slice(0, keys).map((c, i) => {
        const type = withNullable(c.type, c.type.nullable || this.#isOptional(i))
        return set.includes(i) ? input(i, c.type) : literal(null, type)
      }),
      literal(BigInt(number), types.bigint(false)),
      ...rest,
    ])
    const columns = plan.schema.map((c, i) =>
      i < keys && this.#isOptional(i) ? { name: c.name, type: withNullable(c.type, true) } : c,
    )
    const id = { name: '$e', type: types.bigint(false) }
    return { kind: 'Expand', input: plan, projections, schema: [...columns.slice(0, keys), id, ...columns.slice(keys)] }
  }
}

/** Columns behind the keys move by one: the number of the set stands between. */
function shiftArgs(keys: number): (call: AggregateCall) => AggregateCall {
  const shift = (column: number): number => (column < keys ? column : column + 1)
  return call => {
    return { ...call, args: call.args.map(shift), filter: call.filter === undefined ? undefined : shift(call.filter) }
  }
}

const isLiteral = (node: ast.Expression): boolean =>
  ['number', 'string', 'binary-literal', 'boolean', 'null', 'datetime', 'interval', 'parameter'].includes(node.kind)

const nameOfInput = (expr: Expr, columns: Columns): string | undefined =>
  expr.kind === 'input' ? columns[expr.index]!.name : undefined

const isIdentity = (exprs: readonly Expr[], columns: Columns): boolean =>
  exprs.length === columns.length && exprs.every((e, i) => e.kind === 'input' && e.index === i)

interface CallParts {
  readonly name: string
  readonly args: readonly ast.Expression[]
  /** Arguments that are said in words: ON NULL. */
  readonly constants: readonly Expr[]
  readonly distinct: boolean
  readonly ignoreNulls: boolean
}

function callParts(node: AggregateNode): CallParts {
  const onNull = (text: string): Expr => literal(text, types.char(text.length, false), node.span)
  const plain = { distinct: false, ignoreNulls: false }
  switch (node.kind) {
    case 'json-objectagg': {
      const { key, value } = node.entry
      return { name: 'JSON_OBJECTAGG', args: [key, value], constants: [onNull(node.onNull ?? 'NULL ON NULL')], ...plain }
    }
    case 'json-arrayagg':
      if (node.orderBy.length > 0) throw new UnsupportedError('ORDER BY inside JSON_ARRAYAGG', node.orderBy[0]!.span)
      return { name: 'JSON_ARRAYAGG', args: [node.item.value], constants: [onNull(node.onNull ?? 'ABSENT ON NULL')], ...plain }
    case 'call':
      return plainCallParts(node)
  }
}

function plainCallParts(node: ast.Call): CallParts {
  const name = node.name.parts[0]!.name.toUpperCase()
  const [ordered] = [...node.orderBy, ...node.withinGroup]
  if (ordered !== undefined) throw new UnsupportedError(`ORDER BY inside ${name}`, ordered.span)
  const isStar = node.args.length === 1 && node.args[0]!.kind === 'star'
  if (isStar && name !== 'COUNT') throw new SqlError('STAR_MISPLACED', `${name} takes a value, not *`, node.args[0]!.span)
  if (node.args.length === 0) throw new SqlError('TYPE_MISMATCH', `Invalid number of arguments to function '${name}'`, node.span)
  return {
    name,
    args: isStar ? [] : (node.args as readonly ast.Expression[]),
    constants: [],
    distinct: node.quantifier === 'DISTINCT',
    ignoreNulls: node.nullTreatment === 'IGNORE NULLS',
  }
}
