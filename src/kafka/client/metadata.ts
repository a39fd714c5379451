/** What the cluster said of itself last: brokers, topics, and who leads which partition since when. */
import { ErrorCode } from '../protocol/errors.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import type { Address } from './address.ts'
import type { Answer } from './connection.ts'

export interface PartitionLeader {
  /** −1: nobody at the moment. */
  readonly leader: number
  /** −1 where the broker is too old to say. */
  readonly epoch: number
}

export interface TopicMetadata {
  readonly name: string
  /** ZERO_UUID where the broker is too old to have ids. */
  readonly id: string
  readonly internal: boolean
  /** By partition. */
  readonly partitions: readonly PartitionLeader[]
  readonly replicas: readonly (readonly number[])[]
  readonly inSync: readonly (readonly number[])[]
}

export class Metadata {
  readonly brokers = new Map<number, Address>()
  readonly topics = new Map<string, TopicMetadata>()
  readonly #names = new Map<string, string>()
  controller = -1
  clusterId: string | undefined

  /** Takes in an answer. Topics that it has an error for are forgotten; it answers those, with their errors. */
  take(answer: Answer<'Metadata'>, options: { readonly all: boolean }): ReadonlyMap<string, number> {
    if (options.all) {
      const there = new Set(answer.topics.map(topic => topic.name))
      for (const name of this.topics.keys()) if (!there.has(name)) this.forget(name)
    }
    if (answer.brokers.length > 0) {
      this.brokers.clear()
      for (const { nodeId, host, port } of answer.brokers) this.brokers.set(nodeId, { host, port })
    }
    this.controller = answer.controllerId
    this.clusterId = answer.clusterId ?? undefined
    const errors = new Map<string, number>()
    for (const topic of answer.topics) {
      const { name } = topic
      if (name === null) continue
      if (topic.errorCode === ErrorCode.NONE) this.#learn(name, topic)
      else {
        errors.set(name, topic.errorCode)
        this.forget(name)
      }
    }
    return errors
  }

  /** A topic's name by its id. */
  nameOf(id: string): string | undefined {
    return this.#names.get(id)
  }

  forget(name: string): void {
    const known = this.topics.get(name)
    if (known !== undefined) this.#names.delete(known.id)
    this.topics.delete(name)
  }

  leaderOf(topic: string, partition: number): PartitionLeader | undefined {
    return this.topics.get(topic)?.partitions[partition]
  }

  /** News of one leader, as they come along with an error. */
  learnLeader(topic: string, partition: number, leader: PartitionLeader): boolean {
    const known = this.topics.get(topic)
    const before = known?.partitions[partition]
    if (before === undefined || leader.epoch <= before.epoch || !this.brokers.has(leader.leader)) return false
    this.topics.set(topic, { ...known!, partitions: known!.partitions.with(partition, leader) })
    return true
  }

  #learn(name: string, topic: Answer<'Metadata'>['topics'][number]): void {
    const before = this.topics.get(name)
    const same = before !== undefined && before.id === topic.topicId
    const partitions: PartitionLeader[] = []
    const replicas: (readonly number[])[] = []
    const inSync: (readonly number[])[] = []
    for (const { partitionIndex, leaderId, leaderEpoch, replicaNodes, isrNodes } of topic.partitions) {
      const known = same ? before.partitions[partitionIndex] : undefined
      // A broker that lags behind does not take us back to an old leader.
      const older = known !== undefined && leaderEpoch >= 0 && leaderEpoch < known.epoch
      partitions[partitionIndex] = older ? known : { leader: leaderId, epoch: leaderEpoch }
      replicas[partitionIndex] = replicaNodes
      inSync[partitionIndex] = isrNodes
    }
    if (before !== undefined && before.id !== topic.topicId) this.#names.delete(before.id)
    this.topics.set(name, { name, id: topic.topicId, internal: topic.isInternal, partitions, replicas, inSync })
    if (topic.topicId !== ZERO_UUID) this.#names.set(topic.topicId, name)
  }
}

/** Topics of brokers before 2.8 have none. */
export const hasId = (id: string): boolean => id !== ZERO_UUID
