import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Stage, drive, tableOf } from '../../testing/drive.ts'
import { feedings, histories, standing } from '../../testing/histories.ts'
import { planNode } from '../../testing/plan-node.ts'
import { SinkUpsertMaterializer } from './sink-upsert-materializer.ts'

test('the last claim stands', () => {
  expect(
    drive(
      byCity(),
      `
      +I ann rome
      +I bob rome
      -D bob rome
      +I eve rome
      -D ann rome
      -D joe rome
      -U eve rome
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I ann rome
    +U bob rome
    +U ann rome
    +U eve rome
    -D eve rome"
  `)
})

test('the sink has the last claim of each key, whatever came and went', () => {
  const row = fc
    .tuple(fc.constantFrom('ann', 'bob', 'a-name-that-is-rather-long'), fc.constantFrom('rome', 'oslo', 'NULL'))
    .map(cells => cells.join(' '))
  fc.assert(
    fc.property(histories({ row }), fc.constantFrom(...feedings), (history, feeding) => {
      const rows = new Map(standing(history).map(line => [line.split(' ')[1], line]))
      expect(tableOf(byCity(), history.join('\n'), feeding)).toBe([...rows.values()].toSorted().join('\n'))
    }),
  )
})

function byCity(): Stage {
  const schema = 'user STRING, city STRING'
  const given = { target: { kind: 'collect' }, key: [1], upsertMaterialize: true, notNull: [], notNullEnforcer: 'error' } as const
  const node = planNode('Sink', [schema], schema, given)
  return { inputs: [schema], output: schema, changes: { key: [1] }, build: context => new SinkUpsertMaterializer(node, context) }
}
