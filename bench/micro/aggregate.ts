/**
 * Aggregation over chunks in memory: rows into the operator per CPU second, collector and compiler threads included.
 *
 *     per chunk, per row, at end   when changes are told: COUNT and SUM by a BIGINT key
 *     upsert                       without -U
 *     tumble, hop                  COUNT and SUM over windows of 10 s, 1,000 keys; the hop has five windows to a row
 *
 * All run in one process, seven rounds in shuffled order, so that shared loops show it when they turn megamorphic; the
 * best round counts.
 */
import { seededRandom } from '#src/base/random.ts'
import { CHUNK_ROWS, Chunk } from '#src/data/chunk.ts'
import type { Column } from '#src/data/column.ts'
import { parseSchema } from '#src/data/notation.ts'
import { BufferPool } from '#src/data/pool.ts'
import { types } from '#src/data/type.ts'
import type { EmitMode, WindowSpec } from '#src/planner/physical/plan.ts'
import type { Operator, Output } from '#src/runtime/dataflow/operator.ts'
import type { OperatorContext } from '#src/runtime/operators/context.ts'
import { GroupAggregate } from '#src/runtime/operators/group-aggregate.ts'
import { WindowAggregate } from '#src/runtime/operators/window-aggregate.ts'
import { aggregateCall, aggregateSchema } from '#src/testing/aggregate-calls.ts'
import { testContext } from '#src/testing/drive.ts'
import { planNode } from '#src/testing/plan-node.ts'

const ROWS = 5_000_000
const ROUNDS = 7
const SPREAD_MS = 60_000
const schema = parseSchema('k BIGINT NOT NULL, amount BIGINT NOT NULL, at TIMESTAMP(3) NOT NULL')

interface Query {
  readonly input: readonly Chunk[]
  build(context: OperatorContext): Operator
  /** After chunk `i`. */
  next?(operator: Operator, i: number, output: Output): void
}

const valuesOf = (chunk: Chunk, column: number) => (chunk.columns[column] as Column & { storage: 'i64' }).values

/** Chunks that are handed in again and again. Their times rise over SPREAD_MS. */
function chunks(keys: number): readonly Chunk[] {
  const random = seededRandom(1)
  const count = keys > 100_000 ? 1024 : 64
  return Array.from({ length: count }, (_, c) => {
    const column = (of: (row: number) => number, i: number) => ({
      storage: 'i64' as const,
      type: schema[i]!.type,
      values: BigInt64Array.from({ length: CHUNK_ROWS }, (_, row) => BigInt(Math.floor(of(row)))),
      valid: undefined,
    })
    const contents = [
      () => random.next() * keys,
      () => random.next() * 1000,
      (row: number) => ((c * CHUNK_ROWS + row) / (count * CHUNK_ROWS)) * SPREAD_MS,
    ]
    return new Chunk({ schema, length: CHUNK_ROWS, columns: contents.map(column) })
  })
}

function groups(emit: EmitMode, keys: number, calls: readonly string[], updateBefore = true): Query {
  const bound = calls.map(text => aggregateCall(schema, text))
  const output = aggregateSchema(schema, [0], bound)
  const node = planNode('GroupAggregate', [schema], output, { groupBy: [0], calls: bound, emit, retracting: false, ttlMs: 0 })
  const traits = { ...node.traits, changes: { updateBefore, updateAfter: true, delete: false } }
  return { input: chunks(keys), build: context => new GroupAggregate({ ...node, traits }, context) }
}

function windows(spec: WindowSpec, keys: number, calls: readonly string[]): Query {
  const bound = calls.map(text => aggregateCall(schema, text))
  const bounds = ['start', 'end'].map(name => ({ name, type: types.timestamp(3, false) }))
  const node = planNode('WindowAggregate', [schema], [...aggregateSchema(schema, [0], bound), ...bounds], {
    window: { kind: 'assign', spec, time: 2, zone: undefined },
    groupBy: [0],
    calls: bound,
    properties: ['start', 'end'],
    retracting: false,
    emit: 'watermark',
  })
  const input = chunks(keys)
  return {
    input,
    build: context => new WindowAggregate(node, context),
    next(operator, i, output) {
      const times = valuesOf(input[i % input.length]!, 2)
      operator.onWatermark?.(Number(times[CHUNK_ROWS - 1]!) - 1, output)
      for (let row = 0; row < CHUNK_ROWS; row++) times[row] = BigInt.asIntN(64, times[row]! + BigInt(SPREAD_MS))
    },
  }
}

const sums = ['COUNT(*)', 'SUM(amount)']
const queries: Readonly<Record<string, () => Query>> = {
  'count+sum, 10k keys, per chunk': () => groups('per-chunk', 10_000, sums),
  'count+sum, 10k keys, per chunk, upsert': () => groups('per-chunk', 10_000, sums, false),
  'count+sum, 10k keys, per row': () => groups('per-row', 10_000, sums),
  'count+sum, 10k keys, at end': () => groups('at-end', 10_000, sums),
  'count+sum, 100 keys, per chunk': () => groups('per-chunk', 100, sums),
  'count+sum, 1M keys, per chunk': () => groups('per-chunk', 1_000_000, sums),
  'count+sum, 1M keys, per row': () => groups('per-row', 1_000_000, sums),
  'min+max+avg, 10k keys, per chunk': () => groups('per-chunk', 10_000, ['MIN(amount)', 'MAX(amount)', 'AVG(amount)']),
  'count distinct, 1k keys, per chunk': () => groups('per-chunk', 1000, ['COUNT(DISTINCT amount)']),
  'tumble count+sum, 1k keys': () => windows({ kind: 'tumble', sizeMs: 10_000, offsetMs: 0 }, 1000, sums),
  'hop count+sum, 1k keys': () => windows({ kind: 'hop', slideMs: 2_000, sizeMs: 10_000, offsetMs: 0 }, 1000, sums),
}

/** Rows per CPU second. */
function measure({ input, build, next }: Query): number {
  const operator = build(testContext(new BufferPool()))
  const output: Output = { emit: chunk => chunk.release() }
  const before = process.cpuUsage()
  let rows = 0
  for (let i = 0; rows < ROWS; i++) {
    const chunk = input[i % input.length]!.retain()
    operator.onChunk(chunk, 0, output)
    next?.(operator, i, output)
    rows += CHUNK_ROWS
  }
  operator.onEnd?.(0, output)
  const { user, system } = process.cpuUsage(before)
  return rows / ((user + system) / 1e6)
}

const random = seededRandom(7)
const best = new Map<string, number>()
for (let round = 0; round < ROUNDS; round++) {
  for (const name of Object.keys(queries).toSorted(() => random.next() - 0.5)) {
    best.set(name, Math.max(best.get(name) ?? 0, measure(queries[name]!())))
  }
}
for (const name of Object.keys(queries))
  console.log(`${name.padEnd(40)} ${(best.get(name)! / 1e6).toFixed(1).padStart(6)} M rows/s`)
