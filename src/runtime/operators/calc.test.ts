/** Calc and Expand: what the generated loops do is tested where they are made; here, that chunks go through them. */
import { expect, test } from 'vitest'
import { types } from '../../data/type.ts'
import { input, literal } from '../../expr/expr.ts'
import { type Stage, drive, tableOf } from '../../testing/drive.ts'
import { feedings } from '../../testing/histories.ts'
import { planNode } from '../../testing/plan-node.ts'
import { Calc } from './calc.ts'
import { Expand } from './expand.ts'

const schema = 'user STRING, amount INT, big BOOLEAN'
const user = input(0, types.string())
const amount = input(1, types.int())
const script = '+I ann 5 TRUE\n+I bob 1 FALSE\n+I eve 7 NULL\n-D ann 5 TRUE\n+I NULL 9 TRUE'

test('rows that pass keep their kinds', () => {
  expect(drive(calc(), script)).toBe('+I 5 ann\n-D 5 ann\n+I 9 NULL')
  for (const feeding of feedings) expect(tableOf(calc(), script, feeding)).toBe('9 NULL')
})

test('a row comes out once per grouping set', () => {
  const projections = [
    [user, amount, literal(0n, types.bigint(false))],
    [literal(null, types.string()), amount, literal(1n, types.bigint(false))],
  ]
  const output = 'user STRING, amount INT, set BIGINT NOT NULL'
  const node = planNode('Expand', [schema], output, { projections })
  const stage: Stage = { inputs: [schema], output, build: context => new Expand(node, context) }
  for (const feeding of feedings) {
    expect(tableOf(stage, script, feeding)).toBe('NULL 1 1\nNULL 7 1\nNULL 9 0\nNULL 9 1\nbob 1 0\neve 7 0')
  }
})

/** SELECT amount, user WHERE big */
function calc(): Stage {
  const output = 'amount INT, user STRING'
  const node = planNode('Calc', [schema], output, { condition: input(2, types.boolean()), exprs: [amount, user] })
  return { inputs: [schema], output, build: context => new Calc(node, context) }
}
