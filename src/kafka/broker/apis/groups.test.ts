/** The APIs of groups, where they differ by version or by what a client may do. What groups do stands in `groups/*.test.ts`. */
import { describe, expect, test } from 'vitest'
import { type TestBroker, type TestClient, testBroker } from '../../../testing/broker.ts'
import { subscription } from '../../../testing/group-script.ts'
import { type ApiName, apis } from '../../protocol/apis.ts'

const UNKNOWN_ID = 'AAAAAAAAAAAAAAAAAAAAAQ'

async function started(
  properties: Readonly<Record<string, string>> = {},
): Promise<{ readonly broker: TestBroker; readonly client: TestClient; readonly topicId: string }> {
  const broker = await testBroker({ properties: { 'group.initial.rebalance.delay.ms': '0', ...properties } })
  const client = broker.connect()
  await client.createTopic('t', 2)
  return { broker, client, topicId: broker.broker.topics.named('t')!.id }
}

const protocols = [{ name: 'range', metadata: subscription('t') }]
const join = { groupId: 'g', sessionTimeoutMs: 10_000, memberId: '', protocolType: 'consumer', protocols }

/** Generation 1 of group g, with one member; answers its id. */
async function member({ time }: TestBroker, client: TestClient): Promise<string> {
  const joined = client.ask('JoinGroup', 3, join)
  await time.pass(0)
  const { memberId } = await joined
  await client.ask('SyncGroup', 3, {
    groupId: 'g',
    generationId: 1,
    memberId,
    assignments: [{ memberId, assignment: Buffer.from('A') }],
  })
  return memberId
}

const versionsOf = (api: ApiName): number[] => {
  const { min, max } = apis[api].accepted
  return Array.from({ length: max - min + 1 }, (_, i) => min + i)
}

/** By version: what it has, and nothing that it lacks. */
const requests: { readonly [N in ApiName]?: (version: number, memberId: string, topicId: string) => object } = {
  FindCoordinator: v => (v >= 4 ? { coordinatorKeys: ['g'], keyType: 0 } : v >= 1 ? { key: 'g', keyType: 0 } : { key: 'g' }),
  JoinGroup: () => ({ ...join, protocolType: 'connect' }),
  SyncGroup: (v, memberId) => ({
    groupId: 'g',
    generationId: 1,
    memberId,
    ...(v >= 5 && { protocolType: 'consumer', protocolName: 'range' }),
  }),
  Heartbeat: (_, memberId) => ({ groupId: 'g', generationId: 1, memberId }),
  LeaveGroup: v => (v >= 3 ? { groupId: 'g', members: [{ memberId: 'x' }] } : { groupId: 'g', memberId: 'x' }),
  OffsetCommit: (v, memberId, topicId) => ({
    groupId: 'g',
    memberId,
    generationIdOrMemberEpoch: 1,
    topics: [
      {
        ...(v >= 10 ? { topicId } : { name: 't' }),
        partitions: [{ partitionIndex: 0, committedOffset: v, committedMetadata: `v${v}` }],
      },
    ],
  }),
  OffsetFetch: (v, _, topicId) => {
    const topics = [{ ...(v >= 10 ? { topicId } : { name: 't' }), partitionIndexes: [0, 1] }]
    return v >= 8
      ? {
          groups: [
            { groupId: 'g', topics },
            { groupId: 'g', topics: null },
          ],
        }
      : { groupId: 'g', topics }
  },
  OffsetDelete: () => ({ groupId: 'g', topics: [{ name: 't', partitions: [{ partitionIndex: 0 }] }] }),
  DescribeGroups: () => ({ groups: ['g', 'nope'] }),
  ListGroups: () => ({}),
  DeleteGroups: () => ({ groupsNames: ['g', 'nope'] }),
  ConsumerGroupHeartbeat: () => ({ groupId: 'g', memberId: 'x', memberEpoch: 1 }),
  ConsumerGroupDescribe: () => ({ groupIds: ['g', 'nope'] }),
}

test('every version is answered in its own form', async () => {
  const { broker, client, topicId } = await started()
  const memberId = await member(broker, client)
  for (const api of Object.keys(requests) as ApiName[]) {
    for (const version of versionsOf(api)) {
      const answer = await client.ask(api, version, requests[api]!(version, memberId, topicId) as never)
      expect(answer, `${api} ${version}`).toBeDefined()
    }
  }
  const { topics } = await client.ask('OffsetFetch', 1, { groupId: 'g', topics: [{ name: 't', partitionIndexes: [0, 1] }] })
  expect(topics[0]!.partitions).toMatchObject([
    { partitionIndex: 0, committedOffset: 10, metadata: 'v10', errorCode: 0 },
    { partitionIndex: 1, committedOffset: -1, metadata: '', errorCode: 0 },
  ])
  await broker.stop()
})

describe('FindCoordinator', () => {
  test('tells the address of the listener that was asked', async () => {
    const advertised = { host: 'kafka.example', port: 9999 }
    const broker = await testBroker({ listeners: [{ name: 'PLAINTEXT', host: '127.0.0.1', port: 0, advertised }] })
    const client = broker.connect()
    const here = { nodeId: 1, host: 'kafka.example', port: 9999, errorCode: 0 }
    expect(await client.ask('FindCoordinator', 3, { key: 'g', keyType: 1 })).toMatchObject(here)
    const { coordinators } = await client.ask('FindCoordinator', 6, { coordinatorKeys: ['g', 'h'], keyType: 0 })
    expect(coordinators).toMatchObject([
      { key: 'g', ...here },
      { key: 'h', ...here },
    ])
    await broker.stop()
  })

  test.each([2, 7])('key type %i is nobody’s', async keyType => {
    const { broker, client } = await started()
    expect(await client.ask('FindCoordinator', 3, { key: 'g', keyType })).toMatchObject({
      errorCode: 42,
      nodeId: -1,
      host: '',
      port: -1,
    })
    const { coordinators } = await client.ask('FindCoordinator', 6, { coordinatorKeys: ['g'], keyType })
    expect(coordinators).toMatchObject([{ key: 'g', errorCode: 42, nodeId: -1 }])
    await broker.stop()
  })
})

test('JoinGroup: no protocol is an empty one up to version 6', async () => {
  const { broker, client } = await started()
  expect((await client.ask('JoinGroup', 6, join)).protocolName).toBe('')
  expect((await client.ask('JoinGroup', 7, join)).protocolName).toBeNull()
  expect(await client.ask('JoinGroup', 9, { ...join, groupId: '' })).toMatchObject({ errorCode: 24 })
  await broker.stop()
})

test('SyncGroup has to name the protocol from version 5 on', async () => {
  const { broker, client } = await started()
  const memberId = await member(broker, client)
  expect(await client.ask('SyncGroup', 5, { groupId: 'g', generationId: 1, memberId })).toMatchObject({ errorCode: 23 })
  expect(await client.ask('SyncGroup', 4, { groupId: 'g', generationId: 1, memberId })).toMatchObject({ errorCode: 0 })
  expect(await client.ask('SyncGroup', 5, { groupId: '' })).toMatchObject({ errorCode: 23 })
  await broker.stop()
})

describe('OffsetCommit and OffsetFetch', () => {
  test('topics and partitions that are not there', async () => {
    const { broker, client, topicId } = await started()
    const partitions = [
      { partitionIndex: 0, committedOffset: 1, committedMetadata: null },
      { partitionIndex: 2, committedOffset: 1, committedMetadata: null },
    ]
    const commit = { groupId: 'g', generationIdOrMemberEpoch: -1, memberId: '' }
    const byName = await client.ask('OffsetCommit', 9, {
      ...commit,
      topics: [
        { name: 't', partitions },
        { name: 'v', partitions },
      ],
    })
    expect(byName.topics.map(topic => topic.partitions.map(p => p.errorCode))).toEqual([
      [0, 3],
      [3, 3],
    ])
    const byId = await client.ask('OffsetCommit', 10, {
      ...commit,
      topics: [
        { topicId, partitions },
        { topicId: UNKNOWN_ID, partitions },
      ],
    })
    expect(byId.topics.map(topic => topic.partitions.map(p => p.errorCode))).toEqual([
      [0, 3],
      [100, 100],
    ])
    const { groups } = await client.ask('OffsetFetch', 10, {
      groups: [
        {
          groupId: 'g',
          topics: [
            { topicId, partitionIndexes: [0, 2] },
            { topicId: UNKNOWN_ID, partitionIndexes: [0] },
          ],
        },
      ],
    })
    expect(groups[0]!.topics.map(topic => topic.partitions.map(p => [p.committedOffset, p.errorCode]))).toEqual([
      [
        [1, 0],
        [-1, 0],
      ],
      [[-1, 100]],
    ])
    await broker.stop()
  })

  test('epochs and metadata come back; metadata may be so long', async () => {
    const { broker, client } = await started({ 'offset.metadata.max.bytes': '5' })
    const partition = { committedOffset: 7, committedLeaderEpoch: 2 }
    const { topics } = await client.ask('OffsetCommit', 9, {
      groupId: 'g',
      generationIdOrMemberEpoch: -1,
      topics: [
        {
          name: 't',
          partitions: [
            { partitionIndex: 0, ...partition, committedMetadata: 'hello' },
            { partitionIndex: 1, ...partition, committedMetadata: 'hello!' },
          ],
        },
      ],
    })
    expect(topics[0]!.partitions.map(p => p.errorCode)).toEqual([0, 12])
    const { groups } = await client.ask('OffsetFetch', 9, { groups: [{ groupId: 'g', topics: null }] })
    expect(groups[0]!.topics[0]!.partitions).toEqual([
      { partitionIndex: 0, committedOffset: 7, committedLeaderEpoch: 2, metadata: 'hello', errorCode: 0 },
    ])
    await broker.stop()
  })

  test('a group that is not there has read nothing', async () => {
    const { broker, client } = await started()
    const wanted = [{ name: 't', partitionIndexes: [0] }]
    expect(await client.ask('OffsetFetch', 7, { groupId: 'nope', topics: wanted, requireStable: true })).toMatchObject({
      errorCode: 0,
      topics: [{ name: 't', partitions: [{ committedOffset: -1, committedLeaderEpoch: -1, metadata: '', errorCode: 0 }] }],
    })
    expect(await client.ask('OffsetFetch', 7, { groupId: 'nope', topics: null })).toMatchObject({ errorCode: 0, topics: [] })
    await broker.stop()
  })

  test('a member of a consumer group is asked for its epoch', async () => {
    const { broker, client } = await started()
    const joining = { memberEpoch: 0, rebalanceTimeoutMs: 1000, subscribedTopicNames: ['t'], topicPartitions: [] }
    const { memberEpoch } = await client.ask('ConsumerGroupHeartbeat', 1, { groupId: 'g', memberId: 'ann', ...joining })
    const fetched = async (memberId: string | null, epoch: number) =>
      (await client.ask('OffsetFetch', 9, { groups: [{ groupId: 'g', memberId, memberEpoch: epoch, topics: null }] })).groups[0]!
        .errorCode
    expect(await fetched('ann', memberEpoch)).toBe(0)
    expect(await fetched('ann', memberEpoch + 1)).toBe(113)
    expect(await fetched('bob', memberEpoch)).toBe(25)
    expect(await fetched(null, -1)).toBe(0)
    await broker.stop()
  })

  test('a thousand partitions', async () => {
    const { broker, client } = await started()
    await client.createTopic('wide', 1000)
    const partitionIndexes = Array.from({ length: 1000 }, (_, i) => i)
    const partitions = partitionIndexes.map(partitionIndex => ({
      partitionIndex,
      committedOffset: partitionIndex,
      committedMetadata: '',
    }))
    await client.ask('OffsetCommit', 9, { groupId: 'g', generationIdOrMemberEpoch: -1, topics: [{ name: 'wide', partitions }] })
    const again = await broker.restart()
    const { groups } = await again
      .connect()
      .ask('OffsetFetch', 9, { groups: [{ groupId: 'g', topics: [{ name: 'wide', partitionIndexes }] }] })
    expect(groups[0]!.topics[0]!.partitions.every(p => p.committedOffset === p.partitionIndex)).toBe(true)
    await again.stop()
  })
})

test('OffsetDelete: not of a topic that the group subscribes to', async () => {
  const { broker, client } = await started()
  await client.createTopic('u', 1)
  const memberId = await member(broker, client)
  const offset = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }]
  await client.ask('OffsetCommit', 9, {
    groupId: 'g',
    memberId,
    generationIdOrMemberEpoch: 1,
    topics: [
      { name: 't', partitions: offset },
      { name: 'u', partitions: offset },
    ],
  })
  const wanted = [{ partitionIndex: 0 }, { partitionIndex: 7 }]
  const { topics } = await client.ask('OffsetDelete', 0, {
    groupId: 'g',
    topics: [
      { name: 't', partitions: wanted },
      { name: 'u', partitions: wanted },
      { name: 'v', partitions: wanted },
    ],
  })
  expect(topics.map(topic => topic.partitions.map(p => p.errorCode))).toEqual([
    [86, 3],
    [0, 3],
    [3, 3],
  ])
  expect(await client.ask('OffsetDelete', 0, { groupId: 'nope', topics: [] })).toMatchObject({ errorCode: 69 })
  expect(await client.ask('OffsetDelete', 0, { groupId: '', topics: [] })).toMatchObject({ errorCode: 24 })
  const { groups } = await client.ask('OffsetFetch', 9, { groups: [{ groupId: 'g', topics: null }] })
  expect(groups[0]!.topics.map(({ name }) => name)).toEqual(['t'])
  await broker.stop()
})

describe('describing and listing', () => {
  test('a classic group shows what its members want and have', async () => {
    const { broker, client } = await started()
    const memberId = await member(broker, client)
    const { groups } = await client.ask('DescribeGroups', 6, { groups: ['g'], includeAuthorizedOperations: true })
    expect(groups).toEqual([
      {
        errorCode: 0,
        errorMessage: null,
        groupId: 'g',
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
        members: [
          {
            memberId,
            groupInstanceId: null,
            clientId: 'test',
            clientHost: '/127.0.0.1',
            memberMetadata: new Uint8Array(subscription('t')),
            memberAssignment: new Uint8Array(Buffer.from('A')),
          },
        ],
        // READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS, ALTER_CONFIGS
        authorizedOperations: 3400,
      },
    ])
    await broker.stop()
  })

  test('a group that is not there is dead, or unknown from version 6 on', async () => {
    const { broker, client } = await started()
    expect((await client.ask('DescribeGroups', 5, { groups: ['g'] })).groups).toMatchObject([
      { groupState: 'Dead', errorCode: 0 },
    ])
    expect((await client.ask('DescribeGroups', 6, { groups: ['g'] })).groups).toMatchObject([
      { groupState: 'Dead', errorCode: 69, errorMessage: 'Group g not found.' },
    ])
    // A dead one may be described, read and deleted as any other; an unknown one is an error.
    const told = { groups: ['g'], includeAuthorizedOperations: true }
    expect((await client.ask('DescribeGroups', 5, told)).groups[0]!.authorizedOperations).toBe(3400)
    expect((await client.ask('DescribeGroups', 6, told)).groups[0]!.authorizedOperations).toBe(-2147483648)
    expect((await client.ask('ConsumerGroupDescribe', 1, { groupIds: ['g', ''] })).groups).toMatchObject([
      { errorCode: 69, errorMessage: 'Group g not found.' },
      { errorCode: 24 },
    ])
    await broker.stop()
  })

  test('a group of the other protocol is none', async () => {
    const { broker, client } = await started()
    const joining = { memberEpoch: 0, rebalanceTimeoutMs: 1000, subscribedTopicNames: ['t'], topicPartitions: [] }
    await client.ask('ConsumerGroupHeartbeat', 1, { groupId: 'k', memberId: 'ann', ...joining })
    await member(broker, client)
    const classic = await client.ask('DescribeGroups', 6, { groups: ['k'] })
    expect(classic.groups).toMatchObject([{ groupState: 'Dead', errorCode: 69, errorMessage: 'Group k is not a classic group.' }])
    const consumer = await client.ask('ConsumerGroupDescribe', 1, { groupIds: ['g', 'k'], includeAuthorizedOperations: true })
    expect(consumer.groups).toMatchObject([
      { errorCode: 69, errorMessage: 'Group g is not a consumer group.' },
      {
        groupId: 'k',
        errorCode: 0,
        groupState: 'Stable',
        groupEpoch: 2,
        assignmentEpoch: 2,
        assignorName: 'uniform',
        authorizedOperations: 3400,
        members: [
          {
            memberId: 'ann',
            memberEpoch: 2,
            clientId: 'test',
            clientHost: '/127.0.0.1',
            subscribedTopicNames: ['t'],
            subscribedTopicRegex: '',
            assignment: { topicPartitions: [{ topicName: 't', partitions: [0, 1] }] },
            targetAssignment: { topicPartitions: [{ topicName: 't', partitions: [0, 1] }] },
            memberType: 1,
          },
        ],
      },
    ])
    await broker.stop()
  })

  test('groups by state and type', async () => {
    const { broker, client } = await started()
    await client.ask('ConsumerGroupHeartbeat', 1, {
      groupId: 'k',
      memberId: 'ann',
      memberEpoch: 0,
      rebalanceTimeoutMs: 1000,
      subscribedTopicNames: ['t'],
      topicPartitions: [],
    })
    await member(broker, client)
    const listed = async (statesFilter: string[], typesFilter: string[]) =>
      (await client.ask('ListGroups', 5, { statesFilter, typesFilter })).groups.map(({ groupId }) => groupId).toSorted()
    expect(await listed([], [])).toEqual(['g', 'k'])
    expect(await listed(['STABLE '], [])).toEqual(['g', 'k'])
    expect(await listed(['empty', 'assigning'], [])).toEqual([])
    expect(await listed([], ['Classic'])).toEqual(['g'])
    expect(await listed(['stable'], ['consumer', 'nonsense'])).toEqual(['k'])
    expect(await listed([], ['nonsense'])).toEqual([])
    expect((await client.ask('ListGroups', 2, {})).groups).toMatchObject([
      { protocolType: 'consumer' },
      { protocolType: 'consumer' },
    ])
    await broker.stop()
  })
})

describe('who may not', () => {
  /** Everything is allowed but these. */
  async function denied(...rules: readonly string[]) {
    const made = await started()
    await made.client.createTopic('secret', 1)
    await member(made.broker, made.client)
    made.broker.broker.authorizer = {
      allows: (_, __, operation, type, name) => !rules.includes(`${operation} ${type} ${name}`),
      allowsAny: () => true,
    }
    return made
  }

  test('read a group', async () => {
    const { broker, client, topicId } = await denied('READ GROUP g')
    for (const api of ['JoinGroup', 'SyncGroup', 'Heartbeat', 'LeaveGroup', 'ConsumerGroupHeartbeat'] as const) {
      const answer = await client.ask(api, apis[api].accepted.max, requests[api]!(9, 'x', topicId) as never)
      expect(answer, api).toMatchObject({ errorCode: 30 })
    }
    const { topics } = await client.ask('OffsetCommit', 9, requests.OffsetCommit!(9, 'x', topicId))
    expect(topics[0]!.partitions).toMatchObject([{ errorCode: 30 }])
    await broker.stop()
  })

  test('describe a group', async () => {
    const { broker, client } = await denied('DESCRIBE GROUP g', 'DESCRIBE CLUSTER kafka-cluster')
    expect((await client.ask('DescribeGroups', 6, { groups: ['g'] })).groups).toMatchObject([{ errorCode: 30 }])
    expect((await client.ask('ConsumerGroupDescribe', 1, { groupIds: ['g'] })).groups).toMatchObject([{ errorCode: 30 }])
    expect((await client.ask('ListGroups', 5, {})).groups).toEqual([])
    expect((await client.ask('OffsetFetch', 9, { groups: [{ groupId: 'g', topics: null }] })).groups).toMatchObject([
      { errorCode: 30 },
    ])
    expect(await client.ask('OffsetFetch', 7, { groupId: 'g', topics: null })).toMatchObject({ errorCode: 30, topics: [] })
    expect(
      (await client.ask('OffsetFetch', 1, { groupId: 'g', topics: [{ name: 't', partitionIndexes: [0] }] })).topics,
    ).toMatchObject([{ partitions: [{ errorCode: 30, committedOffset: -1 }] }])
    expect(await client.ask('FindCoordinator', 3, { key: 'g', keyType: 0 })).toMatchObject({ errorCode: 30, nodeId: -1 })
    expect(await client.ask('FindCoordinator', 3, { key: 'g', keyType: 1 })).toMatchObject({ errorCode: 0 })
    await broker.stop()
  })

  test('delete a group', async () => {
    const { broker, client } = await denied('DELETE GROUP g')
    expect((await client.ask('DeleteGroups', 2, { groupsNames: ['g'] })).results).toMatchObject([{ errorCode: 30 }])
    expect(await client.ask('OffsetDelete', 0, { groupId: 'g', topics: [] })).toMatchObject({ errorCode: 30 })
    await broker.stop()
  })

  test('read or describe a topic', async () => {
    const { broker, client } = await denied('READ TOPIC secret', 'DESCRIBE TOPIC secret')
    const { topics } = await client.ask('OffsetCommit', 9, {
      groupId: 'h',
      generationIdOrMemberEpoch: -1,
      topics: [{ name: 'secret', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: null }] }],
    })
    expect(topics[0]!.partitions).toMatchObject([{ errorCode: 29 }])
    const { groups } = await client.ask('OffsetFetch', 9, {
      groups: [{ groupId: 'h', topics: [{ name: 'secret', partitionIndexes: [0] }] }],
    })
    expect(groups[0]!.topics[0]!.partitions).toMatchObject([{ errorCode: 29, committedOffset: -1 }])
    const joining = { memberId: 'ann', memberEpoch: 0, rebalanceTimeoutMs: 1000, topicPartitions: [] }
    expect(
      await client.ask('ConsumerGroupHeartbeat', 1, { groupId: 'k', ...joining, subscribedTopicNames: ['secret'] }),
    ).toMatchObject({
      errorCode: 29,
    })
    // A pattern means only what may be known.
    const { assignment } = await client.ask('ConsumerGroupHeartbeat', 1, { groupId: 'k', ...joining, subscribedTopicRegex: '.*' })
    expect(assignment!.topicPartitions).toMatchObject([{ partitions: [0, 1] }])
    await broker.stop()
  })

  test('describe a topic of a group', async () => {
    const { broker, client } = await started()
    const joining = {
      memberId: 'ann',
      memberEpoch: 0,
      rebalanceTimeoutMs: 1000,
      topicPartitions: [],
      subscribedTopicNames: ['t'],
    }
    await client.ask('ConsumerGroupHeartbeat', 1, { groupId: 'k', ...joining })
    broker.broker.authorizer = {
      allows: (_, __, operation, type) => !(operation === 'DESCRIBE' && type === 'TOPIC'),
      allowsAny: () => true,
    }
    expect((await client.ask('ConsumerGroupDescribe', 1, { groupIds: ['k'] })).groups).toMatchObject([
      { errorCode: 29, members: [] },
    ])
    await broker.stop()
  })
})
