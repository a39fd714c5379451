/** Where partitions begin and end to be read, by what the table's options say. */
import { ConnectorError } from '../../base/errors.ts'
import {
  type ByPartition,
  type KafkaClient,
  type TopicPartition,
  committedOffsets,
  listOffsets,
  partitionName,
} from '../../kafka/client/index.ts'
import type { KafkaTable, OffsetsSpec } from './options.ts'

/** What there was when the source was opened: taken once, so that all partitions are seen at one time. */
export interface Ends {
  readonly earliest: ByPartition<{ readonly offset: number }>
  readonly latest: ByPartition<{ readonly offset: number }>
}

export async function endsOf(client: KafkaClient, partitions: readonly TopicPartition[], committed: boolean): Promise<Ends> {
  const [earliest, latest] = await Promise.all([
    listOffsets(client, partitions, 'earliest'),
    listOffsets(client, partitions, 'latest', { committed }),
  ])
  return { earliest, latest }
}

const nameOf = ({ topic, partition }: TopicPartition): string => partitionName(topic, partition)

/** The first offset of each partition to be read. */
export async function startOffsets(
  client: KafkaClient,
  spec: KafkaTable,
  partitions: readonly TopicPartition[],
  ends: Ends,
): Promise<ByPartition<number>> {
  const { startup } = spec
  const earliest = (p: TopicPartition): number => ends.earliest.get(nameOf(p))!.offset
  const latest = (p: TopicPartition): number => ends.latest.get(nameOf(p))!.offset
  switch (startup.mode) {
    case 'earliest-offset':
      return byName(partitions, earliest)
    case 'latest-offset':
      return byName(partitions, latest)
    case 'timestamp': {
      const found = await listOffsets(client, partitions, startup.timestampMs)
      return byName(partitions, p => orElse(found.get(nameOf(p))!.offset, latest(p)))
    }
    case 'group-offsets': {
      const committed = await committedBy(client, spec, partitions)
      return byName(partitions, p => committed.get(nameOf(p))?.offset ?? withoutCommit(client, spec, p, earliest(p), latest(p)))
    }
    case 'specific-offsets': {
      const rest = partitions.filter(p => !startup.offsets.has(p.partition))
      const committed = await committedBy(client, spec, rest)
      return byName(partitions, p => startup.offsets.get(p.partition) ?? committed.get(nameOf(p))?.offset ?? earliest(p))
    }
  }
}

/** The first offset of each partition not to be read any more. */
export async function stopOffsets(
  client: KafkaClient,
  spec: KafkaTable,
  bounded: OffsetsSpec,
  partitions: readonly TopicPartition[],
  ends: Ends,
): Promise<ByPartition<number>> {
  const latest = (p: TopicPartition): number => ends.latest.get(nameOf(p))!.offset
  switch (bounded.mode) {
    case 'latest-offset':
    case 'earliest-offset':
      return byName(partitions, latest)
    case 'timestamp': {
      const found = await listOffsets(client, partitions, bounded.timestampMs)
      return byName(partitions, p => orElse(found.get(nameOf(p))!.offset, latest(p)))
    }
    case 'group-offsets': {
      const committed = await committedBy(client, spec, partitions)
      return byName(partitions, p => {
        const found = committed.get(nameOf(p))
        if (found !== undefined) return found.offset
        throw new ConnectorError(
          'KAFKA_NO_OFFSET',
          `group ${spec.group} has committed no offset for ${nameOf(p)}, where reading is to end`,
        )
      })
    }
    case 'specific-offsets':
      // What is not named is not read.
      return byName(partitions, p => bounded.offsets.get(p.partition) ?? 0)
  }
}

const byName = (partitions: readonly TopicPartition[], offset: (p: TopicPartition) => number): ByPartition<number> =>
  new Map(partitions.map(p => [nameOf(p), offset(p)]))

const orElse = (offset: number, other: number): number => (offset < 0 ? other : offset)

async function committedBy(
  client: KafkaClient,
  { group }: KafkaTable,
  partitions: readonly TopicPartition[],
): Promise<ByPartition<{ readonly offset: number }>> {
  return group === undefined || partitions.length === 0 ? new Map() : committedOffsets(client, group, partitions)
}

function withoutCommit(client: KafkaClient, { group }: KafkaTable, p: TopicPartition, earliest: number, latest: number): number {
  const reset = client.settings.string('auto.offset.reset')
  if (reset === 'earliest') return earliest
  if (reset === 'latest') return latest
  const why =
    group === undefined
      ? "'scan.startup.mode' is group-offsets, and 'properties.group.id' says of no group"
      : `group ${group} has committed no offset for ${nameOf(p)}, where reading is to begin`
  throw new ConnectorError('KAFKA_NO_OFFSET', why, {
    hint: "set 'scan.startup.mode' to earliest-offset or latest-offset, or 'properties.auto.offset.reset' to earliest or latest",
  })
}
