/** Random queries over random tables: every clause that executes, nested and combined. */
import type { Choice } from './choice.ts'
import { type Expr, type Limits, type Visible, randomAggregate, randomExpr, renderExpr } from './expressions.ts'
import { type Item, type Order, type Query, type Relation, type Select, leaf } from './queries.ts'
import type { Family, RandomTable } from './tables.ts'

export interface QueryLimits extends Limits {
  readonly tables: readonly RandomTable[]
  /** Rows written in the query: their expressions are constants. */
  readonly values?: boolean
}

/** Families of what a query's items may be. */
const itemFamilies: readonly Family[] = [
  'bool',
  'int',
  'int',
  'decimal',
  'approx',
  'text',
  'text',
  'date',
  'time',
  'timestamp',
  'ltz',
]

export function randomQuery(choice: Choice, limits: QueryLimits): Query {
  return new Generator(choice, limits).query(2)
}

class Generator {
  readonly #choice: Choice
  readonly #limits: QueryLimits
  #names = 0

  constructor(choice: Choice, limits: QueryLimits) {
    this.#choice = choice
    this.#limits = limits
  }

  query(depth: number): Query {
    const choice = this.#choice
    const windows = this.#limits.duck !== true && this.#limits.tables.some(table => table.rowtime)
    const make = choice.weighted<() => Query>([
      [4, () => this.#plain(depth)],
      [5, () => this.#aggregating(depth)],
      [windows ? 2.5 : 0, () => this.#windowed()],
      [windows && depth > 1 ? 0.7 : 0, () => this.#cascade()],
      [1.2, () => this.#union(depth)],
    ])
    const query = make()
    return query.kind === 'select' && query.order === undefined && choice.chance(0.12)
      ? { ...query, order: this.#order(query.items.length) }
      : query
  }

  #plain(depth: number): Select {
    const { from, columns, ctes } = this.#from(depth)
    const items = this.#items(this.#exprs(columns, 1, 5))
    return this.#select({ ctes, from, items, where: this.#conditions(columns, 0.6), distinct: this.#choice.chance(0.2) })
  }

  #aggregating(depth: number): Select {
    const choice = this.#choice
    const { from, columns, ctes } = this.#from(depth)
    const by = choice.many(choice.chance(0.12) ? 0 : 1, 2, () => this.#groupKey(columns))
    const calls = choice.many(by.length === 0 ? 1 : 0, 4, () => this.#aggregate(columns))
    const items = this.#items([...by, ...calls, ...(by.length + calls.length === 0 ? [leaf('int', 'COUNT(*)')] : [])])
    const rollup = by.length > 0 && choice.chance(0.08) && this.#limits.duck !== true
    return this.#select({
      ctes,
      from,
      items,
      where: this.#conditions(columns, 0.3),
      grouping: { kind: rollup ? 'rollup' : 'plain', by },
      having: choice.chance(0.2) ? [this.#having(columns)] : [],
    })
  }

  /** An aggregate, or now and then an expression over one. */
  #aggregate(columns: readonly Visible[]): Expr {
    const call = randomAggregate(this.#choice, columns, 1, this.#limits)
    if (this.#choice.chance(0.85)) return call
    const over: Visible = { sql: '§', family: call.family }
    const wrapped = randomExpr(this.#choice, [over], this.#choice.one(itemFamilies), 1, this.#limits)
    return wrapped === undefined ? call : replaceLeaf(wrapped, call)
  }

  #having(columns: readonly Visible[]): Expr {
    const call = randomAggregate(this.#choice, columns, 0, this.#limits)
    const condition = randomExpr(this.#choice, [{ sql: '§', family: call.family }], 'bool', 1, this.#limits)
    return condition === undefined ? leaf('bool', 'COUNT(*) > 1') : replaceLeaf(condition, call)
  }

  #windowed(): Select {
    const { relation, columns, ctes } = this.#windowOver()
    const bounds = [leaf('timestamp', 'window_start'), leaf('timestamp', 'window_end')]
    const choice = this.#choice
    if (choice.chance(0.15)) {
      const items = this.#items([...bounds, leaf('timestamp', 'window_time'), ...this.#exprs(columns, 1, 3)])
      return this.#select({ ctes, from: relation, items, where: this.#conditions(columns, 0.5) })
    }
    const by = choice.many(0, 2, () => leaf(...this.#someColumn(columns)))
    const grouped = choice.chance(0.1) ? [bounds[choice.below(2)]!, ...by] : [...bounds, ...by]
    const shown = grouped.filter(() => choice.chance(0.8))
    const items = this.#items([...shown, ...choice.many(1, 3, () => randomAggregate(choice, columns, 1, this.#limits))])
    const having = choice.chance(0.1) ? [leaf('bool', 'COUNT(*) > 1')] : []
    return this.#select({
      ctes,
      from: relation,
      items,
      where: this.#conditions(columns, 0.25),
      having,
      grouping: { kind: 'plain', by: distinct(grouped) },
    })
  }

  #windowOver(): { relation: Relation; columns: Visible[]; ctes: Select['ctes'] } {
    const choice = this.#choice
    const table = choice.one(this.#limits.tables.filter(t => t.rowtime))
    const visible = (from: string): Visible[] => table.columns.map(c => ({ sql: `${from}${c.name}`, family: c.family }))
    const alias = this.#name('w')
    if (choice.chance(0.7))
      return {
        relation: { kind: 'window', table: table.name, call: this.#windowCall(table.name, 'ts'), alias },
        columns: visible(`${alias}.`),
        ctes: [],
      }
    const name = this.#name('q')
    const items = table.columns.map(c => ({ name: c.name, expr: leaf(c.family, c.name) }))
    const query = this.#select({
      from: { kind: 'table', name: table.name, alias: this.#name('t') },
      items,
      where: this.#conditions(visible(''), 1),
    })
    return {
      relation: { kind: 'window', table: name, call: this.#windowCall(name, 'ts'), alias },
      columns: visible(`${alias}.`),
      ctes: [{ name, query }],
    }
  }

  #windowCall(table: string, time: string): string {
    const of = `TABLE ${table}, DESCRIPTOR(${time}),`
    const call = this.#choice.one([
      `TUMBLE(${of} INTERVAL '10' SECOND)`,
      `TUMBLE(${of} INTERVAL '1' MINUTE)`,
      `TUMBLE(${of} INTERVAL '10' SECOND, INTERVAL '3' SECOND)`,
      `HOP(${of} INTERVAL '5' SECOND, INTERVAL '15' SECOND)`,
      `HOP(${of} INTERVAL '10' SECOND, INTERVAL '10' SECOND)`,
      `HOP(${of} INTERVAL '30' SECOND, INTERVAL '60' SECOND)`,
      `CUMULATE(${of} INTERVAL '5' SECOND, INTERVAL '20' SECOND)`,
      `CUMULATE(${of} INTERVAL '20' SECOND, INTERVAL '1' MINUTE)`,
    ])
    return call
  }

  /** Windows over what windows gave. */
  #cascade(): Select {
    const { relation, columns, ctes } = this.#windowOver()
    const key = leaf(...this.#someColumn(columns))
    const aggregate = randomAggregate(this.#choice, columns, 1, this.#limits)
    const items = [
      { name: 'wt', expr: leaf('timestamp', 'window_time') },
      { name: 'g', expr: key },
      { name: 'a', expr: aggregate },
    ]
    const bounds = ['window_start', 'window_end', 'window_time'].map(name => leaf('timestamp', name))
    const inner = this.#select({ from: relation, items, grouping: { kind: 'plain', by: [...bounds, key] } })
    const name = this.#name('q')
    const alias = this.#name('w')
    const outer: Visible[] = [
      { sql: `${alias}.g`, family: key.family },
      { sql: `${alias}.a`, family: aggregate.family },
    ]
    return this.#select({
      ctes: [...ctes, { name, query: inner }],
      from: { kind: 'window', table: name, call: `TUMBLE(TABLE ${name}, DESCRIPTOR(wt), INTERVAL '1' MINUTE)`, alias },
      items: this.#items([bounds[0]!, ...this.#choice.many(1, 3, () => randomAggregate(this.#choice, outer, 1, this.#limits))]),
      grouping: { kind: 'plain', by: bounds.slice(0, 2) },
    })
  }

  #union(depth: number): Query {
    const choice = this.#choice
    const families = choice.many(1, 4, () =>
      choice.one<Family>(['int', 'text', 'decimal', 'approx', 'timestamp', 'date', 'bool']),
    )
    const inputs = choice.many(2, 3, () => this.#branch(depth - 1, families))
    return { kind: 'union', inputs }
  }

  #branch(depth: number, families: readonly Family[]): Select {
    // Flink 2.3 can't read a WITH inside a branch.
    const { from, columns } = this.#from(depth, false)
    const exprs = families.map(
      family => randomExpr(this.#choice, columns, family, 1, this.#limits) ?? leaf(family, nullOf(family)),
    )
    const items = this.#items(exprs.map(withoutTime))
    return this.#select({ from, items, where: this.#conditions(columns, 0.4) })
  }

  // ── parts ─────────────────────────────────────────────────────────────────────────────────────────

  #select(parts: Pick<Select, 'from' | 'items'> & Partial<Select>): Select {
    return { kind: 'select', ctes: [], distinct: false, where: [], grouping: undefined, having: [], order: undefined, ...parts }
  }

  #from(depth: number, withCtes = true): { from: Relation; columns: Visible[]; ctes: Select['ctes'] } {
    const choice = this.#choice
    if (withCtes && depth > 0 && choice.chance(0.12)) {
      const name = this.#name('q')
      const query = this.query(depth - 1)
      const alias = this.#name('t')
      return { from: { kind: 'table', name, alias }, columns: outputs(query, alias), ctes: [{ name, query }] }
    }
    const left = this.#relation(depth)
    if (!choice.chance(depth > 0 ? 0.35 : 0.15)) return { from: left.relation, columns: left.columns, ctes: [] }
    const right = this.#relation(depth - 1)
    const key = this.#equality(left.columns, right.columns)
    if (key === undefined) return { from: left.relation, columns: left.columns, ctes: [] }
    const columns = [...left.columns, ...right.columns]
    const on = [key]
    if (choice.chance(0.3)) {
      const further = randomExpr(choice, columns, 'bool', 2, this.#limits)
      if (further !== undefined) on.push(further)
    }
    const type = choice.weighted([
      [4, 'JOIN'],
      [4, 'LEFT JOIN'],
      [1, 'RIGHT JOIN'],
      [1, 'FULL JOIN'],
    ])
    return { from: { kind: 'join', type, left: left.relation, right: right.relation, on }, columns, ctes: [] }
  }

  #relation(depth: number): { relation: Relation; columns: Visible[] } {
    const choice = this.#choice
    if (depth > 0 && choice.chance(0.35)) {
      const query = this.query(depth - 1)
      const alias = this.#name('d')
      return { relation: { kind: 'derived', query, alias }, columns: outputs(query, alias) }
    }
    if (this.#limits.values === true && choice.chance(0.08)) {
      const alias = this.#name('v')
      const rows = choice.many(1, 4, i => `(${i % 3}, ${choice.one(["'a'", "'b'", 'CAST(NULL AS STRING)'])})`)
      return {
        relation: { kind: 'values', rows, alias },
        columns: [
          { sql: `${alias}.x0`, family: 'int' },
          { sql: `${alias}.x1`, family: 'text' },
        ],
      }
    }
    const table = choice.one(this.#limits.tables)
    const alias = this.#name('t')
    return {
      relation: { kind: 'table', name: table.name, alias },
      columns: table.columns.map(c => ({ sql: `${alias}.${c.name}`, family: c.family })),
    }
  }

  /** Keys first: they meet often. */
  #equality(left: readonly Visible[], right: readonly Visible[]): Expr | undefined {
    const choice = this.#choice
    const from = choice.chance(0.8) && keys(left).length > 0 ? keys(left) : left
    for (let tries = 0; tries < 10; tries++) {
      const l = choice.one(from)
      const pool = choice.chance(0.8) && keys(right).length > 0 ? keys(right) : right
      const r = pool.filter(c => c.family === l.family && c.family !== 'bool')
      if (r.length > 0) return leaf('bool', `${l.sql} = ${choice.one(r).sql}`)
    }
    return undefined
  }

  #exprs(columns: readonly Visible[], low: number, high: number): Expr[] {
    const choice = this.#choice
    const found = choice.many(low, high, () =>
      randomExpr(choice, columns, choice.one(itemFamilies), choice.between(0, 3), this.#limits),
    )
    const exprs = found.filter(expr => expr !== undefined)
    return exprs.length > 0 ? exprs : [leaf(...this.#someColumn(columns))]
  }

  #conditions(columns: readonly Visible[], probability: number): Expr[] {
    const found: Expr[] = []
    while (found.length < 3 && this.#choice.chance(found.length === 0 ? probability : 0.25)) {
      const condition = randomExpr(this.#choice, columns, 'bool', this.#choice.between(1, 3), this.#limits)
      if (condition === undefined) break
      found.push(condition)
    }
    return found
  }

  #groupKey(columns: readonly Visible[]): Expr {
    const choice = this.#choice
    const keys = columns.filter(c => /\.[kn]$/.test(c.sql))
    if (keys.length > 0 && choice.chance(0.5)) {
      const { family, sql } = choice.one(keys)
      return leaf(family, sql)
    }
    if (choice.chance(0.6)) return leaf(...this.#someColumn(columns))
    return (
      randomExpr(choice, columns, choice.one(['bool', 'int', 'text', 'date', 'decimal', 'timestamp']), 2, this.#limits) ??
      leaf(...this.#someColumn(columns))
    )
  }

  #someColumn(columns: readonly Visible[]): [Family, string] {
    const { family, sql } = this.#choice.one(columns)
    return [family, sql]
  }

  #items(exprs: readonly Expr[]): Item[] {
    return exprs.map((expr, i) => ({ name: `o${i}`, expr }))
  }

  #order(columns: number): Order {
    const choice = this.#choice
    return {
      descending: Array.from({ length: columns }, () => choice.chance(0.3)),
      nullsFirst: choice.chance(0.2) ? choice.chance(0.5) : undefined,
      limit: choice.between(1, 6),
      offset: choice.chance(0.3) ? choice.between(1, 3) : 0,
    }
  }

  #name(prefix: string): string {
    return `${prefix}${++this.#names}`
  }
}

/** What a query's columns are from outside. */
function outputs(query: Query, alias: string): Visible[] {
  const { items } = query.kind === 'union' ? query.inputs[0]! : query
  return items.map(item => ({ sql: `${alias}.${item.name}`, family: item.expr.family }))
}

/** Branches with and without a time attribute don't go together in Flink: a cast takes it away. */
const withoutTime = (expr: Expr): Expr =>
  expr.family === 'timestamp'
    ? { kind: 'call', family: 'timestamp', sql: 'CAST($0 AS TIMESTAMP(3))', duck: 'CAST($0 AS TIMESTAMP)', args: [expr] }
    : expr

/** The expression with `call` wherever the placeholder stands. */
function replaceLeaf(expr: Expr, call: Expr): Expr {
  if (expr.kind === 'leaf') return expr.sql === '§' ? call : expr
  return { ...expr, args: expr.args.map(arg => replaceLeaf(arg, call)) }
}

/** Columns from small domains, so that they meet often. */
const keys = (columns: readonly Visible[]): Visible[] => columns.filter(c => /\.[kn]$/.test(c.sql))

const distinct = (list: readonly Expr[]): Expr[] => [...new Map(list.map(expr => [renderExpr(expr, 'flink'), expr])).values()]

function nullOf(family: Family): string {
  const types: Readonly<Record<Family, string>> = {
    bool: 'BOOLEAN',
    int: 'INT',
    decimal: 'DECIMAL(10, 2)',
    approx: 'DOUBLE',
    text: 'STRING',
    date: 'DATE',
    time: 'TIME',
    timestamp: 'TIMESTAMP(3)',
    ltz: 'TIMESTAMP_LTZ(3)',
  }
  return `CAST(NULL AS ${types[family]})`
}
