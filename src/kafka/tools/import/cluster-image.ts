/** What the metadata log of a Kafka comes to: topics, configs, users, ACLs, producer ids. Records' rules: Kafka's KRaft images. */
import { join } from 'node:path'
import type { Files } from '../../../base/files.ts'
import { type MetadataRecord, decodeMetadataRecord } from '../../protocol/metadata-records.ts'
import type { AccessControlEntryRecord, UserScramCredentialRecord } from '../../protocol/messages/logs/metadata-security.ts'
import { partitionFiles } from '../partition-files.ts'
import { newestSnapshot, readOwnFile, readOwnLog } from './own-log.ts'

export interface PartitionImage {
  replicas: readonly number[]
  directories: readonly string[]
  leaderEpoch: number
}

export interface ClusterTopic {
  readonly name: string
  readonly id: string
  readonly partitions: Map<number, PartitionImage>
}

export interface QuotaImage {
  readonly entity: readonly (readonly [type: string, name: string | null])[]
  readonly values: Map<string, number>
}

export class ClusterImage {
  /** By id. */
  readonly topics = new Map<string, ClusterTopic>()
  /** By type, then by name. */
  readonly configs = new Map<number, Map<string, Map<string, string>>>()
  /** By user and mechanism. */
  readonly scram = new Map<string, UserScramCredentialRecord>()
  /** By id. */
  readonly acls = new Map<string, AccessControlEntryRecord>()
  /** By entity. */
  readonly quotas = new Map<string, QuotaImage>()
  readonly tokens = new Set<string>()
  readonly unknown = new Set<string>()
  nextProducerId = 0
  /** Records of a transaction of the controller, until it ends. */
  #bracket: MetadataRecord[] | undefined

  static async read(files: Files, directory: string): Promise<ClusterImage> {
    const image = new ClusterImage()
    const log = join(directory, '__cluster_metadata-0')
    const snapshot = newestSnapshot(log, (await partitionFiles(log)).names)
    const take = ({ value }: { readonly value: Uint8Array | null }) => image.#take(value)
    if (snapshot !== undefined) await readOwnFile(files, snapshot.path, take)
    await readOwnLog(files, log, take, snapshot?.end ?? 0)
    return image
  }

  configsOf(type: number, name: string): ReadonlyMap<string, string> {
    return this.configs.get(type)?.get(name) ?? new Map()
  }

  #take(value: Uint8Array | null): void {
    if (value === null) return
    const record = decodeMetadataRecord(value)
    if (record === undefined) {
      this.unknown.add(`type ${value[1]}`)
      return
    }
    if (record.name === 'BeginTransactionRecord') this.#bracket = []
    else if (record.name === 'AbortTransactionRecord') this.#bracket = undefined
    else if (record.name === 'EndTransactionRecord') {
      const records = this.#bracket ?? []
      this.#bracket = undefined
      for (const each of records) this.#apply(each)
    } else if (this.#bracket !== undefined) this.#bracket.push(record)
    else this.#apply(record)
  }

  #apply(record: MetadataRecord): void {
    switch (record.name) {
      case 'TopicRecord': {
        const { name, topicId } = record.value
        this.topics.set(topicId, { name, id: topicId, partitions: new Map() })
        return
      }
      case 'PartitionRecord': {
        const { topicId, partitionId, replicas, directories, leaderEpoch } = record.value
        this.topics.get(topicId)?.partitions.set(partitionId, { replicas, directories, leaderEpoch })
        return
      }
      case 'PartitionChangeRecord':
        return this.#changePartition(record.value)
      case 'RemoveTopicRecord': {
        const topic = this.topics.get(record.value.topicId)
        this.topics.delete(record.value.topicId)
        if (topic !== undefined) this.configs.get(TOPIC)?.delete(topic.name)
        return
      }
      case 'ConfigRecord':
        return this.#setConfig(record.value.resourceType, record.value.resourceName, record.value.name, record.value.value)
      case 'UserScramCredentialRecord':
        this.scram.set(`${record.value.mechanism}/${record.value.name}`, record.value)
        return
      case 'RemoveUserScramCredentialRecord':
        this.scram.delete(`${record.value.mechanism}/${record.value.name}`)
        return
      case 'AccessControlEntryRecord':
        this.acls.set(record.value.id, record.value)
        return
      case 'RemoveAccessControlEntryRecord':
        this.acls.delete(record.value.id)
        return
      case 'ProducerIdsRecord':
        this.nextProducerId = Math.max(this.nextProducerId, record.value.nextProducerId)
        return
      case 'ClientQuotaRecord':
        return this.#setQuota(record.value)
      case 'DelegationTokenRecord':
        this.tokens.add(record.value.tokenId)
        return
      case 'RemoveDelegationTokenRecord':
        this.tokens.delete(record.value.tokenId)
        return
      default:
      // Brokers, controllers, features: those of the cluster that was.
    }
  }

  #changePartition(change: Extract<MetadataRecord, { name: 'PartitionChangeRecord' }>['value']): void {
    const partition = this.topics.get(change.topicId)?.partitions.get(change.partitionId)
    if (partition === undefined) return
    if (change.replicas !== null) partition.replicas = change.replicas
    if (change.directories !== null) partition.directories = change.directories
    // A new leader, be it the same one again, begins an epoch.
    if (change.leader !== NO_CHANGE) partition.leaderEpoch++
  }

  #setQuota({ entity, key, value, remove }: Extract<MetadataRecord, { name: 'ClientQuotaRecord' }>['value']): void {
    const parts = entity.map(({ entityType, entityName }) => [entityType, entityName] as const)
    const name = JSON.stringify(parts.toSorted(([a], [b]) => (a < b ? -1 : 1)))
    const quota = this.quotas.get(name) ?? { entity: parts, values: new Map<string, number>() }
    if (remove) quota.values.delete(key)
    else quota.values.set(key, value)
    this.quotas.set(name, quota)
  }

  #setConfig(type: number, resource: string, name: string, value: string | null): void {
    let resources = this.configs.get(type)
    if (resources === undefined) this.configs.set(type, (resources = new Map()))
    let configs = resources.get(resource)
    if (configs === undefined) resources.set(resource, (configs = new Map()))
    if (value === null) configs.delete(name)
    else configs.set(name, value)
  }
}

/** Types of resources that have configs, by Kafka's numbers. */
export const TOPIC = 2
export const BROKER = 4
export const CLIENT_METRICS = 16
export const GROUP = 32
const NO_CHANGE = -2
