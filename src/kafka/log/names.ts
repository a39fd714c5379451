/**
 * Names on disk, as Kafka has them: `orders-3/00000000000000004711.log` holds partition 3 of topic orders from offset 4711 on.
 */
import { join } from 'node:path'

export type SegmentFileKind = 'log' | 'index' | 'timeindex' | 'txnindex' | 'snapshot'

export const segmentFile = (directory: string, baseOffset: number, kind: SegmentFileKind): string =>
  join(directory, `${String(baseOffset).padStart(20, '0')}.${kind}`)

/** The offset a file's name starts with and what the file holds; undefined for other names. */
export function parseSegmentFile(name: string): { readonly offset: number; readonly kind: SegmentFileKind } | undefined {
  const match = /^(\d{20})\.(log|index|timeindex|txnindex|snapshot)$/.exec(name)
  return match === null ? undefined : { offset: Number(match[1]), kind: match[2] as SegmentFileKind }
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export const partitionDirectory = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

/** `orders-3` → orders, 3. The topic may hold dashes itself. Undefined for directories that are no partitions. */
export function parsePartitionDirectory(name: string): TopicPartition | undefined {
  const match = /^([a-zA-Z0-9._-]+)-(\d+)$/.exec(name)
  return match === null ? undefined : { topic: match[1]!, partition: Number(match[2]) }
}

/** A directory that is no longer a partition: what is deleted, and what no topic was found for. */
export const DELETED_SUFFIX = '-delete'
export const STRAY_SUFFIX = '-stray'
