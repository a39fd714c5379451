/**
 * Members of a classic group that join, leave, die and come back, under a broker that is killed again and again: generations only go
 * up, each has one leader, and once they are left alone the members come to rest in one generation, each with an assignment of its own.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../base/random.ts'
import { TestTime } from '../../../testing/broker.ts'
import type { StateJournal } from '../../log/state-journal.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import type { Topics } from '../topics.ts'
import { brokerConfigs } from '../config/broker-config.ts'
import type { JoinAnswer, SyncAnswer } from './classic-member.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { groupSettings } from './group-settings.ts'

const GROUP = 'g'
const SESSION_MS = 10_000

class Member {
  readonly name: string
  readonly instanceId: string | null
  memberId = ''
  generation = -1
  /** What it may read; undefined while it has to join. */
  assignment: string | undefined
  waits = false
  /** Answers to what it asked before it died, or the broker did, reach nobody. */
  #life = 0

  constructor(name: string, instanceId: string | null) {
    this.name = name
    this.instanceId = instanceId
  }

  die() {
    this.#life++
    this.waits = false
    this.assignment = undefined
  }

  /** Calls back unless it died meanwhile. */
  alive<A>(callback: (answer: A) => void): (answer: A) => void {
    const life = this.#life
    this.waits = true
    return answer => {
      queueMicrotask(() => {
        if (life !== this.#life) return
        this.waits = false
        callback(answer)
      })
    }
  }
}

class World {
  readonly time = new TestTime()
  readonly members: readonly Member[]
  readonly leaders = new Map<number, string>()
  #entries: { readonly section: number; readonly entry: Uint8Array }[] = []
  #groups: GroupCoordinator
  #highest = 0

  constructor() {
    this.members = ['ann', 'bob', 'eve', 'dan'].map((name, i) => new Member(name, i === 3 ? 'i' : null))
    this.#groups = this.#start()
  }

  #start(): GroupCoordinator {
    const settings = groupSettings(name => brokerConfigs.get(name)!.default!)
    const groups = new GroupCoordinator({
      clock: this.time.clock,
      timers: this.time,
      random: seededRandom(this.#entries.length),
      topics: { listen: () => {} } as unknown as Topics,
      settings: () => settings,
      warn: () => {},
    })
    const sections = new Map(groups.sections.map(section => [section.id, section]))
    for (const { section, entry } of this.#entries) sections.get(section)!.replay(entry)
    groups.open({
      append: (section: number, entry: Uint8Array) => this.#entries.push({ section, entry }),
    } as unknown as StateJournal)
    return groups
  }

  restart(fromSnapshot: boolean) {
    this.#groups.stop()
    if (fromSnapshot) {
      const late = this.#entries.slice(-2)
      const [groups] = this.#groups.sections
      this.#entries = [...Array.from(groups!.snapshot(), entry => ({ section: groups!.id, entry })), ...late]
    }
    this.#groups = this.#start()
    // Who waited for an answer asks again.
    for (const member of this.members) if (member.waits) member.die()
  }

  join(member: Member) {
    if (member.waits) return
    const request = {
      groupId: GROUP,
      sessionTimeoutMs: SESSION_MS,
      rebalanceTimeoutMs: 8000,
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: new Uint8Array(0) }],
      reason: null,
    }
    const client = { clientId: member.name, host: '/', version: 9 }
    this.#groups.join(
      request,
      client,
      member.alive(answer => this.#joined(member, answer)),
    )
  }

  #joined(member: Member, answer: JoinAnswer) {
    const { errorCode = 0, memberId = '', generationId = -1, leader = '', members = [] } = answer
    if (errorCode === ErrorCode.MEMBER_ID_REQUIRED) member.memberId = memberId
    else if (errorCode !== 0) this.#failed(member, errorCode)
    else {
      expect(generationId).toBeGreaterThanOrEqual(Math.max(this.#highest, 1))
      expect(generationId).toBeGreaterThanOrEqual(member.generation)
      this.#highest = generationId
      member.generation = generationId
      member.memberId = memberId
      const leads = leader === memberId
      if (leads) expect(this.leaders.get(generationId) ?? member.name).toBe(member.name)
      if (leads) this.leaders.set(generationId, member.name)
      const assignments = leads && answer.skipAssignment !== true ? members : []
      this.#sync(
        member,
        assignments.map(other => ({ memberId: other.memberId!, assignment: Buffer.from(other.memberId!) })),
      )
    }
  }

  #sync(member: Member, assignments: { memberId: string; assignment: Uint8Array }[]) {
    const request = {
      groupId: GROUP,
      generationId: member.generation,
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      protocolType: 'consumer',
      protocolName: 'range',
      assignments,
    }
    this.#groups.sync(
      request,
      member.alive((answer: SyncAnswer) => {
        if ((answer.errorCode ?? 0) !== 0) this.#failed(member, answer.errorCode!)
        else member.assignment = Buffer.from(answer.assignment!).toString()
      }),
    )
  }

  heartbeat(member: Member) {
    if (member.waits || member.assignment === undefined) return
    const { memberId, instanceId: groupInstanceId, generation: generationId } = member
    const code = this.#groups.heartbeat({ groupId: GROUP, memberId, groupInstanceId, generationId })
    if (code !== 0) this.#failed(member, code)
  }

  leave(member: Member) {
    this.#groups.leave(GROUP, [{ memberId: member.memberId, groupInstanceId: member.instanceId }])
    member.die()
    member.memberId = ''
  }

  #failed(member: Member, code: number) {
    member.assignment = undefined
    if (code !== ErrorCode.REBALANCE_IN_PROGRESS) member.memberId = ''
  }

  /** Everybody alive says so each second. */
  async pass(seconds: number, dead?: Member) {
    for (let i = 0; i < seconds; i++) {
      await this.time.pass(1000)
      for (const member of this.members) {
        if (member === dead || member.memberId === '') continue
        if (member.assignment === undefined) this.join(member)
        else this.heartbeat(member)
      }
    }
  }

  get group() {
    return this.#groups.get(GROUP)
  }
}

type Step =
  | { readonly what: 'join' | 'leave' | 'beat' | 'die'; readonly who: number }
  | { readonly what: 'restart'; readonly fromSnapshot: boolean }
  | { readonly what: 'pass'; readonly seconds: number }

const who = fc.nat(3)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant('join' as const), who }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constantFrom('beat' as const, 'leave' as const, 'die' as const), who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restart' as const), fromSnapshot: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('pass' as const), seconds: fc.constantFrom(1, 4, 12) }) },
)

async function take(world: World, next: Step): Promise<void> {
  switch (next.what) {
    case 'join':
      return world.join(world.members[next.who]!)
    case 'beat':
      return world.heartbeat(world.members[next.who]!)
    case 'leave':
      return world.leave(world.members[next.who]!)
    case 'die': {
      const member = world.members[next.who]!
      member.die()
      await world.pass(3, member)
      // It starts anew, as a static member in its old place.
      member.memberId = ''
      return
    }
    case 'restart':
      return world.restart(next.fromSnapshot)
    case 'pass':
      return world.pass(next.seconds)
  }
}

test('generations go up, and in the end all are in one', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      const world = new World()
      for (const next of steps) await take(world, next)
      // Left alone; those who died are given up meanwhile.
      for (let round = 0; round < 60; round++) {
        for (const member of world.members) if (member.assignment === undefined) world.join(member)
        await world.pass(1)
      }
      expect(world.group).toMatchObject({ stateName: 'Stable' })
      const { generation } = world.group as { generation: number }
      expect(world.members.map(member => member.generation)).toEqual(world.members.map(() => generation))
      const assignments = world.members.map(member => member.assignment)
      expect(new Set(assignments).size).toBe(4)
      expect(assignments).not.toContain('')
    }),
    { numRuns: 30 },
  )
}, 60_000)
