/**
 * Members that join, leave, die, lose what they send and what they are sent, under a coordinator that is killed again and again:
 * no partition is ever read by two of them, and once they are left alone they all come to rest with everything assigned.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seededRandom } from '../../../base/random.ts'
import { TestTime } from '../../../testing/broker.ts'
import type { StateJournal } from '../../log/state-journal.ts'
import { KafkaRefusal, type Topic, type Topics } from '../topics.ts'
import type { HeartbeatRequest } from './consumer-group.ts'
import { GroupCoordinator } from './group-coordinator.ts'
import { groupSettings } from './group-settings.ts'
import { brokerConfigs } from '../config/broker-config.ts'

const GROUP = 'g'
const SESSION_MS = 45_000

/** Topics as far as groups look at them. */
class FakeTopics {
  readonly #byName = new Map<string, { id: string; name: string; partitions: unknown[] }>()
  readonly #listeners: ((topic: Topic, what: 'created' | 'changed') => void)[] = []

  get all() {
    return this.#byName.values()
  }

  named(name: string) {
    return this.#byName.get(name)
  }

  withId(id: string) {
    return Array.from(this.all).find(topic => topic.id === id)
  }

  listen(listener: (topic: Topic, what: 'created' | 'changed') => void) {
    this.#listeners.push(listener)
  }

  grow(name: string, by: number) {
    const topic = this.#byName.get(name) ?? { id: name.padEnd(22, '0').replace(/.$/, 'A'), name, partitions: [] }
    this.#byName.set(name, topic)
    topic.partitions.push(...Array.from({ length: by }, () => ({})))
    for (const listener of this.#listeners) listener(topic as unknown as Topic, 'changed')
  }
}

/** What a consumer knows and does. It reads what it owns. */
class Consumer {
  readonly name: string
  readonly instanceId: string | null
  memberId = ''
  /** Undefined: it is not a member, as far as it knows. */
  epoch: number | undefined
  owned = new Set<string>()
  /** What it was last told to have, while it has not given up all that this takes. */
  assigned: Set<string> | undefined
  #incarnation = 0

  constructor(name: string, instanceId: string | null) {
    this.name = name
    this.instanceId = instanceId
  }

  begin() {
    this.memberId = `${this.name}.${++this.#incarnation}`
    this.epoch = 0
  }

  stop() {
    this.epoch = undefined
    this.owned = new Set()
    this.assigned = undefined
  }

  /** It has given up what it was asked to; then it takes what is new. */
  settle() {
    if (this.assigned === undefined) return
    this.owned = this.assigned
    this.assigned = undefined
  }

  told(assignment: ReadonlyMap<string, readonly number[]> | null) {
    if (assignment === null) return
    this.assigned = new Set(Array.from(assignment).flatMap(([topic, partitions]) => partitions.map(p => `${topic} ${p}`)))
    // It adds nothing before it has given up something; without anything to give up it begins at once.
    if (Array.from(this.owned).every(partition => this.assigned!.has(partition))) this.settle()
  }
}

class World {
  readonly time = new TestTime()
  readonly topics = new FakeTopics()
  readonly consumers: readonly Consumer[]
  #entries: { readonly section: number; readonly entry: Uint8Array }[] = []
  #groups: GroupCoordinator

  constructor() {
    this.topics.grow('t', 5)
    this.topics.grow('u', 2)
    this.consumers = ['ann', 'bob', 'eve', 'dan'].map((name, i) => new Consumer(name, i === 3 ? 'i' : null))
    this.#groups = this.#start()
  }

  #start(): GroupCoordinator {
    const settings = groupSettings(name =>
      name === 'group.consumer.assignment.interval.ms' ? '0' : brokerConfigs.get(name)!.default!,
    )
    const groups = new GroupCoordinator({
      clock: this.time.clock,
      timers: this.time,
      random: seededRandom(1),
      topics: this.topics as unknown as Topics,
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
      const before = this.#entries
      // Entries that go on while a snapshot is taken are replayed after it, though it has them already.
      const late = before.slice(-3)
      this.#entries = this.#groups.sections.flatMap(({ id, snapshot }, i) =>
        Array.from(snapshot.call(this.#groups.sections[i]!), entry => ({ section: id, entry })),
      )
      this.#entries.push(...late)
    }
    this.#groups = this.#start()
  }

  heartbeat(consumer: Consumer, fate: 'arrives' | 'request lost' | 'answer lost', leaves = false) {
    if (consumer.epoch === undefined || fate === 'request lost') return
    const joins = consumer.epoch === 0
    const byTopic = new Map<string, number[]>()
    for (const partition of joins ? [] : consumer.owned) {
      const [topicId, number] = partition.split(' ')
      byTopic.set(topicId!, [...(byTopic.get(topicId!) ?? []), Number(number)])
    }
    const request: HeartbeatRequest = {
      groupId: GROUP,
      memberId: consumer.memberId,
      memberEpoch: leaves ? (consumer.instanceId === null ? -1 : -2) : consumer.epoch,
      instanceId: consumer.instanceId,
      rackId: null,
      rebalanceTimeoutMs: joins ? 20_000 : -1,
      subscribedTopicNames: joins ? ['t', ...(consumer.name === 'bob' ? [] : ['u'])] : null,
      subscribedTopicRegex: joins && consumer.name === 'eve' ? 'v' : null,
      serverAssignor: null,
      topicPartitions: Array.from(byTopic, ([topicId, partitions]) => ({ topicId, partitions })),
    }
    try {
      const answer = this.#groups.consumerHeartbeat(request, { clientId: 'c', host: '/', version: 1 })
      if (leaves || fate === 'answer lost') return
      consumer.epoch = answer.memberEpoch
      consumer.told(answer.assignment)
    } catch (error) {
      if (!(error instanceof KafkaRefusal)) throw error
      // Fenced, or unknown, or its place is still taken: it gives up everything, and begins again.
      consumer.stop()
      if (!leaves) consumer.begin()
    }
  }

  /** A consumer that the group has given up knows by its own clock that it was silent for too long. */
  async pass(ms: number, silent: ReadonlySet<Consumer>) {
    let left = ms
    while (left > 0) {
      const step = Math.min(left, 5000)
      await this.time.pass(step)
      left -= step
      for (const consumer of this.consumers) if (!silent.has(consumer)) this.heartbeat(consumer, 'arrives')
    }
    if (ms >= SESSION_MS) for (const consumer of silent) consumer.stop()
  }

  /** Partitions that two read. */
  get conflicts(): string[] {
    const all = this.consumers.flatMap(({ owned }) => [...owned])
    return all.filter((partition, i) => all.indexOf(partition) !== i)
  }

  get group() {
    return this.#groups.get(GROUP)
  }

  get partitions(): number {
    return Array.from(this.topics.all).reduce((sum, { partitions }) => sum + partitions.length, 0)
  }
}

type Step =
  | { readonly what: 'join' | 'leave' | 'settle' | 'die'; readonly who: number }
  | { readonly what: 'beat'; readonly who: number; readonly fate: 'arrives' | 'request lost' | 'answer lost' }
  | { readonly what: 'restart'; readonly fromSnapshot: boolean }
  | { readonly what: 'pass'; readonly ms: number }
  | { readonly what: 'grow'; readonly topic: string }

const who = fc.nat(3)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ what: fc.constantFrom('join' as const), who }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constantFrom('leave' as const, 'die' as const), who }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant('settle' as const), who }) },
  {
    weight: 10,
    arbitrary: fc.record({
      what: fc.constant('beat' as const),
      who,
      fate: fc.constantFrom('arrives' as const, 'arrives' as const, 'request lost' as const, 'answer lost' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('restart' as const), fromSnapshot: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('pass' as const), ms: fc.constantFrom(1000, 10_000) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant('grow' as const), topic: fc.constantFrom('t', 'v') }) },
)

async function take(world: World, next: Step): Promise<void> {
  switch (next.what) {
    case 'join': {
      const consumer = world.consumers[next.who]!
      if (consumer.epoch === undefined) consumer.begin()
      return world.heartbeat(consumer, 'arrives')
    }
    case 'leave': {
      const consumer = world.consumers[next.who]!
      consumer.owned = new Set()
      world.heartbeat(consumer, 'arrives', true)
      return consumer.stop()
    }
    case 'settle':
      return world.consumers[next.who]!.settle()
    case 'beat':
      return world.heartbeat(world.consumers[next.who]!, next.fate)
    case 'die':
      return world.pass(SESSION_MS, new Set([world.consumers[next.who]!]))
    case 'restart':
      return world.restart(next.fromSnapshot)
    case 'pass':
      return world.pass(next.ms, new Set())
    case 'grow':
      return world.topics.grow(next.topic, 1)
  }
}

test('no partition is ever read by two, and in the end all are read', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async steps => {
      const world = new World()
      for (const next of steps) {
        await take(world, next)
        expect(world.conflicts).toEqual([])
      }
      // Left alone: everybody who was ever a member is again, and all that is said arrives.
      await world.pass(SESSION_MS, new Set())
      for (const consumer of world.consumers) if (consumer.epoch === undefined) consumer.begin()
      for (let round = 0; round < 12; round++) {
        for (const consumer of world.consumers) {
          world.heartbeat(consumer, 'arrives')
          consumer.settle()
          expect(world.conflicts).toEqual([])
        }
        await world.pass(5000, new Set())
      }
      expect(world.group).toMatchObject({ kind: 'consumer', stateName: 'Stable' })
      expect(world.consumers.reduce((sum, { owned }) => sum + owned.size, 0)).toBe(world.partitions)
    }),
    { numRuns: 100 },
  )
}, 60_000)
