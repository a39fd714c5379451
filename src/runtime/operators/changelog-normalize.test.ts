import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Stage, drive, tableOf } from '../../testing/drive.ts'
import { feedings } from '../../testing/histories.ts'
import { planNode } from '../../testing/plan-node.ts'
import { ChangelogNormalize } from './changelog-normalize.ts'

test('upserts become a changelog', () => {
  expect(
    drive(
      normalize(),
      `
      +U ann 5
      +U ann 5
      -U ann 5
      +U ann 7
      -D ann NULL
      -D bob 1
      +I bob 1
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I ann 5
    -U ann 5
    +U ann 7
    -D ann 7
    +I bob 1"
  `)
})

test('without a consumer of -U there is none', () => {
  expect(drive(normalize(false), '+U ann 5\n+U ann 7\n-D ann 7')).toBe('+I ann 5\n+U ann 7\n-D ann 7')
})

test('the last row of each key stands', () => {
  const user = fc.constantFrom('ann', 'bob', 'NULL', 'a-name-that-is-rather-long')
  const upserts = fc.array(fc.tuple(fc.constantFrom('+U', '+I', '-D'), user, fc.constantFrom('1', '2', 'NULL')))
  fc.assert(
    fc.property(upserts, fc.constantFrom(...feedings), (changes, feeding) => {
      const rows = new Map<string, string>()
      for (const [kind, name, amount] of changes) {
        if (kind === '-D') rows.delete(name)
        else rows.set(name, `${name} ${amount}`)
      }
      const script = changes.map(change => change.join(' ')).join('\n')
      expect(tableOf(normalize(), script, feeding)).toBe([...rows.values()].toSorted().join('\n'))
    }),
  )
})

/** By user. */
function normalize(updateBefore = true): Stage {
  const schema = 'user STRING, amount INT'
  const node = planNode('ChangelogNormalize', [schema], schema, { key: [0] })
  const traits = { ...node.traits, changes: { updateBefore, updateAfter: true, delete: true } }
  const changes = updateBefore ? {} : { key: [0] }
  return { inputs: [schema], output: schema, changes, build: context => new ChangelogNormalize({ ...node, traits }, context) }
}
