import { describe, expect, test } from 'vitest'
import { memoryFiles } from '../../../base/memory-files.ts'
import { type TestBroker, type TestClient, settled, testBroker } from '../../../testing/broker.ts'
import { subscription } from '../../../testing/group-script.ts'
import type { StagedOffset } from '../transactions/transactional-offsets.ts'

const SECOND = 1000
/** Offsets are kept for a minute, and looked at every ten seconds. */
const brief = { 'offsets.retention.minutes': '1', 'offsets.retention.check.interval.ms': '10000' }

async function withTopics(
  properties: Readonly<Record<string, string>> = {},
): Promise<{ readonly broker: TestBroker; readonly client: TestClient }> {
  const broker = await testBroker({ properties: { 'group.initial.rebalance.delay.ms': '0', ...properties } })
  const client = broker.connect()
  await client.createTopic('t', 2)
  await client.createTopic('u', 1)
  return { broker, client }
}

const offsetOf = (topic: string, partition: number, offset: number, metadata: string | null = null): StagedOffset => ({
  topic,
  partition,
  offset,
  leaderEpoch: -1,
  metadata,
})

/** By hand unless it says who it is. */
const stage = (
  { broker }: TestBroker,
  offsets: readonly StagedOffset[],
  who: { memberId?: string; generationId?: number; groupInstanceId?: string } = {},
) =>
  broker.groups.stageOffsets({
    groupId: 'g',
    producerId: 3,
    producerEpoch: 0,
    memberId: '',
    generationId: -1,
    groupInstanceId: null,
    ...who,
    offsets,
  })

async function commit(client: TestClient, topic: string, offset: number, more: object = {}): Promise<number> {
  const { topics } = await client.ask('OffsetCommit', 4, {
    groupId: 'g',
    memberId: '',
    generationIdOrMemberEpoch: -1,
    topics: [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: offset, committedMetadata: null }] }],
    ...more,
  })
  return topics[0]!.partitions[0]!.errorCode
}

/** `t-0@5 u-0@unstable` */
async function offsets(client: TestClient, requireStable = false): Promise<string> {
  const { groups } = await client.ask('OffsetFetch', 9, {
    groups: [
      {
        groupId: 'g',
        topics: [
          { name: 't', partitionIndexes: [0, 1] },
          { name: 'u', partitionIndexes: [0] },
        ],
      },
    ],
    requireStable,
  })
  return groups[0]!.topics
    .flatMap(({ name, partitions }) =>
      partitions.map(
        p =>
          `${name}-${p.partitionIndex}@${p.errorCode === 88 ? 'unstable' : p.errorCode === 0 ? p.committedOffset : p.errorCode}`,
      ),
    )
    .join(' ')
}

/** A classic member of ten minutes' patience; answers its id. */
async function joined({ time }: TestBroker, client: TestClient, topics: string): Promise<string> {
  const request = {
    groupId: 'g',
    sessionTimeoutMs: 600_000,
    rebalanceTimeoutMs: 30_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription(topics) }],
  }
  const answer = client.ask('JoinGroup', 3, request)
  await time.pass(0)
  const { memberId, generationId } = await answer
  await client.ask('SyncGroup', 3, { groupId: 'g', generationId, memberId, assignments: [] })
  return memberId
}

describe('offsets in a transaction', () => {
  test('are told once it is committed', async () => {
    const { broker, client } = await withTopics()
    expect(stage(broker, [offsetOf('t', 0, 5), offsetOf('u', 0, 7)])).toEqual([0, 0])
    expect(await offsets(client)).toBe('t-0@-1 t-1@-1 u-0@-1')
    expect(await offsets(client, true)).toBe('t-0@unstable t-1@-1 u-0@unstable')
    broker.broker.groups.completeTransaction(3, ['g'], 'commit')
    expect(await offsets(client, true)).toBe('t-0@5 t-1@-1 u-0@7')
    await broker.stop()
  })

  test('wait through a restart', async () => {
    const first = await withTopics()
    stage(first.broker, [offsetOf('t', 0, 5)])
    await first.broker.broker.journal.durable()
    const broker = await first.broker.restart()
    const client = broker.connect()
    expect(await offsets(client, true)).toBe('t-0@unstable t-1@-1 u-0@-1')
    broker.broker.groups.completeTransaction(3, ['g'], 'abort')
    expect(await offsets(client, true)).toBe('t-0@-1 t-1@-1 u-0@-1')
    await broker.stop()
  })

  test('of partitions that are not there, or with too much to say', async () => {
    const { broker, client } = await withTopics()
    const all = [
      offsetOf('t', 9, 5),
      offsetOf('v', 0, 5),
      offsetOf('t', 0, 5, 'x'.repeat(4097)),
      offsetOf('t', 1, 5, 'x'.repeat(4096)),
    ]
    expect(stage(broker, all)).toEqual([3, 3, 12, 0])
    expect(await offsets(client, true)).toBe('t-0@-1 t-1@unstable u-0@-1')
    await broker.stop()
  })

  test('of a member of a classic group', async () => {
    const { broker, client } = await withTopics()
    expect(stage(broker, [offsetOf('t', 0, 5)], { memberId: 'ann', generationId: 1 })).toEqual([22])
    const memberId = await joined(broker, client, 't')
    expect(stage(broker, [offsetOf('t', 0, 5)], { memberId, generationId: 1 })).toEqual([0])
    expect(stage(broker, [offsetOf('t', 0, 5)], { memberId, generationId: 2 })).toEqual([22])
    expect(stage(broker, [offsetOf('t', 0, 5)], { memberId: 'ann', generationId: 1 })).toEqual([25])
    expect(stage(broker, [offsetOf('t', 0, 5)], { memberId, generationId: 1, groupInstanceId: 'i' })).toEqual([25])
    // Older producers do not say whose offsets they are.
    expect(stage(broker, [offsetOf('t', 0, 5), offsetOf('v', 0, 5)])).toEqual([0, 3])
    await broker.stop()
  })

  test('of a member of a consumer group', async () => {
    const { broker, client } = await withTopics()
    const { memberEpoch } = await client.ask('ConsumerGroupHeartbeat', 1, {
      groupId: 'g',
      memberId: 'ann',
      memberEpoch: 0,
      rebalanceTimeoutMs: 1000,
      subscribedTopicNames: ['t'],
      topicPartitions: [],
    })
    expect(stage(broker, [offsetOf('t', 0, 5)], { memberId: 'ann', generationId: memberEpoch })).toEqual([0])
    expect(stage(broker, [offsetOf('t', 0, 5)], { memberId: 'ann', generationId: memberEpoch + 1 })).toEqual([22])
    expect(stage(broker, [offsetOf('t', 0, 5)], { memberId: 'bob', generationId: memberEpoch })).toEqual([25])
    await broker.stop()
  })
})

describe('old offsets', () => {
  test('of a group without members go by themselves, then the group', async () => {
    const { broker, client } = await withTopics(brief)
    await commit(client, 't', 5)
    await broker.time.pass(30 * SECOND)
    await commit(client, 'u', 6)
    await broker.time.pass(30 * SECOND)
    expect(await offsets(client)).toBe('t-0@-1 t-1@-1 u-0@6')
    await broker.time.pass(30 * SECOND)
    expect(broker.broker.groups.get('g')).toBeUndefined()
    await broker.stop()
  })

  test('of a group that had members, so long after the last one left', async () => {
    const { broker, client } = await withTopics(brief)
    const memberId = await joined(broker, client, 't')
    await commit(client, 't', 5, { memberId, generationIdOrMemberEpoch: 1 })
    await broker.time.pass(50 * SECOND)
    await client.ask('LeaveGroup', 1, { groupId: 'g', memberId })
    await broker.time.pass(50 * SECOND)
    expect(await offsets(client)).toBe('t-0@5 t-1@-1 u-0@-1')
    await broker.time.pass(10 * SECOND)
    expect(broker.broker.groups.get('g')).toBeUndefined()
    await broker.stop()
  })

  test('are kept where the group subscribes to the topic, or a transaction is open', async () => {
    const { broker, client } = await withTopics(brief)
    const memberId = await joined(broker, client, 't')
    const who = { memberId, generationIdOrMemberEpoch: 1 }
    await commit(client, 't', 5, who)
    await commit(client, 'u', 6, who)
    await broker.time.pass(70 * SECOND)
    expect(await offsets(client)).toBe('t-0@5 t-1@-1 u-0@-1')
    await client.ask('LeaveGroup', 1, { groupId: 'g', memberId })
    stage(broker, [offsetOf('t', 0, 9)])
    await broker.time.pass(70 * SECOND)
    expect(await offsets(client)).toBe('t-0@5 t-1@-1 u-0@-1')
    broker.broker.groups.completeTransaction(3, ['g'], 'commit')
    await broker.time.pass(70 * SECOND)
    expect(broker.broker.groups.get('g')).toBeUndefined()
    await broker.stop()
  })

  test('as long as the commit said', async () => {
    const { broker, client } = await withTopics(brief)
    await commit(client, 't', 5, { retentionTimeMs: 20 * SECOND })
    await commit(client, 'u', 5, { retentionTimeMs: 90 * SECOND })
    await broker.time.pass(20 * SECOND)
    expect(await offsets(client)).toBe('t-0@-1 t-1@-1 u-0@5')
    await broker.time.pass(60 * SECOND)
    expect(await offsets(client)).toBe('t-0@-1 t-1@-1 u-0@5')
    await broker.time.pass(10 * SECOND)
    expect(broker.broker.groups.get('g')).toBeUndefined()
    await broker.stop()
  })

  test('stay gone after a restart, and so do those of topics that are deleted', async () => {
    const { broker, client } = await withTopics(brief)
    await commit(client, 't', 5)
    await commit(client, 'u', 6)
    await client.ask('DeleteTopics', 4, { topicNames: ['t'] })
    await client.createTopic('t', 2)
    expect(await offsets(client)).toBe('t-0@-1 t-1@-1 u-0@6')
    const again = await broker.restart()
    expect(await offsets(again.connect())).toBe('t-0@-1 t-1@-1 u-0@6')
    await again.time.pass(60 * SECOND)
    expect(again.broker.groups.get('g')).toBeUndefined()
    const third = await again.restart()
    expect(third.broker.groups.get('g')).toBeUndefined()
    await third.stop()
  })
})

test('nobody is told of a generation before it is durable', async () => {
  const disk = memoryFiles()
  let durable = Promise.resolve()
  const files = new Proxy(disk, { get: (target, name) => (name === 'sync' ? () => durable : target[name as keyof typeof disk]) })
  const broker = await testBroker({ files, properties: { 'group.initial.rebalance.delay.ms': '0' } })
  const [ann, bob] = [broker.connect('ann'), broker.connect('bob')]
  const told: string[] = []
  const say = (name: string) => (answer: { readonly generationId?: number; readonly errorCode: number }) =>
    void told.push(`${name} ${answer.generationId ?? answer.errorCode}`)
  const request = {
    groupId: 'g',
    sessionTimeoutMs: 10_000,
    rebalanceTimeoutMs: 10_000,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: subscription('t') }],
  }
  void ann.ask('JoinGroup', 3, request).then(say('ann'))
  void bob.ask('JoinGroup', 3, request).then(say('bob'))
  await settled()
  let release = () => {}
  durable = new Promise(resolve => (release = resolve))
  await broker.time.pass(0)
  expect(broker.broker.groups.get('g')).toMatchObject({ stateName: 'CompletingRebalance', generation: 1 })
  expect(told).toEqual([])
  release()
  await settled()
  expect(told.toSorted()).toEqual(['ann 1', 'bob 1'])
  await broker.stop()
})

test('a consumer group may have times of its own', async () => {
  const { broker, client } = await withTopics()
  broker.broker.groups.times = groupId => ({
    sessionTimeoutMs: groupId === 'g' ? 50_000 : 45_000,
    heartbeatIntervalMs: 6000,
    assignmentIntervalMs: 0,
  })
  const { heartbeatIntervalMs } = await client.ask('ConsumerGroupHeartbeat', 1, {
    groupId: 'g',
    memberId: 'ann',
    memberEpoch: 0,
    rebalanceTimeoutMs: 1000,
    subscribedTopicNames: ['t'],
    topicPartitions: [],
  })
  expect(heartbeatIntervalMs).toBe(6000)
  await broker.time.pass(49_999)
  expect(broker.broker.groups.get('g')!.isEmpty).toBe(false)
  await broker.time.pass(1)
  expect(broker.broker.groups.get('g')!.isEmpty).toBe(true)
  await broker.stop()
})

test.each([
  [{ 'group.consumer.session.timeout.ms': '1000' }, /group\.consumer\.session\.timeout\.ms is at least/],
  [{ 'group.consumer.heartbeat.interval.ms': '20000' }, /group\.consumer\.heartbeat\.interval\.ms is at most/],
  [{ 'group.min.session.timeout.ms': '2000000' }, /group\.min\.session\.timeout\.ms is at most/],
  [{ 'group.consumer.assignors': '' }, /at least one/],
  [{ 'group.consumer.assignors': 'sticky' }, /a list of uniform, range/],
])('properties that contradict each other: %j', async (properties, why) => {
  await expect(testBroker({ properties })).rejects.toThrow(why)
})
