/**
 * The law for one random query: as a batch, and as a stream in chunks of 1, 7 and 1024 rows with crashes between
 * barriers, it leaves the same table. Of the exceptions that the law names, these can happen to a random query:
 *
 *   - a global aggregate over no rows: a batch gives one row, a stream never gives any
 *   - floating-point SUM and AVG, up to rounding
 *
 * Random tables have no late rows, random queries no functions of the clock or of chance, and each LIMIT has a full order.
 */
import { type Choice } from './choice.ts'
import { type Cells, difference, show } from './compare.ts'
import { type Query, type Relation, type Select, leaf, renderQuery, smallerQuery } from './queries.ts'
import { type Answer, type Run, answer, approximate } from './run.ts'
import type { RandomTable } from './tables.ts'

export interface Failure {
  readonly tables: readonly RandomTable[]
  readonly query: Query
  readonly run: Run
  readonly what: string
}

export type Verdict =
  | { readonly kind: 'held' | 'excused'; readonly rows: number }
  /** Both ways refuse the query, or both fail over the rows. */
  | { readonly kind: 'failed alike' | 'one mode only'; readonly why: string }
  | { readonly kind: 'broken'; readonly failure: Failure }

const batch: Run = { mode: 'batch', chunkRows: 1024, crashes: [] }

/** Ways to stream: each chunking with crashes of its own. */
export const randomRuns = (choice: Choice): Run[] =>
  [1, 7, 1024].map(chunkRows => ({
    mode: 'streaming',
    chunkRows,
    crashes: choice.many(0, 3, () => choice.below(chunkRows === 1 ? 30 : 6)),
  }))

export async function checkLaw(tables: readonly RandomTable[], query: Query, runs: readonly Run[]): Promise<Verdict> {
  const used = tablesOf(tables, query)
  const sql = renderQuery(query)
  const expected = await answer(used, sql, batch)
  let verdict: Verdict = { kind: 'held', rows: expected.kind === 'table' ? expected.rows.length : 0 }
  for (const run of [...runs, { ...batch, chunkRows: 7 }]) {
    const got = await answer(used, sql, run)
    const judged = await judge({ tables: used, query, run }, expected, got)
    if (judged === undefined) continue
    if (judged.kind !== 'excused') return judged
    verdict = judged
  }
  return verdict
}

/** Undefined where both leave the same table. */
async function judge(given: Omit<Failure, 'what'>, expected: Answer, got: Answer): Promise<Verdict | undefined> {
  const broken = (what: string): Verdict => ({ kind: 'broken', failure: { ...given, what } })
  for (const one of [expected, got]) if (one.kind === 'error' && one.internal) return broken(one.text)
  if (expected.kind === 'error' && got.kind === 'error') return { kind: 'failed alike', why: got.text }
  if (expected.kind === 'error' || got.kind === 'error') {
    const error = expected.kind === 'error' ? expected : got
    return { kind: 'one mode only', why: error.kind === 'error' ? error.text : '' }
  }
  if (got.missing.length > 0) return broken(`taken back without having been there: ${show(got.missing)}`)
  const floats = approximate(expected.schema)
  const { left, right } = difference(expected.rows, got.rows, floats)
  if (left.length === 0 && right.length === 0) return undefined
  const sql = renderQuery(given.query)
  const exact = (rows: readonly Cells[]) => rows.map(cells => cells.filter((_, i) => floats[i] !== true))
  const rounding = difference(exact(left), exact(right), [])
  if (rounding.left.length + rounding.right.length === 0 && /\b(SUM|AVG)\(/.test(sql))
    return { kind: 'excused', rows: expected.rows.length }
  if (await hasGlobalAggregateOverNothing(given.tables, given.query)) return { kind: 'excused', rows: expected.rows.length }
  return broken(`only ${batch.mode}: ${show(left)}\nonly ${given.run.mode}: ${show(right)}`)
}

/** Asks of each global aggregate in the query whether any rows reach it. */
async function hasGlobalAggregateOverNothing(tables: readonly RandomTable[], query: Query): Promise<boolean> {
  for (const { select, ctes } of selectsOf(query, [])) {
    if (select.grouping?.by.length !== 0) continue
    const count = { name: 'n', expr: leaf('int', 'COUNT(*)') }
    const asked: Select = { ...select, ctes, items: [count], having: [], order: undefined, distinct: false }
    const counted = await answer(tables, renderQuery(asked), batch)
    if (counted.kind === 'error' || counted.rows[0]?.[0] === '0') return true
  }
  return false
}

function* selectsOf(query: Query, ctes: Select['ctes']): Generator<{ select: Select; ctes: Select['ctes'] }> {
  if (query.kind === 'union') {
    for (const input of query.inputs) yield* selectsOf(input, ctes)
    return
  }
  const visible = [...ctes, ...query.ctes]
  yield { select: query, ctes: visible }
  for (const [i, cte] of query.ctes.entries()) yield* selectsOf(cte.query, [...ctes, ...query.ctes.slice(0, i)])
  for (const inner of derived(query.from)) yield* selectsOf(inner, visible)
}

function* derived(relation: Relation): Generator<Query> {
  if (relation.kind === 'derived') yield relation.query
  if (relation.kind !== 'join') return
  yield* derived(relation.left)
  yield* derived(relation.right)
}

const tablesOf = (tables: readonly RandomTable[], query: Query): RandomTable[] => {
  const sql = renderQuery(query)
  return tables.filter(table => new RegExp(`\\b${table.name}\\b`).test(sql))
}

/** The failure with all left out that it does not need, rows included. */
export async function minimized(failure: Failure, budget = 400): Promise<Failure> {
  let smallest = failure
  let tries = 0
  const stillFails = async (tables: readonly RandomTable[], query: Query): Promise<boolean> => {
    tries += 1
    const verdict = await checkLaw(tables, query, [failure.run])
    if (verdict.kind === 'broken') smallest = verdict.failure
    return verdict.kind === 'broken'
  }
  /** Takes the first simplification that still fails. */
  const simplified = async (): Promise<boolean> => {
    const { query, tables } = smallest
    for (const smaller of smallerQuery(query)) if (tries < budget && (await stillFails(tables, smaller))) return true
    for (const fewer of fewerRows(tables)) if (tries < budget && (await stillFails(fewer, query))) return true
    return false
  }
  while (await simplified());
  return smallest
}

/** Halves first, then row by row. A history can't lose single rows: what it takes back would be missing. */
function* fewerRows(tables: readonly RandomTable[]): Generator<RandomTable[]> {
  for (const [i, table] of tables.entries()) {
    const { rows } = table
    const half = rows.length >> 1
    const smaller = table.retracts
      ? [rows.slice(0, half), rows.slice(0, -1)]
      : [rows.slice(0, half), rows.slice(half), ...rows.map((_, at) => rows.toSpliced(at, 1))]
    for (const fewer of smaller) if (fewer.length < rows.length) yield tables.with(i, { ...table, rows: fewer }) as RandomTable[]
  }
}
