/**
 * How far a partition's records may go: `retention.ms` by the latest timestamp of a segment, `retention.bytes` by what is there. Whole
 * segments go, from the oldest on, the active one too when all of it is too old. Rules: Kafka's UnifiedLog.
 */
import type { PartitionLog } from './partition-log.ts'
import type { Segment } from './segment.ts'

/** Where the log begins when what is too old, and too much, is gone. `modifiedMs`: of a segment's file, for one without timestamps. */
export async function retainedFrom(
  log: PartitionLog,
  nowMs: number,
  modifiedMs: (segment: Segment) => Promise<number>,
): Promise<number> {
  const { deletes, retentionMs, retentionBytes } = log.settings
  if (!deletes) return log.startOffset
  const segments = [...log.segments]
  let from = log.startOffset
  if (retentionMs >= 0) {
    for (const [i, segment] of segments.entries()) {
      // What compaction has emptied goes with the next one.
      if (isEmptied(log, segment)) continue
      if (!isDurable(log, segment) || nowMs - (await latestMs(segment, modifiedMs)) <= retentionMs) break
      from = Math.max(from, endOf(segments, i))
    }
  }
  let excess = retentionBytes < 0 ? -1 : log.bytes - retentionBytes
  for (const [i, segment] of segments.entries()) {
    excess -= segment.bytes
    if (excess < 0) break
    if (isEmptied(log, segment)) continue
    if (!isDurable(log, segment)) break
    from = Math.max(from, endOf(segments, i))
  }
  return from
}

/** A compacted segment may hold nothing of the last offsets before the next one. */
const endOf = (segments: readonly Segment[], i: number): number => segments[i + 1]?.baseOffset ?? segments[i]!.endOffset

/**
 * Takes away the segments that lie before the log's start, which has to be durable. Answers how many. What producers have sent is
 * known after a crash by the snapshot at the start of a segment, which is durable when the recovery point lies behind it: while
 * there are producers, the first segment that stays is such a one.
 */
export function dropBeforeStart(log: PartitionLog): Promise<number> {
  const { startOffset } = log
  const forgetful = log.producers.size === 0
  if (forgetful && startOffset >= log.endOffset) log.roll()
  return log.dropSegments((_, { baseOffset }) => baseOffset <= startOffset && (forgetful || baseOffset < log.savedRecoveryPoint))
}

const isEmptied = (log: PartitionLog, segment: Segment): boolean => segment.bytes === 0 && !log.isActive(segment)

const isDurable = (log: PartitionLog, segment: Segment): boolean => segment.bytes > 0 && segment.endOffset <= log.highWatermark

async function latestMs(segment: Segment, modifiedMs: (segment: Segment) => Promise<number>): Promise<number> {
  const latest = await segment.latestTimestamp()
  return latest >= 0 ? latest : modifiedMs(segment)
}
