/**
 * Something of everything that a broker keeps: records of every codec in several segments, idempotent and transactional ones,
 * groups of both protocols with offsets, properties, a deleted topic, users and ACLs. Against any broker, by the protocol alone.
 */
import { batchOf } from '#src/testing/broker.ts'
import type { Peer } from '#src/testing/transaction-script.ts'
import type { BatchOptions } from '#src/kafka/records/batch-builder.ts'

const FIRST_MS = 1_700_000_000_000
const TRIES = 100

export interface Populated {
  /** An idempotent producer, and the sequence it goes on with in orders-0. */
  readonly producerId: number
  readonly producerEpoch: number
  readonly nextSequence: number
}

export const groupNames: readonly string[] = ['simple', 'classic', 'consumer', 'transactional']
export const transactionalIds: readonly string[] = ['t-commit', 't-abort']

export async function populate(peer: Peer): Promise<Populated> {
  // Segments end after three batches: their records are a second apart.
  await create(peer, 'orders', 2, { 'segment.ms': '2500', 'index.interval.bytes': '100', 'retention.ms': '-1' })
  await create(peer, 'events', 1, { 'cleanup.policy': 'compact', 'retention.ms': '-1' })
  await create(peer, 'payments', 2, { 'retention.ms': '-1' })
  await create(peer, 'gone', 1, {})
  await create(peer, 'empty', 1, {})
  const populated = await produceOrders(peer)
  await produce(peer, 'events', 0, ['a=1', 'b=1', 'a=2', 'b='], { codec: 'zstd' })
  await produce(peer, 'gone', 0, ['lost'])
  await transactions(peer)
  await groups(peer)
  await administration(peer)
  return populated
}

async function create(peer: Peer, name: string, numPartitions: number, configs: Readonly<Record<string, string>>): Promise<void> {
  const list = Object.entries(configs).map(([key, value]) => ({ name: key, value }))
  const topics = [{ name, numPartitions, replicationFactor: 1, configs: list }]
  await retried(
    async () => (await peer.ask('CreateTopics', 7, { topics, timeoutMs: 5000 })).topics[0]!.errorCode,
    `create ${name}`,
  )
}

/** Error codes pass while a broker gets ready; the last one is told. */
async function retried(ask: () => Promise<number>, what: string): Promise<void> {
  let code = -1
  for (let tries = 0; tries < TRIES; tries++) {
    code = await ask()
    // TOPIC_ALREADY_EXISTS: the topic that is being deleted, too.
    if (code === 0) return
    await new Promise(resolve => setTimeout(resolve, 50))
  }
  throw new Error(`${what}: error code ${code}`)
}

interface Sent extends BatchOptions {
  readonly transactionalId?: string
  readonly timestamp?: number
}

export async function produce(
  peer: Peer,
  name: string,
  index: number,
  values: readonly string[],
  sent: Sent = {},
): Promise<void> {
  const { transactionalId = null, timestamp = FIRST_MS, ...batch } = sent
  const topicData = [{ name, partitionData: [{ index, records: batchOf(values, timestamp, batch) }] }]
  const ask = async () =>
    (await peer.ask('Produce', 11, { transactionalId, acks: -1, timeoutMs: 5000, topicData })).responses[0]!
      .partitionResponses[0]!.errorCode
  await retried(ask, `produce to ${name}-${index}`)
}

async function produceOrders(peer: Peer): Promise<Populated> {
  const { producerId, producerEpoch } = await peer.ask('InitProducerId', 4, {
    transactionalId: null,
    transactionTimeoutMs: 60_000,
  })
  let baseSequence = 0
  for (const [i, codec] of (['none', 'gzip', 'snappy', 'lz4', 'zstd', 'none', 'none', 'none'] as const).entries()) {
    const values = [`k${i}=${'v'.repeat(60)}${i}`, `plain ${i}`]
    const timestamp = FIRST_MS + i * 1000
    await produce(peer, 'orders', 0, values, { codec, producerId, producerEpoch, baseSequence, timestamp })
    await produce(peer, 'orders', 1, values, { codec, timestamp })
    baseSequence += values.length
  }
  return { producerId, producerEpoch, nextSequence: baseSequence }
}

async function begin(peer: Peer, transactionalId: string): Promise<{ producerId: number; producerEpoch: number }> {
  let producer = { producerId: -1, producerEpoch: -1 }
  await retried(async () => {
    const answer = await peer.ask('InitProducerId', 4, { transactionalId, transactionTimeoutMs: 60_000 })
    producer = { producerId: answer.producerId, producerEpoch: answer.producerEpoch }
    return answer.errorCode
  }, `begin ${transactionalId}`)
  const ask = async () =>
    (
      await peer.ask('AddPartitionsToTxn', 3, {
        v3AndBelowTransactionalId: transactionalId,
        v3AndBelowProducerId: producer.producerId,
        v3AndBelowProducerEpoch: producer.producerEpoch,
        v3AndBelowTopics: [{ name: 'payments', partitions: [0, 1] }],
      })
    ).resultsByTopicV3AndBelow[0]!.resultsByPartition[0]!.partitionErrorCode
  await retried(ask, `add partitions to ${transactionalId}`)
  for (const partition of [0, 1])
    await produce(peer, 'payments', partition, [`${transactionalId}=1`, `${transactionalId}=2`], {
      ...producer,
      baseSequence: 0,
      transactional: true,
      transactionalId,
    })
  return producer
}

async function transactions(peer: Peer): Promise<void> {
  for (const transactionalId of transactionalIds) {
    const producer = await begin(peer, transactionalId)
    const groupId = 'transactional'
    const identity = { transactionalId, ...producer }
    await retried(async () => (await peer.ask('AddOffsetsToTxn', 3, { ...identity, groupId })).errorCode, 'add offsets')
    const committedOffset = transactionalId === 't-commit' ? 5 : 6
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: 'by transaction' }] }]
    const commit = async () =>
      (await peer.ask('TxnOffsetCommit', 3, { ...identity, groupId, topics })).topics[0]!.partitions[0]!.errorCode
    await retried(commit, 'commit offsets')
    const end = { ...identity, committed: transactionalId === 't-commit' }
    await retried(async () => (await peer.ask('EndTxn', 3, end)).errorCode, 'end')
    await retried(async () => {
      const { transactionStates } = await peer.ask('DescribeTransactions', 0, { transactionalIds: [transactionalId] })
      return transactionStates[0]!.transactionState.startsWith('Complete') ? 0 : -1
    }, `complete ${transactionalId}`)
  }
}

/** Leaves a transaction open. */
export const leaveOpen = async (peer: Peer): Promise<void> => void (await begin(peer, 't-open'))

async function groups(peer: Peer): Promise<void> {
  await commit(peer, 'simple', 'orders', 3)
  await commit(peer, 'simple', 'gone', 1)
  await classicGroup(peer)
  await consumerGroup(peer)
}

async function commit(peer: Peer, groupId: string, name: string, committedOffset: number, as: object = {}): Promise<void> {
  const topics = [{ name, partitions: [{ partitionIndex: 0, committedOffset, committedMetadata: groupId }] }]
  const ask = async () => (await peer.ask('OffsetCommit', 9, { groupId, topics, ...as })).topics[0]!.partitions[0]!.errorCode
  await retried(ask, `commit of ${groupId}`)
}

async function classicGroup(peer: Peer): Promise<void> {
  const groupId = 'classic'
  const join = (memberId: string) =>
    peer.ask('JoinGroup', 5, {
      groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      memberId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0) }],
    })
  const { memberId } = await join('')
  const { generationId } = await join(memberId)
  await peer.ask('SyncGroup', 3, { groupId, generationId, memberId, assignments: [{ memberId, assignment: new Uint8Array() }] })
  await commit(peer, groupId, 'events', 2, { generationIdOrMemberEpoch: generationId, memberId })
  await peer.ask('LeaveGroup', 3, { groupId, members: [{ memberId }] })
}

async function consumerGroup(peer: Peer): Promise<void> {
  const groupId = 'consumer'
  const member = { groupId, memberId: 'member-1' }
  const joining = { ...member, memberEpoch: 0, rebalanceTimeoutMs: 5000, subscribedTopicNames: ['orders'], topicPartitions: [] }
  const { memberEpoch } = await peer.ask('ConsumerGroupHeartbeat', 1, joining)
  await commit(peer, groupId, 'orders', 9, { generationIdOrMemberEpoch: memberEpoch, memberId: member.memberId })
  await peer.ask('ConsumerGroupHeartbeat', 1, { ...member, memberEpoch: -1 })
}

async function administration(peer: Peer): Promise<void> {
  const set = {
    resourceType: 2,
    resourceName: 'orders',
    configs: [{ name: 'max.message.bytes', configOperation: 0, value: '500000' }],
  }
  await peer.ask('IncrementalAlterConfigs', 1, { resources: [set], validateOnly: false })
  const deletion = { name: 'orders', partitions: [{ partitionIndex: 1, offset: 3 }] }
  await peer.ask('DeleteRecords', 2, { topics: [deletion], timeoutMs: 5000 })
  await peer.ask('CreatePartitions', 3, {
    topics: [{ name: 'empty', count: 2, assignments: null }],
    timeoutMs: 5000,
    validateOnly: false,
  })
  await peer.ask('DeleteTopics', 6, { topics: [{ name: 'gone' }], timeoutMs: 5000 })
  await create(peer, 'gone', 1, {})
  await produce(peer, 'gone', 0, ['another topic of that name'])
  const acl = { resourceType: 2, resourceName: 'orders', principal: 'User:alice', host: '*', operation: 3, permissionType: 3 }
  await peer.ask('CreateAcls', 3, { creations: [acl, { ...acl, resourceName: 'ev', resourcePatternType: 4, operation: 4 }] })
  const entity = [{ entityType: 'user', entityName: 'alice' }]
  const ops = [{ key: 'producer_byte_rate', value: 1_000_000, remove: false }]
  await peer.ask('AlterClientQuotas', 1, { entries: [{ entity, ops }], validateOnly: false })
  const ofGroup = {
    resourceType: 32,
    resourceName: 'consumer',
    configs: [{ name: 'consumer.session.timeout.ms', configOperation: 0, value: '50000' }],
  }
  await peer.ask('IncrementalAlterConfigs', 1, { resources: [ofGroup], validateOnly: false })
  const upsertion = {
    name: 'alice',
    mechanism: 1,
    iterations: 4096,
    salt: Buffer.from('salt'),
    saltedPassword: Buffer.alloc(32, 7),
  }
  await peer.ask('AlterUserScramCredentials', 0, { deletions: [], upsertions: [upsertion] })
}
