/**
 * WHERE and SELECT as one generated loop over a chunk.
 *
 *     SELECT auction, 0.908 * price AS price FROM bid WHERE MOD(auction, 123) = 0
 *
 *     function calc(input, output, length, kinds, outKinds, watermarks, outWatermarks) {
 *       const auction = input[0].values
 *       …
 *       let out = 0
 *       for (let row = 0; row < length; row++) {
 *         // MOD(auction, 123) = 0
 *         const remainder = (long[0] = auction[row] % 123n, words[0])
 *         if (!(remainder === 0)) continue
 *         …
 *         out++
 *       }
 *       return out
 *     }
 *
 * Columns that are passed on untouched are not in the loop where no row is dropped: the output shares them. Where rows
 * are, their numbers are copied and their bytes stay where they are, only the views are copied.
 */
import { EvaluationError } from '../../base/errors.ts'
import { type Compiled, compile } from '../../codegen/compile.ts'
import { type Js, comment, js, raw } from '../../codegen/js.ts'
import { Chunk } from '../../data/chunk.ts'
import { BytesColumn, type Column, arraysOf, newColumn } from '../../data/column.ts'
import type { BufferPool, PooledArray } from '../../data/pool.ts'
import { storageOf } from '../../data/storage.ts'
import { type Schema, withNullable } from '../../data/type.ts'
import { type Expr, conjuncts, operands } from '../../expr/expr.ts'
import type { SessionFacts } from '../../expr/function.ts'
import { condition } from './branches.ts'
import { describe } from './describe.ts'
import { Emitter } from './emitter.ts'
import type { Operand } from './operand.ts'
import { writeOutput } from './output.ts'

export interface CalcSpec {
  /** A plain path without an ending: `orders/calc-3`. */
  readonly name: string
  readonly input: Schema
  readonly condition: Expr | undefined
  readonly exprs: readonly Expr[]
  /** Names and types of the results, one for each of `exprs`. */
  readonly output: Schema
  readonly session: SessionFacts
}

/** Fills `output`'s columns and answers how many rows it wrote. `rows`, if given, says which input rows, `length` how many. */
type Loop = (
  input: readonly Column[],
  output: readonly (Column | undefined)[],
  length: number,
  kinds: Uint8Array | undefined,
  outKinds: Uint8Array | undefined,
  watermarks: Float64Array | undefined,
  outWatermarks: Float64Array | undefined,
  rows: Int32Array | undefined,
) => number

export interface GeneratedCalc {
  /** The generated functions: for EXPLAIN CODEGEN. */
  readonly compiled: readonly Compiled<Loop>[]
  /**
   * Takes over the chunk; the result is the caller's, undefined when no row passed. Throws EvaluationError where an
   * expression cannot be computed; the chunk is released then, too.
   */
  run(chunk: Chunk): Chunk | undefined
}

/** More nodes than this in one function, and V8 may refuse to optimise it: what is more goes into functions of its own. */
const NODES_PER_FUNCTION = 400

/** How a result column comes about. */
type Plan =
  | { readonly kind: 'share'; readonly column: number }
  | { readonly kind: 'write'; readonly nullable: boolean; readonly view: number | undefined }

export function generateCalc(spec: CalcSpec, pool: BufferPool): GeneratedCalc {
  const filters = spec.condition !== undefined
  const groups = split(spec)
  const plans: Plan[] = []
  const compiled: Compiled<Loop>[] = []
  for (const [i, group] of groups.entries()) {
    const part = generateLoop(spec, group, i === 0 ? '' : `-${i + 1}`, groups.length > 1, i === 0, plans)
    if (part !== undefined) compiled.push(part)
  }
  return { compiled, run: chunk => runCalc(spec, plans, compiled, filters, groups.length > 1, chunk, pool) }
}

/** The results in groups of a size that V8 optimises; the first function also filters. */
function split({ condition, exprs }: CalcSpec): number[][] {
  const groups: number[][] = [[]]
  let nodes = condition === undefined ? 0 : size(condition)
  for (const [i, expr] of exprs.entries()) {
    const more = size(expr)
    if (nodes > 0 && nodes + more > NODES_PER_FUNCTION) {
      groups.push([])
      nodes = 0
    }
    groups.at(-1)!.push(i)
    nodes += more
  }
  return groups
}

const size = (expr: Expr): number => 1 + operands(expr).reduce((sum, operand) => sum + size(operand), 0)

/** Names that the function's own parts have. */
const OWN = ['input', 'output', 'length', 'row', 'out', 'kinds', 'outKinds', 'watermarks', 'outWatermarks', 'rows', 'calc']

function generateLoop(
  spec: CalcSpec,
  group: readonly number[],
  suffix: string,
  several: boolean,
  first: boolean,
  plans: Plan[],
): Compiled<Loop> | undefined {
  const filter = first ? spec.condition : undefined
  const filters = spec.condition !== undefined
  // In a later function, the rows that passed are listed.
  const row = raw('row')
  const e = new Emitter(spec.session, [{ schema: spec.input, columns: raw('input'), row, first: 0 }], OWN)
  e.announce([...(filter === undefined ? [] : [filter]), ...group.map(i => spec.exprs[i]!)])
  if (filter !== undefined) writeFilter(e, filter, spec.input)
  const out = filters ? raw('out') : row
  for (const i of group) plans[i] = writeResult(e, spec, i, out, filters)
  const body = e.takeLines()
  if (body.length === 0 && !filters) return undefined
  const name = raw('calc')
  const head = js`function ${name}(input, output, length, kinds, outKinds, watermarks, outWatermarks, rows)`
  const code = !filters ? straight(head, e, body) : first ? filtering(head, e, body, several) : listed(head, e, body)
  return compile<Loop>(`${spec.name}${suffix}.js`, code, e.scope)
}

function writeFilter(e: Emitter, filter: Expr, input: Schema): void {
  for (const part of conjuncts(filter)) {
    e.line(comment(`WHERE ${describe(part, input)}`))
    const test = condition(e, part)
    e.line(js`if (!${test}) continue`)
  }
}

function writeResult(e: Emitter, spec: CalcSpec, i: number, out: Js, filters: boolean): Plan {
  const expr = spec.exprs[i]!
  const field = spec.output[i]!
  if (expr.kind === 'input' && !filters) return { kind: 'share', column: expr.index }
  const column = js`output[${i}]`
  if (expr.kind === 'input' && storageOf(expr.type) === 'bytes')
    return writeView(e, e.emit(expr), column, field.name, out, expr.index)
  e.line(comment(`${describe(expr, spec.input)} AS ${field.name}`))
  const operand = e.emit(expr)
  writeOutput(e, operand, { column, row: out, name: field.name, type: expr.type })
  return { kind: 'write', nullable: operand.valid !== undefined, view: undefined }
}

/** A view is passed on as a view: the bytes are the input's. */
function writeView(e: Emitter, operand: Operand, column: Js, name: string, out: Js, index: number): Plan {
  const view = operand as Operand & { form: 'view' }
  const local = (part: string): Js => {
    const fresh = e.names.fresh(`out_${name}_${part}`)
    e.prologue.push(js`const ${fresh} = ${column}.${raw(part)}`)
    return fresh
  }
  e.line(comment(name))
  e.line(js`${local('starts')}[${out}] = ${view.start}`)
  e.line(js`${local('ends')}[${out}] = ${view.end}`)
  if (view.valid !== undefined) e.line(js`${local('valid')}[${out}] = ${view.valid}`)
  const from = e.names.fresh(`${name}_codes`)
  const codes = local('codes')
  e.prologue.push(js`const ${from} = input[${index}].codes`)
  e.line(js`if (${codes} !== undefined) ${codes}[${out}] = ${from}[row]`)
  return { kind: 'write', nullable: view.valid !== undefined, view: index }
}

const straight = (head: Js, e: Emitter, body: readonly Js[]): Js => js`${head} {
  ${e.prologue}
  for (let row = 0; row < length; row++) {
    ${body}
  }
  return length
}`

const filtering = (head: Js, e: Emitter, body: readonly Js[], several: boolean): Js => js`${head} {
  ${e.prologue}
  let out = 0
  for (let row = 0; row < length; row++) {
    ${body}
    if (kinds !== undefined) outKinds[out] = kinds[row]
    if (watermarks !== undefined) outWatermarks[out] = watermarks[row]
    ${several ? [raw('rows[out] = row')] : []}
    out++
  }
  return out
}`

const listed = (head: Js, e: Emitter, body: readonly Js[]): Js => js`${head} {
  ${e.prologue}
  for (let out = 0; out < length; out++) {
    const row = rows[out]
    ${body}
  }
  return length
}`

// ── Around the loop ─────────────────────────────────────────────────────────────────────────────────────

function runCalc(
  spec: CalcSpec,
  plans: readonly Plan[],
  loops: readonly Compiled<Loop>[],
  filters: boolean,
  several: boolean,
  chunk: Chunk,
  pool: BufferPool,
): Chunk | undefined {
  const { length } = chunk
  const columns: Column[] = plans.map((plan, i) => columnFor(spec, plan, i, chunk, pool))
  const written = (): PooledArray[] => plans.flatMap((plan, i) => ownedArrays(plan, columns[i]!))
  const kinds = filters && chunk.kinds !== undefined ? pool.u8(length) : undefined
  const watermarks = filters && chunk.watermarks !== undefined ? pool.f64(length) : undefined
  const rows = filters && several ? pool.i32(length) : undefined
  let count = length
  try {
    for (const loop of loops)
      count = loop.run(chunk.columns, columns, count, chunk.kinds, kinds, chunk.watermarks, watermarks, rows)
  } catch (cause) {
    for (const array of written()) pool.give(array)
    chunk.release()
    throw inOurWords(cause)
  } finally {
    if (rows !== undefined) pool.give(rows)
  }
  const owned = written()
  if (kinds !== undefined) owned.push(kinds)
  if (watermarks !== undefined) owned.push(watermarks)
  if (count === 0) {
    for (const array of owned) pool.give(array)
    chunk.release()
    return undefined
  }
  return new Chunk({
    schema: spec.output,
    length: count,
    columns,
    kinds: filters ? kinds : chunk.kinds,
    watermarks: filters ? watermarks : chunk.watermarks,
    split: chunk.split,
    owned,
    pool,
    ...parentsOf(plans, filters, chunk),
  })
}

/** The input stays alive as long as the output looks into it; otherwise it is let go here. */
function parentsOf(plans: readonly Plan[], filters: boolean, chunk: Chunk): { readonly parents?: readonly Chunk[] } {
  const shares = plans.some(plan => plan.kind === 'share' || plan.view !== undefined)
  if (shares || (!filters && (chunk.kinds !== undefined || chunk.watermarks !== undefined))) return { parents: [chunk] }
  chunk.release()
  return {}
}

function columnFor(spec: CalcSpec, plan: Plan, i: number, chunk: Chunk, pool: BufferPool): Column {
  if (plan.kind === 'share') return chunk.columns[plan.column]!
  const type = withNullable(spec.output[i]!.type, plan.nullable)
  if (plan.view === undefined) return newColumn(type, chunk.length, pool)
  const from = chunk.columns[plan.view] as BytesColumn
  const { length } = chunk
  const column = new BytesColumn(
    type,
    from.bytes,
    pool.i32(length),
    pool.i32(length),
    plan.nullable ? pool.u8(length) : undefined,
  )
  if (from.codes !== undefined) {
    column.codes = pool.i32(length)
    column.dictionary = from.dictionary
  }
  return column
}

/** What goes back to the pool with the output: all that was taken for it, but not bytes that the input owns. */
function ownedArrays(plan: Plan, column: Column): PooledArray[] {
  if (plan.kind === 'share') return []
  if (plan.view === undefined) return arraysOf(column)
  const { starts, ends, valid, codes } = column as BytesColumn
  return [starts, ends, valid, codes].filter(array => array !== undefined)
}

/** V8 throws a RangeError of its own where a bigint is divided by zero. */
export function inOurWords(cause: unknown): unknown {
  if (cause instanceof RangeError && cause.message === 'Division by zero')
    return new EvaluationError('DIVISION_BY_ZERO', cause.message, { cause })
  return cause
}
