/** What the state journal has to hold for a broker to know what a Kafka knew, section by section. */
import type { Acl } from '../../broker/security/acl/acl.ts'
import { aclOf } from '../../broker/security/acl/acl.ts'
import { type ScramName, scramOfCode } from '../../broker/security/sasl/scram-credential.ts'
import { SecurityState } from '../../broker/security/security-state.ts'
import { GroupJournal } from '../../broker/groups/group-journal.ts'
import { CommittedEntry, OffsetEntryKind } from '../../broker/groups/offset-entries.ts'
import { Transaction } from '../../broker/transactions/transaction.ts'
import { type TransactionState, stateNames } from '../../broker/transactions/states.ts'
import { wholeEntry } from '../../broker/transactions/transaction-entries.ts'
import { codecOf } from '../../protocol/codec.ts'
import { Writer } from '../../protocol/writer.ts'
import { GROUP } from './cluster-image.ts'
import type { CommittedImage, GroupImages } from './group-image.ts'
import type { ImportPlan } from './plan.ts'

export type SectionEntry = readonly [section: number, entry: Uint8Array]

const sections = {
  topics: 1,
  producerIds: 2,
  groups: 3,
  offsets: 4,
  transactions: 5,
  security: 6,
  configs: 7,
  quotas: 8,
} as const

export function* journalEntries(plan: ImportPlan, nowMs: number): Iterable<SectionEntry> {
  yield* topicEntries(plan)
  yield [sections.producerIds, int64(nextProducerId(plan))]
  yield* groupEntries(plan.groups, nowMs)
  yield* offsetEntries(plan)
  yield* transactionEntries(plan)
  yield* securityEntries(plan)
  for (const [name, configs] of plan.cluster.configs.get(GROUP) ?? [])
    if (configs.size > 0) yield [sections.configs, json({ type: GROUP, name, configs: Object.fromEntries(configs) })]
  for (const { entity, values } of plan.cluster.quotas.values())
    if (values.size > 0) yield [sections.quotas, json({ entity, values: Object.fromEntries(values) })]
}

function* topicEntries({ topics }: ImportPlan): Iterable<SectionEntry> {
  for (const { topic, configs, partitions } of topics) {
    const { name, id } = topic
    yield [sections.topics, json({ topic: name, id, partitions: topic.partitions.size, configs: Object.fromEntries(configs) })]
    for (const { partition, startOffset } of partitions)
      if (startOffset > 0) yield [sections.topics, json({ start: [id, partition, startOffset] })]
  }
}

/** Above every one that was given, known to the controller or not. */
export function nextProducerId({ cluster, transactions }: ImportPlan): number {
  const known = Array.from(
    transactions.transactions.values(),
    ({ producerId, nextProducerId: next }) => Math.max(producerId, next) + 1,
  )
  return Math.max(cluster.nextProducerId, 0, ...known)
}

function* groupEntries({ groups }: GroupImages, nowMs: number): Iterable<SectionEntry> {
  const journal = new GroupJournal(() => [])
  for (const [groupId, group] of groups) {
    // Members are asked to join anew: their sessions ended with the Kafka they had them with.
    if (group.kind === 'classic') {
      const { generation, protocolType, changedMs } = group
      const entry = { groupId, state: 'Empty', generation, protocolType, protocolName: null, leader: null, whole: true }
      yield [
        sections.groups,
        journal.classicEntry({ ...entry, emptySinceMs: changedMs < 0 ? nowMs : changedMs, gone: [], members: [] }),
      ]
    } else {
      const { epoch } = group
      const entry = { groupId, epoch, assignmentEpoch: epoch, topicsHash: 0, emptySinceMs: nowMs }
      yield [sections.groups, journal.consumerEntry({ ...entry, gone: [], members: [], targets: [], current: [], patterns: [] })]
    }
  }
}

function* offsetEntries({ groups, topics }: ImportPlan): Iterable<SectionEntry> {
  const ids = new Map(topics.map(({ topic }) => [topic.name, topic.id]))
  const writer = new Writer()
  for (const [groupId, offsets] of groups.offsets) {
    const taken = [...offsets.values()].filter(offset => isOf(offset, ids))
    if (taken.length === 0) continue
    const entry = Array.from(new Set(taken.map(({ topic }) => topic)), topic => ({
      topicId: ids.get(topic)!,
      partitions: taken.filter(offset => offset.topic === topic).map(committed),
    }))
    writer.int8(OffsetEntryKind.Committed)
    codecOf(CommittedEntry, 0).encode({ groupId, topics: entry }, writer)
    yield [sections.offsets, writer.take()]
  }
}

/** Of a topic that is still there, and not of one before it with the same name. */
const isOf = ({ topic, topicId }: CommittedImage, ids: ReadonlyMap<string, string>): boolean =>
  ids.has(topic) && (topicId === undefined || topicId === ids.get(topic))

const committed = ({ partition, offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp }: CommittedImage) => ({
  partition,
  offset,
  leaderEpoch,
  metadata,
  committedMs: commitTimestamp,
  expiresMs: expireTimestamp,
})

function* transactionEntries({ transactions }: ImportPlan): Iterable<SectionEntry> {
  for (const [id, value] of transactions.transactions) {
    if (stateNames[value.transactionStatus] === 'Dead') continue
    const transaction = new Transaction(id, value.producerId, value.transactionTimeoutMs)
    transaction.previousProducerId = value.previousProducerId
    transaction.epoch = value.producerEpoch
    transaction.state = value.transactionStatus as TransactionState
    transaction.version = value.clientTransactionVersion >= 2 ? 2 : 0
    transaction.startedMs = value.transactionStartTimestampMs
    transaction.updatedMs = value.transactionLastUpdateTimestampMs
    yield [sections.transactions, wholeEntry(transaction)]
  }
}

function* securityEntries({ cluster }: ImportPlan): Iterable<SectionEntry> {
  const entries: SectionEntry[] = []
  const state = new SecurityState()
  state.open({ append: (section, entry) => void entries.push([section, entry]) })
  for (const { name, mechanism, salt, storedKey, serverKey, iterations } of cluster.scram.values()) {
    const scram: ScramName | undefined = scramOfCode(mechanism)
    if (scram !== undefined) state.setScram(name, scram, { salt, storedKey, serverKey, iterations })
  }
  for (const record of cluster.acls.values()) {
    const acl: Acl | string = aclOf(record)
    if (typeof acl !== 'string') state.addAcl(acl)
  }
  yield* entries
}

const json = (entry: object): Uint8Array => new TextEncoder().encode(JSON.stringify(entry))

function int64(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigInt64(0, BigInt(value))
  return new Uint8Array(view.buffer)
}
