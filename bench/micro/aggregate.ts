/**
 * Aggregation over chunks in memory, as an operator sees them. Needs `npm run build`; then `node bench/micro/aggregate.ts`
 * on a Node that strips types, or `npx tsx`.
 *
 *     node bench/micro/aggregate.ts [--rows 20000000] [--json]
 *
 * All queries run in one process in an order that is shuffled by the seed, twice; the second round is told.
 */
import { systemClock } from '../../dist/base/clock.js'
import { seededRandom } from '../../dist/base/random.js'
import { Chunk } from '../../dist/data/chunk.js'
import { parseSchema } from '../../dist/data/notation.js'
import { BufferPool } from '../../dist/data/pool.js'
import { types } from '../../dist/data/type.js'
import { GroupAggregate } from '../../dist/runtime/operators/group-aggregate.js'
import { WindowAggregate } from '../../dist/runtime/operators/window-aggregate.js'
import { aggregateCall, aggregateSchema } from '../../dist/testing/aggregate-calls.js'
import { testContext } from '../../dist/testing/drive.js'
import { planNode } from '../../dist/testing/plan-node.js'

const rowsAsked = Number(process.argv[process.argv.indexOf('--rows') + 1] || 0) || 10_000_000
const json = process.argv.includes('--json')
const CHUNK = 2048
const SCHEMA = 'k BIGINT NOT NULL, amount BIGINT NOT NULL, at TIMESTAMP(3) NOT NULL'

/** Chunks that are handed in again and again: what is measured is the operator. */
function chunks(keys, spreadMs) {
  const random = seededRandom(1)
  const schema = parseSchema(SCHEMA)
  return Array.from({ length: 64 }, (_, c) => {
    const columns = schema.map(({ type }) => ({ storage: 'i64', type, values: new BigInt64Array(CHUNK), valid: undefined }))
    for (let row = 0; row < CHUNK; row++) {
      columns[0].values[row] = BigInt(Math.floor(random.next() * keys))
      columns[1].values[row] = BigInt(Math.floor(random.next() * 1000))
      columns[2].values[row] = BigInt(Math.floor(((c * CHUNK + row) / (64 * CHUNK)) * spreadMs))
    }
    return new Chunk({ schema, length: CHUNK, columns })
  })
}

function groupAggregate(emit, keys, calls, updateBefore = true) {
  const schema = parseSchema(SCHEMA)
  const bound = calls.map(text => aggregateCall(schema, text))
  const output = aggregateSchema(schema, [0], bound)
  const node = planNode('GroupAggregate', [schema], output, { groupBy: [0], calls: bound, emit, retracting: false, ttlMs: 0 })
  const traits = { ...node.traits, changes: { updateBefore, updateAfter: true, delete: false } }
  return { input: chunks(keys, 0), build: context => new GroupAggregate({ ...node, traits }, context) }
}

/** The chunks' times rise over `spreadMs` and begin anew, that much later, when the chunks do. */
function windowAggregate(window, keys, calls) {
  const schema = parseSchema(SCHEMA)
  const bound = calls.map(text => aggregateCall(schema, text))
  const bounds = ['start', 'end'].map(name => ({ name, type: types.timestamp(3, false) }))
  const output = [...aggregateSchema(schema, [0], bound), ...bounds]
  const node = planNode('WindowAggregate', [schema], output, {
    window: { kind: 'assign', spec: window, time: 2, zone: undefined },
    groupBy: [0],
    calls: bound,
    properties: ['start', 'end'],
    retracting: false,
    emit: 'watermark',
  })
  const spreadMs = 60_000
  const input = chunks(keys, spreadMs)
  const step = BigInt(spreadMs)
  return {
    input,
    build: context => new WindowAggregate(node, context),
    watermark(operator, i, emit) {
      const times = input[i % input.length].columns[2].values
      operator.onWatermark(Number(times[CHUNK - 1]) - 1, emit)
      for (let row = 0; row < CHUNK; row++) times[row] = BigInt.asIntN(64, times[row] + step)
    },
  }
}

const tumble = { kind: 'tumble', sizeMs: 10_000, offsetMs: 0 }
const hop = { kind: 'hop', slideMs: 2_000, sizeMs: 10_000, offsetMs: 0 }

const queries = {
  'tumble count+sum, 1k keys': () => windowAggregate(tumble, 1000, ['COUNT(*)', 'SUM(amount)']),
  'hop 5 windows count+sum, 1k keys': () => windowAggregate(hop, 1000, ['COUNT(*)', 'SUM(amount)']),
  'count+sum, 10k keys, per chunk': () => groupAggregate('per-chunk', 10_000, ['COUNT(*)', 'SUM(amount)']),
  'count+sum, 10k keys, per chunk, upsert': () => groupAggregate('per-chunk', 10_000, ['COUNT(*)', 'SUM(amount)'], false),
  'count+sum, 10k keys, per row': () => groupAggregate('per-row', 10_000, ['COUNT(*)', 'SUM(amount)']),
  'count+sum, 10k keys, at end': () => groupAggregate('at-end', 10_000, ['COUNT(*)', 'SUM(amount)']),
  'count+sum, 100 keys, per chunk': () => groupAggregate('per-chunk', 100, ['COUNT(*)', 'SUM(amount)']),
  'count+sum, 100k keys, per chunk': () => groupAggregate('per-chunk', 100_000, ['COUNT(*)', 'SUM(amount)']),
  'min+max+avg, 10k keys, per chunk': () => groupAggregate('per-chunk', 10_000, ['MIN(amount)', 'MAX(amount)', 'AVG(amount)']),
  'count distinct, 1k keys, per chunk': () => groupAggregate('per-chunk', 1000, ['COUNT(DISTINCT amount)']),
}

function measure(name, rows) {
  const { input, build, watermark } = queries[name]()
  const pool = new BufferPool()
  const operator = build(testContext(pool))
  let out = 0
  const output = {
    emit(chunk) {
      out += chunk.length
      chunk.release()
    },
  }
  const started = systemClock.elapsedMs()
  const cpu = process.cpuUsage()
  let given = 0
  for (let i = 0; given < rows; i++) {
    const chunk = input[i % input.length].retain()
    operator.onChunk(chunk, 0, output)
    given += chunk.length
    if (watermark !== undefined) watermark(operator, i, output)
  }
  operator.onEnd?.(0, output)
  const seconds = (systemClock.elapsedMs() - started) / 1000
  const used = process.cpuUsage(cpu)
  return { query: name, rows: given, out, seconds, cpuSeconds: (used.user + used.system) / 1e6 }
}

const random = seededRandom(7)
const shuffled = () => Object.keys(queries).toSorted(() => random.next() - 0.5)
for (const name of shuffled()) measure(name, rowsAsked / 10)
for (const name of shuffled()) {
  const { rows, out, seconds, cpuSeconds } = measure(name, rowsAsked)
  if (json) process.stdout.write(`${JSON.stringify({ query: name, rows, out, seconds, cpuSeconds })}\n`)
  else
    process.stdout.write(
      `${name.padEnd(44)} ${(rows / seconds / 1e6).toFixed(1).padStart(6)} M rows/s ${(out / rows).toFixed(2).padStart(6)} out/in ${(cpuSeconds / seconds).toFixed(2)} cpu\n`,
    )
}
