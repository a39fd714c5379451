import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Assignment, countOf, parseAssignment, printAssignment } from '../assignment.ts'
import type { AssignedMember, Assignor } from './assignor.ts'
import { range } from './range.ts'
import { uniform } from './uniform.ts'

/** `assign(range, { A: 3 }, 'ann A B: A 0 1', 'bob/i1 A')`: member, instance, subscription, what it had. */
function assign(assignor: Assignor, topics: Readonly<Record<string, number>>, ...lines: readonly string[]): string[] {
  const members = membersOf(lines)
  const assigned = assignor(members, topicId => topics[topicId]!)
  return members.map(({ id }) => `${id}: ${printAssignment(assigned.get(id)!)}`)
}

function membersOf(lines: readonly string[]): AssignedMember[] {
  const subscriptions = new Map<string, ReadonlySet<string>>()
  return lines.map(line => {
    const [subscribed, before = ''] = line.split(':')
    const [name, ...topics] = subscribed!.trim().split(' ')
    const [id, instanceId = null] = name!.split('/')
    const key = topics.join(' ')
    const shared = subscriptions.get(key) ?? new Set(topics)
    subscriptions.set(key, shared)
    return { id: id!, instanceId, topics: shared, before: parseAssignment(before) }
  })
}

describe('range', () => {
  test('runs, the first ones longer, alike for all topics', () => {
    expect(assign(range, { A: 5, B: 5 }, 'ann A B', 'bob A B')).toEqual(['ann: A 0 1 2, B 0 1 2', 'bob: A 3 4, B 3 4'])
  })

  test('members in the order of their ids, static ones before them', () => {
    expect(assign(range, { A: 3 }, 'z/i1 A', 'b A', 'a A')).toEqual(['z: A 0', 'b: A 2', 'a: A 1'])
    expect(assign(range, { A: 2 }, 'a/i2 A', 'z/i1 A')).toEqual(['a: A 1', 'z: A 0'])
  })

  test('each topic is cut for its own subscribers', () => {
    expect(assign(range, { A: 3, B: 3 }, 'ann A', 'bob A B', 'eve B')).toEqual(['ann: A 0 1', 'bob: A 2, B 0 1', 'eve: B 2'])
  })

  test('more members than partitions', () => {
    expect(assign(range, { A: 1 }, 'ann A', 'bob A')).toEqual(['ann: A 0', 'bob: '])
  })
})

describe('uniform', () => {
  test('everybody alike', () => {
    expect(assign(uniform, { A: 3, B: 2 }, 'ann A B', 'bob A B')).toEqual(['ann: A 0 2, B 1', 'bob: A 1, B 0'])
  })

  test('who joins takes from those with most, no more than needed', () => {
    expect(assign(uniform, { A: 6 }, 'ann A: A 0 1 2', 'bob A: A 3 4 5', 'eve A')).toEqual([
      'ann: A 0 1',
      'bob: A 3 4',
      'eve: A 2 5',
    ])
    expect(assign(uniform, { A: 4 }, 'ann A: A 0 1 2 3', 'bob A')).toEqual(['ann: A 0 1', 'bob: A 2 3'])
  })

  test('who has one more than others keeps it', () => {
    expect(assign(uniform, { A: 5 }, 'ann A: A 0 1', 'bob A: A 2 3 4')).toEqual(['ann: A 0 1', 'bob: A 2 3 4'])
  })

  test('what a member left is spread; what it no longer subscribes to is taken', () => {
    expect(assign(uniform, { A: 4, B: 2 }, 'ann A: A 0, B 0', 'bob A B: A 1, B 1')).toEqual(['ann: A 0 2 3', 'bob: A 1, B 0 1'])
  })

  test('partitions of a topic that shrank or was made anew are not there', () => {
    expect(assign(uniform, { A: 2 }, 'ann A: A 0 1 2 3, Z 1', 'bob A: A 0')).toEqual(['ann: A 0', 'bob: A 1'])
  })

  test('nobody subscribes, nobody has', () => {
    expect(assign(uniform, {}, 'ann', 'bob: A 1')).toEqual(['ann: ', 'bob: '])
    expect(assign(uniform, {})).toEqual([])
  })
})

interface Case {
  readonly topics: Readonly<Record<string, number>>
  readonly members: readonly AssignedMember[]
}

const topicIds = ['A', 'B', 'C', 'D']
const sizes = fc.record({ A: fc.nat(12), B: fc.nat(12), C: fc.nat(5), D: fc.nat(5) })

/** Groups of up to eight, each member with some share of what there was before. */
const cases = (subscriptions: fc.Arbitrary<readonly string[]>): fc.Arbitrary<Case> =>
  fc
    .tuple(sizes, sizes, fc.array(subscriptions, { minLength: 1, maxLength: 8 }), fc.infiniteStream(fc.nat(9)))
    .map(([topics, old, subscribed, owners]) => {
      const before = subscribed.map(() => new Map<string, number[]>())
      for (const [topicId, count] of Object.entries(old)) {
        for (let partition = 0; partition < count; partition++) {
          const owner = before[owners.next().value!]
          if (owner !== undefined) owner.set(topicId, [...(owner.get(topicId) ?? []), partition])
        }
      }
      const shared = new Map(subscribed.map(topicsOf => [topicsOf.join(), new Set(topicsOf)]))
      const members = subscribed.map((topicsOf, i) => ({
        id: `m${i}`,
        instanceId: i % 3 === 0 ? `i${i}` : null,
        topics: shared.get(topicsOf.join())!,
        before: before[i]!,
      }))
      return { topics, members }
    })

const mixed = cases(fc.subarray(topicIds))
const alike = cases(fc.constant(topicIds))

const run = (assignor: Assignor, { topics, members }: Case) => assignor(members, topicId => topics[topicId]!)

/** Each partition that someone subscribes to is with exactly one member, who subscribes to it. */
function expectComplete({ topics, members }: Case, assigned: ReadonlyMap<string, Assignment>): void {
  const given = new Map<string, string>()
  for (const member of members) {
    for (const [topicId, partitions] of assigned.get(member.id)!) {
      expect(member.topics.has(topicId)).toBe(true)
      expect(partitions.length).toBeGreaterThan(0)
      for (const [i, partition] of partitions.entries()) {
        expect(given.has(`${topicId}-${partition}`)).toBe(false)
        if (i > 0) expect(partition).toBeGreaterThan(partitions[i - 1]!)
        given.set(`${topicId}-${partition}`, member.id)
      }
    }
  }
  const subscribed = topicIds.filter(topicId => members.some(member => member.topics.has(topicId)))
  expect(given.size).toBe(subscribed.reduce((sum, topicId) => sum + topics[topicId]!, 0))
}

const kept = ({ topics, members }: Case, assigned: ReadonlyMap<string, Assignment>) => {
  let count = 0
  for (const { id, before } of members)
    for (const [topicId, partitions] of before)
      count += partitions.filter(
        partition => partition < topics[topicId]! && assigned.get(id)!.get(topicId)?.includes(partition),
      ).length
  return count
}

describe('laws', () => {
  test.each([
    ['range', range],
    ['uniform', uniform],
  ])('%s gives each partition to one subscriber', (_, assignor) => {
    fc.assert(fc.property(mixed, one => expectComplete(one, run(assignor, one))))
  })

  test.each([
    ['range', range],
    ['uniform', uniform],
  ])('%s changes nothing when nothing changed', (_, assignor) => {
    fc.assert(
      fc.property(mixed, one => {
        const first = run(assignor, one)
        const again = run(assignor, {
          ...one,
          members: one.members.map(member => ({ ...member, before: first.get(member.id)! })),
        })
        expect(again).toEqual(first)
      }),
    )
  })

  test('uniform differs by one at most where all subscribe alike, and moves as little as that takes', () => {
    fc.assert(
      fc.property(alike, one => {
        const assigned = run(uniform, one)
        const loads = one.members.map(({ id }) => countOf(assigned.get(id)!))
        expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1)
        const least = Math.min(...loads)
        const longer = loads.filter(load => load > least).length
        // The most that can be kept: of each member's own up to the quota, one more for those with most.
        const had = one.members
          .map(({ before }) =>
            Array.from(before).reduce((sum, [topicId, all]) => sum + all.filter(p => p < one.topics[topicId]!).length, 0),
          )
          .toSorted((a, b) => b - a)
        const possible = had.reduce((sum, count, i) => sum + Math.min(count, least + (i < longer ? 1 : 0)), 0)
        expect(kept(one, assigned)).toBe(possible)
      }),
    )
  })

  test('uniform leaves nothing that one subscriber could give to another', () => {
    fc.assert(
      fc.property(mixed, one => {
        const assigned = run(uniform, one)
        const load = ({ id }: AssignedMember) => countOf(assigned.get(id)!)
        for (const giver of one.members)
          for (const topicId of assigned.get(giver.id)!.keys())
            for (const taker of one.members)
              if (taker.topics.has(topicId)) expect(load(giver) - load(taker)).toBeLessThanOrEqual(1)
      }),
    )
  })

  test('range cuts topics of one size alike', () => {
    fc.assert(
      fc.property(alike, one => {
        const same = { ...one, topics: { A: 7, B: 7, C: 7, D: 7 } }
        for (const assignment of run(range, same).values())
          for (const partitions of assignment.values()) expect(partitions).toEqual(assignment.get('A'))
      }),
    )
  })
})
