import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { types } from '../../data/type.ts'
import { type Expr, NO_SPAN, input, literal } from '../../expr/expr.ts'
import { findFunction } from '../../expr/functions/index.ts'
import type { ChangeKinds, PhysicalOf } from '../../planner/physical/plan.ts'
import { Run, type Stage, drive, tableOf } from '../../testing/drive.ts'
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

test('upserts replace their row, and nobody is told what surely is replaced', () => {
  const unique = { leftUnique: [0], rightUnique: [0] }
  const script = `
    left| +I ann 1
    right| +U ann rome
    right| +U ann oslo
    left| +U ann 2
    right| -D ann oslo
  `
  // Who takes upserts replaces by key: no -U, and the key is not always new.
  const upserts = (joinType: JoinType): Stage => ({
    ...join(joinType, unique, [UPSERTS, UPSERTS]),
    changes: { key: [0], looseInserts: true },
  })
  expect(drive(upserts('inner'), script)).toMatchInlineSnapshot(`
    "+I ann 1 ann rome
    +U ann 1 ann oslo
    +U ann 2 ann oslo
    -D ann 2 ann oslo"
  `)
  expect(drive(upserts('left'), script)).toMatchInlineSnapshot(`
    "+I ann 1 NULL NULL
    -D ann 1 NULL NULL
    +I ann 1 ann rome
    -D ann 1 ann rome
    +I ann 1 NULL NULL
    -D ann 1 NULL NULL
    +I ann 1 ann oslo
    -D ann 1 ann oslo
    +I ann 2 ann oslo
    -D ann 2 ann oslo
    +I ann 2 NULL NULL"
  `)
})

test('a further condition is asked of each pair', () => {
  const script = `
    left| +I ann 1
    right| +I ann oslo
    right| +I ann rome
    left| +I ann 2
    left| +I ann NULL
    right| -D ann rome
  `
  expect(drive(join('left', { condition }), script)).toMatchInlineSnapshot(`
    "+I ann 1 NULL NULL
    -D ann 1 NULL NULL
    +I ann 1 ann rome
    +I ann 2 ann oslo
    +I ann 2 ann rome
    +I ann NULL ann rome
    -D ann 1 ann rome
    -D ann 2 ann rome
    -D ann NULL ann rome
    +I ann 1 NULL NULL
    +I ann NULL NULL NULL"
  `)
})

test('with a TTL, a row is gone when it was not written for so long', () => {
  let nowMs = 0
  const stage = join('left', { ttlMs: 1000 })
  const clock = { nowMs: () => nowMs, elapsedMs: () => nowMs }
  const run = new Run({ ...stage, build: context => stage.build({ ...context, clock }) })
  run.script('left| +I ann 1\nleft| +I bob 2')
  nowMs = 900
  run.script('right| +I ann rome')
  nowMs = 1800
  run.restore()
  run.script('right| +I ann oslo\nright| +I bob oslo')
  expect(run.text()).toMatchInlineSnapshot(`
    "+I ann 1 NULL NULL
    +I bob 2 NULL NULL
    -D ann 1 NULL NULL
    +I ann 1 ann rome
    +I ann 1 ann oslo"
  `)
  expect(run.operator.report?.().stateRows).toBe(4)
  nowMs = 5000
  run.script('right| +I eve bern\n--\nright| +I eve lima')
  expect(run.operator.report?.().stateRows).toBe(2)
})

/** amount = 2 OR city = 'rome' */
const condition: Expr = {
  kind: 'or',
  type: types.boolean(),
  span: NO_SPAN,
  args: [
    equals(input(1, types.int()), literal(2, types.int(false))),
    equals(input(3, types.string()), literal('rome', types.char(4, false))),
  ],
}

function equals(...args: readonly Expr[]): Expr {
  return { kind: 'call', function: findFunction('=')!, args, type: types.boolean(), span: NO_SPAN }
}

describe.each<JoinType>(['inner', 'left', 'right', 'full', 'semi', 'anti'])('%s: streaming equals batch', joinType => {
  const users = fc.constantFrom('ann', 'bob', 'NULL', 'a-name-that-is-rather-long')
  const left = fc.tuple(users, fc.constantFrom('NULL', '1', '2')).map(cells => cells.join(' '))
  const right = fc.tuple(users, fc.constantFrom('rome', 'oslo', 'NULL')).map(cells => cells.join(' '))
  const how = {
    condition: fc.constantFrom(undefined, condition),
    feeding: fc.constantFrom(...feedings),
    turns: fc.infiniteStream(fc.boolean()),
  }
  const runs = { numRuns: 50 }

  test('over changes', () => {
    const sides = { lefts: histories({ row: left, maxChanges: 30 }), rights: histories({ row: right, maxChanges: 30 }) }
    fc.assert(
      fc.property(fc.record({ ...sides, ...how }), ({ lefts, rights, turns, condition, feeding }) => {
        const table = tableOf(join(joinType, { condition }), interleave(lefts, rights, turns), feeding)
        expect(table).toBe(recompute(joinType, standing(lefts), standing(rights), condition))
      }),
      runs,
    )
  })

  test('over upserts', () => {
    fc.assert(
      fc.property(
        fc.record({ lefts: upserts(left), rights: upserts(right), ...how }),
        ({ lefts, rights, turns, condition, feeding }) => {
          const stage = join(joinType, { condition, leftUnique: [0], rightUnique: [0] }, [UPSERTS, UPSERTS])
          const key = joinType === 'right' || joinType === 'full' ? [0, 2] : [0]
          const script = interleave(lefts.lines, rights.lines, turns)
          const table = tableOf({ ...stage, changes: { key, looseInserts: true } }, script, feeding)
          expect(table).toBe(recompute(joinType, lefts.rows, rights.rows, condition))
        },
      ),
      runs,
    )
  })

  test('at the end, whichever side ends first', () => {
    const inserts = { maxChanges: 30, inserts: true }
    const sides = { lefts: histories({ row: left, ...inserts }), rights: histories({ row: right, ...inserts }) }
    fc.assert(
      fc.property(fc.record({ ...sides, ...how }), ({ lefts, rights, turns, condition, feeding }) => {
        const stage = join(joinType, { condition, emit: 'at-end' })
        const table = tableOf(stage, interleave(lefts, rights, turns, true), { ...feeding, bounded: true })
        expect(table).toBe(recompute(joinType, standing(lefts), standing(rights), condition))
      }),
      runs,
    )
  })
})

const FULL = { updateBefore: true, updateAfter: true, delete: true }
const UPSERTS = { updateBefore: false, updateAfter: true, delete: true }

/** l.user = r.name; unless `changes` says otherwise, with -U on both sides. */
function join(
  joinType: JoinType,
  changes: Partial<PhysicalOf<'Join'>> = {},
  sides: readonly ChangeKinds[] = [FULL, FULL],
): Stage {
  const schemas = ['user STRING, amount INT', 'name STRING, city STRING']
  const output = joinType === 'semi' || joinType === 'anti' ? schemas[0]! : schemas.join(', ')
  const keys = {
    leftKeys: [0],
    rightKeys: [0],
    nullSafe: [false],
    leftUnique: undefined,
    rightUnique: undefined,
    condition: undefined,
  }
  const bare = planNode('Join', schemas, output, { joinType, emit: 'per-row', ttlMs: 0, ...keys, ...changes })
  const inputs = bare.inputs.map((input, side) => ({ ...input, traits: { ...input.traits, changes: sides[side]! } }))
  const traits = { ...bare.traits, changes: sides.every(side => side.updateBefore) ? FULL : UPSERTS }
  // An update that changes the key leaves one match and meets another: its -U and +U are apart.
  return {
    inputs: schemas,
    output,
    changes: { loosePairs: true },
    build: context => new Join({ ...bare, inputs, traits }, context),
  }
}

/** Histories in which each user has one row, and what the last one of each is. */
function upserts(
  row: fc.Arbitrary<string>,
): fc.Arbitrary<{ readonly lines: readonly string[]; readonly rows: readonly string[] }> {
  return fc
    .array(
      fc.tuple(
        fc.boolean(),
        row.filter(r => key(r) !== 'NULL'),
      ),
      { maxLength: 25 },
    )
    .map(steps => {
      const rows = new Map<string, string>()
      const lines = steps.flatMap(([stays, row]) => {
        const before = rows.get(key(row))
        if (!stays && before === undefined) return []
        if (stays) rows.set(key(row), row)
        else rows.delete(key(row))
        return [stays ? `${before === undefined ? '+I' : '+U'} ${row}` : `-D ${before}`]
      })
      return { lines, rows: [...rows.values()] }
    })
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

function recompute(joinType: JoinType, lefts: readonly string[], rights: readonly string[], condition: Expr | undefined): string {
  const meets = (l: string, r: string) => matches(l, r) && (condition === undefined || l.endsWith(' 2') || r.endsWith(' rome'))
  const matched = lefts.flatMap(l => rights.filter(r => meets(l, r)).map(r => `${l} ${r}`))
  const lonelyLefts = lefts.filter(l => !rights.some(r => meets(l, r)))
  const lonelyRights = rights.filter(r => !lefts.some(l => meets(l, r)))
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
