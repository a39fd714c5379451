/** What `__consumer_offsets` comes to: committed offsets, and how far groups had got with their generations and epochs. */
import { join } from 'node:path'
import type { Files } from '../../../base/files.ts'
import { decodeCoordinatorRecord, groupLog } from '../../protocol/coordinator-records.ts'
import type { OffsetCommitValue } from '../../protocol/messages/logs/group-log.ts'
import { readOwnLog } from './own-log.ts'

export interface ClassicGroupImage {
  readonly kind: 'classic'
  readonly generation: number
  readonly protocolType: string
  readonly changedMs: number
  readonly members: number
}

export interface ConsumerGroupImage {
  readonly kind: 'consumer'
  readonly epoch: number
}

export interface CommittedImage extends Pick<
  OffsetCommitValue,
  'offset' | 'leaderEpoch' | 'metadata' | 'commitTimestamp' | 'expireTimestamp'
> {
  readonly topic: string
  readonly partition: number
  /** Undefined where the record does not say. */
  readonly topicId: string | undefined
}

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'

export class GroupImages {
  readonly groups = new Map<string, ClassicGroupImage | ConsumerGroupImage>()
  /** By group, then by topic and partition. */
  readonly offsets = new Map<string, Map<string, CommittedImage>>()
  /** Groups of kinds that are not taken over. */
  readonly others = new Map<string, 'share' | 'streams'>()
  /** Partitions of the log that hold open transactions, and whose. */
  readonly open: string[] = []

  async read(files: Files, directory: string, name: string): Promise<void> {
    const open = await readOwnLog(files, join(directory, name), ({ key, value }) => {
      if (key !== null) this.#take(key, value)
    })
    for (const producerId of open) this.open.push(`offsets of producer ${producerId} in ${name}`)
  }

  #take(key: Uint8Array, value: Uint8Array | null): void {
    const record = decodeCoordinatorRecord(groupLog, key, value)
    switch (record?.name) {
      case 'OffsetCommit': {
        const { group, topic, partition } = record.key
        if (record.value === null) return this.#forget(group, `${topic}/${partition}`)
        const { topicId, ...committed } = record.value
        return this.#commit(group, { topic, partition, topicId: topicId === NO_ID ? undefined : topicId, ...committed })
      }
      case 'LegacyOffsetCommit': {
        const { group, topic, partition } = record.key
        if (record.value === null) return this.#forget(group, `${topic}/${partition}`)
        return this.#commit(group, {
          topic,
          partition,
          topicId: undefined,
          leaderEpoch: -1,
          expireTimestamp: -1,
          ...record.value,
        })
      }
      case 'GroupMetadata': {
        const { value: group } = record
        if (group === null) this.groups.delete(record.key.group)
        else
          this.groups.set(record.key.group, {
            kind: 'classic',
            generation: group.generation,
            protocolType: group.protocolType,
            changedMs: group.currentStateTimestamp,
            members: group.members.length,
          })
        return
      }
      case 'ConsumerGroupMetadata':
        if (record.value === null) this.groups.delete(record.key.groupId)
        else this.groups.set(record.key.groupId, { kind: 'consumer', epoch: record.value.epoch })
        return
      case 'ShareGroupMetadata':
      case 'StreamsGroupMetadata': {
        const { groupId } = record.key
        if (record.value === null) this.others.delete(groupId)
        else this.others.set(groupId, record.name === 'ShareGroupMetadata' ? 'share' : 'streams')
        return
      }
      default:
      // Members and what they were assigned: they join anew.
    }
  }

  #commit(group: string, offset: CommittedImage): void {
    let offsets = this.offsets.get(group)
    if (offsets === undefined) this.offsets.set(group, (offsets = new Map()))
    offsets.set(`${offset.topic}/${offset.partition}`, offset)
  }

  #forget(group: string, place: string): void {
    const offsets = this.offsets.get(group)
    offsets?.delete(place)
    if (offsets?.size === 0) this.offsets.delete(group)
  }
}
