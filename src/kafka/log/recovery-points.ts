/**
 * From where on each partition must be looked at after a crash: `recovery-points`, a line per partition. Kafka's file of the kind has the
 * first three columns.
 *
 *     orders 0 4711 4700 pTr4…W9 …            topic, partition, offset; snapshot of producers, topic id, the index files' mark
 */
import { join } from 'node:path'
import type { Files } from '../../base/files.ts'
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts'
import { type IndexMark, markColumns, markOf } from './index-mark.ts'
import { partitionDirectory } from './names.ts'
import type { PartitionLog } from './partition-log.ts'

export const RECOVERY_POINTS = 'recovery-points'

export interface RecoveryPoint {
  readonly topicId: string
  readonly offset: number
  readonly snapshotOffset: number
  readonly indexMark: IndexMark | undefined
}

/** By the partition's directory. */
export type RecoveryPoints = ReadonlyMap<string, RecoveryPoint>

export async function readRecoveryPoints(files: Files, path: string): Promise<RecoveryPoints> {
  const lines = (await readCheckpoint(files, join(path, RECOVERY_POINTS))) ?? []
  return new Map(
    lines.map(([topic, partition, offset, snapshotOffset, topicId, ...mark]) => [
      partitionDirectory({ topic: topic!, partition: Number(partition) }),
      { topicId: topicId!, offset: Number(offset), snapshotOffset: Number(snapshotOffset), indexMark: markOf(mark) },
    ]),
  )
}

export function writeRecoveryPoints(files: Files, path: string, logs: Iterable<PartitionLog>): Promise<void> {
  const lines = Array.from(logs, log => [
    log.id.topic,
    log.id.partition,
    log.recoveryPoint,
    log.snapshotOffset,
    log.id.topicId,
    ...(log.indexMark === undefined ? [] : markColumns(log.indexMark)),
  ])
  return writeCheckpoint(files, join(path, RECOVERY_POINTS), lines)
}
