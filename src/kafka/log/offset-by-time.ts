/** Offsets by time: the first record at or after a timestamp, and the one with the latest. Batches are opened only here. */
import { DataError } from '../../base/errors.ts'
import { baseOffsetAt, hasLogAppendTime, maxTimestampAt } from '../records/batch.ts'
import { RecordReader } from '../records/record-reader.ts'
import { findBatch } from './batch-scan.ts'
import type { PartitionLog } from './partition-log.ts'
import type { Segment } from './segment.ts'

export interface TimedOffset {
  readonly offset: number
  readonly timestamp: number
}

/** Undefined when all readable records are earlier. */
export async function offsetForTimestamp(log: PartitionLog, timestamp: number): Promise<TimedOffset | undefined> {
  for (const segment of log.segments) {
    if (segment.endOffset <= log.startOffset || segment.bytes === 0) continue
    if ((await segment.latestTimestamp()) < timestamp) continue
    const before = (await segment.times()).offsetBefore(timestamp)
    const found = await scan(log, segment, before < 0 ? segment.baseOffset : segment.baseOffset + before, batch =>
      maxTimestampAt(batch, 0) < timestamp ? undefined : firstFrom(log, batch, timestamp),
    )
    if (found !== undefined) return found
  }
  return undefined
}

/** The first record with the greatest timestamp of all. */
export async function offsetOfMaxTimestamp(log: PartitionLog): Promise<TimedOffset | undefined> {
  let latest = -1
  for (const segment of log.segments) latest = Math.max(latest, await segment.latestTimestamp())
  return latest < 0 ? undefined : offsetForTimestamp(log, latest)
}

/** Gives whole batches from `offset` on to `visit` until it answers something. */
async function scan(
  log: PartitionLog,
  segment: Segment,
  offset: number,
  visit: (batch: Uint8Array) => TimedOffset | undefined,
): Promise<TimedOffset | undefined> {
  segment.file.pin()
  try {
    const file = await segment.file.get()
    let position = (await segment.offsets()).positionFor(offset - segment.baseOffset)
    for (;;) {
      const found = await findBatch(file, position, segment.bytes, Math.max(offset, log.startOffset))
      if (found === undefined || found.baseOffset >= log.highWatermark) return undefined
      const batch = new Uint8Array(found.bytes)
      await file.read(batch, found.position)
      const answer = visit(batch)
      if (answer !== undefined) return answer
      position = found.position + found.bytes
    }
  } finally {
    segment.file.unpin()
  }
}

const reader = new RecordReader()

function firstFrom(log: PartitionLog, batch: Uint8Array, timestamp: number): TimedOffset | undefined {
  const whole = { offset: Math.max(baseOffsetAt(batch, 0), log.startOffset), timestamp: maxTimestampAt(batch, 0) }
  if (hasLogAppendTime(batch, 0)) return whole
  reader.reset()
  try {
    reader.open(batch, 0)
    for (let done = false; !done; reader.clear()) {
      done = reader.fill()
      const { view } = reader
      for (let row = 0; row < view.count; row++) {
        if (view.timestamps[row]! >= timestamp && view.offsets[row]! >= log.startOffset)
          return { offset: view.offsets[row]!, timestamp: view.timestamps[row]! }
      }
    }
    return undefined
  } catch (error) {
    // Its writer put nonsense into it, which is for those to find who read it: what its header says is good enough here.
    if (error instanceof DataError) return whole
    throw error
  } finally {
    reader.reset()
  }
}
