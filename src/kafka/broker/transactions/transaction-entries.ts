/**
 * What the journal's section of transactions holds: what a transactional id is now (`Whole`), what more has become part of its
 * open transaction (`Joined`), or that it is forgotten.
 */
import { codecOf } from '../../protocol/codec.ts'
import { Reader } from '../../protocol/reader.ts'
import {
  type InputOf,
  type MessageOf,
  array,
  data,
  flexible,
  int16,
  int32,
  int64,
  int8,
  string,
  uuid,
} from '../../protocol/schema.ts'
import { Writer } from '../../protocol/writer.ts'
import type { PartitionLog } from '../../log/partition-log.ts'
import type { Transaction } from './transaction.ts'

export const EntryKind = { Whole: 0, Joined: 1, Forgotten: 2 } as const

export const TransactionEntry = data('TransactionEntry', '0', flexible('0+'), {
  kind: int8(),
  transactionalId: string(),
  producerId: int64().default(-1),
  previousProducerId: int64().default(-1),
  nextProducerId: int64().default(-1),
  producerEpoch: int16().default(-1),
  lastProducerEpoch: int16().default(-1),
  timeoutMs: int32(),
  state: int8(),
  version: int8(),
  startedMs: int64().default(-1),
  updatedMs: int64().default(-1),
  topics: array({ topicId: uuid(), partitions: array(int32()) }),
  groups: array(string()),
})
export type TransactionEntry = MessageOf<typeof TransactionEntry>

const writer = new Writer()

function encode(entry: InputOf<typeof TransactionEntry>): Uint8Array {
  codecOf(TransactionEntry, 0).encode(entry, writer)
  return writer.take()
}

export const decodeEntry = (bytes: Uint8Array): TransactionEntry => codecOf(TransactionEntry, 0).decode(new Reader(bytes))

export const wholeEntry = (transaction: Transaction): Uint8Array =>
  encode({
    kind: EntryKind.Whole,
    transactionalId: transaction.transactionalId,
    producerId: transaction.producerId,
    previousProducerId: transaction.previousProducerId,
    nextProducerId: transaction.nextProducerId,
    producerEpoch: transaction.epoch,
    lastProducerEpoch: transaction.lastEpoch,
    timeoutMs: transaction.timeoutMs,
    state: transaction.state,
    version: transaction.version,
    startedMs: transaction.startedMs,
    updatedMs: transaction.updatedMs,
    topics: topicsOf(transaction.partitions.keys()),
    groups: [...transaction.groups],
  })

export const joinedEntry = (transactionalId: string, logs: readonly PartitionLog[], groups: readonly string[]): Uint8Array =>
  encode({ kind: EntryKind.Joined, transactionalId, topics: topicsOf(logs), groups })

export const forgottenEntry = (transactionalId: string): Uint8Array => encode({ kind: EntryKind.Forgotten, transactionalId })

function topicsOf(logs: Iterable<PartitionLog>): { topicId: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>()
  for (const { id } of logs) {
    const partitions = topics.get(id.topicId)
    if (partitions === undefined) topics.set(id.topicId, [id.partition])
    else partitions.push(id.partition)
  }
  return Array.from(topics, ([topicId, partitions]) => ({ topicId, partitions }))
}
