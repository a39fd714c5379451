import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CHUNK_ROWS, type Chunk, ChunkBuilder } from '../../data/chunk.ts'
import { type BytesColumn, newColumn } from '../../data/column.ts'
import { parseRows, parseSchema, printValue } from '../../data/notation.ts'
import { BufferPool } from '../../data/pool.ts'
import { RowKind } from '../../data/row-kind.ts'
import type { Schema } from '../../data/type.ts'
import type { Value } from '../../data/value.ts'
import { arbitraryType, arbitraryValue } from '../../testing/arbitrary.ts'
import { MemorySnapshot } from '../../testing/drive.ts'
import { MemoryBudget } from './memory-budget.ts'
import { StateTable } from './state-table.ts'

const options = { memory: new MemoryBudget(), owner: 'test' }
const table = (key: string, value = 'n INT NOT NULL', changes: { ttlMs?: number } = {}) =>
  new StateTable({ name: 'groups', key: parseSchema(key), value: parseSchema(value), bound: '', ...changes }, options)

test('equal keys share a slot, NULLs among them', () => {
  const groups = table('user STRING, day INT')
  expect(locate(groups, rows('user STRING, day INT', 'ann 1', 'bob 1', 'ann 1', 'NULL 1', 'NULL 1', 'ann NULL', "'' 1"))).toEqual(
    [0, 1, 0, 2, 2, 3, 4],
  )
  expect(groups.rows).toBe(5)
})

test('a slot that was let go is used again, blank', () => {
  const groups = table('user STRING', 'total BIGINT, name STRING')
  locate(groups, rows('user STRING', 'ann', 'bob', 'eve'))
  groups.values[0]!.setValue(1, 5n)
  groups.values[1]!.setValue(1, 'five')
  groups.delete(1)
  expect(locate(groups, rows('user STRING', 'eve', 'dan', 'ann'))).toEqual([2, 1, 0])
  expect(groups.values.map(column => column.value(1))).toEqual([null, null])
})

test('find makes nothing, and skipped rows belong nowhere', () => {
  const groups = table('user STRING')
  const chunk = rows('user STRING', 'ann', 'bob')
  const slots = new Int32Array(2)
  groups.find(chunk.columns, 2, slots)
  expect([...slots]).toEqual([-1, -1])
  groups.locate(chunk.columns, 2, slots, Uint8Array.of(1, 0))
  expect([...slots]).toEqual([-1, 0])
})

test('text of a dictionary is looked up by its code', () => {
  const groups = table('user STRING')
  const column = newColumn(parseSchema('user STRING')[0]!.type, 4, new BufferPool()) as BytesColumn
  const bytes = new TextEncoder().encode('annbob')
  column.dictionary = { size: 2, bytes, starts: Int32Array.of(0, 3), ends: Int32Array.of(3, 6) }
  column.codes = Int32Array.of(1, 0, 1, 0)
  column.valid!.set([1, 1, 1, 0])
  column.bytes = bytes
  column.starts.set([3, 0, 3, 0])
  column.ends.set([6, 3, 6, 0])
  const slots = new Int32Array(4)
  groups.locate([column], 4, slots)
  expect([...slots]).toEqual([0, 1, 0, 2])
  expect(locate(groups, rows('user STRING', 'ann', 'bob', 'NULL'))).toEqual([1, 0, 2])
})

test('a row is gone when nothing was written for as long as its TTL', () => {
  const groups = table('user STRING', 'n INT NOT NULL', { ttlMs: 10 })
  locate(groups, rows('user STRING', 'ann'))
  groups.touch(0, 100)
  expect([groups.expired(0, 109), groups.expired(0, 110)]).toEqual([false, true])
})

test('a query that keeps too much ends with its operator named', () => {
  const memory = new MemoryBudget({ limitBytes: 1 << 20 })
  const groups = new StateTable(
    { name: 'groups', key: parseSchema('id INT'), value: parseSchema('n BIGINT'), bound: '' },
    { memory, owner: 'group-aggregate-3' },
  )
  const fill = () => {
    for (let from = 0; ; from += 1000) locate(groups, rows('id INT', ...Array.from({ length: 1000 }, (_, i) => String(from + i))))
  }
  expect(fill).toThrow(
    expect.objectContaining({ code: 'OUT_OF_MEMORY_BUDGET', message: expect.stringContaining('group-aggregate-3') }),
  )
  groups.close()
  expect(memory.usedBytes).toBe(0)
})

test('text that is garbage does not pile up', () => {
  const groups = table('id INT', 'name STRING')
  locate(groups, rows('id INT', '1', '2'))
  for (let i = 0; i < 20_000; i++) {
    groups.values[0]!.setValue(i % 2, `a name that is not short, number ${i}`)
    if (i % 100 === 0) groups.settle()
  }
  groups.settle()
  expect(groups.values[0]!.arenaBytes).toBeLessThan(200_000)
  expect(groups.values[0]!.value(1)).toBe('a name that is not short, number 19999')
})

test('it holds what a map would, whatever the types, across snapshots', () => {
  fc.assert(
    fc.property(histories, ({ schema, steps }) => {
      let groups = new StateTable({ name: 'groups', key: schema, value: parseSchema('n INT NOT NULL'), bound: '' }, options)
      const model = new Map<string, number>()
      for (const { keys, remove, snapshot } of steps) {
        const pool = new BufferPool({ poison: true })
        const builder = new ChunkBuilder(schema, pool, { kinds: false })
        for (const key of keys) builder.append(RowKind.Insert, key)
        const chunk = builder.finish()
        const slots = new Int32Array(CHUNK_ROWS)
        groups.locate(chunk.columns, chunk.length, slots)
        chunk.release()
        keys.forEach((key, row) => {
          groups.values[0]!.ints[slots[row]!]! += 1
          model.set(text(schema, key), (model.get(text(schema, key)) ?? 0) + 1)
        })
        if (remove && keys.length > 0) {
          groups.delete(slots[0]!)
          model.delete(text(schema, keys[0]!))
        }
        groups.settle()
        if (snapshot) groups = restored(groups, schema)
      }
      expect(contents(groups, schema)).toEqual([...model].toSorted())
    }),
    { numRuns: 60 },
  )
})

const histories = fc.array(arbitraryType(1), { minLength: 1, maxLength: 3 }).chain(kinds => {
  const schema: Schema = kinds.map((type, i) => ({ name: `k${i}`, type }))
  const key = fc.tuple(...kinds.map(arbitraryValue)) as fc.Arbitrary<Value[]>
  return fc.array(key, { minLength: 1, maxLength: 12 }).chain(pool =>
    fc.record({
      schema: fc.constant(schema),
      steps: fc.array(
        fc.record({ keys: fc.array(fc.constantFrom(...pool), { maxLength: 20 }), remove: fc.boolean(), snapshot: fc.boolean() }),
      ),
    }),
  )
})

function restored(groups: StateTable, schema: Schema): StateTable {
  const snapshot = new MemorySnapshot()
  groups.snapshot(snapshot)
  const next = new StateTable({ name: 'groups', key: schema, value: parseSchema('n INT NOT NULL'), bound: '' }, options)
  next.restore(snapshot)
  return next
}

const text = (schema: Schema, key: readonly Value[]) => key.map((value, i) => printValue(schema[i]!.type, value)).join(' ')

function contents(groups: StateTable, schema: Schema): [string, number][] {
  const found: [string, number][] = []
  for (let s = groups.after(0); s >= 0; s = groups.after(s + 1)) {
    found.push([
      text(
        schema,
        groups.keys.map(column => column.value(s)),
      ),
      groups.values[0]!.value(s) as number,
    ])
  }
  return found.toSorted()
}

const rows = (schema: string, ...lines: string[]): Chunk => parseRows(parseSchema(schema), lines.map(l => `+I ${l}`).join('\n'))

function locate(groups: StateTable, chunk: Chunk): number[] {
  const slots = new Int32Array(chunk.length)
  groups.locate(chunk.columns, chunk.length, slots)
  return [...slots]
}
