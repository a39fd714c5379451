import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Stage, drive, tableOf } from '../../testing/drive.ts'
import { feedings, histories, standing } from '../../testing/histories.ts'
import { TopN, type TopNSpec } from './top-n.ts'
import { parseSchema } from '../../data/notation.ts'

test('a row that comes in pushes out the last', () => {
  expect(
    drive(
      topN({ limit: 2 }),
      `
      +I ann 5
      +I bob 3
      +I eve 4
      +I joe 1
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I ann 5
    +I bob 3
    -D bob 3
    +I eve 4"
  `)
})

test('the row behind moves up when one is taken away', () => {
  expect(
    drive(
      topN({ limit: 2, retracting: true }),
      `
      +I ann 5
      +I bob 3
      +I eve 4
      -D ann 5
      -D joe 9
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I ann 5
    +I bob 3
    -D bob 3
    +I eve 4
    -D ann 5
    +I bob 3"
  `)
})

test('of equal rows the first that came stands first, with OFFSET too', () => {
  const script = '+I ann 5\n+I bob 5\n+I eve 5\n+I joe 7'
  expect(tableOf(topN({ limit: 2 }), script)).toBe('ann 5\njoe 7')
  expect(tableOf(topN({ offset: 1, limit: 2 }), script)).toBe('ann 5\nbob 5')
})

test('with OFFSET, places are updated', () => {
  expect(drive(topN({ offset: 1, limit: 2, updateBefore: true }), '+I ann 1\n+I bob 2\n+I eve 3\n+I joe 4'))
    .toMatchInlineSnapshot(`
    "+I ann 1
    -U ann 1
    +U bob 2
    +I ann 1
    -U bob 2
    +U eve 3
    -U ann 1
    +U bob 2"
  `)
})

test('per chunk, and while the sources work off history, only the difference is told', () => {
  expect(drive(topN({ limit: 1, emit: 'per-chunk' }), '+I ann 5\n+I bob 6\n--\n+I eve 7\n+I joe 8')).toMatchInlineSnapshot(`
    "+I bob 6
    --
    -D bob 6
    +I joe 8"
  `)
  const backlog = '+I ann 5\nbacklog\n+I bob 6\n--\n-D ann 5\nsnapshot\n+I eve 4\nlive\n+I joe 8'
  expect(drive(topN({ limit: 2, retracting: true }), backlog)).toMatchInlineSnapshot(`
    "+I ann 5
    live
    -D ann 5
    +I bob 6
    +I eve 4
    -D eve 4
    +I joe 8"
  `)
})

test('at the end, the rows come in order', () => {
  expect(drive(topN({ limit: 3, emit: 'at-end' }), '+I ann 5\n+I bob NULL\n+I eve 9\n+I joe 7\nend')).toMatchInlineSnapshot(`
    "end
    +I eve 9
    +I joe 7
    +I ann 5"
  `)
})

test('without an order it is a LIMIT that fills up again', () => {
  expect(drive(topN({ by: [], limit: 1, retracting: true }), '+I ann 5\n+I bob 3\n-D ann 5\n-D bob 3')).toMatchInlineSnapshot(`
    "+I ann 5
    -D ann 5
    +I bob 3
    -D bob 3"
  `)
})

describe('streaming equals batch', () => {
  const users = fc.constantFrom('ann', 'bob', 'eve', 'a-name-that-is-rather-long')
  const row = fc.tuple(users, fc.constantFrom('NULL', '1', '2', '3', '4')).map(cells => cells.join(' '))
  const shapes = [
    { limit: 3 },
    { limit: 1 },
    { offset: 2, limit: 2 },
    { offset: 1, limit: 3, updateBefore: true },
    { offset: 1 },
    { limit: 0 },
  ]

  test.each(['per-row', 'per-chunk', 'at-end'] as const)('%s', emit => {
    fc.assert(
      fc.property(histories({ row }), fc.constantFrom(...shapes), fc.constantFrom(...feedings), (history, shape, feeding) => {
        const stage = topN({ ...shape, emit, retracting: true })
        expect(tableOf(stage, history.join('\n'), feeding)).toBe(recompute(standing(history), shape))
      }),
    )
  })

  test('and rows that only come need keep no more than those that count', () => {
    fc.assert(
      fc.property(
        histories({ row, inserts: true }),
        fc.constantFrom(...shapes),
        fc.constantFrom(...feedings),
        (history, shape, feeding) => {
          expect(tableOf(topN(shape), history.join('\n'), feeding)).toBe(recompute(standing(history), shape))
        },
      ),
    )
  })
})

/** ORDER BY amount DESC */
function topN(changes: Partial<TopNSpec>): Stage {
  const schema = parseSchema('user STRING, amount INT')
  const by = [{ column: 1, descending: true, nullsFirst: false }]
  const node = { schema, by, offset: 0, limit: undefined, emit: 'per-row', retracting: false, ...changes } as const
  return { inputs: [schema], output: schema, build: context => new TopN(node, context) }
}

function recompute(
  rows: readonly string[],
  { offset = 0, limit = Infinity }: { readonly offset?: number; readonly limit?: number },
): string {
  return rows
    .toSorted((a, b) => amount(b) - amount(a))
    .slice(offset, offset + limit)
    .toSorted()
    .join('\n')
}

const amount = (row: string) => (row.endsWith('NULL') ? -1 : Number(row.split(' ')[1]))
