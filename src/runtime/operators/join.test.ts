import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { PhysicalOf } from '../../planner/physical/plan.ts'
import { type Stage, drive, tableOf } from '../../testing/drive.ts'
import { feedings, histories, standing } from '../../testing/histories.ts'
import { planNode } from '../../testing/plan-node.ts'
import { Join } from './join.ts'

type JoinType = PhysicalOf<'Join'>['joinType']

test('an inner join passes on the kinds of changes', () => {
  expect(
    drive(
      join('inner'),
      `
      left| +I ann 1
      right| +I ann rome
      right| -U ann rome
      right| +U ann oslo
      left| +U ann 2
      left| -D ann 1
      left| +I NULL 3
      right| +I NULL x
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I ann 1 ann rome
    -U ann 1 ann rome
    +U ann 1 ann oslo
    +U ann 2 ann oslo
    -D ann 1 ann oslo"
  `)
})

test('a left join takes its padding back with the first match, and tells it again after the last', () => {
  expect(
    drive(
      join('left'),
      `
      left| +I ann 1
      left| +I NULL 2
      right| +I ann rome
      right| +I ann oslo
      right| -D ann rome
      right| -D ann oslo
      left| -U ann 1
      left| +U ann 5
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I ann 1 NULL NULL
    +I NULL 2 NULL NULL
    -D ann 1 NULL NULL
    +I ann 1 ann rome
    +I ann 1 ann oslo
    -D ann 1 ann rome
    -D ann 1 ann oslo
    +I ann 1 NULL NULL
    -D ann 1 NULL NULL
    +I ann 5 NULL NULL"
  `)
})

test('a full join pads both sides', () => {
  expect(
    drive(
      join('full'),
      `
      right| +I ann rome
      left| +I ann 1
      left| +I bob 2
      left| -D ann 1
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I NULL NULL ann rome
    -D NULL NULL ann rome
    +I ann 1 ann rome
    +I bob 2 NULL NULL
    -D ann 1 ann rome
    +I NULL NULL ann rome"
  `)
})

test('a semi join tells a left row once, an anti join until it matches', () => {
  const script = `
    left| +I ann 1
    right| +I ann rome
    right| +I ann oslo
    left| +I ann 2
    right| -D ann rome
    right| -D ann oslo
  `
  expect(drive(join('semi'), script)).toMatchInlineSnapshot(`
    "+I ann 1
    +I ann 2
    -D ann 1
    -D ann 2"
  `)
  expect(drive(join('anti'), script)).toMatchInlineSnapshot(`
    "+I ann 1
    -D ann 1
    +I ann 1
    +I ann 2"
  `)
})

test('at the end, a row without a match is told when the other side has ended', () => {
  expect(
    drive(
      join('full', { emit: 'at-end' }),
      `
      left| +I ann 1
      left| +I bob 2
      left| +I NULL 3
      right| +I ann rome
      right| +I eve bern
      right| end
      left| +I joe 4
      left| +I ann 5
      left| end
    `,
    ),
  ).toMatchInlineSnapshot(`
    "+I NULL 3 NULL NULL
    +I ann 1 ann rome
    right| end
    +I bob 2 NULL NULL
    +I joe 4 NULL NULL
    +I ann 5 ann rome
    left| end
    +I NULL NULL eve bern"
  `)
})

test('NULL matches NULL where the pair says so', () => {
  const node = { leftKeys: [0], rightKeys: [0], nullSafe: [true] }
  expect(tableOf(join('inner', node), 'left| +I NULL 1\nright| +I NULL x\nright| +I ann y')).toBe('NULL 1 NULL x')
})

test('without keys every row meets every row', () => {
  const node = { leftKeys: [], rightKeys: [], nullSafe: [] }
  expect(tableOf(join('inner', node), 'left| +I ann 1\nright| +I bob x\nright| +I eve y')).toBe('ann 1 bob x\nann 1 eve y')
})

describe.each<JoinType>(['inner', 'left', 'right', 'full', 'semi', 'anti'])('%s: streaming equals batch', joinType => {
  const users = fc.constantFrom('ann', 'bob', 'NULL', 'a-name-that-is-rather-long')
  const left = fc.tuple(users, fc.constantFrom('NULL', '1', '2')).map(cells => cells.join(' '))
  const right = fc.tuple(users, fc.constantFrom('rome', 'oslo', 'NULL')).map(cells => cells.join(' '))

  test('over changes', () => {
    fc.assert(
      fc.property(
        histories({ row: left, maxChanges: 30 }),
        histories({ row: right, maxChanges: 30 }),
        fc.infiniteStream(fc.boolean()),
        fc.constantFrom(...feedings),
        (lefts, rights, turns, feeding) => {
          const script = interleave(lefts, rights, turns)
          expect(tableOf(join(joinType), script, feeding)).toBe(recompute(joinType, standing(lefts), standing(rights)))
        },
      ),
    )
  })

  test('at the end, whichever side ends first', () => {
    const inserts = { maxChanges: 30, inserts: true }
    fc.assert(
      fc.property(
        histories({ row: left, ...inserts }),
        histories({ row: right, ...inserts }),
        fc.infiniteStream(fc.boolean()),
        fc.constantFrom(...feedings),
        (lefts, rights, turns, feeding) => {
          const script = interleave(lefts, rights, turns, true)
          const stage = join(joinType, { emit: 'at-end' })
          expect(tableOf(stage, script, { ...feeding, bounded: true })).toBe(
            recompute(joinType, standing(lefts), standing(rights)),
          )
        },
      ),
    )
  })
})

/** l.user = r.name */
function join(joinType: JoinType, changes: Partial<PhysicalOf<'Join'>> = {}): Stage {
  const inputs = ['user STRING, amount INT', 'name STRING, city STRING']
  const output = joinType === 'semi' || joinType === 'anti' ? inputs[0]! : inputs.join(', ')
  const keys = {
    leftKeys: [0],
    rightKeys: [0],
    nullSafe: [false],
    leftUnique: undefined,
    rightUnique: undefined,
    condition: undefined,
  }
  const node = planNode('Join', inputs, output, { joinType, emit: 'per-row', ttlMs: 0, ...keys, ...changes })
  // An update that changes the key leaves one match and meets another: its -U and +U are apart.
  return { inputs, output, changes: { loosePairs: true }, build: context => new Join(node, context) }
}

function interleave(lefts: readonly string[], rights: readonly string[], turns: Iterable<boolean>, ends = false): string {
  const waiting = [lefts, rights].map(lines => [...lines, ...(ends ? ['end'] : [])])
  const lines: string[] = []
  for (const turn of turns) {
    const side = waiting[Number(turn)]!.length > 0 ? Number(turn) : 1 - Number(turn)
    const line = waiting[side]!.shift()
    if (line === undefined) break
    lines.push(`${side === 0 ? 'left' : 'right'}| ${line}`)
  }
  return lines.join('\n')
}

function recompute(joinType: JoinType, lefts: readonly string[], rights: readonly string[]): string {
  const matched = lefts.flatMap(l => rights.filter(r => matches(l, r)).map(r => `${l} ${r}`))
  const lonelyLefts = lefts.filter(l => !rights.some(r => matches(l, r)))
  const lonelyRights = rights.filter(r => !lefts.some(l => matches(l, r)))
  const rows = {
    inner: matched,
    left: [...matched, ...lonelyLefts.map(l => `${l} NULL NULL`)],
    right: [...matched, ...lonelyRights.map(r => `NULL NULL ${r}`)],
    full: [...matched, ...lonelyLefts.map(l => `${l} NULL NULL`), ...lonelyRights.map(r => `NULL NULL ${r}`)],
    semi: lefts.filter(l => !lonelyLefts.includes(l)),
    anti: lonelyLefts,
  }[joinType]
  return rows.toSorted().join('\n')
}

const key = (row: string) => row.split(' ')[0]!
const matches = (l: string, r: string) => key(l) === key(r) && key(l) !== 'NULL'
