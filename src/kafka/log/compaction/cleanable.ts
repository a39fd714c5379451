/**
 * Which part of a log may be compacted now, and whether that is worth while. Rules: Kafka's LogCleanerManager, KIP-58, KIP-354.
 *
 *     | compacted before | dirty, closed, decided, old enough | too young | open transaction … | active segment |
 *     start              first dirty                          end
 *
 * Dirty bytes above `min.cleanable.dirty.ratio` of all bytes up to the end, or a dirty record older than `max.compaction.lag.ms`.
 */
import { BATCH_HEADER_BYTES, maxTimestampAt } from '../../records/batch.ts'
import type { PartitionLog } from '../partition-log.ts'
import type { Segment } from '../segment.ts'

export interface Cleanable {
  readonly log: PartitionLog
  readonly firstDirtyOffset: number
  readonly endOffset: number
  readonly dirtyBytes: number
  /** Of the bytes up to the end. */
  readonly dirtyRatio: number
  /** It is worth while, or has to be. */
  readonly due: boolean
  /** More could be compacted, were the log's recovery point further on. */
  readonly waitsForCheckpoint: boolean
}

export async function cleanableOf(log: PartitionLog, firstDirtyOffset: number, nowMs: number): Promise<Cleanable> {
  const { settings } = log
  const allowed = await firstUncleanable(log, firstDirtyOffset, nowMs)
  // What lies behind the recovery point is read anew after a crash, from its first byte to its last: no hole may be there.
  const bound = Math.min(allowed, log.savedRecoveryPoint)
  const beyond = log.segments.findIndex(one => log.isActive(one) || !one.sealed || one.endOffset > bound)
  const segments = log.segments.slice(0, beyond)
  const before = bytesOf(log.segments.filter(segment => segment.endOffset <= firstDirtyOffset))
  const dirty = segments.filter(segment => segment.endOffset > firstDirtyOffset)
  const dirtyBytes = bytesOf(dirty)
  const dirtyRatio = dirtyBytes === 0 ? 0 : dirtyBytes / (before + dirtyBytes)
  const overdue = dirtyBytes > 0 && (await isOverdue(dirty, nowMs, settings.maxCompactionLagMs))
  return {
    log,
    firstDirtyOffset,
    endOffset: segments.at(-1)?.endOffset ?? firstDirtyOffset,
    dirtyBytes,
    dirtyRatio,
    due: overdue || dirtyRatio > settings.minCleanableRatio,
    waitsForCheckpoint: log.segments.slice(beyond).some(one => !log.isActive(one) && one.endOffset <= allowed),
  }
}

const bytesOf = (segments: readonly Segment[]): number => segments.reduce((sum, segment) => sum + segment.bytes, 0)

/** Segments that end behind this are not touched. */
async function firstUncleanable(log: PartitionLog, firstDirtyOffset: number, nowMs: number): Promise<number> {
  const active = log.segments.at(-1)!
  const bound = Math.min(active.baseOffset, log.lastStableOffset)
  const { minCompactionLagMs } = log.settings
  if (minCompactionLagMs <= 0) return bound
  for (const segment of log.segments) {
    if (segment.endOffset <= firstDirtyOffset) continue
    if (segment.baseOffset >= bound) return bound
    if ((await segment.latestTimestamp()) > nowMs - minCompactionLagMs) return Math.min(bound, segment.baseOffset)
  }
  return bound
}

async function isOverdue(dirty: readonly Segment[], nowMs: number, maxCompactionLagMs: number): Promise<boolean> {
  const oldest = nowMs - maxCompactionLagMs
  if (oldest <= 0) return false
  for (const segment of dirty) {
    const timestamp = await firstTimestamp(segment)
    if (timestamp > 0 && timestamp < oldest) return true
  }
  return false
}

/** When the first batch of a closed segment was, looked up once. */
async function firstTimestamp(segment: Segment): Promise<number> {
  if (segment.firstTimestamp >= 0 || segment.bytes === 0) return segment.firstTimestamp
  segment.file.pin()
  try {
    const header = new Uint8Array(BATCH_HEADER_BYTES)
    const file = await segment.file.get()
    if ((await file.read(header, 0)) === BATCH_HEADER_BYTES) segment.firstTimestamp = maxTimestampAt(header, 0)
    return segment.firstTimestamp
  } finally {
    segment.file.unpin()
  }
}
