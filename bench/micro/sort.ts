/**
 * ORDER BY over chunks in memory, as a batch: rows per second, from the first chunk in to the last out.
 *
 *     all, BIGINT      every row is kept and sorted at the end
 *     all, text        the same by a text of 8 bytes
 *     first 100        a Top-N that keeps 100 rows
 */
import { CHUNK_ROWS, type Chunk, ChunkBuilder } from '#src/data/chunk.ts'
import { parseSchema } from '#src/data/notation.ts'
import { BufferPool } from '#src/data/pool.ts'
import { Sort } from '#src/runtime/operators/sort.ts'
import { TopN } from '#src/runtime/operators/top-n.ts'
import { MemoryBudget } from '#src/runtime/state/memory-budget.ts'

const ROWS = 1 << 20
const schema = parseSchema('id BIGINT NOT NULL, price DOUBLE NOT NULL, note STRING NOT NULL')
const pool = new BufferPool()
const context = {
  name: 'bench/sort',
  pool,
  memory: new MemoryBudget(),
  clock: { nowMs: () => 0, elapsedMs: () => performance.now() },
  session: undefined as never,
  onCompiled() {},
}
const output = { emit: (chunk: Chunk) => chunk.release() }

function chunkFrom(from: number): Chunk {
  const builder = new ChunkBuilder(schema, pool, { kinds: false })
  for (let row = 0; row < CHUNK_ROWS; row++) {
    const mixed = Math.imul(from + row, 0x9e3779b1) >>> 0
    builder.append(0, [BigInt(mixed), mixed, mixed.toString(16).padStart(8, '0')])
  }
  return builder.finish()
}

function run(name: string, column: number, limit: number | undefined): void {
  const by = [{ column, descending: true, nullsFirst: false }]
  const rates: string[] = []
  for (let round = 0; round < 3; round++) {
    const chunks = Array.from({ length: ROWS / CHUNK_ROWS }, (_, i) => chunkFrom(i * CHUNK_ROWS))
    const traits = {
      changes: { updateBefore: false, updateAfter: false, delete: false },
      upsertKeys: [],
      rowtime: [],
      proctime: [],
      bounded: true,
    }
    const node = {
      kind: 'Sort',
      id: 1,
      inputs: [],
      schema,
      traits,
      state: [],
      by,
      offset: 0,
      limit,
      emit: 'at-end',
      retracting: false,
    } as const
    const start = performance.now()
    const operator = limit === undefined ? new Sort(node, context) : new TopN(node, context)
    for (const chunk of chunks) operator.onChunk(chunk, 0, output)
    operator.onEnd(0, output)
    operator.close()
    rates.push(`${(ROWS / (performance.now() - start) / 1000).toFixed(2)} M/s`)
  }
  console.log(`${name.padEnd(14)} ${rates.join('   ')}`)
}

run('all, BIGINT', 0, undefined)
run('all, text', 2, undefined)
run('first 100', 1, 100)
