/**
 * Transactions of one producer: what it writes between `begin` and `commit`, to any partitions, becomes visible to readers of
 * `read_committed` together, and with it offsets that were read.
 *
 *     producer.transactions.begin()
 *     orders.append(…)
 *     await producer.transactions.sendOffsets('billing', [{ topic: 'bills', partition: 0, offset: 17 }])
 *     await producer.transactions.commit()                    or abort()
 *
 * Two protocols: where `transaction.version` is 2 (KIP-890), writing to a partition takes it in, and each transaction has an
 * epoch of its own. Before, partitions and groups are added beforehand.
 */
import { MillraceError } from '../../../base/errors.ts'
import { TRANSACTION_VERSION } from '../../protocol/features.ts'
import { ErrorCode } from '../../protocol/errors.ts'
import type { KafkaClient } from '../client.ts'
import { isRefusal, partitionName, refused } from '../errors.ts'
import type { Link } from '../link.ts'
import { type OffsetToCommit, byTopic } from '../offsets.ts'
import type { PartitionQueue, ProducerIdentity } from './partition-queue.ts'
import type { Producer } from './producer.ts'

/** The member that read what is committed; absent for a source of its own. */
export interface GroupMember {
  readonly memberId: string
  readonly generation: number
  readonly instanceId?: string | undefined
}

export class Transactions {
  readonly id: string
  readonly #client: KafkaClient
  readonly #producer: Producer
  #state: 'ready' | 'open' | 'ending' = 'ready'
  /** The coordinator may know of it: there is a transaction to end. */
  #begun = false
  #secondProtocol = false
  readonly #toAdd = new Set<PartitionQueue>()
  #adding: Promise<void> | undefined

  constructor(client: KafkaClient, id: string, producer: Producer) {
    this.#client = client
    this.id = id
    this.#producer = producer
  }

  /** Partitions have to be added before they are written to. */
  get addsBeforehand(): boolean {
    return !this.#secondProtocol
  }

  /** Ends what an earlier producer of this id has left open, and fences it. */
  init(): Promise<ProducerIdentity> {
    return this.#initProducerId({ id: -1, epoch: -1 })
  }

  async #initProducerId(before: ProducerIdentity): Promise<ProducerIdentity> {
    const transactionTimeoutMs = this.#client.settings.integer('transaction.timeout.ms')
    return this.#ask(async link => {
      const connection = await link.connect()
      this.#secondProtocol = (link.features?.finalized.get(TRANSACTION_VERSION) ?? 0) >= 2
      const answer = await connection.ask('InitProducerId', version => ({
        transactionalId: this.id,
        transactionTimeoutMs,
        ...(version >= 3 ? { producerId: before.id, producerEpoch: before.epoch } : {}),
      }))
      this.#check(answer.errorCode, link, 'InitProducerId')
      return { id: answer.producerId, epoch: answer.producerEpoch }
    })
  }

  begin(): void {
    if (this.#state !== 'ready') throw wrongState('a transaction is open already')
    this.#state = 'open'
    this.#begun = false
  }

  /** Writes become part of the transaction under way. */
  touch(queue: PartitionQueue): void {
    if (this.#state !== 'open') throw wrongState('records of a transactional producer need an open transaction')
    if (queue.inTransaction) return
    if (this.#secondProtocol) this.#begun = queue.inTransaction = true
    else {
      this.#toAdd.add(queue)
      this.#adding ??= this.#add().finally(() => (this.#adding = undefined))
    }
  }

  /** False until the coordinator knows of the partition. */
  mayWrite(queue: PartitionQueue): boolean {
    return queue.inTransaction
  }

  async #add(): Promise<void> {
    try {
      // All that comes in the same breath goes together.
      await Promise.resolve()
      while (this.#toAdd.size > 0) {
        const queues = [...this.#toAdd]
        this.#begun = true
        await this.#ask(link => this.#addPartitions(link, queues))
        for (const queue of queues) if (this.#toAdd.delete(queue)) queue.inTransaction = true
      }
    } catch (error) {
      this.#producer.fail(error)
    }
    this.#producer.proceed()
  }

  async #addPartitions(link: Link, queues: readonly PartitionQueue[]): Promise<void> {
    const { id, epoch } = this.#producer.identity
    const topics = byTopic(queues).map(([name, partitions]) => ({ name, partitions: partitions.map(q => q.partition) }))
    // From version 4 on it is what brokers say to each other.
    const answer = await link.ask(
      'AddPartitionsToTxn',
      { v3AndBelowTransactionalId: this.id, v3AndBelowProducerId: id, v3AndBelowProducerEpoch: epoch, v3AndBelowTopics: topics },
      { maxVersion: 3 },
    )
    let skipped: [number, string] | undefined
    for (const { name, resultsByPartition } of answer.resultsByTopicV3AndBelow) {
      for (const { partitionIndex, partitionErrorCode } of resultsByPartition) {
        const of = partitionName(name, partitionIndex)
        // Another partition's error says why.
        if (partitionErrorCode === ErrorCode.OPERATION_NOT_ATTEMPTED) skipped ??= [partitionErrorCode, of]
        else this.#check(partitionErrorCode, link, 'AddPartitionsToTxn', of)
      }
    }
    if (skipped !== undefined) this.#check(skipped[0], link, 'AddPartitionsToTxn', skipped[1])
  }

  /** Offsets of a group that are committed with the transaction. */
  async sendOffsets(group: string, offsets: readonly OffsetToCommit[], member?: GroupMember): Promise<void> {
    if (this.#state !== 'open') throw wrongState('offsets need an open transaction')
    if (offsets.length === 0) return
    this.#begun = true
    const { id, epoch } = this.#producer.identity
    if (!this.#secondProtocol) {
      await this.#ask(async link => {
        const answer = await link.ask('AddOffsetsToTxn', {
          transactionalId: this.id,
          producerId: id,
          producerEpoch: epoch,
          groupId: group,
        })
        this.#check(answer.errorCode, link, 'AddOffsetsToTxn', `group ${group}`)
      })
    }
    await this.#client.withCoordinator('group', group, async link => {
      const answer = await link.ask(
        'TxnOffsetCommit',
        version => ({
          transactionalId: this.id,
          groupId: group,
          producerId: id,
          producerEpoch: epoch,
          ...(version >= 3 && member !== undefined
            ? { generationId: member.generation, memberId: member.memberId, groupInstanceId: member.instanceId ?? null }
            : {}),
          topics: byTopic(offsets).map(([name, partitions]) => ({
            name,
            partitions: partitions.map(p => ({
              partitionIndex: p.partition,
              committedOffset: p.offset,
              committedLeaderEpoch: p.leaderEpoch ?? -1,
              committedMetadata: p.metadata ?? '',
            })),
          })),
        }),
        { maxVersion: this.#secondProtocol ? undefined : 4 },
      )
      for (const { name, partitions } of answer.topics)
        for (const { partitionIndex, errorCode } of partitions)
          this.#check(errorCode, link, 'TxnOffsetCommit', `group ${group} at ${partitionName(name, partitionIndex)}`)
    })
  }

  /** Everything written since `begin` becomes visible. */
  async commit(): Promise<void> {
    if (this.#state !== 'open') throw wrongState('there is no open transaction to commit')
    await this.#producer.flush()
    await this.#end(true)
  }

  /** Nothing of it does. What was not sent is forgotten. */
  async abort(): Promise<void> {
    if (this.#state !== 'open') throw wrongState('there is no open transaction to abort')
    this.#toAdd.clear()
    await this.#adding
    await this.#producer.discard(aborted())
    await this.#end(false)
  }

  async #end(committed: boolean): Promise<void> {
    this.#state = 'ending'
    const before = this.#producer.identity
    if (this.#begun) {
      const after = await this.#ask(async link => {
        const answer = await link.ask(
          'EndTxn',
          { transactionalId: this.id, producerId: before.id, producerEpoch: before.epoch, committed },
          { maxVersion: this.#secondProtocol ? undefined : 4 },
        )
        this.#check(answer.errorCode, link, 'EndTxn')
        return { id: answer.producerId, epoch: answer.producerEpoch }
      })
      if (after.id >= 0) this.#producer.become(after)
      // Sequences of what was given up are missing at the broker: a new epoch begins at 0.
      else if (!committed) this.#producer.become(await this.#initProducerId(before))
    }
    for (const queue of this.#producer.queues) queue.inTransaction = false
    this.#begun = false
    this.#state = 'ready'
  }

  /** Asks the transaction's coordinator; waits for an earlier transaction that is still being ended. */
  #ask<T>(attempt: (link: Link) => Promise<T>): Promise<T> {
    return this.#client.withCoordinator('transaction', this.id, attempt)
  }

  #check(errorCode: number, link: Link, what: string, of = `transactional id ${this.id}`): void {
    if (errorCode === ErrorCode.NONE) return
    throw refused(errorCode, { broker: link.name, what, of })
  }
}

const wrongState = (message: string): MillraceError => new MillraceError('KAFKA_TRANSACTION', 'user', message)
const aborted = (): MillraceError => new MillraceError('KAFKA_TRANSACTION', 'external', 'the transaction was aborted')

/** The transaction failed, and can be tried again from its beginning. */
export const isAbortable = (error: unknown): boolean =>
  isRefusal(error, ErrorCode.TRANSACTION_ABORTABLE, ErrorCode.INVALID_TXN_STATE)
