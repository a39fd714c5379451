/** All that clients can read of a broker, as one value that can be compared: topics, properties, records, offsets, users. */
import { createHash } from 'node:crypto'
import { forEachBatch } from '#src/kafka/records/batch.ts'
import { batchText } from '#src/kafka/records/batch-text.ts'
import { recordsOf } from '#src/testing/broker.ts'
import type { Peer } from '#src/testing/transaction-script.ts'
import { groupNames, transactionalIds } from './populate.ts'

/** Of brokers that are compared. */
export const properties = {
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'allow.everyone.if.no.acl.found': 'true',
  'super.users': 'User:ANONYMOUS',
}

const DYNAMIC_TOPIC = 1
const DYNAMIC_GROUP = 8

export type Contents = Readonly<Record<string, unknown>>

export async function contentsOf(peer: Peer): Promise<Contents> {
  const contents: Record<string, unknown> = {}
  const { topics } = await peer.ask('Metadata', 12, { topics: null, allowAutoTopicCreation: false })
  for (const { name, topicId, partitions, isInternal } of topics.toSorted((a, b) => (a.name! < b.name! ? -1 : 1))) {
    if (isInternal || name === null) continue
    contents[name] = { topicId, partitions: partitions.length, configs: await configsOf(peer, 2, name, DYNAMIC_TOPIC) }
    for (let index = 0; index < partitions.length; index++) contents[`${name}-${index}`] = await partitionOf(peer, name, index)
  }
  for (const groupId of groupNames) contents[`offsets of ${groupId}`] = await offsetsOf(peer, groupId)
  const { groups } = await peer.ask('ListGroups', 5, {})
  contents['groups'] = groups.map(({ groupId, groupType, groupState }) => `${groupId} ${groupType} ${groupState}`).toSorted()
  const { transactionStates } = await peer.ask('DescribeTransactions', 0, { transactionalIds: [...transactionalIds] })
  for (const { transactionalId, transactionState, producerId, producerEpoch } of transactionStates)
    contents[`transaction ${transactionalId}`] = `${transactionState} ${producerId}:${producerEpoch}`
  const { results } = await peer.ask('DescribeUserScramCredentials', 0, { users: null })
  contents['users'] = results.map(({ user, credentialInfos }) => ({ user, credentialInfos }))
  const { entries } = await peer.ask('DescribeClientQuotas', 1, { components: [], strict: false })
  contents['quotas'] = (entries ?? []).map(({ entity, values }) => ({ entity, values }))
  contents['properties of group consumer'] = await configsOf(peer, 32, 'consumer', DYNAMIC_GROUP)
  const any = { resourceTypeFilter: 1, patternTypeFilter: 1, operation: 1, permissionType: 1 }
  const { resources } = await peer.ask('DescribeAcls', 3, {
    ...any,
    resourceNameFilter: null,
    principalFilter: null,
    hostFilter: null,
  })
  contents['acls'] = resources.map(resource => JSON.stringify(resource)).toSorted()
  return contents
}

async function configsOf(
  peer: Peer,
  resourceType: number,
  resourceName: string,
  source: number,
): Promise<Readonly<Record<string, string | null>>> {
  const resources = [{ resourceType, resourceName, configurationKeys: null }]
  const { results } = await peer.ask('DescribeConfigs', 4, { resources, includeSynonyms: false, includeDocumentation: false })
  const own = results[0]!.configs.filter(({ configSource }) => configSource === source)
  return Object.fromEntries(own.map(({ name, value }) => [name, value] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

async function partitionOf(peer: Peer, topic: string, partition: number): Promise<object> {
  const list = async (timestamp: number) => {
    const topics = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }]
    return (await peer.ask('ListOffsets', 7, { replicaId: -1, isolationLevel: 0, topics })).topics[0]!.partitions[0]!
  }
  const [start, end] = [(await list(-2)).offset, (await list(-1)).offset]
  const batches: string[] = []
  const records: string[] = []
  const aborted = new Set<string>()
  const bytes = createHash('sha256')
  for (let offset = start; offset < end;) {
    const answer = await fetch(peer, topic, partition, offset)
    const chunk = answer.records ?? new Uint8Array()
    for (const { producerId, firstOffset } of answer.abortedTransactions ?? []) aborted.add(`${producerId} from ${firstOffset}`)
    bytes.update(chunk)
    const end = forEachBatch(chunk, at => void batches.push(batchText(chunk, at)))
    for (const { offset: at, key, value } of recordsOf(chunk.subarray(0, end)))
      if (at >= start) records.push(`${at} ${key}=${value}`)
    const next = Number(/\.\.(\d+)/.exec(batches.at(-1)!)![1]) + 1
    if (next <= offset) throw new Error(`${topic}-${partition} gives nothing from offset ${offset} on, and ends at ${end}`)
    offset = next
  }
  const producers = await peer.ask('DescribeProducers', 0, { topics: [{ name: topic, partitionIndexes: [partition] }] })
  const active = producers.topics[0]!.partitions[0]!.activeProducers.map(
    ({ producerId, producerEpoch, lastSequence }) => `${producerId}:${producerEpoch} ${lastSequence}`,
  )
  return { start, end, batches, records, sha256: bytes.digest('hex'), aborted: [...aborted], producers: active.toSorted() }
}

async function fetch(peer: Peer, topic: string, partition: number, fetchOffset: number) {
  const partitions = [{ partition, fetchOffset, partitionMaxBytes: 1 << 20 }]
  const request = { maxWaitMs: 500, minBytes: 1, isolationLevel: 1, topics: [{ topic, partitions }] }
  const { responses } = await peer.ask('Fetch', 12, request)
  return responses[0]!.partitions[0]!
}

async function offsetsOf(peer: Peer, groupId: string): Promise<readonly string[]> {
  const { groups } = await peer.ask('OffsetFetch', 8, { groups: [{ groupId, topics: null }] })
  return groups[0]!.topics
    .flatMap(({ name, partitions }) =>
      partitions.map(
        ({ partitionIndex, committedOffset, committedLeaderEpoch, metadata }) =>
          `${name}-${partitionIndex} ${committedOffset} epoch ${committedLeaderEpoch} ${metadata}`,
      ),
    )
    .toSorted()
}

/** Where two differ, each as a line; empty where they do not. */
export function differences(expected: Contents, found: Contents): readonly string[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .filter(key => JSON.stringify(expected[key]) !== JSON.stringify(found[key]))
    .map(key => `${key}: ${JSON.stringify(expected[key])}, but ${JSON.stringify(found[key])}`)
}
