/** Operators that leave rows out, or pass all of them on: Limit, DropUpdateBefore, NotNullEnforcer, Union. */
import { expect, test } from 'vitest'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import { Run, type Stage, drive } from '../../testing/drive.ts'
import { feedings } from '../../testing/histories.ts'
import { planNode } from '../../testing/plan-node.ts'
import { DropUpdateBefore } from './drop-update-before.ts'
import { Limit } from './limit.ts'
import { NotNullEnforcer } from './not-null-enforcer.ts'
import { Union } from './union.ts'

const schema = 'user STRING, amount INT'
const rows = ['ann 5', 'bob 3', 'eve NULL', 'joe 1', 'sue 2'].map(row => `+I ${row}`)

test.each(feedings)('LIMIT counts, whatever the chunks: %o', feeding => {
  expect(drive(limit(1, 3), rows.join('\n'), feeding)).toBe(rows.slice(1, 4).join('\n'))
  expect(drive(limit(0, 0), rows.join('\n'), feeding)).toBe('')
  expect(drive(limit(3, undefined), rows.join('\n'), feeding)).toBe(rows.slice(3).join('\n'))
})

test('LIMIT says when it has enough', () => {
  const run = new Run(limit(1, 2))
  expect(run.operator.done?.()).toBe(false)
  run.script(rows.slice(0, 3).join('\n'))
  expect(run.operator.done?.()).toBe(true)
  run.restore()
  expect(run.operator.done?.()).toBe(true)
})

test('-U is left out, in chunks that have any', () => {
  const node = planNode('DropUpdateBefore', [schema], schema, {})
  const stage: Stage = {
    inputs: [schema],
    output: schema,
    changes: { key: [0] },
    build: context => new DropUpdateBefore(node, context),
  }
  expect(drive(stage, '+I ann 5\n--\n-U ann 5\n+U ann 7\n-D ann 7\n--\n-U ann 7')).toBe('+I ann 5\n--\n+U ann 7\n-D ann 7')
})

test('a NULL in a NOT NULL column drops the row, or fails the job', () => {
  expect(drive(notNull('drop'), '+I ann NULL\n+I bob 3\n+I NULL 1\n--\n+I NULL 2')).toBe('+I bob 3\n+I NULL 1\n--\n+I NULL 2')
  expect(() => drive(notNull('error'), '+I ann 5\n+I bob NULL')).toThrow(
    "Column 'amount' is NOT NULL, however, a null value is being written into it.",
  )
})

test('UNION ALL takes rows as they come, under its own names', () => {
  const node = planNode('Union', [schema, 'name STRING, n INT NOT NULL'], 'user STRING, amount INT', {})
  const stage: Stage = {
    inputs: node.inputs.map(input => input.schema),
    output: node.schema,
    build: context => new Union(node, context),
  }
  expect(drive(stage, 'left| +I ann NULL\nright| +I ann 5\nleft| -D ann NULL')).toBe('+I ann NULL\n+I ann 5\n-D ann NULL')
})

function limit(offset: number, limit: number | undefined): Stage {
  const node = planNode('Limit', [schema], schema, { offset, limit, retracting: false })
  return { inputs: [schema], output: schema, build: context => new Limit(node, context) }
}

function notNull(notNullEnforcer: PhysicalOf<'Sink'>['notNullEnforcer']): Stage {
  const given = { target: { kind: 'collect' }, key: [], upsertMaterialize: false, notNull: [1] } as const
  const node = planNode('Sink', [schema], schema, { ...given, notNullEnforcer })
  return { inputs: [schema], output: schema, build: context => new NotNullEnforcer(node, context) }
}
