import { expect, test } from 'vitest'
import { CHUNK_ROWS, type Chunk, ChunkBuilder } from '../../data/chunk.ts'
import { parseRows, parseSchema, printRows } from '../../data/notation.ts'
import { BufferPool } from '../../data/pool.ts'
import { MemorySnapshot } from '../../testing/drive.ts'
import { MemoryBudget } from './memory-budget.ts'
import { RowStore } from './row-store.ts'

const options = { memory: new MemoryBudget(), owner: 'join' }
const schema = parseSchema('user STRING, amount DECIMAL(30, 2), at TIMESTAMP(6), tags ARRAY<INT>')
const rows = (pool: BufferPool, text: string): Chunk => parseRows(schema, text, pool)
const script = `
  +I ann 1.50 '2020-01-01 00:00:01.000001' [1]
  +I ann 2.50 NULL [1, 2]
  +I bob NULL '2020-01-01 00:00:02.000000' NULL
`

/** A store with one list of the script's rows; the chunk they came in is gone. */
function filled() {
  const pool = new BufferPool({ poison: true })
  const store = new RowStore({ name: 'left', schema }, options)
  const chunk = rows(pool, script)
  const ids = new Int32Array(CHUNK_ROWS)
  store.insert(chunk.columns, undefined, chunk.length, ids)
  chunk.release()
  const heads = new Int32Array(1)
  const tails = new Int32Array(1)
  for (let i = 0; i < 3; i++) store.append(heads, tails, 0, ids[i]!)
  return { store, heads, tails, ids, pool }
}

function listed(store: RowStore, heads: Int32Array): string {
  const builder = new ChunkBuilder(schema, new BufferPool(), { kinds: false })
  const ids = new Int32Array(CHUNK_ROWS)
  let count = 0
  for (let id = heads[0]! - 1; id >= 0; id = store.next[id]! - 1) ids[count++] = id
  store.gather(ids, count, builder.columns, 0)
  builder.length = count
  return printRows(builder.finish())
}

test('rows stand in lists in the order they came, and leave them', () => {
  const { store, heads, tails, ids } = filled()
  store.delete(heads, tails, 0, ids[1]!)
  expect(listed(store, heads)).toMatchInlineSnapshot(`
    "+I ann 1.50 '2020-01-01 00:00:01.000001' [1]
    +I bob NULL '2020-01-01 00:00:02.000000' NULL"
  `)
  store.delete(heads, tails, 0, ids[0]!)
  store.delete(heads, tails, 0, ids[2]!)
  expect([heads[0], tails[0], store.rows]).toEqual([0, 0, 0])
})

test('a row is found by its values', () => {
  const { store, heads, ids, pool } = filled()
  const chunk = rows(pool, "-D bob NULL '2020-01-01 00:00:02.000000' NULL\n-D bob 1.00 NULL NULL")
  const hashes = store.hashRows(chunk.columns, chunk.length)
  expect(store.find(chunk.columns, 0, hashes[0]!, heads[0]! - 1)).toBe(ids[2])
  expect(store.find(chunk.columns, 1, hashes[1]!, heads[0]! - 1)).toBe(-1)
})

test('a restored store goes on where the snapshot was', () => {
  const { store, heads, tails, ids } = filled()
  store.delete(heads, tails, 0, ids[0]!)
  const snapshot = new MemorySnapshot()
  store.snapshot(snapshot)
  const next = new RowStore({ name: 'left', schema }, options)
  expect(next.restore(snapshot)).toBe(true)
  expect(listed(next, heads)).toBe(listed(store, heads))
  expect(next.rows).toBe(2)
})

test('an id of -1 is a row of NULLs', () => {
  const { store } = filled()
  const builder = new ChunkBuilder(schema, new BufferPool(), { kinds: false })
  store.gather(Int32Array.of(-1, 0), 2, builder.columns, 0)
  builder.length = 2
  expect(printRows(builder.finish())).toMatchInlineSnapshot(`
    "+I NULL NULL NULL NULL
    +I ann 1.50 '2020-01-01 00:00:01.000001' [1]"
  `)
})
