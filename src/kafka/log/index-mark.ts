/**
 * How far the index files of a segment go that is still appended to, and their checksums. The files are written at every
 * checkpoint but not synced, since the sync of 1,000 partitions would cost four times as much; the mark stands with the
 * recovery point, which is durable. A start after a crash compares: files that a power failure spoiled are made anew from
 * the batches.
 *
 *     segment 4711, from 12:00 to 12:07 (offset 5901), 120 entries by offset (1c291ca3), 118 by time (e3069283), 0 aborted (0)
 */
export interface IndexMark {
  readonly baseOffset: number
  readonly timestamps: SegmentTimestamps
  readonly offsets: FileMark
  readonly times: FileMark
  readonly aborted: FileMark
}

export interface FileMark {
  readonly entries: number
  /** CRC-32C of the entries, as the file has them. */
  readonly checksum: number
}

/** Of the batches up to the recovery point; the indexes are too sparse to tell. */
export interface SegmentTimestamps {
  /** The first batch's; −1 without batches. */
  readonly first: number
  /** The greatest, and the last offset of the batch that has it; −1 without batches. */
  readonly greatest: number
  readonly greatestOffset: number
}

export const NO_ENTRIES: FileMark = { entries: 0, checksum: 0 }

/** As columns of a line. */
export const markColumns = ({ baseOffset, timestamps, offsets, times, aborted }: IndexMark): readonly number[] => [
  baseOffset,
  timestamps.first,
  timestamps.greatest,
  timestamps.greatestOffset,
  ...[offsets, times, aborted].flatMap(({ entries, checksum }) => [entries, checksum]),
]

/** From the columns of a line; undefined when they are not there: a version before this one synced the files. */
export function markOf(columns: readonly string[]): IndexMark | undefined {
  if (columns.length !== 10) return undefined
  const numbers = columns.map(Number)
  const file = (at: number): FileMark => ({ entries: numbers[at]!, checksum: numbers[at + 1]! })
  return {
    baseOffset: numbers[0]!,
    timestamps: { first: numbers[1]!, greatest: numbers[2]!, greatestOffset: numbers[3]! },
    offsets: file(4),
    times: file(6),
    aborted: file(8),
  }
}
