/**
 * Joins over chunks in memory: rows into the operator per second, both sides counted.
 *
 *     inner, 1 match    orders ⋈ users by a BIGINT key, every order has one user; users come first
 *     inner, changes    the same, then every second user is replaced: each change retracts and tells its orders
 *     left, at the end  as a batch: the users end first, orders only look up
 */
import { CHUNK_ROWS, type Chunk, ChunkBuilder } from '#src/data/chunk.ts'
import { parseSchema } from '#src/data/notation.ts'
import { BufferPool } from '#src/data/pool.ts'
import { Join } from '#src/runtime/operators/join.ts'
import { MemoryBudget } from '#src/runtime/state/memory-budget.ts'

const ORDERS = 2_000_000
const USERS = 10_000
const orders = parseSchema('id BIGINT NOT NULL, user BIGINT NOT NULL, amount DOUBLE, note STRING')
const users = parseSchema('user BIGINT NOT NULL, city STRING')
const cities = ['rome', 'oslo', 'bern', 'lima', 'a city with a rather long name'].map(city => new TextEncoder().encode(city))

const pool = new BufferPool()
const output = {
  rows: 0,
  emit(chunk: Chunk) {
    this.rows += chunk.length
    chunk.release()
  },
}

function join(joinType: 'inner' | 'left', emit: 'per-row' | 'at-end'): Join {
  const traits = {
    changes: { updateBefore: true, updateAfter: true, delete: true },
    upsertKeys: [],
    rowtime: [],
    proctime: [],
    bounded: true,
  }
  const input = (schema: typeof orders) => ({ kind: 'Values', id: 0, inputs: [], schema, traits, state: [], rows: [] }) as const
  const right = joinType === 'left' ? users.map(f => ({ ...f, type: { ...f.type, nullable: true } })) : users
  const keys = {
    leftKeys: [1],
    rightKeys: [0],
    nullSafe: [false],
    leftUnique: undefined,
    rightUnique: undefined,
    condition: undefined,
  }
  const node = {
    kind: 'Join',
    id: 1,
    inputs: [input(orders), input(users)],
    schema: [...orders, ...right],
    traits,
    state: [],
    joinType,
    emit,
    ttlMs: 0,
    ...keys,
  } as const
  const clock = { nowMs: () => 0, elapsedMs: () => performance.now() }
  return new Join(node, {
    name: 'bench/join',
    pool,
    memory: new MemoryBudget(),
    clock,
    session: undefined as never,
    onCompiled() {},
  })
}

function orderChunk(from: number): Chunk {
  const builder = new ChunkBuilder(orders, pool, { kinds: false })
  const [id, user, amount, note] = builder.columns as unknown as {
    values: never
    setBytes(row: number, from: Uint8Array, start: number, end: number): void
    valid: Uint8Array
  }[]
  const ids = new Int32Array((id!.values as BigInt64Array).buffer)
  const keys = new Int32Array((user!.values as BigInt64Array).buffer)
  for (let row = 0; row < CHUNK_ROWS; row++) {
    ids[2 * row] = from + row
    ids[2 * row + 1] = 0
    keys[2 * row] = (Math.imul(from + row, 0x9e3779b1) >>> 0) % USERS
    keys[2 * row + 1] = 0
    ;(amount!.values as Float64Array)[row] = row
    const city = cities[row % 5]!
    note!.setBytes(row, city, 0, city.length)
  }
  amount!.valid.fill(1)
  note!.valid.fill(1)
  builder.length = CHUNK_ROWS
  return builder.finish()
}

function userChunks(kinds: readonly (0 | 1 | 2)[], step = 1): Chunk[] {
  const chunks: Chunk[] = []
  const builder = new ChunkBuilder(users, pool, { kinds: true })
  for (let user = 0; user < USERS; user += step) {
    for (const kind of kinds) {
      if (builder.full) chunks.push(builder.finish())
      builder.append(kind, [BigInt(user), `city ${kind === 2 ? user + 1 : user}`])
    }
  }
  chunks.push(builder.finish())
  return chunks
}

function run(name: string, work: () => number): void {
  const rates: string[] = []
  for (let round = 0; round < 3; round++) {
    output.rows = 0
    const start = performance.now()
    const rows = work()
    const seconds = (performance.now() - start) / 1000
    rates.push(`${(rows / seconds / 1e6).toFixed(2)} M/s in, ${(output.rows / seconds / 1e6).toFixed(2)} M/s out`)
  }
  console.log(`${name.padEnd(24)} ${rates.join('   ')}`)
}

const insertUsers = (operator: Join): void => {
  for (const chunk of userChunks([0])) operator.onChunk(chunk, 1, output)
}
const insertOrders = (operator: Join, count: number): void => {
  for (let from = 0; from < count; from += CHUNK_ROWS) operator.onChunk(orderChunk(from), 0, output)
}

run('chunks alone', () => {
  for (let from = 0; from < ORDERS; from += CHUNK_ROWS) output.emit(orderChunk(from))
  return ORDERS
})
run('inner, 1 match', () => {
  const operator = join('inner', 'per-row')
  insertUsers(operator)
  insertOrders(operator, ORDERS)
  operator.close()
  return ORDERS
})
run('inner, changes', () => {
  const operator = join('inner', 'per-row')
  insertUsers(operator)
  insertOrders(operator, ORDERS / 4)
  for (const chunk of userChunks([1, 2], 2)) operator.onChunk(chunk, 1, output)
  operator.close()
  return ORDERS / 4 + USERS
})
run('left, at the end', () => {
  const operator = join('left', 'at-end')
  insertUsers(operator)
  operator.onEnd(1, output)
  insertOrders(operator, ORDERS)
  operator.onEnd(0, output)
  operator.close()
  return ORDERS
})
