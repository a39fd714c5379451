/**
 * Up to where each partition is compacted: `cleaner-offset-checkpoint`, as Kafka has it, with the topic's id behind, so that a
 * topic that took another one's name is not taken for it.
 *
 *     0
 *     1
 *     orders 0 4711 Zr1nFZ8yQeG0l6vJ2mXw5A
 */
import { join } from 'node:path'
import type { Disk } from '../../../base/disk.ts'
import { readCheckpoint, writeCheckpoint } from '../checkpoint-file.ts'
import type { PartitionLog } from '../partition-log.ts'

const FILE = 'cleaner-offset-checkpoint'

interface Cleaned {
  readonly offset: number
  readonly topicId: string | undefined
}

export class CleanerCheckpoint {
  readonly #disk: Disk
  readonly #directory: string
  /** By topic and partition. */
  readonly #offsets: Map<string, Cleaned>

  private constructor(disk: Disk, directory: string, offsets: Map<string, Cleaned>) {
    this.#disk = disk
    this.#directory = directory
    this.#offsets = offsets
  }

  static async load(disk: Disk, directory: string): Promise<CleanerCheckpoint> {
    const lines = (await readCheckpoint(disk, join(directory, FILE))) ?? []
    const offsets = lines.map(
      ([topic, partition, offset, topicId]) => [`${topic} ${partition}`, { offset: Number(offset), topicId }] as const,
    )
    return new CleanerCheckpoint(disk, directory, new Map(offsets))
  }

  /** The first offset that is not compacted yet. */
  firstDirtyOffset(log: PartitionLog): number {
    const found = this.#offsets.get(keyOf(log))
    const start = log.segments[0]!.baseOffset
    // One that knows no topic ids wrote it, or it is of this topic; a log that ends before it is another one.
    if (found === undefined || (found.topicId ?? log.id.topicId) !== log.id.topicId || found.offset > log.endOffset) return start
    return Math.max(found.offset, start)
  }

  /** Notes it, durably, and forgets partitions that are not there any more. */
  async save(log: PartitionLog, offset: number, all: Iterable<PartitionLog>): Promise<void> {
    this.#offsets.set(keyOf(log), { offset, topicId: log.id.topicId })
    const lines: (string | number)[][] = []
    for (const one of all) {
      const found = this.#offsets.get(keyOf(one))
      if (found !== undefined && (found.topicId ?? one.id.topicId) === one.id.topicId)
        lines.push([one.id.topic, one.id.partition, found.offset, one.id.topicId])
    }
    await writeCheckpoint(this.#disk, join(this.#directory, FILE), lines)
  }
}

const keyOf = ({ id }: PartitionLog): string => `${id.topic} ${id.partition}`
